"""Figures that jump from one year to the next: a slip in a unit or a row is the usual cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise


def jumps(by_year: Mapping[int, float], most: float) -> Iterator[tuple[int, int, float]]:
    """Neighbouring years, and how many times the earlier figure the later one is, where that is above `most` or below its inverse.

    Years without a figure above zero have no ratio.

    Examples
    --------
    >>> list(jumps({2000: 3.0, 2010: 60.0, 2020: 66.0}, 10.0))
    [(2000, 2010, 20.0)]
    """
    for first, last in pairwise(sorted(by_year)):
        one, other = by_year[first], by_year[last]
        if min(one, other) > 0 and not 1.0 / most <= other / one <= most:
            yield first, last, other / one


def ratio_words(ratio: float) -> str:
    """A ratio as a message shows it: whole above one, else two digits.

    Examples
    --------
    >>> ratio_words(20000.0), ratio_words(0.00015)
    ('20,000', '0.00015')
    """
    return f"{ratio:,.0f}" if ratio > 1 else f"{ratio:.2g}"
