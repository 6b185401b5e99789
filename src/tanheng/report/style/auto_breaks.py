"""Class breaks by the shape of a distribution: ties stay together, gaps and long tails show, and breaks are round.

Natural breaks (Fisher-Jenks) are sought on the mean of two places of each value: its rank among all cells, and its place in the range
of the middle 98 % of them. The rank alone would cut through ties and hide gaps, as quantiles do; the value alone would put nearly all
cells of a skewed map into one class.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

#: Breaks are sought among so many values, evenly spaced in their order; the smallest and largest are among them.
SAMPLE = 20_000

#: Values that differ by less than this part of themselves, and of the range, look alike to a reader of a map.
_ALIKE, _ALIKE_IN_RANGE = 0.005, 0.005

#: Part of the cells that a break may pass by to reach a round number.
_PASSED = 0.02

#: Part of the cells at each end that stands apart where it spans more than all the others.
_TAIL = 0.01


def auto_breaks(values: Values, classes: int) -> list[float]:
    """Inner breaks, ascending; fewer than `classes` - 1 where fewer values can be told apart.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Finite.
    classes : int
        Most classes.

    Examples
    --------
    Nearly all cells have one of two values; each is a class, and the few between them show.

    >>> values = np.concatenate([np.full(800, 66.8), np.full(150, 149.9), np.linspace(70.0, 148.0, 50)])
    >>> breaks = auto_breaks(values, 5)
    >>> breaks[0], breaks[-1], len(breaks)
    (70.0, 140.0, 4)
    """
    ordered = sample(values)
    ties = _ties(ordered)
    if len(ties.counts) < 2:
        return []
    held = np.concatenate([[0], np.cumsum(ties.counts)])
    bounds = [0, *(int(held[start]) for start in _starts(ties, classes)), ordered.size]
    breaks: list[float] = []
    for before, start, after in zip(bounds, bounds[1:], bounds[2:], strict=False):
        passed = int(min(_PASSED * ordered.size, (start - before) / 4, (after - start) / 4))
        low, high = ordered[start - 1 - passed], ordered[start + passed]
        value = roundest(low, high, (ordered[start - 1] + ordered[start]) / 2)
        if not breaks or value > breaks[-1]:
            breaks.append(value)
    return breaks


@dataclass(frozen=True)
class _Ties:
    """Values that a reader can tell apart: lowest and highest value of each, and its count."""

    lows: Values
    highs: Values
    counts: NDArray[np.int64]


def sample(values: Values) -> Values:
    """Values in ascending order, of many `SAMPLE` of them."""
    ordered = np.sort(values)
    if ordered.size > SAMPLE:
        ordered = ordered[np.linspace(0, ordered.size - 1, SAMPLE).round().astype(int)]
    return ordered


def _ties(ordered: Values) -> _Ties:
    low, high = np.quantile(ordered, [_TAIL, 1 - _TAIL])
    spread = float(high - low) or float(ordered[-1] - ordered[0])
    starts = [0]
    for number, value in enumerate(ordered):
        first = ordered[starts[-1]]
        if value - first > min(_ALIKE * max(abs(value), abs(first)), _ALIKE_IN_RANGE * spread):
            starts.append(number)
    ends = np.array([*starts[1:], ordered.size])
    return _Ties(ordered[starts], ordered[ends - 1], ends - np.array(starts))


def _starts(ties: _Ties, classes: int) -> list[int]:
    """Number of the value that each class but the first begins with."""
    if len(ties.counts) <= classes:
        return list(range(1, len(ties.counts)))
    from tanheng.analysis.discretise import natural_breaks

    places = _places(ties)
    inner = natural_breaks(np.repeat(places, ties.counts), classes)[classes]
    return [int(place) for place in np.searchsorted(places, inner, side="right")]


def _places(ties: _Ties) -> Values:
    """Place of each value, from 0 to 1: the mean of its rank and its place in the range; long tails stand apart."""
    rank = (np.cumsum(ties.counts) - ties.counts / 2) / ties.counts.sum()
    low, high = np.interp([_TAIL, 1 - _TAIL], rank, ties.lows)
    spread = high - low or ties.highs[-1] - ties.lows[0]
    places = (rank + np.clip((ties.lows - low) / spread, 0.0, 1.0)) / 2
    places += (ties.lows > high) * (ties.highs[-1] - high > spread)
    places -= (ties.lows < low) * (low - ties.lows[0] > spread)
    return np.asarray(places, np.float64)


def roundest(low: float, high: float, near: float) -> float:
    """Number between two others with the fewest digits; of several, the one nearest to `near`. `high` where none lies between them.

    Examples
    --------
    >>> roundest(13.37, 29.99, 21.7), roundest(0.0312, 0.0349, 0.033), roundest(-7.2, 1.0, -3.0), roundest(0.0, 100.0, 50.0)
    (20.0, 0.032, 0.0, 50.0)
    """
    for step in _steps(high - low):
        least, most = math.floor(low / step) + 1, math.ceil(high / step) - 1
        if least <= most:
            value = round(min(max(round(near / step), least), most) * step, max(0, 1 - math.floor(math.log10(step))))
            if low < value < high:
                return value
    return high


def _steps(width: float) -> Iterator[float]:
    """Steps of round numbers, from wider than `width` to as fine as numbers are."""
    power = math.ceil(math.log10(width)) + 1 if width > 0 else 0
    for exponent in range(power, power - 17, -1):
        for factor in (1.0, 0.5, 0.2):
            yield factor * 10.0**exponent
