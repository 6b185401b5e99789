"""The finished dataset and tables of a run, put together from what the stages found."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from scipy import sparse

from tanheng.accounting import dynamic_degree, improved_and_worsened, net_present_value
from tanheng.accounting.summaries import (
    balance_by_zone_table,
    stock_by_zone_table,
    transition_table,
    zone_weights,
)
from tanheng.inputs.study_inputs import Inputs
from tanheng.schema import DRIVER, refuse_unknown, stamp
from tanheng.stages.balance import Balance, supply_column, zone_columns
from tanheng.stages.demand import DriverOnGrid, People
from tanheng.stages.land import Land, LandChange
from tanheng.stages.uncertainty import DemandErrors, DensityErrors, ZoneLayer, with_zone_intervals
from tanheng.stages.zones import with_rates
from tanheng.units import HA_PER_KM2


def dataset_of(
    inputs: Inputs,
    land: Land,
    people: People | None,
    compared: Balance | None,
    given: xr.DataArray,
    drivers: list[DriverOnGrid],
    analysed: Mapping[str, xr.DataArray],
) -> xr.Dataset:
    """Dataset of a run, shape (year, y, x) and more as each variable needs."""
    variables = {
        "region_fraction": land.fraction,
        "land_share": land.share,
        "carbon_density": land.density,
        "carbon_stock": land.stock,
    }
    consecutive = [
        change
        for change in land.changes
        if (change.first, change.last) in zip(inputs.study.years, inputs.study.years[1:], strict=False)
    ]
    if consecutive:
        labels = [f"{change.first}-{change.last}" for change in consecutive]
        stacked = xr.concat(
            [change.stock_change for change in consecutive],
            dim=xr.Variable("period", labels),
            coords="minimal",
            compat="override",
            join="exact",
        )
        variables["stock_change"] = stamp(stacked, "stock_change")
    if inputs.study.balance.mode != "stock":
        variables["supply"] = given
    if people is not None:
        variables |= {"population": people.population, "demand": people.demand}
        if people.otherwise is not None:
            variables["demand_difference"] = stamp(people.otherwise - people.demand, "demand_difference")
    if compared is not None:
        variables |= {
            "balance": compared.balance,
            "supply_demand_ratio": compared.ratio,
            "supply_per_demand": compared.per_demand,
            "normalised_difference": compared.difference,
        }
    for driver in drivers:
        if driver.name != "population_density" or people is None:
            variables[f"{DRIVER}{driver.name}"] = driver.values
    variables |= analysed
    refuse_unknown(variables)
    years = list(inputs.study.years)
    wanted = {"year": years, "period": [f"{first}-{last}" for first, last in pairwise(years)]}
    aligned = {
        name: array.reindex({dim: labels for dim, labels in wanted.items() if dim in array.dims})
        for name, array in variables.items()
    }
    dataset = xr.Dataset(aligned)
    dataset.attrs = {
        "title": inputs.study.title,
        "source": "tanheng",
        "balance_mode": inputs.study.balance.mode,
        "ratio_norm": inputs.study.balance.norm,
    }
    if inputs.study.outputs.told_note:
        dataset.attrs["comment"] = inputs.study.outputs.told_note
    return dataset


def zone_tables(
    inputs: Inputs,
    covers: Mapping[str, sparse.csr_matrix],
    land: Land,
    given: xr.DataArray,
    people: People | None,
    compared: Balance | None,
    errors: DensityErrors | None,
    demands: Mapping[int, DemandErrors],
) -> dict[str, pd.DataFrame]:
    """Tables by zone of every layer."""
    stocks, balances = [], []
    area = land.share.sum("land_class") * inputs.grid.cell_area_ha
    for label, cover in covers.items():
        polygons = inputs.zones[label]
        weights = zone_weights(cover, land.fraction.values)
        stocks.append(stock_by_zone_table(label, polygons.ids, polygons.names, weights, area, land.stock))
        if compared is None or people is None:
            continue
        own = people.own if people.own and inputs.study.emissions and inputs.study.emissions.zones == label else None
        demand = compared.demand if own is None else people.demand_of_region
        columns = zone_columns(inputs.study.balance.mode)
        table = balance_by_zone_table(stocks[-1], weights, given, demand, columns, own)
        layer = ZoneLayer(polygons.ids, weights, own is not None)
        table = with_zone_intervals(inputs, table, land, layer, errors, demands)
        balances.append(with_rates(inputs, label, table, weights, people.population))
    found = {}
    if stocks:
        found["stock_by_zone"] = pd.concat(stocks, ignore_index=True)
    if balances:
        found["balance_by_zone"] = pd.concat(balances, ignore_index=True)
    return found


def change_tables(inputs: Inputs, land: Land, compared: Balance | None) -> dict[str, pd.DataFrame]:
    """Transitions, dynamic degree, and one row a period: change, value, where it rose and fell."""
    if not land.changes:
        return {}
    transitions = [
        transition_table(change.first, change.last, change.area, change.by_transition, change.method)
        for change in land.changes
    ]
    return {
        "transitions": pd.concat(transitions, ignore_index=True),
        "land_change": pd.concat([_degrees(inputs.classes, change) for change in land.changes], ignore_index=True),
        "change": pd.DataFrame([_period(inputs, land, compared, change) for change in land.changes]),
    }


def _degrees(classes: tuple[str, ...], change: LandChange) -> pd.DataFrame:
    """Area of each class at both ends of a period, and its dynamic degree."""
    first = change.area.sum("to_class").rename(from_class="land_class")
    last = change.area.sum("from_class").rename(to_class="land_class")
    return pd.DataFrame(
        {
            "from_year": change.first,
            "to_year": change.last,
            "land_class": list(classes),
            "area_first_km2": first.values / HA_PER_KM2,
            "area_last_km2": last.values / HA_PER_KM2,
            "change_km2": (last.values - first.values) / HA_PER_KM2,
            "dynamic_degree_per_yr": dynamic_degree(first, last, change.years).values,
        }
    )


def _period(inputs: Inputs, land: Land, compared: Balance | None, change: LandChange) -> dict[str, object]:
    """Row of a period: change of the stock, its value, and where stock and balance rose and fell."""
    total = float(change.by_transition.sum())
    risen, fallen, stayed = improved_and_worsened(change.stock_change, land.fraction)
    row: dict[str, object] = {
        "from_year": change.first,
        "to_year": change.last,
        "common_area_km2": change.common_km2,
        "stock_change_t_c": total,
        "stock_change_t_c_per_yr": total / change.years,
        "area_share_stock_rose": risen,
        "area_share_stock_fell": fallen,
        "area_share_stock_same": stayed,
    }
    if compared is not None and {change.first, change.last} <= {int(year) for year in compared.balance["year"].values}:
        step = compared.balance.sel(year=change.last, drop=True) - compared.balance.sel(year=change.first, drop=True)
        improved, worsened, same = improved_and_worsened(step, land.fraction)
        row |= {
            "area_share_balance_improved": improved,
            "area_share_balance_worsened": worsened,
            "area_share_balance_same": same,
        }
    value = inputs.study.value
    if value is not None:
        rates = value.discount_rate_percent / 100, value.price_change_percent / 100
        worth = net_present_value(total, change.years, value.price_per_t_c, *rates)
        row |= {
            "net_present_value": worth,
            "currency": value.currency,
            "price": value.price,
            "price_unit": value.price_unit,
        }
    return row


def balance_table(
    inputs: Inputs, land: Land, people: People | None, compared: Balance | None, closure: Mapping[int, float]
) -> dict[str, pd.DataFrame]:
    """One row a year: supply, demand, how they close and compare."""
    if people is None or compared is None:
        return {}
    mode = inputs.study.balance.mode
    column = supply_column(mode)
    rows = []
    for year in compared.supply["year"].values:
        supply, demand = compared.supply.sel(year=year), compared.demand.sel(year=year)
        given, asked = float(supply.sum()), float(demand.sum())
        here = compared.balance.sel(year=year)
        surplus, deficit, _ = improved_and_worsened(here, land.fraction)
        ratio = compared.ratio.sel(year=year)
        rows.append(
            {
                "year": int(year),
                "mode": mode,
                column: given,
                "demand_t_c_per_yr": asked,
                column.replace("supply", "balance"): given - asked,
                "emissions_t_c": people.totals[int(year)],
                "closure": closure[int(year)],
                "population": float(people.population.sel(year=year).sum()),
                "supply_per_demand" + ("_yr" if mode == "stock" else ""): given / asked if asked else np.nan,
                "ratio_norm": inputs.study.balance.norm,
                column.replace("supply", "ratio_norm"): float(compared.norm.sel(year=year)),
                "ratio_mean": float(ratio.mean()),
                "ratio_min": float(ratio.min()),
                "ratio_max": float(ratio.max()),
                "area_share_surplus": surplus,
                "area_share_deficit": deficit,
                "meaning": compared.balance.attrs["long_name"],
            }
        )
    return {"balance": pd.DataFrame(rows)}
