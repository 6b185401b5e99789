"""Stage: supply against demand: balance, ratio and their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import xarray as xr

from tanheng.accounting import balance, normalised_difference, sink, supply_demand_ratio, supply_per_demand
from tanheng.accounting.balance import norms
from tanheng.inputs.study_inputs import Inputs
from tanheng.land.continuous import on_grid
from tanheng.land.shares import on_cells
from tanheng.schema import stamp
from tanheng.stages.demand import People
from tanheng.stages.land import Land
from tanheng.units import conversion_factor


@dataclass(frozen=True)
class Balance:
    """Supply, demand and how they compare, for the years that the mode has both for."""

    supply: xr.DataArray
    demand: xr.DataArray
    balance: xr.DataArray
    ratio: xr.DataArray
    per_demand: xr.DataArray
    difference: xr.DataArray
    norm: xr.DataArray


def supply_column(mode: str) -> str:
    """Name of the supply column: a stock and a flow differ in their unit."""
    return "supply_t_c" if mode == "stock" else "supply_t_c_per_yr"


def zone_columns(mode: str) -> tuple[str, str, str]:
    """Columns of supply, supply over demand and the support coefficient: a stock has neither a compensation rate nor an ESC.

    Examples
    --------
    >>> zone_columns("sink")
    ('supply_t_c_per_yr', 'supply_per_demand', 'ecological_support_coefficient')
    """
    if mode == "stock":
        return supply_column(mode), "supply_per_demand_yr", "storage_support_coefficient"
    return supply_column(mode), "supply_per_demand", "ecological_support_coefficient"


def supply(inputs: Inputs, land: Land) -> xr.DataArray:
    """Supply of each cell in the mode of the study; in mode ``stock_change`` from the second year on."""
    mode = inputs.study.balance.mode
    if mode == "stock":
        return stamp(land.stock, "supply", mode)
    if mode == "stock_change":
        by_years = {(change.first, change.last): change for change in land.changes}
        ends = [by_years[pair] for pair in pairwise(inputs.study.years)]
        stacked = xr.concat(
            [change.stock_change for change in ends],
            dim=xr.Variable("year", [c.last for c in ends]),
            coords="minimal",
            compat="override",
            join="exact",
        )
        return stamp(stacked.transpose("year", "y", "x"), "supply", mode)
    return stamp(_sink(inputs, land), "supply", mode)


def _sink(inputs: Inputs, land: Land) -> xr.DataArray:
    asked = inputs.study.balance
    if inputs.uptake is not None:
        rates = xr.DataArray(
            [inputs.uptake[name] for name in inputs.classes],
            dims="land_class",
            coords={"land_class": list(inputs.classes)},
        )
        return sink(land.share, rates, inputs.grid.cell_area_ha)
    factor = conversion_factor(asked.nep_units, "t C ha-1 yr-1")
    area = land.share.sum("land_class", skipna=False) * inputs.grid.cell_area_ha
    layers = [on_grid(inputs.nep[year], inputs.grid).mean * factor for year in inputs.study.years]
    rate = on_cells(np.stack(layers), inputs.grid, ("year",), year=list(inputs.study.years))
    return stamp(rate * area, "sink")  # (t C/ha/yr) * (ha) = t C/yr


def account_balance(inputs: Inputs, land: Land, people: People) -> Balance:
    """Balance and ratios of the study's mode and norm."""
    asked = inputs.study.balance
    given = supply(inputs, land)
    demand = people.demand.sel(year=given["year"])
    whole = as_whole_cells(given, land), as_whole_cells(demand, land)
    return Balance(
        given,
        demand,
        balance(given, demand, asked.mode),
        supply_demand_ratio(*whole, asked.mode, asked.norm),
        supply_per_demand(given, demand, asked.mode),
        normalised_difference(given, demand, asked.mode),
        norms(*whole, asked.norm),
    )


def as_whole_cells(array: xr.DataArray, land: Land) -> xr.DataArray:
    """Totals of cells as they would be were every cell wholly in the region: cells on its edge can then be compared."""
    part = land.fraction.where(land.fraction > 0)
    return (array / part).assign_attrs(array.attrs)
