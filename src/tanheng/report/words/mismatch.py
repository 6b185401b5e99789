"""Mismatch of supply and demand, and drivers that go with it, in words; none claims more than was computed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from tanheng.language import joined, listed, name_of, tr
from tanheng.report.words.cells import cell_words

Tables = Mapping[str, pd.DataFrame]


def mismatch_paragraph(tables: Tables) -> str:
    """One paragraph on how supply and demand part in the last year; empty where they were not compared."""
    if "mismatch" not in tables:
        return ""
    year = int(tables["mismatch"]["year"].max())
    return joined(
        [
            *_quadrant_sentences(tables["mismatch"], year),
            *_concentration(of_year(tables, "mismatch_indices", year)),
            *_relation(tables, year),
            *_clusters(tables, year),
            *_other_clusters(tables, year),
            *_hot_spots(tables),
            tr(
                "These figures show the location of supply and demand, not their causes; demand shows responsibility under "
                "the allocation rule, not the location of sources."
            ),
        ]
    )


def of_year(tables: Tables, name: str, year: int) -> pd.DataFrame:
    """Rows of a table of a year; empty where there is no such table."""
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
            "Half of the demand, that with the least supply per unit of demand, lies on land with {supply} of the supply; "
            "{moved} of the demand would have to be relocated for equal distributions (Gini {gini:.2f}).",
            supply=_percent(row.supply_share_under_half_of_demand),
            moved=_percent(row.dissimilarity),
            gini=row.gini,
        )
    ]


def _relation(tables: Tables, year: int) -> list[str]:
    rows = of_year(tables, "autocorrelation", year)
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
    rows = of_year(tables, "supply_demand_clusters", year)
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
            "Low supply surrounded by high demand (bivariate local Moran's I) covers {share} of the cells ({expected} "
            "expected for unrelated maps): {verdict}.",
            **figures,
            verdict=_verdict(row.p_unrelated_maps),
        )
    ]


def _other_clusters(tables: Tables, year: int) -> list[str]:
    """High supply among low demand, where it covers more than unrelated maps would show."""
    rows = of_year(tables, "supply_demand_clusters", year)
    rows = rows[rows["cluster"] == "high-low"] if len(rows) else rows
    if rows.empty or not rows["p_unrelated_maps"].iloc[0] < 0.05:
        return []
    row = rows.iloc[0]
    if row.cell_share < row.cell_share_if_unrelated:
        return []
    return [
        tr(
            "High supply surrounded by low demand covers {share} of the cells ({expected} expected for unrelated maps): {verdict}.",
            share=_percent(row.cell_share),
            expected=_percent(row.cell_share_if_unrelated),
            verdict=_verdict(row.p_unrelated_maps),
        )
    ]


def _verdict(p: float) -> str:
    if not math.isfinite(p):
        return tr("the frequency of such a relation between unrelated maps cannot be determined here")
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
    sentences = []
    for name, rows in last.groupby("variable", sort=False):
        kept = rows[~rows["driver"].isin(own)] if name != "supply" else rows
        if len(kept):
            sentences.append(_detector_sentence(str(name), kept.loc[kept["q"].idxmax()], random_maps))
    return sentences


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


def local_regression_sentences(tables: Tables) -> list[str]:
    """Whether coefficients differ from place to place, and that a driver which goes with the balance need not cause it."""
    if "local_regression_fit" not in tables:
        return []
    row = tables["local_regression_fit"].iloc[0]
    figures = {"zones": int(row.zones), "r2": row.r2, "r2_of_one": row.r2_of_one, "p": f"p = {row.p_random_places:.2g}"}
    if row.p_random_places <= 0.05:
        text = tr(
            "For {zones} zones, local regressions fit better than after random permutation of the zones ({p}; R² {r2:.2f}, "
            "global regression {r2_of_one:.2f}): the relation between the balance and the drivers varies from place to place, "
            "or a spatially autocorrelated variable is missing from the drivers. The coefficients of each zone are in the "
            "table.",
            **figures,
        )
    else:
        text = tr(
            "Over {zones} zones, regressions around each zone fit no better than they would with zones dealt at random ({p}; R² {r2:.2f}, "
            "{r2_of_one:.2f} with one regression for all): local coefficients say no more than that one.",
            **figures,
        )
    return [
        text,
        tr("A driver that goes with the balance need not cause it; so with the importance of drivers in any model."),
    ]


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
        "Demand was allocated by {drivers}, so correlations between the two reflect only the allocation. The supply-demand "
        "ratio contains demand, so the same applies to its statistics.",
        drivers=listed(name_of(name) for name in same),
    )


def _spread_by(demand: Mapping[str, Any]) -> set[str]:
    """Drivers that demand was spread by; people are the driver of population density."""
    drivers: set[str] = set()
    for weight in demand["weights"]:
        by = weight["by"]
        drivers |= {by} if isinstance(by, str) else set(by)
    if not demand["weights"] or "population" in drivers:
        drivers.add("population_density")
    return drivers
