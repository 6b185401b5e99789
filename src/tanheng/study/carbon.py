"""Sections of a study file on land maps, their errors, and what land stores."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from tanheng.factors.densities import POOLS
from tanheng.language import tr
from tanheng.study.parts import Accuracy, HalfWidth, Name, Names, Part, Period, Truth, Year


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
    band: Annotated[int, Field(ge=1)] = 1
    nodata: tuple[int, ...] = ()
    codes: dict[int, str] = Field(default_factory=dict)
    area_uncertainty: dict[Name, HalfWidth] = Field(default_factory=dict)
    map_error: MapErrorChoice = MapErrorChoice()

    @model_validator(mode="after")
    def _one_error(self) -> Self:
        if self.area_uncertainty and (self.map_error.samples or self.map_error.change_samples):
            raise ValueError(
                tr("give either 'area_uncertainty' or samples in 'map_error': both speak of the same errors")
            )
        return self


class CarbonDensity(Part):
    """Carbon densities for all years, or by year."""

    table: str | None = None
    tables: dict[Year, Name] | None = None
    uncertainty: HalfWidth | dict[Name, HalfWidth] | None = None
    correlation: Annotated[float, Field(ge=0, le=1)] = 0.0
    within_class: HalfWidth = 0.0
    accept_unusual: Truth = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.table is None) == (self.tables is None):
            raise ValueError(tr("name either 'table' (for all years) or 'tables' (by year)"))
        if self.uncertainty is None and ({"correlation", "within_class"} & self.model_fields_set):
            raise ValueError(tr("'correlation' and 'within_class' need 'uncertainty'"))
        return self

    @property
    def uncertain_pools(self) -> bool:
        """Whether half-widths are given by carbon pool, not by land class."""
        return isinstance(self.uncertainty, dict) and bool(self.uncertainty) and set(self.uncertainty) <= set(POOLS)
