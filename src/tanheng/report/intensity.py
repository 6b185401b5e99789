"""Intensity analysis in words and bars: what changes faster than land as a whole, and what its gain takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from tanheng.language import joined, listed, name_of, tr
from tanheng.report.svg import fitted, legend, line, rect, shown, svg, text, widest

Tables = Mapping[str, pd.DataFrame]

_WIDTH = 560.0
_GAIN, _LOSS = "#0072b2", "#d55e00"


def intensity_bars(rows: Sequence[tuple[str, float, float]], even: float, title: str) -> str:
    """Bars of the yearly gain and loss of each class, percent, with a line at that of the land as a whole.

    Parameters
    ----------
    rows : sequence of (label, gain, loss)
        From top to bottom; gain and loss as fractions a year.
    even : float
        Intensity of the interval, a fraction a year.
    """
    values = [value for _, gain, loss in rows for value in (gain, loss)]
    left = min(widest([label for label, _, _ in rows]), 190.0) + 12
    room = widest([_percent(value) for value in values]) + 14
    scale = (_WIDTH - left - room) / max(100.0 * max(*values, even), 1e-12)
    units = tr("% a year")
    parts = [text(4, 14, units, css="soft")]
    for number, (label, gain, loss) in enumerate(rows):
        y = 24.0 + 34 * number
        for step, (value, colour, what) in enumerate(((gain, _GAIN, tr("gain")), (loss, _LOSS, tr("loss")))):
            percent = 100.0 * value
            tip = tr("{label}, {what}: {value} {units}", label=label, what=what, value=_percent(value), units=units)
            parts.append(rect(left, y + 14 * step, percent * scale, 12, colour, tip))
            parts.append(text(left + percent * scale + 5, y + 14 * step + 10, _percent(value), "start", "soft"))
        parts.append(text(left - 8, y + 17, fitted(label, 190.0), "end"))
    bottom = 24.0 + 34 * len(rows)
    at = left + 100.0 * even * scale
    parts.append(line(at, 18, at, bottom, "even"))
    parts.append(line(left, 20, left, bottom))
    words = tr("dashed: the land as a whole, {value} % a year", value=_percent(even))
    keys, taken = legend(left, bottom + 16, [(tr("gain"), _GAIN), (tr("loss"), _LOSS)], _WIDTH - left)
    parts.append(text(left, bottom + 12 + taken + 12, words, css="soft"))
    told = "; ".join(f"{label}: {shown(100 * gain)}, {shown(100 * loss)}" for label, gain, loss in rows)
    return svg(_WIDTH, bottom + taken + 32, title, told, [*parts, *keys])


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
            tr("What differs between two maps holds their errors; intensities do not tell one from the other."),
        ]
    )


def _span(tables: Tables) -> tuple[int, int]:
    """Longest period that the classes are told for."""
    table = tables["intensity_category"]
    longest = table.loc[(table["to_year"] - table["from_year"]).idxmax()]
    return int(longest.from_year), int(longest.to_year)


def _of(table: pd.DataFrame, first: int, last: int) -> pd.DataFrame:
    return table[(table["from_year"] == first) & (table["to_year"] == last)]


def _percent(value: float) -> str:
    return f"{100 * value:.2g}"


def _pace(table: pd.DataFrame) -> list[str]:
    """Interval level: how fast land changed, and in which interval faster than evenly."""
    if len(table) == 1:
        value = _percent(float(table["intensity_per_yr"].iloc[0]))
        return [tr("On average {value} % of the land changed its class in a year.", value=value)]
    told = [
        tr("{first}–{last} {value} %", first=row.from_year, last=row.to_year, value=_percent(row.intensity_per_yr))
        for row in table.itertuples()
    ]
    fast = [f"{row.from_year}–{row.to_year}" for row in table.itertuples() if row.pace == "fast"]
    text = tr(
        "The share of the land that changed its class in a year: {told}; evenly it would be {even} %.",
        told=listed(told),
        even=_percent(float(table["uniform_intensity_per_yr"].iloc[0])),
    )
    return [text, *([tr("Change was fast in {intervals}.", intervals=listed(fast))] if fast else [])]


def _activity(table: pd.DataFrame) -> list[str]:
    """Category level: the classes that gain and lose faster than the land as a whole changes."""
    first, last = int(table["from_year"].iloc[0]), int(table["to_year"].iloc[0])
    gain, loss = (_active(table, what) for what in ("gain", "loss"))
    found = []
    if gain:
        found.append(
            tr("From {first} to {last} these classes gain actively: {classes}.", first=first, last=last, classes=gain)
        )
    if loss:
        found.append(
            tr("From {first} to {last} these classes lose actively: {classes}.", first=first, last=last, classes=loss)
        )
    return found


def _active(table: pd.DataFrame, what: str) -> str:
    """Classes whose gain or loss is active, the fastest first."""
    intensity = f"{what}_intensity_per_yr"
    rows = table[table[f"{what}_activity"] == "active"].sort_values(intensity, ascending=False)
    return listed(
        tr("{name} ({value} % a year)", name=name_of(name), value=_percent(value))
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
    gained = {"name": name_of(gaining.land_class), "area": float(gaining.net_change_km2)}
    if names.get("targets"):
        return [
            tr(
                "The largest net gain, {area:,.0f} km² of {name}, takes more than evenly from {targets}.",
                **gained,
                targets=names["targets"],
            )
        ]
    return [tr("The largest net gain, {area:,.0f} km² of {name}, takes from the other classes evenly.", **gained)]
