"""Steps of a long stage, counted for whoever shows the progress."""

from __future__ import annotations

from collections.abc import Callable

#: Hears how many steps are done, and of how many.
Progress = Callable[[int, int], None]


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

    def __call__(self) -> None:
        """Note that a step is done."""
        self.done += 1
        self.progress(self.done, max(self.total, self.done))
