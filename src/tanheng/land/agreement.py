"""How well two maps of one lattice agree, as they lie and moved by some pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tanheng.grid import Grid, transformer
from tanheng.land.engine import LandMap
from tanheng.land.lattice.common import CommonPixels, common_pixels
from tanheng.land.lattice.pixels import PixelGrid

#: Pixels by which a map is moved, each way.
REACH = 3

#: Windows of a pair of maps that are compared, along each axis, and their side in pixels.
_WINDOWS, _SIDE = 4, 256

#: Rows and columns of a window: its first row and column, height and width.
_Window = tuple[int, int, int, int]


def agreement_by_shift(first: LandMap, last: LandMap, grid: Grid | None) -> tuple[int, NDArray[np.float64]]:
    """Pixels compared, and share of them that agrees by the rows and columns by which the last map is moved, shape (7, 7).

    Some windows are read. Pixels are compared that have data whichever way the map is moved, so that all shares are of the same ones.
    Rows north and columns west come first.

    Parameters
    ----------
    first, last : LandMap
        Upright, on one lattice.
    grid : Grid, optional
        Its land alone is looked at.

    Raises
    ------
    InputError
        A map can't be read, or has fractions for codes.
    """
    common = common_pixels([first.source.pixels, last.source.pixels])
    moves = 2 * REACH + 1
    compared, agree = 0, np.zeros((moves, moves))
    for row, column, height, width in _windows(common, (first.source.pixels, last.source.pixels), grid):
        one, other = (
            _upright_classes(item, (row - place[0], column - place[1], height, width))
            for item, place in zip((first, last), common.places, strict=True)
        )
        core = one[REACH:-REACH, REACH:-REACH]
        # A map that is moved south shows at each place what lies north of it.
        moved = sliding_window_view(other, core.shape)[::-1, ::-1]
        known = (core >= 0) & (sliding_window_view(other, (moves, moves)) >= 0).all(axis=(2, 3))
        compared += int(known.sum())
        for down, right in np.ndindex(moves, moves):
            agree[down, right] += np.count_nonzero(known & (core == moved[down, right]))
    return compared, agree / max(compared, 1)


def _upright_classes(item: LandMap, window: _Window) -> NDArray[np.int16]:
    """Class index of the pixels of a window, north-up and west-left; below zero where there is no data."""
    codes, table = item.lookup.indexed(item.source.read(*window), item.source.name)
    a, e = item.source.pixels.affine[0], item.source.pixels.affine[4]
    return table[codes][:: -1 if e > 0 else 1, :: -1 if a < 0 else 1]


def _windows(common: CommonPixels, maps: tuple[PixelGrid, PixelGrid], grid: Grid | None) -> Iterator[_Window]:
    """Windows of the common pixels that both maps cover, spread over the grid."""
    top, left, bottom, right = _shared_box(common, maps, grid)
    for row, height in _spread(top, bottom):
        for column, width in _spread(left, right):
            yield row, column, height, width


def _shared_box(
    common: CommonPixels, maps: tuple[PixelGrid, PixelGrid], grid: Grid | None
) -> tuple[int, int, int, int]:
    """First and last row and column of the common pixels that both maps and the grid cover."""
    boxes = [
        (row, column, row + item.height, column + item.width)
        for (row, column), item in zip(common.places, maps, strict=True)
    ]
    if grid is not None:
        boxes.append(_box_of(grid, common.pixels))
    tops, lefts, bottoms, rights = zip(*boxes, strict=True)
    return max(tops), max(lefts), min(bottoms), min(rights)


def _box_of(grid: Grid, pixels: PixelGrid) -> tuple[int, int, int, int]:
    """First and last row and column of the pixels that a grid covers; none where no place of it can be found among them."""
    west, south, east, north = grid.bounds
    x, y = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    columns, rows = pixels.positions(*transformer(grid.crs, pixels.crs).transform(x.ravel(), y.ravel()))
    known = np.isfinite(rows) & np.isfinite(columns)
    if not known.any():
        return 0, 0, 0, 0
    rows, columns = rows[known], columns[known]
    return math.floor(rows.min()), math.floor(columns.min()), math.ceil(rows.max()), math.ceil(columns.max())


def _spread(start: int, end: int) -> list[tuple[int, int]]:
    """Windows along one axis: their first pixel and length."""
    length = end - start
    if length <= 4 * REACH:
        return []
    if length <= _WINDOWS * _SIDE:
        return [(start, length)]
    gap = (length - _SIDE) / (_WINDOWS - 1)
    return [(start + round(number * gap), _SIDE) for number in range(_WINDOWS)]
