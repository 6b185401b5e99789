"""Page of a folder of results: its pages in a frame, its files beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from starlette.requests import Request
from starlette.responses import Response

from tanheng.io.results.comparison_record import ComparisonRecord, comparison_of
from tanheng.io.results.folder import report_name
from tanheng.io.results.record import RunRecord
from tanheng.language import language, tr
from tanheng.pipeline.freshness import record_of
from tanheng.report.style.times import local_time
from tanheng.report.words.titles import compared_title, run_title
from tanheng.tables.titles import TITLES, table_title
from tanheng.web.answers import asked, home_of, in_thread
from tanheng.web.pages.rendering import rendered
from tanheng.web.refusals import NotThereError
from tanheng.web.studies.found import found_in
from tanheng.web.view import PAGES, Piece, pieces

#: The page whose language can be another one than that of the run.
_REPORT = "report.html"


@dataclass(frozen=True)
class Tab:
    """A page of results: its path in their folder, its title, and the address that the frame shows."""

    path: str
    title: str
    address: str


async def results(request: Request) -> Response:
    """A folder of results; the key ``page`` of the address names the page that is shown."""
    home, name = home_of(request), asked(request, "name")
    place = home.place(name)
    if not place.is_dir():
        raise NotThereError(tr("There are no such results."))
    found = await in_thread(lambda: list(pieces(home, name)))
    studies, _ = await in_thread(found_in, home)
    run, compared = await in_thread(record_of, place), await in_thread(comparison_of, place)
    tabs = _tabs(found)
    wanted = request.query_params.get("page", "")
    return rendered(
        request,
        "results.html.jinja",
        name=name,
        heading=_heading(name, run, compared),
        made=local_time(str(run.made)) if run else local_time(compared.made) if compared else "",
        tabs=tabs,
        is_gone=bool(wanted) and wanted not in {tab.path for tab in tabs},
        shown=next((tab for tab in tabs if tab.path == wanted), tabs[0] if tabs else None),
        single=[piece for piece in found if "/" not in piece.path and piece.path not in PAGES],
        parts=_parts(found),
        table_titles={piece.path: _table_name(piece.path) for piece in found if piece.path.endswith(".csv")},
        study=next((one for one in studies if one.results == home.name(place.resolve())), None),
        foreign=_is_foreign(found, run),
    )


def _heading(name: str, run: RunRecord | None, compared: ComparisonRecord | None) -> str:
    """What the results are of; their folder where nothing says it."""
    if compared is not None:
        return compared_title(compared.first, compared.second)
    return (run_title(run.as_data()) if run is not None else "") or name


def _tabs(found: Sequence[Piece]) -> list[Tab]:
    """Pages of results, the report in the language of the reader where it has been written in it."""
    titles = {
        "report.html": tr("Report"),
        "plan/plan.html": tr("Land-use plan"),
        "simulation/report.html": tr("Future land use"),
        "compare.html": tr("Comparison"),
    }
    spoken = next((piece.address for piece in found if piece.path == report_name(language())), None)
    return [
        Tab(piece.path, titles[piece.path], spoken if spoken and piece.path == _REPORT else piece.address)
        for piece in found
        if piece.path in PAGES
    ]


def _is_foreign(found: Sequence[Piece], run: RunRecord | None) -> bool:
    """Whether there is a report, and none in the language of the reader."""
    paths = {piece.path for piece in found}
    if run is None or _REPORT not in paths or report_name(language()) in paths:
        return False
    return run.language not in {"", language()}


def _parts(found: Sequence[Piece]) -> list[tuple[str, str, list[Piece]]]:
    """Folders of results with their titles and files."""
    folders = dict.fromkeys(str(PurePosixPath(piece.path).parent) for piece in found if "/" in piece.path)
    held = {folder: [piece for piece in found if str(PurePosixPath(piece.path).parent) == folder] for folder in folders}
    return [
        (folder, _part_title(folder), [piece for piece in files if piece.path not in PAGES])
        for folder, files in held.items()
    ]


def _part_title(folder: str) -> str:
    """Name of a folder of results, as the reader's language has it; one that is not known keeps its own."""
    known = {
        "tables": tr("Tables"),
        "maps": tr("Maps"),
        "grids": tr("Grids"),
        "pixels": tr("Maps of pixels"),
        "difference_maps": tr("Difference maps"),
        "plan": tr("Land-use plan"),
        "simulation": tr("Future land use"),
    }
    parts = [known.get(part, part) for part in PurePosixPath(folder).parts]
    return tr("{whole}: {part}", whole=parts[0], part=parts[1]) if len(parts) > 1 else parts[0]


def _table_name(path: str) -> str:
    """Title of a table by its file, empty where the file has a name of its own."""
    name = PurePosixPath(path).stem
    return table_title(name) if name in TITLES else ""
