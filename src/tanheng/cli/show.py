"""What the command line shows: progress, totals, and the tables that are built in."""

from __future__ import annotations

import math
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from tanheng.pipeline.inputs import Inputs
from tanheng.pipeline.plan import Planned
from tanheng.pipeline.run import Reporter, Results

if TYPE_CHECKING:
    import pandas as pd


class Terminal(Reporter):
    """Progress by stage and by block on a terminal; warnings only where it is none."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.console,
            disable=not self.console.is_terminal,
        )
        self.task: TaskID | None = None

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.task is not None and kind is None:
            self.progress.update(self.task, total=1, completed=1)
        self.progress.stop()

    def stage(self, name: str) -> None:
        """Show that a stage begins."""
        if self.task is not None:
            self.progress.update(self.task, total=1, completed=1)
        self.task = self.progress.add_task(name, total=None, note="")

    def blocks(self, done: int, total: int, pixels: int) -> None:
        """Show how many blocks are counted."""
        if self.task is not None:
            started = self.progress.tasks[self.task].elapsed or 1e-9
            note = f"{done}/{total} blocks, {pixels / 1e6:,.0f} M pixels, {pixels / 1e6 / started:,.0f} M/s"
            self.progress.update(self.task, total=total, completed=done, note=note)

    def steps(self, done: int, total: int) -> None:
        """Show how many steps of the stage are done."""
        if self.task is not None:
            self.progress.update(self.task, total=total, completed=done, note=f"{done}/{total}")

    def warn(self, text: str) -> None:
        """Show a warning."""
        self.console.print(f"warning: {text}", style="yellow", markup=False, soft_wrap=True)


def print_totals(results: Results) -> None:
    """Print the total table of a run and where the results lie."""
    console = Console(highlight=False)
    table = Table(title=results.study.title, title_justify="left")
    table.add_column("carbon stored, 10⁵ t C (a stock)")
    stock = results.tables["stock_by_class"]
    years = list(dict.fromkeys(stock["year"]))
    for year in years:
        table.add_column(str(year), justify="right")
    for name in dict.fromkeys(stock["land_class"]):
        table.add_row(name, *(_figure(stock, year, name) for year in years))
    table.add_section()
    table.add_row("total", *(f"{stock.loc[stock['year'] == year, 'stock_t_c'].sum() / 1e5:,.2f}" for year in years))
    if "balance" in results.tables:
        emitted = results.tables["emissions"].groupby("year")["emissions_t_c"].sum()
        people = results.dataset["population"].sum(("y", "x"))
        table.add_row("emissions, 10⁵ t C a year", *(f"{emitted[year] / 1e5:,.2f}" for year in years))
        table.add_row("population, 10⁴ persons", *(f"{float(people.sel(year=year)) / 1e4:,.1f}" for year in years))
    console.print(table)
    for text in results.left_out:
        console.print(f"left out: {text}", markup=False, soft_wrap=True)
    if results.study.outputs.note:
        console.print(results.study.outputs.note, markup=False, soft_wrap=True)
    console.print(f"results in {results.folder}", markup=False, soft_wrap=True)
    if results.study.outputs.report:
        console.print(f"open {results.folder / 'report.html'}", markup=False, soft_wrap=True)


def _figure(stock: pd.DataFrame, year: int, name: str) -> str:
    rows = stock[(stock["year"] == year) & (stock["land_class"] == name)]
    return f"{rows['stock_t_c'].sum() / 1e5:,.2f}"


def print_plan(planned: Planned) -> None:
    """Print what a plan changes, and where its results lie."""
    from tanheng.report.plan_words import plan_paragraph

    console = Console(highlight=False)
    table = Table(title=f"{planned.record['title']}: plan from {planned.record['year']}", title_justify="left")
    for name in ("class", "today, km²", "after, km²", "change, km²"):
        table.add_column(name, justify="left" if name == "class" else "right")
    for row in planned.tables["plan_areas"].itertuples():
        figures = (row.area_today_km2, row.area_after_km2, row.change_km2)
        table.add_row(row.land_class, *(f"{value:,.2f}" for value in figures))
    console.print(table)
    console.print(plan_paragraph(planned.record, planned.tables), markup=False, soft_wrap=True)
    for text in planned.notes:
        console.print(f"left out: {text}", markup=False, soft_wrap=True)
    console.print(f"open {planned.folder / 'plan.html'}", markup=False, soft_wrap=True)


def print_checked(inputs: Inputs) -> None:
    """Print what a check found, where it found no problem."""
    console = Console(highlight=False)
    for text in inputs.warnings:
        console.print(f"warning: {text}", markup=False, soft_wrap=True)
    grid = inputs.grid
    console.print(f"{inputs.study.title}: no problem found", markup=False, soft_wrap=True)
    console.print(f"grid: {grid.rows} x {grid.columns} cells of {grid.resolution:g} m, {grid.crs_name}", markup=False)
    console.print(f"classes: {', '.join(inputs.classes)}", markup=False, soft_wrap=True)


def print_frame(frame: pd.DataFrame) -> None:
    """Print a table of figures, whole numbers whole and others to five digits."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    table = Table()
    for name in frame.columns:
        table.add_column(str(name), justify="right" if frame[name].dtype.kind in "iuf" else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(_cell(value) for value in row))
    console.print(table)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.5g}"
    return str(value)
