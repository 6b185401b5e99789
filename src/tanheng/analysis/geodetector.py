r"""Geographical detector: how much of a variable's variance lies between the strata of a driver.

.. math:: q = 1 - \frac{\sum_h N_h \sigma_h^2}{N \sigma^2} = 1 - SSW / SST

Software differs in details, and the differences are arguments here: the variance in the non-central F test (divisor n,
or n - 1), strata of a single cell (kept, or left out), and the direction of the ecological test. The p-values of this
file take cells as independent, which neighbouring cells are not: `tanheng.analysis.optimal` has one that does not.

References
----------
Wang, Li, Christakos, Liao, Zhang, Gu and Zheng 2010, International Journal of Geographical Information Science 24,
107-127. Wang, Zhang and Fu 2016, Ecological Indicators 67, 250-256.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, Self

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tanheng.analysis.correlation import Values
from tanheng.analysis.kernels.tables import overlaid_squares, squares
from tanheng.errors import InputError
from tanheng.language import mark_name, tr

Strata = NDArray[np.int64]
Single = Literal["keep", "drop"]


@dataclass(frozen=True)
class FactorDetector:
    """Share of variance between strata.

    Attributes
    ----------
    q : float
        0 (the strata tell nothing) to 1 (they tell all).
    f, p : float
        Non-central F, and its p-value if the n cells were independent.
    n, strata : int
        Cells and strata that count.
    """

    q: float
    f: float
    p: float
    n: int
    strata: int


@dataclass(frozen=True)
class Interaction:
    """Two drivers laid over each other.

    Attributes
    ----------
    q_first, q_second, q_both : float
        Of each alone, and of the strata that both make together.
    kind : str
        Name of the interaction. On the same cells overlaid strata never tell less than either alone, so an interaction
        that weakens can only come from strata that are left out.
    """

    q_first: float
    q_second: float
    q_both: float
    kind: str


@dataclass(frozen=True)
class RiskDifference:
    """Two strata compared by Welch's t-test, as if cells were independent."""

    first: int
    second: int
    mean_first: float
    mean_second: float
    t: float
    p: float


def _grouped(y: Values, labels: Strata, single: Single) -> tuple[Values, Strata, Values, Values]:
    """Known y, its strata from 0 on, and number and mean of each stratum."""
    _refuse_other_shape(y, labels)
    _refuse_infinite(y)
    known = np.isfinite(y) & (labels >= 0)
    y, group = y[known], _numbered(labels[known])
    if single == "drop" and len(y):
        enough = np.bincount(group)[group] > 1
        y, group = y[enough], _numbered(group[enough])
    _refuse_few(len(y))
    count = np.bincount(group).astype(np.float64)
    return y, group, count, np.bincount(group, y) / count


def _numbered(labels: Strata) -> Strata:
    """Strata numbered from 0 on, in their order, without those that have no cell."""
    there = np.bincount(labels) > 0
    return np.asarray((np.cumsum(there) - 1)[labels])


def _squares(y: Values, group: Strata, mean: Values) -> tuple[float, float]:
    """Sums of squares within strata and in all."""
    within, sst = squares(np.ascontiguousarray(y, np.float64), group, mean)
    _refuse_alike(float(sst), y)
    return float(within), float(sst)


def _refuse_other_shape(y: Values, labels: Strata) -> None:
    if y.shape != labels.shape or y.ndim != 1:
        raise InputError(
            tr(
                "a stratum for each value was expected, got shapes {shape} and {strata_shape}",
                shape=labels.shape,
                strata_shape=y.shape,
            )
        )


def _refuse_infinite(y: Values) -> None:
    if np.isinf(y).any():
        raise InputError(
            tr("{count} values are infinite; correct them, or mark them as missing (NaN)", count=int(np.isinf(y).sum()))
        )


def _refuse_few(cells: int) -> None:
    if cells < 3:
        raise InputError(tr("three cells with a value and a stratum or more are needed, got {count}", count=cells))


def _refuse_alike(total: float, y: Values) -> None:
    if total <= (1e-12 * float(np.abs(y).max())) ** 2 * len(y):
        raise InputError(tr("all values of the variable are alike, so there is no variance to part"))


def factor_detector(y: Values, labels: Strata, *, ddof: Literal[0, 1] = 1, single: Single = "keep") -> FactorDetector:
    r"""Factor detector: q, with its non-central F test.

    .. math::
        F = \frac{N - L}{L - 1} \frac{q}{1 - q}, \qquad
        \lambda = \frac{1}{\sigma^2} \left[ \sum_h \bar Y_h^2 - \frac{1}{N} \left( \sum_h \sqrt{N_h} \bar Y_h \right)^2 \right]

    Parameters
    ----------
    y : numpy.ndarray, shape (n,)
        NaN is no data.
    labels : numpy.ndarray of int, shape (n,)
        Stratum of each cell, negative where unknown.
    ddof : {1, 0}
        Divisor n - 1 (the R package) or n (the Excel one) of the variance in lambda.
    single : {"keep", "drop"}
        Strata of one cell: kept, with nothing within them, or left out with their cells.

    Returns
    -------
    FactorDetector
        With one stratum, q is 0 and p NaN.

    Raises
    ------
    InputError
        Fewer than three cells, all alike, or infinite values.

    Examples
    --------
    1 2 3 | 7 8 9: within 2 + 2 = 4, in all 58, so q = 1 - 4/58.

    >>> found = factor_detector(np.array([1.0, 2, 3, 7, 8, 9]), np.array([0, 0, 0, 1, 1, 1]))
    >>> round(found.q, 6), round(1 - 4 / 58, 6)
    (0.931034, 0.931034)
    """
    y, group, count, mean = _grouped(y, labels, single)
    within, total = _squares(y, group, mean)
    n, levels = len(y), len(count)
    q = min(1.0, max(0.0, 1.0 - within / total)) if levels > 1 else 0.0
    if levels == 1 or n <= levels:
        return FactorDetector(q, math.nan, math.nan, n, levels)
    f = math.inf if q >= 1.0 else (n - levels) / (levels - 1) * q / (1.0 - q)
    noncentral = (float(mean @ mean) - float(np.sqrt(count) @ mean) ** 2 / n) / (total / (n - ddof))
    p = 0.0 if math.isinf(f) else float(stats.ncf.sf(f, levels - 1, n - levels, max(noncentral, 0.0)))
    return FactorDetector(q, f, p, n, levels)


def overlay(first: Strata, second: Strata) -> Strata:
    """Strata of two drivers together: one for each pair that occurs; -1 where either is unknown.

    Examples
    --------
    >>> overlay(np.array([0, 0, 1, -1]), np.array([0, 1, 1, 1])).tolist()
    [0, 1, 2, -1]
    """
    known = (first >= 0) & (second >= 0)
    strata = np.full(first.shape, -1, np.int64)
    pairs = first[known] * (int(second.max(initial=0)) + 1) + second[known]
    strata[known] = _numbered(pairs)
    return strata


#: Names of interactions, from q of both against q of each.
WEAKEN_NONLINEAR = mark_name("weakened, nonlinear")
WEAKEN_ONE = mark_name("weakened, univariate")
ENHANCE_TWO = mark_name("enhanced, bivariate")
NOTHING_ADDED = mark_name("nothing added")
INDEPENDENT = mark_name("independent")
ENHANCE_NONLINEAR = mark_name("enhanced, nonlinear")


def interaction_detector(y: Values, first: Strata, second: Strata, *, single: Single = "keep") -> Interaction:
    """Interaction detector: q of both drivers together against q of each, over the cells that know all three.

    Below the smaller q: weakened, nonlinear; between both: weakened, univariate; the larger itself, as where the strata of one lie
    within those of the other: nothing added; above it: enhanced, bivariate; equal to their sum: independent; above the sum:
    enhanced, nonlinear.

    Examples
    --------
    y is 1 where just one of two is: each alone tells nothing, both tell all.

    >>> a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> found = interaction_detector(np.array([0.0, 1.0, 1.0, 0.0]), a, b)
    >>> found.q_first, found.q_both, found.kind
    (0.0, 1.0, 'enhanced, nonlinear')
    """
    if single == "keep":
        one, other, together = _Overlaid.of(y, first, second).q
    else:
        both = overlay(first, second)
        known = np.where(both >= 0, y, np.nan)
        one, other, together = (factor_detector(known, item, single=single).q for item in (first, second, both))
    return Interaction(one, other, together, interaction_kind(one, other, together))


@dataclass(frozen=True)
class _Overlaid:
    """Two layers of strata over each other: cells, and by layer and for both together the strata and the sum of squares within them."""

    cells: int
    strata: tuple[int, int, int]
    within: tuple[float, float, float]
    total: float

    @classmethod
    def of(cls, y: Values, first: Strata, second: Strata) -> Self:
        """Sums of squares over the cells that know all three."""
        for labels in (first, second):
            _refuse_other_shape(y, labels)
        _refuse_infinite(y)
        _refuse_few(y.size)
        values = np.ascontiguousarray(y, np.float64)
        cells, one, other, both, within = overlaid_squares(values, _compact(first), _compact(second))
        _refuse_few(int(cells))
        known = np.isfinite(values) & (first >= 0) & (second >= 0)
        _refuse_alike(float(within[3]), values[known])
        squares_within = float(within[0]), float(within[1]), float(within[2])
        return cls(int(cells), (int(one), int(other), int(both)), squares_within, float(within[3]))

    @property
    def q(self) -> tuple[float, ...]:
        """Share of variance between the strata of the first, of the second, and of both; 0 where there is one stratum."""
        return tuple(
            min(1.0, max(0.0, 1.0 - within / self.total)) if levels > 1 else 0.0
            for within, levels in zip(self.within, self.strata, strict=True)
        )


#: Strata up to which a table of all pairs is small.
_FEW_STRATA = 256


def _compact(labels: Strata) -> Strata:
    """Strata with small numbers; negative where unknown."""
    strata = np.asarray(labels, np.int64)
    if strata.size == 0 or strata.max() < _FEW_STRATA:
        return strata
    known = strata >= 0
    few = np.full(strata.shape, -1, np.int64)
    few[known] = _numbered(strata[known])
    return few


def interaction_kind(first: float, second: float, both: float) -> str:
    """Name of an interaction.

    Examples
    --------
    >>> interaction_kind(0.2, 0.3, 0.4), interaction_kind(0.2, 0.3, 0.5)
    ('enhanced, bivariate', 'independent')
    """
    tolerance = 1e-9
    if abs(both - first - second) <= tolerance:
        return INDEPENDENT
    if both > first + second:
        return ENHANCE_NONLINEAR
    if abs(both - max(first, second)) <= tolerance:
        return NOTHING_ADDED
    if both > max(first, second):
        return ENHANCE_TWO
    return WEAKEN_ONE if both >= min(first, second) else WEAKEN_NONLINEAR


def risk_detector(y: Values, labels: Strata) -> list[RiskDifference]:
    """Risk detector: every pair of strata by Welch's t-test; NaN where a stratum has one cell, or none varies.

    Examples
    --------
    >>> found = risk_detector(np.array([1.0, 2, 3, 7, 8, 9]), np.array([0, 0, 0, 1, 1, 1]))[0]
    >>> found.mean_first, found.mean_second, round(found.t, 4)
    (2.0, 8.0, -7.3485)
    """
    known = np.isfinite(y) & (labels >= 0)
    names, group = np.unique(labels[known], return_inverse=True)
    y, group, count, mean = _grouped(y[known], group.ravel(), "keep")
    within = np.bincount(group, (y - mean[group]) ** 2)
    variance = np.divide(within, count - 1, out=np.full(len(count), np.nan), where=count > 1) / count
    rows = []
    for first in range(len(count)):
        for second in range(first + 1, len(count)):
            spread = variance[first] + variance[second]
            t, p = math.nan, math.nan
            if spread > 0:
                t = float(mean[first] - mean[second]) / math.sqrt(spread)
                freedom = spread**2 / sum(variance[item] ** 2 / (count[item] - 1) for item in (first, second))
                p = float(2.0 * stats.t.sf(abs(t), freedom))
            means = float(mean[first]), float(mean[second])
            rows.append(RiskDifference(int(names[first]), int(names[second]), *means, t, p))
    return rows


def ecological_detector(
    y: Values, first: Strata, second: Strata, *, direction: Literal["two-sided", "first", "second"] = "two-sided"
) -> tuple[float, float]:
    """Ecological detector: F and p of whether two drivers differ in what they leave unexplained.

    ``F = SSW_first / SSW_second``, on N - 1 and N - 1 degrees of freedom, over the cells that know all three.

    Parameters
    ----------
    direction : {"two-sided", "first", "second"}
        ``"first"`` asks whether the first driver tells more (small F), ``"second"`` whether the second does (large F, as
        in the software of the method's authors); two-sided is the same whichever comes first.

    Raises
    ------
    InputError
        As `factor_detector`.

    Examples
    --------
    1 2 3 | 7 8 9 leaves 4; the strata of the second leave 1 2 7 8 and 3 9: 37 + 18 = 55, so F = 4/55.

    >>> y = np.array([1.0, 2, 3, 7, 8, 9])
    >>> f, p = ecological_detector(y, np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 0, 0, 1]))
    >>> round(f, 6), round(4 / 55, 6), round(p, 4)
    (0.072727, 0.072727, 0.0121)
    """
    overlaid = _Overlaid.of(y, first, second)
    within, n = overlaid.within, overlaid.cells
    if within[1] == 0:
        return (math.nan, math.nan) if within[0] == 0 else (math.inf, 0.0 if direction != "first" else 1.0)
    f = within[0] / within[1]
    below, above = float(stats.f.cdf(f, n - 1, n - 1)), float(stats.f.sf(f, n - 1, n - 1))
    p = {"two-sided": min(1.0, 2.0 * min(below, above)), "first": below, "second": above}[direction]
    return f, p
