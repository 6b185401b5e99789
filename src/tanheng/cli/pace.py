"""How long is left of a piece of work, told once its pace is known."""

from __future__ import annotations

import time
from collections.abc import Callable

from tanheng.language import tr

#: Seconds of steady work, and part of the whole, before anything is said: the first steps hold what is done once, as compiling.
_LEAST_SECONDS, _LEAST_PART = 3.0, 0.03

#: Seconds and minutes that are told as such; more is told in the next greater unit.
_SECONDS_UP_TO, _MINUTES_UP_TO = 90.0, 90


def time_left(seconds: float) -> str:
    """Time left in words: seconds, minutes, or hours and minutes.

    Examples
    --------
    >>> time_left(40.2), time_left(1000.0), time_left(7200.0)
    ('40 s left', '17 min left', '2 h 0 min left')
    """
    if seconds < _SECONDS_UP_TO:
        return tr("{left:.0f} s left", left=seconds)
    minutes = round(seconds / 60)
    if minutes < _MINUTES_UP_TO:
        return tr("{minutes} min left", minutes=minutes)
    return tr("{hours} h {minutes} min left", hours=minutes // 60, minutes=minutes % 60)


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
