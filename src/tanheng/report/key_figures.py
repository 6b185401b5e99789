"""The few figures that a reader sees first, each with its unit and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tanheng.language import tr
from tanheng.report.amounts import mass, mass_parts
from tanheng.units import CO2_PER_C

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class KeyFigure:
    """A figure with its unit, its name and a note on what it is."""

    value: str
    units: str
    name: str
    note: str


def key_figures(tables: Tables) -> list[KeyFigure]:
    """Figures of the last year: what is stored, how that changed, what is emitted, and how both compare."""
    found = [_stock(tables)]
    if "change" in tables:
        found.append(_change(tables))
    if "balance" in tables:
        row = tables["balance"].iloc[-1]
        found += [_emissions(row), *_flows(row), _surplus(row), _ratio(row)]
    return found


def _stock(tables: Tables) -> KeyFigure:
    stocks = tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    name = tr("carbon stored, {year}", year=stocks.index[-1])
    return KeyFigure(*mass_parts(stocks.iloc[-1]), name, tr("a stock, not a yearly flow"))


def _change(tables: Tables) -> KeyFigure:
    table = tables["change"]
    longest = table.loc[(table["to_year"] - table["from_year"]).idxmax()]
    first, last = int(longest.from_year), int(longest.to_year)
    note = (
        tr("by change of land use, and by other densities")
        if densities_change(tables["stock_by_class"], first, last)
        else tr("by change of land use alone")
    )
    name = tr("change of the store, {first}–{last}", first=first, last=last)
    return KeyFigure(*mass_parts(longest.stock_change_t_c, signed=True), name, note)


def densities_change(stock: pd.DataFrame, first: int, last: int) -> bool:
    """Whether a class stores more or less per hectare in one year than in the other."""
    held = stock[stock["area_km2"] > 0].assign(density=lambda rows: rows["stock_t_c"] / rows["area_km2"])
    by_year = held.pivot_table(index="land_class", columns="year", values="density")
    if first not in by_year or last not in by_year:
        return False
    both = by_year[[first, last]].dropna()
    return bool((abs(both[last] - both[first]) > 1e-9 * both[first].abs()).any())


def _emissions(row: pd.Series) -> KeyFigure:
    value, units = mass_parts(row.emissions_t_c * CO2_PER_C, "CO₂")
    name = tr("emissions counted, {year}", year=int(row.year))
    return KeyFigure(value, tr("{units} a year", units=units), name, mass(row.emissions_t_c))


def _flows(row: pd.Series) -> list[KeyFigure]:
    """Supply and balance where they are flows; a stock stands in the figures already."""
    if row["mode"] == "stock":
        return []
    meaning = tr("change of the store") if row["mode"] == "stock_change" else tr("uptake by the land")
    found = []
    for amount, name, note in (
        (row.supply_t_c_per_yr, tr("supply, {year}", year=int(row.year)), meaning),
        (row.balance_t_c_per_yr, tr("balance, {year}", year=int(row.year)), tr("supply minus emissions")),
    ):
        value, units = mass_parts(amount, signed=True)
        found.append(KeyFigure(value, tr("{units} a year", units=units), name, note))
    return found


def _surplus(row: pd.Series) -> KeyFigure:
    name = tr("of the area has a positive balance, {year}", year=int(row.year))
    note = tr("a stock against one year of emissions") if row["mode"] == "stock" else tr("a flow against a flow")
    return KeyFigure(f"{100 * row.area_share_surplus:.1f}", "%", name, note)


def _ratio(row: pd.Series) -> KeyFigure:
    name = tr("mean supply-demand ratio, {year}", year=int(row.year))
    return KeyFigure(_signed(row.ratio_mean), "", name, _norm(row))


def _norm(row: pd.Series) -> str:
    """What the ratio is divided by: without it a ratio says nothing."""
    norms = {
        "year": tr("norm: half the sum of the largest supply and demand of the year"),
        "pooled": tr("norm: half the sum of the largest supply and demand of all years"),
        "p99": tr("norm: half the sum of the 99th percentiles of supply and demand"),
    }
    return norms.get(str(row.ratio_norm), str(row.ratio_norm))


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
