"""Times of records, which are in UTC, as the clock of this computer shows them."""

from __future__ import annotations

from datetime import datetime


def local_time(made: str) -> str:
    """Date, hour and minute of a time of a record, by the clock of this computer; a text that is no time stays as it is.

    Examples
    --------
    >>> len(local_time("2026-11-27T08:36:07+00:00")), local_time("not known")
    (16, 'not known')
    """
    try:
        return datetime.fromisoformat(made).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        return made


def local_day(made: str) -> str:
    """Date of a time of a record by the clock of this computer.

    Examples
    --------
    >>> len(local_day("2026-11-27T08:36:07+00:00"))
    10
    """
    return local_time(made)[:10]
