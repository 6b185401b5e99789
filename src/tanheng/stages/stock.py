"""Stage: land of the region and the carbon that it stores, by cell, class and pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import xarray as xr

from tanheng.accounting.stock import carbon_stock, stock_by_class
from tanheng.accounting.summaries import class_area, coverage_table, stock_by_class_table
from tanheng.grid import Grid
from tanheng.land.series import LandSeries
from tanheng.land.shares import land_share, on_cells
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.counting import missing_land
from tanheng.stages.found import Found, SelfCheck


@dataclass(frozen=True)
class Land:
    """Land of the region and what it stores.

    Attributes
    ----------
    fraction : xarray.DataArray, shape (y, x), 1
        Part of each cell in the region.
    share : xarray.DataArray, shape (year, land_class, y, x), 1
    density : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
    stock : xarray.DataArray, shape (year, y, x), t C
    pixel_m : mapping of int to float
        Side of the pixels of the map of each year, m.
    """

    grid: Grid
    fraction: xr.DataArray
    share: xr.DataArray
    density: xr.DataArray
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


def account_stock(series: LandSeries, density: xr.DataArray) -> Land:
    """Stocks of a land series.

    Parameters
    ----------
    series : LandSeries
        Counted, planned or simulated.
    density : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
    """
    grid = series.grid
    share = land_share(series)
    fraction = stamp(on_cells(series.fraction, grid), "region_fraction")
    stock = carbon_stock(share, density, grid.cell_area_ha)
    stock = stamp(stock.where(share.isel(land_class=0).notnull().drop_vars("land_class")), "carbon_stock")  # noqa: PD004
    area = class_area(share, grid.cell_area_ha)
    tables = {
        "stock_by_class": stock_by_class_table(area, stock_by_class(area, density)),
        "coverage": coverage_table(share, fraction, grid.cell_area_km2),
    }
    variables = {"region_fraction": fraction, "land_share": share, "carbon_density": density, "carbon_stock": stock}
    check = _areas_check(series, tables["stock_by_class"], tables["coverage"])
    found = Found(tables, variables, tuple(missing_land(series)), (check,))
    return Land(grid, fraction, share, density, stock, series.pixel_m, found)


def _areas_check(series: LandSeries, by_class: pd.DataFrame, coverage: pd.DataFrame) -> SelfCheck:
    """Class areas and missing land sum to the region, and no cell is overfull."""
    sums = by_class.groupby("year")["area_km2"].sum()
    missing = coverage.set_index("year")["missing_km2"].clip(lower=0.0)
    gap = float((sums + missing - series.region_km2).abs().max()) / series.region_km2
    meaning = tr(
        "areas of classes and missing land sum to the region, and no cell holds more land than it is large, relative"
    )
    return SelfCheck("class_areas", meaning, max(gap, series.overfull), 1e-9)
