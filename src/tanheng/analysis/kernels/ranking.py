"""A variable laid out in the order of another one, and summed by the classes of drivers, without a list of the order."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: Bits of a digit of the keys that are sorted by, three of which make a key.
_DIGIT = 11
_MOST = 1 << _DIGIT


@compiled()
def sorted_sums(drawn, ordered, bins, sums):
    """Add each ordered value to the bins of the cell whose drawn value has that rank.

    Parameters
    ----------
    drawn : float32, shape (cells,)
        Random values; finite.
    ordered : float64, shape (cells,)
        Values in ascending order.
    bins : int32, shape (cells, drivers)
        Bin of each cell by each driver.
    sums : float64, shape (drivers, bins)
        Added to.
    """
    n = len(drawn)
    bits = drawn.view(np.uint32)
    keys, cells = np.empty(n, np.uint32), np.empty(n, np.int32)
    other_keys, other_cells = np.empty(n, np.uint32), np.empty(n, np.int32)
    starts = np.zeros((3, _MOST + 1), np.int64)
    for cell in range(n):
        key = bits[cell]
        # Negative numbers in descending order of their bits, before positive ones.
        key = ~key if key >> np.uint32(31) else key | np.uint32(0x80000000)
        keys[cell] = key
        cells[cell] = cell
        starts[0, (key & np.uint32(_MOST - 1)) + 1] += 1
        starts[1, ((key >> np.uint32(_DIGIT)) & np.uint32(_MOST - 1)) + 1] += 1
        starts[2, (key >> np.uint32(2 * _DIGIT)) + 1] += 1
    for digit in range(3):
        for value in range(_MOST):
            starts[digit, value + 1] += starts[digit, value]
    for digit in range(2):
        shift = np.uint32(digit * _DIGIT)
        for position in range(n):
            key = keys[position]
            value = (key >> shift) & np.uint32(_MOST - 1)
            place = starts[digit, value]
            starts[digit, value] += 1
            other_keys[place] = key
            other_cells[place] = cells[position]
        keys, other_keys = other_keys, keys
        cells, other_cells = other_cells, cells
    for position in range(n):
        value = keys[position] >> np.uint32(2 * _DIGIT)
        rank = starts[2, value]
        starts[2, value] += 1
        y = ordered[rank]
        cell = cells[position]
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
