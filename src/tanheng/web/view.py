"""Finished results as the app shows and serves them: their pages, tables, maps and grids, and nothing that could run beside them."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from urllib.parse import quote

import anyio
from starlette.requests import Request
from starlette.responses import FileResponse, Response, StreamingResponse

from tanheng.io.results.crate import CRATE
from tanheng.io.results.folder import MARK, report_name
from tanheng.language import LANGUAGES, tr
from tanheng.reach import confined_to, is_within_reach
from tanheng.web.answers import door_of, in_thread, lane_of
from tanheng.web.gate import RESULTS_POLICY
from tanheng.web.home import Home
from tanheng.web.refusals import NotThereError

#: Types of the files of results; all else is offered for download as bytes.
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".tif": "image/tiff; application=geotiff",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gpkg": "application/geopackage+sqlite3",
}

#: Pages of results, the first one to be shown first.
PAGES = ("report.html", "plan/plan.html", "simulation/report.html", "compare.html")

#: Kinds of files that are listed, by folder.
_LISTED = (
    "tables",
    "pixels",
    "maps",
    "grids",
    "plan/tables",
    "plan/maps",
    "plan/grids",
    "simulation/tables",
    "simulation/maps",
    "difference_maps",
)


#: Script of a page that stands in a frame of the app.
_IN_FRAME = (resources.files("tanheng.web") / "static" / "in_frame.js").read_bytes()

#: Bytes of a page that are sent at once.
_PART = 1 << 18


@dataclass(frozen=True)
class Piece:
    """A file of results: its path in their folder, its type and its address."""

    path: str
    kind: str
    address: str


def type_of(path: Path) -> str:
    """Media type of a file of results.

    Examples
    --------
    >>> type_of(Path("tables/balance.csv")), type_of(Path("a.exe"))
    ('text/csv; charset=utf-8', 'application/octet-stream')
    """
    return _TYPES.get(path.suffix.lower(), "application/octet-stream")


def address_of(home: Home, folder: str, path: str) -> str:
    """Address of a file of results; it is signed, so that a page in a box without cookies can follow it."""
    held = base64.urlsafe_b64encode(folder.encode()).decode().rstrip("=") or "-"
    return f"/view/{home.id}/{home.signature(folder)}/{held}/{quote(path)}"


def pieces(home: Home, folder: str) -> Iterator[Piece]:
    """Files of results: pages first, then the record and the workbook, tables, maps and grids."""
    place = home.place(folder)
    single = (
        *PAGES,
        *map(report_name, LANGUAGES),
        MARK,
        CRATE,
        "map.qgz",
        "tables.xlsx",
        "tables.docx",
        "zones.gpkg",
        "plan/plan.json",
        "plan/tables.xlsx",
        "simulation/run.json",
    )
    names = [name for name in single if (place / name).is_file()]
    for part in _LISTED:
        if (place / part).is_dir():
            names += [f"{part}/{path.name}" for path in sorted((place / part).iterdir()) if path.is_file()]
    names += [path.name for path in sorted(place.glob("*.csv"))]
    yield from (Piece(name, type_of(Path(name)), address_of(home, folder, name)) for name in names)


async def result_file(request: Request) -> Response:
    """A file of results, by its signed address.

    Raises
    ------
    NotThereError
        There is none, or the address is not one of this app.
    """
    home = door_of(request).home(request.path_params["home"])
    if home is None:
        raise NotThereError(tr("There is no such file."))
    folder = _folder(request.path_params["folder"])
    given = request.path_params["signature"].encode("utf-8", "replace")
    if not hmac.compare_digest(home.signature(folder).encode(), given):
        raise NotThereError(tr("There is no such file."))
    place = request.path_params["path"]
    with lane_of(home):
        listed = await in_thread(lambda: {piece.path for piece in pieces(home, folder)})
    path = home.place(folder) / place
    if place not in listed or not _is_there(home, home.place(folder), path):
        raise NotThereError(tr("There is no such file."))
    kind = type_of(path)
    headers = {"content-security-policy": RESULTS_POLICY, "cross-origin-resource-policy": "cross-origin"}
    if kind == "application/octet-stream":
        return FileResponse(path, media_type=kind, filename=path.name, headers=headers)
    if path.suffix == ".html" and request.headers.get("sec-fetch-dest") == "iframe":
        return StreamingResponse(_framed(path), media_type=kind, headers=headers)
    return FileResponse(path, media_type=kind, headers=headers)


async def _framed(path: Path) -> AsyncIterator[bytes]:
    """A page with the script by which it asks the page around it for what it links to."""
    async with await anyio.open_file(path, "rb") as stream:
        while part := await stream.read(_PART):
            yield part
    yield b"<script>" + _IN_FRAME + b"</script>"


def _is_there(home: Home, folder: Path, path: Path) -> bool:
    """Whether a path is a file in a folder of results, links followed."""
    with confined_to([folder]):
        return is_within_reach(path) and home.is_inside(path) and path.is_file()


def _folder(held: str) -> str:
    """Folder that an address names."""
    if held == "-":
        return ""
    try:
        return base64.urlsafe_b64decode((held + "=" * (-len(held) % 4)).encode("ascii")).decode()
    except (binascii.Error, ValueError):
        return "\0"
