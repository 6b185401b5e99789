"""All inputs of a study, opened and checked; every problem is found before the long work starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from tanheng.errors import InputError, nearest
from tanheng.factors import (
    CarbonDensities,
    EmissionFactors,
    Legend,
    carbon_densities_from,
    legend_from,
    names,
)
from tanheng.factors.densities import POOLS
from tanheng.grid import Grid
from tanheng.io.mosaic import Mosaic, open_mosaic, tile_names
from tanheng.io.rasters import Raster, is_remote, locate, open_raster
from tanheng.io.results import check_folder
from tanheng.io.tables import (
    read_points,
    read_uptake,
    read_zone_values,
)
from tanheng.io.vectors import Polygons, read_polygons
from tanheng.land.engine import LandMap, inventory
from tanheng.land.lookup import Lookup
from tanheng.language import listed, mark, tr
from tanheng.pipeline.density_checks import check_densities, foreign_densities
from tanheng.pipeline.emission_inputs import open_emissions, points_on_cells, unknown_weights, unmatched_sectors
from tanheng.pipeline.framing import choose_grid, cover_problems
from tanheng.pipeline.problems import Problems
from tanheng.pipeline.raster_checks import SAMPLE_PIXELS, check_population, check_values
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
    densities = _densities(study, base, problems)
    legend = problems.attempt(_legend, study, base, densities)
    boundary = (
        problems.attempt(read_polygons, base / study.region.boundary, layer=study.region.layer)
        if study.region
        else None
    )
    zones = _zones(study, base, problems)
    rasters = _land_rasters(study, base, legend, problems)
    population = _yearly(study, base, study.population, problems) if study.population else {}
    nep = _yearly(study, base, study.balance.nep, problems) if study.balance.nep else {}
    driver_maps = {
        name: _yearly(study, base, driver, problems) for name, driver in study.drivers.items() if driver.table is None
    }
    driver_tables = _driver_tables(study, base, zones, problems)
    given = open_emissions(study, base, zones, problems)
    uptake = problems.attempt(read_uptake, base / study.balance.uptake) if study.balance.uptake else None
    classes = _classes(legend, densities, uptake, problems) if legend and densities else ()
    framed = bool(rasters) and (boundary is not None or study.region is None)
    asked = study.grid
    grid = problems.attempt(choose_grid, rasters.values(), boundary, asked.resolution, asked.crs) if framed else None
    points = problems.attempt(read_points, base / study.demand.points) if study.demand.points else None
    if points is not None and grid is not None:
        points = problems.attempt(points_on_cells, points, grid, boundary, study.demand.points or "")
    _check_uncertainty(study, classes, problems)
    problems.errors += unknown_weights(study, driver_maps, classes) if classes else []
    problems.errors += (
        unmatched_sectors(study, [given.totals, given.activity, given.processes], points) if given.holds_rows else []
    )
    if legend and classes and rasters:
        maps = _land_maps(study, legend, classes, rasters)
        _check_codes(maps, legend, study, problems, every_pixel=every_pixel)
    else:
        maps = ()
    if grid is not None:
        problems.warnings += foreign_densities({table.name: table for table in densities.values()}.values(), grid)
        errors, warnings = cover_problems(grid, boundary, rasters.values())
        problems.errors += errors
        problems.warnings += warnings
    for raster in {item.path: item for item in population.values()}.values():
        problems.attempt(check_population, raster, may_be_empty=_may_be_empty(study))
    for name, by_year in (*driver_maps.items(), *([("nep", nep)] if nep else [])):
        for raster in {item.path: item for item in by_year.values()}.values():
            problems.warnings += problems.attempt(check_values, raster, name) or []
    opened = [*rasters.values(), *population.values(), *nep.values()]
    opened += [raster for by_year in driver_maps.values() for raster in by_year.values()]
    problems.warnings += [note for raster in opened for note in raster.notes]
    _note_same_maps(study, problems)
    problems.warnings += borrowed_notes(study)
    problems.warnings += _price_notes(study)
    problems.stop_if_any()
    assert legend is not None and grid is not None  # noqa: S101, PT018  the line above stops where they are
    for polygons in (*([boundary] if boundary else []), *zones.values()):
        if polygons.repaired:
            problems.warnings.append(
                tr(
                    "{path}: {repaired} polygon(s) with invalid geometry were repaired",
                    path=polygons.path,
                    repaired=polygons.repaired,
                )
            )
    files = _all_files(study, base, [*rasters.values(), *population.values(), *nep.values()])
    return Inputs(
        study, base, classes, legend, densities, maps, grid, boundary, zones, given.totals, given.activity,
        given.processes, given.reference, points, given.factors, population,
        driver_maps, driver_tables, uptake, nep, tuple(dict.fromkeys(problems.warnings)), tuple(files),
    )  # fmt: skip


def _check_uncertainty(study: Study, classes: tuple[str, ...], problems: Problems) -> None:
    """Note classes that the uncertainty of densities or areas names wrongly or leaves out."""
    given_for = study.carbon_density.uncertainty
    by_class: dict[str, Mapping[str, float]] = {"land_cover.area_uncertainty": study.land_cover.area_uncertainty}
    if isinstance(given_for, dict) and not study.carbon_density.uncertain_pools:
        by_class["carbon_density.uncertainty"] = given_for
    if not classes:
        return
    for place, halves in by_class.items():
        problems.errors += [
            tr("{place}: there is no class '{name}'{nearest}", place=place, name=name, nearest=nearest(name, classes))
            for name in halves
            if name not in classes
        ]
        silent = [name for name in classes if name not in halves]
        if halves and silent:
            problems.warnings.append(
                tr("{place}: none is given for {names}, which count as certain", place=place, names=listed(silent))
            )
    if study.carbon_density.uncertain_pools and isinstance(given_for, dict):
        left = [pool for pool in POOLS if pool not in given_for]
        if left:
            problems.warnings.append(
                tr(
                    "{place}: none is given for {names}, which count as certain",
                    place="carbon_density.uncertainty",
                    names=listed(left),
                )
            )


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


def _legend(study: Study, base: Path, densities: Mapping[int, CarbonDensities]) -> Legend:
    given = study.land_cover.legend
    if given is not None:
        try:
            legend = legend_from(given, base)
        except InputError as error:
            raise InputError(tr("land_cover.legend: {error}", error=error)) from error
    else:
        coded = next((item for item in densities.values() if item.codes), None)
        if coded is None or coded.codes is None:
            raise InputError(
                tr(
                    "land_cover.legend is missing: name one (see 'tanheng legends'), or a density table with map codes (lucode)"
                )
            )
        legend = Legend(coded.name, dict(coded.codes), coded.source)
    known = set(legend.classes) | {name for item in densities.values() for name in item.values}
    for code, name in study.land_cover.codes.items():
        if name and name not in known:
            raise InputError(
                tr(
                    "land_cover.codes: {code} = '{name}': there is no such class{nearest}",
                    code=code,
                    name=name,
                    nearest=nearest(name, known),
                )
            )
    extra: dict[int, str | None] = dict.fromkeys(study.land_cover.nodata, None)
    return legend.with_codes(extra | {code: name or None for code, name in study.land_cover.codes.items()})


def _densities(study: Study, base: Path, problems: Problems) -> dict[int, CarbonDensities]:
    names_by_year = study.carbon_density.tables or dict.fromkeys(study.years, study.carbon_density.table or "")
    tables = {
        name: problems.attempt(carbon_densities_from, name, base) for name in dict.fromkeys(names_by_year.values())
    }
    for table in tables.values():
        if table is not None:
            check_densities(table, problems, accept_unusual=study.carbon_density.accept_unusual)
    found = {year: tables[names_by_year[year]] for year in study.years if year in names_by_year}
    return {year: table for year, table in found.items() if table is not None}


def _classes(
    legend: Legend,
    densities: Mapping[int, CarbonDensities],
    uptake: Mapping[str, float] | None,
    problems: Problems,
) -> tuple[str, ...]:
    """Classes of the legend in the order of the density table; those without a density are problems."""
    wanted = legend.classes
    for table in dict.fromkeys(id(item) for item in densities.values()):
        one = next(item for item in densities.values() if id(item) == table)
        missing = [name for name in wanted if name not in one.values]
        hint = tr("; or leave 'legend' out: this table names the map codes itself") if one.codes else ""
        if missing:
            problems.errors.append(
                tr(
                    "{name}: no carbon density for class {names} of the legend; add a row{nearest}{hint}",
                    name=one.name,
                    names=listed(repr(name) for name in missing),
                    nearest=nearest(missing[0], one.values),
                    hint=hint,
                )
            )
    if uptake is not None:
        lacking = [name for name in wanted if name not in uptake]
        if lacking:
            problems.errors.append(
                tr(
                    "balance.uptake: no row for class {names}{nearest}",
                    names=listed(map(repr, lacking)),
                    nearest=nearest(lacking[0], uptake),
                )
            )
    order = list(next(iter(densities.values())).values)
    return tuple(sorted(wanted, key=lambda name: order.index(name) if name in order else len(order)))


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


def _land_rasters(study: Study, base: Path, legend: Legend | None, problems: Problems) -> dict[int, Raster | Mosaic]:
    """Map of each year: a file, a list of tiles, or a folder of them."""
    empty = [code for code, name in legend.codes.items() if name is None] if legend else []
    asked = {year: study.land_cover.maps[year] for year in study.years if year in study.land_cover.maps}
    opened = {
        tiles: problems.attempt(_land_raster, tiles, base, study.land_cover.band, empty[0] if empty else None)
        for tiles in dict.fromkeys(asked.values())
    }
    found = {year: opened[tiles] for year, tiles in asked.items()}
    return {year: raster for year, raster in found.items() if raster is not None}


def _land_raster(tiles: tuple[str, ...], base: Path, band: int, fill: int | None) -> Raster | Mosaic:
    names = [locate(name, base) for name in tiles]
    if len(names) == 1 and not is_remote(names[0]) and Path(names[0]).is_dir():
        names = tile_names(Path(names[0]))
    return open_mosaic(names, band, fill)


def _yearly(study: Study, base: Path, item: Maps | Driver, problems: Problems) -> dict[int, Raster]:
    mapping = item.maps if item.maps is not None else dict.fromkeys(study.years, item.map or "")
    return _by_year(study, base, mapping, item.band, problems)


def _land_maps(
    study: Study, legend: Legend, classes: tuple[str, ...], rasters: Mapping[int, Raster | Mosaic]
) -> tuple[LandMap, ...]:
    found = []
    for year, raster in rasters.items():
        codes = dict(legend.codes)
        declared = raster.nodata
        if declared is not None and float(declared).is_integer() and int(declared) not in study.land_cover.codes:
            codes[int(declared)] = None
        found.append(LandMap(year, raster, Lookup(classes, codes)))
    return tuple(found)


def _check_codes(
    maps: tuple[LandMap, ...], legend: Legend, study: Study, problems: Problems, *, every_pixel: bool
) -> None:
    for item in maps:
        raster = item.source
        assert isinstance(raster, (Raster, Mosaic))  # noqa: S101  land maps are made from these above
        declared = raster.nodata
        whole = declared is not None and float(declared).is_integer()
        code = int(declared) if declared is not None and whole else None
        if code is not None and legend.codes.get(code) is not None and code not in study.land_cover.codes:
            problems.warnings.append(
                tr(
                    "{path}: declares {declared:g} as nodata, which the legend calls '{codes}'; it is taken as no data",
                    path=raster.path,
                    declared=declared,
                    codes=legend.codes[code],
                )
            )
        counts = problems.attempt(inventory, raster, most_pixels=None if every_pixel else SAMPLE_PIXELS)
        if counts is None:
            continue
        unknown = unknown_codes(item, counts, study)
        if unknown:
            problems.errors.append(unknown)
        elif not any(item.lookup.codes.get(code) is not None for code in counts) and every_pixel:
            problems.errors.append(tr("{path}: is nodata everywhere; is it the right file and band?", path=raster.path))


def _may_be_empty(study: Study) -> bool:
    """Whether nobody on a whole population map was meant."""
    return "without_weight" in study.demand.model_fields_set and study.demand.without_weight == "area"


def _note_same_maps(study: Study, problems: Problems) -> None:
    years = [year for year in study.years if year in study.land_cover.maps]
    for first, last in pairwise(years):
        if study.land_cover.maps[first] == study.land_cover.maps[last]:
            problems.warnings.append(
                tr(
                    "land_cover.maps: {first} and {last} name the same map, so nothing can change between them",
                    first=first,
                    last=last,
                )
            )


def _price_notes(study: Study) -> list[str]:
    """Warnings on a price that rises, and on one that looks like that of a tonne of carbon dioxide."""
    value = study.value
    if value is None or value.price_change_percent == 0:
        return []
    change = value.price_change_percent
    falling = -100.0 * change / (100.0 + change)
    return [
        tr(
            "value.price_change_percent = {change:g} is a second discount, as InVEST's rate_change: it lets the worth of carbon "
            "change by {falling:+.3g} % a year. For a price that rises by {rise:g} % a year write {asked:.4g}",
            change=change,
            falling=falling,
            rise=abs(change),
            asked=-100.0 * abs(change) / (100.0 + abs(change)),
        )
    ]


def borrowed_notes(study: Study) -> list[str]:
    """Warnings on data of other years than those that they stand in for."""
    found = [
        tr(
            "{years}: {what} of {data_year} stand in, as the study says (data_years)",
            years=listed(year for year, one in study.borrowed(name).items() if one == of),
            what=tr(INPUT_WORDS[name]) if name in INPUT_WORDS else tr("data of '{name}'", name=name),
            data_year=of,
        )
        for name in study.data_years
        for of in dict.fromkeys(study.borrowed(name).values())
    ]
    population = study.population
    if (
        population is not None
        and population.map is not None
        and len(study.years) > 1
        and "population" not in study.data_years
    ):
        found.append(
            tr(
                "population: one map stands for {years}; write its year in [data_years], as population = {{ {year} = YEAR }}",
                years=listed(study.years),
                year=study.years[0],
            )
        )
    return found


#: Inputs whose data may be of another year, in words.
INPUT_WORDS = {
    "emissions": mark("data of emissions"),
    "population": mark("data of population"),
    "land_cover": mark("land-cover data"),
    "nep": mark("data of net ecosystem production"),
}


def unknown_codes(item: LandMap, counts: Mapping[int, int], study: Study) -> str:
    """Message that lists the codes which the legend lacks, with their pixel counts; empty where there are none."""
    unknown = sorted(code for code in counts if code not in item.lookup.codes)
    if not unknown:
        return ""
    listed = ", ".join(tr("{code} ({counts:,} pixels)", code=code, counts=counts[code]) for code in unknown[:12])
    more = tr(" and {count} more", count=len(unknown) - 12) if len(unknown) > 12 else ""
    return tr(
        "{name}: codes that the legend '{legend}' lacks: {listed}{more}; map them in [land_cover] with codes "
        '= {{ {unknown} = "CLASS" }}, or nodata = [{unknown}] where they mean no data',
        name=item.source.name,
        legend=study.land_cover.legend or "of the density table",
        listed=listed,
        more=more,
        unknown=unknown[0],
    )


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
