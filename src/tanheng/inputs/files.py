"""Files that a study names, and those that they name in turn."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tanheng.factors import names
from tanheng.factors.ipcc.defaults import is_ipcc
from tanheng.io.mosaic import Mosaic, tile_names
from tanheng.io.rasters import Raster
from tanheng.plain_files import is_file, is_folder
from tanheng.spreadsheets import split_sheet
from tanheng.study import Driver, Maps, Study


def all_files(study: Study, base: Path, rasters: Iterable[Raster | Mosaic]) -> list[Path]:
    """Files that a study names, and those that its rasters name in turn."""
    given = input_files(study, base)
    more = [Path(name) for raster in rasters for name in raster.files]
    known = {path.absolute() for path in given}
    return [*given, *dict.fromkeys(path for path in more if path.is_file() and path.absolute() not in known)]


def input_files(study: Study, base: Path) -> list[Path]:
    """Files that a study names, as far as they are local."""
    named: list[str] = [name for tiles in study.land_cover.maps.values() for name in tiles]
    named += [*(layer.file for layer in study.zones.values())]
    maps: list[Maps | Driver | None] = [
        study.population,
        study.balance.nep,
        study.balance.npp,
        *study.drivers.values(),
        *study.carbon_density.maps,
    ]
    named += [item.standard_error for item in study.carbon_density.maps if item.standard_error]
    for item in maps:
        if item is not None:
            named += [*([item.map] if item.map else []), *(item.maps or {}).values()]
    named += [driver.table for driver in study.drivers.values() if driver.table]
    named += [study.region.boundary] if study.region else []
    tables: list[str | None] = [
        study.land_cover.legend,
        study.carbon_density.table,
        *(study.carbon_density.tables or {}).values(),
        study.balance.uptake,
        *_of_respiration(study),
        study.decomposition.table if study.decomposition else None,
        *((study.flows.growth, study.flows.given) if study.flows else ()),
        *study.land_cover.map_error.samples.values(),
        *study.land_cover.map_error.change_samples.values(),
    ]
    if study.emissions:
        settings = study.emissions
        tables += [
            settings.totals,
            settings.activity,
            *settings.balances.values(),
            settings.processes,
            study.demand.points,
            *(settings.factors or ()),
        ]
    built_in = {name for kind in ("legends", "carbon_densities", "emission_factors", "uptake") for name in names(kind)}
    named += [name for name in tables if name and name not in built_in and not is_ipcc(name)]
    paths = list(dict.fromkeys(split_sheet(base / name)[0] for name in named))
    folders = [Path(name) for path in paths if is_folder(path) for name in tile_names(path)]
    shapefiles = [path for path in paths if path.suffix.lower() == ".shp"]
    parts = [path.with_suffix(suffix) for path in shapefiles for suffix in (".dbf", ".shx", ".prj", ".cpg")]
    return [path for path in [*paths, *folders, *parts] if is_file(path)]


def _of_respiration(study: Study) -> list[str | None]:
    """Table and rasters of heterotrophic respiration."""
    if study.balance.npp is None:
        return []
    given = study.balance.npp.respiration
    return [given.table, given.temperature, given.precipitation]
