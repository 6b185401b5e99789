"""Lines and bands over a scale of figures, as SVG."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from tanheng.report.charts.svg import legend, line, shown, svg, text, ticks, widest

Points = Sequence[tuple[float, float]]

_WIDTH, _HIGH, _TOP, _FOOT = 560.0, 250.0, 34.0, 44.0


@dataclass(frozen=True)
class Line:
    """A line with its label and colour; `band` are pairs of low and high at the same places, `dashed` marks what is only compared with."""

    label: str
    colour: str
    points: Points
    band: Points = ()
    dashed: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Axes:
    """Words of the axes, and how x is laid out: on a scale, or by doubling.

    Attributes
    ----------
    even : bool
        Whether the diagonal is drawn, where both sides would be equal.
    """

    across: str
    up: str
    doubling: bool = False
    even: bool = False
    low: float | None = None
    marks: Sequence[float] = field(default_factory=tuple)


def lines(series: Sequence[Line], axes: Axes, title: str, width: float = _WIDTH, high: float = _HIGH) -> str:
    """Lines over one pair of axes."""
    xs = [x for one in series for x, _ in one.points]
    ys = [
        y
        for one in series
        for pair in (one.points, one.band)
        for values in pair
        for y in (values if pair is one.band else values[1:])
    ]
    ys = [y for y in ys if math.isfinite(y)]
    if not xs or not ys:
        return ""
    low = min(ys) if axes.low is None else axes.low
    high_y = max(ys)
    marks = ticks(low, high_y if high_y > low else low + 1.0)
    left = widest([shown(mark) for mark in marks]) + 34
    top = max(high_y, marks[-1])
    across = math.log2 if axes.doubling else float
    first, last = across(min(xs)), across(max(xs))

    def at(x: float, y: float) -> tuple[float, float]:
        share = (across(x) - first) / (last - first) if last > first else 0.5
        rise = (y - low) / (top - low) if top > low else 0.5
        return left + share * (width - left - 16), _TOP + (1 - rise) * high

    parts = []
    for mark in marks:
        _, y = at(min(xs), mark)
        parts += [line(left, y, width - 10, y, "grid"), text(left - 6, y + 4, shown(mark), "end", "soft")]
    named = axes.marks or (sorted(set(xs)) if axes.doubling else ticks(min(xs), max(xs)))
    for mark in named:
        x, _ = at(mark, low)
        parts.append(text(x, _TOP + high + 17, f"{mark:g}", "middle", "soft"))
    if axes.even:
        start, end = max(min(xs), low), min(max(xs), top)
        if end > start:
            parts.append(line(*at(start, start), *at(end, end), "even"))
    for one in series:
        parts += _drawn(one, at)
    parts.append(text(left + (width - left) / 2, _TOP + high + 36, axes.across, "middle"))
    parts.append(text(4, 16, axes.up, css="soft"))
    keys, taken = legend(left, _TOP + high + _FOOT + 16, [(one.label, one.colour) for one in series], width - left)
    summary = "; ".join(
        f"{one.label}: {shown(one.points[0][1])} … {shown(one.points[-1][1])}" for one in series if one.points
    )
    return svg(width, _TOP + high + _FOOT + 6 + taken, title, summary, [*parts, *keys])


def _drawn(one: Line, at) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    parts = []
    if one.band:
        xs = [x for x, _ in one.points]
        upper = [at(x, high) for x, (_, high) in zip(xs, one.band, strict=True)]
        lower = [at(x, low) for x, (low, _) in zip(xs, one.band, strict=True)]
        outline = " ".join(f"{x:.1f},{y:.1f}" for x, y in [*upper, *reversed(lower)])
        parts.append(f'<polygon points="{outline}" fill="{one.colour}" fill-opacity="0.18"/>')
    places = [at(x, y) for x, y in one.points if math.isfinite(y)]
    joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dash = ' stroke-dasharray="5 4"' if one.dashed else ""
    tip = f"<title>{html.escape(one.label)}</title>"
    parts.append(
        f'<polyline points="{joined}" fill="none" stroke="{one.colour}" stroke-width="2"{dash}>{tip}</polyline>'
    )
    for (x, y), (across, value) in zip(places, [p for p in one.points if math.isfinite(p[1])], strict=True):
        if one.dots or len(places) <= 12:
            title = f"<title>{html.escape(one.label)}: {across:g}: {shown(value)}</title>"
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.2" fill="{one.colour}">{title}</circle>')
    return parts
