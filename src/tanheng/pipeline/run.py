"""One study from its file to its folder of results: the order of the stages."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from tanheng.alike import together
from tanheng.errors import SelfCheckError, StudyError
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.blocks import FolderOfBlocks
from tanheng.io.cells import KeptCells
from tanheng.io.crew import ClusterCrew
from tanheng.io.rasters import close_all, files_open, is_remote
from tanheng.io.results.folder import result_folder
from tanheng.io.results.lock import working_on
from tanheng.io.results.record import plain
from tanheng.io.results.store import read_dataset
from tanheng.land.cells import CellStore
from tanheng.land.pools import Cluster, Pool, pool_of
from tanheng.land.work import Work, finished
from tanheng.language import language as spoken_language
from tanheng.language import mark, speaking, telling_from, tr
from tanheng.memory import give_back
from tanheng.pipeline import provenance
from tanheng.pipeline.estimate import refuse_too_large
from tanheng.pipeline.output.writing import write_results
from tanheng.pipeline.reporter import Clock, Reporter
from tanheng.pipeline.results import Results
from tanheng.pipeline.simulation.study import PART, Opened, open_checked, simulate_for_study
from tanheng.report.words.notes import grouped
from tanheng.stages.balance import Balance, account_balance, balance_table, supply_of
from tanheng.stages.drivers import driver_variables, lay_drivers
from tanheng.stages.emission.decomposition import account_drivers_of_emissions
from tanheng.stages.emission.demand import CellDemand, account_demand
from tanheng.stages.emission.emissions import account_emissions
from tanheng.stages.emission.per_person import people_questions
from tanheng.stages.found import Found, refuse_failed
from tanheng.stages.land.change import account_change, change_table
from tanheng.stages.land.change_plausibility import analyse_change
from tanheng.stages.land.counting import Counting, blocks_folder, count_series
from tanheng.stages.land.densities import lay_densities
from tanheng.stages.land.flows import account_flows
from tanheng.stages.land.stock import Land, account_stock
from tanheng.stages.land.uptake import uptake_notes
from tanheng.stages.statistics.analyses import analyse_cells, analyse_drivers
from tanheng.stages.statistics.local_regression import regress_locally
from tanheng.stages.uncertainty.cells import cell_uncertainty
from tanheng.stages.uncertainty.input_errors import DemandErrors, demand_errors, density_errors
from tanheng.stages.uncertainty.map_errors import account_map_errors
from tanheng.stages.uncertainty.totals import stock_uncertainty, with_balance_intervals
from tanheng.stages.uncertainty.uptake import UptakeErrors, uptake_errors
from tanheng.stages.uncertainty.zone_map_errors import account_zone_map_errors
from tanheng.stages.zone_layers import ZoneLayer, lay_zones, overlap_notes
from tanheng.stages.zones import account_zone_balances, account_zone_stocks
from tanheng.study import Study, language_of, study_entries, telling_all

#: Cells times years from which on a run that was stopped keeps what it finished.
_KEPT_FROM = 2**20


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
        Dask cluster that counts land and computes years: ``tcp://HOST:PORT``, or ``local:N`` for N processes.
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
    with speaking(language or language_of(path) or spoken_language()), files_open(), telling_from(path):
        return _run(path, reporter or Reporter(), output, workers, cluster, resume)


def _run(
    path: Path, reporter: Reporter, output: Path | None, workers: int | None, cluster: str | None, resume: bool
) -> Results:
    clock = Clock(reporter)

    def looked_at(study: Study, _: bool) -> tuple[Study, Inputs, Opened | None]:
        placed = study if output is None else study.with_output(output)
        inputs = open_inputs(placed, path.parent)
        refuse_too_large(inputs)
        return placed, inputs, open_checked(inputs) if placed.simulate is not None else None

    with clock.stage(mark("check")):
        study, inputs, simulation = telling_all(study_entries(path), str(path), looked_at)
    blocks = FolderOfBlocks(blocks_folder(inputs.output))
    with working_on(inputs.output):
        with pool_of(workers, cluster, reporter.warn) as pool, _cleared(blocks, inputs):
            files = provenance.listed_files(inputs.files, inputs.base)
            kept = _finished_before(blocks.folder, inputs, files, resume=resume)
            crew = ClusterCrew(pool, kept) if isinstance(pool, Cluster) else None
            cells = KeptCells(kept, inputs.grid, crew)
            results = compute(inputs, clock, Counting(blocks.folder, pool, resume, reporter.blocks), cells)
            results = replace(results, notes=tuple(together(results.notes)))
            for heading, texts in grouped(results.notes).items():
                reporter.notes(heading, texts)
            with result_folder(inputs.output) as folder:
                observed = results.tables.get("transitions")
                accounts = _simulated(folder, inputs, simulation, clock, pool, observed)
                record = write_results(results, _left_out(inputs), inputs, files, folder, clock, accounts)
        blocks.clear()
    dataset = read_dataset(inputs.output / "results.zarr")
    return Results(study, inputs.output, dataset, results.tables, results.checks, results.notes, record)


def _finished_before(folder: Path, inputs: Inputs, files: list[dict[str, Any]], *, resume: bool) -> Path:
    """Folder of what a run keeps: by its inputs and settings, so that only work on the very same is gone on with.

    What other inputs or settings have left there is removed, and all of it where the run starts anew, or where an input lies elsewhere
    and may have changed unseen.
    """
    settings = inputs.study.model_dump(mode="json", exclude={"outputs", "maps", "plan", "simulate"})
    resume = resume and not any(map(is_remote, _texts(settings)))
    data = [provenance.versions(), spoken_language(), settings, files]
    own = folder / f"cells-{hashlib.sha256(json.dumps(plain(data)).encode()).hexdigest()[:16]}"
    for left in folder.glob("cells-*"):
        if left != own or not resume:
            shutil.rmtree(left, ignore_errors=True)
    return own


def _texts(data: object) -> Iterator[str]:
    """Every text in the settings of a study."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for item in data.values():
            yield from _texts(item)
    elif isinstance(data, list):
        for item in data:
            yield from _texts(item)


@contextmanager
def _cleared(blocks: FolderOfBlocks, inputs: Inputs) -> Iterator[None]:
    """Leave no finished work behind where the study itself must be mended first, or where it takes seconds to do it again."""
    try:
        yield
    except BaseException as error:
        short = inputs.grid.size * len(inputs.study.years) < _KEPT_FROM and not blocks.any()
        if short or isinstance(error, (StudyError, SelfCheckError)):
            blocks.clear()
        raise


def _simulated(
    folder: Path, inputs: Inputs, opened: Opened | None, clock: Clock, pool: Pool, observed: pd.DataFrame | None
) -> Mapping[str, pd.DataFrame] | None:
    """Future land use in its folder among the results, and the tables of its years; none where the study asks for none."""
    if opened is None:
        return None
    if opened.given.settings.demand == "plan" and not (inputs.output / "plan" / "plan.json").exists():
        clock.reporter.warn(
            tr(
                "simulate: demand is that of the plan, which is not made yet; run 'tanheng plan', then 'tanheng simulate'"
            )
        )
        return None
    part = folder / PART
    part.mkdir()
    made = simulate_for_study(part, opened, clock, pool, observed=observed)
    for heading, texts in grouped(made.simulation.notes).items():
        clock.reporter.notes(heading, texts)
    return made.accounts


def compute(inputs: Inputs, clock: Clock, counting: Counting, cells: CellStore) -> Found:
    """Everything that a study asks for: the stages in their order.

    Parameters
    ----------
    cells : CellStore
        Keeps the layers of all variables; memory holds a few at a time.
    """
    study, steps = inputs.study, clock.reporter.steps
    results = Found(notes=inputs.warnings)
    spread = density_errors(inputs.densities.settings, inputs.classes)
    uptake = uptake_errors(inputs.balance, inputs.classes)
    demands: CellDemand | None = None
    compared: Balance | None = None
    demand_spread: dict[int, DemandErrors] = {}

    with clock.stage(mark("land")):
        series = count_series(inputs.land, counting, cells)
        layers = lay_zones(inputs.zones, inputs.grid, series.fraction)
        land = account_stock(series, lay_densities(inputs.densities, inputs.land, series, layers))
        changes = account_change(series, land, inputs.land.pairs)
        results += land.found + changes.found + Found(notes=tuple(overlap_notes(layers)))
        of_maps = account_map_errors(inputs.land.map_error, study.land_cover.area_uncertainty, land, changes)
        stocks = of_maps.found + stock_uncertainty(land, changes, spread, of_maps)
        if inputs.flows is not None:
            results += account_flows(inputs.flows, land, changes)
        maps = {one.year: one for one in inputs.land.maps}
        supply = supply_of(inputs.balance, land, changes, maps)
        results += stocks + Found(variables={"supply": supply} if study.balance.mode != "stock" else {})
        if study.balance.mode == "sink":
            results += Found(notes=uptake_notes(inputs.balance, land, maps))
    if inputs.emissions is not None and inputs.demand is not None:
        with clock.stage(mark("emissions and demand")):
            demands, compared, demand_spread, more = _emissions_and_demand(inputs, land, layers, supply, stocks, uptake)
            results += more
    with clock.stage(mark("zones and change")):

        def zones_and_change() -> Found:
            zones = account_zone_stocks(layers, land, spread)
            zones += account_zone_map_errors(inputs.land.map_error, land, layers)
            if compared is not None and demands is not None:
                zones += account_zone_balances(
                    layers, zones.tables, land, compared, demands, inputs.economy, spread, demand_spread, uptake
                )
            zones += change_table(changes, land, compared.balance if compared else None, study.value)
            return zones + analyse_change(changes, land)

        results += finished(cells, Work(zones_and_change, Found.as_data, Found.of_data, "zones and change"))
    with clock.stage(mark("drivers")):
        drivers = lay_drivers(inputs.drivers, land, demands, layers)
        close_all()  # all that was in maps is in the store now; what they are read with takes 70 MB and more
        give_back()
        results += driver_variables(drivers, demands)
        results += analyse_drivers(study.analysis, land, supply, compared, demands, drivers, steps)
        if compared is not None and "balance_by_zone" in results.tables:
            results += regress_locally(study.analysis, land, layers, results.tables["balance_by_zone"], drivers)
    with clock.stage(mark("mismatch and clusters")):
        if compared is not None:
            results += analyse_cells(study.analysis, land, compared, layers, steps)
            sampled = study.balance.norm == "year"
            results += cell_uncertainty(
                land, compared, spread, demand_spread, uptake, sampled_norm=sampled, seed=study.analysis.seed
            )
    refuse_failed(results.checks)
    return Found(results.tables, results.variables, tuple(dict.fromkeys(results.notes)), results.checks)


def _emissions_and_demand(
    inputs: Inputs,
    land: Land,
    layers: Mapping[str, ZoneLayer],
    supply: xr.DataArray,
    stocks: Found,
    uptake: UptakeErrors | None,
) -> tuple[CellDemand, Balance, dict[int, DemandErrors], Found]:
    """The account, its allocation to cells, the balance of both, and what drives emissions."""
    assert inputs.emissions is not None and inputs.demand is not None  # noqa: S101, PT018  the caller looked
    study = inputs.study
    account = account_emissions(inputs.emissions)
    demands = account_demand(inputs.demand, land, account.emissions, layers)
    compared = account_balance(inputs.balance, land, supply, demands)
    spread = demand_errors(account.terms, demands.groups)
    table = balance_table(compared, land, demands, study.balance.norm)
    halves = {} if uptake is None else {year: uptake.of_region(land, supply, year) for year in study.years}
    table = with_balance_intervals(table, stocks.tables.get("stock_uncertainty"), spread, compared.mode, halves)
    results = account.found + demands.found + compared.found + Found({"balance": table})
    people = {year: float(demands.population.sel(year=year).sum()) for year in study.years}
    emitted = {int(year): float(rows.sum()) for year, rows in account.emissions.groupby("year")["emissions_t_c"]}
    asked = people_questions(emitted, people, inputs.emissions.processes, inputs.demand.population_kind)
    results += Found(notes=tuple(asked))
    if inputs.decomposition is not None:
        results += account_drivers_of_emissions(
            inputs.decomposition,
            account.emissions,
            inputs.emissions.factors,
            study.years,
            people,
            study.borrowed("emissions"),
        )
    return demands, compared, spread, results


def _left_out(inputs: Inputs) -> list[str]:
    """What the study does not ask for, and why."""
    study, missing = inputs.study, []
    if study.emissions is None:
        missing.append(
            tr("emissions, demand and balance: the study names no emissions, so this is a study of stocks alone")
        )
    if not study.zones:
        missing.append(tr("tables by zone: the study names no zone layer"))
    if len(study.years) < 2:
        missing.append(tr("change: the study has one year"))
    if not inputs.drivers and inputs.demand is None:
        missing.append(tr("correlation: the study names no drivers"))
    return missing
