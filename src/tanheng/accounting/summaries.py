"""Tables of a run: totals by class, zone, transition and year. Names and columns are a public interface."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.tables.balance_columns import BalanceColumns
from tanheng.units import HA_PER_KM2

#: Part of a cell below which a gap between zones is the rounding of their lines.
_SLIVER = 1e-6

#: Label of the part of a region that no zone of a layer covers.
OUTSIDE = "(outside all zones)"


def class_area(land_share: xr.DataArray, cell_area: float) -> xr.DataArray:
    """Area of each class, ha, shape (year, land_class)."""
    area = land_share.sum(("y", "x")) * cell_area  # (1) * (ha) = ha
    area.attrs = {"units": "ha"}
    return area


def stock_by_class_table(area: xr.DataArray, stock: xr.DataArray) -> pd.DataFrame:
    """Columns year, land_class, area_km2, stock_t_c and one for each pool."""
    rows = []
    for year in area["year"].values:
        for name in area["land_class"].values:
            pools = stock.sel(year=year, land_class=name)
            row = {
                "year": int(year),
                "land_class": str(name),
                "area_km2": float(area.sel(year=year, land_class=name)) / HA_PER_KM2,
                "stock_t_c": float(pools.sum()),
            }
            rows.append(
                row | {f"{pool}_t_c": float(pools.sel(carbon_pool=pool)) for pool in pools["carbon_pool"].values}
            )
    return pd.DataFrame(rows)


def zone_weights(cover: sparse.csr_matrix, fraction: NDArray[np.float64]) -> sparse.csr_matrix:
    """Part of what a cell holds in the region that belongs to each zone; the last row is what no zone covers.

    Columns of cells in the region sum to one, so that zones sum to the region.

    Examples
    --------
    >>> z = sparse.csr_matrix([[0.6, 0.0]])
    >>> zone_weights(z, np.array([1.0, 1.0])).toarray().tolist()
    [[0.6, 0.0], [0.4, 1.0]]
    """
    flat = fraction.ravel()
    covered = np.asarray(cover.sum(axis=0)).ravel()
    whole = np.maximum(flat, covered)
    scale = np.divide(flat > 0, whole, out=np.zeros_like(whole), where=whole > 0)
    inside = (cover @ sparse.diags(scale)).tocsr()
    held = np.asarray(inside.sum(axis=0)).ravel()
    nearly = (flat > 0) & (held > 1.0 - _SLIVER)
    inside = (inside @ sparse.diags(np.where(nearly, 1.0 / np.where(nearly, held, 1.0), 1.0))).tocsr()
    rest = np.where((flat > 0) & ~nearly, 1.0 - held, 0.0)
    return sparse.vstack([inside, sparse.csr_matrix(rest)]).tocsr()


def zone_sums(weights: sparse.csr_matrix, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of an extensive quantity by zone; NaN counts as nothing. Shape (zones + 1,)."""
    return np.asarray(weights @ np.nan_to_num(values.ravel()), np.float64)


def cell_means(cover: sparse.csr_matrix, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of a quantity of zones in each cell, by the area of the zones in it; NaN where no zone with a value lies.

    Parameters
    ----------
    cover : scipy.sparse.csr_matrix, shape (zones, cells), 1
        Part of each cell in each zone, or in proportion to it.
    values : numpy.ndarray, shape (zones,)
        Intensive; NaN where a zone has none.

    Examples
    --------
    A cell three quarters in a zone of 10 and one quarter in a zone of 30, and one in a zone without a value.

    >>> cell_means(sparse.csr_matrix([[0.75, 0.0], [0.25, 0.0], [0.0, 1.0]]), np.array([10.0, 30.0, np.nan])).tolist()
    [15.0, nan]
    """
    known = np.isfinite(values).astype(float)
    total, part = cover.T @ np.nan_to_num(values), cover.T @ known
    return np.asarray(np.divide(total, part, out=np.full(part.shape, np.nan), where=part > 0))


def stock_by_zone_table(
    layer: str,
    ids: Sequence[str],
    names: Sequence[str],
    weights: sparse.csr_matrix,
    area: xr.DataArray,
    stock: xr.DataArray,
) -> pd.DataFrame:
    """Columns year, zone_layer, zone_id, zone_name, area_km2, stock_t_c, density_t_c_per_ha.

    Parameters
    ----------
    area : xarray.DataArray, shape (year, y, x), ha
        Land with data in the region.
    stock : xarray.DataArray, shape (year, y, x), t C
    """
    frames = []
    for year in stock["year"].values:
        areas = zone_sums(weights, area.sel(year=year).values)
        stocks = zone_sums(weights, stock.sel(year=year).values)
        frames.append(
            pd.DataFrame(
                {
                    "year": int(year),
                    "zone_layer": layer,
                    "zone_id": [*ids, "-"],
                    "zone_name": [*names, OUTSIDE],
                    "area_km2": areas / HA_PER_KM2,
                    "stock_t_c": stocks,
                    "density_t_c_per_ha": np.divide(stocks, areas, out=np.full(len(areas), np.nan), where=areas > 0),
                }
            )
        )
    return _without_empty_rest(pd.concat(frames, ignore_index=True))


def _without_empty_rest(table: pd.DataFrame) -> pd.DataFrame:
    empty = (table["zone_id"] == "-") & (table["area_km2"].abs() < 1e-9)
    return table[~empty].reset_index(drop=True)


def balance_by_zone_table(
    stock_table: pd.DataFrame,
    weights: sparse.csr_matrix,
    supply: xr.DataArray,
    demand: xr.DataArray,
    columns: BalanceColumns,
    own: Mapping[int, NDArray[np.float64]] | None = None,
) -> pd.DataFrame:
    r"""Columns year, zone_layer, zone_id, zone_name, area_km2, supply, demand, balance, and the zone's coefficients.

    With yearly uptake as supply: carbon compensation rate S/E, and ecological support coefficient ESC = (S_u/S)/(E_u/E), S and E of all
    zones: what lies outside them has none.

    Parameters
    ----------
    columns : BalanceColumns
        Names of the columns in the mode of the balance.
    own : mapping of int to numpy.ndarray, optional
        Emissions known for the zones themselves, by year, which `demand` then leaves out: they are added whole, so that a cell on
        a border does not move them to its other zone.
    """
    frames = []
    for year in supply["year"].values:
        here = stock_table[stock_table["year"] == int(year)].reset_index(drop=True)
        supplied = zone_sums(weights, supply.sel(year=year).values)[: len(here)]
        demanded = zone_sums(weights, demand.sel(year=year).values)
        if own is not None:
            demanded[:-1] += own[int(year)]
        demanded = demanded[: len(here)]
        emitting = demanded > 0
        rate = np.divide(supplied, demanded, out=np.full(len(here), np.nan), where=emitting)
        zones = (here["zone_id"] != "-").to_numpy()
        taken_up, emitted = supplied[zones].sum(), demanded[zones].sum()
        whole = taken_up / emitted if emitted > 0 and taken_up > 0 else np.nan
        frame = here[["year", "zone_layer", "zone_id", "zone_name", "area_km2"]].copy()
        frame[columns.supply] = supplied
        frame[columns.demand] = demanded
        frame[columns.balance] = supplied - demanded
        frame[columns.supply_per_demand] = rate
        frame[columns.support_coefficient] = np.where(zones, rate / whole, np.nan)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def transition_table(first: int, last: int, area: xr.DataArray, change: xr.DataArray, method: str) -> pd.DataFrame:
    """Columns from_year, to_year, from_class, to_class, area_km2, stock_change_t_c, method."""
    classes = [str(name) for name in area["from_class"].values]
    rows = [
        {
            "from_year": first,
            "to_year": last,
            "from_class": a,
            "to_class": b,
            "area_km2": float(area.sel(from_class=a, to_class=b)) / HA_PER_KM2,
            "stock_change_t_c": float(change.sel(from_class=a, to_class=b)),
            "method": method,
        }
        for a in classes
        for b in classes
    ]
    return pd.DataFrame(rows)


def coverage_table(covered: xr.DataArray, region: float) -> pd.DataFrame:
    """Columns year, region_km2, with_data_km2, missing_km2.

    Parameters
    ----------
    covered : xarray.DataArray, shape (year,), ha
        Area of the region that has data.
    region : float
        Area of the region, ha.
    """
    rows = []
    for year in covered["year"].values:
        known = float(covered.sel(year=year))
        missing = region - known
        rows.append(
            {
                "year": int(year),
                "region_km2": region / HA_PER_KM2,
                "with_data_km2": known / HA_PER_KM2,
                "missing_km2": missing / HA_PER_KM2 if abs(missing) > 1e-9 * region else 0.0,
            }
        )
    return pd.DataFrame(rows)
