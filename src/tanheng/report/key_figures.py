"""The few figures that a reader sees first, each with its unit and what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from tanheng.language import tr
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
        found.append(_change(tables["change"]))
    if "balance" in tables:
        row = tables["balance"].iloc[-1]
        found += [_emissions(row), _surplus(row), _ratio(row)]
    return found


def _stock(tables: Tables) -> KeyFigure:
    stocks = tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    name = tr("carbon stored, {year}", year=stocks.index[-1])
    return KeyFigure(f"{stocks.iloc[-1] / 1e6:,.1f}", "Mt C", name, tr("a stock, not a yearly flow"))


def _change(table: pd.DataFrame) -> KeyFigure:
    longest = table.loc[(table["to_year"] - table["from_year"]).idxmax()]
    return KeyFigure(
        _signed(longest.stock_change_t_c / 1e6),
        "Mt C",
        tr("change of the store, {first}–{last}", first=int(longest.from_year), last=int(longest.to_year)),
        tr("by change of land use alone"),
    )


def _emissions(row: pd.Series) -> KeyFigure:
    return KeyFigure(
        f"{row.emissions_t_c * CO2_PER_C / 1e6:,.1f}",
        tr("Mt CO₂ a year"),
        tr("emissions counted, {year}", year=int(row.year)),
        tr("{carbon:,.1f} Mt C", carbon=row.emissions_t_c / 1e6),
    )


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
