"""Stage: zones of management, by cell and by unit."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.analysis import quadrants
from tanheng.analysis.mismatch import QUADRANTS
from tanheng.inputs.plan import PlanInputs
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import tr
from tanheng.planning.zoning import zones_of
from tanheng.stages.planning.beside import Beside

Layer = NDArray[np.float64]


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
