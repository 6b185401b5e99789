"""Rasters of any CRS and pixel size, read on the pixels of another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, Self

import numpy as np
import rasterio
import rasterio.features
import shapely
from numpy.typing import NDArray
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from tanheng.errors import InputError
from tanheng.grid import project, transformer
from tanheng.io.mosaic import Mosaic
from tanheng.io.rasters import Raster, gdal_settings
from tanheng.io.sources import open_with_drivers
from tanheng.io.vectors import Layer, Polygons
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import tr
from tanheng.simulation.landscape import NO_ZONE

#: Pixels of a strip of rows.
_STRIP_PIXELS = 2**22


def strips(pixels: PixelGrid) -> Iterator[tuple[int, int]]:
    """First row and height of strips that together are all rows."""
    height = max(1, min(pixels.height, _STRIP_PIXELS // pixels.width))
    for row in range(0, pixels.height, height):
        yield row, min(height, pixels.height - row)


class ValuesOnPixels:
    """A raster read on the pixels of another one, window by window, inside a ``with`` block; NaN where it has no data.

    A raster with smaller pixels is averaged over the new ones. One with larger pixels is interpolated between its centres, or, with
    `nearest`, each new pixel takes the value of the one in which its centre lies.
    """

    def __init__(self, raster: Raster, pixels: PixelGrid, *, nearest: bool = False) -> None:
        self.raster, self.pixels, self._nearest = raster, pixels, nearest
        self._open = ExitStack()
        self._warped: Any = None

    def __enter__(self) -> Self:
        """Open the file, unless its pixels are the wanted ones.

        Raises
        ------
        InputError
            The file is damaged.
        """
        raster, pixels = self.raster, self.pixels
        if raster.pixels == pixels:
            return self
        finer = raster.pixels.pixel_size_m() < 0.75 * pixels.pixel_size_m()
        coarser = Resampling.nearest if self._nearest else Resampling.bilinear
        try:
            self._open.enter_context(gdal_settings(raster.path))
            dataset = self._open.enter_context(open_with_drivers(raster.path))
            self._warped = self._open.enter_context(
                WarpedVRT(
                    dataset,
                    crs=rasterio.crs.CRS.from_wkt(pixels.crs_wkt),
                    transform=rasterio.Affine(*pixels.affine),
                    width=pixels.width,
                    height=pixels.height,
                    resampling=Resampling.average if finer else coarser,
                    src_nodata=raster.declared,
                    nodata=float("nan") if raster.declared is None else raster.declared,
                    dtype="float64",
                    add_alpha=False,
                )
            )
        except RasterioError as error:
            self._open.close()
            raise self._damaged(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._open.close()
        self._warped = None

    def _damaged(self, error: Exception) -> InputError:
        return InputError(
            tr("{path}: can't be laid on the pixels of the land map ({reason})", path=self.raster.path, reason=error)
        )

    def read_values(self, row: int, column: int, height: int, width: int) -> NDArray[np.float64]:
        """Values of a window of the new pixels.

        Raises
        ------
        InputError
            The file is damaged.
        """
        if self._warped is None:
            return self.raster.read_values(row, column, height, width)
        try:
            read = self._warped.read(self.raster.band, window=Window(column, row, width, height), masked=True)
        except RasterioError as error:
            raise self._damaged(error) from error
        values = np.ma.filled(read.astype(np.float64), np.nan)
        return np.asarray(values * self.raster.scale + self.raster.offset)


def values_on(raster: Raster, pixels: PixelGrid, *, nearest: bool = False) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """First row and values of strips of a raster on other pixels; NaN where it has no data. See `ValuesOnPixels`.

    Raises
    ------
    InputError
        The file is damaged.
    """
    with ValuesOnPixels(raster, pixels, nearest=nearest) as laid:
        for row, height in strips(pixels):
            yield row, laid.read_values(row, 0, height, pixels.width)


def codes_on(source: Raster | Mosaic, pixels: PixelGrid) -> Iterator[tuple[int, NDArray[Any], NDArray[np.bool_]]]:
    """First row, stored codes and whether they are there, in strips on other pixels: each is that in which the centre of the new one lies."""
    if source.pixels == pixels:
        for row, height in strips(pixels):
            yield row, source.read(row, 0, height, pixels.width), np.ones((height, pixels.width), bool)
        return
    moved = None if source.pixels.crs == pixels.crs else transformer(pixels.crs, source.pixels.crs)
    for row, height in strips(pixels):
        columns, rows = np.meshgrid(np.arange(pixels.width) + 0.5, np.arange(row, row + height) + 0.5)
        x, y = pixels.corners(columns, rows)
        if moved is not None:
            x, y = moved.transform(x, y)
        at, down = source.pixels.positions(x, y)
        inside = np.isfinite(at) & np.isfinite(down)
        column = np.floor(np.where(inside, at, -1)).astype(np.int64)
        line = np.floor(np.where(inside, down, -1)).astype(np.int64)
        inside &= (column >= 0) & (line >= 0) & (column < source.pixels.width) & (line < source.pixels.height)
        if not inside.any():
            yield row, np.zeros((height, pixels.width), np.uint8), inside
            continue
        left, right = int(column[inside].min()), int(column[inside].max()) + 1
        top, bottom = int(line[inside].min()), int(line[inside].max()) + 1
        read = source.read(top, left, bottom - top, right - left)
        codes = read[np.where(inside, line - top, 0), np.where(inside, column - left, 0)]
        yield row, codes, inside


def touched_by(layer: Layer, pixels: PixelGrid, coarser: int, margin: int = 0) -> NDArray[np.bool_]:
    """Cells, `coarser` times as wide as the pixels, that a layer's points, lines or polygons touch; shape (rows, columns).

    Parameters
    ----------
    margin : int
        Such cells around the map that are looked at as well.

    Raises
    ------
    InputError
        The layer has no CRS.
    """
    shapes = [shape for shape in layer.geometries if shape is not None and not shapely.is_empty(shape)]
    if layer.crs is None:
        raise InputError(tr("a layer without a CRS can't be laid on the land map; assign the one it was made in"))
    moved = project(shapes, layer.crs, pixels.crs)
    shape = (-(-pixels.height // coarser) + 2 * margin, -(-pixels.width // coarser) + 2 * margin)
    if not moved:
        return np.zeros(shape, bool)
    transform = (
        rasterio.Affine(*pixels.affine) @ rasterio.Affine.scale(coarser) @ rasterio.Affine.translation(-margin, -margin)
    )
    burnt = rasterio.features.rasterize(
        ((item, 1) for item in moved), out_shape=shape, transform=transform, fill=0, dtype="uint8", all_touched=True
    )
    return np.asarray(burnt > 0)


def zones_on(polygons: Polygons, pixels: PixelGrid) -> NDArray[np.uint16]:
    """Number of the polygon in which the centre of each pixel lies, shape (rows, columns); `NO_ZONE` where in none.

    Where polygons overlap the first one counts.
    """
    shapes = project(polygons.geometries, polygons.crs, pixels.crs)
    numbered = [(shape, number) for number, shape in enumerate(shapes) if not shapely.is_empty(shape)]
    if not numbered:
        return np.full((pixels.height, pixels.width), NO_ZONE, np.uint16)
    return np.asarray(
        rasterio.features.rasterize(
            reversed(numbered),
            out_shape=(pixels.height, pixels.width),
            transform=rasterio.Affine(*pixels.affine),
            fill=NO_ZONE,
            dtype="uint16",
        )
    )
