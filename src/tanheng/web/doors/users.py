"""The file of users of a server: who they are, their folders, and what each may use."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, ValidationError

from tanheng.errors import Problem, StudyError
from tanheng.language import listed, tr
from tanheng.plain_files import is_folder
from tanheng.study.faults import fault_messages
from tanheng.study.parts import Name, Part
from tanheng.study.reading import toml_data
from tanheng.web.rules import Rules
from tanheng.web.studies.uploads import plain_name

_GB = 1e9

#: Seconds after which a plan by hand that nobody asks is put away.
_IDLE_S = 900.0


def _origin(text: str) -> str:
    """An address without a path, as browsers name the origin of a page: its host in the letters that are sent."""
    try:
        parts = urlsplit(text.rstrip("/"))
        host, port = parts.hostname or "", parts.port
        sent = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    except ValueError:  # also of a host that has no such letters
        host, sent, port = "", "", None
    rest = (parts.path, parts.query, parts.fragment, parts.username) if host else ("",)
    if not host or parts.scheme not in {"http", "https"} or any(rest):
        raise ValueError(tr('write the address as browsers reach it, without a path, as "https://carbon.example.org"'))
    return f"{parts.scheme}://{sent}{'' if port is None else f':{port}'}"


def _user_names(users: dict[str, object]) -> dict[str, object]:
    for name in users:
        if not re.fullmatch(r"\w[\w.-]{0,39}", name):
            raise ValueError(
                tr("'{name}' is not a valid user name; use up to 40 letters, digits, hyphens or underscores", name=name)
            )
        plain_name(name)
    return users


def _no_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError(tr("contains a NUL character"))
    return text


Folder = Annotated[Name, AfterValidator(_no_nul)]
Size = Annotated[float, Field(gt=0, le=1e6)]


class _Entry(BaseModel):
    """A user as the file has it."""

    model_config = Part.model_config

    token: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
    folder: Folder | None = None
    quota: Annotated[Size | None, Field(alias="quota_GB")] = None


class _File(BaseModel):
    """The whole file."""

    model_config = Part.model_config

    address: Annotated[str, AfterValidator(_origin)]
    folders: Folder = "."
    read: tuple[Folder, ...] = ()
    jobs_at_once: Annotated[int, Field(ge=1, le=256)] = 1
    unfinished_jobs: Annotated[int, Field(ge=1, le=10_000)] = 20
    memory: Annotated[Size | None, Field(alias="memory_GB")] = None
    hours: Size | None = None
    upload: Annotated[Size | None, Field(alias="upload_GB")] = None
    quota: Annotated[Size | None, Field(alias="quota_GB")] = None
    users: Annotated[dict[str, _Entry], AfterValidator(_user_names)] = Field(default_factory=dict)


@dataclass(frozen=True)
class User:
    """A user.

    Attributes
    ----------
    name : str
    token : str
        Hash of the token, in hexadecimal.
    folder : Path
    rules : Rules
    """

    name: str
    token: str
    folder: Path
    rules: Rules


@dataclass(frozen=True)
class UsersFile:
    """What the file says.

    Attributes
    ----------
    address : str
        As browsers reach the server, without a path.
    read : sequence of Path
        Folders that the studies of all users may read.
    jobs_at_once : int
        Jobs of all users that run at the same time.
    users : mapping
        By name.
    """

    address: str
    read: tuple[Path, ...]
    jobs_at_once: int
    users: Mapping[str, User]


def read_users(path: Path) -> UsersFile:
    """Users of a server.

    Raises
    ------
    InputError
        The file is missing or no TOML.
    StudyError
        Entries are unknown, missing or wrong, folders are not there or lie in each other: all of them at once.
    """
    return parse_users(toml_data(path), path)


def parse_users(data: dict[str, object], path: Path) -> UsersFile:
    """Users of a server, from the entries of their file.

    Raises
    ------
    StudyError
        Entries are unknown, missing or wrong, folders are not there or lie in each other: all of them at once.
    """
    try:
        file = _File.model_validate(data)
    except ValidationError as error:
        raise StudyError(fault_messages(error.errors(), str(path), data, _File)) from None
    base = path.absolute().parent
    users = {name: _user(name, entry, file, base) for name, entry in file.users.items()}
    read = tuple((base / name).resolve() for name in file.read)
    problems = [*_missing_folders(read), *_nested(users, read), *_two_of_a_token(users), *_two_quotas(users)]
    if problems:
        raise StudyError(problems)
    return UsersFile(file.address, read, file.jobs_at_once, users)


def _user(name: str, entry: _Entry, file: _File, base: Path) -> User:
    folder = (base / file.folders / (entry.folder or name)).resolve()
    rules = Rules(
        quota_bytes=_bytes(entry.quota or file.quota),
        upload_bytes=_bytes(file.upload),
        memory_bytes=_bytes(file.memory),
        job_seconds=(file.hours or math.inf) * 3600,
        unfinished_jobs=file.unfinished_jobs,
        idle_seconds=_IDLE_S,
    )
    return User(name, entry.token.removeprefix("sha256:"), folder, rules)


def _bytes(size: float | None) -> float:
    return math.inf if size is None else size * _GB


def _missing_folders(read: tuple[Path, ...]) -> list[Problem]:
    return [
        Problem(tr("{path}: there is no such folder; make it, or name another", path=folder), "read")
        for folder in read
        if not is_folder(folder)
    ]


def _nested(users: Mapping[str, User], read: tuple[Path, ...]) -> list[Problem]:
    """Folders of users that lie in each other: one user would reach another's. Two users may share one folder."""
    folders = {user.folder for user in users.values()}
    return [
        Problem(
            tr(
                "{inner} lies inside {outer}, so that one user could reach another's files; keep the folders apart",
                inner=inner,
                outer=outer,
            ),
            "users",
        )
        for inner, outer in permutations([*sorted(folders), *sorted(read)], 2)
        if (inner in folders or outer in folders) and inner.is_relative_to(outer)
    ]


def _two_quotas(users: Mapping[str, User]) -> list[Problem]:
    """Users who share a folder with quotas that differ: only one of them can hold."""
    quotas: dict[Path, set[float]] = {}
    for user in users.values():
        quotas.setdefault(user.folder, set()).add(user.rules.quota_bytes)
    return [
        Problem(tr("{folder}: its users have different quotas; give them the same one", folder=folder), "users")
        for folder, found in quotas.items()
        if len(found) > 1
    ]


def _two_of_a_token(users: Mapping[str, User]) -> list[Problem]:
    by_token: dict[str, list[str]] = {}
    for user in users.values():
        by_token.setdefault(user.token, []).append(user.name)
    return [
        Problem(
            tr("{names}: share one token; give each their own with 'tanheng user'", names=listed(names)),
            "users",
        )
        for names in by_token.values()
        if len(names) > 1
    ]
