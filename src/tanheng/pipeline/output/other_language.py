"""The report of a finished run in another language, written from its results; no input is read, and nothing is computed anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from tanheng.errors import InputError
from tanheng.grid import Grid
from tanheng.io.results.folder import MARK, report_name
from tanheng.io.results.lock import working_on
from tanheng.io.results.record import RunRecord
from tanheng.io.results.store import read_dataset
from tanheng.io.results.tables import read_result_table
from tanheng.io.vectors import Polygons, layer_names, polygon_columns, read_polygons
from tanheng.language import language, speaking, tr
from tanheng.pipeline.map_options import class_options
from tanheng.pipeline.output.gis import ZONES_FILE
from tanheng.pipeline.output.reporting import shared_options
from tanheng.plain_files import replacing
from tanheng.study.maps import MapPrints
from tanheng.tables.of_zones import OF_ZONES
from tanheng.tables.scenarios import observed_rows


def write_report_in(folder: Path, code: str) -> Path:
    """Write the report of a finished run in a language, beside its other results; the page is returned.

    It has the figures of the run. Names of zones are in this language where the zone file has them in it; texts of the study, where the
    study has them. Maps for print and workbook stay as they are.

    Parameters
    ----------
    folder : Path
        Results of a run.
    code : str
        Language, as ``zh``.

    Raises
    ------
    InputError
        The results are not there, or are damaged.
    OutputError
        The page can't be written, or the folder is being worked on.
    """
    record = RunRecord.read(folder / MARK)
    with speaking(code):
        if record.language == code:
            return _own_report(folder)
        with working_on(folder):
            return _written(folder, record, folder / report_name(code))


def _own_report(folder: Path) -> Path:
    page = folder / "report.html"
    if not page.is_file():
        raise InputError(tr("{path}: there is no such report; 'tanheng run STUDY' makes one", path=page))
    return page


def _written(folder: Path, record: RunRecord, page: Path) -> Path:
    from tanheng.report.charts.run_charts import run_charts
    from tanheng.report.page.run_page import write_report
    from tanheng.report.style.coarse import drawn_from
    from tanheng.report.words.reconstruction import reconstructed_inputs

    zones = _zones(folder / ZONES_FILE)
    tables = {
        path.stem: _in_language(path.stem, observed_rows(read_result_table(path)), zones)
        for path in sorted((folder / "tables").glob("*.csv"))
    }
    dataset = read_dataset(folder / "results.zarr")
    grid = _grid(record, dataset)
    drawn = drawn_from(dataset, grid)
    data = record.in_language().as_data()
    prints = MapPrints.model_validate(record.settings["maps"])
    options = shared_options(class_options(prints, str(data["note"])), drawn)
    charts = run_charts(tables, stars=not reconstructed_inputs(data))
    with replacing(page) as unfinished:
        write_report(unfinished, data, tables, drawn, grid, zones, charts, options)
    return page


def _grid(record: RunRecord, dataset: xr.Dataset) -> Grid:
    """Grid of a run, from its record and its coordinates."""
    side = float(str(record.grid["resolution_m"]))
    rows, columns = dataset.sizes["y"], dataset.sizes["x"]
    west, north = float(dataset["x"][0]) - side / 2, float(dataset["y"][0]) + side / 2
    return Grid(str(record.grid["crs_wkt"]), west, north, side, rows, columns)


def _zones(path: Path) -> dict[str, Polygons]:
    """Zone layers of the results, with their names in the language that is spoken where there are any."""
    if not path.is_file():
        return {}
    return {layer: _layer(path, layer) for layer in layer_names(path)}


def _layer(path: Path, layer: str) -> Polygons:
    in_language = f"zone_name_{language()}"
    named = in_language in polygon_columns(path, layer)
    return read_polygons(path, "zone_id", in_language if named else "zone_name", layer)


def _in_language(name: str, table: pd.DataFrame, zones: Mapping[str, Polygons]) -> pd.DataFrame:
    """Table whose zones have their names in the language that is spoken."""
    code_column, name_column = OF_ZONES.get(name, ("zone_id", "zone_name"))
    if not {"zone_layer", code_column, name_column} <= set(table.columns):
        return table
    names = {
        (layer, code): name
        for layer, shapes in zones.items()
        for code, name in zip(shapes.ids, shapes.names, strict=True)
    }
    keys = zip(table["zone_layer"], table[code_column].astype(str), table[name_column], strict=True)
    return table.assign(**{name_column: [names.get((layer, code), name) for layer, code, name in keys]})
