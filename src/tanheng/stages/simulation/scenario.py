"""Stage: stock, demand and balance of the future land use in one scenario, by the same stages as those of observed years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.emission.outlook import turning_years
from tanheng.inputs.land_maps import LandInputs
from tanheng.inputs.simulation.outlook import emissions_of, population_factor
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.rasters import Raster
from tanheng.land.series import LandSeries, year_pairs
from tanheng.stages.balance import account_balance, balance_table, supply_of
from tanheng.stages.emission.demand import CellDemand, account_demand, persons_of_region
from tanheng.stages.found import Found, refuse_failed
from tanheng.stages.land.change import Changes, account_change, change_table
from tanheng.stages.land.counting import Counting, count_series
from tanheng.stages.land.densities import CellDensities, densities_to_come, lay_densities
from tanheng.stages.land.flows import account_flows, observed_steps
from tanheng.stages.land.stock import Land, account_stock
from tanheng.stages.uncertainty.input_errors import density_errors
from tanheng.stages.uncertainty.map_errors import area_errors
from tanheng.stages.uncertainty.totals import stock_uncertainty, with_balance_intervals
from tanheng.stages.zone_layers import ZoneLayer, lay_zones
from tanheng.stages.zones import account_zone_balances, account_zone_stocks
from tanheng.study.simulate import Outlook


@dataclass(frozen=True)
class Today:
    """Emissions and population of the last year of a study.

    Attributes
    ----------
    emissions : pandas.DataFrame
        Rows of the last year.
    population : float
        Persons in the region.
    """

    emissions: pd.DataFrame
    population: float

    @property
    def total(self) -> float:
        """Emissions, t C."""
        return float(self.emissions["emissions_t_c"].sum())


def account_scenario(
    inputs: Inputs,
    land: LandInputs,
    counting: Counting,
    outlook: Outlook | None,
    today: Today | None,
    observed: pd.DataFrame | None = None,
) -> tuple[Found, NDArray[np.float64]]:
    """Tables and variables of the last observed year and the future years in one scenario; and what a conversion to each class makes of it, t C ha-1.

    Parameters
    ----------
    land : LandInputs
        The last observed map and the simulated ones.
    outlook : Outlook, optional
        Population and future emissions; without it there is neither demand nor balance.
    today : Today, optional
        Emissions of the last observed year.
    observed : pandas.DataFrame, optional
        Transitions of the observed years: what still follows from them is in the yearly flows.
    """
    study = inputs.study
    series = count_series(land, counting)
    layers = lay_zones(inputs.zones, inputs.grid, series.fraction)
    here = account_stock(series, _densities(inputs, series, layers))
    changes = account_change(series, here, land.pairs)
    given_errors = density_errors(inputs.densities.settings, inputs.classes)
    spread = None if given_errors is None else given_errors.of_means()
    results = here.found + changes.found
    of_maps = area_errors(here, changes, study.land_cover.area_uncertainty)
    results += Found(_without_map_error(stock_uncertainty(here, changes, spread, of_maps).tables))
    if inputs.flows is not None:
        results += account_flows(
            inputs.flows, here, changes, () if observed is None else observed_steps(observed, here)
        )
    compared = None
    if outlook is not None and today is not None and inputs.demand is not None:
        maps = inputs.demand
        today = replace(today, population=persons_of_region(maps.population[land.years[0]], maps.population_kind, here))
        demands = _demand(inputs, here, outlook, today, layers)
        nep, npp = (_last_for_all(one, land.years) for one in (inputs.balance.nep, inputs.balance.npp))
        given = replace(inputs.balance, nep=nep, npp=npp)
        supply = supply_of(given, here, changes, dict.fromkeys(land.years, inputs.land.maps[-1]))
        compared = account_balance(given, here, supply, demands)
        results += demands.found + compared.found
        if study.balance.mode != "stock":
            results += Found(variables={"supply": supply})
        table = balance_table(compared, here, demands, study.balance.norm)
        table = with_balance_intervals(table, results.tables.get("stock_uncertainty"), {}, compared.mode)
        results += Found(
            {"balance": table, "paths": _paths(land.years, changes, supply, outlook, today, study.balance.mode)}
        )
        results += account_zone_stocks(layers, here, spread)
        results += account_zone_balances(layers, results.tables, here, compared, demands, inputs.economy, spread, {})
    else:
        results += account_zone_stocks(layers, here, spread)
    results += change_table(changes, here, compared.balance if compared else None, study.value)
    refuse_failed(results.checks)
    density = here.density_of_conversion.isel(year=0).sum("carbon_pool").to_numpy()
    return results, density


def _without_map_error(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Half-widths of a change without map errors: a simulated map repeats those of the map it starts from, so they cancel."""
    corrected = {}
    for name, table in tables.items():
        if "half_width_densities_t_c" not in table or "half_width_map_error_t_c" not in table:
            continue
        change = table["of"] == "change"
        none = table["half_width_map_error_t_c"].where(~change, 0.0)
        whole = table["half_width_t_c"].where(~change, table["half_width_densities_t_c"])
        corrected[name] = table.assign(half_width_map_error_t_c=none, half_width_t_c=whole)
    return corrected


def land_of(inputs: Inputs, maps: LandInputs) -> LandInputs:
    """The last observed map before the simulated ones."""
    both = (inputs.land.maps[-1], *maps.maps)
    years = tuple(item.year for item in both)
    return replace(maps, maps=both, pairs=tuple(year_pairs(years)))


def _densities(inputs: Inputs, series: LandSeries, layers: Mapping[str, ZoneLayer]) -> CellDensities | xr.DataArray:
    """Densities of the last year of the study in every year; pools of the place stay in their cells."""
    given, today = inputs.densities, series.years[0]
    if given.are_uniform:
        last = given.array.isel(year=-1, drop=True)
        return last.expand_dims(year=list(series.years)).assign_attrs(given.array.attrs)
    maps = replace(inputs.land, maps=(inputs.land.maps[-1],), pairs=())
    return densities_to_come(lay_densities(given, maps, _only(series, today), layers), series, today)


def _only(series: LandSeries, year: int) -> LandSeries:
    """A series of one of its years."""
    return replace(series, years=(year,), moved={})


def _last_for_all(rasters: Mapping[int, Raster], years: tuple[int, ...]) -> dict[int, Raster]:
    return dict.fromkeys(years, rasters[max(rasters)]) if rasters else {}


def _demand(inputs: Inputs, land: Land, outlook: Outlook, today: Today, layers: Mapping) -> CellDemand:  # type: ignore[type-arg]
    """Demand of the future years: the emissions of the last year, scaled, allocated by the same weights and people."""
    given = inputs.demand
    assert given is not None  # noqa: S101  the caller looked
    start = land.years[0]
    factors = {year: population_factor(outlook, today.population, start, year) for year in land.years}
    emitted = {year: emissions_of(outlook, today.total, start, year, factors[year]) for year in land.years}
    rows = [
        today.emissions.assign(
            year=year,
            emissions_t_c=today.emissions["emissions_t_c"] * (emitted[year] / today.total if today.total else 0.0),
        )
        for year in land.years
    ]
    raster = given.population[max(given.population)]
    people = {
        year: replace(raster, scale=raster.scale * factor, offset=raster.offset * factor)
        for year, factor in factors.items()
    }
    totals = {year: today.population * factor for year, factor in factors.items()}
    settings = given.settings.model_copy(update={"population_totals": totals})
    ahead = replace(
        given, years=land.years, population=people, settings=settings, points=_points(given.points, land.years)
    )
    return account_demand(ahead, land, pd.concat(rows, ignore_index=True), layers)


def _points(points: pd.DataFrame | None, years: tuple[int, ...]) -> pd.DataFrame | None:
    """Point sources of the last year in the first of the years; those to come are allocated with their sector."""
    return None if points is None else points[points["year"] == years[0]]


def _paths(
    years: tuple[int, ...], changes: Changes, supply: xr.DataArray, outlook: Outlook, today: Today, mode: str
) -> pd.DataFrame:
    """Yearly path of population, emissions and land uptake from the last observed year, with what the flux balance is."""
    start, every = years[0], list(range(years[0], years[-1] + 1))
    people = np.array([population_factor(outlook, today.population, start, year) for year in every])
    emitted = np.array(
        [emissions_of(outlook, today.total, start, year, factor) for year, factor in zip(every, people, strict=True)]
    )
    if mode == "sink":
        by_year = [float(supply.sel(year=year).sum()) for year in years]
        uptake = np.interp(every, years, by_year)
    else:
        rates = {last: changes.of(first, last).total / (last - first) for first, last in pairwise(years)}
        ends = sorted(rates)
        uptake = np.array([rates[next(end for end in ends if end >= year)] for year in every])
    turning = turning_years(every, emitted, uptake)
    return pd.DataFrame(
        {
            "year": every,
            "population": today.population * people,
            "emissions_t_c": emitted,
            "land_uptake_t_c_per_yr": uptake,
            "flux_balance_t_c_per_yr": uptake - emitted,
            "peak_year": turning.peak if turning.peak is not None else np.nan,
            "closing_year": turning.closed if turning.closed is not None else np.nan,
        }
    )
