"""Small tables written without the help of a library that takes a second to load."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tanheng.plain_files import written


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write rows of equal keys as CSV in UTF-8, with a byte-order mark where they hold more than ASCII.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: inert(value) for name, value in row.items()} for row in rows)
    write_csv_text(path, stream.getvalue())


def read_rows(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file that `write_rows` wrote."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


#: Beginnings of a text that a spreadsheet takes for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
#: A number below zero, as a code may be, which is no formula.
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def inert(value: object) -> object:
    """A text that no spreadsheet runs: one that begins as a formula does is put behind an apostrophe; anything else as it is.

    Examples
    --------
    >>> inert("=1+1"), inert("-"), inert(-1.5), inert("Zhengzhou"), inert("-7")
    ("'=1+1", '-', -1.5, 'Zhengzhou', '-7')
    """
    dangerous = (
        isinstance(value, str) and len(value) > 1 and value.startswith(_FORMULA) and not _NUMBER.fullmatch(value)
    )
    return f"'{value}" if dangerous else value


def alive(text: object) -> object:
    """The text behind an apostrophe that `inert` put there; anything else as it is."""
    marked = isinstance(text, str) and text.startswith("'") and text[1:].startswith(_FORMULA)
    return str(text)[1:] if marked else text


def write_csv_text(path: Path, text: str) -> None:
    """Write the text of a CSV file, marked as UTF-8 where Excel would else misread it.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    with written(path):
        path.write_bytes(text.encode("ascii" if text.isascii() else "utf-8-sig"))
