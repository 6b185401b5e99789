"""Small tables read: CSV files, and sheets of Excel files.

A CSV file is in UTF-8 (with or without BOM) or GB18030, separated by commas, semicolons or tabs. Lines that begin with ``#`` before the
header say where a table comes from, and so do the titles and notes that a yearbook prints around it.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from tanheng.errors import InputError
from tanheng.factors.headings import column_of, headed, refuse_columns_twice, with_unit
from tanheng.factors.table import Table
from tanheng.factors.titles import MOST_TITLES, without_titles
from tanheng.language import tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import small_file
from tanheng.spreadsheets import is_spreadsheet, sheet_rows
from tanheng.tables.input_tables import ALIASES

#: What may stand between two cells.
_DELIMITERS = (",", ";", "\t")


def delimiter_of(lines: Sequence[str]) -> str:
    r"""What stands between the cells of a table: the most frequent mark of its first line that has any, a title being none.

    Examples
    --------
    >>> delimiter_of(["Emissions", "year;area", "2000;1,5"])
    ';'
    """
    first = next((line for line in lines[: MOST_TITLES + 1] if any(map(line.count, _DELIMITERS))), "")
    return max(_DELIMITERS, key=first.count)


def read_text(path: Path) -> str:
    """Text of a file in UTF-8, with or without BOM, or in GB18030.

    Raises
    ------
    InputError
        The file is not there, can't be read, or is not text.
    """
    try:
        data = small_file(path).read_bytes()
    except OSError as error:
        raise InputError(tr("{path}: can't be read ({reason})", path=path, reason=error.strerror)) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError(tr("{path}: is not text in UTF-8 or GB18030; save it as 'CSV UTF-8'", path=path))


def read_table(
    path: Path, headings: Mapping[str, str] | None = None, unit: str | None = None, columns: Sequence[str] = ()
) -> Table:
    """Table that a CSV file or a sheet of an Excel file holds; column names are lower-cased and stripped.

    Parameters
    ----------
    headings : mapping of str to str, optional
        Headings of the file by the column that they mean, where they are not those that are known.
    unit : str, optional
        Unit of the amounts, where the table names none.
    columns : sequence of str, optional
        Columns that are read, which `headings` may name.

    Raises
    ------
    InputError
        The file is missing, no text or no Excel file, empty, or has two columns of one name; a heading is not there; a cell that is
        needed holds an error of Excel; or two units are named for one amount.
    """
    of_sheet = is_spreadsheet(path)
    table = _table_of_sheet(sheet_rows(path), str(path)) if of_sheet else parse_table(read_text(path), str(path))
    table = headed(table, headings or {}, columns)
    if of_sheet:
        _refuse_excel_errors(table, columns or ALIASES)
    return with_unit(table, unit)


#: What Excel writes where a formula fails.
_EXCEL_ERRORS = frozenset({"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"})


def _refuse_excel_errors(table: Table, read: Collection[str]) -> None:
    """Refuse errors of Excel, and formulas that no program has worked out, in columns that are read; others may hold what they like.

    Raises
    ------
    InputError
        There is one; the first is named.
    """
    for line, row in table.rows:
        for column in filter(read.__contains__, table.header):
            text = row[column]
            if text in _EXCEL_ERRORS:
                raise InputError(
                    tr(
                        "{place} is '{text}', an Excel error value; correct the formula, or enter the value",
                        place=table.at(table.line(line), column),
                        text=text,
                    )
                )
            if text.startswith("="):
                raise InputError(
                    tr(
                        "{place} has a formula without a value; open the file in Excel, save it, and try again",
                        place=table.at(table.line(line), column),
                    )
                )


def raw_rows(path: Path) -> list[tuple[int, list[str]]]:
    """Rows of a file as they are, with their numbers, blank ones left out; before anything is taken for a header.

    Raises
    ------
    InputError
        The file is missing, or no text and no Excel file.
    """
    if is_spreadsheet(path):
        return sheet_rows(path)
    text = read_text(path)
    body = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip(" ,;\t")]
    delimiter = max(_DELIMITERS, key=text.count)
    _refuse_long(body, str(path))
    try:
        return _cells(body, delimiter)
    except csv.Error as error:
        raise InputError(tr("{name}: can't be read as a table ({reason})", name=path, reason=error)) from error


def _refuse_long(body: Sequence[tuple[int, str]], name: str) -> None:
    """Refuse a line that is longer than a cell may be.

    Raises
    ------
    InputError
        There is one.
    """
    longest = max(body, key=lambda item: len(item[1]), default=(0, ""))
    if len(longest[1]) > limit("field_characters"):
        raise InputError(
            tr(
                "{name}: line {number} is too long: {more}",
                name=name,
                number=longest[0],
                more=more_than("field_characters", len(longest[1])),
            )
        )


def _table_of_sheet(rows: Sequence[tuple[int, list[str]]], name: str) -> Table:
    """Table of the rows of a sheet; rows over its header that begin with ``#`` say where it comes from."""
    head = next((at for at, (_, cells) in enumerate(rows) if not cells[0].startswith("#")), len(rows))
    comments = tuple(" ".join(cell for cell in cells if cell)[1:].strip() for _, cells in rows[:head])
    body = rows[head:]
    if not body:
        raise InputError(tr("{name}: is empty; a header and a row for each entry were expected", name=name))
    return table_of_cells(body, name, comments)


def _cells(body: list[tuple[int, str]], delimiter: str) -> list[tuple[int, list[str]]]:
    """Cells of each line, with its number. A quote that is not closed holds to the end of its line."""
    numbers = [number for number, _ in body]
    rows = list(csv.reader((line for _, line in body), delimiter=delimiter))
    if len(rows) == len(body):
        return list(zip(numbers, rows, strict=True))
    return [(number, next(csv.reader([line], delimiter=delimiter))) for number, line in body]


def parse_table(text: str, name: str) -> Table:
    r"""Table that a CSV text holds.

    Examples
    --------
    >>> table = parse_table("# by hand\nCode;Class\n1;forest\n", "my.csv")
    >>> table.header, table.rows
    (('code', 'class'), ((3, {'code': '1', 'class': 'forest'}),))
    """
    lines = list(enumerate(text.splitlines(), start=1))
    comments = tuple(line[1:].strip() for _, line in lines if line.startswith("#"))
    body = [(number, line) for number, line in lines if line.strip() and not line.startswith("#")]
    if not body:
        raise InputError(tr("{name}: is empty; a header and a row for each entry were expected", name=name))
    delimiter = delimiter_of([line for _, line in body])
    first = max((line for _, line in body[: MOST_TITLES + 1]), key=lambda line: line.count(delimiter))
    if first.count(delimiter) >= limit("table_columns"):
        raise InputError(
            tr(
                "{name}: too many columns: {more}",
                name=name,
                more=more_than("table_columns", first.count(delimiter) + 1),
            )
        )
    _refuse_long(body, name)
    try:
        cells = _cells(body, delimiter)
    except csv.Error as error:
        raise InputError(tr("{name}: can't be read as a table ({reason})", name=name, reason=error)) from error
    return table_of_cells(cells, name, comments)


def table_of_cells(cells: Sequence[tuple[int, list[str]]], name: str, comments: tuple[str, ...] = ()) -> Table:
    """Table of rows of cells, each with its number in the file; the first one is the header, titles above it and notes below left out.

    Raises
    ------
    InputError
        There is no row, a row is longer than the header, or two columns have one name.
    """
    cells, titles, notes = without_titles(cells)
    own = [column.strip() for column in cells[0][1]]
    given = [column.lower() for column in own]
    header = tuple(column_of(column) for column in given)
    refuse_columns_twice(name, header, given)
    rows = []
    for number, values in cells[1:]:
        if not any(value.strip() for value in values):
            continue
        if len(values) > len(header) and any(value.strip() for value in values[len(header) :]):
            raise InputError(
                tr(
                    "{name}: line {number} has {cells} cells, the header {expected}",
                    name=name,
                    number=number,
                    cells=len(values),
                    expected=len(header),
                )
            )
        padded = [*values, *[""] * (len(header) - len(values))]
        rows.append((number, {key: value.strip() for key, value in zip(header, padded, strict=False)}))
    if not rows:
        raise InputError(tr("{name}: has a header and no rows; write a row for each entry", name=name))
    return Table(name, header, tuple(rows), (*comments, *titles, *notes), dict(zip(header, own, strict=True)), titles)
