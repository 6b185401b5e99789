"""Files of a study as its page takes them: recognised, dropped, and used."""

from __future__ import annotations

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from tanheng.errors import InputError
from tanheng.inputs.recognition.recognised import YEAR
from tanheng.language import tr
from tanheng.web.answers import asked, body_of, data, home_of, in_thread
from tanheng.web.studies.files import study_path
from tanheng.web.studies.form import StudyState, edited, state_of
from tanheng.web.studies.looks import looked_at
from tanheng.web.studies.own_tables import cells_of, write_cells
from tanheng.web.studies.removal import other_users, remove_file, remove_results
from tanheng.web.studies.uploads import received


async def files(request: Request) -> Response:
    """Files in the folder of a study, each recognised."""
    home, name = home_of(request), asked(request, "name")
    return data({"files": await in_thread(looked_at, home, study_path(home, name).parent)})


async def upload(request: Request) -> Response:
    """A file that is dropped on a study, as it is recognised."""
    home, name = home_of(request), asked(request, "name")
    base = study_path(home, name).parent
    length = request.headers.get("content-length", "")
    said = int(length) if length.isdigit() else None
    paths = await received(home, base, asked(request, "file"), request.stream(), said)
    return data({"files": await in_thread(looked_at, home, base, paths)}, 201)


async def remove(request: Request) -> Response:
    """Nothing, once a file that was dropped on a study is removed."""
    await in_thread(remove_file, home_of(request), asked(request, "name"), asked(request, "file"))
    return data({})


async def users(request: Request) -> Response:
    """Other studies that use a file, before it is removed."""
    found = await in_thread(other_users, home_of(request), asked(request, "name"), asked(request, "file"))
    return data({"studies": found})


async def remove_folder(request: Request) -> Response:
    """Nothing, once a folder of results is removed."""
    await in_thread(remove_results, home_of(request), asked(request, "name"))
    return data({})


async def cells(request: Request) -> Response:
    """Cells of a small table beside a study."""
    table = await in_thread(cells_of, home_of(request), asked(request, "name"), asked(request, "file"))
    return data(asdict(table))


async def write(request: Request) -> Response:
    """A small table beside a study, with other rows.

    Raises
    ------
    InputError
        The rows are none of that table.
    """
    body, home = await body_of(request), home_of(request)
    rows = body.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise InputError(tr("The request is not a JSON object."))
    texts = [[str(cell) for cell in row] for row in rows]
    version = str(body.get("version", ""))
    table = await in_thread(write_cells, home, asked(request, "name"), asked(request, "file"), version, texts)
    return data(asdict(table))


async def use(request: Request) -> Response:
    """A study after it has taken a file for something; the year of the file joins those of the study.

    Raises
    ------
    InputError
        The year is none, or the file was changed elsewhere.
    """
    body, home, name = await body_of(request), home_of(request), asked(request, "name")
    state = await in_thread(state_of, home, name)
    changes: list[tuple[list[str | int], object]] = []
    year, entries = body.get("year"), body.get("entries", ())
    if not isinstance(entries, list) or not all(_is_entry(item) for item in entries):
        raise InputError(tr("The request is not a JSON object."))
    if any(YEAR in place for place, _ in entries):
        if not isinstance(year, int) or not 1 <= year <= 9999:
            raise InputError(tr("Name the year of this file."))
        if any(place[0] == "land_cover" for place, _ in entries):
            changes += _with_year(state, year)
    changes += [([str(year) if key == YEAR else key for key in place], value) for place, value in entries]
    return data((await in_thread(edited, home, name, str(body.get("version", "")), changes)).as_data())


def _is_entry(item: object) -> bool:
    """Whether a part of a request is a place and a value."""
    return (
        isinstance(item, list)
        and len(item) == 2
        and isinstance(item[0], list)
        and item[0] != []
        and all(isinstance(key, str) for key in item[0])
    )


def _with_year(state: StudyState, year: int) -> list[tuple[list[str | int], object]]:
    """Years of the study with one more; those of the template, which have no maps, give way."""
    maps = state.entries.get("land_cover", {}).get("maps", {})
    examples = [one for one in maps if _is_example(maps[one])]
    kept = [one for one in state.entries.get("years", ()) if isinstance(one, int) and str(one) not in examples]
    taken: list[tuple[list[str | int], object]] = [
        (["land_cover", "maps", one], None) for one in examples if one != str(year)
    ]
    return [*taken, (["years"], sorted({*kept, year}))]


def _is_example(value: object) -> bool:
    """Whether an entry is that of the template, whose files nobody has."""
    return isinstance(value, str) and value in {"landcover_2000.tif", "landcover_2020.tif"}
