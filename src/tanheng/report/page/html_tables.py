"""Tables as HTML: titles in words, figures with as many digits as a reader needs, full values for sorting."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence

import pandas as pd

from tanheng.report.words.cells import cell_words
from tanheng.tables.columns import Column, column_of, column_title, holds_words

#: Rows of a table that a page shows; its file has all.
MOST_ROWS = 600


def html_table(
    table: pd.DataFrame, name: str = "", css: str = "", zones: tuple[str, str] | None = None, of: int | None = None
) -> str:
    """Table of a run as HTML, the first rows of a long one.

    Parameters
    ----------
    name : str
        Name of the table, by which its columns are known.
    zones : (str, str), optional
        Columns with the id and the name of a zone: the name is a button that shows the zone on the map.
    of : int, optional
        Rows of the whole table, where these are some of them.
    """
    columns = [column_of(str(column), name) for column in table.columns]
    words = [holds_words(column.name, name) for column in columns]
    head = "".join(
        f'<th scope="col"{"" if worded else " class=n"}>{html.escape(column_title(column.name, name))}</th>'
        for column, worded in zip(columns, words, strict=True)
    )
    shown = table.head(MOST_ROWS)
    keys = (shown["zone_layer"].astype(str) + "|" + shown[zones[0]].astype(str)).tolist() if zones else []
    rows = []
    for number, values in enumerate(shown.itertuples(index=False)):
        cells = [
            _cell(value, column, name, worded) for value, column, worded in zip(values, columns, words, strict=True)
        ]
        if zones:
            at = list(table.columns).index(zones[1])
            cells[at] = _zone_button(str(values[at]))
        key = f' data-zone="{html.escape(keys[number])}"{_place(table, values)}' if zones else ""
        rows.append(f"<tr{key}>{''.join(cells)}</tr>")
    return f'<table class="{css}" data-rows="{of or len(table)}"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


def _place(table: pd.DataFrame, values: tuple[object, ...]) -> str:
    """Attributes of a row by which readers choose rows: layer, and year or period."""
    row = dict(zip(table.columns, values, strict=True))
    place = {"layer": row.get("zone_layer"), "year": row.get("year", row.get("period"))}
    return "".join(f' data-{key}="{html.escape(str(value))}"' for key, value in place.items() if value is not None)


def _zone_button(name: str) -> str:
    return f'<td><button type="button" class="zone">{html.escape(cell_words(name, "zone_name"))}</button></td>'


def _cell(value: object, column: Column, table: str, worded: bool) -> str:
    if worded or isinstance(value, str):
        return f"<td>{html.escape(cell_words(value, column.name, table))}</td>" if not _absent(value) else "<td></td>"
    full = "" if _absent(value) else html.escape(str(value))
    return f'<td class=n data-v="{full}">{html.escape(figure(value, column.kind))}</td>'


def _absent(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def figure(value: object, kind: str = "amount") -> str:
    """Figure of a table as readers see it.

    Examples
    --------
    >>> figure(0.1234, "share"), figure(2015, "year"), figure(1234567.8), figure(float("nan")), figure(0.0004, "chance")
    ('12.3 %', '2015', '1,234,568', '–', '< 0.001')
    """
    if _absent(value):
        return "–"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return _number(float(value), kind).replace("-", "−")


def _number(value: float, kind: str) -> str:
    special = {"year": f"{value:.0f}", "share": f"{100 * value:.3g} %", "chance": _chance(value)}
    if kind in special:
        return special[kind]
    if value.is_integer() or abs(value) >= 1e5:
        return f"{value:,.0f}"
    return f"{value:,.2f}" if abs(value) >= 100 else f"{value:.4g}"


def _chance(p: float) -> str:
    return "< 0.001" if p < 0.001 else f"{p:.3f}"


def plain_table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Table of a few words and figures.

    Examples
    --------
    >>> plain_table(["a"], [["b"], [1.5]])
    '<table><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td>b</td></tr><tr><td class=n>1.5</td></tr></tbody></table>'
    """
    top = "".join(f'<th scope="col">{html.escape(word)}</th>' for word in head)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td>{html.escape(cell)}</td>"
            if isinstance(cell, str)
            else f"<td class=n>{html.escape(figure(cell))}</td>"
            for cell in row
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"
