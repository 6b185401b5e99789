"""Stage: emissions, population, demand and drivers on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting import per_person
from tanheng.analysis import dissimilarity
from tanheng.errors import InputError
from tanheng.grid import Grid
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.rasters import Raster
from tanheng.land.continuous import on_grid
from tanheng.land.shares import on_cells
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.allocation import Groups, ZoneCover, emission_zones, sectors_by_zone, spread, zone_cover
from tanheng.stages.allocation_weights import SectorWeights


@dataclass(frozen=True)
class People:
    """Emissions and who they are allocated to.

    `demand_of_region` is the part that is known for the region only; `own` is what is known for zones, by year; `placed` is how
    each sector was spread; `otherwise` is demand by the weight to compare with, where one was asked for; `groups` is demand by what
    shares a weight and a unit, by year.
    """

    emissions: pd.DataFrame
    population: xr.DataArray
    population_density: xr.DataArray
    demand: xr.DataArray
    demand_of_region: xr.DataArray
    own: Mapping[int, NDArray[np.float64]]
    totals: Mapping[int, float]
    warnings: tuple[str, ...]
    placed: pd.DataFrame
    otherwise: xr.DataArray | None
    groups: Mapping[int, Groups]


def persons(
    raster: Raster, grid: Grid, kind: str, fraction: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Persons in each cell were it wholly in the region, and per km2; shape (rows, columns).

    The part with people known and the part in the region overlap as far as they can, as for land: a map that was cut
    along the boundary is not cut again.

    Raises
    ------
    InputError
        The map has negative values.
    """
    laid = on_grid(raster, grid)
    if kind == "count":
        inside = laid.covered > 0
        people = np.where(inside, laid.total / np.where(inside, np.maximum(laid.covered, fraction), 1.0), np.nan)
        density = people / grid.cell_area_km2
    else:
        density = laid.mean
        part = np.minimum(1.0, laid.covered / np.where(fraction > 0, fraction, 1.0))
        people = density * grid.cell_area_km2 * part  # (person/km2) * (km2) * (1) = person
    if np.nanmin(people, initial=0.0) < 0:
        raise InputError(
            tr(
                "{path}: has negative values ({least:g} in a cell); a population can't be negative: declare the number that "
                "means no data (gdal_edit -a_nodata)",
                path=raster.path,
                least=np.nanmin(people),
            )
        )
    return people, density


def account_people(inputs: Inputs, fraction: xr.DataArray, share: xr.DataArray, table: pd.DataFrame) -> People:
    """Emissions, population and demand of each cell in the region.

    Parameters
    ----------
    fraction : xarray.DataArray, shape (y, x)
    share : xarray.DataArray, shape (year, land_class, y, x)
        For weights that are land classes.
    table : pandas.DataFrame
        Emissions by year, zone and sector.

    Raises
    ------
    InputError
        The population is negative, a weight is wrong, or a unit has emissions and no weight where that is an error.
    """
    study, grid = inputs.study, inputs.grid
    assert study.population is not None  # noqa: S101  checked with the study
    part = np.asarray(fraction.values)
    inside = part > 0
    laid = {
        path: persons(raster, grid, study.population.kind, part)
        for path, raster in {r.path: r for r in inputs.population.values()}.items()
    }
    per_cell = {year: laid[inputs.population[year].path][0] for year in study.years}
    zones = emission_zones(inputs, table, part)
    weights = SectorWeights(inputs, share, part, per_cell, sectors_by_zone(table))
    warnings = list(zones.notes) if zones else []
    layers: dict[str, list[NDArray[np.float64]]] = {
        "people": [],
        "density": [],
        "demand": [],
        "region": [],
        "other": [],
    }
    totals, own, groups, placed = {}, {}, {}, []
    for year in study.years:
        rows = table[table["year"] == year]
        totals[year] = float(rows["emissions_t_c"].sum())
        if study.demand.form == "per-person":
            demand = of_region = per_person(totals[year], study.demand.population_totals[year], per_cell[year] * part)
            groups[year] = Groups(sparse.csr_matrix(demand.ravel()), ("",), np.zeros(len(rows), np.int64))
        else:
            found = spread(inputs, rows, weights, part, zones, inputs.points)
            demand, of_region, own[year] = found.by_zone + found.of_region, found.of_region, found.own
            groups[year] = found.groups
            placed += found.rows
            warnings += found.notes
        people = np.where(inside, np.nan_to_num(per_cell[year]) * part, np.nan)
        warnings += _gaps(year, per_cell[year], inside, grid) + _strange_people(
            year, float(np.nansum(people)), float(part.sum()) * grid.cell_area_km2
        )
        for name, layer in (
            ("people", people),
            ("density", np.where(inside, laid[inputs.population[year].path][1], np.nan)),
            ("demand", np.where(inside, demand, np.nan)),
            ("region", np.where(inside, of_region, np.nan)),
            ("other", _otherwise(inputs, weights, rows, part, zones, inside)),
        ):
            layers[name].append(layer)
    arrays = _stamped(layers, inputs)
    return People(
        table,
        arrays["people"],
        arrays["density"],
        arrays["demand"],
        arrays["region"],
        own if zones else {},
        totals,
        tuple(dict.fromkeys(warnings)),
        pd.DataFrame(placed),
        arrays["other"] if study.demand.compare_with else None,
        groups,
    )


def _stamped(layers: Mapping[str, list[NDArray[np.float64]]], inputs: Inputs) -> dict[str, xr.DataArray]:
    """Layers of the years as arrays with their meaning, shape (year, y, x)."""
    names = {"people": "population", "density": "population_density"}
    years = {"year": list(inputs.study.years)}
    return {
        key: stamp(on_cells(np.stack(stacked), inputs.grid, ("year",), **years), names.get(key, "demand"))
        for key, stacked in layers.items()
    }


def demand_tables(people: People) -> dict[str, pd.DataFrame]:
    """How each sector was placed, and how far another weight would have moved demand."""
    found = {"demand_allocation": people.placed} if len(people.placed) else {}
    if people.otherwise is not None:
        rows = []
        for year in people.demand["year"].values:
            first, second = (
                np.asarray(item.sel(year=year).values, float).ravel() for item in (people.demand, people.otherwise)
            )
            known = np.isfinite(first) & np.isfinite(second)
            moved = dissimilarity(first[known], second[known])
            rows.append({"year": int(year), "share_of_demand_placed_elsewhere": moved})
        found["demand_difference"] = pd.DataFrame(rows)
    return found


def _gaps(year: int, per_cell: NDArray[np.float64], inside: NDArray[np.bool_], grid: Grid) -> list[str]:
    without = float((inside & np.isnan(per_cell)).sum()) * grid.cell_area_km2
    return (
        [
            tr(
                "population {year}: no data in {without:,.0f} km2 of the region; nobody is counted there",
                year=year,
                without=without,
            )
        ]
        if without
        else []
    )


def _otherwise(
    inputs: Inputs,
    weights: SectorWeights,
    rows: pd.DataFrame,
    part: NDArray[np.float64],
    zones: ZoneCover | None,
    inside: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Demand as it would be were all sectors spread by the weight to compare with; missing where none was asked for."""
    other = inputs.study.demand.compare_with
    if not other:
        return np.full(part.shape, np.nan)
    found = spread(inputs, rows, weights.all_by(other), part, zones, None)
    return np.where(inside, found.by_zone + found.of_region, np.nan)


def _strange_people(year: int, people: float, area_km2: float) -> list[str]:
    """Warning where a region has fewer or more people than any has: density and count are easily mixed up."""
    density = people / area_km2
    if 0.05 <= density <= 20_000:
        return []
    text = tr(
        "population {year}: {people:,.0f} persons in {area_km2:,.0f} km2 ({density:,.3g} per km2) is hard to believe; "
        "is 'kind' right (density is persons per km2, count is persons per pixel)?",
        year=year,
        people=people,
        area_km2=area_km2,
        density=density,
    )
    return [text]


@dataclass(frozen=True)
class DriverOnGrid:
    """A driver on the grid, and the side of what it was measured on, km."""

    name: str
    values: xr.DataArray
    support_km: float


def lay_drivers(inputs: Inputs, fraction: xr.DataArray, population_density: xr.DataArray | None) -> list[DriverOnGrid]:
    """Drivers of each year on the grid; population density is one wherever it is known."""
    found = []
    inside = np.asarray(fraction.values) > 0
    for name, driver in inputs.study.drivers.items():
        layers: list[NDArray[np.float64]]
        if driver.table is not None:
            layers, support = _from_zones(inputs, name)
        else:
            rasters = inputs.driver_maps[name]
            laid = {
                path: on_grid(raster, inputs.grid).mean
                for path, raster in {r.path: r for r in rasters.values()}.items()
            }
            layers = [laid[rasters[year].path] * driver.scale for year in inputs.study.years]
            support = max(raster.pixels.pixel_size_m() for raster in rasters.values()) / 1000.0
        stacked = np.where(inside, np.stack(layers), np.nan)
        values = on_cells(stacked, inputs.grid, ("year",), year=list(inputs.study.years))
        if driver.maps is None and (driver.table is None or (inputs.driver_tables[name]["year"] == 0).all()):
            values = values.isel(year=0, drop=True)
        values.attrs = {"units": driver.units or "1", "long_name": driver.long_name or name.replace("_", " ")}
        found.append(
            DriverOnGrid(name, values, max(support, driver.support_km or 0.0, inputs.grid.resolution / 1000.0))
        )
    if population_density is not None and "population_density" not in inputs.study.drivers:
        support = max(raster.pixels.pixel_size_m() for raster in inputs.population.values()) / 1000.0
        found.append(
            DriverOnGrid("population_density", population_density, max(support, inputs.grid.resolution / 1000.0))
        )
    return found


def _from_zones(inputs: Inputs, name: str) -> tuple[list[NDArray[np.float64]], float]:
    """Layers of a driver that is a table by zone, averaged by area over the zones of a cell."""
    driver, table = inputs.study.drivers[name], inputs.driver_tables[name]
    polygons = inputs.zones[driver.zones or ""]
    cover = zone_cover(inputs, polygons)
    layers = []
    for year in inputs.study.years:
        # A value of the year itself stands before one for all years.
        rows = (
            table[table["year"].isin([year, 0])]
            .sort_values("year")
            .drop_duplicates("zone", keep="last")
            .set_index("zone")["value"]
        )
        values = np.array([rows.get(zone, np.nan) for zone in polygons.ids], float) * driver.scale
        known = np.isfinite(values).astype(float)
        total, part = cover.T @ np.nan_to_num(values), cover.T @ known
        layers.append(
            np.divide(total, part, out=np.full(part.shape, np.nan), where=part > 0).reshape(inputs.grid.shape)
        )
    zones = np.asarray(cover.sum(axis=1)).ravel()
    return layers, float(np.sqrt(zones[zones > 0].mean() * inputs.grid.cell_area_km2))
