"""Global autocorrelation: Moran's I, bivariate Moran's I, Geary's C, with their moments under randomisation."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from tanheng.analysis.correlation import Values
from tanheng.analysis.neighbours import Weights, weight_margins, weight_sums
from tanheng.errors import InputError
from tanheng.language import tr


@dataclass(frozen=True)
class GlobalStatistic:
    """A global statistic with what it would be if values were laid out at random.

    Attributes
    ----------
    value, expected, variance : float
        The statistic, its mean and its variance under randomisation.
    z, p : float
        Standard score, and two-sided p-value by the normal distribution.
    p_permuted : float
        Two-sided p-value by permutations; NaN where none were asked for.
    """

    value: float
    expected: float
    variance: float
    z: float
    p: float
    p_permuted: float


def standard_scores(values: Values, weights: Weights) -> Values:
    """Values less their mean over their standard deviation (divisor n), checked to fit the weights.

    Raises
    ------
    InputError
        Fewer than four values, one that is missing or infinite, all alike, or another number than the weights have.
    """
    if values.ndim != 1 or len(values) != weights.shape[0]:
        raise InputError(
            tr(
                "one value for each of the {rows} rows of the weights was expected, got shape {shape}",
                rows=weights.shape[0],
                shape=values.shape,
            )
        )
    if len(values) < 4:
        raise InputError(
            tr("four values or more are needed for a statistic of autocorrelation, got {count}", count=len(values))
        )
    if not np.isfinite(values).all():
        raise InputError(
            tr(
                "{count} values are missing or infinite; take them out of the mask",
                count=int((~np.isfinite(values)).sum()),
            )
        )
    spread = float(values.std())
    if spread <= 1e-12 * float(np.abs(values).max()):
        raise InputError(tr("all values are alike, so autocorrelation has no meaning"))
    return np.asarray((values - values.mean()) / spread)


def _sums(weights: Weights) -> tuple[float, float, float]:
    """S0, S1 and S2 of the weights, which hold some neighbour."""
    sums = weight_sums(weights)
    if sums[0] == 0:
        raise InputError(tr("nothing has a neighbour, so autocorrelation has no meaning"))
    return sums


def _tested(value: float, expected: float, variance: float, p_permuted: float) -> GlobalStatistic:
    z = (value - expected) / math.sqrt(variance) if variance > 0 else math.nan
    return GlobalStatistic(value, expected, variance, z, float(2.0 * norm.sf(abs(z))), p_permuted)


def _permuted(
    statistic: Callable[[Values], float],
    values: Values,
    value: float,
    permutations: int,
    seed: int,
) -> float:
    """Two-sided p-value: twice the smaller tail, counting the observed one among the permutations."""
    if permutations == 0:
        return math.nan
    rng = np.random.default_rng(seed)
    drawn = np.array([statistic(rng.permutation(values)) for _ in range(permutations)])
    tolerance = 1e-12 * max(abs(value), 1e-300)
    tail = min(int((drawn >= value - tolerance).sum()), int((drawn <= value + tolerance).sum()))
    return min(1.0, 2.0 * (tail + 1.0) / (permutations + 1.0))


def moran(values: Values, weights: Weights, permutations: int = 0, seed: int = 1) -> GlobalStatistic:
    r"""Moran's I: whether neighbouring values are alike.

    .. math:: I = \frac{n}{S_0} \frac{\sum_i \sum_j w_{ij} z_i z_j}{\sum_i z_i^2}

    Islands count in n and add nothing. Mean and variance are those under randomisation.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
    weights : scipy.sparse.csr_array or GridWeights, shape (n, n)
    permutations : int
        Random layouts for `p_permuted`; none by default, the normal p-value needs no draws.
    seed : int

    Raises
    ------
    InputError
        Values are missing, alike or too few, or nothing has a neighbour.

    References
    ----------
    Moran 1950, Biometrika 37, 17-23. Cliff and Ord 1981, Spatial Processes, ch. 1.5.

    Examples
    --------
    On a line 1 2 3 4 with equal steps: z = -1.5 -0.5 0.5 1.5, sum of z z' over the six neighbour pairs is
    2 * (0.75 - 0.25 + 0.75) = 2.5, of z**2 it is 5, so I = 4/6 * 2.5/5 = 1/3.

    >>> from tanheng.analysis.neighbours import grid_neighbours
    >>> round(moran(np.array([1.0, 2.0, 3.0, 4.0]), grid_neighbours(np.ones((1, 4), bool))).value, 6)
    0.333333
    """
    z = standard_scores(values, weights)
    n = len(z)
    s0, s1, s2 = _sums(weights)

    def statistic(scores: Values) -> float:
        return float(scores @ (weights @ scores)) / s0

    value = statistic(z)
    expected = -1.0 / (n - 1)
    kurtosis = float((z**4).mean())
    first = n * ((n * n - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    second = kurtosis * ((n * n - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = (first - second) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    return _tested(value, expected, variance, _permuted(statistic, z, value, permutations, seed))


def bivariate_moran(
    first: Values, second: Values, weights: Weights, permutations: int = 0, seed: int = 1
) -> GlobalStatistic:
    r"""Bivariate Moran's I: whether high values of one variable lie by high values of another.

    .. math:: I_{xy} = \frac{\sum_i z^x_i \sum_j w_{ij} z^y_j}{\sum_i (z^x_i)^2}

    Not symmetric, and it carries the correlation at the place itself: give r beside it. Its mean and variance are those
    of a linear statistic of `second` in random order (Hoeffding), with `first` fixed.

    Raises
    ------
    InputError
        As `moran`.

    References
    ----------
    Wartenberg 1985, Geographical Analysis 17, 263-283. Hoeffding 1951, Annals of Mathematical Statistics 22, 558-566.

    Examples
    --------
    >>> from tanheng.analysis.neighbours import grid_neighbours, row_standardised
    >>> w = row_standardised(grid_neighbours(np.ones((1, 4), bool)))
    >>> round(bivariate_moran(np.array([1.0, 2.0, 3.0, 4.0]), np.array([4.0, 3.0, 2.0, 1.0]), w).value, 6)
    -0.4
    """
    x, y = standard_scores(first, weights), standard_scores(second, weights)
    n = len(x)
    _sums(weights)
    slopes = weights.T @ x

    def statistic(scores: Values) -> float:
        return float(slopes @ scores) / n

    value = statistic(y)
    spread = slopes - slopes.mean()
    variance = float(spread @ spread) * n / (n - 1) / n**2
    return _tested(value, 0.0, variance, _permuted(statistic, y, value, permutations, seed))


def geary(values: Values, weights: Weights, permutations: int = 0, seed: int = 1) -> GlobalStatistic:
    r"""Geary's C: below 1 where neighbours are alike, above 1 where they differ.

    .. math:: C = \frac{(n-1) \sum_i \sum_j w_{ij} (x_i - x_j)^2}{2 S_0 \sum_i (x_i - \bar x)^2}

    Raises
    ------
    InputError
        As `moran`.

    References
    ----------
    Geary 1954, The Incorporated Statistician 5, 115-145. Cliff and Ord 1981, ch. 1.5.

    Examples
    --------
    On 1 2 3 4 in a line: 3 * 6 * 1 / (2 * 6 * 5) = 0.3.

    >>> from tanheng.analysis.neighbours import grid_neighbours
    >>> round(geary(np.array([1.0, 2.0, 3.0, 4.0]), grid_neighbours(np.ones((1, 4), bool))).value, 6)
    0.3
    """
    z = standard_scores(values, weights)
    n = len(z)
    s0, s1, s2 = _sums(weights)
    margins = weight_margins(weights)

    def statistic(scores: Values) -> float:
        # sum w (a - b)^2 = sum of the margins times squares - 2 a'Wb
        return (n - 1) * float(margins @ scores**2 - 2.0 * (scores @ (weights @ scores))) / (2.0 * s0 * n)

    value = statistic(z)
    k = float((z**4).mean())
    first = (n - 1) * s1 * (n * n - 3 * n + 3 - (n - 1) * k)
    second = (n - 1) * s2 * (n * n + 3 * n - 6 - (n * n - n + 2) * k) / 4.0
    third = s0**2 * (n * n - 3 - (n - 1) ** 2 * k)
    variance = (first - second + third) / (n * (n - 2) * (n - 3) * s0**2)
    return _tested(value, 1.0, variance, _permuted(statistic, z, value, permutations, seed))
