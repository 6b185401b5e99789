"""Stage: how sure supply, demand, balance and ratio of each cell are, from the uncertainty of densities and factors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.accounting.propagation import (
    balance_half_width,
    certain_sign,
    change_half_width,
    ratio_half_width,
    stock_half_width,
)
from tanheng.language import tr
from tanheng.pipeline.balance import Balance, as_whole_cells
from tanheng.pipeline.inputs import Inputs
from tanheng.pipeline.land import Land

#: Draws of densities and demand for the ratio.
_DRAWS = 200


def account_certainty(
    inputs: Inputs, land: Land, compared: Balance, emissions: pd.DataFrame | None
) -> tuple[dict[str, xr.DataArray], pd.DataFrame, list[str]]:
    """Half-widths of the 95 % intervals as grids, the share of the area whose balance has a certain sign, and notes.

    Parameters
    ----------
    emissions : pandas.DataFrame or None
        Table of the uncertainty of emissions; the study's own figure for activity stands in for it where totals are given.
    """
    mode = inputs.study.balance.mode
    asked = inputs.study.carbon_density.uncertainty
    if asked is None:
        return {}, pd.DataFrame(), []
    if mode == "sink":
        return (
            {},
            pd.DataFrame(),
            [tr("certainty of cells is left out: in mode 'sink' supply does not come from densities")],
        )
    relative = _relative(inputs, asked)
    density = land.density.sum("carbon_pool")
    area = inputs.grid.cell_area_ha
    years = [int(year) for year in compared.supply["year"].values]
    if mode == "stock":
        supply = stock_half_width(land.share.sel(year=years), density.sel(year=years), relative, area)
    else:
        before = {last: first for first, last in pairwise(inputs.study.years)}
        layers = [
            change_half_width(
                land.share.sel(year=before[year], drop=True), land.share.sel(year=year, drop=True),
                (density.sel(year=before[year], drop=True), density.sel(year=year, drop=True)), relative, area, year - before[year],
            )
            for year in years
        ]  # fmt: skip
        supply = xr.concat(layers, dim=xr.Variable("year", years), coords="minimal", compat="override", join="exact")
    share = _demand_halves(inputs, emissions, years)
    demand = compared.demand * share
    balance = balance_half_width(supply, demand)
    sign = certain_sign(compared.balance, balance)
    units = compared.balance.attrs["units"]
    grids = {
        "supply_half_width": _named(supply, units, "half of the 95 % interval of supply, from the densities"),
        "demand_half_width": _named(
            demand, "t C yr-1", "half of the 95 % interval of demand, from activity and factors"
        ),
        "balance_half_width": _named(balance, units, "half of the 95 % interval of the balance"),
    }
    if mode == "stock":
        # The norm of a year comes from its own largest cells and is as uncertain as they are; those of all years are held fixed.
        sampled = inputs.study.balance.norm == "year"
        fixed = as_whole_cells(balance, land) / compared.norm
        ratio = _ratio(land, compared, density, relative, share, area, inputs) if sampled else fixed
        grids["ratio_half_width"] = _named(ratio, "1", "half of the 95 % interval of the supply-demand ratio")
    return grids, _table(sign, balance, land, years), []


def _named(array: xr.DataArray, units: str, meaning: str) -> xr.DataArray:
    return array.transpose("year", "y", "x").assign_attrs({"units": units, "long_name": meaning})


def _relative(inputs: Inputs, asked: float | dict[str, float]) -> xr.DataArray:
    values = [asked if isinstance(asked, float) else asked.get(name, 0.0) for name in inputs.classes]
    return xr.DataArray(values, dims="land_class", coords={"land_class": list(inputs.classes)})


def _demand_halves(inputs: Inputs, emissions: pd.DataFrame | None, years: list[int]) -> xr.DataArray:
    """Relative half-width of the emissions of each year; an allocation is not uncertain in the total, only in its place."""
    assumed = inputs.study.emissions.activity_uncertainty if inputs.study.emissions else 0.0
    halves = [assumed] * len(years)
    if emissions is not None:
        rows = emissions[emissions["of"] == "total"].set_index("year")["half_width_approach_1"]
        halves = [float(rows.get(year, assumed)) for year in years]
    return xr.DataArray(halves, dims="year", coords={"year": years})


def _ratio(
    land: Land,
    compared: Balance,
    density: xr.DataArray,
    relative: xr.DataArray,
    halves: xr.DataArray,
    area: float,
    inputs: Inputs,
) -> xr.DataArray:
    layers = []
    given, demand = as_whole_cells(compared.supply, land), as_whole_cells(compared.demand, land)
    part = land.fraction.where(land.fraction > 0)
    years = [int(year) for year in compared.supply["year"].values]
    for year in years:
        held = land.share.sel(year=year, drop=True) * area * density.sel(year=year, drop=True) / part
        half = ratio_half_width(
            given.sel(year=year, drop=True), demand.sel(year=year, drop=True), held, relative, float(halves.sel(year=year)),
            _DRAWS, inputs.study.analysis.seed,
        )  # fmt: skip
        layers.append(half)
    return xr.concat(layers, dim=xr.Variable("year", years), coords="minimal", compat="override", join="exact")


def _table(sign: xr.DataArray, half: xr.DataArray, land: Land, years: list[int]) -> pd.DataFrame:
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
