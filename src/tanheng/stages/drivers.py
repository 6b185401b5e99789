"""Stage: drivers on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.summaries import cell_means
from tanheng.inputs.drivers import DriverInputs
from tanheng.land.continuous import on_grid
from tanheng.land.shares import on_cells
from tanheng.schema import DRIVER
from tanheng.stages.demand import CellDemand
from tanheng.stages.found import Found
from tanheng.stages.stock import Land
from tanheng.stages.zone_layers import ZoneLayer

Layer = NDArray[np.float64]

#: Driver that every study with people has.
POPULATION_DENSITY = "population_density"


@dataclass(frozen=True)
class DriverOnGrid:
    """A driver on the grid, shape ([year], y, x), and the side of what it was measured on, km."""

    name: str
    values: xr.DataArray
    support_km: float


def lay_drivers(
    drivers: tuple[DriverInputs, ...], land: Land, demands: CellDemand | None, layers: Mapping[str, ZoneLayer]
) -> list[DriverOnGrid]:
    """Drivers of a study on the grid; population density is one wherever it is known."""
    cell_km = land.grid.resolution / 1000.0
    found = [_driver(driver, land, layers) for driver in drivers]
    if demands is not None and POPULATION_DENSITY not in {driver.name for driver in drivers}:
        support = max(demands.support_km, cell_km)
        found.append(DriverOnGrid(POPULATION_DENSITY, demands.population_density, support))
    return found


def driver_variables(drivers: list[DriverOnGrid], demands: CellDemand | None) -> Found:
    """Drivers as variables of the dataset; population density is left out where the population itself is one."""
    return Found(
        variables={
            f"{DRIVER}{driver.name}": driver.values
            for driver in drivers
            if driver.name != POPULATION_DENSITY or demands is None
        }
    )


def _driver(driver: DriverInputs, land: Land, layers: Mapping[str, ZoneLayer]) -> DriverOnGrid:
    settings = driver.settings
    by_year, support = _from_zones(driver, land, layers) if driver.table is not None else _from_maps(driver, land)
    inside = np.asarray(land.fraction.values) > 0
    stacked = np.where(inside, np.stack(by_year) * settings.scale, np.nan)
    values = on_cells(stacked, land.grid, ("year",), year=list(land.years))
    if driver.is_fixed:
        values = values.isel(year=0, drop=True)
    values.attrs = {"units": settings.units or "1", "long_name": settings.long_name or driver.name.replace("_", " ")}
    return DriverOnGrid(driver.name, values, max(support, settings.support_km or 0.0, land.grid.resolution / 1000.0))


def _from_maps(driver: DriverInputs, land: Land) -> tuple[list[Layer], float]:
    """Layers of a driver that is a raster, and the side of its pixels, km."""
    laid = {raster.path: raster for raster in driver.rasters.values()}
    means = {path: on_grid(raster, land.grid).mean for path, raster in laid.items()}
    support = max(raster.pixels.pixel_size_m() for raster in driver.rasters.values()) / 1000.0
    return [means[driver.rasters[year].path] for year in land.years], support


def _from_zones(driver: DriverInputs, land: Land, layers: Mapping[str, ZoneLayer]) -> tuple[list[Layer], float]:
    """Layers of a driver that is a table by zone, and the side of a mean zone, km."""
    assert driver.table is not None  # noqa: S101  called for tables alone
    layer = layers[driver.settings.zones or ""]
    by_year = []
    for year in land.years:
        # A value of the year itself stands before one for all years.
        rows = driver.table[driver.table["year"].isin([year, 0])].sort_values("year")
        by_zone = rows.drop_duplicates("zone", keep="last").set_index("zone")["value"]
        values = np.array([by_zone.get(zone, np.nan) for zone in layer.ids], float)
        by_year.append(cell_means(layer.cover, values).reshape(land.grid.shape))
    cells = np.asarray(layer.cover.sum(axis=1)).ravel()
    return by_year, float(np.sqrt(cells[cells > 0].mean() * land.grid.cell_area_km2))
