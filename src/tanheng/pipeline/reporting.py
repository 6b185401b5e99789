"""What a run shows: workbook, maps for print, and the report."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from tanheng.pipeline.inputs import Inputs
from tanheng.pipeline.prints import outlines_of, printing_of


def write_reports(
    folder: Path, inputs: Inputs, dataset: xr.Dataset, tables: Mapping[str, pd.DataFrame], record: Mapping[str, Any]
) -> None:
    """Write the workbook, the maps and the report that the study asks for.

    Parameters
    ----------
    folder : Path
        Folder of results with its grids and tables written.
    record : mapping
        What goes into run.json.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    from tanheng.report import draw_maps, write_report, write_workbook

    asked = inputs.study.outputs
    write_workbook(folder / "tables.xlsx", tables, record)
    if asked.docx:
        from tanheng.report.word_tables import write_paper_tables

        write_paper_tables(folder / "tables.docx", tables, record)
    if asked.maps:
        draw_maps(folder / "maps", dataset, inputs.grid, outlines_of(inputs), printing_of(inputs))
    if asked.report:
        zones = inputs.zones or ({"region": inputs.boundary} if inputs.boundary else {})
        write_report(folder / "report.html", record, tables, dataset, inputs.grid, zones, printing_of(inputs))
