"""Conversions of land between two years as a Sankey diagram: classes that lost land on the left, classes that won it on the right."""

from __future__ import annotations

import html
from collections.abc import Mapping

import pandas as pd

from tanheng.language import tr
from tanheng.report.charts.svg import fitted, rect, shown, svg, tagged, text, widest

_WIDTH, _HIGH, _NODE, _GAP = 560.0, 300.0, 14.0, 10.0

#: Widest name of a class, px.
_LABEL = 110.0


def conversions(
    moved: pd.DataFrame, colours: Mapping[str, str], labels: Mapping[str, str], title: str, units: str
) -> str:
    """Sankey diagram of amounts that went from one class to another; what stayed is not among them.

    Parameters
    ----------
    moved : pandas.DataFrame
        Columns ``from_class``, ``to_class``, ``area``; each pair once, above zero.
    """
    lost = moved.groupby("from_class", sort=False)["area"].sum()
    won = moved.groupby("to_class", sort=False)["area"].sum()
    order = list(colours)
    starts, ends = ([name for name in order if name in side.index] for side in (lost, won))
    scale = (_HIGH - _GAP * (max(len(starts), len(ends)) - 1)) / float(lost.sum())
    left = widest([fitted(labels[name], _LABEL) for name in starts]) + widest([shown(value) for value in lost]) + 22
    right = (
        _WIDTH - widest([fitted(labels[name], _LABEL) for name in ends]) - widest([shown(value) for value in won]) - 22
    )
    parts = [text(4, 14, units, css="soft")]
    at_start, nodes = _nodes(starts, lost, colours, labels, left, scale, before=True)
    at_end, more = _nodes(ends, won, colours, labels, right - _NODE, scale, before=False)
    for name in starts:
        for end in ends:
            rows = moved[(moved["from_class"] == name) & (moved["to_class"] == end)]
            if rows.empty:
                continue
            area = float(rows["area"].sum())
            tip = tr(
                "{start} to {end}: {area} {units}", start=labels[name], end=labels[end], area=shown(area), units=units
            )
            band = _band(left + _NODE, at_start[name], right - _NODE, at_end[end], area * scale)
            parts.append(
                f'<path d="{band}" fill="{colours[name]}" fill-opacity="0.55" {tagged(series=name, to=end)}>'
                f"<title>{html.escape(tip)}</title></path>"
            )
            at_start[name] += area * scale
            at_end[end] += area * scale
    largest = moved.sort_values("area", ascending=False).head(5)
    summary = "; ".join(
        tr(
            "{start} to {end}: {area} {units}",
            start=labels[row.from_class], end=labels[row.to_class], area=shown(row.area), units=units,
        )
        for row in largest.itertuples()
    )  # fmt: skip
    return svg(_WIDTH, _HIGH + 40, title, summary, [*parts, *nodes, *more])


def _nodes(
    names: list[str], amounts: pd.Series, colours: Mapping[str, str], labels: Mapping[str, str], x: float, scale: float,
    *, before: bool,
) -> tuple[dict[str, float], list[str]]:  # fmt: skip
    """Places where the bands of each class begin, and the boxes of the classes with their names and amounts."""
    at, parts, y = {}, [], 26.0
    for name in names:
        amount = float(amounts[name])
        at[name] = y
        parts.append(rect(x, y, _NODE, amount * scale, colours[name], tags=tagged(series=name)))
        words = f"{fitted(labels[name], _LABEL)} {shown(amount)}"
        place = (x - 6, "end") if before else (x + _NODE + 6, "start")
        parts.append(text(place[0], y + amount * scale / 2 + 4, words, place[1]))
        y += amount * scale + _GAP
    return at, parts


def _band(x0: float, y0: float, x1: float, y1: float, height: float) -> str:
    """Band between two boxes, as a path."""
    middle = (x0 + x1) / 2
    return (
        f"M{x0:.1f},{y0:.1f}C{middle:.1f},{y0:.1f} {middle:.1f},{y1:.1f} {x1:.1f},{y1:.1f}"
        f"V{y1 + height:.2f}C{middle:.1f},{y1 + height:.2f} {middle:.1f},{y0 + height:.2f} {x0:.1f},{y0 + height:.2f}Z"
    )
