"""Answers of the app: data as JSON, errors as one message and a status."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import anyio
import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tanheng.errors import InputError, OutputError, StudyError, TanhengError
from tanheng.language import speaking, tr
from tanheng.web.doors.door import Door
from tanheng.web.gate import Address, admitted, visitor_of
from tanheng.web.home import Home
from tanheng.web.refusals import ChangedElsewhereError, NotThereError, TooManyError
from tanheng.web.speech import language_asked

#: Bytes of a request that is no upload.
_MOST = 5_000_000


#: Status of each error; the first that fits.
_STATUS: tuple[tuple[type[TanhengError], int], ...] = (
    (NotThereError, 404),
    (TooManyError, 429),
    (ChangedElsewhereError, 409),
    (InputError, 400),
    (OutputError, 507),
    (TanhengError, 400),
)

T = TypeVar("T")

Handler = Callable[[Request], Awaitable[Response]]


def status_of(error: TanhengError) -> int:
    """Status that an error is answered with.

    Examples
    --------
    >>> status_of(InputError("no such file")), status_of(OutputError("disk full"))
    (400, 507)
    """
    return next(status for kind, status in _STATUS if isinstance(error, kind))


def answering(handler: Handler) -> Handler:
    """A handler that speaks the language of the request and answers errors with one message; those of a page are raised on."""

    async def answered(request: Request) -> Response:
        with speaking(language_asked(request)), in_lane(request):
            try:
                return await handler(request)
            except TanhengError as error:
                if wants_page(request):
                    raise  # `tanheng.web.pages.refused` shows it
                problems = [one.as_data() for one in error.problems] if isinstance(error, StudyError) else []
                return JSONResponse({"message": str(error), "problems": problems}, status_of(error))

    return answered


def wants_page(request: Request) -> bool:
    """Whether a browser asks for a page, and not a script or a program for data."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/app/")


def home_of(request: Request) -> Home:
    """Folder and jobs of who asks.

    Raises
    ------
    NotThereError
        Nobody has been let in.
    """
    visitor = visitor_of(request.scope)
    if visitor is None:
        raise NotThereError(tr("There is no such page."))
    return visitor.home


def may_see(request: Request, home: Home) -> bool:
    """Whether who asked may still see a folder: the session or the key may have been taken back in the meantime."""
    visitor = admitted(request.scope, door_of(request), request.app.state.address)
    return visitor is not None and visitor.home is home


def door_of(request: Request) -> Door:
    """Door of the app."""
    door: Door = request.app.state.door
    return door


def base_of(request: Request) -> str:
    """Address of the app as its pages and links name it."""
    address: Address = request.app.state.address
    return address.origin or str(request.base_url).rstrip("/")


async def body_of(request: Request) -> dict[str, Any]:
    """JSON that a request holds.

    Raises
    ------
    InputError
        It holds none, or too much.
    """
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > _MOST:
            raise InputError(tr("The request is too large."))
    try:
        body = json.loads(data or b"{}")
    except (ValueError, RecursionError) as error:
        raise InputError(tr("The request is not JSON.")) from error
    if not isinstance(body, dict):
        raise InputError(tr("The request is not a JSON object."))
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InputError(tr("The text holds letters that no file can hold.")) from error
    return body


def asked(request: Request, key: str) -> str:
    """Value of a key of the address.

    Raises
    ------
    InputError
        It is missing.
    """
    value = request.query_params.get(key)
    if value is None:
        raise InputError(tr("The address is missing '{key}'.", key=key))
    return value


async def in_thread(function: Callable[..., T], *arguments: Any) -> T:  # noqa: ANN401
    """Result of a call that takes its time, made beside the server's own work."""
    return await anyio.to_thread.run_sync(lambda: function(*arguments), limiter=_lane.get())


@contextmanager
def in_lane(request: Request) -> Iterator[None]:
    """What takes its time in the block takes threads of the visitor's own share."""
    visitor = visitor_of(request.scope)
    with lane_of(visitor.home if visitor else None):
        yield


@contextmanager
def lane_of(home: Home | None) -> Iterator[None]:
    """What takes its time in the block takes threads of the share of a folder; of all where none is named."""
    before = _lane.set(home.lane if home else None)
    try:
        yield
    finally:
        _lane.reset(before)


_lane: ContextVar[anyio.CapacityLimiter | None] = ContextVar("lane", default=None)


def data(content: Mapping[str, Any] | list[Any], status: int = 200) -> Response:
    """Data as JSON."""
    return JSONResponse(content, status)
