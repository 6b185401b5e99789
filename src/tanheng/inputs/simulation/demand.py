"""Demand for land by year as a table gives it, scenarios, and what conversions must keep to; in cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError, nearest
from tanheng.factors import read_table
from tanheng.factors.catalogue import read_named
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.factors.legends import class_hint, class_named, whole_number
from tanheng.factors.table import Place, Table, parse_number
from tanheng.language import language, listed, name_of, tr
from tanheng.simulation.schedule import Rules
from tanheng.study.simulate import Simulate

#: Name of the one scenario of a simulation that has no others.
ONLY = "simulated"
#: Columns of areas, and how many of each a square kilometre has.
_AREAS = {"area_km2": 1.0, "area_ha": 100.0, "area_mu": 1500.0}
#: Largest difference of the demanded areas' sum from that of the land, relative: rounding of a table.
_ROUNDING = 0.01


@dataclass(frozen=True)
class Names:
    """Names that tables may use: classes; and zones, each by every text that means it, and as it is called."""

    classes: tuple[str, ...]
    zone_numbers: Mapping[str, int]
    zones: tuple[str, ...]

    def land_class(self, name: str, place: object) -> int:
        """Number of a class by its name, as it is in the study or as tanheng prints it.

        Raises
        ------
        InputError
            There is no such class.
        """
        known = class_named(name, self.classes)
        if known is not None:
            return self.classes.index(known)
        raise InputError(
            tr(
                "{place}: there is no class '{name}'{nearest}",
                place=place,
                name=name,
                nearest=class_hint(name, self.classes),
            )
        )

    def zone(self, name: str, place: object) -> int:
        """Number of a zone by its id or name.

        Raises
        ------
        InputError
            There is no such zone.
        """
        if name in self.zone_numbers:
            return self.zone_numbers[name]
        raise InputError(
            tr("{place}: there is no zone '{name}'{nearest}", place=place, name=name, nearest=nearest(name, self.zones))
        )


@dataclass(frozen=True)
class DemandTable:
    """Areas or conversions by scenario and year, cells.

    Attributes
    ----------
    totals : mapping of (str, int) to array, shape (zones, classes)
        By scenario ('' for all) and year.
    conversions : mapping of (str, int) to array, shape (zones, classes, classes)
    """

    totals: Mapping[tuple[str, int], NDArray[np.float64]] = field(default_factory=dict)
    conversions: Mapping[tuple[str, int], NDArray[np.float64]] = field(default_factory=dict)

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Scenarios that the table names."""
        return tuple(dict.fromkeys(name for name, _ in (*self.totals, *self.conversions) if name))

    def of(self, scenario: str) -> tuple[dict[int, NDArray[np.float64]], dict[int, NDArray[np.float64]]]:
        """Totals and conversions of one scenario by year; rows without a scenario hold for those that have none of the year."""
        return _of_scenario(self.totals, scenario), _of_scenario(self.conversions, scenario)


def _of_scenario(rows: Mapping[tuple[str, int], NDArray[np.float64]], scenario: str) -> dict[int, NDArray[np.float64]]:
    """Rows of a scenario by year; what it does not say itself is taken from rows for all."""
    by_year = {year: value for (name, year), value in rows.items() if not name}
    for (name, year), own in rows.items():
        if name and name == scenario:
            by_year[year] = np.where(np.isnan(own), by_year[year], own) if year in by_year else own
    return by_year


def read_demand(path: Path, to: tuple[int, ...], names: Names, km2: float, land: NDArray[np.int64]) -> DemandTable:
    """Demand from a table ``year,class,area_km2``, or ``year,from_class,to_class,area_km2``; with ``zone`` and ``scenario`` if wanted.

    Areas may be in hectares or mu: ``area_ha``, ``area_mu``.

    Parameters
    ----------
    to : tuple of int
        Years that are simulated; each must be in the table.
    km2 : float
        Area of a cell.
    land : array of int, shape (zones, classes)
        Cells of each class at the start.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column; years that are missing; areas that do not add up to the land.
    """
    table = read_table(path)
    by_conversion = any(name in table.header for name in ("from_class", "from"))
    columns = _columns(table) if by_conversion else ("class",)
    area = next((name for name in _AREAS if name in table.header), "area_km2")
    table.require(["year", *columns, area])
    if names.zones[1:] and "zone" not in table.header:
        table.require(["zone"])
    if not names.zones[1:] and any(row.get("zone") for _, row in table.rows):
        raise InputError(
            tr("{path}: has a column of zones, and no zones are named; name them, or take it out", path=path.name)
        )
    size = len(names.classes)
    shape = (len(names.zones), size, size) if by_conversion else (len(names.zones), size)
    by_scenario: dict[tuple[str, int], NDArray[np.float64]] = {}
    problems = []
    for line, row in table.rows:
        place = table.line(line)
        try:
            _add_row(by_scenario, shape, table, row, place, (columns, area), names, km2 * _AREAS[area])
        except InputError as error:
            problems.append(str(error))
    problems += [
        tr("{path}: no row for {year}, which is to be simulated", path=path.name, year=year)
        for year in to
        if not problems and not any(of == year for _, of in by_scenario)
    ]
    if any(name == "observed" for name, _ in by_scenario):
        problems.append(tr("{path}: a scenario can't be called 'observed', as observed years are", path=path.name))
    if not by_conversion and not problems:
        problems += [
            problem
            for (scenario, year), areas in by_scenario.items()
            for problem in _sum_problems(path, (scenario, year), areas, land, km2, names)
        ]
    if problems:
        raise StudyError(problems)
    return DemandTable(conversions=by_scenario) if by_conversion else DemandTable(totals=by_scenario)


def _columns(table: Table) -> tuple[str, str]:
    return ("from_class", "to_class") if "from_class" in table.header else ("from", "to")


def _add_row(
    by_scenario: dict[tuple[str, int], NDArray[np.float64]],
    shape: tuple[int, ...],
    table: Table,
    row: dict[str, str],
    place: Place,
    headings: tuple[tuple[str, ...], str],
    names: Names,
    cell: float,
) -> None:
    """Add the area of a row, in cells of an area in the unit of the table."""
    columns, heading = headings
    year = whole_number(row["year"], table.at(place, "year"))
    zone = names.zone(row["zone"], table.at(place, "zone")) if len(names.zones) > 1 else 0
    classes = tuple(names.land_class(row[column], table.at(place, column)) for column in columns)
    area = parse_number(row[heading], table.at(place, heading))
    areas = by_scenario.setdefault((row.get("scenario", ""), year), np.full(shape, np.nan))
    if np.isfinite(areas[(zone, *classes)]):
        raise InputError(tr("{place}: appears twice; merge the rows", place=place))
    areas[(zone, *classes)] = area / cell


def _sum_problems(
    path: Path, key: tuple[str, int], areas: NDArray[np.float64], land: NDArray[np.int64], km2: float, names: Names
) -> list[str]:
    """Classes without an area, and zones whose areas do not add up to their land."""
    problems = []
    scenario, year = key
    of_scenario = tr("scenario '{name}', ", name=scenario) if scenario else ""
    for zone in range(areas.shape[0]):
        lacking = [name_of(names.classes[k]) for k in np.flatnonzero(np.isnan(areas[zone]) & (land[zone] > 0))]
        where = of_scenario + (tr("zone '{zone}', ", zone=names.zones[zone]) if len(names.zones) > 1 else "")
        if lacking:
            problems.append(
                tr(
                    "{path}: {where}{year}: no area for {names}; give one for each class",
                    path=path.name,
                    where=where,
                    year=year,
                    names=listed(map(repr, lacking)),
                )
            )
            continue
        areas[zone] = np.nan_to_num(areas[zone])
        total, has = float(areas[zone].sum()), int(land[zone].sum())
        if abs(total - has) > _ROUNDING * has:
            problems.append(
                tr(
                    "{path}: {where}{year}: the areas add up to {total:,.2f} km2, and there are {land:,.2f} km2 of land; they must be the same",
                    path=path.name,
                    where=where,
                    year=year,
                    total=total * km2,
                    land=has * km2,
                )
            )
    return problems


@dataclass(frozen=True)
class Scenario:
    """A scenario: its name, what it is called in the language that is spoken, and what its conversions keep to."""

    name: str
    label: str
    rules: Rules


def scenarios_of(
    settings: Simulate, names: Names, km2: float, base: Path, demanded: tuple[str, ...]
) -> tuple[Scenario, ...]:
    """Scenarios of a simulation with the conversions that are forbidden and the quotas, which hold in all of them.

    Parameters
    ----------
    demanded : tuple of str
        Scenarios that a table of demand names.

    Raises
    ------
    StudyError
        All slips of the table of scenarios and of the settings.
    """
    most, problems = _most(settings, names, km2)
    chosen = "scenarios" in settings.model_fields_set and settings.scenarios is not False
    if chosen and settings.demand != "markov":
        problems.append(
            tr(
                "simulate.scenarios: scenarios modify the transition probabilities of a Markov chain, and this land demand "
                "has none; remove 'scenarios'"
            )
        )
    ones = np.ones((len(names.classes), len(names.classes)))
    factors: dict[str, NDArray[np.float64]] = {}
    labels: dict[str, str] = {}
    if settings.scenarios is not False and settings.demand == "markov":
        own = settings.scenarios if isinstance(settings.scenarios, str) else None
        table = read_named("simulation", own or "change-scenarios", base)
        table.require(["scenario", "from", "to", "factor"])
        for line, row in table.rows:
            name = row["scenario"]
            labels[name] = row.get(f"name_{language()}") or name_of(name)
            here = factors.setdefault(name, ones.copy())
            try:
                _apply(here, table, row, table.line(line), names, strict=own is not None)
            except InputError as error:
                problems.append(str(error))
    if chosen and factors and all((values == 1.0).all() for values in factors.values()):
        problems.append(
            tr(
                "simulate.scenarios: no class is of a kind of land that the table names, so all scenarios would be the same; name classes by a legend"
            )
        )
    if "observed" in factors:
        problems.append(tr("simulate.scenarios: a scenario can't be called 'observed', as observed years are"))
    for name in demanded:
        factors.setdefault(name, ones.copy())
        labels.setdefault(name, name)
    if problems:
        raise StudyError(problems)
    if not factors:
        factors, labels = {ONLY: ones}, {ONLY: name_of(ONLY)}
    return tuple(Scenario(name, labels[name], Rules(values, most)) for name, values in factors.items())


def _most(settings: Simulate, names: Names, km2: float) -> tuple[NDArray[np.float64], list[str]]:
    """Most cells of each conversion, and slips."""
    size, problems = len(names.classes), []
    most = np.full((size, size), np.inf)
    for number, (one, other) in enumerate(settings.forbidden, start=1):
        place = tr("simulate.forbidden {number}", number=number)
        try:
            for i in _any(one, names, place):
                for j in _any(other, names, place):
                    most[i, j] = 0.0 if i != j else np.inf
        except InputError as error:
            problems.append(str(error))
    for number, quota in enumerate(settings.quotas, start=1):
        place = tr("simulate.quotas {number}", number=number)
        try:
            i, j = names.land_class(quota.from_class, place), names.land_class(quota.to_class, place)
            most[i, j] = min(most[i, j], np.floor(quota.km2 / km2 + 1e-9))
        except InputError as error:
            problems.append(str(error))
    return most, problems


def _any(name: str, names: Names, place: object) -> range | list[int]:
    return range(len(names.classes)) if name == "*" else [names.land_class(name, place)]


#: Factor of a conversion from which on it is a slip for one in percent.
_PERCENT = 20.0


def _apply(
    factors: NDArray[np.float64], table: Table, row: dict[str, str], place: Place, names: Names, *, strict: bool
) -> None:
    """Set the factors of a row; built-in rows name kinds of land, those of the user's own table classes or kinds."""
    value = parse_number(row["factor"], table.at(place, "factor"))
    if value >= _PERCENT:
        raise InputError(
            tr(
                "{place}: factor {value:g} makes a conversion {value:g} times as frequent; for {value:g} % write {share:g}",
                place=table.at(place, "factor"),
                value=value,
                share=value / 100.0,
            )
        )
    ends = []
    for column in ("from", "to"):
        wanted = row[column]
        of_kind = [k for k, name in enumerate(names.classes) if wanted in {"*", kind_of_land(name)}]
        if strict and not of_kind:
            of_kind = [names.land_class(wanted, table.at(place, column))]
        ends.append(of_kind)
    for i in ends[0]:
        for j in ends[1]:
            if i != j:
                factors[i, j] = value
