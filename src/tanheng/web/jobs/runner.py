"""The queue of jobs: one after the other, each a child process whose log and whose life tell how it stands."""

from __future__ import annotations

import logging
import shutil
import threading
import time
import uuid
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tanheng.language import language, speaking
from tanheng.reach import ROOTS, roots_text
from tanheng.web.jobs import processes
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.journal import Journal
from tanheng.web.jobs.log import Tail, state_from

LOG = logging.getLogger("tanheng.web.jobs")

#: Seconds between two looks at the running jobs.
_EVERY_S = 0.3


class Runner:
    """Runs the jobs of a journal.

    Parameters
    ----------
    journal : Journal
    folder : Path
        Where the logs of jobs are kept.
    root : Path
        Folder that commands start in.
    roots : sequence of Path
        Folders that jobs may read and write.
    at_once : int
        Jobs that run at the same time; the others wait.
    """

    def __init__(self, journal: Journal, folder: Path, root: Path, roots: Sequence[Path], at_once: int = 1) -> None:
        self.journal, self.folder, self.root, self.roots, self.at_once = journal, folder, root, roots, at_once
        self._lock = threading.RLock()
        self._tails: dict[str, Tail] = {}
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
        for job in self.journal.unfinished() if end_jobs else ():
            self.dismiss(job.id)

    def submit(self, process: str, command: Sequence[str], title: str, study: str = "", results: str = "") -> Job:
        """Put a job into the queue."""
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
        self.journal.add(job)
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
            if job.state == "running":
                processes.end(job.pid, job.id)
                job = self._refreshed(job)
                if job.state == "successful":
                    return job
            dismissed = replace(job, state="dismissed", finished=time.time(), seconds_left=None)
            self.journal.update(dismissed)
            return dismissed

    def forget(self, name: str) -> None:
        """Take a job that has ended out of the journal, with its log; its results stay."""
        self.journal.remove(name)
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _tend(self) -> None:
        while not self._stopped.wait(_EVERY_S):
            try:
                self._look()
            except Exception:  # whatever it was, the jobs after it go on
                LOG.exception("the jobs could not be looked after")

    def _look(self) -> None:
        with self._lock:
            jobs = self.journal.unfinished()
            running = sum(not self._refreshed(job).has_ended for job in jobs if job.state == "running")
            waiting = [job for job in jobs if job.state == "accepted"]
            for job in waiting[: max(self.at_once - running, 0)]:
                try:
                    self._start(job)
                except (OSError, ValueError) as error:
                    now = time.time()
                    failed = replace(job, state="failed", started=now, finished=now, message=str(error))
                    self.journal.update(failed)

    def _refreshed(self, job: Job) -> Job:
        alive = processes.is_running(job.pid, job.id)
        log = self.log(job)
        tail = self._tails.setdefault(job.id, Tail(log))
        with speaking(job.language):
            now = state_from(job, tail, log.with_name("errors.txt"), alive=alive)
        if now.has_ended:
            self._tails.pop(job.id, None)
        if now != job:
            self.journal.update(now)
        return now

    def _start(self, job: Job) -> None:
        log = self.log(job)
        log.parent.mkdir(parents=True, exist_ok=True)
        command = ["--lang", job.language, *job.command]
        settings = {ROOTS: roots_text(self.roots)}
        pid = processes.start(job.id, command, self.root, log, log.with_name("errors.txt"), settings)
        self.journal.update(replace(job, state="running", started=time.time(), pid=pid))
