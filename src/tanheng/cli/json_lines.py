"""Progress as JSON, one line an event, for programs that run tanheng: ``--progress json``."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Annotated, Self, TextIO

import typer

from tanheng.cli.pace import Pace
from tanheng.errors import Problem, StudyError, TanhengError
from tanheng.language import plain_message, tr
from tanheng.pipeline.reporter import Reporter

if TYPE_CHECKING:
    from tanheng.cli.progress import Terminal

#: Seconds between two events on the steps of a stage.
_EVERY = 0.25


class ProgressForm(StrEnum):
    """How progress is shown."""

    TERMINAL = "terminal"
    JSON = "json"


Progress = Annotated[
    ProgressForm, typer.Option("--progress", help=tr("Bars for people, or JSON lines for programs."), show_default=True)
]


def events_apart() -> TextIO:
    """Stream of events from now on: standard output, which nothing else is written to, since other text goes to standard error.

    A text of a study could hold a line that looks like an event.
    """
    global _apart
    _apart, sys.stdout = sys.stdout, sys.stderr
    return _apart


_apart: TextIO | None = None


def tell_end(error: BaseException) -> None:
    """Tell how a command ended that had no progress to tell, where events go apart; a command that had has told it itself."""
    if _apart is not None and not JsonLines.has_ended:
        JsonLines().__exit__(type(error), error, None)


class JsonLines(Reporter):
    """Events as lines of JSON: ``stage``, ``steps``, ``warning``, ``notes``, and in the end ``done`` or ``error``.

    What is said in words has the template and the values it was made from beside it, under ``message``.

    Parameters
    ----------
    stream : TextIO
        Where they go; standard output by default.
    """

    #: Whether the end of the command was told.
    has_ended = False

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or _apart or sys.stdout
        self.pace = Pace()
        self.told = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, StudyError):
            self._say("error", problems=[_problem(problem) for problem in error.problems])
        elif isinstance(error, TanhengError):
            self._say("error", problems=[_problem(Problem(_message(error)))])
        elif isinstance(error, KeyboardInterrupt):
            self._say("stopped")
        JsonLines.has_ended = error is not None

    def stage(self, name: str) -> None:
        """Tell that a stage begins."""
        self.pace, self.told = Pace(), 0.0
        self._say("stage", name=name, title=tr(name))

    def blocks(self, done: int, total: int, pixels: int) -> None:
        """Tell how many blocks are counted."""
        self._steps(done, total, pixels=pixels)

    def steps(self, done: int, total: int) -> None:
        """Tell how many steps of the stage are done."""
        self._steps(done, total)

    def warn(self, text: str) -> None:
        """Tell a warning."""
        self._say("warning", text=text, message=plain_message(text))

    def notes(self, heading: str, texts: Sequence[str]) -> None:
        """Tell warnings under what to do about them."""
        said = {"heading": plain_message(heading), "texts": [plain_message(text) for text in texts]}
        self._say("notes", heading=heading, texts=list(texts), message=said)

    def done(self, folder: Path) -> None:
        """Tell that the results are there."""
        self._say("done", folder=str(folder.absolute()))

    def _steps(self, done: int, total: int, **more: int) -> None:
        left = self.pace.left(done, total)
        if done < total and time.monotonic() - self.told < _EVERY:
            return
        self.told = time.monotonic()
        self._say("steps", done=done, total=total, seconds_left=left, **more)

    def _say(self, event: str, **more: object) -> None:
        line = {"event": event, "at": round(time.time(), 3), **more}
        self.stream.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.stream.flush()


def _problem(problem: Problem) -> dict[str, object]:
    """A problem as an event has it."""
    return problem.as_data() | {"message": plain_message(problem)}


def _message(error: Exception) -> str:
    """What an error says, with its template where it has one."""
    return error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)


def reporter_of(form: ProgressForm, *, quiet: bool) -> Terminal | JsonLines:
    """What shows the progress of a command."""
    from tanheng.cli.progress import Terminal

    return JsonLines() if form is ProgressForm.JSON else Terminal(quiet=quiet)
