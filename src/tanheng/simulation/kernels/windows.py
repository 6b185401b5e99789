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
    for x in range(width):
        out[x] = np.uint16(0)
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

    `land` has the rows of a band and those above and below that the windows need; counted are the rows from `top` on.
    """
    rows, width = land.shape
    reach = side // 2
    size = width + 2 * reach
    padded = np.zeros(size, np.uint16)
    columns = padded[reach:]
    sums, doubled = np.empty(size, np.uint16), np.empty(size, np.uint16)
    for y in range(max(0, top - reach), min(rows, top + reach)):
        line = land[y]
        for x in range(width):
            columns[x] += np.uint16(line[x] == wanted)
    for row in range(out.shape[0]):
        entering, leaving = top + row + reach, top + row - reach - 1
        if row > 0 and leaving >= 0:
            line = land[leaving]
            for x in range(width):
                columns[x] -= np.uint16(line[x] == wanted)
        if entering < rows:
            line = land[entering]
            for x in range(width):
                columns[x] += np.uint16(line[x] == wanted)
        _across(padded, side, width, sums, doubled, out[row])


@compiled()
def as_shares(counts, known, side):
    """Counts as thousandths of the cells that are known, in place; these are `side` squared but at edges and gaps."""
    full = np.float32(WHOLE) / np.float32(side * side)
    whole = np.uint16(side * side)
    for row in range(counts.shape[0]):
        many, of = counts[row], known[row]
        for x in range(many.size):
            if of[x] == whole:
                many[x] = np.uint16(np.float32(many[x]) * full + np.float32(0.5))
            else:
                part = np.float32(many[x]) * (np.float32(WHOLE) / np.float32(max(np.uint16(1), of[x])))
                many[x] = np.uint16(part + np.float32(0.5))
