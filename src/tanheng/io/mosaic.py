"""Tiles of one map: a list of files, or a folder of them, read as one raster."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.io.rasters import Raster, is_remote, locate, open_only, open_raster
from tanheng.land.lattice.common import laid_together, offset_on
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import listed, tr
from tanheng.plain_files import is_folder

_SUFFIXES = (".tif", ".tiff", ".img", ".vrt")


@dataclass(frozen=True)
class Tile:
    """A file of a mosaic, and where its first pixel lies in it."""

    raster: Raster
    row: int
    column: int


@dataclass(frozen=True)
class Mosaic:
    """Tiles on one grid of pixels. Where tiles overlap, the first one that has data there counts.

    Attributes
    ----------
    fill : int or float
        Value where no tile has data: the declared number of the first tile, or a code that the legend calls no data.
    """

    name: str
    tiles: tuple[Tile, ...]
    pixels: PixelGrid
    dtype: str
    tile: tuple[int, int]
    fill: float

    @property
    def files(self) -> tuple[str, ...]:
        """Names of the files."""
        return tuple(name for item in self.tiles for name in item.raster.files)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a user should know of how the files are read."""
        return tuple(note for item in self.tiles for note in item.raster.notes)

    @property
    def nodata(self) -> float:
        """Number of missing pixels."""
        return self.fill

    @property
    def path(self) -> str:
        """Name for messages."""
        return self.name

    @property
    def itemsize(self) -> int:
        """Bytes of one pixel."""
        return int(np.dtype(self.dtype).itemsize)

    def read(self, row: int, column: int, height: int, width: int) -> NDArray[Any]:
        """Stored values of a window inside the mosaic."""
        out = np.full((height, width), self.fill, self.dtype)
        for item in reversed(self.tiles):
            pixels = item.raster.pixels
            top, bottom = max(row, item.row), min(row + height, item.row + pixels.height)
            left, right = max(column, item.column), min(column + width, item.column + pixels.width)
            if top >= bottom or left >= right:
                continue
            values = item.raster.read(top - item.row, left - item.column, bottom - top, right - left)
            here = out[top - row : bottom - row, left - column : right - column]
            if item.raster.nodata is not None and np.isnan(item.raster.nodata):
                np.copyto(here, values, where=~np.isnan(values))
            elif item.raster.nodata is None:
                np.copyto(here, values, where=values != self.fill)
            else:
                np.copyto(here, values, where=values != np.asarray(item.raster.nodata).astype(values.dtype))
        return out


def tile_names(folder: Path) -> list[str]:
    """Raster files of a folder, by name.

    Raises
    ------
    InputError
        There is none.
    """
    tiles = sorted(str(path) for path in folder.iterdir() if path.suffix.lower() in _SUFFIXES)
    if not tiles:
        raise InputError(tr("{folder}: holds no raster ({names})", folder=folder, names=listed(_SUFFIXES)))
    return tiles


def open_only_map(name: str, fill: int | None) -> Raster | Mosaic:
    """Map that a command names: a file or a folder of tiles, each of one band.

    Raises
    ------
    InputError
        As `open_only` and `open_mosaic`.
    """
    names = [locate(name, Path())]
    if not is_remote(name) and is_folder(Path(name)):
        names = tile_names(Path(name))
    for tile in names:
        open_only(tile)
    return open_mosaic(names, None, fill)


def open_mosaic(names: list[str], band: int | None, fill: int | None) -> Raster | Mosaic:
    """Tiles as one raster; a single file is that raster itself.

    Parameters
    ----------
    names : list of str
        Files in the order in which overlaps are resolved.
    fill : int, optional
        Code for places without a tile, where the tiles declare none.

    Raises
    ------
    InputError
        Tiles differ in CRS, pixel size, type or alignment, or there is no code for "no data".
    """
    rasters = [open_raster(name, band) for name in names]
    if len(rasters) == 1:
        return rasters[0]
    first = rasters[0]
    declared = next((item.nodata for item in rasters if item.nodata is not None), fill)
    if declared is None:
        raise InputError(
            tr(
                "{path}: the tiles declare no nodata and the legend has none; write nodata = [CODE] in [land_cover]",
                path=first.path,
            )
        )
    places = []
    for item in rasters:
        _refuse_other(first, item)
        row, column = offset_on(first.pixels, item.pixels)
        if max(abs(column - round(column)), abs(row - round(row))) > 1e-3:
            raise InputError(
                tr(
                    "{path}: its pixels do not lie on those of {first}; resample the tiles onto one grid",
                    path=item.path,
                    first=first.path,
                )
            )
        places.append((round(row), round(column)))
    common = laid_together([item.pixels for item in rasters], places)
    tiles = tuple(Tile(item, *place) for item, place in zip(rasters, common.places, strict=True))
    name = tr("{path} and {count} more tiles", path=first.path, count=len(rasters) - 1)
    # A tile with a mask is read in a wider type than one without.
    dtype = str(np.result_type(*{item.dtype for item in rasters}))
    return Mosaic(name, tiles, common.pixels, dtype, first.tile, float(declared))


def _refuse_other(first: Raster, item: Raster) -> None:
    same_size = np.allclose(
        [item.pixels.affine[0], item.pixels.affine[4]], [first.pixels.affine[0], first.pixels.affine[4]], rtol=1e-9
    )
    if item.pixels.crs != first.pixels.crs or not item.pixels.is_upright:
        raise InputError(
            tr(
                "{path}: has another CRS than {first}; tiles of one map must share it",
                path=item.path,
                first=first.path,
            )
        )
    if not same_size or item.stored != first.stored:
        raise InputError(
            tr(
                "{path}: has other pixels ({dtype}) than {first} ({first_dtype}); tiles must agree",
                path=item.path,
                dtype=item.stored,
                first=first.path,
                first_dtype=first.stored,
            )
        )
