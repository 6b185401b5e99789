"""How long work shows itself: a bar in a terminal, plain lines in a log, nothing where that is asked for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from tanheng.cli.pace import Pace, time_left
from tanheng.language import listed, tr
from tanheng.pipeline.reporter import Reporter

#: Seconds between two lines of a log about the same stage.
_LINE_EVERY = 30.0


class Terminal(Reporter):
    """Progress by stage and by block: bars on a terminal, lines elsewhere, and with `quiet` nothing but errors."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.console = Console(stderr=True, highlight=False, emoji=False)
        self.plain = not self.console.is_terminal
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self.console,
            disable=quiet or self.plain,
        )
        self.task: TaskID | None = None
        self.name = ""
        self.began = self.told = time.monotonic()
        self.pace = Pace()

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end_stage()
        self.progress.stop()

    def stage(self, name: str) -> None:
        """Show that a stage begins."""
        self._end_stage()
        self.name = tr(name)
        self.began = self.told = time.monotonic()
        self.pace = Pace()
        self.task = self.progress.add_task(self.name, total=None, note="", left="")

    def _end_stage(self) -> None:
        if self.task is not None:
            self.progress.update(self.task, total=1, completed=1, left="")
            self._line(tr("{stage}: done in {seconds:.1f} s", stage=self.name, seconds=time.monotonic() - self.began))

    def _line(self, text: str) -> None:
        if self.plain and not self.quiet:
            self.console.print(text, markup=False, soft_wrap=True)
            self.told = time.monotonic()

    def blocks(self, done: int, total: int, pixels: int) -> None:
        """Show how many blocks are counted."""
        millions = pixels / 1e6
        note = tr(
            "{done}/{total} blocks, {millions:,.0f} M pixels, {speed:,.0f} M/s",
            done=done,
            total=total,
            millions=millions,
            speed=millions / max(time.monotonic() - self.began, 1e-9),
        )
        self._show(done, total, note)

    def steps(self, done: int, total: int) -> None:
        """Show how many steps of the stage are done."""
        self._show(done, total, f"{done}/{total}")

    def _show(self, done: int, total: int, note: str) -> None:
        seconds = self.pace.left(done, total)
        left = "" if seconds is None else time_left(seconds)
        if self.task is not None:
            self.progress.update(self.task, total=total, completed=done, note=note, left=left)
        if self.plain and time.monotonic() - self.told > _LINE_EVERY:
            self._line(tr("{stage}: {note}", stage=self.name, note=listed(filter(None, (note, left)))))

    def warn(self, text: str) -> None:
        """Show a warning."""
        if not self.quiet:
            self.console.print(tr("warning: {text}", text=text), style="yellow", markup=False, soft_wrap=True)

    def notes(self, heading: str, texts: Sequence[str]) -> None:
        """Show warnings under what to do about them."""
        if not self.quiet:
            print_notes(self.console, heading, texts)


def print_notes(console: Console, heading: str, texts: Sequence[str]) -> None:
    """Print warnings under what to do about them."""
    title = tr("warnings ({count}): {heading}", count=len(texts), heading=heading)
    console.print(title, style="bold yellow", markup=False, soft_wrap=True)
    for text in texts:
        console.print(f"  - {text}", style="yellow", markup=False, soft_wrap=True)
