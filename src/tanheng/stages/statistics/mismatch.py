"""Stage: mismatch of supply and demand: quadrants, coupling coordination, Lorenz curve, Gini, dissimilarity."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
import xarray as xr

from tanheng.analysis.mismatch import (
    LEVELS,
    QUADRANTS,
    coordination_level,
    coupling_coordination,
    dissimilarity,
    gini_of,
    lorenz,
    quadrants,
)
from tanheng.errors import InputError
from tanheng.land.work import all_finished
from tanheng.language import mark_name, tr
from tanheng.stages.balance import as_whole_cells
from tanheng.stages.statistics.findings import Findings, Layer, Mask, Row, layer, note, table_rows, together, work_of
from tanheng.stages.statistics.statistic import CellStatistic, Subject, values_of
from tanheng.tables.balance_columns import balance_columns

_MEANING = {
    "HH": mark_name("high supply, high demand"),
    "LH": mark_name("low supply, high demand"),
    "LL": mark_name("low supply, low demand"),
    "HL": mark_name("high supply, low demand"),
}


def mismatch(subject: Subject) -> Findings:
    """Mismatch of every year that has a balance."""
    cells = subject.land.cells
    works = [work_of(cells, partial(_year, subject, year), "mismatch", year) for year in subject.years]
    works.append(work_of(cells, partial(_coupling, subject), "coupling coordination"))
    findings = together(all_finished(cells, works))
    subject.step()
    return findings


MISMATCH = CellStatistic(
    "mismatch", mismatch, lambda _: 1, lambda settings: settings.mismatch, {"mismatch_quadrant": QUADRANTS}
)


def _year(subject: Subject, year: int) -> Findings:
    compared = subject.compared
    whole = [subject.whole(item, year) for item in (compared.supply, compared.demand)]
    amounts = [values_of(item, year) for item in (compared.supply, compared.demand)]
    mask = np.isfinite(whole[0]) & np.isfinite(whole[1])
    if not mask.any():
        return Findings()
    kind = quadrants(whole[0][mask], whole[1][mask])
    known = [item[mask] for item in amounts]
    rows = _quadrant_rows(year, kind, known, subject.area_km2[mask], balance_columns(compared.mode).supply)
    return layer("mismatch_quadrant", year, mask, kind) + table_rows("mismatch", rows) + _indices(year, known)


def _quadrant_rows(year: int, kind: np.ndarray, amounts: list[Layer], area: Layer, column: str) -> Iterator[Row]:
    totals = [float(item.sum()) for item in amounts]
    # A part of a sum in which gains and losses cancel is no share of anything.
    is_share = totals[0] > 0 and bool((amounts[0] >= 0).all())
    for number, name in enumerate(QUADRANTS):
        inside = kind == number
        held = [float(item[inside].sum()) for item in amounts]
        yield {
            "year": year,
            "quadrant": name,
            "meaning": _MEANING[name],
            "cells": int(inside.sum()),
            "area_km2": float(area[inside].sum()),
            "area_share": float(area[inside].sum() / area.sum()),
            column: held[0],
            "supply_share": held[0] / totals[0] if is_share else math.nan,
            "demand_t_c_per_yr": held[1],
            "demand_share": held[1] / totals[1] if totals[1] else math.nan,
        }


def _indices(year: int, amounts: list[Layer]) -> Findings:
    """Gini, dissimilarity and Lorenz curve of a year."""
    try:
        across, up = lorenz(*amounts)
        unequal = {"gini": gini_of(across, up), "dissimilarity": dissimilarity(*amounts)}
    except InputError as error:
        row = {"year": year, "gini": math.nan, "dissimilarity": math.nan}
        text = tr("Gini and dissimilarity of {year} are left out: {error}", year=year, error=error)
        return table_rows("mismatch_indices", [row]) + note(text)
    half = float(1.0 - np.interp(0.5, up, across))
    points = np.linspace(0.0, 1.0, 51)
    curve = [
        {"year": year, "supply_share": float(share), "demand_share": float(held)}
        for share, held in zip(points, np.interp(points, across, up), strict=True)
    ]
    row = {"year": year, **unequal, "supply_share_under_half_of_demand": half}
    return table_rows("lorenz", curve) + table_rows("mismatch_indices", [row])


def _coupling(subject: Subject) -> Findings:
    """Coupling coordination, on the range of all years together, so that years can be compared."""
    compared, land = subject.compared, subject.land
    whole = [as_whole_cells(item, land) for item in (compared.supply, compared.demand)]
    ranges = [_range_of_years(item) for item in whole]
    findings = Findings()
    for year in subject.years:
        pair = [values_of(item, year) for item in whole]
        mask = np.isfinite(pair[0]) & np.isfinite(pair[1])
        try:
            degree = coupling_coordination(pair[0][mask], pair[1][mask], ranges[0], ranges[1])
        except InputError as error:
            return findings + note(tr("coupling coordination is left out: {error}", error=error))
        rows = _level_rows(year, degree, subject.area_km2[mask])
        part = layer("coupling_coordination", year, mask, degree) + table_rows("coupling_coordination", rows)
        findings += part.kept(land.cells)
    return findings


def _range_of_years(array: xr.DataArray) -> tuple[float, float]:
    """Least and largest value of all years."""
    ends = [(float(layer.min()), float(layer.max())) for layer in (array.sel(year=year) for year in array["year"])]
    lowest, highest = zip(*ends, strict=True)
    return float(np.nanmin(lowest)), float(np.nanmax(highest))


def _level_rows(year: int, degree: Layer, area: Layer) -> Iterator[Row]:
    level = coordination_level(degree)
    for number, name in enumerate(LEVELS):
        inside: Mask = level == number
        yield {
            "year": year,
            "level": number + 1,
            "name": name,
            "from": number / 10,
            "to": (number + 1) / 10,
            "cells": int(inside.sum()),
            "area_km2": float(area[inside].sum()),
            "area_share": float(area[inside].sum() / area.sum()),
        }
