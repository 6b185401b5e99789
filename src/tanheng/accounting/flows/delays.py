r"""Soil and trees take time: how much of what a conversion gains or loses has taken place by a year.

A response says what share of a change has taken place at each age of the conversion. Conversions seen between two maps are taken as spread evenly
over the years between them, and the land that converts as settled: it holds what its class holds.

References
----------
IPCC 2006, Vol. 4, Ch. 2, Eq. 2.25 (soil: linear over D = 20 years) and Sec. 2.3.1 (biomass: losses in the year of conversion, gains by growth).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tanheng.errors import InputError
from tanheng.language import tr


@dataclass(frozen=True)
class Response:
    """Share of a change that has taken place by age, straight between the given ages; the whole of it after the last one.

    Attributes
    ----------
    ages : tuple of float
        Years since the conversion, ascending; empty for a change at once.
    shares : tuple of float
        0 to 1, not falling; the last is 1.

    Raises
    ------
    InputError
        Ages do not ascend from 0 up, or shares fall, or do not end with 1.

    Examples
    --------
    >>> Response((10.0, 20.0), (0.5, 1.0)).years
    20.0
    """

    ages: tuple[float, ...] = ()
    shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        """Check the curve."""
        if not self.ages:
            return
        steps, rises = np.diff([0.0, *self.ages]), np.diff([0.0, *self.shares])
        if (
            len(self.ages) != len(self.shares)
            or (steps[1:] <= 0).any()
            or steps[0] < 0
            or (rises < 0).any()
            or self.shares[-1] != 1.0
        ):
            raise InputError(
                tr(
                    "a growth curve has ages that ascend, and shares from 0 to 1 that do not fall and end with 1; got {ages} and {shares}",
                    ages=list(self.ages),
                    shares=list(self.shares),
                )
            )

    @property
    def years(self) -> float:
        """Age from which the whole change has taken place."""
        return self.ages[-1] if self.ages else 0.0

    def integral(self, age: float) -> float:
        r"""Integral of the share from the conversion to an age, :math:`I(a) = \int_0^a R`.

        Examples
        --------
        Twenty years of a straight rise hold ten; ten more hold ten.

        >>> linear(20.0).integral(20.0), linear(20.0).integral(30.0), AT_ONCE.integral(5.0)
        (10.0, 20.0, 5.0)
        """
        if age <= 0:
            return 0.0
        if not self.ages:
            return age
        ages, shares = [0.0, *self.ages], [0.0, *self.shares]
        if ages[1] == 0.0:
            ages, shares = ages[1:], shares[1:]
        total = max(0.0, age - ages[-1])
        for one, other, low, high in zip(ages, ages[1:], shares, shares[1:], strict=False):
            end = min(age, other)
            if end <= one:
                break
            top = low + (high - low) * (end - one) / (other - one)
            total += (end - one) * (low + top) / 2.0
        return total


#: All of a change in the year of the conversion.
AT_ONCE = Response()


def linear(years: float) -> Response:
    """A change that takes place evenly over some years; at once where they are none.

    Examples
    --------
    >>> linear(20.0)
    Response(ages=(20.0,), shares=(1.0,))
    """
    return Response((years,), (1.0,)) if years > 0 else AT_ONCE


def realised(response: Response, start: float, end: float, at: float) -> float:
    r"""Share that has taken place by a time, of a change by conversions spread evenly from `start` to `end`, whole once all have taken place.

    .. math:: \frac{1}{T} \int_{start}^{\min(end, t)} R(t - s) \, ds = \frac{I(t - start) - I(t - \min(end, t))}{T}

    Examples
    --------
    Conversions of ten years, soil over twenty: at the end of the ten they are five years old on average, so a quarter has taken place; thirty years
    after the first one all has.

    >>> realised(linear(20.0), 2000, 2010, 2010), realised(linear(20.0), 2000, 2010, 2030), realised(AT_ONCE, 2000, 2010, 2005)
    (0.25, 1.0, 0.5)
    """
    if at <= start:
        return 0.0
    return (response.integral(at - start) - response.integral(at - min(end, at))) / (end - start)


def recent_and_old(
    response: Response, span: tuple[float, float], at: tuple[float, float], window: float, until: float = float("inf")
) -> tuple[float, float]:
    r"""Shares of a change that take place between two times, on land converted less and more than `window` years before the second.

    Parameters
    ----------
    span : (float, float)
        Years between which conversions are spread evenly.
    at : (float, float)
        From when to when.
    window : float
        Years for which land counts as converted (IPCC: 20).
    until : float
        When the land leaves again, and nothing more takes place.

    Examples
    --------
    Trees that take forty years, converted in 2000: of a year's fortieth in 2010 all is on land converted of late, in 2030 none.

    >>> [tuple(round(float(x), 4) for x in recent_and_old(linear(40.0), (1999.0, 2000.0), (y, y + 1.0), 20.0)) for y in (2010.0, 2030.0)]
    [(0.025, 0.0), (0.0, 0.025)]
    """
    start, end = span
    border = min(max(at[1] - window, start), end)
    at = min(at[0], until), min(at[1], until)
    parts = []
    for one, other in ((border, end), (start, border)):
        if other <= one:
            parts.append(0.0)
            continue
        weight = (other - one) / (end - start)
        parts.append(weight * (realised(response, one, other, at[1]) - realised(response, one, other, at[0])))
    return parts[0], parts[1]


def converted_share(span: tuple[float, float], at: float, window: float) -> float:
    """Share of conversions, spread evenly over a span, that took place in the `window` years before a time.

    Examples
    --------
    >>> converted_share((2000.0, 2010.0), 2025.0, 20.0), converted_share((2000.0, 2010.0), 2005.0, 20.0)
    (0.5, 0.5)
    """
    start, end = span
    return max(0.0, min(end, at) - max(start, at - window)) / (end - start)


def horizon(last: int, responses: Sequence[Response]) -> int:
    """Year by which all changes have taken place."""
    return last + int(np.ceil(max((response.years for response in responses), default=0.0)))
