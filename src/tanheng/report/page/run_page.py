"""The report: one HTML file that opens offline."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from tanheng.grid import Grid
from tanheng.language import tr
from tanheng.report.page.html import embedded, write_page
from tanheng.report.page.html_tables import MOST_ROWS, html_table, plain_table
from tanheng.report.page.layers import ZoneShapes, map_data
from tanheng.report.page.scripts import joined_script
from tanheng.report.style.chart import Chart, of_theme
from tanheng.report.style.coarse import Drawn
from tanheng.report.style.map_options import MapOptions
from tanheng.report.words.assumptions import (
    density_sources,
    production_source,
    uncertainty_assumptions,
)
from tanheng.report.words.change.decomposition import decomposition_paragraph
from tanheng.report.words.change.flows import flows_paragraph
from tanheng.report.words.change.intensity import intensity_paragraph
from tanheng.report.words.files import files_beside
from tanheng.report.words.key_figures import borrowed_years, change_caveat, key_figures
from tanheng.report.words.mismatch import (
    circular_sentence,
    detector_sentences,
    local_regression_sentences,
    mismatch_paragraph,
)
from tanheng.report.words.reconstruction import land_caveat, pattern_caveat
from tanheng.report.words.screen import screen_words
from tanheng.report.words.sentences import main_figures
from tanheng.report.words.titles import run_title
from tanheng.tables.of_zones import OF_ZONES
from tanheng.tables.titles import in_order, table_meaning, table_title


def write_report(
    path: Path,
    record: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    dataset: xr.Dataset | Drawn,
    grid: Grid,
    zones: Mapping[str, ZoneShapes],
    charts: Sequence[Chart] = (),
    options: MapOptions | None = None,
) -> None:
    """Write the report of a run into the folder of its results, beside the tables that it offers for download.

    Parameters
    ----------
    record : mapping
        What goes into run.json.
    tables : mapping of str to pandas.DataFrame
    dataset : xarray.Dataset or Drawn
        Grids of the run, for the map.
    zones : mapping of str to ZoneShapes
        Zone layers of the study.
    charts : sequence of Chart
        Charts of the run, drawn.
    options : MapOptions, optional
        Class breaks that the maps for print have.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    write_page(
        path,
        "report.html.jinja",
        record=record,
        title=run_title(record),
        key_figures=key_figures(tables, borrowed_years(record)),
        figures=main_figures(str(record["note"]), tables, borrowed_years(record)),
        intensity=intensity_paragraph(tables),
        mismatch=mismatch_paragraph(tables),
        detector=detector_sentences(
            tables, record["settings"]["demand"], int(record["settings"]["analysis"]["random_maps"])
        ),
        local_regression=local_regression_sentences(tables),
        land_caveat=land_caveat(record),
        change_caveat=change_caveat(tables),
        pattern_caveat=pattern_caveat(record),
        assumptions=uncertainty_assumptions(record["settings"]),
        density_sources=density_sources(record["settings"]["carbon_density"]),
        flows=flows_paragraph(tables),
        decomposition=decomposition_paragraph(tables),
        combustion_only=_combustion_only(tables),
        emission_intervals="emission_uncertainty" in tables,
        circular=circular_sentence(record["settings"]["demand"], tables),
        charts={theme: of_theme(charts, theme) for theme in ("land", "emissions", "balance", "drivers", "detector")},
        zone_tables=[_shown(name, tables, path.parent) for name in OF_ZONES if name in tables],
        tables=[_shown(name, tables, path.parent) for name in in_order(tables) if name not in OF_ZONES],
        supply=_supply(record),
        checks=_checks(record),
        inputs=_inputs(record),
        map=embedded({**map_data(dataset, grid, zones, options), "words": screen_words()}),
        files=files_beside(path.parent, _later(record)),
        script=joined_script("report"),
    )


def _later(record: Mapping[str, Any]) -> frozenset[str]:
    """Files that the settings ask for and that are written after the report."""
    return frozenset({"simulation/report.html"}) if record["settings"].get("simulate") else frozenset()


def _combustion_only(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether emissions are of burning fuel alone: no process, no other gas."""
    if "emissions" not in tables or "factor_set" not in tables["emissions"] or "fuel" not in tables["emissions"]:
        return False
    return "emissions_by_gas" not in tables and not (tables["emissions"]["factor_set"] == "process_factors").any()


def _supply(record: Mapping[str, Any]) -> str:
    """How supply was worked out, by the mode of the balance."""
    mode, asked = record["balance_mode"], record["settings"]["balance"]
    if mode == "sink":
        source = asked["uptake"] or production_source(asked)
        return tr("Supply, mode sink: yearly uptake of carbon by the land, from {source}: a flow.", source=source)
    if mode == "stock_change":
        return tr("Supply, mode stock_change: change of stored carbon since the year before, by the year: a flow.")
    return tr("Supply, mode stock: the stored carbon itself, a stock.")


def _shown(name: str, tables: Mapping[str, pd.DataFrame], folder: Path) -> dict[str, object]:
    """A table with its words, and its file for the download; of many zones the last years, whole."""
    table = tables[name]
    cut = len(table) > MOST_ROWS
    css = "sortable of-zones" if name in OF_ZONES else "" if cut else "sortable"
    shown = table
    if cut and name in OF_ZONES and "year" in table:
        shown = _last_years(table)
    return {
        "name": name,
        "title": table_title(name),
        "meaning": table_meaning(name),
        "html": html_table(shown, name, css, OF_ZONES.get(name), len(table)),
        "cut": cut,
        "rows": len(table),
        "file": base64.b64encode(zlib.compress((folder / "tables" / f"{name}.csv").read_bytes(), 9)).decode("ascii"),
    }


def _last_years(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of as many whole years as the page may hold, from the last one on; of one year at least."""
    rows = table.groupby("year").size().sort_index(ascending=False).cumsum()
    held = rows.index[: max(1, int((rows <= MOST_ROWS).sum()))]
    return table[table["year"].isin(held)]


def _checks(record: Mapping[str, Any]) -> str:
    head = [tr("check"), tr("value"), tr("at most"), tr("holds")]
    rows = [
        [check["meaning"], f"{check['value']:.2e}", f"{check['limit']:.0e}", tr("yes") if check["holds"] else tr("no")]
        for check in record["checks"]
    ]
    return plain_table(head, rows)


def _inputs(record: Mapping[str, Any]) -> str:
    head = [tr("file"), tr("bytes"), "SHA-256"]
    return plain_table(head, [[item["file"], item["bytes"], item["sha256"]] for item in record["inputs"]])
