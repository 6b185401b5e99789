"""What the command line shows of finished work: totals, plans, checks."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tanheng.cli.progress import print_notes
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import listed, name_of, tr
from tanheng.pipeline.estimate import estimate
from tanheng.pipeline.plan import Planned
from tanheng.pipeline.results import Results
from tanheng.report.words.notes import grouped
from tanheng.units import HA_PER_KM2

if TYPE_CHECKING:
    import pandas as pd

    from tanheng.pipeline.simulation.result import Simulation


def print_totals(results: Results) -> None:
    """Print the total table of a run and where the results lie."""
    console = Console(highlight=False, emoji=False)
    table = Table(title=Text(results.study.told_title), title_justify="left")
    stock = results.tables["stock_by_class"]
    unit = _unit(float(stock.groupby("year")["stock_t_c"].sum().max()))
    table.add_column(tr("carbon stored, {units} (a stock)", units=unit.words))
    years = list(dict.fromkeys(stock["year"]))
    for year in years:
        table.add_column(str(year), justify="right")
    table.add_column(tr("t C/ha, {year}", year=years[-1]), justify="right")
    for name in dict.fromkeys(stock["land_class"]):
        rows = stock[stock["land_class"] == name]
        table.add_row(
            Text(name_of(name)), *(_figure(rows, year, unit) for year in years), _per_hectare(rows, years[-1])
        )
    table.add_section()
    table.add_row(tr("total"), *(_figure(stock, year, unit) for year in years), _per_hectare(stock, years[-1]))
    if "balance" in results.tables:
        emitted = results.tables["emissions"].groupby("year")["emissions_t_c"].sum()
        people = results.dataset["population"]
        flow = _unit(float(emitted.max()))
        head = tr("emissions, {units} a year", units=flow.words)
        table.add_row(head, *(flow.figure(float(emitted[year])) for year in years))
        counts = [float(people.sel(year=year).sum()) for year in years]
        if max(counts) >= _MANY:
            table.add_row(tr("population, 10⁴ persons"), *(f"{count / 1e4:,.1f}" for count in counts))
        else:
            table.add_row(tr("population, persons"), *(f"{count:,.0f}" for count in counts))
    console.print(table)
    for text in results.record["left_out"]:
        console.print(tr("left out: {text}", text=text), markup=False, soft_wrap=True)
    if results.study.outputs.told_note:
        console.print(results.study.outputs.told_note, markup=False, soft_wrap=True)
    console.print(tr("results in {folder}", folder=results.folder), markup=False, soft_wrap=True)
    if results.study.outputs.report:
        console.print(tr("open {page}", page=results.folder / "report.html"), markup=False, soft_wrap=True)


#: Persons from which on they are told in tens of thousands.
_MANY = 1e5


@dataclass(frozen=True)
class _Unit:
    """Unit of a column of carbon: its words, its size in tonnes, and the digits that its figures have."""

    words: str
    tonnes: float
    digits: int

    def figure(self, t_c: float) -> str:
        """Amount in this unit."""
        return f"{t_c / self.tonnes:,.{self.digits}f}"


def _unit(largest: float) -> _Unit:
    """Unit that suits amounts of which the largest is known, t C: of a province, a county, or a farm."""
    if largest >= 1e7:
        return _Unit(tr("10⁵ t C"), 1e5, 2)
    if largest >= 1e5:
        return _Unit(tr("10³ t C"), 1e3, 2)
    return _Unit(tr("t C"), 1.0, 1)


def _figure(rows: pd.DataFrame, year: int, unit: _Unit) -> str:
    return unit.figure(float(rows.loc[rows["year"] == year, "stock_t_c"].sum()))


def _per_hectare(rows: pd.DataFrame, year: int) -> str:
    """Mean carbon density of a year; a dash for a class without land."""
    here = rows[rows["year"] == year]
    hectares = here["area_km2"].sum() * HA_PER_KM2
    return f"{here['stock_t_c'].sum() / hectares:,.1f}" if hectares > 0 else "–"


def print_plan(planned: Planned) -> None:
    """Print what a plan changes, and where its results lie."""
    from tanheng.report.words.plan_sentences import plan_paragraph
    from tanheng.report.words.titles import run_title

    console = Console(highlight=False, emoji=False)
    table = Table(
        title=Text(tr("{title}: plan from {year}", title=run_title(planned.record), year=planned.record["year"])),
        title_justify="left",
    )
    table.add_column(tr("class"))
    for name in (tr("today, km²"), tr("after, km²"), tr("change, km²")):
        table.add_column(name, justify="right")
    for row in planned.tables["plan_areas"].itertuples():
        figures = (row.area_today_km2, row.area_after_km2, row.change_km2)
        table.add_row(Text(name_of(row.land_class)), *(f"{value:,.2f}" for value in figures))
    console.print(table)
    console.print(plan_paragraph(planned.record, planned.tables), markup=False, soft_wrap=True)
    for text in planned.notes:
        console.print(tr("note: {text}", text=text), markup=False, soft_wrap=True)
    console.print(tr("open {page}", page=planned.folder / "plan.html"), markup=False, soft_wrap=True)


def print_simulation(simulation: Simulation) -> None:
    """Print how well a simulation foretells, the land to come, and where the results lie."""
    from tanheng.report.words.simulation_sentences import sentences, verdict

    console = Console(highlight=False, emoji=False)
    first = verdict(simulation.record, simulation.tables)
    console.print(Text(first, style="bold"), soft_wrap=True)
    for text in sentences(simulation.record, simulation.tables):
        if text != first:
            console.print(text, markup=False, soft_wrap=True)
    areas = simulation.tables["demand"]
    for key, rows in areas.groupby("scenario", sort=False) if "scenario" in areas else [("", areas)]:
        title = name_of(str(key)) if key else tr("Areas, km²")
        table = Table(title=Text(title), title_justify="left")
        table.add_column(tr("class"))
        years = list(dict.fromkeys(rows["year"]))
        for year in years:
            table.add_column(str(year), justify="right")
        for name in dict.fromkeys(rows["class"]):
            own = rows[rows["class"] == name].set_index("year")["simulated_km2"]
            table.add_row(Text(name_of(name)), *(f"{own[year]:,.2f}" for year in years))
        console.print(table)
    console.print(tr("results in {folder}", folder=simulation.folder), markup=False, soft_wrap=True)
    console.print(tr("open {page}", page=simulation.folder / simulation.page), markup=False, soft_wrap=True)


def print_checked(inputs: Inputs) -> None:
    """Print what a check found, where it found no problem."""
    console = Console(highlight=False, emoji=False)
    for heading, texts in grouped(inputs.warnings).items():
        print_notes(console, heading, texts)
    grid = inputs.grid
    console.print(tr("{title}: no problem found", title=inputs.study.told_title), markup=False, soft_wrap=True)
    console.print(
        tr(
            "grid: {rows} x {columns} cells of {resolution:g} m, {crs_name}",
            rows=grid.rows,
            columns=grid.columns,
            resolution=grid.resolution,
            crs_name=grid.crs_name,
        ),
        markup=False,
    )
    expected = estimate(inputs)
    console.print(
        tr(
            "a run is expected to need {memory:,.1f} GB of memory, {disk:,.1f} GB of disk for its work and results, and "
            "about {time} on two cores",
            memory=expected.memory / 1e9,
            disk=expected.disk / 1e9,
            time=_in_words(expected.seconds),
        ),
        markup=False,
        soft_wrap=True,
    )
    console.print(tr("classes: {names}", names=listed(map(name_of, inputs.classes))), markup=False, soft_wrap=True)


def _in_words(seconds: float) -> str:
    """A length of time, to two digits."""
    if seconds < 100:
        return tr("{seconds:.0f} s", seconds=round(seconds, -1))
    if seconds < 7200:
        return tr("{minutes:.0f} minutes", minutes=seconds / 60)
    return tr("{hours:.0f} hours", hours=seconds / 3600)


def wide_console() -> Console:
    """Terminal; a file or a pipe gets long lines, since nothing there needs to be folded."""
    return Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else 200)


def print_frame(frame: pd.DataFrame, name: str) -> None:
    """Print a table of figures with titles in words, whole numbers whole and others to five digits.

    Parameters
    ----------
    name : str
        Name of the table, by which its columns are known.
    """
    from tanheng.report.words.cells import cell_words
    from tanheng.tables.columns import column_title

    table = Table()
    for column in frame.columns:
        numbers = frame[column].dtype.kind in "iuf"
        title = escape(column_title(str(column), name))
        table.add_column(title, justify="right" if numbers else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        cells = zip(row, frame.columns, strict=True)
        table.add_row(
            *(
                escape(cell_words(value, column, name)) if isinstance(value, str) else _cell(value)
                for value, column in cells
            )
        )
    wide_console().print(table)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "–" if math.isnan(value) else f"{value:.5g}"
    return str(value)
