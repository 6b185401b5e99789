"""Small tables: the cited ones that are built in, and the user's own.

A table is a CSV file in UTF-8 (with or without BOM) or GB18030, separated by commas, semicolons or tabs. Lines that
begin with ``#`` before the header say where it comes from.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from tanheng.errors import InputError, UnitError, nearest
from tanheng.language import language, listed, mark, tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import shown, small_file
from tanheng.spreadsheets import is_spreadsheet, sheet_rows
from tanheng.tables.input_tables import ALIASES, COLUMN_OF_HEADING
from tanheng.units import conversion_factor, same_dimension

#: Digits in groups of three: 1,234,567.8
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")

#: A heading with a unit in brackets, as 消费量（万吨）.
_IN_BRACKETS = re.compile(r"(.+?)\s*[（(]\s*([^（）()]+?)\s*[)）]")

#: Kinds of tables as readers call them.
_KIND_WORDS = {
    "legends": mark("legends"),
    "carbon_densities": mark("carbon densities"),
    "emission_factors": mark("emission factors"),
    "plans": mark("rules of plans"),
    "simulation": mark("scenarios of land-use change"),
    "uptake": mark("uptake by land class"),
}


@dataclass(frozen=True)
class Region:
    """Region that a table is for: its name, and west, south, east, north in degrees."""

    name: str
    bounds: tuple[float, float, float, float]


@dataclass(frozen=True)
class Place:
    """A row or a cell of a table, put into words where a message names it: most never are."""

    table: Table
    row: object
    column: str = ""

    def __str__(self) -> str:
        """The place in words."""
        if not self.column:
            return tr("{name}: line {line}", name=self.table.name, line=self.row)
        return tr("{place}, column {column}", place=self.row, column=self.table.heading(self.column))

    def __format__(self, spec: str) -> str:
        """The place in words."""
        return format(str(self), spec)


@dataclass(frozen=True)
class Table:
    """Rows of a small table as text, each with its line number in the file; `written` has its own headings by column."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    comments: tuple[str, ...]
    written: Mapping[str, str] = field(default_factory=dict)

    def heading(self, column: str) -> str:
        r"""A column as a message names it: the file's own heading first; one that the file lacks, as it could be written.

        Examples
        --------
        >>> parse_table("排放量,year\n1,2000\n", "a.csv").heading("emissions")
        "'排放量' (emissions)"
        """
        own = self.written.get(column)
        if own is None and language() == "zh":
            own = next(iter(ALIASES.get(column, ())), None)
        return (
            f"'{column}'" if own is None or own.lower() == column else tr("'{own}' ({column})", own=own, column=column)
        )

    def at(self, place: object, column: str) -> Place:
        """A cell as a message names it: the place of its row, and its column."""
        return Place(self, place, column)

    def line(self, number: int) -> Place:
        """A row as a message names it."""
        return Place(self, number)

    def _nearest(self, column: str) -> str:
        """Hint at the column that was meant, or all there are, by the file's own headings."""
        close = get_close_matches(column, self.header, n=1, cutoff=0.6)
        return nearest(self.own(close[0]) if close else column, map(self.own, self.header))

    def own(self, column: str) -> str:
        """The file's own heading of a column."""
        return self.written.get(column, column)

    def require(self, columns: Iterable[str], hint: str = "") -> None:
        """Refuse a table that lacks one of the columns; `hint` says what else may be done.

        Raises
        ------
        InputError
            A column is missing; the message names it and the nearest one there is.
        """
        missing = [column for column in columns if column not in self.header]
        if missing:
            raise InputError(
                tr(
                    "{name}: column {missing} is missing{nearest}",
                    name=self.name,
                    missing=self.heading(missing[0]),
                    nearest=self._nearest(missing[0]) + hint,
                )
                if len(missing) == 1
                else tr(
                    "{name}: columns {names} are missing; there are: {held}",
                    name=self.name,
                    names=listed(map(self.heading, missing)),
                    held=listed(map(self.own, self.header)) + hint,
                )
            )

    def number(self, line: int, column: str, *, positive: bool = True) -> float:
        """Finite number in a cell of the table.

        Raises
        ------
        InputError
            The cell is blank, text, not finite, or negative where it must not be.
        """
        text = next(row[column] for at, row in self.rows if at == line)
        place = tr("{name}: line {line}", name=self.name, line=line)
        return parse_number(text, self.at(place, column), positive=positive)

    @property
    def title(self) -> str:
        """Title that the file gives itself, or its name."""
        return self.said("Title:") or self.name

    @property
    def region(self) -> Region | None:
        """Region that the file says it is for: ``# Region: NAME; WEST, SOUTH, EAST, NORTH`` in degrees."""
        name, _, bounds = self.said("Region:").partition(";")
        if not bounds:
            return None
        west, south, east, north = (parse_number(text, self.name, positive=False) for text in bounds.split(","))
        return Region(name.strip(), (west, south, east, north))

    def said(self, mark: str) -> str:
        """What a comment line says behind a mark; empty where there is none."""
        return next((text.removeprefix(mark).strip() for text in self.comments if text.startswith(mark)), "")

    @property
    def source(self) -> str:
        """Source that the file names in its comments."""
        return " ".join(text for text in self.comments if not text.startswith(("Title:", "Region:", "Soil depth:")))


def parse_number(text: str, place: object, *, positive: bool = True) -> float:
    """Finite number that a text spells.

    Raises
    ------
    InputError
        The text is blank, no number, not finite, or negative where it must not be.

    Examples
    --------
    >>> parse_number(" 4.85 ", "pools.csv: line 2")
    4.85
    """
    text = text.strip()
    if not text:
        raise InputError(tr("{place} is blank; write a number, 0 where it is none", place=place))
    try:
        value = float(text.replace(",", "") if _GROUPED.fullmatch(text) else text)
    except ValueError:
        hint = tr("; write a point, not a comma, before decimals") if re.fullmatch(r"-?\d+,\d+", text) else ""
        hint = tr("; open the file in Excel and save it, so that its formulas have values") if text[0] == "=" else hint
        raise InputError(
            tr("{place} is '{text}', not a number{hint}", place=place, text=shown(text), hint=hint)
        ) from None
    if not math.isfinite(value):
        raise InputError(tr("{place} is '{text}'; write a finite number", place=place, text=shown(text)))
    if abs(value) > limit("number"):
        raise InputError(tr("{place} is too large: {more}", place=place, more=more_than("number", abs(value))))
    if positive and value < 0:
        raise InputError(tr("{place} is {text}; it can't be negative", place=place, text=text))
    return value


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
    table = _headed(table, headings or {}, columns)
    if of_sheet:
        _refuse_excel_errors(table, columns or ALIASES)
    return _with_unit(table, unit)


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
                        "{place} is '{text}', an error of Excel; mend its formula, or write the value",
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


def _headed(table: Table, headings: Mapping[str, str], columns: Sequence[str]) -> Table:
    """Table with some columns called by what they mean; one that was called so before is left out."""
    names = {}
    for column, heading in headings.items():
        if columns and column not in columns:
            raise InputError(
                tr(
                    "{name}: the study names a heading for '{column}', which is no column of this table{nearest}",
                    name=table.name,
                    column=column,
                    nearest=nearest(column, columns),
                )
            )
        known = COLUMN_OF_HEADING.get(heading.strip().lower(), heading.strip().lower())
        if known not in table.header:
            raise InputError(
                tr(
                    "{name}: there is no column '{heading}'{nearest}",
                    name=table.name,
                    heading=heading,
                    nearest=nearest(heading, map(table.own, table.header)),
                )
            )
        names[known] = column
    kept = [column for column in table.header if column in names or column not in names.values()]
    header = tuple(names.get(column, column) for column in kept)
    rows = tuple((line, {names.get(key, key): row[key] for key in kept}) for line, row in table.rows)
    written = {names.get(key, key): table.own(key) for key in kept}
    return replace(table, header=header, rows=rows, written=written)


#: Columns of amounts, whose heading may name their unit in brackets.
_AMOUNTS = ("emissions", "quantity")


def _with_unit(table: Table, stated: str | None) -> Table:
    """Table with a column of units: its own, as the heading of its amounts names it in brackets, or as the study states it.

    Raises
    ------
    InputError
        Two of these differ.
    """
    headings = [table.own(column) for column in table.header if column in _AMOUNTS]
    headed = next((found.group(2) for found in map(_IN_BRACKETS.fullmatch, headings) if found), None)
    if headed is not None and not same_dimension(headed, headed) and (stated or "unit" in table.header):
        headed = None  # words of another kind, as in emissions (fossil)
    if headed is not None and stated is not None:
        refuse_two_units(table.name, headed, stated)
    unit = headed or stated
    if unit is None:
        return table
    rows = []
    for line, row in table.rows:
        own = row.get("unit", "")
        if own:
            refuse_two_units(table.line(line), own, unit)
        rows.append((line, {**row, "unit": own or unit}))
    header = table.header if "unit" in table.header else (*table.header, "unit")
    return replace(table, header=header, rows=tuple(rows))


def refuse_two_units(place: object, first: str, second: str) -> None:
    """Refuse two units that are named for one amount, unless they are one in two spellings.

    Raises
    ------
    InputError
        They differ.
    """
    if first == second:
        return
    try:
        same = conversion_factor(first, second) == 1.0
    except UnitError:
        same = False
    if not same:
        raise InputError(
            tr(
                "{place}: two units are named for one amount, '{first}' and '{second}' (by its heading, its column of units or the study); "
                "leave the right one",
                place=place,
                first=first,
                second=second,
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
    delimiter = max((",", ";", "\t"), key=text.count)
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
    first = body[0][1]
    delimiter = max((",", ";", "\t"), key=first.count)
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
    """Table of rows of cells, each with its number in the file; the first one is the header.

    Raises
    ------
    InputError
        There is no row, a row is longer than the header, or two columns have one name.
    """
    own = [column.strip() for column in cells[0][1]]
    given = [column.lower() for column in own]
    header = tuple(_column_of(column) for column in given)
    _refuse_columns_twice(name, header, given)
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
    return Table(name, header, tuple(rows), comments, dict(zip(header, own, strict=True)))


def _column_of(heading: str) -> str:
    """Column that a heading means: as it is, or without the unit that it names in brackets."""
    if heading in COLUMN_OF_HEADING:
        return COLUMN_OF_HEADING[heading]
    bracketed = _IN_BRACKETS.fullmatch(heading)
    before = bracketed.group(1).strip() if bracketed else heading
    known = COLUMN_OF_HEADING.get(before, before)
    return known if known in _AMOUNTS else heading


def _refuse_columns_twice(name: str, header: Sequence[str], given: Sequence[str]) -> None:
    for column in sorted(set(header) - {""}):
        own = [heading for heading, canonical in zip(given, header, strict=True) if canonical == column]
        if len(set(own)) > 1:
            raise InputError(
                tr(
                    "{name}: {headings} all mean the column '{column}'; rename all but one",
                    name=name,
                    headings=listed(map(repr, dict.fromkeys(own))),
                    column=column,
                )
            )
        if len(own) > 1:
            raise InputError(tr("{name}: column '{twice}' appears twice; rename one", name=name, twice=own[0]))


def alias_key(name: str) -> str:
    """Form of a name in which spellings that differ by case, blanks, dashes and underscores are one.

    Examples
    --------
    >>> alias_key(" Diesel-Oil")
    'diesel oil'
    """
    return " ".join(name.strip().lower().replace("_", " ").replace("-", " ").split())


@dataclass(frozen=True)
class Names:
    """Names that a table of this package knows; `canonical` has the aliases as `alias_key` makes them, `what` says what they name."""

    what: str
    canonical: Mapping[str, str]

    def find(self, name: str) -> str:
        """Canonical name behind a name or an alias.

        Raises
        ------
        InputError
            The name is not known; near matches are given.
        """
        key = alias_key(name)
        if key not in self.canonical:
            hint = nearest(key, self.canonical)
            raise InputError(tr("{what} '{name}' is not known{nearest}", what=tr(self.what), name=name, nearest=hint))
        return self.canonical[key]


def packaged_table(name: str) -> Table:
    """A table that lies beside this module, by its name without ``.csv``."""
    text = (resources.files("tanheng.factors") / f"{name}.csv").read_text(encoding="utf-8")
    return parse_table(text, f"{name}.csv")


def aliases(table: Table, column: str, *more: str) -> dict[str, str]:
    """Canonical names of a table by every name it has for them: those of further columns, the Chinese one, the aliases.

    Examples
    --------
    >>> aliases(packaged_table("flows"), "flow")["火力发电"]
    'thermal power'
    """
    return {
        alias_key(alias): row[column]
        for _, row in table.rows
        for alias in (row[column], *(row[name] for name in more), row["name_zh"], *row["aliases"].split("|"))
        if alias
    }


def _folder(kind: str) -> Traversable:
    return resources.files("tanheng.factors") / kind


def names(kind: str) -> tuple[str, ...]:
    """Names of the built-in tables of a kind.

    Examples
    --------
    >>> names("emission_factors")
    ('china-gbt', 'china-standard-coal', 'ipcc-2006')
    """
    return tuple(
        sorted(item.name.removesuffix(".csv") for item in _folder(kind).iterdir() if item.name.endswith(".csv"))
    )


def read_builtin(kind: str, name: str) -> Table:
    """Built-in table.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if name not in names(kind):
        raise InputError(
            tr(
                "'{name}' is none of the built-in {kind}{nearest}",
                name=name,
                kind=tr(_KIND_WORDS[kind]),
                nearest=nearest(name, names(kind)),
            )
        )
    return parse_table((_folder(kind) / f"{name}.csv").read_text(encoding="utf-8"), name)


def read_named(kind: str, name_or_path: str, base: Path) -> Table:
    """Built-in table, or the user's file: a name that ends in ``.csv``, ``.txt`` or ``.tsv``, or a sheet of an Excel file."""
    if name_or_path in names(kind):
        return read_builtin(kind, name_or_path)
    path = base / name_or_path
    if path.suffix.lower() in (".csv", ".txt", ".tsv") or is_spreadsheet(path):
        return read_table(path)
    return read_builtin(kind, name_or_path)
