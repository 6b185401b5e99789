"""Future land use of a study: simulated, and accounted by the same stages as the years that were observed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.inputs.emission.people import mapped_people
from tanheng.inputs.land_maps import LandInputs, land_maps
from tanheng.inputs.problems import Problems
from tanheng.inputs.simulation.demand import ONLY
from tanheng.inputs.simulation.opening import MapsOfLand, SimulationInputs, open_simulation
from tanheng.inputs.simulation.outlook import OutlookInputs, open_outlook, outlook_slips
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.aligned import zones_on
from tanheng.io.rasters import files_open, open_raster
from tanheng.io.results.file_names import FileNames
from tanheng.io.results.folder import MARK, part_folder, result_folder
from tanheng.io.results.grids import write_cog
from tanheng.io.results.lock import working_on
from tanheng.io.results.record import PlanRecord
from tanheng.io.results.store import write_zarr
from tanheng.io.results.tables import read_result_table
from tanheng.io.tables import write_csv
from tanheng.language import language as spoken_language
from tanheng.language import mark, speaking, telling_from, tr
from tanheng.pipeline.map_options import map_options, outlines_of
from tanheng.pipeline.reporter import Clock, Reporter
from tanheng.pipeline.simulation.cells import cells_note, on_cells
from tanheng.pipeline.simulation.maps import simulate_into, simulation_record
from tanheng.pipeline.simulation.page import draw_simulation
from tanheng.pipeline.simulation.result import Simulation
from tanheng.simulation.workers import Here, Workers
from tanheng.stages.emission.emissions import account_emissions
from tanheng.stages.found import Found
from tanheng.stages.land.counting import Counting
from tanheng.stages.simulation.demand_spread import carbon_interval, scenario_difference
from tanheng.stages.simulation.future import refuse_unlikely, schedules_of
from tanheng.stages.simulation.intervals import with_region_intervals, with_zone_intervals
from tanheng.stages.simulation.scenario import Today, account_scenario, land_of
from tanheng.study import Study, language_of, study_entries, telling_all
from tanheng.tables.scenarios import OBSERVED, observed_rows

#: Name of the folder of a simulation among the results of a study.
PART = "simulation"
#: The report of the observed years, as the page of a simulation beside it links to it.
_BACK = "../report.html"
#: Variables of the future years that are written as grids.
_GRIDS = ("carbon_stock", "supply", "demand", "balance", "supply_demand_ratio", "stock_change")


@dataclass(frozen=True)
class StudySimulation:
    """A simulation with the accounts of its scenarios.

    Attributes
    ----------
    simulation : Simulation
    accounts : mapping of str to pandas.DataFrame
        Tables of the future years with a column of the scenario, by the name of the study's tables.
    """

    simulation: Simulation
    accounts: Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Opened:
    """Simulation of a study, opened and checked.

    Attributes
    ----------
    inputs : Inputs
        Of the study, with the land that is simulated: its maps, or those of the parts of its cells.
    given : SimulationInputs
    outlook : OutlookInputs
    """

    inputs: Inputs
    given: SimulationInputs
    outlook: OutlookInputs


def open_study_simulation(inputs: Inputs, problems: Problems) -> Opened | None:
    """Simulation of a study, opened; None where its land can't be used. Problems are gathered."""
    study = inputs.study
    assert study.simulate is not None  # noqa: S101  the caller looked
    settings, by_cell = study.simulate, study.simulate.resolution == "cells"
    if by_cell:
        with problems.at("land_cover.maps"):
            counted = problems.attempt(on_cells, inputs)
        if counted is None:
            return None
        inputs = counted
    given = open_simulation(settings, _maps_to_learn_from(inputs, whole=by_cell), inputs.base, problems)
    if given is None:
        return None
    outlook = OutlookInputs({})
    names = tuple(scenario.name for scenario in given.scenarios)
    with problems.at("simulate.outlook"):
        outlook = problems.attempt(open_outlook, settings.outlook, inputs.base, names) or outlook
        _check_outlook(inputs, outlook, problems)
    of_demand = ("simulate.demand", "simulate.scenarios")
    if settings.demand != "plan" and not any(one.place.startswith(of_demand) for one in problems.errors):
        with problems.at("simulate.demand"):
            schedules = problems.attempt(schedules_of, given)
            if schedules is not None:
                problems.warn(*(problems.attempt(refuse_unlikely, given, schedules) or ()))
    notes = (*given.notes, *problems.warnings, *([cells_note(inputs.grid)] if by_cell else ()))
    return Opened(inputs, replace(given, notes=notes), outlook)


def _maps_to_learn_from(inputs: Inputs, *, whole: bool) -> MapsOfLand:
    """Land, drivers and zones that a simulation takes; maps that show the region alone are taken whole."""
    study, settings = inputs.study, inputs.study.simulate
    assert settings is not None  # noqa: S101  the caller looked
    drivers = {}
    for driver in inputs.drivers:
        wanted = settings.drivers is None or driver.name in settings.drivers
        if driver.rasters and wanted:
            scale = driver.settings.scale
            dates = (driver.rasters[year] for year in study.years)
            drivers[driver.name] = tuple(
                replace(raster, scale=raster.scale * scale, offset=raster.offset * scale) for raster in dates
            )
    return MapsOfLand(
        inputs.land.maps,
        inputs.land.legend,
        inputs.classes,
        None if whole else inputs.land.boundary,
        drivers,
        inputs.zones[settings.zones] if settings.zones else None,
    )


def simulate_study(
    path: Path,
    reporter: Reporter | None = None,
    *,
    output: Path | None = None,
    work: Workers | None = None,
    language: str | None = None,
) -> Simulation:
    """Simulate the future land use of a study, beside the results of its run, or into a folder of its own.

    Raises
    ------
    StudyError
        All problems of the study, its inputs and its simulation.
    OutputError
        The folder can't be written.
    """
    clock = Clock(reporter or Reporter())
    with speaking(language or language_of(path) or spoken_language()), files_open(), telling_from(path):
        entries = study_entries(path)
        if "simulate" not in entries:
            raise InputError(tr("the study has no [simulate]; see docs/simulation.md for what it may say"))

        def looked_at(study: Study, _: bool) -> tuple[Inputs, Opened | None]:
            inputs = open_inputs(study if output is None else study.with_output(output), path.parent)
            return inputs, open_checked(inputs) if study.simulate is not None else None

        with clock.stage(mark("check")):
            inputs, opened = telling_all(entries, str(path), looked_at)
        assert opened is not None  # noqa: S101  the study has the section, and all of it was looked at
        beside_a_run = output is None and (inputs.output / MARK).exists()
        place = inputs.output / PART if beside_a_run else inputs.output
        folder = part_folder(inputs.output, PART) if beside_a_run else result_folder(inputs.output)
        with working_on(inputs.output), folder as written:
            made = simulate_for_study(written, opened, clock, work, back=_BACK if beside_a_run else "")
        return made.simulation.at(place)


def open_checked(inputs: Inputs) -> Opened:
    """Inputs of the simulation of a study, without a problem.

    Raises
    ------
    StudyError
        All problems at once.
    """
    problems = Problems()
    opened = open_study_simulation(inputs, problems)
    problems.stop_if_any()
    assert opened is not None  # noqa: S101  the line above stops where it is
    return opened


def simulate_for_study(
    folder: Path,
    opened: Opened,
    clock: Clock,
    work: Workers | None,
    back: str = _BACK,
    observed: pd.DataFrame | None = None,
) -> StudySimulation:
    """Simulation of a study with the accounts of its scenarios, written into a folder with its page and record.

    Parameters
    ----------
    observed : pandas.DataFrame, optional
        Transitions of the observed years; those of the finished run by default.
    """
    inputs, given, outlook = opened.inputs, opened.given, opened.outlook
    layers = {label: zones_on(polygons, given.land.pixels) for label, polygons in inputs.zones.items()}
    made = simulate_into(folder, given, clock, work or Here(), None, _planned(inputs, given), layers)
    with clock.stage(mark("future stock and balance")):
        earlier = _observed_transitions(inputs) if observed is None else observed
        accounts, variables, notes = _accounts(folder, inputs, given, outlook, made, work, earlier)
    tables = {**made.tables, **accounts, **_gap(inputs, accounts)}
    for name in tables.keys() - made.tables.keys():
        write_csv(folder / "tables" / f"{name}.csv", tables[name])
    for scenario, found in variables.items():
        _write_grids(folder / "grids", inputs, given, scenario, found)
    if variables:
        write_zarr(folder / "results.zarr", _dataset(variables))
    made = replace(made, tables=tables, notes=(*made.notes, *notes))
    title = inputs.study.model_dump(mode="json")["title"]
    record = simulation_record(made, clock, title, [*inputs.files, *given.files], inputs.base)
    reconstructed = "land_cover" in inputs.study.reconstructed
    record = replace(record, note=inputs.study.outputs.told_note, reconstructed=reconstructed)
    with clock.stage(mark("maps and report of the simulation")):
        draw_simulation(folder, made, record.as_data(), outlines_of(inputs), map_options(inputs.study), back=back)
    replace(record, timings_s=dict(clock.seconds)).write(folder / MARK)
    return StudySimulation(replace(made, record=record.as_data()), accounts)


def _accounts(
    folder: Path,
    inputs: Inputs,
    given: SimulationInputs,
    outlook: OutlookInputs,
    made: Simulation,
    work: Workers | None,
    observed: pd.DataFrame | None,
) -> tuple[dict[str, pd.DataFrame], dict[str, Mapping[str, xr.DataArray]], tuple[str, ...]]:
    """Tables of all scenarios with a column of the scenario, variables by scenario, and notes."""
    today = _today(inputs)
    parts: dict[str, list[pd.DataFrame]] = {}
    variables: dict[str, Mapping[str, xr.DataArray]] = {}
    notes: list[str] = []
    for scenario in given.scenarios:
        maps = _maps_of(inputs, given, made, scenario.name)
        counting = Counting(folder / ".blocks", work)
        of_scenario = outlook.of(scenario.name)
        found, density = account_scenario(inputs, land_of(inputs, maps), counting, of_scenario, today, observed)
        notes += found.notes
        variables[scenario.name] = found.variables
        for name, table in _years_to_come(found, given.settings.to, inputs.study.years[-1]).items():
            table.insert(0, "scenario", scenario.name)
            parts.setdefault(name, []).append(table)
    if today is not None and not outlook.by_scenario:
        notes.append(
            tr(
                "simulation: the study says nothing of future emissions ([simulate.outlook]), so future years have stocks and no balance"
            )
        )
    tables = {name: pd.concat(frames, ignore_index=True) for name, frames in parts.items()}
    if made.ensemble.draws > 1 or made.demand_errors is not None:
        if "stock_by_zone" in tables:
            tables["stock_by_zone"] = with_zone_intervals(
                tables["stock_by_zone"], _zone_ids(inputs), made.ensemble, made.demand_errors, density
            )
        if "stock_uncertainty" not in tables and made.demand_errors is not None:
            # Densities without an interval: that of demand alone.
            since = tables["change"][tables["change"]["from_year"] == inputs.study.years[-1]]
            change = since.rename(columns={"to_year": "year"})
            tables["carbon_interval"] = carbon_interval(given, made.demand_errors, change, density)
        if made.demand_errors is not None and len(given.scenarios) > 1:
            tables["scenario_difference"] = scenario_difference(given, made.demand_errors, density)
        if "stock_uncertainty" in tables:
            tables["stock_uncertainty"] = with_region_intervals(
                tables["stock_uncertainty"], made.ensemble, made.demand_errors, density
            )
    return tables, variables, tuple(dict.fromkeys(notes))


def _zone_ids(inputs: Inputs) -> dict[str, tuple[str, ...]]:
    return {label: shapes.ids for label, shapes in inputs.zones.items()}


def _observed_transitions(inputs: Inputs) -> pd.DataFrame | None:
    """Transitions of the finished run of a study; none where there is none, or where yearly flows are not asked for."""
    path = inputs.output / "tables" / "transitions.csv"
    if inputs.flows is None or not path.exists():
        return None
    return observed_rows(read_result_table(path))


def _maps_of(inputs: Inputs, given: SimulationInputs, made: Simulation, scenario: str) -> LandInputs:
    """Simulated maps of a scenario as land maps, in the codes of the study."""
    rasters = {year: open_raster(str(made.files[scenario, year])) for year in given.settings.to}
    maps = land_maps(inputs.land.legend, inputs.classes, rasters, inputs.study.land_cover.codes)
    return replace(inputs.land, maps=maps, pairs=())


def _check_outlook(inputs: Inputs, outlook: OutlookInputs, problems: Problems) -> None:
    """Figures to come that do not follow on from those of today."""
    with_figures = [one for one in outlook.by_scenario.values() if isinstance(one.population, dict) or one.emissions]
    today = problems.attempt(_today, inputs) if with_figures else None
    if today is None:
        return
    # Without a boundary the region is what the land map covers, which is not known yet: then only slips of units are told.
    slack = 1.0 if inputs.land.boundary is not None else 10.0
    for one in with_figures:
        slips, questions = outlook_slips(one, inputs.study.years[-1], today.population, today.total, slack)
        problems.add(*slips)
        problems.warn(*questions)


def _today(inputs: Inputs) -> Today | None:
    """Emissions and people of the last year of the study."""
    if inputs.emissions is None or inputs.demand is None:
        return None
    last = inputs.study.years[-1]
    rows = account_emissions(inputs.emissions).emissions
    rows = rows[rows["year"] == last]
    return Today(rows.reset_index(drop=True), mapped_people(inputs.demand, inputs.grid, inputs.land.boundary, last))


#: Tables with a row for every year, not for the simulated ones alone.
_ANNUAL = frozenset({"stock_over_time", "land_accounting"})


def _years_to_come(results: Found, to: tuple[int, ...], last: int) -> dict[str, pd.DataFrame]:
    """Tables without rows of the last observed year and those before it, which stand among those of the study."""
    kept = {}
    for name, table in results.tables.items():
        column = next((name for name in ("year", "to_year") if name in table), None)
        if name == "paths":
            kept[name] = table.copy()
        elif name in _ANNUAL:
            kept[name] = table[table["year"] > last].reset_index(drop=True)
        elif column is not None:
            rows = table[table[column].isin(to)]
            if len(rows):
                kept[name] = rows.reset_index(drop=True)
    return kept


def joined(tables: Mapping[str, pd.DataFrame], accounts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Tables of a study with a column of the scenario, and the rows of the future years after those that were observed."""
    together = {}
    for name, table in tables.items():
        observed = table.copy()
        observed.insert(0, "scenario", OBSERVED)
        more = accounts.get(name)
        together[name] = observed if more is None else pd.concat([observed, more], ignore_index=True)
    return together


def _planned(inputs: Inputs, given: SimulationInputs) -> NDArray[np.float64] | None:
    """Conversions of the plan of a study, cells; None where there is no plan."""
    path = inputs.output / "plan" / "tables" / "plan_transitions.csv"
    if given.settings.demand != "plan" or not path.exists():
        return None
    table, classes = read_result_table(path), given.land.classes
    conversions = np.zeros((len(classes),) * 2)
    for row in table.itertuples():
        conversions[classes.index(str(row.from_class)), classes.index(str(row.to_class))] += (
            row.area_km2 / given.land.cell_km2
        )
    return conversions


def _gap(inputs: Inputs, accounts: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """What the plan would gain against what each scenario is likely to, t C; none where no simulated year is at the plan's horizon."""
    path = inputs.output / "plan" / "plan.json"
    change = accounts.get("change")
    if change is None or not path.exists():
        return {}
    plan = PlanRecord.read(path)
    first = inputs.study.years[-1]
    rows = change[(change["from_year"] == first) & (change["to_year"] - first == plan.horizon_years)]
    if plan.year != first or rows.empty:
        return {}
    return {
        "plan_gap": pd.DataFrame(
            {
                "scenario": rows["scenario"].to_numpy(),
                "from_year": first,
                "to_year": rows["to_year"].to_numpy(),
                "likely_change_t_c": rows["stock_change_t_c"].to_numpy(float),
                "plan_gain_t_c": plan.gain_t_c,
                "plan_horizon_years": plan.horizon_years,
                "gap_t_c": plan.gain_t_c - rows["stock_change_t_c"].to_numpy(float),
            }
        )
    }


def _write_grids(
    folder: Path, inputs: Inputs, given: SimulationInputs, scenario: str, variables: Mapping[str, xr.DataArray]
) -> None:
    names = FileNames(".tif")
    ending = () if scenario == ONLY else (scenario,)
    for name in _GRIDS:
        array = variables.get(name)
        if array is None:
            continue
        labels = array["year"].values if "year" in array.dims else array["period"].values
        for label in labels:
            if "year" in array.dims and int(label) not in given.settings.to:
                continue
            layer = array.sel({"year" if "year" in array.dims else "period": label})
            text = str(array.attrs.get("long_name", name))
            write_cog(
                folder / names.of(name, label, *ending),
                layer.values,
                inputs.grid,
                units=str(array.attrs.get("units", "1")),
                description=text,
            )


def _dataset(variables: Mapping[str, Mapping[str, xr.DataArray]]) -> xr.Dataset:
    """Variables of all scenarios, with the scenario as a dimension."""
    parts = [xr.Dataset({name: found[name] for name in _GRIDS if name in found}) for found in variables.values()]
    return xr.concat(
        parts,
        dim=pd.Index(list(variables), name="scenario"),
        join="outer",
        data_vars="all",
        coords="minimal",
        compat="override",
    )
