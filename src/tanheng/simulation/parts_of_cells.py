"""Shares of cells as maps: each cell is divided into equal parts, of which each class has as many as its share.

Where in its cell land lies is not known, so parts lie at random; from date to date as few of them change as the shares say. Land of the whole
region has its area to within a part or two, since what rounding takes from one cell the next ones give back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.kernels.parts import first_parts, next_parts
from tanheng.simulation.landscape import OUTSIDE, Land

Shares = NDArray[np.float64]
#: Parts of a cell by class and date, shape (classes, rows, columns).
Counts = NDArray[np.int32]


def part_counts(shares: Sequence[Shares], side: int) -> list[Counts]:
    """Parts of each class in each cell, by date.

    Land that one of the dates has no data of is left out of all.

    Parameters
    ----------
    shares : sequence of array, shape (classes, rows, columns), 1
        Part of each cell that each class is, by date.
    side : int
        Parts along the side of a cell.

    Examples
    --------
    Two cells, half crops; in the second a quarter of the cell becomes forest. A cell of four parts.

    >>> first = np.array([[[0.5, 0.5]], [[0.5, 0.5]]])
    >>> later = np.array([[[0.5, 0.25]], [[0.5, 0.75]]])
    >>> [counts.tolist() for counts in part_counts([first, later], 2)]
    [[[[2, 2]], [[2, 2]]], [[[2, 1]], [[2, 3]]]]
    """
    covered = [one.sum(axis=0) for one in shares]
    whole = np.rint(np.min(covered, axis=0) * side**2).astype(np.int32)
    classes, *shape = shares[0].shape
    wanted = [
        _by_cell(np.divide(one, known, out=np.zeros_like(one), where=known > 0) * whole)
        for one, known in zip(shares, covered, strict=True)
    ]
    numbers = whole.ravel()
    series_of_parts = [first_parts(wanted[0], numbers)]
    for before, after in pairwise(wanted):
        series_of_parts.append(next_parts(series_of_parts[-1], after - before, numbers))
    return [np.ascontiguousarray(counts.T).reshape(classes, *shape) for counts in series_of_parts]


def _by_cell(values: Shares) -> Shares:
    """Values as rows of cells, shape (cells, classes)."""
    return np.ascontiguousarray(values.reshape(values.shape[0], -1).T)


def laid_out(counts: Sequence[Counts], side: int, seed: int = 1) -> Iterator[list[Land]]:
    """Maps of the parts, a row of cells at a time: for each date an array of shape (side, columns * side); `OUTSIDE` without data.

    Examples
    --------
    >>> counts = part_counts([np.array([[[0.5, 0.5]], [[0.5, 0.5]]]), np.array([[[0.5, 0.25]], [[0.5, 0.75]]])], 2)
    >>> (first, later), = laid_out(counts, 2)
    >>> first.shape, int((first == 0).sum()), int((later == 0).sum()), int((first != later).sum())
    ((2, 4), 4, 3, 1)
    """
    classes, _, columns = counts[0].shape
    for row in range(counts[0].shape[1]):
        places = np.argsort(np.random.default_rng([seed, row]).random((columns, side**2)), axis=1)
        slots = _classes_of(np.arange(side**2)[None, :], counts[0][:, row])
        maps = [_placed(slots, classes, places, side)]
        for before, after in pairwise(counts):
            slots = _changed(slots, after[:, row] - before[:, row])
            maps.append(_placed(slots, classes, places, side))
        yield maps


def _classes_of(ranks: NDArray[np.int64], counts: NDArray[np.int32]) -> NDArray[np.int16]:
    """Class that each rank falls into where each class has so many, shape (columns, ranks); the number of classes behind the last."""
    ends = np.cumsum(counts, axis=0)
    return np.asarray(sum((ranks >= end[:, None]) for end in ends.astype(np.int64)), np.int16)


def _changed(slots: NDArray[np.int16], change: NDArray[np.int32]) -> NDArray[np.int16]:
    """Slots after as many of each class as it loses have gone to the classes that gain."""
    free = np.zeros(slots.shape, bool)
    for k, lost in enumerate(np.maximum(-change, 0)):
        own = slots == k
        free |= own & (np.cumsum(own, axis=1) <= lost[:, None])
    gained = _classes_of(np.cumsum(free, axis=1) - 1, np.maximum(change, 0))
    return np.where(free, gained, slots)


def _placed(slots: NDArray[np.int16], classes: int, places: NDArray[np.int64], side: int) -> Land:
    """Parts of a row of cells where they lie, shape (side, columns * side)."""
    parts = np.empty(slots.shape, np.uint8)
    np.put_along_axis(parts, places, np.where(slots < classes, slots, OUTSIDE).astype(np.uint8), axis=1)
    columns = slots.shape[0]
    return np.ascontiguousarray(parts.reshape(columns, side, side).transpose(1, 0, 2).reshape(side, columns * side))
