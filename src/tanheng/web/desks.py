"""Plans by hand: one process a study that holds its land in memory, and is asked line by line."""

from __future__ import annotations

import contextlib
import json
import math
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tanheng.errors import InputError, Problem, StudyError
from tanheng.language import language, tr
from tanheng.reach import ROOTS, Reach
from tanheng.web.jobs.processes import SAFE, memory
from tanheng.web.rules import Rules

#: Seconds that a question may take, the opening of a desk among them.
_LONGEST_S = 300.0


@dataclass
class _Desk:
    """A process that holds the land of a study as it was when the process began."""

    process: subprocess.Popen[str]
    study: Path
    version: str
    opened: dict[str, Any] = field(default_factory=dict)


class Desks:
    """Desks of the studies of an app: the last one that was asked stays open, and questions wait for each other.

    Parameters
    ----------
    reach : Reach
        Folders that they may read.
    rules : Rules
        Memory that one may hold, and how long it stays open while nobody asks.
    """

    def __init__(self, reach: Reach, rules: Rules) -> None:
        self.reach, self.rules = reach, rules
        self._open: _Desk | None = None
        self._asked = 0.0
        self._asking = math.inf
        self._lock = threading.Lock()

    def opened(self, study: Path, version: str) -> dict[str, Any]:
        """What the desk of a study offers; it is opened anew where the study or its results have changed since.

        Raises
        ------
        InputError
            The study can't be planned from.
        """
        with self._lock, self._question():
            return self._desk(study, version).opened

    def solved(self, study: Path, version: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """A plan of a study under changed settings.

        Raises
        ------
        InputError
            The settings are wrong, or no plan keeps to them.
        """
        with self._lock, self._question():
            desk = self._desk(study, version)
            request = json.dumps({"language": language(), "changes": dict(changes)})
            with contextlib.suppress(OSError):  # a desk that is gone gives no answer, which is told
                _pipe(desk.process.stdin).write(request + "\n")
                _pipe(desk.process.stdin).flush()
            return _answer(desk.process)

    @contextlib.contextmanager
    def _question(self) -> Iterator[None]:
        """A question is asked in the block."""
        self._asking = time.monotonic()
        try:
            yield
        finally:
            self._asking = math.inf

    def close(self) -> None:
        """End the desk."""
        if self._open is not None:
            self._open.process.kill()
            self._open.process.communicate()
            self._open = None

    def tend(self) -> None:
        """End the desk where it holds more memory than it may, or nobody has asked it for long."""
        held = self._open
        if held is None or held.process.poll() is not None:
            return
        too_large = math.isfinite(self.rules.memory_bytes) and memory(held.process.pid) > self.rules.memory_bytes
        if too_large or time.monotonic() - self._asking > _LONGEST_S:
            held.process.kill()  # who waits for its answer is told
        elif time.monotonic() - self._asked > self.rules.idle_seconds and self._lock.acquire(blocking=False):
            try:
                self.close()
            finally:
                self._lock.release()

    def _desk(self, study: Path, version: str) -> _Desk:
        self._asked = time.monotonic()
        held = self._open
        if held is not None and (held.study, held.version) == (study, version) and held.process.poll() is None:
            return held
        self.close()
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", "tanheng.cli.desk", str(study), language()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env={**os.environ, **SAFE, ROOTS: self.reach.text()},
        )
        desk = self._open = _Desk(process, study, version)
        try:
            desk.opened = _answer(process)
        except BaseException:
            self.close()
            raise
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
        raise InputError(tr("The plan could not be calculated; run 'tanheng plan' to see why."))
    answer: dict[str, Any] = json.loads(line)
    if "refused" in answer:
        if answer["problems"]:
            raise StudyError(Problem(problem["text"], problem["place"]) for problem in answer["problems"])
        raise InputError(answer["refused"])
    return answer
