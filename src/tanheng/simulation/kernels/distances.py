"""Distance of each cell to the nearest cell of a class, exact up to a limit (Meijster, Roerdink and Hesselink 2000)."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def distances(land, top, height, wanted, most, unit, out):
    """Distance to the nearest cell of class `wanted` in units of 1/`unit` cells, at most `most` cells.

    `land` has at least `most` rows above and below the band, as far as the map has them; rows `top` to `top + height` go into
    `out` of shape (height, width).
    """
    rows, width = land.shape
    far = most + 1
    up = np.full((height, width), far, np.int32)
    near = np.full(width, far, np.int32)
    for y in range(top + height):
        for x in range(width):
            near[x] = 0 if land[y, x] == wanted else min(far, near[x] + 1)
            if y >= top:
                up[y - top, x] = near[x]
    near[:] = far
    for y in range(rows - 1, top - 1, -1):
        for x in range(width):
            near[x] = 0 if land[y, x] == wanted else min(far, near[x] + 1)
            if y < top + height and near[x] < up[y - top, x]:
                up[y - top, x] = near[x]
    square = np.empty(width, np.int64)
    lowest = np.empty(width, np.int64)
    start = np.empty(width + 1, np.int64)
    cap = np.float64(most * unit)
    for row in range(height):
        for x in range(width):
            square[x] = np.int64(up[row, x]) * np.int64(up[row, x])
        last = 0
        lowest[0] = 0
        start[0] = 0
        for x in range(1, width):
            while last >= 0:
                s, at = lowest[last], start[last]
                if (at - s) ** 2 + square[s] > (at - x) ** 2 + square[x]:
                    last -= 1
                else:
                    break
            if last < 0:
                last = 0
                lowest[0] = x
                start[0] = 0
            else:
                s = lowest[last]
                over = x * x - s * s + square[x] - square[s]
                begin = 1 + over // (2 * (x - s))
                if begin < width:
                    last += 1
                    lowest[last] = x
                    start[last] = begin
        for x in range(width - 1, -1, -1):
            s = lowest[last]
            away = np.sqrt(np.float64((x - s) ** 2 + square[s])) * unit
            out[row, x] = np.uint16(min(cap, away) + 0.5)
            if x == start[last]:
                last -= 1
