"""The jobs of one folder: each a child process whose log and whose life tell how it stands, within the rules of its user."""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tanheng.language import language, speaking, tr
from tanheng.reach import ROOTS, Reach
from tanheng.web.jobs import processes
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.journal import Journal
from tanheng.web.jobs.log import Tail, state_from
from tanheng.web.refusals import TooManyError
from tanheng.web.rules import Rules
from tanheng.web.space import Space

LOG = logging.getLogger("tanheng.web.jobs")

#: Jobs that have ended, of which the journal keeps the newest.
_KEPT = 300


class Runner:
    """Runs the jobs of a journal.

    Parameters
    ----------
    journal : Journal
    folder : Path
        Where the logs of jobs are kept.
    reach : Reach
        Folders that jobs may read and write; commands start in the first one.
    rules : Rules
        What a job may take.
    space : Space
        Room that results may take.
    """

    def __init__(self, journal: Journal, folder: Path, reach: Reach, rules: Rules, space: Space) -> None:
        self.journal, self.folder, self.reach, self.rules, self.space = journal, folder, reach, rules, space
        #: When a job of its began last, s since 1970.
        self.begun = 0.0
        self._lock = threading.RLock()
        self._tails: dict[str, Tail] = {}

    def submit(
        self, process: str, command: Sequence[str], title: str | Mapping[str, str], study: str = "", results: str = ""
    ) -> Job:
        """Put a job into the queue.

        Raises
        ------
        TooManyError
            There are too many.
        OutputError
            The user's room is used up.
        """
        self.space.refuse()
        job = Job(
            id=uuid.uuid4().hex,
            process=process,
            title=title,
            command=tuple(command),
            study=study,
            results=results,
            language=language(),
            created=time.time(),
        )
        with self._lock:
            if len(self.journal.unfinished()) >= self.rules.unfinished_jobs:
                raise TooManyError(
                    tr(
                        "{count} jobs are already running or waiting; start more once they are done",
                        count=self.rules.unfinished_jobs,
                    )
                )
            self.journal.add(job)
            for old in self.journal.ended_beyond(_KEPT):
                self.forget(old)
        return job

    def job(self, name: str) -> Job | None:
        """A job as it stands now."""
        with self._lock:
            job = self.journal.job(name)
            return job if job is None or job.state != "running" else self._refreshed(job)

    def log(self, job: Job) -> Path:
        """Log of a job."""
        return self.folder / job.id / "events.jsonl"

    def dismiss(self, name: str) -> Job | None:
        """End a job and its processes, or take it out of the queue; one that has ended is left as it is."""
        with self._lock:
            job = self.job(name)
            if job is None or job.has_ended:
                return job
            return self._ended(job, replace(job, state="dismissed"))

    def dismiss_all(self) -> None:
        """End all jobs that run or wait."""
        self.tend()
        for job in self.journal.unfinished():
            self.dismiss(job.id)

    def forget(self, name: str) -> None:
        """Take a job that has ended out of the journal, with its log; its results stay."""
        self.journal.remove(name)
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def tend(self) -> int:
        """Number of jobs that run; one that takes more than it may, or whose state can't be told, is ended."""
        running = [job for job in self.journal.unfinished() if job.state == "running"]
        return sum(not self._tended(job).has_ended for job in running)

    def _tended(self, job: Job) -> Job:
        try:
            tended = self.job(job.id) or replace(job, state="dismissed")
            return tended if tended.has_ended else self._within_rules(tended)
        except Exception:  # whatever it was, the other jobs go on
            LOG.exception("job %s can't be followed, and is ended", job.id)
            processes.end(job.pid, job.id)
            with speaking(job.language):
                words = tr("Its state could not be read, so it was stopped. See the log of the server.")
            ended = replace(job, state="failed", message=words, finished=time.time(), problems=(), done=0, total=0)
            self.journal.update(ended)
            return ended

    def has_waiting(self) -> bool:
        """Whether a job waits."""
        return any(job.state == "accepted" for job in self.journal.unfinished())

    def begin_next(self) -> bool:
        """Begin the job that has waited longest; whether one runs now."""
        with self._lock:
            job = next((job for job in self.journal.unfinished() if job.state == "accepted"), None)
            if job is None:
                return False
            self.begun = time.time()
            try:
                self._start(job)
            except (OSError, ValueError) as error:
                failed = replace(job, state="failed", started=self.begun, finished=self.begun, message=str(error))
                self.journal.update(failed)
                return False
            return True

    def _within_rules(self, job: Job) -> Job:
        """A job that runs, or that has been ended because it took more than it may."""
        with speaking(job.language):
            reason = self._beyond(job)
        if not reason:
            return job
        with self._lock:
            now = self.job(job.id)
            return (
                job if now is None or now.has_ended else self._ended(now, replace(now, state="failed", message=reason))
            )

    def _beyond(self, job: Job) -> str:
        """What a job takes more of than it may; empty where it keeps within its rules."""
        rules = self.rules
        if time.time() - job.started > rules.job_seconds:
            return tr(
                "It took longer than {hours:g} h, the limit of this server, and was stopped.",
                hours=rules.job_seconds / 3600,
            )
        if math.isfinite(rules.memory_bytes) and processes.memory(job.pid) > rules.memory_bytes:
            return tr(
                "The job used more than {size:g} GB of memory, the limit of this server, and was stopped. Use larger cells or fewer years.",
                size=rules.memory_bytes / 1e9,
            )
        return self.space.ending() if self.space.is_full() else ""

    def _ended(self, job: Job, end: Job) -> Job:
        """A job after its processes were ended; one that had done its work by then keeps its results."""
        if job.state == "running":
            processes.end(job.pid, job.id)
            now = self._refreshed(job)
            if now.state == "successful":
                return now
            end = replace(now, state=end.state, message=end.message, problems=())
        ended = replace(end, finished=time.time(), seconds_left=None)
        self.journal.update(ended)
        return ended

    def _refreshed(self, job: Job) -> Job:
        alive = processes.is_running(job.pid, job.id)
        log = self.log(job)
        tail = self._tails.setdefault(job.id, Tail(log))
        with speaking(job.language):
            now = state_from(job, tail, log.with_name("errors.txt"), alive=alive)
        if now.has_ended:
            self._tails.pop(job.id, None)
            shutil.rmtree(log.with_name("tmp"), ignore_errors=True)
        if now != job:
            self.journal.update(now)
        return now

    def _start(self, job: Job) -> None:
        log = self.log(job)
        log.parent.mkdir(parents=True, exist_ok=True)
        command = ["--lang", job.language, *job.command]
        # Files that a job puts aside lie with its log, so that they count as the user's and go when it ends.
        aside = log.with_name("tmp")
        aside.mkdir(exist_ok=True)
        settings = {ROOTS: self.reach.text(), **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(aside))}
        pid = processes.start(job.id, command, self.reach.folders[0], log, log.with_name("errors.txt"), settings)
        self.journal.update(replace(job, state="running", started=time.time(), pid=pid))
