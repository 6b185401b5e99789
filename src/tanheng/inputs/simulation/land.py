"""Land maps as classes on the cells of the last of them, and the codes that simulated maps are written in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tanheng.errors import InputError
from tanheng.factors.legends import Legend
from tanheng.inputs.land_maps import unknown_codes
from tanheng.inputs.problems import Problems
from tanheng.io.aligned import codes_on
from tanheng.io.mosaic import Mosaic
from tanheng.io.rasters import Raster
from tanheng.land.engine import LandMap, inventory
from tanheng.land.lattice.common import place_on
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import name_of, tr
from tanheng.simulation.landscape import OUTSIDE, Land
from tanheng.units import M2_PER_KM2

#: Largest difference of a projected pixel's area from the true one at which the product of its sides counts as its area.
_TRUE_ENOUGH = 0.005
#: Share of the land from which on a class that another date lacks is a problem.
_MUCH = 1e-3
#: Most classes of a map without a legend: more are a map of another quantity.
MOST_CLASSES = 40


#: Times the pixels of one map may be larger than those of another.
_ALIKE = 1.5


@dataclass(frozen=True)
class LandOfDates:
    """Land of all dates on the cells of the last map.

    Attributes
    ----------
    years : tuple of int
    lands : tuple of array of uint8, shape (rows, columns)
        Index of the class; `OUTSIDE` where a map has no data.
    classes : tuple of str
    codes : tuple of int
        Code that newly simulated land of each class is written in: the most frequent of its codes on the last map.
    source : Raster or Mosaic
        The last map.
    cell_km2 : float
    notes : tuple of str
    """

    years: tuple[int, ...]
    lands: tuple[Land, ...]
    classes: tuple[str, ...]
    codes: tuple[int, ...]
    source: Raster | Mosaic
    cell_km2: float
    notes: tuple[str, ...]

    @property
    def pixels(self) -> PixelGrid:
        """Cells that all dates lie on."""
        return self.source.pixels


def open_land(
    maps: Sequence[LandMap], legend: Legend, classes: tuple[str, ...], problems: Problems
) -> LandOfDates | None:
    """Land of all dates; None where a map can't be used, which is then a problem."""
    if len(maps) < 2:
        problems.add(tr("simulation learns from change: give land maps of two years or more"))
        return None
    last = maps[-1].source
    assert isinstance(last, (Raster, Mosaic))  # noqa: S101  land maps are made from these
    notes: list[str] = []
    lands = []
    for item in maps:
        land = problems.attempt(_classes_of, item, last.pixels, legend, notes)
        if land is not None:
            lands.append(land)
    if len(lands) < len(maps):
        return None
    counts = problems.attempt(inventory, last) or {}
    codes = tuple(_usual_code(maps[-1], name, counts) for name in classes)
    dated = LandOfDates(
        tuple(item.year for item in maps), tuple(lands), classes, codes, last, cell_km2(last.pixels), tuple(notes)
    )
    serious, slight = _class_problems(dated, [item.source.name for item in maps])
    problems.add(*serious)
    return replace(dated, notes=(*dated.notes, *_gap_notes(dated, maps), *slight))


#: Part of the land of the last map that an earlier one may lack without a word.
_LITTLE = 0.01


def _gap_notes(land: LandOfDates, maps: Sequence[LandMap]) -> list[str]:
    """Notes on land of the last map for which an earlier one has no data: change there is taken to be that of the rest."""
    there = land.lands[-1] != OUTSIDE
    whole, found = int(there.sum()), []
    for own, item in zip(land.lands[:-1], maps[:-1], strict=True):
        lacking = int((there & (own == OUTSIDE)).sum())
        if lacking > _LITTLE * whole:
            found.append(
                tr(
                    "{path}: has no data on {km2:,.2f} km2 ({percent:.0f} %) of the land of the last map; change is learned from the rest, and "
                    "demand takes the same rates there",
                    path=item.source.name,
                    km2=lacking * land.cell_km2,
                    percent=100 * lacking / whole,
                )
            )
    return found


def _classes_of(item: LandMap, pixels: PixelGrid, legend: Legend, notes: list[str]) -> Land:
    source = item.source
    assert isinstance(source, (Raster, Mosaic))  # noqa: S101  land maps are made from these
    ratio = source.pixels.pixel_size_m() / pixels.pixel_size_m()
    if not 1.0 / _ALIKE <= ratio <= _ALIKE:
        raise InputError(
            tr(
                "{path}: has pixels of {own:,.4g} m, those of the last map are of {last:,.4g} m; maps of unlike pixels seem to change wherever a "
                "patch is smaller than a pixel: bring all to the coarser one (by the most frequent class) first",
                path=source.path,
                own=source.pixels.pixel_size_m(),
                last=pixels.pixel_size_m(),
            )
        )
    out = np.full((pixels.height, pixels.width), OUTSIDE, np.uint8)
    unknown = False
    for row, stored, inside in codes_on(source, pixels):
        codes, table = item.lookup.indexed(stored, source.name)
        unknown |= bool((table[codes[inside]] == item.lookup.unknown).any())
        to_class = np.where((table >= 0) & (table < item.lookup.unknown), table, OUTSIDE).astype(np.uint8)
        out[row : row + stored.shape[0]] = np.where(inside, to_class[codes], OUTSIDE)
    if unknown:
        raise InputError(unknown_codes(item, inventory(source), legend.name))
    if not (out != OUTSIDE).any():
        raise InputError(tr("{path}: has no data where the last map lies; is it of the same place?", path=source.path))
    if place_on(pixels, source.pixels) is None:
        notes.append(
            tr(
                "{path}: lies on other pixels than the last map; each cell takes the code at its centre, so borders between "
                "classes may seem to move",
                path=source.path,
            )
        )
    return out


def _usual_code(item: LandMap, name: str, counts: dict[int, int]) -> int:
    """Most frequent code of a class on a map, else the first that the legend has."""
    codes = [code for code, land_class in item.lookup.codes.items() if land_class == name]
    return max(codes, key=lambda code: counts.get(code, 0))


def _class_problems(land: LandOfDates, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Classes that some dates lack, where they hold much land on others: another legend, or a map of something else; and where little."""
    counts = np.stack([np.bincount(one.reshape(-1), minlength=256)[: len(land.classes)] for one in land.lands])
    serious: list[str] = []
    slight: list[str] = []
    for k in np.flatnonzero((counts > 0).any(axis=0) & (counts == 0).any(axis=0)):
        has, lacks = int(np.argmax(counts[:, k])), int(np.argmin(counts[:, k]))
        text = tr(
            "{path}: {year} has no land of class '{name}', {other} has {km2:,.2f} km2 of it; a class that comes or goes can't be learned. Map all "
            "dates to the same classes with a legend",
            path=names[lacks],
            year=land.years[lacks],
            name=name_of(land.classes[k]),
            other=land.years[has],
            km2=counts[has, k] * land.cell_km2,
        )
        (serious if counts[has, k] > _MUCH * counts[has].sum() else slight).append(text)
    return serious, slight


def cell_km2(pixels: PixelGrid) -> float:
    """Area of a cell: the product of its sides, or where these are degrees or distorted, its true area in the middle of the map."""
    true = pixels.pixel_size_m() ** 2 / M2_PER_KM2
    if not pixels.crs.is_projected:
        return true
    metres = pixels.crs.axis_info[0].unit_conversion_factor
    a, b, _, d, e, _ = pixels.affine
    sides = abs(a * e - b * d) * metres**2 / M2_PER_KM2
    return sides if abs(sides / true - 1.0) <= _TRUE_ENOUGH else true


def identity_legend(sources: Sequence[Raster | Mosaic]) -> Legend:
    """Each code of the maps of all dates as a class of its own, named by the code.

    Raises
    ------
    InputError
        There are too many codes for a map of classes.
    """
    found: set[int] = set()
    for source in sources:
        codes = {code for code in inventory(source) if source.nodata is None or code != source.nodata}
        if len(codes) > MOST_CLASSES:
            raise InputError(
                tr(
                    "{path}: has {count} different codes, too many to be classes; name a legend that groups them (--legend)",
                    path=source.path,
                    count=len(codes),
                )
            )
        found |= codes
    return Legend(tr("codes of {path}", path=sources[-1].path), {code: str(code) for code in sorted(found)})
