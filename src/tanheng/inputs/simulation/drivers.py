"""Drivers laid on the cells of a land map: any CRS and pixel size; gaps are named, and take the mean effect."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Container, Mapping
from pathlib import Path

import numpy as np
import pyproj
from numpy.typing import NDArray
from scipy import ndimage

from tanheng.errors import InputError
from tanheng.grid import transformer
from tanheng.inputs.checks.raster_checks import check_values
from tanheng.inputs.problems import Problems
from tanheng.io.aligned import touched_by, values_on, zones_on
from tanheng.io.rasters import Raster
from tanheng.io.vectors import read_layer, read_polygons
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import mark, tr
from tanheng.simulation.landscape import GAP, NO_ZONE, Codes, Driver, as_codes, levels_of

#: Cells whose values the levels of a driver are taken from.
_SAMPLE = 200_000
#: Cells between which distances to features are measured.
_MEASURED = 2**24
#: Cells from which on a driver's codes are kept on disk, and memory holds the rows that are worked on.
_IN_MEMORY = 2**26


def lay_drivers(
    rasters: Mapping[str, tuple[Raster, ...]],
    pixels: PixelGrid,
    inside: NDArray[np.bool_],
    cell_km2: float,
    problems: Problems,
    chances: Container[str] = (),
) -> tuple[tuple[Driver, ...], tuple[str, ...]]:
    """Drivers on the cells of a land map, and notes on their gaps; one without values or with a single one is a problem.

    Parameters
    ----------
    rasters : mapping of str to tuple of Raster
        By the name of the driver: one for each date of the land, or one for all.
    inside : array of bool, shape (rows, columns)
        Cells that have a class.
    chances : container of str
        Names of those that hold chances that the user gives.
    """
    found, notes = [], []
    for name, dates in rasters.items():
        raster = dates[-1]
        with problems.at(f"simulate.drivers.{name}"):
            driver = problems.attempt(_driver, name, dates, pixels, inside, problems)
            for one in dict.fromkeys(dates):
                notes.extend(problems.attempt(check_values, one, name) or [])
        if driver is None:
            continue
        if name not in chances and _looks_like_codes(driver.levels):
            notes.append(
                tr(
                    "driver '{name}': {path} holds {count} different whole numbers and is taken as a quantity; if they are codes of kinds, as of "
                    "soils, give a map of 0 and 1 for each kind that matters",
                    name=name,
                    path=raster.path,
                    count=len(driver.levels),
                )
            )
        gaps = _gaps(driver.codes, inside)
        if gaps:
            template = (
                mark(
                    "'{name}': {path} has no data on {km2:,.2f} km2 ({percent:.2g} %) of the land map; its lowest probability is used there"
                )
                if name in chances
                else mark(
                    "driver '{name}': {path} has no data in {km2:,.2f} km2 ({percent:.2g} %) of the land map; its mean effect is used there"
                )
            )
            notes.append(
                tr(
                    template,
                    name=name,
                    path=raster.path,
                    km2=gaps * cell_km2,
                    percent=100 * gaps / int(inside.sum()),
                )
            )
        found.append(driver)
    return tuple(found), tuple(notes)


#: Different whole numbers that look like codes: more than yes and no, and no more than kinds of soil or rock.
_CODES = (3, 20)


def _looks_like_codes(levels: NDArray[np.float64]) -> bool:
    return _CODES[0] <= len(levels) <= _CODES[1] and bool((levels == np.round(levels)).all())


def _driver(
    name: str, dates: tuple[Raster, ...], pixels: PixelGrid, inside: NDArray[np.bool_], problems: Problems
) -> Driver | None:
    every = max(1, int(inside.sum()) // _SAMPLE)
    raster = dates[-1]
    parts = [
        values[inside[row : row + values.shape[0]]][::every]
        for one in dict.fromkeys(dates)
        for row, values in values_on(one, pixels)
    ]
    levels = levels_of(np.concatenate(parts))
    if levels.size < 2:
        what = (
            tr("has no data where the land map has")
            if levels.size == 0
            else tr("has the same value, {value:g}, all over the land map", value=float(levels[0]))
        )
        problems.add(
            tr(
                "driver '{name}': {path} {what}, so nothing can be learned from it; leave it out",
                name=name,
                path=raster.path,
                what=what,
            )
        )
        return None
    laid = {one: _laid(one, pixels, levels) for one in dict.fromkeys(dates)}
    earlier = {number: laid[one] for number, one in enumerate(dates) if one != raster}
    return Driver(name, laid[raster], levels, earlier)


def _laid(raster: Raster, pixels: PixelGrid, levels: NDArray[np.float64]) -> Codes:
    codes = _room((pixels.height, pixels.width))
    for row, values in values_on(raster, pixels):
        codes[row : row + values.shape[0]] = as_codes(values, levels)
    return codes


#: How far beyond the map features are looked for, in its longer sides.
_AROUND = 0.25


def distance_drivers(
    files: Mapping[str, Path], pixels: PixelGrid, inside: NDArray[np.bool_], problems: Problems
) -> tuple[Driver, ...]:
    """Distance of each cell to the points, lines or polygons of a file, m, as a driver.

    Features around the map count as well, up to a quarter of its longer side beyond it. On large maps distances are measured between
    blocks of cells, so that they are wrong by at most the width of a block.
    """
    drivers = []
    for name, path in files.items():
        with problems.at(f"simulate.distance_to.{name}"):
            driver = problems.attempt(_distance, name, path, pixels, inside)
        if driver is not None:
            drivers.append(driver)
    return tuple(drivers)


def _distance(name: str, path: Path, pixels: PixelGrid, inside: NDArray[np.bool_]) -> Driver:
    coarser = max(1, math.ceil(math.sqrt(pixels.width * pixels.height / _MEASURED)))
    margin = math.ceil(_AROUND * max(pixels.width, pixels.height) / coarser)
    touched = touched_by(read_layer(path), pixels, coarser, margin)
    if not touched.any():
        raise InputError(
            tr("{path}: nothing in it lies on the land map; is it of the same place, and its CRS right?", path=path)
        )
    across, down = _sides_m(pixels)
    away = ndimage.distance_transform_edt(~touched, sampling=(down * coarser, across * coarser))
    away = away[margin : touched.shape[0] - margin, margin : touched.shape[1] - margin]
    whole = np.repeat(np.repeat(away, coarser, axis=0), coarser, axis=1)[: pixels.height, : pixels.width]
    levels = levels_of(whole[inside][:: max(1, int(inside.sum()) // _SAMPLE)])
    if levels.size < 2:
        raise InputError(
            tr("{path}: is as far from every cell of the land map, so nothing can be learned from it", path=path)
        )
    return Driver(name, as_codes(whole, levels), levels)


def _sides_m(pixels: PixelGrid) -> tuple[float, float]:
    """Width and height of the middle pixel on the ground, m."""
    column, row = pixels.width // 2, pixels.height // 2
    x, y = pixels.corners(np.array([column, column + 1, column], float), np.array([row, row, row + 1], float))
    longitude, latitude = transformer(pixels.crs, pyproj.CRS(4326)).transform(x, y)
    geod = pyproj.Geod(ellps="WGS84")
    across = geod.inv(longitude[0], latitude[0], longitude[1], latitude[1])[2]
    down = geod.inv(longitude[0], latitude[0], longitude[2], latitude[2])[2]
    return float(across), float(down)


def _room(shape: tuple[int, int]) -> Codes:
    if shape[0] * shape[1] <= _IN_MEMORY:
        return np.empty(shape, np.uint16)
    # Removed with its last reference; it has no name that another process could find.
    return np.memmap(tempfile.TemporaryFile(prefix="tanheng-"), np.uint16, "w+", shape=shape)


def _gaps(codes: Codes, inside: NDArray[np.bool_]) -> int:
    rows = max(1, 2**22 // max(codes.shape[1], 1))
    return sum(
        int(((codes[row : row + rows] == GAP) & inside[row : row + rows]).sum())
        for row in range(0, codes.shape[0], rows)
    )


def mask_on(path: Path, raster: Raster | None, pixels: PixelGrid) -> NDArray[np.bool_]:
    """Cells whose centre lies in the polygons of a file, or of which the value on a raster is not zero."""
    if raster is None:
        return np.asarray(zones_on(read_polygons(path), pixels) != NO_ZONE)
    out = np.zeros((pixels.height, pixels.width), bool)
    for row, values in values_on(raster, pixels, nearest=True):
        out[row : row + values.shape[0]] = np.nan_to_num(values) != 0
    return out
