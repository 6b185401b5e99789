"""A folder that an app serves, with its jobs, its plans by hand, and the rules that hold for them."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import anyio
import platformdirs

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.plain_files import is_folder, shown, written
from tanheng.reach import Reach, confined_to, is_within_reach
from tanheng.web.desks import Desks
from tanheng.web.jobs.journal import Journal
from tanheng.web.jobs.runner import Runner
from tanheng.web.rules import Rules
from tanheng.web.space import Space

#: Variable with the folder that apps keep their keys, journals and logs in; that of the user's system by default.
STATE = "TANHENG_STATE"

#: Calls that a home works on at the same time; the others wait, so that no user takes all threads of a server.
_CALLS = 8


class Home:
    """A folder of studies, its jobs and its plans by hand.

    Parameters
    ----------
    folder : Path
        Folder whose studies it shows.
    read_only : sequence of Path
        Further folders that its studies may read.
    rules : Rules

    Raises
    ------
    InputError
        The folder is not there.
    OutputError
        Its own files can't be written.
    """

    def __init__(self, folder: Path, read_only: Sequence[Path] = (), rules: Rules | None = None) -> None:
        for one in (folder, *read_only):
            if not is_folder(one):
                raise InputError(tr("{path}: there is no such folder; make it, or name another", path=one))
        self.folder = folder.resolve()
        self.reach = Reach((self.folder,), tuple(one.resolve() for one in read_only))
        self.rules = rules or Rules()
        self.own = state_folder(self.folder)
        with written(self.own):
            self.own.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.space = Space((self.folder, self.own / "jobs"), self.rules.quota_bytes)
        self.journal = Journal(self.own / "jobs.sqlite")
        self.desks = Desks(self.reach, self.rules)
        self.runner = Runner(self.journal, self.own / "jobs", self.reach, self.rules, self.space)
        #: Pages that follow jobs now.
        self.streams = 0
        self._seal = secrets.token_bytes(32)

    @cached_property
    def lane(self) -> anyio.CapacityLimiter:
        """Threads that requests to it may take."""
        return anyio.CapacityLimiter(_CALLS)

    @property
    def id(self) -> str:
        """Name of its folder in addresses."""
        return self.own.name

    def signature(self, name: str) -> str:
        """Word that shows that an address was made by this app: it opens a folder of results to a page that has no cookie."""
        return hmac.new(self._seal, name.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]

    def place(self, name: str) -> Path:
        """Path of a file or folder by its name from the folder of the app.

        Raises
        ------
        InputError
            It lies outside.
        """
        path = self.folder / name
        if not self.is_inside(path):
            raise InputError(tr("'{name}' lies outside the folder of this app", name=shown(name)))
        return path

    def name(self, path: Path) -> str:
        """Name of a file or folder from the folder of the app."""
        return path.absolute().relative_to(self.folder).as_posix()

    def is_inside(self, path: Path) -> bool:
        """Whether a path lies in the folder of the app."""
        with confined_to([self.folder]):
            return is_within_reach(path)


def state_folder(of: Path) -> Path:
    """Folder of an app's own files, with its user and not in the folder that it serves, which may come from a stranger."""
    return state_base() / hashlib.sha256(str(of).encode("utf-8", "replace")).hexdigest()[:16]


def state_base() -> Path:
    """Folder that apps keep their own files in."""
    state = os.environ.get(STATE)
    return Path(state) if state else platformdirs.user_state_path("tanheng") / "apps"
