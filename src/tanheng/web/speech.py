"""The language of a request: the one that was chosen on a page, else the one that the browser asks for."""

from __future__ import annotations

import re

from starlette.requests import Request

from tanheng.language import LANGUAGES

#: Cookie with the language that was chosen.
COOKIE = "tanheng-language"


def language_asked(request: Request) -> str:
    """Language that a request is answered in."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wishes = [
        (float(quality or 1), code.lower())
        for code, quality in re.findall(
            r"([A-Za-z-]+)(?:\s*;\s*q=([01](?:\.\d+)?))?", request.headers.get("accept-language", "")
        )
    ]
    for _, wish in sorted(wishes, key=lambda item: -item[0]):
        known = (code for code, row in LANGUAGES.items() if wish.startswith(row.system_names))
        if code := next(known, None):
            return code
    return "en"
