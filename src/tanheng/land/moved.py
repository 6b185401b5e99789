"""Land that went from class to class between two maps: summed where it is counted, so that no cell keeps a matrix of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.land.cells import CellStore

Shares = NDArray[np.float64]

#: Names of the layers of the conversions of cells, by pair of years.
CONVERSION, CHANGED = "largest_conversion", "changed_share"

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


def largest_conversion(moved: Shares) -> tuple[Shares, Shares]:
    """Largest conversion of each cell, and the part of its land that changed class.

    Parameters
    ----------
    moved : numpy.ndarray, shape (from class, to class, rows, columns), 1
        Part of each cell that went from a class to another.

    Returns
    -------
    conversion : numpy.ndarray, shape (rows, columns)
        1 + number of the first class × number of classes + number of the last class; 0 where no land changed. Of equal conversions,
        the first.
    changed : numpy.ndarray, shape (rows, columns), 1
        Of the land that both maps cover; NaN where there is none.

    Examples
    --------
    Of two cells, the first keeps its class; in the second, three tenths go from the second class to the first, one tenth the other way.

    >>> moved = np.array([[[[1.0, 0.2]], [[0.0, 0.1]]], [[[0.0, 0.3]], [[0.0, 0.4]]]])
    >>> conversion, changed = largest_conversion(moved)
    >>> conversion.tolist(), changed.round(12).tolist()
    ([[0.0, 3.0]], [[0.0, 0.4]])
    """
    classes = len(moved)
    conversion, most = np.zeros(moved.shape[2:]), np.zeros(moved.shape[2:])
    changed, common = np.zeros(moved.shape[2:]), np.zeros(moved.shape[2:])
    for first in range(classes):
        for last in range(classes):
            part = moved[first, last]
            common += part
            if first == last:
                continue
            changed += part
            conversion[part > most] = 1 + first * classes + last
            np.maximum(most, part, out=most)
    share = np.divide(changed, common, out=np.full(common.shape, np.nan), where=common > 0)
    return conversion, np.minimum(share, 1.0)


def keep_conversions(cells: CellStore, moved: Shares, pair: tuple[int, int], row: int = 0, column: int = 0) -> None:
    """Keep the largest conversion of each cell of a rectangle, and the part of its land that changed, between two years."""
    for layer, name in zip(largest_conversion(moved), (CONVERSION, CHANGED), strict=True):
        cells.put_part(layer, row, column, name, *pair)


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
