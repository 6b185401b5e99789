"""Stage: how supply and demand part: quadrants, coupling coordination, Lorenz curve, Gini, dissimilarity."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr

from tanheng.analysis import coupling_coordination, dissimilarity, gini, lorenz, quadrants
from tanheng.analysis.mismatch import LEVELS, QUADRANTS, coordination_level
from tanheng.errors import InputError
from tanheng.language import mark_name, tr
from tanheng.stages.balance import Balance, as_whole_cells, supply_column
from tanheng.stages.land import Land
from tanheng.stages.statistics.findings import Findings, Layer, Mask

_MEANING = {
    "HH": mark_name("high supply, high demand"),
    "LH": mark_name("low supply, high demand"),
    "LL": mark_name("low supply, low demand"),
    "HL": mark_name("high supply, low demand"),
}


def account_mismatch(found: Findings, land: Land, compared: Balance, cell_km2: float, mode: str) -> None:
    """Mismatch of every year that has a balance."""
    supply, demand = as_whole_cells(compared.supply, land), as_whole_cells(compared.demand, land)
    years = [int(year) for year in compared.supply["year"].values]
    area = np.asarray(land.fraction.values) * cell_km2
    for year in years:
        whole = [np.asarray(item.sel(year=year).values, float) for item in (supply, demand)]
        amounts = [np.asarray(item.sel(year=year).values, float) for item in (compared.supply, compared.demand)]
        mask = np.isfinite(whole[0]) & np.isfinite(whole[1])
        if mask.any():
            _quadrants(found, year, mask, whole, amounts, area, supply_column(mode))
            _indices(found, year, mask, amounts)
    _coupling(found, years, supply, demand, area)


def _quadrants(
    found: Findings,
    year: int,
    mask: Mask,
    whole: list[Layer],
    amounts: list[Layer],
    area: Layer,
    column: str,
) -> None:
    kind = quadrants(whole[0][mask], whole[1][mask])
    found.draw("mismatch_quadrant", year, mask, kind)
    area = area[mask]
    totals = [float(item[mask].sum()) for item in amounts]
    # A part of a sum in which gains and losses cancel is no share of anything.
    told = totals[0] > 0 and bool((amounts[0][mask] >= 0).all())
    for number, name in enumerate(QUADRANTS):
        inside = kind == number
        shares = [float(item[mask][inside].sum()) for item in amounts]
        found.add(
            "mismatch",
            {
                "year": year,
                "quadrant": name,
                "meaning": _MEANING[name],
                "cells": int(inside.sum()),
                "area_km2": float(area[inside].sum()),
                "area_share": float(area[inside].sum() / area.sum()),
                column: shares[0],
                "supply_share": shares[0] / totals[0] if told else math.nan,
                "demand_t_c_per_yr": shares[1],
                "demand_share": shares[1] / totals[1] if totals[1] else math.nan,
            },
        )


def _indices(found: Findings, year: int, mask: Mask, amounts: list[Layer]) -> None:
    supply, demand = (item[mask] for item in amounts)
    row: dict[str, object] = {"year": year, "gini": math.nan, "dissimilarity": math.nan}
    try:
        row["gini"] = gini(supply, demand)
        row["dissimilarity"] = dissimilarity(supply, demand)
        across, up = lorenz(supply, demand)
        row["supply_share_under_half_of_demand"] = float(1.0 - np.interp(0.5, up, across))
        points = np.linspace(0.0, 1.0, 51)
        for share, held in zip(points, np.interp(points, across, up), strict=True):
            found.add("lorenz", {"year": year, "supply_share": float(share), "demand_share": float(held)})
    except InputError as error:
        found.notes.append(tr("Gini and dissimilarity of {year} are left out: {error}", year=year, error=error))
    found.add("mismatch_indices", row)


def _coupling(found: Findings, years: list[int], supply: xr.DataArray, demand: xr.DataArray, area: Layer) -> None:
    """Coupling coordination, on the range of all years together, so that years can be compared."""
    ranges = [(float(item.min()), float(item.max())) for item in (supply, demand)]
    for year in years:
        pair = [np.asarray(item.sel(year=year).values, float) for item in (supply, demand)]
        mask = np.isfinite(pair[0]) & np.isfinite(pair[1])
        try:
            degree = coupling_coordination(pair[0][mask], pair[1][mask], ranges[0], ranges[1])
        except InputError as error:
            found.notes.append(tr("coupling coordination is left out: {error}", error=error))
            return
        found.draw("coupling_coordination", year, mask, degree)
        held = area[mask]
        level = coordination_level(degree)
        for number, name in enumerate(LEVELS):
            inside = level == number
            found.add(
                "coupling_coordination",
                {
                    "year": year,
                    "level": number + 1,
                    "name": name,
                    "from": number / 10,
                    "to": (number + 1) / 10,
                    "cells": int(inside.sum()),
                    "area_km2": float(held[inside].sum()),
                    "area_share": float(held[inside].sum() / held.sum()),
                },
            )
