"""Stage: where the balance got better or worse together."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
from scipy import sparse

from tanheng.accounting.summaries import zone_weights
from tanheng.analysis import getis_ord, grid_neighbours
from tanheng.errors import InputError
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import tr
from tanheng.stages.balance import Balance, as_whole_cells, supply_column
from tanheng.stages.land import Land
from tanheng.stages.statistics.findings import CHANGES, Findings, Layer, Mask


def account_hot_spots(
    found: Findings,
    inputs: Inputs,
    land: Land,
    compared: Balance,
    covers: Mapping[str, sparse.csr_matrix],
    step: Callable[[], None],
) -> None:
    """Hot and cold spots of the change of the balance between years; `step` is called after each period."""
    whole = as_whole_cells(compared.balance, land)
    area = np.asarray(land.fraction.values) * inputs.grid.cell_area_km2
    unit = supply_column(inputs.study.balance.mode).replace("supply", "balance_change")
    for first, last in pairwise(int(year) for year in compared.balance["year"].values):
        change = np.asarray(whole.sel(year=last).values - whole.sel(year=first).values, float)
        total = np.asarray(compared.balance.sel(year=last).values - compared.balance.sel(year=first).values, float)
        kinds = _kinds(found, inputs, change, f"{first}-{last}")
        if kinds is not None:
            found.draw("balance_hot_spot", f"{first}-{last}", kinds >= 0, kinds[kinds >= 0])
            _of_region(found, f"{first}-{last}", kinds, area, total, unit)
            for label, cover in covers.items():
                weights = zone_weights(cover, np.asarray(land.fraction.values))[:-1]
                _of_zones(found, inputs, f"{first}-{last}", label, weights, kinds, area)
        step()


def _kinds(found: Findings, inputs: Inputs, change: Layer, period: str) -> Layer | None:
    """Number of the kind of change of each cell, -1 where it is not known; none where it can't be told."""
    asked, mask = inputs.study.analysis, np.isfinite(change)
    near = grid_neighbours(mask, rook=asked.neighbours == "rook")
    try:
        spots = getis_ord(change[mask], near, asked.permutations, asked.seed, asked.false_discovery_rate)
    except InputError as error:
        found.notes.append(tr("hot spots of {period} are left out: {error}", period=period, error=error))
        return None
    kinds = np.full(mask.shape, -1.0)
    kinds[mask] = spots.kind
    return kinds


def _of_region(found: Findings, period: str, kinds: Layer, area: Layer, total: Layer, unit: str) -> None:
    known = float(area[kinds >= 0].sum())
    for number, name in enumerate(CHANGES):
        inside = kinds == number
        found.add(
            "balance_hot_spots",
            {
                "period": period,
                "kind": name,
                "cells": int(inside.sum()),
                "area_km2": float(area[inside].sum()),
                "area_share": float(area[inside].sum()) / known,
                "area_share_of_it_that_fell": _fallen(area, inside, total),
                unit: float(total[inside].sum()),
            },
        )


def _fallen(area: Layer, inside: Mask, total: Layer) -> float:
    """Share of the area of some cells whose balance fell."""
    held = float(area[inside].sum())
    return float(area[inside & (total < 0)].sum()) / held if held else math.nan


def _of_zones(
    found: Findings, inputs: Inputs, period: str, label: str, weights: sparse.csr_matrix, kinds: Layer, area: Layer
) -> None:
    known = np.asarray(weights @ (area * (kinds >= 0)).ravel()).ravel()
    better, worse = (np.asarray(weights @ (area * (kinds == number)).ravel()).ravel() for number in (1, 2))
    polygons = inputs.zones[label]
    for unit, (code, name) in enumerate(zip(polygons.ids, polygons.names, strict=True)):
        if known[unit] > 0:
            found.add(
                "balance_hot_spots_by_zone",
                {
                    "period": period,
                    "zone_layer": label,
                    "zone": code,
                    "name": name,
                    "area_km2": float(known[unit]),
                    "area_share_worse_than_mean": float(worse[unit] / known[unit]),
                    "area_share_better_than_mean": float(better[unit] / known[unit]),
                },
            )
