"""The page of a plan: one HTML file beside its tables, grids and maps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.report.backdrop import Outlines, backdrop
from tanheng.report.html import picture_address, write_page
from tanheng.report.html_tables import html_table
from tanheng.report.plan_charts import draw_front, draw_scenarios
from tanheng.report.plan_maps import draw_arrows, draw_plan_maps, plan_title
from tanheng.report.plan_words import plan_paragraph, zoning_reasons
from tanheng.report.printing import Printing, press
from tanheng.report.sheet import Desk, Imprint
from tanheng.report.table_words import run_title, table_meaning, table_title


def write_plan_page(
    folder: Path,
    grid: Grid,
    outlines: Outlines,
    layers: Mapping[str, NDArray[np.float64]],
    kinds: Mapping[str, tuple[str, ...]],
    tables: Mapping[str, pd.DataFrame],
    record: Mapping[str, Any],
    printing: Printing,
    arrows: Sequence[tuple[float, float, float, float, float]] = (),
) -> None:
    """Draw the maps and charts of a plan into ``maps`` and write ``plan.html``."""
    with press(folder / "maps", printing.endings) as printer:
        desk = Desk(backdrop(grid, outlines, printing.labels), Imprint(printing.note, printing.approval), printing.dpi)
        maps = draw_plan_maps(printer, desk, layers, kinds)
        if arrows:
            maps.append(draw_arrows(printer, desk, np.isfinite(layers["land_use_plan"]), arrows))
        charts = [draw_front(folder / "maps" / "front.png", tables["plan_front"])] if "plan_front" in tables else []
        if "scenarios" in tables and len(tables["scenarios"]) > 1:
            charts.append(
                draw_scenarios(folder / "maps" / "scenarios.png", tables["scenarios"], float(record["gain_t_c"]))
            )
    write_page(
        folder / "plan.html",
        "plan.html.jinja",
        record=record,
        title=run_title(record),
        paragraph=plan_paragraph(record, tables),
        prices=list(tables["plan_prices"]["in_words"]),
        zoning=zoning_reasons(tables),
        maps=[(_caption(path), picture_address(path)) for path in maps],
        charts=[(_caption(path), picture_address(path)) for path in charts],
        tables=[(table_title(name), table_meaning(name), html_table(table, name)) for name, table in tables.items()],
    )


def _caption(path: Path) -> str:
    return plan_title(path.stem)
