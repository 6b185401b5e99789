"""Carbon stored on land, by cell, class and pool, and its change."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.schema import require, stamp


def carbon_stock(land_share: xr.DataArray, carbon_density: xr.DataArray, cell_area: float) -> xr.DataArray:
    r"""Carbon stored in each cell, t C.

    .. math:: C_i = A \sum_k s_{ik} \sum_p c_{kp}

    Parameters
    ----------
    land_share : xarray.DataArray, shape (year, land_class, y, x), 1
    carbon_density : xarray.DataArray, shape (year, land_class, carbon_pool) or (year, land_class, carbon_pool, y, x), t C ha-1
        Elemental carbon, not CO2; of each class, or of each class in each cell.
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


def stock_of_cells_by_class(land_share: xr.DataArray, carbon_density: xr.DataArray, cell_area: float) -> xr.DataArray:
    r"""Carbon by land class and pool of all cells together, t C, where densities differ from cell to cell.

    .. math:: C_{kp} = A \sum_i s_{ik} c_{ikp}

    Parameters
    ----------
    land_share : xarray.DataArray, shape (year, land_class, y, x), 1
    carbon_density : xarray.DataArray, shape (year, land_class, carbon_pool, y, x), t C ha-1
    cell_area : float
        ha.

    Returns
    -------
    xarray.DataArray, shape (year, land_class, carbon_pool), t C

    Examples
    --------
    Two cells of 100 ha, all forest, with 60 and 80 t C/ha in the soil: 6,000 + 8,000 t C.

    >>> dims = ("year", "land_class", "carbon_pool", "y", "x")
    >>> share = xr.DataArray([[[[1.0, 1.0]]]], dims=("year", "land_class", "y", "x"), attrs={"units": "1"})
    >>> density = xr.DataArray([[[[[60.0, 80.0]]]]], dims=dims, attrs={"units": "t C ha-1"})
    >>> float(stock_of_cells_by_class(share, density, 100.0).squeeze())
    14000.0
    """
    require(land_share, "land_share")
    require(carbon_density, "carbon_density")
    with xr.set_options(arithmetic_join="exact"):
        # Cells without land are NaN, and count as none.
        held = (land_share * carbon_density).sum(("y", "x"))
        result = held * cell_area  # (1) * (t C/ha) * (ha) = t C
    result = result.transpose("year", "land_class", "carbon_pool")
    result.attrs = {"units": "t C"}
    return result


def mean_density(stock: xr.DataArray, area: xr.DataArray, otherwise: xr.DataArray) -> xr.DataArray:
    r"""Mean carbon density of each class and pool over its land, t C ha-1: :math:`\bar c_{kp} = C_{kp} / A_k`.

    Parameters
    ----------
    stock : xarray.DataArray, shape (year, land_class, carbon_pool), t C
    area : xarray.DataArray, shape (year, land_class), ha
    otherwise : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        Density of a class without land.

    Examples
    --------
    >>> stock = xr.DataArray([[14000.0], [0.0]], dims=("land_class", "carbon_pool"))
    >>> area = xr.DataArray([200.0, 0.0], dims="land_class")
    >>> mean_density(stock, area, xr.full_like(stock, 60.0)).squeeze().values.tolist()
    [70.0, 60.0]
    """
    with xr.set_options(arithmetic_join="exact"):
        mean: xr.DataArray = xr.where(area > 0, stock / area.where(area > 0, 1.0), otherwise)  # (t C) / (ha) = t C/ha
    return stamp(mean.transpose(*otherwise.dims), "carbon_density")


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


def cell_stock_change(
    stocks: tuple[xr.DataArray, xr.DataArray],
    cells: NDArray[np.int64],
    shares: tuple[NDArray[np.float64], NDArray[np.float64]],
    densities: tuple[NDArray[np.float64], NDArray[np.float64]],
    cell_area: float,
    years: float,
) -> xr.DataArray:
    r"""Yearly change of the stock of each cell on the land that both maps cover, t C yr-1.

    Where both years cover the same land of a cell it is the difference of the cell's stocks; elsewhere that of the common land:

    .. math:: \Delta C_i = \frac{A}{t_2 - t_1} \Big( \sum_l c_l b_{il} - \sum_k c_k a_{ik} \Big)

    Parameters
    ----------
    stocks : two xarray.DataArray, shape (y, x), t C
        In the first and the last year.
    cells : numpy.ndarray of int, shape (n,)
        Numbers, in reading order, of the cells of which the two years don't cover the same land.
    shares : two numpy.ndarray, shape (n, classes), 1
        Part of each of these cells that is each class on the common land, a in the first and b in the last year.
    densities : two numpy.ndarray, shape (classes,) or (n, classes), t C ha-1
        Sum over the pools; of each class, or of each class in each of these cells.
    cell_area : float
        ha.
    years : float
        Length of the period.

    References
    ----------
    IPCC 2006, Vol. 4, Ch. 2, Eq. 2.5.

    Examples
    --------
    A cell of 100 ha is cropland in the first year; in the last year half of it has no data and the other half is forest. On the
    common 50 ha the stock goes from 50 * 20 = 1,000 to 50 * 60 = 3,000 t C, so 200 t C a year over ten years.

    >>> stocks = tuple(stamp(xr.DataArray([[value]], dims=("y", "x")), "carbon_stock") for value in (2000.0, 3000.0))
    >>> density = np.array([20.0, 60.0])
    >>> shares = np.array([[0.5, 0.0]]), np.array([[0.0, 0.5]])
    >>> float(cell_stock_change(stocks, np.array([0]), shares, (density, density), 100.0, 10.0).squeeze())
    200.0
    """
    ends = []
    for stock, share, density in zip(stocks, shares, densities, strict=True):
        values = np.array(stock.values, np.float64)
        common = (share * density).sum(axis=1) * cell_area  # (1) * (t C/ha) * (ha) = t C
        values.reshape(-1)[cells] = np.where(share.sum(axis=1) > 0, common, np.nan)
        ends.append(stamp(stock.copy(data=values), "carbon_stock"))
    return common_stock_change(ends[0], ends[1], years)


def sink(land_share: xr.DataArray, uptake: xr.DataArray, cell_area: float) -> xr.DataArray:
    """Yearly carbon uptake of each cell, t C yr-1, from coefficients by class in t C ha-1 yr-1."""
    require(land_share, "land_share")
    with xr.set_options(arithmetic_join="exact"):
        result = xr.dot(land_share, uptake, dim="land_class") * cell_area  # (1) * (t C/ha/yr) * (ha) = t C/yr
    return stamp(result.transpose("year", "y", "x"), "sink")


def sink_from_rate(rate: xr.DataArray, covered: xr.DataArray, cell_area: float) -> xr.DataArray:
    r"""Yearly carbon uptake of each cell, t C yr-1, from a rate by cell such as net ecosystem production.

    .. math:: S_i = A \, r_i d_i

    Parameters
    ----------
    rate : xarray.DataArray, shape (..., y, x), t C ha-1 yr-1
    covered : xarray.DataArray, shape (..., y, x), 1
        Part of each cell that has data: the land of a cell takes part as far as it has.
    cell_area : float
        ha.

    Examples
    --------
    Half a cell of 100 ha takes up 3 t C a hectare and year: 0.5 * 100 * 3 = 150 t C a year.

    >>> rate, covered = (xr.DataArray([[value]], dims=("y", "x")) for value in (3.0, 0.5))
    >>> float(sink_from_rate(rate, covered, 100.0).squeeze())
    150.0
    """
    with xr.set_options(arithmetic_join="exact"):
        result = rate * covered * cell_area  # (t C/ha/yr) * (1) * (ha) = t C/yr
    return stamp(result, "sink")
