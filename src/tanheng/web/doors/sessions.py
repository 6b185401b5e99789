"""Browsers that are let in, by the hash of their session: who reads the file can't enter with it."""

from __future__ import annotations

import hashlib
import secrets
import time
from pathlib import Path

from tanheng.web.database import Database

#: Browsers of one holder; the oldest one is let in no more.
_MOST = 50

#: Seconds that a browser stays let in.
_SESSION_S = 30 * 86_400.0


class Sessions:
    """Sessions in an SQLite file, each of a holder.

    Parameters
    ----------
    path : Path
        Made where it is not there.

    Raises
    ------
    OutputError
        It can't be written, or is no such file.
    """

    def __init__(self, path: Path) -> None:
        self._database = Database(path, "sessions (hash PRIMARY KEY, holder TEXT, until REAL)")

    def open(self, holder: str = "") -> str:
        """Key of a new session of a holder."""
        session, now = secrets.token_urlsafe(32), time.time()
        with self._database.open() as database:
            database.execute("DELETE FROM sessions WHERE until < ?", (now,))
            database.execute("INSERT INTO sessions VALUES (?, ?, ?)", (digest(session), holder, now + _SESSION_S))
            newest = "SELECT hash FROM sessions WHERE holder = ? ORDER BY until DESC LIMIT ?"
            database.execute(
                f"DELETE FROM sessions WHERE holder = ? AND hash NOT IN ({newest})",  # noqa: S608  own words
                (holder, holder, _MOST),
            )
        return session

    def holder(self, session: str) -> str | None:
        """Holder of a session; none where the session is not good."""
        if not session:
            return None
        with self._database.open() as database:
            row = database.execute("SELECT holder, until FROM sessions WHERE hash = ?", (digest(session),)).fetchone()
        return str(row[0]) if row is not None and float(row[1]) > time.time() else None

    def close(self, session: str) -> None:
        """End a session."""
        with self._database.open() as database:
            database.execute("DELETE FROM sessions WHERE hash = ?", (digest(session),))


def digest(key: str) -> str:
    """What is kept of a key.

    Examples
    --------
    >>> digest("a")[:8]
    'ca978112'
    """
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
