"""Drivers laid on the cells of a land map: any CRS and pixel size; gaps are named, and take the mean effect."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.inputs.problems import Problems
from tanheng.io.aligned import values_on, zones_on
from tanheng.io.rasters import Raster
from tanheng.io.vectors import read_polygons
from tanheng.land.pixels import PixelGrid
from tanheng.language import tr
from tanheng.simulation.landscape import GAP, Codes, Driver, as_codes, levels_of

#: Cells whose values the levels of a driver are taken from.
_SAMPLE = 200_000
#: Cells from which on a driver's codes are kept on disk, and memory holds the rows that are worked on.
_IN_MEMORY = 2**26


def lay_drivers(
    rasters: Mapping[str, Raster], pixels: PixelGrid, inside: NDArray[np.bool_], cell_km2: float, problems: Problems
) -> tuple[tuple[Driver, ...], tuple[str, ...]]:
    """Drivers on the cells of a land map, and notes on their gaps; one without values or with a single one is a problem.

    Parameters
    ----------
    rasters : mapping of str to Raster
        By the name of the driver.
    inside : array of bool, shape (rows, columns)
        Cells that have a class.
    """
    found, notes = [], []
    for name, raster in rasters.items():
        with problems.at(f"simulate.drivers.{name}"):
            driver = problems.attempt(_driver, name, raster, pixels, inside, problems)
        if driver is None:
            continue
        gaps = _gaps(driver.codes, inside)
        if gaps:
            notes.append(
                tr(
                    "driver '{name}': {path} has no data in {km2:,.2f} km2 of the land map; its mean effect is used there",
                    name=name,
                    path=raster.path,
                    km2=gaps * cell_km2,
                )
            )
        found.append(driver)
    return tuple(found), tuple(notes)


def _driver(
    name: str, raster: Raster, pixels: PixelGrid, inside: NDArray[np.bool_], problems: Problems
) -> Driver | None:
    every = max(1, int(inside.sum()) // _SAMPLE)
    parts = [values[inside[row : row + values.shape[0]]][::every] for row, values in values_on(raster, pixels)]
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
    codes = _room((pixels.height, pixels.width))
    for row, values in values_on(raster, pixels):
        codes[row : row + values.shape[0]] = as_codes(values, levels)
    return Driver(name, codes, levels)


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
        return np.asarray(zones_on(read_polygons(path), pixels) != np.iinfo(np.uint16).max)
    out = np.zeros((pixels.height, pixels.width), bool)
    for row, values in values_on(raster, pixels):
        out[row : row + values.shape[0]] = np.nan_to_num(values) != 0
    return out
