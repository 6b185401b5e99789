"""A row of pixels: runs of equal codes, laid over the intervals of a line."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

EACH_BYTE = np.uint64(0x0101010101010101)


@compiled(_nrt=False, inline="always")
def run_end(row, words, start, stop):
    """First position after `start` where the code changes; eight to thirty-two pixels are compared at a time."""
    code = row[start]
    end = start + 1
    while end < stop and (end & 7) != 0:
        if row[end] != code:
            return end
        end += 1
    # Both factors unsigned: numba turns a mix of signed and unsigned into floats, which drop the last bits.
    pattern = np.uint64(code) * EACH_BYTE
    word = end >> 3
    last = stop >> 3
    while word + 4 <= last and (
        (words[word] ^ pattern)
        | (words[word + 1] ^ pattern)
        | (words[word + 2] ^ pattern)
        | (words[word + 3] ^ pattern)
    ) == np.uint64(0):
        word += 4
    while word < last and words[word] == pattern:
        word += 1
    end = max(end, word << 3)
    while end < stop and row[end] == code:
        end += 1
    return end


@compiled(_nrt=False, inline="always")
def add_stretch(first, last, position, line, count, out, index):
    """Add the stretch from `first` to `last` to the intervals it covers; returns where to go on."""
    while position < count and line.edges[position + 1] <= first:
        position += 1
    while position < count and line.edges[position] < last:
        low = max(first, line.edges[position])
        high = min(last, line.edges[position + 1])
        cell = line.cells[position]
        if cell >= 0:
            out[cell, index] += (high - low) * line.weights[position]
        if line.edges[position + 1] > last:
            break
        position += 1
    return position


@compiled(_nrt=False)
def add_row(row, stop, left, origin, size, line, count, out):
    """Add the classes of one row of pixels to `out[cell, class]`."""
    start = 0
    position = 0
    while start < stop:
        end = run_end(row.rows, row.words, start, stop)
        index = row.lookup[row.rows[start]]
        if index >= 0:
            west = origin + (left + start) * size
            position = add_stretch(west, origin + (left + end) * size, position, line, count, out, index)
            if position >= count:
                return
        start = end


@compiled(_nrt=False)
def add_row_pair(first, second, stop, classes, left, origin, size, line, count, out):
    """Add the pairs of classes of two maps to `out[cell, from * classes + to]`, where both have data."""
    start = 0
    position = 0
    end_a = 0
    end_b = 0
    while start < stop:
        if end_a <= start:
            end_a = run_end(first.rows, first.words, start, stop)
        if end_b <= start:
            end_b = run_end(second.rows, second.words, start, stop)
        end = min(end_a, end_b)
        index_a = first.lookup[first.rows[start]]
        index_b = second.lookup[second.rows[start]]
        if 0 <= index_a < classes and 0 <= index_b < classes:
            west = origin + (left + start) * size
            pair = index_a * classes + index_b
            position = add_stretch(west, origin + (left + end) * size, position, line, count, out, pair)
            if position >= count:
                return
        start = end


@compiled(_nrt=False)
def add_row_values(row, left, origin, size, line, count, area, total):
    """Add area and area times value of the pixels that have one to `area[cell]` and `total[cell]`."""
    width = row.shape[0]
    edges = line.edges
    for position in range(count):
        cell = line.cells[position]
        if cell < 0:
            continue
        pixel = max(0, int((edges[position] - origin) / size) - left - 1)
        while pixel < width and origin + (left + pixel) * size < edges[position + 1]:
            low = max(edges[position], origin + (left + pixel) * size)
            high = min(edges[position + 1], origin + (left + pixel + 1) * size)
            value = row[pixel]
            if high > low and not np.isnan(value):
                part = (high - low) * line.weights[position]
                area[cell] += part
                total[cell] += part * value
            pixel += 1
