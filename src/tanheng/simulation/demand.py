"""Demand for land: how many cells of each class become another, from a Markov chain, a trend, or a target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import fractional_matrix_power

from tanheng.simulation.kernels.comparison import count_changes
from tanheng.simulation.landscape import NOWHERE, Land

Chain = NDArray[np.float64]
#: Entries below zero up to which a matrix root still counts as a chain: rounding.
_ROUNDING = 1e-9


def transition_counts(
    before: Land, after: Land, classes: int, zones: NDArray[np.uint16] | None = None, zone_count: int = 1
) -> NDArray[np.int64]:
    """Cells by their class before and after, in each zone: shape (zones, classes, classes).

    Examples
    --------
    >>> transition_counts(np.array([[0, 0, 1]], np.uint8), np.array([[0, 1, 1]], np.uint8), 2).tolist()
    [[[1, 1], [0, 1]]]
    """
    counts = np.zeros((zone_count, classes, classes), np.int64)
    count_changes(before, after, NOWHERE if zones is None else zones, counts)
    return counts


def markov_chain(counts: NDArray[np.integer] | NDArray[np.floating]) -> Chain:
    """Shares of each class that become another, from counts of shape (classes, classes); a class without cells stays.

    Examples
    --------
    >>> markov_chain(np.array([[3, 1], [0, 0]])).tolist()
    [[0.75, 0.25], [0.0, 1.0]]
    """
    total = counts.sum(axis=1, keepdims=True)
    return np.asarray(np.where(total > 0, counts / np.maximum(total, 1), np.eye(counts.shape[0])))


@dataclass(frozen=True)
class Step:
    """A chain for another length of time, and by how much the exact root had to be moved to be one; 0 where it is one."""

    chain: Chain
    moved: float


def step_of(chain: Chain, periods: float) -> Step:
    r"""Chain of so many periods, :math:`P^t`; a fraction is a matrix root.

    Where the root has negative or complex entries it is no chain. These are then set to zero and rows made to sum to 1, and
    `moved` tells the largest change of an entry.

    References
    ----------
    Higham and Lin 2011, On pth roots of stochastic matrices.

    Examples
    --------
    >>> half = step_of(np.array([[0.81, 0.19], [0.0, 1.0]]), 0.5)
    >>> half.chain.round(6).tolist(), half.moved
    ([[0.9, 0.1], [0.0, 1.0]], 0.0)
    """
    if float(periods).is_integer():
        return Step(np.linalg.matrix_power(chain, int(periods)), 0.0)
    exact = np.asarray(fractional_matrix_power(chain, periods))
    real = np.real(exact)
    strange = max(float(np.abs(np.imag(exact)).max()), float(-real.min()), 0.0)
    mended = np.maximum(real, 0.0)
    mended = mended / mended.sum(axis=1, keepdims=True)
    moved = float(np.abs(mended - real).max()) if strange > _ROUNDING else 0.0
    return Step(mended, max(moved, strange if strange > _ROUNDING else 0.0))


def with_factors(chain: Chain, factors: NDArray[np.float64]) -> Chain:
    """Chain whose conversions are multiplied by factors; what is left stays, and no class loses more than it has.

    Parameters
    ----------
    chain : array, shape (classes, classes)
    factors : array, shape (..., classes, classes)

    Examples
    --------
    >>> with_factors(np.array([[0.8, 0.2], [0.1, 0.9]]), np.array([[1.0, 0.5], [2.0, 1.0]])).round(9).tolist()
    [[0.9, 0.1], [0.2, 0.8]]
    """
    same = np.eye(chain.shape[0], dtype=bool)
    moved = np.where(same, 0.0, chain * factors)
    moved = moved / np.maximum(moved.sum(axis=-1, keepdims=True), 1.0)
    return np.asarray(moved + np.where(same, 1.0 - moved.sum(axis=-1, keepdims=True), 0.0))


def fitted_to_totals(
    prior: NDArray[np.float64], now: NDArray[np.float64], target: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Conversions nearest to `prior` whose rows sum to the areas of today and whose columns sum to those demanded.

    Rows and columns are scaled in turn (iterative proportional fitting), which keeps the odds of the prior; what is zero
    in the prior stays zero. Where no such matrix exists the columns come as near as they can.

    References
    ----------
    Deming and Stephan 1940, On a least squares adjustment of a sampled frequency table.

    Examples
    --------
    >>> fitted_to_totals(np.array([[8.0, 2.0], [1.0, 9.0]]), np.array([10.0, 10.0]), np.array([8.0, 12.0])).round(2).tolist()
    [[7.3, 2.7], [0.7, 9.3]]
    """
    fitted = prior.astype(float)
    for _ in range(2000):
        rows = fitted.sum(axis=1, keepdims=True)
        fitted = fitted * np.divide(now[:, None], rows, out=np.zeros_like(rows), where=rows > 0)
        columns = fitted.sum(axis=0)
        if np.abs(columns - target).max() < 1e-6:
            break
        fitted = fitted * np.divide(target, columns, out=np.zeros_like(columns), where=columns > 0)
    rows = fitted.sum(axis=1, keepdims=True)
    return np.asarray(fitted * np.divide(now[:, None], rows, out=np.zeros_like(rows), where=rows > 0))


def linear_totals(years: list[int], totals: NDArray[np.float64], year: int) -> NDArray[np.float64]:
    """Areas of the classes on straight lines from those of the last year, none below zero, with the sum kept.

    Slopes are those of least squares through all years that are given; the lines begin at the last of them, so that land does not jump.

    Parameters
    ----------
    totals : array, shape (years, classes)

    Examples
    --------
    >>> linear_totals([2000, 2010], np.array([[60.0, 40.0], [50.0, 50.0]]), 2020).round(6).tolist()
    [40.0, 60.0]
    >>> linear_totals([2000, 2010, 2020], np.array([[100.0, 0.0], [60.0, 40.0], [50.0, 50.0]]), 2021).round(6).tolist()
    [47.5, 52.5]
    """
    slope = np.polyfit(np.array(years, float) - years[-1], totals, 1)[0]
    ahead = np.maximum(totals[-1] + slope * (year - years[-1]), 0.0)
    return np.asarray(ahead * totals[-1].sum() / ahead.sum())
