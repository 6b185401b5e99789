"""Everything that a simulation takes in, opened and checked; all problems at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.factors.legends import Legend, class_hint
from tanheng.inputs.problems import Problems
from tanheng.inputs.simulation.demand import DemandTable, Names, Scenario, read_demand, scenarios_of
from tanheng.inputs.simulation.doubts import land_questions, maps_as_drivers, twin_drivers
from tanheng.inputs.simulation.drivers import distance_drivers, lay_drivers, mask_on
from tanheng.inputs.simulation.land import LandOfDates, open_land
from tanheng.io.aligned import zones_on
from tanheng.io.rasters import Raster, locate, open_only
from tanheng.io.vectors import VECTORS, Polygons
from tanheng.land.engine import LandMap
from tanheng.language import name_of, tr
from tanheng.simulation.features import FeatureSet, feature_set
from tanheng.simulation.landscape import NO_ZONE, OUTSIDE, Codes, Driver, Land, Landscape, cells_by_class
from tanheng.simulation.learned.boosting import require_boosting
from tanheng.study.simulate import Simulate

#: Demand that is no table: a Markov chain, straight lines, and the conversions of the plan.
BY_RULE = ("markov", "linear", "plan")


@dataclass(frozen=True)
class MapsOfLand:
    """Land maps with their legend, the region they are of, and what may be learned from."""

    maps: Sequence[LandMap]
    legend: Legend
    classes: tuple[str, ...]
    boundary: Polygons | None
    drivers: Mapping[str, tuple[Raster, ...]]
    zones: Polygons | None


@dataclass(frozen=True)
class SimulationInputs:
    """Opened inputs of a simulation.

    Attributes
    ----------
    settings : Simulate
    land : LandOfDates
    drivers : tuple of Driver
    suitability : mapping of int to int
        By target class: number of the driver that holds the chance of becoming it; empty where it is learned.
    zones : array of uint16, shape (rows, columns), or empty
    names : Names
    protected : tuple of (array of bool, int)
        Where land may not change, and the class that it is said of; -1 is any.
    demand : DemandTable
    scenarios : tuple of Scenario
    notes : tuple of str
    files : tuple of Path
        Local files that it reads beside the maps.
    """

    settings: Simulate
    land: LandOfDates
    drivers: tuple[Driver, ...]
    suitability: Mapping[int, int]
    zones: Codes
    names: Names
    protected: tuple[tuple[NDArray[np.bool_], int], ...]
    demand: DemandTable
    scenarios: tuple[Scenario, ...]
    notes: tuple[str, ...]
    files: tuple[Path, ...] = ()

    @property
    def features(self) -> FeatureSet:
        """What suitability is learned from."""
        return feature_set(len(self.land.classes), self.drivers, self.settings.windows)

    def landscape(self, number: int) -> Landscape:
        """Landscape of one of the dates, with drivers as they were, and protected what is of a protected class at that date."""
        date = number % len(self.land.lands)
        drivers = tuple(driver.at(date) for driver in self.drivers)
        return Landscape(self.land.lands[date], drivers, self.zones, self.fixed(date))

    def fixed(self, date: int) -> Land:
        """1 where land may not change from a date on; empty where all may."""
        fixed = np.zeros((0, 0), np.uint8)
        for where, land_class in self.protected:
            held = where if land_class < 0 else where & (self.land.lands[date] == land_class)
            fixed = held.astype(np.uint8) if fixed.size == 0 else fixed | held
        return fixed


def open_simulation(settings: Simulate, given: MapsOfLand, base: Path, problems: Problems) -> SimulationInputs | None:
    """Inputs of a simulation; None where something that all the rest needs is wrong, which is then a problem.

    Parameters
    ----------
    base : Path
        Folder that names of files start from.
    """
    with problems.at("simulate.model"):
        if settings.model == "lightgbm":
            problems.attempt(require_boosting)
    last = given.maps[-1].year
    if settings.to[0] <= last:
        problems.add(
            tr(
                "simulate.to: {year} is not after the last map, of {last}; name later years",
                year=settings.to[0],
                last=last,
            )
        )
    land = open_land_inside(given, problems)
    if land is None:
        return None
    questions = land_questions(land, settings.to[-1], by_code=given.legend.is_of_codes)
    notes, inside = [*land.notes, *questions], land.lands[-1] != OUTSIDE
    suitability, rasters = _suitability(settings, land, given, base, problems)
    problems.add(*maps_as_drivers(given.maps, rasters))
    notes += twin_drivers(rasters)
    drivers, gaps = lay_drivers(rasters, land.pixels, inside, land.cell_km2, problems, set(suitability.values()))
    away = {name: base / file for name, file in settings.distance_to.items()}
    drivers += distance_drivers(away, land.pixels, inside, problems)
    with problems.at("simulate.zones"):
        zones, names = _zones(land, given.zones, notes, problems)
    with problems.at("simulate.suitability"):
        problems.add(*_chance_problems(drivers, suitability.values()))
    protected = tuple(_protected(settings, land, base, problems))
    table = DemandTable()
    counts = cells_by_class(Landscape(land.lands[-1], zones=zones), len(land.classes), len(names.zones))
    if settings.demand not in BY_RULE:
        with problems.at("simulate.demand"):
            table = (
                problems.attempt(read_demand, base / settings.demand, settings.to, names, land.cell_km2, counts)
                or DemandTable()
            )
    with problems.at("simulate.scenarios"):
        scenarios = problems.attempt(scenarios_of, settings, names, land.cell_km2, base, table.scenarios) or ()
    places = {driver.name: number for number, driver in enumerate(drivers)}
    return SimulationInputs(
        settings,
        land,
        drivers,
        {target: places[name] for target, name in suitability.items() if name in places},
        zones,
        names,
        protected,
        table,
        scenarios,
        (*notes, *gaps),
        tuple(_files(settings, base)),
    )


def open_land_inside(given: MapsOfLand, problems: Problems) -> LandOfDates | None:
    """Land of all dates inside the region; None where something is wrong with it, which is then a problem."""
    with problems.at("land_cover.maps"):
        land = open_land(given.maps, given.legend, given.classes, problems)
    return land if land is None or given.boundary is None else _inside_region(land, given.boundary)


def _inside_region(land: LandOfDates, boundary: Polygons) -> LandOfDates:
    inside = zones_on(boundary, land.pixels) != NO_ZONE
    lands = tuple(np.where(inside, one, np.uint8(OUTSIDE)) for one in land.lands)
    return replace(land, lands=lands)


def _suitability(
    settings: Simulate, land: LandOfDates, given: MapsOfLand, base: Path, problems: Problems
) -> tuple[dict[int, str], dict[str, tuple[Raster, ...]]]:
    """Name of the driver that holds the chance of each target class, and all rasters that are laid on the cells."""
    rasters = dict(given.drivers)
    chances = {}
    for name, file in settings.suitability.items():
        place = f"simulate.suitability.{name}"
        with problems.at(place):
            if name not in land.classes:
                problems.add(
                    tr(
                        "{place}: there is no class '{name}'{nearest}",
                        place="simulate.suitability",
                        name=name,
                        nearest=class_hint(name, land.classes),
                    )
                )
                continue
            raster = problems.attempt(open_only, locate(file, base))
            if raster is not None:
                label = tr("suitability for {name}", name=name_of(name))
                rasters[label] = (raster,)
                chances[land.classes.index(name)] = label
    return chances, rasters


def _chance_problems(drivers: Iterable[Driver], names: Iterable[str]) -> list[str]:
    """Rasters of suitability that hold no chances."""
    wanted = set(names)
    return [
        tr(
            "{name}: values from {low:g} to {high:g} are not probabilities, which lie between 0 and 1; divide percentages by 100",
            name=driver.name,
            low=float(driver.levels[0]),
            high=float(driver.levels[-1]),
        )
        for driver in drivers
        if driver.name in wanted and not 0 <= driver.levels[0] <= driver.levels[-1] <= 1
    ]


def _zones(land: LandOfDates, polygons: Polygons | None, notes: list[str], problems: Problems) -> tuple[Codes, Names]:
    """Zone of each cell; land in none of them does not change, which a note says."""
    if polygons is None:
        return np.zeros((0, 0), np.uint16), Names(land.classes, {"": 0}, ("",))
    zones = zones_on(polygons, land.pixels)
    if not ((zones != NO_ZONE) & (land.lands[-1] != OUTSIDE)).any():
        problems.add(
            tr("{path}: no zone lies on the land map; is it of the same place, and its CRS right?", path=polygons.path)
        )
    outside = int(((zones == NO_ZONE) & (land.lands[-1] != OUTSIDE)).sum())
    if outside:
        notes.append(
            tr(
                "{km2:,.2f} km2 of land lie outside all zones of {path}; this land does not change",
                km2=outside * land.cell_km2,
                path=polygons.path,
            )
        )
    return zones, Names(land.classes, polygons.numbers(), polygons.names)


def _protected(
    settings: Simulate, land: LandOfDates, base: Path, problems: Problems
) -> Iterator[tuple[NDArray[np.bool_], int]]:
    """Where land may not change, and the class that it is said of; -1 is any."""
    for item in settings.protected:
        with problems.at("simulate.protected"):
            if item.land_class is not None and item.land_class not in land.classes:
                problems.add(
                    tr(
                        "{place}: there is no class '{name}'{nearest}",
                        place="simulate.protected",
                        name=item.land_class,
                        nearest=class_hint(item.land_class, land.classes),
                    )
                )
                continue
            path = base / item.file
            is_raster = path.suffix.lower() not in VECTORS
            raster = problems.attempt(open_only, locate(item.file, base)) if is_raster else None
            if is_raster and raster is None:
                continue
            where = problems.attempt(mask_on, path, raster, land.pixels)
            if where is not None and not where.any():
                problems.add(
                    tr(
                        "{path}: nothing in it lies on the land map; is it of the same place, and its CRS right?",
                        path=path,
                    )
                )
        if where is not None:
            yield where, -1 if item.land_class is None else land.classes.index(item.land_class)


def _files(settings: Simulate, base: Path) -> list[Path]:
    names = [item.file for item in settings.protected] + [
        *settings.suitability.values(),
        *settings.distance_to.values(),
    ]
    if settings.demand not in BY_RULE:
        names.append(settings.demand)
    choices = (settings.scenarios, settings.outlook)
    names += [choice for choice in choices if isinstance(choice, str) and Path(choice).suffix]
    return [base / name for name in names if (base / name).exists()]
