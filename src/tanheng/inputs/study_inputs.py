"""All inputs of a study, opened and checked; every problem is found before the long work starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from tanheng.factors import (
    CarbonDensities,
    EmissionFactors,
    Legend,
    names,
)
from tanheng.grid import Grid
from tanheng.inputs.density_checks import foreign_densities
from tanheng.inputs.emissions import open_emissions, points_on_cells, unknown_weights, unmatched_sectors
from tanheng.inputs.extent import choose_grid, cover_problems
from tanheng.inputs.land import check_codes, classes_in_order, land_maps, open_densities, open_land_rasters, open_legend
from tanheng.inputs.problems import Problems
from tanheng.inputs.raster_checks import check_population, check_values
from tanheng.inputs.study_notes import borrowed_notes, check_uncertainty, note_same_maps, price_notes
from tanheng.io.mosaic import Mosaic, tile_names
from tanheng.io.rasters import Raster, locate, open_raster
from tanheng.io.results import check_folder
from tanheng.io.tables import (
    read_points,
    read_uptake,
    read_zone_values,
)
from tanheng.io.vectors import Polygons, read_polygons
from tanheng.land.engine import LandMap
from tanheng.language import listed, tr
from tanheng.study import Driver, Maps, Study


@dataclass(frozen=True)
class Inputs:
    """Everything a run needs, opened and checked."""

    study: Study
    base: Path
    classes: tuple[str, ...]
    legend: Legend
    densities: Mapping[int, CarbonDensities]
    maps: tuple[LandMap, ...]
    grid: Grid
    boundary: Polygons | None
    zones: Mapping[str, Polygons]
    emission_totals: pd.DataFrame | None
    activity: pd.DataFrame | None
    processes: pd.DataFrame | None
    reference: pd.DataFrame | None
    points: pd.DataFrame | None
    factors: EmissionFactors | None
    population: Mapping[int, Raster]
    driver_maps: Mapping[str, Mapping[int, Raster]]
    driver_tables: Mapping[str, pd.DataFrame]
    uptake: Mapping[str, float] | None
    nep: Mapping[int, Raster]
    warnings: tuple[str, ...]
    files: tuple[Path, ...]

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
    problems = Problems()
    problems.attempt(check_folder, base / study.outputs.folder)
    densities = open_densities(study, base, problems)
    legend = problems.attempt(open_legend, study, base, densities)
    boundary = (
        problems.attempt(read_polygons, base / study.region.boundary, layer=study.region.layer)
        if study.region
        else None
    )
    zones = _zones(study, base, problems)
    rasters = open_land_rasters(study, base, legend, problems)
    population = _yearly(study, base, study.population, problems) if study.population else {}
    nep = _yearly(study, base, study.balance.nep, problems) if study.balance.nep else {}
    driver_maps = {
        name: _yearly(study, base, driver, problems) for name, driver in study.drivers.items() if driver.table is None
    }
    driver_tables = _driver_tables(study, base, zones, problems)
    given = open_emissions(study, base, zones, problems)
    uptake = problems.attempt(read_uptake, base / study.balance.uptake) if study.balance.uptake else None
    classes = classes_in_order(legend, densities, uptake, problems) if legend and densities else ()
    framed = bool(rasters) and (boundary is not None or study.region is None)
    asked = study.grid
    grid = problems.attempt(choose_grid, rasters.values(), boundary, asked.resolution, asked.crs) if framed else None
    points = problems.attempt(read_points, base / study.demand.points) if study.demand.points else None
    if points is not None and grid is not None:
        points = problems.attempt(points_on_cells, points, grid, boundary, study.demand.points or "")
    check_uncertainty(study, classes, problems)
    problems.errors += unknown_weights(study, driver_maps, classes) if classes else []
    problems.errors += (
        unmatched_sectors(study, [given.totals, given.activity, given.processes], points) if given.holds_rows else []
    )
    if legend and classes and rasters:
        maps = land_maps(study, legend, classes, rasters)
        check_codes(maps, legend, study, problems, every_pixel=every_pixel)
    else:
        maps = ()
    if grid is not None:
        problems.warnings += foreign_densities({table.name: table for table in densities.values()}.values(), grid)
        errors, warnings = cover_problems(grid, boundary, rasters.values())
        problems.errors += errors
        problems.warnings += warnings
    _check_quantities(study, population, {**driver_maps, **({"nep": nep} if nep else {})}, problems)
    opened = [*rasters.values(), *population.values(), *nep.values()]
    opened += [raster for by_year in driver_maps.values() for raster in by_year.values()]
    problems.warnings += [note for raster in opened for note in raster.notes]
    note_same_maps(study, problems)
    problems.warnings += borrowed_notes(study)
    problems.warnings += price_notes(study)
    problems.stop_if_any()
    assert legend is not None and grid is not None  # noqa: S101, PT018  the line above stops where they are
    problems.warnings += _repaired([*([boundary] if boundary else []), *zones.values()])
    files = _all_files(study, base, [*rasters.values(), *population.values(), *nep.values()])
    return Inputs(
        study, base, classes, legend, densities, maps, grid, boundary, zones, given.totals, given.activity,
        given.processes, given.reference, points, given.factors, population,
        driver_maps, driver_tables, uptake, nep, tuple(dict.fromkeys(problems.warnings)), tuple(files),
    )  # fmt: skip


def _check_quantities(
    study: Study, population: Mapping[int, Raster], others: Mapping[str, Mapping[int, Raster]], problems: Problems
) -> None:
    """Look at the values of each raster that is no land map, once where it serves several years."""
    for raster in {item.path: item for item in population.values()}.values():
        problems.attempt(check_population, raster, may_be_empty=_may_be_empty(study))
    for name, by_year in others.items():
        for raster in {item.path: item for item in by_year.values()}.values():
            problems.warnings += problems.attempt(check_values, raster, name) or []


def _repaired(layers: Iterable[Polygons]) -> list[str]:
    """Warnings on polygons that had to be repaired."""
    return [
        tr(
            "{path}: {repaired} polygon(s) with invalid geometry were repaired",
            path=polygons.path,
            repaired=polygons.repaired,
        )
        for polygons in layers
        if polygons.repaired
    ]


def _all_files(study: Study, base: Path, rasters: Iterable[Raster | Mosaic]) -> list[Path]:
    """Files that a study names, and those that its rasters name in turn."""
    named = input_files(study, base)
    more = [Path(name) for raster in rasters for name in raster.files]
    known = {path.absolute() for path in named}
    return [*named, *dict.fromkeys(path for path in more if path.is_file() and path.absolute() not in known)]


def input_files(study: Study, base: Path) -> list[Path]:
    """Files that a study names, as far as they are local."""
    found: list[str] = [name for tiles in study.land_cover.maps.values() for name in tiles]
    found += [*(layer.file for layer in study.zones.values())]
    maps: list[Maps | Driver | None] = [study.population, study.balance.nep, *study.drivers.values()]
    for item in maps:
        if item is not None:
            found += [*([item.map] if item.map else []), *(item.maps or {}).values()]
    found += [driver.table for driver in study.drivers.values() if driver.table]
    found += [study.region.boundary] if study.region else []
    tables: list[str | None] = [
        study.land_cover.legend,
        study.carbon_density.table,
        *(study.carbon_density.tables or {}).values(),
        study.balance.uptake,
    ]
    if study.emissions:
        asked = study.emissions
        tables += [
            asked.totals,
            asked.activity,
            asked.balance,
            asked.processes,
            study.demand.points,
            *(asked.factors or ()),
        ]
    built_in = {name for kind in ("legends", "carbon_densities", "emission_factors") for name in names(kind)}
    found += [name for name in tables if name and name not in built_in]
    paths = [base / name for name in dict.fromkeys(found)]
    folders = [Path(name) for path in paths if path.is_dir() for name in tile_names(path)]
    shapefiles = [path for path in paths if path.suffix.lower() == ".shp"]
    parts = [path.with_suffix(suffix) for path in shapefiles for suffix in (".dbf", ".shx", ".prj", ".cpg")]
    return [path for path in [*paths, *folders, *parts] if path.is_file()]


def _zones(study: Study, base: Path, problems: Problems) -> dict[str, Polygons]:
    found = {
        label: problems.attempt(read_polygons, base / layer.file, layer.id, layer.name, layer.layer)
        for label, layer in study.zones.items()
    }
    return {label: polygons for label, polygons in found.items() if polygons is not None}


def _by_year(study: Study, base: Path, mapping: Mapping[int, str], band: int, problems: Problems) -> dict[int, Raster]:
    opened = {name: problems.attempt(open_raster, locate(name, base), band) for name in dict.fromkeys(mapping.values())}
    found = {year: opened[mapping[year]] for year in study.years if year in mapping}
    return {year: raster for year, raster in found.items() if raster is not None}


def _yearly(study: Study, base: Path, item: Maps | Driver, problems: Problems) -> dict[int, Raster]:
    mapping = item.maps if item.maps is not None else dict.fromkeys(study.years, item.map or "")
    return _by_year(study, base, mapping, item.band, problems)


def _may_be_empty(study: Study) -> bool:
    """Whether nobody on a whole population map was meant."""
    return "without_weight" in study.demand.model_fields_set and study.demand.without_weight == "area"


def _driver_tables(
    study: Study, base: Path, zones: Mapping[str, Polygons], problems: Problems
) -> dict[str, pd.DataFrame]:
    found = {}
    for name, driver in study.drivers.items():
        if driver.table is None:
            continue
        table = problems.attempt(read_zone_values, base / driver.table, driver.units or "1")
        if table is None:
            continue
        found[name] = table
        if driver.zones is not None and driver.zones in zones:
            lost = sorted(set(table["zone"]) - set(zones[driver.zones].ids))
            if lost:
                problems.errors.append(
                    tr(
                        "{table}: zone(s) not in the layer '{zones}': {names}",
                        table=driver.table,
                        zones=driver.zones,
                        names=listed(lost[:5]),
                    )
                )
        for year in study.years:
            if not ((table["year"] == year) | (table["year"] == 0)).any():
                problems.errors.append(
                    tr(
                        "{table}: no value for {year}; add it, or leave the column 'year' out",
                        table=driver.table,
                        year=year,
                    )
                )
    return found
