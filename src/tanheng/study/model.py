"""The whole study: what its file may say, and what must fit together in it."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import Field, field_validator, model_validator

from tanheng.errors import nearest
from tanheng.language import listed, tr, worded
from tanheng.study.carbon import CarbonDensity, LandCover
from tanheng.study.maps import MapPrints
from tanheng.study.parts import LanguageCode, Name, Names, Part, Texts, Year, with_texts
from tanheng.study.plan import Plan
from tanheng.study.sections import (
    Analysis,
    BalanceChoice,
    Change,
    Decomposition,
    Demand,
    Driver,
    Economy,
    EmissionsChoice,
    Flows,
    GridChoice,
    Outputs,
    Population,
    Region,
    Value,
    ZoneLayer,
)
from tanheng.study.simulate import Simulate


class Study(Part):
    """A study as its file describes it."""

    title: Annotated[Texts, Field(min_length=1)]
    language: LanguageCode | None = None
    authors: Names = ()
    license: str = ""
    years: tuple[Year, ...] = Field(min_length=1)
    region: Region | None = None
    zones: dict[str, ZoneLayer] = Field(default_factory=dict)
    grid: GridChoice = GridChoice()
    land_cover: LandCover
    carbon_density: CarbonDensity
    emissions: EmissionsChoice | None = None
    population: Population | None = None
    demand: Demand = Demand()
    drivers: dict[str, Driver] = Field(default_factory=dict)
    balance: BalanceChoice = BalanceChoice()
    analysis: Analysis = Analysis()
    economy: Economy | None = None
    decomposition: Decomposition | None = None
    change: Change = Change()
    flows: Flows | None = None
    value: Value | None = None
    plan: Plan | None = None
    simulate: Simulate | None = None
    data_years: dict[Name, dict[Year, Year]] = Field(default_factory=dict)
    reconstructed: tuple[Name, ...] = ()
    maps: MapPrints = MapPrints()
    outputs: Outputs = Outputs()

    @property
    def told_title(self) -> str:
        """The title in the language that is spoken, where the study has it in it."""
        return worded(self.title)

    @model_validator(mode="before")
    @classmethod
    def _title_of_former_files(cls, data: Any) -> Any:  # noqa: ANN401  whatever a file holds
        return with_texts(data, "title")

    @field_validator("title")
    @classmethod
    def _has_words(cls, title: dict[str, str]) -> dict[str, str]:
        if not all(title.values()):
            raise ValueError(tr("write a title"))
        return title

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        problems = [
            *self._year_problems(),
            *self._data_year_problems(),
            *self._map_error_problems(),
            *self._zone_problems(),
            *self._demand_problems(),
            *self._analysis_problems(),
            *self._economy_problems(),
            *self._plan_problems(),
            *self._simulate_problems(),
            *self.maps.label_problems(self.named_zones),
            *self.maps.year_problems(self.years),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def with_output(self, folder: Path) -> Self:
        """The same study with another folder for its results."""
        return self.model_copy(update={"outputs": self.outputs.model_copy(update={"folder": str(folder.absolute())})})

    @property
    def named_zones(self) -> dict[str, bool]:
        """Zone layers, and whether the study says where their names are."""
        return {label: layer.name is not None for label, layer in self.zones.items()}

    def _year_problems(self) -> list[str]:
        faults = []
        if list(self.years) != sorted(set(self.years)):
            faults.append(tr("years: write each year once, in ascending order"))
        by_year: list[tuple[str, dict[int, Any] | None]] = [
            ("land_cover.maps", dict(self.land_cover.maps)),
            ("carbon_density.tables", self.carbon_density.tables),
            *((f"carbon_density.maps {n}.maps", item.maps) for n, item in enumerate(self.carbon_density.maps, start=1)),
            ("population.maps", self.population.maps if self.population else None),
            ("balance.nep.maps", self.balance.nep.maps if self.balance.nep else None),
            ("balance.npp.maps", self.balance.npp.maps if self.balance.npp else None),
            *((f"drivers.{name}.maps", driver.maps) for name, driver in self.drivers.items()),
        ]
        for place, mapping in by_year:
            missing = [] if mapping is None else [year for year in self.years if year not in mapping]
            if missing:
                faults.append(
                    tr(
                        "{place}: no entry for {years}; add it, or take the year out of 'years'. Where data of another year stand in, "
                        "name them here and say so in [data_years]",
                        place=place,
                        years=listed(missing),
                    )
                )
        if self.outputs.pixel_maps and (self.carbon_density.maps or self.carbon_density.zones):
            faults.append(
                tr(
                    "outputs.pixel_maps: pixels take one density a class; leave them out where densities come from maps or by zone"
                )
            )
        if self.flows is not None and len(self.years) < 2:
            faults.append(tr("flows: yearly flows need land maps of two years or more"))
        if self.decomposition is not None and (self.emissions is None or len(self.years) < 2):
            faults.append(tr("decomposition: a change of emissions needs [emissions] and two years or more"))
        if self.balance.mode == "stock_change" and len(self.years) < 2:
            faults.append(tr("balance.mode: 'stock_change' needs two years or more"))
        return faults

    def _data_year_problems(self) -> list[str]:
        """Problems of the years that borrowed data are of."""
        known = ["land_cover", "emissions", "population", "nep", "npp", *self.drivers]
        faults = [
            tr("data_years: '{name}' is not an input of the study{nearest}", name=name, nearest=nearest(name, known))
            for name in self.data_years
            if name not in known
        ]
        faults += [
            tr(
                "data_years.{name}: {year} is none of the study's years {names}",
                name=name,
                year=year,
                names=listed(self.years),
            )
            for name, years in self.data_years.items()
            for year in years
            if year not in self.years
        ]
        faults += [
            tr("reconstructed: '{name}' is not an input of the study{nearest}", name=name, nearest=nearest(name, known))
            for name in self.reconstructed
            if name not in known
        ]
        return faults

    def _pairs(self) -> list[tuple[int, int]]:
        """Pairs of years whose change is reported."""
        if self.change.pairs == "all":
            return list(combinations(self.years, 2))
        return list(dict.fromkeys([*pairwise(self.years), (self.years[0], self.years[-1])]))

    def _map_error_problems(self) -> list[str]:
        """Samples of maps and of changes that the study does not have."""
        given = self.land_cover.map_error
        stated = given.overall_accuracy if isinstance(given.overall_accuracy, dict) else {}
        pairs = [f"{first}-{last}" for first, last in self._pairs()]
        faults = [
            tr(
                "{place}: {year} is none of the study's years {names}",
                place=f"land_cover.map_error.{name}",
                year=year,
                names=listed(self.years),
            )
            for name, years in (("samples", given.samples), ("overall_accuracy", stated))
            for year in years
            if year not in self.years
        ]
        return faults + [
            tr(
                "land_cover.map_error.change_samples: '{period}' is not a period of the study{nearest}",
                period=period,
                nearest=nearest(period, pairs),
            )
            for period in given.change_samples
            if period not in pairs
        ]

    def borrowed(self, name: str) -> dict[int, int]:
        """Year that the data of an input are of, by the year of the study that they stand in for, where the two differ."""
        return {year: of for year, of in self.data_years.get(name, {}).items() if of != year}

    def _zone_problems(self) -> list[str]:
        layers = [("emissions.zones", self.emissions.zones if self.emissions else None)]
        layers += [(f"drivers.{name}.zones", driver.zones) for name, driver in self.drivers.items()]
        layers.append(("carbon_density.zones", self.carbon_density.zones))
        layers.append(("analysis.local_regression", self.analysis.local_regression))
        return [
            tr(
                "{place}: there is no zone layer '{layer}'{nearest}",
                place=place,
                layer=layer,
                nearest=nearest(layer, self.zones),
            )
            for place, layer in layers
            if layer is not None and layer not in self.zones
        ]

    def _demand_problems(self) -> list[str]:
        faults = []
        layers = {name for item in self.demand.weights for name in (*item.by, *item.inside)} | set(
            self.demand.compare_with or {}
        )
        named = {*self.drivers, "population"}
        # What is neither a driver nor population may be a class; that is known once the legend is read.
        faults += [
            tr(
                "demand.weights: driver '{name}' is a table by zone, not a map; take a map, or emissions by zone",
                name=name,
            )
            for name in sorted(layers & named - {"population"})
            if self.drivers[name].table is not None
        ]
        if self.emissions is not None and self.population is None:
            faults.append(
                tr("population: emissions are spread by population; add [population] with 'kind' and 'map' or 'maps'")
            )
        if self.demand.form == "per-person" and self.emissions is not None and self.emissions.zones is not None:
            faults.append(
                tr(
                    "demand.form: 'per-person' has one constant for the whole region; emissions by zone (emissions.zones) need 'mass-conserving'"
                )
            )
        if self.demand.form == "per-person":
            missing = [year for year in self.years if year not in self.demand.population_totals]
            if missing:
                faults.append(
                    tr(
                        "demand.population_totals: no entry for {names}; form 'per-person' needs one a year",
                        names=listed(missing),
                    )
                )
        return faults

    def _economy_problems(self) -> list[str]:
        if self.economy is None:
            return []
        driver = self.drivers.get(self.economy.driver)
        if driver is None or driver.table is None:
            return [
                tr(
                    "economy.driver: '{driver}' must be a driver with a table by zone{nearest}",
                    driver=self.economy.driver,
                    nearest=nearest(self.economy.driver, self.drivers),
                )
            ]
        return []

    def _analysis_problems(self) -> list[str]:
        known = [*self.drivers, *(["population_density"] if self.population else [])]
        return [
            tr("analysis.controls: there is no driver '{name}'{nearest}", name=name, nearest=nearest(name, known))
            for name in self.analysis.controls
            if name not in known
        ] + [
            tr(
                "analysis.local_drivers: there is no driver '{name}'{nearest}",
                name=name,
                nearest=nearest(name, known),
            )
            for name in self.analysis.local_drivers
            if name not in known
        ]

    def _simulate_problems(self) -> list[str]:
        if self.simulate is None:
            return []
        faults = []
        if len(self.years) < 2:
            faults.append(tr("simulate: simulation learns from change: give land maps of two years or more"))
        if self.simulate.to[0] <= self.years[-1]:
            faults.append(
                tr(
                    "simulate.to: {year} is not after the last map, of {last}; name later years",
                    year=self.simulate.to[0],
                    last=self.years[-1],
                )
            )
        if self.simulate.zones is not None and self.simulate.zones not in self.zones:
            faults.append(
                tr(
                    "{place}: there is no zone layer '{layer}'{nearest}",
                    place="simulate.zones",
                    layer=self.simulate.zones,
                    nearest=nearest(self.simulate.zones, self.zones),
                )
            )
        maps = [name for name, driver in self.drivers.items() if driver.table is None]
        faults += [
            tr(
                "simulate.drivers: '{name}' is not a driver with a map{nearest}",
                name=name,
                nearest=nearest(name, maps),
            )
            for name in self.simulate.drivers or ()
            if name not in maps
        ]
        return faults

    def _plan_problems(self) -> list[str]:
        if self.plan is None:
            return []
        layers = [
            *(
                (tr("plan.limits {number}", number=number), item.zones)
                for number, item in enumerate(self.plan.limits, start=1)
            )
        ]
        layers += [
            (tr("plan.carbon {number}", number=number), item.zones)
            for number, item in enumerate(self.plan.carbon, start=1)
        ]
        layers.append(("plan.compensation", self.plan.compensation))
        faults = [
            tr(
                "{place}: there is no zone layer '{layer}'{nearest}",
                place=place,
                layer=layer,
                nearest=nearest(layer, self.zones),
            )
            for place, layer in layers
            if layer is not None and layer not in self.zones
        ]
        if self.plan.year is not None and self.plan.year not in self.years:
            faults.append(
                tr(
                    "plan.year: {year} is none of the study's years {names}",
                    year=self.plan.year,
                    names=listed(self.years),
                )
            )
        return faults
