"""Future land use, from maps alone or from a study: the order of the stages, and the files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.factors.densities import CarbonDensities, carbon_densities_from
from tanheng.factors.legends import Legend, legend_from
from tanheng.inputs.checks.map_places import shift_notes
from tanheng.inputs.land_maps import land_maps
from tanheng.inputs.problems import Problems
from tanheng.inputs.recognition.vectors import id_column, name_column
from tanheng.inputs.simulation.land import identity_legend
from tanheng.inputs.simulation.opening import BY_RULE, MapsOfLand, SimulationInputs, open_simulation
from tanheng.io.land_use import write_chance, write_land_use
from tanheng.io.mosaic import Mosaic, open_only_map
from tanheng.io.rasters import Raster, files_open, is_remote, locate, open_only
from tanheng.io.results.file_names import FileNames
from tanheng.io.results.folder import MARK, check_folder, result_folder
from tanheng.io.results.lock import working_on
from tanheng.io.results.record import SimulationRecord
from tanheng.io.tables import write_csv
from tanheng.io.vectors import VECTORS, Polygons, read_layer, read_polygons
from tanheng.land.engine import inventory
from tanheng.language import mark, tr
from tanheng.pipeline import provenance
from tanheng.pipeline.reporter import Clock, Reporter
from tanheng.pipeline.simulation.page import draw_simulation
from tanheng.pipeline.simulation.result import Simulation
from tanheng.report.words.notes import grouped
from tanheng.simulation.course import Allocator
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.schedule import Schedule
from tanheng.simulation.workers import Here, Workers
from tanheng.stages.land.doubtful_change import Period, doubtful_change
from tanheng.stages.simulation.demand_spread import (
    carbon_interval,
    demand_interval,
    demand_notes,
    land_demand_errors,
    scenario_difference,
)
from tanheng.stages.simulation.ensemble import Ensemble, carbon_table
from tanheng.stages.simulation.future import refuse_unlikely, schedules_of, simulated
from tanheng.stages.simulation.learning import learn_suitability
from tanheng.stages.simulation.tables import (
    below_random,
    demand_tables,
    learning_tables,
    null_resolution,
    trial_tables,
)
from tanheng.stages.simulation.trial import allocator_of, run_trial
from tanheng.stages.statistics.steps import Steps
from tanheng.study.simulate import Simulate


@dataclass(frozen=True)
class SimulationRequest:
    """What `tanheng simulate MAP MAP ...` is asked for.

    Attributes
    ----------
    maps : tuple of str
        One a year, in ascending order of the years.
    years : tuple of int
    settings : Simulate
    legend : str, optional
        A name or a CSV file; without one each code is a class.
    drivers : tuple of str
    zones : Path, optional
    densities : str, optional
        Carbon densities: then the carbon of each year is reported.
    """

    maps: tuple[str, ...]
    years: tuple[int, ...]
    settings: Simulate
    legend: str | None = None
    drivers: tuple[str, ...] = ()
    zones: Path | None = None
    densities: str | None = None


def simulate_maps(
    request: SimulationRequest, folder: Path, reporter: Reporter | None = None, work: Workers | None = None
) -> Simulation:
    """Simulate future land use from maps, and write maps, tables and a page into a folder.

    Raises
    ------
    StudyError
        All problems of the maps and of what is asked for.
    OutputError
        The folder can't be written.
    """
    clock = Clock(reporter or Reporter())
    with files_open():
        with clock.stage(mark("check")):
            check_folder(folder)
            inputs, densities = open_request(request)
            inputs = replace(inputs, notes=(*inputs.notes, *_doubts(inputs)))
        with working_on(folder), result_folder(folder) as written:
            simulation = simulate_into(written, inputs, clock, work or Here(), densities)
            record = simulation_record(
                simulation, clock, _title(request), list(_input_files(request, inputs)), Path.cwd()
            )
            simulation = _finished(written, folder, simulation, record, clock)
    for heading, texts in grouped(simulation.notes).items():
        clock.reporter.notes(heading, texts)
    return simulation


def _doubts(inputs: SimulationInputs) -> list[str]:
    """Questions about observed change that no land makes: what is learned from it would be as wrong."""
    land, found = inputs.land, list[str]()
    for (first, before), (last, after) in pairwise(zip(land.years, land.lands, strict=True)):
        moved = transition_counts(before, after, len(land.classes))[0] * land.cell_km2
        found += doubtful_change(Period(first, last, land.classes, moved), land.cell_km2)
    return found


def _zones(path: Path) -> Polygons:
    """Polygons with the ids and names that their file seems to have; their row numbers name them too, unless these are ids of others."""
    columns = read_layer(path, None).columns
    polygons = read_polygons(path, id_column(columns) or None, name_column(columns) or None)
    rows = tuple(str(number) for number in range(1, len(polygons.ids) + 1))
    return polygons if set(rows) & set(polygons.ids) else replace(polygons, other_names=(*polygons.other_names, rows))


def _finished(
    written: Path, folder: Path, simulation: Simulation, record: SimulationRecord, clock: Clock
) -> Simulation:
    """Page and record written; the simulation with its record and its final place."""
    with clock.stage(mark("maps and report")):
        draw_simulation(written, simulation, record.as_data())
    replace(record, timings_s=dict(clock.seconds)).write(written / MARK)
    return replace(simulation.at(folder), record=record.as_data())


def _title(request: SimulationRequest) -> str:
    return tr("Future land use, from {maps}", maps=Path(request.maps[-1]).name)


def _input_files(request: SimulationRequest, inputs: SimulationInputs) -> list[Path]:
    names = [*request.maps, *request.drivers, *([request.legend] if request.legend else [])]
    names += [str(request.zones)] if request.zones else []
    names += [request.densities] if request.densities else []
    paths = [Path(name).absolute() for name in names if not is_remote(name)]
    return [path for path in [*paths, *inputs.files] if path.is_file()]


def open_request(request: SimulationRequest) -> tuple[SimulationInputs, CarbonDensities | None]:
    """Inputs of a simulation from maps, and densities where they are named.

    Raises
    ------
    StudyError
        All problems at once.
    """
    problems = Problems()
    _check_years(request, problems)
    rasters = _rasters(request, problems)
    problems.stop_if_any()
    legend = problems.attempt(
        lambda: identity_legend(list(rasters.values())) if request.legend is None else legend_from(request.legend)
    )
    drivers = {}
    rasters_named, layers = driver_files(request.drivers)
    for name, path in rasters_named.items():
        raster = problems.attempt(open_only, locate(path, Path()))
        if raster is not None:
            drivers[name] = (raster,)
    zones: Polygons | None = problems.attempt(_zones, request.zones) if request.zones else None
    densities = problems.attempt(carbon_densities_from, request.densities) if request.densities else None
    if legend is None:
        problems.stop_if_any()
        raise InputError(tr("there is no legend"))
    if request.legend is not None and request.settings.demand in BY_RULE:
        legend = _with_land(legend, list(rasters.values()))
    classes = legend.classes
    if densities is not None:
        lacking = [name for name in classes if name not in densities.values]
        if lacking:
            problems.add(
                tr(
                    "{name}: no carbon density for class {names} of the legend; add a row{nearest}{hint}",
                    name=densities.name,
                    names=", ".join(map(repr, lacking)),
                    nearest="",
                    hint="",
                )
            )
    maps = problems.attempt(land_maps, legend, classes, rasters)
    problems.stop_if_any()
    assert maps is not None  # noqa: S101  the line above stops where it is
    settings = request.settings.model_copy(update={"distance_to": {**layers, **request.settings.distance_to}})
    inputs = open_simulation(settings, MapsOfLand(maps, legend, classes, None, drivers, zones), Path(), problems)
    problems.stop_if_any()
    assert inputs is not None  # noqa: S101  the line above stops where it is
    return replace(inputs, notes=(*inputs.notes, *shift_notes(maps))), densities


def _with_land(legend: Legend, rasters: list[Raster | Mosaic]) -> Legend:
    """A legend without the classes that no map has: all of them would be learned about, and nothing can become one.

    Only a table of demand could name them.
    """
    codes = {code for raster in rasters for code in inventory(raster)}
    present = {legend.codes.get(code) for code in codes}
    return replace(legend, codes={code: name for code, name in legend.codes.items() if name is None or name in present})


def _check_years(request: SimulationRequest, problems: Problems) -> None:
    if len(request.years) != len(request.maps):
        problems.add(
            tr(
                "{count} map(s) and {years} year(s) in --years; give one for each map, in the same order",
                count=len(request.maps),
                years=len(request.years),
            )
        )
    for (first, one), (year, other) in pairwise(zip(request.years, request.maps, strict=False)):
        if year <= first:
            problems.add(_out_of_order(other, year, one, first))


def _out_of_order(path: str, year: int, other: str, first: int) -> str:
    return tr(
        "{path} is of {year}, which is not after {first}, the year of {other}; give maps and years from the oldest to the latest",
        path=path,
        year=year,
        first=first,
        other=other,
    )


def _rasters(request: SimulationRequest, problems: Problems) -> dict[int, Raster | Mosaic]:
    empty = None
    if request.legend is not None:
        legend = problems.attempt(legend_from, request.legend)
        codes = [code for code, name in legend.codes.items() if name is None] if legend else []
        empty = codes[0] if codes else None
    rasters = {}
    for year, name in zip(request.years, request.maps, strict=False):
        raster = problems.attempt(open_only_map, name, empty)
        if raster is not None:
            rasters[year] = raster
    return rasters


def driver_files(paths: tuple[str, ...]) -> tuple[dict[str, str], dict[str, str]]:
    """Rasters and vector layers among the files of drivers, by name; two of one name get a number. Of a layer the distance to it counts.

    Examples
    --------
    >>> driver_files(("slope.tif", "roads.gpkg"))
    ({'slope': 'slope.tif'}, {'distance to roads': 'roads.gpkg'})
    """
    names = FileNames("")
    rasters, layers = {}, {}
    for path in paths:
        stem = names.of(Path(path).stem)
        if Path(path).suffix.lower() in VECTORS:
            layers[tr("distance to {name}", name=stem)] = path
        else:
            rasters[stem] = path
    return rasters, layers


def simulate_into(
    folder: Path,
    inputs: SimulationInputs,
    clock: Clock,
    work: Workers,
    densities: CarbonDensities | None,
    planned: NDArray[np.float64] | None = None,
    layers: Mapping[str, NDArray[np.uint16]] | None = None,
) -> Simulation:
    """All stages of a simulation; maps and tables are written into a folder, the page is not.

    Raises
    ------
    StudyError
        The demand can't be met, or a conversion can't be learned.
    """
    # Before the long work: what is asked for must be possible.
    schedules = schedules_of(inputs, planned)
    notes = refuse_unlikely(inputs, schedules)
    reporter = clock.reporter
    last = len(inputs.land.years) - 1
    with clock.stage(mark("suitability")):
        counted = Steps(2 * len(inputs.land.classes), reporter.steps)
        learned = learn_suitability(inputs, last - 1, last, counted)
    with clock.stage(mark("validation")):
        trial = run_trial(inputs, work, Steps(30, reporter.steps))
    with clock.stage(mark("future land use")):
        total = sum(len(plan.steps) for plan in schedules.values()) * inputs.settings.draws
        ensemble = Ensemble(inputs, layers or {})
        allocator = allocator_of(inputs, learned, work)
        files = _future(folder, inputs, schedules, allocator, ensemble, Steps(max(total, 1), reporter.steps))
    simulated_cells = {key: cells[0] for key, cells in ensemble.cells.items()}
    tables = {
        **demand_tables(inputs, schedules, simulated_cells),
        **trial_tables(inputs, trial),
        **learning_tables(inputs, learned),
    }
    errors = land_demand_errors(inputs, schedules)
    if errors is not None:
        tables["demand_interval"] = demand_interval(inputs, errors)
    if densities is not None:
        density = densities.array(inputs.land.classes).sum(axis=1)
        tables["carbon"] = carbon_table(inputs, ensemble, density)
        if errors is not None:
            tables["carbon_interval"] = carbon_interval(inputs, errors, tables["carbon"], density)
            if len(inputs.scenarios) > 1:
                tables["scenario_difference"] = scenario_difference(inputs, errors, density)
    (folder / "tables").mkdir(exist_ok=True)
    for name, table in tables.items():
        write_csv(folder / "tables" / f"{name}.csv", table)
    more = [note for plan in schedules.values() for note in plan.notes] + demand_notes(inputs, errors)
    everything = tuple(dict.fromkeys([*inputs.notes, *learned.notes, *notes, *trial.notes, *more]))
    return Simulation(folder, inputs, trial, learned, schedules, ensemble, tables, files, everything, errors)


def _future(
    folder: Path,
    inputs: SimulationInputs,
    schedules: Mapping[str, Schedule],
    allocator: Allocator,
    ensemble: Ensemble,
    on_step: Callable[[], None],
) -> dict[tuple[str, int], Path]:
    """Maps of all scenarios, written as they are made; where there are many draws, the chance of each class as well."""
    grids = folder / "grids"
    grids.mkdir(exist_ok=True)
    names, files, last = FileNames(".tif"), {}, inputs.land.lands[-1]
    single = len(inputs.scenarios) == 1
    for made in simulated(inputs, schedules, allocator, on_step):
        ensemble.add(made)
        stem = (made.year,) if single else (made.year, made.scenario.name)
        text = tr("land use of {year}, simulated ({scenario})", year=made.year, scenario=made.scenario.label)
        if made.draw == 1:
            path = grids / names.of("land_use", *stem)
            write_land_use(path, made.land, last, inputs.land.codes, inputs.land.source, text)
            files[made.scenario.name, made.year] = path
        if inputs.settings.write_draws and ensemble.draws > 1:
            path = grids / names.of("land_use", *stem, "draw", made.draw)
            write_land_use(path, made.land, last, inputs.land.codes, inputs.land.source, text)
    for key in ensemble.times:
        scenario, year = key
        ending = (year,) if single else (year, scenario)
        for k, name in enumerate(inputs.land.classes):
            text = tr("probability of {name} in {year}", name=name, year=year)
            write_chance(
                grids / names.of("probability", name, *ending), ensemble.chance(key, k), inputs.land.pixels, text
            )
        text = tr("probability of any change by {year}", year=year)
        write_chance(
            grids / names.of("change", "probability", *ending), ensemble.change_chance(key), inputs.land.pixels, text
        )
    return files


def simulation_record(
    simulation: Simulation, clock: Clock, title: str | Mapping[str, str], files: list[Path], base: Path
) -> SimulationRecord:
    """Record of a simulation, as run.json holds it; files are named from the folder `base`."""
    inputs, trial = simulation.inputs, simulation.trial
    model = inputs.settings.mode
    return SimulationRecord(
        made=provenance.now(),
        title=title,
        note="",
        borrowed_years=(),
        settings=inputs.settings.model_dump(mode="json"),
        versions=provenance.versions(),
        years=list(inputs.land.years),
        classes=list(inputs.land.classes),
        cell_km2=inputs.land.cell_km2,
        drivers=[driver.name for driver in inputs.drivers],
        scenarios=[scenario.name for scenario in inputs.scenarios],
        model="given" if inputs.suitability else inputs.settings.model,
        learned_from=list(simulation.learned.years),
        held_out=trial.held_out,
        scored_from=list(trial.learned.years),
        scored_on=[trial.first, trial.last],
        below_null=below_random(trial.scores, model),
        null_resolution=null_resolution(trial.scores, model),
        inputs=provenance.listed_files(dict.fromkeys(files), base),
        warnings=list(simulation.notes),
        timings_s=dict(clock.seconds),
    )
