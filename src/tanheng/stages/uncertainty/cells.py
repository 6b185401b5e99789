"""Stage: uncertainty of supply, demand, balance and ratio of cells, from densities and emissions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.intervals.propagation import (
    balance_half_width,
    certain_sign,
    demand_draws,
    demand_half_width,
    density_draws,
    density_half_width,
    largest_drawn,
    ratio_covariance,
    ratio_half_width,
)
from tanheng.choices import POOLS
from tanheng.land.layers import by_layer, variable
from tanheng.land.work import all_finished, layers_of
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.balance import Balance, as_whole_cells
from tanheng.stages.found import Found
from tanheng.stages.land.stock import Land
from tanheng.stages.uncertainty.areas import areas_of
from tanheng.stages.uncertainty.density_maps import map_halves, map_variance, uncertain_maps
from tanheng.stages.uncertainty.input_errors import DemandErrors, DensityErrors
from tanheng.stages.uncertainty.uptake import UptakeErrors
from tanheng.units import SIGMAS_IN_HALF

#: Draws of densities and demand for the ratio.
_DRAWS = 200

Values = NDArray[np.float64]


def cell_uncertainty(
    land: Land,
    compared: Balance,
    errors: DensityErrors | None,
    demands: Mapping[int, DemandErrors],
    uptake: UptakeErrors | None = None,
    *,
    sampled_norm: bool,
    seed: int,
) -> Found:
    """Half-widths of the 95 % intervals of each cell, and in the modes of flows the area whose balance has a certain sign.

    Parameters
    ----------
    uptake : UptakeErrors, optional
        Of supply in mode ``sink``.
    sampled_norm : bool
        Whether the norm of the ratio comes from each year's own largest cells, and is as uncertain as they are; that of all years is
        held fixed.
    seed : int
        Of the draws.
    """
    mode, years = compared.mode, compared.years
    if mode == "sink" and uptake is None:
        notes = (tr("uncertainty of cells is left out: no uncertainty of uptake is given; write uptake_uncertainty"),)
        return Found(notes=notes if errors is not None else ())
    if uptake is None and errors is None:
        return Found()
    of_years = {"year": years}
    of_cells = partial(_supply, land, errors, mode)
    if uptake is not None:
        of_cells = partial(uptake.of_cells, land, compared.supply)
    _keep(land, of_cells, "supply_half_width", years)
    supply = stamp(variable(land.cells, "supply_half_width", **of_years), "supply_half_width", mode)
    if not set(years) <= set(demands):
        return Found(variables={"supply_half_width": supply})
    _keep(land, lambda year: _demand(land, compared, demands[year], year), "demand_half_width", years)
    demand = stamp(variable(land.cells, "demand_half_width", **of_years), "demand_half_width")
    balance = stamp(by_layer(balance_half_width, supply, demand), "balance_half_width", mode)
    variables = {str(item.name): item for item in (supply, demand, balance)}
    if mode != "stock":
        table = _certainty_table(compared.balance, balance, land, years)
        return Found({"balance_certainty": table}, variables)
    if sampled_norm:
        assert errors is not None  # noqa: S101  mode 'stock' has no uptake
        _keep(land, lambda year: _ratio(land, errors, demands[year], year, seed), "ratio_half_width", years)
        ratio = variable(land.cells, "ratio_half_width", **of_years)
    else:
        ratio = by_layer(lambda half: half / compared.norm.sel(year=half["year"]), as_whole_cells(balance, land))
    variables["ratio_half_width"] = stamp(ratio, "ratio_half_width")
    return Found(variables=variables)


def _keep(land: Land, layer: Callable[[int], Values], name: str, years: Iterable[int]) -> None:
    """Keep a layer of each year, unless a run that was stopped has."""

    def keep(year: int) -> None:
        land.cells.put(layer(year), name, year)

    all_finished(land.cells, [layers_of(partial(keep, year), name, year) for year in years])


def period_ending(land: Land, year: int) -> tuple[int, int]:
    """Years that the supply of a year compares, in mode ``stock_change``."""
    return next((first, last) for first, last in pairwise(land.years) if last == year)


def _supply(land: Land, errors: DensityErrors | None, mode: str, year: int) -> Values:
    """Half-width of the supply of each cell in a year, from densities."""
    assert errors is not None  # noqa: S101  the caller looked
    years = (year,) if mode == "stock" else tuple(reversed(period_ending(land, year)))
    parts = []
    for rows in land.densities.bands():
        ends = [(areas_of(land, one, rows), land.densities.of(one, rows)) for one in years]
        variance = cell_half_width(errors, ends).values ** 2 + map_variance(land, errors, years, rows)
        parts.append(np.sqrt(variance))
    return np.concatenate(parts) / (1 if len(years) == 1 else years[0] - years[1])


def _demand(land: Land, compared: Balance, demand: DemandErrors, year: int) -> Values:
    """Half-width of the demand of each cell in a year; NaN where demand is not known."""
    amounts = demand.groups.amounts.tocsc()
    half = np.concatenate([demand_half_width(amounts[:, of], demand.relative) for of in _cells_of_bands(land)])
    known = np.isfinite(compared.demand.sel(year=year).values)
    return np.where(known, half.reshape(land.grid.shape), np.nan)


def _cells_of_bands(land: Land) -> list[slice]:
    """Numbers of the cells of each band of rows."""
    columns = land.grid.columns
    return [slice(rows.start * columns, rows.stop * columns) for rows in land.densities.bands()]


def cell_half_width(errors: DensityErrors, ends: list[tuple[xr.DataArray, xr.DataArray]]) -> xr.DataArray:
    """Half-width of what areas times densities hold, or of the first less the second; pool by pool, to hold few layers."""
    pools = list(POOLS) if "carbon_pool" in errors.relative.dims else [None]
    variance = xr.zeros_like(ends[0][0].isel(land_class=0, drop=True))
    for pool in pools:
        each = less([(area, _one(errors.of(density), pool)) for area, density in ends])
        variance = variance + density_half_width(each * _one(errors.relative, pool), errors.correlation) ** 2
    if errors.within_class:
        whole = less([(area, density.sum("carbon_pool")) for area, density in ends])
        variance = variance + ((whole * errors.within_class) ** 2).sum("land_class", skipna=False)
    return variance**0.5


def _one(array: xr.DataArray, pool: str | None) -> xr.DataArray:
    return array if pool is None else array.sel(carbon_pool=pool, drop=True)


def less(ends: list[tuple[xr.DataArray, xr.DataArray]]) -> xr.DataArray:
    """Stock that areas times densities hold, t C; of two ends the first less the second."""
    held = [area * density for area, density in ends]  # (ha) * (t C/ha) = t C
    return held[0] if len(held) == 1 else held[0] - held[1]


def _ratio(land: Land, errors: DensityErrors, demand: DemandErrors, year: int, seed: int) -> Values:
    """Half-width of the ratio of each cell by sampling, since its norm is the largest cell of the draw."""
    rng = np.random.default_rng(seed)
    densities = density_draws(errors.relative, errors.correlation, _DRAWS, rng).values.reshape(_DRAWS, -1)
    emissions = demand_draws(demand.relative, _DRAWS, rng)
    mapped = len(uncertain_maps(land, errors))
    densities = np.hstack([densities, rng.standard_normal((_DRAWS, mapped))])
    largest = np.full((2, _DRAWS), -np.inf)
    for supplied, demanded, _ in _sources(land, errors, demand, year):
        here = largest_drawn(densities, supplied), largest_drawn(emissions, demanded)
        largest = np.fmax(largest, np.stack(here))
    covariance = ratio_covariance(densities, emissions, largest.mean(axis=0))
    layer = np.full(land.grid.rows * land.grid.columns, np.nan)
    for supplied, demanded, inside in _sources(land, errors, demand, year):
        layer[inside] = ratio_half_width(supplied, demanded, covariance)
    return layer.reshape(land.grid.shape)


def _sources(
    land: Land, errors: DensityErrors, demand: DemandErrors, year: int
) -> Iterator[tuple[Values, sparse.csr_matrix, NDArray[np.int64]]]:
    """Supply by density and demand by group of the cells in the region, as if they were whole, and their numbers; band by band."""
    part = land.fraction.values.ravel()
    amounts = demand.groups.amounts.tocsc()
    for rows, cells in zip(land.densities.bands(), _cells_of_bands(land), strict=True):
        density = errors.of(land.densities.of(year, rows))
        held = (areas_of(land, year, rows) * density).transpose(*errors.relative.dims, "y", "x")
        inside = part[cells] > 0
        spreads = [half.ravel() / SIGMAS_IN_HALF for _, half in map_halves(land, errors, (year,), rows)]
        sources = np.vstack([held.values.reshape(errors.relative.size, -1), *spreads])
        supplied = sources[:, inside] / part[cells][inside]
        demanded = (amounts[:, cells][:, inside] @ sparse.diags(1.0 / part[cells][inside])).tocsr()
        yield supplied, demanded, np.flatnonzero(inside) + cells.start


def _certainty_table(balance: xr.DataArray, half: xr.DataArray, land: Land, years: tuple[int, ...]) -> pd.DataFrame:
    """Share of the area whose balance is a surplus, or a deficit, whatever the true figures within their intervals."""
    rows = []
    area = np.asarray(land.fraction.values, float)
    for year in years:
        width = half.sel(year=year).compute()
        layer = certain_sign(balance.sel(year=year).compute(), width).values
        known = np.isfinite(layer)
        held = float(area[known].sum())
        rows.append(
            {
                "year": year,
                "area_share_surely_surplus": float(area[layer == 1].sum()) / held,
                "area_share_surely_deficit": float(area[layer == -1].sum()) / held,
                "area_share_sign_open": float(area[layer == 0].sum()) / held,
                "mean_half_width": float(width.mean()),
            }
        )
    return pd.DataFrame(rows)
