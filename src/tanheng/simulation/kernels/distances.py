"""Distance of each cell to the nearest cell of a class, exact up to a limit."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: Cells of a row that are worked on together: they are done as soon as no farther neighbour can be nearer.
_CHUNK = 256
#: Class of a cell outside the region; its distance is the largest there is.
_OUTSIDE = np.uint8(255)


@compiled()
def distances(land, top, wanted, roots, out):
    """Distance to the nearest cell of class `wanted`, as `roots` has it by the square of the distance.

    `land` has as many rows above and below the band as the largest distance, as far as the map has them; measured are the rows
    from `top` on, into `out` of shape (height, width). `roots` has one entry for each square up to that of the largest distance.
    Distances within columns are counted first; then each row takes, over its neighbours on both sides, the least sum of squares.
    """
    rows, width = land.shape
    height = out.shape[0]
    most = int(np.sqrt(np.float64(roots.size - 1)) + 0.5)
    far = np.uint8(most)
    up = np.empty((height, width), np.uint8)
    near = np.full(width, far, np.uint8)
    for y in range(top + height):
        line = land[y]
        for x in range(width):
            one = min(far, np.uint8(near[x] + np.uint8(1)))
            near[x] = np.uint8(0) if line[x] == wanted else one
        if y >= top:
            up[y - top] = near
    near[:] = far
    for y in range(rows - 1, top - 1, -1):
        line = land[y]
        for x in range(width):
            one = min(far, np.uint8(near[x] + np.uint8(1)))
            near[x] = np.uint8(0) if line[x] == wanted else one
        if y < top + height:
            held = up[y - top]
            for x in range(width):
                held[x] = min(held[x], near[x])
    cap = np.uint16(most * most)
    squares = np.full(width + 2 * most, cap, np.uint16)
    best = np.empty(_CHUNK, np.uint16)
    for row in range(height):
        held = up[row]
        inner = squares[most:]
        for x in range(width):
            inner[x] = np.uint16(held[x]) * np.uint16(held[x])
        for start in range(0, width, _CHUNK):
            size = min(_CHUNK, width - start)
            at = most + start
            best[:size] = squares[at : at + size]
            # No neighbour within reach is nearer than this one; outside the region nobody asks.
            least = cap
            if land[top + row, start : start + size].min() < _OUTSIDE:
                around = squares[start : at + size + most]
                for x in range(around.size):
                    least = min(least, around[x])
            for step in range(1, most):
                away = np.uint16(step * step)
                if step & 3 == 1:
                    largest = np.uint16(0)
                    for x in range(size):
                        largest = max(largest, best[x])
                    if largest <= least + away:
                        break
                right, left = squares[at + step :], squares[at - step :]
                for x in range(size):
                    beside = np.uint16(min(right[x], left[x]) + away)
                    best[x] = min(best[x], beside)
            into = out[row, start:]
            for x in range(size):
                into[x] = roots[min(best[x], cap)]
