"""What a long piece of work tells while it goes on, and how long its stages took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Reporter:
    """What a run tells while it works; the command line shows it, a script may stay silent."""

    def stage(self, name: str) -> None:
        """Note that a stage begins."""

    def blocks(self, done: int, total: int, pixels: int) -> None:
        """Note that a block of the land-cover maps is counted."""

    def steps(self, done: int, total: int) -> None:
        """Note that a step of a long stage is done."""

    def warn(self, text: str) -> None:
        """Note a warning."""


class Clock:
    """Seconds by stage.

    Parameters
    ----------
    reporter : Reporter
        Told where a stage begins.
    """

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done in the block."""
        self.reporter.stage(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)
