"""The app: its addresses, and what answers each."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tanheng.errors import TanhengError
from tanheng.report.style.fonts import packaged_font
from tanheng.web.answers import answering
from tanheng.web.api import routes as api
from tanheng.web.doors.door import Door
from tanheng.web.gate import Address, Gate
from tanheng.web.jobs.queue import Queue
from tanheng.web.pages import file_data, future_data, job_data, plan_data, results, routes, sign_in, study_data
from tanheng.web.pages.refused import refused
from tanheng.web.studies.looks import load_readers
from tanheng.web.view import result_file

_STATIC = Path(str(resources.files("tanheng.web") / "static"))
_REPORT_STYLE = Path(str(resources.files("tanheng.report.page") / "style.css"))

#: Files that pages load, by their names in an address.
_FILES = {
    **{path.name: path for path in sorted(_STATIC.iterdir()) if path.suffix in {".js", ".css", ".svg"}},
    "report.css": _REPORT_STYLE,
    "chinese.ttf": packaged_font(),
}

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".ttf": "font/ttf"}


async def _static(request: Request) -> Response:
    path = _FILES.get(request.path_params["name"])
    if path is None:
        raise HTTPException(404)
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"cache-control": "no-cache"})


def make_app(door: Door, address: Address, queue: Queue) -> Starlette:
    """The app over the folders that a door leads to, reached at an address, with the queue of their jobs."""

    @contextlib.asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        queue.begin()
        threading.Thread(target=load_readers, name="readers", daemon=True).start()
        yield

    pages = [
        Route("/", answering(routes.start)),
        Route("/study", answering(routes.study)),
        Route("/plan", answering(routes.plan)),
        Route("/future", answering(routes.future)),
        Route("/job/{job}", answering(routes.job)),
        Route("/results", answering(results.results)),
        Route("/language", answering(routes.choose_language)),
        Route("/sign-in", answering(sign_in.page), methods=["GET"]),
        Route("/sign-in", answering(sign_in.enter), methods=["POST"]),
        Route("/app/sign-out", answering(sign_in.leave), methods=["POST"]),
        Route("/static/{name}", _static),
        Route("/view/{home}/{signature}/{folder}/{path:path}", answering(result_file)),
    ]
    data = [
        Route("/app/schema", answering(study_data.schema)),
        Route("/app/classes", answering(study_data.classes)),
        Route("/app/study", answering(study_data.study), methods=["GET"]),
        Route("/app/study", answering(study_data.change), methods=["POST"]),
        Route("/app/check", answering(study_data.check)),
        Route("/app/new", answering(study_data.new_study), methods=["POST"]),
        Route("/app/invest", answering(study_data.from_invest), methods=["POST"]),
        Route("/app/address", answering(study_data.address), methods=["POST"]),
        Route("/app/files", answering(file_data.files), methods=["GET"]),
        Route("/app/files", answering(file_data.upload), methods=["PUT"]),
        Route("/app/files", answering(file_data.remove), methods=["DELETE"]),
        Route("/app/users", answering(file_data.users), methods=["GET"]),
        Route("/app/results", answering(file_data.remove_folder), methods=["DELETE"]),
        Route("/app/cells", answering(file_data.cells), methods=["GET"]),
        Route("/app/cells", answering(file_data.write), methods=["POST"]),
        Route("/app/use", answering(file_data.use), methods=["POST"]),
        Route("/app/plan", answering(plan_data.desk), methods=["GET"]),
        Route("/app/plan", answering(plan_data.solve), methods=["POST"]),
        Route("/app/future", answering(future_data.today), methods=["GET"]),
        Route("/app/future", answering(future_data.write), methods=["POST"]),
        Route("/app/jobs", answering(job_data.new_job), methods=["POST"]),
        Route("/app/jobs/{job}", answering(job_data.job), methods=["GET"]),
        Route("/app/jobs/{job}", answering(job_data.stop), methods=["DELETE"]),
        Route("/app/jobs/{job}/events", answering(job_data.job_events)),
        Route("/app/jobs/{job}/log", answering(job_data.job_log)),
    ]
    app = Starlette(
        routes=[*pages, *data, *api.ROUTES],
        middleware=[Middleware(Gate, door=door, address=address)],
        exception_handlers={HTTPException: refused, TanhengError: refused, Exception: refused},
        lifespan=life,
    )
    app.state.door, app.state.address = door, address
    return app
