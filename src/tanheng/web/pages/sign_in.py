"""Signing in and out, on a server for several people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from tanheng.language import tr
from tanheng.web.answers import base_of, body_of, door_of
from tanheng.web.gate import LOG, let_in, session_of
from tanheng.web.pages.rendering import rendered
from tanheng.web.refusals import NotThereError


async def page(request: Request) -> Response:
    """The page that asks for a token.

    Raises
    ------
    NotThereError
        This app has one user, who does not sign in.
    """
    _refuse_one(request)
    if door_of(request).by_session(session_of(request.scope, request.app.state.address)):
        return RedirectResponse("/", status_code=303)
    return rendered(request, "sign_in.html.jinja", place=base_of(request))


async def enter(request: Request) -> Response:
    """Let in who brings a token.

    Raises
    ------
    NotThereError
        This app has one user, who does not sign in.
    """
    _refuse_one(request)
    token = str((await body_of(request)).get("token", "")).strip()
    session = door_of(request).session_for(token)
    if session is None:
        LOG.warning("401 POST '/sign-in' refused: no such token")
        return JSONResponse({"message": tr("This token is not valid. Ask whoever runs the server for a new one.")}, 401)
    answer = JSONResponse({}, 200)
    let_in(answer, session, request.app.state.address)
    return answer


async def leave(request: Request) -> Response:
    """End the session of a browser."""
    address = request.app.state.address
    door_of(request).close_session(session_of(request.scope, address))
    answer = JSONResponse({}, 200)
    answer.delete_cookie(address.cookie, secure=address.secure, httponly=True, samesite="strict")
    return answer


def _refuse_one(request: Request) -> None:
    if not door_of(request).asks_who:
        raise NotThereError(tr("There is no such page."))
