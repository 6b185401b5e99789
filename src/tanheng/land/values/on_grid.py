"""Continuous rasters (terrain, climate, people) laid on the grid: averaged by area, or summed with their total kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.engine import held_overlay, plan_blocks
from tanheng.land.lattice.overlay import Block
from tanheng.land.lattice.pixels import Source

#: Continuous rasters are cut into sub-rows half as high as land-cover maps: they are small.
_SUB_ROW = 1.0 / 48.0

#: Covered part (or pixels) of each cell of a block, and the same times value, shape (cells,).
Sums = Callable[..., tuple[NDArray[np.float64], NDArray[np.float64]]]


class ValueSource(Source, Protocol):
    """What a raster of values must answer to be laid on the grid."""

    def read_values(self, row: int, column: int, height: int, width: int) -> NDArray[np.float64]:
        """Values of a window inside the raster, NaN where missing."""


@dataclass(frozen=True)
class OnGrid:
    """A raster laid on the grid.

    Attributes
    ----------
    covered : array, shape (rows, columns), 1
        Part of each cell where the raster has a value.
    mean : array, shape (rows, columns)
        Mean over that part, weighted by area; NaN where there is none.
    total : array, shape (rows, columns)
        Sum of the pixels, each weighted by the part of its area in the cell; 0 where there is none.
    """

    covered: NDArray[np.float64]
    mean: NDArray[np.float64]
    total: NDArray[np.float64]


def mean_on_grid(source: ValueSource, grid: Grid) -> NDArray[np.float64]:
    """Mean of a raster in each cell, weighted by area, shape (rows, columns); NaN where it has no value. Half the work of `on_grid`."""
    return mean_and_cover(source, grid)[0]


def mean_and_cover(source: ValueSource, grid: Grid) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same, and the part of each cell where the raster has a value."""
    mean, covered = np.full(grid.shape, np.nan), np.zeros(grid.shape)
    for block, sums in _read_blocks(source, grid):
        part, weighted = sums(by_pixel=False)
        here = (slice(block.row, block.row + block.rows), slice(block.column, block.column + block.columns))
        known = part > 0
        values = np.where(known, weighted / np.where(known, part, 1.0), np.nan)
        mean[here] = values.reshape(block.rows, block.columns)
        covered[here] = part.reshape(block.rows, block.columns)
    return mean, covered


def _read_blocks(source: ValueSource, grid: Grid) -> Iterator[tuple[Block, Sums]]:
    """Blocks of cells that the raster meets, with what gives its sums over their cells, by area or by pixel."""
    lies = held_overlay(source.pixels, grid, _SUB_ROW)
    for block in plan_blocks(grid, source):
        window = lies.window(block)
        if window is None:
            continue
        stored = lies.stored(window)
        values = lies.upright(source.read_values(stored.row, stored.column, stored.height, stored.width))
        yield block, partial(lies.sums, block, window, values)


def on_grid(source: ValueSource, grid: Grid) -> OnGrid:
    """Mean and total of a raster in each cell, by the overlay of pixels and cells.

    The mean is for quantities per area or per point (density, elevation), the total for counts (persons per pixel).
    """
    covered, area_value, total = np.zeros(grid.shape), np.zeros(grid.shape), np.zeros(grid.shape)
    for block, sums in _read_blocks(source, grid):
        here = (slice(block.row, block.row + block.rows), slice(block.column, block.column + block.columns))
        part, weighted = sums(by_pixel=False)
        covered[here], area_value[here] = (item.reshape(block.rows, block.columns) for item in (part, weighted))
        _, summed = sums(by_pixel=True)
        total[here] = summed.reshape(block.rows, block.columns)
    known = covered > 0
    mean = np.where(known, area_value / np.where(known, covered, 1.0), np.nan)
    return OnGrid(covered, mean, total)
