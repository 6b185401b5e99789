"""Bars as SVG: stacked columns over years, bars to both sides of zero, and ranges around a total."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from tanheng.language import tr
from tanheng.report.charts.svg import fitted, legend, line, rect, shown, svg, tagged, text, ticks, widest

_WIDTH = 560.0

#: Widest label beside a bar, px.
_LABEL = 230.0


def stacked_columns(
    table: pd.DataFrame, colours: Mapping[str, str], labels: Mapping[str, str], title: str, units: str
) -> str:
    """Columns of a table stacked by row: years along, series one over the other.

    Parameters
    ----------
    table : pandas.DataFrame
        Index: series. Columns: years. Amounts from zero up.
    colours, labels : mapping of str to str
        Of each series.
    """
    years, totals = list(table.columns), table.sum()
    marks = ticks(0.0, float(totals.max()) * 1.02)
    top, foot, high = 34.0, 26.0, 230.0
    left = widest([shown(mark) for mark in marks]) + 14
    scale = high / max(float(totals.max()) * 1.06, 1e-300)
    base = top + high
    parts = [text(4, 16, units, css="soft")]
    for mark in marks:
        y = base - mark * scale
        parts += [line(left, y, _WIDTH, y, "grid"), text(left - 6, y + 4, shown(mark), "end", "soft")]
    step = (_WIDTH - left) / len(years)
    bar = min(0.6 * step, 90.0)
    # Of many years only every n-th is named, so that no label runs into the next.
    every = math.ceil((max(widest([shown(float(value)) for value in totals]), 30.0) + 10.0) / step)
    for number, year in enumerate(years):
        x, y = left + step * (number + 0.5) - bar / 2, base
        for name in table.index:
            height = float(table.loc[name, year]) * scale
            y -= height
            tip = tr("{name}, {year}: {value} {units}", name=labels[name], year=year,
                     value=shown(float(table.loc[name, year])), units=units)  # fmt: skip
            parts.append(rect(x, y, bar, height, colours[name], tip, tagged(series=name, year=year)))
        if number % every == 0:
            parts.append(text(x + bar / 2, y - 6, shown(float(totals[year])), "middle"))
            parts.append(text(x + bar / 2, base + 17, year, "middle", "soft"))
    parts.append(line(left, base, _WIDTH, base))
    keys, taken = legend(left, base + foot + 18, [(labels[name], colours[name]) for name in table.index], _WIDTH - left)
    summary = "; ".join(f"{year}: {shown(float(totals[year]))} {units}" for year in years)
    return svg(_WIDTH, base + foot + 12 + taken, title, summary, [*parts, *keys])


def bars_around_zero(
    rows: Sequence[tuple[str, str, float]],
    title: str,
    units: str,
    colours: tuple[str, str] = ("#4575b4", "#d73027"),
    key: str = "zone",
) -> str:
    """Horizontal bars of what is above and below zero.

    Parameters
    ----------
    rows : sequence of (id, label, value)
        From top to bottom.
    colours : tuple of str
        Above zero, below zero.
    """
    values = [value for _, _, value in rows]
    low, high = min(0.0, *values), max(0.0, *values)
    left = min(widest([label for _, label, _ in rows]), _LABEL) + 12
    room = widest([shown(value) for value in values]) + 10
    start, end = left + (room if low < 0 else 0), _WIDTH - (room if high > 0 else 4)
    scale = (end - start) / max(high - low, 1e-300)
    zero = start - low * scale
    parts = [text(4, 14, units, css="soft")]
    for number, (code, label, value) in enumerate(rows):
        y = 24.0 + 20 * number
        x = min(zero, zero + value * scale)
        tip = f"{label}: {shown(value)} {units}"
        tags = tagged(**{key: code}) + ' tabindex="-1"'
        parts.append(rect(x, y, abs(value) * scale, 14, colours[0] if value >= 0 else colours[1], tip, tags))
        parts.append(text(left - 8, y + 11, fitted(label, _LABEL), "end"))
        at, anchor = (zero + value * scale + 5, "start") if value >= 0 else (zero + value * scale - 5, "end")
        parts.append(text(at, y + 11, shown(value), anchor, "soft"))
    bottom = 24.0 + 20 * len(rows)
    parts.append(line(zero, 20, zero, bottom))
    summary = "; ".join(f"{label}: {shown(value)}" for _, label, value in rows[:12])
    return svg(_WIDTH, bottom + 6, title, summary, parts)


def stacked_around_zero(
    table: pd.DataFrame, colours: Mapping[str, str], labels: Mapping[str, str], title: str, units: str
) -> str:
    """Horizontal bars, one a column of the table: what is gained to the right, what is lost to the left, and their sum as a mark.

    Parameters
    ----------
    table : pandas.DataFrame
        Index: series. Columns: bars, from top to bottom. Amounts of either sign.
    colours, labels : mapping of str to str
        Of each series; `labels` of each bar as well.
    """
    left = min(widest([labels[name] for name in table.columns]), 190.0) + 12
    sums = table.sum()
    room = widest([shown(float(value)) for value in sums]) + 12
    low, high = float(table.clip(upper=0.0).sum().min()), float(table.clip(lower=0.0).sum().max())
    start, end = left + (room if low < 0 else 0), _WIDTH - room
    scale = (end - start) / max(high - low, 1e-300)
    zero = start - low * scale
    parts = [text(4, 14, units, css="soft")]
    for number, bar in enumerate(table.columns):
        y, sides = 24.0 + 24 * number, [zero, zero]
        for name in table.index:
            value = float(table.loc[name, bar])
            side = int(value > 0)
            wide = abs(value) * scale
            tip = f"{labels[bar]}, {labels[name]}: {shown(value)} {units}"
            x = sides[side] if side else sides[side] - wide
            parts.append(rect(x, y, wide, 16, colours[name], tip, tagged(series=name)))
            sides[side] += wide if side else -wide
        total = float(sums[bar])
        at, anchor = (sides[1] + 5, "start") if total >= 0 else (sides[0] - 5, "end")
        parts.append(text(left - 8, y + 12, fitted(labels[bar], 190.0), "end"))
        parts.append(text(at, y + 12, shown(total), anchor, "soft"))
        parts.append(line(zero + total * scale, y - 2, zero + total * scale, y + 18, "net"))
    bottom = 24.0 + 24 * len(table.columns)
    parts.append(line(zero, 20, zero, bottom))
    keys, taken = legend(left, bottom + 16, [(labels[name], colours[name]) for name in table.index], _WIDTH - left)
    summary = "; ".join(f"{labels[bar]}: {shown(float(sums[bar]))}" for bar in table.columns)
    return svg(_WIDTH, bottom + taken + 8, title, summary, [*parts, *keys])


def half_widths(rows: Sequence[tuple[str, float]], title: str, units: str) -> str:
    """Bars to both sides of the total, one a cause: what it alone would leave uncertain."""
    left = min(widest([label for label, _ in rows]), 220.0) + 12
    room = widest([f"± {shown(value)}" for _, value in rows]) + 16
    most = max(value for _, value in rows)
    middle = (left + _WIDTH - room) / 2
    scale = (_WIDTH - room - left) / 2 / max(most, 1e-300)
    parts = [text(4, 14, units, css="soft")]
    for number, (label, value) in enumerate(rows):
        y = 24.0 + 22 * number
        tip = f"{label}: ± {shown(value)} {units}"
        parts.append(rect(middle - value * scale, y, value * scale, 15, "#56b4e9", tip))
        parts.append(rect(middle, y, value * scale, 15, "#d55e00", tip))
        parts.append(text(left - 8, y + 12, fitted(label, 220.0), "end"))
        parts.append(text(middle + value * scale + 5, y + 12, f"± {shown(value)}", "start", "soft"))
    bottom = 24.0 + 22 * len(rows)
    parts.append(line(middle, 20, middle, bottom))
    summary = "; ".join(f"{label}: ± {shown(value)}" for label, value in rows)
    return svg(_WIDTH, bottom + 6, title, summary, parts)
