"""How long is left of a piece of work, told once its pace is known."""

from __future__ import annotations

import time
from collections.abc import Callable

#: Seconds of steady work, and part of the whole, before anything is said: the first steps hold what is done once, as compiling.
_LEAST_SECONDS, _LEAST_PART = 3.0, 0.03


class Pace:
    """Time left by the pace since the first steps were done.

    Parameters
    ----------
    now : callable
        Seconds of a clock.

    Examples
    --------
    The first of 100 steps takes 20 s to start up, each of the others one second.

    >>> times = iter([20.0, 21.0, 22.0, 23.0, 24.0])
    >>> pace = Pace(lambda: next(times))
    >>> [pace.left(done, 100) for done in (1, 2, 3, 4, 5)]
    [None, None, None, 96.0, 95.0]
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.now = now
        self.first: tuple[int, float] | None = None

    def left(self, done: int, total: int) -> float | None:
        """Seconds left; none while the pace is not known."""
        at = self.now()
        if self.first is None or done < self.first[0]:
            self.first = (done, at)
        steps, seconds = done - self.first[0], at - self.first[1]
        if steps == 0 or seconds < _LEAST_SECONDS or done < _LEAST_PART * total:
            return None
        return seconds / steps * (total - done)
