"""Land that went from class to class between two maps: summed where it is counted, so that no cell keeps a matrix of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float64]

#: Difference of the covered part of a cell up to which two maps cover the same land.
_SAME_COVER = 1e-9


@dataclass(frozen=True)
class Moved:
    """Land that went from class to class, on the land that both maps cover.

    Attributes
    ----------
    total : numpy.ndarray, shape (from class, to class), 1
        Cells' worth of land.
    cells : numpy.ndarray of int, shape (n,)
        Numbers, in reading order, of the cells of which the two maps don't cover the same land.
    first, last : numpy.ndarray, shape (n, classes), 1
        Part of each of these cells that is each class, in the first and the last year, on the land that both maps cover.
    """

    total: Shares
    cells: NDArray[np.int64]
    first: Shares
    last: Shares

    def as_data(self) -> dict[str, list[Any]]:
        """Land as JSON holds it."""
        return {item.name: getattr(self, item.name).tolist() for item in fields(self)}

    @staticmethod
    def of_data(data: Mapping[str, list[Any]]) -> Moved:
        """Land from what JSON holds."""
        total = np.array(data["total"], np.float64)
        first, last = (np.array(data[name], np.float64).reshape(-1, len(total)) for name in ("first", "last"))
        return Moved(total, np.array(data["cells"], np.int64), first, last)


def moved_land(moved: Shares, first: Shares, last: Shares) -> Moved:
    """Sum of the transitions of cells, and what is to be known of cells of which the maps cover different land.

    Parameters
    ----------
    moved : numpy.ndarray, shape (from class, to class, rows, columns), 1
        Part of each cell that went from a class to another.
    first, last : numpy.ndarray, shape (classes, rows, columns), 1
        Shares of both years.

    Examples
    --------
    One cell goes from the first class to the second; of the other, half has no data in the last year.

    >>> moved = np.array([[[[0.0, 0.5]], [[1.0, 0.0]]], [[[0.0, 0.0]], [[0.0, 0.0]]]])
    >>> land = moved_land(moved, np.array([[[1.0, 1.0]], [[0.0, 0.0]]]), np.array([[[0.0, 0.5]], [[1.0, 0.0]]]))
    >>> land.total.tolist(), land.cells.tolist(), land.first.tolist()
    ([[0.5, 1.0], [0.0, 0.0]], [1], [[0.5, 0.0]])
    """
    classes = len(moved)
    total = moved.reshape(classes, classes, -1).sum(axis=2)
    common = np.zeros(moved.shape[2:])
    for one in moved.reshape(-1, *common.shape):
        common += one
    other = np.zeros(common.shape, bool)
    for share in (first, last):
        other |= np.abs(share.sum(axis=0) - common) > _SAME_COVER
    odd = moved[:, :, other]
    return Moved(total, np.flatnonzero(other), odd.sum(axis=1).T, odd.sum(axis=0).T)


def joined(parts: Sequence[tuple[Moved, int, int, int]], columns: int) -> Moved:
    """Land of rectangles of cells together.

    Parameters
    ----------
    parts : sequence of (Moved, int, int, int)
        Each with the row and the column that its rectangle begins at, and the columns that it has.
    columns : int
        Of the grid.
    """
    cells = [(part.cells // width + row) * columns + part.cells % width + column for part, row, column, width in parts]
    moved = [part for part, _, _, _ in parts]
    return Moved(
        np.sum([part.total for part in moved], axis=0),
        np.concatenate(cells),
        np.concatenate([part.first for part in moved]),
        np.concatenate([part.last for part in moved]),
    )
