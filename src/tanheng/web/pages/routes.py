"""Pages of the app as HTML: start, study, plan, future, job."""

from __future__ import annotations

import math
from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from tanheng.language import LANGUAGES, tr
from tanheng.report.page.html import embedded
from tanheng.web.answers import asked, door_of, home_of, in_thread
from tanheng.web.api.routes import landing
from tanheng.web.doors.one import OneDoor
from tanheng.web.home import Home
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.told import begun, job_data
from tanheng.web.offers import OFFERS
from tanheng.web.pages.rendering import rendered
from tanheng.web.refusals import NotThereError
from tanheng.web.studies.form import state_of
from tanheng.web.studies.found import found_in

#: Jobs that the start page lists.
_MOST_JOBS = 12


async def start(request: Request) -> Response:
    """The start page; to a program that asks for JSON, the landing page of the API."""
    if "text/html" not in request.headers.get("accept", "text/html"):
        return await landing(request)
    home, door = home_of(request), door_of(request)
    studies, results = await in_thread(found_in, home)
    of_studies = {study.results for study in studies}
    running = {job.study: job.id for job in await in_thread(home.journal.unfinished)}
    return rendered(
        request,
        "start.html.jinja",
        studies=studies,
        results=[one for one in results if one.name not in of_studies],
        runs=[one for one in results if one.is_run],
        running=running,
        jobs=[_shown(job) for job in await in_thread(home.journal.jobs, _MOST_JOBS)],
        folder=str(home.folder),
        key_file=str(door.key_file) if isinstance(door, OneDoor) else "",
        room=await in_thread(_room, home),
    )


def _room(home: Home) -> str:
    """How much of a user's room is taken; empty where it has no limit."""
    if not math.isfinite(home.space.quota):
        return ""
    used, quota = home.space.used() / 1e9, home.space.quota / 1e9
    return tr("{used:,.3g} of {quota:,.3g} GB used.", used=used, quota=quota)


async def study(request: Request) -> Response:
    """The form of a study."""
    home, name = home_of(request), asked(request, "name")
    state = await in_thread(state_of, home, name)
    under_way = [_shown(job) for job in await in_thread(home.journal.unfinished) if job.study == state.name]
    return rendered(request, "study.html.jinja", state=state, data=embedded(state.as_data()), under_way=under_way)


async def plan(request: Request) -> Response:
    """A plan by hand, for a study with results."""
    state = await in_thread(state_of, home_of(request), asked(request, "name"))
    return rendered(request, "plan.html.jinja", name=state.name, study_title=state.title)


async def future(request: Request) -> Response:
    """Scenarios of future land use by hand, for a study with results."""
    state = await in_thread(state_of, home_of(request), asked(request, "name"))
    return rendered(request, "future.html.jinja", name=state.name, study_title=state.title)


async def job(request: Request) -> Response:
    """A job, as it stands and as it goes on."""
    home = home_of(request)
    job_found = await in_thread(home.runner.job, request.path_params["job"])
    if job_found is None:
        raise NotThereError(tr("There is no such job."))
    told = await in_thread(job_data, job_found, home.journal, home.folder)
    return rendered(request, "job.html.jinja", job=_shown(job_found), data=embedded(told))


async def choose_language(request: Request) -> Response:
    """Speak another language from now on, and go back to the page."""
    code = request.query_params.get("code", "")
    answer = RedirectResponse(_back(request), status_code=303)
    if code in LANGUAGES:
        answer.set_cookie("tanheng-language", code, max_age=365 * 86_400, samesite="strict")
    return answer


def _back(request: Request) -> str:
    """Page that a request comes from, by its path alone."""
    to = request.query_params.get("to", "/")
    return to if to.startswith("/") and not to.startswith("//") and "\\" not in to else "/"


def _shown(job: Job) -> dict[str, object]:
    states = {
        "accepted": tr("waiting"),
        "running": tr("running"),
        "successful": tr("finished"),
        "failed": tr("failed"),
        "dismissed": tr("stopped"),
    }
    offer = OFFERS.get(job.process)
    return asdict(job) | {
        "title": job.told_title,
        "state_words": states[job.state],
        "when": begun(job),
        "process_words": tr(offer.title) if offer else job.process,
    }
