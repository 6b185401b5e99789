"""The folder of results: it appears whole at the end, or not at all."""

from __future__ import annotations

import contextlib
import glob
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.io.results.crate import CRATE
from tanheng.io.results.lock import is_alive
from tanheng.language import LANGUAGES, listed, tr
from tanheng.plain_files import shown
from tanheng.reach import is_within_reach

#: File by which a folder is known as results of a run.
MARK = "run.json"

#: An unfinished folder that nobody wrote to for a day was left behind by a process that was killed.
_STALE_SECONDS = 86_400


def report_name(language: str) -> str:
    """Name of the report of a run in another language than that of the run.

    Examples
    --------
    >>> report_name("zh")
    'report.zh.html'
    """
    return f"report.{language}.html"


#: What a run puts into its folder; anything else there is somebody's own.
_OURS = (
    MARK,
    "grids",
    "pixels",
    "tables",
    "maps",
    "results.zarr",
    "map.qgz",
    "zones.gpkg",
    "tables.xlsx",
    "report.html",
    "plan",
    "simulation",
    "tables.docx",
    CRATE,
    *(report_name(code) for code in LANGUAGES),
)


def results_place(folder: Path) -> Path:
    """Where results go: the folder itself, or what a link to a folder points to."""
    return folder.resolve() if folder.is_symlink() else folder.absolute()


def restore(folder: Path) -> None:
    """Put right what a killed process left: former results without new ones come back, and unfinished ones are cleared away."""
    folder = results_place(folder)
    _bring_back(folder)
    for name in _OURS:
        _bring_back(folder / name)
    for left in folder.parent.glob(f".{glob.escape(folder.name)}-unfinished-*"):
        if _is_dead(left):
            shutil.rmtree(left, ignore_errors=True)


def _bring_back(folder: Path) -> None:
    former = _former(folder)
    with contextlib.suppress(OSError):
        if former.is_dir() and not folder.exists():
            former.rename(folder)
        elif former.exists():
            shutil.rmtree(former, ignore_errors=True)


def _former(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}-former")


def _is_dead(unfinished: Path) -> bool:
    """Whether the process that made an unfinished folder is no more; of another machine after a day without a sign."""
    host, _, pid = unfinished.name.rpartition("-unfinished-")[2].rpartition("@")[0].rpartition("-")
    if host == socket.gethostname() and pid.isdigit():
        return int(pid) != os.getpid() and not is_alive(int(pid))
    with contextlib.suppress(OSError):
        return time.time() - unfinished.stat().st_mtime > _STALE_SECONDS
    return False


def _prefix(folder: Path) -> str:
    return f".{folder.name}-unfinished-{socket.gethostname()}-{os.getpid()}@"


def check_folder(folder: Path) -> None:
    """Refuse a folder that results can't go to; what a killed process left is put right first.

    Raises
    ------
    OutputError
        Something else is there, or the folder above it can't be written to.
    """
    if "\0" in str(folder) or not folder.name:
        raise OutputError(tr("{folder}: is not a valid folder name", folder=shown(folder)))
    if not is_within_reach(folder, to_write=True):
        raise OutputError(
            tr("{folder}: lies outside the folders that this server may write to; name another", folder=folder)
        )
    try:
        if folder.is_symlink() and not folder.exists():
            raise OutputError(
                tr("{folder}: is a link to a folder that is not there; make it, or name another", folder=folder)
            )
        restore(folder)
        _check(results_place(folder))
    except (OSError, ValueError) as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            tr("{folder}: can't be written there ({reason})", folder=shown(folder), reason=shown(error))
        ) from error


def _check(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(tr("{folder}: is a file; name another folder in [outputs]", folder=folder))
    if folder.is_dir() and folder.is_mount():
        raise OutputError(
            tr("{folder}: is a mount point, which results can't take the place of; name a folder in it", folder=folder)
        )
    strange = sorted(path.name for path in folder.iterdir() if path.name not in _OURS) if folder.is_dir() else []
    if strange or (folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).exists()):
        what = listed(strange[:3]) or tr("no {MARK}", MARK=MARK)
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
    folder = results_place(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _unfinished(folder, folder) as work:
        yield work


@contextlib.contextmanager
def part_folder(folder: Path, name: str) -> Iterator[Path]:
    """Folder beside the other results of a finished run; it takes the place of a former one when the block ends without an error.

    Raises
    ------
    OutputError
        The folder can't be made or moved.
    """
    folder = results_place(folder)
    with _unfinished(folder, folder / name) as work:
        yield work


@contextlib.contextmanager
def _unfinished(folder: Path, place: Path) -> Iterator[Path]:
    """Folder beside the results, which takes its place when the block ends without an error and is removed otherwise."""
    # Named before it is made: a stop may come at any moment, also right after the folder is there.
    work = folder.parent / f"{_prefix(folder)}{secrets.token_hex(4)}"
    try:
        try:
            work.mkdir(mode=0o700)
        except OSError as error:
            raise OutputError(
                tr("{folder}: can't be written there ({reason})", folder=folder, reason=error.strerror)
            ) from error
        yield work
        work.chmod(0o755)
        _take_place(work, place)
    except BaseException:
        _clear_away(work)
        raise


def _clear_away(folder: Path) -> None:
    """Remove a folder that a thread of a library may still be writing the last file of, which would bring it back."""
    gone = 0
    for _ in range(100):
        shutil.rmtree(folder, ignore_errors=True)
        gone = 0 if folder.exists() else gone + 1
        if gone == 5:
            return
        time.sleep(0.05)


def _take_place(work: Path, folder: Path) -> None:
    former = _former(folder)
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
