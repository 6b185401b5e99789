"""Sentences of the report, made from the figures by rules; none claims more than was computed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from tanheng.language import joined, listed, mark, name_of, tr
from tanheng.report.words.amounts import mass
from tanheng.report.words.cells import cell_words
from tanheng.report.words.key_figures import Borrowed, densities_change, fast_classes, stock_half_width
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
        stock=mass(stocks.iloc[-1]) + _plus_minus(stock_half_width(tables, stocks.index[-1], stocks.index[-1])),
    )
    changes = [_change(row, tables) for row in _told(tables, "change", "to_year")]
    balances = [_balance(row, tables, borrowed) for row in _told(tables, "balance", "year")]
    many = len(stocks) > MOST_TOLD
    rest = (
        [tr("Of {count} years the first and the last are told here; all stand in the tables.", count=len(stocks))]
        if many
        else []
    )
    together: dict[tuple[str, int], list[int]] = {}
    for (name, year), of in borrowed.items():
        together.setdefault((name, of), []).append(year)
    others = [_borrowed_sentence(name, years, of) for (name, of), years in together.items()]
    return [*_implausible(tables), *([note] if note else []), *others, first, *changes, *balances, *rest]


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
    found: dict[str, str] = {}
    for row in tables["change"].itertuples():
        for name, share in fast_classes(tables, int(row.from_year), int(row.to_year)).items():
            found[name] = f"{name_of(name)} ({_rise(share)})"
    if not found:
        return []
    return [
        tr(
            "The change between these maps is not a change of land: {classes} change faster than is known of any province or "
            "country, so most of it is error of classification. Figures of change below describe the maps alone.",
            classes=listed(found.values()),
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
}


def _change(row: Any, tables: Tables) -> str:  # noqa: ANN401  a row of pandas
    half = stock_half_width(tables, row.from_year, row.to_year)
    figures = {
        "first": row.from_year,
        "last": row.to_year,
        "change": mass(abs(row.stock_change_t_c)) + _plus_minus(half),
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
    more = _zero(tables, row)
    if densities_change(tables["stock_by_class"], row.from_year, row.to_year):
        more.append(tr("The later year has other densities, which are in this figure."))
    return joined([text, *more])


def _zero(tables: Tables, row: Any) -> list[str]:  # noqa: ANN401  a row of pandas
    """Whether zero lies inside the interval of a change, and whether that depends on the chosen correlation of the densities."""
    if "stock_uncertainty" not in tables:
        return []
    table = tables["stock_uncertainty"]
    told = table[(table["from_year"] == row.from_year) & (table["to_year"] == row.to_year)]
    if told.empty:
        return []
    one = told.iloc[0]
    extremes = [
        math.hypot(value, one.half_width_map_error_t_c)
        for value in (one.half_width_densities_independent_t_c, one.half_width_densities_alike_t_c)
    ]
    inside = [half >= abs(row.stock_change_t_c) for half in extremes]
    if all(inside):
        return [tr("Zero lies inside the interval.")]
    if not any(inside):
        return []
    return [
        tr(
            "Whether zero lies inside the interval depends on how the densities of the classes err together: ± {independent} if "
            "independently, ± {alike} if alike.",
            independent=mass(extremes[0]),
            alike=mass(extremes[1]),
        )
    ]


def _balance(row: Any, tables: Tables, borrowed: Borrowed) -> str:  # noqa: ANN401  a row of pandas
    of = borrowed.get(("emissions", int(row.year)))
    figures = {
        "year": row.year if of is None else tr("{year} (data of {data_year})", year=row.year, data_year=of),
        "carbon": mass(row.emissions_t_c),
        "co2": mass(row.emissions_t_c * CO2_PER_C, "CO₂") + _plus_minus(_demand_half(row), "CO₂"),
        "weights": _weights(tables, row.year),
        "meaning": name_of(row.meaning),
    }
    if row.mode == "stock":
        return tr(
            "In {year} the emissions counted are {carbon} ({co2}), allocated to cells by {weights}. Here the balance is: {meaning}.",
            **figures,
        )
    return tr(
        "In {year} the emissions counted are {carbon} ({co2}), allocated to cells by {weights}; {share:.1f} % of the area has a "
        "positive balance. Here the balance is: {meaning}.",
        **figures,
        share=100 * row.area_share_surplus,
    )


def _demand_half(row: Any) -> float:  # noqa: ANN401  a row of pandas
    """Half-width of the emissions of a row, t CO2; NaN where it is not known."""
    return float(getattr(row, "demand_half_width_t_c_per_yr", math.nan)) * CO2_PER_C


def _plus_minus(half_width: float, what: str = "C") -> str:
    """Half of a 95 % interval behind a figure; empty where it is not known."""
    return "" if math.isnan(half_width) else tr(" ± {half_width}", half_width=mass(half_width, what))


def _weights(tables: Tables, year: int) -> str:
    """What the emissions of a year were spread by; persons, where each is taken to emit alike."""
    rows = _of(tables, "demand_allocation", year)
    if rows.empty:
        return tr("the number of persons")
    spread = [cell_words(name, "spread_by", "demand_allocation") for name in dict.fromkeys(rows["spread_by"])]
    if rows["at_points_t_c"].sum() > 0:
        spread.append(tr("point sources"))
    return listed(spread)


def mismatch_paragraph(tables: Tables) -> str:
    """One paragraph on how supply and demand part in the last year; empty where they were not compared."""
    if "mismatch" not in tables:
        return ""
    year = int(tables["mismatch"]["year"].max())
    return joined(
        [
            *_quadrant_sentences(tables["mismatch"], year),
            *_concentration(_of(tables, "mismatch_indices", year)),
            *_relation(tables, year),
            *_clusters(tables, year),
            *_other_clusters(tables, year),
            *_hot_spots(tables),
            tr(
                "These figures say where supply and demand lie, not why, and whom demand is allotted to, not where smoke "
                "leaves."
            ),
        ]
    )


def _of(tables: Tables, name: str, year: int) -> pd.DataFrame:
    return tables[name][tables[name]["year"] == year] if name in tables else pd.DataFrame()


def _quadrant_sentences(table: pd.DataFrame, year: int) -> list[str]:
    rows = table[table["year"] == year].set_index("quadrant")
    low_high, high_low = rows.loc["LH"], rows.loc["HL"]
    figures = {
        "year": year,
        "low_area": _percent(low_high.area_share),
        "low_supply": _percent(low_high.supply_share),
        "low_demand": _percent(low_high.demand_share),
        "high_area": _percent(high_low.area_share),
        "high_supply": _percent(high_low.supply_share),
        "high_demand": _percent(high_low.demand_share),
    }
    if math.isnan(low_high.supply_share):
        return [
            tr(
                "In {year}, {low_area} of the area is low in supply and high in demand, each against the mean of the region, and "
                "carries {low_demand} of the demand; {high_area} is high in supply and low in demand, with {high_demand} of the "
                "demand. Supply is negative in places, so it has no shares.",
                **figures,
            )
        ]
    return [
        tr(
            "In {year}, {low_area} of the area is low in supply and high in demand, each against the mean of the region: it holds "
            "{low_supply} of the supply and carries {low_demand} of the demand. Another {high_area} is high in supply and low in "
            "demand, with {high_supply} of the supply and {high_demand} of the demand.",
            **figures,
        )
    ]


def _concentration(rows: pd.DataFrame) -> list[str]:
    if rows.empty or not math.isfinite(rows["gini"].iloc[0]):
        return []
    row = rows.iloc[0]
    return [
        tr(
            "The half of the demand with the least supply for it lies on land with {supply} of the supply; {moved} of the demand would "
            "have to move for both to be spread alike (Gini {gini:.2f}).",
            supply=_percent(row.supply_share_under_half_of_demand),
            moved=_percent(row.dissimilarity),
            gini=row.gini,
        )
    ]


def _relation(tables: Tables, year: int) -> list[str]:
    rows = _of(tables, "autocorrelation", year)
    rows = rows[(rows["units"] == "cells") & (rows["statistic"] == "bivariate Moran I")] if len(rows) else rows
    if rows.empty:
        return []
    row = rows.iloc[0]
    figures = {
        "moran": _signed(row.value),
        "r": _signed(row.r_in_place),
        "verdict": _verdict(row.p_unrelated_maps),
    }
    if row.value < 0:
        return [
            tr(
                "Supply is low where the demand around is high (bivariate Moran's I {moran}, r in the same cells {r}), {verdict}.",
                **figures,
            )
        ]
    return [
        tr(
            "Supply is high where the demand around is high (bivariate Moran's I {moran}, r in the same cells {r}), {verdict}.",
            **figures,
        )
    ]


def _clusters(tables: Tables, year: int) -> list[str]:
    """How much of the land is low supply among high demand, against what unrelated maps as smooth would show."""
    rows = _of(tables, "supply_demand_clusters", year)
    rows = rows[rows["cluster"] == "low-high"] if len(rows) else rows
    if rows.empty or not math.isfinite(rows["cell_share_if_unrelated"].iloc[0]):
        return []
    row = rows.iloc[0]
    figures = {"share": _percent(row.cell_share), "expected": _percent(row.cell_share_if_unrelated)}
    if row.cell_share < row.cell_share_if_unrelated:
        return [
            tr(
                "Low supply among high demand (bivariate local Moran's I) covers {share} of the cells, fewer than the {expected} that "
                "unrelated maps would show.",
                **figures,
            )
        ]
    return [
        tr(
            "Low supply among high demand (bivariate local Moran's I) covers {share} of the cells, where unrelated maps would show "
            "{expected}: {verdict}.",
            **figures,
            verdict=_verdict(row.p_unrelated_maps),
        )
    ]


def _other_clusters(tables: Tables, year: int) -> list[str]:
    """High supply among low demand, where it covers more than unrelated maps would show."""
    rows = _of(tables, "supply_demand_clusters", year)
    rows = rows[rows["cluster"] == "high-low"] if len(rows) else rows
    if rows.empty or not rows["p_unrelated_maps"].iloc[0] < 0.05:
        return []
    row = rows.iloc[0]
    if row.cell_share < row.cell_share_if_unrelated:
        return []
    return [
        tr(
            "High supply among low demand covers {share} of the cells, where unrelated maps would show {expected}: {verdict}.",
            share=_percent(row.cell_share),
            expected=_percent(row.cell_share_if_unrelated),
            verdict=_verdict(row.p_unrelated_maps),
        )
    ]


def _verdict(p: float) -> str:
    if not math.isfinite(p):
        return tr("how often unrelated maps do as much can't be told here")
    chance = f"p = {p:.2g}" if p >= 1e-3 else "p < 0.001"
    if p < 0.05:
        return tr("more than unrelated maps as smooth as these would show ({chance})", chance=chance)
    return tr("no more than unrelated maps as smooth as these may show by chance ({chance})", chance=chance)


def _hot_spots(tables: Tables) -> list[str]:
    if "balance_hot_spots" not in tables:
        return []
    table = tables["balance_hot_spots"]
    period = table["period"].iloc[-1]
    first, last = period.split("-")
    shares = table[table["period"] == period].set_index("kind")["area_share"]
    return [
        tr(
            "From {first} to {last} the change of the balance stands out as worse than its mean on {worse} of the area, and as "
            "better than its mean on {better} of it.",
            first=first,
            last=last,
            worse=_percent(shares["worse than the mean change"]),
            better=_percent(shares["better than the mean change"]),
        )
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:.2f}".replace("-", "−")


def detector_sentences(
    tables: Tables, demand: Mapping[str, Any] = MappingProxyType({}), random_maps: int = 0
) -> list[str]:
    """For each variable of the last year, the driver with the largest q, and whether chance may do as much.

    Parameters
    ----------
    demand : mapping
        The study's part on demand: what demand was spread by does not explain it.
    random_maps : int
        Random maps behind p, which can't be smaller than one over their number and one.
    """
    if "geodetector" not in tables:
        return []
    table = tables["geodetector"]
    last = table[table["year"] == table["year"].max()]
    own = _spread_by(demand) if demand else set()
    found = []
    for name, rows in last.groupby("variable", sort=False):
        kept = rows[~rows["driver"].isin(own)] if name != "supply" else rows
        if len(kept):
            found.append(_detector_sentence(str(name), kept.loc[kept["q"].idxmax()], random_maps))
    return found


def _detector_sentence(variable: str, best: Any, random_maps: int) -> str:  # noqa: ANN401  a row of pandas
    least = random_maps > 0 and best.p <= 1.0 / (random_maps + 1) + 1e-12
    figures = {
        "year": best.year,
        "driver": name_of(best.driver),
        "variable": cell_words(variable, "variable"),
        "q": best.q,
        "p": f"p ≤ {best.p:.2g}" if least else f"p = {best.p:.2g}",
    }
    if best.p <= 0.05:
        return tr(
            "In {year}, of the drivers given, {driver} has the largest q for {variable} (q = {q:.2f}), larger than the same search "
            "finds in random maps as smooth ({p}). It may stand for something else that varies with it.",
            **figures,
        )
    return tr(
        "In {year}, of the drivers given, {driver} has the largest q for {variable} (q = {q:.2f}), no larger than the same search "
        "finds in random maps as smooth ({p}).",
        **figures,
    )


def circular_sentence(demand: Mapping[str, Any], tables: Tables) -> str:
    """Warning where demand is compared with what it was spread by; empty where it is not.

    Parameters
    ----------
    demand : mapping
        The study's part on demand, as its record has it.
    """
    if "correlation" not in tables:
        return ""
    same = sorted(_spread_by(demand) & set(tables["correlation"]["driver"]))
    if not same:
        return ""
    return tr(
        "Demand was spread by {drivers}, so its correlation with it says how it was spread and nothing else; the "
        "supply-demand ratio holds demand, and what is told of it holds that too.",
        drivers=listed(name_of(name) for name in same),
    )


def _spread_by(demand: Mapping[str, Any]) -> set[str]:
    """Drivers that demand was spread by; people are the driver of population density."""
    found: set[str] = set()
    for weight in demand["weights"]:
        by = weight["by"]
        found |= {by} if isinstance(by, str) else set(by)
    if not demand["weights"] or "population" in found:
        found.add("population_density")
    return found
