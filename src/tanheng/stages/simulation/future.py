"""Stage: future land use in each scenario: how much of it, where, and how often it comes out so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, Problem, StudyError
from tanheng.inputs.simulation.demand import Scenario
from tanheng.inputs.simulation.opening import BY_RULE, SimulationInputs
from tanheng.language import listed, tr
from tanheng.simulation.course import Allocator, courses
from tanheng.simulation.demand import linear_totals, transition_counts
from tanheng.simulation.landscape import OUTSIDE, Land, Landscape, cells_by_class, free_cells
from tanheng.simulation.schedule import (
    Schedule,
    Start,
    conversion_schedule,
    markov_schedule,
    total_schedule,
)
from tanheng.stages.simulation.learning import refuse_unlearned


def start_of(inputs: SimulationInputs) -> Start:
    """The last map, and the period that demand is derived from."""
    last, zones = len(inputs.land.years) - 1, len(inputs.names.zones)
    first = 0 if inputs.settings.period == "all" else last - 1
    classes, here = len(inputs.land.classes), inputs.landscape(last)
    cells = cells_by_class(here, classes, zones)
    observed = transition_counts(
        inputs.land.lands[first], here.land, classes, inputs.zones if inputs.zones.size else None, zones
    )
    return Start(
        inputs.land.years[-1],
        cells,
        cells - free_cells(here, classes, zones),
        observed,
        float(inputs.land.years[last] - inputs.land.years[first]),
        inputs.land.classes,
        inputs.names.zones,
    )


def schedule_of(inputs: SimulationInputs, scenario: Scenario, planned: NDArray[np.float64] | None = None) -> Schedule:
    """Conversions of each step in a scenario.

    Parameters
    ----------
    planned : array, shape (classes, classes), cells, optional
        Conversions of the plan, where demand is that of the plan; they are met in the first year that is simulated.

    Raises
    ------
    StudyError
        The demand can't be met.
    """
    start, to = start_of(inputs), inputs.settings.to
    longest = inputs.settings.step_years or start.period
    kind = inputs.settings.demand
    if kind == "markov":
        return markov_schedule(start, to, scenario.rules, longest)
    if kind == "linear":
        return total_schedule(start, to, scenario.rules, longest, _linear(inputs, start))
    if kind == "plan":
        if len(start.zones) > 1:
            raise InputError(tr("simulate.demand: the plan's conversions are of the whole region; leave 'zones' out"))
        return conversion_schedule(start, to, longest, _of_plan(start, to, planned), scenario.rules)
    totals, conversions = inputs.demand.of(scenario.name)
    if conversions:
        given = _until(conversions, start.year, to)
        _refuse_missing(scenario, to, given)
        return conversion_schedule(start, to, longest, given, scenario.rules)
    _refuse_missing(scenario, to, totals)
    return total_schedule(start, to, scenario.rules, longest, totals)


def schedules_of(inputs: SimulationInputs, planned: NDArray[np.float64] | None = None) -> dict[str, Schedule]:
    """Conversions of each step by scenario.

    Raises
    ------
    StudyError
        All demands that can't be met.
    """
    problems: list[Problem | str] = []
    schedules = {}
    for scenario in inputs.scenarios:
        try:
            schedules[scenario.name] = schedule_of(inputs, scenario, planned)
        except InputError as error:
            problems += error.problems if isinstance(error, StudyError) else [str(error)]
    if problems:
        raise StudyError(problems)
    return schedules


def refuse_unlikely(inputs: SimulationInputs, schedules: Mapping[str, Schedule]) -> list[str]:
    """Notes on conversions of the schedules that the last observed period teaches nothing about.

    Raises
    ------
    StudyError
        One of them matters, and the study does not say that it may be placed at random.
    """
    classes, last = len(inputs.land.classes), len(inputs.land.years) - 1
    hasty = [] if inputs.settings.demand in BY_RULE else _hasty(inputs, schedules)
    steps = [step.conversions.sum(axis=0) for plan in schedules.values() for step in plan.steps]
    return [
        *hasty,
        *_other_years(inputs),
        *_scaled(inputs),
        *refuse_unlearned(inputs, last - 1, last, sum(steps, np.zeros((classes, classes), np.int64))),
    ]


#: Times the observed change from which on a demand is asked about, and up to which one is.
_HASTY, _SLOW = 5.0, 1.0 / 30.0


def _hasty(inputs: SimulationInputs, schedules: Mapping[str, Schedule]) -> list[str]:
    """Questions about demands that change far more land than was observed to, or far less: their unit may be another."""
    start = start_of(inputs)
    observed = _moved(start.observed) * inputs.land.cell_km2 / start.period
    notes = []
    for name, plan in schedules.items():
        years = plan.steps[-1].year - start.year if plan.steps else 0.0
        rate = sum(_moved(step.conversions) for step in plan.steps) * inputs.land.cell_km2 / max(years, 1.0)
        label = next(one.label for one in inputs.scenarios if one.name == name)
        if inputs.demand.conversions and 0 < rate < _SLOW * observed:
            notes.append(
                tr(
                    "simulate.demand: {scenario}: {asked:,.4g} km2 change a year, a part of {ratio:.2g} of the {observed:,.4g} km2 of the observed "
                    "years; are the areas in the unit of their column?",
                    scenario=label,
                    asked=rate,
                    ratio=rate / observed,
                    observed=observed,
                )
            )
        if observed > 0 and rate > _HASTY * observed:
            notes.append(
                tr(
                    "simulate.demand: {scenario}: {asked:,.2f} km2 change a year, {ratio:.0f} times the {observed:,.2f} km2 of the observed years; "
                    "are the areas in km2? 1 km2 is 100 ha (area_ha) and 1,500 mu (area_mu)",
                    scenario=label,
                    asked=rate,
                    ratio=rate / observed,
                    observed=observed,
                )
            )
    return notes


def _scaled(inputs: SimulationInputs) -> list[str]:
    """Note on areas of a table that do not add up to the land exactly, and so are scaled to it."""
    km2, start = inputs.land.cell_km2, start_of(inputs).cells.sum(axis=1)
    off = {
        (scenario, year): float(np.abs(areas - areas * (start / np.maximum(areas.sum(axis=1), 1e-300))[:, None]).max())
        for (scenario, year), areas in inputs.demand.totals.items()
        if not np.isnan(areas).any()
    }
    worst = max(off, key=lambda key: off[key], default=None)
    if worst is None or off[worst] < 1.0:
        return []
    total = float(inputs.demand.totals[worst].sum())
    return [
        tr(
            "simulate.demand: areas are scaled to the land: those of {year} add up to {total:,.4f} km2, and the land has {land:,.4f} km2; this moves "
            "a class by up to {moved:,.4f} km2",
            year=worst[1],
            total=total * km2,
            land=float(start.sum()) * km2,
            moved=off[worst] * km2,
        )
    ]


def _other_years(inputs: SimulationInputs) -> list[str]:
    """Note on rows of the demand that no simulated year takes: before the last map, after the last year, and areas of years between."""
    table, to, last = inputs.demand, inputs.settings.to, inputs.land.years[-1]
    years = {year for _, year in table.totals if year not in to}
    years |= {year for _, year in table.conversions if not last < year <= to[-1]}
    if not years:
        return []
    return [
        tr(
            "simulate.demand: rows of {years} are not used: demand starts after the last map, of {last}, and 'to' names {to}",
            years=listed(map(str, sorted(years))),
            last=last,
            to=listed(map(str, to)),
        )
    ]


def _moved(conversions: NDArray[np.int64]) -> float:
    """Cells that change their class, of all zones."""
    return float(conversions.sum() - np.trace(conversions.sum(axis=0)))


def _refuse_missing(scenario: Scenario, to: tuple[int, ...], given: Mapping[int, object]) -> None:
    missing = [year for year in to if year not in given]
    if missing:
        raise InputError(
            tr("simulate.demand: scenario '{name}' has no rows for {year}", name=scenario.label, year=missing[0])
        )


def _until(
    conversions: Mapping[int, NDArray[np.float64]], start: int, to: tuple[int, ...]
) -> dict[int, NDArray[np.float64]]:
    """Conversions up to each year that is simulated since the one before: those of years between are added to the next."""
    by_year = {}
    for before, year in pairwise((start, *to)):
        parts = [np.nan_to_num(conversions[at]) for at in sorted(conversions) if before < at <= year]
        if parts:
            by_year[year] = np.sum(parts, axis=0)
    return by_year


def _linear(inputs: SimulationInputs, start: Start) -> dict[int, NDArray[np.float64]]:
    years = list(inputs.land.years) if inputs.settings.period == "all" else list(inputs.land.years[-2:])
    classes, zones = len(inputs.land.classes), len(inputs.names.zones)
    # A cell that some date does not know would be change of the area that is mapped.
    known = np.all([land < classes for land in inputs.land.lands], axis=0)
    counts = np.stack(
        [
            cells_by_class(
                Landscape(
                    np.where(known, inputs.land.lands[inputs.land.years.index(year)], np.uint8(OUTSIDE)),
                    zones=inputs.zones,
                ),
                classes,
                zones,
            )
            for year in years
        ]
    )
    # Lines are drawn through what all dates know, and laid on the land of the last map.
    counts = counts * (start.cells.sum(axis=1) / np.maximum(counts[-1].sum(axis=1), 1))[None, :, None]
    counts = counts + (start.cells - counts[-1])[None]
    return {
        year: np.stack([linear_totals(years, counts[:, zone].astype(float), year) for zone in range(zones)])
        for year in inputs.settings.to
    }


def _of_plan(start: Start, to: tuple[int, ...], planned: NDArray[np.float64] | None) -> dict[int, NDArray[np.float64]]:
    if planned is None:
        raise InputError(
            tr("simulate.demand: 'plan' takes the conversions of the study's plan; make it first with 'tanheng plan'")
        )
    nothing = np.zeros_like(start.observed, float)
    return {year: planned[None] if year == to[0] else nothing for year in to}


@dataclass(frozen=True)
class SimulatedLand:
    """Land of one year in one scenario and draw; only years that are asked for."""

    scenario: Scenario
    draw: int
    year: int
    land: Land


def simulated(
    inputs: SimulationInputs,
    schedules: Mapping[str, Schedule],
    allocator: Allocator,
    on_step: Callable[[], None],
) -> Iterator[SimulatedLand]:
    """Land of the years asked for, scenario by scenario and draw by draw."""
    here = inputs.landscape(len(inputs.land.years) - 1)
    for scenario in inputs.scenarios:
        for draw, year, land in courses(here, schedules[scenario.name], allocator, inputs.settings.draws):
            on_step()
            if float(year).is_integer() and int(year) in inputs.settings.to:
                yield SimulatedLand(scenario, draw, int(year), land)
