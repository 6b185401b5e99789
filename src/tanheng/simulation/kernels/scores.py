"""Scores of cells: a sum of effects by table, and Gumbel noise that a cell, a step and a seed decide alone."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@compiled(inline="always")
def mixed(word):
    """A 64-bit word well mixed (splitmix64, Steele, Lea and Flood 2014)."""
    word = (word ^ (word >> np.uint64(30))) * _FIRST
    word = (word ^ (word >> np.uint64(27))) * _SECOND
    return word ^ (word >> np.uint64(31))


@compiled(inline="always")
def uniform(key, cell):
    """Number above 0 and below 1 that a key and a cell decide."""
    word = mixed(mixed(np.uint64(cell) * _GOLDEN + key) + key)
    return (np.float64(word >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@compiled()
def cells_of(land, fixed, origin, first_cell):
    """Numbers of the cells of a class that may change; `fixed` is empty where all may."""
    flat, held = land.reshape(-1), fixed.reshape(-1)
    found = np.empty(flat.size, np.int64)
    count = 0
    for cell in range(flat.size):
        if flat[cell] == origin and (held.size == 0 or held[cell] == 0):
            found[count] = first_cell + cell
            count += 1
    return found[:count].copy()


@compiled()
def additive_scores(codes, cells, first_cell, intercepts, effects, out):
    """Intercept plus the effect of each feature's code; `codes` (features, cells of the band), `effects` (features, codes, targets)."""
    features, targets = codes.shape[0], intercepts.size
    for n in range(cells.size):
        at = cells[n] - first_cell
        for j in range(targets):
            out[n, j] = intercepts[j]
        for f in range(features):
            row = effects[f, codes[f, at]]
            for j in range(targets):
                out[n, j] += row[j]


@compiled()
def add_noise(scores, cells, keys):
    """Add independent Gumbel noise, -ln(-ln u), to the scores of each target."""
    for n in range(cells.size):
        for j in range(keys.size):
            scores[n, j] += np.float32(-np.log(-np.log(uniform(keys[j], cells[n]))))


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
