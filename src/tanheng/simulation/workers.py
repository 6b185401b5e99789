"""Who scores the bands of a landscape: this thread, or the threads and workers that `tanheng.land.pools` offers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Workers(Protocol):
    """Do tasks and hand their results on in any order."""

    @property
    def workers(self) -> int:
        """Number of tasks that are worked on at once."""

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results."""


class Here:
    """One task after the other, in this thread."""

    workers = 1

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results, in order."""
        for task in tasks:
            yield task, function(task)
