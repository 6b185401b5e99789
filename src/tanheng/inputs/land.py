"""Land maps, their legend and the carbon densities of a study, opened and checked against each other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tanheng.errors import InputError, nearest
from tanheng.factors import (
    CarbonDensities,
    Legend,
    carbon_densities_from,
    legend_from,
)
from tanheng.inputs.density_checks import check_densities
from tanheng.inputs.problems import Problems
from tanheng.inputs.raster_checks import SAMPLE_PIXELS
from tanheng.io.mosaic import Mosaic, open_mosaic, tile_names
from tanheng.io.rasters import Raster, is_remote, locate
from tanheng.land.engine import LandMap, inventory
from tanheng.land.lookup import Lookup
from tanheng.language import listed, tr
from tanheng.study import Study


def open_legend(study: Study, base: Path, densities: Mapping[int, CarbonDensities]) -> Legend:
    """Legend of the land maps with the study's own codes; an InputError names a class that neither legend nor densities know."""
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


def open_densities(study: Study, base: Path, problems: Problems) -> dict[int, CarbonDensities]:
    """Density table of each year, its values checked for plausible magnitude."""
    names_by_year = study.carbon_density.tables or dict.fromkeys(study.years, study.carbon_density.table or "")
    tables = {
        name: problems.attempt(carbon_densities_from, name, base) for name in dict.fromkeys(names_by_year.values())
    }
    for table in tables.values():
        if table is not None:
            check_densities(table, problems, accept_unusual=study.carbon_density.accept_unusual)
    found = {year: tables[names_by_year[year]] for year in study.years if year in names_by_year}
    return {year: table for year, table in found.items() if table is not None}


def classes_in_order(
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


def open_land_rasters(
    study: Study, base: Path, legend: Legend | None, problems: Problems
) -> dict[int, Raster | Mosaic]:
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


def land_maps(
    study: Study, legend: Legend, classes: tuple[str, ...], rasters: Mapping[int, Raster | Mosaic]
) -> tuple[LandMap, ...]:
    """Map of each year with the class of each of its codes; a declared nodata value is no class."""
    found = []
    for year, raster in rasters.items():
        codes = dict(legend.codes)
        declared = raster.nodata
        if declared is not None and float(declared).is_integer() and int(declared) not in study.land_cover.codes:
            codes[int(declared)] = None
        found.append(LandMap(year, raster, Lookup(classes, codes)))
    return tuple(found)


def check_codes(
    maps: tuple[LandMap, ...], legend: Legend, study: Study, problems: Problems, *, every_pixel: bool
) -> None:
    """Note codes that the legend lacks, and maps without a single pixel of a class."""
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
