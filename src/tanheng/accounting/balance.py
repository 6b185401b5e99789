"""Supply against demand.

A stock is not a flow. Each result carries the mode that it was made in: in mode ``stock`` the balance is what is
stored minus one year of emissions, as in the seed paper; in the modes ``stock_change`` and ``sink`` it is a flux.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.choices import Mode, Norm
from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.schema import require, stamp


def balance(supply: xr.DataArray, demand: xr.DataArray, mode: Mode) -> xr.DataArray:
    r"""Supply minus demand in each cell; positive is surplus.

    .. math:: CB_i = S_i - D_i

    Parameters
    ----------
    supply : xarray.DataArray, shape (year, y, x)
        t C in mode ``stock``, t C yr-1 in the others.
    demand : xarray.DataArray, shape (year, y, x), t C yr-1
        In mode ``stock`` it stands for one year's emissions, t C.

    Examples
    --------
    >>> s = stamp(xr.DataArray([[[100.0]]], dims=("year", "y", "x")), "supply", "stock")
    >>> d = stamp(xr.DataArray([[[30.0]]], dims=("year", "y", "x")), "demand")
    >>> float(balance(s, d, "stock").squeeze())
    70.0
    """
    require(supply, f"supply_{mode}")
    require(demand, "demand")
    with xr.set_options(arithmetic_join="exact"):
        result = supply - demand
    return stamp(result, "balance", mode)


def norms(supply: xr.DataArray, demand: xr.DataArray, norm: Norm) -> xr.DataArray:
    r"""Denominator of the supply-demand ratio, by year.

    ``year``: the mean of each year's maxima, as in the paper (years can't then be compared); ``pooled``: the maxima over
    all years; ``p99``: the 99th percentiles over all years, which one outlier does not move.
    """
    pair = supply, demand
    if norm == "p99":
        result = xr.full_like(supply["year"], sum(percentile(item, 99.0) for item in pair) / 2, dtype=float)
    else:
        largest = [xr.concat([item.sel(year=[year]).max(("y", "x")) for year in item["year"]], "year") for item in pair]
        if norm == "pooled":
            largest = [xr.full_like(item, float(item.max())) for item in largest]
        result = (largest[0] + largest[1]) / 2
    if not bool((result > 0).all()):
        raise InputError(tr("the supply-demand ratio is undefined: the largest supply and demand are not above zero"))
    return result.drop_attrs()


def percentile(array: xr.DataArray, percent: float) -> float:
    """Percentile of the known values of all years, held year by year as far as they may reach it.

    Parameters
    ----------
    array : xarray.DataArray, shape (year, y, x)

    Examples
    --------
    >>> values = xr.DataArray([[[1.0, 5.0]], [[3.0, np.nan]]], dims=("year", "y", "x"), coords={"year": [2005, 2015]})
    >>> percentile(values, 75.0), float(np.nanpercentile(values, 75.0))
    (4.0, 4.0)
    """
    counts = [int(array.sel(year=year).notnull().sum()) for year in array["year"]]
    if not sum(counts):
        return float("nan")
    rank = percent / 100.0 * (sum(counts) - 1)
    below = int(rank)
    highest = np.zeros(0)
    for year in array["year"]:
        values = array.sel(year=year).values
        highest = np.concatenate([highest, values[np.isfinite(values)]])
        kept = min(len(highest), sum(counts) - below)
        highest = np.partition(highest, len(highest) - kept)[len(highest) - kept :]
    ends = np.sort(highest)[:2]
    return float(ends[0] + (rank - below) * (ends[-1] - ends[0]))


def supply_demand_ratio(
    supply: xr.DataArray,
    demand: xr.DataArray,
    mode: Mode,
    norm: Norm = "year",
    denominator: xr.DataArray | None = None,
) -> xr.DataArray:
    r"""Supply-demand ratio of the seed paper; linear in supply and demand.

    .. math:: ESDR = \frac{S - D}{(S_{max} + D_{max}) / 2}

    Parameters
    ----------
    norm : {"year", "pooled", "p99"}
        See `norms`.
    denominator : xarray.DataArray, shape (year,), optional
        The norms, where they are known of more cells than these.
    """
    largest = norms(supply, demand, norm) if denominator is None else denominator
    result = balance(supply, demand, mode) / largest
    stamped = stamp(result, "supply_demand_ratio", mode)
    stamped.attrs["norm"] = norm
    return stamped


def supply_per_demand(supply: xr.DataArray, demand: xr.DataArray, mode: Mode) -> xr.DataArray:
    """Supply divided by demand; NaN where demand is zero. In mode ``stock`` its unit is years."""
    with xr.set_options(arithmetic_join="exact"):
        result = supply / demand.where(demand > 0)
    return stamp(result, "supply_per_demand", mode)


def normalised_difference(supply: xr.DataArray, demand: xr.DataArray, mode: Mode) -> xr.DataArray:
    """(S - D) / (S + D), from -1 to 1 where both are positive; NaN where the sum is zero."""
    with xr.set_options(arithmetic_join="exact"):
        total = supply + demand
        result = (supply - demand) / total.where(total != 0)
    return stamp(result, "normalised_difference", mode)
