"""Stocks straight from maps and a table, without a study file: the same engine, light to start."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError
from tanheng.factors.densities import POOLS, CarbonDensities, carbon_densities_from
from tanheng.factors.density_ranges import strange_densities
from tanheng.factors.legends import Legend, legend_from
from tanheng.grid import Grid
from tanheng.inputs.density_checks import foreign_densities
from tanheng.inputs.extent import choose_grid, cover_problems, region_fraction
from tanheng.io.blocks import FolderOfBlocks
from tanheng.io.file_names import FileNames
from tanheng.io.mosaic import Mosaic, open_mosaic, tile_names
from tanheng.io.rasters import Raster, files_open, is_remote, locate, write_cog
from tanheng.io.record import write_record
from tanheng.io.results import MARK, result_folder
from tanheng.io.rows import write_rows
from tanheng.land.engine import KEPT_FROM, LandCounts, LandMap, Progress, count_land, inventory, plan_tasks
from tanheng.land.lookup import Lookup
from tanheng.land.pools import Pool
from tanheng.land.region import in_region
from tanheng.language import listed, tr
from tanheng.units import HA_PER_KM2

Row = dict[str, object]


@dataclass(frozen=True)
class QuickRequest:
    """What `tanheng stock` is asked for."""

    maps: tuple[str, ...]
    densities: str
    years: tuple[int, ...] = ()
    legend: str | None = None
    region: Path | None = None
    resolution: float = 1000.0


@dataclass(frozen=True)
class QuickStock:
    """Totals by class and year, transitions, and what must be known of them."""

    stock: list[Row]
    transitions: list[Row]
    warnings: list[str]
    pixels: int


def quick_stock(
    asked: QuickRequest,
    folder: Path,
    *,
    pool: Pool | None = None,
    resume: bool = False,
    progress: Progress | None = None,
) -> QuickStock:
    """Count maps, and write stocks by class, grids and transitions into a folder.

    Raises
    ------
    InputError
        A map, the table or the region is not as it must be.
    OutputError
        The folder can't be written.
    """
    with files_open():
        return _quick_stock(asked, folder, pool, resume, progress)


def _quick_stock(
    asked: QuickRequest, folder: Path, pool: Pool | None, resume: bool, progress: Progress | None
) -> QuickStock:
    densities = carbon_densities_from(asked.densities)
    legend = _legend(asked, densities)
    years = _years(asked)
    sources = {year: _source(name, legend) for year, name in zip(years, asked.maps, strict=True)}
    boundary = None
    if asked.region is not None:
        from tanheng.io.vectors import read_polygons

        boundary = read_polygons(asked.region)
    grid = choose_grid(sources.values(), boundary, asked.resolution)
    errors, warnings = cover_problems(grid, boundary, sources.values())
    strange = strange_densities(densities)
    errors += strange.impossible
    warnings += [*strange.unusual, *foreign_densities([densities], grid)]
    if errors:
        raise StudyError(errors)
    classes = _classes(legend, densities)
    maps = [LandMap(year, source, Lookup(classes, _codes(legend, source))) for year, source in sources.items()]
    warnings += [text for item in maps if (text := _nodata_note(legend, item))]
    warnings += [note for source in sources.values() for note in source.notes]
    fraction = region_fraction(grid, boundary) if boundary else None
    wanted = None if fraction is None else fraction > 0
    pairs = list(pairwise(years))
    store = FolderOfBlocks(folder.absolute().with_name(f".{folder.name}-blocks"))
    if not resume:
        store.clear()
    counts = count_land(
        maps,
        grid,
        pairs,
        wanted=wanted,
        pool=pool,
        store=store if resume or len(plan_tasks(maps, grid, pairs, wanted)) > KEPT_FROM else None,
        progress=progress,
    )
    _refuse_unknown(maps, counts, legend)
    inside = counts.shares[years[0]].sum(axis=0) if fraction is None else fraction
    shares = {year: in_region(counts.shares[year], inside) for year in years}
    warnings += _missing(shares, inside, grid)
    found = QuickStock(
        _stock_rows(shares, classes, densities, grid),
        [
            row
            for pair in pairwise(years)
            for row in _transition_rows(pair, counts, shares, inside, classes, densities, grid)
        ],
        warnings,
        counts.pixels,
    )
    with result_folder(folder) as work:
        _write(work, asked, found, shares, classes, densities, grid)
    store.clear()
    return found


def _legend(asked: QuickRequest, densities: CarbonDensities) -> Legend:
    if asked.legend is not None:
        return legend_from(asked.legend)
    if densities.codes is None:
        raise InputError(
            tr(
                "{densities}: names no map codes, so a legend is needed: --legend clcd (see 'tanheng legends'), or your CSV",
                densities=asked.densities,
            )
        )
    return Legend(densities.name, dict(densities.codes))


def _years(asked: QuickRequest) -> tuple[int, ...]:
    """Years as given, else the one that each file name holds, else 1, 2, 3."""
    if asked.years:
        if len(asked.years) != len(asked.maps):
            raise InputError(
                tr(
                    "{count} map(s) and {years} --year; give one for each map, in the same order",
                    count=len(asked.maps),
                    years=len(asked.years),
                )
            )
        years = asked.years
    else:
        found = [re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", Path(name).stem) for name in asked.maps]
        named = all(len(item) == 1 for item in found)
        years = tuple(int(item[0]) for item in found) if named else tuple(range(1, len(asked.maps) + 1))
    if list(years) != sorted(set(years)):
        raise InputError(
            tr("years {names}: give the maps in ascending order of their years, each year once", names=listed(years))
        )
    return years


def _source(name: str, legend: Legend) -> Raster | Mosaic:
    names = [locate(name, Path())]
    if not is_remote(name) and Path(name).is_dir():
        names = tile_names(Path(name))
    empty = [code for code, land_class in legend.codes.items() if land_class is None]
    return open_mosaic(names, 1, empty[0] if empty else None)


def _codes(legend: Legend, source: Raster | Mosaic) -> dict[int, str | None]:
    codes = dict(legend.codes)
    if source.nodata is not None and float(source.nodata).is_integer():
        codes[int(source.nodata)] = None
    return codes


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


def _nodata_note(legend: Legend, item: LandMap) -> str:
    """Warning where a map declares a code as nodata that the legend gives a class."""
    declared = getattr(item.source, "nodata", None)
    if declared is None or not float(declared).is_integer() or legend.codes.get(int(declared)) is None:
        return ""
    name = legend.codes[int(declared)]
    return tr(
        "{name}: declares {declared:g} as nodata, which the legend calls '{land_class}'; it is taken as no data",
        name=item.source.name,
        declared=declared,
        land_class=name,
    )


def _missing(shares: Mapping[int, NDArray[np.float64]], inside: NDArray[np.float64], grid: Grid) -> list[str]:
    """Warnings that name the land which a year lacks: its stock is not lost, it is not known."""
    region = float(inside.sum())
    found = []
    for year, share in shares.items():
        missing = (region - float(share.sum())) * grid.cell_area_km2
        if missing > 1e-6 * region * grid.cell_area_km2:
            found.append(
                tr(
                    "{year}: {missing:,.1f} km2 of the region have no land-cover data; they are left out of that year's totals",
                    year=year,
                    missing=missing,
                )
            )
    return found


def _refuse_unknown(maps: Sequence[LandMap], counts: LandCounts, legend: Legend) -> None:
    problems = []
    for item in maps:
        if counts.unknown[item.year] > 0:
            unknown = {code: number for code, number in inventory(item.source).items() if code not in item.lookup.codes}
            listed = ", ".join(
                tr("{code} ({number:,} pixels)", code=code, number=number)
                for code, number in sorted(unknown.items())[:12]
            )
            problems.append(
                tr(
                    "{name}: codes that the legend '{legend}' lacks: {listed}; use your own legend CSV",
                    name=item.source.name,
                    legend=legend.name,
                    listed=listed,
                )
            )
        elif not counts.shares[item.year].any():
            problems.append(
                tr("{name}: has no data in the region; is it the right file and place?", name=item.source.name)
            )
    if problems:
        raise StudyError(problems)


def _density(densities: CarbonDensities, name: str) -> float:
    return sum(densities.values[name].values())


def _stock_rows(
    shares: Mapping[int, NDArray[np.float64]], classes: Sequence[str], densities: CarbonDensities, grid: Grid
) -> list[Row]:
    rows: list[Row] = []
    for year, share in shares.items():
        for number, name in enumerate(classes):
            area = float(share[number].sum()) * grid.cell_area_ha
            pools = {f"{pool}_t_c": area * densities.values[name][pool] for pool in POOLS}  # (ha) * (t C/ha) = t C
            rows.append(
                {
                    "year": year,
                    "land_class": name,
                    "area_km2": area / HA_PER_KM2,
                    "stock_t_c": sum(pools.values()),
                    **pools,
                }
            )
    return rows


def _transition_rows(
    pair: tuple[int, int],
    counts: LandCounts,
    shares: Mapping[int, NDArray[np.float64]],
    inside: NDArray[np.float64],
    classes: Sequence[str],
    densities: CarbonDensities,
    grid: Grid,
) -> list[Row]:
    first, last = pair
    if pair in counts.pairs:
        method = "pixel overlay"
        moved = in_region(counts.pairs[pair], inside).sum(axis=(2, 3))
    else:
        import xarray as xr

        from tanheng.accounting.transitions import transitions_from_shares

        method = "estimated from shares of cells: the maps do not share their pixels"
        arrays = [
            xr.DataArray(shares[year], dims=("land_class", "y", "x"), coords={"land_class": list(classes)})
            for year in pair
        ]
        moved = transitions_from_shares(*arrays).sum(("y", "x")).to_numpy()
    return [
        {
            "from_year": first,
            "to_year": last,
            "from_class": a,
            "to_class": b,
            "area_km2": float(moved[i, j]) * grid.cell_area_km2,
            "stock_change_t_c": float(moved[i, j])
            * grid.cell_area_ha
            * (_density(densities, b) - _density(densities, a)),
            "method": method,
        }
        for i, a in enumerate(classes)
        for j, b in enumerate(classes)
    ]


def _write(
    folder: Path,
    asked: QuickRequest,
    found: QuickStock,
    shares: Mapping[int, NDArray[np.float64]],
    classes: Sequence[str],
    densities: CarbonDensities,
    grid: Grid,
) -> None:
    (folder / "tables").mkdir()
    (folder / "grids").mkdir()
    write_rows(folder / "tables" / "stock_by_class.csv", found.stock)
    if found.transitions:
        write_rows(folder / "tables" / "transitions.csv", found.transitions)
    per_class = np.array([_density(densities, name) for name in classes])
    names = FileNames(".tif")
    for year, share in shares.items():
        known = share.any(axis=0)
        stock = np.tensordot(per_class, share, 1) * grid.cell_area_ha  # (t C/ha) * (1) * (ha) = t C
        path = folder / "grids" / names.of("carbon_stock", year)
        write_cog(path, np.where(known, stock, np.nan), grid, units="t C", description="carbon stored in the cell")
        for number, name in enumerate(classes):
            path = folder / "grids" / names.of("land_share", name, year)
            part = np.where(known, share[number], np.nan)
            write_cog(path, part, grid, units="1", description=f"fraction of the cell that is {name}")
    record = {
        "software": "tanheng",
        "command": "stock",
        "asked": asdict(asked),
        "grid": asdict(grid),
        "warnings": found.warnings,
    }
    write_record(folder / MARK, record)
