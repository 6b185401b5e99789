"""Stage: drivers on the grid."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.summaries import cell_means
from tanheng.inputs.drivers import DriverInputs
from tanheng.land.layers import variable
from tanheng.land.values.on_grid import on_grid
from tanheng.land.work import all_finished, layers_of
from tanheng.schema import DRIVER
from tanheng.stages.emission.demand import CellDemand
from tanheng.stages.found import Found
from tanheng.stages.land.stock import Land
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
    laid = [_driver(driver, land, layers) for driver in drivers]
    if demands is not None and POPULATION_DENSITY not in {driver.name for driver in drivers}:
        support = max(demands.support_km, cell_km)
        laid.append(DriverOnGrid(POPULATION_DENSITY, demands.population_density, support))
    return laid


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
    if driver.table is not None:
        by_year, support = _from_zones(driver, land, layers)
    else:
        by_year, support = _from_maps(driver, land)
    name, inside = f"{DRIVER}{driver.name}", land.fraction.values > 0
    years = land.years[:1] if driver.is_fixed else land.years

    def lay(year: int) -> None:
        land.cells.put(np.where(inside, by_year(year) * settings.scale, np.nan), name, year)

    all_finished(land.cells, [layers_of(partial(lay, year), name, year) for year in years])
    values = variable(land.cells, name, year=years)
    if driver.is_fixed:
        values = values.isel(year=0, drop=True)
    values.attrs = {"units": settings.units or "1", "long_name": settings.long_name or driver.name.replace("_", " ")}
    return DriverOnGrid(driver.name, values, max(support, settings.support_km or 0.0, land.grid.resolution / 1000.0))


def _from_maps(driver: DriverInputs, land: Land) -> tuple[Callable[[int], Layer], float]:
    """Layer by year of a driver that is a raster, and the side of its pixels, km."""
    support = max(raster.pixels.pixel_size_m() for raster in driver.rasters.values()) / 1000.0
    return lambda year: on_grid(driver.rasters[year], land.grid).mean, support


def _from_zones(
    driver: DriverInputs, land: Land, layers: Mapping[str, ZoneLayer]
) -> tuple[Callable[[int], Layer], float]:
    """Layer by year of a driver that is a table by zone, and the side of a mean zone, km."""
    table, layer = driver.table, layers[driver.settings.zones or ""]
    assert table is not None  # noqa: S101  called for tables alone

    def of(year: int) -> Layer:
        # A value of the year itself stands before one for all years.
        rows = table[table["year"].isin([year, 0])].sort_values("year")
        by_zone = rows.drop_duplicates("zone", keep="last").set_index("zone")["value"]
        values = np.array([by_zone.get(zone, np.nan) for zone in layer.ids], float)
        return cell_means(layer.of_zones, values).reshape(land.grid.shape)

    return of, float(np.sqrt(layer.sizes[layer.sizes > 0].mean() * land.grid.cell_area_km2))
