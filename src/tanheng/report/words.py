"""Sentences of the report, made from the figures by rules; none claims more than was computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tanheng.units import CO2_PER_C

Tables = Mapping[str, pd.DataFrame]


def main_figures(note: str, tables: Tables) -> list[str]:
    """Sentences with the main figures, each read off the tables."""
    stocks = tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    areas = tables["stock_by_class"].groupby("year")["area_km2"].sum()
    years = list(stocks.index)
    first = (
        f"In {years[-1]} the land of the region ({areas.iloc[-1]:,.0f} km² with data) stores "
        f"{stocks.iloc[-1] / 1e6:,.2f} Mt of carbon. This is a stock, what has gathered over a long time, "
        "and not a yearly uptake."
    )
    changes = [_change(row) for row in tables["change"].itertuples()] if "change" in tables else []
    balances = [_balance(row) for row in tables["balance"].itertuples()] if "balance" in tables else []
    return [*([note] if note else []), first, *changes, *balances]


def _change(row: Any) -> str:  # noqa: ANN401  a row of pandas
    verb = "gained" if row.stock_change_t_c >= 0 else "lost"
    return (
        f"From {row.from_year} to {row.to_year} it {verb} {abs(row.stock_change_t_c) / 1e6:,.3f} Mt C by change of land "
        f"use ({abs(row.stock_change_t_c_per_yr) / 1e6:,.4f} Mt C a year), on the {row.common_area_km2:,.0f} km² that "
        "both maps cover."
    )


def _balance(row: Any) -> str:  # noqa: ANN401  a row of pandas
    return (
        f"In {row.year} the emissions counted are {row.emissions_t_c / 1e6:,.2f} Mt C "
        f"({row.emissions_t_c * CO2_PER_C / 1e6:,.1f} Mt CO₂), spread by population; "
        f"{100 * row.area_share_surplus:.1f} % of the area has a positive balance. Here the balance is: {row.meaning}."
    )


def mismatch_paragraph(tables: Tables) -> str:
    """One paragraph on how supply and demand part in the last year; empty where they were not compared."""
    if "mismatch" not in tables:
        return ""
    year = int(tables["mismatch"]["year"].max())
    sentences = [
        *_quadrant_sentences(tables["mismatch"], year),
        *_concentration(_of(tables, "mismatch_indices", year)),
        *_relation(tables, year),
        *_hot_spots(tables),
        "These figures say where supply and demand lie, not why, and whom demand is allotted to, not where smoke leaves.",
    ]
    return " ".join(sentences)


def _of(tables: Tables, name: str, year: int) -> pd.DataFrame:
    return tables[name][tables[name]["year"] == year] if name in tables else pd.DataFrame()


def _quadrant_sentences(table: pd.DataFrame, year: int) -> list[str]:
    rows = table[table["year"] == year].set_index("quadrant")
    low_high, high_low = rows.loc["LH"], rows.loc["HL"]
    return [
        (
            f"In {year}, {_percent(low_high.area_share)} of the area is low in supply and high in demand, each against the mean "
            f"of the region: it holds {_percent(low_high.supply_share)} of the supply and carries {_percent(low_high.demand_share)} "
            "of the demand."
        ),
        (
            f"{_percent(high_low.area_share)} of the area is high in supply and low in demand, with "
            f"{_percent(high_low.supply_share)} of the supply and {_percent(high_low.demand_share)} of the demand."
        ),
    ]


def _concentration(rows: pd.DataFrame) -> list[str]:
    if rows.empty or not math.isfinite(rows["gini"].iloc[0]):
        return []
    row = rows.iloc[0]
    return [
        (
            f"Half of the demand lies on land with {_percent(row.supply_share_under_half_of_demand)} of the supply; "
            f"{_percent(row.dissimilarity)} of the demand would have to move for both to be spread alike (Gini {row.gini:.2f})."
        )
    ]


def _relation(tables: Tables, year: int) -> list[str]:
    rows = _of(tables, "autocorrelation", year)
    rows = rows[(rows["units"] == "cells") & (rows["statistic"] == "bivariate Moran I")] if len(rows) else rows
    if rows.empty:
        return []
    row = rows.iloc[0]
    side = "against" if row.value < 0 else "with"
    chance = f"p = {row.p_unrelated_maps:.2g}" if row.p_unrelated_maps >= 1e-3 else "p < 0.001"
    if not math.isfinite(row.p_unrelated_maps):
        verdict = "how often unrelated maps do as much can't be told here"
    elif row.p_unrelated_maps < 0.05:
        verdict = f"more than unrelated maps as smooth as these would show ({chance})"
    else:
        verdict = f"no more than unrelated maps as smooth as these may show by chance ({chance})"
    return [
        (
            f"Supply goes {side} the demand around it (bivariate Moran's I {_signed(row.value)}, r in the same cells "
            f"{_signed(row.r_in_place)}), {verdict}."
        )
    ]


def _hot_spots(tables: Tables) -> list[str]:
    if "balance_hot_spots" not in tables:
        return []
    table = tables["balance_hot_spots"]
    period = table["period"].iloc[-1]
    shares = table[table["period"] == period].set_index("kind")["area_share"]
    return [
        (
            f"From {period.replace('-', ' to ')} the change of the balance stands out as worse than its mean on "
            f"{_percent(shares['worse than the mean change'])} of the area, and as better than its mean on "
            f"{_percent(shares['better than the mean change'])} of it."
        )
    ]


def _percent(share: float) -> str:
    return "none" if share == 0 else f"{100 * share:.3g} %"


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def detector_sentences(tables: Tables) -> list[str]:
    """For each variable of the last year, the driver that tells most, and whether chance may do as much."""
    if "geodetector" not in tables:
        return []
    table = tables["geodetector"]
    last = table[table["year"] == table["year"].max()]
    found = []
    for name, rows in last.groupby("variable", sort=False):
        best = rows.loc[rows["q"].idxmax()]
        verdict = "more than" if best.p <= 0.05 else "no more than"
        found.append(
            f"In {best.year}, of the drivers given, {best.driver.replace('_', ' ')} tells most of the variance of "
            f"{str(name).replace('_', '-')} between its strata (q = {best.q:.2f}), {verdict} the same search finds in random maps as "
            f"smooth (p = {best.p:.2g}). It may stand for something else that varies with it."
        )
    return found
