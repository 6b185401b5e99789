"""Correlation on cells: Pearson, Spearman, partial; and the identity that ties supply, demand and their ratio together."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.kernels.ranking import average_ranks
from tanheng.analysis.kernels.tables import common_moments
from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]

#: Smallest eigenvalue of the correlations of controls down to which normal equations lose nothing that a second step does not mend.
_WELL_APART = 1e-6


def pearson(first: Values, second: Values) -> tuple[float, int]:
    r"""Pearson correlation of two arrays over the cells that both know, and the number of those cells.

    .. math:: r = \frac{\sum (x - \bar x)(y - \bar y)}{\sqrt{\sum (x - \bar x)^2 \sum (y - \bar y)^2}}

    NaN where fewer than three cells are left or one of the two does not vary. No p-value is given: neighbouring cells
    are alike, so the number of cells is not the number of independent observations; see
    `tanheng.analysis.effective_size`.

    Examples
    --------
    >>> r, n = pearson(np.array([1.0, 2.0, 3.0, np.nan]), np.array([2.0, 4.0, 6.0, 1.0]))
    >>> round(r, 12), n
    (1.0, 3)
    """
    n, low, high, products = common_moments(np.ravel(first), np.ravel(second))
    # What differs by rounding alone does not vary.
    varies = high - low > 1e-12 * np.maximum(np.abs(low), np.abs(high))
    if n < 3 or not varies.all():
        return math.nan, n
    spread = math.sqrt(float(products[0])) * math.sqrt(float(products[1]))
    # Values so small that their squares are nothing tell no more than ones that don't vary.
    return (float(np.clip(float(products[2]) / spread, -1.0, 1.0)) if spread > 0 else math.nan), n


def ranks(values: Values) -> Values:
    """Ranks of the finite values, ties sharing their mean rank; NaN elsewhere.

    Examples
    --------
    >>> ranks(np.array([30.0, np.nan, 10.0, 10.0]))
    array([3. , nan, 1.5, 1.5])
    """
    ranked = np.full(values.shape, np.nan)
    known = np.isfinite(values)
    inside = values[known]
    ranked[known] = average_ranks(inside, np.argsort(inside))
    return ranked


def spearman(first: Values, second: Values) -> tuple[float, int]:
    """Spearman correlation, the Pearson correlation of the ranks, over the cells that both know; and their number.

    Examples
    --------
    >>> r, n = spearman(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 8.0, 27.0, 64.0]))
    >>> round(r, 12), n
    (1.0, 4)
    """
    known = np.isfinite(first) & np.isfinite(second)
    return pearson(ranks(np.where(known, first, np.nan)), ranks(np.where(known, second, np.nan)))


def residuals(values: Values, controls: Values) -> Values:
    """What is left of values after least squares on controls and a constant; NaN where any of them is missing.

    Parameters
    ----------
    values : numpy.ndarray, shape (cells,) or (variables, cells)
        Of several variables, only the cells count that all of them know.
    controls : numpy.ndarray, shape (controls, cells)

    Raises
    ------
    InputError
        Fewer cells are known than are needed.

    Examples
    --------
    >>> residuals(np.array([1.0, 3.0, 5.0, 9.0]), np.array([[0.0, 1.0, 2.0, 3.0]])).round(6).tolist()
    [0.4, -0.2, -0.8, 0.6]
    """
    several = np.atleast_2d(values)
    known = np.isfinite(several).all(axis=0) & np.isfinite(controls).all(axis=0)
    if known.sum() < controls.shape[0] + 3:
        raise InputError(
            tr(
                "{count} cells know all of {controls} controls; partial correlation needs {needed} or more",
                count=int(known.sum()),
                controls=controls.shape[0],
                needed=controls.shape[0] + 3,
            )
        )
    cells = np.flatnonzero(known)
    design, y = controls.take(cells, axis=1), several.take(cells, axis=1)
    design -= design.mean(axis=1, keepdims=True)
    scale = np.sqrt(np.einsum("kn,kn->k", design, design))[:, None]
    design /= np.where(scale > 0, scale, 1.0)
    y -= y.mean(axis=1, keepdims=True)
    left = _after_least_squares(y, design)
    # What least squares leaves of a value that the controls explain wholly is rounding, not signal.
    left[np.abs(left) < 1e-12 * np.maximum(np.abs(y).max(axis=1, keepdims=True), 1e-300)] = 0.0
    unexplained = np.full(several.shape, np.nan)
    unexplained[:, cells] = left
    return unexplained.reshape(values.shape)


def _after_least_squares(y: Values, design: Values) -> Values:
    """What least squares on a design, of shape (controls, cells) and rows of length 1, leaves of values, shape (variables, cells).

    The normal equations are small and quick, and exact after a second step where the controls differ well enough; where one is
    nearly made up of the others, singular values are.
    """
    products = design @ design.T
    if np.linalg.eigvalsh(products)[0] < _WELL_APART:
        return np.asarray(y - (design.T @ np.linalg.lstsq(design.T, y.T, rcond=1e-10)[0]).T)
    left = y
    for _ in range(2):
        left = left - np.linalg.solve(products, design @ left.T).T @ design
    return left


def partial_correlation(first: Values, second: Values, controls: Values) -> tuple[float, int]:
    r"""Pearson correlation of what is left of two arrays once controls are taken out of both; and the number of cells.

    .. math:: r_{xy \cdot z} = r(x - \hat x(z),\; y - \hat y(z))

    with the fits by least squares (linear). For one control this is
    ``(r_xy - r_xz r_yz) / sqrt((1 - r_xz**2) (1 - r_yz**2))``.

    Parameters
    ----------
    first, second : numpy.ndarray, shape (cells,)
    controls : numpy.ndarray, shape (controls, cells)

    Raises
    ------
    InputError
        Fewer cells are known than are needed.

    Examples
    --------
    Both follow z, and what else moves them goes opposite ways: with z taken out, that is all that is left.

    >>> z = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    >>> e = np.array([0.1, -0.2, 0.1, 0.1, -0.2, 0.1])
    >>> round(pearson(z + e, z - e)[0], 2), round(partial_correlation(z + e, z - e, z[None])[0], 2)
    (0.99, -1.0)
    """
    known = np.isfinite(first) & np.isfinite(second) & np.isfinite(controls).all(axis=0)
    x, y = np.where(known, first, np.nan), np.where(known, second, np.nan)
    return pearson(residuals(x, controls), residuals(y, controls))


def identity_gap(supply: Values, demand: Values, ratio: Values, driver: Values) -> float:
    r"""Distance between the correlation of the ratio with a driver and what those of supply and demand imply.

    The paper's ratio is linear in supply and demand, so with t = sd(D)/sd(S)

    .. math:: r(E, X) = \frac{r(S, X) - t\, r(D, X)}{\sqrt{1 + t^2 - 2 t\, r(S, D)}}

    must hold to rounding. NaN where one of the four does not vary.

    Examples
    --------
    >>> s, d = np.array([5.0, 1.0, 4.0, 2.0]), np.array([1.0, 3.0, 2.0, 2.0])
    >>> identity_gap(s, d, (s - d) / 4.0, np.array([1.0, 2.0, 4.0, 3.0])) < 1e-12
    True
    """
    known = np.isfinite(supply) & np.isfinite(demand) & np.isfinite(ratio) & np.isfinite(driver)
    if known.sum() < 3:
        return math.nan
    s, d, e, x = (item[known] for item in (supply, demand, ratio, driver))
    if s.std() == 0 or d.std() == 0:
        return math.nan
    t = float(d.std() / s.std())
    implied = (pearson(s, x)[0] - t * pearson(d, x)[0]) / math.sqrt(1 + t * t - 2 * t * pearson(s, d)[0])
    return abs(pearson(e, x)[0] - implied)
