"""One run a folder of results: a file beside it names who works there."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr


def lock_file(folder: Path) -> Path:
    """File beside a folder of results that says who works on it."""
    return folder.with_name(f".{folder.name}-lock")


@contextlib.contextmanager
def working_on(folder: Path) -> Iterator[None]:
    """The folder of results is this process's own in the block; a lock that a dead process left is taken over.

    Raises
    ------
    OutputError
        Another process works on it, or the lock can't be written.
    """
    path = lock_file(folder.absolute())
    _take(path, folder)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _take(path: Path, folder: Path) -> None:
    mine = json.dumps(
        {"pid": os.getpid(), "host": socket.gethostname(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
    )
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as stream:
                stream.write(mine)
        except FileExistsError:
            _refuse_living(path, folder)
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                tr("{folder}: can't be written there ({reason})", folder=folder, reason=error.strerror)
            ) from error
        else:
            return
    raise OutputError(tr("{folder}: another run has just begun to write there", folder=folder))


def _refuse_living(path: Path, folder: Path) -> None:
    """Refuse a folder that a living process works on."""
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        pid, host, since = int(held["pid"]), str(held["host"]), str(held["since"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return
    if host == socket.gethostname() and (pid == os.getpid() or not is_alive(pid)):
        return
    raise OutputError(
        tr(
            "{folder}: another run works there since {since} (process {pid} on {host}); wait for its end, or name another "
            "folder. If it no longer exists, remove {lock}",
            folder=folder,
            since=since,
            pid=pid,
            host=host,
            lock=path,
        )
    )


def is_alive(pid: int) -> bool:
    """Whether a process of this machine runs.

    Examples
    --------
    >>> is_alive(os.getpid())
    True
    """
    if pid <= 0:
        return False
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(0x1000, 0, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
        if handle:
            kernel.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
