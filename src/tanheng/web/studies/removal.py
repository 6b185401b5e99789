"""Files and results that a user takes out: what was dropped on a study, and folders that tanheng itself has written."""

from __future__ import annotations

import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from tanheng.errors import InputError, TanhengError
from tanheng.io.results.folder import MARK
from tanheng.language import tr
from tanheng.plain_files import BESIDE_A_SHAPEFILE, shown, written
from tanheng.web.home import Home
from tanheng.web.studies.files import read_text, study_path
from tanheng.web.studies.found import found_in
from tanheng.web.studies.uploads import DATA, remove_empty

#: Names that the app gives to folders of results without a record.
_OWN_NAMES = re.compile(r"(stock|correlate|moran|geodetector|compare)-\d{8}-\d{6}(-\d+)?")


def remove_file(home: Home, study: str, file: str) -> None:
    """Remove a file that was dropped on a study, and folders that it leaves empty.

    Raises
    ------
    InputError
        It is not among the files that were dropped.
    OutputError
        It can't be removed.
    """
    base = study_path(home, study).parent / DATA
    name = PurePosixPath(study).parent / file
    path = home.place(name.as_posix())
    is_dropped = path.parent.resolve().is_relative_to(base.resolve()) and ".." not in name.parts
    if not is_dropped or not (path.is_file() or path.is_symlink()):
        raise InputError(tr("'{name}' is not among the files that were dropped here", name=shown(file)))
    with written(path):
        for part in _parts(path):
            part.unlink()
        remove_empty(path.parent, base)


def other_users(home: Home, study: str, file: str) -> list[str]:
    """Titles of the other studies of the app that name a file, or a folder that it lies in."""
    path = _whole(home.place((PurePosixPath(study).parent / file).as_posix()))
    return [
        f"{one.title} ({one.name})"
        for one in found_in(home)[0]
        if one.name != study and any(path == named or named in path.parents for named in _named(home.place(one.name)))
    ]


def _named(study: Path) -> set[Path]:
    """Files and folders that a study file names; none where it can't be read."""
    try:
        entries = tomllib.loads(read_text(study))
    except (TanhengError, tomllib.TOMLDecodeError, RecursionError):
        return set()
    texts = (text for text in _texts(entries) if len(text) < _LONGEST and text.strip("./\\ "))
    # Of a workbook a study may name a sheet.
    named = {_whole(study.parent / part) for text in texts for part in (text, text.partition("#")[0]) if part}
    return named - {_whole(study.parent / DATA)}


def _whole(path: Path) -> Path:
    """A path without steps up and down; whether there is anything is not looked at."""
    return Path(os.path.normpath(path.absolute()))


#: Letters of a path that a study may name.
_LONGEST = 1000


def _texts(value: object) -> Iterator[str]:
    """Every text among entries."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


def _parts(path: Path) -> list[Path]:
    """A file and, of a shapefile, those that go with it."""
    if path.suffix.lower() != ".shp":
        return [path]
    stems = {path.stem, path.name}  # a.dbf, a.shp.xml
    endings = {".shp", *BESIDE_A_SHAPEFILE}
    return [one for one in path.parent.iterdir() if one.stem in stems and one.suffix.lower() in endings]


def remove_results(home: Home, name: str) -> None:
    """Remove a folder of results.

    Raises
    ------
    InputError
        It is not a folder of results, or a job works on it.
    OutputError
        It can't be removed.
    """
    folder = home.place(name)
    if folder.is_symlink() or not folder.is_dir() or not _is_results(folder):
        raise InputError(tr("'{name}' is not a folder of results", name=shown(name)))
    if any(job.results == home.name(folder) for job in home.journal.unfinished()):
        raise InputError(tr("A job works on these results; stop it first."))
    with written(folder):
        shutil.rmtree(folder)


def _is_results(folder: Path) -> bool:
    """Whether tanheng wrote a folder: by its record, or the name that the app gave it; one that holds a study is none."""
    return ((folder / MARK).is_file() or bool(_OWN_NAMES.fullmatch(folder.name))) and not any(folder.glob("*.toml"))
