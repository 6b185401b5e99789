"""The same land under several tables of carbon densities, side by side."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pandas as pd
import xarray as xr

from tanheng.accounting.stock import stock_by_class
from tanheng.errors import InputError
from tanheng.factors import names
from tanheng.factors.densities import POOLS, CarbonDensities, carbon_densities_from
from tanheng.grid import Grid
from tanheng.inputs.carbon.densities import density_array
from tanheng.inputs.checks.density_regions import foreign_densities
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.rasters import files_open
from tanheng.land.pools import pool_of
from tanheng.land.series import LandSeries
from tanheng.language import listed, name_of, tr
from tanheng.pipeline.reporter import Reporter
from tanheng.stages.land.counting import Counting, count_series
from tanheng.stages.land.densities import uniform_densities
from tanheng.study import load_study
from tanheng.units import HA_PER_KM2


def compare_densities(
    path: Path, tables: tuple[str, ...] = (), reporter: Reporter | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Stored carbon of the land of a study by year under several tables of densities, and notes.

    Parameters
    ----------
    path : Path
        Study file; its land maps are counted once.
    tables : tuple of str
        Names (also defaults of the IPCC, as ``ipcc-2019:warm temperate moist:HAC``) or files; every built-in table with the classes of the study
        where empty. That of the study itself always comes first.

    Returns
    -------
    pandas.DataFrame
        Columns ``density_table, soil_depth_cm, year, area_km2, stock_t_c, density_t_c_per_ha``, one for each pool, and ``change_t_c`` since the
        first year.

    Raises
    ------
    StudyError
        All problems of the study at once.
    InputError
        A table can't be read, or has none of the classes.
    """
    reporter = reporter or Reporter()
    with files_open():
        inputs = open_inputs(load_study(path), path.parent)
        own = inputs.densities.tables[inputs.study.years[-1]]
        asked = [name for name in tables or names("carbon_densities") if name != inputs.study.carbon_density.table]
        given = {"": own} | {name: carbon_densities_from(name, Path()) for name in asked}
        kept, notes = _with_classes(given, inputs)
        notes += foreign_densities(kept.values(), inputs.grid)
        with tempfile.TemporaryDirectory() as folder, pool_of(None, None, reporter.warn) as pool:
            series = count_series(inputs.land, Counting(Path(folder), pool, progress=reporter.blocks))
            areas = {year: class_areas_of(series, inputs.grid, year) for year in series.years}
    rows = [
        row
        for name, table in kept.items()
        for row in _rows(name or tr("of the study: {name}", name=own.name), table, areas)
    ]
    return pd.DataFrame(rows), notes


def class_areas_of(series: LandSeries, grid: Grid, year: int) -> xr.DataArray:
    """Area of each class in a year, shape (year, land_class), ha."""
    empty = xr.DataArray(
        [[[0.0] * len(POOLS)] * len(series.classes)],
        dims=("year", "land_class", "carbon_pool"),
        coords={"year": [year], "land_class": list(series.classes), "carbon_pool": list(POOLS)},
        attrs={"units": "t C ha-1"},
    )
    return uniform_densities(grid, empty).totals(series, year)[0]


def _with_classes(given: dict[str, CarbonDensities], inputs: Inputs) -> tuple[dict[str, CarbonDensities], list[str]]:
    """Tables that have every class of the study, and notes on those that do not, or that go by zone."""
    kept, notes = {}, []
    for name, table in given.items():
        missing = [one for one in inputs.classes if one not in table.values]
        if missing:
            notes.append(
                tr(
                    "{name}: has no density for {classes}, and is left out",
                    name=name,
                    classes=listed(map(name_of, missing)),
                )
            )
            continue
        if table.by_zone:
            notes.append(
                tr("{name}: goes by zone; here it counts with what it has for land in no zone", name=table.name)
            )
        kept[name] = table
    if not kept:
        raise InputError(tr("no table of densities has all classes of the study: ") + "; ".join(notes))
    return kept, notes


def _rows(name: str, table: CarbonDensities, areas: dict[int, xr.DataArray]) -> list[dict[str, object]]:
    """One row a year."""
    found: list[dict[str, object]] = []
    for year, area in areas.items():
        classes = tuple(str(one) for one in area["land_class"].values)
        stock = stock_by_class(area, density_array({year: table}, classes))
        total, whole = float(stock.sum()), float(area.sum())
        found.append(
            {
                "density_table": name,
                "soil_depth_cm": table.soil_depth_cm,
                "year": year,
                "area_km2": whole / HA_PER_KM2,
                "stock_t_c": total,
                "density_t_c_per_ha": total / whole,
                **{f"{pool}_t_c": float(stock.sel(carbon_pool=pool).sum()) for pool in POOLS},
                "change_t_c": total - float(found[0]["stock_t_c"]) if found else 0.0,  # type: ignore[arg-type]
            }
        )
    return found
