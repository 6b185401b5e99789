"""What a study says of population and future emissions, by scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from tanheng.accounting.emission.outlook import between, grown, kaya
from tanheng.errors import InputError, StudyError, nearest
from tanheng.factors import read_table
from tanheng.factors.legends import whole_number
from tanheng.factors.table import parse_number
from tanheng.language import tr
from tanheng.study.simulate import Outlook
from tanheng.units import tonnes_of_carbon

#: Name under which an outlook holds for every scenario that has none of its own.
ALL = "all"


@dataclass(frozen=True)
class OutlookInputs:
    """Outlooks by scenario; none where the study gives no outlook.

    Attributes
    ----------
    by_scenario : mapping of str to Outlook
    """

    by_scenario: Mapping[str, Outlook]

    def of(self, scenario: str) -> Outlook | None:
        """Outlook of a scenario; that for all where it has none of its own."""
        return self.by_scenario.get(scenario, self.by_scenario.get(ALL))


def population_factor(outlook: Outlook, today: float, start: int, year: float) -> float:
    """Population of a year over that of today."""
    if isinstance(outlook.population, dict):
        return between((start, today), outlook.population, year) / today if today > 0 else 1.0
    return grown(1.0, outlook.population, year - start)


def emissions_of(outlook: Outlook, today: float, start: int, year: float, people: float) -> float:
    """Emissions of a year, t C; `people` is its population over that of today."""
    if outlook.emissions is not None:
        assert outlook.unit is not None  # noqa: S101  emissions come with their unit
        given = {at: tonnes_of_carbon(value, outlook.unit) for at, value in outlook.emissions.items()}
        return between((start, today), given, year)
    rest = kaya(
        today,
        year - start,
        population=0.0,
        income=outlook.income,
        energy_intensity=outlook.energy_intensity,
        carbon_intensity=outlook.carbon_intensity,
    )
    return rest * people


#: Yearly growth that no population and no emissions have; what is allowed besides, since figures may be of another source than today's; and what
#: is not, however far the years lie apart.
_FASTEST = {"population": (0.10, 2.0, 30.0), "emissions": (0.25, 3.0, 100.0)}


def outlook_slips(
    outlook: Outlook, start: int, people: float, emitted: float, slack: float = 1.0
) -> tuple[list[str], list[str]]:
    """Problems and questions: figures to come that do not follow on from those before, so that their unit is another, or one is wrong.

    Emissions that fall are asked about, since some plan to end them.

    Parameters
    ----------
    start : int
        Last observed year.
    people, emitted : float
        Of that year; emissions in t C.
    slack : float
        By how much the population of that year may be wrong.

    Examples
    --------
    >>> outlook = Outlook(population={2030: 303.1})
    >>> print(outlook_slips(outlook, 2020, 2.97e6, 5e6)[0][0])
    simulate.outlook: population of 2030 is 303.1, that of 2020 is 2.97e+06; give persons, in the same unit as the population map
    """
    problems: list[str] = []
    questions: list[str] = []
    if isinstance(outlook.population, dict):
        problems += [
            tr(
                "simulate.outlook: population of {year} is {value:.4g}, that of {before} is {today:.4g}; give persons, in the same unit as the "
                "population map",
                year=year,
                value=value,
                before=before,
                today=now,
            )
            for (before, now), (year, value) in _strange("population", (start, people), outlook.population, slack)
        ]
    if outlook.emissions is not None and outlook.unit is not None:
        in_carbon = {year: tonnes_of_carbon(value, outlook.unit) for year, value in outlook.emissions.items()}
        for (before, now), (year, value) in _strange("emissions", (start, emitted), in_carbon, 1.0):
            text = tr(
                "simulate.outlook: emissions of {year} are {value:.4g} t C ({given:.4g} {unit}), those of {before} are {today:.4g} t C; are figure "
                "and unit right?",
                year=year,
                value=value,
                given=outlook.emissions[year],
                unit=outlook.unit,
                before=before,
                today=now,
            )
            (problems if value > now else questions).append(text)
    return problems, questions


Point = tuple[int, float]


def _strange(kind: str, today: Point, given: Mapping[int, float], slack: float) -> list[tuple[Point, Point]]:
    """Figures to come, each with the one before it, where they grow or fall faster than any do; the first of them. None left is no slip."""
    rate, allowed, cap = _FASTEST[kind]
    path = [today, *sorted((year, value) for year, value in given.items() if year > today[0])]
    for (before, now), (year, value) in pairwise(path):
        most = slack * min(max(allowed, math.exp(rate * (year - before))), cap)
        if now > 0 and value > 0 and not 1.0 / most <= value / now <= most:
            return [((before, now), (year, value))]
    return []


def open_outlook(given: str | Mapping[str, Outlook] | None, base: Path, scenarios: tuple[str, ...]) -> OutlookInputs:
    """Outlooks of a study, from its file or from a table ``year`` with ``population``, ``emissions`` and ``unit``, and ``scenario`` if wanted.

    Raises
    ------
    StudyError
        All slips, and scenarios that there are not.
    """
    if given is None:
        return OutlookInputs({})
    figures = _read(base / given) if isinstance(given, str) else dict(given)
    known = (*scenarios, ALL)
    strange = [
        tr("simulate.outlook: there is no scenario '{name}'{nearest}", name=name, nearest=nearest(name, known))
        for name in figures
        if name not in known
    ]
    strange += [
        tr("simulate.outlook: the scenario '{name}' has no outlook; give one, or one called 'all'", name=name)
        for name in scenarios
        if name not in figures and ALL not in figures
    ]
    if strange:
        raise StudyError(strange)
    return OutlookInputs(figures)


def _read(path: Path) -> dict[str, Outlook]:
    table = read_table(path)
    table.require(["year"])
    if not {"population", "emissions"} & set(table.header):
        table.require(["emissions"])
    if "emissions" in table.header:
        table.require(["unit"])
    people: dict[str, dict[int, float]] = {}
    emitted: dict[str, dict[int, float]] = {}
    units: dict[str, str] = {}
    problems = []
    for line, row in table.rows:
        place = table.line(line)
        scenario = row.get("scenario", "") or ALL
        try:
            year = whole_number(row["year"], table.at(place, "year"))
            if row.get("population", ""):
                people.setdefault(scenario, {})[year] = parse_number(row["population"], table.at(place, "population"))
            if row.get("emissions", ""):
                value = parse_number(row["emissions"], table.at(place, "emissions"))
                emitted.setdefault(scenario, {})[year] = tonnes_of_carbon(value, row["unit"])
                units[scenario] = "t C"
        except (InputError, ValueError) as error:
            problems.append(str(error))
    if problems:
        raise StudyError(problems)
    return {
        name: Outlook(population=people.get(name) or 0.0, emissions=emitted.get(name), unit=units.get(name))
        for name in dict.fromkeys([*people, *emitted])
    }
