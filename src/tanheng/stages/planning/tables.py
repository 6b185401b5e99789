"""Tables and words of a plan, read off its flows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.choices import POOLS
from tanheng.inputs.plan import PlanInputs
from tanheng.language import tr
from tanheng.planning.problem import Flows, Limit, Term, amount
from tanheng.planning.solve import Plan, Price
from tanheng.stages.planning.problem import PlanLand, cost_term, unit_factor, value_difference
from tanheng.units import HA_PER_KM2


def carbon_gain(land: PlanLand, flows: Flows) -> float:
    """Stored carbon gained, t C."""
    return float(np.sum(land.densities.gains(flows)))


def areas_table(land: PlanLand, flows: Flows) -> pd.DataFrame:
    """Area and stored carbon of each class, today and after the plan."""
    after = flows.after(*land.area.shape).sum(axis=0)
    today = land.area.sum(axis=0)
    stored = land.densities.stored(land.area).sum(axis=0)
    return pd.DataFrame(
        {
            "land_class": list(land.classes),
            "area_today_km2": today / HA_PER_KM2,
            "area_after_km2": after / HA_PER_KM2,
            "change_km2": (after - today) / HA_PER_KM2,
            "change_share": np.divide(after - today, today, out=np.full(len(today), np.nan), where=today > 0),
            "stock_today_t_c": stored,
            "stock_after_t_c": stored + land.densities.changes(flows).sum(axis=1),
        }
    )


def values_table(opened: PlanInputs, land: PlanLand, flows: Flows) -> pd.DataFrame:
    """What the plan weighs and what it changes of it: carbon, columns of the table of values, and cost; empty where carbon alone counts."""
    weights = opened.plan.weights
    if set(weights) <= {"carbon"} and not opened.values:
        return pd.DataFrame()
    changes: dict[str, tuple[float, str]] = {"carbon": (carbon_gain(land, flows), "t C")}
    for name in opened.values:
        changes[name] = amount(Term(value_difference(opened, land.classes, name)), flows), tr("units of the table")
    if opened.cost is not None:
        changes["cost"] = amount(cost_term(opened, land), flows), opened.plan.currency
    return pd.DataFrame(
        [
            {"weighed": name, "weight": weights.get(name, 0.0), "change": change, "unit": unit}
            for name, (change, unit) in changes.items()
        ]
    )


def pools_table(land: PlanLand, flows: Flows) -> pd.DataFrame:
    """Stored carbon gained by carbon pool, and its share of the gain."""
    gain = land.densities.changes(flows).sum(axis=0)
    total = float(gain.sum())
    shares = gain / total if total else np.full(len(gain), np.nan)
    return pd.DataFrame({"carbon_pool": list(POOLS), "gain_t_c": gain, "gain_share": shares})


def transitions_table(opened: PlanInputs, land: PlanLand, flows: Flows) -> pd.DataFrame:
    """Conversions of the plan: area, stored carbon gained, cost."""
    cost = cost_term(opened, land)
    gains = land.densities.gains(flows)
    rows = []
    for one, first in enumerate(land.classes):
        for other, second in enumerate(land.classes):
            chosen = (flows.start == one) & (flows.end == other)
            if one == other or not chosen.any():
                continue
            some = Flows(flows.cell[chosen], flows.start[chosen], flows.end[chosen], flows.area[chosen])
            rows.append(
                {
                    "from_class": first,
                    "to_class": second,
                    "area_km2": float(some.area.sum()) / HA_PER_KM2,
                    "gain_t_c": float(gains[chosen].sum()),
                    "cost": amount(cost, some),
                }
            )
    return pd.DataFrame(rows, columns=["from_class", "to_class", "area_km2", "gain_t_c", "cost"])


def zones_table(opened: PlanInputs, land: PlanLand, flows: Flows) -> pd.DataFrame:
    """Change of each class, gain and cost, by zone of every layer."""
    after = flows.after(*land.area.shape)
    spent = cost_term(opened, land).amounts(flows.cell, flows.start, flows.end)
    cost = _by_cell(land, flows, flows.area * spent)
    gain = _by_cell(land, flows, land.densities.gains(flows))
    factor = unit_factor(opened, land)
    frames = []
    for label, weights in land.zones.items():
        layer = land.layers[label]
        change = weights @ (after - land.area) / HA_PER_KM2
        frame = pd.DataFrame({"zone_layer": label, "zone_id": layer.ids, "zone_name": layer.names})
        frame["gain_t_c"] = weights @ gain
        if factor is not None and label == opened.plan.demand_zones:
            held = weights @ land.area.sum(axis=1)
            counted = weights @ (land.area.sum(axis=1) * factor)
            frame["carbon_counts"] = np.divide(counted, held, out=np.full(len(held), np.nan), where=held > 0)
        frame["cost"] = weights @ cost
        for number, name in enumerate(land.classes):
            frame[f"{name}_change_km2"] = change[:, number]
        frames.append(frame[np.asarray(weights.sum(axis=1)).ravel() > 0])
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _by_cell(land: PlanLand, flows: Flows, amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Amounts of the rows of flows, summed in each cell."""
    return np.asarray(np.bincount(flows.cell, amounts, len(land.area)), np.float64)


def prices_table(plan: Plan, unit_of_gain: str, limits: Sequence[Limit]) -> pd.DataFrame:
    """Limits that bind, with what one more unit of them is worth, in words; first those worth most for their size."""

    def cost(price: Price) -> float:
        limit = limits[price.limit]
        return price.worth * abs(limit.upper if price.sign > 0 else limit.lower)

    rows = []
    for price in sorted(plan.prices, key=cost, reverse=True):
        unit = limits[price.limit].units
        rows.append(
            {
                "limit": price.words,
                "worth_per_unit": price.worth,
                "unit": tr("{unit_of_gain} per {unit}", unit_of_gain=unit_of_gain, unit=unit),
                "in_words": _price_in_words(price, unit, unit_of_gain),
            }
        )
    return pd.DataFrame(rows, columns=["limit", "worth_per_unit", "unit", "in_words"])


def _price_in_words(price: Price, unit: str, unit_of_gain: str) -> str:
    figures = {"words": price.words, "unit": unit, "worth": price.worth, "unit_of_gain": unit_of_gain}
    if price.sign > 0:
        return tr(
            "'{words}' is binding: allowing 1 {unit} more raises the gain by {worth:,.4g} {unit_of_gain}", **figures
        )
    return tr("'{words}' is binding: requiring 1 {unit} less raises the gain by {worth:,.4g} {unit_of_gain}", **figures)


def share_layers(land: PlanLand, flows: Flows) -> Iterator[tuple[tuple[str, ...], str, NDArray[np.float64]]]:
    """Grids of the share of each class after the plan, and of each conversion: parts of a file name, meaning, fraction of the land.

    The land of a cell is 1; NaN where there is none.
    """
    held, classes = land.area.sum(axis=1), land.classes

    def layer(hectares: NDArray[np.float64]) -> NDArray[np.float64]:
        grid = np.full(land.mask.shape, np.nan)
        grid[land.mask] = hectares / held
        return grid

    after = flows.after(*land.area.shape)
    for number, name in enumerate(classes):
        yield (
            ("share_after", name),
            f"fraction of the land of the cell that is {name} after the plan",
            layer(after[:, number]),
        )
    for one, other in np.argwhere(flows.transitions(len(classes)) > 0):
        if one == other:
            continue
        chosen = (flows.start == one) & (flows.end == other)
        hectares = np.asarray(np.bincount(flows.cell[chosen], flows.area[chosen], len(land.area)), np.float64)
        meaning = f"fraction of the land of the cell that the plan converts from {classes[one]} to {classes[other]}"
        yield ("converted", classes[one], "to", classes[other]), meaning, layer(hectares)


def conversion_layers(land: PlanLand, flows: Flows) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Grids of the conversion that takes most of a cell (from * classes + to; NaN where none), and of the class after the plan."""
    moved = flows.start != flows.end
    after = flows.after(*land.area.shape)
    largest = np.full(land.mask.shape, np.nan)
    largest[land.mask] = after.argmax(axis=1)
    order = np.argsort(flows.area[moved], kind="stable")
    kind = np.full(len(land.area), np.nan)
    kind[flows.cell[moved][order]] = (flows.start[moved] * len(land.classes) + flows.end[moved])[order]
    layer = np.full(land.mask.shape, np.nan)
    layer[land.mask] = kind
    return layer, largest
