"""A study as its page takes it: its schema, its state, what is changed in it, and what is wrong with it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import PurePosixPath
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tanheng.errors import InputError
from tanheng.factors.catalogue import names
from tanheng.factors.legends import legend_from
from tanheng.language import language, name_of, tr
from tanheng.pipeline.new_study import write_new_study
from tanheng.reach import confined_to
from tanheng.study.described.schema import study_schema
from tanheng.study.described.template import OUTLINE
from tanheng.study.editing import parsed_value
from tanheng.web.answers import asked, base_of, body_of, data, door_of, home_of, in_thread
from tanheng.web.doors.one import OneDoor
from tanheng.web.refusals import NotThereError
from tanheng.web.studies.checking import checked
from tanheng.web.studies.form import edited, replaced, state_of
from tanheng.web.studies.uploads import plain_name


async def schema(_: Request) -> Response:
    """The described schema of a study, with the names of built-in tables, and the fields that most studies set."""
    built_in = {kind: list(names(kind)) for kind in ("legends", "carbon_densities", "emission_factors", "uptake")}
    usual = {section.key or "": list(section.fields) for section in OUTLINE}
    return data(study_schema() | {"x-built-in": built_in, "x-usual": usual})


async def study(request: Request) -> Response:
    """A study as it stands."""
    return data((await in_thread(state_of, home_of(request), asked(request, "name"))).as_data())


async def change(request: Request) -> Response:
    """A study after changes: entries, or its whole text.

    Raises
    ------
    InputError
        A change can't be made, or the file was changed elsewhere.
    """
    body, home, name = await body_of(request), home_of(request), asked(request, "name")
    version = str(body.get("version", ""))
    if isinstance(body.get("text"), str):
        return data((await in_thread(replaced, home, name, version, body["text"])).as_data())
    given = body.get("changes", ())
    if not isinstance(given, (list, tuple)):
        raise InputError(tr("The request is not a JSON object."))
    changes = [(_place(item), _value(item)) for item in given]
    return data((await in_thread(edited, home, name, version, changes)).as_data())


#: Keys that a place may have.
_DEEPEST = 20


def _place(item: Any) -> list[str | int]:  # noqa: ANN401  whatever a request holds
    place = item.get("place") if isinstance(item, dict) else None
    if not isinstance(place, list) or not all(isinstance(key, (str, int)) for key in place) or len(place) > _DEEPEST:
        raise InputError(tr("The request is not a JSON object."))
    return place


def _value(item: dict[str, Any]) -> object:
    """Value of a change: as it is, or written as TOML."""
    return parsed_value(str(item["toml"])) if "toml" in item else item.get("value")


async def check(request: Request) -> Response:
    """Problems of a study with its inputs opened."""
    return data(asdict(await in_thread(checked, home_of(request), asked(request, "name"))))


async def new_study(request: Request) -> Response:
    """A new study in a folder of its own.

    Raises
    ------
    InputError
        The name is none, or there is a folder of that name.
    """
    body, home = await body_of(request), home_of(request)
    title = str(body.get("title", "")).strip()
    folder = home.place(plain_name(str(body.get("folder", "")).strip() or title))
    if folder.exists():
        raise InputError(tr("'{name}' is there already; take another name", name=folder.name))

    await in_thread(home.space.refuse)
    path = await in_thread(write_new_study, folder, title, language())
    return data({"name": home.name(path)}, 201)


async def from_invest(request: Request) -> Response:
    """A new study of what a parameter set of InVEST's carbon model describes, in a folder of its own.

    Raises
    ------
    InputError
        The file is no such set, or there is a folder of its name.
    """
    from tanheng.io.invest import import_datastack

    home, name = home_of(request), asked(request, "name")
    path = home.place((PurePosixPath(name).parent / asked(request, "file")).as_posix())
    folder = home.place(plain_name(path.stem))
    if folder.exists():
        raise InputError(tr("'{name}' is there already; take another name", name=folder.name))
    await in_thread(home.space.refuse)
    with confined_to(home.reach):
        made = await in_thread(import_datastack, path, folder)
    return data({"name": home.name(made)}, 201)


async def address(request: Request) -> Response:
    """An address with a new one-time token, for another browser.

    Raises
    ------
    NotThereError
        People sign in here.
    """
    door = door_of(request)
    if not isinstance(door, OneDoor):
        raise NotThereError(tr("Sign in with your token in the other browser."))
    return data({"address": f"{base_of(request)}/?token={door.new_token()}"}, 201)


async def classes(request: Request) -> Response:
    """Land classes that a legend names, in the language that is spoken; of a study without one, those of all legends."""
    chosen = request.query_params.get("legend", "")
    legends = [chosen] if chosen in names("legends") else list(names("legends"))
    known = dict.fromkeys(one for legend in legends for one in legend_from(legend).classes)
    return data({"classes": [[one, str(name_of(one))] for one in known]})
