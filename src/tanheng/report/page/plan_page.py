"""The page of a plan: one HTML file beside its tables, grids and maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.report.page.html import picture_address, write_page
from tanheng.report.page.html_tables import html_table
from tanheng.report.style.drawn_map import DrawnMap
from tanheng.report.words.plan_sentences import plan_paragraph, zoning_reasons
from tanheng.report.words.titles import plan_title, run_title
from tanheng.tables.titles import table_meaning, table_title


def write_plan_page(
    path: Path,
    tables: Mapping[str, pd.DataFrame],
    record: Mapping[str, Any],
    maps: Sequence[DrawnMap],
    charts: Sequence[Path],
) -> None:
    """Write the page of a plan with its maps, their legends in words, and its charts, which are PNG files.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    write_page(
        path,
        "plan.html.jinja",
        record=record,
        title=run_title(record),
        paragraph=plan_paragraph(record, tables),
        prices=list(tables["plan_prices"]["in_words"]),
        zoning=zoning_reasons(tables),
        maps=[(plan_title(item.path.stem), picture_address(item.path), item) for item in maps],
        charts=[(plan_title(item.stem), picture_address(item)) for item in charts],
        tables=[(table_title(name), table_meaning(name), html_table(table, name)) for name, table in tables.items()],
    )
