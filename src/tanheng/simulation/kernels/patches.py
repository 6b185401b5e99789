"""Growth of patches: from seeds, cell by cell, to sizes that were drawn, until each number of cells is met exactly."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled
from tanheng.simulation.kernels.assignment import pop, push
from tanheng.simulation.kernels.comparison import longer


@compiled()
def grow_patches(land, done, key, score, seeds, left, sizes, clumping, target):
    """Turn cells into class `target` in patches, in place, and return how many patches there are.

    Parameters
    ----------
    land : array of uint8, shape (rows, columns)
        Classes.
    done : array of bool, shape (rows, columns)
        Cells that have changed, which they do once.
    key : array of int32, shape (rows, columns)
        Which number in `left` a cell counts towards (its zone and class); -1 where it can't become `target`.
    score : array of float32, shape (rows, columns)
    seeds : array of int64
        Numbers of the cells in which patches may start, in the order in which they are tried.
    left : array of int64
        Cells to be changed by key; all 0 at the end, if the seeds suffice.
    sizes : array of int64
        Sizes of the patches, in order; the last is used again where they do not suffice.
    clumping : float
        What a neighbour in the patch adds to a cell's score.
    """
    rows, columns = land.shape
    room = 1024
    keys, items = np.empty(room), np.empty(room, np.int64)
    patches = 0
    total = left.sum()
    for n in range(seeds.size):
        if total == 0:
            break
        seed = seeds[n]
        size = sizes[min(patches, sizes.size - 1)]
        heap = push(keys, items, 0, 0.0, seed)
        grown = 0
        while heap > 0 and grown < size and total > 0:
            cell = items[0]
            heap = pop(keys, items, heap)
            y, x = cell // columns, cell % columns
            if key[y, x] < 0 or done[y, x] or left[key[y, x]] == 0:
                continue
            land[y, x] = target
            done[y, x] = True
            left[key[y, x]] -= 1
            total -= 1
            grown += 1
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    v, u = y + dy, x + dx
                    if v < 0 or u < 0 or v >= rows or u >= columns or done[v, u]:
                        continue
                    if key[v, u] < 0 or left[key[v, u]] == 0:
                        continue
                    beside = 0
                    for ey in range(-1, 2):
                        for ex in range(-1, 2):
                            t, s = v + ey, u + ex
                            if t >= 0 and s >= 0 and t < rows and s < columns and land[t, s] == target:
                                beside += 1
                    if heap == room:
                        keys, items, room = longer(keys), longer(items), 2 * room
                    heap = push(keys, items, heap, np.float64(score[v, u]) + clumping * beside, v * columns + u)
        if grown > 0:
            patches += 1
    return patches
