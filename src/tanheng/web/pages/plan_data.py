"""Plans by hand as their page takes them."""

from __future__ import annotations

import json

from starlette.requests import Request
from starlette.responses import Response

from tanheng.errors import InputError
from tanheng.language import name_of, tr
from tanheng.report.style.palettes import class_colours
from tanheng.web.answers import asked, body_of, data, home_of, in_thread
from tanheng.web.studies.files import study_path
from tanheng.web.studies.form import StudyState, state_of


async def desk(request: Request) -> Response:
    """What can be changed in the plan of a study, and its plan as it stands."""
    home, name = home_of(request), asked(request, "name")
    state = await in_thread(state_of, home, name)
    path = study_path(home, name)
    version = _version(state)
    opened = await in_thread(home.desks.opened, path, version)
    words = {one: str(name_of(one)) for one in opened["classes"]}
    colours = class_colours(opened["classes"])
    return data(
        opened | {"words": words, "colours": colours, "version": state.version, "entries": state.as_data()["entries"]}
    )


async def solve(request: Request) -> Response:
    """A plan of a study under changed settings.

    Raises
    ------
    InputError
        The settings are wrong, or no plan keeps to them.
    """
    home, name, body = home_of(request), asked(request, "name"), await body_of(request)
    changes = body.get("changes", {})
    if not isinstance(changes, dict):
        raise InputError(tr("The request is not a JSON object."))
    state = await in_thread(state_of, home, name)
    version = _version(state)
    return data(await in_thread(home.desks.solved, study_path(home, name), version, changes))


def _version(state: StudyState) -> str:
    """What a desk must be opened anew for: any change of the study or its results, those that were written from the desk among them."""
    return json.dumps([state.version, state.results])
