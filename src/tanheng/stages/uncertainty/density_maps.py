"""Stage: errors of maps of carbon density, carried to cells, zones and totals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tanheng.land.cells import bands
from tanheng.stages.land.densities import LaidMap
from tanheng.stages.land.stock import Land

Values = NDArray[np.float64]


def map_halves(land: Land, ends: tuple[int, ...], rows: slice) -> list[tuple[float, Values]]:
    """Half-widths that maps of density add to the stock of cells, or to the first year's less the second's, t C.

    Each is independent of the others. Where one map stands for both years its error is the same in both, and a change keeps only that of
    the land which changed.

    Parameters
    ----------
    ends : tuple of int
        A year, or the last and the first one of a period.

    Returns
    -------
    list of (float, numpy.ndarray, shape (rows, columns))
        How far the errors of cells go together, and the half-widths, signed.
    """
    found = []
    for item in land.densities.maps:
        half = item.half_width(rows)
        if half is None:
            continue
        areas = [_area(land, item, year, rows) for year in ends]
        rho = item.given.settings.error_correlation
        if item.given.settings.maps is not None or len(areas) == 1:
            found += [(rho, area * half) for area in areas]  # (ha) * (t C/ha) = t C
        else:
            found.append((rho, (areas[0] - areas[1]) * half))
    return found


def _area(land: Land, item: LaidMap, year: int, rows: slice) -> Values:
    """Area of the classes of a map in each cell, ha."""
    share = land.share.sel(year=year, land_class=list(item.classes)).isel(y=rows).sum("land_class")
    return np.asarray(share.values * land.grid.cell_area_ha)


def map_variance(land: Land, ends: tuple[int, ...], rows: slice) -> Values:
    """Squared half-width that maps of density add to each cell, (t C)^2, shape (rows, columns)."""
    columns = land.grid.columns
    squares = [half**2 for _, half in map_halves(land, ends, rows)]
    return np.sum(squares, axis=0) if squares else np.zeros((rows.stop - rows.start, columns))


def summed_variance(
    land: Land,
    ends: tuple[int, ...],
    sums: Callable[[Values, slice], Values],
    squared: Callable[[Values, slice], Values],
) -> tuple[Values, Values, Values]:
    """Squared half-width of sums over cells: as the study says, with independent cells, and with cells that err alike, (t C)^2.

    Parameters
    ----------
    sums : callable
        Sums of the values of a band of rows, shape (sums,).
    squared : callable
        The same with squared weights.
    """
    alike: list[Values] = []
    apart: list[Values] = []
    rhos: list[float] = []
    for rows in bands(land.grid):
        for number, (rho, half) in enumerate(map_halves(land, ends, rows)):
            one, other = sums(half, rows), squared(half**2, rows)
            if number == len(alike):
                alike.append(one)
                apart.append(other)
                rhos.append(rho)
            else:
                alike[number] = alike[number] + one
                apart[number] = apart[number] + other
    if not alike:
        return np.zeros(1), np.zeros(1), np.zeros(1)
    together = [one**2 for one in alike]
    choice = [(1.0 - rho) * own + rho * both for rho, own, both in zip(rhos, apart, together, strict=True)]
    return np.sum(choice, axis=0), np.sum(apart, axis=0), np.sum(together, axis=0)


def region_variance(land: Land, ends: tuple[int, ...]) -> tuple[float, float, float]:
    """`summed_variance` of the whole region."""

    def total(values: Values, _: slice) -> Values:
        return np.array([np.nansum(values)])

    chosen, apart, alike = summed_variance(land, ends, total, total)
    return float(chosen[0]), float(apart[0]), float(alike[0])
