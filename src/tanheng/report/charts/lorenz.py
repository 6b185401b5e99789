"""Lorenz curves of demand over supply as SVG."""

from __future__ import annotations

import pandas as pd

from tanheng.report.charts.svg import legend, line, svg, text
from tanheng.report.words.chart_figures import CurveFigures

_SIDE, _LEFT, _TOP = 300.0, 52.0, 14.0


def lorenz_curves(figures: CurveFigures, table: pd.DataFrame, summary: str) -> str:
    """One curve a year, against the straight line of shares that are alike.

    Parameters
    ----------
    figures : CurveFigures
    table : pandas.DataFrame
        The table that they are of.
    summary : str
        Description for readers who can't see it.
    """
    parts = []
    for mark in (0.0, 0.25, 0.5, 0.75, 1.0):
        x, y = _LEFT + mark * _SIDE, _TOP + (1 - mark) * _SIDE
        parts += [line(_LEFT, y, _LEFT + _SIDE, y, "grid"), line(x, _TOP, x, _TOP + _SIDE, "grid")]
        parts += [
            text(_LEFT - 6, y + 4, f"{100 * mark:.0f} %", "end", "soft"),
            text(x, _TOP + _SIDE + 17, f"{100 * mark:.0f} %", "middle", "soft"),
        ]
    parts.append(line(_LEFT, _TOP + _SIDE, _LEFT + _SIDE, _TOP, "even"))
    entries = []
    for curve in figures.curves:
        rows = table
        for name, value in curve.where:
            rows = rows[rows[name] == value]
        thinned = rows.iloc[:: max(1, len(rows) // 200)]
        thinned = pd.concat([thinned, rows.tail(1)])
        points = " ".join(
            f"{_LEFT + x * _SIDE:.1f},{_TOP + (1 - y) * _SIDE:.1f}"
            for x, y in zip(thinned[figures.across], thinned[figures.up], strict=True)
        )
        parts.append(
            f'<polyline points="{points}" fill="none" stroke="{curve.colour}" stroke-width="2" data-year="{curve.key}">'
            f"<title>{curve.label}</title></polyline>"
        )
        entries.append((curve.label, curve.colour))
    parts.append(text(_LEFT + _SIDE / 2, _TOP + _SIDE + 36, figures.across_words, "middle"))
    middle = _TOP + _SIDE / 2
    parts.append(text(12, middle, figures.up_words, "middle", extra=f'transform="rotate(-90 12 {middle})"'))
    keys, taken = legend(_LEFT, _TOP + _SIDE + 58, entries, _SIDE)
    return svg(_LEFT + _SIDE + 20, _TOP + _SIDE + 46 + taken, figures.title, summary, [*parts, *keys])
