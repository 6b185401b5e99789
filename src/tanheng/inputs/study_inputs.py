"""All inputs of a study, opened and checked; every problem is found before the long work starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tanheng.factors.densities import CarbonDensities
from tanheng.factors.legends import Legend
from tanheng.grid import Grid
from tanheng.inputs.carbon.balance import BalanceInputs, check_classes_of_uptake, open_balance
from tanheng.inputs.carbon.densities import (
    DensityInputs,
    check_zones,
    corrected_densities,
    density_array,
    open_densities,
)
from tanheng.inputs.carbon.density_maps import DensityMapInputs, check_classes, open_density_maps
from tanheng.inputs.checks.density_regions import foreign_densities
from tanheng.inputs.checks.file_years import file_year_notes
from tanheng.inputs.checks.map_places import place_notes
from tanheng.inputs.checks.raster_checks import check_population, check_values
from tanheng.inputs.checks.study_notes import borrowed_notes, check_uncertainty, note_same_maps, price_notes
from tanheng.inputs.class_names import ClassNames
from tanheng.inputs.drivers import DriverInputs, open_drivers
from tanheng.inputs.emission.decomposition import DecompositionInputs, open_decomposition
from tanheng.inputs.emission.demand import (
    DemandInputs,
    points_on_cells,
    repeated_points,
    unknown_weights,
    unmatched_sectors,
)
from tanheng.inputs.emission.emissions import EmissionInputs, open_emissions
from tanheng.inputs.extent import (
    choose_grid,
    cover_problems,
    emitting_elsewhere,
    raster_elsewhere,
    zones_elsewhere,
    zones_outside,
)
from tanheng.inputs.files import all_files
from tanheng.inputs.flows import FlowInputs, open_flows
from tanheng.inputs.land import check_codes, classes_in_order, open_land_rasters, open_legend
from tanheng.inputs.land_maps import LandInputs, land_maps
from tanheng.inputs.map_error import open_map_errors
from tanheng.inputs.problems import Problems
from tanheng.inputs.yearly import rasters_by_year, repeated_notes
from tanheng.inputs.zones import EconomyInputs, economy_notes, economy_of, open_zones, repair_notes
from tanheng.io.mosaic import Mosaic
from tanheng.io.rasters import Raster, each_once
from tanheng.io.results.folder import check_folder
from tanheng.io.sources import trusting
from tanheng.io.tables import read_points
from tanheng.io.vectors import Polygons, read_polygons
from tanheng.land.series import year_pairs
from tanheng.study import Study


@dataclass(frozen=True)
class Inputs:
    """Everything a run needs, opened and checked, by the stage that needs it.

    Attributes
    ----------
    study : Study
    base : Path
        Folder of the study file.
    land, densities, balance : LandInputs, DensityInputs, BalanceInputs
    zones : mapping of str to Polygons
        Zone layers by label.
    economy : EconomyInputs, optional
    emissions, demand : EmissionInputs, DemandInputs, optional
        Absent in a study of stocks alone.
    drivers : tuple of DriverInputs
    decomposition : DecompositionInputs, optional
    flows : FlowInputs, optional
    warnings : tuple of str
    files : tuple of Path
        Local files that the study reads.
    """

    study: Study
    base: Path
    land: LandInputs
    densities: DensityInputs
    balance: BalanceInputs
    zones: Mapping[str, Polygons]
    economy: EconomyInputs | None
    emissions: EmissionInputs | None
    demand: DemandInputs | None
    drivers: tuple[DriverInputs, ...]
    decomposition: DecompositionInputs | None
    flows: FlowInputs | None
    warnings: tuple[str, ...]
    files: tuple[Path, ...]

    @property
    def grid(self) -> Grid:
        """Analysis grid."""
        return self.land.grid

    @property
    def classes(self) -> tuple[str, ...]:
        """Land classes in the order of the density table."""
        return self.land.classes

    @property
    def output(self) -> Path:
        """Folder of the results."""
        return self.base / self.study.outputs.folder


def open_inputs(study: Study, base: Path, *, every_pixel: bool = False) -> Inputs:
    """Inputs of a study, opened and checked against each other.

    Parameters
    ----------
    study : Study
    base : Path
        Folder of the study file; paths in it start there.
    every_pixel : bool
        Look for unknown codes in every pixel of every map, not in a sample of large ones.

    Raises
    ------
    StudyError
        All problems at once.
    """
    with trusting(base):
        return _opened(study, base, every_pixel=every_pixel)


def _opened(study: Study, base: Path, *, every_pixel: bool) -> Inputs:
    problems = Problems()
    with problems.at("outputs.folder"):
        problems.attempt(check_folder, base / study.outputs.folder)
    with problems.at("carbon_density"):
        given = open_densities(study, base, problems)
    tables = corrected_densities(study, given, problems)
    with problems.at("land_cover.legend"):
        legend = problems.attempt(open_legend, study, base, tables)
    names = ClassNames(() if legend is None else legend.classes)
    study = names.study(study)
    tables = {year: names.densities(table) for year, table in tables.items()}
    given = {year: names.densities(table) for year, table in given.items()}
    density_maps = open_density_maps(study, base, tables, problems)
    boundary = _boundary(study, base, problems)
    zones = open_zones(study, base, problems)
    rasters = open_land_rasters(study, base, legend, problems)
    balance = names.balance(open_balance(study, base, problems))
    drivers = open_drivers(study, base, zones, problems)
    with problems.at("emissions"):
        emissions = open_emissions(study, base, zones, problems)
    with problems.at("decomposition"):
        decomposition = open_decomposition(study, base, zones, emissions, problems)
    population = _population(study, base, problems)
    classes = _classes(study, legend, tables, balance, zones, problems)
    balance = check_classes_of_uptake(balance, classes, problems)
    if classes:
        check_classes(density_maps, classes, problems)
    with problems.at("flows"):
        flows = open_flows(study, base, classes, problems)
    grid = _grid(study, rasters, boundary, problems)
    points = _points(study, base, grid, boundary, problems)
    land = _land(study, base, legend, tables, classes, rasters, grid, boundary, problems, every_pixel=every_pixel)
    check_uncertainty(study, classes, problems)
    _check_allocation(study, classes, drivers, emissions, points, problems)
    if grid is not None:
        _check_places(grid, boundary, rasters, tables, problems)
        _check_emitting(study, zones, emissions, grid, boundary, problems)
        _check_elsewhere(grid, zones, population, drivers, balance.rasters, density_maps, problems)
    _check_quantities(study, population, drivers, balance.rasters, problems)
    opened = _rasters(rasters, population, balance, drivers, density_maps)
    _warn(study, opened, problems)
    problems.stop_if_any()
    assert land is not None  # noqa: S101  the line above stops where it is
    problems.warn(*repair_notes([*([boundary] if boundary else []), *zones.values()]))
    return Inputs(
        study,
        base,
        land,
        _densities(study, tables, given, classes, density_maps),
        balance,
        zones,
        _economy(study, zones, drivers, problems),
        emissions,
        None if emissions is None else _demand(study, population, zones, points, drivers),
        drivers,
        decomposition,
        flows,
        problems.warnings,
        tuple(all_files(study, base, opened)),
    )


def _economy(
    study: Study, zones: Mapping[str, Polygons], drivers: tuple[DriverInputs, ...], problems: Problems
) -> EconomyInputs | None:
    """Economic output of the zones, with a note on those that have none."""
    economy = economy_of(study, drivers)
    with problems.at("economy"):
        problems.warn(*economy_notes(economy, zones, study.years))
    return economy


def _population(study: Study, base: Path, problems: Problems) -> dict[int, Raster]:
    """Population map of each year; none where the study names none."""
    if study.population is None:
        return {}
    with problems.at("population"):
        problems.warn(*repeated_notes("population", study.population, study.borrowed("population"), base))
        return rasters_by_year(study.years, base, study.population, problems)


def _classes(
    study: Study,
    legend: Legend | None,
    tables: Mapping[int, CarbonDensities],
    balance: BalanceInputs,
    zones: Mapping[str, Polygons],
    problems: Problems,
) -> tuple[str, ...]:
    """Land classes in the order of the density tables; none where legend or tables could not be read."""
    with problems.at("carbon_density"):
        classes = classes_in_order(legend, tables, balance.uptake, problems) if legend and tables else ()
        check_zones(tables, study, zones, problems)
    return classes


def _rasters(
    land: Mapping[int, Raster | Mosaic],
    population: Mapping[int, Raster],
    balance: BalanceInputs,
    drivers: Iterable[DriverInputs],
    density_maps: Iterable[DensityMapInputs],
) -> list[Raster | Mosaic]:
    """Every raster of a study."""
    rasters: list[Raster | Mosaic] = [*land.values(), *population.values(), *balance.rasters.values()]
    rasters += [raster for driver in drivers for raster in driver.rasters.values()]
    return rasters + [raster for item in density_maps for raster in item.all_rasters]


def _densities(
    study: Study,
    tables: Mapping[int, CarbonDensities],
    given: Mapping[int, CarbonDensities],
    classes: tuple[str, ...],
    density_maps: tuple[DensityMapInputs, ...],
) -> DensityInputs:
    """Densities as the run takes them, and as given where they are corrected for climate."""
    settings = study.carbon_density
    uncorrected = given if settings.climate is not None else {}
    return DensityInputs(tables, density_array(tables, classes), settings, density_maps, uncorrected)


def _warn(study: Study, opened: Sequence[Raster | Mosaic], problems: Problems) -> None:
    """What is no error, and a reader should know."""
    problems.warn(*[note for raster in opened for note in raster.notes])
    note_same_maps(study, problems)
    with problems.at("data_years"):
        problems.warn(*file_year_notes(study), *borrowed_notes(study))
    with problems.at("value"):
        problems.warn(*price_notes(study))


def _boundary(study: Study, base: Path, problems: Problems) -> Polygons | None:
    if study.region is None:
        return None
    with problems.at("region.boundary"):
        return problems.attempt(read_polygons, base / study.region.boundary, layer=study.region.layer)


def _grid(
    study: Study, rasters: Mapping[int, Raster | Mosaic], boundary: Polygons | None, problems: Problems
) -> Grid | None:
    """Analysis grid; none where no map, or not the boundary that the study names, could be opened."""
    if not rasters or (boundary is None and study.region is not None):
        return None
    with problems.at("grid"):
        return problems.attempt(choose_grid, rasters.values(), boundary, study.grid.resolution, study.grid.crs)


def _check_places(
    grid: Grid,
    boundary: Polygons | None,
    rasters: Mapping[int, Raster | Mosaic],
    tables: Mapping[int, CarbonDensities],
    problems: Problems,
) -> None:
    """Densities of another region, and maps that do not cover the region."""
    with problems.at("carbon_density"):
        problems.warn(*foreign_densities({table.name: table for table in tables.values()}.values(), grid))
    with problems.at("land_cover.maps"):
        errors, warnings = cover_problems(grid, boundary, rasters.values())
        problems.add(*errors)
        problems.warn(*warnings)


def _check_emitting(
    study: Study,
    zones: Mapping[str, Polygons],
    emissions: EmissionInputs | None,
    grid: Grid,
    boundary: Polygons | None,
    problems: Problems,
) -> None:
    """Zones with emissions of their own that lie outside the region, where nothing could be placed."""
    label = study.emissions.zones if study.emissions is not None else None
    if emissions is None or label is None or label not in zones:
        return
    named = {str(zone) for table in emissions.given for zone in table.loc[_emits(table), "zone"] if zone}
    outside = zones_outside(zones[label], named, grid, boundary)
    if outside:
        with problems.at(f"zones.{label}"):
            problems.add(emitting_elsewhere(label, outside))


def _emits(table: pd.DataFrame) -> pd.Series:
    """Rows of emissions or activity that are not nothing."""
    return table["emissions_t_c" if "emissions_t_c" in table else "quantity"] > 0


def _check_elsewhere(
    grid: Grid,
    zones: Mapping[str, Polygons],
    population: Mapping[int, Raster],
    drivers: Iterable[DriverInputs],
    production: Mapping[str, Raster],
    density_maps: Iterable[DensityMapInputs],
    problems: Problems,
) -> None:
    """Layers and rasters that do not touch the grid: another place, or another CRS than they say."""
    for label, polygons in zones.items():
        with problems.at(f"zones.{label}"):
            problems.add(*zones_elsewhere(polygons, grid))
    named: list[tuple[str, Mapping[Any, Raster]]] = [
        ("population", population),
        *((f"drivers.{item.name}", item.rasters) for item in drivers),
        ("balance", production),
    ]
    named += [(f"carbon_density.maps {n}", dict(enumerate(item.all_rasters))) for n, item in enumerate(density_maps, 1)]
    for place, by_year in named:
        with problems.at(place):
            for raster in each_once(by_year.values()):
                problems.add(*raster_elsewhere(raster, grid))


def _points(
    study: Study, base: Path, grid: Grid | None, boundary: Polygons | None, problems: Problems
) -> pd.DataFrame | None:
    name = study.demand.points
    with problems.at("demand.points"):
        points = problems.attempt(read_points, base / name) if name else None
        if points is not None:
            problems.warn(*repeated_points(points, name or ""))
        if points is None or grid is None:
            return points
        return problems.attempt(points_on_cells, points, grid, boundary, name or "")


def _land(
    study: Study,
    base: Path,
    legend: Legend | None,
    tables: Mapping[int, CarbonDensities],
    classes: tuple[str, ...],
    rasters: Mapping[int, Raster | Mosaic],
    grid: Grid | None,
    boundary: Polygons | None,
    problems: Problems,
    *,
    every_pixel: bool,
) -> LandInputs | None:
    """Land maps on the grid, their codes checked; none where something that they need is missing."""
    if legend is None or not classes or not rasters:
        return None
    with problems.at("land_cover.legend"):
        maps = problems.attempt(land_maps, legend, classes, rasters, study.land_cover.codes)
    if maps is None:
        return None
    with problems.at("land_cover"):
        # Of a map whose grid is refused, as for its size, a sample will do.
        met = check_codes(maps, legend, tables.values(), study, problems, every_pixel=every_pixel and grid is not None)
    # A map may show classes that the region does not have: then the count alone can tell.
    map_error = open_map_errors(study, base, classes, met if study.region is None else {}, problems)
    if grid is None:
        return None
    with problems.at("land_cover.maps"):
        problems.warn(*(problems.attempt(place_notes, maps, grid) or []))
    pairs = tuple(year_pairs(study.years, study.change.pairs))
    return LandInputs(maps, pairs, classes, grid, boundary, legend, map_error)


def _check_allocation(
    study: Study,
    classes: tuple[str, ...],
    drivers: Iterable[DriverInputs],
    emissions: EmissionInputs | None,
    points: pd.DataFrame | None,
    problems: Problems,
) -> None:
    """Weights and point sources that name a layer or a sector that there is not."""
    with problems.at("demand.weights"):
        if classes:
            problems.add(*unknown_weights(study, {item.name: item for item in drivers if item.rasters}, classes))
        if emissions is not None and (emissions.totals is not None or emissions.activity is not None):
            problems.add(*unmatched_sectors(study, emissions.given, points))


def _demand(
    study: Study,
    population: Mapping[int, Raster],
    zones: Mapping[str, Polygons],
    points: pd.DataFrame | None,
    drivers: Iterable[DriverInputs],
) -> DemandInputs:
    assert study.population is not None and study.emissions is not None  # noqa: S101, PT018  checked with the study
    layer = study.emissions.zones or ""
    return DemandInputs(
        study.years,
        study.demand,
        population,
        study.population.kind,
        layer,
        zones.get(layer),
        points,
        {driver.name: driver for driver in drivers if driver.rasters},
    )


def _check_quantities(
    study: Study,
    population: Mapping[int, Raster],
    drivers: Iterable[DriverInputs],
    production: Mapping[str, Raster],
    problems: Problems,
) -> None:
    """Look at the values of each raster that is no land map, once where it serves several years."""
    may_be_empty = "without_weight" in study.demand.model_fields_set and study.demand.without_weight == "area"
    for raster in each_once(population.values()):
        with problems.at("population"):
            problems.attempt(check_population, raster, may_be_empty=may_be_empty)
    named = [(f"drivers.{driver.name}", driver.name, driver.rasters) for driver in drivers]
    by_name: list[tuple[str, str, Mapping[Any, Raster]]] = [*named, ("balance", "production", production)]
    for place, name, by_year in by_name:
        with problems.at(place):
            for raster in each_once(by_year.values()):
                problems.warn(*(problems.attempt(check_values, raster, name) or []))
