"""Whether the land maps of two years lie over each other: pixels of other sizes, lattices that miss each other, maps that are shifted."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid, transformer
from tanheng.land.common_pixels import CommonPixels, common_pixels, offset_on, place_on, same_crs
from tanheng.land.engine import LandMap
from tanheng.land.pixels import PixelGrid
from tanheng.language import listed, tr

#: Ratio of two pixel sizes from which a change between two maps is asked about.
_OTHER_SIZE = 1.5

#: Windows of a pair of maps that are compared, along each axis, and their side in pixels.
_WINDOWS, _SIDE = 4, 256

#: Pixels by which a map is moved, each way, to see whether it fits the other one better.
_REACH = 3

#: Gain in agreement at which a shift is asked about, and the pixels that must have been compared for it.
_GAIN, _FEWEST = 0.02, 10_000

#: Difference of agreement within which shifts fit alike.
_ALIKE = 1e-3


def place_notes(maps: Sequence[LandMap], grid: Grid) -> list[str]:
    """Questions about neighbouring years whose maps do not lie over each other.

    Raises
    ------
    InputError
        A map can't be read, or has fractions for codes.
    """
    pairs = [(first.year, last.year, first.source.pixels, last.source.pixels) for first, last in pairwise(maps)]
    apart = [
        _other_pixels(f"{first}-{last}", one, other)
        for first, last, one, other in pairs
        if place_on(one, other) is None
    ]
    return apart + shift_notes(maps, grid)


def shift_notes(maps: Sequence[LandMap], grid: Grid | None = None) -> list[str]:
    """Questions about neighbouring years on one lattice of which a map fits the other one better where it is moved.

    Some windows are compared, as they lie and moved by up to three pixels. Maps of one place agree best as they lie.

    Parameters
    ----------
    grid : Grid, optional
        Its land alone is looked at.

    Raises
    ------
    InputError
        A map can't be read, or has fractions for codes.
    """
    return [
        note
        for first, last in pairwise(maps)
        if first.source is not last.source and place_on(first.source.pixels, last.source.pixels) is not None
        for note in _shift_note(first, last, grid)
    ]


def _other_pixels(years: str, one: PixelGrid, other: PixelGrid) -> str:
    """How the pixels of two maps differ, and what that does to their change."""
    sizes = one.pixel_size_m(), other.pixel_size_m()
    if max(sizes) > _OTHER_SIZE * min(sizes):
        return tr(
            "{years}: the maps have pixels of {one:.3g} and {other:.3g} m; are they of one product? A coarser map loses small patches and narrow "
            "strips, so that change between the two is largely one of resolution. Take maps of one product, or resample the finer one to the "
            "coarser (mode). Transitions are estimated from shares of cells, and swaps within a cell are not seen",
            years=years,
            one=sizes[0],
            other=sizes[1],
        )
    if one.is_upright and other.is_upright and same_crs(one, other):
        row, column = (abs(offset - round(offset)) for offset in offset_on(one, other))
        return tr(
            "{years}: the pixels of the maps do not coincide (sizes {one:.6g} and {other:.6g} m, origins {column:.2g} and {row:.2g} of a pixel "
            "apart); if both are of one product, was one of them shifted or resampled? Take it as it was published, or bring it onto the pixels "
            "of the other (nearest). Until then transitions are estimated from shares of cells, and swaps within a cell are not seen: gross "
            "change is too low",
            years=years,
            one=sizes[0],
            other=sizes[1],
            column=column,
            row=row,
        )
    return tr(
        "{years}: the maps are in different CRS or turned, so their pixels do not coincide; transitions are estimated from shares of cells, "
        "and swaps within a cell are not seen: gross change is too low. Bring one map onto the pixels of the other (nearest) to count them",
        years=years,
    )


def _shift_note(first: LandMap, last: LandMap, grid: Grid | None) -> list[str]:
    """Question about a map that fits the one of the year before better where it is moved."""
    compared, agree = agreement_by_shift(first, last, grid)
    with np.errstate(invalid="ignore"):
        share = np.where(compared >= _FEWEST, agree / compared, -1.0)
    here = share[_REACH, _REACH]
    # Of shifts that fit alike, the shortest.
    down, right = np.mgrid[-_REACH : _REACH + 1, -_REACH : _REACH + 1]
    far = np.where(share >= share.max() - _ALIKE, np.abs(down) + np.abs(right), np.inf)
    best = np.unravel_index(int(np.argmin(far)), share.shape)
    if here < 0 or share[best] - here <= _GAIN:
        return []
    ways = [
        _way(int(best[1]) - _REACH, tr("east"), tr("west")),
        _way(int(best[0]) - _REACH, tr("south"), tr("north")),
    ]
    return [
        tr(
            "{first}-{last}: the maps agree on {here:.0f} % of the pixels compared as they lie, and on {best:.0f} % where that of {last} "
            "is moved {ways}; is one of them shifted, as a change of CRS or georeferencing by hand may do? Along every edge of a patch the run "
            "would then count change where no land changed",
            first=first.year,
            last=last.year,
            here=100.0 * here,
            best=100.0 * float(share[best]),
            ways=listed(way for way in ways if way),
        )
    ]


def _way(pixels: int, forth: str, back: str) -> str:
    """A move along one axis, in pixels; empty where there is none."""
    if pixels == 0:
        return ""
    way = forth if pixels > 0 else back
    if abs(pixels) == _REACH:
        return tr("{count} pixels or more to the {way}", count=_REACH, way=way)
    if abs(pixels) == 1:
        return tr("1 pixel to the {way}", way=way)
    return tr("{count} pixels to the {way}", count=abs(pixels), way=way)


def agreement_by_shift(
    first: LandMap, last: LandMap, grid: Grid | None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pixels compared and pixels that agree, by the rows and columns by which the last map is moved, shape (7, 7).

    Maps must lie on one lattice. North and west come first.
    """
    common = common_pixels([first.source.pixels, last.source.pixels])
    moves = 2 * _REACH + 1
    compared, agree = np.zeros((moves, moves)), np.zeros((moves, moves))
    a, e = common.pixels.affine[0], common.pixels.affine[4]
    for row, column, height, width in _windows(common, (first.source.pixels, last.source.pixels), grid):
        one, other = (
            _classes(item, row - place[0], column - place[1], height, width)
            for item, place in zip((first, last), common.places, strict=True)
        )
        # Rows run south and columns east, whichever way the file has them.
        one, other = (item[:: -1 if e > 0 else 1, :: -1 if a < 0 else 1] for item in (one, other))
        core = one[_REACH:-_REACH, _REACH:-_REACH]
        for down in range(moves):
            for right in range(moves):
                top, left = moves - 1 - down, moves - 1 - right
                moved = other[top : top + core.shape[0], left : left + core.shape[1]]
                both = (core >= 0) & (moved >= 0)
                compared[down, right] += both.sum()
                agree[down, right] += (both & (core == moved)).sum()
    return compared, agree


def _classes(item: LandMap, row: int, column: int, height: int, width: int) -> NDArray[np.int16]:
    """Class index of the pixels of a window; below zero where there is no data."""
    codes, table = item.lookup.indexed(item.source.read(row, column, height, width), item.source.name)
    return table[codes]


def _windows(
    common: CommonPixels, maps: tuple[PixelGrid, PixelGrid], grid: Grid | None
) -> Iterator[tuple[int, int, int, int]]:
    """Windows of the common pixels that both maps cover, spread over the grid."""
    top, left, bottom, right = _shared_box(common, maps, grid)
    heights, widths = _spread(top, bottom), _spread(left, right)
    for row, height in heights:
        for column, width in widths:
            yield row, column, height, width


def _shared_box(
    common: CommonPixels, maps: tuple[PixelGrid, PixelGrid], grid: Grid | None
) -> tuple[int, int, int, int]:
    """First and last row and column of the common pixels that both maps and the grid cover."""
    starts = [place[0] for place in common.places], [place[1] for place in common.places]
    ends = (
        [place[0] + item.height for place, item in zip(common.places, maps, strict=True)],
        [place[1] + item.width for place, item in zip(common.places, maps, strict=True)],
    )
    if grid is None:
        return max(starts[0]), max(starts[1]), min(ends[0]), min(ends[1])
    west, south, east, north = grid.bounds
    x, y = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    columns, rows = common.pixels.positions(*transformer(grid.crs, common.pixels.crs).transform(x.ravel(), y.ravel()))
    rows, columns = rows[np.isfinite(rows)], columns[np.isfinite(columns)]
    if not len(rows) or not len(columns):
        return 0, 0, 0, 0
    return (
        max(*starts[0], math.floor(rows.min())),
        max(*starts[1], math.floor(columns.min())),
        min(*ends[0], math.ceil(rows.max())),
        min(*ends[1], math.ceil(columns.max())),
    )


def _spread(start: int, end: int) -> list[tuple[int, int]]:
    """Windows along one axis: their first pixel and length."""
    length = end - start
    if length <= 4 * _REACH:
        return []
    if length <= _WINDOWS * _SIDE:
        return [(start, length)]
    gap = (length - _SIDE) / (_WINDOWS - 1)
    return [(start + round(number * gap), _SIDE) for number in range(_WINDOWS)]
