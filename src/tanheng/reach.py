"""Which folders may be read from and written to: all of the machine, unless a server confines what strangers' studies reach."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from tanheng.errors import InputError
from tanheng.language import tr

#: Variable that confines a process: a `Reach` as JSON.
ROOTS = "TANHENG_ROOTS"


@dataclass(frozen=True)
class Reach:
    """Folders that may be reached.

    Attributes
    ----------
    folders : sequence of Path
        To read and to write.
    read_only : sequence of Path
        To read alone.
    """

    folders: tuple[Path, ...]
    read_only: tuple[Path, ...] = ()

    def text(self) -> str:
        """Value of the variable.

        Examples
        --------
        >>> Reach((Path("a:b"),)).text()
        '{"folders": ["a:b"], "read_only": []}'
        """
        return json.dumps({"folders": [*map(str, self.folders)], "read_only": [*map(str, self.read_only)]})


_reach: ContextVar[Reach | None] = ContextVar("reach", default=None)


@contextmanager
def confined_to(folders: Sequence[Path] | Reach) -> Iterator[None]:
    """Nothing outside these folders is read or written in the block.

    Examples
    --------
    >>> with confined_to([Path("/data")]):
    ...     is_within_reach(Path("/data/map.tif")), is_within_reach(Path("/data/../etc/passwd"))
    (True, False)
    """
    given = folders if isinstance(folders, Reach) else Reach(tuple(folders))
    before = _reach.set(_resolved(given))
    try:
        yield
    finally:
        _reach.reset(before)


def _resolved(given: Reach) -> Reach:
    return Reach(*(tuple(folder.resolve() for folder in part) for part in (given.folders, given.read_only)))


def reach() -> Reach | None:
    """Folders that this call is confined to; none where it may reach all of the machine."""
    here = _reach.get()
    if here is not None:
        return here
    named = os.environ.get(ROOTS)
    if named is None:
        return None
    try:
        roots = json.loads(named)
        return _resolved(Reach(*(tuple(map(Path, roots[part])) for part in ("folders", "read_only"))))
    except (ValueError, TypeError, KeyError):
        return Reach(())  # what can't be understood lets nothing be reached


def is_confined() -> bool:
    """Whether this call may not reach all of the machine."""
    return reach() is not None


def is_within_reach(path: Path, *, to_write: bool = False) -> bool:
    """Whether a path, its links followed, lies in a folder that may be reached; one that no system takes does not."""
    allowed = reach()
    if allowed is None:
        return True
    folders = allowed.folders if to_write else (*allowed.folders, *allowed.read_only)
    if str(path).startswith(("\\\\", "//")) and not any(str(path).startswith(str(one)) for one in folders):
        return False  # another machine's share, which is not even asked
    try:
        there = path.resolve()
    except (OSError, ValueError, RuntimeError):
        return False
    return any(there.is_relative_to(one) for one in folders)


def refuse_outside(path: Path) -> None:
    """Refuse to read a path outside the folders that may be reached; whether there is anything is not told.

    Raises
    ------
    InputError
        It lies outside.
    """
    if not is_within_reach(path):
        raise InputError(
            tr(
                "{path}: lies outside the folders that this server may reach; copy the file into them, or start it with --allow FOLDER",
                path=path,
            )
        )
