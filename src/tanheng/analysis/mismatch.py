"""Spatial mismatch of supply and demand: quadrants, coupling coordination, Lorenz curve, Gini, dissimilarity."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.correlation import Values
from tanheng.errors import InputError
from tanheng.language import mark, mark_name, tr

#: Quadrants: supply first, then demand, each against its mean.
QUADRANTS = (mark_name("HH"), mark_name("LH"), mark_name("LL"), mark_name("HL"))

#: Ten levels of coupling coordination, each a tenth wide, from least to most.
LEVELS = (
    mark_name("extreme imbalance"),
    mark_name("severe imbalance"),
    mark_name("moderate imbalance"),
    mark_name("mild imbalance"),
    mark_name("near imbalance"),
    mark_name("bare coordination"),
    mark_name("primary coordination"),
    mark_name("intermediate coordination"),
    mark_name("good coordination"),
    mark_name("high-quality coordination"),
)

#: What is said of amounts that have no shares: negative ones, and none at all.
_SUPPLY_FAULTS = (
    mark("supply is negative in {count} cells; shares are defined for amounts from zero up"),
    mark("supply sums to zero, so nothing has a share of it"),
)
_DEMAND_FAULTS = (
    mark("demand is negative in {count} cells; shares are defined for amounts from zero up"),
    mark("demand sums to zero, so nothing has a share of it"),
)


def _known(supply: Values, demand: Values, at_least: int = 1) -> NDArray[np.bool_]:
    if supply.shape != demand.shape:
        raise InputError(
            tr(
                "supply and demand of the same cells were expected, got {supply_shape} and {demand_shape}",
                supply_shape=supply.shape,
                demand_shape=demand.shape,
            )
        )
    if np.isinf(supply).any() or np.isinf(demand).any():
        raise InputError(tr("supply or demand contains infinite values; correct them, or mark them as missing (NaN)"))
    known = np.isfinite(supply) & np.isfinite(demand)
    if known.sum() < at_least:
        raise InputError(
            tr(
                "{at_least} cells or more that know supply and demand are needed, got {known}",
                at_least=at_least,
                known=int(known.sum()),
            )
        )
    return np.asarray(known)


def quadrants(supply: Values, demand: Values) -> NDArray[np.int8]:
    """Quadrant of each cell as its number in `QUADRANTS`; -1 where supply or demand is missing.

    High is above the mean of all cells, which is where the standard score is above zero. With a demand as uneven as
    people are, most cells are low: the mean lies far above the median.

    Examples
    --------
    >>> quadrants(np.array([9.0, 1.0, 1.0, 9.0]), np.array([5.0, 5.0, 1.0, 1.0])).tolist()
    [0, 1, 2, 3]
    """
    known = _known(supply, demand)
    high_supply, high_demand = (_above_mean(item, known) for item in (supply, demand))
    kinds = np.where(high_supply, np.where(high_demand, 0, 3), np.where(high_demand, 1, 2))
    return np.where(known, kinds, -1).astype(np.int8)


def _above_mean(values: Values, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which values are above the mean of those that are known by more than rounding."""
    mean = float(values[known].mean())
    return np.asarray(values > mean + 1e-12 * float(np.abs(values[known]).max()))


def coupling_coordination(
    supply: Values, demand: Values, supply_range: tuple[float, float], demand_range: tuple[float, float]
) -> Values:
    r"""Coupling coordination degree of each cell, 0 to 1.

    .. math:: D = \sqrt{C\,T}, \quad C = \frac{2 \sqrt{U_1 U_2}}{U_1 + U_2}, \quad T = \frac{U_1 + U_2}{2}

    which is ``(U1 U2) ** (1/4)``. U are supply and demand brought to 0 to 1 by a range, the same for all years that are
    compared; beyond it they count as its end. The degree depends on that range: it is a rank, not an amount of carbon.

    Raises
    ------
    InputError
        A range is empty.

    Examples
    --------
    U = 0.25 and 1: C = 2 * 0.5 / 1.25 = 0.8, T = 0.625, D = sqrt(0.5) = 0.7071.

    >>> coupling_coordination(np.array([25.0]), np.array([4.0]), (0.0, 100.0), (0.0, 4.0)).round(4).tolist()
    [0.7071]
    """
    _known(supply, demand)
    scaled = []
    for values, (low, high) in ((supply, supply_range), (demand, demand_range)):
        if not high > low:
            raise InputError(
                tr(
                    "a range from low to high was expected, got {low:g} to {high:g}; do the values vary at all?",
                    low=low,
                    high=high,
                )
            )
        scaled.append(np.clip((values - low) / (high - low), 0.0, 1.0))
    return np.asarray(np.sqrt(np.sqrt(scaled[0] * scaled[1])))


def coordination_level(degree: Values) -> NDArray[np.int8]:
    """Level of a coupling coordination degree as its number in `LEVELS`; -1 where it is missing.

    Examples
    --------
    >>> coordination_level(np.array([0.0, 0.1, 0.95, 1.0, np.nan])).tolist()
    [0, 1, 9, 9, -1]
    """
    # A tenth is no binary fraction: 0.3 must open its level, not close the one below.
    level = np.minimum(np.floor(np.nan_to_num(degree) * 10.0 + 1e-9), 9)
    return np.where(np.isfinite(degree), level, -1).astype(np.int8)


def lorenz(supply: Values, demand: Values) -> tuple[Values, Values]:
    """Lorenz curve: the share of supply (across) that holds a share of demand (up), units with least demand per supply first.

    Both start at 0 and end at 1. Negative values have no share.

    Raises
    ------
    InputError
        A value is negative, or one of the two sums to zero.

    Examples
    --------
    >>> across, up = lorenz(np.array([1.0, 3.0]), np.array([3.0, 1.0]))
    >>> across.tolist(), up.tolist()
    ([0.0, 0.75, 1.0], [0.0, 0.25, 1.0])
    """
    known = _known(supply, demand)
    s, d = supply[known], demand[known]
    for values, negative, nothing in ((s, *_SUPPLY_FAULTS), (d, *_DEMAND_FAULTS)):
        if (values < 0).any():
            raise InputError(tr(negative, count=int((values < 0).sum())))
        if values.sum() == 0:
            raise InputError(tr(nothing))
    order = np.argsort(np.divide(d, s, out=np.full(len(s), np.inf), where=s > 0), kind="stable")
    across = np.concatenate([[0.0], np.cumsum(s[order])]) / s.sum()
    up = np.concatenate([[0.0], np.cumsum(d[order])]) / d.sum()
    across[-1], up[-1] = 1.0, 1.0
    return across, up


def gini(supply: Values, demand: Values) -> float:
    """Gini coefficient of demand over supply: 0 where each unit has the same share of both, towards 1 where they are apart.

    Twice the area between the diagonal and the Lorenz curve.

    Examples
    --------
    Area under the curve: 0.75 * 0.25 / 2 + 0.25 * (0.25 + 1) / 2 = 0.25, so 1 - 2 * 0.25 = 0.5.

    >>> gini(np.array([1.0, 3.0]), np.array([3.0, 1.0]))
    0.5
    """
    return gini_of(*lorenz(supply, demand))


def gini_of(across: Values, up: Values) -> float:
    """Gini coefficient of a Lorenz curve, as `lorenz` gives it.

    Examples
    --------
    >>> gini_of(np.array([0.0, 0.75, 1.0]), np.array([0.0, 0.25, 1.0]))
    0.5
    """
    return float(1.0 - np.sum(np.diff(across) * (up[1:] + up[:-1])))


def dissimilarity(supply: Values, demand: Values) -> float:
    r"""Dissimilarity index: the share of demand that would have to move for both to be spread alike.

    .. math:: \tfrac12 \sum_i \left| S_i / S - D_i / D \right|

    Examples
    --------
    >>> dissimilarity(np.array([1.0, 3.0]), np.array([3.0, 1.0]))
    0.5
    """
    known = _known(supply, demand)
    s, d = supply[known], demand[known]
    if math.isclose(s.sum(), 0.0) or math.isclose(d.sum(), 0.0):
        raise InputError(tr("supply or demand sums to zero, so nothing has a share of it"))
    return float(0.5 * np.abs(s / s.sum() - d / d.sum()).sum())
