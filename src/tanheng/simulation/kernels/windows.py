"""Shares of the classes in square windows around each cell, by sums that are added and taken off as the window moves."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: Share 1 as a code.
WHOLE = 1000


@compiled()
def _across(columns, side, width, sums, doubled, out):
    """Sums of `side` neighbours in a row, from sums of 1, 2, 4, 8 ... neighbours; whole loops run over many cells at once.

    `columns` has `side` // 2 zeros before and behind its `width` cells; `sums` and `doubled` are room of the same size.
    """
    size = columns.size
    for x in range(size):
        sums[x] = columns[x]
    out[:] = out.dtype.type(0)
    reach, start = 1, 0
    left = side
    while left > 0:
        if left & 1:
            part = sums[start:]
            for x in range(width):
                out[x] += part[x]
            start += reach
        left >>= 1
        if left > 0:
            next_ones = sums[reach:]
            for x in range(size - reach):
                doubled[x] = sums[x] + next_ones[x]
            for x in range(size - reach):
                sums[x] = doubled[x]
            reach *= 2


@compiled()
def window_counts(land, top, wanted, side, out):
    """Cells of class `wanted` in a window of `side` cells around each cell, into `out` of shape (height, width).

    Sums are of the type of `out`, which must hold `side` squared: of bytes, twice as many are added at once as of pairs of bytes.
    `land` has the rows of a band and those above and below that the windows need; counted are the rows from `top` on.
    """
    rows, width = land.shape
    reach = side // 2
    size = width + 2 * reach
    padded = np.zeros(size, out.dtype)
    columns = padded[reach:]
    sums, doubled = np.empty(size, out.dtype), np.empty(size, out.dtype)
    number = out.dtype.type
    for y in range(max(0, top - reach), min(rows, top + reach)):
        line = land[y]
        for x in range(width):
            columns[x] += number(line[x] == wanted)
    for row in range(out.shape[0]):
        entering, leaving = top + row + reach, top + row - reach - 1
        if row > 0 and leaving >= 0:
            line = land[leaving]
            for x in range(width):
                columns[x] -= number(line[x] == wanted)
        if entering < rows:
            line = land[entering]
            for x in range(width):
                columns[x] += number(line[x] == wanted)
        _across(padded, side, width, sums, doubled, out[row])


@compiled()
def as_shares(counts, known, out):
    """Counts as thousandths of the cells that are known, into `out`."""
    least = known.dtype.type(1)
    for row in range(counts.shape[0]):
        many, of, into = counts[row], known[row], out[row]
        for x in range(many.size):
            part = np.float32(WHOLE) / np.float32(max(least, of[x]))
            into[x] = np.uint16(np.float32(many[x]) * part + np.float32(0.5))
