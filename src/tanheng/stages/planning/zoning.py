"""Stage: zones of management, by cell and by unit."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.analysis.mismatch import QUADRANTS, quadrants
from tanheng.inputs.plan import PlanInputs
from tanheng.language import tr
from tanheng.planning.zoning import UNKNOWN, Rule, direction_of_change, zones_of
from tanheng.stages.planning.findings import PlanFindings, noted

Layer = NDArray[np.float64]

_WORD = {"H": "high", "L": "low"}


def zoning(opened: PlanInputs, dataset: xr.Dataset, year: int, cell_km2: float) -> PlanFindings:
    """Zones of management by cell, by the rules of the study."""
    if "demand" not in dataset or "balance" not in dataset:
        return noted(tr("zones of management are left out: the study has no balance"))
    fraction = np.asarray(dataset["region_fraction"].values, float)
    demand = np.asarray(dataset["demand"].sel(year=year).values, float)
    supply = np.asarray(dataset["balance"].sel(year=year).values, float) + demand
    mask = np.isfinite(supply) & np.isfinite(demand)
    if not mask.any():
        return noted(tr("zones of management are left out: there is no balance in {year}", year=year))
    direction = _direction(dataset, year)[mask]
    known = direction != UNKNOWN
    pair = supply[mask], demand[mask]
    kind = quadrants(*(item / fraction[mask] for item in pair))
    answers = {
        "supply": np.array([_WORD[name[0]] for name in QUADRANTS])[kind],
        "demand": np.array([_WORD[name[1]] for name in QUADRANTS])[kind],
        "balance": np.where(known, direction, "same"),
    }
    rules = opened.cell_rules
    names = tuple(dict.fromkeys(rule.zone for rule in rules))
    zone = np.array([names.index(rule.zone) for rule in rules])[zones_of(rules, answers)]
    layer = np.full(mask.shape, np.nan)
    layer[mask] = zone
    worsened = known & (direction == "worsened")
    rows = _zone_rows(rules, names, zone, fraction[mask] * cell_km2, pair, worsened, known)
    notes = () if known.all() else (_unknown_note(int((~known).sum())),)
    return PlanFindings({"zoning": pd.DataFrame(list(rows))}, {"zoning": layer}, {"zoning": names}, notes)


def _unknown_note(cells: int) -> str:
    return tr(
        "zones of management: the change of the balance is not known in {count} cells; they are zoned as if it had "
        "stayed the same, and are left out of the shares that worsened",
        count=cells,
    )


def _zone_rows(
    rules: tuple[Rule, ...],
    names: tuple[str, ...],
    zone: NDArray[np.int64],
    area: Layer,
    pair: tuple[Layer, Layer],
    worsened: NDArray[np.bool_],
    known: NDArray[np.bool_],
) -> Iterator[dict[str, object]]:
    for number, name in enumerate(names):
        inside = zone == number
        yield {
            "zone": name,
            "cells": int(inside.sum()),
            "area_km2": float(area[inside].sum()),
            "area_share": float(area[inside].sum() / area.sum()),
            "supply_share": _share(pair[0], inside),
            "demand_share": _share(pair[1], inside),
            "area_share_worsened": _share_of(area, inside & known, worsened),
            "advice": next(rule.advice for rule in rules if rule.zone == name),
        }


def _share_of(area: Layer, inside: NDArray[np.bool_], chosen: NDArray[np.bool_]) -> float:
    """Share of an area that is chosen; NaN where there is none."""
    held = float(area[inside].sum())
    return float(area[inside & chosen].sum()) / held if held else math.nan


def _share(values: Layer, inside: NDArray[np.bool_]) -> float:
    total = float(values.sum())
    return float(values[inside].sum()) / total if total else math.nan


def _direction(dataset: xr.Dataset, year: int) -> NDArray[np.str_]:
    """Whether the balance of each cell got better or worse since the year before that has one."""
    balance = dataset["balance"]
    earlier = [
        int(item) for item in balance["year"].values if item < year and bool(np.isfinite(balance.sel(year=item)).any())
    ]
    now = np.asarray(balance.sel(year=year).values, float)
    if not earlier:
        return np.full(now.shape, "same")
    return direction_of_change(np.asarray(balance.sel(year=earlier[-1]).values, float), now)


def unit_zoning(opened: PlanInputs, balance: pd.DataFrame | None, year: int) -> PlanFindings:
    """Zones of management by unit, from ESC and ECC of the balance by zone, for the layer that GDP is known for."""
    is_stock = balance is not None and "storage_support_coefficient" in balance
    support = "storage_support_coefficient" if is_stock else "ecological_support_coefficient"
    coefficients = {support: "esc", "economic_contribution_coefficient": "ecc"}
    if balance is None or not set(coefficients) <= set(balance.columns):
        return noted(
            tr(
                "zones of management by unit are left out: they need a balance by zone, and GDP ([economy] driver, kind)"
            )
        )
    rows = balance[balance["year"] == year].rename(columns=coefficients)
    known = np.isfinite(rows[["esc", "ecc"]]).all(axis=1)
    if not known.any():
        return noted(
            tr(
                "zones of management by unit are left out: no zone has a supply, a demand and GDP above zero in {year}",
                year=year,
            )
        )
    layers = rows.loc[known, "zone_layer"].unique()
    left = int((~known & rows["zone_layer"].isin(layers) & (rows["zone_id"] != "-")).sum())
    table = _unit_table(opened.unit_rules, rows[known])
    return PlanFindings({"zoning_by_unit": table}, notes=tuple(_unit_notes(left, is_stock=is_stock)))


def _unit_notes(left: int, *, is_stock: bool) -> Iterator[str]:
    if left:
        yield tr("zones of management by unit: {left} zone(s) without GDP or demand are left out", left=left)
    if is_stock:
        yield tr(
            "management zones by administrative zone: in mode 'stock' the share of the carbon stock stands in for ESC, which "
            "the literature defines by yearly uptake; use mode 'sink' or 'stock_change' before acting on these zones"
        )


def _unit_table(rules: tuple[Rule, ...], rows: pd.DataFrame) -> pd.DataFrame:
    answers = {name: np.where(rows[name] > 1, "above 1", "below 1") for name in ("esc", "ecc")}
    chosen = [rules[number] for number in zones_of(rules, answers)]
    table = rows[["zone_layer", "zone_id", "zone_name", "esc", "ecc"]].reset_index(drop=True)
    table["zone"] = [rule.zone for rule in chosen]
    table["reason"] = [f"ESC {esc:.2f}, ECC {ecc:.2f}" for esc, ecc in zip(table["esc"], table["ecc"], strict=True)]
    table["advice"] = [rule.advice for rule in chosen]
    return table
