"""Stage: scenarios of land use, each the best arrangement of its areas, beside the land of today."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.inputs.plan import PlanInputs, Scenario
from tanheng.language import name_of, tr
from tanheng.planning.problem import Limit, PlanProblem, Term, area_of
from tanheng.planning.ranges import reachable_range
from tanheng.planning.solve import Plan, best_plan
from tanheng.planning.trend import markov_areas, transition_probability
from tanheng.stages.planning.findings import PlanFindings, noted
from tanheng.stages.planning.problem import PlanLand
from tanheng.stages.planning.tables import carbon_gain, conversion_layers
from tanheng.units import HA_PER_KM2

Layer = NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """Areas that the trend of the last period leads to, ha, and the conversions seen in it, shape (from class, to class)."""

    areas: Layer
    seen: NDArray[np.bool_]


def trend_of(land: PlanLand, transitions: pd.DataFrame | None, horizon: float) -> Trend | None:
    """Trend of the last period that ends in the year of the plan; none with one year only."""
    if transitions is None or transitions.empty:
        return None
    ends = transitions[transitions["to_year"] == land.year]
    if ends.empty:
        return None
    first = int(ends["from_year"].max())
    rows = ends[ends["from_year"] == first]
    table = np.zeros((len(land.classes), len(land.classes)))
    for row in rows.itertuples():
        table[land.classes.index(row.from_class), land.classes.index(row.to_class)] = row.area_km2
    after = markov_areas(land.area.sum(axis=0), table, land.year - first, horizon)
    return Trend(after, transition_probability(table) > 0)


#: Gap at which a scenario is good enough: it is set beside the plan, which has the proof, at three or four digits.
_ROUGH = 1e-5


def scenarios(
    opened: PlanInputs, land: PlanLand, problem: PlanProblem, trend: Trend | None, step: Callable[[], None]
) -> PlanFindings:
    """Every scenario solved, beside today's land; `step` is called after each."""
    rows = [_scenario_row("today", "现状", land, land.area.sum(axis=0), 0.0, 0.0, trend)]
    areas: list[dict[str, object]] = []
    findings = PlanFindings()
    for scenario in opened.scenarios:
        try:
            plan = _solved(opened, land, problem, scenario, trend)
        except InputError as error:
            findings += noted(
                tr(
                    "scenario '{name}' has no plan: {error}",
                    name=name_of(scenario.name),
                    error=" ".join(str(error).split()),
                )
            )
            continue
        finally:
            step()
        if plan is None:
            findings += noted(
                tr(
                    "scenario '{name}' is left out: it needs the transitions of an earlier year",
                    name=name_of(scenario.name),
                )
            )
            continue
        after = plan.flows.after(*land.area.shape).sum(axis=0)
        moved = float(plan.flows.area[plan.flows.start != plan.flows.end].sum())
        gain = carbon_gain(land, plan.flows)
        rows.append(_scenario_row(scenario.name, scenario.name_zh, land, after, moved, gain, trend))
        areas += _area_rows(scenario.name, land, after)
        name = _free_name(f"scenario_{re.sub(r'[^A-Za-z0-9_]+', '_', scenario.name).strip('_')}", findings.layers)
        layer = conversion_layers(land, plan.flows)[1]
        findings += PlanFindings(layers={name: layer}, kinds={name: land.classes})
    tables = {"scenarios": pd.DataFrame(rows)} | ({"scenario_areas": pd.DataFrame(areas)} if areas else {})
    return findings + PlanFindings(tables)


def _solved(
    opened: PlanInputs, land: PlanLand, problem: PlanProblem, scenario: Scenario, trend: Trend | None
) -> Plan | None:
    """Best plan of a scenario; none where it follows a trend that is not known."""
    if trend is None and scenario.follows_trend:
        return None
    stated = _scenario_problem(land, problem, scenario, trend)
    return best_plan(stated, gap=max(opened.plan.gap, _ROUGH), seconds=opened.plan.seconds)


def _area_rows(scenario: str, land: PlanLand, after: Layer) -> list[dict[str, object]]:
    return [
        {
            "scenario": scenario,
            "land_class": name,
            "area_today_km2": float(land.area[:, number].sum()) / HA_PER_KM2,
            "area_after_km2": float(after[number]) / HA_PER_KM2,
        }
        for number, name in enumerate(land.classes)
    ]


def _scenario_problem(
    land: PlanLand,
    problem: PlanProblem,
    scenario: Scenario,
    trend: Trend | None,
) -> PlanProblem:
    """The plan's problem with the area ranges of a scenario in place of its own ones for the region.

    What fixes classes, protects land and makes it fit stays, and so do the budget, the carbon floors and the limits of zones; a
    scenario that follows the trend may use the conversions of the past as well. A range that no number of whole cells meets is
    opened to the nearest ones.
    """
    today = land.area.sum(axis=0)
    classes = len(land.classes)
    limits, allowed = [], problem.allowed
    cell = float(land.area.max()) if problem.whole else 0.0
    for name, low, low_of, high, high_of in scenario.ranges:
        number = land.classes.index(name)
        reference = {"today": today[number], "trend": trend.areas[number] if trend else math.nan, "": math.nan}
        least = -math.inf if low is None else low * reference[low_of]
        most = math.inf if high is None else high * reference[high_of]
        limits.append(
            Limit(
                tr("area of {land_class}{where}", land_class=name_of(name), where=""),
                Term(area_of(classes, number)),
                *reachable_range(name, least, most, cell),
            )
        )
    if trend is not None and scenario.follows_trend:
        allowed = allowed | trend.seen
    # A range of a class in the whole region (an area, ha) is the scenario's matter; budget, carbon, and what holds in zones, stay.
    kept = tuple(limit for limit in problem.limits if limit.term.factor is not None or limit.units != "ha")
    return replace(problem, limits=(*limits, *kept), allowed=allowed)


def _scenario_row(
    name: str, name_zh: str, land: PlanLand, after: Layer, moved: float, gain: float, trend: Trend | None
) -> dict[str, object]:
    today = float(land.densities.stored(land.area).sum())
    row: dict[str, object] = {
        "scenario": name,
        "name_zh": name_zh,
        "stock_t_c": today + gain,
        "change_t_c": gain,
        "change_share": gain / today if today else math.nan,
        "converted_km2": moved / HA_PER_KM2,
    }
    if trend is not None:
        row["area_apart_from_trend_km2"] = float(np.abs(after - trend.areas).sum() / 2 / HA_PER_KM2)
    return row


def _free_name(name: str, taken: Iterable[str]) -> str:
    """Name that is not taken yet."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free
