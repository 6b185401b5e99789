"""Sheets of a workbook: a table each, with titles, units, notes, formats, a frozen header and filters."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tanheng.language import text_width, tr
from tanheng.report.words.cells import cell_words
from tanheng.report.workbook.formulas import PlacedTable
from tanheng.tables.columns import column_of, column_title, holds_words
from tanheng.tables.titles import in_order, table_meaning, table_title

#: Rows of a sheet above the first row of data: title, meaning, note, identifiers of the CSV file, titles of columns.
HEAD = 5

#: Rows of data that a sheet can hold: Excel ends at row 1,048,576.
MOST_ROWS = 1_048_576 - HEAD

#: Characters that a cell can hold.
_MOST_CHARACTERS = 32_767

_FORMATS = {
    "year": "0",
    "count": "#,##0",
    "share": "0.00%",
    "chance": "[=0]0;[<0.0001]0.0E+00;0.0000",
}


@dataclass(frozen=True)
class Styles:
    """Formats of cells, each made once for a workbook."""

    book: Any
    made: dict[tuple[tuple[str, object], ...], Any]

    def of(self, **properties: object) -> Any:  # noqa: ANN401  xlsxwriter has no types
        """Format with given properties."""
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]

    @property
    def head(self) -> Any:  # noqa: ANN401
        """Format of the titles of columns."""
        return self.of(bold=True, bg_color="#e8efe6", bottom=1, text_wrap=True, valign="top", align="left", indent=1)

    @property
    def number_head(self) -> Any:  # noqa: ANN401
        """Format of the titles of columns of numbers."""
        return self.of(bold=True, bg_color="#e8efe6", bottom=1, text_wrap=True, valign="top", align="right")

    @property
    def title(self) -> Any:  # noqa: ANN401
        """Format of the title of a sheet."""
        return self.of(bold=True, font_size=14)

    @property
    def pale(self) -> Any:  # noqa: ANN401
        """Format of what is said beside."""
        return self.of(font_color="#6b6b6b", font_size=9)

    @property
    def link(self) -> Any:  # noqa: ANN401
        """Format of links."""
        return self.of(font_color="#0b5394", underline=1)


def sheet_names(tables: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Name of the sheet of each table, in the order of the sheets: at most 31 characters, each name once.

    Examples
    --------
    >>> sheet_names(["mine", "balance"], ["Contents"])
    {'balance': 'Balance by year', 'mine': 'mine'}
    """
    used = {name.casefold() for name in taken}
    names = {}
    for table in in_order(tables):
        name = title = re.sub(r"[\[\]:*?/\\]", " ", table_title(table)).strip(" '")[:31] or table[:31]
        number = 1
        while name.casefold() in used:
            number += 1
            name = f"{title[:27]} {number}"
        used.add(name.casefold())
        names[table] = name
    return names


def placed(tables: Mapping[str, pd.DataFrame], names: Mapping[str, str]) -> dict[str, PlacedTable]:
    """Tables on their sheets, cut to what a sheet holds."""
    return {table: PlacedTable(table, sheet, tables[table].head(MOST_ROWS), HEAD + 1) for table, sheet in names.items()}


def write_table(book: Any, styles: Styles, table: PlacedTable, rows: int, contents: str) -> None:  # noqa: ANN401
    """Write a table on a sheet of its own.

    Parameters
    ----------
    rows : int
        Rows of the whole table, of which a sheet may hold fewer.
    contents : str
        Name of the sheet that the link at its head leads to.
    """
    sheet = book.add_worksheet(table.sheet)
    sheet.write_string(0, 0, table_title(table.name), styles.title)
    sheet.write_string(1, 0, table_meaning(table.name))
    sheet.write_url(2, 0, f"internal:'{contents}'!A1", styles.link, string=contents)
    if rows > len(table.frame):
        note = tr(
            "Cut after {most:,} rows, the most that a sheet holds; all {rows:,} stand in {file}",
            most=len(table.frame),
            rows=rows,
            file=f"tables/{table.name}.csv",
        )
        sheet.write_string(2, 1, note, styles.of(bold=True, font_color="#b03a2e"))
    sheet.set_row(HEAD - 1, 46)
    for_print(sheet)
    sheet.freeze_panes(HEAD, 0)
    sheet.autofilter(HEAD - 1, 0, HEAD - 1 + max(len(table.frame), 1), max(len(table.frame.columns) - 1, 0))
    for column in range(len(table.frame.columns)):
        _write_column(sheet, styles, table, column)


def for_print(sheet: Any) -> None:  # noqa: ANN401
    """Let a sheet print on landscape pages as wide as its columns, with its header on each."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD - 1)


def _write_column(sheet: Any, styles: Styles, table: PlacedTable, number: int) -> None:  # noqa: ANN401
    name = str(table.frame.columns[number])
    values = table.frame.iloc[:, number].tolist()
    sheet.write_string(HEAD - 2, number, name, styles.pale)
    words, kind = holds_words(name, table.name), column_of(name, table.name).kind
    head = styles.head if words or kind == "year" else styles.number_head
    sheet.write_string(HEAD - 1, number, column_title(name, table.name), head)
    words_of = (
        {value: cell_words(value, name, table.name) for value in values if isinstance(value, str)} if words else {}
    )
    shown = [words_of.get(value, value) for value in values]
    sheet.set_column(number, number, _width(column_title(name, table.name), shown))
    side = {"align": "left", "indent": 1} if kind == "year" else {}
    cell_format = styles.of(num_format=number_format(name, table.name, values), **side)
    indented = styles.of(indent=1)
    for row, value in enumerate(shown, start=HEAD):
        if isinstance(value, str):
            sheet.write_string(row, number, value[:_MOST_CHARACTERS], indented)
        elif value is not None and not (isinstance(value, float) and not math.isfinite(value)):
            sheet.write_number(row, number, value, cell_format)


def _width(title: str, shown: list[Any]) -> float:
    """Width that shows the values; a title may take three lines."""
    longest = max((text_width(f"{value}") if isinstance(value, str) else 11 for value in shown[:200]), default=8)
    return max(10, min(48, longest + 2), min(24, text_width(title) / 2.2))


def number_format(name: str, table: str, values: list[Any]) -> str:
    """Format of a column's numbers, by what it holds and how large they are.

    Examples
    --------
    >>> number_format("year", "", [2000]), number_format("area_share", "", [0.5]), number_format("area_km2", "", [165558.0])
    ('0', '0.00%', '#,##0.0')
    """
    fixed = _FORMATS.get(column_of(name, table).kind)
    if fixed:
        return fixed
    numbers = [abs(value) for value in values if isinstance(value, (int, float)) and math.isfinite(value)]
    largest = max(numbers, default=0.0)
    if all(isinstance(value, int) for value in values) or largest >= 1e6:
        return "#,##0"
    if largest >= 1e3:
        return "#,##0.0"
    if largest >= 10:
        return "#,##0.00"
    return "0.0000" if largest >= 1e-2 or largest == 0 else "0.00E+00"
