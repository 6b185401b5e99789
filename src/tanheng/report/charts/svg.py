"""Charts as SVG: the few shapes they are drawn with, axes with round figures, and colours that follow light and dark pages."""

from __future__ import annotations

import html
import math
import zlib
from collections.abc import Iterable, Sequence

#: Width of a letter at the size of chart text, in px; a Chinese character takes a square.
_LETTER, _SQUARE = 6.6, 12.0


def svg(width: float, height: float, title: str, summary: str, parts: Iterable[str]) -> str:
    """Chart with a title and a description for readers who can't see it."""
    key = f"c{zlib.crc32(f'{title}|{summary}|{width}|{height}'.encode())}"
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{key}t {key}d" class="chart" '
        f'style="max-width:{width:g}px;min-width:{0.75 * width:.0f}px"><title id="{key}t">{html.escape(title)}</title>'
        f'<desc id="{key}d">{html.escape(summary)}</desc>{"".join(parts)}</svg>'
    )


def text(x: float, y: float, words: object, anchor: str = "start", css: str = "", extra: str = "") -> str:
    """Words at a place."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}" {extra}>{html.escape(str(words))}</text>'
    )


def rect(x: float, y: float, width: float, height: float, fill: str, tip: str = "", tags: str = "") -> str:
    """Filled box; `tip` is told when the pointer rests on it."""
    title = f"<title>{html.escape(tip)}</title>" if tip else ""
    return (
        f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" height="{max(height, 0):.2f}" fill="{fill}" {tags}>'
        f"{title}</rect>"
    )


def line(x0: float, y0: float, x1: float, y1: float, css: str = "axis") -> str:
    """Straight line."""
    return f'<line x1="{x0:.1f}" y1="{y0:.1f}" x2="{x1:.1f}" y2="{y1:.1f}" class="{css}"/>'


def tagged(**names: object) -> str:
    """Attributes that link a shape with the same thing elsewhere on the page."""
    return " ".join(f'data-{key}="{html.escape(str(value), quote=True)}"' for key, value in names.items())


def wide(words: object) -> float:
    """Width of words at the size of chart text, px.

    Examples
    --------
    >>> wide("林地"), wide("ab")
    (24.0, 13.2)
    """
    return sum(_SQUARE if ord(letter) > 0x2E80 else _LETTER for letter in str(words))


def widest(words: Sequence[object]) -> float:
    """Width of the widest of several words, px; 0 where there is none."""
    return max((wide(word) for word in words), default=0.0)


def fitted(label: str, most: float) -> str:
    """Label that is no wider than `most` px, with an ellipsis where it is cut.

    Examples
    --------
    >>> fitted("evergreen shrubland", 60.0)
    'evergree…'
    """
    if wide(label) <= most:
        return label
    kept = ""
    for letter in label:
        if wide(kept + letter + "…") > most:
            break
        kept += letter
    return kept + "…"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round figures from `low` to `high`, at most about `most` of them.

    Examples
    --------
    >>> ticks(0.0, 95.0, 5)
    [0.0, 20.0, 40.0, 60.0, 80.0]
    >>> ticks(0.0, 0.0)
    [0.0]
    """
    span = high - low
    if not span > 0:
        return [low]
    raw = span / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(number * step, 12) + 0.0 for number in range(first, last + 1)]


def shown(value: float) -> str:
    """Figure with as many digits as a chart needs.

    Examples
    --------
    >>> shown(1234567.0), shown(0.125), shown(-3.0)
    ('1,234,567', '0.125', '−3')
    """
    if value == 0:
        return "0"
    written = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return written.replace("-", "−")


def legend(x: float, y: float, entries: Sequence[tuple[str, str]], most_wide: float) -> tuple[list[str], float]:
    """Legend in rows that are no wider than `most_wide`; its parts, and the height they take."""
    parts: list[str] = []
    at, row = x, y
    for label, colour in entries:
        need = wide(label) + 30
        if at + need > x + most_wide and at > x:
            at, row = x, row + 18
        parts += [rect(at, row - 9, 11, 11, colour, tags='class="key"'), text(at + 16, row, label)]
        at += need
    return parts, row - y + 18
