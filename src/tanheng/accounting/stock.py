"""Carbon stored on land, by cell, class and pool, and its change."""

from __future__ import annotations

import xarray as xr

from tanheng.schema import require, stamp


def carbon_stock(land_share: xr.DataArray, carbon_density: xr.DataArray, cell_area: float) -> xr.DataArray:
    r"""Carbon stored in each cell, t C.

    .. math:: C_i = A \sum_k s_{ik} \sum_p c_{kp}

    Parameters
    ----------
    land_share : xarray.DataArray, shape (year, land_class, y, x), 1
    carbon_density : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        Elemental carbon, not CO2.
    cell_area : float
        Area of a cell, ha.

    Returns
    -------
    xarray.DataArray, shape (year, y, x), t C

    Raises
    ------
    UnitError
        An input has other units.

    References
    ----------
    InVEST user guide, Carbon Storage and Sequestration; IPCC 2006, Vol. 4, Ch. 2, Eq. 2.5 for the stock difference.

    Examples
    --------
    Half of a cell of 100 ha is forest of 149.95 t C/ha: 50 * 149.95 = 7497.5 t C.

    >>> share = xr.DataArray([[[[0.5]]]], dims=("year", "land_class", "y", "x"), attrs={"units": "1"})
    >>> pools = xr.DataArray(
    ...     [[[20.92, 7.53, 67.3, 54.2]]], dims=("year", "land_class", "carbon_pool"), attrs={"units": "t C ha-1"}
    ... )
    >>> round(float(carbon_stock(share, pools, 100.0).squeeze()), 6)
    7497.5
    """
    require(land_share, "land_share")
    require(carbon_density, "carbon_density")
    with xr.set_options(arithmetic_join="exact"):
        per_class = carbon_density.sum("carbon_pool")
        stock = xr.dot(land_share, per_class, dim="land_class") * cell_area  # (1) * (t C/ha) * (ha) = t C
    return stamp(stock.transpose("year", "y", "x"), "carbon_stock")


def stock_by_class(class_area: xr.DataArray, carbon_density: xr.DataArray) -> xr.DataArray:
    """Carbon by land class and pool of a region, t C, from areas in ha."""
    with xr.set_options(arithmetic_join="exact"):
        result = class_area * carbon_density  # (ha) * (t C/ha) = t C
    result.attrs = {"units": "t C"}
    return result


def common_stock_change(first: xr.DataArray, last: xr.DataArray, years: float) -> xr.DataArray:
    r"""Yearly change of stored carbon between two years, t C yr-1; positive where carbon is gained.

    .. math:: \Delta C = (C_{t_2} - C_{t_1}) / (t_2 - t_1)

    Parameters
    ----------
    first, last : xarray.DataArray, shape (y, x), t C
        Stocks on the same land.
    years : float
        Length of the period.

    References
    ----------
    IPCC 2006, Vol. 4, Ch. 2, Eq. 2.5.
    """
    require(first, "carbon_stock")
    require(last, "carbon_stock")
    with xr.set_options(arithmetic_join="exact"):
        change = (last - first) / years  # (t C) / (yr) = t C/yr
    return stamp(change, "stock_change")


def sink(land_share: xr.DataArray, uptake: xr.DataArray, cell_area: float) -> xr.DataArray:
    """Yearly carbon uptake of each cell, t C yr-1, from coefficients by class in t C ha-1 yr-1."""
    require(land_share, "land_share")
    with xr.set_options(arithmetic_join="exact"):
        result = xr.dot(land_share, uptake, dim="land_class") * cell_area  # (1) * (t C/ha/yr) * (ha) = t C/yr
    return stamp(result.transpose("year", "y", "x"), "sink")
