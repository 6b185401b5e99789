"""Simulated land-use maps, in the codes and on the pixels of the map that they start from; and chances of classes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from tanheng.errors import OutputError
from tanheng.io.aligned import strips
from tanheng.io.mosaic import Mosaic
from tanheng.io.rasters import Raster
from tanheng.io.sources import open_with_drivers
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import tr

_OUTSIDE = 255


def write_land_use(
    path: Path,
    land: NDArray[np.uint8],
    last: NDArray[np.uint8],
    codes: Sequence[int],
    source: Raster | Mosaic,
    text: str,
) -> None:
    """Write a simulated map: cells that kept their class keep their code; those that changed get the code of their new class.

    Parameters
    ----------
    land, last : array of uint8, shape (rows, columns)
        Index of the class, simulated and on the last map; 255 outside, where the last map's own code stays.
    codes : sequence of int
        Code of each class.
    source : Raster or Mosaic
        The last map.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    dtype = source.dtype if np.issubdtype(source.dtype, np.integer) else "int32"
    nodata = source.nodata
    floats = not np.issubdtype(source.dtype, np.integer)
    if (floats and nodata is None) or (nodata is not None and not (np.isfinite(nodata) and float(nodata).is_integer())):
        nodata = float(
            np.iinfo(dtype).min
        )  # what has no value in a map of floats is NaN, which whole numbers don't know
    changed = np.unique(land[(land != last) & (land != _OUTSIDE)])
    needed = [codes[k] for k in changed]
    if (
        needed
        and np.issubdtype(dtype, np.integer)
        and not np.iinfo(dtype).min <= min(needed) <= max(needed) <= np.iinfo(dtype).max
    ):
        dtype = "int32"
    by_class = np.zeros(256, dtype)
    by_class[changed] = needed
    profile = _profile(source.pixels, dtype, nodata)

    def fill(dataset: Any) -> None:  # noqa: ANN401  rasterio has no types
        for row, height in strips(source.pixels):
            here = slice(row, row + height)
            stored = source.read(row, 0, height, source.pixels.width)
            kept = (land[here] == last[here]) | (land[here] == _OUTSIDE)
            own = np.nan_to_num(stored, nan=0 if nodata is None else nodata).astype(dtype)
            out = np.where(kept, own, by_class[land[here]])
            dataset.write(out, 1, window=Window(0, row, source.pixels.width, height))
        colours = _colours(source)
        if colours and dtype == "uint8":
            dataset.write_colormap(1, colours)

    _write(path, profile, fill, text, "", "MODE")


def write_parts(paths: Sequence[Path], rows: Iterable[Sequence[NDArray[np.uint8]]], pixels: PixelGrid) -> None:
    """Write maps of parts of cells side by side, as their rows of cells come; 0 is no data.

    Parameters
    ----------
    rows : iterable of sequence of array of uint8, shape (side, columns)
        A row of cells of each map.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    try:
        with ExitStack() as stack:
            profile = _profile(pixels, "uint8", 0)
            files = [stack.enter_context(rasterio.open(path, "w", **profile)) for path in paths]
            row = 0
            for dates in rows:
                for file, land in zip(files, dates, strict=True):
                    file.write(land, 1, window=Window(0, row, pixels.width, land.shape[0]))
                row += dates[0].shape[0]
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise OutputError(
            tr("{path}: can't be written ({error}); is the disk full?", path=paths[0], error=error)
        ) from error


def write_chance(path: Path, chance: NDArray[np.float32], pixels: PixelGrid, text: str) -> None:
    """Write the chance of a class, 0 to 1, NaN outside.

    Raises
    ------
    OutputError
        The file can't be written.
    """

    def fill(dataset: Any) -> None:  # noqa: ANN401  rasterio has no types
        for row, height in strips(pixels):
            dataset.write(chance[row : row + height], 1, window=Window(0, row, pixels.width, height))

    _write(path, _profile(pixels, "float32", float("nan")), fill, text, "1", "AVERAGE")


def _profile(pixels: PixelGrid, dtype: str, nodata: float | None) -> dict[str, Any]:
    return {
        "driver": "GTiff", "width": pixels.width, "height": pixels.height, "count": 1, "dtype": dtype,
        "crs": rasterio.crs.CRS.from_wkt(pixels.crs_wkt), "transform": rasterio.Affine(*pixels.affine),
        "nodata": nodata, "tiled": True, "compress": "DEFLATE", "zlevel": 1, "BIGTIFF": "IF_SAFER",
    }  # fmt: skip


def _colours(source: Raster | Mosaic) -> dict[int, tuple[int, int, int, int]]:
    """Colour table of the map, where it has one."""
    raster = source if isinstance(source, Raster) else source.tiles[0].raster
    try:
        with open_with_drivers(raster.path) as dataset:
            return dict(dataset.colormap(raster.band))
    except (ValueError, RasterioError):
        return {}


def _write(path: Path, profile: dict[str, Any], fill: Any, text: str, units: str, overviews: str) -> None:  # noqa: ANN401
    unfinished = path.with_suffix(".unfinished.tif")
    try:
        with rasterio.open(unfinished, "w", **profile) as dataset:
            fill(dataset)
            dataset.set_band_description(1, text)
            dataset.units = (units,)
        rasterio.shutil.copy(unfinished, path, driver="COG", compress="DEFLATE", level=1, overview_resampling=overviews)
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise OutputError(
            tr("{path}: can't be written ({error}); is the disk full?", path=path, error=error)
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
