"""What the kernels take: arrays and numbers that belong together, as tuples with names.

Arrays are numpy's. What a kernel works in it is given too: a block is counted thousands of times in the same room. So kernels allocate nothing
and need no count of references (`_nrt=False`), which would cost a third of the time in degrees.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Codes(NamedTuple):
    """Codes of a window of a map or of one row of it, the same memory in words of eight bytes, and the class of each code."""

    rows: Any  # uint8, shape (rows, columns) or (columns,)
    words: Any  # uint64, shape (rows, columns / 8) or (columns / 8,)
    lookup: Any  # int16, shape (256,); -1 has no data


class Aligned(NamedTuple):
    """Where a window lies on the grid, in whole numbers of a small unit where the coordinates are."""

    top: int
    left: int
    origin_x: float
    size_x: float
    edges_x: Any  # float64, shape (columns of cells + 1,)
    origin_y: float
    size_y: float
    edges_y: Any  # float64, shape (rows of cells + 1,)


class Warped(NamedTuple):
    """Where a window in another CRS lies on the grid: cells at the nodes of a lattice of pixels, and the block of cells."""

    top: int
    left: int
    nodes_x: Any  # float64, shape (rows, columns of nodes), cells
    nodes_y: Any
    first_u: float  # pixels
    first_v: float
    step_u: float
    step_v: float
    slices: int  # sub-rows of a row of pixels
    first_row: int
    first_column: int
    rows: int
    columns: int


class Line(NamedTuple):
    """Intervals of a line of pixels: positions where it passes from one cell to the next, each cell (-1: none), area of a unit of length."""

    edges: Any  # float64, shape (intervals + 1,)
    cells: Any  # int64, shape (intervals,)
    weights: Any  # float64, shape (intervals,)


class Bands(NamedTuple):
    """Room to count rows of pixels together in."""

    counts: Any  # uint8, shape (257, columns of pixels): by code in the order in which codes are seen; the last row is spare
    seen: Any  # int16, shape (3, 256): codes in that order, the order by code (plus one; zero: never seen), which are done
    whole: Any  # int64, shape (columns of cells, 2): pixels wholly in a cell
    parts: Any  # float64, shape (columns of cells, 2): lengths of the pixels before and behind them
    crossed: Any  # int64, shape (2,): rows of cells that rows of pixels lie in, -1 for none
    heights: Any  # float64, shape (2,): what those take of each pixel
    sums: Any  # int64, shape (3, classes)


class Spans(NamedTuple):
    """Which columns of each line are looked at: those within reach of data."""

    reach_rows: int
    reach_columns: int
    lines: Any  # int64, shape (4, rows): first and last column of each line, and room for those of groups of lines
    box: Any  # int64, shape (4,): first and last line and column of all
