"""Sentences of a plan, made from its figures by rules."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from tanheng.factors.densities import POOL_WORDS
from tanheng.language import joined, listed, name_of, tr

Tables = Mapping[str, pd.DataFrame]

#: What a proof may leave open by rounding alone, as a share of the store.
_CLOSED = 1e-9


def plan_paragraph(record: Mapping[str, Any], tables: Tables) -> str:
    """One paragraph that a planner can use: what changes, what it brings, how sure that is, and what it depends on."""
    moves = tables["plan_transitions"].sort_values("area_km2", ascending=False)
    if moves.empty:
        return _nothing_moves(record)
    return joined(
        [
            _conversions(moves, record["converted_km2"]),
            _gain(record),
            *_weighed(record),
            *_values(record, tables),
            *_by_year(record, tables),
            *_pool(tables),
            _proof(record),
            *_beyond(record, tables),
            *_stable(record.get("stability")),
            *_dearest(tables),
        ]
    )


def _conversions(moves: pd.DataFrame, converted_km2: float) -> str:
    conversions = listed(
        tr(
            "{area} of {start} to {end}",
            area=_area(row.area_km2),
            start=name_of(row.from_class),
            end=name_of(row.to_class),
        )
        for row in moves.head(4).itertuples()
    )
    if len(moves) == 1:
        return tr("The plan converts {conversions}.", conversions=conversions)
    figures = {"area": _area(converted_km2), "conversions": conversions, "more": len(moves) - 4}
    if len(moves) > 4:
        return tr("The plan converts {area}: {conversions}, and {more} smaller conversions.", **figures)
    return tr("The plan converts {area}: {conversions}.", **figures)


def _gain(record: Mapping[str, Any]) -> str:
    figures = {
        "mass": _mass(abs(record["gain_t_c"]))
        + _plus_minus(record.get("gain_half_width_t_c"), abs(record["gain_t_c"])),
        "year": record["year"],
        "share": 100 * record["gain_t_c"] / record["stock_today_t_c"],
    }
    if record["gain_t_c"] >= 0:
        return tr(
            "Once vegetation and soil have reached the densities of their new class, which takes decades, the land would "
            "store {mass} more than in {year} ({share:+.2f} % of the store).",
            **figures,
        )
    return tr(
        "Once vegetation and soil have reached the densities of their new class, which takes decades, the land would "
        "store {mass} less than in {year} ({share:+.2f} % of the store).",
        **figures,
    )


def _plus_minus(half_width: float | None, beside: float) -> str:
    """Half of the 95 % interval by the study's densities; empty where it gives them no uncertainty."""
    return "" if half_width is None else tr(" ± {half_width}", half_width=_mass(half_width, beside))


def _by_year(record: Mapping[str, Any], tables: Tables) -> list[str]:
    """How much of the gain has taken place at the horizon, and what the gain is worth."""
    if "plan_by_year" not in tables:
        return []
    table = tables["plan_by_year"]
    end = int(record["year"] + max(1, round(record["horizon_years"])))
    row = table[table["year"] == end].iloc[0]
    figures = {"end": end, "gain": _mass(abs(row.gain_t_c)), "last": int(table["year"].iloc[-1])}
    if row.gain_t_c >= 0:
        sentences = [
            tr(
                "By {end}, with conversions spread evenly until then, {gain} of it has taken place; the rest follows by {last}.",
                **figures,
            )
        ]
    else:
        sentences = [
            tr(
                "By {end}, with conversions spread evenly until then, the land stores {gain} less than today, for what is cleared is lost at "
                "once; the gain follows by {last}.",
                **figures,
            )
        ]
    if "value_so_far" in table:
        sentences.append(
            tr(
                "At the prices given the gain is worth {worth:,.0f} {currency}, discounted by {rate:g} % a year.",
                worth=float(table["value_so_far"].iloc[-1]),
                currency=name_of(record["settings"]["currency"]),
                rate=record["settings"]["discount_rate_percent"],
            )
        )
    return sentences


#: Share of the gain from which on a single pool is named.
_MUCH = 0.5


def _pool(tables: Tables) -> list[str]:
    """The pool that makes most of the gain, where one makes more than half of it."""
    if "plan_gain_by_pool" not in tables:
        return []
    rows = tables["plan_gain_by_pool"].dropna(subset=["gain_share"]).sort_values("gain_share", ascending=False)
    if rows.empty or rows["gain_t_c"].sum() <= 0 or rows["gain_share"].iloc[0] < _MUCH:
        return []
    return [
        tr(
            "{share:.0f} % of the gain is in one pool, {pool}: it is as sure as the densities of that pool.",
            share=100 * rows["gain_share"].iloc[0],
            pool=tr(POOL_WORDS[str(rows["carbon_pool"].iloc[0])]),
        )
    ]


def _nothing_moves(record: Mapping[str, Any]) -> str:
    """What a plan without a conversion says: that none is better, where the proof is closed, or only that none was found."""
    if record["gap"] <= _CLOSED * record["stock_today_t_c"]:
        return tr(
            "Under these limits the land of {year} is best left as it is: no permitted change stores more carbon, or is worth "
            "more by the weights given.",
            year=record["year"],
        )
    none = tr(
        "No plan better than the land of {year} as it is was found in the time given.",
        year=record["year"],
    )
    return joined([none, _open(record)])


def _open(record: Mapping[str, Any]) -> str:
    """What the proof leaves open, where the gain is no measure for it."""
    units = "t C" if carbon_alone(record) else tr("of the weighted value")
    return tr(
        "This is not a proof: a plan that keeps the same limits may be better by up to {gap:,.6g} {units}; more `seconds` may find it.",
        gap=record["gap"],
        units=units,
    )


def carbon_alone(record: Mapping[str, Any]) -> bool:
    """Whether a tonne of carbon counts alike everywhere in a plan, and nothing else counts."""
    settings = record["settings"]
    return bool(settings["weights"] == {"carbon": 1.0} and settings.get("demand_weight", 0.0) == 0)


def _weighed(record: Mapping[str, Any]) -> list[str]:
    """That carbon counts more where more is emitted, where it does."""
    weight = record["settings"].get("demand_weight", 0.0)
    if weight == 0:
        return []
    return [
        tr(
            "A tonne of carbon has a higher weight in zones of the layer {layer} with higher emissions per hectare (weight "
            "{weight:g}, mean one): the plan is optimal for the weighted sum and is not the plan that stores the most carbon.",
            layer=name_of(record["settings"]["demand_zones"]),
            weight=weight,
        )
    ]


def _values(record: Mapping[str, Any], tables: Tables) -> list[str]:
    """What else was weighed, and what the plan changes of it; nothing where carbon alone counts."""
    others = {name: weight for name, weight in record["settings"]["weights"].items() if name != "carbon"}
    if "plan_values" not in tables or not any(others.values()):
        return []
    rows = tables["plan_values"]
    changes = listed(
        tr(
            "{name} {change} {unit} (weight {weight:g})",
            name=name_of(row.weighed),
            change=f"{row.change:+,.6g}",
            unit=row.unit,
            weight=row.weight,
        )
        for row in rows.itertuples()
        if row.weight != 0
    )
    return [
        tr(
            "It maximises the weighted sum and does not necessarily store the most carbon. Changes by component: {changes}.",
            changes=changes,
        )
    ]


def _area(km2: float) -> str:
    """Area with as many digits as it needs."""
    return f"{km2:,.0f} km²" if km2 >= 10 else f"{km2:.3g} km²"


def _mass(t_c: float, beside: float = 0.0) -> str:
    """Mass of carbon in a unit that suits it, or what it stands beside.

    Examples
    --------
    >>> _mass(270_000.0), _mass(88_864.0), _mass(88_864.0, beside=270_000.0)
    ('0.27 Mt C', '88,864 t C', '0.09 Mt C')
    """
    return f"{t_c / 1e6:,.2f} Mt C" if max(t_c, beside) >= 1e5 else f"{t_c:,.0f} t C"


def _proof(record: Mapping[str, Any]) -> str:
    if record["relative_gap"] is None:
        return _open(record)
    if record["relative_gap"] <= 1e-6:
        return tr(
            "No plan that keeps the same limits is better: the proof leaves less than a millionth of the gain open."
        )
    return tr(
        "No plan that keeps the same limits can be better by more than {percent:.2g} % of the gain.",
        percent=100 * record["relative_gap"],
    )


def _beyond(record: Mapping[str, Any], tables: Tables) -> list[str]:
    """Scenario that stores more than the plan, and why that is no contradiction; none where no scenario does."""
    if "scenarios" not in tables:
        return []
    rows = tables["scenarios"]
    rows = rows[rows["scenario"] != "today"]
    if rows.empty or rows["change_t_c"].max() <= record["gain_t_c"] + 1e-6 * abs(record["gain_t_c"]):
        return []
    best = rows.loc[rows["change_t_c"].idxmax()]
    return [
        tr(
            "The scenario “{name}” stores more, {mass}, since it sets its own areas of the classes in place of the plan's limits.",
            name=name_of(best["scenario"]),
            mass=_mass(best["change_t_c"]),
        )
    ]


def _stable(stability: Mapping[str, float] | None) -> list[str]:
    if not stability:
        return []
    return [
        tr(
            "With densities drawn anew {draws:.0f} times (relative standard deviation {spread:.0f} %), {kept:.0f} % of the "
            "converted area stays in the plan on average, and the gain of this plan lies between {low:,.2f} and {high:,.2f} "
            "Mt C in 95 % of the draws.",
            draws=stability["draws"],
            spread=100 * stability["density_spread"],
            kept=100 * stability["kept_mean"],
            low=stability["gain_low"] / 1e6,
            high=stability["gain_high"] / 1e6,
        )
    ]


def _dearest(tables: Tables) -> list[str]:
    prices = tables["plan_prices"]
    if prices.empty:
        return []
    return [tr("{sentence}.", sentence=prices.iloc[0].in_words)]


def zoning_reasons(tables: Tables) -> list[str]:
    """One line a zone of management, with the figures that make it."""
    if "zoning" not in tables:
        return []
    return [_zoning_reason(row) for row in tables["zoning"].itertuples() if row.cells]


def _zoning_reason(row: Any) -> str:  # noqa: ANN401  a row of pandas
    figures = tr(
        "{zone}: {area:.1f} % of the area, with {supply:.1f} % of the supply and {demand:.1f} % of the demand.",
        zone=name_of(row.zone),
        area=100 * row.area_share,
        supply=100 * row.supply_share,
        demand=100 * row.demand_share,
    )
    worse = (
        ""
        if math.isnan(row.area_share_worsened)
        else tr("The balance fell on {percent:.0f} % of it.", percent=100 * row.area_share_worsened)
    )
    advice = tr("{sentence}.", sentence=row.advice[:1].upper() + row.advice[1:])
    return joined([figures, worse, advice])
