"""Stage: intervals of totals: of the stock and its change, of the balance of the region, and of that of each zone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.intervals.propagation import density_half_width, sum_half_width
from tanheng.stages.found import Found
from tanheng.stages.land.change import Changes
from tanheng.stages.land.stock import Land, class_areas
from tanheng.stages.uncertainty.areas import areas_of, class_areas_by_zone
from tanheng.stages.uncertainty.cells import cell_half_width, less, period_ending
from tanheng.stages.uncertainty.density_maps import region_variance, summed_variance
from tanheng.stages.uncertainty.input_errors import DemandErrors, DensityErrors
from tanheng.stages.uncertainty.map_errors import MapError
from tanheng.stages.uncertainty.uptake import UptakeErrors
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.tables.balance_columns import balance_columns

Values = NDArray[np.float64]


def stock_uncertainty(land: Land, changes: Changes, errors: DensityErrors | None, maps: MapError) -> Found:
    """Table of the stock of each year and its change over each period, with half-widths by what makes them.

    Densities err together by the study's `correlation`; columns beside it have the two extremes, for no study knows it.

    Parameters
    ----------
    errors : DensityErrors, optional
        Absent where the study gives no uncertainty of the densities.
    maps : MapError
        What errors of the maps do.
    """
    if errors is None and not maps.half_width:
        return Found()
    years = land.years
    areas = {year: class_areas(land, year) for year in years}
    density = {year: land.density.sel(year=year, drop=True) for year in years}
    rows = []
    for year in years:
        held = None if errors is None else areas[year] * errors.of(density[year])
        value = float((areas[year] * density[year]).sum())
        rows.append(
            _stock_row("stock", (year, year), value, held, errors, maps, region_variance(land, errors, (year,)))
        )
    for change in changes.items:
        first, last = change.area.sum("to_class"), change.area.sum("from_class")
        moved = (
            None
            if errors is None
            else last.rename(to_class="land_class") * errors.of(density[change.last])
            - first.rename(from_class="land_class") * errors.of(density[change.first])
        )
        pair = (change.first, change.last)
        rows.append(
            _stock_row("change", pair, change.total, moved, errors, maps, region_variance(land, errors, pair[::-1]))
        )
    table = pd.DataFrame(rows)
    # What nobody gave has no column; the interval itself always has one.
    kept = [name for name in table if name == "half_width_t_c" or table[name].notna().any()]
    return Found({"stock_uncertainty": table[kept]})


def _stock_row(
    kind: str,
    pair: tuple[int, int],
    value: float,
    held: xr.DataArray | None,
    errors: DensityErrors | None,
    maps: MapError,
    of_density_maps: tuple[float, float, float],
) -> dict[str, object]:
    """Row of a stock or change; `of_density_maps` is what maps of density add to the squares of the three half-widths."""
    by_choice = apart = alike = np.nan
    if errors is not None and held is not None:
        each = held * errors.relative
        by_choice, apart, alike = (
            float(np.sqrt(float(density_half_width(each, rho)) ** 2 + more))
            for rho, more in zip((errors.correlation, 0.0, 1.0), of_density_maps, strict=True)
        )
    # Where no map error is declared at all it is none; where some is, it is not known of what it leaves out.
    mapped = maps.half_width.get(pair, np.nan if errors is None or maps.half_width else 0.0)
    known = [half for half in (by_choice, mapped) if np.isfinite(half)]
    return {
        "of": kind,
        "from_year": pair[0],
        "to_year": pair[1],
        "value_t_c": value,
        "adjusted_value_t_c": maps.adjusted.get(pair, np.nan),
        "half_width_t_c": float(np.hypot.reduce(known)) if known else np.nan,
        "half_width_densities_t_c": by_choice,
        "half_width_densities_independent_t_c": apart,
        "half_width_densities_alike_t_c": alike,
        "half_width_map_error_t_c": mapped,
    }


def with_balance_intervals(
    table: pd.DataFrame,
    stocks: pd.DataFrame | None,
    demands: Mapping[int, DemandErrors],
    mode: str,
    uptake: Mapping[int, float] | None = None,
) -> pd.DataFrame:
    """Table of the balance of the region with half-widths of supply, demand and balance, as far as they are known.

    Parameters
    ----------
    uptake : mapping of int to float, optional
        Half-width of the uptake of each year, in mode ``sink``.
    """
    names = balance_columns(mode)
    result = table.copy()
    supply = _supply_halves(table, stocks, mode)
    if uptake:
        supply = np.array([uptake[int(year)] for year in table["year"]])
    demand = np.array([demands[int(year)].half_width if int(year) in demands else np.nan for year in table["year"]])
    columns = {
        names.supply_half_width: supply,
        names.demand_half_width: demand,
        names.balance_half_width: np.hypot(supply, demand),
    }
    for name, values in columns.items():
        if np.isfinite(values).any():
            result[name] = values
    return result


def _supply_halves(table: pd.DataFrame, stocks: pd.DataFrame | None, mode: str) -> Values:
    """Half-width of the supply of the region by year; NaN where it is not known."""
    if stocks is None or mode == "sink" or "half_width_densities_t_c" not in stocks:
        return np.full(len(table), np.nan)
    kind = "stock" if mode == "stock" else "change"
    rows = stocks[stocks["of"] == kind]
    # A sample's interval is of the adjusted stock; the balance is that of the map.
    column = "half_width_densities_t_c" if "adjusted_value_t_c" in stocks else "half_width_t_c"
    halves = []
    for year in table["year"]:
        ends = rows[rows["to_year"] == year].sort_values("from_year")
        row = ends.iloc[-1]
        length = row.to_year - row.from_year
        halves.append(float(row[column]) / (length if mode == "stock_change" else 1.0))
    return np.array(halves)


def with_zone_intervals(
    table: pd.DataFrame,
    land: Land,
    layer: ZoneLayer,
    mode: str,
    errors: DensityErrors | None,
    demands: Mapping[int, DemandErrors],
    stocks: pd.DataFrame,
    uptake: UptakeErrors | None = None,
    *,
    has_emissions: bool,
) -> pd.DataFrame:
    """Rows of one layer of the table by zone, with half-widths: shared factors and densities, and each zone's own activity.

    Parameters
    ----------
    stocks : pandas.DataFrame
        Rows of the layer in the table of stocks by zone, with their half-widths where densities have any.
    uptake : UptakeErrors, optional
        Of supply in mode ``sink``.
    has_emissions : bool
        Whether emissions are known for these zones.
    """
    names = balance_columns(mode)
    frames = []
    for key, rows in table.groupby("year", sort=False):
        year = int(key)
        frame = rows.copy()
        if mode == "sink" and uptake is not None:
            supply = uptake.of_zones(land, layer, rows[names.supply].to_numpy(float), year)
        elif errors is None or mode == "sink":
            supply = np.full(len(rows), np.nan)
        elif mode == "stock":
            supply = stocks.loc[stocks["year"] == year, "stock_half_width_t_c"].to_numpy(float)
        else:
            ending = period_ending(land, year)
            supply = _zone_half_width(land, layer, errors, ending[::-1])[: len(rows)] / (ending[1] - ending[0])
        demand = np.full(len(rows), np.nan)
        if year in demands:
            demand = _zone_demand(layer, demands[year], has_emissions=has_emissions)[: len(rows)]
        columns = {
            names.supply_half_width: supply,
            names.demand_half_width: demand,
            names.balance_half_width: np.hypot(supply, demand),
        }
        frames.append(frame.assign(**{name: values for name, values in columns.items() if np.isfinite(values).any()}))
    return pd.concat(frames, ignore_index=True)


def with_zone_stock_intervals(
    table: pd.DataFrame, land: Land, layer: ZoneLayer, errors: DensityErrors | None
) -> pd.DataFrame:
    """Stocks of the zones of a layer with the half-widths that densities make; as they are where densities have none."""
    if errors is None:
        return table
    halves = [
        _zone_half_width(land, layer, errors, (int(year),))[: len(rows)]
        for year, rows in table.groupby("year", sort=False)
    ]
    return table.assign(stock_half_width_t_c=np.concatenate(halves))


def _zone_half_width(land: Land, layer: ZoneLayer, errors: DensityErrors, years: tuple[int, ...]) -> Values:
    """Half-width of the stock of each zone in a year, or of what it gains from the second year to the first, shape (zones + 1,), t C."""
    ends = []
    for one in years:
        by_zone = xr.DataArray(
            class_areas_by_zone(layer, land, one),
            dims=("land_class", "zone"),
            coords={"land_class": list(land.classes)},
        )
        ends.append((by_zone, _densities_of_zones(land, layer, by_zone, one)))
    plain = DensityErrors(errors.relative, errors.correlation, 0.0, errors.applies)
    variance = cell_half_width(plain, ends).values ** 2
    if land.densities.maps:
        variance = variance + _zone_map_variance(land, errors, layer, years)
    if errors.within_class:
        own = []
        for rows in land.densities.bands():
            cells = [(areas_of(land, one, rows), land.densities.of(one, rows).sum("carbon_pool")) for one in years]
            own.append(((less(cells) * errors.within_class) ** 2).sum("land_class").values)
        variance = variance + layer.weights.power(2) @ np.concatenate(own).ravel()
    return np.asarray(np.sqrt(variance))


def _densities_of_zones(land: Land, layer: ZoneLayer, areas: xr.DataArray, year: int) -> xr.DataArray:
    """Mean density of each class in each zone, t C ha-1: that of the region where densities don't differ from cell to cell.

    Parameters
    ----------
    areas : xarray.DataArray, shape (land_class, zone), ha
    """
    mean = land.density.sel(year=year, drop=True)
    if land.densities.are_uniform:
        return mean
    columns, weights = land.grid.columns, layer.weights.tocsc()
    pools = list(mean["carbon_pool"].values)
    held = np.zeros((len(land.classes), len(pools), areas.sizes["zone"]))
    for rows in land.densities.bands():
        part = weights[:, rows.start * columns : rows.stop * columns]
        stock = areas_of(land, year, rows) * land.densities.of(year, rows)  # (ha) * (t C/ha) = t C
        values = np.nan_to_num(stock.transpose("land_class", "carbon_pool", "y", "x").values)
        held += (part @ values.reshape(-1, part.shape[1]).T).T.reshape(held.shape)
    stocks = xr.DataArray(
        held,
        dims=("land_class", "carbon_pool", "zone"),
        coords={"land_class": list(land.classes), "carbon_pool": pools},
    )
    return (stocks / areas.where(areas > 0)).fillna(0.0)


def _zone_map_variance(land: Land, errors: DensityErrors, layer: ZoneLayer, years: tuple[int, ...]) -> Values:
    """Squared half-width that maps of density add to each zone, shape (zones + 1,)."""
    columns = land.grid.columns
    weights, squares = layer.weights.tocsc(), layer.weights.power(2).tocsc()

    def here(matrix: sparse.csc_matrix, values: Values, rows: slice) -> Values:
        part = matrix[:, rows.start * columns : rows.stop * columns]
        return np.asarray(part @ np.nan_to_num(values.ravel()), np.float64)

    chosen, _, _ = summed_variance(land, errors, years, partial(here, weights), partial(here, squares))
    return chosen


def _zone_demand(layer: ZoneLayer, demand: DemandErrors, *, has_emissions: bool) -> Values:
    """Half-width of the demand of each zone, shape (zones + 1,); what a zone emits itself is its own, whole."""
    amounts = np.asarray((layer.weights @ demand.groups.amounts.T).todense())
    if has_emissions:
        totals = demand.totals
        place = {zone: number for number, zone in enumerate(layer.ids)}
        for group, zone in enumerate(demand.groups.zones):
            if zone:
                amounts[:, group] = 0.0
                amounts[place[zone], group] = totals[group]
    return sum_half_width(amounts, demand.relative)
