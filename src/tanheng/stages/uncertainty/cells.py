"""Stage: uncertainty of supply, demand, balance and ratio of cells, from densities and emissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.propagation import (
    balance_half_width,
    certain_sign,
    demand_draws,
    demand_half_width,
    density_draws,
    density_half_width,
    ratio_half_width,
)
from tanheng.factors.densities import POOLS
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.balance import Balance, as_whole_cells
from tanheng.stages.found import Found
from tanheng.stages.stock import Land
from tanheng.stages.uncertainty.input_errors import DemandErrors, DensityErrors

#: Draws of densities and demand for the ratio.
_DRAWS = 200

Values = NDArray[np.float64]


def cell_uncertainty(
    land: Land,
    compared: Balance,
    errors: DensityErrors | None,
    demands: Mapping[int, DemandErrors],
    *,
    sampled_norm: bool,
    seed: int,
) -> Found:
    """Half-widths of the 95 % intervals of each cell, and in the modes of flows the area whose balance has a certain sign.

    Parameters
    ----------
    sampled_norm : bool
        Whether the norm of the ratio comes from each year's own largest cells, and is as uncertain as they are; that of all years is
        held fixed.
    seed : int
        Of the draws.
    """
    mode, years = compared.mode, compared.years
    if errors is None:
        return Found()
    if mode == "sink":
        return Found(
            notes=(tr("uncertainty of cells is left out: in mode 'sink' supply does not come from densities"),)
        )
    supply = _by_year([_supply(land, errors, mode, year) for year in years], years)
    variables = {"supply_half_width": stamp(supply.transpose("year", "y", "x"), "supply_half_width", mode)}
    if not set(years) <= set(demands):
        return Found(variables=variables)
    layers = [demand_half_width(demands[year].groups.amounts, demands[year].relative) for year in years]
    shape = land.fraction.shape
    demand = compared.demand.copy(data=np.stack([layer.reshape(shape) for layer in layers]))
    demand = demand.where(compared.demand.notnull())  # noqa: PD004
    balance = balance_half_width(supply, demand)
    variables |= {
        "demand_half_width": stamp(demand.transpose("year", "y", "x"), "demand_half_width"),
        "balance_half_width": stamp(balance.transpose("year", "y", "x"), "balance_half_width", mode),
    }
    if mode != "stock":
        sign = certain_sign(compared.balance, balance)
        return Found({"balance_certainty": _certainty_table(sign, balance, land, years)}, variables)
    fixed = as_whole_cells(balance, land) / compared.norm
    ratio = _ratio(land, compared, errors, demands, seed) if sampled_norm else fixed
    variables["ratio_half_width"] = stamp(ratio.transpose("year", "y", "x"), "ratio_half_width")
    return Found(variables=variables)


def _by_year(layers: list[xr.DataArray], years: tuple[int, ...]) -> xr.DataArray:
    return xr.concat(layers, dim=xr.Variable("year", list(years)), coords="minimal", compat="override", join="exact")


def period_ending(land: Land, year: int) -> tuple[int, int]:
    """Years that the supply of a year compares, in mode ``stock_change``."""
    return next((first, last) for first, last in pairwise(land.years) if last == year)


def _supply(land: Land, errors: DensityErrors, mode: str, year: int) -> xr.DataArray:
    """Half-width of the supply of each cell in a year."""
    if mode == "stock":
        return cell_half_width(errors, [(areas_of(land, year), land.density.sel(year=year, drop=True))])
    first, last = period_ending(land, year)
    ends = [(areas_of(land, one), land.density.sel(year=one, drop=True)) for one in (last, first)]
    return cell_half_width(errors, ends) / (last - first)


def areas_of(land: Land, year: int) -> xr.DataArray:
    """Area of each class in each cell in a year, ha."""
    return land.share.sel(year=year, drop=True) * land.grid.cell_area_ha


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


def _ratio(
    land: Land, compared: Balance, errors: DensityErrors, demands: Mapping[int, DemandErrors], seed: int
) -> xr.DataArray:
    """Half-width of the ratio of each cell by sampling, since its norm is the largest cell of the draw."""
    part = np.asarray(land.fraction.values, float).ravel()
    inside = part > 0
    layers = []
    for year in compared.years:
        held = areas_of(land, year) * errors.of(land.density.sel(year=year, drop=True))
        by_source = held.transpose(*errors.relative.dims, "y", "x").values.reshape(errors.relative.size, -1)
        parts = by_source[:, inside] / part[inside]
        amounts = demands[year].groups.amounts[:, inside]
        pairs = _pairs(errors, parts, amounts, part[inside], demands[year].relative, seed)
        layer = np.full(part.shape, np.nan)
        layer[inside] = ratio_half_width(pairs)
        layers.append(compared.ratio.sel(year=year, drop=True).copy(data=layer.reshape(land.fraction.shape)))
    return _by_year(layers, compared.years)


def _pairs(
    errors: DensityErrors, parts: Values, amounts: sparse.csr_matrix, part: Values, relative: Values, seed: int
) -> Iterator[tuple[Values, Values]]:
    """Supply and demand of the cells in the region, draw by draw."""
    rng = np.random.default_rng(seed)
    densities = density_draws(errors.relative, errors.correlation, _DRAWS, rng).values.reshape(_DRAWS, -1)
    emissions = demand_draws(relative, _DRAWS, rng)
    for supplied, demanded in zip(densities, emissions, strict=True):
        yield supplied @ parts, (amounts.T @ demanded) / part


def _certainty_table(sign: xr.DataArray, half: xr.DataArray, land: Land, years: tuple[int, ...]) -> pd.DataFrame:
    """Share of the area whose balance is a surplus, or a deficit, whatever the true figures within their intervals."""
    rows = []
    area = np.asarray(land.fraction.values, float)
    for year in years:
        layer = np.asarray(sign.sel(year=year).transpose("y", "x").values, float)
        known = np.isfinite(layer)
        held = float(area[known].sum())
        rows.append(
            {
                "year": year,
                "area_share_surely_surplus": float(area[layer == 1].sum()) / held,
                "area_share_surely_deficit": float(area[layer == -1].sum()) / held,
                "area_share_sign_open": float(area[layer == 0].sum()) / held,
                "mean_half_width": float(half.sel(year=year).mean()),
            }
        )
    return pd.DataFrame(rows)
