"""Which of many years and periods are told and drawn."""

from __future__ import annotations

from collections.abc import Iterable

#: Years, or periods, up to which each is told, and has a chart of its own.
MOST_TOLD = 6


def told_periods(periods: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Periods that are told: all of a few, of many those that end with the last year (the last step and the whole span).

    Examples
    --------
    >>> told_periods([(1995, 2005), (2005, 2015), (1995, 2015)])
    [(1995, 2005), (2005, 2015), (1995, 2015)]
    >>> steps = [(year, year + 1) for year in range(1990, 2020)]
    >>> told_periods([*steps, (1990, 2020)])
    [(2019, 2020), (1990, 2020)]
    """
    every = list(dict.fromkeys(periods))
    if len(every) <= MOST_TOLD:
        return every
    last = max(end for _, end in every)
    return [period for period in every if period[1] == last]


def told_years(years: Iterable[int]) -> list[int]:
    """Years that are told: all of a few, of many the first, a middle and the last one.

    Examples
    --------
    >>> told_years(range(1990, 2021))
    [1990, 2005, 2020]
    """
    every = sorted(dict.fromkeys(years))
    return every if len(every) <= MOST_TOLD else [every[0], every[len(every) // 2], every[-1]]
