"""The streaming engine: blocks of cells, counted by a pool of workers, in bounded memory.

A plan is a list of blocks of output cells. One task reads the windows of its maps, counts them and returns a small
array; every cell is counted by one task alone, pixel row by pixel row, so that neither the size of the blocks nor the
number of workers can change a bit of the result.

Memory, besides the result on the grid, is at most

    (workers + 1) * (2 * BLOCK_BYTES + 3 * COUNT_BYTES) + workers * block cache of GDAL

whatever the size of the maps, and however many they are: a task holds the windows of its maps as stored and, where codes are wider
than a byte, as bytes, and its counts.
"""

from __future__ import annotations

import math
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.lattice.common import CommonPixels, common_pixels, place_on
from tanheng.land.lattice.overlay import Block, Overlay, WarpedOverlay, Window, overlay
from tanheng.land.lattice.pixels import PixelGrid, Source, lies_on
from tanheng.land.lookup import NO_DATA, Lookup, code_counts
from tanheng.land.pools import Pool, Threads

#: Bytes of pixels that one task reads of one map.
BLOCK_BYTES = 64 * 2**20

#: Bytes of the counts of one block.
COUNT_BYTES = 24 * 2**20

#: Bytes of a row of tiles up to which the reader keeps them from one block to the next.
_TILES_KEPT = 4 * 2**20

#: Plans of more blocks than this keep finished ones on disk, so that a run that was stopped can go on.
KEPT_FROM = 32

#: Called after each block with the blocks done, the blocks in all, and the pixels read so far.
Progress = Callable[[int, int, int], None]

_held = threading.local()


@dataclass(frozen=True)
class LandMap:
    """Land-cover map of one year, and the meaning of its codes."""

    year: int
    source: Source
    lookup: Lookup


@dataclass(frozen=True)
class CountTask:
    """What one worker does in one go: count maps on the same pixels into one block; with `within_first`, where the first of them has data."""

    grid: Grid
    block: Block
    maps: tuple[LandMap, ...]
    common: CommonPixels
    pairs: tuple[tuple[int, int], ...]
    within_first: bool = False


@dataclass(frozen=True)
class BlockCounts:
    """Fractions of the cells of a block: by map and class (the last one: codes that the legend lacks), and by pair."""

    block: Block
    shares: NDArray[np.float64]
    pairs: NDArray[np.float64]
    pixels: int


def held_overlay(pixels: PixelGrid, grid: Grid, sub_row: float | None = None) -> Overlay:
    """Overlay of a raster and a grid, made once a thread."""
    cache: dict[Any, Overlay] = _held.__dict__.setdefault("overlays", {})
    key = (pixels, grid, sub_row)
    if key not in cache:
        if len(cache) > 16:
            cache.clear()
        made = overlay(pixels, grid)
        cache[key] = WarpedOverlay(pixels, grid, sub_row) if sub_row and isinstance(made, WarpedOverlay) else made
    return cache[key]


def read_upright(source: Source, lies: Overlay, window: Window) -> NDArray[Any]:
    """Stored values of a window, turned as the grid runs."""
    stored = lies.stored(window)
    return lies.upright(source.read(stored.row, stored.column, stored.height, stored.width))


def count_block(task: CountTask) -> BlockCounts:
    """Count the maps of a task into its block."""
    block, classes = task.block, len(task.maps[0].lookup.classes)
    lies = held_overlay(task.common.pixels, task.grid)
    shares = np.zeros((len(task.maps), classes + 1, block.rows, block.columns))
    pairs = np.zeros((len(task.pairs), classes, classes, block.rows, block.columns))
    window = lies.window(block)
    if window is None:
        return BlockCounts(block, shares, pairs, 0)
    codes: list[NDArray[np.uint8]] = []
    lookups: list[NDArray[np.int16]] = []
    counted: list[NDArray[np.float64]] = []
    for number, land_map in enumerate(task.maps):
        found, table = _codes_of(land_map, task.common.places[number], lies, window)
        if number and task.within_first and _ends_within_cells(counted[0]):
            found, table = _without(found, table, lookups[0][codes[0]] == NO_DATA)
        codes.append(found)
        lookups.append(table)
        counted.append(lies.count(block, window, found, table, classes + 1))
        shares[number] = counted[-1].T.reshape(classes + 1, block.rows, block.columns)
    for number, (first, second) in enumerate(task.pairs):
        two = (first, second)
        both = lies.count_pair(
            block, window, [codes[i] for i in two], [lookups[i] for i in two], [counted[i][:, :classes] for i in two]
        )
        pairs[number] = both.reshape(classes, classes, block.rows, block.columns)
    return BlockCounts(block, shares, pairs, window.height * window.width * len(task.maps))


def _codes_of(
    land_map: LandMap, place: tuple[int, int], lies: Overlay, window: Window
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Codes of a map in a window of the common pixels, and their table; no data beyond the edges of the map."""
    source, stored = land_map.source, lies.stored(window)
    top, left = stored.row - place[0], stored.column - place[1]
    rows = range(max(top, 0), min(top + stored.height, source.pixels.height))
    columns = range(max(left, 0), min(left + stored.width, source.pixels.width))
    if len(rows) == stored.height and len(columns) == stored.width:
        return land_map.lookup.indexed(lies.upright(source.read(top, left, *_size(stored))), source.name)
    read = np.zeros((0, 0), np.uint8)
    if rows and columns:
        read = source.read(rows[0], columns[0], len(rows), len(columns))
    found, table = land_map.lookup.indexed(read, source.name)
    outside = np.ones(_size(stored), bool)
    inside = (slice(rows.start - top, rows.stop - top), slice(columns.start - left, columns.stop - left))
    whole = np.zeros(_size(stored), np.uint8)
    if rows and columns:
        whole[inside], outside[inside] = found, False
    return _without(lies.upright(whole), table, lies.upright(outside))


def _size(window: Window) -> tuple[int, int]:
    return window.height, window.width


def _ends_within_cells(counted: NDArray[np.float64]) -> bool:
    """Whether a map has data in a part of some cells, shape (cells, classes + 1), so that it matters which pixels these are."""
    part = counted.sum(axis=1)
    return bool(((part > 0.0) & (part < 1.0 - 1e-9)).any())


def _without(
    codes: NDArray[np.uint8], table: NDArray[np.int16], gone: NDArray[np.bool_]
) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
    """Codes of a map, with no data where another has none, and their table."""
    if not gone.any():
        return codes, table
    free = np.flatnonzero(table == NO_DATA)
    if not len(free):
        free = np.setdiff1d(np.arange(len(table)), np.unique(codes))
        table = table.copy()
        table[free[:1]] = NO_DATA
    return np.where(gone, np.uint8(free[0]), codes), table


def plan_blocks(
    grid: Grid,
    source: Source,
    wanted: NDArray[np.bool_] | None = None,
    block_bytes: int = BLOCK_BYTES,
    most_cells: int = 2**20,
) -> list[Block]:
    """Blocks of cells, in the order of the rows, that touch the wanted cells.

    A block holds at most `block_bytes` of pixels, and `most_cells` cells. It is as wide as the grid where that leaves room for four
    times the height of the stored tiles, or where a row of them is small, so that few tiles are decoded twice; else it is square.
    """
    size = source.pixels.pixel_size_m()
    pixels_per_cell = max(grid.resolution / size, 1e-9) ** 2
    cells = max(1, min(most_cells, int(block_bytes / (pixels_per_cell * max(source.itemsize, 1)))))
    tall = math.ceil(4 * source.tile[0] * size / grid.resolution)
    rows = max(1, cells // grid.columns)
    columns = grid.columns
    # A strip of a map in another CRS is bent: it would read, and pass over, much of its neighbours.
    across = source.tile[0] * source.pixels.width * max(source.itemsize, 1)
    square = not lies_on(source.pixels, grid) or (rows < min(tall, grid.rows) and across > _TILES_KEPT)
    if square and source.tile[1] < source.pixels.width:
        rows = max(1, math.isqrt(cells))
        columns = max(1, cells // rows)
    rows, columns = min(rows, 512), min(columns, max(512, 2**18 // rows))
    blocks = [
        Block(row, column, min(rows, grid.rows - row), min(columns, grid.columns - column))
        for row in range(0, grid.rows, rows)
        for column in range(0, grid.columns, columns)
    ]
    if wanted is None:
        return blocks
    return [
        item
        for item in blocks
        if wanted[item.row : item.row + item.rows, item.column : item.column + item.columns].any()
    ]


def groups_on_same_pixels(maps: Sequence[LandMap]) -> list[tuple[LandMap, ...]]:
    """Maps whose pixels lie on one lattice, together, whichever edges they reach to: one task reads all of them."""
    groups: list[list[LandMap]] = []
    for item in maps:
        own = next(
            (group for group in groups if place_on(group[0].source.pixels, item.source.pixels) is not None), None
        )
        if own is None:
            groups.append([item])
        else:
            own.append(item)
    return [tuple(group) for group in groups]


class BlockStore(Protocol):
    """Where finished blocks are kept, so that a run that was stopped can go on."""

    def get(self, task: CountTask) -> BlockCounts | None:
        """Counts of a block that was finished before, from the same inputs and settings."""

    def put(self, task: CountTask, counts: BlockCounts) -> None:
        """Keep the counts of a block."""


def counted_blocks(
    maps: Sequence[LandMap],
    grid: Grid,
    pairs: Iterable[tuple[int, int]] = (),
    *,
    wanted: NDArray[np.bool_] | None = None,
    within_first: bool = False,
    pool: Pool | None = None,
    block_bytes: int = BLOCK_BYTES,
    store: BlockStore | None = None,
    progress: Progress | None = None,
) -> Iterator[tuple[CountTask, BlockCounts]]:
    """Fraction of each cell by class and year, and by pair of classes for pairs of years; those of the first map's pixels before all others.

    Parameters
    ----------
    maps : sequence of LandMap
        All with the same classes in the same order.
    grid : Grid
    pairs : iterable of (int, int)
        Pairs of years whose transitions are wanted; those whose maps lie on other pixels are left out.
    wanted : array of bool, shape (rows, columns), optional
        Cells that matter; blocks without any are not read.
    within_first : bool
        Count maps on the pixels of the first one where that has data, so that they show the same land.
    pool : Pool, optional
        Who does the tasks; a thread for each core by default.
    block_bytes : int
        Bytes of pixels that one task reads of all its maps.
    store : BlockStore, optional
        Finished blocks of a run that was stopped; new ones are kept there.
    progress : callable, optional
        Called after each block.

    Yields
    ------
    (CountTask, BlockCounts)
        Blocks as they are counted.
    """
    tasks = plan_tasks(maps, grid, list(pairs), wanted, block_bytes, within_first=within_first)
    done, pixels = 0, 0
    for _, group in groupby(tasks, key=lambda task: id(task.maps)):
        open_tasks = []
        for task in group:
            kept = store.get(task) if store else None
            if kept is None:
                open_tasks.append(task)
                continue
            done += 1
            yield task, kept
        for task, counts in (pool or Threads()).results(count_block, open_tasks):
            done += 1
            pixels += counts.pixels
            if store:
                store.put(task, counts)
            yield task, counts
            if progress:
                progress(done, len(tasks), pixels)


def plan_tasks(
    maps: Sequence[LandMap],
    grid: Grid,
    pairs: Sequence[tuple[int, int]],
    wanted: NDArray[np.bool_] | None,
    block_bytes: int = BLOCK_BYTES,
    *,
    within_first: bool = False,
) -> list[CountTask]:
    """Tasks that count the maps: blocks of cells for each group of maps that share their pixels."""
    tasks: list[CountTask] = []
    for group in groups_on_same_pixels(maps):
        years = [item.year for item in group]
        inside = tuple((years.index(a), years.index(b)) for a, b in pairs if a in years and b in years)
        counts = len(group) * (len(group[0].lookup.classes) + 1) + len(inside) * len(group[0].lookup.classes) ** 2
        cells = max(1, COUNT_BYTES // (8 * counts))
        blocks = plan_blocks(grid, group[0].source, wanted, block_bytes // len(group), cells)
        within = within_first and group[0] is maps[0]
        common = common_pixels([item.source.pixels for item in group])
        tasks += [CountTask(grid, block, group, common, inside, within) for block in blocks]
    return tasks


def inventory(source: Source, *, most_pixels: int | None = None) -> dict[int, int]:
    """Number of pixels of each code of a whole map, read in strips of its own tiles.

    With `most_pixels`, a larger map is only sampled: every n-th row of tiles is read.
    """
    pixels = source.pixels
    rows, columns = _strip(source)
    step = 1 if most_pixels is None else max(1, math.ceil(pixels.width * pixels.height / most_pixels))
    starts = [
        (row, column) for row in range(0, pixels.height, rows)[::step] for column in range(0, pixels.width, columns)
    ]
    # Of a row of strips a very wide map is sampled as well.
    starts = starts[:: max(1, math.ceil(len(starts) * rows * columns / most_pixels))] if most_pixels else starts
    counts: dict[int, int] = defaultdict(int)
    for row, column in starts:
        height, width = min(rows, pixels.height - row), min(columns, pixels.width - column)
        for code, number in code_counts(source.read(row, column, height, width), source.name).items():
            counts[code] += number
    return dict(counts)


def _strip(source: Source) -> tuple[int, int]:
    """Rows and columns of whole tiles that are read at once: at most `BLOCK_BYTES`, or one tile."""
    tall, wide = source.tile
    most = max(BLOCK_BYTES // source.itemsize, tall * wide)
    columns = min(source.pixels.width, max(wide, most // tall // wide * wide))
    rows = max(tall, most // max(columns, 1) // tall * tall)
    return rows, columns
