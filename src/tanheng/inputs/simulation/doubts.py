"""Questions about maps and drivers of a simulation that pass every check and yet may not be what they seem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyproj

from tanheng.grid import transformer
from tanheng.inputs.simulation.land import LandOfDates
from tanheng.io.rasters import Raster
from tanheng.land.engine import LandMap
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import listed, tr
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.landscape import OUTSIDE
from tanheng.units import M2_PER_KM2

#: Times the observed span up to which a year to come may lie ahead without a word.
_FAR = 5
#: Part of the change of one period that may be undone in the next without a word.
_UNDONE = 0.25
#: Codes that software writes where a map has no data: ends of the number types.
_FILLS = {"0", "127", "255", "32767", "65535", "2147483647"}
#: Part of the edge of a map from which on a class that never changes looks like no data around the region.
_EDGE = 0.5
#: Classes of a map of land and sea, where the sea may well lie along the edge and never change.
_LAND_AND_SEA = 2
#: Part by which the areas of pixels in degrees may differ from that of the middle one without a word.
_UNEVEN = 0.01


def land_questions(land: LandOfDates, last: int, *, by_code: bool) -> list[str]:
    """Questions about the land of all dates.

    Parameters
    ----------
    last : int
        Last year that is simulated.
    by_code : bool
        Whether classes are the codes of the map, because there is no legend.
    """
    return [
        *_far_ahead(land, last),
        *(_codes_without_data(land) if by_code else ()),
        *_undone(land),
        *_uneven_pixels(land.pixels, land.cell_km2),
    ]


def _far_ahead(land: LandOfDates, last: int) -> Iterator[str]:
    span = land.years[-1] - land.years[0]
    if last - land.years[-1] > _FAR * span:
        yield tr(
            "simulate.to: {last} is {ahead} years ahead, but change was observed over {span} years only: rates are "
            "unlikely to stay constant for so long, and no interval covers this",
            last=last,
            ahead=last - land.years[-1],
            span=span,
        )


def _codes_without_data(land: LandOfDates) -> Iterator[str]:
    """Codes that count as classes and look like no data: by their number, or since they never change and lie around all the rest."""
    changes = sum(
        transition_counts(one, other, len(land.classes))[0]
        for one, other in zip(land.lands[:-1], land.lands[1:], strict=True)
    )
    shown = land.lands[-1]
    edge = np.concatenate([shown[0], shown[-1], shown[:, 0], shown[:, -1]])
    for k, name in enumerate(land.classes):
        if name in _FILLS or name.startswith("-"):
            yield tr(
                "code {code} counts as a class of its own, and often means no data; if it does, declare it (gdal_edit -a_nodata {code}), or name a "
                "legend",
                code=name,
            )
        elif (
            len(land.classes) > _LAND_AND_SEA
            and (edge == k).mean() > _EDGE
            and changes[k, k] == changes[k].sum() == changes[:, k].sum()
        ):
            yield tr(
                "code {code} counts as a class of its own; it never changes, and lies along {percent:.0f} % of the edge of the map. If it means no "
                "data, declare it (gdal_edit -a_nodata {code}), or name a legend",
                code=name,
                percent=100 * (edge == k).mean(),
            )


def _undone(land: LandOfDates) -> Iterator[str]:
    """Change of one period that the next takes back: clouds, errors of a map, or years that are swapped."""
    for number in range(1, len(land.lands) - 1):
        before, here, after = land.lands[number - 1 : number + 2]
        changed = (before != here) & (before != OUTSIDE) & (here != OUTSIDE) & (after != OUTSIDE)
        moved = int(changed.sum())
        share = int((changed & (after == before)).sum()) / moved if moved else 0.0
        if share > _UNDONE:
            yield tr(
                "{percent:.0f} % of the land that changes from {first} to {year} has its former class again in {last}: is the map of {year} free of "
                "clouds and errors, and is each map of the year it is given for? What is learned, demanded and scored rests on such changes too",
                percent=100 * share,
                first=land.years[number - 1],
                year=land.years[number],
                last=land.years[number + 1],
            )


def _uneven_pixels(pixels: PixelGrid, cell_km2: float) -> Iterator[str]:
    """Pixels whose true area differs from the one that tables are made with, as in degrees."""
    areas = [_area_km2(pixels, row) for row in (0, pixels.height - 1)]
    off = max(abs(area / cell_km2 - 1.0) for area in areas)
    if _UNEVEN < off < np.inf:
        yield tr(
            "pixels of the land map are of {low:,.4g} to {high:,.4g} km2 from one edge to the other, and all count as {middle:,.4g} km2: areas of "
            "places near the edges are off by up to {percent:.0f} %. Bring the maps to an equal-area CRS to have exact areas",
            low=min(areas),
            high=max(areas),
            middle=cell_km2,
            percent=100 * off,
        )


def _area_km2(pixels: PixelGrid, row: int) -> float:
    """True area of the middle pixel of a row."""
    column = pixels.width // 2
    x, y = pixels.corners(np.array([0, 1, 1, 0]) + float(column), np.array([0, 0, 1, 1]) + float(row))
    longitude, latitude = transformer(pixels.crs, pyproj.CRS(4326)).transform(x, y)
    return abs(float(pyproj.Geod(ellps="WGS84").polygon_area_perimeter(longitude, latitude)[0])) / M2_PER_KM2


def maps_as_drivers(maps: Sequence[LandMap], drivers: Mapping[str, tuple[Raster, ...]]) -> Iterator[str]:
    """Problems of drivers that are one of the land maps."""
    years = {_file(item.source): item.year for item in maps if isinstance(item.source, Raster)}
    for name, dates in drivers.items():
        for raster in dict.fromkeys(dates):
            if _file(raster) in years:
                yield tr(
                    "driver '{name}': {path} is the land map of {year}; a model must not be told the land that it predicts, and it has the land of "
                    "the first date anyway. Leave this driver out",
                    name=name,
                    path=raster.path,
                    year=years[_file(raster)],
                )


def twin_drivers(drivers: Mapping[str, tuple[Raster, ...]]) -> Iterator[str]:
    """Notes on drivers that are the same file."""
    names: dict[tuple[object, ...], list[str]] = {}
    for name, dates in drivers.items():
        names.setdefault(tuple(map(_file, dates)), []).append(name)
    for twins in names.values():
        if len(twins) > 1:
            yield tr(
                "drivers {names} are the same file, so that importance is divided between them; leave all but one out",
                names=listed(f"'{name}'" for name in twins),
            )


def _file(raster: Raster) -> tuple[object, int]:
    """What tells a raster from others: its file and its band."""
    return Path(raster.path).resolve() if Path(raster.path).exists() else raster.path, raster.band
