"""Stage: emissions, population, demand and drivers on the grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting import allocate, emissions, per_person
from tanheng.accounting.summaries import zone_weights
from tanheng.errors import InputError
from tanheng.grid import Grid, coverage, project
from tanheng.io.rasters import Raster
from tanheng.io.vectors import Polygons
from tanheng.land.continuous import on_grid
from tanheng.land.shares import on_cells
from tanheng.pipeline.inputs import Inputs
from tanheng.schema import stamp
from tanheng.units import CO2_PER_C, M2_PER_KM2


@dataclass(frozen=True)
class People:
    """Emissions and who they are allocated to.

    `demand_of_region` is the part that is known for the region only; `own` is what is known for zones, by year.
    """

    emissions: pd.DataFrame
    population: xr.DataArray
    population_density: xr.DataArray
    demand: xr.DataArray
    demand_of_region: xr.DataArray
    own: Mapping[int, NDArray[np.float64]]
    totals: Mapping[int, float]
    warnings: tuple[str, ...]


def zone_cover(inputs: Inputs, polygons: Polygons) -> sparse.csr_matrix:
    """Part of each cell in each zone of a layer, shape (zones, cells)."""
    return coverage(inputs.grid, project(polygons.geometries, polygons.crs, inputs.grid.crs))


def emission_table(inputs: Inputs) -> pd.DataFrame:
    """Emissions of the years of the study, by zone, sector and fuel as far as they are given, in t C and t CO2."""
    if inputs.emission_totals is not None:
        table = inputs.emission_totals.copy()
        table["emissions_t_co2"] = table["emissions_t_c"] * CO2_PER_C
        table["factor_set"] = "totals as given"
    else:
        assert inputs.activity is not None and inputs.factors is not None  # noqa: S101, PT018  checked with the inputs
        per_unit = {
            (fuel, unit): inputs.factors.fuel(fuel)[0].carbon_per(unit)
            for fuel, unit in dict.fromkeys(zip(inputs.activity["fuel"], inputs.activity["unit"], strict=True))
        }
        table = emissions(inputs.activity, per_unit)
        table["factor_set"] = inputs.factors.name
        table["factor_fuel"] = [inputs.factors.fuel(fuel)[0].name for fuel in table["fuel"]]
        table["source"] = [inputs.factors.fuel(fuel)[0].source for fuel in table["fuel"]]
    return table[table["year"].isin(inputs.study.years)].reset_index(drop=True)


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
            f"{raster.path}: has negative values ({np.nanmin(people):g} in a cell); a population can't be negative: "
            "declare the number that means no data (gdal_edit -a_nodata)"
        )
    return people, density


@dataclass(frozen=True)
class _Spread:
    """Demand of one year: what zones have of their own, what the region has, and what must be said of them."""

    by_zone: NDArray[np.float64]
    of_region: NDArray[np.float64]
    own: NDArray[np.float64]
    notes: list[str]


def _spread(
    inputs: Inputs,
    rows: pd.DataFrame,
    weight: NDArray[np.float64],
    fraction: NDArray[np.float64],
    zones: _ZoneCover | None,
) -> _Spread:
    """Region totals over the region, zone totals over the part of their zones that lies in it."""
    year = int(rows["year"].iloc[0])
    whole = float(rows.loc[rows["zone"] == "", "emissions_t_c"].sum())
    region = sparse.csr_matrix(fraction.ravel())
    of_region, notes = _allocated(inputs, year, np.array([whole]), weight, region, ["the region"])
    if zones is None:
        return _Spread(np.zeros(fraction.shape), of_region.reshape(fraction.shape), np.zeros(0), notes)
    named = rows.loc[rows["zone"] != ""].groupby("zone")["emissions_t_c"].sum()
    own = np.array([float(named.get(zone, 0.0)) for zone in zones.polygons.ids])
    by_zone, more = _allocated(inputs, year, own, weight, zones.inside, list(zones.polygons.names))
    return _Spread(by_zone.reshape(fraction.shape), of_region.reshape(fraction.shape), own, [*notes, *more])


def _allocated(
    inputs: Inputs,
    year: int,
    totals: NDArray[np.float64],
    weight: NDArray[np.float64],
    units: sparse.csr_matrix,
    names: list[str],
) -> tuple[NDArray[np.float64], list[str]]:
    demand, by_area = allocate(totals, weight.ravel(), units)
    if not by_area:
        return demand, []
    lost = ", ".join(f"{names[unit]} ({totals[unit]:,.0f} t C)" for unit in by_area[:5])
    text = f"population of {year} is zero or missing everywhere in {lost}, which has emissions"
    if inputs.study.demand.without_weight == "error":
        raise InputError(
            f"{text}; check the map's place, unit and nodata, or the zone of the emissions; "
            'to spread them evenly all the same, write without_weight = "area" in [demand]'
        )
    return demand, [f"{text}: spread evenly by area"]


@dataclass(frozen=True)
class _ZoneCover:
    """Zones with emissions of their own: the part of each cell's area that lies in each of them and in the region."""

    polygons: Polygons
    inside: sparse.csr_matrix
    notes: list[str]


def _emission_zones(inputs: Inputs, table: pd.DataFrame, fraction: NDArray[np.float64]) -> _ZoneCover | None:
    layer = inputs.study.emissions.zones if inputs.study.emissions else None
    named = set(table.loc[table["zone"] != "", "zone"])
    if layer is None or not named:
        return None
    polygons = inputs.zones[layer]
    cover = zone_cover(inputs, polygons)
    inside = (zone_weights(cover, fraction)[:-1] @ sparse.diags(fraction.ravel())).tocsr()
    whole = (
        np.array([shapely.area(item) for item in project(polygons.geometries, polygons.crs, inputs.grid.crs)])
        / M2_PER_KM2
    )
    held = np.asarray(inside.sum(axis=1)).ravel() * inputs.grid.cell_area_km2
    notes = [
        f"{name}: only {100 * held[unit] / whole[unit]:.1f} % of this zone lies in the region, and all of its emissions are placed there"
        for unit, (zone, name) in enumerate(zip(polygons.ids, polygons.names, strict=True))
        if zone in named and held[unit] < 0.98 * whole[unit]
    ]
    silent = [name for zone, name in zip(polygons.ids, polygons.names, strict=True) if zone not in named]
    if silent:
        notes.append(f"{len(silent)} zone(s) of '{layer}' have no emissions of their own: {', '.join(silent[:5])}")
    return _ZoneCover(polygons, inside, notes)


def account_people(inputs: Inputs, fraction: xr.DataArray) -> People:
    """Emissions, population and demand of each cell in the region.

    Raises
    ------
    InputError
        The population is negative, or zero where there are emissions.
    """
    study, grid = inputs.study, inputs.grid
    assert study.population is not None  # noqa: S101  checked with the study
    table = emission_table(inputs)
    warnings: list[str] = []
    part = np.asarray(fraction.values)
    inside = part > 0
    laid = {
        path: persons(raster, grid, study.population.kind, part)
        for path, raster in {r.path: r for r in inputs.population.values()}.items()
    }
    people, densities, demands, of_region, totals, own = [], [], [], [], {}, {}
    zones = _emission_zones(inputs, table, part)
    warnings += zones.notes if zones else []
    for year in study.years:
        per_cell, density = laid[inputs.population[year].path]
        rows = table[table["year"] == year]
        totals[year] = float(rows["emissions_t_c"].sum())
        if study.demand.form == "per-person":
            spread = per_person(totals[year], study.demand.population_totals[year], per_cell * part)
            shared = spread
        else:
            found = _spread(inputs, rows, per_cell, part, zones)
            spread, shared, own[year] = found.by_zone + found.of_region, found.of_region, found.own
            warnings += found.notes
        without = float((inside & np.isnan(per_cell)).sum()) * grid.cell_area_km2
        if without:
            warnings.append(f"population {year}: no data in {without:,.0f} km2 of the region; nobody is counted there")
        people.append(np.where(inside, np.nan_to_num(per_cell) * part, np.nan))
        densities.append(np.where(inside, density, np.nan))
        demands.append(np.where(inside, spread, np.nan))
        of_region.append(np.where(inside, shared, np.nan))
        warnings += _strange_people(year, float(np.nansum(people[-1])), float(part.sum()) * grid.cell_area_km2)
    years = {"year": list(study.years)}
    arrays = [on_cells(np.stack(item), grid, ("year",), **years) for item in (people, densities, demands, of_region)]
    names = ("population", "population_density", "demand", "demand")
    population, per_km2, demand, shared_demand = (stamp(item, name) for item, name in zip(arrays, names, strict=True))
    zone_totals = own if zones else {}
    return People(
        table, population, per_km2, demand, shared_demand, zone_totals, totals, tuple(dict.fromkeys(warnings))
    )


def _strange_people(year: int, people: float, area_km2: float) -> list[str]:
    """Warning where a region has fewer or more people than any has: density and count are easily mixed up."""
    density = people / area_km2
    if 0.05 <= density <= 20_000:
        return []
    text = (
        f"population {year}: {people:,.0f} persons in {area_km2:,.0f} km2 ({density:,.3g} per km2) is hard to believe; "
        "is 'kind' right (density is persons per km2, count is persons per pixel)?"
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
        found.append(DriverOnGrid(name, values, max(support, inputs.grid.resolution / 1000.0)))
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
        rows = table[(table["year"] == year) | (table["year"] == 0)].set_index("zone")["value"]
        values = np.array([rows.get(zone, np.nan) for zone in polygons.ids], float) * driver.scale
        known = np.isfinite(values).astype(float)
        total, part = cover.T @ np.nan_to_num(values), cover.T @ known
        layers.append(
            np.divide(total, part, out=np.full(part.shape, np.nan), where=part > 0).reshape(inputs.grid.shape)
        )
    zones = np.asarray(cover.sum(axis=1)).ravel()
    return layers, float(np.sqrt(zones[zones > 0].mean() * inputs.grid.cell_area_km2))
