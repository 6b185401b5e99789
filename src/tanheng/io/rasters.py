"""Rasters: every file that rasterio reads, opened once a thread."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from tanheng.errors import InputError, OutputError
from tanheng.grid import Grid
from tanheng.land.pixels import PixelGrid
from tanheng.language import tr

# Rasterio writes each of GDAL's own complaints to this log as well; ours name the file and the mend.
logging.getLogger("rasterio").setLevel(logging.CRITICAL)

_REMOTE = ("/vsi", "http://", "https://", "s3://")
_CACHE_MB = 64
#: Cells up to which a grid has no overviews: they took longer to make than all the rest of its writing.
_DRAWN_WHOLE = 2048**2
_open = threading.local()


def is_remote(name: str) -> bool:
    """Whether a name is one of GDAL's virtual file systems rather than a path."""
    return name.startswith(_REMOTE)


def locate(name: str, base: Path) -> str:
    """Name as GDAL opens it, here and on another machine: a whole path, or a virtual file system's name unchanged."""
    return name if is_remote(name) else str((base / name).absolute())


def _dataset(name: str) -> Any:  # noqa: ANN401  rasterio has no types
    """Dataset of this thread, opened at most once."""
    held: dict[str, Any] = _open.__dict__.setdefault("datasets", {})
    if name not in held:
        if len(held) >= 64:
            held.pop(next(iter(held))).close()
        held[name] = rasterio.open(name)
    return held[name]


def _buffer(raster: Raster, height: int, width: int) -> NDArray[Any]:
    """Memory of this thread to read a window of a raster into; the next window of that raster overwrites it.

    Fresh memory for each window would cost as much time as decoding a smooth map.
    """
    held: dict[tuple[str, int], NDArray[Any]] = _open.__dict__.setdefault("buffers", {})
    key, size = (raster.path, raster.band), height * width
    if key not in held or held[key].size < size:
        if len(held) >= 64:
            held.clear()
        held[key] = np.empty(size, raster.dtype)
    return held[key][:size].reshape(height, width)


def close_all() -> None:
    """Close the datasets that this thread holds open, and free its memory for windows."""
    held: dict[str, Any] = _open.__dict__.get("datasets", {})
    for dataset in held.values():
        dataset.close()
    held.clear()
    _open.__dict__.pop("buffers", None)


@contextlib.contextmanager
def files_open() -> Iterator[None]:
    """Rasters are opened anew inside, and let go of at the end: one that was changed in between is read as it is now."""
    close_all()
    try:
        yield
    finally:
        close_all()


def gdal_settings(name: str) -> Any:  # noqa: ANN401  rasterio has no types
    """Context in which a raster is read: a small block cache; for remote ones no search for side files, and time limits."""
    remote = {
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "VSI_CACHE": True,
        "GDAL_HTTP_TIMEOUT": 60,
        "GDAL_HTTP_MAX_RETRY": 3,
    }
    return rasterio.Env(GDAL_CACHEMAX=_CACHE_MB, **(remote if is_remote(name) else {}))


@dataclass(frozen=True)
class Raster:
    """One band of a raster file.

    Attributes
    ----------
    path : str
        File, or name in one of GDAL's virtual file systems.
    band : int
        Number of the band, from 1.
    pixels : PixelGrid
        Where its pixels lie.
    dtype : str
        Type of the stored values.
    nodata : float or None
        Declared number of missing pixels.
    tile : (int, int)
        Rows and columns that are stored together.
    files : tuple of str
        All files that it is read from: a VRT names others.
    """

    path: str
    band: int
    pixels: PixelGrid
    dtype: str
    nodata: float | None
    tile: tuple[int, int]
    scale: float = 1.0
    offset: float = 0.0
    files: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """File name for messages."""
        return self.path

    @cached_property
    def itemsize(self) -> int:
        """Bytes of one pixel."""
        return int(np.dtype(self.dtype).itemsize)

    def read(self, row: int, column: int, height: int, width: int) -> NDArray[Any]:
        """Stored values of a window inside the raster, valid until the thread's next read of this raster.

        Raises
        ------
        InputError
            The file is damaged; the rows and columns are named.
        """
        try:
            with gdal_settings(self.path):
                values: NDArray[Any] = _dataset(self.path).read(
                    self.band, window=Window(column, row, width, height), out=_buffer(self, height, width)
                )
        except RasterioError as error:
            place = tr(
                "rows {first_row} to {last_row}, columns {first_column} to {last_column}",
                first_row=row,
                last_row=row + height - 1,
                first_column=column,
                last_column=column + width - 1,
            )
            raise InputError(
                tr(
                    "{path}: can't be read at {place}; the file is damaged, copy it anew ({reason})",
                    path=self.path,
                    place=place,
                    reason=_reason(error),
                )
            ) from error
        return values

    def read_values(self, row: int, column: int, height: int, width: int) -> NDArray[np.float64]:
        """Values of a window as float64: NaN where missing, scaled as the file says."""
        stored = self.read(row, column, height, width)
        values = stored.astype(np.float64)
        if self.nodata is not None and not np.isnan(self.nodata):
            values[stored == np.asarray(self.nodata).astype(stored.dtype)] = np.nan
        values[~np.isfinite(values)] = np.nan
        return values * self.scale + self.offset if (self.scale, self.offset) != (1.0, 0.0) else values


def open_raster(path: str, band: int = 1) -> Raster:
    """Band of a raster file, checked to be readable and to have a CRS.

    Raises
    ------
    InputError
        The file is missing, no raster, without CRS, without a place, or lacks the band.
    """
    if not is_remote(path) and not Path(path).exists():
        raise InputError(tr("{path}: there is no such file", path=path))
    if not is_remote(path) and Path(path).is_dir():
        raise InputError(tr("{path}: is a folder; name a raster file", path=path))
    try:
        with gdal_settings(path), rasterio.open(path) as dataset:
            return _described(path, band, dataset)
    except RasterioError as error:
        raise InputError(
            tr(
                "{path}: is no raster that can be read, or can't be reached ({reason})",
                path=path,
                reason=_reason(error),
            )
        ) from error


def _reason(error: BaseException) -> str:
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())[:200]


def _described(path: str, band: int, dataset: Any) -> Raster:  # noqa: ANN401  rasterio has no types
    if not 1 <= band <= dataset.count:
        raise InputError(tr("{path}: has {count} band(s), no band {band}", path=path, count=dataset.count, band=band))
    if dataset.crs is None:
        raise InputError(
            tr(
                "{path}: has no CRS; assign the one it was made in (gdal_edit -a_srs EPSG:..., or 'Define Projection')",
                path=path,
            )
        )
    if dataset.transform.is_identity:
        raise InputError(tr("{path}: has no place on the ground (no geotransform); georeference it first", path=path))
    pixels = PixelGrid(_wkt(path, dataset.crs), tuple(dataset.transform)[:6], dataset.width, dataset.height)
    tile = dataset.block_shapes[band - 1]
    return Raster(
        path, band, pixels, dataset.dtypes[band - 1], dataset.nodatavals[band - 1], (int(tile[0]), int(tile[1])),
        float(dataset.scales[band - 1]), float(dataset.offsets[band - 1]),
        tuple(sorted(dataset.files)) or (path,),
    )  # fmt: skip


def _wkt(path: str, crs: Any) -> str:  # noqa: ANN401  rasterio has no types
    try:
        return pyproj.CRS.from_user_input(crs).to_wkt()
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            tr("{path}: its CRS can't be understood ({error}); assign it anew", path=path, error=error)
        ) from error


def grid_name(*parts: object) -> str:
    """File name of a grid: its parts joined, with what no system allows in a name replaced.

    Examples
    --------
    >>> grid_name("land_share", "Shrub/Scrub", 2000)
    'land_share_Shrub-Scrub_2000.tif'
    """
    return "_".join(re.sub(r'[\\/:*?"<>|\s]+', "-", str(part)) for part in parts) + ".tif"


def write_cog(
    path: Path,
    values: NDArray[Any],
    grid: Grid,
    *,
    units: str,
    description: str,
    tags: Mapping[str, str] | None = None,
    kinds: bool = False,
) -> None:
    """Write a grid as a cloud-optimised GeoTIFF of float32 with NaN where missing.

    A grid that is too large to be drawn whole in an instant gets overviews, which hold means; of a grid of kinds (`kinds`)
    the most frequent one.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    profile = {
        "driver": "COG", "width": grid.columns, "height": grid.rows, "count": 1, "dtype": "float32",
        "crs": rasterio.crs.CRS.from_wkt(grid.crs_wkt), "transform": rasterio.Affine(*grid.transform),
        "nodata": float("nan"), "compress": "DEFLATE", "level": 1, "overview_resampling": "MODE" if kinds else "AVERAGE",
        "overviews": "NONE" if grid.size <= _DRAWN_WHOLE else "AUTO",
    }  # fmt: skip
    try:
        with rasterio.open(path, "w", **profile) as dataset:
            dataset.write(values.astype(np.float32), 1)
            dataset.units = (units,)
            dataset.set_band_description(1, description)
            dataset.update_tags(**(tags or {}))
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=_reason(error))
        ) from error
