"""Pearson correlation on cells, and the identity that ties supply, demand and their ratio together."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def pearson(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[float, int]:
    r"""Pearson correlation of two arrays over the cells that both know, and the number of those cells.

    .. math:: r = \frac{\sum (x - \bar x)(y - \bar y)}{\sqrt{\sum (x - \bar x)^2 \sum (y - \bar y)^2}}

    NaN where fewer than three cells are left or one of the two does not vary. No p-value is given: neighbouring cells
    are alike, so the number of cells is no number of independent observations.

    Examples
    --------
    >>> r, n = pearson(np.array([1.0, 2.0, 3.0, np.nan]), np.array([2.0, 4.0, 6.0, 1.0]))
    >>> round(r, 12), n
    (1.0, 3)
    """
    known = np.isfinite(first) & np.isfinite(second)
    n = int(known.sum())
    if n < 3:
        return math.nan, n
    x, y = first[known], second[known]
    x, y = x - x.mean(), y - y.mean()
    spread = math.sqrt(float(x @ x)) * math.sqrt(float(y @ y))
    scale = float(np.abs(first[known]).max()) * float(np.abs(second[known]).max())
    if spread <= 1e-24 * max(scale, 1e-300) * n:
        return math.nan, n
    return float(np.clip(float(x @ y) / spread, -1.0, 1.0)), n


def identity_gap(
    supply: NDArray[np.float64],
    demand: NDArray[np.float64],
    ratio: NDArray[np.float64],
    driver: NDArray[np.float64],
) -> float:
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
