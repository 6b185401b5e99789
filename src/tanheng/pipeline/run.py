"""One study from its file to its folder of results."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from tanheng.accounting.stock import stock_by_class
from tanheng.accounting.summaries import class_area, coverage_table, stock_by_class_table
from tanheng.errors import OutputError
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.blocks import FolderOfBlocks
from tanheng.io.crate import write_crate
from tanheng.io.pixel_maps import write_pixel_maps
from tanheng.io.rasters import files_open
from tanheng.io.record import write_record
from tanheng.io.results import MARK, result_folder
from tanheng.io.store import with_crs, write_grids, write_zarr
from tanheng.io.tables import write_csv
from tanheng.land.pools import pool_of
from tanheng.language import language as spoken_language
from tanheng.language import mark, speaking, tr
from tanheng.pipeline import provenance
from tanheng.pipeline.assemble import balance_table, change_tables, dataset_of, zone_tables
from tanheng.pipeline.reporting import write_reports
from tanheng.report.page.notebook import notebook_page
from tanheng.report.words.key_figures import borrowed_years, key_figures
from tanheng.stages.allocation import zone_cover
from tanheng.stages.balance import Balance, account_balance, supply
from tanheng.stages.change import analyse_change
from tanheng.stages.demand import DriverOnGrid, People, account_people, demand_tables, lay_drivers
from tanheng.stages.emissions import account_emissions
from tanheng.stages.land import Counting, Land, account_land, blocks_folder, year_pairs
from tanheng.stages.self_checks import (
    SelfCheck,
    demand_closure,
    identity_check,
    land_checks,
    refuse_failed,
    zone_checks,
)
from tanheng.stages.statistics.analyses import Analysed, analyse_balance, analyse_drivers
from tanheng.stages.uncertainty import (
    DemandErrors,
    Uncertain,
    cell_uncertainty,
    demand_errors,
    density_errors,
    stock_uncertainty,
    with_balance_intervals,
)
from tanheng.stages.zones import inequality_tables
from tanheng.study import Study, language_of, load_study


class Reporter:
    """What a run tells while it works; the command line shows it, a script may stay silent."""

    def stage(self, name: str) -> None:
        """Note that a stage begins."""

    def blocks(self, done: int, total: int, pixels: int) -> None:
        """Note that a block of the land-cover maps is counted."""

    def steps(self, done: int, total: int) -> None:
        """Note that a step of a long stage is done."""

    def warn(self, text: str) -> None:
        """Note a warning."""


@dataclass
class Results:
    """What a run found, before and after it is written."""

    study: Study
    base: Path
    folder: Path
    dataset: xr.Dataset
    tables: dict[str, pd.DataFrame]
    checks: list[SelfCheck]
    warnings: list[str]
    left_out: list[str]
    timings: dict[str, float] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def report(self) -> Path:
        """The page to look at first."""
        return self.folder / "report.html"

    def _repr_html_(self) -> str:
        """Main figures and a map, for notebooks."""
        year = max(self.study.years)
        maps = (self.folder / "maps" / f"{name}_{year}.png" for name in ("balance", "supply", "land_use"))
        picture = next((path for path in maps if path.is_file()), None)
        with speaking(self.record.get("language") or spoken_language()):
            figures = key_figures(self.tables, borrowed_years(self.record))
            return notebook_page(self.study.told_title, figures, picture, self.report)


class _Clock:
    """Seconds by stage."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self.reporter.stage(name)
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)


def run_study(
    path: Path,
    reporter: Reporter | None = None,
    *,
    output: Path | None = None,
    workers: int | None = None,
    cluster: str | None = None,
    resume: bool = False,
    language: str | None = None,
) -> Results:
    """Run a study and write its results.

    Parameters
    ----------
    path : Path
        Study file (TOML).
    reporter : Reporter, optional
        Told about stages, blocks and warnings.
    workers : int, optional
        Threads that count land; all cores by default.
    output : Path, optional
        Folder for the results, in place of the study's own.
    cluster : str, optional
        Dask cluster that counts land: ``tcp://HOST:PORT``, or ``local:N`` for N processes.
    resume : bool
        Go on from the blocks that a stopped run finished.
    language : str, optional
        Language of the results, 'en' or 'zh'; the study's own, else the one that is spoken.

    Returns
    -------
    Results

    Raises
    ------
    StudyError
        All problems of the study and its inputs at once.
    OutputError
        The results can't be written.
    SelfCheckError
        A law that every run must meet does not hold.
    """
    with speaking(language or language_of(path) or spoken_language()), files_open():
        return _run(path, reporter or Reporter(), output, workers, cluster, resume)


def _run(
    path: Path, told: Reporter, output: Path | None, workers: int | None, cluster: str | None, resume: bool
) -> Results:
    clock = _Clock(told)
    study = load_study(path)
    if output is not None:
        study = study.model_copy(
            update={"outputs": study.outputs.model_copy(update={"folder": str(output.absolute())})}
        )
    with clock.stage(mark("check")):
        inputs = open_inputs(study, path.parent)
    with pool_of(workers, cluster, told.warn) as pool:
        results = compute(inputs, clock, Counting(pool, resume, told.blocks))
    for text in results.warnings:
        told.warn(text)
    with result_folder(results.folder) as folder:
        _write(results, inputs, folder, clock)
    FolderOfBlocks(blocks_folder(results.folder)).clear()
    return results


def compute(inputs: Inputs, clock: _Clock, counting: Counting) -> Results:
    """Everything that a study asks for, in memory."""
    study = inputs.study
    errors = density_errors(inputs)
    with clock.stage(mark("land")):
        land = account_land(inputs, counting)
        tables = _land_tables(inputs, land) | stock_uncertainty(inputs, land, errors)
        checks = land_checks(land, inputs.grid, tables["stock_by_class"], tables["coverage"])
        warnings = [*inputs.warnings, *_missing_land(tables["coverage"], land)]
    people: People | None = None
    compared: Balance | None = None
    closure: dict[int, float] = {}
    demands: dict[int, DemandErrors] = {}
    if study.emissions is not None:
        with clock.stage(mark("emissions and demand")):
            account = account_emissions(inputs)
            people = account_people(inputs, land.fraction, land.share, account.emissions)
            warnings += [*account.notes, *people.warnings]
            tables |= {"emissions": account.emissions, **account.tables, **demand_tables(people)}
            closure, law = demand_closure(people, keeps_mass=study.demand.form == "mass-conserving")
            checks += law
            compared = account_balance(inputs, land, people)
            demands = demand_errors(account.terms, people.groups)
    given = compared.supply if compared else supply(inputs, land)
    with clock.stage(mark("zones and change")):
        covers = {label: zone_cover(inputs, polygons) for label, polygons in inputs.zones.items()}
        warnings += _overlaps(covers)
        tables |= zone_tables(inputs, covers, land, given, people, compared, errors, demands)
        tables |= inequality_tables(tables.get("balance_by_zone"), study.balance.mode)
        if "stock_by_zone" in tables:
            checks += zone_checks(tables["stock_by_zone"], tables["stock_by_class"])
        tables |= change_tables(inputs, land, compared)
        changed = analyse_change(inputs, land)
        tables |= changed.tables
        warnings += changed.notes
        tables |= balance_table(inputs, land, people, compared, closure)
        if "balance" in tables:
            stocks = tables.get("stock_uncertainty")
            tables["balance"] = with_balance_intervals(tables["balance"], stocks, demands, study.balance.mode)
    told = clock.reporter
    with clock.stage(mark("drivers")):
        drivers = lay_drivers(inputs, land.fraction, people.population_density if people else None)
        found = analyse_drivers(inputs, land, given, compared, drivers, told.steps) if drivers else Analysed()
        checks += [identity_check(found.identity_gap)] if found.identity_gap is not None else []
    with clock.stage(mark("mismatch and clusters")):
        more = analyse_balance(inputs, land, compared, covers, told.steps) if compared else Analysed()
        uncertain = cell_uncertainty(inputs, land, compared, errors, demands) if compared else Uncertain()
    tables |= found.tables | more.tables | uncertain.tables
    warnings += [*uncertain.notes, *found.notes, *more.notes]
    refuse_failed(checks)
    dataset = dataset_of(inputs, land, people, compared, given, drivers, more.variables | uncertain.variables)
    return Results(
        study,
        inputs.base,
        inputs.output,
        dataset,
        tables,
        checks,
        list(dict.fromkeys(warnings)),
        _left_out(study, drivers),
        clock.seconds,
    )


def _land_tables(inputs: Inputs, land: Land) -> dict[str, pd.DataFrame]:
    """Area and stock by class and pool, and how far the maps cover the region."""
    area = class_area(land.share, inputs.grid.cell_area_ha)
    return {
        "stock_by_class": stock_by_class_table(area, stock_by_class(area, land.density)),
        "coverage": coverage_table(land.share, land.fraction, inputs.grid.cell_area_km2),
    }


def _missing_land(coverage: pd.DataFrame, land: Land) -> list[str]:
    found = [
        tr(
            "{year}: {missing_km2:,.1f} km2 of the region have no land-cover data; they are left out of that year's totals",
            year=row.year,
            missing_km2=row.missing_km2,
        )
        for row in coverage.itertuples()
        if row.missing_km2 > 1e-6 * row.region_km2
    ]
    for change in land.changes:
        known = coverage.set_index("year")["with_data_km2"]
        left = max(float(known[change.first]), float(known[change.last])) - change.common_km2
        if left > 1e-6 * change.common_km2:
            found.append(
                tr(
                    "{first}-{last}: change is computed on the {common_km2:,.1f} km2 that both maps cover; {left:,.1f} km2 are left out",
                    first=change.first,
                    last=change.last,
                    common_km2=change.common_km2,
                    left=left,
                )
            )
    return found


def _overlaps(covers: Mapping[str, sparse.csr_matrix]) -> list[str]:
    found = []
    for label, cover in covers.items():
        twice = int((np.asarray(cover.sum(axis=0)).ravel() > 1.01).sum())
        if twice:
            found.append(
                tr(
                    "zones of '{label}' overlap in {twice:,} cells; their content is shared among them",
                    label=label,
                    twice=twice,
                )
            )
    return found


def _left_out(study: Study, drivers: list[DriverOnGrid]) -> list[str]:
    found = []
    if study.emissions is None:
        found.append(
            tr("emissions, demand and balance: the study names no emissions, so this is a study of stocks alone")
        )
    if not study.zones:
        found.append(tr("tables by zone: the study names no zone layer"))
    if len(study.years) < 2:
        found.append(tr("change: the study has one year"))
    if not drivers:
        found.append(tr("correlation: the study names no drivers"))
    return found


def _write(results: Results, inputs: Inputs, folder: Path, clock: _Clock) -> None:
    try:
        for name in ("grids", "tables", "maps"):
            (folder / name).mkdir()
    except OSError as error:
        raise OutputError(tr("{folder}: can't be written ({reason})", folder=folder, reason=error.strerror)) from error
    with clock.stage(mark("write grids and tables")):
        dataset = with_crs(results.dataset, inputs.grid)
        write_zarr(folder / "results.zarr", dataset)
        write_grids(folder / "grids", dataset, inputs.grid)
        for name, table in results.tables.items():
            write_csv(folder / "tables" / f"{name}.csv", table)
    if results.study.outputs.pixel_maps:
        with clock.stage(mark("pixel maps")):
            (folder / "pixels").mkdir()
            pools = {year: table.values for year, table in inputs.densities.items()}
            totals = {year: {name: sum(pools[year][name].values()) for name in inputs.classes} for year in pools}
            write_pixel_maps(
                folder / "pixels", inputs.maps, totals, year_pairs(results.study.years, results.study.change.pairs)
            )
    results.record = _record(results, inputs, clock)
    with clock.stage(mark("workbook, maps and report")):
        write_reports(folder, inputs, results.dataset, results.tables, results.record)
    results.record["timings_s"] = clock.seconds
    write_record(folder / MARK, results.record)
    write_crate(folder, results.record)


def _record(results: Results, inputs: Inputs, clock: _Clock) -> dict[str, Any]:
    study, grid = results.study, inputs.grid
    return {
        "software": "tanheng",
        "made": provenance.now(),
        "title": study.title,
        "title_zh": study.title_zh,
        "note": study.outputs.told_note,
        "language": spoken_language(),
        "settings": study.model_dump(mode="json"),
        "grid": {
            "crs": grid.crs_name,
            "crs_wkt": grid.crs_wkt,
            "resolution_m": grid.resolution,
            "rows": grid.rows,
            "columns": grid.columns,
        },
        "classes": list(inputs.classes),
        "legend": {"name": inputs.legend.name, "source": inputs.legend.source},
        "borrowed_years": provenance.borrowed_years(study),
        "carbon_density": sorted({table.name for table in inputs.densities.values()}),
        "emission_factors": None
        if inputs.factors is None
        else {"name": inputs.factors.name, "source": inputs.factors.source},
        "balance_mode": study.balance.mode,
        "balance_meaning": results.dataset["balance"].attrs["long_name"] if "balance" in results.dataset else "",
        "inputs": provenance.listed_files(inputs.files, inputs.base),
        "checks": provenance.listed_checks(results.checks),
        "warnings": results.warnings,
        "left_out": results.left_out,
        "versions": provenance.versions(),
        "timings_s": clock.seconds,
    }
