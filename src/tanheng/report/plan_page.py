"""The page of a plan: one HTML file beside its tables, grids and maps."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.report.backdrop import Outlines, backdrop
from tanheng.report.page import html_table
from tanheng.report.plan_charts import draw_front, draw_scenarios
from tanheng.report.plan_maps import draw_arrows, draw_plan_maps, plan_title
from tanheng.report.plan_words import plan_paragraph, zoning_reasons
from tanheng.report.printing import Printing, press
from tanheng.report.sheet import Desk, Imprint

MEANINGS = {
    "plan_areas": "Area and stored carbon of each class, today and after the plan",
    "plan_transitions": "Conversions of the plan, with the stored carbon they gain and what they cost",
    "plan_prices": "Limits that bind, and what one more unit of each is worth",
    "plan_by_zone": "Gain, cost and change of area by zone",
    "plan_front": "What one goal costs the other: each row is a plan with its proof (gap: what a better one could have on top)",
    "scenarios": "Scenarios against today; the trend goes on as in the last period and is no forecast",
    "scenario_areas": "Area of each class in each scenario",
    "zoning": "Zones of management by cell, with the figures that make them",
    "zoning_by_unit": "Zones of management by unit, from their shares of supply, emissions and output",
    "compensation": "Flows between units: bookkeeping at least distance, no flow of carbon, since carbon dioxide mixes well",
    "compensation_units": "Surplus or deficit of each unit, and what was given and received",
}


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
            charts.append(draw_scenarios(folder / "maps" / "scenarios.png", tables["scenarios"]))
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(_template),
    )  # fmt: skip
    text = environment.get_template("plan.html.jinja").render(
        record=record,
        paragraph=plan_paragraph(record, tables),
        prices=list(tables["plan_prices"]["in_words"]),
        zoning=zoning_reasons(tables),
        maps=[(_caption(path), _embedded(path)) for path in maps],
        charts=[(_caption(path), _embedded(path)) for path in charts],
        tables=[(name, MEANINGS.get(name, ""), html_table(table)) for name, table in tables.items()],
    )
    (folder / "plan.html").write_text(text, encoding="utf-8")


def _template(name: str) -> str:
    return (resources.files("tanheng.report") / name).read_text(encoding="utf-8")


def _caption(path: Path) -> str:
    return plan_title(path.stem)


def _embedded(path: Path) -> str:
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
