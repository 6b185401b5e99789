"""Files of a study as text: found, read, and written whole or not at all, each change on the version that it was made on."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from tanheng.errors import InputError, OutputError
from tanheng.language import tr
from tanheng.plain_files import small_file, written
from tanheng.reach import confined_to
from tanheng.web.home import Home
from tanheng.web.refusals import ChangedElsewhereError, NotThereError

#: Mark that some programs write at the start of a file in UTF-8.
BOM = "\ufeff"


def study_path(home: Home, name: str) -> Path:
    """Path of a study file of the app.

    Raises
    ------
    NotThereError
        There is no such file.
    InputError
        It is no study file of the app.
    """
    path = home.place(name)
    if not path.is_file():
        raise NotThereError(tr("{path}: there is no such file", path=name))
    if path.suffix.lower() != ".toml":
        raise InputError(tr("{path}: is not a study file", path=name))
    return path


def read_text(path: Path) -> str:
    """Text of a file in UTF-8, with its mark and its ends of lines.

    Raises
    ------
    InputError
        It is not text in UTF-8.
    OutputError
        It can't be read.
    """
    with confined_to([path.parent]):
        try:
            return small_file(path).read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                tr("{path}: is not text in UTF-8; save it in the encoding UTF-8", path=path.name)
            ) from error
        except OSError as error:
            raise OutputError(tr("{path}: can't be read ({reason})", path=path.name, reason=error.strerror)) from error


def version_of(data: bytes) -> str:
    """Version of a file: a change names the one that it was made on."""
    return hashlib.sha256(data).hexdigest()[:16]


def refuse_other(text: str, version: str) -> None:
    """Refuse a change that was made on another version of a study file.

    Raises
    ------
    ChangedElsewhereError
        The text is not of that version.
    """
    if version_of(text.encode()) != version:
        raise ChangedElsewhereError(
            tr(
                "The study file was changed elsewhere in the meantime. The page shows it as it is now; make your change again."
            )
        )


def write_text(path: Path, text: str) -> None:
    """Write a text whole or not at all.

    Raises
    ------
    OutputError
        It can't be written.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InputError(tr("The text holds letters that no file can hold.")) from error
    write_bytes(path, text.encode())


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all; one that a link names is written where it is.

    Raises
    ------
    OutputError
        It can't be written.
    """
    path = path.resolve()
    with written(path):
        handle, unfinished = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(unfinished).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
