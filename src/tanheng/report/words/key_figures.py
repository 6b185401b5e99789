"""The few figures that a reader sees first, each with its unit and what it is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pandas as pd

from tanheng.language import tr
from tanheng.report.words.amounts import mass, mass_parts
from tanheng.units import CO2_PER_C, HA_PER_KM2

Tables = Mapping[str, pd.DataFrame]

#: Year that the data of an input are of, by input and year of the study.
Borrowed = Mapping[tuple[str, int], int]


@dataclass(frozen=True)
class KeyFigure:
    """A figure with its unit, its name, a note on what it is, and its 95 % interval."""

    value: str
    units: str
    name: str
    note: str
    interval: str = ""


def borrowed_years(record: Mapping[str, Any]) -> dict[tuple[str, int], int]:
    """Data of other years than those that they stand in for, as the record of a run has them."""
    return {
        (str(item["input"]), int(item["year"])): int(item["data_year"]) for item in record.get("borrowed_years", [])
    }


def key_figures(tables: Tables, borrowed: Borrowed = MappingProxyType({})) -> list[KeyFigure]:
    """Figures of the last year: what is stored, how that changed, what is emitted, and how both compare.

    Parameters
    ----------
    borrowed : mapping of (str, int) to int
        Year that the data of an input are of, by input and year of the study, where the two differ.
    """
    figures = [_stock(tables)]
    if "change" in tables:
        figures.append(_change(tables))
    if "balance" in tables:
        row = tables["balance"].iloc[-1]
        figures += [_emissions(row, borrowed), *_flows(row), _comparison(row), _ratio(row)]
    return figures


def _stock(tables: Tables) -> KeyFigure:
    stocks = tables["stock_by_class"].groupby("year")[["stock_t_c", "area_km2"]].sum()
    name = tr("carbon stored, {year}", year=stocks.index[-1])
    year, last = int(stocks.index[-1]), stocks.iloc[-1]
    interval = _interval(stock_half_width(tables, year, year), tr("no uncertainty of the densities is given"))
    note = tr(
        "a stock, not a yearly flow; {density:.1f} t C/ha", density=last["stock_t_c"] / (last["area_km2"] * HA_PER_KM2)
    )
    adjusted = adjusted_value(tables, year, year)
    if not math.isnan(adjusted):
        name = tr("carbon stored, {year}, adjusted for map error", year=year)
        note = tr("a stock; the map alone says {mapped}", mapped=mass(last["stock_t_c"]))
        return KeyFigure(*mass_parts(adjusted), name, note, interval)
    return KeyFigure(*mass_parts(last["stock_t_c"]), name, note, interval)


def stock_half_width(tables: Tables, first: int, last: int) -> float:
    """Half-width of the stock of a year, or of its change over a period, t C; NaN where it is not known."""
    if "stock_uncertainty" not in tables:
        return math.nan
    table = tables["stock_uncertainty"]
    rows = table[(table["from_year"] == first) & (table["to_year"] == last)]
    return float(rows["half_width_t_c"].iloc[0]) if len(rows) else math.nan


def _has_map_error(tables: Tables, first: int, last: int) -> bool:
    """Whether the interval of a change holds errors of the mapped areas."""
    table = tables["stock_uncertainty"]
    rows = table[(table["from_year"] == first) & (table["to_year"] == last)]
    return bool((rows.get("half_width_map_error_t_c", pd.Series([0.0])) > 0).any())


def _interval(half_width: float, unknown: str, what: str = "C") -> str:
    """A 95 % interval in words, or why there is none."""
    if math.isnan(half_width):
        return tr("no interval: {reason}", reason=unknown)
    return tr("± {half_width} (95 %)", half_width=mass(half_width, what))


def _change(tables: Tables) -> KeyFigure:
    table = tables["change"]
    longest = table.loc[(table["to_year"] - table["from_year"]).idxmax()]
    first, last = int(longest.from_year), int(longest.to_year)
    against = change_against_error(tables, first, last)
    if fast_classes(tables, first, last) and against is not None:
        return _differing(against)
    adjusted = adjusted_value(tables, first, last)
    if not math.isnan(adjusted):
        name = tr("change of the carbon stock, {first}–{last}, adjusted for map error", first=first, last=last)
        mapped = mass(longest.stock_change_t_c, signed=True)
        note = tr("from a sample of the maps; the maps alone say {mapped}", mapped=mapped)
        return KeyFigure(*mass_parts(adjusted, signed=True), name, note, _change_interval(tables, first, last))
    if densities_change(tables["stock_by_class"], first, last):
        note = tr("difference of two maps, errors of both included; mean densities of the classes differ as well")
    else:
        note = tr("difference of two maps on the land that both cover; errors of the maps are part of it")
    name = tr("change of the carbon stock, {first}–{last}", first=first, last=last)
    interval = _change_interval(tables, first, last)
    return KeyFigure(*mass_parts(longest.stock_change_t_c, signed=True), name, note, interval)


def _differing(row: pd.Series) -> KeyFigure:
    """Share of the land that differs between two maps, where that is no change of land."""
    name = tr(
        "of the land differs between the maps of {first} and {last}", first=int(row.from_year), last=int(row.to_year)
    )
    note = tr("difference of two maps, mostly error of classification: no change of land")
    return KeyFigure(f"{100 * row.changed_share:.1f}", "%", name, note, error_alone(row))


def error_alone(row: pd.Series) -> str:
    """How much of the land two maps would differ on by their errors alone, in words."""
    if math.isnan(row.share_by_error_alone):
        return tr(
            "two maps that are each {accuracy:.0f} % accurate would differ as much by error alone",
            accuracy=100 * row.accuracy_that_explains,
        )
    return tr(
        "classification error alone could explain up to {share:.0f} % at the stated accuracy",
        share=100 * row.share_by_error_alone,
    )


def change_against_error(tables: Tables, first: int, last: int) -> pd.Series | None:
    """Row on the difference of two maps against their errors; none where there is none."""
    if "change_against_error" not in tables:
        return None
    table = tables["change_against_error"]
    rows = table[(table["from_year"] == first) & (table["to_year"] == last)]
    return None if rows.empty else rows.iloc[0]


def adjusted_value(tables: Tables, first: int, last: int) -> float:
    """Stock of a year, or its change over a period, adjusted for map error, t C; NaN where no sample tells."""
    if "adjusted_value_t_c" not in tables.get("stock_uncertainty", ()):
        return math.nan
    table = tables["stock_uncertainty"]
    rows = table[(table["from_year"] == first) & (table["to_year"] == last)]
    return float(rows["adjusted_value_t_c"].iloc[0]) if len(rows) else math.nan


def _change_interval(tables: Tables, first: int, last: int) -> str:
    """Interval of a change, and what it is of where it is not of everything."""
    half = stock_half_width(tables, first, last)
    interval = _interval(half, tr("no uncertainty of the densities is given"))
    if math.isnan(half):
        return interval
    if "half_width_densities_independent_t_c" not in tables["stock_uncertainty"]:
        return tr("{interval}, from the errors of the maps alone", interval=interval)
    if not _has_map_error(tables, first, last):
        return tr("{interval}, from the densities alone", interval=interval)
    return interval


def fast_classes(tables: Tables, first: int, last: int) -> dict[str, float]:
    """Classes that change faster over a period than is known of any region, with their relative change."""
    if "change_plausibility" not in tables:
        return {}
    table = tables["change_plausibility"]
    rows = table[
        (table["from_year"] == first) & (table["to_year"] == last) & (table["verdict"] == "faster than known rates")
    ]
    return dict(zip(rows["land_class"].astype(str), rows["change_share"], strict=True))


def change_caveat(tables: Tables) -> str:
    """Sentence on charts and maps of change where most of what differs is no change of land; empty elsewhere."""
    if "change" not in tables:
        return ""
    table = tables["change"]
    longest = table.loc[(table["to_year"] - table["from_year"]).idxmax()]
    if not fast_classes(tables, int(longest.from_year), int(longest.to_year)):
        return ""
    return tr(
        "Classes change faster between these maps than is known of any region: what charts and maps show below is how the maps differ, mostly "
        "by errors of classification, and not how land and its carbon changed."
    )


def densities_change(stock: pd.DataFrame, first: int, last: int) -> bool:
    """Whether a class stores more or less per hectare in one year than in the other."""
    held = stock[stock["area_km2"] > 0].assign(density=lambda rows: rows["stock_t_c"] / rows["area_km2"])
    by_year = held.pivot_table(index="land_class", columns="year", values="density")
    if first not in by_year or last not in by_year:
        return False
    both = by_year[[first, last]].dropna()
    return bool((abs(both[last] - both[first]) > 1e-9 * both[first].abs()).any())


def _emissions(row: pd.Series, borrowed: Borrowed) -> KeyFigure:
    value, units = mass_parts(row.emissions_t_c * CO2_PER_C, "CO₂")
    of = borrowed.get(("emissions", int(row.year)))
    name = (
        tr("emissions included, {year}", year=int(row.year))
        if of is None
        else tr("emissions counted, {year} (data of {data_year})", year=int(row.year), data_year=of)
    )
    half = float(row.get("demand_half_width_t_c_per_yr", math.nan)) * CO2_PER_C
    interval = _interval(half, tr("no uncertainty of the totals is given"), "CO₂")
    return KeyFigure(value, tr("{units} a year", units=units), name, mass(row.emissions_t_c), interval)


def _flows(row: pd.Series) -> list[KeyFigure]:
    """Supply and balance where they are flows; a stock stands in the figures already."""
    if row["mode"] == "stock":
        return []
    meaning = tr("change of the carbon stock") if row["mode"] == "stock_change" else tr("uptake by the land")
    figures = []
    for quantity, name, note in (
        ("supply", tr("supply, {year}", year=int(row.year)), meaning),
        ("balance", tr("balance, {year}", year=int(row.year)), tr("supply minus emissions")),
    ):
        value, units = mass_parts(row[f"{quantity}_t_c_per_yr"], signed=True)
        half = float(row.get(f"{quantity}_half_width_t_c_per_yr", math.nan))
        interval = _interval(half, tr("no uncertainty of the supply is given"))
        figures.append(KeyFigure(value, tr("{units} a year", units=units), name, note, interval))
    return figures


def _comparison(row: pd.Series) -> KeyFigure:
    """How supply and emissions compare: shares of area where both are flows, years of emissions where supply is a stock."""
    year = int(row.year)
    if row["mode"] == "stock":
        name = tr("of emissions at the rate of {year} would equal the carbon stock", year=year)
        note = tr("a stock divided by a yearly flux: not a carbon budget")
        return KeyFigure(f"{row.supply_per_demand_yr:.1f}", tr("years"), name, note)
    name = tr("of the area has a positive balance, {year}", year=year)
    return KeyFigure(f"{100 * row.area_share_surplus:.1f}", "%", name, tr("a flux compared with a flux"))


def _ratio(row: pd.Series) -> KeyFigure:
    name = tr("mean supply-demand ratio, {year}", year=int(row.year))
    return KeyFigure(_signed(row.ratio_mean), "", name, _norm(row))


def _norm(row: pd.Series) -> str:
    """What the ratio is divided by: without it a ratio says nothing."""
    norms = {
        "year": tr("norm: half the sum of the largest supply and demand of the year; years can't be compared"),
        "pooled": tr("norm: half the sum of the largest supply and demand of all years"),
        "p99": tr("norm: half the sum of the 99th percentiles of supply and demand"),
    }
    return norms.get(str(row.ratio_norm), str(row.ratio_norm))


def _signed(value: float) -> str:
    return f"{value:+.2f}".replace("-", "−")
