"""Shares of cells in whole parts, so that what rounding takes from one cell the next ones give back."""

from __future__ import annotations

import numpy as np

from tanheng.compiled import compiled


@compiled()
def _rounded(wanted, whole, out):
    """Whole numbers nearest to what is wanted that sum to `whole` and are not negative: largest remainders first."""
    left = whole
    for k in range(wanted.shape[0]):
        out[k] = max(0, int(np.floor(wanted[k])))
        left -= out[k]
    while left != 0:
        best, worth = -1, -np.inf
        for k in range(wanted.shape[0]):
            gap = wanted[k] - out[k]
            if left < 0:
                gap = -gap if out[k] > 0 else -np.inf
            if gap > worth:
                best, worth = k, gap
        step = 1 if left > 0 else -1
        out[best] += step
        left -= step


@compiled()
def first_parts(wanted, whole):
    """Parts of each class in each cell, shape (cells, classes), of numbers that are wanted and of the whole number of each cell."""
    cells, classes = wanted.shape
    out = np.zeros((cells, classes), np.int32)
    carried = np.zeros(classes)
    for i in range(cells):
        if whole[i] == 0:
            continue
        here = wanted[i] + carried
        _rounded(here, whole[i], out[i])
        carried = here - out[i]
    return out


@compiled()
def next_parts(before, change, whole):
    """Parts of the next date: those before with the change of each cell, a cell without change as it was; shape (cells, classes)."""
    cells, classes = before.shape
    out = before.copy()
    carried = np.zeros(classes)
    for i in range(cells):
        if whole[i] == 0 or np.abs(change[i]).max() < 1e-9:
            continue
        here = before[i] + change[i] + carried
        _rounded(here, whole[i], out[i])
        carried = here - out[i]
    return out
