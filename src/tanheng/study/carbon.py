"""Sections of a study file on land maps, their errors, and what land stores."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tanheng.choices import POOLS
from tanheng.factors.densities import CARBON_FRACTION
from tanheng.language import tr
from tanheng.study.parts import Accuracy, Bands, HalfWidth, Name, Names, Part, Period, Truth, Year, refuse_bands
from tanheng.study.sections import Maps


class MapErrorChoice(Part):
    """What is known of the errors of the land maps: a sample by year, a sample of the change by period, or a stated accuracy."""

    samples: dict[Year, Name] = Field(default_factory=dict)
    change_samples: dict[Period, Name] = Field(default_factory=dict)
    overall_accuracy: Accuracy | dict[Year, Accuracy] | None = None

    def accuracy_of(self, year: int) -> float | None:
        """Overall accuracy that the study states for a year; none where it states none."""
        stated = self.overall_accuracy
        return stated.get(year) if isinstance(stated, dict) else stated


class LandCover(Part):
    """Land-cover map of each year, and the legend of its codes (absent where the density table names codes itself)."""

    legend: Name | None = None
    maps: dict[Year, Names] = Field(min_length=1)
    band: Bands = None
    nodata: tuple[int, ...] = ()
    codes: dict[int, str] = Field(default_factory=dict)
    area_uncertainty: dict[Name, HalfWidth] = Field(default_factory=dict)
    map_error: MapErrorChoice = MapErrorChoice()

    @model_validator(mode="after")
    def _one_error(self) -> Self:
        refuse_bands(self.band, self.maps)
        if self.area_uncertainty and (self.map_error.samples or self.map_error.change_samples):
            raise ValueError(
                tr("give either 'area_uncertainty' or samples in 'map_error': both speak of the same errors")
            )
        return self


class DensityMap(Maps):
    """A raster of the carbon density of a pool, in place of the table for all classes or some of them.

    `quantity` says whether it holds carbon or dry matter. `standard_error` is a raster in the same units, one for all years.
    `error_correlation` says how far the errors of its cells go together, which no such raster tells, and `years_correlation` how
    far maps of different years err alike, as those of one product mostly do. `below_ratio` adds the pool below ground as a
    multiple of that above ground. `year` is the one that a map for all years is of.
    """

    pool: Literal["above", "below", "soil", "dead"]
    quantity: Literal["carbon", "dry matter"]
    units: Name
    carbon_fraction: Annotated[float, Field(gt=0, le=1)] = CARBON_FRACTION
    classes: tuple[Name, ...] = ()
    standard_error: Name | None = None
    error_correlation: Annotated[float, Field(ge=0, le=1)] = 1.0
    years_correlation: Annotated[float, Field(ge=0, le=1)] = 1.0
    below_ratio: Annotated[float, Field(gt=0, le=10)] | None = None
    depth_cm: Annotated[float, Field(gt=0, le=1000)] | None = None
    year: Year | None = None
    source: str = ""

    @model_validator(mode="after")
    def _pool_says_the_rest(self) -> Self:
        if self.pool == "soil" and self.depth_cm is None:
            raise ValueError(tr("write 'depth_cm', how deep the soil of the map goes: 30, 100 ..."))
        if self.depth_cm is not None and self.depth_cm < 5:
            raise ValueError(
                tr(
                    "depth_cm: {depth:g} cm is not a plausible soil depth; give centimetres, for example 30 or 100",
                    depth=self.depth_cm,
                )
            )
        if self.pool != "soil" and self.depth_cm is not None:
            raise ValueError(tr("'depth_cm' belongs to the pool 'soil'"))
        if self.below_ratio is not None and self.pool != "above":
            raise ValueError(tr("'below_ratio' belongs to the pool 'above': below ground is worked out from it"))
        if self.quantity == "carbon" and "carbon_fraction" in self.model_fields_set:
            raise ValueError(tr("'carbon_fraction' turns dry matter into carbon; this map holds carbon already"))
        if self.pool == "soil" and self.quantity != "carbon":
            raise ValueError(
                tr(
                    "a map of the soil holds organic carbon: organic matter is turned into carbon by its maker's factor first"
                )
            )
        if self.standard_error is None and "error_correlation" in self.model_fields_set:
            raise ValueError(tr("'error_correlation' needs 'standard_error'"))
        return self

    @property
    def pools(self) -> tuple[str, ...]:
        """Pools that the map gives."""
        return (self.pool, "below") if self.below_ratio is not None else (self.pool,)

    def ratio(self, pool: str) -> float:
        """What a pool is of what the map gives."""
        return self.below_ratio or 1.0 if pool != self.pool else 1.0


class MeanClimate(Part):
    """Mean annual precipitation and, where densities are corrected for it, temperature."""

    precipitation_mm: Annotated[float, Field(gt=0, le=15000)]
    temperature_c: Annotated[float, Field(ge=-60, le=60)] | None = None


class ClimateCorrection(Part):
    """Correction of the tables of densities from the climate that they are of to that of the region."""

    table: MeanClimate
    region: MeanClimate
    accept_outside_fit: Truth = False

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.table.temperature_c is None) != (self.region.temperature_c is None):
            raise ValueError(tr("give 'temperature_c' of both the table and the region, or of neither"))
        return self


class CarbonDensity(Part):
    """Carbon densities for all years, or by year; by zone of a layer where the tables have a column of zones; and maps in their place."""

    table: str | None = None
    tables: dict[Year, Name] | None = None
    uncertainty: HalfWidth | dict[Name, HalfWidth] | None = None
    correlation: Annotated[float, Field(ge=0, le=1)] = 0.0
    within_class: HalfWidth = 0.0
    accept_unusual: Truth = False
    climate: ClimateCorrection | None = None
    zones: Name | None = None
    maps: tuple[DensityMap, ...] = ()

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.table is None) == (self.tables is None):
            raise ValueError(tr("name either 'table' (for all years) or 'tables' (by year)"))
        taken: set[tuple[str, str]] = set()
        for number, item in enumerate(self.maps, start=1):
            own = {(pool, name) for pool in item.pools for name in item.classes or ("",)}
            pools = {pool for pool, name in taken if name == ""} & set(item.pools)
            whole = {pool for pool, _ in taken} & set(item.pools) if not item.classes else set()
            if taken & own or pools or whole:
                raise ValueError(
                    tr(
                        "maps {number}: pool '{pool}' has a map already; name other classes",
                        number=number,
                        pool=item.pool,
                    )
                )
            taken |= own
        if self.uncertainty is None and ({"correlation", "within_class"} & self.model_fields_set):
            raise ValueError(tr("'correlation' and 'within_class' need 'uncertainty'"))
        return self

    @property
    def uncertain_pools(self) -> bool:
        """Whether half-widths are given by carbon pool, not by land class."""
        return isinstance(self.uncertainty, dict) and bool(self.uncertainty) and set(self.uncertainty) <= set(POOLS)
