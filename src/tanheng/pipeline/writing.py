"""Results of a run, written into their folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from tanheng.errors import OutputError
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.pixel_maps import write_pixel_maps
from tanheng.io.results.crate import write_crate
from tanheng.io.results.folder import MARK
from tanheng.io.results.record import RunRecord
from tanheng.io.results.store import with_crs, write_grids, write_zarr
from tanheng.io.tables import write_csv
from tanheng.language import language as spoken_language
from tanheng.language import mark, tr
from tanheng.pipeline import provenance
from tanheng.pipeline.reporter import Clock
from tanheng.pipeline.reporting import write_reports
from tanheng.pipeline.results import Results
from tanheng.pipeline.simulation.study import joined


def write_results(
    results: Results, inputs: Inputs, folder: Path, clock: Clock, simulated: Mapping[str, pd.DataFrame] | None = None
) -> Results:
    """Write grids, tables, maps, report and record; the results with their record are returned.

    Parameters
    ----------
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
        dataset = with_crs(results.dataset, inputs.grid)
        write_zarr(folder / "results.zarr", dataset)
        write_grids(folder / "grids", dataset, inputs.grid)
        tables = results.tables if simulated is None else joined(results.tables, simulated)
        for name, table in tables.items():
            write_csv(folder / "tables" / f"{name}.csv", table)
    if results.study.outputs.pixel_maps:
        with clock.stage(mark("pixel maps")):
            _write_pixel_maps(folder / "pixels", inputs)
    record = run_record(results, inputs, clock)
    with clock.stage(mark("workbook, maps and report")):
        write_reports(folder, inputs, results.dataset, results.tables, record.as_data())
    record = replace(record, timings_s=dict(clock.seconds))
    record.write(folder / MARK)
    write_crate(folder, record.as_data())
    return replace(results, record=record.as_data())


def _write_pixel_maps(folder: Path, inputs: Inputs) -> None:
    """Carbon density and its change at the maps' own resolution."""
    folder.mkdir()
    density = inputs.densities.array.sum("carbon_pool")
    totals = {
        year: dict(zip(inputs.classes, density.sel(year=year).values.tolist(), strict=True))
        for year in inputs.land.years
    }
    write_pixel_maps(folder, inputs.land.maps, totals, inputs.land.pairs)


def run_record(results: Results, inputs: Inputs, clock: Clock) -> RunRecord:
    """Record of a run, as run.json holds it."""
    study, grid = results.study, inputs.grid
    settings = study.model_dump(mode="json")
    factors = None if inputs.emissions is None else inputs.emissions.factors
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
        balance_meaning=results.dataset["balance"].attrs["long_name"] if "balance" in results.dataset else "",
        inputs=provenance.listed_files(inputs.files, inputs.base),
        checks=provenance.listed_checks(results.checks),
        warnings=list(results.warnings),
        left_out=list(results.left_out),
        timings_s=dict(clock.seconds),
    )
