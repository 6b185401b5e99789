"""Sums over the neighbours of the cells of a masked grid."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def neighbour_sums(number, values, rook):
    """Sum of the values of the known neighbours of each known cell.

    `number` has the shape (rows + 2, columns + 2): the number of each known cell in reading order, -1 elsewhere and around.
    """
    sums = np.zeros(len(values))
    rows, columns = number.shape
    cell = 0
    for row in range(1, rows - 1):
        for column in range(1, columns - 1):
            if number[row, column] < 0:
                continue
            total = 0.0
            for down in range(-1, 2):
                for right in range(-1, 2):
                    if (down == 0 and right == 0) or (rook and down != 0 and right != 0):
                        continue
                    other = number[row + down, column + right]
                    if other >= 0:
                        total += values[other]
            sums[cell] = total
            cell += 1
    return sums
