"""Small tables written without the help of a library that takes a second to load."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from tanheng.errors import OutputError
from tanheng.language import tr


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
    writer.writerows(rows)
    write_csv_text(path, stream.getvalue())


def write_csv_text(path: Path, text: str) -> None:
    """Write the text of a CSV file, marked as UTF-8 where Excel would else misread it.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    try:
        path.write_bytes(text.encode("ascii" if text.isascii() else "utf-8-sig"))
    except OSError as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=error.strerror)
        ) from error
