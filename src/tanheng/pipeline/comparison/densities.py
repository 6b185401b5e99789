"""The same land under several tables of carbon densities, side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import xarray as xr

from tanheng.accounting.stock import stock_by_class
from tanheng.choices import POOLS
from tanheng.factors import names
from tanheng.factors.densities import CarbonDensities, carbon_densities_from
from tanheng.inputs.carbon.densities import density_array
from tanheng.inputs.checks.density_regions import foreign_densities
from tanheng.inputs.study_inputs import Inputs, open_inputs
from tanheng.io.rasters import files_open
from tanheng.land.pools import pool_of
from tanheng.language import listed, name_of, tr
from tanheng.pipeline.reporter import Reporter
from tanheng.stages.land.counting import Counting, count_series
from tanheng.stages.land.densities import lay_densities
from tanheng.stages.zone_layers import lay_zones
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
        others = [name for name in tables or names("carbon_densities") if name != inputs.study.carbon_density.table]
        kept, notes = _with_classes({name: carbon_densities_from(name, Path()) for name in others}, inputs)
        notes += foreign_densities(kept.values(), inputs.grid)
        with tempfile.TemporaryDirectory() as folder, pool_of(None, None, reporter.warn) as pool:
            series = count_series(inputs.land, Counting(Path(folder), pool, progress=reporter.blocks))
            layers = lay_zones(inputs.zones, inputs.grid, series.fraction)
            densities = lay_densities(inputs.densities, inputs.land, series, layers)
            totals = {year: densities.totals(series, year) for year in series.years}
    areas = {year: area for year, (area, _) in totals.items()}
    stocks = {year: stock for year, (_, stock) in totals.items()}
    rows = _rows(tr("of the study: {name}", name=own.name), own.soil_depth_cm, areas, stocks)
    for name, table in kept.items():
        held = {year: _stock(table, area) for year, area in areas.items()}
        rows += _rows(name, table.soil_depth_cm, areas, held)
    return pd.DataFrame(rows), [*notes, *densities.found.notes]


def _stock(table: CarbonDensities, area: xr.DataArray) -> xr.DataArray:
    """What a table says that areas of classes store, t C, shape (year, land_class, carbon_pool)."""
    classes = tuple(str(one) for one in area["land_class"].values)
    return stock_by_class(area, density_array({int(area["year"].values[0]): table}, classes))


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
    return kept, notes


def _rows(
    name: str, depth: float | None, areas: Mapping[int, xr.DataArray], stocks: Mapping[int, xr.DataArray]
) -> list[dict[str, object]]:
    """One row a year."""
    rows: list[dict[str, object]] = []
    start = float(next(iter(stocks.values())).sum())
    for year, stock in stocks.items():
        total, whole = float(stock.sum()), float(areas[year].sum())
        rows.append(
            {
                "density_table": name,
                "soil_depth_cm": depth,
                "year": year,
                "area_km2": whole / HA_PER_KM2,
                "stock_t_c": total,
                "density_t_c_per_ha": total / whole,
                **{f"{pool}_t_c": float(stock.sel(carbon_pool=pool).sum()) for pool in POOLS},
                "change_t_c": total - start,
            }
        )
    return rows
