"""The arrangement of exact numbers of cells to targets with the largest sum of scores."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

#: A way that can't be gone.
_NEVER = -np.inf


@compiled()
def push(keys, items, size, key, item):
    """Put an item on a heap, the largest key first, of equal keys the smallest item; the new size."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] > key or (keys[above] == key and items[above] < item):
            break
        keys[at] = keys[above]
        items[at] = items[above]
        at = above
    keys[at] = key
    items[at] = item
    return size + 1


@compiled()
def pop(keys, items, size):
    """Take the first item off a heap; the new size."""
    size -= 1
    key, item = keys[size], items[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        other = below + 1
        if other < size and (keys[other] > keys[below] or (keys[other] == keys[below] and items[other] < items[below])):
            below = other
        if key > keys[below] or (key == keys[below] and item < items[below]):
            break
        keys[at] = keys[below]
        items[at] = items[below]
        at = below
    keys[at] = key
    items[at] = item
    return size


@compiled()
def assign(scores, quota, orders):
    """Target of each cell, -1 where it stays: `quota[j]` cells go to target j, and the sum of their scores is the largest possible.

    Cells are added one by one along the path that gains most: a cell that stays goes to a target, one of that target to
    another, and so on to a target that still wants cells. `orders[j]` has the cells by falling score for target j; ties go
    to the first. Cells with a score of minus infinity can't go. The numbers reached are the quotas, or as near as cells allow.
    """
    cells, targets = scores.shape
    place = np.full(cells, -1, np.int64)
    left = quota.copy()
    pointer = np.zeros(targets, np.int64)
    # A heap for each ordered pair of targets, as large as all moves into the first of them can make it.
    room = 16
    keys = np.empty((targets, targets, room))
    items = np.empty((targets, targets, room), np.int64)
    sizes = np.zeros((targets, targets), np.int64)
    best = np.empty(targets)
    before = np.empty(targets, np.int64)
    while True:
        for b in range(targets):
            order = orders[b]
            at = pointer[b]
            while at < cells and place[order[at]] >= 0:
                at += 1
            pointer[b] = at
            best[b] = scores[order[at], b] if at < cells else _NEVER
            before[b] = -1
            for a in range(targets):
                if a != b:
                    while sizes[a, b] > 0 and place[items[a, b, 0]] != a:
                        sizes[a, b] = pop(keys[a, b], items[a, b], sizes[a, b])
        for _ in range(targets):
            changed = False
            for a in range(targets):
                if best[a] == _NEVER:
                    continue
                for b in range(targets):
                    if a != b and sizes[a, b] > 0 and best[a] + keys[a, b, 0] > best[b] + 1e-12:
                        best[b] = best[a] + keys[a, b, 0]
                        before[b] = a
                        changed = True
            if not changed:
                break
        end = -1
        for b in range(targets):
            if left[b] > 0 and best[b] > _NEVER and (end < 0 or best[b] > best[end]):
                end = b
        if end < 0:
            return place
        left[end] -= 1
        b = end
        while b >= 0:
            a = before[b]
            cell = orders[b, pointer[b]] if a < 0 else items[a, b, 0]
            place[cell] = b
            for c in range(targets):
                if c != b and scores[cell, c] > _NEVER:
                    if sizes[b, c] == room:
                        grown_keys = np.empty((targets, targets, 2 * room))
                        grown_items = np.empty((targets, targets, 2 * room), np.int64)
                        grown_keys[:, :, :room] = keys
                        grown_items[:, :, :room] = items
                        keys, items, room = grown_keys, grown_items, 2 * room
                    sizes[b, c] = push(keys[b, c], items[b, c], sizes[b, c], scores[cell, c] - scores[cell, b], cell)
            b = a
