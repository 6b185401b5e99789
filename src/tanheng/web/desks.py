"""Plans by hand: one process a study that holds its land in memory, and is asked line by line."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tanheng.errors import InputError, Problem, StudyError
from tanheng.language import language, tr
from tanheng.reach import ROOTS


@dataclass
class _Desk:
    """A process that holds the land of a study as it was when the process began."""

    process: subprocess.Popen[str]
    version: str
    opened: dict[str, Any]
    lock: threading.Lock = field(default_factory=threading.Lock)


class Desks:
    """Desks of the studies of an app: the last one that was asked stays open.

    Parameters
    ----------
    roots : sequence of Path
        Folders that they may read.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = roots
        self._open: dict[Path, _Desk] = {}
        self._lock = threading.Lock()

    def opened(self, study: Path, version: str) -> dict[str, Any]:
        """What the desk of a study offers; it is opened anew where the study or its results have changed since.

        Raises
        ------
        InputError
            The study can't be planned from.
        """
        return self._desk(study, version).opened

    def solved(self, study: Path, version: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A plan of a study under changed settings.

        Raises
        ------
        InputError
            The settings are wrong, or no plan keeps to them.
        """
        desk = self._desk(study, version)
        with desk.lock:
            asked = json.dumps({"language": language(), "changes": dict(changes)})
            try:
                _pipe(desk.process.stdin).write(asked + "\n")
                _pipe(desk.process.stdin).flush()
            except OSError:
                self.close()
            return _answer(desk.process)

    def close(self) -> None:
        """End all desks."""
        with self._lock:
            for desk in self._open.values():
                desk.process.kill()
                desk.process.communicate()
            self._open.clear()

    def _desk(self, study: Path, version: str) -> _Desk:
        with self._lock:
            held = self._open.get(study)
            if held is not None and held.version == version and held.process.poll() is None:
                return held
        self.close()
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tanheng.cli.desk", str(study), language()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, ROOTS: os.pathsep.join(map(str, self.roots))},
        )
        try:
            desk = _Desk(process, version, _answer(process))
        except InputError:
            process.kill()
            process.communicate()
            raise
        with self._lock:
            self._open[study] = desk
        return desk


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None  # noqa: S101  it was asked for
    return stream


def _answer(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line of a desk."""
    line = ""
    with contextlib.suppress(OSError, ValueError):
        line = _pipe(process.stdout).readline()
    if not line:
        raise InputError(tr("The plan could not be worked out; try it with 'tanheng plan' to see why."))
    answer: dict[str, Any] = json.loads(line)
    if "refused" in answer:
        if answer["problems"]:
            raise StudyError(Problem(problem["text"], problem["place"]) for problem in answer["problems"])
        raise InputError(answer["refused"])
    return answer
