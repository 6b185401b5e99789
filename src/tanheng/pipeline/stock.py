"""Stocks straight from maps and a table, without a study file: the counting stage with defaults, light to start."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.choices import ESTIMATED, OVERLAID, POOLS
from tanheng.errors import InputError, StudyError
from tanheng.factors.densities import CarbonDensities, carbon_densities_from
from tanheng.factors.density_ranges import strange_densities
from tanheng.factors.legends import Legend, legend_from
from tanheng.inputs.checks.density_regions import foreign_densities
from tanheng.inputs.checks.legend_checks import absent_classes, unused_densities
from tanheng.inputs.checks.map_places import place_notes
from tanheng.inputs.extent import choose_grid, cover_problems
from tanheng.inputs.land_maps import LandInputs, land_maps, nodata_note
from tanheng.io.blocks import FolderOfBlocks
from tanheng.io.mosaic import Mosaic, open_only_map
from tanheng.io.rasters import Raster, files_open
from tanheng.io.results.file_names import FileNames
from tanheng.io.results.folder import MARK, check_folder, result_folder
from tanheng.io.results.grids import write_cog
from tanheng.io.results.lock import working_on
from tanheng.io.results.record import write_record
from tanheng.io.rows import write_rows
from tanheng.land.engine import Progress
from tanheng.land.pools import Pool
from tanheng.land.series import LandSeries
from tanheng.land.totals import class_totals, stock_of_cells, transition_totals
from tanheng.language import listed, tr
from tanheng.stages.land.counting import Counting, blocks_folder, count_series, missing_land
from tanheng.stages.land.doubtful_change import Period, disagreement_notes, doubtful_change
from tanheng.units import HA_PER_KM2, M2_PER_KM2

Row = dict[str, object]


@dataclass(frozen=True)
class StockRequest:
    """What `tanheng stock` is asked for."""

    maps: tuple[str, ...]
    densities: str
    years: tuple[int, ...] = ()
    legend: str | None = None
    region: Path | None = None
    resolution: float = 1000.0


@dataclass(frozen=True)
class StockTotals:
    """Totals by class and year, transitions, and warnings."""

    stock: list[Row]
    transitions: list[Row]
    warnings: list[str]


def stock_of_maps(
    request: StockRequest,
    folder: Path,
    *,
    pool: Pool | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> StockTotals:
    """Count maps, and write stocks by class, grids and transitions into a folder.

    Raises
    ------
    InputError
        A map, the table or the region is not as it must be.
    OutputError
        The folder can't be written.
    """
    with files_open():
        densities = carbon_densities_from(request.densities)
        land, warnings = _open(request, densities)
        check_folder(folder)
        blocks = blocks_folder(folder)
        with working_on(folder):
            series = count_series(land, Counting(blocks, pool, resume, progress))
            moved = {pair: _moved(series, pair) for pair in land.pairs}
            totals = StockTotals(
                _stock_rows(series, densities),
                [row for pair, found in moved.items() for row in _transition_rows(series, pair, found, densities)],
                [*warnings, *missing_land(series), *_doubts(series, land, moved)],
            )
            with result_folder(folder) as work:
                _write(work, request, totals, series, densities)
            FolderOfBlocks(blocks).clear()
        return totals


def _open(request: StockRequest, densities: CarbonDensities) -> tuple[LandInputs, list[str]]:
    """Land maps on their grid, checked, and warnings."""
    legend = _legend(request, densities)
    rasters = {year: _source(name, legend) for year, name in zip(_years(request), request.maps, strict=True)}
    boundary = None
    if request.region is not None:
        from tanheng.io.vectors import read_polygons

        boundary = read_polygons(request.region)
    grid = choose_grid(rasters.values(), boundary, request.resolution)
    errors, warnings = cover_problems(grid, boundary, rasters.values())
    strange = strange_densities(densities)
    errors += strange.impossible
    warnings += [*strange.unusual, *foreign_densities([densities], grid)]
    if errors:
        raise StudyError(errors)
    classes = _classes(legend, densities)
    twice, unused = unused_densities(densities, legend)
    if twice:
        raise StudyError(twice)
    warnings += unused
    warnings += [text for raster in rasters.values() for text in (*nodata_note(raster, legend), *raster.notes)]
    maps = land_maps(legend, classes, rasters)
    warnings += place_notes(maps, grid)
    return LandInputs(maps, tuple(pairwise(rasters)), classes, grid, boundary, legend), warnings


def _legend(request: StockRequest, densities: CarbonDensities) -> Legend:
    if request.legend is not None:
        return legend_from(request.legend)
    if densities.codes is None:
        raise InputError(
            tr(
                "{densities}: names no map codes, so a legend is needed: --legend clcd (see 'tanheng legends'), or your CSV",
                densities=request.densities,
            )
        )
    return Legend(densities.name, dict(densities.codes))


def _years(request: StockRequest) -> tuple[int, ...]:
    """Years as given, else the one that each file name holds, else 1, 2, 3."""
    if request.years:
        if len(request.years) != len(request.maps):
            raise InputError(
                tr(
                    "{count} map(s) and {years} --year; give one for each map, in the same order",
                    count=len(request.maps),
                    years=len(request.years),
                )
            )
        years = request.years
    else:
        years_in_names = [re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", Path(name).stem) for name in request.maps]
        named = all(len(item) == 1 for item in years_in_names)
        years = tuple(int(item[0]) for item in years_in_names) if named else tuple(range(1, len(request.maps) + 1))
    if list(years) != sorted(set(years)):
        raise InputError(
            tr("years {names}: give the maps in ascending order of their years, each year once", names=listed(years))
        )
    return years


def _source(name: str, legend: Legend) -> Raster | Mosaic:
    empty = [code for code, land_class in legend.codes.items() if land_class is None]
    return open_only_map(name, empty[0] if empty else None)


def _classes(legend: Legend, densities: CarbonDensities) -> tuple[str, ...]:
    missing = [name for name in legend.classes if name not in densities.values]
    if missing:
        raise InputError(
            tr(
                "{name}: no carbon density for class {names} of the legend; add a row",
                name=densities.name,
                names=listed(map(repr, missing)),
            )
        )
    return tuple(name for name in densities.values if name in legend.classes)


def _stock_rows(series: LandSeries, densities: CarbonDensities) -> list[Row]:
    pools, rows = densities.array(series.classes), []
    for year in series.years:
        areas, stocks = class_totals(series.share(year), pools, series.grid.cell_area_ha)
        rows += [
            {
                "year": year,
                "land_class": name,
                "area_km2": float(area) / HA_PER_KM2,
                "stock_t_c": float(held.sum()),
                **{f"{pool}_t_c": float(value) for pool, value in zip(POOLS, held, strict=True)},
            }
            for name, area, held in zip(series.classes, areas, stocks, strict=True)
        ]
    return rows


#: Cells' worth of each transition, shape (classes, classes), and how it is known.
FoundMoves = tuple[NDArray[np.float64], str]


def _transition_rows(
    series: LandSeries, pair: tuple[int, int], moves: FoundMoves, densities: CarbonDensities
) -> list[Row]:
    moved, method = moves
    density = densities.array(series.classes).sum(axis=1)
    areas, changes = transition_totals(moved, density, series.grid.cell_area_ha)
    return [
        {
            "from_year": pair[0],
            "to_year": pair[1],
            "from_class": one,
            "to_class": other,
            "area_km2": float(areas[i, j]) / HA_PER_KM2,
            "stock_change_t_c": float(changes[i, j]),
            "method": method,
        }
        for i, one in enumerate(series.classes)
        for j, other in enumerate(series.classes)
    ]


def _moved(series: LandSeries, pair: tuple[int, int]) -> FoundMoves:
    """Transitions of a period."""
    overlaid = series.moved.get(pair)
    if overlaid is not None:
        return overlaid.total, OVERLAID
    from tanheng.stages.land.change import estimated_moves

    return estimated_moves(series, *pair).total, ESTIMATED


#: First number that is a year and no running number.
_FIRST_YEAR = 1000


def _doubts(series: LandSeries, land: LandInputs, moves: Mapping[tuple[int, int], FoundMoves]) -> list[str]:
    """Questions about a legend that fits no land, and about change that no land makes."""
    met = [name for name in series.classes if any(series.class_share(year, name).any() for year in series.years)]
    doubts = absent_classes(land.legend, met)
    for (first, last), (moved, _) in moves.items():
        period = Period(first, last, series.classes, moved * series.grid.cell_area_ha / HA_PER_KM2)
        pixel = max(series.pixel_m[first], series.pixel_m[last]) ** 2 / M2_PER_KM2
        doubts += doubtful_change(period, pixel) if first >= _FIRST_YEAR else disagreement_notes(period)
    return doubts


def _write(
    folder: Path, request: StockRequest, totals: StockTotals, series: LandSeries, densities: CarbonDensities
) -> None:
    (folder / "tables").mkdir()
    (folder / "grids").mkdir()
    write_rows(folder / "tables" / "stock_by_class.csv", totals.stock)
    if totals.transitions:
        write_rows(folder / "tables" / "transitions.csv", totals.transitions)
    grid, per_class = series.grid, densities.array(series.classes).sum(axis=1)
    names = FileNames(".tif")
    for year in series.years:
        share = series.share(year)
        known = share.any(axis=0)
        stock = stock_of_cells(share, per_class, grid.cell_area_ha)
        path = folder / "grids" / names.of("carbon_stock", year)
        write_cog(path, stock, grid, units="t C", description="carbon stored in the cell")
        for number, name in enumerate(series.classes):
            path = folder / "grids" / names.of("land_share", name, year)
            part = np.where(known, share[number], np.nan)
            write_cog(path, part, grid, units="1", description=f"fraction of the cell that is {name}")
    record = {
        "software": "tanheng",
        "command": "stock",
        "asked": asdict(request),
        "grid": asdict(grid),
        "warnings": totals.warnings,
    }
    write_record(folder / MARK, record)
