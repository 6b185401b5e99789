"""Stage: population, and emissions allocated to cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.demand import per_person, persons_per_cell
from tanheng.analysis.mismatch import dissimilarity
from tanheng.errors import InputError
from tanheng.inputs.emission.demand import DemandInputs
from tanheng.io.rasters import Raster
from tanheng.land.cells import CellStore, plain_data
from tanheng.land.layers import variable
from tanheng.land.values.on_grid import on_grid
from tanheng.land.work import Work, all_finished
from tanheng.language import message_of, plain_message, tr
from tanheng.schema import stamp
from tanheng.stages.emission.allocation import (
    Allocated,
    EmissionZones,
    Groups,
    allocate_year,
    emission_zones,
    keep_groups,
)
from tanheng.stages.emission.weights import SectorWeights
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.land.stock import Land
from tanheng.stages.zone_layers import ZoneLayer

Layer = NDArray[np.float64]


#: Share of the people of a region that may live in no zone without a word: gaps between polygons along a border.
_FEW_PEOPLE = 0.002


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
    placed : mapping of int to float, t C
        What was placed of them in all cells.
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
    placed: Mapping[int, float]
    groups: Mapping[int, Groups]
    support_km: float
    found: Found

    @property
    def closure(self) -> dict[int, float]:
        """Sum of demand over emissions, by year."""
        return {year: self.placed[year] / total if total else 1.0 for year, total in self.totals.items()}


@dataclass(frozen=True)
class _Year:
    """Demand of a year: emissions and what was placed of them, t C, how it was placed, and the share that another weight moves."""

    emissions: float
    placed: float
    groups: Groups
    own: Layer
    placements: tuple[dict[str, object], ...]
    notes: tuple[str, ...]
    placed_elsewhere: float | None

    def as_data(self) -> dict[str, Any]:
        """What is not kept as layers, as JSON holds it."""
        names = ("emissions", "placed", "placements", "placed_elsewhere", "own")
        own = {name: getattr(self, name) for name in names} | {"notes": [plain_message(note) for note in self.notes]}
        data: dict[str, Any] = plain_data({**own, "groups": self.groups.as_data()})
        return data

    @staticmethod
    def of_data(cells: CellStore, data: Mapping[str, Any]) -> _Year:
        """Year from what JSON holds."""
        given = {**data, "groups": Groups.of_data(cells, data["groups"]), "own": np.array(data["own"])}
        return _Year(
            **{**given, "placements": tuple(data["placements"]), "notes": tuple(map(message_of, data["notes"]))}
        )


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
    zones = emission_zones(layers.get(given.zone_layer), emissions, land)
    weights = SectorWeights(given.settings.weights, given.drivers, land)
    people = _People(given, land)

    def of_year(year: int) -> _Year:
        rows = emissions[emissions["year"] == year]
        one = _year(given, year, rows, weights.of_year(year, people.per_cell(year)), land, zones)
        region = float(land.fraction.sum()) * land.grid.cell_area_km2
        more = [*_gaps(year, people.per_cell(year), land), *_strange_people(year, people.keep(year), region)]
        more += _people_without_zone(year, rows, people.per_cell(year), land, zones)
        return replace(one, notes=(*one.notes, *more))

    unpack = partial(_Year.of_data, land.cells)
    works = [Work(partial(of_year, year), _Year.as_data, unpack, "demand", (year,)) for year in given.years]
    by_year = dict(zip(given.years, all_finished(land.cells, works), strict=True))
    notes = [*(zones.notes if zones else ()), *(note for one in by_year.values() for note in one.notes)]
    notes += _other_places(given, land)
    of_years = {"year": given.years}
    demand = stamp(variable(land.cells, "demand", **of_years), "demand")
    population = stamp(variable(land.cells, "population", **of_years), "population")
    variables = {"population": population, "demand": demand}
    if given.settings.compare_with:
        variables["demand_difference"] = stamp(
            variable(land.cells, "demand_difference", **of_years), "demand_difference"
        )
    cell_demand = CellDemand(
        population,
        stamp(variable(land.cells, "population_density", **of_years), "population_density"),
        demand,
        stamp(variable(land.cells, "demand_of_region", **of_years), "demand") if zones else demand,
        {year: one.own for year, one in by_year.items()} if zones else {},
        given.zone_layer,
        {year: one.emissions for year, one in by_year.items()},
        {year: one.placed for year, one in by_year.items()},
        {year: one.groups for year, one in by_year.items()},
        max(raster.pixels.pixel_size_m() for raster in given.population.values()) / 1000.0,
        Found(_tables(by_year), variables, tuple(dict.fromkeys(notes))),
    )
    return _checked(cell_demand, keeps_mass=given.settings.form == "mass-conserving")


def _people_without_zone(
    year: int, rows: pd.DataFrame, per_cell: Layer, land: Land, zones: EmissionZones | None
) -> list[str]:
    """Note on people of the region who live in no zone, where all emissions are known by zone: they are given none."""
    if zones is None or (rows["zone"] == "").any():
        return []
    left = np.asarray(zones.layer.weights[[-1]].toarray()).ravel() * land.fraction.values.ravel()
    people = np.nan_to_num(per_cell).ravel()
    outside, all_people = float(left @ people), float(land.fraction.values.ravel() @ people)
    if all_people <= 0 or outside <= _FEW_PEOPLE * all_people:
        return []
    return [
        tr(
            "demand {year}: {persons:,.0f} persons ({percent:.2g} % of the region) live in no zone of '{layer}', for whose zones all emissions are "
            "given, so that they are allocated none; add a row without a zone for the rest of the region, or draw the zones without gaps",
            year=year,
            persons=outside,
            percent=100 * outside / all_people,
            layer=zones.layer.label,
        )
    ]


#: Correlation of the people of the cells in two years below which the maps are taken for ones of other places: that of one place is above 0.9.
_ALIKE = 0.5


def _other_places(given: DemandInputs, land: Land) -> list[str]:
    """Questions about neighbouring years whose people live in other places: a map that is shifted, turned over or of another region."""
    notes = []
    for first, last in pairwise(given.years):
        if given.population[first] is given.population[last]:
            continue
        one, other = (land.cells.layer("population_density", year).ravel() for year in (first, last))
        known = np.isfinite(one) & np.isfinite(other)
        if known.sum() < _FEWEST_CELLS or one[known].std() == 0 or other[known].std() == 0:
            continue
        correlation = float(np.corrcoef(one[known], other[known])[0, 1])
        if correlation < _ALIKE:
            notes.append(
                tr(
                    "population of {first} and {last}: people live in other places (correlation of the cells {correlation:.2f}, usually above 0.9); "
                    "is one of the maps shifted, flipped, or of another product?",
                    first=first,
                    last=last,
                    correlation=correlation,
                )
            )
    return notes


#: Cells from which on the places of people are compared.
_FEWEST_CELLS = 50


class _People:
    """Persons of each cell by year; those of the last map that was asked for are held."""

    def __init__(self, given: DemandInputs, land: Land) -> None:
        self.given, self.land = given, land
        self._held: tuple[Raster, Layer, Layer] | None = None

    def _laid(self, year: int) -> tuple[Layer, Layer]:
        raster = self.given.population[year]
        if self._held is None or self._held[0] is not raster:
            self._held = None
            self._held = (raster, *_persons(raster, self.given.population_kind, self.land))
        return self._held[1], self._held[2]

    def per_cell(self, year: int) -> Layer:
        """Persons in each cell were it wholly in the region."""
        return self._laid(year)[0]

    def keep(self, year: int) -> float:
        """Keep the population of a year and its density; its sum is returned."""
        per_cell, per_km2 = self._laid(year)
        people = np.nan_to_num(per_cell) * self.land.fraction.values
        _keep(people, self.land, "population", year)
        _keep(per_km2, self.land, "population_density", year)
        return float(people.sum())


def _keep(layer: Layer, land: Land, name: str, year: int) -> None:
    """Keep a layer of a year; NaN outside the region."""
    land.cells.put(np.where(land.fraction.values > 0, layer, np.nan), name, year)


def persons_of_region(raster: Raster, kind: Literal["density", "count"], land: Land) -> float:
    """Persons in the region by a population map.

    Raises
    ------
    InputError
        The map has negative values.
    """
    per_cell, _ = _persons(raster, kind, land)
    return float(np.nansum(per_cell * land.fraction.values))


def _persons(raster: Raster, kind: Literal["density", "count"], land: Land) -> tuple[Layer, Layer]:
    """Persons in each cell were it wholly in the region, and per km2."""
    laid = on_grid(raster, land.grid)
    fraction = np.asarray(land.fraction.values, float)
    pixel = raster.pixels.pixel_size_m() / land.grid.resolution
    people, density = persons_per_cell(
        laid.total, laid.mean, laid.covered, fraction, land.grid.cell_area_km2, kind, pixel
    )
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


def _year(
    given: DemandInputs,
    year: int,
    rows: pd.DataFrame,
    weights: SectorWeights,
    land: Land,
    zones: EmissionZones | None,
) -> _Year:
    """Demand of the year of some emissions, in the form that the study asks for; its layers are kept."""
    total = float(rows["emissions_t_c"].sum())
    if given.settings.form == "per-person":
        people = weights.people[year] * land.fraction.values
        stated = given.settings.population_totals[year]
        note = totals_against_map(year, stated, float(np.nansum(people)))
        demand = per_person(total, stated, people)
        amounts = sparse.csr_matrix(demand.ravel())
        nothing = np.zeros(0)
        one = Allocated(
            np.zeros(demand.shape), demand, nothing, amounts, ("",), np.zeros(len(rows), np.int64), (), note
        )
    else:
        one = _allocated(given, rows, weights, land, zones)
    demand = one.by_zone + one.of_region
    _keep(demand, land, "demand", year)
    if zones:
        _keep(one.of_region, land, "demand_of_region", year)
    elsewhere = None
    if given.settings.compare_with:
        other = _allocated(given, rows, weights.all_by(given.settings.compare_with), land, zones, at_points=False)
        elsewhere = _difference(other.by_zone + other.of_region, demand, land, year)
    placed = float(demand[land.fraction.values > 0].sum())
    groups = keep_groups(one, year, land.cells)
    return _Year(total, placed, groups, one.own, one.placements, one.notes, elsewhere)


#: People of a map over those of a table, from which on the difference is told, and refused.
_APART, _TOO_FAR = 1.1, 50.0


def totals_against_map(year: int, stated: float, mapped: float) -> tuple[str, ...]:
    """Note on a total of people that is not that of the map: in this form emissions follow the map's.

    Raises
    ------
    InputError
        They are so far apart that a unit must be wrong.
    """
    ratio = mapped / stated
    values = {"year": year, "stated": stated, "mapped": mapped, "ratio": ratio}
    if not 1.0 / _TOO_FAR <= ratio <= _TOO_FAR:
        raise InputError(
            tr(
                "demand.population_totals: {year} has {stated:,.6g} persons and the population map {mapped:,.6g}; demand would sum to {ratio:.3g} "
                "times the emissions: give persons, of the same region, and check population.kind",
                **values,
            )
        )
    if 1.0 / _APART <= ratio <= _APART:
        return ()
    return (
        tr(
            "demand {year}: the population map has {mapped:,.6g} persons, 'population_totals' {stated:,.6g}; are they of the same people and region? "
            "In the form 'per-person' demand sums to {ratio:.3g} times the emissions",
            **values,
        ),
    )


def _allocated(
    given: DemandInputs,
    rows: pd.DataFrame,
    weights: SectorWeights,
    land: Land,
    zones: EmissionZones | None,
    *,
    at_points: bool = True,
) -> Allocated:
    refuse = given.settings.without_weight == "error"
    return allocate_year(rows, weights, land, zones, given.points if at_points else None, refuse_gaps=refuse)


def _difference(other: Layer, demand: Layer, land: Land, year: int) -> float:
    """Share of demand that another weight places elsewhere; the difference of both is kept."""
    _keep(other - demand, land, "demand_difference", year)
    inside = land.fraction.values > 0
    return dissimilarity(demand[inside], other[inside])


def _checked(demand: CellDemand, *, keeps_mass: bool) -> CellDemand:
    """The same, with the law that demand sums to emissions where the allocation keeps mass."""
    if not keeps_mass:
        return demand
    worst = max(abs(value - 1.0) for value in demand.closure.values())
    meaning = tr("demand of all cells is the emissions of the region, relative")
    check = SelfCheck("demand_closure", meaning, worst, 1e-9)
    return replace(demand, found=demand.found + Found(checks=(check,)))


def _tables(by_year: Mapping[int, _Year]) -> dict[str, pd.DataFrame]:
    """How each sector was placed, and how far another weight would have moved demand."""
    placements = [row for one in by_year.values() for row in one.placements]
    tables = {"demand_allocation": pd.DataFrame(placements)} if placements else {}
    moved = {year: one.placed_elsewhere for year, one in by_year.items() if one.placed_elsewhere is not None}
    if moved:
        columns = {"year": list(moved), "share_of_demand_placed_elsewhere": list(moved.values())}
        tables["demand_difference"] = pd.DataFrame(columns)
    return tables


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
