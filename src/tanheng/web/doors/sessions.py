"""Browsers that are let in, by the hash of their session: who reads the file can't enter with it."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr
from tanheng.plain_files import shown

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
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("CREATE TABLE IF NOT EXISTS sessions (hash PRIMARY KEY, holder TEXT, until REAL)")
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                tr("{path}: sessions can't be kept there ({reason})", path=path, reason=shown(error))
            ) from error

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self.path, timeout=10)
        try:
            with database:
                yield database
        finally:
            database.close()

    def open(self, holder: str = "") -> str:
        """Key of a new session of a holder."""
        session, now = secrets.token_urlsafe(32), time.time()
        with self._open() as database:
            database.execute("DELETE FROM sessions WHERE until < ?", (now,))
            database.execute("INSERT INTO sessions VALUES (?, ?, ?)", (digest(session), holder, now + _SESSION_S))
        return session

    def holder(self, session: str) -> str | None:
        """Holder of a session; none where the session is not good."""
        if not session:
            return None
        with self._open() as database:
            row = database.execute("SELECT holder, until FROM sessions WHERE hash = ?", (digest(session),)).fetchone()
        return str(row[0]) if row is not None and float(row[1]) > time.time() else None

    def close(self, session: str) -> None:
        """End a session."""
        with self._open() as database:
            database.execute("DELETE FROM sessions WHERE hash = ?", (digest(session),))


def digest(key: str) -> str:
    """What is kept of a key.

    Examples
    --------
    >>> digest("a")[:8]
    'ca978112'
    """
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
