"""Bars of the intensity of gain and loss by class."""

from __future__ import annotations

from collections.abc import Sequence

from tanheng.language import tr
from tanheng.report.charts.svg import fitted, legend, line, rect, shown, svg, text, widest
from tanheng.report.words.change.intensity import intensity_percent

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
    room = widest([intensity_percent(value) for value in values]) + 14
    scale = (_WIDTH - left - room) / max(100.0 * max(*values, even), 1e-12)
    units = tr("% a year")
    parts = [text(4, 14, units, css="soft")]
    for number, (label, gain, loss) in enumerate(rows):
        y = 24.0 + 34 * number
        for step, (value, colour, what) in enumerate(((gain, _GAIN, tr("gain")), (loss, _LOSS, tr("loss")))):
            percent = 100.0 * value
            tip = tr(
                "{label}, {what}: {value} {units}", label=label, what=what, value=intensity_percent(value), units=units
            )
            parts.append(rect(left, y + 14 * step, percent * scale, 12, colour, tip))
            parts.append(
                text(left + percent * scale + 5, y + 14 * step + 10, intensity_percent(value), "start", "soft")
            )
        parts.append(text(left - 8, y + 17, fitted(label, 190.0), "end"))
    bottom = 24.0 + 34 * len(rows)
    at = left + 100.0 * even * scale
    parts.append(line(at, 18, at, bottom, "even"))
    parts.append(line(left, 20, left, bottom))
    words = tr("dashed: the land as a whole, {value} % a year", value=intensity_percent(even))
    keys, taken = legend(left, bottom + 16, [(tr("gain"), _GAIN), (tr("loss"), _LOSS)], _WIDTH - left)
    parts.append(text(left, bottom + 12 + taken + 12, words, css="soft"))
    summary = "; ".join(f"{label}: {shown(100 * gain)}, {shown(100 * loss)}" for label, gain, loss in rows)
    return svg(_WIDTH, bottom + taken + 32, title, summary, [*parts, *keys])
