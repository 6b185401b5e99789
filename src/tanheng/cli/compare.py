"""What the command line shows of two runs, and the files it writes of them."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tanheng.errors import InputError
from tanheng.io.results.comparison_record import ComparisonRecord
from tanheng.io.tables import write_csv
from tanheng.language import listed, tr
from tanheng.pipeline.comparison.maps import DifferenceMaps, draw_difference_maps
from tanheng.pipeline.comparison.runs import Comparison
from tanheng.pipeline.provenance import now
from tanheng.report.page.compare_page import figure_row, write_comparison
from tanheng.report.page.html_tables import figure
from tanheng.report.words.titles import run_title
from tanheng.tables.titles import table_title

#: Figures that the terminal shows; the page and the table have all.
_MOST = 20


def print_compared(comparison: Comparison, output: Path | None) -> None:
    """Print what differs, and write a page and tables where a folder is named."""
    console = Console(highlight=False, emoji=False)
    for number, run in enumerate(comparison.runs, start=1):
        console.print(
            f"{number}. {run.folder}: {run_title(run.record)} ({run.record['made']})", markup=False, soft_wrap=True
        )
    _section(console, tr("Settings that differ"), comparison.settings, tr("None: both runs asked the same."))
    _section(console, tr("Inputs that differ"), comparison.inputs, tr("None: both runs read the same files."))
    _figures(console, comparison.figures)
    for name in comparison.only_in_one:
        console.print(tr("only one of both has the table {name}", name=table_title(name)), markup=False)
    if output is not None:
        page = _write(comparison, output)
        console.print(tr("open {page}", page=page), markup=False, soft_wrap=True)


def _section(console: Console, title: str, rows: pd.DataFrame, none: str) -> None:
    if rows.empty:
        console.print(f"{title}: {none}", markup=False)
        return
    table = Table(title=title, title_justify="left")
    for name in ("", tr("first"), tr("second")):
        table.add_column(name, overflow="fold")
    for row in rows.itertuples(index=False):
        table.add_row(*(escape(str(value)) for value in row))
    console.print(table)


def _figures(console: Console, figures: pd.DataFrame) -> None:
    if figures.empty:
        console.print(tr("None: both runs give the same figures."), markup=False)
        return
    # Words in one column and no frame, so that figures stay whole in 80 columns.
    table = Table(
        title=tr("Figures that differ"), title_justify="left", box=SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0)
    )
    table.add_column(listed([tr("table"), tr("entry"), tr("column")]), overflow="fold")
    for name in (tr("first"), tr("second"), tr("difference"), tr("relative")):
        table.add_column(name, justify="right", no_wrap=True)
    for row in figures.head(_MOST).itertuples(index=False):
        words, values = figure_row(row)[:3], figure_row(row)[3:]
        shown = ["\n".join(map(str, words)), *(cell if isinstance(cell, str) else figure(cell) for cell in values)]
        table.add_row(*map(escape, shown))
    console.print(table)
    if len(figures) > _MOST:
        console.print(tr("and {count} more (write them with -o)", count=len(figures) - _MOST), markup=False)


def _write(comparison: Comparison, folder: Path) -> Path:
    """Page and tables of a comparison."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("settings", "inputs", "figures"):
        write_csv(folder / f"{name}.csv", getattr(comparison, name))
    try:
        maps = draw_difference_maps(folder / "difference_maps", comparison)
    except InputError as error:  # the tables can be compared without them
        maps = DifferenceMaps((), tr("no difference maps: {error}", error=error))
    ComparisonRecord.of(now(), *((run.folder, run.record) for run in comparison.runs)).write(folder)
    page = folder / "compare.html"
    write_comparison(
        page,
        [run.record for run in comparison.runs],
        [run.tables for run in comparison.runs],
        comparison.settings,
        comparison.inputs,
        comparison.figures,
        maps.maps,
        maps.reason,
    )
    return page
