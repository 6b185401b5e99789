"""One study from its file to its folder of results: the order of the stages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.blocks import FolderOfBlocks
from tanheng.io.rasters import files_open
from tanheng.io.results.folder import result_folder
from tanheng.io.results.lock import working_on
from tanheng.land.pools import Pool, pool_of
from tanheng.language import language as spoken_language
from tanheng.language import mark, speaking, tr
from tanheng.pipeline.assemble import dataset_of
from tanheng.pipeline.reporter import Clock, Reporter
from tanheng.pipeline.results import Results
from tanheng.pipeline.simulation.study import PART, Opened, open_checked, simulate_for_study
from tanheng.pipeline.writing import write_results
from tanheng.stages.balance import Balance, account_balance, balance_table, supply_of
from tanheng.stages.change import account_change, change_table
from tanheng.stages.change_plausibility import analyse_change
from tanheng.stages.counting import Counting, blocks_folder, count_series
from tanheng.stages.demand import CellDemand, account_demand
from tanheng.stages.drivers import driver_variables, lay_drivers
from tanheng.stages.emissions import account_emissions
from tanheng.stages.found import Found, refuse_failed
from tanheng.stages.statistics.analyses import analyse_cells, analyse_drivers
from tanheng.stages.stock import account_stock
from tanheng.stages.uncertainty.cells import cell_uncertainty
from tanheng.stages.uncertainty.input_errors import DemandErrors, demand_errors, density_errors
from tanheng.stages.uncertainty.totals import stock_uncertainty, with_balance_intervals
from tanheng.stages.zone_layers import lay_zones, overlap_notes
from tanheng.stages.zones import account_zone_balances, account_zone_stocks
from tanheng.study import Study, language_of, load_study


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
    path: Path, reporter: Reporter, output: Path | None, workers: int | None, cluster: str | None, resume: bool
) -> Results:
    clock = Clock(reporter)
    study = load_study(path)
    if output is not None:
        outputs = study.outputs.model_copy(update={"folder": str(output.absolute())})
        study = study.model_copy(update={"outputs": outputs})
    with clock.stage(mark("check")):
        inputs = open_inputs(study, path.parent)
        simulation = open_checked(inputs) if study.simulate is not None else None
    blocks = blocks_folder(inputs.output)
    with working_on(inputs.output):
        with pool_of(workers, cluster, reporter.warn) as pool:
            results = compute(inputs, clock, Counting(blocks, pool, resume, reporter.blocks))
            for text in results.warnings:
                reporter.warn(text)
            with result_folder(results.folder) as folder:
                accounts = _simulated(folder, inputs, simulation, clock, pool)
                results = write_results(results, inputs, folder, clock, accounts)
        FolderOfBlocks(blocks).clear()
    return results


def _simulated(
    folder: Path, inputs: Inputs, opened: Opened | None, clock: Clock, pool: Pool
) -> Mapping[str, pd.DataFrame] | None:
    """Future land use in its folder among the results, and the tables of its years; none where the study asks for none."""
    if opened is None:
        return None
    if opened[0].settings.demand == "plan" and not (inputs.output / "plan" / "plan.json").exists():
        clock.reporter.warn(
            tr(
                "simulate: demand is that of the plan, which is not made yet; run 'tanheng plan', then 'tanheng simulate'"
            )
        )
        return None
    part = folder / PART
    part.mkdir()
    made = simulate_for_study(part, inputs, opened, clock, pool)
    for text in made.simulation.notes:
        clock.reporter.warn(text)
    return made.accounts


def compute(inputs: Inputs, clock: Clock, counting: Counting) -> Results:
    """Everything that a study asks for, in memory: the stages in their order."""
    study, steps = inputs.study, clock.reporter.steps
    found = Found(notes=inputs.warnings)
    spread = density_errors(inputs.densities.settings, inputs.classes)
    demands: CellDemand | None = None
    compared: Balance | None = None
    demand_spread: dict[int, DemandErrors] = {}

    with clock.stage(mark("land")):
        series = count_series(inputs.land, counting)
        land = account_stock(series, inputs.densities.array)
        changes = account_change(series, land, inputs.land.pairs)
        layers = lay_zones(inputs.zones, inputs.grid, series.fraction)
        found += land.found + changes.found + Found(notes=tuple(overlap_notes(layers)))
        stocks = stock_uncertainty(land, changes, spread, study.land_cover.area_uncertainty)
        supply = supply_of(inputs.balance, land, changes)
        found += stocks + Found(variables={"supply": supply} if study.balance.mode != "stock" else {})
    if inputs.emissions is not None and inputs.demand is not None:
        with clock.stage(mark("emissions and demand")):
            account = account_emissions(inputs.emissions)
            demands = account_demand(inputs.demand, land, account.emissions, layers)
            compared = account_balance(inputs.balance, land, supply, demands)
            demand_spread = demand_errors(account.terms, demands.groups)
            found += account.found + demands.found + compared.found
            table = balance_table(compared, land, demands, study.balance.norm)
            table = with_balance_intervals(table, stocks.tables.get("stock_uncertainty"), demand_spread, compared.mode)
            found += Found({"balance": table})
    with clock.stage(mark("zones and change")):
        found += account_zone_stocks(layers, land)
        if compared is not None and demands is not None:
            found += account_zone_balances(
                layers, found.tables, land, compared, demands, inputs.economy, spread, demand_spread
            )
        found += change_table(changes, land, compared.balance if compared else None, study.value)
        found += analyse_change(changes, land)
    with clock.stage(mark("drivers")):
        drivers = lay_drivers(inputs.drivers, land, demands, layers)
        found += driver_variables(drivers, demands)
        found += analyse_drivers(study.analysis, land, supply, compared, demands, drivers, steps)
    with clock.stage(mark("mismatch and clusters")):
        if compared is not None:
            found += analyse_cells(study.analysis, land, compared, layers, steps)
            sampled = study.balance.norm == "year"
            found += cell_uncertainty(
                land, compared, spread, demand_spread, sampled_norm=sampled, seed=study.analysis.seed
            )
    refuse_failed(found.checks)
    return Results(
        study,
        inputs.output,
        dataset_of(study, found.variables),
        found.tables,
        found.checks,
        tuple(dict.fromkeys(found.notes)),
        tuple(_left_out(study, has_drivers=bool(drivers))),
        {},
    )


def _left_out(study: Study, *, has_drivers: bool) -> list[str]:
    """What the study does not ask for, and why."""
    missing = []
    if study.emissions is None:
        missing.append(
            tr("emissions, demand and balance: the study names no emissions, so this is a study of stocks alone")
        )
    if not study.zones:
        missing.append(tr("tables by zone: the study names no zone layer"))
    if len(study.years) < 2:
        missing.append(tr("change: the study has one year"))
    if not has_drivers:
        missing.append(tr("correlation: the study names no drivers"))
    return missing
