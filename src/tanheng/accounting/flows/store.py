"""The store of land by year as pools respond to conversions: what each conversion gains and loses, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.accounting.flows.delays import AT_ONCE, Response, horizon, realised

Values = NDArray[np.float64]

#: Carbon pools, in the order of densities.
POOLS = ("above", "below", "soil", "dead")


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
    """Carbon that one kind of conversion gains or loses in a pool: from and to a class, t C once all has taken place."""

    span: tuple[int, int]
    of: str
    to: str
    pool: str
    amount: float
    response: Response

    def course(self, years: Sequence[int]) -> Values:
        """What has taken place by each year, t C."""
        return self.amount * np.array([realised(self.response, *self.span, year) for year in years], np.float64)


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
    for one, of in enumerate(classes):
        for other, to in enumerate(classes):
            for number, pool in enumerate(POOLS):
                lost, gained = (
                    area[one, other] * before[one, number],
                    area[one, other] * after[other, number],
                )  # (ha) * (t C/ha) = t C
                if of == to or pool in of_place:
                    yield Part(span, of, to, pool, float(gained - lost), AT_ONCE)
                elif pool == "soil":
                    yield Part(span, of, to, pool, float(gained - lost), responses.soil)
                else:
                    yield Part(span, of, to, pool, -float(lost), AT_ONCE)
                    yield Part(span, of, to, pool, float(gained), responses.of_gain(pool, to))


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
        settled = settled + part.amount * np.array([realised(AT_ONCE, *part.span, year) for year in years])
        pools[part.pool] = pools[part.pool] + part.course(years)
    stock = start + sum(pools.values())
    table = pd.DataFrame({"year": years, "settled_t_c": settled, "stock_t_c": stock, "owed_t_c": settled - stock})
    table["flow_t_c_per_yr"] = np.diff(stock, prepend=np.nan)
    for pool, values in pools.items():
        table[f"flow_{pool}_t_c_per_yr"] = np.diff(values, prepend=np.nan)
    return table
