"""Stage: errors of maps of carbon density, carried to cells, zones and totals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tanheng.stages.land.densities import LaidMap
from tanheng.stages.land.stock import Land
from tanheng.stages.uncertainty.input_errors import DensityErrors

Values = NDArray[np.float64]


def uncertain_maps(land: Land, errors: DensityErrors | None) -> list[LaidMap]:
    """Maps of density whose errors are known: by a raster of standard errors, or by the study's uncertainty of densities."""
    return [item for item in land.densities.maps if errors is not None or item.given.standard_error is not None]


def map_halves(
    land: Land, errors: DensityErrors | None, ends: tuple[int, ...], rows: slice
) -> list[tuple[float, Values]]:
    """Half-widths that maps of density add to the stock of cells, or to the first year's less the second's, t C.

    Each is independent of the others. The error of a map is one of its place: where one map stands for both years it is the same in both, and
    a change keeps only that of land which goes to, or comes from, classes without the map. Maps of different years err alike as far as
    `years_correlation` says.

    Parameters
    ----------
    errors : DensityErrors, optional
        Uncertainty of the study's densities, which maps without standard errors take.
    ends : tuple of int
        A year, or the last and the first one of a period.

    Returns
    -------
    list of (float, numpy.ndarray, shape (rows, columns))
        How far the errors of cells go together, and the half-widths, signed.
    """
    halves = []
    for item in uncertain_maps(land, errors):
        amounts = [_uncertain(land, errors, item, year, rows) for year in ends]
        rho = item.given.settings.error_correlation
        alike = 1.0 if item.given.settings.maps is None else item.given.settings.years_correlation
        if len(amounts) == 1:
            halves.append((rho, amounts[0]))
            continue
        halves.append((rho, np.sqrt(alike) * (amounts[0] - amounts[1])))
        if alike < 1.0:
            halves += [(rho, np.sqrt(1.0 - alike) * amount) for amount in amounts]
    return halves


def _uncertain(land: Land, errors: DensityErrors | None, item: LaidMap, year: int, rows: slice) -> Values:
    """Half-width of what a map gives in each cell in a year, t C, shape (rows, columns); of its gaps, that of the table."""
    half = item.half_width(rows)
    total = np.zeros((rows.stop - rows.start, land.grid.columns))
    table = land.densities.table.sel(year=year)
    for name in item.classes:
        share = land.share.sel(year=year, land_class=name).isel(y=rows).values
        area = np.nan_to_num(share) * land.grid.cell_area_ha
        density = item.density(year, name, rows)
        relative = 0.0 if errors is None else _relative(errors, item, name)
        of_class = density * relative if half is None else np.where(np.isfinite(half), half, density * relative)
        in_table = sum(
            float(table.sel(land_class=name, carbon_pool=pool))
            * (0.0 if errors is None else errors.relative_of(name, pool))
            for pool in item.given.settings.pools
        )
        total += area * np.where(np.isfinite(density), of_class, in_table)  # (ha) * (t C/ha) = t C
    return total


def _relative(errors: DensityErrors, item: LaidMap, land_class: str) -> float:
    """Half-width of all pools that a map gives, over what its numbers say."""
    settings = item.given.settings
    return sum(errors.relative_of(land_class, pool) * settings.ratio(pool) for pool in settings.pools)


def map_variance(land: Land, errors: DensityErrors | None, ends: tuple[int, ...], rows: slice) -> Values:
    """Squared half-width that maps of density add to each cell, (t C)^2, shape (rows, columns)."""
    columns = land.grid.columns
    squares = [half**2 for _, half in map_halves(land, errors, ends, rows)]
    return np.sum(squares, axis=0) if squares else np.zeros((rows.stop - rows.start, columns))


def summed_variance(
    land: Land,
    errors: DensityErrors | None,
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
    for rows in land.densities.bands():
        for number, (rho, half) in enumerate(map_halves(land, errors, ends, rows)):
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


def region_variance(land: Land, errors: DensityErrors | None, ends: tuple[int, ...]) -> tuple[float, float, float]:
    """`summed_variance` of the whole region."""

    def total(values: Values, _: slice) -> Values:
        return np.array([np.nansum(values)])

    chosen, apart, alike = summed_variance(land, errors, ends, total, total)
    return float(chosen[0]), float(apart[0]), float(alike[0])
