"""Matrices of correlations and of interactions as coloured squares with their figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng.report.charts.svg import fitted, rect, svg, text, wide, widest
from tanheng.report.style.palettes import colour_at

_ROW = 30.0


def correlation_squares(
    values: NDArray[np.float64],
    words: Sequence[Sequence[str]],
    rows: Sequence[str],
    columns: Sequence[tuple[str, str]],
    title: str,
    summary: str,
) -> str:
    """Squares of r from -1 (blue) to 1 (red), with what is written in them.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
        r; NaN stays empty.
    words : sequence of sequences of str
        Text of each square: r with its stars.
    columns : sequence of (group, name)
        Heads in two lines; a group's name stands once over its columns.
    """
    left = widest(rows) + 14
    side = max(62.0, *(wide(name) + 10 for _, name in columns))
    parts = []
    for number, (group, name) in enumerate(columns):
        x = left + number * side
        if number == 0 or columns[number - 1][0] != group:
            parts.append(text(x + 2, 14, group, css="strong"))
        parts.append(text(x + side / 2, 32, name, "middle", "soft"))
    for line, label in enumerate(rows):
        y = 40 + line * _ROW
        parts.append(text(left - 8, y + 20, label, "end"))
        for number in range(len(columns)):
            parts += _square(values[line, number], words[line][number], left + number * side, y, side)
    return svg(left + len(columns) * side + 2, 44 + len(rows) * _ROW, title, summary, parts)


def _square(r: float, words: str, x: float, y: float, side: float) -> list[str]:
    if not np.isfinite(r):
        return [text(x + side / 2, y + 20, words, "middle", "soft")]
    # Blue is below zero and red above; RdYlBu runs the other way.
    colour = colour_at("RdYlBu", 0.5 - 0.45 * float(np.clip(r, -1, 1)))
    ink = "on-dark" if abs(r) > 0.62 else "on-light"
    return [rect(x + 1, y + 1, side - 2, _ROW - 2, colour), text(x + side / 2, y + 20, words, "middle", ink)]


def interaction_squares(
    values: NDArray[np.float64],
    words: Sequence[Sequence[str]],
    names: Sequence[str],
    note: str,
    title: str,
    summary: str,
) -> str:
    """Squares of what pairs of drivers tell together, from nothing (pale) to the largest value; each pair once.

    Parameters
    ----------
    values : numpy.ndarray, shape (drivers, drivers)
        On and below the diagonal; NaN stays empty.
    words : sequence of sequences of str
        Text of each square.
    names : sequence of str
        Of the drivers.
    note : str
        Below the squares: what the marks mean.
    """
    left = min(widest(names), 190.0) + 14
    side = max(62.0, *(wide(fitted(name, 90.0)) + 10 for name in names))
    most = float(np.nanmax(values))
    parts = []
    for row, name in enumerate(names):
        y = 12 + row * _ROW
        parts.append(text(left - 8, y + 20, fitted(name, 190.0), "end"))
        for column in range(row + 1):
            value = float(values[row, column])
            if not np.isfinite(value):
                continue
            part = value / (most or 1.0)
            x = left + column * side
            ink = "on-dark" if part > 0.65 else "on-light"
            parts.append(rect(x + 1, y + 1, side - 2, _ROW - 2, colour_at("YlOrRd", 0.05 + 0.85 * max(part, 0.0))))
            parts.append(text(x + side / 2, y + 20, words[row][column], "middle", ink))
    foot = 12 + len(names) * _ROW
    for column, name in enumerate(names):
        parts.append(text(left + (column + 0.5) * side, foot + 18, fitted(name, 90.0), "middle", "soft"))
    parts.append(text(4, foot + 42, note, css="soft"))
    width = max(left + len(names) * side + 2, wide(note) + 10)
    return svg(width, foot + 50, title, summary, parts)
