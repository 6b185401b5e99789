"""How a raster lies over a block of cells: the window to read, and the geometry that the kernels need."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.grid import Grid, coverage, transformer
from tanheng.land.kernels.arguments import Aligned, Bands, Codes, Line, Spans, Warped
from tanheng.land.kernels.coarse import count_coarse, count_pair_coarse, sum_aligned
from tanheng.land.kernels.fine import count_aligned
from tanheng.land.kernels.moved import count_moved_aligned, stay
from tanheng.land.kernels.warped import count_pair_warped, count_warped, sum_warped
from tanheng.land.lattice.pixels import PixelGrid, lies_on
from tanheng.language import tr

#: Lattice nodes stand about this many cells apart: at 1 km cells a straight line is then off by less than 0.4 m.
LATTICE_CELLS = 4.0

#: Share of a cell below which a difference of two shares is rounding.
ROUNDING = 1e-13

#: A sub-row is at most this fraction of a cell high.
SUB_ROW = 1.0 / 24.0


#: First and last line, first and last column.
Box = Sequence[int]


@dataclass(frozen=True)
class Block:
    """Rectangle of cells: first row and column, number of rows and columns."""

    row: int
    column: int
    rows: int
    columns: int

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns


@dataclass(frozen=True)
class Window:
    """Rectangle of pixels: first row and column, height and width."""

    row: int
    column: int
    height: int
    width: int


def _padded(window: Window, pixels: PixelGrid) -> Window:
    """Window widened to a multiple of eight pixels where the raster is wide enough: kernels compare eight at once."""
    width = -(-window.width // 8) * 8
    if width > pixels.width:
        return window
    return Window(window.row, min(window.column, pixels.width - width), window.height, width)


def words_of(codes: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.uint64]]:
    """Rows of bytes, padded to whole words, and the same memory as words of eight bytes."""
    height, width = codes.shape
    if width % 8:
        padded = np.zeros((height, -(-width // 8) * 8), np.uint8)
        padded[:, :width] = codes
        return padded, padded.view(np.uint64)
    codes = np.ascontiguousarray(codes)
    if codes.ctypes.data % 8:  # a window that begins between two words of the array it was cut from
        codes = codes.copy()
    return codes, codes.view(np.uint64)


def quantum(values: Sequence[float]) -> float:
    """Largest of 1, 0.1, ... 1e-6 of which all values are whole multiples, or 0 where there is none.

    Lengths counted in it are whole numbers, and sums of areas so exact in whatever order.

    Examples
    --------
    >>> quantum([30.0, 1000.0, -15.5]), quantum([100 / 3])
    (0.1, 0.0)
    """
    for exponent in range(7):
        scaled = np.asarray(values) * 10.0**exponent
        if np.all(np.abs(scaled - np.round(scaled)) <= 1e-9 * np.maximum(1.0, np.abs(scaled)) * 1e-3) and np.all(
            np.abs(scaled) < 2**52
        ):
            return 10.0**-exponent
    return 0.0


def _nodes(first: int, last: int, step: float, end: int) -> NDArray[np.float64]:
    """Lattice positions around a stretch of pixels, and the end of the raster: the same ones for every window."""
    inner = np.arange(math.floor(first / step), math.ceil(last / step) + 1) * step
    return np.unique(np.clip(inner, 0.0, float(end)))


def _room_for_line(place: Aligned) -> Line:
    """Line of pixels over a row of cells."""
    columns = len(place.edges_x) - 1
    return Line(place.edges_x, np.empty(columns, np.int64), np.empty(columns))


def _room_for_bands(width: int, columns: int, classes: int) -> Bands:
    """Most of the counts are never touched, and so take no memory: a map has few codes."""
    counts, seen = np.empty((257, width), np.uint8), np.empty((3, 256), np.int16)
    whole, parts = np.empty((columns, 2), np.int64), np.empty((columns, 2))
    return Bands(counts, seen, whole, parts, np.empty(2, np.int64), np.empty(2), np.empty((3, classes), np.int64))


def _room_for_pieces(place: Warped) -> Line:
    """Line of pixels that is cut where it crosses cells."""
    most = (place.nodes_x.shape[1] + 1) * 24
    return Line(np.empty(most + 1), np.empty(most, np.int64), np.empty(most))


class AlignedOverlay:
    """Overlay of a raster in the CRS of the grid: exact.

    Rows and columns of a south-up or east-left raster are counted from the other side, so that both run with the grid.
    """

    def __init__(self, pixels: PixelGrid, grid: Grid) -> None:
        self.pixels, self.grid = pixels, grid
        size_x, size_y = pixels.affine[0], -pixels.affine[4]
        self.flip_x, self.flip_y = size_x < 0, size_y < 0
        west, _, _, north = pixels.bounds
        offset_x, offset_y = west - grid.west, grid.north - north
        unit = quantum([size_x, size_y, offset_x, offset_y, grid.resolution])
        self.unit = unit or 1.0
        self.size_x, self.size_y = self._count(abs(size_x), unit), self._count(abs(size_y), unit)
        self.origin_x, self.origin_y = self._count(offset_x, unit), self._count(offset_y, unit)
        self.cell = self._count(grid.resolution, unit)

    def _count(self, length: float, unit: float) -> float:
        return float(round(length / unit)) if unit else length

    def window(self, block: Block) -> Window | None:
        """Pixels that touch the block, or None."""
        first = math.floor((block.column * self.cell - self.origin_x) / self.size_x)
        last = math.ceil(((block.column + block.columns) * self.cell - self.origin_x) / self.size_x)
        top = math.floor((block.row * self.cell - self.origin_y) / self.size_y)
        bottom = math.ceil(((block.row + block.rows) * self.cell - self.origin_y) / self.size_y)
        first, last = max(first, 0), min(last, self.pixels.width)
        top, bottom = max(top, 0), min(bottom, self.pixels.height)
        if first >= last or top >= bottom:
            return None
        return _padded(Window(top, first, bottom - top, last - first), self.pixels)

    def stored(self, window: Window) -> Window:
        """Window as the file counts its rows and columns."""
        row = self.pixels.height - window.row - window.height if self.flip_y else window.row
        column = self.pixels.width - window.column - window.width if self.flip_x else window.column
        return Window(row, column, window.height, window.width)

    def upright(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values turned north-up and west-left."""
        return values[:: -1 if self.flip_y else 1, :: -1 if self.flip_x else 1]

    def _geometry(self, block: Block, window: Window) -> Aligned:
        edges_x = (block.column + np.arange(block.columns + 1)) * self.cell
        edges_y = (block.row + np.arange(block.rows + 1)) * self.cell
        return Aligned(
            window.row, window.column, self.origin_x, self.size_x, edges_x, self.origin_y, self.size_y, edges_y
        )

    @property
    def _is_fine(self) -> bool:
        """Whether pixels are at most half as large as cells: then a cell line cuts one pixel, not several cells one."""
        return max(self.size_x, self.size_y) <= self.cell / 2

    def count(
        self, block: Block, window: Window, codes: NDArray[np.uint8], lookup: NDArray[np.int16], classes: int
    ) -> NDArray[np.float64]:
        """Fraction of each cell by class, shape (cells, classes)."""
        out = np.zeros((block.size, classes))
        rows, words = words_of(codes)
        place = self._geometry(block, window)
        if self._is_fine:
            count_aligned(rows, window.width, lookup, place, _room_for_bands(window.width, block.columns, classes), out)
        else:
            count_coarse(Codes(rows, words, lookup), window.width, place, _room_for_line(place), out)
        return out / self.cell**2

    def count_pair(
        self,
        block: Block,
        window: Window,
        codes: Sequence[NDArray[np.uint8]],
        lookups: Sequence[NDArray[np.int16]],
        shares: Sequence[NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Fraction of each cell by pair of classes, shape (classes, classes, cells).

        `shares` are the shares of the two maps, shape (cells, classes): land that moved is counted, what is left stayed.
        """
        classes = shares[0].shape[1]
        first, second = (Codes(*words_of(code), lookup) for code, lookup in zip(codes, lookups, strict=True))
        place = self._geometry(block, window)
        if not self._is_fine:
            out = np.zeros((block.size, classes * classes))
            count_pair_coarse(first, second, window.width, classes, place, _room_for_line(place), out)
            return np.moveaxis(out.reshape(block.size, classes, classes), 0, -1) / self.cell**2
        out = np.zeros((block.size, (classes + 1) ** 2))
        count_moved_aligned(first, second, window.width, classes, place, np.empty(2, np.int64), np.empty(2), out)
        pairs = np.zeros((classes, classes, block.size))
        stay(out, np.ascontiguousarray(shares[0]), self.cell**2, ROUNDING, pairs)
        return pairs

    def sums(
        self, block: Block, window: Window, values: NDArray[np.float64], *, by_pixel: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Covered fraction of each cell (or number of pixels), and the same times value; shape (cells,)."""
        area, total = np.zeros(block.size), np.zeros(block.size)
        place = self._geometry(block, window)
        sum_aligned(np.ascontiguousarray(values), place, _room_for_line(place), area, total)
        unit = self.size_x * self.size_y if by_pixel else self.cell**2
        return area / unit, total / unit


class WarpedOverlay:
    """Overlay of a raster in any other CRS, by sub-rows cut where they cross cell lines.

    The area of each piece comes from the Jacobian of the projection, so it is the true area on the ellipsoid. Which
    cell a sub-row belongs to is decided on its middle line; a cell's counted area is so off by up to a sub-row at its
    upper and lower line, which is taken out again by scaling it to the part of the cell that the raster covers.
    """

    def __init__(self, pixels: PixelGrid, grid: Grid, sub_row: float = SUB_ROW) -> None:
        self.pixels, self.grid = pixels, grid
        self._to_grid = transformer(pixels.crs, grid.crs)
        self._to_pixels = transformer(grid.crs, pixels.crs)
        size_u, size_v = self._pixel_size()
        self.step_u, self.step_v = self._step(size_u), self._step(size_v)
        # Rows and columns of pixels that five cells span, three where pixels are smallest: no cell reaches further.
        self.reach = (math.ceil(5 * grid.resolution / size_v), math.ceil(5 * grid.resolution / size_u))
        self.slices = max(1, math.ceil(size_v / (sub_row * grid.resolution) - 1e-9))

    def _step(self, size: float) -> float:
        return float(2.0 ** round(math.log2(LATTICE_CELLS * self.grid.resolution / size)))

    def _pixel_size(self) -> tuple[float, float]:
        """Largest width and height of a pixel on the grid, m."""
        west, south, east, north = self.grid.bounds
        along_x, along_y = np.meshgrid(np.linspace(west, east, 7), np.linspace(south, north, 7))
        column, row = self._positions(along_x.ravel(), along_y.ravel())
        here, across, down = self._cells(column, row), self._cells(column + 1e-3, row), self._cells(column, row + 1e-3)
        scale = self.grid.resolution * 1e3
        sizes = [np.hypot(there[0] - here[0], there[1] - here[1]) * scale for there in (across, down)]
        # A step over the date line is no size of a pixel.
        good = np.isfinite(sizes[0] + sizes[1]) & (np.maximum(*sizes) < 100 * np.median(np.maximum(*sizes)))
        if not good.any() or not min(float(size[good].max()) for size in sizes) > 0:
            raise InputError(tr("a map can't be laid on the grid: its CRS and that of the grid have no common area"))
        return float(sizes[0][good].max()), float(sizes[1][good].max())

    def _positions(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Fractional columns and rows of the raster at points of the grid."""
        there = self._to_pixels.transform(x, y)
        return self.pixels.positions(np.asarray(there[0]), np.asarray(there[1]))

    def _cells(self, columns: NDArray[Any], rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Fractional columns and rows of the grid at pixel positions."""
        x, y = self._to_grid.transform(*self.pixels.corners(columns, rows))
        return (np.asarray(x) - self.grid.west) / self.grid.resolution, (
            self.grid.north - np.asarray(y)
        ) / self.grid.resolution

    def window(self, block: Block) -> Window | None:
        """Pixels that may touch the block, with a margin of one cell, or None."""
        west = self.grid.west + (block.column - 1) * self.grid.resolution
        north = self.grid.north - (block.row - 1) * self.grid.resolution
        along_x = west + np.linspace(0, block.columns + 2, 33) * self.grid.resolution
        along_y = north - np.linspace(0, block.rows + 2, 33) * self.grid.resolution
        columns, rows = self._positions(*(side.ravel() for side in np.meshgrid(along_x, along_y)))
        good = np.isfinite(columns) & np.isfinite(rows)
        if not good.any():
            return None
        first, last = (
            max(math.floor(columns[good].min()) - 1, 0),
            min(math.ceil(columns[good].max()) + 1, self.pixels.width),
        )
        top, bottom = (
            max(math.floor(rows[good].min()) - 1, 0),
            min(math.ceil(rows[good].max()) + 1, self.pixels.height),
        )
        if first >= last or top >= bottom:
            return None
        return _padded(Window(top, first, bottom - top, last - first), self.pixels)

    def stored(self, window: Window) -> Window:
        """Window as the file counts its rows and columns: the same."""
        return window

    def upright(self, values: NDArray[Any]) -> NDArray[Any]:
        """Values as they are: any direction of rows and columns is in the projection."""
        return values

    def _geometry(self, block: Block, window: Window) -> Warped:
        first_u = math.floor(window.column / self.step_u) * self.step_u
        first_v = math.floor(window.row / self.step_v) * self.step_v
        u = np.arange(first_u, window.column + window.width + self.step_u, self.step_u)
        v = np.arange(first_v, window.row + window.height + 2 * self.step_v, self.step_v)
        columns, rows = np.meshgrid(u, v)
        x, y = self._cells(columns.ravel(), rows.ravel())
        nodes_x, nodes_y = (np.where(np.isfinite(value), value, np.nan).reshape(columns.shape) for value in (x, y))
        return Warped(
            window.row, window.column, nodes_x, nodes_y, float(first_u), float(first_v), self.step_u, self.step_v, self.slices,
            block.row, block.column, block.rows, block.columns,
        )  # fmt: skip

    def _room_for_spans(self, window: Window) -> Spans:
        return Spans(*self.reach, np.empty((4, window.height), np.int64), np.zeros(4, np.int64))

    def _covered(self, block: Block, window: Window, box: Box) -> NDArray[np.float64]:
        """Part of each cell of the block that the raster covers, shape (cells,): one, but for its rim.

        `box` holds the data of the window and what is near them: where it is away from the rim, nothing else matters.
        """
        top, bottom, first, last = box
        away = self.reach[0]
        inside = (
            window.row + top > away
            and window.row + bottom < self.pixels.height - away
            and window.column + first > 0
            and window.column + last < self.pixels.width
        )
        if inside:
            return np.ones(block.size)
        u = _nodes(window.column, window.column + window.width, self.step_u, self.pixels.width)
        v = _nodes(window.row, window.row + window.height, self.step_v, self.pixels.height)
        columns = np.concatenate([u, np.full(v.size, u[-1]), u[::-1], np.full(v.size, u[0])])
        rows = np.concatenate([np.full(u.size, v[0]), v, np.full(u.size, v[-1]), v[::-1]])
        x, y = self._to_grid.transform(*self.pixels.corners(columns, rows))
        outline = shapely.make_valid(shapely.Polygon(np.column_stack([x, y])))
        size = self.grid.resolution
        west, north = self.grid.west + block.column * size, self.grid.north - block.row * size
        here = Grid(self.grid.crs_wkt, west, north, size, block.rows, block.columns)
        return np.asarray(coverage(here, [outline]).toarray(), np.float64).ravel()

    def _scaled(
        self, out: NDArray[np.float64], footprint: NDArray[np.float64], block: Block, window: Window, box: Box
    ) -> NDArray[np.float64]:
        """Counts of each cell, scaled so that all codes together make up what the raster covers of it."""
        known = footprint > 0
        factor = np.where(known, self._covered(block, window, box) / np.where(known, footprint, 1.0), 0.0)
        return out * factor.reshape(-1, *[1] * (out.ndim - 1))

    def count(
        self, block: Block, window: Window, codes: NDArray[np.uint8], lookup: NDArray[np.int16], classes: int
    ) -> NDArray[np.float64]:
        """Fraction of each cell by class, shape (cells, classes)."""
        out, footprint = np.zeros((block.size, classes)), np.zeros(block.size)
        rows, words = words_of(codes)
        place, spans = self._geometry(block, window), self._room_for_spans(window)
        count_warped(Codes(rows, words, lookup), window.width, place, _room_for_pieces(place), spans, out, footprint)
        return self._scaled(out, footprint, block, window, spans.box.tolist())

    def count_pair(
        self,
        block: Block,
        window: Window,
        codes: Sequence[NDArray[np.uint8]],
        lookups: Sequence[NDArray[np.int16]],
        shares: Sequence[NDArray[np.float64]],
    ) -> NDArray[np.float64]:
        """Fraction of each cell by pair of classes, shape (classes, classes, cells)."""
        classes = shares[0].shape[1]
        out, footprint = np.zeros((block.size, classes * classes)), np.zeros(block.size)
        first, second = (Codes(*words_of(code), lookup) for code, lookup in zip(codes, lookups, strict=True))
        place, spans = self._geometry(block, window), self._room_for_spans(window)
        line = _room_for_pieces(place)
        count_pair_warped(first, second, window.width, classes, place, line, spans, out, footprint)
        scaled = self._scaled(out, footprint, block, window, spans.box.tolist())
        return np.moveaxis(scaled.reshape(block.size, classes, classes), 0, -1)

    def sums(
        self, block: Block, window: Window, values: NDArray[np.float64], *, by_pixel: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Covered fraction of each cell (or number of pixels), and the same times value; shape (cells,)."""
        area, total, footprint = np.zeros(block.size), np.zeros(block.size), np.zeros(block.size)
        place = self._geometry(block, window)
        sum_warped(np.ascontiguousarray(values), place, by_pixel, _room_for_pieces(place), area, total, footprint)
        if by_pixel:
            return area, total
        box = (0, window.height, 0, window.width)
        return self._scaled(area, footprint, block, window, box), self._scaled(total, footprint, block, window, box)


Overlay = AlignedOverlay | WarpedOverlay


def overlay(pixels: PixelGrid, grid: Grid) -> Overlay:
    """Overlay of a raster and a grid: aligned where they share the CRS, else warped."""
    return AlignedOverlay(pixels, grid) if lies_on(pixels, grid) else WarpedOverlay(pixels, grid)
