"""Stage: what is told beside a plan: scenarios, zones of management, compensation."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from tanheng.analysis import quadrants
from tanheng.analysis.mismatch import QUADRANTS
from tanheng.errors import InputError
from tanheng.grid import project
from tanheng.language import name_of, tr
from tanheng.pipeline.inputs import Inputs
from tanheng.pipeline.plan_inputs import PlanInputs, Scenario
from tanheng.pipeline.plan_problem import PlanLand
from tanheng.pipeline.plan_tables import carbon_gain, conversion_layers
from tanheng.planning.compensation import compensation_flows, shared_surplus
from tanheng.planning.problem import Limit, PlanProblem, Term, area_of
from tanheng.planning.solve import best_plan
from tanheng.planning.trend import markov_areas, transition_probability
from tanheng.planning.zoning import zones_of
from tanheng.units import CO2_PER_C, HA_PER_KM2

Layer = NDArray[np.float64]


@dataclass
class Beside:
    """Tables, grids (with the names of their kinds), notes, and arrows (from x, y to x, y with an amount) of what is told beside a plan."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    layers: dict[str, Layer] = field(default_factory=dict)
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    arrows: list[tuple[float, float, float, float, float]] = field(default_factory=list)


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


def tell_zoning(found: Beside, inputs: Inputs, opened: PlanInputs, dataset: xr.Dataset, year: int) -> None:
    """Zones of management by cell, by the rules of the study."""
    if "demand" not in dataset or "balance" not in dataset:
        found.notes.append(tr("zones of management are left out: the study has no balance"))
        return
    fraction = np.asarray(dataset["region_fraction"].values, float)
    part = np.where(fraction > 0, fraction, np.nan)
    supply = np.asarray(dataset["balance"].sel(year=year).values, float) + np.asarray(
        dataset["demand"].sel(year=year).values, float
    )
    demand = np.asarray(dataset["demand"].sel(year=year).values, float)
    mask = np.isfinite(supply) & np.isfinite(demand)
    if not mask.any():
        found.notes.append(tr("zones of management are left out: there is no balance in {year}", year=year))
        return
    kind = quadrants((supply / part)[mask], (demand / part)[mask])
    answers = {
        "supply": np.array([_WORD[QUADRANTS[number][0]] for number in range(4)])[kind],
        "demand": np.array([_WORD[QUADRANTS[number][1]] for number in range(4)])[kind],
        "balance": _direction(dataset, year, mask),
    }
    told = answers["balance"] != _UNKNOWN
    if not told.all():
        found.notes.append(
            tr(
                "zones of management: the change of the balance is not known in {count} cells; they are zoned as if it had "
                "stayed the same, and are left out of the shares that worsened",
                count=int((~told).sum()),
            )
        )
    number = zones_of(opened.cell_rules, answers | {"balance": np.where(told, answers["balance"], "same")})
    names = tuple(dict.fromkeys(rule.zone for rule in opened.cell_rules))
    zone = np.array([names.index(rule.zone) for rule in opened.cell_rules])[number]
    layer = np.full(mask.shape, np.nan)
    layer[mask] = zone
    found.layers["zoning"], found.kinds["zoning"] = layer, names
    area = (fraction * inputs.grid.cell_area_km2)[mask]
    rows = []
    for which, name in enumerate(names):
        inside = zone == which
        rows.append(
            {
                "zone": name,
                "cells": int(inside.sum()),
                "area_km2": float(area[inside].sum()),
                "area_share": float(area[inside].sum() / area.sum()),
                "supply_share": _share(supply[mask], inside),
                "demand_share": _share(demand[mask], inside),
                "area_share_worsened": _share_of(area, inside & told, answers["balance"] == "worsened"),
                "advice": next(rule.advice for rule in opened.cell_rules if rule.zone == name),
            }
        )
    found.tables["zoning"] = pd.DataFrame(rows)


_WORD = {"H": "high", "L": "low"}

#: Answer of a cell whose change of the balance is not known.
_UNKNOWN = "unknown"


def _share_of(area: Layer, inside: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    """Share of an area that is chosen; NaN where there is none."""
    held = float(area[inside].sum())
    return float(area[inside & chosen].sum()) / held if held else math.nan


def _free_name(name: str, taken: Mapping[str, object]) -> str:
    """Name that is not taken yet."""
    found, number = name, 2
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _share(values: Layer, inside: NDArray[np.bool_]) -> float:
    total = float(values.sum())
    return float(values[inside].sum()) / total if total else math.nan


def _direction(dataset: xr.Dataset, year: int, mask: NDArray[np.bool_]) -> NDArray[np.str_]:
    """Whether the balance of each cell got better or worse since the year before that has one."""
    balance = dataset["balance"]
    earlier = [
        int(item) for item in balance["year"].values if item < year and bool(np.isfinite(balance.sel(year=item)).any())
    ]
    if not earlier:
        return np.full(int(mask.sum()), "same")
    step = np.asarray((balance.sel(year=year, drop=True) - balance.sel(year=earlier[-1], drop=True)).values, float)[
        mask
    ]
    known = np.isfinite(step)
    tiny = 1e-9 * float(np.abs(step[known]).max(initial=1e-300))
    found = np.where(step > tiny, "improved", np.where(step < -tiny, "worsened", "same"))
    return np.where(known, found, _UNKNOWN)


def tell_unit_zoning(found: Beside, opened: PlanInputs, balance: pd.DataFrame | None, year: int) -> None:
    """Zones of management by unit, from ESC and ECC of the balance by zone, for the layer that GDP is known for."""
    stored = balance is not None and "storage_support_coefficient" in balance
    support = "storage_support_coefficient" if stored else "ecological_support_coefficient"
    coefficients = {support: "esc", "economic_contribution_coefficient": "ecc"}
    if balance is None or not set(coefficients) <= set(balance.columns):
        found.notes.append(
            tr(
                "zones of management by unit are left out: they need a balance by zone, and GDP ([economy] driver, kind)"
            )
        )
        return
    rows = balance[balance["year"] == year].rename(columns=coefficients)
    known = np.isfinite(rows[["esc", "ecc"]]).all(axis=1)
    if not known.any():
        found.notes.append(
            tr(
                "zones of management by unit are left out: no zone has a supply, a demand and GDP above zero in {year}",
                year=year,
            )
        )
        return
    layers = rows.loc[known, "zone_layer"].unique()
    left = int((~known & rows["zone_layer"].isin(layers) & (rows["zone_id"] != "-")).sum())
    if left:
        found.notes.append(
            tr("zones of management by unit: {left} zone(s) without GDP or demand are left out", left=left)
        )
    rows = rows[known]
    if stored:
        found.notes.append(
            tr(
                "zones of management by unit: in mode 'stock' ESC compares shares of stored carbon; the literature's ESC compares "
                "yearly absorption, so use mode 'sink' or 'stock_change' before you act on these zones"
            )
        )
    answers = {name: np.where(rows[name] > 1, "above 1", "below 1") for name in ("esc", "ecc")}
    number = zones_of(opened.unit_rules, answers)
    told = rows[["zone_layer", "zone_id", "zone_name", "esc", "ecc"]].reset_index(drop=True)
    told["zone"] = [opened.unit_rules[item].zone for item in number]
    told["reason"] = [f"ESC {esc:.2f}, ECC {ecc:.2f}" for esc, ecc in zip(told["esc"], told["ecc"], strict=True)]
    told["advice"] = [opened.unit_rules[item].advice for item in number]
    found.tables["zoning_by_unit"] = told


def tell_compensation(
    found: Beside, inputs: Inputs, opened: PlanInputs, balance: pd.DataFrame | None, year: int
) -> None:
    """Flows between units in deficit and in surplus: bookkeeping, since carbon dioxide mixes well."""
    layer = opened.plan.compensation
    if layer is None:
        return
    if balance is None:
        found.notes.append(tr("compensation is left out: the study has no balance"))
        return
    if inputs.study.balance.mode == "stock":
        found.notes.append(
            tr(
                "compensation: in mode 'stock' a unit's surplus is the emissions that its share of the stored carbon would allot to it, "
                "less its own; it is no yearly uptake, and nothing is absorbed there by this run"
            )
        )
    rows = balance[(balance["zone_layer"] == layer) & (balance["year"] == year) & (balance["zone_id"] != "-")]
    if len(rows) < 2:
        found.notes.append(
            tr("compensation is left out: no two zones of '{layer}' have a balance in {year}", layer=layer, year=year)
        )
        return
    polygons = inputs.zones[layer]
    order = [polygons.ids.index(str(code)) for code in rows["zone_id"]]
    demand = rows["demand_t_c_per_yr"].to_numpy(float)
    stock_mode = inputs.study.balance.mode == "stock"
    surplus = (
        shared_surplus(rows["supply_t_c"].to_numpy(float), demand)
        if stock_mode
        else rows["balance_t_c_per_yr"].to_numpy(float)
    )
    shapes = project(polygons.geometries, polygons.crs, inputs.grid.crs)
    at = shapely.get_coordinates(shapely.centroid(np.array([shapes[item] for item in order], dtype=object))) / 1000.0
    distance = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    flows = compensation_flows(surplus, distance)
    names = rows["zone_name"].tolist()
    gives, takes = np.nonzero(flows > 1e-9 * max(float(np.abs(surplus).max()), 1e-300))
    metres = 1000.0 * at
    found.arrows = [
        (
            float(metres[one, 0]),
            float(metres[one, 1]),
            float(metres[other, 0]),
            float(metres[other, 1]),
            float(flows[one, other]),
        )
        for one, other in zip(gives, takes, strict=True)
    ]
    found.tables["compensation"] = pd.DataFrame(
        {
            "from_zone": [names[item] for item in gives],
            "to_zone": [names[item] for item in takes],
            "t_c_per_yr": flows[gives, takes],
            "distance_km": distance[gives, takes],
            "payment": flows[gives, takes]
            * opened.plan.price
            * (CO2_PER_C if opened.plan.price_per == "t CO2" else 1.0),
            "price_unit": f"{opened.plan.currency} per {opened.plan.price_per}",
            "currency": opened.plan.currency,
        }
    )
    found.tables["compensation_units"] = pd.DataFrame(
        {
            "zone": names,
            "basis": "share of the store against share of emissions" if stock_mode else "yearly balance",
            "surplus_t_c_per_yr": surplus,
            "given_t_c_per_yr": flows.sum(axis=1),
            "received_t_c_per_yr": flows.sum(axis=0),
            "unmet_t_c_per_yr": np.maximum(-surplus, 0) - flows.sum(axis=0),
        }
    )
