"""The door of a server for several people: each comes with a token of their own, to a folder of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tanheng.errors import InputError, TanhengError
from tanheng.language import tr
from tanheng.plain_files import written
from tanheng.web.doors.door import Visitor
from tanheng.web.doors.sessions import Sessions, digest
from tanheng.web.doors.users import User, UsersFile, read_users
from tanheng.web.home import Home, state_base, state_folder

LOG = logging.getLogger("tanheng.web")


class ManyDoors:
    """Lets in the users of a file. Users and tokens that change in the file change at once; limits of a folder at the next start.

    Parameters
    ----------
    path : Path
        File of users.

    Raises
    ------
    InputError
        The file can't be read, or is wrong.
    OutputError
        A folder can't be made.
    """

    asks_who = True

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.file = read_users(self.path)
        self.own = state_folder(self.path)
        with written(self.own):
            self.own.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._sessions = Sessions(self.own / "sessions.sqlite")
        self._lock = threading.Lock()
        self._seen = _version(self.path)
        self._homes: dict[Path, Home] = {}
        self._open_homes(self.file)

    def homes(self) -> Sequence[Home]:
        """Folders of all users."""
        self._look()
        return tuple(self._homes.values())

    def home(self, name: str) -> Home | None:
        """Folder of users by its name in addresses; none where nobody has it any more."""
        return next(
            (self._homes[user.folder] for user in self._users().values() if self._homes[user.folder].id == name), None
        )

    def session_for(self, token: str) -> str | None:
        """Key of a new session of the user who has a token; it ends when that user's token is replaced."""
        user = self._with_token(token)
        return self._sessions.open(user.token) if user else None

    def close_session(self, session: str) -> None:
        """End a session."""
        self._sessions.close(session)

    def by_session(self, session: str) -> Visitor | None:
        """The user who has a session."""
        held = self._sessions.holder(session)
        return self._visitor(next((user for user in self._users().values() if user.token == held), None))

    def by_key(self, key: str) -> Visitor | None:
        """The user whose token a program brings."""
        return self._visitor(self._with_token(key))

    def _with_token(self, token: str) -> User | None:
        held = digest(token)
        return next((user for user in self._users().values() if user.token == held), None)

    def _visitor(self, user: User | None) -> Visitor | None:
        return Visitor(self._homes[user.folder], user.name) if user else None

    def _users(self) -> Mapping[str, User]:
        self._look()
        return self.file.users

    def _look(self) -> None:
        """Read the file again where it has changed; one that is wrong now is left aside, and that is logged."""
        with self._lock:
            now = _version(self.path)
            if now == self._seen:
                return
            self._seen = now
            try:
                changed = read_users(self.path)
                self._open_homes(changed)
            except (TanhengError, OSError, ValueError) as error:
                LOG.error("the users are those of before: %s", error)  # noqa: TRY400  the message says it all
                return
            self.file = changed

    def _open_homes(self, file: UsersFile) -> None:
        _refuse_own_files(file, [self.path, state_base()])
        for user in file.users.values():
            if user.folder not in self._homes:
                with written(user.folder):
                    user.folder.mkdir(parents=True, exist_ok=True)
                self._homes[user.folder] = Home(user.folder, file.read, user.rules)


def _refuse_own_files(file: UsersFile, own: Sequence[Path]) -> None:
    """Refuse folders that the files of the server itself lie in: users would reach tokens and jobs."""
    for folder in (*file.read, *(user.folder for user in file.users.values())):
        for path in map(Path.resolve, own):
            if path.is_relative_to(folder) or folder.is_relative_to(path):
                raise InputError(
                    tr(
                        "{folder}: users could reach {path}, which belongs to the server; choose another folder",
                        folder=folder,
                        path=path,
                    )
                )


def _version(path: Path) -> tuple[int, ...]:
    """What tells that a file has changed."""
    try:
        status = path.stat()
    except OSError:
        return ()
    return status.st_mtime_ns, status.st_size, status.st_ino
