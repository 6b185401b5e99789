"""What an app serves: its folders, its jobs, and who is let in."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.plain_files import is_folder, written
from tanheng.reach import confined_to, is_within_reach, refuse_outside
from tanheng.web.desks import Desks
from tanheng.web.jobs.journal import Journal
from tanheng.web.jobs.runner import Runner

#: Variable with the folder that apps keep their keys, journals and logs in; that of the user's system by default.
STATE = "TANHENG_STATE"

#: Seconds that a browser stays let in.
_SESSION_S = 30 * 86_400.0


class Home:
    """An app's folders, jobs and keys.

    Parameters
    ----------
    folder : Path
        Folder whose studies it shows.
    allowed : sequence of Path
        Further folders that its studies may read.

    Raises
    ------
    InputError
        The folder is not there.
    OutputError
        It can't be written to.
    """

    def __init__(self, folder: Path, allowed: Sequence[Path] = ()) -> None:
        for one in (folder, *allowed):
            if not is_folder(one):
                raise InputError(tr("{path}: there is no such folder; make it, or name another", path=one))
        self.folder = folder.resolve()
        self.roots = (self.folder, *(one.resolve() for one in allowed))
        self.own = _own_folder(self.folder)
        with written(self.own):
            self.own.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.journal = Journal(self.own / "jobs.sqlite")
        self.desks = Desks(self.roots)
        self.runner = Runner(self.journal, self.own / "jobs", self.folder, self.roots)
        self.key_file = self.own / "api-key"
        self.api_key = _kept_key(self.key_file)
        self._seal = secrets.token_bytes(32)
        self._tokens: set[str] = set()
        self._lock = threading.Lock()

    def new_token(self) -> str:
        """A token that lets one browser in, once."""
        token = secrets.token_urlsafe(24)
        with self._lock:
            self._tokens.add(token)
        return token

    def session_for(self, token: str) -> str | None:
        """Key of a new session for a token, which is used up by it; none where the token is not good."""
        with self._lock:
            good = next(
                (one for one in self._tokens if hmac.compare_digest(one.encode(), token.encode("utf-8", "replace"))),
                None,
            )
            if good is None:
                return None
            self._tokens.discard(good)
        session = secrets.token_urlsafe(32)
        self.journal.open_session(_digest(session), time.time() + _SESSION_S)
        return session

    def lets_in(self, session: str) -> bool:
        """Whether a session is good."""
        return bool(session) and self.journal.has_session(_digest(session), time.time())

    def is_api_key(self, key: str) -> bool:
        """Whether a key is that of the API."""
        return hmac.compare_digest(key.encode("utf-8", "replace"), self.api_key.encode())

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
        with confined_to([self.folder]):
            refuse_outside(path)
        return path

    def name(self, path: Path) -> str:
        """Name of a file or folder from the folder of the app."""
        return path.absolute().relative_to(self.folder).as_posix()

    def is_inside(self, path: Path) -> bool:
        """Whether a path lies in the folder of the app."""
        with confined_to([self.folder]):
            return is_within_reach(path)


def _own_folder(folder: Path) -> Path:
    """Folder of an app's own files, with its user and not in the folder that it serves, which may come from a stranger."""
    state = os.environ.get(STATE)
    base = Path(state) if state else platformdirs.user_state_path("tanheng") / "apps"
    return base / hashlib.sha256(str(folder).encode("utf-8", "replace")).hexdigest()[:16]


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode()).hexdigest()


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
