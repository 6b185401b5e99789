"""Sections of a study file, each with what must fit together in it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from tanheng.choices import DRIVER_BREAKS, DriverBreaks, LandCategory, Mode, Norm
from tanheng.factors.catalogue import names
from tanheng.language import listed, tr, worded
from tanheng.study.parts import (
    Bands,
    HalfWidth,
    Name,
    Names,
    Part,
    Texts,
    Truth,
    Year,
    refuse_bands,
    with_texts,
    within,
)
from tanheng.units import CO2_PER_C


class Region(Part):
    """Boundary of the region; without it, the area where the first map has data."""

    boundary: Name
    layer: str | None = None


class ZoneLayer(Part):
    """Zones (prefectures, counties, catchments) that the tables are summed by; `name` is the column of names, or one by language."""

    file: Name
    id: Name
    name: Texts | None = None
    layer: str | None = None


class GridChoice(Part):
    """The analysis grid."""

    crs: str | None = None
    resolution: Annotated[float, Field(ge=0.001, le=1e6)] = 1000.0


class TotalsUncertainty(Part):
    """Relative half-widths of emissions given as totals: what errs alike in all rows, and what is each row's own."""

    common: HalfWidth = 0.0
    own: HalfWidth = 0.0


def _of_a_grid(value: float) -> float:
    """Refuse a factor of electricity that no grid has: lignite alone makes 1.2 t CO2/MWh."""
    if value > 1.5:
        raise ValueError(
            tr(
                "{value:g} t CO2/MWh is more than any grid emits; divide kg/MWh and g/kWh by 1,000, t per 10^4 kWh by 10",
                value=value,
            )
        )
    return value


def _of_heat(value: float) -> float:
    """Refuse a factor of heat that no boiler has: coal at 50 % makes 0.19 t CO2/GJ."""
    if value > 0.3:
        raise ValueError(
            tr("{value:g} t CO2/GJ is more than any boiler emits; divide kg/GJ and t/TJ by 1,000", value=value)
        )
    return value


class EmissionsChoice(Part):
    """Emissions: totals, activity, or an energy balance; the latter two with sets of emission factors."""

    totals: str | None = None
    activity: str | None = None
    balance: str | dict[Year, str] | None = None
    columns: dict[Name, Name] = Field(default_factory=dict)
    unit: Name | None = None
    burnt: dict[Name, float] = Field(default_factory=dict)
    factors: Names | None = None
    processes: str | None = None
    zones: str | None = None
    account: Literal["territorial", "consumption"] = "territorial"
    grid_factor: Annotated[float, Field(ge=0), AfterValidator(_of_a_grid)] | None = None
    heat_factor: Annotated[float, Field(ge=0), AfterValidator(_of_heat)] | None = None
    gases: Truth = False
    gwp: Literal["AR4", "AR5", "AR6"] = "AR5"
    activity_uncertainty: HalfWidth = 0.05
    totals_uncertainty: HalfWidth | TotalsUncertainty | None = None
    draws: Annotated[int, Field(ge=0), within("draws")] = 1000
    seed: Annotated[int, Field(ge=0)] = 1

    @property
    def balances(self) -> dict[int | None, str]:
        """Energy balances by year; that of none is of all years that it names."""
        if isinstance(self.balance, str):
            return {None: self.balance}
        return {year: name for year, name in (self.balance or {}).items()}  # noqa: C416  of another type

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [name for name in ("totals", "activity", "balance") if getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(tr("name one of 'totals', 'activity' and 'balance'"))
        if given != ["totals"] and self.factors is None:
            raise ValueError(
                tr(
                    "'{given}' needs 'factors': one of {names}, your own CSV, or a list of them",
                    given=given[0],
                    names=listed(names("emission_factors")),
                )
            )
        factor = self.grid_factor is not None or self.heat_factor is not None
        if self.account == "territorial" and factor:
            raise ValueError(
                tr(
                    "'grid_factor' and 'heat_factor' belong to account 'consumption': in a territorial account electricity and "
                    "heat count where they are made, and both together would count twice"
                )
            )
        if self.account == "consumption" and (self.grid_factor is None or given == ["totals"]):
            raise ValueError(tr("account 'consumption' needs 'grid_factor' (t CO2/MWh), and activity or a balance"))
        if given == ["totals"] and (self.gases or self.processes):
            raise ValueError(
                tr(
                    "'gases' and 'processes' stand beside activity or a balance; totals hold what they hold: add processes to them"
                )
            )
        if self.totals_uncertainty is not None and given != ["totals"]:
            raise ValueError(
                tr(
                    "'totals_uncertainty' belongs to 'totals'; activity has 'activity_uncertainty' and the bounds of its factors"
                )
            )
        if self.burnt and self.balance is None:
            raise ValueError(tr("'burnt' sets which items of 'balance' count as combustion, but no balance is given"))
        return self


class Maps(Part):
    """A raster that is the same in all years (`map`), or one by year (`maps`)."""

    map: str | None = None
    maps: dict[Year, Name] | None = None
    band: Bands = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.map is None) == (self.maps is None):
            raise ValueError(tr("name either 'map' (for all years) or 'maps' (by year)"))
        refuse_bands(self.band, self.maps)
        return self


class Population(Maps):
    """Population: persons per km2 (`density`) or persons per pixel (`count`)."""

    kind: Literal["density", "count"]


class SectorWeight(Part):
    """What the emissions of a sector are spread by: a product of powers of layers, inside classes where some are named.

    Layers are `population`, the study's drivers, and land classes (their share of the cell); sector `*` is every other one.
    """

    sector: Name = "*"
    by: dict[Name, Annotated[float, Field(gt=0)]] = Field(min_length=1)
    inside: tuple[Name, ...] = ()


class Demand(Part):
    """How emissions are spread over cells."""

    form: Literal["mass-conserving", "per-person"] = "mass-conserving"
    population_totals: dict[Year, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    without_weight: Literal["error", "area"] = "area"
    weights: tuple[SectorWeight, ...] = ()
    points: str | None = None
    compare_with: dict[Name, Annotated[float, Field(gt=0)]] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.form == "per-person" and (self.weights or self.points or self.compare_with):
            raise ValueError(
                tr(
                    "form 'per-person' knows one constant a person; weights, points and compare_with need 'mass-conserving'"
                )
            )
        twice = [item.sector for item in self.weights]
        if len(set(twice)) < len(twice):
            raise ValueError(tr("weights: name each sector once"))
        return self


class Driver(Part):
    """A possible driver: a raster (fixed or by year), or a table of densities by zone."""

    map: str | None = None
    maps: dict[Year, Name] | None = None
    table: str | None = None
    columns: dict[Name, Name] = Field(default_factory=dict)
    zones: str | None = None
    band: Bands = None
    scale: float = 1.0
    support_km: Annotated[float, Field(gt=0)] | None = None
    units: str = ""
    long_name: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(item is not None for item in (self.map, self.maps, self.table)) != 1:
            raise ValueError(tr("name one of 'map' (fixed), 'maps' (by year) and 'table' (by zone)"))
        if (self.table is None) != (self.zones is None):
            raise ValueError(tr("'table' and 'zones' go together"))
        refuse_bands(self.band, self.maps)
        return self


class Respiration(Part):
    """Heterotrophic respiration, which is taken off net primary production: a share of it, a table by class, or a model of climate.

    `temperature` (degrees Celsius) and `precipitation` (mm) of the model are rasters of twelve bands, one a month.
    """

    share: Annotated[float, Field(gt=0, le=2)] | None = None
    table: Name | None = None
    model: Literal["pei-2010"] | None = None
    temperature: Name | None = None
    precipitation: Name | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if sum(item is not None for item in (self.share, self.table, self.model)) != 1:
            raise ValueError(tr("name one of 'share', 'table' and 'model'"))
        climate = self.temperature is not None, self.precipitation is not None
        if climate != ((True, True) if self.model else (False, False)):
            raise ValueError(tr("'temperature' and 'precipitation' (rasters of twelve months) go with 'model'"))
        return self


class NetPrimaryProduction(Maps):
    """Rasters of net primary production, from which heterotrophic respiration is taken off: production alone is no sink.

    Numbers above `valid_max` mean no data (MOD17A3: 32700, before its scale of 0.0001).
    """

    units: Name
    respiration: Respiration
    valid_max: float | None = None


class BalanceChoice(Part):
    """Mode of the balance, norm of the supply-demand ratio, and in mode ``sink`` where uptake comes from.

    `returning` are classes whose uptake returns to the air within the year, as that of crops, and is no sink: with `npp` those of cropland
    unless it says otherwise. `uptake_uncertainty` is half of the 95 % interval, relative: of the rates of the classes, which err together
    by `uptake_correlation`, or of a map, which errs alike everywhere.
    """

    mode: Mode = "stock"
    norm: Norm = "year"
    uptake: str | None = None
    nep: Maps | None = None
    nep_units: str = "g C m-2 yr-1"
    npp: NetPrimaryProduction | None = None
    returning: tuple[Name, ...] | None = None
    uptake_uncertainty: HalfWidth | dict[Name, HalfWidth] | None = None
    uptake_correlation: Annotated[float, Field(ge=0, le=1)] = 0.0

    @model_validator(mode="after")
    def _uncertainty_fits(self) -> Self:
        if self.mode != "sink" and {"uptake_uncertainty", "uptake_correlation"} & self.model_fields_set:
            raise ValueError(tr("'uptake_uncertainty' and 'uptake_correlation' belong to mode 'sink'"))
        if self.uptake is None and (isinstance(self.uptake_uncertainty, dict) or self.uptake_correlation > 0):
            raise ValueError(tr("uncertainty by class needs 'uptake', a table by class; a map takes one number"))
        return self

    @model_validator(mode="after")
    def _sink_needs_uptake(self) -> Self:
        given = sum(item is not None for item in (self.uptake, self.nep, self.npp))
        if self.mode == "sink" and given != 1:
            raise ValueError(
                tr("mode 'sink' needs one of 'uptake' (a table by class, t C/ha/yr), 'nep' and 'npp' (rasters)")
            )
        if self.mode != "sink" and given:
            raise ValueError(tr("'uptake', 'nep' and 'npp' belong to mode 'sink'"))
        if self.returning is not None and (self.mode != "sink" or self.uptake is not None):
            raise ValueError(tr("'returning' goes with 'nep' or 'npp'; in a table such classes take up 0"))
        return self


class Analysis(Part):
    """What is analysed beyond the accounts: drivers, mismatch, autocorrelation, hot spots."""

    correlation: tuple[Literal["pearson", "spearman", "partial"], ...] = ("pearson", "spearman")
    controls: tuple[Name, ...] = ()
    geodetector: Truth = False
    breaks: Annotated[tuple[DriverBreaks, ...], Field(min_length=1)] = DRIVER_BREAKS
    classes: tuple[Annotated[int, Field(ge=2)], Annotated[int, Field(le=22)]] = (3, 8)
    random_maps: Annotated[int, Field(ge=19), within("draws")] = 99
    mismatch: Truth = True
    autocorrelation: Truth = True
    hot_spots: Truth = True
    local_regression: Name | None = None
    local_drivers: tuple[Name, ...] = ()
    neighbours: Literal["queen", "rook"] = "queen"
    permutations: Annotated[int, Field(ge=99), within("permutations")] = 9999
    false_discovery_rate: Annotated[float, Field(gt=0, lt=1)] = 0.05
    seed: Annotated[int, Field(ge=0)] = 1

    @model_validator(mode="after")
    def _classes_ascend(self) -> Self:
        if self.classes[0] > self.classes[1]:
            raise ValueError(tr("classes: write the fewest and the most, as [3, 8]"))
        return self


class Economy(Part):
    """Economic output of zones: a driver with a table by zone, and whether it holds totals or densities (per km2)."""

    driver: Name
    kind: Literal["total", "density"]


def _is_of_prices(text: str) -> str:
    if not re.fullmatch(r"constant \d{4}|current", text):
        raise ValueError(tr("'{text}': write 'constant' with the year, as 'constant 2015', or 'current'", text=text))
    return text


class Decomposition(Part):
    """What drives the change of emissions (LMDI), and their decoupling from the economy: output and population by year.

    `prices` says at which prices output is: those of one year for all (``constant 2015``), or each year's own (``current``).
    """

    table: Name
    columns: dict[Name, Name] = Field(default_factory=dict)
    prices: Annotated[str, AfterValidator(_is_of_prices)]


class Flows(Part):
    """Yearly flows of land: how long soil, dead matter and biomass take after a conversion, and gains and losses that are given.

    `biomass_years` and `growth` say how biomass of a class grows; without them forests take 20 years and all else one. `categories` gives the
    IPCC category of classes whose name does not say it.
    """

    soil_years: Annotated[float, Field(ge=0, le=200)] = 20.0
    dead_years: Annotated[float, Field(ge=0, le=200)] = 20.0
    biomass_years: dict[Name, Annotated[float, Field(ge=0, le=500)]] = Field(default_factory=dict)
    growth: Name | None = None
    window_years: Annotated[float, Field(gt=0, le=100)] = 20.0
    categories: dict[Name, LandCategory] = Field(default_factory=dict)
    given: Name | None = None


class Change(Part):
    """Pairs of years whose change is told."""

    pairs: Literal["consecutive", "all"] = "consecutive"


class Value(Part):
    """Value of the change of stored carbon by InVEST's formula; `price_change_percent` is a second discount, as InVEST's `rate_change`."""

    price: Annotated[float, Field(ge=0)]
    price_per: Literal["t C", "t CO2"] = "t C"
    currency: str = "currency"
    discount_rate_percent: Annotated[float, Field(gt=-100)]
    price_change_percent: Annotated[float, Field(gt=-100)] = 0.0

    @property
    def price_per_t_c(self) -> float:
        """Price of a tonne of carbon."""
        return self.price * (CO2_PER_C if self.price_per == "t CO2" else 1.0)

    @property
    def price_unit(self) -> str:
        """Unit of the price as the study gives it."""
        return f"{self.currency} per {self.price_per}"


class Outputs(Part):
    """Where the results go, and which are made."""

    folder: Name = "results"
    maps: Truth = True
    report: Truth = True
    pixel_maps: Truth = False
    docx: Truth = False
    note: Texts = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _note_of_former_files(cls, data: Any) -> Any:  # noqa: ANN401  whatever a file holds
        return with_texts(data, "note")

    @property
    def told_note(self) -> str:
        """The note in the language that is spoken, where the study has it in it."""
        return worded(self.note)
