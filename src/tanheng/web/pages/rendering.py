"""Pages of the app from their templates, in the language of the request."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tanheng import __version__
from tanheng.language import language, tag
from tanheng.report.page.html import embedded, page_environment
from tanheng.web.answers import door_of
from tanheng.web.gate import visitor_of
from tanheng.web.outside import packaged
from tanheng.web.pages.words import page_words

#: Name of each language in itself.
NAMES = {"en": "English", "zh": "中文"}


def rendered(request: Request, template: str, **values: object) -> Response:
    """A page, with the name of who reads it where people sign in."""
    visitor = visitor_of(request.scope)
    text = (
        page_environment(packaged)
        .get_template(template)
        .render(
            values,
            language=tag(),
            code=language(),
            languages=NAMES,
            version=__version__,
            words=embedded(page_words()),
            home=visitor.home.id if visitor else "",
            user=visitor.name if visitor and door_of(request).asks_who else "",
        )
    )
    return HTMLResponse(text)
