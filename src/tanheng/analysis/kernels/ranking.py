"""A variable laid out in the order of another one, and summed by the classes of drivers, without a list of the order."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: Intervals that the range of random values is cut into: a table of them fits the cache of a core.
INTERVALS = 1 << 17


@compiled()
def sums_by_rank(drawn, running, bins, sums):
    """Add to the bins of each cell the ordered value that has the rank of its drawn value.

    Drawn values that fall into one of `INTERVALS` equal parts of their range, a few neighbours in rank, share the mean of their ordered values:
    nothing has to be sorted, and cells are visited in their order.

    Parameters
    ----------
    drawn : float32, shape (cells,)
        Random values; finite.
    running : float64, shape (cells + 1,)
        Running sums of the values in ascending order, from 0 on.
    bins : int32, shape (cells, drivers)
        Bin of each cell by each driver.
    sums : float64, shape (drivers, bins)
        Added to.
    """
    n = len(drawn)
    low, high = drawn[0], drawn[0]
    for cell in range(n):
        low, high = min(low, drawn[cell]), max(high, drawn[cell])
    scale = np.float32(INTERVALS - 1) / (high - low) if high > low else np.float32(0.0)
    numbers = np.zeros(INTERVALS, np.int32)
    for cell in range(n):
        numbers[np.int32((drawn[cell] - low) * scale)] += 1
    means, first = np.empty(INTERVALS), 0
    for part in range(INTERVALS):
        last = first + numbers[part]
        means[part] = (running[last] - running[first]) / numbers[part] if numbers[part] > 0 else 0.0
        first = last
    for cell in range(n):
        y = means[np.int32((drawn[cell] - low) * scale)]
        for driver in range(bins.shape[1]):
            sums[driver, bins[cell, driver]] += y


@compiled()
def average_ranks(values, order):
    """Ranks from 1 on, ties sharing their mean rank; `order` sorts the values."""
    n = len(values)
    ranks = np.empty(n)
    first = 0
    while first < n:
        last = first
        while last + 1 < n and values[order[last + 1]] == values[order[first]]:
            last += 1
        for place in range(first, last + 1):
            ranks[order[place]] = (first + last) / 2.0 + 1.0
        first = last + 1
    return ranks
