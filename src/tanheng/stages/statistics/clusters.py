"""Stage: spatial autocorrelation, and where low supply lies among high demand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from scipy import sparse

from tanheng.accounting.summaries import zone_weights
from tanheng.analysis import (
    bivariate_local_moran,
    bivariate_moran,
    geary,
    grid_neighbours,
    islands,
    modified_t_test,
    moran,
    pearson,
    polygon_neighbours,
    row_standardised,
)
from tanheng.analysis.autocorrelation import GlobalStatistic
from tanheng.analysis.local import CLUSTERS, LocalStatistic
from tanheng.analysis.neighbours import Weights
from tanheng.errors import InputError
from tanheng.grid import project
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import mark_name, tr
from tanheng.stages.balance import Balance, as_whole_cells, supply_column
from tanheng.stages.land import Land
from tanheng.stages.statistics.findings import Findings, Layer, Mask

#: Zones of which autocorrelation is told at the least.
_FEWEST_ZONES = 5


def account_clusters(
    found: Findings,
    inputs: Inputs,
    land: Land,
    compared: Balance,
    covers: Mapping[str, sparse.csr_matrix],
    step: Callable[[], None],
) -> None:
    """Autocorrelation of cells and of zones, of every year that has a balance; `step` is called after each year."""
    supply, demand = as_whole_cells(compared.supply, land), as_whole_cells(compared.demand, land)
    for year in compared.supply["year"].values:
        whole = [np.asarray(item.sel(year=year).values, float) for item in (supply, demand)]
        _neighbourhood(found, inputs, int(year), np.isfinite(whole[0]) & np.isfinite(whole[1]), whole)
        step()
    for label, cover in covers.items():
        _between_zones(found, inputs, land, compared, label, cover)


def _neighbourhood(found: Findings, inputs: Inputs, year: int, mask: Mask, whole: list[Layer]) -> None:
    """Global statistics on cells, and clusters of supply among the demand of its neighbours."""
    asked = inputs.study.analysis
    plain = grid_neighbours(mask, rook=asked.neighbours == "rook")
    even = row_standardised(plain)
    lonely = int(islands(plain).sum())
    pair = whole[0][mask], whole[1][mask]
    try:
        rows = _global_rows(year, "cells", even, *pair)
        local = bivariate_local_moran(*pair, even, asked.permutations, asked.seed, asked.false_discovery_rate)
    except InputError as error:
        found.notes.append(tr("autocorrelation of {year} is left out: {error}", year=year, error=error))
        return
    rows[-1] |= {"r_in_place": pearson(*pair)[0], "p_unrelated_maps": _p_unrelated(mask, whole[0], even, pair[1])}
    for row in rows:
        found.add("autocorrelation", row | {"islands": lonely})
    if lonely:
        found.notes.append(
            tr(
                "{lonely} cell(s) without a known neighbour have no local statistic, and add nothing to global ones",
                lonely=lonely,
            )
        )
    found.draw("supply_demand_cluster", year, mask, local.kind)
    columns = supply_column(inputs.study.balance.mode), "demand_t_c_per_yr"
    chance = _by_chance(mask, pair[0], local)
    for number, name in enumerate(CLUSTERS):
        held = _held(local.kind == number, local, dict(zip(columns, pair, strict=True)))
        found.add("supply_demand_clusters", {"year": year, "cluster": name} | held | chance[number])


def _global_rows(year: int, level: str, even: Weights, supply: Layer, demand: Layer) -> list[dict[str, object]]:
    n = len(supply)
    named = (("supply", supply), ("demand", demand))
    rows = [_row(year, level, mark_name("Moran I"), name, moran(values, even), n) for name, values in named]
    rows += [_row(year, level, mark_name("Geary C"), name, geary(values, even), n) for name, values in named]
    both = bivariate_moran(supply, demand, even)
    return [
        *rows,
        _row(year, level, mark_name("bivariate Moran I"), mark_name("supply, demand of neighbours"), both, n),
    ]


def _row(year: int, level: str, statistic: str, variables: str, tested: GlobalStatistic, n: int) -> dict[str, object]:
    return {
        "year": year,
        "units": level,
        "statistic": statistic,
        "variables": variables,
        "value": tested.value,
        "expected": tested.expected,
        "z": tested.z,
        "p_random_layout": tested.p,
        "n": n,
        "islands": 0,
        "r_in_place": math.nan,
        "p_unrelated_maps": math.nan,
    }


def _p_unrelated(mask: Mask, supply: Layer, even: Weights, demand: Layer) -> float:
    """p-value of supply against the mean demand around, by the modified test; NaN where too few cells have neighbours."""
    around = np.full(mask.shape, np.nan)
    around[mask] = np.where(islands(even), np.nan, even @ demand)
    try:
        return modified_t_test(np.where(mask, supply, np.nan), around).p
    except InputError:
        return math.nan


def _by_chance(mask: Mask, supply: Layer, local: LocalStatistic) -> list[dict[str, object]]:
    """For each kind of cluster, the share of cells that two unrelated maps as smooth as these would show, and its p-value.

    Conditional permutation lays the neighbours out at random, so on a smooth map of demand nearly every neighbourhood stands out,
    whatever supply does. Whether high or low supply goes with it is asked here: the two patterns are compared as maps, by the
    modified t-test, whose effective sample size allows for the smoothness of both.
    """
    known = local.kind >= 0
    high = supply > supply[known].mean()
    cells = max(int(known.sum()), 1)
    found: list[dict[str, object]] = [{"cell_share_if_unrelated": math.nan, "p_unrelated_maps": math.nan}]
    for here, around in ((True, True), (False, True), (False, False), (True, False)):
        own = known & (high == here)
        marked = known & np.isin(local.kind, (1, 2) if around else (3, 4))
        expected = float(own.sum()) / cells * float(marked.sum()) / cells
        found.append({"cell_share_if_unrelated": expected, "p_unrelated_maps": _together(mask, own, marked)})
    return found


def _together(mask: Mask, one: Mask, other: Mask) -> float:
    """p-value of two patterns of cells lying together or apart more than unrelated ones as smooth; NaN where one has no variation."""
    first, second = (np.full(mask.shape, np.nan) for _ in range(2))
    first[mask], second[mask] = one, other
    try:
        return modified_t_test(first, second).p
    except InputError:
        return math.nan


def _held(inside: Mask, local: LocalStatistic, values: Mapping[str, Layer]) -> dict[str, object]:
    """Cells of a cluster, and the means of their supply and demand."""
    known = local.kind >= 0
    means = {f"mean_{name}": float(of[inside].mean()) if inside.any() else math.nan for name, of in values.items()}
    return {"cells": int(inside.sum()), "cell_share": float(inside.sum() / max(known.sum(), 1)), **means}


def _between_zones(
    found: Findings, inputs: Inputs, land: Land, compared: Balance, label: str, cover: sparse.csr_matrix
) -> None:
    """Global statistics of the zones of a layer, by supply and demand per hectare."""
    fraction, polygons = np.asarray(land.fraction.values), inputs.zones[label]
    weights = zone_weights(cover, fraction)[:-1]
    near = polygon_neighbours(project(polygons.geometries, polygons.crs, inputs.grid.crs))
    for year in compared.supply["year"].values:
        # Land without data has no supply, so it is none to divide by.
        known = np.isfinite(np.asarray(compared.supply.sel(year=year).values, float))
        hectares = np.asarray(weights @ (fraction * known).ravel()).ravel() * inputs.grid.cell_area_ha
        inside = hectares > 0
        if inside.sum() < _FEWEST_ZONES:
            continue
        even = row_standardised(near[inside][:, inside].tocsr())
        totals = [
            weights @ np.nan_to_num(np.asarray(item.sel(year=year).values, float)).ravel()
            for item in (compared.supply, compared.demand)
        ]
        pair = totals[0][inside] / hectares[inside], totals[1][inside] / hectares[inside]
        try:
            rows = _global_rows(int(year), label, even, *pair)
        except InputError as error:
            found.notes.append(
                tr(
                    "autocorrelation of the layer '{label}' in {year} is left out: {error}",
                    label=label,
                    year=year,
                    error=error,
                )
            )
            continue
        rows[-1]["r_in_place"] = pearson(*pair)[0]
        for row in rows:
            found.add("autocorrelation", row | {"islands": int(islands(even).sum())})
