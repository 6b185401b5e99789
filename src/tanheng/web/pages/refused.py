"""Pages for what can't be shown: an address that leads nowhere, a request that is refused, a mistake of ours."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tanheng.errors import TanhengError
from tanheng.language import speaking, tr
from tanheng.web.answers import status_of, wants_page
from tanheng.web.pages.rendering import rendered
from tanheng.web.speech import language_asked


async def refused(request: Request, error: Exception) -> Response:
    """What is wrong, in the language of who asks: a page for a browser, else JSON."""
    with speaking(language_asked(request)):
        message, status = _told(error)
        if not wants_page(request):
            return JSONResponse({"message": message, "path": request.url.path[:200]}, status)
        page = rendered(request, "refused.html.jinja", message=message)
        page.status_code = status
        return page


def _told(error: Exception) -> tuple[str, int]:
    if isinstance(error, TanhengError):
        return str(error), status_of(error)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status == 404:
        return tr("There is no such page."), status
    return tr("Something went wrong. See the terminal for details."), status
