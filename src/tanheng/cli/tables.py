"""The tables that are built in, printed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from tanheng.choices import POOLS
from tanheng.cli.show import print_frame, wide_console
from tanheng.factors import names, read_builtin
from tanheng.language import language, mark, mark_name, name_of, tr
from tanheng.tables.columns import column_of

if TYPE_CHECKING:
    import pandas as pd

#: Kinds of built-in tables.
_KINDS = {
    "legends": mark("legends"),
    "emission_factors": mark("emission factors"),
    "carbon_densities": mark("carbon densities"),
    "uptake": mark("uptake by land class"),
    "plans": mark("rules of plans"),
    "simulation": mark("Scenarios of land-use change"),
}

#: Titles of columns that stand in built-in tables alone, or hold something else there.
_TITLES = {
    "factor": mark("factor"),
    "lower": mark("lower bound"),
    "upper": mark("upper bound"),
    "code": mark("code"),
    "name": mark("name"),
    "ipcc_category": mark("IPCC category"),
    "carbon_pool": mark("carbon pool"),
    "zone": mark("zone of management"),
    "supply": mark("carbon supply"),
    "demand": mark("carbon demand"),
    "balance": mark("carbon balance"),
    "advice_zh": mark("advice in Chinese"),
    "at_least": mark("at least"),
    "at_least_of": mark("at least, of which area"),
    "at_most": mark("at most"),
    "at_most_of": mark("at most, of which area"),
}

#: Columns whose values are identifiers that a table of the user's own has to use as well.
_IDENTIFIERS = frozenset({"fuel", "factor", "land_class", "carbon_pool", "ipcc_category"})

#: Names in them that stand nowhere else, marked here for the catalogue.
NAMES = (
    mark_name("net_calorific_value"), mark_name("carbon_content"), mark_name("carbon_dioxide_content"),
    mark_name("oxidised_fraction"), mark_name("above"), mark_name("below"), mark_name("soil"), mark_name("dead"),
    mark_name("cropland"), mark_name("forest land"), mark_name("grassland"), mark_name("wetlands"),
    mark_name("settlements"), mark_name("other land"),
)  # fmt: skip


def print_tables(kind: str) -> None:
    """Print the built-in tables of a kind with their sources."""
    table = Table(title=tr(_KINDS[kind]), title_justify="left", show_lines=True)
    table.add_column(tr("name"), no_wrap=True)
    table.add_column(tr("rows"), justify="right")
    table.add_column(tr("source"))
    for name in names(kind):
        builtin = read_builtin(kind, name)
        table.add_row(name, str(len(builtin.rows)), escape(builtin.source))
    wide_console().print(table)


def print_table(kind: str, name: str) -> None:
    """Print the rows of one built-in table, as a model for a table of one's own: identifiers stand beside the words."""
    builtin = read_builtin(kind, name)
    table = Table(title=escape(f"{builtin.title_here}\n{builtin.source}"), title_justify="left")
    for column in builtin.header:
        table.add_column(escape(_heading(column)))
    for _, row in builtin.rows:
        table.add_row(*(escape(_value(row[column], column)) for column in builtin.header))
    wide_console().print(table)


def _heading(column: str) -> str:
    title = tr(_TITLES[column]) if column in _TITLES else column_of(column).title
    return column if language() == "en" else f"{title}\n{column}"


def _value(text: str, column: str) -> str:
    if language() == "en" or column not in _IDENTIFIERS or not text.strip("* "):
        return text
    return f"{name_of(text)} {text}"


def print_comparison(path: Path, sets: tuple[str, ...], output: Path | None) -> None:
    """Print the same activity under several sets of factors, and write it where a folder is named."""
    from tanheng.pipeline.comparison.factors import compare_factors

    table, notes = compare_factors(path, sets)
    sys.stdout.write(tr("Mt CO₂ by year and fuel") + "\n")
    print_frame(table, "factor_comparison")
    _print_notes(notes)
    if output is not None:
        from tanheng.report.charts.factor_comparison import draw_factor_comparison

        _write_comparison(output, "factor_comparison", table, draw_factor_comparison)


def print_density_comparison(path: Path, tables: tuple[str, ...], output: Path | None) -> None:
    """Print what the land of a study stores under several tables of densities, and write it where a folder is named."""
    from tanheng.pipeline.comparison.densities import compare_densities

    table, notes = compare_densities(path, tables)
    # The screen has room for the totals; the file has every pool.
    print_frame(table.drop(columns=[f"{pool}_t_c" for pool in POOLS]), "density_comparison")
    _print_notes(notes)
    if output is not None:
        from tanheng.report.charts.density_comparison import draw_density_comparison

        _write_comparison(output, "density_comparison", table, draw_density_comparison)


def _print_notes(notes: Iterable[object]) -> None:
    for text in notes:
        sys.stdout.write(tr("note: {text}", text=text) + "\n")


def _write_comparison(output: Path, name: str, table: pd.DataFrame, draw: Callable[[Path, pd.DataFrame], Path]) -> None:
    """Write a comparison as a table and a chart into a folder."""
    from tanheng.io.tables import write_csv

    output.mkdir(parents=True, exist_ok=True)
    write_csv(output / f"{name}.csv", table)
    sys.stdout.write(tr("wrote {path}", path=draw(output / f"{name}.png", table)) + "\n")
