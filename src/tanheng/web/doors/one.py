"""The door of one user's own machine: a token that lets one browser in, once, and a key for programs."""

from __future__ import annotations

import hmac
import os
import secrets
import threading
from collections.abc import Sequence
from pathlib import Path

from tanheng.plain_files import written
from tanheng.web.doors.door import Visitor
from tanheng.web.doors.sessions import Sessions
from tanheng.web.home import Home


class OneDoor:
    """Lets in the browsers and programs of one user.

    Parameters
    ----------
    home : Home

    Raises
    ------
    OutputError
        The key or the sessions can't be kept.
    """

    asks_who = False

    def __init__(self, home: Home) -> None:
        self.visitor = Visitor(home)
        self.key_file = home.own / "api-key"
        self.api_key = _kept_key(self.key_file)
        self._sessions = Sessions(home.own / "sessions.sqlite")
        self._tokens: set[str] = set()
        self._lock = threading.Lock()

    def homes(self) -> Sequence[Home]:
        """The one folder."""
        return (self.visitor.home,)

    def home(self, name: str) -> Home | None:
        """The one folder, by its name in addresses."""
        return self.visitor.home if name == self.visitor.home.id else None

    def new_token(self) -> str:
        """A token that lets one browser in, once."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens.add(token)
        return token

    def session_for(self, token: str) -> str | None:
        """Key of a new session for a token, which is used up by it; none where the token is not good."""
        with self._lock:
            good = next((one for one in self._tokens if _same(one, token)), None)
            if good is None:
                return None
            self._tokens.discard(good)
        return self._sessions.open()

    def close_session(self, session: str) -> None:
        """End a session."""
        self._sessions.close(session)

    def by_session(self, session: str) -> Visitor | None:
        """The user, where a session is good."""
        return self.visitor if self._sessions.holder(session) is not None else None

    def by_key(self, key: str) -> Visitor | None:
        """The user, where a key is that of the API."""
        return self.visitor if _same(self.api_key, key) else None


def _same(one: str, other: str) -> bool:
    """Whether two keys are the same; how long the answer takes does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "replace"))


def _kept_key(path: Path) -> str:
    """Key of the API, kept from one start to the next in a file that its owner alone can read."""
    try:
        held = path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        held = ""
    if len(held) >= 32:
        return held
    key = secrets.token_urlsafe(32)
    with written(path):
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as stream:
            stream.write(key)
    return key
