"""Pages of the app as HTML: start, study, job, results."""

from __future__ import annotations

import math
import time
from dataclasses import asdict, replace
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tanheng.io.results.folder import report_name
from tanheng.language import LANGUAGES, language, tr
from tanheng.pipeline.freshness import record_of
from tanheng.report.page.html import embedded
from tanheng.tables.titles import TITLES, table_title
from tanheng.web.answers import NotThereError, asked, door_of, home_of, in_thread
from tanheng.web.api.routes import landing
from tanheng.web.doors.one import OneDoor
from tanheng.web.home import Home
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.told import job_data
from tanheng.web.offers import OFFERS
from tanheng.web.pages.rendering import rendered
from tanheng.web.studies.form import state_of
from tanheng.web.studies.found import found_in
from tanheng.web.view import PAGES, pieces

#: The page whose language can be another one than that of the run.
_REPORT = "report.html"

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
        all_results=results,
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
    job_found = await in_thread(home_of(request).runner.job, request.path_params["job"])
    if job_found is None:
        raise NotThereError(tr("There is no such job."))
    return rendered(request, "job.html.jinja", job=_shown(job_found), data=embedded(job_data(job_found)))


async def results(request: Request) -> Response:
    """A folder of results: its pages in a frame, its files beside them."""
    home, name = home_of(request), asked(request, "name")
    place = home.place(name)
    if not place.is_dir():
        raise NotThereError(tr("There are no such results."))
    results_found = await in_thread(lambda: list(pieces(home, name)))
    studies, _ = await in_thread(found_in, home)
    study = next((one for one in studies if one.results == home.name(place.resolve())), None)
    spoken = next((piece for piece in results_found if piece.path == report_name(language())), None)
    pages = [
        replace(piece, address=spoken.address) if spoken and piece.path == _REPORT else piece
        for piece in results_found
        if piece.path in PAGES
    ]
    of_run = await in_thread(record_of, place) if any(piece.path == _REPORT for piece in pages) else None
    foreign = spoken is None and of_run is not None and of_run.language not in {"", language()}
    files = {
        part: [piece for piece in results_found if piece.path.startswith(f"{part}/")]
        for part in dict.fromkeys(piece.path.rpartition("/")[0] for piece in results_found)
        if part
    }
    single = [piece for piece in results_found if "/" not in piece.path and piece.path not in PAGES]
    return rendered(
        request,
        "results.html.jinja",
        name=name,
        pages=pages,
        files=files,
        single=single,
        titles=_titles(),
        part_titles={part: _part_title(part) for part in files},
        table_titles={piece.path: _table_name(piece.path) for piece in results_found if piece.path.endswith(".csv")},
        study=study,
        foreign=foreign,
    )


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


async def failed(request: Request, error: Exception) -> Response:
    """Page for an address that leads nowhere, or for a mistake of ours."""
    status = getattr(error, "status_code", 500)
    words = tr("There is no such page.") if status == 404 else tr("Something went wrong. See the terminal for details.")
    return JSONResponse({"message": str(words), "path": request.url.path[:200]}, status)


def _titles() -> dict[str, str]:
    return {
        "report.html": tr("Report"),
        "plan/plan.html": tr("Land-use plan"),
        "simulation/report.html": tr("Future land use"),
        "compare.html": tr("Comparison"),
    }


def _part_title(part: str) -> str:
    """Name of a folder of results, as the reader's language has it; one that is not known keeps its own."""
    known = {
        "tables": tr("Tables"),
        "maps": tr("Maps"),
        "grids": tr("Grids"),
        "pixels": tr("Maps of pixels"),
        "difference_maps": tr("Difference maps"),
    }
    last = part.rpartition("/")[2]
    return known.get(last, last)


def _table_name(path: str) -> str:
    """Title of a table by its file, empty where the file has a name of its own."""
    name = PurePosixPath(path).stem
    return table_title(name) if name in TITLES else ""


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
        "when": time.strftime("%Y-%m-%d %H:%M", time.localtime(job.created)),
        "process_words": tr(offer.title) if offer else job.process,
    }
