"""Small tables beside a study, shown as cells and changed cell by cell; lines of comment stay."""

from __future__ import annotations

import csv
import io
import threading
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path, PurePosixPath

from tanheng.errors import InputError
from tanheng.factors.reading import delimiter_of
from tanheng.factors.titles import titles_above
from tanheng.language import name_of, tr
from tanheng.plain_files import small_file
from tanheng.reach import confined_to
from tanheng.tables.input_tables import COLUMN_OF_HEADING, heading_meanings
from tanheng.web.home import Home
from tanheng.web.refusals import ChangedElsewhereError
from tanheng.web.studies.files import study_path, version_of, write_bytes

#: Rows and columns of a table that a page shows as cells.
_MOST_ROWS, _MOST_COLUMNS = 300, 30


@dataclass(frozen=True)
class Cells:
    """Cells of a table, and what a page says beside them.

    Attributes
    ----------
    header : list of str
    rows : list of list of str
    comments : list of str
        Lines above the headings.
    version : str
        Of the file.
    meanings : list of str
        What the headings mean, with their units; empty where that is not known.
    lines : list of int
        Line of each row in the file, as messages name it.
    names : list of str
        Class of each row in the language that is spoken; empty where it has none, or is written so.
    """

    header: list[str]
    rows: list[list[str]]
    comments: list[str]
    version: str
    meanings: list[str]
    lines: list[int]
    names: list[str]


@dataclass(frozen=True)
class _Form:
    """How a file writes its table: encoding, mark at its start, separator, ends of lines."""

    encoding: str
    mark: bytes
    separator: str
    ends: str


def cells_of(home: Home, study: str, file: str) -> Cells:
    """Cells of a CSV file beside a study.

    Raises
    ------
    InputError
        It is no CSV file, too large to be shown as cells, or has lines of comment below its headings.
    """
    return _opened(home, study, file)[0]


def write_cells(home: Home, study: str, file: str, version: str, rows: list[list[str]]) -> Cells:
    """Write the rows of a CSV file beside a study; its headings, comments, encoding and separator stay.

    Raises
    ------
    InputError
        The rows are none of that table, or the file was changed elsewhere since that version.
    OutputError
        The file can't be written.
    """
    with _writing:
        held, form = _opened(home, study, file)
        if held.version != version:
            raise ChangedElsewhereError(tr("{file}: was changed elsewhere in the meantime; open it again", file=file))
        if not all(len(row) == len(held.header) for row in rows) or len(rows) > _MOST_ROWS:
            raise InputError(tr("The rows do not have the columns of the table."))
        stream = io.StringIO()
        csv.writer(stream, delimiter=form.separator, lineterminator=form.ends).writerows([held.header, *rows])
        text = "".join(f"{line}{form.ends}" for line in held.comments) + stream.getvalue()
        try:
            data = form.mark + text.encode(form.encoding)
        except UnicodeEncodeError as error:
            raise InputError(tr("The text holds letters that no file can hold.")) from error
        home.space.refuse(len(data))
        write_bytes(_table_path(home, study, file), data)
    return cells_of(home, study, file)


#: One change of a table at a time.
_writing = threading.Lock()


def _opened(home: Home, study: str, file: str) -> tuple[Cells, _Form]:
    path = _table_path(home, study, file)
    with confined_to(home.reach):
        data = small_file(path).read_bytes()
    mark = data[:3] if data.startswith(b"\xef\xbb\xbf") else b""
    encoding, text = _decoded(data[len(mark) :], file)
    lines = text.splitlines(keepends=True)
    above = list(takewhile(lambda line: line.startswith("#"), lines))
    body = "".join(lines[len(above) :])
    separator = delimiter_of(body.splitlines())
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=separator)
    try:
        numbered = [(len(above) + reader.line_num, row) for row in reader if any(map(str.strip, row))]
    except csv.Error as error:
        raise InputError(tr("{file}: is too large to be edited here; use a spreadsheet program", file=file)) from error
    titles = titles_above(numbered)
    if titles:
        last = numbered[titles - 1][0]
        above, numbered = lines[:last], numbered[titles:]
    rows = [row for _, row in numbered]
    if not rows or len(rows) > _MOST_ROWS or max(map(len, rows)) > _MOST_COLUMNS:
        raise InputError(tr("{file}: is too large to be edited here; use a spreadsheet program", file=file))
    if any(row[0].startswith("#") or any("\n" in cell for cell in row) for row in rows):
        raise InputError(tr("{file}: has comments or line breaks among its rows; use a spreadsheet program", file=file))
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    comments = [line.rstrip("\r\n") for line in above]
    table = Cells(
        rows[0],
        rows[1:],
        comments,
        version_of(data),
        heading_meanings([heading.strip() for heading in rows[0]]),
        [line for line, _ in numbered[1:]],
        _class_names(rows),
    )
    return table, _Form(encoding, mark, separator, "\r\n" if "\r\n" in text else "\n")


def _class_names(rows: list[list[str]]) -> list[str]:
    """Class of each row below the headings, where its name in the language that is spoken is another."""
    columns = [COLUMN_OF_HEADING.get(heading.strip(), heading.strip()) for heading in rows[0]]
    if "class" not in columns:
        return ["" for _ in rows[1:]]
    written = [row[columns.index("class")].strip() for row in rows[1:]]
    return [str(name_of(name)) if str(name_of(name)) != name else "" for name in written]


def _decoded(data: bytes, file: str) -> tuple[str, str]:
    """Encoding and text of a file."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return encoding, data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(tr("{path}: is not text in UTF-8 or GB18030; save it as 'CSV UTF-8'", path=file))


def _table_path(home: Home, study: str, file: str) -> Path:
    study_path(home, study)
    path = home.place((PurePosixPath(study).parent / file).as_posix())
    if path.suffix.lower() != ".csv":
        raise InputError(tr("{file}: is not a CSV file; use a spreadsheet program", file=file))
    return path
