"""The tables that are built in, printed."""

from __future__ import annotations

import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tanheng.factors import names, read_builtin
from tanheng.language import name_of, tr


def print_tables(kind: str) -> None:
    """Print the built-in tables of a kind with their sources."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    table = Table(title=name_of(kind), title_justify="left", show_lines=True)
    table.add_column(tr("name"), no_wrap=True)
    table.add_column(tr("rows"), justify="right")
    table.add_column(tr("source"))
    for name in names(kind):
        found = read_builtin(kind, name)
        table.add_row(name, str(len(found.rows)), escape(found.source))
    console.print(table)


def print_table(kind: str, name: str) -> None:
    """Print the rows of one built-in table."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 160)
    found = read_builtin(kind, name)
    table = Table(title=escape(f"{found.title}\n{found.source}"), title_justify="left")
    for column in found.header:
        table.add_column(column)
    for _, row in found.rows:
        table.add_row(*(escape(row[column]) for column in found.header))
    console.print(table)


def print_comparison(path: Path, sets: tuple[str, ...], output: Path | None) -> None:
    """Print the same activity under several sets of factors, and write it where a folder is named."""
    from tanheng.cli.show import print_frame
    from tanheng.pipeline.compare_factors import compare_factors

    table, notes = compare_factors(path, sets)
    sys.stdout.write(tr("Mt CO2 by year and fuel") + "\n")
    print_frame(table)
    for text in notes:
        sys.stdout.write(tr("note: {text}", text=text) + "\n")
    if output is not None:
        from tanheng.io.tables import write_csv
        from tanheng.report.charts import draw_factor_comparison

        output.mkdir(parents=True, exist_ok=True)
        write_csv(output / "factor_comparison.csv", table)
        sys.stdout.write(
            tr("wrote {path}", path=draw_factor_comparison(output / "factor_comparison.png", table)) + "\n"
        )
