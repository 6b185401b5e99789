"""Counts of whole maps, gathered from their blocks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.engine import BlockCounts, CountTask, LandMap, counted_blocks


@dataclass(frozen=True)
class LandCounts:
    """Fractions of the cells of the grid.

    Attributes
    ----------
    shares : dict of int to array, shape (classes, rows, columns)
        By year; the sum over classes is the part of the cell with data.
    pairs : dict of (int, int) to array, shape (classes, classes, rows, columns)
        By pair of years: from, to; only where both have data. Absent where the maps do not share their pixels.
    unknown : dict of int to float
        By year: cells' worth of area with codes that the legend lacks.
    pixels : int
        Pixels read.
    """

    shares: dict[int, NDArray[np.float64]]
    pairs: dict[tuple[int, int], NDArray[np.float64]]
    unknown: dict[int, float]
    pixels: int


def count_land(
    maps: Sequence[LandMap], grid: Grid, pairs: Iterable[tuple[int, int]] = (), **options: Any
) -> LandCounts:
    """Fractions of all cells; options as those of `counted_blocks`."""
    gathered = _Gathered(maps, grid)
    for task, counts in counted_blocks(maps, grid, pairs, **options):
        gathered.add(task, counts)
    return gathered.result()


class _Gathered:
    """Arrays of the whole grid that the blocks are laid into."""

    def __init__(self, maps: Sequence[LandMap], grid: Grid) -> None:
        self.classes = len(maps[0].lookup.classes)
        self.grid = grid
        self.shares = {item.year: np.zeros((self.classes, *grid.shape)) for item in maps}
        self.pairs: dict[tuple[int, int], NDArray[np.float64]] = {}
        self.unknown: dict[int, float] = {item.year: 0.0 for item in maps}
        self.pixels = 0

    def add(self, task: CountTask, counts: BlockCounts) -> None:
        block = counts.block
        here = (slice(block.row, block.row + block.rows), slice(block.column, block.column + block.columns))
        for number, item in enumerate(task.maps):
            self.shares[item.year][:, *here] = counts.shares[number, : self.classes]
            self.unknown[item.year] += float(counts.shares[number, self.classes].sum())
        for number, (first, second) in enumerate(task.pairs):
            years = (task.maps[first].year, task.maps[second].year)
            if years not in self.pairs:
                self.pairs[years] = np.zeros((self.classes, self.classes, *self.grid.shape))
            self.pairs[years][:, :, *here] = counts.pairs[number]

    def result(self) -> LandCounts:
        return LandCounts(self.shares, self.pairs, self.unknown, self.pixels)
