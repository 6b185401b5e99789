"""The store of land by year as pools respond to conversions: what each conversion gains and loses, and when."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounting.flows.delays import AT_ONCE, Response, horizon, realised
from tanheng.choices import POOLS

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Responses:
    """How pools respond: biomass by the class that grows, soil, and dead matter."""

    growth: Mapping[str, Response]
    soil: Response
    dead: Response

    def of_gain(self, pool: str, land_class: str) -> Response:
        """Response of what a class gains in a pool."""
        return {"soil": self.soil, "dead": self.dead}.get(pool) or self.growth[land_class]


@dataclass(frozen=True)
class Part:
    """Carbon that one kind of conversion gains or loses in a pool: from and to a class, t C once all has taken place.

    `earlier` are the conversions that brought the land to the former class, when and from which one, the first of them first. `until` is when the
    land leaves the class again, and nothing more takes place. `is_settlement` marks what later conversions need not lose, or gain besides, since
    the land they took had not reached the density of its class; it is no change of the settled store.
    """

    span: tuple[int, int]
    of: str
    to: str
    pool: str
    amount: float
    response: Response
    until: float = math.inf
    is_settlement: bool = False
    earlier: tuple[tuple[tuple[int, int], str], ...] = ()

    @property
    def settled(self) -> float:
        """What it changes of the settled store, t C."""
        return 0.0 if self.is_settlement else self.amount

    def share(self, at: float) -> float:
        """Share that has taken place by a time."""
        return realised(self.response, *self.span, min(at, self.until))

    def course(self, years: Sequence[int]) -> Values:
        """What has taken place by each year, t C."""
        return self.amount * np.array([self.share(year) for year in years], np.float64)


def conversion_parts(
    classes: Sequence[str],
    area: Values,
    densities: tuple[Values, Values],
    span: tuple[int, int],
    responses: Responses,
    of_place: Collection[str] = (),
) -> Iterator[Part]:
    """What conversions gain and lose, pool by pool: biomass and dead matter of the former class go at once, soil moves in one line.

    Parameters
    ----------
    area : numpy.ndarray, shape (classes, classes), ha
        From, to; land that stays changes as far as the densities do, evenly over the span.
    densities : two numpy.ndarray, shape (classes, pools), t C ha-1
        Of the former and of the new class, pools in the order of `POOLS`.
    span : (int, int)
        Years between which conversions are spread evenly.
    of_place : collection of str
        Pools that stay with the place: what they change, they change evenly over the span.

    Examples
    --------
    100 ha of crops (5 above, 60 in the soil) become forest (40 and 80): 500 t C are lost at once, 4,000 grow, the soil gains 2,000.

    >>> crops, forest = [5.0, 0.0, 60.0, 0.0], [40.0, 0.0, 80.0, 0.0]
    >>> density = np.array([crops, forest])
    >>> area = np.array([[0.0, 100.0], [0.0, 0.0]])
    >>> responses = Responses({"crops": AT_ONCE, "forest": AT_ONCE}, AT_ONCE, AT_ONCE)
    >>> parts = conversion_parts(("crops", "forest"), area, (density, density), (2000, 2010), responses)
    >>> [(part.pool, part.amount) for part in parts if part.amount]
    [('above', -500.0), ('above', 4000.0), ('soil', 2000.0)]
    """
    before, after = densities
    # (ha) * (t C/ha) = t C
    lost, gained = area[:, :, None] * before[:, None, :], area[:, :, None] * after[None, :, :]
    yield from parts_of_amounts(classes, (lost, gained), span, responses, of_place)


def parts_of_amounts(
    classes: Sequence[str],
    amounts: tuple[Values, Values],
    span: tuple[int, int],
    responses: Responses,
    of_place: Collection[str] = (),
) -> Iterator[Part]:
    """The same from what the former classes held and what the new ones will hold on the land that is converted.

    Parameters
    ----------
    amounts : two numpy.ndarray, shape (from class, to class, pools), t C
        Of the former class, and of the new one.
    span, responses, of_place
        As `conversion_parts`.
    """
    for one, of in enumerate(classes):
        for other, to in enumerate(classes):
            for number, pool in enumerate(POOLS):
                lost, gained = (float(held[one, other, number]) for held in amounts)
                if of == to or pool in of_place:
                    yield Part(span, of, to, pool, gained - lost, AT_ONCE)
                elif pool == "soil":
                    yield Part(span, of, to, pool, gained - lost, responses.soil)
                else:
                    yield Part(span, of, to, pool, -lost, AT_ONCE)
                    yield Part(span, of, to, pool, gained, responses.of_gain(pool, to))


def with_departures(
    parts: Iterable[Part],
    classes: Sequence[str],
    area: Values,
    span: tuple[int, int],
    responses: Responses,
) -> Iterator[Part]:
    """Parts of earlier conversions after a period in which land leaves their classes again.

    Land that leaves a class is taken as a fair sample of it: it takes along its part of what is still growing, which ends in the middle of the
    period. What it had not gained yet it does not lose.

    Parameters
    ----------
    area : numpy.ndarray, shape (classes, classes), ha
        From, to, in the period.

    Examples
    --------
    All of 100 ha that were planted in 2000-2010 (100 t C/ha over 40 years) is cleared in 2010-2020: by 2015 a quarter had grown.

    >>> from tanheng.accounting.flows.delays import linear
    >>> from tanheng.accounting.flows.delays import linear
    >>> planted = Part((2000, 2010), "crops", "forest", "above", 10000.0, linear(40.0))
    >>> area = np.array([[0.0, 0.0], [100.0, 0.0]])
    >>> responses = Responses({"crops": AT_ONCE, "forest": AT_ONCE}, AT_ONCE, AT_ONCE)
    >>> left = list(with_departures([planted], ("crops", "forest"), area, (2010, 2020), responses))
    >>> [(part.to, float(part.amount), part.until) for part in left]
    [('forest', 10000.0, 2015.0), ('crops', 7500.0, inf)]
    """
    leaving = area.sum(axis=1) - np.diag(area)
    share = np.divide(leaving, area.sum(axis=1), out=np.zeros(len(classes)), where=area.sum(axis=1) > 0)
    middle = (span[0] + span[1]) / 2.0
    for part in parts:
        number = classes.index(part.to)
        growing = part.until == math.inf and part.of != part.to and part.span[1] + part.response.years > span[0]
        if not growing or not part.amount or share[number] == 0.0:
            yield part
            continue
        if share[number] < 1.0:
            yield replace(part, amount=part.amount * (1.0 - share[number]))
        gone = replace(part, amount=part.amount * share[number], until=middle)
        yield gone
        rest = gone.amount * (1.0 - gone.share(middle))
        response = responses.soil if part.pool == "soil" else AT_ONCE
        for other, to in enumerate(classes):
            if other != number and area[number, other] > 0:
                amount = rest * area[number, other] / leaving[number]
                earlier = (*part.earlier, (part.span, part.of))
                yield Part(span, part.to, to, part.pool, float(amount), response, is_settlement=True, earlier=earlier)


def store_by_year(parts: Iterable[Part], start: float, first: int, last: int) -> pd.DataFrame:
    """Store of each year once settled and as it responds, until the last response has ended, and its yearly flow by pool.

    Parameters
    ----------
    start : float
        Store of the first year, t C.
    last : int
        Last year of the conversions.

    Returns
    -------
    pandas.DataFrame
        Columns ``year, settled_t_c, stock_t_c, owed_t_c, flow_t_c_per_yr`` and ``flow_POOL_t_c_per_yr``; a flow is that since the year before.
    """
    moving = [part for part in parts if part.amount]
    years = list(range(first, horizon(last, [part.response for part in moving]) + 1))
    settled, pools = np.full(len(years), start), {pool: np.zeros(len(years)) for pool in POOLS}
    for part in moving:
        settled = settled + part.settled * np.array([realised(AT_ONCE, *part.span, year) for year in years])
        pools[part.pool] = pools[part.pool] + part.course(years)
    stock = start + sum(pools.values())
    table = pd.DataFrame({"year": years, "settled_t_c": settled, "stock_t_c": stock, "owed_t_c": settled - stock})
    table["flow_t_c_per_yr"] = np.diff(stock, prepend=np.nan)
    for pool, values in pools.items():
        table[f"flow_{pool}_t_c_per_yr"] = np.diff(values, prepend=np.nan)
    return table
