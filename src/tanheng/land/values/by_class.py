"""A raster of values averaged over the land of each class in each cell, so that the forest of a cell takes the forest's value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.engine import BLOCK_BYTES, LandMap, held_overlay, plan_blocks, read_upright
from tanheng.land.overlay import Block

Values = NDArray[np.float64]

#: Bytes of a value beside the one byte of a code.
_VALUE_BYTES = 8


class OnPixels(Protocol):
    """Reads values on the pixels of a land map, whatever their own are."""

    def read_values(self, row: int, column: int, height: int, width: int) -> Values:
        """Values of a window of the land map, NaN where missing."""


def class_means(land: LandMap, values: OnPixels, grid: Grid, classes: Sequence[str]) -> Iterator[tuple[Block, Values]]:
    r"""Mean of a raster over the pixels of each class in each cell, block by block of cells.

    .. math:: c_{ik} = \sum_{p \in k} a_{ip} v_p \Big/ \sum_{p \in k} a_{ip}

    with the area :math:`a_{ip}` of pixel :math:`p` of the land map in cell :math:`i`.

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
    source, lies = land.source, held_overlay(land.source.pixels, grid)
    wanted = [land.lookup.classes.index(name) for name in classes]
    for block in plan_blocks(grid, source, block_bytes=BLOCK_BYTES // _VALUE_BYTES):
        means = np.full((len(classes), block.rows, block.columns), np.nan)
        window = lies.window(block)
        if window is not None:
            codes, table = land.lookup.indexed(read_upright(source, lies, window), source.name)
            index = table[codes]
            stored = lies.stored(window)
            read = lies.upright(values.read_values(stored.row, stored.column, stored.height, stored.width))
            there = set(np.unique(index).tolist())
            for number, wanted_index in enumerate(wanted):
                if wanted_index not in there:
                    continue
                here = np.where(index == wanted_index, read, np.nan)
                area, total = lies.sums(block, window, here, by_pixel=False)
                mean = np.divide(total, area, out=np.full(area.shape, np.nan), where=area > 0)
                means[number] = mean.reshape(block.rows, block.columns)
        yield block, means
