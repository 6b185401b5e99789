"""Stage: population, and emissions allocated to cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.demand import per_person, persons_per_cell
from tanheng.analysis.mismatch import dissimilarity
from tanheng.errors import InputError
from tanheng.inputs.demand import DemandInputs
from tanheng.io.rasters import Raster
from tanheng.land.continuous import on_grid
from tanheng.land.shares import on_cells
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.allocation import EmissionZones, Groups, allocate_year, emission_zones
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.stock import Land
from tanheng.stages.weights import SectorWeights
from tanheng.stages.zone_layers import ZoneLayer

Layer = NDArray[np.float64]


@dataclass(frozen=True)
class CellDemand:
    """Population, and the emissions that are allocated to cells.

    Attributes
    ----------
    population, demand : xarray.DataArray, shape (year, y, x)
    population_density : xarray.DataArray, shape (year, y, x), person km-2
    demand_of_region : xarray.DataArray, shape (year, y, x), t C yr-1
        The part of demand that is known for the region only.
    own : mapping of int to numpy.ndarray, shape (zones,), t C
        By year: emissions of zones of their own; empty where emissions are known for the region alone.
    zone_layer : str
        Label of the layer of these zones.
    totals : mapping of int to float, t C
        Emissions by year.
    groups : mapping of int to Groups
        Demand by what shares a weight and a unit, by year.
    support_km : float
        Side of the pixels of the population map, km.
    """

    population: xr.DataArray
    population_density: xr.DataArray
    demand: xr.DataArray
    demand_of_region: xr.DataArray
    own: Mapping[int, Layer]
    zone_layer: str
    totals: Mapping[int, float]
    groups: Mapping[int, Groups]
    support_km: float
    found: Found

    @property
    def closure(self) -> dict[int, float]:
        """Sum of demand over emissions, by year."""
        sums = {year: float(self.demand.sel(year=year).sum()) for year in self.totals}
        return {year: sums[year] / total if total else 1.0 for year, total in self.totals.items()}


@dataclass(frozen=True)
class _Year:
    """Demand of a year: whole, and the part known for the region only; how it was placed."""

    demand: Layer
    of_region: Layer
    groups: Groups
    own: Layer
    placements: tuple[dict[str, object], ...] = ()
    notes: tuple[str, ...] = ()


def account_demand(
    given: DemandInputs, land: Land, emissions: pd.DataFrame, layers: Mapping[str, ZoneLayer]
) -> CellDemand:
    """Population and demand of each cell in the region.

    Parameters
    ----------
    emissions : pandas.DataFrame
        Emissions by year, zone and sector.
    layers : mapping of str to ZoneLayer
        Zone layers of the study.

    Raises
    ------
    InputError
        The population is negative, a weight is wrong, or a unit has emissions and no weight where that is an error.
    """
    fraction = np.asarray(land.fraction.values, float)
    laid = {raster: _persons(raster, given.population_kind, land) for raster in given.population.values()}
    per_cell = {year: laid[given.population[year]][0] for year in given.years}
    per_km2 = {year: laid[given.population[year]][1] for year in given.years}
    zones = emission_zones(layers.get(given.zone_layer), emissions, land)
    weights = SectorWeights(given.settings.weights, given.drivers, land, per_cell)
    rows = {year: emissions[emissions["year"] == year] for year in given.years}
    by_year = {year: _demand(given, rows[year], weights, land, zones, per_cell[year]) for year in given.years}
    people = {year: np.nan_to_num(per_cell[year]) * fraction for year in given.years}
    demand = _in_region({year: one.demand for year, one in by_year.items()}, land, "demand")
    other = _compared(given, rows, weights, land, zones)
    population = _in_region(people, land, "population")
    notes = [*(zones.notes if zones else ())]
    for year in given.years:
        notes += [*by_year[year].notes, *_gaps(year, per_cell[year], land)]
        notes += _strange_people(year, float(people[year].sum()), float(fraction.sum()) * land.grid.cell_area_km2)
    variables = {"population": population, "demand": demand}
    if other is not None:
        variables["demand_difference"] = stamp(other - demand, "demand_difference")
    tables = _tables([row for one in by_year.values() for row in one.placements], demand, other)
    found = CellDemand(
        population,
        _in_region(per_km2, land, "population_density"),
        demand,
        _in_region({year: one.of_region for year, one in by_year.items()}, land, "demand"),
        {year: one.own for year, one in by_year.items()} if zones else {},
        given.zone_layer,
        {year: float(rows[year]["emissions_t_c"].sum()) for year in given.years},
        {year: one.groups for year, one in by_year.items()},
        max(raster.pixels.pixel_size_m() for raster in given.population.values()) / 1000.0,
        Found(tables, variables, tuple(dict.fromkeys(notes))),
    )
    return _checked(found, keeps_mass=given.settings.form == "mass-conserving")


def _persons(raster: Raster, kind: Literal["density", "count"], land: Land) -> tuple[Layer, Layer]:
    """Persons in each cell were it wholly in the region, and per km2."""
    laid = on_grid(raster, land.grid)
    fraction = np.asarray(land.fraction.values, float)
    people, density = persons_per_cell(laid.total, laid.mean, laid.covered, fraction, land.grid.cell_area_km2, kind)
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


def _demand(
    given: DemandInputs,
    rows: pd.DataFrame,
    weights: SectorWeights,
    land: Land,
    zones: EmissionZones | None,
    per_cell: Layer,
) -> _Year:
    """Demand of the year of some emissions, in the form that the study asks for."""
    settings = given.settings
    if settings.form == "per-person":
        year, total = int(rows["year"].iloc[0]), float(rows["emissions_t_c"].sum())
        fraction = np.asarray(land.fraction.values, float)
        demand = per_person(total, settings.population_totals[year], per_cell * fraction)
        groups = Groups(sparse.csr_matrix(demand.ravel()), ("",), np.zeros(len(rows), np.int64))
        return _Year(demand, demand, groups, np.zeros(0))
    refuse = settings.without_weight == "error"
    one = allocate_year(rows, weights, land, zones, given.points, refuse_gaps=refuse)
    return _Year(one.by_zone + one.of_region, one.of_region, one.groups, one.own, one.placements, one.notes)


def _compared(
    given: DemandInputs,
    rows: Mapping[int, pd.DataFrame],
    weights: SectorWeights,
    land: Land,
    zones: EmissionZones | None,
) -> xr.DataArray | None:
    """Demand as it would be were all sectors allocated by the weight to compare with; none where none is asked for."""
    powers = given.settings.compare_with
    if not powers:
        return None
    other, refuse = weights.all_by(powers), given.settings.without_weight == "error"
    layers = {}
    for year, part in rows.items():
        one = allocate_year(part, other, land, zones, None, refuse_gaps=refuse)
        layers[year] = one.by_zone + one.of_region
    return _in_region(layers, land, "demand")


def _in_region(layers: Mapping[int, Layer], land: Land, name: str) -> xr.DataArray:
    """Layers of the years as a variable, shape (year, y, x); NaN outside the region."""
    inside = np.asarray(land.fraction.values) > 0
    stacked = np.where(inside, np.stack(list(layers.values())), np.nan)
    return stamp(on_cells(stacked, land.grid, ("year",), year=list(layers)), name)


def _checked(found: CellDemand, *, keeps_mass: bool) -> CellDemand:
    """The same, with the law that demand sums to emissions where the allocation keeps mass."""
    if not keeps_mass:
        return found
    worst = max(abs(value - 1.0) for value in found.closure.values())
    meaning = tr("demand of all cells is the emissions of the region, relative")
    check = SelfCheck("demand_closure", meaning, worst, 1e-9)
    return replace(found, found=found.found + Found(checks=(check,)))


def _tables(
    placements: list[dict[str, object]], demand: xr.DataArray, other: xr.DataArray | None
) -> dict[str, pd.DataFrame]:
    """How each sector was placed, and how far another weight would have moved demand."""
    tables = {"demand_allocation": pd.DataFrame(placements)} if placements else {}
    if other is not None:
        tables["demand_difference"] = _difference_table(demand, other)
    return tables


def _difference_table(demand: xr.DataArray, other: xr.DataArray) -> pd.DataFrame:
    rows = []
    for year in demand["year"].values:
        first, second = (np.asarray(item.sel(year=year).values, float).ravel() for item in (demand, other))
        known = np.isfinite(first) & np.isfinite(second)
        moved = dissimilarity(first[known], second[known])
        rows.append({"year": int(year), "share_of_demand_placed_elsewhere": moved})
    return pd.DataFrame(rows)


def _gaps(year: int, per_cell: Layer, land: Land) -> list[str]:
    """Note on land of the region where nobody is known to live."""
    inside = np.asarray(land.fraction.values) > 0
    without = float((inside & np.isnan(per_cell)).sum()) * land.grid.cell_area_km2
    if not without:
        return []
    return [
        tr(
            "population {year}: no data in {without:,.0f} km2 of the region; nobody is counted there",
            year=year,
            without=without,
        )
    ]


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
