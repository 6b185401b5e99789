"""Steps of a long stage, counted for whoever shows the progress."""

from __future__ import annotations

from collections.abc import Callable

#: Hears how many steps are done, and of how many.
Progress = Callable[[int, int], None]


def _silent(_done: int, _total: int) -> None:
    pass


class Steps:
    """Counts steps and tells the progress.

    Examples
    --------
    >>> step = Steps(2, lambda done, total: print(f"{done} of {total}"))
    >>> step()
    1 of 2
    """

    def __init__(self, total: int, progress: Progress) -> None:
        self.done, self.total, self.progress = 0, total, progress

    def __getstate__(self) -> dict[str, object]:
        """What another process needs of it; the steps that it takes there are told by who waits for it."""
        return {"done": 0, "total": self.total, "progress": _silent}

    def __call__(self) -> None:
        """Note that a step is done."""
        self.by(1)

    def by(self, steps: int) -> None:
        """Note that steps are done."""
        self.done += steps
        self.progress(self.done, max(self.total, self.done))
