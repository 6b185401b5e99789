"""The gate of the app: who may ask what from where, and what a browser may do with the answer."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, quote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tanheng.language import speaking, tr
from tanheng.web.doors.door import Door, Visitor
from tanheng.web.outside import outside_page
from tanheng.web.speech import language_asked

LOG = logging.getLogger("tanheng.web")

#: What a page of the app may do: load what the app serves, and nothing else; no script in it, no frame around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)

#: What a page of results may do, which may come from a stranger: run its own script in a box without an origin, and fetch nothing.
RESULTS_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
    "img-src data: blob: 'self'; font-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cache-control": "no-store",
}

#: Where the scope of a request holds who it comes from.
VISITOR = "tanheng.visitor"

#: Header in which a page says whose it is: another person may have signed in on the same browser since.
_HOME = "x-tanheng-home"

_READING = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Address:
    """Where the app is reached.

    Attributes
    ----------
    port : int
    hosts : tuple of str
        Names under which it may be asked for, without the port.
    secure : bool
        Whether browsers reach it by HTTPS, through a proxy.
    origin : str
        As its own pages name it; that of the request where empty.
    """

    port: int
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    secure: bool = False
    origin: str = ""

    @classmethod
    def of(cls, origin: str) -> Self:
        """Address of a server that browsers reach through a proxy.

        Examples
        --------
        >>> Address.of("https://carbon.example.org").is_own("carbon.example.org")
        True
        """
        parts = urlsplit(origin)
        secure = parts.scheme == "https"
        host = parts.hostname or ""
        return cls(parts.port or (443 if secure else 80), (f"[{host}]" if ":" in host else host,), secure, origin)

    @property
    def cookie(self) -> str:
        """Name of its cookie: two apps on one machine have two; by HTTPS, one that no other host can set."""
        return "__Host-tanheng" if self.secure else f"tanheng-{self.port}"

    def is_own(self, host: str) -> bool:
        """Whether a header ``Host`` names the app, and no name that a stranger lets point to it."""
        name, port = _parted(host)
        return name in self.hosts and port in {"", str(self.port)}

    def is_origin(self, origin: str) -> bool:
        """Whether a header ``Origin`` is that of the app's own pages."""
        try:
            parts = urlsplit(origin)
            port = parts.port or (443 if parts.scheme == "https" else 80)
        except ValueError:
            return False
        own = "https" if self.secure else "http"
        return parts.scheme == own and port == self.port and self.is_own(parts.netloc)


def visitor_of(scope: Scope) -> Visitor | None:
    """Who a request comes from; none where it needs no entry."""
    visitor: Visitor | None = scope.get(VISITOR)
    return visitor


def admitted(scope: Scope, door: Door, address: Address) -> Visitor | None:
    """Who a request comes from, by its key or else by its session; none where neither is good."""
    key = _key(Headers(scope=scope))
    return door.by_key(key) if key is not None else door.by_session(session_of(scope, address))


def _key(headers: Headers) -> str | None:
    """Key that a request brings; none where it brings none."""
    kind, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if kind.lower() == "bearer" else None


def session_of(scope: Scope, address: Address) -> str:
    """Session that a request brings; empty where it brings none."""
    return cookie_parser(Headers(scope=scope).get("cookie", "")).get(address.cookie, "")


def let_in(answer: Response, session: str, address: Address) -> None:
    """Give the browser the cookie of a session."""
    answer.set_cookie(
        address.cookie, session, max_age=30 * 86_400, httponly=True, samesite="strict", secure=address.secure
    )


def _parted(host: str) -> tuple[str, str]:
    if host.startswith("["):
        name, _, port = host.partition("]")
        return f"{name}]", port.removeprefix(":")
    name, _, port = host.partition(":")
    return name.lower(), port


class Gate:
    """Lets in who has the cookie of a session or the key of the API, from the app's own pages; all others are refused and logged.

    The visitor goes on with the request, as `VISITOR` of its scope.
    """

    def __init__(self, app: ASGIApp, door: Door, address: Address) -> None:
        self.app, self.door, self.address = app, door, address

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or hand on to the app."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        with speaking(language_asked(Request(scope))):
            answer = self._refusal(scope) or self._entry(scope) or self._without_entry(scope)

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in (*_HEADERS.items(), ("content-security-policy", POLICY)):
                    headers.setdefault(name, value)
            await send(message)

        await (answer or self.app)(scope, receive, sent)

    def _refusal(self, scope: Scope) -> Response | None:
        """Answer to a request from elsewhere; none where it comes from here."""
        headers = Headers(scope=scope)
        if not self.address.is_own(headers.get("host", "")):
            return self._refused(scope, 421, tr("This app answers to its own address alone."))
        origin = headers.get("origin")
        if origin is not None and not self.address.is_origin(origin):
            return self._refused(scope, 403, tr("Requests from other sites are refused."))
        if headers.get("sec-fetch-site", "same-origin") == "cross-site" and scope["method"] not in _READING:
            return self._refused(scope, 403, tr("Requests from other sites are refused."))
        return None

    def _entry(self, scope: Scope) -> Response | None:
        """Cookie for the one-time token of the opened address."""
        token = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", [""])[0]
        if not token or scope["path"] != "/" or self.door.asks_who:
            return None  # a token of a person stands in no address, which browsers remember
        session = self.door.session_for(token)
        if session is None:
            if self.door.by_session(session_of(scope, self.address)):
                return RedirectResponse("/", status_code=303)
            return self._refused(
                scope,
                403,
                tr(
                    "This address has been used. Take a new one: choose 'Open in another browser' on the start page of a browser that has the "
                    "app open, or stop tanheng in the terminal and start it again."
                ),
            )
        answer = RedirectResponse("/", status_code=303)
        let_in(answer, session, self.address)
        return answer

    def _without_entry(self, scope: Scope) -> Response | None:
        """Answer to who is not let in; none where somebody is."""
        headers = Headers(scope=scope)
        by_key = _key(headers) is not None
        visitor = admitted(scope, self.door, self.address)
        if visitor is None:
            return (
                self._refused(scope, 401, tr("This is not the key of the API.")) if by_key else self._to_nobody(scope)
            )
        if not by_key and scope["method"] not in _READING and headers.get("origin") is None:
            return self._refused(scope, 403, tr("Requests from other sites are refused."))
        asked_by = headers.get(_HOME)
        if asked_by is not None and asked_by != visitor.home.id:
            words = tr("Another user is now signed in on this browser. Nothing was changed; reload the page.")
            return self._refused(scope, 409, words)
        scope[VISITOR] = visitor
        return None

    def _to_nobody(self, scope: Scope) -> Response | None:
        """Answer to who has not been let in; none for what needs no entry."""
        if scope["path"].startswith(("/static/", "/view/")):
            return None  # what every page needs; and results, whose addresses are signed
        if not self.door.asks_who:
            words = tr("Open the address that tanheng printed in the terminal: it lets this browser in.")
            return self._refused(scope, 401, words)
        if scope["path"] in {"/sign-in", "/language"}:
            return None
        if _asks_for_page(scope):
            address = scope["path"] + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
            return RedirectResponse(
                "/sign-in" if address == "/" else f"/sign-in?to={quote(address, safe='')}", status_code=303
            )
        return self._refused(scope, 401, tr("Sign in, or send your token."))

    def _refused(self, scope: Scope, status: int, words: str) -> Response:
        LOG.warning("%s %s %r refused: %s", status, scope["method"], scope["path"][:200], words)
        if _asks_for_page(scope):
            return HTMLResponse(outside_page(words), status_code=status)
        return PlainTextResponse(words, status_code=status)


def _asks_for_page(scope: Scope) -> bool:
    """Whether a browser asks for a page."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
