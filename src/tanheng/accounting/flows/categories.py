"""Land accounting by the categories of the IPCC: land that remains in a category and land converted to it, and what both emit in a year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.accounting.flows.delays import converted_share, recent_and_old
from tanheng.accounting.flows.store import Part
from tanheng.units import CO2_PER_C

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Status of land in a category: there for longer than the window, or converted to it since.
REMAINING, CONVERTED = "remaining", "converted"

#: Pools as inventories gather them.
POOL_GROUPS = {"above": "biomass", "below": "biomass", "soil": "soil", "dead": "dead"}


@dataclass(frozen=True)
class Conversions:
    """Conversions between the classes in a period, spread evenly over its years.

    Attributes
    ----------
    span : (int, int)
        First and last year.
    area : numpy.ndarray, shape (from class, to class), ha
    """

    span: tuple[int, int]
    area: Values

    def done(self, year: float) -> float:
        """Part of the period that has passed by a year."""
        first, last = self.span
        return min(1.0, max(0.0, (year - first) / (last - first)))


def category_area(periods: Sequence[Conversions], inside: Mask, year: int, window: float) -> tuple[float, float]:
    r"""Area of a category in a year, and what of it was converted to it within the window before, ha.

    The whole area runs straight from map to map. Converted land is what came from other categories, as far as its conversion lies in the
    window and it has not left the category again.

    Parameters
    ----------
    periods : sequence of Conversions
        In the order of time; the year lies in one of them.
    inside : numpy.ndarray of bool, shape (classes,)
        Classes of the category.
    window : float
        Years after which converted land counts as remaining (IPCC 2006, Vol. 4, Ch. 3: 20).

    Examples
    --------
    100 ha of crops become forest over ten years, beside 300 ha of forest: after five years half of them have.

    >>> period = Conversions((2000, 2010), np.array([[500.0, 100.0], [0.0, 300.0]]))
    >>> category_area([period], np.array([False, True]), 2005, 20.0)
    (350.0, 50.0)
    """
    now = next(one for one in periods if one.span[0] < year <= one.span[1])
    first, last = float(now.area[inside].sum()), float(now.area[:, inside].sum())
    whole = first + (last - first) * now.done(year)
    converted = sum(
        converted_share(one.span, year, window) * land_that_stayed(periods, number, inside, year)
        for number, one in enumerate(periods)
        if one.span[0] < year
    )
    return whole, min(converted, whole)


def land_that_stayed(periods: Sequence[Conversions], number: int, inside: Mask, year: int) -> float:
    r"""Land that came to a category in one of the periods and has not left it by a year, ha, if land that leaves a class is a fair sample of it.

    .. math:: h \leftarrow (1 - d)\, h + d\, h M, \quad M_{kl} = \frac{a_{kl}}{\sum_m a_{km}}

    over the later periods, with the part :math:`d` of each that has passed and its conversions :math:`a` between the classes of the category.

    Parameters
    ----------
    number : int
        Of the period in which the land came.
    periods, inside, year
        As `category_area`.

    Examples
    --------
    100 ha come to forest; in the next ten years a quarter of all forest is cleared: after five years an eighth of them is.

    >>> came, cleared = np.array([[0.0, 100.0], [0.0, 300.0]]), np.array([[0.0, 0.0], [100.0, 300.0]])
    >>> periods = [Conversions((2000, 2010), came), Conversions((2010, 2020), cleared)]
    >>> land_that_stayed(periods, 0, np.array([False, True]), 2015)
    87.5
    """
    since = periods[number]
    held = since.area[np.ix_(~inside, inside)].sum(axis=0)
    for later in periods:
        if later.span[0] < since.span[1] or later.span[0] >= year:
            continue
        whole = later.area[inside].sum(axis=1, keepdims=True)
        moves = later.area[np.ix_(inside, inside)]
        shares = np.divide(moves, whole, out=np.eye(int(inside.sum())), where=whole > 0)
        done = later.done(year)
        held = held * (1.0 - done) + done * (held @ shares)
    return float(held.sum())


def category_emissions(
    parts: Iterable[Part], category_of: Mapping[str, str], category: str, year: int, window: float
) -> dict[tuple[str, str], float]:
    r"""Emissions of a category in a year by status and group of pools, t CO2; positive to the air, as inventories have them.

    .. math:: E = -\tfrac{44}{12} \sum_p A_p\, \bigl(f_p(t) - f_p(t - 1)\bigr)

    over the parts :math:`p` of carbon that conversions to the category gain, :math:`A` t C, of which :math:`f` has taken place by a year.

    Parameters
    ----------
    parts : iterable of Part
        What conversions gain and lose.
    category_of : mapping of str to str
        Category of each class.
    window : float
        As `category_area`.

    Examples
    --------
    10 t C of biomass are lost at once with a conversion of one year: 36.7 t CO2, on converted land.

    >>> from tanheng.accounting.flows.delays import AT_ONCE
    >>> part = Part((2000, 2001), "crops", "forest", "above", -10.0, AT_ONCE)
    >>> found = category_emissions([part], {"crops": "cropland", "forest": "forest land"}, "forest land", 2001, 20.0)
    >>> {key: round(amount, 1) for key, amount in found.items()}
    {('converted', 'biomass'): 36.7, ('remaining', 'biomass'): 0.0}
    """
    emissions: dict[tuple[str, str], float] = {}
    for part in parts:
        if category_of[part.to] != category or not part.amount or part.span[0] >= year:
            continue
        for status, share in _shares(part, category_of, category, year, window).items():
            key = status, POOL_GROUPS[part.pool]
            emissions[key] = emissions.get(key, 0.0) - part.amount * share * CO2_PER_C
    return emissions


def _shares(part: Part, category_of: Mapping[str, str], category: str, year: int, window: float) -> dict[str, float]:
    """What of a part takes place in a year, by the status of the land that it is on."""
    at = (year - 1.0, float(year))
    if category_of[part.of] != category:
        recent, old = recent_and_old(part.response, part.span, at, window, part.until)
        return {CONVERTED: recent, REMAINING: old}
    share = part.share(at[1]) - part.share(at[0])
    # The last conversion that brought the land into the category from another one.
    came = next((span for span, of in reversed(part.earlier) if category_of[of] != category), None)
    recent = 0.0 if came is None else converted_share(came, year, window)
    return {CONVERTED: share * recent, REMAINING: share * (1.0 - recent)}
