"""What a run and a plan show: workbook, maps for print, and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.inputs.study_inputs import Inputs
from tanheng.io.rows import read_rows
from tanheng.language import name_of, tr
from tanheng.pipeline.map_options import map_options, outlines_of
from tanheng.pipeline.output.gis import outlined
from tanheng.report.cartography.qgis_project import PROJECT_FILE, ZoneAttributes, write_project
from tanheng.report.style.coarse import Drawn
from tanheng.report.style.map_options import MapOptions
from tanheng.report.style.themes import all_breaks, kind_themes, themes
from tanheng.report.words.plan_sentences import carbon_alone
from tanheng.report.words.titles import run_title


def write_reports(
    folder: Path,
    inputs: Inputs,
    dataset: xr.Dataset,
    tables: Mapping[str, pd.DataFrame],
    record: Mapping[str, Any],
    zones: Mapping[str, ZoneAttributes],
) -> None:
    """Write the workbook, the maps, the QGIS project and the report that the study asks for.

    Parameters
    ----------
    folder : Path
        Folder of results with its grids and tables written.
    record : mapping
        What goes into run.json.
    zones : mapping of str to ZoneAttributes
        Of each layer of zones.gpkg.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    from tanheng.report.cartography.maps import draw_maps
    from tanheng.report.charts.run_charts import run_charts
    from tanheng.report.page.run_page import write_report
    from tanheng.report.style.coarse import drawn_from
    from tanheng.report.words.reconstruction import reconstructed_inputs
    from tanheng.report.workbook.workbook import write_workbook

    outputs = inputs.study.outputs
    write_workbook(folder / "tables.xlsx", tables, record)
    if outputs.docx:
        from tanheng.report.word.word_tables import write_paper_tables

        write_paper_tables(folder / "tables.docx", tables, record)
    if not (outputs.maps or outputs.report):
        return
    drawn = drawn_from(dataset, inputs.grid)
    options = shared_options(map_options(inputs.study), drawn)
    write_project(
        folder / PROJECT_FILE,
        run_title(record),
        inputs.grid,
        read_rows(folder / "grids" / "files.csv"),
        themes(drawn.dataset),
        kind_themes(drawn.dataset),
        options.worked_out,
        zones,
    )
    if outputs.maps:
        draw_maps(folder / "maps", drawn.dataset, drawn.grid, outlines_of(inputs), options, drawn.cell.cell_area_ha)
    if outputs.report:
        charts = run_charts(tables, stars=not reconstructed_inputs(record))
        write_report(folder / "report.html", record, tables, drawn, inputs.grid, outlined(inputs), charts, options)


def shared_options(options: MapOptions, drawn: Drawn) -> MapOptions:
    """Options with what maps and page share: class breaks, and under each map whether it shows cells or blocks of them."""
    breaks = all_breaks(drawn.dataset, drawn.cell.cell_area_ha, options)
    if drawn.factor == 1:
        return replace(options, worked_out=breaks)
    blocks = tr("Drawn from means over blocks of {factor} x {factor} cells.", factor=drawn.factor)
    return replace(options, worked_out=breaks, note=" ".join(text for text in (options.note, blocks) if text))


def write_plan_report(
    folder: Path,
    inputs: Inputs,
    layers: Mapping[str, NDArray[np.float64]],
    kinds: Mapping[str, tuple[str, ...]],
    tables: Mapping[str, pd.DataFrame],
    record: Mapping[str, Any],
    arrows: Sequence[tuple[float, float, float, float, float]] = (),
) -> None:
    """Write the workbook of a plan, draw its maps and charts into ``maps``, and write ``plan.html``.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    from tanheng.report.cartography.backdrop import backdrop
    from tanheng.report.cartography.drawing.press import press
    from tanheng.report.cartography.plan_maps import draw_arrows, draw_plan_maps
    from tanheng.report.cartography.sheet import Desk, Imprint
    from tanheng.report.charts.plan_charts import draw_front, draw_gain_by_year, draw_scenarios
    from tanheng.report.page.plan_page import write_plan_page
    from tanheng.report.workbook.workbook import write_workbook

    write_workbook(folder / "tables.xlsx", tables, record)
    options = map_options(inputs.study)
    charts = []
    with press(folder / "maps", options.endings) as printer:
        ground = backdrop(inputs.grid, outlines_of(inputs), options.labels)
        desk = Desk(ground, Imprint(options.note, options.approval), options.dpi)
        maps = draw_plan_maps(printer, desk, layers, kinds)
        if arrows:
            maps.append(draw_arrows(printer, desk, np.isfinite(layers["land_use_plan"]), arrows))
        if "plan_by_year" in tables:
            charts.append(draw_gain_by_year(folder / "maps" / "by_year.png", tables["plan_by_year"]))
        if "plan_front" in tables:
            cost = str(tables["plan_front"].columns[0]) == "cost"
            units = name_of(record["settings"]["currency"]) if cost else tr("units of the table")
            only_carbon = carbon_alone(record)
            path = folder / "maps" / "front.png"
            charts.append(draw_front(path, tables["plan_front"], units, only_carbon=only_carbon))
        if "scenarios" in tables and len(tables["scenarios"]) > 1:
            gain = float(record["gain_t_c"])
            charts.append(draw_scenarios(folder / "maps" / "scenarios.png", tables["scenarios"], gain))
    write_plan_page(folder / "plan.html", tables, record, maps, charts)
