r"""Uncertainty of densities and factors, carried to supply, demand, balance and ratio of each cell.

Half-widths are those of 95 % intervals. The density of a class is one quantity: its error is the same in all cells and in all years,
so it does not average out over a region, and largely cancels in a change. Densities of different classes are taken as independent,
and so are densities and emissions.

References
----------
IPCC 2006, Vol. 1, Ch. 3, Eq. 3.2; JCGM 100:2008, 5.1.2.
"""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.accounting.uncertainty import draws
from tanheng.errors import InputError
from tanheng.language import tr

#: Standard deviations in half a 95 % interval.
_TO_SIGMA = 1.959963984540054


def stock_half_width(
    share: xr.DataArray, density: xr.DataArray, relative: xr.DataArray, cell_area: float
) -> xr.DataArray:
    r"""Half-width of the carbon stock of each cell, t C, shape (year, y, x).

    .. math:: U_i = \sqrt{\sum_k (a_{ik}\, c_k\, u_k)^2}

    Parameters
    ----------
    share : xarray.DataArray, shape (year, land_class, y, x), 1
    density : xarray.DataArray, shape (year, land_class), t C ha-1
    relative : xarray.DataArray, shape (land_class,), 1
        Half-width of each density, relative.
    cell_area : float
        ha.

    Examples
    --------
    Half forest (100 t C/ha to 20 %), half crops (50 to 10 %) on 2 ha: sqrt((1*100*0.2)^2 + (1*50*0.1)^2) = 20.6.

    >>> share = xr.DataArray([0.5, 0.5], dims="land_class")
    >>> density, u = (xr.DataArray(v, dims="land_class") for v in ([100.0, 50.0], [0.2, 0.1]))
    >>> round(float(stock_half_width(share, density, u, 2.0)), 1)
    20.6
    """
    each = share * cell_area * density * relative  # (1) * (ha) * (t C/ha) * 1 = t C
    return (each**2).sum("land_class", skipna=False) ** 0.5


def change_half_width(
    first: xr.DataArray,
    last: xr.DataArray,
    densities: tuple[xr.DataArray, xr.DataArray],
    relative: xr.DataArray,
    cell_area: float,
    years: float,
) -> xr.DataArray:
    r"""Half-width of the yearly stock change of each cell, t C/yr; densities of both years err alike.

    .. math:: U_i = \frac{1}{T} \sqrt{\sum_k ((a_{ik,2}\, c_{k,2} - a_{ik,1}\, c_{k,1})\, u_k)^2}

    Examples
    --------
    Land that stays what it is has no uncertain change, however uncertain its stock.

    >>> share = xr.DataArray([1.0, 0.0], dims="land_class")
    >>> density, u = (xr.DataArray(v, dims="land_class") for v in ([100.0, 50.0], [0.2, 0.2]))
    >>> float(change_half_width(share, share, (density, density), u, 1.0, 10.0))
    0.0
    """
    each = (last * densities[1] - first * densities[0]) * cell_area * relative / years
    return (each**2).sum("land_class", skipna=False) ** 0.5


def balance_half_width(supply: xr.DataArray, demand: xr.DataArray) -> xr.DataArray:
    """Half-width of a difference of two independent quantities.

    Examples
    --------
    >>> float(balance_half_width(xr.DataArray(3.0), xr.DataArray(4.0)))
    5.0
    """
    return (supply**2 + demand**2) ** 0.5


def certain_sign(balance: xr.DataArray, half_width: xr.DataArray) -> xr.DataArray:
    """1 where the interval lies above zero, -1 where it lies below, 0 where it holds zero; NaN where unknown.

    Examples
    --------
    >>> certain_sign(xr.DataArray([5.0, -5.0, 1.0]), xr.DataArray([2.0, 2.0, 2.0])).values.tolist()
    [1.0, -1.0, 0.0]
    """
    sign: xr.DataArray = xr.where(balance > half_width, 1.0, xr.where(balance < -half_width, -1.0, 0.0))
    return sign.where(balance.notnull() & half_width.notnull())


def ratio_half_width(
    supply: xr.DataArray,
    demand: xr.DataArray,
    parts: xr.DataArray,
    relative: xr.DataArray,
    demand_half: float,
    count: int,
    seed: int,
) -> xr.DataArray:
    r"""Half-width of the supply-demand ratio of each cell, by sampling: its norm, from the largest cells, is uncertain as well.

    1.96 standard deviations of ``(S - D) / ((max S + max D) / 2)`` over draws of all densities and of demand.

    Parameters
    ----------
    supply, demand : xarray.DataArray, shape (y, x)
    parts : xarray.DataArray, shape (land_class, y, x)
        What each class holds of the supply.
    relative : xarray.DataArray, shape (land_class,)
    demand_half : float
        Relative half-width of demand, the same in all cells.
    count : int
        Draws, two or more.

    Raises
    ------
    InputError
        Fewer than two draws were asked for.

    Examples
    --------
    >>> one = xr.DataArray([[10.0, 2.0]], dims=("y", "x"))
    >>> parts = one.expand_dims(land_class=["forest"])
    >>> half = ratio_half_width(one, one / 4, parts, xr.DataArray([0.2], dims="land_class"), 0.0, 400, 1)
    >>> bool((half < 0.2).all())
    True
    """
    if count < 2:
        raise InputError(tr("two draws or more are needed for a spread, got {count}", count=count))
    rng = np.random.default_rng(seed)
    classes = draws(relative.values.astype(float), count, rng)
    whole = draws(np.array([demand_half]), count, rng)[:, 0]
    held, asked = np.asarray(parts.transpose("land_class", ...).values, float), np.asarray(demand.values, float)
    total, squares = np.zeros(asked.shape), np.zeros(asked.shape)
    for number in range(count):
        given = np.tensordot(classes[number], held, axes=1)
        spread = asked * whole[number]
        ratio = (given - spread) / ((np.nanmax(given) + np.nanmax(spread)) / 2.0)
        total += ratio
        squares += ratio**2
    deviation = np.sqrt(np.maximum(squares / count - (total / count) ** 2, 0.0) * count / (count - 1))
    return xr.DataArray(_TO_SIGMA * deviation, dims=supply.dims, coords=supply.coords)
