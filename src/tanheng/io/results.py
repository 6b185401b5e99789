"""The folder of results: it appears whole at the end, or not at all."""

from __future__ import annotations

import contextlib
import glob
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.io.crate import CRATE
from tanheng.language import tr

#: File by which a folder is known as results of a run.
MARK = "run.json"

#: An unfinished folder that nobody wrote to for a day was left behind by a process that was killed.
_STALE_SECONDS = 86_400

#: What a run puts into its folder; anything else there is somebody's own.
_OURS = (
    MARK,
    "grids",
    "pixels",
    "tables",
    "maps",
    "results.zarr",
    "tables.xlsx",
    "report.html",
    "plan",
    "tables.docx",
    CRATE,
)


def check_folder(folder: Path) -> None:
    """Refuse a folder that results can't go to.

    Raises
    ------
    OutputError
        Something else is there, or the folder above it can't be written to.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(tr("{folder}: is a file; name another folder in [outputs]", folder=folder))
    strange = sorted(path.name for path in folder.iterdir() if path.name not in _OURS) if folder.is_dir() else []
    if strange or (folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists()):
        what = ", ".join(strange[:3]) or tr("no {MARK}", MARK=MARK)
        raise OutputError(
            tr(
                "{folder}: holds other files ({what}), and results would replace them; name another folder, or move them",
                folder=folder,
                what=what,
            )
        )
    above = next(parent for parent in folder.absolute().parents if parent.exists())
    try:
        with tempfile.TemporaryFile(dir=above):
            pass
    except OSError as error:
        raise OutputError(
            tr(
                "{folder}: can't be written there ({reason}); name another folder in [outputs]",
                folder=folder,
                reason=error.strerror,
            )
        ) from error


@contextlib.contextmanager
def result_folder(folder: Path) -> Iterator[Path]:
    """Folder to write results into; it takes the place of `folder` when the block ends without an error.

    An earlier folder of results is kept until then. A run that fails or is stopped leaves nothing behind.

    Raises
    ------
    OutputError
        The folder can't be made or moved.
    """
    check_folder(folder)
    folder = folder.absolute()
    folder.parent.mkdir(parents=True, exist_ok=True)
    for stale in folder.parent.glob(f".{glob.escape(folder.name)}-unfinished-*"):
        if time.time() - stale.stat().st_mtime > _STALE_SECONDS:
            shutil.rmtree(stale, ignore_errors=True)
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-unfinished-", dir=folder.parent))
    except OSError as error:
        raise OutputError(
            tr("{folder}: can't be written there ({reason})", folder=folder, reason=error.strerror)
        ) from error
    try:
        yield work
        work.chmod(0o755)
        _take_place(work, folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextlib.contextmanager
def part_folder(folder: Path, name: str) -> Iterator[Path]:
    """Folder beside the other results of a finished run; it takes the place of a former one when the block ends without an error.

    Raises
    ------
    OutputError
        The folder can't be made or moved.
    """
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{folder.name}-unfinished-", dir=folder.absolute().parent))
    except OSError as error:
        raise OutputError(
            tr("{folder}: can't be written there ({reason})", folder=folder, reason=error.strerror)
        ) from error
    try:
        yield work
        work.chmod(0o755)
        _take_place(work, folder.absolute() / name)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _take_place(work: Path, folder: Path) -> None:
    former = folder.with_name(f".{folder.name}-former")
    try:
        if folder.exists():
            shutil.rmtree(former, ignore_errors=True)
            folder.rename(former)
        try:
            work.rename(folder)
        except OSError:
            if former.exists():
                former.rename(folder)
            raise
    except OSError as error:
        raise OutputError(
            tr(
                "{folder}: the results can't take their place ({reason}); is a file in it open?",
                folder=folder,
                reason=error.strerror,
            )
        ) from error
    shutil.rmtree(former, ignore_errors=True)
