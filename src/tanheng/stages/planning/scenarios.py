"""Stage: scenarios of land use, each the best arrangement of its areas, beside the land of today."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.inputs.plan import PlanInputs, Scenario
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import name_of, tr
from tanheng.planning.problem import Limit, PlanProblem, Term, area_of
from tanheng.planning.solve import best_plan
from tanheng.planning.trend import markov_areas, transition_probability
from tanheng.stages.planning.beside import Beside
from tanheng.stages.planning.problem import PlanLand
from tanheng.stages.planning.tables import carbon_gain, conversion_layers
from tanheng.units import HA_PER_KM2

Layer = NDArray[np.float64]


def trend_areas(
    inputs: Inputs, land: PlanLand, transitions: pd.DataFrame | None, horizon: float
) -> tuple[Layer, NDArray[np.bool_]] | None:
    """Areas that the trend of the last period leads to, ha, and the conversions seen in it; none with one year only."""
    if transitions is None or transitions.empty:
        return None
    ends = transitions[transitions["to_year"] == land.year]
    if ends.empty:
        return None
    first = int(ends["from_year"].max())
    rows = ends[ends["from_year"] == first]
    classes = inputs.classes
    table = np.zeros((len(classes), len(classes)))
    for row in rows.itertuples():
        table[classes.index(row.from_class), classes.index(row.to_class)] = row.area_km2
    after = markov_areas(land.area.sum(axis=0), table, land.year - first, horizon)
    return after, transition_probability(table) > 0


def tell_scenarios(
    found: Beside,
    inputs: Inputs,
    opened: PlanInputs,
    land: PlanLand,
    problem: PlanProblem,
    trend: tuple[Layer, NDArray[np.bool_]] | None,
    step: Callable[[], None],
) -> None:
    """Solve every scenario, and compare them with today's land."""
    rows, areas = [_scenario_row("today", "现状", land, land.area.sum(axis=0), 0.0, 0.0, trend)], []
    for scenario in opened.scenarios:
        needs_trend = any("trend" in (row[2], row[4]) for row in scenario.rows)
        if needs_trend and trend is None:
            found.notes.append(
                tr(
                    "scenario '{name}' is left out: it needs the transitions of an earlier year",
                    name=name_of(scenario.name),
                )
            )
            step()
            continue
        try:
            asked = _scenario_problem(inputs, land, problem, scenario, trend)
            plan = best_plan(asked, gap=opened.plan.gap, seconds=opened.plan.seconds)
        except InputError as error:
            found.notes.append(
                tr(
                    "scenario '{name}' has no plan: {error}",
                    name=name_of(scenario.name),
                    error=" ".join(str(error).split()),
                )
            )
            step()
            continue
        after = plan.flows.after(*land.area.shape).sum(axis=0)
        moved = float(plan.flows.area[plan.flows.start != plan.flows.end].sum())
        rows.append(
            _scenario_row(scenario.name, scenario.name_zh, land, after, moved, carbon_gain(land, plan.flows), trend)
        )
        areas += [
            {
                "scenario": scenario.name,
                "land_class": name,
                "area_today_km2": float(land.area[:, number].sum()) / HA_PER_KM2,
                "area_after_km2": float(after[number]) / HA_PER_KM2,
            }
            for number, name in enumerate(inputs.classes)
        ]
        name = _free_name(f"scenario_{re.sub(r'[^A-Za-z0-9_]+', '_', scenario.name).strip('_')}", found.layers)
        found.layers[name] = conversion_layers(land, plan.flows, len(inputs.classes))[1]
        found.kinds[name] = inputs.classes
        step()
    found.tables["scenarios"] = pd.DataFrame(rows)
    if areas:
        found.tables["scenario_areas"] = pd.DataFrame(areas)


def _scenario_problem(
    inputs: Inputs,
    land: PlanLand,
    problem: PlanProblem,
    scenario: Scenario,
    trend: tuple[Layer, NDArray[np.bool_]] | None,
) -> PlanProblem:
    """The plan's problem with the area ranges of a scenario in place of its own ones for the region.

    What fixes classes, protects land and makes it fit stays, and so do the budget, the carbon floors and the limits of zones; a
    scenario that follows the trend may use the conversions of the past as well. A range that no number of whole cells meets is
    opened to the nearest ones.
    """
    today = land.area.sum(axis=0)
    classes = len(inputs.classes)
    limits, allowed = [], problem.allowed
    cell = float(land.area.max()) if problem.whole else 0.0
    for name, low, low_of, high, high_of in scenario.rows:
        number = inputs.classes.index(name)
        reference = {"today": today[number], "trend": trend[0][number] if trend else math.nan, "": math.nan}
        least = -math.inf if low is None else low * reference[low_of]
        most = math.inf if high is None else high * reference[high_of]
        limits.append(
            Limit(
                tr("area of {land_class}{where}", land_class=name_of(name), where=""),
                Term(area_of(classes, number)),
                *_reachable(name, least, most, cell),
            )
        )
    if trend is not None and any(row[2] == "trend" for row in scenario.rows):
        allowed = allowed | trend[1]
    # A range of a class in the whole region (an area, ha) is the scenario's matter; budget, carbon, and what holds in zones, stay.
    kept = tuple(limit for limit in problem.limits if limit.term.factor is not None or limit.units != "ha")
    return replace(problem, limits=(*limits, *kept), allowed=allowed)


def _reachable(name: str, least: float, most: float, cell: float) -> tuple[float, float]:
    """Range of an area; where no number of whole cells lies in it, the nearest numbers around it.

    Raises
    ------
    InputError
        The range is empty.
    """
    if least > most * (1 + 1e-12):
        raise InputError(
            tr(
                "area of {name}: at least {least:,.6g} ha and at most {most:,.6g} ha can't both hold",
                name=name,
                least=least,
                most=most,
            )
        )
    if cell == 0:
        return max(least - 1e-6, 0.0), most + 1e-6
    if not (math.isfinite(least) and math.isfinite(most)) or math.floor(most / cell + 1e-9) >= math.ceil(
        least / cell - 1e-9
    ):
        return least, most
    return max(math.floor(least / cell) * cell, 0.0), math.ceil(most / cell) * cell


def _scenario_row(
    name: str, name_zh: str, land: PlanLand, after: Layer, moved: float, gain: float, trend: tuple[Layer, object] | None
) -> dict[str, object]:
    stock = float(after @ land.density)
    today = float(land.area.sum(axis=0) @ land.density)
    row: dict[str, object] = {
        "scenario": name,
        "name_zh": name_zh,
        "stock_t_c": stock,
        "change_t_c": gain,
        "change_share": gain / today if today else math.nan,
        "converted_km2": moved / HA_PER_KM2,
    }
    if trend is not None:
        row["area_apart_from_trend_km2"] = float(np.abs(after - trend[0]).sum() / 2 / HA_PER_KM2)
    return row


def _free_name(name: str, taken: Mapping[str, object]) -> str:
    """Name that is not taken yet."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found
