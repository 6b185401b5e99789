"""Two runs side by side as one HTML page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.language import listed, tr
from tanheng.report.page.html import picture_address, write_page
from tanheng.report.page.html_tables import MOST_ROWS, plain_table
from tanheng.report.words.cells import cell_words
from tanheng.report.words.key_figures import key_figures
from tanheng.report.words.titles import run_title
from tanheng.tables.columns import column_title
from tanheng.tables.scenarios import observed_rows
from tanheng.tables.titles import table_title

Tables = Mapping[str, pd.DataFrame]


def write_comparison(
    path: Path,
    records: Sequence[Mapping[str, Any]],
    tables: Sequence[Tables],
    settings: pd.DataFrame,
    inputs: pd.DataFrame,
    figures: pd.DataFrame,
    maps: Sequence[tuple[str, Path]] = (),
    no_maps: str = "",
) -> None:
    """Write what differs between two runs.

    Parameters
    ----------
    maps : sequence of (str, Path)
        Title and PNG of each map of a difference.
    no_maps : str
        Why there are none.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    write_page(
        path,
        "compare.html.jinja",
        runs=[
            {
                "title": run_title(record),
                "made": record["made"],
                "figures": key_figures({name: observed_rows(table) for name, table in held.items()}),
            }
            for record, held in zip(records, tables, strict=True)
        ],
        settings=_rows([tr("setting"), tr("first"), tr("second")], settings.itertuples(index=False)),
        inputs=_rows([tr("file"), tr("first"), tr("second")], inputs.itertuples(index=False)),
        figures=figure_tables(figures),
        count=len(figures),
        cut=max(0, len(figures) - MOST_ROWS),
        maps=[(title, picture_address(path)) for title, path in maps],
        no_maps=no_maps,
    )


def _rows(head: list[str], rows: Any) -> str:  # noqa: ANN401  rows of pandas
    cells = [list(row) for row in rows]
    return plain_table(head, cells) if cells else ""


def figure_tables(figures: pd.DataFrame) -> list[tuple[str, str]]:
    """Title and HTML of the figures that differ, by table: what differs stands first; the first ones of many."""
    head = [tr("column"), tr("entry"), tr("first"), tr("second"), tr("difference"), tr("relative")]
    sections = []
    for name, rows in figures.head(MOST_ROWS).groupby("table", sort=False):
        cells = [figure_row(row) for row in rows.itertuples(index=False)]
        sections.append((table_title(str(name)), plain_table(head, [[cell[2], cell[1], *cell[3:]] for cell in cells])))
    return sections


def figure_row(row: Any) -> list[object]:  # noqa: ANN401  a row of pandas
    """A figure that differs, in words: table, row, column, both values, their difference."""
    relative = "–" if pd.isna(row.relative) else f"{100 * row.relative:+.3g} %".replace("-", "−")
    # What is correlated bears the names of flows of energy elsewhere.
    column = "variable" if row.table == "correlation" else "name"
    words = listed(cell_words(part, column) for part in row.row.split(", ") if part.strip())
    return [
        table_title(row.table),
        words,
        column_title(row.column, row.table),
        row.first,
        row.second,
        row.difference,
        relative,
    ]
