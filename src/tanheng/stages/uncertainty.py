"""Stage: uncertainty of supply, demand, balance and ratio of cells, zones and the region, from densities, areas and emissions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.propagation import (
    balance_half_width,
    certain_sign,
    demand_draws,
    demand_half_width,
    density_draws,
    density_half_width,
    map_error_half_width,
    ratio_half_width,
    sum_half_width,
)
from tanheng.accounting.summaries import zone_sums
from tanheng.accounting.uncertainty import Terms, covariance
from tanheng.factors.densities import POOLS
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.stages.allocation import Groups
from tanheng.stages.balance import Balance, as_whole_cells
from tanheng.stages.land import Land
from tanheng.units import CO2_PER_C

#: Draws of densities and demand for the ratio.
_DRAWS = 200

Values = NDArray[np.float64]


@dataclass(frozen=True)
class DensityErrors:
    """Relative half-widths of the densities, shape (land_class,) or (land_class, carbon_pool), and how classes err together.

    `within_class` is the half-width of the density of one cell about that of its class, independent from cell to cell.
    """

    relative: xr.DataArray
    correlation: float
    within_class: float

    def of(self, density: xr.DataArray) -> xr.DataArray:
        """Densities, shape (..., land_class, carbon_pool), with their pools apart where they err apart."""
        return density if "carbon_pool" in self.relative.dims else density.sum("carbon_pool")


@dataclass(frozen=True)
class DemandErrors:
    """Demand of a year by groups of emissions, and the covariances of the groups relative to their emissions."""

    groups: Groups
    relative: Values

    @property
    def totals(self) -> Values:
        """Emissions of the groups, t C."""
        return np.asarray(self.groups.amounts.sum(axis=1)).ravel()

    @property
    def half_width(self) -> float:
        """Half-width of the whole demand, t C."""
        return float(sum_half_width(self.totals[None, :], self.relative)[0])


@dataclass
class Uncertain:
    """Half-widths as grids, tables and columns for other tables, and notes."""

    variables: dict[str, xr.DataArray] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def density_errors(inputs: Inputs) -> DensityErrors | None:
    """Uncertainty of densities as a study gives it; none where it gives none."""
    asked = inputs.study.carbon_density
    given = asked.uncertainty
    if given is None:
        return None
    classes = list(inputs.classes)
    if asked.uncertain_pools and isinstance(given, dict):
        values = [[given.get(pool, 0.0) for pool in POOLS] for _ in classes]
        coords = {"land_class": classes, "carbon_pool": list(POOLS)}
        relative = xr.DataArray(values, dims=("land_class", "carbon_pool"), coords=coords)
    else:
        halves = [given.get(name, 0.0) if isinstance(given, dict) else given for name in classes]
        relative = xr.DataArray(halves, dims="land_class", coords={"land_class": classes})
    return DensityErrors(relative, asked.correlation, asked.within_class)


def demand_errors(terms: Mapping[int, Terms], groups: Mapping[int, Groups]) -> dict[int, DemandErrors]:
    """Uncertainty of the demand of each year whose emissions have one."""
    found = {}
    for year, held in groups.items():
        if year not in terms:
            continue
        emissions = np.asarray(held.amounts.sum(axis=1)).ravel()
        placed = held.of_row >= 0
        # (t CO2)^2 to (t C)^2
        squares = covariance(terms[year].some(placed), held.of_row[placed], len(emissions)) / CO2_PER_C**2
        scale = np.divide(1.0, emissions, out=np.zeros(len(emissions)), where=emissions > 0)
        found[year] = DemandErrors(held, squares * np.outer(scale, scale))
    return found


def stock_uncertainty(inputs: Inputs, land: Land, errors: DensityErrors | None) -> dict[str, pd.DataFrame]:
    """Table of the stock of each year and its change over each period, with half-widths by what makes them.

    Densities err together by the study's `correlation`; columns beside it have the two extremes, for no study knows it.
    """
    map_errors = inputs.study.land_cover.area_uncertainty
    if errors is None:
        return {}
    relative = xr.DataArray(
        [map_errors.get(name, 0.0) for name in inputs.classes],
        dims="land_class",
        coords={"land_class": list(inputs.classes)},
    )
    cell_area = inputs.grid.cell_area_ha
    years = [int(year) for year in inputs.study.years]
    areas = {year: land.share.sel(year=year, drop=True).sum(("y", "x")) * cell_area for year in years}
    density = {year: land.density.sel(year=year, drop=True) for year in years}
    maps = {
        year: float(map_error_half_width(areas[year], density[year].sum("carbon_pool"), relative)) for year in years
    }
    rows = []
    for year in years:
        held = areas[year] * errors.of(density[year])
        rows.append(
            _stock_row("stock", year, year, float((areas[year] * density[year]).sum()), held, errors, maps[year])
        )
    for change in land.changes:
        first, last = change.area.sum("to_class"), change.area.sum("from_class")
        moved = last.rename(to_class="land_class") * errors.of(density[change.last]) - first.rename(
            from_class="land_class"
        ) * errors.of(density[change.first])
        # Maps of different years are taken to err independently.
        mapped = float(np.hypot(maps[change.first], maps[change.last]))
        total = float(change.by_transition.sum())
        rows.append(_stock_row("change", change.first, change.last, total, moved, errors, mapped))
    return {"stock_uncertainty": pd.DataFrame(rows)}


def _stock_row(
    kind: str, first: int, last: int, value: float, held: xr.DataArray, errors: DensityErrors, mapped: float
) -> dict[str, object]:
    each = held * errors.relative
    by_choice, apart, alike = (float(density_half_width(each, rho)) for rho in (errors.correlation, 0.0, 1.0))
    return {
        "of": kind,
        "from_year": first,
        "to_year": last,
        "value_t_c": value,
        "half_width_t_c": float(np.hypot(by_choice, mapped)),
        "half_width_densities_t_c": by_choice,
        "half_width_densities_independent_t_c": apart,
        "half_width_densities_alike_t_c": alike,
        "half_width_map_error_t_c": mapped,
    }


def cell_uncertainty(
    inputs: Inputs, land: Land, compared: Balance, errors: DensityErrors | None, demands: Mapping[int, DemandErrors]
) -> Uncertain:
    """Half-widths of the 95 % intervals of each cell, and in the modes of flows the area whose balance has a certain sign."""
    mode = inputs.study.balance.mode
    found = Uncertain()
    if errors is None:
        return found
    if mode == "sink":
        found.notes.append(tr("uncertainty of cells is left out: in mode 'sink' supply does not come from densities"))
        return found
    years = [int(year) for year in compared.supply["year"].values]
    supply = _by_year([_supply(inputs, land, errors, year) for year in years], years)
    found.variables["supply_half_width"] = stamp(supply.transpose("year", "y", "x"), "supply_half_width", mode)
    if not set(years) <= set(demands):
        return found
    layers = [demand_half_width(demands[year].groups.amounts, demands[year].relative) for year in years]
    shape = land.fraction.shape
    demand = compared.demand.copy(data=np.stack([layer.reshape(shape) for layer in layers]))
    demand = demand.where(compared.demand.notnull())  # noqa: PD004
    balance = balance_half_width(supply, demand)
    found.variables |= {
        "demand_half_width": stamp(demand.transpose("year", "y", "x"), "demand_half_width"),
        "balance_half_width": stamp(balance.transpose("year", "y", "x"), "balance_half_width", mode),
    }
    if mode == "stock":
        # The norm of a year comes from its own largest cells and is as uncertain as they are; that of all years is held fixed.
        sampled = inputs.study.balance.norm == "year"
        fixed = as_whole_cells(balance, land) / compared.norm
        ratio = _ratio(inputs, land, compared, errors, demands) if sampled else fixed
        found.variables["ratio_half_width"] = stamp(ratio.transpose("year", "y", "x"), "ratio_half_width")
    else:
        sign = certain_sign(compared.balance, balance)
        found.tables["balance_certainty"] = _certainty_table(sign, balance, land, years)
    return found


def _by_year(layers: list[xr.DataArray], years: list[int]) -> xr.DataArray:
    return xr.concat(layers, dim=xr.Variable("year", years), coords="minimal", compat="override", join="exact")


def _period(inputs: Inputs, year: int) -> tuple[int, int]:
    """Years that the supply of a year compares, in mode ``stock_change``."""
    return next((first, last) for first, last in pairwise(inputs.study.years) if last == year)


def _supply(inputs: Inputs, land: Land, errors: DensityErrors, year: int) -> xr.DataArray:
    """Half-width of the supply of each cell in a year."""
    if inputs.study.balance.mode == "stock":
        return _cells(errors, [(_areas(inputs, land, year), land.density.sel(year=year, drop=True))])
    first, last = _period(inputs, year)
    ends = [(_areas(inputs, land, one), land.density.sel(year=one, drop=True)) for one in (last, first)]
    return _cells(errors, ends) / (last - first)


def _areas(inputs: Inputs, land: Land, year: int) -> xr.DataArray:
    return land.share.sel(year=year, drop=True) * inputs.grid.cell_area_ha


def _cells(errors: DensityErrors, ends: list[tuple[xr.DataArray, xr.DataArray]]) -> xr.DataArray:
    """Half-width of what areas times densities hold, or of the first less the second; pool by pool, to hold few layers."""
    pools = list(POOLS) if "carbon_pool" in errors.relative.dims else [None]
    variance = xr.zeros_like(ends[0][0].isel(land_class=0, drop=True))
    for pool in pools:
        each = _signed([(area, _one(errors.of(density), pool)) for area, density in ends])
        variance = variance + density_half_width(each * _one(errors.relative, pool), errors.correlation) ** 2
    if errors.within_class:
        whole = _signed([(area, density.sum("carbon_pool")) for area, density in ends])
        variance = variance + ((whole * errors.within_class) ** 2).sum("land_class", skipna=False)
    return variance**0.5


def _one(array: xr.DataArray, pool: str | None) -> xr.DataArray:
    return array if pool is None else array.sel(carbon_pool=pool, drop=True)


def _signed(ends: list[tuple[xr.DataArray, xr.DataArray]]) -> xr.DataArray:
    held = [area * density for area, density in ends]  # (ha) * (t C/ha) = t C
    return held[0] if len(held) == 1 else held[0] - held[1]


def _ratio(
    inputs: Inputs,
    land: Land,
    compared: Balance,
    errors: DensityErrors,
    demands: Mapping[int, DemandErrors],
) -> xr.DataArray:
    """Half-width of the ratio of each cell by sampling, since its norm is the largest cell of the draw."""
    years = [int(year) for year in compared.supply["year"].values]
    part = np.asarray(land.fraction.values, float).ravel()
    inside = part > 0
    layers = []
    for year in years:
        held = _areas(inputs, land, year) * errors.of(land.density.sel(year=year, drop=True))
        by_source = held.transpose(*errors.relative.dims, "y", "x").values.reshape(errors.relative.size, -1)
        parts = by_source[:, inside] / part[inside]
        amounts = demands[year].groups.amounts[:, inside]
        pairs = _pairs(errors, parts, amounts, part[inside], demands[year].relative, inputs.study.analysis.seed)
        layer = np.full(part.shape, np.nan)
        layer[inside] = ratio_half_width(pairs)
        layers.append(compared.ratio.sel(year=year, drop=True).copy(data=layer.reshape(land.fraction.shape)))
    return _by_year(layers, years)


def _pairs(
    errors: DensityErrors, parts: Values, amounts: sparse.csr_matrix, part: Values, relative: Values, seed: int
) -> Iterator[tuple[Values, Values]]:
    """Supply and demand of the cells in the region, draw by draw."""
    rng = np.random.default_rng(seed)
    densities = density_draws(errors.relative, errors.correlation, _DRAWS, rng).values.reshape(_DRAWS, -1)
    emissions = demand_draws(relative, _DRAWS, rng)
    for supplied, demanded in zip(densities, emissions, strict=True):
        yield supplied @ parts, (amounts.T @ demanded) / part


def _certainty_table(sign: xr.DataArray, half: xr.DataArray, land: Land, years: list[int]) -> pd.DataFrame:
    """Share of the area whose balance is a surplus, or a deficit, whatever the true figures within their intervals."""
    rows = []
    area = np.asarray(land.fraction.values, float)
    for year in years:
        layer = np.asarray(sign.sel(year=year).transpose("y", "x").values, float)
        known = np.isfinite(layer)
        held = float(area[known].sum())
        rows.append(
            {
                "year": year,
                "area_share_surely_surplus": float(area[layer == 1].sum()) / held,
                "area_share_surely_deficit": float(area[layer == -1].sum()) / held,
                "area_share_sign_open": float(area[layer == 0].sum()) / held,
                "mean_half_width": float(half.sel(year=year).mean()),
            }
        )
    return pd.DataFrame(rows)


def with_balance_intervals(
    table: pd.DataFrame, stocks: pd.DataFrame | None, demands: Mapping[int, DemandErrors], mode: str
) -> pd.DataFrame:
    """Table of the balance of the region with half-widths of supply, demand and balance, as far as they are known."""
    unit = "t_c" if mode == "stock" else "t_c_per_yr"
    result = table.copy()
    supply = _supply_halves(table, stocks, mode)
    demand = np.array([demands[int(year)].half_width if int(year) in demands else np.nan for year in table["year"]])
    columns = {
        f"supply_half_width_{unit}": supply,
        "demand_half_width_t_c_per_yr": demand,
        f"balance_half_width_{unit}": np.hypot(supply, demand),
    }
    for name, values in columns.items():
        if np.isfinite(values).any():
            result[name] = values
    return result


def _supply_halves(table: pd.DataFrame, stocks: pd.DataFrame | None, mode: str) -> Values:
    """Half-width of the supply of the region by year; NaN where it is not known."""
    if stocks is None or mode == "sink":
        return np.full(len(table), np.nan)
    kind = "stock" if mode == "stock" else "change"
    rows = stocks[stocks["of"] == kind]
    found = []
    for year in table["year"]:
        ends = rows[rows["to_year"] == year].sort_values("from_year")
        row = ends.iloc[-1]
        length = row.to_year - row.from_year
        found.append(float(row.half_width_t_c) / (length if mode == "stock_change" else 1.0))
    return np.array(found)


@dataclass(frozen=True)
class ZoneLayer:
    """A layer of zones: its identifiers, the part of each cell in each zone, and whether emissions are known for it."""

    ids: tuple[str, ...]
    weights: sparse.csr_matrix
    has_emissions: bool


def with_zone_intervals(
    inputs: Inputs,
    table: pd.DataFrame,
    land: Land,
    layer: ZoneLayer,
    errors: DensityErrors | None,
    demands: Mapping[int, DemandErrors],
) -> pd.DataFrame:
    """Rows of one layer of the table by zone, with half-widths: shared factors and densities, and each zone's own activity."""
    mode = inputs.study.balance.mode
    unit = "t_c" if mode == "stock" else "t_c_per_yr"
    frames = []
    for key, rows in table.groupby("year", sort=False):
        year = int(key)
        frame = rows.copy()
        supply = (
            np.full(len(rows), np.nan)
            if errors is None or mode == "sink"
            else _zone_supply(inputs, land, layer.weights, errors, year)[: len(rows)]
        )
        demand = np.full(len(rows), np.nan)
        if year in demands:
            demand = _zone_demand(layer, demands[year])[: len(rows)]
        columns = {
            f"supply_half_width_{unit}": supply,
            "demand_half_width_t_c_per_yr": demand,
            f"balance_half_width_{unit}": np.hypot(supply, demand),
        }
        frames.append(frame.assign(**{name: values for name, values in columns.items() if np.isfinite(values).any()}))
    return pd.concat(frames, ignore_index=True)


def _zone_supply(inputs: Inputs, land: Land, weights: sparse.csr_matrix, errors: DensityErrors, year: int) -> Values:
    """Half-width of the supply of each zone, shape (zones + 1,)."""
    years = (year,) if inputs.study.balance.mode == "stock" else tuple(reversed(_period(inputs, year)))
    ends = []
    for one in years:
        areas = _areas(inputs, land, one)
        sums = np.stack([zone_sums(weights, areas.sel(land_class=name).values) for name in inputs.classes])
        by_zone = xr.DataArray(sums, dims=("land_class", "zone"), coords={"land_class": list(inputs.classes)})
        ends.append((by_zone, land.density.sel(year=one, drop=True)))
    plain = DensityErrors(errors.relative, errors.correlation, 0.0)
    variance = _cells(plain, ends).values ** 2
    if errors.within_class:
        cells = [(_areas(inputs, land, one), land.density.sel(year=one, drop=True).sum("carbon_pool")) for one in years]
        own = ((_signed(cells) * errors.within_class) ** 2).sum("land_class").values.ravel()
        variance = variance + weights.power(2) @ own
    length = 1 if len(years) == 1 else years[0] - years[1]
    return np.asarray(np.sqrt(variance) / length)


def _zone_demand(layer: ZoneLayer, demand: DemandErrors) -> Values:
    """Half-width of the demand of each zone, shape (zones + 1,); what a zone emits itself is its own, whole."""
    amounts = np.asarray((layer.weights @ demand.groups.amounts.T).todense())
    if layer.has_emissions:
        totals = demand.totals
        place = {zone: number for number, zone in enumerate(layer.ids)}
        for group, zone in enumerate(demand.groups.zones):
            if zone:
                amounts[:, group] = 0.0
                amounts[place[zone], group] = totals[group]
    return sum_half_width(amounts, demand.relative)
