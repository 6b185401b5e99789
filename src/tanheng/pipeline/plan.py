"""A land-use plan from a study: problem, proof, tables, maps and page, beside the results of the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.errors import OutputError
from tanheng.inputs.carbon.density_maps import pools_of_place
from tanheng.inputs.flows import responses_of
from tanheng.inputs.plan import PlanInputs, open_plan
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.rasters import files_open
from tanheng.io.results.crate import write_crate
from tanheng.io.results.file_names import FileNames
from tanheng.io.results.folder import MARK, part_folder
from tanheng.io.results.grids import write_cog
from tanheng.io.results.lock import working_on
from tanheng.io.results.record import PlanRecord, RunRecord, plain
from tanheng.io.results.store import read_dataset
from tanheng.io.results.tables import read_result_table
from tanheng.io.rows import write_rows
from tanheng.io.tables import write_csv
from tanheng.language import language as spoken_language
from tanheng.language import mark, speaking, telling_from, tr
from tanheng.pipeline import provenance
from tanheng.pipeline.freshness import BESIDE_A_PLAN, changed_settings, record_of
from tanheng.pipeline.reporter import Reporter
from tanheng.pipeline.run import run_study
from tanheng.planning.problem import PlanProblem
from tanheng.planning.solve import Plan, best_plan
from tanheng.report.page.plan_link import show_plan_link
from tanheng.stages.planning.by_year import gain_by_year
from tanheng.stages.planning.certainty import gain_half_width, plan_front, plan_stability
from tanheng.stages.planning.compensation import compensation
from tanheng.stages.planning.findings import PlanFindings, noted
from tanheng.stages.planning.problem import PlanLand, plan_land, plan_problem
from tanheng.stages.planning.questions import unit_questions
from tanheng.stages.planning.scenarios import scenarios, trend_of
from tanheng.stages.planning.tables import (
    areas_table,
    carbon_gain,
    conversion_layers,
    pools_table,
    prices_table,
    share_layers,
    transitions_table,
    values_table,
    zones_table,
)
from tanheng.stages.planning.zoning import unit_zoning, zoning
from tanheng.stages.statistics.steps import Steps
from tanheng.stages.uncertainty.input_errors import density_errors
from tanheng.stages.zone_layers import lay_zones
from tanheng.study import Flows as StudyFlows
from tanheng.study import Study, language_of, study_entries, telling_all
from tanheng.tables.scenarios import observed_rows
from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class Planned:
    """A plan and where it is written."""

    folder: Path
    record: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]
    plan: Plan
    notes: tuple[str, ...]


def plan_study(
    path: Path, reporter: Reporter | None = None, *, rerun: bool = False, language: str | None = None
) -> Planned:
    """Plan land use as a study asks, from its finished run, which is made first where it is missing or out of date.

    Raises
    ------
    StudyError
        All problems of the study, its inputs and its plan at once.
    InfeasibleError
        The limits conflict; the message says which, and by how much.
    OutputError
        The results can't be written.
    """
    reporter = reporter or Reporter()
    with speaking(language or language_of(path) or spoken_language()), files_open(), telling_from(path):
        reporter.stage(mark("check"))
        entries = study_entries(path)

        def looked_at(study: Study, _: bool) -> tuple[Inputs, PlanInputs | None]:
            inputs = open_inputs(study, path.parent)
            return inputs, open_plan(inputs) if study.plan is not None or "plan" not in entries else None

        inputs, opened = telling_all(entries, str(path), looked_at)
        assert opened is not None  # noqa: S101  the study has the section, and all of it was looked at
        if rerun or not _up_to_date(inputs):
            run_study(path, reporter, language=spoken_language())
        with working_on(inputs.output):
            return _plan(inputs, opened, reporter)


def _up_to_date(inputs: Inputs) -> bool:
    """Whether the results of a run with the same inputs and settings are there."""
    record = record_of(inputs.output)
    if record is None or changed_settings(inputs.study, record, BESIDE_A_PLAN):
        return False
    files = plain(provenance.listed_files(inputs.files, inputs.base))
    return record.inputs == files and (inputs.output / "results.zarr").exists()


def _plan(inputs: Inputs, opened: PlanInputs, reporter: Reporter) -> Planned:
    dataset = read_dataset(inputs.output / "results.zarr")
    reporter.stage(mark("plan"))
    layers = lay_zones(inputs.zones, inputs.grid, np.asarray(dataset["region_fraction"].values, float))
    land = plan_land(inputs, layers, dataset, opened.plan.year or inputs.study.years[-1])
    problem = plan_problem(opened, land)
    plan = best_plan(problem, gap=opened.plan.gap, seconds=opened.plan.seconds)
    beside = _beside(inputs, opened, land, problem, dataset, reporter)
    tables = {
        **_tables(opened, land, problem, plan),
        **_by_year(inputs, opened, land, plan),
        **_front(opened, land, problem, reporter),
        **beside.tables,
    }
    stable, notes = _stability(opened, land, problem, plan, reporter)
    beside += noted(*notes, *unit_questions(opened, land, plan.flows))
    record = plan_record(inputs, opened, land, plan, stable, beside.notes)
    reporter.stage(mark("write the plan"))
    with part_folder(inputs.output, "plan") as folder:
        _write(folder, inputs, land, plan, tables, beside, record)
    show_plan_link(inputs.output / "report.html")
    write_crate(inputs.output, RunRecord.read(inputs.output / MARK).as_data())
    return Planned(inputs.output / "plan", record.as_data(), tables, plan, beside.notes)


def _tables(opened: PlanInputs, land: PlanLand, problem: PlanProblem, plan: Plan) -> dict[str, pd.DataFrame]:
    only_carbon = opened.plan.carbon_alone
    tables = {
        "plan_areas": areas_table(land, plan.flows),
        "plan_transitions": transitions_table(opened, land, plan.flows),
        "plan_gain_by_pool": pools_table(land, plan.flows),
        "plan_prices": prices_table(plan, "t C" if only_carbon else tr("of the weighted value"), problem.limits),
    }
    more = {
        "plan_values": values_table(opened, land, plan.flows),
        "plan_by_zone": zones_table(opened, land, plan.flows),
    }
    return tables | {name: table for name, table in more.items() if not table.empty}


def _by_year(inputs: Inputs, opened: PlanInputs, land: PlanLand, plan: Plan) -> dict[str, pd.DataFrame]:
    """Gain of the plan by year, as the study or else the IPCC says that pools respond; none where nothing is converted."""
    if not (plan.flows.start != plan.flows.end).any():
        return {}
    responses = inputs.flows.responses if inputs.flows is not None else responses_of(StudyFlows(), land.classes)
    return {"plan_by_year": gain_by_year(opened.plan, land, plan.flows, responses)}


def _beside(
    inputs: Inputs, opened: PlanInputs, land: PlanLand, problem: PlanProblem, dataset: xr.Dataset, reporter: Reporter
) -> PlanFindings:
    """Scenarios, zones of management and compensation, as far as the study asks for them."""
    findings = noted(*opened.notes)
    folder = inputs.output / "tables"
    balance = _read_table(folder, "balance_by_zone")
    if opened.scenarios:
        reporter.stage(mark("scenarios"))
        trend = trend_of(land, _read_table(folder, "transitions"), opened.plan.horizon_years)
        findings += scenarios(opened, land, problem, trend, Steps(len(opened.scenarios), reporter.steps))
    if opened.plan.zoning:
        findings += zoning(opened, dataset, land.year, inputs.grid.cell_area_km2)
        findings += unit_zoning(opened, balance, land.year)
    return findings + compensation(opened.plan, land.layers, balance, land.year, inputs.study.balance.mode)


def _read_table(folder: Path, name: str) -> pd.DataFrame | None:
    """Observed rows of a table of the run; none where the run has none of that name."""
    path = folder / f"{name}.csv"
    if not path.exists():
        return None
    return observed_rows(read_result_table(path))


def _front(opened: PlanInputs, land: PlanLand, problem: PlanProblem, reporter: Reporter) -> dict[str, pd.DataFrame]:
    if opened.plan.pareto is None:
        return {}
    reporter.stage(tr("front against {name}", name=opened.plan.pareto))
    return {"plan_front": plan_front(opened, land, problem)}


def _stability(
    opened: PlanInputs, land: PlanLand, problem: PlanProblem, plan: Plan, reporter: Reporter
) -> tuple[dict[str, float] | None, tuple[str, ...]]:
    """How much of the plan stays in it with other densities, and notes; none where no draws are asked for."""
    if opened.plan.draws == 0:
        return None, ()
    if opened.plan.weights.get("carbon", 0.0) != 1.0:
        return None, (tr("plans with other densities are left out: they are made where carbon has the weight 1"),)
    reporter.stage(mark("plans with other densities"))
    return plan_stability(opened, land, problem, plan.flows), ()


def plan_record(
    inputs: Inputs,
    opened: PlanInputs,
    land: PlanLand,
    plan: Plan,
    stable: Mapping[str, float] | None,
    notes: tuple[str, ...],
) -> PlanRecord:
    """Record of a plan, as plan.json holds it."""
    given_errors = density_errors(inputs.densities.settings, inputs.classes)
    of_place = pools_of_place(inputs.densities.maps, inputs.classes)
    errors = None if given_errors is None else given_errors.of_means(of_place)
    moved = plan.flows.start != plan.flows.end
    return PlanRecord(
        made=provenance.now(),
        title=inputs.study.model_dump(mode="json")["title"],
        note=inputs.study.outputs.told_note,
        borrowed_years=provenance.borrowed_years(inputs.study),
        settings=opened.plan.model_dump(mode="json"),
        versions=provenance.versions(),
        year=land.year,
        horizon_years=opened.plan.horizon_years,
        stock_today_t_c=float(land.densities.stored(land.area).sum()),
        gain_t_c=carbon_gain(land, plan.flows),
        gain_half_width_t_c=gain_half_width(errors, land, plan.flows),
        goal=plan.gain,
        bound=plan.bound,
        gap=plan.gap,
        relative_gap=plan.gap / abs(plan.gain) if plan.gain else None,
        converted_km2=float(plan.flows.area[moved].sum()) / HA_PER_KM2,
        groups=plan.groups,
        columns=plan.columns,
        stability=stable,
        notes=list(notes),
    )


def _write_shares(folder: Path, land: PlanLand, plan: Plan) -> None:
    """Write the share of each class after the plan and of each conversion, and a list of these files."""
    names, files = FileNames(".tif"), []
    for parts, meaning, layer in share_layers(land, plan.flows):
        file = names.of(*parts)
        write_cog(folder / file, layer, land.grid, units="1", description=meaning)
        files.append({"file": file, "unit": "1", "meaning": meaning})
    write_rows(folder / "files.csv", files)


def _write(
    folder: Path,
    inputs: Inputs,
    land: PlanLand,
    plan: Plan,
    tables: Mapping[str, pd.DataFrame],
    beside: PlanFindings,
    record: PlanRecord,
) -> None:
    from tanheng.pipeline.output.reporting import write_plan_report

    conversion, after = conversion_layers(land, plan.flows)
    layers = {"conversion": conversion, "land_use_plan": after, **beside.layers}
    names = [f"{one} to {other}" for one in land.classes for other in land.classes]
    kinds = {"conversion": tuple(names), "land_use_plan": land.classes, **beside.kinds}
    try:
        for name in ("tables", "grids", "maps"):
            (folder / name).mkdir()
        for name, table in tables.items():
            write_csv(folder / "tables" / f"{name}.csv", table)
        _write_shares(folder / "grids", land, plan)
        for name, layer in layers.items():
            meaning = "; ".join(f"{number} {kind}" for number, kind in enumerate(kinds[name]))
            path = folder / "grids" / f"{name}.tif"
            write_cog(path, layer, land.grid, units="1", description=name, tags={"kinds": meaning}, kinds=True)
        write_plan_report(folder, inputs, layers, kinds, tables, record.as_data(), beside.arrows)
        record.write(folder / "plan.json")
    except OSError as error:
        raise OutputError(
            tr("{folder}: can't be written ({reason}); is the disk full?", folder=folder, reason=error.strerror)
        ) from error
