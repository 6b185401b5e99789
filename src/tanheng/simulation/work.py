"""Who scores the bands of a landscape: this thread, or whoever answers in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class Work(Protocol):
    """What does tasks and hands their results on in any order."""

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results."""


class Here:
    """One task after the other, in this thread."""

    def results(self, function: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[tuple[Task, Result]]:
        """Tasks with their results, in order."""
        for task in tasks:
            yield task, function(task)
