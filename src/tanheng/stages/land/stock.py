"""Stage: land of the region and the carbon that it stores, by cell, class and pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.stock import carbon_stock, mean_density
from tanheng.accounting.summaries import coverage_table, stock_by_class_table
from tanheng.grid import Grid
from tanheng.land.cells import CellStore, plain_data
from tanheng.land.layers import variable
from tanheng.land.series import LandSeries
from tanheng.land.shares import covered_share, land_share, on_cells
from tanheng.land.work import Work, all_finished
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.land.counting import missing_land
from tanheng.stages.land.densities import CellDensities, uniform_densities
from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class Land:
    """Land of the region and what it stores.

    Attributes
    ----------
    fraction : xarray.DataArray, shape (y, x), 1
        Part of each cell in the region.
    cells : CellStore
        Keeps the layers of this land, and of what stages make of it.
    covered : xarray.DataArray, shape (year, y, x), 1
        Part of each cell that lies in the region and has data.
    share : xarray.DataArray, shape (year, land_class, y, x), 1
    densities : CellDensities
        Of each class, or of each class in each cell.
    density : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        Mean over the land of each class: that of the table where it has one density everywhere.
    density_of_conversion : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        The same, with pools that a map gives for all classes at their mean over all land, since a conversion leaves them.
    stock : xarray.DataArray, shape (year, y, x), t C
    pixel_m : mapping of int to float
        Side of the pixels of the map of each year, m.
    """

    grid: Grid
    cells: CellStore
    fraction: xr.DataArray
    covered: xr.DataArray
    share: xr.DataArray
    densities: CellDensities
    density: xr.DataArray
    density_of_conversion: xr.DataArray
    stock: xr.DataArray
    pixel_m: Mapping[int, float]
    found: Found

    @property
    def years(self) -> tuple[int, ...]:
        """Years of the land."""
        return tuple(int(year) for year in self.share["year"].values)

    @property
    def classes(self) -> tuple[str, ...]:
        """Land classes."""
        return tuple(str(name) for name in self.share["land_class"].values)

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """Tables of stock and coverage."""
        return self.found.tables

    @property
    def support_km(self) -> float:
        """Side of the coarsest pixels that the land was counted from, or of a cell where that is larger, km."""
        return max([*self.pixel_m.values(), self.grid.resolution]) / 1000.0


def account_stock(series: LandSeries, densities: CellDensities | xr.DataArray) -> Land:
    """Stocks of a land series, year by year and band by band of rows; they are kept where its shares are.

    Parameters
    ----------
    series : LandSeries
        Counted, planned or simulated.
    densities : CellDensities, or xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        Of each class in each cell, or of each class.
    """
    grid, share = series.grid, land_share(series)
    if isinstance(densities, xr.DataArray):
        densities = uniform_densities(grid, densities)
    fraction = stamp(on_cells(series.fraction, grid), "region_fraction")
    pools = list(densities.table["carbon_pool"].values)
    areas, held = [], []
    works = [
        Work(partial(_stock_of_year, series, densities, year), plain_data, dict, "stock", (year,))
        for year in series.years
    ]
    for year, of_year in zip(series.years, all_finished(series.cells, works), strict=True):
        coords = {"year": [year], "land_class": list(series.classes)}
        areas.append(xr.DataArray(np.array(of_year["area"]), dims=("year", "land_class"), coords=coords))
        dims = ("year", "land_class", "carbon_pool")
        held.append(xr.DataArray(np.array(of_year["stock"]), dims=dims, coords={**coords, "carbon_pool": pools}))
    area = xr.concat(areas, "year", join="exact").assign_attrs(units="ha")
    stock = xr.concat(held, "year", join="exact").assign_attrs(units="t C")
    density = densities.table if densities.are_uniform else mean_density(stock, area, densities.table)
    tables = {
        "stock_by_class": stock_by_class_table(area, stock),
        "coverage": coverage_table(area.sum("land_class"), float(fraction.sum()) * grid.cell_area_ha),
    }
    stocks = stamp(variable(series.cells, "carbon_stock", year=series.years), "carbon_stock")
    variables = {"region_fraction": fraction, "land_share": share, "carbon_density": density, "carbon_stock": stocks}
    check = _areas_check(series, tables["stock_by_class"], tables["coverage"])
    results = densities.found + Found(tables, variables, tuple(missing_land(series)), (check,))
    return Land(
        grid,
        series.cells,
        fraction,
        covered_share(series),
        share,
        densities,
        density,
        densities.of_conversion(density, area),
        stocks,
        series.pixel_m,
        results,
    )


def class_areas(land: Land, year: int) -> xr.DataArray:
    """Area of each class in a year, as the table of stocks has it, shape (land_class,), ha."""
    table = land.tables["stock_by_class"]
    areas = table[table["year"] == year].set_index("land_class")["area_km2"][list(land.classes)].to_numpy(float)
    return xr.DataArray(areas * HA_PER_KM2, dims="land_class", coords={"land_class": list(land.classes)})


def _stock_of_year(series: LandSeries, densities: CellDensities, year: int) -> dict[str, NDArray[np.float64]]:
    """Areas of the classes in a year, shape (1, classes), ha, and what they hold, (1, classes, pools), t C; the stock of its cells is kept."""
    grid, share = series.grid, land_share(series)
    stock = np.full(grid.shape, np.nan)
    for rows in densities.bands():
        part = share.sel(year=[year]).isel(y=rows).compute()
        here = densities.of(year, rows).expand_dims(year=[year]).assign_attrs(units="t C ha-1")
        stock[rows] = carbon_stock(part, here, grid.cell_area_ha).values[0]
    stock[series.covered(year) == 0] = np.nan
    series.cells.put(stock, "carbon_stock", year)
    area, held = densities.totals(series, year)
    return {"area": area.values, "stock": held.values}


def _areas_check(series: LandSeries, by_class: pd.DataFrame, coverage: pd.DataFrame) -> SelfCheck:
    """Class areas and missing land sum to the region, and no cell is overfull."""
    sums = by_class.groupby("year")["area_km2"].sum()
    missing = coverage.set_index("year")["missing_km2"].clip(lower=0.0)
    gap = float((sums + missing - series.region_km2).abs().max()) / series.region_km2
    meaning = tr(
        "areas of classes and missing land sum to the region, and no cell holds more land than it is large, relative"
    )
    return SelfCheck("class_areas", meaning, max(gap, series.overfull), 1e-9)
