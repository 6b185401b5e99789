"""All inputs of a study, opened and checked; every problem is found before the long work starts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely

from tanheng.accounting.energy_balance import FlowRule, fuel_burnt, sum_gaps, supplied
from tanheng.errors import InputError, nearest
from tanheng.factors import (
    CarbonDensities,
    EmissionFactors,
    Legend,
    carbon_densities_from,
    emission_factors_from,
    legend_from,
    names,
)
from tanheng.factors.flows import MADE_OF, flows
from tanheng.factors.gases import sectors
from tanheng.grid import Grid, project, transformer
from tanheng.io.mosaic import Mosaic, open_mosaic, tile_names
from tanheng.io.rasters import Raster, is_remote, locate, open_raster
from tanheng.io.results import check_folder
from tanheng.io.tables import (
    read_activity,
    read_energy_balance,
    read_points,
    read_processes,
    read_totals,
    read_uptake,
    read_zone_values,
)
from tanheng.io.vectors import Polygons, read_polygons
from tanheng.land.engine import LandMap, inventory
from tanheng.land.lookup import Lookup
from tanheng.pipeline.framing import choose_grid, cover_problems
from tanheng.pipeline.problems import Problems
from tanheng.study import Driver, EmissionsChoice, Maps, Study
from tanheng.units import same_dimension

#: Pixels that are read to look for unknown codes before a run; `tanheng check` reads every one.
SAMPLE_PIXELS = 60_000_000


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
    given = _emissions(study, base, zones, problems)
    uptake = problems.attempt(read_uptake, base / study.balance.uptake) if study.balance.uptake else None
    classes = _classes(legend, densities, uptake, problems) if legend and densities else ()
    framed = bool(rasters) and (boundary is not None or study.region is None)
    asked = study.grid
    grid = problems.attempt(choose_grid, rasters.values(), boundary, asked.resolution, asked.crs) if framed else None
    points = problems.attempt(read_points, base / study.demand.points) if study.demand.points else None
    if points is not None and grid is not None:
        points = problems.attempt(_on_cells, points, grid, boundary, study.demand.points or "")
    problems.errors += _unknown_weights(study, driver_maps, classes) if classes else []
    if legend and classes and rasters:
        maps = _land_maps(study, legend, classes, rasters)
        _check_codes(maps, legend, study, problems, every_pixel=every_pixel)
    else:
        maps = ()
    if grid is not None:
        errors, warnings = cover_problems(grid, boundary, rasters.values())
        problems.errors += errors
        problems.warnings += warnings
    for raster in {item.path: item for item in population.values()}.values():
        problems.attempt(_check_people, raster, may_be_empty=_may_be_empty(study))
    _note_same_maps(study, problems)
    problems.stop_if_any()
    assert legend is not None and grid is not None  # noqa: S101, PT018  the line above stops where they are
    for polygons in (*([boundary] if boundary else []), *zones.values()):
        if polygons.repaired:
            problems.warnings.append(
                f"{polygons.path}: {polygons.repaired} polygon(s) with invalid geometry were repaired"
            )
    files = _all_files(study, base, [*rasters.values(), *population.values(), *nep.values()])
    return Inputs(
        study, base, classes, legend, densities, maps, grid, boundary, zones, given.totals, given.activity,
        given.processes, given.reference, points, given.factors, population,
        driver_maps, driver_tables, uptake, nep, tuple(dict.fromkeys(problems.warnings)), tuple(files),
    )  # fmt: skip


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
            raise InputError(f"land_cover.legend: {error}") from error
    else:
        coded = next((item for item in densities.values() if item.codes), None)
        if coded is None or coded.codes is None:
            raise InputError(
                "land_cover.legend is missing: name one (see 'tanheng legends'), or a density table with map codes (lucode)"
            )
        legend = Legend(coded.name, dict(coded.codes), coded.source)
    known = set(legend.classes) | {name for item in densities.values() for name in item.values}
    for code, name in study.land_cover.codes.items():
        if name and name not in known:
            raise InputError(f"land_cover.codes: {code} = '{name}': there is no such class{nearest(name, known)}")
    extra: dict[int, str | None] = dict.fromkeys(study.land_cover.nodata, None)
    return legend.with_codes(extra | {code: name or None for code, name in study.land_cover.codes.items()})


def _densities(study: Study, base: Path, problems: Problems) -> dict[int, CarbonDensities]:
    names_by_year = study.carbon_density.tables or dict.fromkeys(study.years, study.carbon_density.table or "")
    tables = {
        name: problems.attempt(carbon_densities_from, name, base) for name in dict.fromkeys(names_by_year.values())
    }
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
        hint = "; or leave 'legend' out: this table names the map codes itself" if one.codes else ""
        if missing:
            problems.errors.append(
                f"{one.name}: no carbon density for class {', '.join(repr(name) for name in missing)} of the legend; "
                f"add a row{nearest(missing[0], one.values)}{hint}"
            )
    if uptake is not None:
        lacking = [name for name in wanted if name not in uptake]
        if lacking:
            problems.errors.append(
                f"balance.uptake: no row for class {', '.join(map(repr, lacking))}{nearest(lacking[0], uptake)}"
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
                f"{raster.path}: declares {declared:g} as nodata, which the legend calls '{legend.codes[code]}'; it is taken as no data"
            )
        counts = problems.attempt(inventory, raster, most_pixels=None if every_pixel else SAMPLE_PIXELS)
        if counts is None:
            continue
        unknown = unknown_codes(item, counts, study)
        if unknown:
            problems.errors.append(unknown)
        elif not any(item.lookup.codes.get(code) is not None for code in counts) and every_pixel:
            problems.errors.append(f"{raster.path}: is nodata everywhere; is it the right file and band?")


def _may_be_empty(study: Study) -> bool:
    """Whether nobody on a whole population map was meant."""
    return "without_weight" in study.demand.model_fields_set and study.demand.without_weight == "area"


def _check_people(raster: Raster, *, may_be_empty: bool) -> None:
    """Refuse a population map with negative values, or without anybody; large maps are sampled."""
    highest = 0.0
    strips = range(0, raster.pixels.height, max(raster.tile[0], 256))
    step = max(1, raster.pixels.height * raster.pixels.width // SAMPLE_PIXELS)
    for row in strips[::step]:
        values = raster.read_values(
            row, 0, min(max(raster.tile[0], 256), raster.pixels.height - row), raster.pixels.width
        )
        if (values < 0).any():
            raise InputError(
                f"{raster.path}: has negative values ({np.nanmin(values):g}); a population can't be negative: "
                "declare the number that means no data (gdal_edit -a_nodata)"
            )
        highest = max(highest, float(np.nanmax(values, initial=0.0)))
    if highest == 0 and step == 1 and not may_be_empty:
        raise InputError(
            f"{raster.path}: nobody lives there: all values are zero or missing; is it the right file and band?"
        )


def _note_same_maps(study: Study, problems: Problems) -> None:
    years = [year for year in study.years if year in study.land_cover.maps]
    for first, last in pairwise(years):
        if study.land_cover.maps[first] == study.land_cover.maps[last]:
            problems.warnings.append(
                f"land_cover.maps: {first} and {last} name the same map, so nothing can change between them"
            )


def unknown_codes(item: LandMap, counts: Mapping[int, int], study: Study) -> str:
    """Message that lists the codes which the legend lacks, with their pixel counts; empty where there are none."""
    unknown = sorted(code for code in counts if code not in item.lookup.codes)
    if not unknown:
        return ""
    listed = ", ".join(f"{code} ({counts[code]:,} pixels)" for code in unknown[:12])
    more = f" and {len(unknown) - 12} more" if len(unknown) > 12 else ""
    return (
        f"{item.source.name}: codes that the legend '{study.land_cover.legend or 'of the density table'}' lacks: {listed}{more}; map them in "
        f'[land_cover] with codes = {{ {unknown[0]} = "CLASS" }}, or nodata = [{unknown[0]}] where they mean no data'
    )


@dataclass(frozen=True)
class _Given:
    """What a study gives of its emissions."""

    totals: pd.DataFrame | None = None
    activity: pd.DataFrame | None = None
    processes: pd.DataFrame | None = None
    reference: pd.DataFrame | None = None
    factors: EmissionFactors | None = None


def _emissions(study: Study, base: Path, zones: Mapping[str, Polygons], problems: Problems) -> _Given:
    asked = study.emissions
    if asked is None:
        return _Given()
    totals = problems.attempt(read_totals, base / asked.totals) if asked.totals else None
    activity = problems.attempt(read_activity, base / asked.activity) if asked.activity else None
    reference = None
    if asked.balance:
        burnt = problems.attempt(_burnt, base / asked.balance, asked, problems)
        activity, reference = burnt if burnt is not None else (None, None)
    processes = problems.attempt(read_processes, base / asked.processes) if asked.processes else None
    factors = problems.attempt(emission_factors_from, asked.factors, base) if asked.factors else None
    name = asked.totals or asked.activity or asked.balance or ""
    if activity is not None:
        activity = _of_account(activity, asked, name, problems)
    if activity is not None and factors is not None:
        _check_factors(activity, factors, name, problems)
    if asked.zones is not None and asked.zones in zones:
        totals, activity, processes = (_by_id(table, zones[asked.zones]) for table in (totals, activity, processes))
    table = totals if asked.totals else activity
    if table is not None:
        _check_emission_rows(study, table, str(base / name), zones, problems)
    return _Given(totals, activity, processes, reference, factors)


def _of_account(activity: pd.DataFrame, asked: EmissionsChoice, name: str, problems: Problems) -> pd.DataFrame:
    """Rows that the account counts: what is burnt here, or what is used here with its share of power and heat from anywhere.

    Both at once would count power stations twice, once at their stacks and once in the electricity.
    """
    carrier = activity["fuel"].isin(_CARRIERS)
    if asked.account == "territorial":
        if carrier.any():
            problems.errors.append(
                f"{name}: electricity and heat count where they are made in a territorial account; take their rows out, or write "
                'account = "consumption" with grid_factor'
            )
        return activity
    if (activity["fuel"] == "heat").any() and asked.heat_factor is None:
        problems.errors.append(f"{name}: has rows of heat; account 'consumption' then needs 'heat_factor' (t CO2/GJ)")
    made = np.array(
        [sectors().get(str(item).lower(), ("", ""))[1] == "energy industries" for item in activity["sector"]]
    )
    if made.any():
        problems.warnings.append(
            f"{name}: fuel burnt for power and heat is left out of the consumption account, where electricity and heat stand for it"
        )
    for unit in dict.fromkeys(activity.loc[carrier, "unit"]):
        if not same_dimension(unit, "TJ"):
            problems.errors.append(f"{name}: electricity and heat are energies (kWh, GJ, tce); '{unit}' does not fit")
    return activity[~made].reset_index(drop=True)


#: What a territorial account counts where it is made, not where it is used.
_CARRIERS = frozenset({"electricity", "heat"})


def _burnt(path: Path, asked: EmissionsChoice, problems: Problems) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    """Activity that an energy balance gives, and what is supplied for the reference approach; notes on sums that do not add up."""
    balance, totals = read_energy_balance(path)
    known = flows()
    rules = {name: FlowRule(flow.counts, flow.sector, flow.part_of) for name, flow in known.flows.items()}
    for name, counts in asked.burnt.items():
        flow = known.find(name)
        rules[flow] = FlowRule(counts, rules[flow].sector or flow, rules[flow].part_of)
    found = fuel_burnt(balance, rules, _CARRIERS, MADE_OF)
    activity: pd.DataFrame = found.activity
    if asked.account == "consumption":
        used = {
            name: FlowRule(max(rule.counts, 0.0) * (rule.counts > 0), rule.sector, rule.part_of)
            for name, rule in rules.items()
        }
        bought = fuel_burnt(balance[balance["fuel"].isin(_CARRIERS)], used, frozenset())
        activity = pd.concat([activity, bought.activity], ignore_index=True)
    problems.warnings += found.notes
    for name, rows in totals.groupby("fuel"):
        problems.warnings += sum_gaps(balance, rows, str(name).title())
    if activity.empty:
        raise InputError(
            f"{path}: no fuel is burnt in it; does it have final consumption, thermal power or heating supply?"
        )
    return activity, supplied(balance, _CARRIERS)


def _unknown_weights(study: Study, drivers: Mapping[str, object], classes: tuple[str, ...]) -> list[str]:
    """Layers that weights of demand name and the study does not have."""
    known = ("population", *drivers, *classes)
    asked = study.demand
    named = [(item.sector, (*item.by, *item.inside)) for item in asked.weights] + [
        ("compare_with", tuple(asked.compare_with or {}))
    ]
    return [
        f"demand.weights, {sector}: there is no layer '{name}'{nearest(name, known)}; known are population, drivers with maps and classes"
        for sector, names in named
        for name in names
        if name not in known and name not in study.drivers
    ]


def _on_cells(points: pd.DataFrame, grid: Grid, boundary: Polygons | None, name: str) -> pd.DataFrame:
    """Point sources with the number of their cell.

    Raises
    ------
    InputError
        A point lies outside the region.
    """
    x, y = transformer(pyproj.CRS(4326), grid.crs).transform(
        points["longitude"].to_numpy(), points["latitude"].to_numpy()
    )
    west, _, _, north = grid.bounds
    column = np.floor((np.asarray(x) - west) / grid.resolution).astype(int)
    row = np.floor((north - np.asarray(y)) / grid.resolution).astype(int)
    inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    if boundary is not None:
        whole = shapely.union_all(project(boundary.geometries, boundary.crs, grid.crs))
        inside &= shapely.contains_xy(whole, x, y)
    if not inside.all():
        at = points[~inside].iloc[0]
        raise InputError(
            f"{name}: {int((~inside).sum())} point(s) lie outside the region, the first at {at.longitude:g}, {at.latitude:g} ({at.sector}); "
            "are longitude and latitude in their columns?"
        )
    return points.assign(cell=row * grid.columns + column)


def _by_id(table: pd.DataFrame | None, polygons: Polygons) -> pd.DataFrame | None:
    """Table whose zones are identifiers, where some were given by their name (and only one zone has it)."""
    if table is None:
        return None
    names = list(polygons.names)
    ids = {name: zone for name, zone in zip(names, polygons.ids, strict=True) if names.count(name) == 1}
    known = set(polygons.ids)
    return table.assign(zone=[zone if zone in known else ids.get(zone, zone) for zone in table["zone"]])


def _check_factors(activity: pd.DataFrame, factors: EmissionFactors, name: str, problems: Problems) -> None:
    for made, source in MADE_OF.items():
        if {made, source} <= set(activity["fuel"]):
            problems.warnings.append(
                f"{name}: has rows of {source} and of {made}, which carries the carbon of {source}; where both come from the same works, "
                "it is counted twice"
            )
    rows = activity[~activity["fuel"].isin(_CARRIERS)]
    for fuel, unit in dict.fromkeys(zip(rows["fuel"], rows["unit"], strict=True)):
        found = problems.attempt(factors.fuel, fuel)
        if found is None:
            problems.errors[-1] = f"{name}: {problems.errors[-1]}"
            continue
        if problems.attempt(found[0].carbon_per, unit) is None:
            problems.errors[-1] = f"{name}: {problems.errors[-1]}"
        if found[1]:
            problems.warnings.append(found[1])


def _check_emission_rows(
    study: Study, table: pd.DataFrame, name: str, zones: Mapping[str, Polygons], problems: Problems
) -> None:
    assert study.emissions is not None  # noqa: S101  called only where they are asked for
    for year in study.years:
        if not (table["year"] == year).any():
            problems.errors.append(f"{name}: no row for {year}; add it, or take the year out of 'years'")
    named = sorted(set(table.loc[table["zone"] != "", "zone"]))
    if named and study.emissions.zones is None:
        problems.errors.append(
            f'{name}: has zones ({named[0]}, ...); name their layer in [emissions] with zones = "..."'
        )
    elif study.emissions.zones is not None and study.emissions.zones in zones:
        known = zones[study.emissions.zones].ids
        lost = [zone for zone in named if zone not in known]
        if lost:
            problems.errors.append(
                f"{name}: {len(lost)} zone(s) are not in the layer '{study.emissions.zones}': {', '.join(lost[:5])}{nearest(lost[0], known[:20])}"
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
                    f"{driver.table}: zone(s) not in the layer '{driver.zones}': {', '.join(lost[:5])}"
                )
        for year in study.years:
            if not ((table["year"] == year) | (table["year"] == 0)).any():
                problems.errors.append(f"{driver.table}: no value for {year}; add it, or leave the column 'year' out")
    return found
