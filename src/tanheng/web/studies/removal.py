"""Files and results that a user takes out: what was dropped on a study, and folders that tanheng itself has written."""

from __future__ import annotations

import re
import shutil
from pathlib import Path, PurePosixPath

from tanheng.errors import InputError
from tanheng.io.results.folder import MARK
from tanheng.language import tr
from tanheng.plain_files import BESIDE_A_SHAPEFILE, shown, written
from tanheng.web.home import Home
from tanheng.web.studies.files import study_path
from tanheng.web.studies.uploads import DATA

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
        folder = path.parent
        while folder != base and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent


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
