"""Rasters: every file that rasterio reads, opened once a thread."""

from __future__ import annotations

import contextlib
import logging
import math
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import RasterioError
from rasterio.windows import Window

from tanheng.errors import InputError
from tanheng.io.sources import local_raster, open_with_drivers
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.land.lattice.places import refuse_strange_place
from tanheng.language import listed, tr
from tanheng.plain_files import shown
from tanheng.reach import is_confined

_REMOTE = ("/vsi", "http://", "https://", "s3://")

#: Block cache of GDAL, bytes: rasterio takes no other unit, and a number that is meant as MB leaves no cache at all.
CACHE = 32 * 2**20

#: Block cache, bytes, for a look at a whole raster: it is read line by line, and a row of its tiles must be kept meanwhile.
_LARGEST_CACHE = 512 * 2**20
#: Bands of a file that are told by number and name.
_BANDS_SHOWN = 6
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
        held[name] = open_with_drivers(name)
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
        held[key] = np.empty(size, raster.stored)
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


def gdal_settings(name: str, cache: int = CACHE) -> Any:  # noqa: ANN401  rasterio has no types
    """Context in which a raster is read: a block cache of so many bytes; for remote ones no search for side files, and time limits."""
    # Rasterio writes each of GDAL's own complaints to this log as well; ours name the file and the remedy.
    logging.getLogger("rasterio").setLevel(logging.CRITICAL)
    remote = {
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "VSI_CACHE": True,
        "GDAL_HTTP_TIMEOUT": 60,
        "GDAL_HTTP_MAX_RETRY": 3,
    }
    # A local file reaches nothing but files: no request leaves the machine unless the study names a source elsewhere.
    local = {"CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}", "GDAL_VRT_ENABLE_PYTHON": "NO"}
    return rasterio.Env(GDAL_CACHEMAX=cache, **(remote if is_remote(name) else local))


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
    stored : str
        Type of the stored values.
    declared : float or None
        Nodata value that the file declares and that its type can hold.
    tile : (int, int)
        Rows and columns that are stored together.
    scale, offset : float
        A value is the stored number times `scale` plus `offset`.
    files : tuple of str
        All files that it is read from: a VRT names others.
    has_mask : bool
        Whether the file has a mask band, where 0 means missing.
    alpha : int
        Number of an alpha band, where 0 means missing; 0 where there is none.
    notes : tuple of str
        What a user should know of how the file is read.
    """

    path: str
    band: int
    pixels: PixelGrid
    stored: str
    declared: float | None
    tile: tuple[int, int]
    scale: float = 1.0
    offset: float = 0.0
    files: tuple[str, ...] = ()
    has_mask: bool = False
    alpha: int = 0
    notes: tuple[str, ...] = ()

    @property
    def masked(self) -> bool:
        """Whether another band of the file says which pixels are missing."""
        return self.has_mask or self.alpha > 0

    @property
    def name(self) -> str:
        """File name for messages."""
        return self.path

    @property
    def is_scaled(self) -> bool:
        """Whether values differ from the stored numbers."""
        return (self.scale, self.offset) != (1.0, 0.0)

    @cached_property
    def dtype(self) -> str:
        """Type of the values of `read`: wider than the stored one where a mask needs a number that no pixel can have."""
        floats = np.issubdtype(self.stored, np.floating)
        if self.is_scaled:
            return "float64"
        return self.stored if floats or not self.masked or self.declared is not None else _wider(self.stored)

    @cached_property
    def nodata(self) -> float | None:
        """Number of missing pixels among the values of `read`; None where no pixel is missing."""
        if self.is_scaled:
            return float("nan")
        if self.declared is not None:
            return (
                float("nan")
                if np.issubdtype(self.stored, np.floating) and not _is_code(self.declared)
                else self.declared
            )
        if not self.masked:
            return None
        return float("nan") if np.issubdtype(self.stored, np.floating) else float(np.iinfo(self.dtype).min)

    @cached_property
    def itemsize(self) -> int:
        """Bytes of one pixel."""
        return int(np.dtype(self.dtype).itemsize)

    def read(self, row: int, column: int, height: int, width: int) -> NDArray[Any]:
        """Values of a window inside the raster, valid until the thread's next read of this raster.

        Missing pixels have the number `nodata`, whether the file declares one, has a mask, or both.

        Raises
        ------
        InputError
            The file is damaged; the rows and columns are named.
        """
        window = Window(column, row, width, height)
        values = self._window(window)
        if not self.masked and self.dtype == self.stored and (self.nodata is None or self.nodata == self.declared):
            return values
        missing = self._missing(values, window)
        if self.is_scaled:
            values = values.astype(np.float64) * self.scale + self.offset
        elif self.dtype != self.stored:
            values = values.astype(self.dtype)
        values[missing] = self.nodata
        return values

    def read_values(self, row: int, column: int, height: int, width: int) -> NDArray[np.float64]:
        """Values of a window as float64: NaN where missing, scaled as the file says.

        Raises
        ------
        InputError
            The file is damaged, or has infinite values, which mean neither a quantity nor "no data".
        """
        window = Window(column, row, width, height)
        stored = self._window(window)
        values = stored.astype(np.float64)
        values[self._missing(stored, window)] = np.nan
        infinite = np.isinf(values)
        if infinite.any():
            at = np.argwhere(infinite)[0]
            raise InputError(
                tr(
                    "{path}: {count} infinite values, the first in row {row}, column {column}; replace them, or declare "
                    "them as nodata (gdal_edit -a_nodata inf)",
                    path=self.path,
                    count=int(infinite.sum()),
                    row=row + int(at[0]) + 1,
                    column=column + int(at[1]) + 1,
                )
            )
        return values * self.scale + self.offset if self.is_scaled else values

    def reduced(self, most: int) -> NDArray[np.float64]:
        """Every nth pixel of the whole raster, at most so many rows and columns, as float64 with NaN where missing.

        Raises
        ------
        InputError
            The file is damaged.
        """
        height, width = self.pixels.height, self.pixels.width
        step = max(-(-height // most), -(-width // most), 1)
        shape = (-(-height // step), -(-width // step))
        whole = Window(0, 0, width, height)
        row = self.tile[0] * (width + self.tile[1]) * np.dtype(self.stored).itemsize
        cache = min(max(CACHE, 2 * row), _LARGEST_CACHE)
        stored = self._from_file(whole, lambda dataset: dataset.read(self.band, out_shape=shape), cache)
        values = stored.astype(np.float64)
        if self.declared is not None:
            values[stored == np.asarray(self.declared).astype(stored.dtype)] = np.nan
        if self.has_mask:
            masks = self._from_file(whole, lambda dataset: dataset.read_masks(self.band, out_shape=shape), cache)
            values[masks == 0] = np.nan
        if self.alpha:
            alpha = self._from_file(whole, lambda dataset: dataset.read(self.alpha, out_shape=shape), cache)
            values[alpha == 0] = np.nan
        values[np.isinf(values)] = np.nan
        return values * self.scale + self.offset if self.is_scaled else values

    def _missing(self, stored: NDArray[Any], window: Window) -> NDArray[np.bool_]:
        """Pixels that are missing by the declared number, by NaN, or by the file's own mask."""
        missing = np.isnan(stored) if np.issubdtype(stored.dtype, np.floating) else np.zeros(stored.shape, bool)
        if self.declared is not None and not np.isnan(self.declared):
            missing |= stored == np.asarray(self.declared).astype(stored.dtype)
        if self.has_mask:
            missing |= self._from_file(window, lambda dataset: dataset.read_masks(self.band, window=window)) == 0
        if self.alpha:
            missing |= self._from_file(window, lambda dataset: dataset.read(self.alpha, window=window)) == 0
        return missing

    def _window(self, window: Window) -> NDArray[Any]:
        held = _buffer(self, window.height, window.width)
        return self._from_file(window, lambda dataset: dataset.read(self.band, window=window, out=held))

    def _from_file(self, window: Window, read: Callable[[Any], NDArray[Any]], cache: int = CACHE) -> NDArray[Any]:
        """What is read from the file; a damaged file is named with the place of the window."""
        try:
            with gdal_settings(self.path, cache):
                return read(_dataset(self.path))
        except RasterioError as error:
            place = tr(
                "rows {first_row} to {last_row}, columns {first_column} to {last_column}",
                first_row=window.row_off,
                last_row=window.row_off + window.height - 1,
                first_column=window.col_off,
                last_column=window.col_off + window.width - 1,
            )
            raise InputError(
                tr(
                    "{path}: can't be read at {place}; the file is damaged, copy it anew ({reason})",
                    path=self.path,
                    place=place,
                    reason=reason_of(error),
                )
            ) from error


def _wider(stored: str) -> str:
    """The next wider signed type, which has numbers that the stored type lacks."""
    return {"uint8": "int16", "int8": "int16", "int16": "int32", "uint16": "int32"}.get(stored, "int64")


def _is_code(number: float) -> bool:
    """Whether a number could be the code of a class."""
    return math.isfinite(number) and number.is_integer() and abs(number) < 2**31


def open_raster(path: str, band: int | None = None) -> Raster:
    """Band of a raster file, checked to be readable and to have a CRS.

    Without a band it is the first, and a note tells which others the file has.

    Raises
    ------
    InputError
        The file is missing, no raster, without CRS, without a place, or lacks the band.
    """
    if not is_remote(path):
        local_raster(Path(path))
    elif is_confined():
        raise InputError(
            tr("{path}: this server reads files alone; save the map to a file in its folders", path=shown(path))
        )
    try:
        with gdal_settings(path), open_with_drivers(path) as dataset:
            return _described(path, band, dataset)
    except (RasterioError, CPLE_BaseError, ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            tr(
                "{path}: not a readable raster, or not accessible ({reason})",
                path=path,
                reason=reason_of(error),
            )
        ) from error


def open_only(path: str) -> Raster:
    """The only band of a raster, where no setting could say which of several is meant.

    Raises
    ------
    InputError
        As `open_raster`, or the file has several bands of data.
    """
    raster = open_raster(path)
    names = band_names(path)
    if len(names) > 1:
        raise InputError(
            tr(
                "{path}: has {count} bands, {bands}, and nothing here says which is meant; write that band to a file of its own "
                "(gdal_translate -b NUMBER IN OUT)",
                path=path,
                count=len(names),
                bands=_few(names),
            )
        )
    return raster


def band_names(path: str) -> tuple[str, ...]:
    """Number and name of each band of data of a raster that opens, as it is told."""
    return _data_bands(_dataset(path))


def reason_of(error: BaseException) -> str:
    """What the library at the root of an error says, on one line."""
    while error.__cause__ is not None:
        error = error.__cause__
    return " ".join(str(error).split())[:200]


def _described(path: str, number: int | None, dataset: Any) -> Raster:  # noqa: ANN401  rasterio has no types
    band = number or 1
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
    refuse_strange_place(path, pixels)
    tile, stored = dataset.block_shapes[band - 1], dataset.dtypes[band - 1]
    if np.issubdtype(stored, np.complexfloating):
        raise InputError(
            tr(
                "{path}: band {band} holds complex numbers ({dtype}); write one real quantity (gdal_translate -ot Float32)",
                path=path,
                band=band,
                dtype=stored,
            )
        )
    flags = dataset.mask_flag_enums[band - 1]
    declared, notes = _held_nodata(path, dataset.nodatavals[band - 1], stored)
    if number is None:
        notes += _other_bands(path, dataset)
    return Raster(
        path, band, pixels, stored, declared, (int(tile[0]), int(tile[1])),
        float(dataset.scales[band - 1]), float(dataset.offsets[band - 1]),
        tuple(sorted(dataset.files)) or (path,),
        MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags, _alpha(dataset, band), notes,
    )  # fmt: skip


def _alpha(dataset: Any, band: int) -> int:  # noqa: ANN401  rasterio has no types
    """Number of the alpha band, 0 where there is none. GDAL itself overlooks those of other types than bytes and uint16."""
    alphas = [number for number, meaning in enumerate(dataset.colorinterp, start=1) if meaning == ColorInterp.alpha]
    return alphas[0] if alphas and alphas[0] != band else 0


def _other_bands(path: str, dataset: Any) -> tuple[str, ...]:  # noqa: ANN401  rasterio has no types
    """Note where a file has several bands of data, and nobody said which of them is meant."""
    names = _data_bands(dataset)
    if len(names) < 2:
        return ()
    return (
        tr(
            "{path}: has {count} bands, {bands}, and nothing says which is meant; the first is taken. Write band = 1, or another, "
            "beside the map, or band = {{ YEAR = 1, YEAR = 2 }} where each is a year",
            path=path,
            count=len(names),
            bands=_few(names),
        ),
    )


def _data_bands(dataset: Any) -> tuple[str, ...]:  # noqa: ANN401  rasterio has no types
    """Bands but alpha, each by its number and, where it has one, its name."""
    named = enumerate(zip(dataset.colorinterp, dataset.descriptions, strict=True), start=1)
    return tuple(
        f"{number} ({name})" if name else f"{number}"
        for number, (meaning, name) in named
        if meaning != ColorInterp.alpha
    )


def _few(names: tuple[str, ...]) -> str:
    return listed([*names[:_BANDS_SHOWN], *(["..."] if len(names) > _BANDS_SHOWN else [])])


def each_once(rasters: Iterable[Raster]) -> tuple[Raster, ...]:
    """The same rasters, each band of each file once."""
    return tuple({(item.path, item.band): item for item in rasters}.values())


def _held_nodata(path: str, declared: float | None, stored: str) -> tuple[float | None, tuple[str, ...]]:
    """Nodata value that the type of the pixels can hold, and a note where it can't: then no pixel is missing."""
    if declared is None or np.issubdtype(stored, np.floating):
        return declared, ()
    limits = np.iinfo(stored)
    if math.isfinite(declared) and declared.is_integer() and limits.min <= declared <= limits.max:
        return declared, ()
    return None, (
        tr(
            "{path}: declares {declared:g} as nodata, which pixels of type {dtype} can't hold, so every pixel counts as data; "
            "declare the number that means no data (gdal_edit -a_nodata), or -unsetnodata where there is none",
            path=path,
            declared=declared,
            dtype=stored,
        ),
    )


def _wkt(path: str, crs: Any) -> str:  # noqa: ANN401  rasterio has no types
    try:
        return pyproj.CRS.from_user_input(crs).to_wkt()
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            tr("{path}: its CRS can't be understood ({error}); assign it anew", path=path, error=error)
        ) from error
