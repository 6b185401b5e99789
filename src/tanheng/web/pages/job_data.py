"""Jobs as their pages take them: asked for, followed, stopped."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from tanheng.language import tr
from tanheng.web.answers import body_of, data, home_of, in_thread
from tanheng.web.events import told_events
from tanheng.web.home import Home
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.told import job_data, log_again, tells_end
from tanheng.web.offers import OFFERS
from tanheng.web.refusals import NotThereError


async def new_job(request: Request) -> Response:
    """A job of one of the processes.

    Raises
    ------
    NotThereError
        There is no such process.
    """
    body, home = await body_of(request), home_of(request)
    offer = OFFERS.get(str(body.get("process")))
    if offer is None:
        raise NotThereError(tr("There is no such process."))
    job = await in_thread(offer.submitted, home, body.get("inputs", {}))
    return data({"id": job.id}, 201)


async def job(request: Request) -> Response:
    """How a job stands."""
    job_found = await in_thread(home_of(request).runner.job, request.path_params["job"])
    if job_found is None:
        raise NotThereError(tr("There is no such job."))
    return data(await in_thread(_told, home_of(request), job_found))


async def stop(request: Request) -> Response:
    """A job that is ended."""
    job_found = await in_thread(home_of(request).runner.dismiss, request.path_params["job"])
    if job_found is None:
        raise NotThereError(tr("There is no such job."))
    return data(await in_thread(_told, home_of(request), job_found))


async def job_events(request: Request) -> Response:
    """How a job stands, whenever that changes.

    Raises
    ------
    NotThereError
        There is no such job.
    """
    name = request.path_params["job"]
    if await in_thread(home_of(request).journal.job, name) is None:
        raise NotThereError(tr("There is no such job."))
    return told_events(request, name, partial(_told, home_of(request)))


def _told(home: Home, job_found: Job) -> dict[str, object]:
    return job_data(job_found, home.journal, home.folder)


async def job_log(request: Request) -> Response:
    """Log of a job as text."""
    home = home_of(request)
    job_found = await in_thread(home.journal.job, request.path_params["job"])
    if job_found is None:
        raise NotThereError(tr("There is no such job."))
    log = home.runner.log(job_found)
    events, errors = [await in_thread(_end_of, path) for path in (log, log.with_name("errors.txt"))]
    # What a command says of its end is among its events; what is left is a fault of ours.
    text = events if tells_end(events) else "\n".join(filter(None, (events, errors)))
    return Response(log_again(text), media_type="text/plain; charset=utf-8")


#: Bytes of a log that are shown, from its end.
_SHOWN = 100_000


def _end_of(path: Path) -> str:
    """End of a file; empty where there is none."""
    if not path.is_file():
        return ""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - _SHOWN, 0))
        return stream.read().decode("utf-8", "replace")
