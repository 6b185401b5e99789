"""How sure demand is: how much rates of conversion have differed from one observed period to the next, carried on into the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.demand import Chain, markov_chain, with_factors

#: Changed cells of a conversion, in one period at least, from which on its rates are compared.
_FEWEST = 20
#: Added to counts, so that a conversion that stopped has a rate.
_HALF_A_CELL = 0.5
#: Half of a 95 % interval, in standard deviations.
_HALF = 1.96


@dataclass(frozen=True)
class RateErrors:
    """How the logarithm of a rate of conversion varies in a year, in standard deviations: a random walk.

    Attributes
    ----------
    common : float
        What all rates have in common.
    own : float
        What each conversion has for itself.
    compared : int
        Rates that were compared with those of the period before; 0 where the errors are given.
    """

    common: float
    own: float
    compared: int = 0

    @classmethod
    def given(cls, half_width: float, period: float) -> RateErrors:
        """Errors that all rates have in common, from the relative half-width of their 95 % interval after a period.

        Examples
        --------
        >>> round(float(np.exp(1.96 * RateErrors.given(0.5, 10.0).common * 10**0.5)), 6)
        1.5
        """
        return cls(float(np.log1p(half_width)) / _HALF / float(np.sqrt(period)), 0.0)


def rate_errors(counts: NDArray[np.int64], years: Sequence[int]) -> RateErrors | None:
    r"""How rates of conversion have varied between consecutive periods; None where there are fewer than two, or nothing to compare.

    With the rate of a conversion :math:`r_{ij} = N_{ij} / (N_i t)` in cells a year of its class, the differences
    :math:`d = \ln r_{ij}(k+1) - \ln r_{ij}(k)` are weighted by the cells that changed. Their mean is what all rates have in common,
    their deviation from it what each has for itself; both are divided by the root of the years between the middles of the periods.

    Parameters
    ----------
    counts : array, shape (periods, classes, classes)
        Cells by their class before and after each period.
    years : sequence of int
        Of the maps, one more than periods.

    Examples
    --------
    Twice as much of one conversion in the second of two periods of ten years: :math:`\ln 2 / \sqrt{10}`.

    >>> counts = np.array([[[900, 100], [0, 100]], [[800, 200], [0, 100]]])
    >>> errors = rate_errors(counts, [2000, 2010, 2020])
    >>> round(errors.common, 2), errors.own, errors.compared
    (0.22, 0.0, 1)
    """
    common, own, weights, compared = 0.0, 0.0, 0.0, 0
    for number, (first, then) in enumerate(pairwise(counts)):
        gap = (years[number + 2] - years[number]) / 2
        moved = np.maximum(first, then).astype(float)
        np.fill_diagonal(moved, 0.0)
        seen = moved >= _FEWEST
        if not seen.any():
            continue
        before = _rates(first, years[number + 1] - years[number])
        after = _rates(then, years[number + 2] - years[number + 1])
        weight = moved[seen]
        differences = np.log(after[seen] / before[seen])
        mean = float(np.average(differences, weights=weight))
        common += weight.sum() * mean**2 / gap
        own += float((weight * (differences - mean) ** 2).sum()) / gap
        weights += float(weight.sum())
        compared += int(seen.sum())
    if not compared:
        return None
    return RateErrors(float(np.sqrt(common / weights)), float(np.sqrt(own / weights)), compared)


def _rates(counts: NDArray[np.int64], years: int) -> NDArray[np.float64]:
    cells = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray((counts + _HALF_A_CELL) / cells / years)


@dataclass(frozen=True)
class DemandSpread:
    """Where the land of each class goes to up to the end of each step: as demanded, and as it may be.

    Attributes
    ----------
    years : tuple of float
        In which the steps end.
    central : array, shape (steps, classes, classes)
        Shares of each class of the last map that are each class then.
    drawn : array, shape (draws, steps, classes, classes)
    """

    years: tuple[float, ...]
    central: NDArray[np.float64]
    drawn: NDArray[np.float64]


def demand_spread(
    conversions: NDArray[np.int64],
    years: Sequence[float],
    start: float,
    period: float,
    errors: RateErrors,
    draws: int,
    seed: int,
) -> DemandSpread:
    r"""Demand whose rates walk at random: :math:`\ln f_{ij}(t)` has the variance :math:`(s_c^2 + s_o^2)\,(t - t_0)`.

    :math:`t_0` is the middle of the last observed period and :math:`t` that of a step. A class loses no more land than it has.

    Parameters
    ----------
    conversions : array, shape (steps, classes, classes)
        Cells demanded of each conversion in each step; the diagonal stays.
    years : sequence of float
        In which the steps end.
    start : float
        Year of the last map.
    period : float
        Years of the last observed period.

    Examples
    --------
    >>> moved = np.array([[[90, 10], [0, 100]]])
    >>> spread = demand_spread(moved, [2030.0], 2020.0, 10.0, RateErrors(0.1, 0.0), 1000, 1)
    >>> spread.central[0].tolist()
    [[0.9, 0.1], [0.0, 1.0]]
    >>> low, high = np.quantile(spread.drawn[:, 0, 0, 1], [0.025, 0.975])
    >>> [round(float(share), 2) for share in (low, high)]
    [0.05, 0.18]
    """
    random = np.random.default_rng([seed, 0xDE])
    steps, classes = conversions.shape[0], conversions.shape[1]
    ends = [start - period, start, *years]
    middles = [(first + last) / 2 for first, last in pairwise(ends)]
    drawn, central = np.empty((draws, steps, classes, classes)), np.empty((steps, classes, classes))
    logs = np.zeros((draws, classes, classes))
    for step, counts in enumerate(conversions):
        chain: Chain = markov_chain(counts)
        common, own = random.standard_normal((draws, 1, 1)), random.standard_normal(logs.shape)
        logs += np.sqrt(middles[step + 1] - middles[step]) * (errors.common * common + errors.own * own)
        central[step] = (central[step - 1] if step else np.eye(classes)) @ chain
        drawn[:, step] = (drawn[:, step - 1] if step else np.eye(classes)) @ with_factors(chain, np.exp(logs))
    return DemandSpread(tuple(years), central, drawn)


def half_of_range(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half of the range that holds 95 % of the draws, shape (draws, ...) to (...).

    Examples
    --------
    >>> float(half_of_range(np.linspace(0.0, 100.0, 1001)))
    47.5
    """
    low, high = np.quantile(amounts, [0.025, 0.975], axis=0)
    return np.asarray((high - low) / 2)
