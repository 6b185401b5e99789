"""Small tables beside a study, shown as cells and changed cell by cell; lines of comment stay."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from tanheng.errors import InputError
from tanheng.factors.reading import read_text
from tanheng.language import tr
from tanheng.reach import confined_to
from tanheng.web.home import Home
from tanheng.web.studies.form import study_path, write_text

#: Rows and columns of a table that a page shows as cells.
_MOST_ROWS, _MOST_COLUMNS = 300, 30


@dataclass(frozen=True)
class Cells:
    """Cells of a table: its headings, its rows, and the lines of comment above them."""

    header: list[str]
    rows: list[list[str]]
    comments: list[str]


def cells_of(home: Home, study: str, file: str) -> Cells:
    """Cells of a CSV file beside a study.

    Raises
    ------
    InputError
        It is no CSV file, or too large to be shown as cells.
    """
    path = _table_path(home, study, file)
    with confined_to(home.roots):
        text = read_text(path)
    comments = [line for line in text.splitlines() if line.startswith("#")]
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    dialect = _separator(plain)
    rows = [row for row in csv.reader(io.StringIO(plain), delimiter=dialect) if any(cell.strip() for cell in row)]
    if not rows or len(rows) > _MOST_ROWS or max(map(len, rows)) > _MOST_COLUMNS:
        raise InputError(tr("{file}: is too large to be edited here; use a spreadsheet program", file=file))
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    return Cells(rows[0], rows[1:], comments)


def write_cells(home: Home, study: str, file: str, rows: list[list[str]]) -> None:
    """Write the rows of a CSV file beside a study; its headings and its comments stay.

    Raises
    ------
    InputError
        The rows are none of that table.
    OutputError
        The file can't be written.
    """
    held = cells_of(home, study, file)
    if not all(len(row) == len(held.header) for row in rows) or len(rows) > _MOST_ROWS:
        raise InputError(tr("The rows do not have the columns of the table."))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerows([held.header, *rows])
    comments = "".join(f"{line}\n" for line in held.comments)
    write_text(_table_path(home, study, file), "\ufeff" + comments + stream.getvalue())


def _table_path(home: Home, study: str, file: str) -> Path:
    path = home.place((study_path(home, study).parent / file).relative_to(home.folder).as_posix())
    if path.suffix.lower() != ".csv":
        raise InputError(tr("{file}: is not a CSV file; use a spreadsheet program", file=file))
    return path


def _separator(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)
