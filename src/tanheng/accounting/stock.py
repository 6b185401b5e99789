"""Carbon stored on land, by cell, class and pool, and its change."""

from __future__ import annotations

import xarray as xr

from tanheng.schema import require, stamp

#: Difference of the covered part of a cell up to which two years cover the same land.
_SAME_COVER = 1e-9


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


def cell_stock_change(
    moved: xr.DataArray,
    shares: tuple[xr.DataArray, xr.DataArray],
    stocks: tuple[xr.DataArray, xr.DataArray],
    densities: tuple[xr.DataArray, xr.DataArray],
    cell_area: float,
    years: float,
) -> xr.DataArray:
    r"""Yearly change of the stock of each cell on the land that both maps cover, t C yr-1.

    Where both years cover the same land of a cell it is the difference of the cell's stocks; elsewhere that of the common land:

    .. math:: \Delta C_i = \frac{A}{t_2 - t_1} \Big( \sum_l c_l \sum_k n_{ikl} - \sum_k c_k \sum_l n_{ikl} \Big)

    Parameters
    ----------
    moved : xarray.DataArray, shape (from_class, to_class, y, x), 1
        Part of each cell that went from a class to another, on the common land.
    shares : two xarray.DataArray, shape (land_class, y, x), 1
        In the first and the last year; NaN where there are no data.
    stocks : two xarray.DataArray, shape (y, x), t C
    densities : two xarray.DataArray, shape (land_class,), t C ha-1
        Sum over the pools.
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

    >>> form = {"dims": ("land_class", "y", "x"), "coords": {"land_class": ["cropland", "forest"]}}
    >>> shares = xr.DataArray([[[1.0]], [[0.0]]], **form), xr.DataArray([[[0.0]], [[0.5]]], **form)
    >>> labels = {"from_class": ["cropland", "forest"], "to_class": ["cropland", "forest"]}
    >>> moved = xr.DataArray([[[[0.0]], [[0.5]]], [[[0.0]], [[0.0]]]], dims=(*labels, "y", "x"), coords=labels)
    >>> density = xr.DataArray([20.0, 60.0], dims="land_class", coords={"land_class": ["cropland", "forest"]})
    >>> stocks = tuple(stamp((share * density).sum("land_class") * 100.0, "carbon_stock") for share in shares)
    >>> float(cell_stock_change(moved, shares, stocks, (density, density), 100.0, 10.0).squeeze())
    200.0
    """
    common = moved.sum(("from_class", "to_class"))
    same = xr.ones_like(common, dtype=bool)
    for share in shares:
        same &= abs(share.fillna(0.0).sum("land_class") - common) <= _SAME_COVER
    ends = []
    for dim, other, stock, density in zip(
        ("from_class", "to_class"), ("to_class", "from_class"), stocks, densities, strict=True
    ):
        on_common = (
            xr.dot(moved.sum(other), density.rename(land_class=dim), dim=dim) * cell_area
        )  # (1) * (t C/ha) * (ha)
        ends.append(stamp(stock.where(same, on_common).where(common > 0), "carbon_stock"))
    return common_stock_change(ends[0], ends[1], years)


def sink(land_share: xr.DataArray, uptake: xr.DataArray, cell_area: float) -> xr.DataArray:
    """Yearly carbon uptake of each cell, t C yr-1, from coefficients by class in t C ha-1 yr-1."""
    require(land_share, "land_share")
    with xr.set_options(arithmetic_join="exact"):
        result = xr.dot(land_share, uptake, dim="land_class") * cell_area  # (1) * (t C/ha/yr) * (ha) = t C/yr
    return stamp(result.transpose("year", "y", "x"), "sink")


def sink_from_rate(rate: xr.DataArray, land_share: xr.DataArray, cell_area: float) -> xr.DataArray:
    r"""Yearly carbon uptake of each cell, t C yr-1, from a rate by cell such as net ecosystem production.

    .. math:: S_i = A \, r_i \sum_k s_{ik}

    Parameters
    ----------
    rate : xarray.DataArray, shape (year, y, x), t C ha-1 yr-1
    land_share : xarray.DataArray, shape (year, land_class, y, x), 1
        The land of a cell takes part as far as it has data.
    cell_area : float
        ha.

    Examples
    --------
    Half a cell of 100 ha takes up 3 t C a hectare and year: 0.5 * 100 * 3 = 150 t C a year.

    >>> share = xr.DataArray([[[[0.5]]]], dims=("year", "land_class", "y", "x"), attrs={"units": "1"})
    >>> float(sink_from_rate(xr.DataArray([[[3.0]]], dims=("year", "y", "x")), share, 100.0).squeeze())
    150.0
    """
    require(land_share, "land_share")
    with xr.set_options(arithmetic_join="exact"):
        result = rate * land_share.sum("land_class", skipna=False) * cell_area  # (t C/ha/yr) * (1) * (ha) = t C/yr
    return stamp(result.transpose("year", "y", "x"), "sink")
