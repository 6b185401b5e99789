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


#: Variables of processes that work in a folder which may come from a stranger: no program of theirs is taken from it.
SAFE = {"PYTHONSAFEPATH": "1"}


def start(name: str, command: Sequence[str], folder: Path, log: Path, errors: Path, settings: Mapping[str, str]) -> int:
    """Start a command of tanheng apart from the server, so that it outlives it; its number. It bears the name of its job."""
    with log.open("wb") as output, errors.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tanheng.cli.job", name, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=said,
            env={**os.environ, **SAFE, **settings},
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
    _own[process.pid] = process
    return process.pid


def is_running(pid: int, name: str) -> bool:
    """Whether the process of a job still runs; another one that has its number by now does not bear its name."""
    own = _own.get(pid)
    if own is not None:
        if own.poll() is None:
            return True
        del _own[pid]
        return False
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return name in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    return False


def memory(pid: int) -> int:
    """Memory that a process and all that it started hold now, bytes; none where it is gone."""
    held = 0
    with contextlib.suppress(psutil.Error):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                held += process.memory_info().rss
    return held


def end(pid: int, name: str) -> None:
    """End a process and all that it started: asked first, killed after a second."""
    if not is_running(pid, name):
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
    is_running(pid, name)
