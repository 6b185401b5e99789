"""Legend of a map, and how often its values occur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from matplotlib.collections import PolyCollection
from numpy.typing import NDArray

from tanheng.language import tr
from tanheng.report.cartography.drawing.paper import PALE_INK, Paper
from tanheng.report.style.breaks import ALIKE, classes_of
from tanheng.report.style.lettering import line_height, text_width, wrapped
from tanheng.report.style.themes import figure

#: Width of a block of the legend, inches.
COLUMN = 2.15

_SIZE, _SMALL = 7.5, 6.5
_PATCH, _INDENT, _ROW_GAP = 0.24, 0.32, 0.05
_BINS = 40


@dataclass(frozen=True)
class Entry:
    """A colour, what it means, and a figure that stands at the right."""

    colour: str
    label: str
    figure: str = ""


@dataclass(frozen=True)
class Legend:
    """Title, a line on its figures, and entries from top to bottom; a block for paper."""

    title: str
    entries: tuple[Entry, ...]
    figures: str = ""
    width: float = COLUMN

    @property
    def _head(self) -> list[tuple[str, float, str]]:
        title = [(line, _SIZE, "#222222") for line in wrapped(self.title, self.width, _SIZE) if line]
        return title + [(line, _SMALL, PALE_INK) for line in wrapped(self.figures, self.width, _SMALL) if line]

    def _rows(self) -> list[tuple[Entry, list[str]]]:
        space = max((text_width(entry.figure, _SIZE) for entry in self.entries), default=0.0)
        room = self.width - _INDENT - (space + 0.1 if space else 0.0)
        return [(entry, wrapped(entry.label, room, _SIZE)) for entry in self.entries]

    @property
    def height(self) -> float:
        """Height, inches."""
        head = sum(line_height(size) for _, size, _ in self._head) + 0.06
        return head + sum(len(lines) * line_height(_SIZE) + _ROW_GAP for _, lines in self._rows())

    def draw(self, paper: Paper, left: float, top: float) -> None:
        """Draw with the upper left corner there."""
        for line, size, colour in self._head:
            top = paper.lines(left, top, [line], size, color=colour)
        top += 0.06
        rows = self._rows()
        longest = max((text_width(line, _SIZE) for _, lines in rows for line in lines), default=0.0)
        space = max((text_width(entry.figure, _SIZE) for entry in self.entries), default=0.0)
        right = min(_INDENT + longest + 0.2 + space, self.width)
        for entry, lines in rows:
            paper.box(left, top + 0.02, _PATCH, line_height(_SIZE) - 0.03, entry.colour)
            if entry.figure:
                paper.text(left + right, top, entry.figure, _SIZE, ha="right")
            top = paper.lines(left + _INDENT, top, lines, _SIZE) + _ROW_GAP

    def parts(self, number: int) -> list[Legend]:
        """Legend in so many columns; the title stands over the first one."""
        each = -(-len(self.entries) // number)
        cuts = [self.entries[start : start + each] for start in range(0, len(self.entries), each)] or [()]
        return [replace(self, entries=cuts[0]), *(Legend("", cut, "", self.width) for cut in cuts[1:])]


@dataclass(frozen=True)
class Histogram:
    """Number of cells by value, in the colours of the classes; what lies outside the span is gathered in the outer bars."""

    values: NDArray[np.float64]
    breaks: Sequence[float]
    colours: Sequence[str]
    span: tuple[float, float]
    width: float = COLUMN
    height: float = field(default=1.02, init=False)

    def draw(self, paper: Paper, left: float, top: float) -> None:
        """Draw with the upper left corner there."""
        top = paper.lines(left, top, [tr("Cells by value")], _SMALL, color=PALE_INK) + 0.04
        edges, counts = self.bars()
        # A bar with zero in it is that of what did not change, which is most of it.
        middle = np.where((edges[:-1] <= 0) & (edges[1:] > 0), 0.0, (edges[:-1] + edges[1:]) / 2)
        kinds = classes_of(middle, self.breaks)
        bars = [[(place, 0), (place, count), (place + 1, count), (place + 1, 0)] for place, count in enumerate(counts)]
        colours = [self.colours[kind] for kind in kinds]
        window = paper.window(left, top, (self.width, 0.6), (0, 0, len(counts), max(counts.max(), 1) * 1.05))
        window.add(PolyCollection(bars, facecolors=colours, linewidths=0, transform=window.place))
        window.floor()
        self._ends(paper, left, top + 0.63, edges)

    def bars(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Edges and counts; zero is an edge."""
        low, high = self.span
        even = high - low <= ALIKE * max(abs(low), abs(high))
        step = (abs(low) or 1.0) / _BINS if even else (high - low) / _BINS
        first, last = np.floor(low / step), np.ceil(high / step)
        edges = np.arange(first, max(last, first + 1) + 1) * step
        counts, _ = np.histogram(self.values.clip(edges[0], edges[-1]), edges)
        return edges, counts

    def _ends(self, paper: Paper, left: float, top: float, edges: NDArray[np.float64]) -> None:
        """Values at both ends, and zero between them where there is room."""
        low = ("≤ " if self.values.min() < edges[0] else "") + figure(float(f"{edges[0]:.2g}"))
        high = ("≥ " if self.values.max() > edges[-1] else "") + figure(float(f"{edges[-1]:.2g}"))
        paper.text(left, top, low, _SMALL)
        paper.text(left + self.width, top, high, _SMALL, ha="right")
        zero = -edges[0] / (edges[-1] - edges[0]) * self.width
        if text_width(low, _SMALL) + 0.1 < zero < self.width - text_width(high, _SMALL) - 0.1:
            paper.text(left + zero, top, "0", _SMALL, ha="center")


def span_of(values: NDArray[np.float64], *, diverging: bool) -> tuple[float, float]:
    """Span of a histogram, the same for all years: all but the outermost values; where signs differ, both sides are seen.

    Examples
    --------
    >>> span_of(np.array([2.0, 2.0]), diverging=False), span_of(np.array([-1.0, *[2.0] * 999]), diverging=True)
    ((2.0, 2.0), (-1.0, 2.0))
    """
    low, high = (float(value) for value in np.quantile(values, (0.005, 0.995)))
    if not diverging:
        return low, high
    below, above = values[values < 0], values[values > 0]
    # Few cells of the rarer sign lie outside; half of them are shown at their place.
    low = min(low, float(np.median(below)) if below.size else 0.0)
    return low, max(high, float(np.median(above)) if above.size else 0.0)


def blocks_of(legend: Legend, histogram: Histogram | None, *, columns: int = 1) -> list[Legend | Histogram]:
    """Legend and histogram as blocks; a long legend without histogram may fill two columns."""
    if histogram is None and columns > 1 and len(legend.entries) > 8:
        return [*legend.parts(2)]
    return [legend] if histogram is None else [legend, histogram]
