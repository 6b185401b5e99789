"""Whether the land maps of two years lie over each other: pixels of other sizes, lattices that miss each other, maps that are shifted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from tanheng.grid import Grid
from tanheng.land.agreement import REACH, agreement_by_shift
from tanheng.land.engine import LandMap
from tanheng.land.lattice.common import offset_on, place_on, same_crs
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import listed, tr

#: Ratio of two pixel sizes from which a change between two maps is asked about.
_OTHER_SIZE = 1.5

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
        if first.source is not last.source and _lie_together(first.source.pixels, last.source.pixels)
        for note in _shift_note(first, last, grid)
    ]


def _lie_together(one: PixelGrid, other: PixelGrid) -> bool:
    """Whether two maps lie on one lattice whose rows run east and columns south, or the other way."""
    return one.is_upright and place_on(one, other) is not None


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
    compared, share = agreement_by_shift(first, last, grid)
    here = share[REACH, REACH]
    # Of shifts that fit alike, the shortest.
    down, right = np.mgrid[-REACH : REACH + 1, -REACH : REACH + 1]
    far = np.where(share >= share.max() - _ALIKE, np.abs(down) + np.abs(right), np.inf)
    best = np.unravel_index(int(np.argmin(far)), share.shape)
    if compared < _FEWEST or share[best] - here <= _GAIN:
        return []
    ways = [
        _way(int(best[1]) - REACH, tr("east"), tr("west")),
        _way(int(best[0]) - REACH, tr("south"), tr("north")),
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
    if abs(pixels) == REACH:
        return tr("{count} pixels or more to the {way}", count=REACH, way=way)
    if abs(pixels) == 1:
        return tr("1 pixel to the {way}", way=way)
    return tr("{count} pixels to the {way}", count=abs(pixels), way=way)
