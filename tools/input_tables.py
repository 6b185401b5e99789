"""Write docs/input-tables.md from what the program declares: ``make docs``."""

from __future__ import annotations

from pathlib import Path

from tanheng.tables.input_tables import INPUT_TABLES, InputColumn, InputTable

PAGE = Path(__file__).resolve().parents[1] / "docs" / "input-tables.md"

_HEAD = """# Input tables

Tables are CSV files in UTF-8 or GB18030, separated by commas, semicolons or tabs; lines that begin with `#` before the header say
where a table comes from. Headings are taken in English or Chinese, in any order; other columns are ignored. This page is written from
the program's own declarations (`src/tanheng/tables/input_tables.py`).
"""


def page() -> str:
    """Text of the page."""
    return "\n".join([_HEAD, *(_table(table) for table in INPUT_TABLES.values())])


def _table(table: InputTable) -> str:
    lines = [
        f"## {table.title}",
        "",
        f"`{table.place}`",
        "",
        "| Column | Holds | Unit | Chinese headings |",
        "|---|---|---|---|",
    ]
    return "\n".join([*lines, *map(_column, table.columns), ""])


def _column(column: InputColumn) -> str:
    holds = column.meaning if column.required else f"{column.meaning} (optional)"
    return f"| `{column.name}` | {holds} | {column.unit} | {'、'.join(column.headings[1:])} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
