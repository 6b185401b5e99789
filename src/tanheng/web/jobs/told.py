"""A job as its page takes it."""

from __future__ import annotations

from dataclasses import asdict

from tanheng.web.jobs.job import Job


def job_data(job: Job) -> dict[str, object]:
    """A job as the scripts of its page take it."""
    data = asdict(job)
    return {key: data[key] for key in _TOLD} | {
        "title": job.told_title,
        "results": job.results,
        "ended": job.has_ended,
    }


_TOLD = (
    "id", "process", "study", "state", "stage", "done", "total", "seconds_left", "message", "problems", "created",
    "started", "finished",
)  # fmt: skip
