"""Sentences of a plan, made from its figures by rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

Tables = Mapping[str, pd.DataFrame]

#: What a proof may leave open by rounding alone, as a share of the store.
_CLOSED = 1e-9


def plan_paragraph(record: Mapping[str, Any], tables: Tables) -> str:
    """One paragraph that a planner can use: what changes, what it brings, how sure that is, and what it hangs on."""
    moves = tables["plan_transitions"].sort_values("area_km2", ascending=False)
    if moves.empty:
        return _nothing_moves(record)
    told = ", ".join(
        f"{_area(row.area_km2)} of {row.from_class} to {row.to_class}" for row in moves.head(4).itertuples()
    )
    more = f", and {len(moves) - 4} smaller conversions" if len(moves) > 4 else ""
    share = record["gain_t_c"] / record["stock_today_t_c"]
    what = f"{_area(record['converted_km2'])}: {told}{more}" if len(moves) > 1 else told
    verb = "more" if record["gain_t_c"] >= 0 else "less"
    sentences = [
        f"The plan converts {what}.",
        (
            f"Once vegetation and soil have reached the densities of their new class, which takes decades, the land would store "
            f"{_mass(abs(record['gain_t_c']))} {verb} than in {record['year']} ({100 * share:+.2f} % of the store)."
        ),
        _proof(record),
        *_stable(record.get("stability")),
        *_dearest(tables),
    ]
    return " ".join(sentences)


def _nothing_moves(record: Mapping[str, Any]) -> str:
    """What a plan without a conversion says: that none is better, where the proof is closed, or only that none was found."""
    if record["gap"] <= _CLOSED * record["stock_today_t_c"]:
        return (
            f"Under these limits the land of {record['year']} is best left as it is: no permitted change stores more carbon, or is worth "
            "more by the weights given."
        )
    return f"No plan better than the land of {record['year']} as it is was found in the time given. {_open(record)}"


def _open(record: Mapping[str, Any]) -> str:
    """What the proof leaves open, where the gain is no measure for it."""
    units = "t C" if record["settings"]["weights"] == {"carbon": 1.0} else "of the weighted value"
    return f"That is no proof: a plan that keeps the same limits may be better by up to {record['gap']:,.6g} {units}; more `seconds` may find it."


def _area(km2: float) -> str:
    """Area with as many digits as it needs."""
    return f"{km2:,.0f} km²" if km2 >= 10 else f"{km2:.3g} km²"


def _mass(t_c: float) -> str:
    """Mass of carbon in a unit that suits it."""
    return f"{t_c / 1e6:,.2f} Mt C" if t_c >= 1e5 else f"{t_c:,.0f} t C"


def _proof(record: Mapping[str, Any]) -> str:
    if record["relative_gap"] is None:
        return _open(record)
    if record["relative_gap"] <= 1e-6:
        return "No plan that keeps the same limits is better: the proof leaves less than a millionth of the gain open."
    return f"No plan that keeps the same limits can be better by more than {100 * record['relative_gap']:.2g} % of the gain."


def _stable(stability: Mapping[str, float] | None) -> list[str]:
    if not stability:
        return []
    return [
        (
            f"With densities drawn anew {stability['draws']:.0f} times (relative standard deviation "
            f"{100 * stability['density_spread']:.0f} %), {100 * stability['kept_mean']:.0f} % of the converted area stays in the plan on "
            f"average, and the gain of this plan lies between {stability['gain_low'] / 1e6:,.2f} and {stability['gain_high'] / 1e6:,.2f} Mt C "
            "in 95 % of the draws."
        )
    ]


def _dearest(tables: Tables) -> list[str]:
    prices = tables["plan_prices"]
    if prices.empty:
        return []
    first = prices.iloc[0]
    return [f"{first.in_words}."]


def _worse(share: float) -> str:
    return "" if math.isnan(share) else f"the balance fell on {100 * share:.0f} % of it. "


def zoning_reasons(tables: Tables) -> list[str]:
    """One line a zone of management, with the figures that make it."""
    if "zoning" not in tables:
        return []
    return [
        (
            f"{row.zone}: {100 * row.area_share:.1f} % of the area, with {100 * row.supply_share:.1f} % of the supply and "
            f"{100 * row.demand_share:.1f} % of the demand; {_worse(row.area_share_worsened)}{row.advice[:1].upper()}{row.advice[1:]}."
        )
        for row in tables["zoning"].itertuples()
        if row.cells
    ]
