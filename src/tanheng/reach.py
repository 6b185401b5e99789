"""Which folders may be read from and written to: all of the machine, unless a server confines what strangers' studies reach."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from tanheng.errors import InputError
from tanheng.language import tr

#: Variable that confines a process to folders: their paths as a list in JSON.
ROOTS = "TANHENG_ROOTS"

_roots: ContextVar[tuple[Path, ...] | None] = ContextVar("roots", default=None)


@contextmanager
def confined_to(folders: Iterable[Path]) -> Iterator[None]:
    """Nothing outside these folders is read or written in the block.

    Examples
    --------
    >>> with confined_to([Path("/data")]):
    ...     is_within_reach(Path("/data/map.tif")), is_within_reach(Path("/data/../etc/passwd"))
    (True, False)
    """
    before = _roots.set(tuple(folder.resolve() for folder in folders))
    try:
        yield
    finally:
        _roots.reset(before)


def roots() -> tuple[Path, ...] | None:
    """Folders that this call is confined to; none where it may reach all of the machine."""
    here = _roots.get()
    if here is not None:
        return here
    named = os.environ.get(ROOTS)
    if named is None:
        return None
    try:
        return tuple(Path(name).resolve() for name in json.loads(named))
    except (ValueError, TypeError):
        return ()  # what can't be understood lets nothing be reached


def roots_text(folders: Iterable[Path]) -> str:
    """Value of the variable for some folders.

    Examples
    --------
    >>> roots_text([Path("a:b")])
    '["a:b"]'
    """
    return json.dumps([str(folder) for folder in folders])


def is_confined() -> bool:
    """Whether this call may not reach all of the machine."""
    return roots() is not None


def is_within_reach(path: Path) -> bool:
    """Whether a path, its links followed, lies in a folder that may be reached; one that no system takes does not."""
    allowed = roots()
    if allowed is None:
        return True
    if str(path).startswith(("\\\\", "//")) and not any(str(path).startswith(str(root)) for root in allowed):
        return False  # another machine's share, which is not even asked
    try:
        there = path.resolve()
    except (OSError, ValueError, RuntimeError):
        return False
    return any(there.is_relative_to(root) for root in allowed)


def refuse_outside(path: Path) -> None:
    """Refuse a path outside the folders that may be reached; whether there is anything is not told.

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
