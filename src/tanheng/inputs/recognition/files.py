"""Files of a folder recognised, each by its contents."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tanheng.errors import TanhengError
from tanheng.factors.reading import read_text
from tanheng.inputs.recognition.rasters import recognised_raster
from tanheng.inputs.recognition.recognised import Recognised
from tanheng.inputs.recognition.tables import recognised_table, sheets
from tanheng.inputs.recognition.vectors import recognised_layer
from tanheng.io.vectors import VECTORS
from tanheng.language import tr
from tanheng.plain_files import BESIDE_A_SHAPEFILE, is_file

RASTERS = (".tif", ".tiff", ".vrt", ".img", ".asc", ".nc", ".jp2", ".hgt")
TABLES = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")

#: Folders that hold no inputs.
_NO_INPUTS = {"grids", "maps", "tables", "pixels", "plan", "simulation", "results.zarr"}

#: Files of a folder that are looked at, and folders below that are looked into.
_MOST_FILES, _DEEPEST = 200, 3


def recognised(path: Path, base: Path) -> list[Recognised]:
    """What a file seems to be; of an Excel file each sheet. One that can't be read says why.

    Parameters
    ----------
    base : Path
        Folder of the study, from which the file is named.
    """
    file = path.relative_to(base).as_posix()
    suffix = path.suffix.lower()
    if suffix in RASTERS:
        return [_tried(recognised_raster, path, file)]
    if suffix == ".json":
        return [_json(path, file)]
    if suffix in VECTORS:
        return [_tried(recognised_layer, path, file)]
    if suffix in TABLES:
        return _tables(path, file)
    return [_of_no_use(file)]


def _of_no_use(file: str) -> Recognised:
    return Recognised(file, "unknown", tr("File of a kind that no study reads"))


def _tables(path: Path, file: str) -> list[Recognised]:
    """A table, or each sheet of an Excel file of several."""
    try:
        names = sheets(path)
    except TanhengError as error:
        return [Recognised(file, "unknown", tr("File that can't be read"), problem=_problem(error, path))]
    if len(names) < 2:
        table = _tried(recognised_table, path, file)
        is_text = path.suffix.lower() == ".txt" and table.kind == "unknown"
        return [_of_no_use(file) if is_text else table]  # notes are no table
    return [_tried(recognised_table, path.with_name(f"{path.name}#{name}"), f"{file}#{name}") for name in names]


def _tried(look: Callable[[Path, str], Recognised], path: Path, file: str) -> Recognised:
    try:
        return look(path, file)
    except TanhengError as error:
        return Recognised(file, "unknown", tr("File that can't be read"), problem=_problem(error, path))


def _problem(error: Exception, path: Path) -> str:
    """What is wrong with a file, without the folder that it lies in: its tile says it, and others need not know it."""
    return str(error).replace(f"{path.parent}{os.sep}", "")


def _json(path: Path, file: str) -> Recognised:
    """A parameter set of InVEST's carbon model, or polygons as GeoJSON."""
    try:
        data = json.loads(read_text(path))
    except (ValueError, RecursionError, TanhengError):
        return _of_no_use(file)
    keys = set(data) if isinstance(data, dict) else set()
    if {"args", "lulc_bas_path", "lulc_cur_path"} & keys:
        return Recognised(file, "InVEST parameters", tr("Parameter set of InVEST's carbon model"))
    return _tried(recognised_layer, path, file) if {"features", "geometry", "coordinates"} & keys else _of_no_use(file)


def files_in(base: Path) -> Iterator[Path]:
    """Files in the folder of a study that may be inputs: no results, nothing hidden, the first few hundred."""
    left = _MOST_FILES
    for path in _below(base, 0):
        if left == 0:
            return
        left -= 1
        yield path


#: Folder into which files are dropped: all that is in it is told, so that nothing lies there unseen.
_DROPPED = "data"

#: Files that go with another one, which is told in their place.
_BESIDE = {*BESIDE_A_SHAPEFILE, ".ovr", ".tfw"}


def _below(folder: Path, depth: int, *, dropped: bool = False) -> Iterator[Path]:
    try:
        entries = sorted(folder.iterdir(), key=lambda path: path.name.lower())
    except OSError:
        return
    if any(path.name == "run.json" for path in entries):
        return
    for path in entries:
        if path.name.startswith("."):
            continue
        suffix = path.suffix.lower()
        is_told = suffix not in _BESIDE if dropped else suffix in (*RASTERS, *VECTORS, *TABLES)
        if is_told and is_file(path):
            yield path
    for path in entries if depth < _DEEPEST else ():
        hidden = path.name.startswith(".") or path.is_symlink() or (path.name in _NO_INPUTS and not dropped)
        if path.is_dir() and not hidden:
            yield from _below(path, depth + 1, dropped=dropped or (depth == 0 and path.name == _DROPPED))
