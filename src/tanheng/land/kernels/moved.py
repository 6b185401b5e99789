"""Land that moved between two maps of pixels at most half as large as cells; what did not move stayed."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled
from tanheng.land.kernels.arguments import Codes
from tanheng.land.kernels.rows import run_end


@compiled(_nrt=False)
def add_moved(before, after, width, classes, place, heights, rows, out):
    """Add the pixels whose class differs between two maps to `out[cell, from * side + to]`; side is classes + 1.

    Index `classes` stands for no data. Equal stretches are passed over eight pixels at a time.
    """
    row_a, words_a, lookup_a = before.rows, before.words, before.lookup
    row_b, words_b, lookup_b = after.rows, after.words, after.lookup
    left, origin_x, size_x, edges_x = place.left, place.origin_x, place.size_x, place.edges_x
    side = classes + 1
    columns = edges_x.shape[0] - 1
    column = 0
    position = 0
    while position < width:
        if (position & 7) == 0:
            word = position >> 3
            last = width >> 3
            while word + 4 <= last and (
                (words_a[word] ^ words_b[word])
                | (words_a[word + 1] ^ words_b[word + 1])
                | (words_a[word + 2] ^ words_b[word + 2])
                | (words_a[word + 3] ^ words_b[word + 3])
            ) == np.uint64(0):
                word += 4
            while word < last and words_a[word] == words_b[word]:
                word += 1
            position = max(position, word << 3)
            if position >= width:
                return
        end = position + 1
        if row_a[position] != row_b[position]:
            end = min(run_end(row_a, words_a, position, width), run_end(row_b, words_b, position, width))
            index_a = lookup_a[row_a[position]]
            index_b = lookup_b[row_b[position]]
            index_a = index_a if 0 <= index_a < classes else classes
            index_b = index_b if 0 <= index_b < classes else classes
            if index_a != index_b:
                west = origin_x + (left + position) * size_x
                east = origin_x + (left + end) * size_x
                while column < columns and edges_x[column + 1] <= west:
                    column += 1
                across = column
                while across < columns and edges_x[across] < east:
                    length = min(east, edges_x[across + 1]) - max(west, edges_x[across])
                    for which in range(heights.shape[0]):
                        if rows[which] >= 0:
                            out[rows[which] * columns + across, index_a * side + index_b] += length * heights[which]
                    across += 1
        position = end


@compiled(_nrt=False)
def count_moved_aligned(first, second, width, classes, place, crossed, heights, out):
    """Add areas of pixels whose class differs between two windows on the same pixels, at most half as large as cells."""
    top, origin_y, size_y, edges_y = place.top, place.origin_y, place.size_y, place.edges_y
    rows = edges_y.shape[0] - 1
    row = 0
    for line in range(first.rows.shape[0]):
        upper = origin_y + (top + line) * size_y
        lower = origin_y + (top + line + 1) * size_y
        while row < rows and edges_y[row + 1] <= upper:
            row += 1
        for which in range(2):
            here = row + which
            inside = here < rows and edges_y[here] < lower
            crossed[which] = here if inside else -1
            heights[which] = min(lower, edges_y[here + 1]) - max(upper, edges_y[here]) if inside else 0.0
        if crossed[0] >= 0:
            before = Codes(first.rows[line], first.words[line], first.lookup)
            after = Codes(second.rows[line], second.words[line], second.lookup)
            add_moved(before, after, width, classes, place, heights, crossed, out)


@compiled(_nrt=False)
def stay(moved, before, scale, least, out):
    """Turn land that moved into transitions `out[from, to, cell]`: what a class had and did not lose stayed.

    `moved[cell, from * side + to]` is in units of which `scale` make a cell, `before[cell, class]` in cells; a rest
    below `least` is rounding.
    """
    classes = before.shape[1]
    side = classes + 1
    for cell in range(before.shape[0]):
        for source in range(classes):
            rest = before[cell, source]
            if rest == 0.0:
                continue
            for target in range(side):
                part = moved[cell, source * side + target] / scale
                rest -= part
                if target < classes:
                    out[source, target, cell] = part
            out[source, source, cell] = rest if rest > least else 0.0
