"""Shares of the classes in square windows around each cell, by running sums: the time does not depend on the window."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: Share 1 as a code.
WHOLE = 1000


@compiled()
def window_shares(land, top, height, classes, reach, out):
    """Shares of the classes within `reach` cells up, down, left and right, in thousandths of the cells that have a class.

    `land` has the rows of a band and those above and below that the windows need; rows `top` to `top + height` are
    counted, into `out` of shape (classes, height, width). Classes from `classes` on are outside.
    """
    rows, width = land.shape
    side = 2 * reach + 1
    columns = np.zeros((classes, width), np.int32)
    for y in range(max(0, top - reach), min(rows, top + reach)):
        for x in range(width):
            k = land[y, x]
            if k < classes:
                columns[k, x] += 1
    counts = np.empty((classes, width), np.int32)
    inverse = np.empty(width, np.float32)
    full = np.float32(WHOLE / (side * side))
    for row in range(height):
        entering, leaving = top + row + reach, top + row - reach - 1
        if entering < rows:
            for x in range(width):
                k = land[entering, x]
                if k < classes:
                    columns[k, x] += 1
        if row > 0 and leaving >= 0:
            for x in range(width):
                k = land[leaving, x]
                if k < classes:
                    columns[k, x] -= 1
        for k in range(classes):
            line, many = columns[k], counts[k]
            total = np.int32(0)
            for x in range(min(reach, width)):
                total += line[x]
            inner = max(0, width - reach)
            for x in range(min(reach + 1, inner)):
                total += line[x + reach]
                many[x] = total
            for x in range(reach + 1, inner):
                total += line[x + reach] - line[x - reach - 1]
                many[x] = total
            for x in range(inner, width):
                if x > reach:
                    total -= line[x - reach - 1]
                many[x] = total
        for x in range(width):
            known = np.int32(0)
            for k in range(classes):
                known += counts[k, x]
            inverse[x] = full if known == side * side else np.float32(WHOLE) / np.float32(known if known > 0 else 1)
        for k in range(classes):
            for x in range(width):
                out[k, row, x] = np.uint16(np.float32(counts[k, x]) * inverse[x] + np.float32(0.5))
