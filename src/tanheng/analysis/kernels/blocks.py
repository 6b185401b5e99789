"""Means and commonest kinds of square blocks of cells."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def means_of_blocks(values, inside, size):
    """Mean and number of the known cells of each block that lie inside, both of shape (block rows, block columns); NaN where there is none.

    Blocks on the last row and column may be cut. What is the same in all cells of a block is its mean to the last bit, so that
    blocks that are alike stay so.
    """
    rows, columns = values.shape
    down, across = (rows + size - 1) // size, (columns + size - 1) // size
    first, sums = np.full((down, across), np.nan), np.zeros((down, across))
    counts = np.zeros((down, across), np.int64)
    for row in range(rows):
        block = row // size
        for column in range(columns):
            value = float(values[row, column])
            if inside[row, column] and np.isfinite(value):
                at = column // size
                if counts[block, at] == 0:
                    first[block, at] = value
                sums[block, at] += value - first[block, at]
                counts[block, at] += 1
    for row in range(down):
        for column in range(across):
            if counts[row, column] > 0:
                first[row, column] += sums[row, column] / counts[row, column]
    return first, counts


@compiled()
def block_kinds(values, inside, size, kinds):
    """Commonest of the kinds 0, 1 ... of each block, the first of those that are as common; -1 where none is inside."""
    rows, columns = values.shape
    down, across = (rows + size - 1) // size, (columns + size - 1) // size
    counts = np.zeros((down, across, kinds), np.int64)
    for row in range(rows):
        for column in range(columns):
            value = values[row, column]
            if inside[row, column] and 0 <= value < kinds:
                counts[row // size, column // size, int(value)] += 1
    commonest = np.full((down, across), -1, np.int64)
    for row in range(down):
        for column in range(across):
            most = 0
            for kind in range(kinds):
                if counts[row, column, kind] > most:
                    most = counts[row, column, kind]
                    commonest[row, column] = kind
    return commonest
