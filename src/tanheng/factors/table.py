"""A small table as text: its rows with their places in the file, and the numbers in them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from tanheng.errors import InputError, nearest
from tanheng.language import language, listed, tr
from tanheng.limits import limit, more_than
from tanheng.plain_files import shown
from tanheng.tables.input_tables import ALIASES

#: Digits in groups of three: 1,234,567.8
_GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?")


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

    def among(self, places: Sequence[object]) -> str:
        r"""Several places of one table, and of one column or none, in words; empty where they are not.

        Examples
        --------
        >>> from tanheng.factors.reading import parse_table
        >>> table = parse_table("year,unit\n1,t\n2,t\n3,t\n4,t\n", "a.csv")
        >>> places = [table.at(table.line(number), "unit") for number in (2, 3, 5)]
        >>> places[0].among(places)
        "a.csv: lines 2-3, 5, column 'unit'"
        """
        lines = []
        for place in places:
            if not isinstance(place, Place) or place.column != self.column:
                return ""
            row = place.row if place.column else place
            if not isinstance(row, Place) or row.table is not self.table or not isinstance(row.row, int):
                return ""
            lines.append(row.row)
        text = tr("{name}: lines {lines}", name=self.table.name, lines=listed(_runs(sorted(lines))))
        return (
            tr("{place}, column {column}", place=text, column=self.table.heading(self.column)) if self.column else text
        )


def _runs(lines: Sequence[int]) -> list[str]:
    """Ascending numbers, with those that follow each other as a range.

    Examples
    --------
    >>> _runs([2, 3, 4, 7])
    ['2-4', '7']
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][1] + 1:
            runs[-1][1] = line
        else:
            runs.append([line, line])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]


@dataclass(frozen=True)
class Table:
    """Rows of a small table as text, each with its line number in the file; `written` has its own headings by column, `titles` what is above."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    comments: tuple[str, ...]
    written: Mapping[str, str] = field(default_factory=dict)
    titles: tuple[str, ...] = ()

    def heading(self, column: str) -> str:
        r"""A column as a message names it: the file's own heading first; one that the file lacks, as it could be written.

        Examples
        --------
        >>> from tanheng.factors.reading import parse_table
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
            hint += self._years_across() if "year" in missing else ""
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

    def _years_across(self) -> str:
        """Hint at years that stand in columns; empty where they do not."""
        years = [self.own(column) for column in self.header if re.fullmatch(r"(19|20)\d\d\s*年?", column)]
        if len(years) < 2:
            return ""
        return tr(
            "; the years stand side by side ({years}): put them below each other, with a column 'year' and one of the amounts",
            years=listed(years[:4]),
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
        """Title that the file gives itself, or its name; records keep it, so that it is the same in every language."""
        return self.said("Title:") or self.name

    @property
    def title_here(self) -> str:
        """Title in the language that is spoken, where the file has one there."""
        return self.said(f"Title-{language()}:") or self.title

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
        return " ".join(
            text for text in self.comments if not text.startswith(("Title:", "Title-", "Region:", "Soil depth:"))
        )


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
