"""Stage: zones beside each other: stock and balance, amounts per head and per hectare, and how unequal their shares are."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounting.rates import economic_contribution, footprint_pressure, over
from tanheng.accounting.summaries import balance_by_zone_table, stock_by_zone_table, zone_sums
from tanheng.analysis.mismatch import dissimilarity, gini, lorenz
from tanheng.errors import InputError
from tanheng.inputs.zones import EconomyInputs
from tanheng.land.layers import by_layer
from tanheng.language import tr
from tanheng.stages.balance import Balance
from tanheng.stages.emission.demand import CellDemand
from tanheng.stages.found import Found, SelfCheck
from tanheng.stages.land.stock import Land
from tanheng.stages.uncertainty.input_errors import DemandErrors, DensityErrors
from tanheng.stages.uncertainty.totals import with_zone_intervals, with_zone_stock_intervals
from tanheng.stages.uncertainty.uptake import UptakeErrors
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.tables.balance_columns import balance_columns
from tanheng.units import HA_PER_KM2


def account_zone_stocks(
    layers: Mapping[str, ZoneLayer], land: Land, density_errors: DensityErrors | None = None
) -> Found:
    """Area and stock of every zone, with what densities make of its interval; zones of a layer and what is outside sum to the region."""
    if not layers:
        return Found()
    area = by_layer(lambda covered: covered * land.grid.cell_area_ha, land.covered)
    tables = [
        with_zone_stock_intervals(
            stock_by_zone_table(layer.label, layer.ids, layer.names, layer.weights, area, land.stock),
            land,
            layer,
            density_errors,
        )
        for layer in layers.values()
    ]
    table = pd.concat(tables, ignore_index=True)
    return Found({"stock_by_zone": table}, checks=tuple(_sum_checks(table, land)))


def _sum_checks(by_zone: pd.DataFrame, land: Land) -> list[SelfCheck]:
    totals = land.tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    checks = []
    for layer, rows in by_zone.groupby("zone_layer"):
        sums = rows.groupby("year")["stock_t_c"].sum()
        gap = max(abs(float(sums[year] - totals[year])) / (float(totals[year]) or 1.0) for year in totals.index)
        meaning = tr("stocks of the layer '{layer}' and what is outside sum to the region, relative", layer=layer)
        checks.append(SelfCheck(f"zones_{layer}", meaning, gap, 1e-9))
    return checks


def account_zone_balances(
    layers: Mapping[str, ZoneLayer],
    tables: Mapping[str, pd.DataFrame],
    land: Land,
    compared: Balance,
    demands: CellDemand,
    economy: EconomyInputs | None,
    density_errors: DensityErrors | None,
    demand_errors: Mapping[int, DemandErrors],
    uptake: UptakeErrors | None = None,
) -> Found:
    """Supply, demand and balance of every zone with their intervals and rates, and how unequal the zones are.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        Among them the stocks by zone of all layers.
    uptake : UptakeErrors, optional
        Of supply in mode ``sink``.
    """
    if not layers:
        return Found()
    stocks = tables["stock_by_zone"]
    columns = balance_columns(compared.mode)
    rows = []
    for layer in layers.values():
        own = demands.own if demands.own and demands.zone_layer == layer.label else None
        demand = compared.demand if own is None else demands.demand_of_region
        of_layer = stocks[stocks["zone_layer"] == layer.label]
        table = balance_by_zone_table(of_layer, layer.weights, compared.supply, demand, columns, own)
        table = with_zone_intervals(
            table,
            land,
            layer,
            compared.mode,
            density_errors,
            demand_errors,
            of_layer,
            uptake,
            has_emissions=own is not None,
        )
        whole_ha = zone_sums(layer.weights, land.fraction.values) * land.grid.cell_area_ha
        rows.append(with_rates(table, layer, demands.population, economy, compared.mode, whole_ha))
    whole = pd.concat(rows, ignore_index=True)
    return Found({"balance_by_zone": whole} | _inequality(whole, compared.mode))


def with_rates(
    table: pd.DataFrame,
    layer: ZoneLayer,
    population: xr.DataArray,
    economy: EconomyInputs | None,
    mode: str,
    whole_ha: np.ndarray,
) -> pd.DataFrame:
    """Balance of the zones of a layer with people, amounts per head and per hectare, and the economic contribution coefficient.

    Parameters
    ----------
    whole_ha : numpy.ndarray, shape (zones + 1,), ha
        Area of each zone in the region, also where the land of a year is not known: its people emit there too.
    """
    columns = balance_columns(mode)
    frames = []
    for year, rows in table.groupby("year", sort=False):
        people = zone_sums(layer.weights, population.sel(year=year).values)[: len(rows)]
        hectares = rows["area_km2"].to_numpy(float) * HA_PER_KM2
        demand, balance = (rows[name].to_numpy(float) for name in (columns.demand, columns.balance))
        frame = rows.assign(
            population=people,
            demand_t_c_per_person_yr=over(demand, people),
            **{columns.supply_per_ha: over(rows[columns.supply].to_numpy(float), hectares)},
            demand_t_c_per_ha_yr=over(demand, whole_ha[: len(rows)]),
        )
        frame[columns.balance_per_ha] = over(balance, hectares)
        frame[columns.balance_per_person] = over(balance, people)
        zones = (rows["zone_id"] != "-").to_numpy()
        frame["emissions_share"] = _shares(demand, zones)
        if mode != "stock":
            uptake = rows[columns.supply].to_numpy(float)
            frame["uptake_share"] = _shares(uptake, zones)
            frame["carbon_footprint_pressure"] = footprint_pressure(demand, uptake)
        output = _output(economy, layer, frame, int(year))
        if output is not None:
            frame["economic_contribution_coefficient"] = economic_contribution(output, demand)
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def _shares(amounts: np.ndarray, zones: np.ndarray) -> np.ndarray:
    """Shares of the zones in their sum; what lies outside them has none."""
    return np.where(zones, over(amounts, np.full(len(amounts), amounts[zones].sum())), np.nan)


def _output(economy: EconomyInputs | None, layer: ZoneLayer, frame: pd.DataFrame, year: int) -> np.ndarray | None:
    """Economic output of each zone; none where it is not known for the layer, or for one of its zones: shares of the others would be wrong."""
    if economy is None or economy.layer != layer.label:
        return None
    rows = economy.table[economy.table["year"].isin([year, 0])].sort_values("year")
    by_zone = rows.drop_duplicates("zone", keep="last").set_index("zone")["value"]
    values = by_zone.reindex(frame["zone_id"].astype(str)).to_numpy(float)
    values = values * frame["area_km2"].to_numpy(float) if economy.kind == "density" else values
    inside = frame["zone_id"].astype(str) != "-"
    return values if np.isfinite(values[inside]).all() and np.nansum(values) > 0 else None


def _inequality(balance: pd.DataFrame, mode: str) -> dict[str, pd.DataFrame]:
    """Gini, dissimilarity and Lorenz curve of demand over supply among the zones, by layer and year; none where supply is negative."""
    columns = balance_columns(mode)
    balance = balance[balance["zone_id"] != "-"]
    rows, curves = [], []
    for (layer, year), part in balance.groupby(["zone_layer", "year"], sort=False):
        supply, demand = part[columns.supply].to_numpy(float), part[columns.demand].to_numpy(float)
        try:
            across, up = lorenz(supply, demand)
            unequal = {"gini": gini(supply, demand), "dissimilarity": dissimilarity(supply, demand)}
        except InputError:
            continue
        place = {"zone_layer": layer, "year": year}
        rows.append(place | {"zones": len(part)} | unequal)
        curves += [
            place | {"supply_share": float(x), "demand_share": float(y)} for x, y in zip(across, up, strict=True)
        ]
    return {"zone_inequality": pd.DataFrame(rows), "zone_lorenz": pd.DataFrame(curves)} if rows else {}
