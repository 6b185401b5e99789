"""What analyses look at: supply, demand and their ratio of each year as plain grids, with the support of each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.stages.balance import Balance, as_whole_cells
from tanheng.stages.drivers import DriverOnGrid
from tanheng.stages.emission.demand import CellDemand
from tanheng.stages.land.stock import Land


@dataclass(frozen=True)
class OnCells:
    """A variable or driver of one year, or a driver that is the same in all years.

    `values` has the shape (rows, columns); `support_km` is the side of the coarsest pixels it was made from; `year` is None for one
    that is the same in all years.
    """

    name: str
    values: NDArray[np.float64]
    support_km: float
    year: int | None


def variables(
    land: Land, supply: xr.DataArray, compared: Balance | None, demands: CellDemand | None, year: int
) -> list[OnCells]:
    """Supply and, where there is demand, demand and the supply-demand ratio.

    Cells on the edge of the region are taken as whole ones: their totals are smaller only because they are cut.
    """
    pairs = [("supply", as_whole_cells(supply, land), land.support_km)]
    if compared is not None and demands is not None:
        people = max(demands.support_km, land.grid.resolution / 1000.0)
        pairs.append(("demand", as_whole_cells(compared.demand, land), people))
        pairs.append(("supply_demand_ratio", compared.ratio, max(land.support_km, people)))
    return [
        OnCells(name, np.asarray(array.sel(year=year).values, float), support, year) for name, array, support in pairs
    ]


def drivers_of(drivers: list[DriverOnGrid], year: int) -> list[OnCells]:
    """Drivers of a year."""
    pairs = []
    for driver in drivers:
        yearly = "year" in driver.values.dims
        layer = driver.values.sel(year=year) if yearly else driver.values
        pairs.append(OnCells(driver.name, np.asarray(layer.values, float), driver.support_km, year if yearly else None))
    return pairs
