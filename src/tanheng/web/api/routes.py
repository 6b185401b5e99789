"""Addresses of OGC API - Processes 1.0, over the jobs of the app."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tanheng.errors import InputError, TanhengError
from tanheng.language import speaking, tr
from tanheng.web.answers import base_of, body_of, home_of, in_lane, in_thread, status_of
from tanheng.web.api.descriptions import (
    CONFORMS_TO,
    exception,
    landing_page,
    link,
    process_description,
    process_summary,
    status_info,
)
from tanheng.web.api.openapi import definition
from tanheng.web.events import told_events
from tanheng.web.jobs.job import Job
from tanheng.web.offers import OFFERS, Offer
from tanheng.web.speech import language_asked
from tanheng.web.view import pieces


class _Refusal(Exception):  # noqa: N818  an answer, no error of ours
    """An answer of the kinds that the standard names."""

    def __init__(self, kind: str, status: int, detail: str) -> None:
        super().__init__(detail)
        self.kind, self.status, self.detail = kind, status, detail


def _answering(handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        with speaking(language_asked(request)), in_lane(request):
            try:
                return await handler(request)
            except _Refusal as refusal:
                return JSONResponse(exception(refusal.kind, refusal.status, refusal.detail), refusal.status)
            except TanhengError as error:
                status = status_of(error)
                return JSONResponse(exception("invalid", status, str(error)), status)

    return answered


def _offer(request: Request) -> Offer:
    offer = OFFERS.get(request.path_params["process"])
    if offer is None:
        raise _Refusal("no-such-process", 404, tr("There is no such process."))
    return offer


async def _job(request: Request) -> Job:
    job = await in_thread(home_of(request).runner.job, request.path_params["job"])
    if job is None:
        raise _Refusal("no-such-job", 404, tr("There is no such job."))
    return job


async def landing(request: Request) -> Response:
    """The landing page."""
    return JSONResponse(landing_page(base_of(request)))


async def _api(request: Request) -> Response:
    return JSONResponse(definition(base_of(request)), media_type="application/vnd.oai.openapi+json;version=3.0")


async def _conformance(_: Request) -> Response:
    return JSONResponse({"conformsTo": list(CONFORMS_TO)})


async def _processes(request: Request) -> Response:
    base = base_of(request)
    summaries = [process_summary(offer, base) for offer in OFFERS.values()]
    return JSONResponse({"processes": summaries, "links": [link(base, "/processes", "self")]})


async def _process(request: Request) -> Response:
    return JSONResponse(process_description(_offer(request), base_of(request)))


async def _execute(request: Request) -> Response:
    home, base, offer = home_of(request), base_of(request), _offer(request)
    job = await in_thread(offer.submitted, home, (await body_of(request)).get("inputs", {}))
    headers = {"location": f"{base}/jobs/{job.id}", "preference-applied": "respond-async"}
    return JSONResponse(status_info(job, base), 201, headers=headers)


async def _jobs(request: Request) -> Response:
    base, asked = base_of(request), request.query_params
    limit = asked.get("limit", "100")
    if not re.fullmatch(r"[0-9]{1,5}", limit) or not 1 <= int(limit) <= 10_000:
        raise InputError(tr("'limit' is a whole number from 1 to 10,000."))
    states, processes = asked.getlist("status"), asked.getlist("processID")
    jobs = [
        status_info(job, base)
        for job in await in_thread(home_of(request).journal.jobs)
        if (not states or job.state in states) and (not processes or job.process in processes)
    ]
    return JSONResponse({"jobs": jobs[: int(limit)], "links": [link(base, "/jobs", "self")]})


async def _status(request: Request) -> Response:
    return JSONResponse(status_info(await _job(request), base_of(request)))


async def _dismiss(request: Request) -> Response:
    """A job that is ended, or taken from the list where it has ended; its results, which are the user's, stay."""
    home, job = home_of(request), await _job(request)
    if job.has_ended:
        await in_thread(home.runner.forget, job.id)
    dismissed = job if job.has_ended else await in_thread(home.runner.dismiss, job.id)
    info = status_info(dismissed or job, base_of(request))
    return JSONResponse(info | {"status": "dismissed"})


async def _results(request: Request) -> Response:
    home, job, base = home_of(request), await _job(request), base_of(request)
    if job.state == "failed":
        raise _Refusal("failed", 400, job.told_message)
    if job.state == "dismissed":
        raise _Refusal("dismissed", 410, tr("The job was stopped; it has no results."))
    if job.state != "successful":
        raise _Refusal("result-not-ready", 404, tr("The job is not done yet."))
    results = await in_thread(lambda: list(pieces(home, job.results)))
    return JSONResponse(
        {piece.path: {"href": f"{base}{piece.address}", "type": piece.kind, "title": piece.path} for piece in results}
    )


async def _events(request: Request) -> Response:
    base = base_of(request)
    return told_events(request, (await _job(request)).id, lambda job: status_info(job, base))


ROUTES = [
    Route("/api", _answering(_api)),
    Route("/conformance", _answering(_conformance)),
    Route("/processes", _answering(_processes)),
    Route("/processes/{process}", _answering(_process)),
    Route("/processes/{process}/execution", _answering(_execute), methods=["POST"]),
    Route("/jobs", _answering(_jobs)),
    Route("/jobs/{job}", _answering(_status), methods=["GET"]),
    Route("/jobs/{job}", _answering(_dismiss), methods=["DELETE"]),
    Route("/jobs/{job}/results", _answering(_results)),
    Route("/jobs/{job}/events", _answering(_events)),
]
