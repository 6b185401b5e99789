"""Plain files: whether a name is one that can be read (no folder, no pipe, no device), and what hinders writing one."""

from __future__ import annotations

import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tanheng.errors import InputError, OutputError
from tanheng.language import tr
from tanheng.limits import limit, more_than
from tanheng.reach import is_within_reach, refuse_outside

#: Letters of a name that a message shows.
_SHOWN = 200


#: Endings of the files that go with a shapefile.
BESIDE_A_SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".xml")


def shown(path: object) -> str:
    r"""A name as a message shows it: cut where it is long, with what can't be printed spelt out.

    Examples
    --------
    >>> shown("a" * 500)[-5:], shown("a\0b")
    ('aaaa…', 'a\\x00b')
    """
    text = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in str(path))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@contextmanager
def written(path: Path) -> Iterator[None]:
    """What the system says against writing a file or folder, as an error of the output.

    Raises
    ------
    OutputError
        The system refuses to write.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=reason)
        ) from error


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """File beside `path` to write to, which takes its place when the block ends without an error, and is removed otherwise.

    Raises
    ------
    OutputError
        The system refuses to write.
    """
    unfinished = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    try:
        yield unfinished
        with written(path):
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def is_folder(path: Path) -> bool:
    """Whether a path is a folder; one that no system takes is none.

    Examples
    --------
    >>> is_folder(Path("x" * 5000)), is_folder(Path())
    (False, True)
    """
    try:
        return is_within_reach(path) and path.is_dir()
    except (OSError, ValueError):
        return False


def is_file(path: Path) -> bool:
    """Whether a path is a file; one that no system takes is none."""
    try:
        return is_within_reach(path) and path.is_file()
    except (OSError, ValueError):
        return False


def plain_file(path: Path, *, folders: bool = False) -> Path:
    """The path, checked to be a file that can be read from its start to its end.

    Parameters
    ----------
    folders : bool
        Whether a folder will do as well.

    Raises
    ------
    InputError
        There is no such file, it is a folder, a pipe or a device, it lies out of reach, or no system takes its name.
    """
    refuse_outside(path)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise InputError(tr("{path}: there is no such file", path=shown(path))) from None
    except (OSError, ValueError) as error:
        raise InputError(
            tr("{path}: is not a valid file name ({reason})", path=shown(path), reason=_reason(error))
        ) from error
    if stat.S_ISDIR(mode):
        if folders:
            return path
        raise InputError(tr("{path}: is a folder; name a file in it", path=shown(path)))
    if not stat.S_ISREG(mode):
        raise InputError(
            tr("{path}: is a pipe or a device, not a file; save what it holds to a file", path=shown(path))
        )
    return path


def small_file(path: Path) -> Path:
    """A plain file that may be read whole.

    Raises
    ------
    InputError
        As `plain_file`, or the file is larger than a table may be.
    """
    size = plain_file(path).stat().st_size
    if size > limit("table_bytes"):
        raise InputError(tr("{path}: too many bytes: {more}", path=shown(path), more=more_than("table_bytes", size)))
    return path


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)
