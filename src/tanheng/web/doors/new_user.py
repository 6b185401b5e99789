"""A user who joins the file of users, or gets a new token."""

from __future__ import annotations

import secrets
from pathlib import Path

from tanheng.language import mark, tr
from tanheng.study.editing import study_data, with_entry
from tanheng.web.doors.sessions import digest
from tanheng.web.doors.users import parse_users, read_users
from tanheng.web.studies.files import read_text, write_bytes

#: Entries of a new file: as TOML, with what they mean.
_ENTRIES = (
    ('address = "http://127.0.0.1:8765"', mark("address that browsers use; behind a proxy, that of the proxy")),
    ('folders = "users"', mark("where each user has a folder of their name; relative to this file")),
    ("jobs_at_once = 1", mark("jobs that run at the same time, of all users together")),
    ("# memory_GB = 8", mark("memory that one job may use")),
    ("# hours = 12", mark("time that one job may take")),
    ("# quota_GB = 50", mark("disk space of each user; also possible beside a single user's token")),
    ("# upload_GB = 5", mark("largest upload")),
    ('# read = ["maps"]', mark("folders that all users' studies may read")),
)


def give_token(path: Path, name: str) -> str:
    """Give a user of a file a new token, and write its hash there; a user who is not there joins, a file that is not there is begun.

    Parameters
    ----------
    path : Path
        File of users; its comments stay.
    name : str

    Returns
    -------
    token : str
        It is nowhere kept: who loses it gets a new one.

    Raises
    ------
    InputError
        The file, or the name, is wrong.
    OutputError
        The file can't be written.
    """
    if path.exists():
        read_users(path)
        text = read_text(path)
    else:
        text = _new_file()
    token = secrets.token_urlsafe(32)
    changed = with_entry(text, ["users", name, "token"], f"sha256:{digest(token)}")
    parse_users(study_data(changed), path)
    write_bytes(path, changed.encode())
    return token


def _new_file() -> str:
    head = tr(
        "Users of 'tanheng serve --multi'. Add one with 'tanheng user'; docs/several-people.md explains each entry."
    )
    return "\n".join([f"# {head}", *(f"{entry:40}  # {tr(meaning)}" for entry, meaning in _ENTRIES), "", ""])
