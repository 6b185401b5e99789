"""Results of a run, written into their folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.errors import OutputError
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.pixel_maps import write_pixel_maps
from tanheng.io.results.crate import write_crate
from tanheng.io.results.folder import MARK
from tanheng.io.results.record import RunRecord
from tanheng.io.results.store import read_dataset, write_variables
from tanheng.io.tables import write_csv
from tanheng.language import language as spoken_language
from tanheng.language import mark, tr
from tanheng.pipeline import provenance
from tanheng.pipeline.output.gis import write_zones
from tanheng.pipeline.output.reporting import write_reports
from tanheng.pipeline.reporter import Clock
from tanheng.pipeline.simulation.study import joined
from tanheng.report.words.notes import grouped
from tanheng.schema import refuse_unknown
from tanheng.stages.found import Found
from tanheng.study import Study


def write_results(
    results: Found,
    left_out: list[str],
    inputs: Inputs,
    files: list[dict[str, Any]],
    folder: Path,
    clock: Clock,
    simulated: Mapping[str, pd.DataFrame] | None = None,
) -> Mapping[str, Any]:
    """Write grids, tables, maps, report and record; the record is returned.

    Parameters
    ----------
    left_out : list of str
        What the study does not ask for, and why.
    files : list of dict
        Input files with their hashes.
    simulated : mapping of str to pandas.DataFrame, optional
        Tables of simulated years, whose rows join those of the study under a column of the scenario.

    Raises
    ------
    OutputError
        The folder can't be written.
    """
    try:
        for name in ("grids", "tables", "maps"):
            (folder / name).mkdir()
    except OSError as error:
        raise OutputError(tr("{folder}: can't be written ({reason})", folder=folder, reason=error.strerror)) from error
    with clock.stage(mark("write grids and tables")):
        refuse_unknown(results.variables)
        store, attributes = folder / "results.zarr", _attributes(inputs.study)
        write_variables(store, folder / "grids", results.variables, inputs.grid, _times(inputs.study), attributes)
        tables = results.tables if simulated is None else joined(results.tables, simulated)
        for name, table in tables.items():
            write_csv(folder / "tables" / f"{name}.csv", table)
        zones = write_zones(folder, inputs, results.tables)
    if inputs.study.outputs.pixel_maps:
        with clock.stage(mark("pixel maps")):
            _write_pixel_maps(folder / "pixels", inputs)
    record = run_record(results, left_out, inputs, files, clock)
    with clock.stage(mark("workbook, maps and report")):
        write_reports(folder, inputs, read_dataset(store), results.tables, record.as_data(), zones)
    record = replace(record, timings_s=dict(clock.seconds), peak_mb=dict(clock.peaks))
    record.write(folder / MARK)
    write_crate(folder, record.as_data())
    return record.as_data()


def _times(study: Study) -> dict[str, list[object]]:
    """Years of a study, the periods between them, and the whole span."""
    pairs = dict.fromkeys([*pairwise(study.years), (study.years[0], study.years[-1])])
    periods: list[object] = [f"{first}-{last}" for first, last in pairs if first != last]
    return {"year": list(study.years), "period": periods}


def _attributes(study: Study) -> dict[str, object]:
    """Attributes of the dataset of a run."""
    attributes: dict[str, object] = {
        "title": study.told_title,
        "source": "tanheng",
        "balance_mode": study.balance.mode,
        "ratio_norm": study.balance.norm,
    }
    if study.outputs.told_note:
        attributes["comment"] = study.outputs.told_note
    return attributes


def _write_pixel_maps(folder: Path, inputs: Inputs) -> None:
    """Carbon density and its change at the maps' own resolution."""
    folder.mkdir()
    density = inputs.densities.array.sum("carbon_pool")
    totals = {
        year: dict(zip(inputs.classes, density.sel(year=year).values.tolist(), strict=True))
        for year in inputs.land.years
    }
    write_pixel_maps(folder, inputs.land.maps, totals, inputs.land.pairs)


def run_record(
    results: Found, left_out: list[str], inputs: Inputs, files: list[dict[str, Any]], clock: Clock
) -> RunRecord:
    """Record of a run, as run.json holds it."""
    study, grid = inputs.study, inputs.grid
    settings = study.model_dump(mode="json")
    factors = None if inputs.emissions is None else inputs.emissions.factors
    by_action = grouped(results.notes)
    texts = [*results.notes, *by_action, *left_out, *(check.meaning for check in results.checks)]
    return RunRecord(
        made=provenance.now(),
        title=settings["title"],
        note=study.outputs.told_note,
        borrowed_years=provenance.borrowed_years(study),
        settings=settings,
        versions=provenance.versions(),
        language=spoken_language(),
        grid={
            "crs": grid.crs_name,
            "crs_wkt": grid.crs_wkt,
            "resolution_m": grid.resolution,
            "rows": grid.rows,
            "columns": grid.columns,
        },
        classes=list(inputs.classes),
        legend={"name": inputs.land.legend.name, "source": inputs.land.legend.source},
        carbon_density=sorted({table.name for table in inputs.densities.tables.values()}),
        emission_factors=None if factors is None else {"name": factors.name, "source": factors.source},
        balance_mode=study.balance.mode,
        balance_meaning=results.variables["balance"].attrs["long_name"] if "balance" in results.variables else "",
        inputs=files,
        checks=provenance.listed_checks(results.checks),
        warnings=[str(note) for note in results.notes],
        warnings_by_action=by_action,
        messages=provenance.listed_messages(texts),
        left_out=left_out,
        timings_s=dict(clock.seconds),
        peak_mb=dict(clock.peaks),
    )
