"""A raster of values averaged over the land of each class in each cell, so that the forest of a cell takes the forest's value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.engine import BLOCK_BYTES, LandMap, held_overlay, plan_blocks, read_upright
from tanheng.land.lattice.overlay import Block, Overlay, Window

Values = NDArray[np.float64]

#: Bytes of a value beside the one byte of a code.
_VALUE_BYTES = 8


class OnPixels(Protocol):
    """Reads values on the pixels of a land map, whatever their own are."""

    def read_values(self, row: int, column: int, height: int, width: int) -> Values:
        """Values of a window of the land map, NaN where missing."""


@dataclass(frozen=True)
class ClassValues:
    """What a raster says of the land of each class in the cells of a block.

    Attributes
    ----------
    mean : numpy.ndarray, shape (classes, rows, columns)
        NaN where a cell has no land of the class, or the raster no value on it.
    known : numpy.ndarray, shape (classes, rows, columns), 1
        Share of the land of the class on which the raster has a value; NaN where a cell has no land of the class.
    """

    block: Block
    mean: Values
    known: Values


def class_means(land: LandMap, values: OnPixels, grid: Grid, classes: Sequence[str]) -> Iterator[tuple[Block, Values]]:
    r"""Mean of a raster over the pixels of each class in each cell, block by block of cells.

    .. math:: c_{ik} = \sum_{p \in k} a_{ip} v_p \Big/ \sum_{p \in k} a_{ip}

    with the area :math:`a_{ip}` of pixel :math:`p` of the land map in cell :math:`i`, of the pixels that have a value.

    Parameters
    ----------
    land : LandMap
    values : OnPixels
        The raster on the pixels of the land map.
    classes : sequence of str
        Those that are wanted.

    Yields
    ------
    (Block, numpy.ndarray, shape (classes, rows, columns))
        NaN where a cell has no land of the class, or the raster no value on it.
    """
    for read in _read_blocks(land, values, grid, classes):
        means = np.full(read.shape, np.nan)
        for number, here in read.of_classes():
            means[number] = _mean(*read.sums(here)).reshape(read.shape[1:])
        yield read.block, means


def class_values(land: LandMap, values: OnPixels, grid: Grid, classes: Sequence[str]) -> Iterator[ClassValues]:
    """The same with the share of the land of each class that has a value.

    Parameters
    ----------
    land, values, grid, classes
        As `class_means`.
    """
    for read in _read_blocks(land, values, grid, classes):
        means, known = np.full(read.shape, np.nan), np.full(read.shape, np.nan)
        for number, here in read.of_classes():
            valued, total = read.sums(here)
            area, _ = read.sums(np.where(read.index == read.wanted[number], 0.0, np.nan))
            means[number] = _mean(valued, total).reshape(read.shape[1:])
            known[number] = _mean(area, valued).reshape(read.shape[1:])
        yield ClassValues(read.block, means, known)


def _mean(area: Values, total: Values) -> Values:
    """What lies on an area by the area; NaN where there is none."""
    return np.asarray(np.divide(total, area, out=np.full(area.shape, np.nan), where=area > 0))


@dataclass(frozen=True)
class _Read:
    """Pixels of a block of cells: the class of each, and its value; none where the map has no pixels there."""

    lies: Overlay
    block: Block
    window: Window | None
    wanted: Sequence[int]
    index: NDArray[np.signedinteger]
    values: Values

    @property
    def shape(self) -> tuple[int, int, int]:
        """Classes, rows and columns."""
        return len(self.wanted), self.block.rows, self.block.columns

    def of_classes(self) -> Iterator[tuple[int, Values]]:
        """Number of each class that has pixels here, with their values; NaN on all other pixels."""
        there = set(np.unique(self.index).tolist())
        for number, wanted in enumerate(self.wanted):
            if wanted in there:
                yield number, np.where(self.index == wanted, self.values, np.nan)

    def sums(self, here: Values) -> tuple[Values, Values]:
        """Part of each cell that has a value, and the same times the value, shape (cells,)."""
        assert self.window is not None  # noqa: S101  else no class has pixels
        return self.lies.sums(self.block, self.window, here, by_pixel=False)


def _read_blocks(land: LandMap, values: OnPixels, grid: Grid, classes: Sequence[str]) -> Iterator[_Read]:
    """Blocks of cells with the pixels of the map and of the raster in them."""
    source, lies = land.source, held_overlay(land.source.pixels, grid)
    wanted = [land.lookup.classes.index(name) for name in classes]
    for block in plan_blocks(grid, source, block_bytes=BLOCK_BYTES // _VALUE_BYTES):
        window = lies.window(block)
        if window is None:
            yield _Read(lies, block, None, wanted, np.empty((0, 0), np.int16), np.empty((0, 0)))
            continue
        codes, table = land.lookup.indexed(read_upright(source, lies, window), source.name)
        stored = lies.stored(window)
        read = lies.upright(values.read_values(stored.row, stored.column, stored.height, stored.width))
        yield _Read(lies, block, window, wanted, table[codes], read)
