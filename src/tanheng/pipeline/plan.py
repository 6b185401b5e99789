"""A land-use plan from a study: problem, proof, tables, maps and page, beside the results of the run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounting.propagation import density_half_width
from tanheng.errors import OutputError
from tanheng.factors.densities import POOLS
from tanheng.inputs.plan import PlanInputs, open_plan
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.crate import write_crate
from tanheng.io.file_names import FileNames
from tanheng.io.rasters import files_open, write_cog
from tanheng.io.record import write_record
from tanheng.io.result_tables import read_result_table
from tanheng.io.results import MARK, part_folder
from tanheng.io.rows import write_rows
from tanheng.io.store import read_zarr
from tanheng.io.tables import write_csv
from tanheng.language import language as spoken_language
from tanheng.language import mark, speaking, tr
from tanheng.pipeline import provenance
from tanheng.pipeline.run import Reporter, run_study
from tanheng.planning.pareto import front
from tanheng.planning.problem import Limit, PlanProblem, Term
from tanheng.planning.solve import Plan, best_plan
from tanheng.planning.stability import stability
from tanheng.stages.planning.beside import Beside
from tanheng.stages.planning.compensation import tell_compensation
from tanheng.stages.planning.problem import PlanLand, cost_term, plan_land, plan_problem
from tanheng.stages.planning.scenarios import tell_scenarios, trend_areas
from tanheng.stages.planning.tables import (
    areas_table,
    carbon_gain,
    conversion_layers,
    pools_table,
    prices_table,
    share_layers,
    transitions_table,
    zones_table,
)
from tanheng.stages.planning.zoning import tell_unit_zoning, tell_zoning
from tanheng.stages.statistics.steps import Steps
from tanheng.stages.uncertainty import density_errors
from tanheng.study import language_of, load_study
from tanheng.units import HA_PER_KM2

#: Settings that a plan does not depend on: results made with others still serve.
_BESIDE = ("plan", "outputs", "maps", "analysis", "title", "title_zh", "language", "authors", "license")


@dataclass
class Planned:
    """What `tanheng plan` found, and where it lies."""

    folder: Path
    record: dict[str, Any]
    tables: dict[str, pd.DataFrame]
    plan: Plan
    notes: list[str]


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
    told = reporter or Reporter()
    with speaking(language or language_of(path) or spoken_language()), files_open():
        told.stage(mark("check"))
        inputs = open_inputs(load_study(path), path.parent)
        opened = open_plan(inputs)
        if rerun or not _up_to_date(inputs):
            run_study(path, told, language=spoken_language())
        return _plan(inputs, opened, told)


def _up_to_date(inputs: Inputs) -> bool:
    """Whether the results of a run with the same inputs and settings are there."""
    try:
        record = json.loads((inputs.output / MARK).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    settings = json.loads(json.dumps(inputs.study.model_dump(mode="json")))
    made = record.get("settings", {})
    same = all(made.get(key) == value for key, value in settings.items() if key not in _BESIDE)
    files = json.loads(json.dumps(provenance.listed_files(inputs.files, inputs.base)))
    return same and record.get("inputs") == files and (inputs.output / "results.zarr").exists()


def _plan(inputs: Inputs, opened: PlanInputs, told: Reporter) -> Planned:
    dataset = read_zarr(inputs.output / "results.zarr").load()
    year = opened.plan.year or inputs.study.years[-1]
    told.stage(mark("plan"))
    land = plan_land(inputs, dataset, year)
    problem = plan_problem(inputs, opened, land)
    plan = best_plan(problem, gap=opened.plan.gap, seconds=opened.plan.seconds)
    tables = _tables(inputs, opened, land, problem, plan)
    beside = _beside(inputs, opened, land, problem, dataset, told)
    tables |= _front(inputs, opened, land, problem, told)
    stable = _stability(opened, land, problem, plan, beside, told)
    tables |= beside.tables
    record = _record(inputs, opened, land, plan, stable, beside)
    told.stage(mark("write the plan"))
    with part_folder(inputs.output, "plan") as folder:
        _write(folder, inputs, land, plan, tables, beside, record)
    write_crate(inputs.output, json.loads((inputs.output / MARK).read_text(encoding="utf-8")))
    return Planned(inputs.output / "plan", record, tables, plan, beside.notes)


def _tables(
    inputs: Inputs, opened: PlanInputs, land: PlanLand, problem: PlanProblem, plan: Plan
) -> dict[str, pd.DataFrame]:
    only_carbon = list(opened.plan.weights) == ["carbon"] and opened.plan.weights["carbon"] == 1.0
    found = {
        "plan_areas": areas_table(inputs, land, plan.flows),
        "plan_transitions": transitions_table(inputs, opened, land, plan.flows),
        "plan_gain_by_pool": pools_table(land, plan.flows),
        "plan_prices": prices_table(plan, "t C" if only_carbon else tr("of the weighted value"), problem.limits),
    }
    by_zone = zones_table(inputs, opened, land, plan.flows)
    return found if by_zone.empty else {**found, "plan_by_zone": by_zone}


def _beside(
    inputs: Inputs, opened: PlanInputs, land: PlanLand, problem: PlanProblem, dataset: xr.Dataset, told: Reporter
) -> Beside:
    found = Beside(notes=list(opened.notes))
    tables = inputs.output / "tables"
    balance = _read_table(tables, "balance_by_zone")
    if opened.scenarios:
        told.stage(mark("scenarios"))
        trend = trend_areas(inputs, land, _read_table(tables, "transitions"), opened.plan.horizon_years)
        steps = Steps(len(opened.scenarios), told.steps)
        tell_scenarios(found, inputs, opened, land, problem, trend, steps)
    if opened.plan.zoning:
        tell_zoning(found, inputs, opened, dataset, land.year)
        tell_unit_zoning(found, opened, balance, land.year)
    tell_compensation(found, inputs, opened, balance, land.year)
    return found


def _read_table(folder: Path, name: str) -> pd.DataFrame | None:
    """Table of the run; none where the run has none of that name."""
    path = folder / f"{name}.csv"
    return read_result_table(path) if path.exists() else None


def _front(
    inputs: Inputs, opened: PlanInputs, land: PlanLand, problem: PlanProblem, told: Reporter
) -> dict[str, pd.DataFrame]:
    name = opened.plan.pareto
    if name is None:
        return {}
    told.stage(tr("front against {name}", name=name))
    if name == "cost":
        other = Limit("cost", cost_term(opened, land), upper=0.0, units=opened.plan.currency)
    else:
        held = np.tile([opened.values[name][item] for item in inputs.classes], (len(inputs.classes), 1))
        other = Limit(name, Term(held), units=tr("units of the table"))
    points = front(problem, other, opened.plan.pareto_points, gap=opened.plan.gap, seconds=opened.plan.seconds)
    rows = [{name: point.other, "gain": point.gain, "gap": point.gap} for point in points]
    return {"plan_front": pd.DataFrame(rows)}


def _stability(
    opened: PlanInputs, land: PlanLand, problem: PlanProblem, plan: Plan, beside: Beside, told: Reporter
) -> dict[str, float] | None:
    """How much of the plan stays in it when densities are drawn anew; none where no draws are asked for."""
    asked = opened.plan
    if asked.draws == 0:
        return None
    if asked.weights.get("carbon", 0.0) != 1.0:
        beside.notes.append(tr("plans with other densities are left out: they are made where carbon has the weight 1"))
        return None
    told.stage(mark("plans with other densities"))
    found = stability(
        problem,
        plan.flows,
        land.density,
        asked.density_spread,
        asked.draws,
        asked.seed,
        gap=asked.gap,
        seconds=asked.seconds,
    )
    low, high = np.quantile(found.gain, [0.025, 0.975])
    return {
        "draws": asked.draws,
        "density_spread": asked.density_spread,
        "kept_mean": float(found.kept.mean()),
        "kept_least": float(found.kept.min()),
        "gain_low": float(low),
        "gain_high": float(high),
        "gain_positive": float((found.gain > 0).mean()),
    }


def _gain_half_width(inputs: Inputs, land: PlanLand, plan: Plan) -> float | None:
    """Half-width of the gain from the study's own uncertainty of the densities; none where it gives none."""
    errors = density_errors(inputs)
    if errors is None:
        return None
    moved = plan.flows.after(*land.area.shape).sum(axis=0) - land.area.sum(axis=0)
    coords = {"land_class": list(inputs.classes), "carbon_pool": list(POOLS)}
    held = xr.DataArray(moved[:, None] * land.pools, dims=("land_class", "carbon_pool"), coords=coords)
    return float(density_half_width(errors.of(held) * errors.relative, errors.correlation))


def _record(
    inputs: Inputs, opened: PlanInputs, land: PlanLand, plan: Plan, stable: dict[str, float] | None, beside: Beside
) -> dict[str, Any]:
    gain = carbon_gain(land, plan.flows)
    moved = plan.flows.start != plan.flows.end
    return {
        "software": "tanheng",
        "made": provenance.now(),
        "title": inputs.study.title,
        "title_zh": inputs.study.title_zh,
        "note": inputs.study.outputs.told_note,
        "borrowed_years": provenance.borrowed_years(inputs.study),
        "year": land.year,
        "horizon_years": opened.plan.horizon_years,
        "settings": opened.plan.model_dump(mode="json"),
        "stock_today_t_c": float(land.area.sum(axis=0) @ land.density),
        "gain_t_c": gain,
        "gain_half_width_t_c": _gain_half_width(inputs, land, plan),
        "goal": plan.gain,
        "bound": plan.bound,
        "gap": plan.gap,
        "relative_gap": plan.gap / abs(plan.gain) if plan.gain else None,
        "converted_km2": float(plan.flows.area[moved].sum()) / HA_PER_KM2,
        "groups": plan.groups,
        "columns": plan.columns,
        "stability": stable,
        "notes": beside.notes,
        "versions": provenance.versions(),
    }


def _write_shares(folder: Path, inputs: Inputs, land: PlanLand, plan: Plan) -> None:
    """Write the share of each class after the plan and of each conversion, and a list of these files."""
    names, listed_files = FileNames(".tif"), []
    for parts, meaning, layer in share_layers(land, plan.flows, inputs.classes):
        file = names.of(*parts)
        write_cog(folder / file, layer, inputs.grid, units="1", description=meaning)
        listed_files.append({"file": file, "unit": "1", "meaning": meaning})
    write_rows(folder / "files.csv", listed_files)


def _write(
    folder: Path,
    inputs: Inputs,
    land: PlanLand,
    plan: Plan,
    tables: dict[str, pd.DataFrame],
    beside: Beside,
    record: dict[str, Any],
) -> None:
    from tanheng.pipeline.reporting import write_plan_report

    conversion, after = conversion_layers(land, plan.flows, len(inputs.classes))
    layers = {"conversion": conversion, "land_use_plan": after, **beside.layers}
    names = [f"{one} to {other}" for one in inputs.classes for other in inputs.classes]
    kinds = {"conversion": tuple(names), "land_use_plan": inputs.classes, **beside.kinds}
    try:
        for name in ("tables", "grids", "maps"):
            (folder / name).mkdir()
        for name, table in tables.items():
            write_csv(folder / "tables" / f"{name}.csv", table)
        _write_shares(folder / "grids", inputs, land, plan)
        for name, layer in layers.items():
            meaning = "; ".join(f"{number} {kind}" for number, kind in enumerate(kinds[name]))
            path = folder / "grids" / f"{name}.tif"
            write_cog(path, layer, inputs.grid, units="1", description=name, tags={"kinds": meaning}, kinds=True)
        write_plan_report(folder, inputs, layers, kinds, tables, record, beside.arrows)
        write_record(folder / "plan.json", record)
    except OSError as error:
        raise OutputError(
            tr("{folder}: can't be written ({reason}); is the disk full?", folder=folder, reason=error.strerror)
        ) from error
