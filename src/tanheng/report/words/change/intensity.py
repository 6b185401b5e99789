"""Intensity analysis in words: what changes faster than land as a whole, and what its gain takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from tanheng.language import joined, listed, name_of, tr
from tanheng.report.words.periods import MOST_TOLD

Tables = Mapping[str, pd.DataFrame]


def intensity_percent(value: float) -> str:
    """Intensity in percent to two digits."""
    return f"{100 * value:.2g}"


def intensity_paragraph(tables: Tables) -> str:
    """What the three levels of the analysis say, by rules; empty where nothing changed."""
    if "intensity_interval" not in tables or not (tables["intensity_interval"]["changed_km2"] > 0).any():
        return ""
    first, last = _span(tables)
    sentences = [*_pace(tables["intensity_interval"]), *_activity(_of(tables["intensity_category"], first, last))]
    sentences += _targets(
        _of(tables["intensity_transition"], first, last), _of(tables["intensity_category"], first, last)
    )
    return joined(
        [
            *sentences,
            tr("The difference between two maps includes their errors, and intensities cannot separate the two."),
        ]
    )


def _span(tables: Tables) -> tuple[int, int]:
    """Longest period that the classes are told for."""
    table = tables["intensity_category"]
    longest = table.loc[(table["to_year"] - table["from_year"]).idxmax()]
    return int(longest.from_year), int(longest.to_year)


def _of(table: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    return table[(table["from_year"] == first) & (table["to_year"] == last)]


def _pace(table: pd.DataFrame) -> list[str]:
    """Interval level: how fast land changed, and in which interval faster than evenly."""
    if len(table) == 1:
        value = intensity_percent(float(table["intensity_per_yr"].iloc[0]))
        return [tr("On average {value} % of the land changed its class in a year.", value=value)]
    if len(table) > MOST_TOLD:
        return [_pace_of_many(table)]
    intervals = [_interval(row) for row in table.itertuples()]
    fast = [f"{row.from_year}–{row.to_year}" for row in table.itertuples() if row.pace == "fast"]
    text = tr(
        "Share of the land that changed class each year: {told}; {even} % over all intervals.",
        told=listed(intervals),
        even=intensity_percent(float(table["uniform_intensity_per_yr"].iloc[0])),
    )
    return [text, *([tr("Change was fast in {intervals}.", intervals=listed(fast))] if fast else [])]


def _interval(row: Any) -> str:  # noqa: ANN401  a row of pandas
    return tr(
        "{first}–{last} {value} %",
        first=row.from_year,
        last=row.to_year,
        value=intensity_percent(row.intensity_per_yr),
    )


def _pace_of_many(table: pd.DataFrame) -> str:
    """Interval level of many intervals: the slowest and the fastest."""
    ordered = table.sort_values("intensity_per_yr")
    slowest, fastest = (_interval(next(ordered.iloc[[place]].itertuples())) for place in (0, -1))
    return tr(
        "Share of the land that changed class each year: least {slowest}, most {fastest}; {even} % over all {count} intervals.",
        slowest=slowest,
        fastest=fastest,
        even=intensity_percent(float(table["uniform_intensity_per_yr"].iloc[0])),
        count=len(table),
    )


def _activity(table: pd.DataFrame) -> list[str]:
    """Category level: the classes that gain and lose faster than the land as a whole changes."""
    first, last = int(table["from_year"].iloc[0]), int(table["to_year"].iloc[0])
    gain, loss = (_active(table, what) for what in ("gain", "loss"))
    sentences = []
    if gain:
        sentences.append(
            tr("From {first} to {last} these classes gain actively: {classes}.", first=first, last=last, classes=gain)
        )
    if loss:
        sentences.append(
            tr("From {first} to {last} these classes lose actively: {classes}.", first=first, last=last, classes=loss)
        )
    return sentences


def _active(table: pd.DataFrame, what: str) -> str:
    """Classes whose gain or loss is active, the fastest first."""
    intensity = f"{what}_intensity_per_yr"
    rows = table[table[f"{what}_activity"] == "active"].sort_values(intensity, ascending=False)
    return listed(
        tr("{name} ({value} % a year)", name=name_of(name), value=intensity_percent(value))
        for name, value in zip(rows["land_class"], rows[intensity], strict=True)
    )


def _targets(table: pd.DataFrame, classes: pd.DataFrame) -> list[str]:
    """Transition level: what the class with the largest net gain takes more than evenly."""
    gaining = classes.loc[classes["net_change_km2"].idxmax()]
    if gaining.net_change_km2 <= 0:
        return []
    rows = table[(table["to_class"] == gaining.land_class) & (table["area_km2"] > 0)]
    if rows.empty:
        return []
    names = {kind: listed(name_of(name) for name in part["from_class"]) for kind, part in rows.groupby("targeting")}
    largest = rows.loc[rows["area_km2"].idxmax()]
    gained = {"name": name_of(gaining.land_class), "area": float(gaining.net_change_km2)}
    if names.get("targets"):
        return [
            tr(
                "The largest net gain, {area:,.0f} km² of {name}, draws on {targets} more than in proportion to their area; the largest source of "
                "its new land is {source} ({taken:,.0f} km²).",
                **gained,
                targets=names["targets"],
                source=name_of(largest["from_class"]),
                taken=float(largest["area_km2"]),
            )
        ]
    return [
        tr(
            "The largest net gain, {area:,.0f} km² of {name}, comes from the other classes in proportion to their area.",
            **gained,
        )
    ]
