"""Scores of cells: a sum of effects by table, and Gumbel noise that a cell, a step and a seed decide alone."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


#: Cells whose scores are worked on together.
_BLOCK = 2048


@compiled(inline="always")
def mixed(word):
    """A 64-bit word well mixed (splitmix64, Steele, Lea and Flood 2014)."""
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))


@compiled(inline="always")
def uniform(key, cell):
    """Number above 0 and below 1 that a key and a cell decide."""
    word = mixed(np.uint64(cell) * _GOLDEN + key)
    return (np.float64(word >> np.uint64(12)) + 0.5) * (1.0 / 4503599627370496.0)


@compiled(inline="always")
def _range_of(key, cell):
    """Which of 1,024 equal ranges the uniform number of a key and a cell lies in: its first ten bits."""
    return np.int64(mixed(np.uint64(cell) * _GOLDEN + key) >> np.uint64(54))


@compiled()
def cells_of(land, fixed, origin):
    """Numbers, in the rows of `land`, of the cells of a class that may change; `fixed` is empty where all may."""
    flat, held = land.reshape(-1), fixed.reshape(-1)
    cells = np.empty(flat.size, np.int32)
    count = 0
    if held.size == 0:
        for cell in range(flat.size):
            cells[count] = cell
            count += flat[cell] == origin
    else:
        for cell in range(flat.size):
            cells[count] = cell
            count += (flat[cell] == origin) & (held[cell] == 0)
    return cells[:count].copy()


@compiled()
def additive_scores(codes, used, cells, intercepts, effects, out):
    """Intercept plus the effect of the code of each feature that is used, into `out` of shape (targets, cells).

    `codes` has the shape (features, cells of the band), `effects` (features that are used, targets, codes).
    """
    for start in range(0, cells.size, _BLOCK):
        here = cells[start : min(cells.size, start + _BLOCK)]
        for j in range(intercepts.size):
            score = out[j, start:]
            for n in range(here.size):
                score[n] = intercepts[j]
            # Four features at a time, added one after the other as the sum says: their tables and the scores of the block stay near.
            whole = used.size - used.size % 4
            for f in range(0, whole, 4):
                _add_four(score, here, codes, used[f : f + 4], effects[f : f + 4, j])
            for f in range(whole, used.size):
                line, table = codes[used[f]], effects[f, j]
                for n in range(here.size):
                    score[n] += table[line[here[n]]]


@compiled(inline="always")
def _add_four(score, here, codes, used, tables):
    """Add the effects of four features to the scores of some cells."""
    one, two, three, four = codes[used[0]], codes[used[1]], codes[used[2]], codes[used[3]]
    of_one, of_two, of_three, of_four = tables[0], tables[1], tables[2], tables[3]
    for n in range(here.size):
        cell = here[n]
        sum_of_two = score[n] + of_one[one[cell]] + of_two[two[cell]]
        score[n] = sum_of_two + of_three[three[cell]] + of_four[four[cell]]


#: Least and highest noise of each of 1,024 ranges of the uniform number that it is made of.
_ENDS = np.clip(np.arange(1025) / 1024, 2.0**-53, 1.0 - 2.0**-53)
NOISE_ENDS = (-np.log(-np.log(np.stack([_ENDS[:-1], _ENDS[1:]])))).astype(np.float32)


@compiled()
def noisy_candidates(scores, cells, place, keys, group, lowest, ends):
    """Which of the cells have scores with Gumbel noise that reach the lowest of some target; their numbers in the landscape, and these scores.

    Each target has Gumbel noise of its own, and so has staying, which is taken off all of them. A cell that would not reach the lowest with the
    noise at the ends of its ranges is left out before a logarithm is taken.

    Parameters
    ----------
    scores : array, shape (targets, cells)
    cells : array of int
        Numbers in rows of `place[0]` cells; the first of these is cell `place[1]` of the landscape, whose rows have `place[2]` cells.
    keys : array of uint64, shape (targets + 1,)
        The last is that of staying.
    group : array of int, shape (cells,) or (0,)
        Row of `lowest` that holds for each cell, below 0 where none does; empty where the first holds for all.
    """
    across, first, width = place
    targets = keys.size - 1
    found, numbers = np.empty(cells.size, np.int32), np.empty(cells.size, np.int64)
    count = 0
    row, end = np.int64(0), np.int64(across)
    limits = lowest[0]
    for n in range(cells.size):
        cell = np.int64(cells[n])
        while cell >= end:
            row += 1
            end += across
        if group.size:
            if group[n] < 0:
                continue
            limits = lowest[group[n]]
        number = first + row * width + cell - row * across
        least = ends[0, _range_of(keys[targets], number)]
        for j in range(targets):
            if scores[j, n] + ends[1, _range_of(keys[j], number)] - least >= limits[j]:
                found[count], numbers[count] = n, number
                count += 1
                break
    kept = 0
    noisy = np.empty((count, targets), np.float32)
    for at in range(count):
        n, number = found[at], numbers[at]
        limits = lowest[group[n]] if group.size else lowest[0]
        reached = False
        staying = -np.log(-np.log(uniform(keys[targets], number)))
        for j in range(targets):
            noisy[kept, j] = scores[j, n] + np.float32(-np.log(-np.log(uniform(keys[j], number))) - staying)
            reached |= noisy[kept, j] >= limits[j]
        if reached:
            found[kept], numbers[kept] = n, number
            kept += 1
    return found[:kept].copy(), numbers[:kept].copy(), noisy[:kept].copy()


@compiled()
def add_noise(scores, cells, keys):
    """Add Gumbel noise, -ln(-ln u), to the scores of each target, less that of staying, whose key is the last."""
    for n in range(cells.size):
        staying = -np.log(-np.log(uniform(keys[-1], cells[n])))
        for j in range(keys.size - 1):
            scores[n, j] += np.float32(-np.log(-np.log(uniform(keys[j], cells[n]))) - staying)


@compiled()
def softmax_gradient(codes, target, weight, intercepts, effects, probabilities, slope, gradient):
    """Weighted log-loss of a multinomial model, with its slope by intercept and by code of each feature.

    `target` is 0 where a cell stays and j + 1 where it goes to target j. `effects` and `gradient` have shape
    (features, codes, targets), `codes` (cells, features).
    """
    cells, features = codes.shape
    targets = intercepts.size
    slope[:] = 0.0
    gradient[:] = 0.0
    loss = 0.0
    score = np.empty(targets)
    for n in range(cells):
        top = 0.0
        for j in range(targets):
            value = intercepts[j]
            for f in range(features):
                value += effects[f, codes[n, f], j]
            score[j] = value
            top = max(top, value)
        total = np.exp(-top)
        for j in range(targets):
            total += np.exp(score[j] - top)
        loss += weight[n] * (np.log(total) + top)
        for j in range(targets):
            part = np.exp(score[j] - top) / total
            probabilities[n, j] = part
            if target[n] == j + 1:
                loss -= weight[n] * score[j]
                part -= 1.0
            part *= weight[n]
            slope[j] += part
            for f in range(features):
                gradient[f, codes[n, f], j] += part
    return loss
