"""Sentences of the report on its main figures, made by rules; none claims more than was computed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from tanheng.language import joined, listed, mark, name_of, tr
from tanheng.report.words.amounts import mass
from tanheng.report.words.cells import cell_words
from tanheng.report.words.key_figures import (
    Borrowed,
    adjusted_value,
    change_against_error,
    densities_change,
    fast_classes,
    stock_half_width,
)
from tanheng.report.words.mismatch import of_year
from tanheng.report.words.periods import MOST_TOLD
from tanheng.units import CO2_PER_C

Tables = Mapping[str, pd.DataFrame]


def main_figures(note: str, tables: Tables, borrowed: Borrowed = MappingProxyType({})) -> list[str]:
    """Sentences with the main figures, each read off the tables; data of other years are told first."""
    stocks = tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    areas = tables["stock_by_class"].groupby("year")["area_km2"].sum()
    first = tr(
        "In {year} the land of the region ({area:,.0f} km² with data) stores {stock}. This is a stock, built up over a long "
        "time, not a yearly uptake.",
        year=stocks.index[-1],
        area=areas.iloc[-1],
        stock=_stored(tables, int(stocks.index[-1]), float(stocks.iloc[-1])),
    )
    changes = [_change(row, tables) for row in _told(tables, "change", "to_year")]
    balances = [_balance(row, tables, borrowed) for row in _told(tables, "balance", "year")]
    many = len(stocks) > MOST_TOLD
    rest = (
        [
            tr(
                "The text describes the first and the last of {count} years; the tables contain all years.",
                count=len(stocks),
            )
        ]
        if many
        else []
    )
    together: dict[tuple[str, int], list[int]] = {}
    for (name, year), of in borrowed.items():
        together.setdefault((name, of), []).append(year)
    others = [_borrowed_sentence(name, years, of) for (name, of), years in together.items()]
    return [*_implausible(tables), *([note] if note else []), *others, first, *changes, *balances, *rest]


def _stored(tables: Tables, year: int, mapped: float) -> str:
    """Stock of a year with its interval; adjusted for map error beside that of the map, where a sample tells."""
    half = _plus_minus(stock_half_width(tables, year, year))
    adjusted = adjusted_value(tables, year, year)
    if math.isnan(adjusted):
        return mass(mapped) + half
    return tr(
        "{mapped} by the map, {adjusted} adjusted for map error", mapped=mass(mapped), adjusted=mass(adjusted) + half
    )


def _told(tables: Tables, name: str, year: str) -> list[Any]:
    """Rows of a table by year or period that are put into sentences: all of a few, those of the first and the last year of many."""
    if name not in tables:
        return []
    rows = list(tables[name].itertuples())
    if len(rows) <= MOST_TOLD:
        return rows
    years = [getattr(row, year) for row in rows]
    # The first period is no more than one of many; the whole span ends with the last year.
    ends = {max(years)} if name == "change" else {min(years), max(years)}
    return [row for row, of in zip(rows, years, strict=True) if of in ends]


def _rise(share: float) -> str:
    """A relative change with its sign."""
    return tr("from nothing") if math.isnan(share) else f"{100 * share:+.0f} %".replace("-", "−")


def _implausible(tables: Tables) -> list[str]:
    """First sentence where classes change faster than is known of any region: no other sentence may claim a change of land."""
    if "change" not in tables:
        return []
    periods: dict[str, str] = {}
    for row in tables["change"].itertuples():
        for name, share in fast_classes(tables, int(row.from_year), int(row.to_year)).items():
            periods[name] = f"{name_of(name)} ({_rise(share)})"
    if not periods:
        return []
    text = tr(
        "The change between these maps is not a change of land: {classes} change faster than is known of any province or "
        "country, so most of it is error of classification. Figures of change below describe the maps alone.",
        classes=listed(periods.values()),
    )
    change = tables["change"]
    longest = change.loc[(change["to_year"] - change["from_year"]).idxmax()]
    return [joined([text, *_against_error(tables, int(longest.from_year), int(longest.to_year))])]


def _against_error(tables: Tables, first: int, last: int) -> list[str]:
    """What differs between two maps beside what their errors alone could make; nothing where the change itself was sampled."""
    row = change_against_error(tables, first, last)
    if row is None or row.verdict == "change is sampled" or not row.changed_share > 0:
        return []
    figures = {"first": first, "last": last, "share": 100 * row.changed_share}
    if math.isnan(row.share_by_error_alone):
        return [
            tr(
                "{share:.1f} % of the land differs between the maps of {first} and {last}; two maps that are each {accuracy:.0f} % accurate would "
                "differ as much by independent errors alone.",
                **figures,
                accuracy=100 * row.accuracy_that_explains,
            )
        ]
    figures |= {
        "alone": 100 * row.share_by_error_alone,
        "one": 100 * row.accuracy_first,
        "other": 100 * row.accuracy_last,
    }
    if row.share_by_error_alone >= row.changed_share:
        return [
            tr(
                "{share:.1f} % of the land differs between the maps of {first} and {last}; maps that are {one:.0f} % and {other:.0f} % accurate "
                "could differ on up to {alone:.0f} % by independent errors alone, so only a reference sample of the change can "
                "separate it from error.",
                **figures,
            )
        ]
    return [
        tr(
            "{share:.1f} % of the land differs between the maps of {first} and {last}, more than the {alone:.0f} % by which maps "
            "that are {one:.0f} % and {other:.0f} % accurate could differ by independent errors alone.",
            **figures,
        )
    ]


def _borrowed_sentence(name: str, years: Sequence[int], of: int) -> str:
    what = tr(_INPUTS[name]) if name in _INPUTS else name_of(name)
    return tr("{what}: the figures given for {years} are of {data_year}.", what=what, years=listed(years), data_year=of)


_INPUTS = {
    "emissions": mark("Emissions"),
    "population": mark("Population"),
    "land_cover": mark("Land cover"),
    "nep": mark("Net ecosystem production"),
    "npp": mark("Net primary production"),
}


def _change(row: Any, tables: Tables) -> str:  # noqa: ANN401  a row of pandas
    half = stock_half_width(tables, row.from_year, row.to_year)
    # An interval stands beside the value that it is of.
    adjusted = bool(_adjusted(tables, row))
    figures = {
        "first": row.from_year,
        "last": row.to_year,
        "change": mass(abs(row.stock_change_t_c)) + _plus_minus(math.nan if adjusted else half),
        "yearly": mass(abs(row.stock_change_t_c_per_yr)),
        "area": row.common_area_km2,
    }
    if row.stock_change_t_c >= 0:
        text = tr(
            "From the map of {first} to that of {last} the stock rises by {change} ({yearly} a year), on the {area:,.0f} km² that both "
            "maps cover.",
            **figures,
        )
    else:
        text = tr(
            "From the map of {first} to that of {last} the stock falls by {change} ({yearly} a year), on the {area:,.0f} km² that both "
            "maps cover.",
            **figures,
        )
    more = _adjusted(tables, row) + _zero(tables, row)
    if not fast_classes(tables, int(row.from_year), int(row.to_year)):
        more += _against_error(tables, int(row.from_year), int(row.to_year))
    if densities_change(tables["stock_by_class"], row.from_year, row.to_year):
        more.append(tr("Mean densities of the classes differ between the two years, which is in this figure."))
    return joined([text, *more])


def _adjusted(tables: Tables, row: Any) -> list[str]:  # noqa: ANN401  a row of pandas
    """Change adjusted for map error, where a sample tells."""
    value = adjusted_value(tables, int(row.from_year), int(row.to_year))
    if math.isnan(value):
        return []
    half = stock_half_width(tables, row.from_year, row.to_year)
    return [
        tr(
            "Adjusted for map error by the sample, the change is {change}.",
            change=mass(value, signed=True) + _plus_minus(half),
        )
    ]


def _zero(tables: Tables, row: Any) -> list[str]:  # noqa: ANN401  a row of pandas
    """Whether zero lies inside the interval of a change, and whether that depends on the chosen correlation of the densities."""
    if "half_width_densities_independent_t_c" not in tables.get("stock_uncertainty", ()):
        return []
    table = tables["stock_uncertainty"]
    period = table[(table["from_year"] == row.from_year) & (table["to_year"] == row.to_year)]
    if period.empty:
        return []
    one = period.iloc[0]
    map_error = float(one.get("half_width_map_error_t_c", 0.0))
    map_error = 0.0 if math.isnan(map_error) else map_error
    extremes = [
        math.hypot(value, map_error)
        for value in (one.half_width_densities_independent_t_c, one.half_width_densities_alike_t_c)
    ]
    adjusted = adjusted_value(tables, int(row.from_year), int(row.to_year))
    value = row.stock_change_t_c if math.isnan(adjusted) else adjusted
    inside = [half >= abs(value) for half in extremes]
    if all(inside):
        return [tr("Zero lies inside the interval.")]
    if not any(inside):
        return []
    return [
        tr(
            "Whether zero lies inside the interval depends on the correlation between the errors of the class densities: ± "
            "{independent} if they are independent, ± {alike} if fully correlated.",
            independent=mass(extremes[0]),
            alike=mass(extremes[1]),
        )
    ]


def _balance(row: Any, tables: Tables, borrowed: Borrowed) -> str:  # noqa: ANN401  a row of pandas
    of = borrowed.get(("emissions", int(row.year)))
    figures = {
        "year": row.year,
        "carbon": mass(row.emissions_t_c),
        "co2": mass(row.emissions_t_c * CO2_PER_C, "CO₂") + _plus_minus(_demand_half(row), "CO₂"),
        "weights": _weights(tables, row.year),
        "meaning": name_of(row.meaning),
    }
    source = (
        "" if of is None else tr("The emissions used for {year} are those of {data_year}.", data_year=of, year=row.year)
    )
    if row.mode == "stock":
        told = tr(
            "In {year} the emissions counted are {carbon} ({co2}), allocated to cells by {weights}. Here the balance is: {meaning}.",
            **figures,
        )
        return joined([told, source])
    told = tr(
        "In {year} the emissions counted are {carbon} ({co2}), allocated to cells by {weights}; {share:.1f} % of the area has a "
        "positive balance. Here the balance is: {meaning}.",
        **figures,
        share=100 * row.area_share_surplus,
    )
    return joined([told, source])


def _demand_half(row: Any) -> float:  # noqa: ANN401  a row of pandas
    """Half-width of the emissions of a row, t CO2; NaN where it is not known."""
    return float(getattr(row, "demand_half_width_t_c_per_yr", math.nan)) * CO2_PER_C


def _plus_minus(half_width: float, what: str = "C") -> str:
    """Half of a 95 % interval behind a figure; empty where it is not known."""
    return "" if math.isnan(half_width) else tr(" ± {half_width}", half_width=mass(half_width, what))


def _weights(tables: Tables, year: int) -> str:
    """What the emissions of a year were spread by; persons, where each is taken to emit alike."""
    rows = of_year(tables, "demand_allocation", year)
    if rows.empty:
        return tr("the number of persons")
    spread = [cell_words(name, "spread_by", "demand_allocation") for name in dict.fromkeys(rows["spread_by"])]
    if rows["at_points_t_c"].sum() > 0:
        spread.append(tr("point sources"))
    return listed(spread)
