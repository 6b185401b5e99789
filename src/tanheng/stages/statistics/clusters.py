"""Stage: spatial autocorrelation, and clusters of supply among the demand of its neighbours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import partial

import numpy as np
from scipy import sparse

from tanheng.analysis.autocorrelation import GlobalStatistic, bivariate_moran, geary, moran
from tanheng.analysis.cluster_chance import p_of_neighbourhood, share_by_chance
from tanheng.analysis.correlation import pearson
from tanheng.analysis.correlograms import Correlograms
from tanheng.analysis.local import CLUSTERS, LocalStatistic, bivariate_local_moran
from tanheng.analysis.neighbours import Weights, grid_neighbours, islands, polygon_neighbours, row_standardised
from tanheng.errors import InputError
from tanheng.land.work import all_finished
from tanheng.language import mark_name, tr
from tanheng.stages.statistics.findings import Findings, Layer, Mask, Row, layer, note, table_rows, together, work_of
from tanheng.stages.statistics.statistic import CellStatistic, Subject, values_of
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.tables.balance_columns import balance_columns

#: Zones of which autocorrelation is reported at the least.
_FEWEST_ZONES = 5


def clusters(subject: Subject) -> Findings:
    """Autocorrelation of cells and of zones, of every year that has a balance."""
    cells, known = subject.land.cells, Correlograms()
    works = [work_of(cells, partial(_of_year, subject, year, known), "clusters", year) for year in subject.years]
    between = [_between_zones(subject, zones) for zones in subject.layers.values()]
    return together([*all_finished(cells, works, subject.step), *between])


CLUSTERING = CellStatistic(
    "clusters",
    clusters,
    lambda years: years,
    lambda settings: settings.autocorrelation,
    {"supply_demand_cluster": CLUSTERS},
)


def _of_year(subject: Subject, year: int, known: Correlograms) -> Findings:
    findings = _cells(subject, year, known)
    known.forget(year)
    subject.step()
    return findings


def _cells(subject: Subject, year: int, known: Correlograms) -> Findings:
    """Global statistics on cells, and clusters of supply among the demand of its neighbours."""
    settings, compared = subject.settings, subject.compared
    whole = [subject.whole(item, year) for item in (compared.supply, compared.demand)]
    mask = np.isfinite(whole[0]) & np.isfinite(whole[1])
    plain = grid_neighbours(mask, rook=settings.neighbours == "rook")
    even = row_standardised(plain)
    lonely = int(islands(plain).sum())
    pair = whole[0][mask], whole[1][mask]
    try:
        rows = _global_rows(year, "cells", even, *pair)
        local = bivariate_local_moran(*pair, even, settings.permutations, settings.seed, settings.false_discovery_rate)
    except InputError as error:
        return note(tr("autocorrelation of {year} is left out: {error}", year=year, error=error))
    chance = p_of_neighbourhood(mask, pair[0], even, pair[1], known, year)
    rows[-1] |= {"r_in_place": pearson(*pair)[0], "p_unrelated_maps": chance}
    names = balance_columns(compared.mode)
    means = {names.mean_supply: pair[0], names.mean_demand: pair[1]}
    findings = table_rows("autocorrelation", [row | {"islands": lonely} for row in rows])
    findings += layer("supply_demand_cluster", year, mask, local.kind)
    shares = share_by_chance(mask, pair[0], local, known, year)
    findings += table_rows("supply_demand_clusters", _cluster_rows(year, local, means, shares))
    return findings + _lonely(lonely)


def _lonely(cells: int) -> Findings:
    if not cells:
        return Findings()
    return note(
        tr(
            "{lonely} cell(s) without a known neighbour have no local statistic, and add nothing to global ones",
            lonely=cells,
        )
    )


def _cluster_rows(
    year: int, local: LocalStatistic, means: Mapping[str, Layer], chance: list[dict[str, object]]
) -> Iterator[Row]:
    for number, name in enumerate(CLUSTERS):
        yield {"year": year, "cluster": name} | _held(local.kind == number, local, means) | chance[number]


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


def _held(inside: Mask, local: LocalStatistic, values: Mapping[str, Layer]) -> dict[str, object]:
    """Cells of a cluster, and the means of their supply and demand."""
    known = local.kind >= 0
    means = {name: float(of[inside].mean()) if inside.any() else math.nan for name, of in values.items()}
    return {"cells": int(inside.sum()), "cell_share": float(inside.sum() / max(known.sum(), 1)), **means}


def _between_zones(subject: Subject, zones: ZoneLayer) -> Findings:
    """Global statistics of the zones of a layer, by supply and demand per hectare."""
    near = polygon_neighbours(list(zones.shapes))
    return together(_zones_of_year(subject, zones, near, year) for year in subject.years)


def _zones_of_year(subject: Subject, zones: ZoneLayer, near: sparse.csr_array, year: int) -> Findings:
    land, compared = subject.land, subject.compared
    # Land without data has no supply, so it is none to divide by.
    known = np.isfinite(values_of(compared.supply, year))
    area = np.asarray(land.fraction.values, float) * known * land.grid.cell_area_ha
    hectares = np.asarray(zones.of_zones @ area.ravel()).ravel()
    inside = hectares > 0
    if inside.sum() < _FEWEST_ZONES:
        return Findings()
    even = row_standardised(near[inside][:, inside].tocsr())
    totals = [
        zones.of_zones @ np.nan_to_num(values_of(item, year)).ravel() for item in (compared.supply, compared.demand)
    ]
    pair = totals[0][inside] / hectares[inside], totals[1][inside] / hectares[inside]
    try:
        rows = _global_rows(year, zones.label, even, *pair)
    except InputError as error:
        return note(
            tr(
                "autocorrelation of the layer '{label}' in {year} is left out: {error}",
                label=zones.label,
                year=year,
                error=error,
            )
        )
    rows[-1]["r_in_place"] = pearson(*pair)[0]
    return table_rows("autocorrelation", [row | {"islands": int(islands(even).sum())} for row in rows])
