r"""Uncertainty of an emission account: error propagation (approach 1) and Monte Carlo (approach 2) of the IPCC.

An account is a list of terms, activity times factor. Uncertainties are half-widths of the 95 % interval, relative. A factor that
several terms share is one quantity, not several: its error does not average out.

References
----------
IPCC 2006, Vol. 1, Ch. 3, Eq. 3.1 and 3.2, Sec. 3.2.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import listed, tr
from tanheng.units import SIGMAS_IN_HALF

Values = NDArray[np.float64]

#: Relative half-width from which on a quantity is drawn log-normally: a normal one would too often fall below zero.
WIDE = 0.5


@dataclass(frozen=True)
class Terms:
    """Terms of an account, each an activity times some factors.

    Attributes
    ----------
    emissions : numpy.ndarray, shape (terms,)
        Activity times factors.
    activity_half : numpy.ndarray, shape (terms,)
        Half-width of the 95 % interval of each activity, relative; activities err independently.
    factors : sequence of sequences of str
        Names of the factors that each term is multiplied by, such as a net calorific value and a carbon content.
    half : mapping of str to float
        Half-width of the 95 % interval of each factor, relative. A factor errs alike in all terms that use it.

    Raises
    ------
    InputError
        Lengths differ, a factor has no half-width, or a half-width is negative or missing.
    """

    emissions: Values
    activity_half: Values
    factors: Sequence[Sequence[str]]
    half: Mapping[str, float]

    def __post_init__(self) -> None:
        lengths = {len(self.emissions), len(self.activity_half), len(self.factors)}
        if len(lengths) != 1:
            raise InputError(
                tr(
                    "each term needs one uncertainty of its activity and a list of its factors, got lengths {lengths}",
                    lengths=sorted(lengths),
                )
            )
        lost = sorted({name for names in self.factors for name in names} - set(self.half))
        if lost:
            raise InputError(tr("no uncertainty is given for {names}", names=listed(lost)))
        values = np.array([*self.activity_half, *self.half.values()])
        if not np.isfinite(values).all() or (values < 0).any():
            raise InputError(tr("uncertainties are half-widths from zero up, 0.05 for 5 %"))

    def some(self, chosen: NDArray[np.bool_]) -> Terms:
        """Some of the terms."""
        factors = [names for names, keep in zip(self.factors, chosen, strict=True) if keep]
        return Terms(self.emissions[chosen], self.activity_half[chosen], factors, self.half)

    @property
    def names(self) -> list[str]:
        """Factors in use, in the order in which they come."""
        return list(dict.fromkeys(name for names in self.factors for name in names))


@dataclass(frozen=True)
class Interval:
    """A total with its 95 % interval; `half` is by error propagation and relative, `low` and `high` are by Monte Carlo."""

    total: float
    half: float
    low: float
    high: float


def covariance(terms: Terms, group: NDArray[np.int64], groups: int) -> Values:
    r"""Covariances of the sums of groups of terms, as squared half-widths, shape (groups, groups).

    What groups share is the error of their factors; the errors of their activities are their own.

    .. math:: C_{gh} = \sum_f (E_{gf} U_f)(E_{hf} U_f) + \delta_{gh} \sum_{t \in g} (E_t U_{AD,t})^2

    with the emissions :math:`E_{gf}` of group g that factor f takes part in.

    Parameters
    ----------
    terms : Terms
    group : numpy.ndarray, shape (terms,)
        Number of the group of each term.
    groups : int

    Examples
    --------
    Two zones of 10 each, activity 10 %, one factor of 20 %: each zone is 10 +- 2.24 (1 of its own, 2 shared); the total 20 +- 4.24,
    where independent zones would give 3.16 and wholly dependent ones 4.47.

    >>> terms = Terms(np.array([10.0, 10.0]), np.full(2, 0.1), [["coal"]] * 2, {"coal": 0.2})
    >>> found = covariance(terms, np.array([0, 1]), 2)
    >>> np.sqrt(np.diag(found)).round(2).tolist(), round(float(np.sqrt(found.sum())), 2)
    ([2.24, 2.24], 4.24)
    """
    shared = np.zeros((groups, len(terms.names)))
    place = {name: number for number, name in enumerate(terms.names)}
    for value, number, names in zip(terms.emissions, group, terms.factors, strict=True):
        for name in names:
            shared[number, place[name]] += value * terms.half[name]
    own = np.bincount(group, (terms.emissions * terms.activity_half) ** 2, groups)
    return np.asarray(shared @ shared.T + np.diag(own))


def propagated(terms: Terms) -> float:
    r"""Relative half-width of the sum of the terms, by error propagation; terms that share a factor are added first.

    .. math:: U = \frac{1}{|\sum_t E_t|} \sqrt{\sum_f \Big(\sum_{t: f \in t} E_t\Big)^2 U_f^2 + \sum_t (E_t U_{AD,t})^2}

    Examples
    --------
    Bituminous coal and natural gas, 9.46 and 5.61 Gg CO2, activity 5 %, factors 5.39 and 3.57 %: 15.07 Gg to within 5.15 %.

    >>> terms = Terms(np.array([9.46, 5.61]), np.full(2, 0.05), [["coal"], ["gas"]], {"coal": 0.0539, "gas": 0.0357})
    >>> round(100 * propagated(terms), 2)
    5.15
    """
    total = float(terms.emissions.sum())
    if len(terms.emissions) == 0 or total == 0:
        return math.nan
    return math.sqrt(sum(variances(terms).values())) / abs(total)


def variances(terms: Terms) -> dict[str, float]:
    """Squared half-widths that each factor and the activities of each set of factors add to the sum, by their names."""
    held: dict[str, float] = dict.fromkeys(terms.names, 0.0)
    own: dict[str, float] = {}
    for value, half, names in zip(terms.emissions, terms.activity_half, terms.factors, strict=True):
        for name in names:
            held[name] += float(value) * terms.half[name]
        activity = f"activity of {names[-1].rpartition(' of ')[2]}" if names else "activity"
        own[activity] = own.get(activity, 0.0) + float(value * half) ** 2
    return {name: value**2 for name, value in held.items()} | own


def contributions(terms: Terms) -> list[tuple[str, float, float]]:
    """What each factor and activity adds to the uncertainty of the sum, largest first: name, half-width alone, share of variance.

    Examples
    --------
    >>> halves = {"carbon content of coal": 0.0539, "carbon content of gas": 0.0357}
    >>> terms = Terms(np.array([9.46, 5.61]), np.full(2, 0.05), [[name] for name in halves], halves)
    >>> name, half, share = contributions(terms)[0]
    >>> name, round(half, 3), round(share, 2)
    ('carbon content of coal', 0.51, 0.43)
    """
    parts = variances(terms)
    total = sum(parts.values())
    rows = [(name, math.sqrt(value), value / total if total else 0.0) for name, value in parts.items()]
    return sorted(rows, key=lambda row: -row[2])


def draws(half: Values, count: int, rng: np.random.Generator) -> Values:
    """Random multipliers with mean one, shape (count, quantities): normal and above zero, or log-normal where `half` is wide.

    Examples
    --------
    >>> drawn = draws(np.array([0.05, 0.8]), 20_000, np.random.default_rng(1))
    >>> bool((drawn > 0).all()), drawn.mean(axis=0).round(2).tolist()
    (True, [1.0, 1.0])
    """
    return multipliers(half, rng.standard_normal((count, len(half))))


def multipliers(half: Values, normal: Values) -> Values:
    """Positive multipliers with mean one from standard normal numbers: log-normal where `half` is wide, else normal.

    A normal one that would fall to zero or below (from a half-width of 0.5 on, one in 22,000) is set to a tenth of a percent.

    Examples
    --------
    >>> multipliers(np.array([0.196]), np.array([[1.0], [-1.0]])).round(3).tolist()
    [[1.1], [0.9]]
    """
    sigma = half / SIGMAS_IN_HALF
    spread = np.sqrt(np.log1p(sigma**2))
    plain = np.maximum(1.0 + sigma * normal, 1e-3)
    return np.asarray(np.where(half >= WIDE, np.exp(spread * normal - spread**2 / 2.0), plain))


def simulated(terms: Terms, count: int, seed: int) -> Values:
    """Random emissions of each term, shape (count, terms): one draw of a factor for all its uses, activities drawn apart.

    Examples
    --------
    >>> terms = Terms(np.array([9.46, 5.61]), np.full(2, 0.05), [["coal"], ["gas"]], {"coal": 0.0539, "gas": 0.0357})
    >>> total = simulated(terms, 20_000, 1).sum(axis=1)
    >>> print(round(100 * (np.quantile(total, 0.975) - np.quantile(total, 0.025)) / 2 / total.mean(), 1))
    5.1
    """
    rng = np.random.default_rng(seed)
    shared = _drawn_factors(terms.names, terms.half, count, rng)
    return _multiplied(terms, shared, count, rng)


def _drawn_factors(
    names: Sequence[str], half: Mapping[str, float], count: int, rng: np.random.Generator
) -> dict[str, Values]:
    """Random multipliers of each factor, shape (count,)."""
    drawn = draws(np.array([half[name] for name in names]), count, rng)
    return {name: drawn[:, number] for number, name in enumerate(names)}


def _multiplied(terms: Terms, shared: Mapping[str, Values], count: int, rng: np.random.Generator) -> Values:
    """Emissions of the terms times the draws of their factors and of their own activities, shape (count, terms)."""
    drawn = terms.emissions * draws(terms.activity_half, count, rng)
    for number, names in enumerate(terms.factors):
        for name in names:
            drawn[:, number] *= shared[name]
    return drawn


def interval(terms: Terms, drawn: Values) -> Interval:
    """Total with both intervals.

    Parameters
    ----------
    terms : Terms
    drawn : numpy.ndarray, shape (count, terms)
        Of `simulated`.
    """
    low, high = np.quantile(drawn.sum(axis=1), [0.025, 0.975])
    return Interval(float(terms.emissions.sum()), propagated(terms), float(low), float(high))


def trend(first: Terms, last: Terms, count: int, seed: int) -> tuple[float, float, float]:
    """Change from one year to another relative to the first, with its 95 % interval.

    Factors are the same in both years and largely cancel; activities are drawn apart.

    Raises
    ------
    InputError
        The first year sums to zero.

    Examples
    --------
    A shared factor that is off by 30 % moves both years alike, and leaves the change as it is.

    >>> one, two = (Terms(np.array([x]), np.zeros(1), [["coal"]], {"coal": 0.3}) for x in (100.0, 150.0))
    >>> [round(value, 6) for value in trend(one, two, 500, 1)]
    [0.5, 0.5, 0.5]
    """
    if float(first.emissions.sum()) == 0:
        raise InputError(tr("the first year has no emissions, so a change relative to it has no meaning"))
    rng = np.random.default_rng(seed)
    names = list(dict.fromkeys([*first.names, *last.names]))
    shared = _drawn_factors(names, {**first.half, **last.half}, count, rng)
    totals = [_multiplied(terms, shared, count, rng).sum(axis=1) for terms in (first, last)]
    low, high = np.quantile(totals[1] / totals[0] - 1.0, [0.025, 0.975])
    return float(last.emissions.sum() / first.emissions.sum() - 1.0), float(low), float(high)
