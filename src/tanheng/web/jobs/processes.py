"""Child processes of jobs: started, known again after a restart of the server, and ended with all that they started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

#: Seconds that a process has to clean up after itself before it is killed.
_GRACE_S = 1.2

#: Processes that this server started: their parent must ask after them, or they stay as zombies.
_own: dict[int, subprocess.Popen[bytes]] = {}


def start(
    command: Sequence[str], folder: Path, log: Path, errors: Path, settings: Mapping[str, str]
) -> tuple[int, float]:
    """Start a command of tanheng apart from the server, so that it outlives it; its number and when it was born."""
    with log.open("wb") as output, errors.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tanheng.cli.job", *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=said,
            env={**os.environ, **settings},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    _own[process.pid] = process
    try:
        born = psutil.Process(process.pid).create_time()
    except psutil.Error:
        born = 0.0
    return process.pid, born


def is_running(pid: int, born: float) -> bool:
    """Whether the process that was started then still runs; another one that has its number by now is not it."""
    own = _own.get(pid)
    if own is not None and own.poll() is not None:
        del _own[pid]
        return False
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - born) < 1.0 and process.status() != psutil.STATUS_ZOMBIE)
    return False


def end(pid: int, born: float) -> None:
    """End a process and all that it started: asked first, killed after a second."""
    if not is_running(pid, born):
        return
    try:
        root = psutil.Process(pid)
        family = [*root.children(recursive=True), root]
    except psutil.Error:
        return
    for process in family:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(family, timeout=_GRACE_S)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=_GRACE_S)
    is_running(pid, born)
