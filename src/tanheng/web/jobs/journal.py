"""The journal of all jobs, in SQLite: what is written there outlives the server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tanheng.language import message_of, plain_message
from tanheng.web.database import Database
from tanheng.web.jobs.job import Job

#: Fields that are kept as JSON.
_JSON = ("title", "message", "command", "problems")

_COLUMNS = tuple(item.name for item in fields(Job))


class Journal:
    """Jobs of an app.

    Parameters
    ----------
    path : Path
        SQLite file; made where it is not there.

    Raises
    ------
    OutputError
        It can't be written, or is no journal.
    """

    def __init__(self, path: Path) -> None:
        columns = ", ".join(f"{name} PRIMARY KEY" if name == "id" else name for name in _COLUMNS)
        self._database = Database(path, f"jobs ({columns})")

    def add(self, job: Job) -> None:
        """Note a new job."""
        row = _row(job)
        with self._database.open() as database:
            database.execute(
                f"INSERT INTO jobs ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})",  # noqa: S608  own names
                [row[name] for name in _COLUMNS],
            )

    def update(self, job: Job) -> None:
        """Note how a job stands now."""
        row = _row(job)
        with self._database.open() as database:
            database.execute(
                f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?",  # noqa: S608  own names
                [*(row[name] for name in _COLUMNS), job.id],
            )

    def remove(self, name: str) -> None:
        """Take a job out of the journal."""
        with self._database.open() as database:
            database.execute("DELETE FROM jobs WHERE id = ?", (name,))

    def job(self, name: str) -> Job | None:
        """Job of an id; none where there is none."""
        jobs = self._jobs("WHERE id = ?", (name,))
        return jobs[0] if jobs else None

    def jobs(self, most: int = -1) -> list[Job]:
        """Jobs, the newest first."""
        return self._jobs("ORDER BY created DESC LIMIT ?", (most,))

    def ended_beyond(self, most: int) -> list[str]:
        """Jobs that have ended, but for so many of the newest."""
        where = "WHERE state NOT IN ('accepted', 'running') ORDER BY created DESC LIMIT -1 OFFSET ?"
        return [job.id for job in self._jobs(where, (most,))]

    def unfinished(self) -> list[Job]:
        """Jobs that run or wait, the oldest first."""
        return self._jobs("WHERE state IN ('accepted', 'running') ORDER BY created", ())

    def _jobs(self, where: str, values: tuple[Any, ...]) -> list[Job]:
        with self._database.open() as database:
            rows = database.execute(f"SELECT {', '.join(_COLUMNS)} FROM jobs {where}", values).fetchall()  # noqa: S608  own words
        return [_job(dict(zip(_COLUMNS, row, strict=True))) for row in rows]


def _row(job: Job) -> dict[str, Any]:
    row = asdict(job) | {
        "title": dict(job.title) if isinstance(job.title, Mapping) else plain_message(job.title),
        "message": plain_message(job.message),
    }
    texts = {name: value.encode("utf-8", "replace").decode() for name, value in row.items() if isinstance(value, str)}
    return row | texts | {name: json.dumps(row[name]) for name in _JSON}


def _job(row: dict[str, Any]) -> Job:
    lists = {name: tuple(json.loads(row[name])) for name in ("command", "problems")}
    return Job(**(row | lists | {name: _told(row[name]) for name in ("title", "message")}))


def _told(text: str) -> Any:  # noqa: ANN401  a text, a message, or texts by language
    """Text as it was given; in a journal of before, the text itself."""
    try:
        held = json.loads(text)
    except ValueError:
        return text
    if not isinstance(held, dict):
        return text if not isinstance(held, str) else held
    return message_of(held) if "template" in held else held
