"""Stage: supply against demand: balance and ratios of cells, and of the region by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.balance import (
    balance,
    normalised_difference,
    norms,
    supply_demand_ratio,
    supply_per_demand,
)
from tanheng.accounting.change.transitions import improved_and_worsened
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.land.engine import LandMap
from tanheng.land.layers import by_layer, on_demand, variable
from tanheng.land.work import Work, all_finished
from tanheng.schema import stamp
from tanheng.stages.emission.demand import CellDemand
from tanheng.stages.found import Found
from tanheng.stages.land.change import Changes
from tanheng.stages.land.production import lay_production
from tanheng.stages.land.stock import Land
from tanheng.stages.land.uptake import uptake_of_year
from tanheng.tables.balance_columns import balance_columns

#: Variables that compare supply and demand cell by cell.
_COMPARISONS = {
    "balance": balance,
    "supply_per_demand": supply_per_demand,
    "normalised_difference": normalised_difference,
}


@dataclass(frozen=True)
class Balance:
    """Supply, demand and how they compare, for the years that the mode has both for.

    All have the shape (year, y, x); `norm` has the shape (year,).
    """

    mode: str
    supply: xr.DataArray
    demand: xr.DataArray
    balance: xr.DataArray
    ratio: xr.DataArray
    norm: xr.DataArray
    found: Found

    @property
    def years(self) -> tuple[int, ...]:
        """Years that have a balance."""
        return tuple(int(year) for year in self.supply["year"].values)


def supply_of(
    given: BalanceInputs, land: Land, changes: Changes, maps: Mapping[int, LandMap] | None = None
) -> xr.DataArray:
    """Supply of each cell in the mode of the study; in mode ``stock_change`` from the second year on.

    Parameters
    ----------
    maps : mapping of int to LandMap, optional
        By year: the map that tells where its classes lie, of the last observed year for years to come. Needed where production is a raster.
    """
    mode = given.settings.mode
    if mode == "stock":
        return stamp(land.stock, "supply", mode)
    if mode == "stock_change":
        steps = {last: changes.of(first, last).stock_change for first, last in pairwise(land.years)}

        def read(year: int, rows: slice = slice(None)) -> NDArray[np.float64]:
            return np.asarray(steps[year].isel(y=rows).values, np.float64)

        return stamp(on_demand(read, land.grid, {"year": list(steps)}), "supply", mode)
    maps = maps or {}
    if given.uptake is None:
        lay_production(given, land, {year: maps[year] for year in land.years})
    works = [
        Work(partial(_keep_sink, given, land, maps.get(year), year), float, float, "sink", (year,))
        for year in land.years
    ]
    all_finished(land.cells, works)
    return stamp(variable(land.cells, "sink", year=land.years), "supply", mode)


def _keep_sink(given: BalanceInputs, land: Land, of_map: LandMap | None, year: int) -> float:
    """Keep the uptake of a year; returned is the land for which it is not known, km2."""
    uptake, missing = uptake_of_year(given, land, of_map, year)
    land.cells.put(uptake.values, "sink", year)
    return missing


def account_balance(given: BalanceInputs, land: Land, supply: xr.DataArray, demands: CellDemand) -> Balance:
    """Balance and ratios of cells, in the mode and norm of the study; they are worked out when they are asked for."""
    mode, norm = given.settings.mode, given.settings.norm
    demand = demands.demand.sel(year=supply["year"])
    whole = as_whole_cells(supply, land), as_whole_cells(demand, land)
    largest = norms(*whole, norm)

    def ratio_of(supplied: xr.DataArray, demanded: xr.DataArray) -> xr.DataArray:
        return supply_demand_ratio(supplied, demanded, mode, norm, largest.sel(year=supplied["year"]))

    ratio = stamp(by_layer(ratio_of, *whole), "supply_demand_ratio", mode)
    ratio.attrs["norm"] = norm
    variables = {"supply_demand_ratio": ratio}
    for name, function in _COMPARISONS.items():
        variables[name] = stamp(by_layer(partial(function, mode=mode), supply, demand), name, mode)
    return Balance(mode, supply, demand, variables["balance"], ratio, largest, Found(variables=variables))


def as_whole_cells(array: xr.DataArray, land: Land) -> xr.DataArray:
    """Totals of cells as they would be were every cell wholly in the region: cells on its edge can then be compared."""
    part = land.fraction.where(land.fraction > 0)

    def whole(layer: xr.DataArray) -> xr.DataArray:
        return (layer / part.sel(y=layer["y"])).assign_attrs(array.attrs)

    return by_layer(whole, array).assign_attrs(array.attrs)


def balance_table(compared: Balance, land: Land, demands: CellDemand, norm: str) -> pd.DataFrame:
    """One row a year: supply, demand, how they close and compare."""
    columns, closure = balance_columns(compared.mode), demands.closure
    rows = []
    for year in compared.years:
        supply, demand = (float(item.sel(year=year).sum()) for item in (compared.supply, compared.demand))
        surplus, deficit, _ = improved_and_worsened(compared.balance.sel(year=year), land.fraction)
        ratio = compared.ratio.sel(year=year)
        rows.append(
            {
                "year": year,
                "mode": compared.mode,
                columns.supply: supply,
                columns.demand: demand,
                columns.balance: supply - demand,
                "emissions_t_c": demands.totals[year],
                "closure": closure[year],
                "population": float(demands.population.sel(year=year).sum()),
                columns.supply_per_demand: supply / demand if demand else np.nan,
                "ratio_norm": norm,
                columns.ratio_norm: float(compared.norm.sel(year=year)),
                "ratio_mean": float(ratio.mean()),
                "ratio_min": float(ratio.min()),
                "ratio_max": float(ratio.max()),
                "area_share_surplus": surplus,
                "area_share_deficit": deficit,
                "meaning": compared.balance.attrs["long_name"],
            }
        )
    return pd.DataFrame(rows)
