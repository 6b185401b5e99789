"""Maps whose pixels lie on one lattice, though they reach to other edges: where each lies among the pixels of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyproj

from tanheng.grid import transformer
from tanheng.land.lattice.pixels import PixelGrid

#: Pixels by which two lattices may drift apart over a whole map and still be one: what files round of their origin and pixel size.
ONE_LATTICE = 0.01


@dataclass(frozen=True)
class CommonPixels:
    """Pixels that several maps lie on, and the first row and column of each map among them."""

    pixels: PixelGrid
    places: tuple[tuple[int, int], ...]


def same_crs(one: PixelGrid, other: PixelGrid) -> bool:
    """Whether two CRS put points at the same place, to a hundredth of a pixel; they may be spelt in other ways."""
    if one.crs_wkt == other.crs_wkt:
        return True
    x, y = other.edge(4)
    try:
        there = transformer(other.crs, one.crs).transform(x, y)
    except pyproj.exceptions.ProjError:
        return False
    columns, rows = other.positions(*there)
    at_columns, at_rows = other.positions(x, y)
    apart = np.abs([columns - at_columns, rows - at_rows])
    return bool(np.isfinite(apart).all() and apart.max() <= ONE_LATTICE)


def offset_on(one: PixelGrid, other: PixelGrid) -> tuple[float, float]:
    """Row and column, in pixels of `one` and fractions of them, at which the first pixel of `other` begins; of one CRS, upright."""
    columns, rows = one.positions(np.array([other.affine[2]]), np.array([other.affine[5]]))
    return float(rows[0]), float(columns[0])


def place_on(one: PixelGrid, other: PixelGrid) -> tuple[int, int] | None:
    """Row and column of `one` at which `other` begins, in whole pixels; None where it lies on other pixels.

    Examples
    --------
    >>> import pyproj
    >>> whole = PixelGrid(pyproj.CRS(32650).to_wkt(), (30, 0, 500000, 0, -30, 4000000), width=100, height=80)
    >>> part = PixelGrid(whole.crs_wkt, (30, 0, 500060, 0, -30, 3999700), width=50, height=50)
    >>> place_on(whole, part)
    (10, 2)
    """
    if (one.affine, one.crs_wkt) == (other.affine, other.crs_wkt):
        return 0, 0
    if not (one.is_upright and other.is_upright):
        return None
    sizes = np.array([[item.affine[0], item.affine[4]] for item in (one, other)])
    drift = np.abs(sizes[1] / sizes[0] - 1.0) * [max(one.width, other.width), max(one.height, other.height)]
    if drift.max() > ONE_LATTICE or not same_crs(one, other):
        return None
    row, column = offset_on(one, other)
    if max(abs(row - round(row)), abs(column - round(column))) > ONE_LATTICE:
        return None
    return round(row), round(column)


def common_pixels(maps: Sequence[PixelGrid]) -> CommonPixels:
    """Pixels of all maps of one lattice together."""
    first = maps[0]
    if all(item == first for item in maps):
        return CommonPixels(first, ((0, 0),) * len(maps))
    places = [place_on(first, item) for item in maps]
    assert None not in places  # noqa: S101  maps of one lattice are given
    return laid_together(maps, [place for place in places if place is not None])


def laid_together(maps: Sequence[PixelGrid], places: Sequence[tuple[int, int]]) -> CommonPixels:
    """Pixels that hold all maps; each begins at a row and column of the first one, which may lie outside it."""
    first = maps[0]
    top, left = min(row for row, _ in places), min(column for _, column in places)
    height = max(row + item.height for (row, _), item in zip(places, maps, strict=True)) - top
    width = max(column + item.width for (_, column), item in zip(places, maps, strict=True)) - left
    a, b, west, d, e, north = first.affine
    moved = (a, b, west + left * a, d, e, north + top * e)
    return CommonPixels(
        PixelGrid(first.crs_wkt, moved, width, height), tuple((row - top, column - left) for row, column in places)
    )
