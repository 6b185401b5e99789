r"""Uncertainty of densities and factors, carried to supply, demand, balance and ratio of cells, zones and the region.

Half-widths are those of 95 % intervals. The density of a class is one quantity: its error is the same in all cells and in all years,
so it does not average out over a region, and largely cancels in a change. How far the densities of different classes err together
within a pool is a choice (`correlation`); pools are independent of each other, and densities of emissions. A factor errs alike in
all zones; the activity of each zone errs by itself.

References
----------
IPCC 2006, Vol. 1, Ch. 3, Eq. 3.2; JCGM 100:2008, 5.1.2 and 5.2.2 (correlated quantities).
"""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.intervals.uncertainty import multipliers
from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.units import SIGMAS_IN_HALF

Values = NDArray[np.float64]

#: Cells whose draws are held at once.
_AT_ONCE = 2**14


def density_half_width(errors: xr.DataArray, correlation: float) -> xr.DataArray:
    r"""Half-width of a sum over classes and pools whose densities err together in part.

    .. math:: U = \sqrt{\sum_p \Big[(1 - \rho) \sum_k e_{kp}^2 + \rho \Big(\sum_k e_{kp}\Big)^2\Big]}

    Parameters
    ----------
    errors : xarray.DataArray, shape (land_class, carbon_pool, ...)
        What each density adds: area times density times its relative half-width, with the sign of a change. Without the
        dimension ``carbon_pool``, the pools of a class err together.
    correlation : float
        Between the densities of any two classes in a pool, 0 to 1.

    Examples
    --------
    Errors of 10 and 5: independent sqrt(125), wholly dependent 15. In a change of +10 and -5 a common error cancels.

    >>> errors = xr.DataArray([10.0, 5.0], dims="land_class")
    >>> [round(float(density_half_width(errors, rho)), 2) for rho in (0.0, 1.0)]
    [11.18, 15.0]
    >>> change = xr.DataArray([10.0, -5.0], dims="land_class")
    >>> [round(float(density_half_width(change, rho)), 2) for rho in (0.0, 1.0)]
    [11.18, 5.0]
    """
    own = (errors**2).sum("land_class", skipna=False)
    common = errors.sum("land_class", skipna=False) ** 2
    variance: xr.DataArray = (1.0 - correlation) * own + correlation * common
    if "carbon_pool" in variance.dims:
        variance = variance.sum("carbon_pool", skipna=False)
    return variance**0.5


def map_error_half_width(area: xr.DataArray, density: xr.DataArray, relative: xr.DataArray) -> xr.DataArray:
    r"""Half-width of a total stock from errors of the areas of the classes, t C, in the shape of `area` without ``land_class``.

    .. math:: U = \sqrt{\sum_k (A_k u_k (c_k - \bar c))^2}, \qquad \bar c = \sum_k A_k c_k \Big/ \sum_k A_k

    What is taken from one class goes to others, so an error of area moves carbon only as far as the density of the class
    differs from the mean.

    Parameters
    ----------
    area : xarray.DataArray, shape (land_class, ...), ha
    density : xarray.DataArray, shape (land_class, ...), t C ha-1
    relative : xarray.DataArray, shape (land_class,), 1
        Half-width of the area of each class, relative, as an accuracy assessment gives it.

    Examples
    --------
    60 ha of 100 and 40 ha of 50 t C/ha, mean 80; areas to 10 %: sqrt((6*20)^2 + (4*30)^2) = 169.7.

    >>> area, density = (xr.DataArray(v, dims="land_class") for v in ([60.0, 40.0], [100.0, 50.0]))
    >>> round(float(map_error_half_width(area, density, xr.full_like(area, 0.1))), 1)
    169.7
    """
    mean = (area * density).sum("land_class") / area.sum("land_class")
    # (ha) * (t C/ha) = t C
    return ((area * relative * (density - mean)) ** 2).sum("land_class") ** 0.5


def demand_half_width(amounts: sparse.csr_matrix, relative: Values) -> Values:
    r"""Half-width of the demand of each cell, t C yr-1, shape (cells,).

    .. math:: U_i = \sqrt{\sum_{gh} D_{gi} R_{gh} D_{hi}}

    Parameters
    ----------
    amounts : scipy.sparse.csr_matrix, shape (groups, cells), t C yr-1
        Demand by groups of emissions that share a weight and a unit.
    relative : numpy.ndarray, shape (groups, groups), 1
        Covariances of the groups as squared half-widths, over the product of their emissions.

    Examples
    --------
    Two zones of 10 with the covariances 5, 4, 4, 5 (see `uncertainty.covariance`). A cell that takes a tenth of one zone has a
    tenth of its half-width, 2.24; one on the border that takes a tenth of each has a tenth of that of both, 4.24.

    >>> amounts = sparse.csr_matrix([[1.0, 1.0], [0.0, 1.0]])
    >>> demand_half_width(amounts, np.array([[5.0, 4.0], [4.0, 5.0]]) / 100).round(3).tolist()
    [0.224, 0.424]
    """
    by_cell = amounts.tocsc()
    cell = np.repeat(np.arange(by_cell.shape[1]), np.diff(by_cell.indptr))
    variance = np.zeros(by_cell.shape[1])
    # Each pair of groups of a cell is met once, at the distance of its members in the list of the cell.
    for step in range(int(np.diff(by_cell.indptr).max(initial=0))):
        first, second = slice(None, len(cell) - step), slice(step, None)
        same = cell[first] == cell[second]
        one, other = by_cell.indices[first][same], by_cell.indices[second][same]
        product = by_cell.data[first][same] * by_cell.data[second][same] * relative[one, other]
        variance += (1.0 if step == 0 else 2.0) * np.bincount(cell[first][same], product, len(variance))
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def sum_half_width(amounts: Values, relative: Values) -> Values:
    r"""Half-width of sums of groups, shape (sums,): :math:`\sqrt{\mathrm{diag}(A R A^T)}`.

    Parameters
    ----------
    amounts : numpy.ndarray, shape (sums, groups)
        What each sum takes of each group.
    relative : numpy.ndarray, shape (groups, groups), 1

    Examples
    --------
    >>> sum_half_width(np.array([[10.0, 0.0], [10.0, 10.0]]), np.array([[5.0, 4.0], [4.0, 5.0]]) / 100).round(2).tolist()
    [2.24, 4.24]
    """
    return np.asarray(np.sqrt(np.maximum(((amounts @ relative) * amounts).sum(axis=1), 0.0)))


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


def density_draws(relative: xr.DataArray, correlation: float, count: int, rng: np.random.Generator) -> xr.DataArray:
    """Random multipliers of densities with mean one, shape (draw, land_class) or (draw, land_class, carbon_pool).

    Classes share a part of their error in each pool; the multipliers are above zero, log-normal where a half-width is wide.

    Examples
    --------
    >>> relative = xr.DataArray([0.2, 0.2], dims="land_class", coords={"land_class": ["forest", "water"]})
    >>> drawn = density_draws(relative, 0.5, 20_000, np.random.default_rng(1))
    >>> print(round(float(np.corrcoef(drawn.values.T)[0, 1]), 1))
    0.5
    """
    sizes = (count, *relative.shape)
    common_sizes = tuple(
        1 if dim == "land_class" else size for dim, size in zip(relative.dims, relative.shape, strict=True)
    )
    common = rng.standard_normal((count, *common_sizes))
    normal = np.sqrt(correlation) * common + np.sqrt(1.0 - correlation) * rng.standard_normal(sizes)
    half = relative.values[None]
    return xr.DataArray(multipliers(half, normal), dims=("draw", *relative.dims), coords=dict(relative.coords))


def demand_draws(relative: Values, count: int, rng: np.random.Generator) -> Values:
    """Random multipliers of groups of emissions with mean one and covariances `relative`, shape (draw, groups).

    Examples
    --------
    >>> drawn = demand_draws(np.array([[5.0, 4.0], [4.0, 5.0]]) / 100, 40_000, np.random.default_rng(1))
    >>> print((np.cov(drawn.T) * 1.96**2 * 100).round(0).tolist())
    [[5.0, 4.0], [4.0, 5.0]]
    """
    values, vectors = np.linalg.eigh(relative)
    root = vectors * np.sqrt(np.maximum(values, 0.0)) / SIGMAS_IN_HALF
    return np.asarray(1.0 + rng.standard_normal((count, len(relative))) @ root.T)


def largest_drawn(multipliers: Values, amounts: Values | sparse.csr_matrix) -> Values:
    r"""Largest value of any cell in each draw, shape (draws,): :math:`\max_i \sum_s m_{ds} a_{si}`.

    Parameters
    ----------
    multipliers : numpy.ndarray, shape (draws, sources), 1
    amounts : numpy.ndarray or scipy.sparse.csr_matrix, shape (sources, cells)
        What each source adds to each cell; a cell with a NaN is left out.

    Examples
    --------
    >>> largest_drawn(np.array([[1.0, 1.0], [2.0, 0.5]]), np.array([[10.0, 2.0], [1.0, 12.0]])).tolist()
    [14.0, 20.5]
    """
    largest = np.full(len(multipliers), -np.inf)
    if isinstance(amounts, np.ndarray):
        # The largest of many is known well enough in 32 bits, in half the time.
        multipliers, amounts = multipliers.astype(np.float32), amounts.astype(np.float32)
    by_cell = amounts.T if isinstance(amounts, np.ndarray) else amounts.T.tocsr()
    for start in range(0, by_cell.shape[0], _AT_ONCE):
        drawn = np.asarray(by_cell[start : start + _AT_ONCE] @ multipliers.T)
        largest = np.fmax(largest, np.fmax.reduce(drawn, axis=0))
    return largest


def ratio_covariance(supply: Values, demand: Values, norms: Values) -> Values:
    r"""Covariance of what sources of supply and of demand add to the ratio, shape (sources, sources).

    The ratio of a cell is a sum over the sources of its supply and demand, each times its draw over that draw's norm, so its
    variance needs no draw of the cell itself: see `ratio_half_width`.

    Parameters
    ----------
    supply : numpy.ndarray, shape (draws, sources of supply), 1
    demand : numpy.ndarray, shape (draws, sources of demand), 1
        Random multipliers.
    norms : numpy.ndarray, shape (draws,)
        Denominator of the ratio in each draw.

    Raises
    ------
    InputError
        There are fewer than two draws.

    Examples
    --------
    >>> ratio_covariance(np.array([[1.1], [0.9]]), np.array([[1.0], [1.0]]), np.array([1.0, 1.0])).round(3).tolist()
    [[0.02, 0.0], [0.0, 0.0]]
    """
    if len(norms) < 2:
        raise InputError(tr("two draws or more are needed for a spread, got {count}", count=len(norms)))
    drawn = np.concatenate([supply, -demand], axis=1) / norms[:, None]
    centred = drawn - drawn.mean(axis=0)
    return np.asarray(centred.T @ centred / (len(norms) - 1))


def ratio_half_width(supply: Values, demand: sparse.csr_matrix, covariance: Values) -> Values:
    r"""Half-width of the supply-demand ratio of each cell, whose norm errs as the cells do, shape (cells,).

    .. math:: U_i = 1.96 \sqrt{a_i^T C a_i}

    with what sources add to the cell, a, and their covariance over the draws of ``(S - D) / ((max S + max D) / 2)``, C.

    Parameters
    ----------
    supply : numpy.ndarray, shape (sources of supply, cells)
    demand : scipy.sparse.csr_matrix, shape (sources of demand, cells)
    covariance : numpy.ndarray, shape (sources, sources)
        See `ratio_covariance`.

    Examples
    --------
    Demand 1 and 1, supply 10 and 2, once a tenth larger and once smaller: ratios (11 - 1) / 6 and (9 - 1) / 5 of the first cell,
    1.2 / 6 and 0.8 / 5 of the second.

    >>> supply, demand = np.array([[10.0, 2.0]]), sparse.csr_matrix([[1.0, 1.0]])
    >>> drawn = np.array([[1.1], [0.9]]), np.array([[1.0], [1.0]])
    >>> covariance = ratio_covariance(*drawn, np.array([6.0, 5.0]))
    >>> ratio_half_width(supply, demand, covariance).round(3).tolist()
    [0.092, 0.055]
    """
    sources = len(supply)
    variance = (supply * (covariance[:sources, :sources] @ supply)).sum(axis=0)
    entries = demand.tocoo()
    both = (covariance[entries.row + sources, :sources] * supply[:, entries.col].T).sum(axis=1)
    variance += 2.0 * np.bincount(entries.col, entries.data * both, supply.shape[1])
    variance += demand_half_width(demand, covariance[sources:, sources:]) ** 2
    return np.asarray(SIGMAS_IN_HALF * np.sqrt(np.maximum(variance, 0.0)))
