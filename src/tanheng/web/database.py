"""An SQLite file of the app's own: made where it is not there, and changed whole or not at all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr
from tanheng.plain_files import shown

#: Seconds that a change waits for another one.
_WAITS_S = 10


class Database:
    """An SQLite file that outlives the server.

    Parameters
    ----------
    path : Path
    table : str
        Its table, as SQL declares it after ``CREATE TABLE IF NOT EXISTS``.

    Raises
    ------
    OutputError
        It can't be written, or is no such file.
    """

    def __init__(self, path: Path, table: str) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.open() as database:
                database.execute("PRAGMA journal_mode = WAL")
                database.execute(f"CREATE TABLE IF NOT EXISTS {table}")
        except (OSError, sqlite3.Error) as error:
            raise OutputError(
                tr("{path}: the app's own records can't be kept there ({reason})", path=path, reason=shown(error))
            ) from error

    @contextmanager
    def open(self) -> Iterator[sqlite3.Connection]:
        """A connection; what is changed in the block is written at its end, or not at all where it fails."""
        database = sqlite3.connect(self.path, timeout=_WAITS_S)
        try:
            with database:
                yield database
        finally:
            database.close()
