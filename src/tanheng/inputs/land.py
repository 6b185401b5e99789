"""Land maps and their legend, opened and checked against each other and against the carbon densities."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from tanheng.errors import InputError, nearest
from tanheng.factors.densities import CarbonDensities
from tanheng.factors.legends import Legend, legend_from
from tanheng.inputs.checks.legend_checks import absent_classes, unused_densities
from tanheng.inputs.checks.raster_checks import SAMPLE_PIXELS
from tanheng.inputs.land_maps import nodata_note, unknown_codes
from tanheng.inputs.problems import Problems
from tanheng.io.mosaic import Mosaic, open_mosaic, tile_names
from tanheng.io.rasters import Raster, is_remote, locate
from tanheng.land.engine import LandMap, inventory
from tanheng.language import listed, name_of, tr
from tanheng.plain_files import is_folder
from tanheng.study import Study
from tanheng.study.parts import band_of


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
        if coded is not None and coded.codes is not None:
            legend = Legend(coded.name, dict(coded.codes), coded.source)
        elif study.land_cover.codes:
            legend = Legend(tr("codes of the study"), {})
        else:
            raise InputError(
                tr(
                    "land_cover.legend is missing: name one (see 'tanheng legends'), a density table with map codes (lucode), or the class "
                    "of each code in 'codes'"
                )
            )
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
            problems.add(
                tr(
                    "{name}: no carbon density for class {names} of the legend; add a row, as '{example}'{nearest}{hint}",
                    name=one.name,
                    names=listed(_both(name) for name in missing),
                    example=tr("{land_class},ABOVE,BELOW,SOIL,DEAD", land_class=name_of(missing[0])),
                    nearest=nearest(missing[0], one.values),
                    hint=hint,
                )
            )
    if uptake is not None:
        lacking = [name for name in wanted if name not in uptake]
        if lacking:
            problems.add(
                tr(
                    "balance.uptake: no row for class {names}{nearest}",
                    names=listed(map(_both, lacking)),
                    nearest=nearest(lacking[0], uptake),
                )
            )
    order = list(next(iter(densities.values())).values)
    return tuple(sorted(wanted, key=lambda name: order.index(name) if name in order else len(order)))


def _both(name: str) -> str:
    """Class as the tables know it, with what tanheng prints for it where that differs."""
    printed = name_of(name)
    return repr(name) if printed == name else tr("'{name}' ({printed})", name=name, printed=printed)


def open_land_rasters(
    study: Study, base: Path, legend: Legend | None, problems: Problems
) -> dict[int, Raster | Mosaic]:
    """Map of each year: a file, a list of tiles, or a folder of them."""
    empty = [code for code, name in legend.codes.items() if name is None] if legend else []
    given = study.land_cover
    places = {year: (given.maps[year], band_of(given.band, year)) for year in study.years if year in given.maps}
    opened = {
        (tiles, band): _at_maps(problems, tiles, base, band, empty[0] if empty else None)
        for tiles, band in dict.fromkeys(places.values())
    }
    rasters = {year: opened[place] for year, place in places.items()}
    return {year: raster for year, raster in rasters.items() if raster is not None}


def _at_maps(
    problems: Problems, tiles: tuple[str, ...], base: Path, band: int | None, fill: int | None
) -> Raster | Mosaic | None:
    with problems.at("land_cover.maps"):
        return problems.attempt(_land_raster, tiles, base, band, fill)


def _land_raster(tiles: tuple[str, ...], base: Path, band: int | None, fill: int | None) -> Raster | Mosaic:
    names = [locate(name, base) for name in tiles]
    if len(names) == 1 and not is_remote(names[0]) and is_folder(Path(names[0])):
        names = tile_names(Path(names[0]))
    return open_mosaic(names, band, fill)


def check_codes(
    maps: tuple[LandMap, ...],
    legend: Legend,
    densities: Iterable[CarbonDensities],
    study: Study,
    problems: Problems,
    *,
    every_pixel: bool,
) -> dict[int, frozenset[str]]:
    """Classes that were met on each map; codes that the legend lacks, and maps without a single pixel of a class, are problems.

    Whether legend and densities fit the codes is asked about.
    """
    shown: dict[int, frozenset[str]] = {}
    codes: set[int] = set()
    for item in maps:
        raster = item.source
        assert isinstance(raster, (Raster, Mosaic))  # noqa: S101  land maps are made from these above
        problems.warn(*nodata_note(raster, legend, study.land_cover.codes))
        counts = problems.attempt(inventory, raster, most_pixels=None if every_pixel else SAMPLE_PIXELS)
        if counts is None:
            continue
        codes |= set(counts)
        met = (item.lookup.codes.get(code) for code in counts)
        shown[item.year] = frozenset(name for name in met if name is not None)
        unknown = unknown_codes(item, counts, legend.name)
        if unknown:
            problems.add(unknown)
        elif not any(item.lookup.codes.get(code) is not None for code in counts) and every_pixel:
            problems.add(tr("{path}: is nodata everywhere; is it the right file and band?", path=raster.path))
    problems.warn(*absent_classes(legend, frozenset().union(*shown.values()), codes))
    for table in {id(item): item for item in densities}.values():
        twice, unused = unused_densities(table, legend, codes)
        problems.add(*twice)
        problems.warn(*unused)
    return shown
