"""Counts of land at two or three dates, in one pass that holds no more than a table of classes."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def count_changes(before, after, zones, counts):
    """Add cells by zone and by their class before and after to `counts`, of shape (zones, classes, classes); `zones` is empty where there is one."""
    one, other, place = before.reshape(-1), after.reshape(-1), zones.reshape(-1)
    number, classes, _ = counts.shape
    zone = 0
    for cell in range(one.size):
        if one[cell] >= classes or other[cell] >= classes:
            continue
        if place.size:
            zone = place[cell]
            if zone >= number:
                continue
        counts[zone, one[cell], other[cell]] += 1


@compiled()
def count_agreement(before, observed, simulated, merit):
    """Add hits, misses, false alarms and wrong hits by the class before and after to `merit`, of shape (4, classes, classes).

    A cell that changed in both maps, but to two classes, is a wrong hit of both transitions.
    """
    one, two, three = before.reshape(-1), observed.reshape(-1), simulated.reshape(-1)
    classes = merit.shape[1]
    for cell in range(one.size):
        i, j, k = one[cell], two[cell], three[cell]
        if (i == j and i == k) or i >= classes or j >= classes or k >= classes:
            continue
        if j == k:
            merit[0, i, j] += 1
        elif k == i:
            merit[1, i, j] += 1
        elif j == i:
            merit[2, i, k] += 1
        else:
            merit[3, i, j] += 1
            merit[3, i, k] += 1


@compiled()
def merit_in_blocks(before, observed, simulated, classes, side, merit):
    """Add hits, misses, false alarms and wrong hits by class before, in square blocks, to `merit` of shape (classes, 4).

    In a block, and for each class before and after, the smaller of observed and simulated change is a hit. Of what is left of a class before,
    the smaller of both is change to the wrong class.
    """
    rows, columns = before.shape
    seen, made = np.zeros((classes, classes), np.int64), np.zeros((classes, classes), np.int64)
    touched, origins = np.zeros(classes, np.uint8), np.empty(classes, np.int64)
    for top in range(0, rows, side):
        for left in range(0, columns, side):
            count = 0
            for y in range(top, min(rows, top + side)):
                for x in range(left, min(columns, left + side)):
                    i, j, k = before[y, x], observed[y, x], simulated[y, x]
                    if (i == j and i == k) or i >= classes or j >= classes or k >= classes:
                        continue
                    if not touched[i]:
                        touched[i] = 1
                        origins[count] = i
                        count += 1
                    if j != i:
                        seen[i, j] += 1
                    if k != i:
                        made[i, k] += 1
            for n in range(count):
                i = origins[n]
                touched[i] = 0
                both = missed = alarms = 0
                for j in range(classes):
                    here = min(seen[i, j], made[i, j])
                    both += here
                    missed += seen[i, j] - here
                    alarms += made[i, j] - here
                    seen[i, j] = 0
                    made[i, j] = 0
                wrong = min(missed, alarms)
                merit[i, 0] += both
                merit[i, 1] += missed - wrong
                merit[i, 2] += alarms - wrong
                merit[i, 3] += wrong


@compiled()
def patches_of_change(before, after, classes, edges):
    """Class and cells of each patch of cells that became one class, which touch by sides or corners; outer sides by class are added to `edges`.

    Two rows of labels are held, and the patches: each label points to one that it was joined with, or to itself.
    """
    rows, columns = before.shape
    above, here = np.full(columns + 2, -1, np.int64), np.full(columns + 2, -1, np.int64)
    room, count = 1024, 0
    parent, kind, cells = np.empty(room, np.int64), np.empty(room, np.uint8), np.empty(room, np.int64)
    for y in range(rows):
        above, here = here, above
        here[:] = -1
        for x in range(columns):
            target = after[y, x]
            if target >= classes or before[y, x] >= classes or before[y, x] == target:
                continue
            label = np.int64(-1)
            for beside in (here[x], above[x], above[x + 1], above[x + 2]):
                if beside < 0 or kind[beside] != target:
                    continue
                root = beside
                while parent[root] != root:
                    parent[root] = parent[parent[root]]
                    root = parent[root]
                if label < 0:
                    label = root
                elif root != label:
                    low, high = min(root, label), max(root, label)
                    parent[high] = low
                    cells[low] += cells[high]
                    label = low
            if label < 0:
                if count == room:
                    parent, kind, cells = longer(parent), longer(kind), longer(cells)
                    room *= 2
                parent[count], kind[count], cells[count] = count, target, 0
                label = np.int64(count)
                count += 1
            cells[label] += 1
            here[x + 1] = label
            for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                inside = 0 <= v < rows and 0 <= u < columns
                if not inside or after[v, u] != target or before[v, u] == target or before[v, u] >= classes:
                    edges[target] += 1
    roots = np.flatnonzero(parent[:count] == np.arange(count))
    return kind[roots], cells[roots]


@compiled()
def longer(values):
    """The same values with as much room again."""
    doubled = np.empty(2 * values.size, values.dtype)
    doubled[: values.size] = values
    return doubled
