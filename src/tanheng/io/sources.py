"""Which files a map may be read from: drivers that a study needs, and no sources that a stranger's file names elsewhere."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.plain_files import plain_file, shown
from tanheng.reach import is_confined, refuse_outside

#: Drivers of rasters that are read; services of the network and databases are none of them.
_DRIVERS = (
    "GTiff", "COG", "VRT", "HFA", "ENVI", "EHdr", "ERS", "AAIGrid", "AIG", "GRASSASCIIGrid", "ISG", "XYZ", "netCDF", "HDF5",
    "HDF5Image", "HDF4", "HDF4Image", "GRIB", "JP2OpenJPEG", "PNG", "JPEG", "BMP", "RST", "SAGA", "GSAG", "GSBG", "GS7BG",
    "SRTMHGT", "USGSDEM", "DTED", "PCIDSK", "PCRaster", "BT", "RMF", "NWT_GRD", "GPKG", "Zarr", "MRF", "LCP", "ILWIS", "MEM",
)  # fmt: skip

#: Variable that lets a VRT read files anywhere, and from the network.
ANYWHERE = "TANHENG_VRT_ANYWHERE"

#: Bytes of a file that say what it is.
_HEAD = 4096

_SOURCE = re.compile(
    r"<(?:SourceFilename|SourceDataset|SrcDataSource|SourceVRTDataset)\b([^>]*)>(.*?)</", re.DOTALL | re.IGNORECASE
)

_trusted: ContextVar[tuple[Path, ...]] = ContextVar("trusted", default=())


@contextmanager
def trusting(folder: Path) -> Iterator[None]:
    """A VRT may read files of this folder, and below, in the block; without it, those beside it."""
    before = _trusted.set((*_trusted.get(), folder.resolve()))
    try:
        yield
    finally:
        _trusted.reset(before)


@cache
def raster_drivers() -> list[str]:
    """Drivers that may open a raster here."""
    import rasterio

    with rasterio.Env() as environment:
        known = set(environment.drivers())
    return [name for name in _DRIVERS if name in known]


#: Drivers whose files may name others anywhere, without a check of ours.
_NAMING_OTHERS = frozenset({"MRF", "ERS", "PCIDSK", "ILWIS", "Zarr", "EHdr", "ENVI"})


def open_with_drivers(name: str) -> Any:  # noqa: ANN401  rasterio has no types
    """Dataset of a raster, opened by one of the drivers that are allowed; others are not even asked."""
    from rasterio._path import _parse_path
    from rasterio.io import DatasetReader

    drivers = raster_drivers()
    if is_confined():
        drivers = [driver for driver in drivers if driver not in _NAMING_OTHERS]
    return DatasetReader(_parse_path(name), driver=drivers)


def refuse_foreign_sources(path: Path, depth: int = 0) -> None:
    """Refuse a VRT that reads the network, or files outside the study and its own folder, also by another VRT.

    Raises
    ------
    InputError
        The source is named, and how to allow it.
    """
    if (os.environ.get(ANYWHERE) and not is_confined()) or depth > _DEEPEST:
        return
    text = _markup(path)
    if text is None:
        return
    roots = (path.resolve().parent, *_trusted.get())
    for attributes, source in _SOURCE.findall(text):
        name = html.unescape(source.strip())
        if _is_elsewhere(name) or "&#" in name or "<" in name:
            raise InputError(_foreign(path, name))
        relative = re.search(r"relativeToVRT\s*=\s*[\"']1", attributes) is not None
        there = (path.parent / name if relative else Path(name)).resolve()
        if not any(there.is_relative_to(root) for root in roots):
            raise InputError(_foreign(path, name))
        if there.is_file():
            refuse_foreign_sources(there, depth + 1)


#: VRTs in VRTs that are followed.
_DEEPEST = 20


def _is_elsewhere(name: str) -> bool:
    """Whether a source is no path of a file: a virtual file system, an address, a service, a connection."""
    return name.startswith(("/vsi", "<", "http:", "https:", "ftp:")) or bool(re.match(r"[A-Za-z][A-Za-z0-9+]+:", name))


def _foreign(path: Path, name: str) -> str:
    return tr(
        "{path}: is a VRT that reads '{source}', outside the folder of the study and its own; if you trust it, set {variable}=1, or copy "
        "the file beside it",
        path=path,
        source=shown(name),
        variable=ANYWHERE,
    )


def _markup(path: Path) -> str | None:
    """Text of a VRT; none for any other file."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        if b"<VRTDataset" not in head and b"<VRT" not in head:
            return None
        return (head + stream.read()).decode("utf-8", "replace")


def local_raster(path: Path) -> Path:
    """A raster file of this machine, checked to be one that may be opened.

    Raises
    ------
    InputError
        It is no file, or a VRT that reads other places.
    """
    refuse_foreign_sources(plain_file(path))
    return path


def local_layer(path: Path) -> Path:
    """A vector file or folder of this machine, checked to be one that may be opened.

    Raises
    ------
    InputError
        It is no file, or a description of sources elsewhere.
    """
    plain_file(path, folders=True)
    if path.is_dir():
        for inner in path.iterdir() if is_confined() else ():
            refuse_outside(inner)
        return path
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if re.search(rb"<(OGRVRT|OGRWFS|OGRWMS|GDAL_WMS|WMS_|WMTS|VRTDataset)", head):
        raise InputError(
            tr(
                "{path}: describes sources elsewhere and holds no polygons itself; name the file of the polygons",
                path=path,
            )
        )
    return path
