"""What a long piece of work tells while it goes on, and how long its stages took."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tanheng.memory import give_back, peak_memory


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

    def notes(self, heading: str, texts: Sequence[str]) -> None:
        """Note warnings that ask the same of the reader."""


class Clock:
    """Seconds and peak memory by stage.

    Parameters
    ----------
    reporter : Reporter
        Told where a stage begins.

    Attributes
    ----------
    seconds : dict of str to float
    peaks : dict of str to float, MB
        Largest memory of the process since its start, as it stood at the end of the stage; empty where the system does not say.
    """

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.seconds: dict[str, float] = {}
        self.peaks: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what is done in the block."""
        self.reporter.stage(name)
        start = time.perf_counter()
        yield
        give_back()
        self.seconds[name] = round(time.perf_counter() - start, 3)
        peak = peak_memory()
        if peak is not None:
            self.peaks[name] = round(peak / 1e6)
