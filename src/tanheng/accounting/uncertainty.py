r"""Uncertainty of an emission account: error propagation (approach 1) and Monte Carlo (approach 2) of the IPCC.

An account is a list of terms, activity times factor. Uncertainties are half-widths of the 95 % interval, relative. A factor that
several terms share is one quantity, not several: its error does not average out.

References
----------
IPCC 2006, Vol. 1, Ch. 3, Eq. 3.1 and 3.2, Sec. 3.2.3.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

Values = NDArray[np.float64]

#: Standard deviations in half a 95 % interval.
_TO_SIGMA = 1.959963984540054

#: Relative half-width from which on a quantity is drawn log-normally: a normal one would too often fall below zero.
WIDE = 0.5


@dataclass(frozen=True)
class Terms:
    """Terms of an account.

    Attributes
    ----------
    emissions : numpy.ndarray, shape (terms,)
        Activity times factor.
    activity_half, factor_half : numpy.ndarray, shape (terms,)
        Half-widths of the 95 % intervals, relative.
    factor : sequence of str
        Which factor each term uses; equal names share their error.
    """

    emissions: Values
    activity_half: Values
    factor_half: Values
    factor: Sequence[str]

    def __post_init__(self) -> None:
        """Check the terms.

        Raises
        ------
        InputError
            Lengths differ, or an uncertainty is negative or missing.
        """
        lengths = {len(self.emissions), len(self.activity_half), len(self.factor_half), len(self.factor)}
        if len(lengths) != 1:
            raise InputError(
                tr(
                    "one uncertainty of activity and of factor a term were expected, got lengths {lengths}",
                    lengths=sorted(lengths),
                )
            )
        for values in (self.activity_half, self.factor_half):
            if not np.isfinite(values).all() or (values < 0).any():
                raise InputError(tr("uncertainties are half-widths from zero up, 0.05 for 5 %"))

    def some(self, chosen: NDArray[np.bool_]) -> Terms:
        """Some of the terms."""
        names = [name for name, keep in zip(self.factor, chosen, strict=True) if keep]
        return Terms(self.emissions[chosen], self.activity_half[chosen], self.factor_half[chosen], names)


@dataclass(frozen=True)
class Interval:
    """A total with its 95 % interval; `half` is by error propagation and relative, `low` and `high` are by Monte Carlo."""

    total: float
    half: float
    low: float
    high: float


def _by_factor(terms: Terms) -> tuple[list[str], NDArray[np.int64], Values]:
    """Names of the factors, the number of each term's, and the half-width of each."""
    names = list(dict.fromkeys(terms.factor))
    number = np.array([names.index(name) for name in terms.factor], np.int64)
    half = np.zeros(len(names))
    np.maximum.at(half, number, terms.factor_half)
    return names, number, half


def propagated(terms: Terms) -> float:
    r"""Relative half-width of the sum of the terms, by error propagation; terms that share a factor are added first.

    .. math:: U_f = \sqrt{\frac{\sum_s (E_{sf} U_{AD,s})^2}{E_f^2} + U_{EF,f}^2}, \qquad
        U = \frac{\sqrt{\sum_f (E_f U_f)^2}}{|\sum_f E_f|}

    Examples
    --------
    Bituminous coal and natural gas, 9.46 and 5.61 Gg CO2, activity 5 %, factors 5.39 and 3.57 %: 15.07 Gg to within 5.15 %.

    >>> terms = Terms(np.array([9.46, 5.61]), np.full(2, 0.05), np.array([0.0539, 0.0357]), ["coal", "gas"])
    >>> round(100 * propagated(terms), 2)
    5.15
    """
    total = float(terms.emissions.sum())
    if len(terms.emissions) == 0 or total == 0:
        return math.nan
    return math.sqrt(float(sum(variances(terms).values()))) / abs(total)


def variances(terms: Terms) -> dict[str, float]:
    """Squared half-widths that the factors and the activities add to the sum, by ``factor of NAME`` and ``activity of NAME``."""
    names, number, half = _by_factor(terms)
    of_factor = (np.bincount(number, terms.emissions, len(names)) * half) ** 2
    of_activity = np.bincount(number, (terms.emissions * terms.activity_half) ** 2, len(names))
    found = {f"factor of {name}": float(value) for name, value in zip(names, of_factor, strict=True)}
    return found | {f"activity of {name}": float(value) for name, value in zip(names, of_activity, strict=True)}


def contributions(terms: Terms) -> list[tuple[str, float, float]]:
    """What each factor and activity adds to the uncertainty of the sum, largest first: name, half-width alone, share of variance.

    Examples
    --------
    >>> terms = Terms(np.array([9.46, 5.61]), np.full(2, 0.05), np.array([0.0539, 0.0357]), ["coal", "gas"])
    >>> name, half, share = contributions(terms)[0]
    >>> name, round(half, 3), round(share, 2)
    ('factor of coal', 0.51, 0.43)
    """
    found = variances(terms)
    total = sum(found.values())
    rows = [(name, math.sqrt(value), value / total if total else 0.0) for name, value in found.items()]
    return sorted(rows, key=lambda row: -row[2])


def draws(half: Values, count: int, rng: np.random.Generator) -> Values:
    """Random multipliers with mean one, shape (count, quantities): normal and above zero, or log-normal where `half` is wide.

    Examples
    --------
    >>> drawn = draws(np.array([0.05, 0.8]), 20_000, np.random.default_rng(1))
    >>> bool((drawn > 0).all()), drawn.mean(axis=0).round(2).tolist()
    (True, [1.0, 1.0])
    """
    sigma = half / _TO_SIGMA
    normal = rng.standard_normal((count, len(half)))
    plain = 1.0 + sigma * normal
    again = plain <= 0
    while again.any():
        plain[again] = (1.0 + sigma * rng.standard_normal(plain.shape))[again]
        again = plain <= 0
    spread = np.sqrt(np.log1p(sigma**2))
    return np.where(half >= WIDE, np.exp(spread * normal - spread**2 / 2.0), plain)


def simulated(terms: Terms, count: int, seed: int) -> Values:
    """Random emissions of each term, shape (count, terms): one draw of a factor for all its uses, activities drawn apart.

    Examples
    --------
    >>> terms = Terms(np.array([9.46, 5.61]), np.full(2, 0.05), np.array([0.0539, 0.0357]), ["coal", "gas"])
    >>> total = simulated(terms, 20_000, 1).sum(axis=1)
    >>> print(round(100 * (np.quantile(total, 0.975) - np.quantile(total, 0.025)) / 2 / total.mean(), 1))
    5.1
    """
    rng = np.random.default_rng(seed)
    _, number, half = _by_factor(terms)
    of_factor = draws(half, count, rng)[:, number]
    return np.asarray(terms.emissions * of_factor * draws(terms.activity_half, count, rng))


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

    >>> one, two = (Terms(np.array([x]), np.zeros(1), np.array([0.3]), ["coal"]) for x in (100.0, 150.0))
    >>> [round(value, 6) for value in trend(one, two, 500, 1)]
    [0.5, 0.5, 0.5]
    """
    if float(first.emissions.sum()) == 0:
        raise InputError(tr("the first year has no emissions, so a change relative to it has no meaning"))
    rng = np.random.default_rng(seed)
    half: dict[str, float] = {}
    for terms in (first, last):
        for name, value in zip(terms.factor, terms.factor_half, strict=True):
            half[name] = max(half.get(name, 0.0), float(value))
    names = list(half)
    shared = draws(np.array(list(half.values())), count, rng)
    totals = [
        (
            terms.emissions
            * shared[:, [names.index(name) for name in terms.factor]]
            * draws(terms.activity_half, count, rng)
        ).sum(axis=1)
        for terms in (first, last)
    ]
    low, high = np.quantile(totals[1] / totals[0] - 1.0, [0.025, 0.975])
    return float(last.emissions.sum() / first.emissions.sum() - 1.0), float(low), float(high)
