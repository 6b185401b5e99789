"""The queue of all jobs of a server: so many at once, and every user gets a turn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from tanheng.web.jobs.runner import Runner

LOG = logging.getLogger("tanheng.web.jobs")

#: Seconds between two looks at the jobs.
_EVERY_S = 0.3


class Queue:
    """Looks after the jobs of all runners, and begins those that wait.

    Parameters
    ----------
    runners : callable
        Runners, as they are now.
    at_once : int
        Jobs that run at the same time.
    beside : callable
        What else is looked after as often.
    """

    def __init__(
        self, runners: Callable[[], Sequence[Runner]], at_once: int = 1, beside: Callable[[], None] = lambda: None
    ) -> None:
        self.runners, self.at_once, self.beside = runners, at_once, beside
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._tend, name="jobs", daemon=True)

    def begin(self) -> None:
        """Look after the jobs from now on."""
        self._thread.start()

    def close(self, *, end_jobs: bool) -> None:
        """Look after them no more; with or without ending those that run."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        for runner in self.runners() if end_jobs else ():
            runner.dismiss_all()

    def unfinished(self) -> int:
        """Jobs that run or wait."""
        return sum(len(runner.journal.unfinished()) for runner in self.runners())

    def _tend(self) -> None:
        while not self._stopped.wait(_EVERY_S):
            for look in (self._look, self.beside):
                try:
                    look()
                except Exception:  # whatever it was, the jobs after it go on
                    LOG.exception("the jobs could not be looked after")

    def _look(self) -> None:
        running = {runner: _running(runner) for runner in self.runners()}
        while sum(running.values()) < self.at_once:
            # Who has least running is next; among them, who has waited longest since a job of theirs began.
            waiting = [runner for runner in running if runner.has_waiting()]
            if not waiting:
                return
            chosen = min(waiting, key=lambda runner: (running[runner], runner.begun))
            if chosen.begin_next():
                running[chosen] += 1


def _running(runner: Runner) -> int:
    """Jobs of a runner that run; what is wrong with one runner does not keep the others."""
    try:
        return runner.tend()
    except Exception:
        LOG.exception("the jobs in %s could not be looked after", runner.folder)
        return 0
