"""How sure demand is: how much rates of conversion have differed from one observed period to the next, carried on into the future."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.demand import markov_chain, with_factors
from tanheng.units import SIGMAS_IN_HALF

#: Changed cells of a conversion in both periods from which on its rates are compared: fewer are mostly chance.
_FEWEST = 20


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
    periods : int
        Pairs of periods that they are of.
    left_out : int
        Conversions that began or stopped between two periods, so that their rates can't be compared.
    """

    common: float
    own: float
    compared: int = 0
    periods: int = 0
    left_out: int = 0

    def common_draws(self, random: np.random.Generator, shape: tuple[int, ...]) -> NDArray[np.float64]:
        """Draws of the common part of a step, in standard deviations.

        Its deviation is known from as many figures as there are pairs of periods, so it is drawn from Student's t with two degrees of
        freedom more than these; one that is given, from the normal distribution.
        """
        return random.standard_t(self.periods + 2, shape) if self.periods else random.standard_normal(shape)

    @classmethod
    def given(cls, higher: float, period: float) -> RateErrors:
        """Errors that all rates have in common, from how much higher they may be a period ahead, at the upper end of the 95 % interval.

        Examples
        --------
        >>> round(float(np.exp(1.959964 * RateErrors.given(0.5, 10.0).common * 10**0.5)), 6)
        1.5
        """
        return cls(float(np.log1p(higher)) / SIGMAS_IN_HALF / float(np.sqrt(period)), 0.0)


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
    >>> round(errors.common, 3), errors.own, errors.compared
    (0.219, 0.0, 1)
    """
    common, own, weights, compared, pairs, left_out = 0.0, 0.0, 0.0, 0, 0, 0
    for number, (first, then) in enumerate(pairwise(counts)):
        gap = (years[number + 2] - years[number]) / 2
        changed = ~np.eye(first.shape[0], dtype=bool)
        seen = changed & (np.minimum(first, then) >= _FEWEST)
        left_out += int((changed & ~seen & (np.maximum(first, then) >= _FEWEST)).sum())
        if not seen.any():
            continue
        before = _rates(first, years[number + 1] - years[number])
        after = _rates(then, years[number + 2] - years[number + 1])
        weight = np.maximum(first, then)[seen].astype(float)
        differences = np.log(after[seen] / before[seen])
        mean = float(np.average(differences, weights=weight))
        common += weight.sum() * mean**2 / gap
        own += float((weight * (differences - mean) ** 2).sum()) / gap
        weights += float(weight.sum())
        compared += int(seen.sum())
        pairs += 1
    if not compared:
        return None
    return RateErrors(float(np.sqrt(common / weights)), float(np.sqrt(own / weights)), compared, pairs, left_out)


def _rates(counts: NDArray[np.int64], years: int) -> NDArray[np.float64]:
    cells = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return np.asarray(counts / cells / years)


@dataclass(frozen=True)
class DemandSpread:
    """Where the land of each class goes to up to the end of each step: as demanded, and as it may be.

    Attributes
    ----------
    years : tuple of int
        Years asked for.
    central : array, shape (years, classes, classes)
        Shares of each class of the last map that are each class then.
    drawn : array, shape (draws, years, classes, classes)
    """

    years: tuple[int, ...]
    central: NDArray[np.float64]
    drawn: NDArray[np.float64]


@dataclass(frozen=True)
class DemandStep:
    """Demand of a step.

    Attributes
    ----------
    year : float
        In which it ends.
    placed : array, shape (classes, classes)
        Cells of each conversion; the diagonal stays.
    wanted : array, shape (classes, classes)
        The same before quotas and protected land cut it.
    """

    year: float
    placed: NDArray[np.float64]
    wanted: NDArray[np.float64]


@dataclass(frozen=True)
class Bounds:
    """What no demand exceeds: cells of a conversion in a step, shape (classes, classes), and cells of each class that stay, (classes,)."""

    most: NDArray[np.float64]
    fixed: NDArray[np.float64]

    @classmethod
    def none(cls, classes: int) -> Bounds:
        """No bounds."""
        return cls(np.full((classes, classes), np.inf), np.zeros(classes))

    def kept(self, chains: NDArray[np.float64], land: NDArray[np.float64]) -> NDArray[np.float64]:
        """Chains whose conversions keep to the bounds; what they cut stays.

        Parameters
        ----------
        chains : array, shape (draws, classes, classes)
        land : array, shape (draws, classes)
            Cells of each class.
        """
        same = np.eye(land.shape[1], dtype=bool)
        moved = np.where(same, 0.0, np.minimum(chains * land[:, :, None], self.most))
        free = np.maximum(land - self.fixed, 0.0)
        moved *= np.minimum(1.0, free / np.maximum(moved.sum(axis=2), 1e-300))[:, :, None]
        shares = moved / np.maximum(land, 1e-300)[:, :, None]
        return np.asarray(shares + np.where(same, 1.0 - shares.sum(axis=2, keepdims=True), 0.0))


def demand_spread(
    steps: Sequence[DemandStep],
    to: Sequence[int],
    since: tuple[float, float],
    errors: RateErrors,
    draws: int,
    seed: int,
    bounds: Bounds | None = None,
) -> DemandSpread:
    r"""Demand whose rates walk at random: :math:`\ln f_{ij}(t)` has the variance :math:`(s_c^2 + s_o^2)\,(t - t_0)`.

    :math:`t_0` is the middle of the observed period that demand is derived from, and :math:`t` that of a step. A class loses no more
    land than it has, and no more than quotas and protected land leave.

    Parameters
    ----------
    to : sequence of int
        Years asked for, in each of which a step ends.
    since : tuple of float
        First and last year of the observed period.

    Examples
    --------
    >>> moved = np.array([[90.0, 10.0], [0.0, 100.0]])
    >>> step = DemandStep(2030.0, moved, moved)
    >>> spread = demand_spread([step], [2030], (2010.0, 2020.0), RateErrors(0.1, 0.0), 1000, 1)
    >>> spread.central[0].tolist()
    [[0.9, 0.1], [0.0, 1.0]]
    >>> low, high = np.quantile(spread.drawn[:, 0, 0, 1], [0.025, 0.975])
    >>> [round(float(share), 2) for share in (low, high)]
    [0.05, 0.18]
    """
    random = np.random.default_rng([seed, 0xDE])
    classes = steps[0].placed.shape[0]
    bounds = bounds or Bounds.none(classes)
    start = steps[0].placed.sum(axis=1)
    middles = [(first + last) / 2 for first, last in pairwise([*since, *(step.year for step in steps)])]
    logs, now = np.zeros((draws, classes, classes)), np.broadcast_to(np.eye(classes), (draws, classes, classes))
    so_far, central, drawn = np.eye(classes), [], []
    for number, step in enumerate(steps):
        common, own = errors.common_draws(random, (draws, 1, 1)), random.standard_normal(logs.shape)
        logs += np.sqrt(middles[number + 1] - middles[number]) * (errors.common * common + errors.own * own)
        wished = with_factors(markov_chain(step.wanted), np.exp(logs))
        now = now @ bounds.kept(wished, start @ now)
        so_far = so_far @ markov_chain(step.placed)
        if step.year in to:
            central.append(so_far)
            drawn.append(now)
    return DemandSpread(tuple(to), np.stack(central), np.stack(drawn, axis=1))


def half_of_range(amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Half of the range that holds 95 % of the draws, shape (draws, ...) to (...).

    Examples
    --------
    >>> float(half_of_range(np.linspace(0.0, 100.0, 1001)))
    47.5
    """
    low, high = np.quantile(amounts, [0.025, 0.975], axis=0)
    return np.asarray((high - low) / 2)
