"""A sheet of paper that is measured in inches from its upper left corner, and the blocks that are laid on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text

from tanheng.grid import Bounds
from tanheng.report.cartography.drawing.overlay import Drawn, Overlay
from tanheng.report.cartography.drawing.window import Window
from tanheng.report.style.lettering import line_height, wrapped

INK, PALE_INK, RULE = "#222222", "#555555", "#666666"

#: Where letters stand in a line, as a part of its height from above.
_BASE = 0.76


class Paper:
    """Figure with places in inches, down from the top."""

    def __init__(self, width: float, height: float, dpi: int) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width, height), dpi=dpi, facecolor="white")

    def text(self, left: float, top: float, words: str, size: float, **options: Any) -> None:  # noqa: ANN401
        """Write one line; `top` is the upper edge of its line, `left` its place of alignment."""
        base = top + _BASE * line_height(size)
        options = {"color": INK, "va": "baseline", **options}
        self.figure.text(left / self.width, 1 - base / self.height, words, fontsize=size, parse_math=False, **options)

    def lines(self, left: float, top: float, lines: Sequence[str], size: float, **options: Any) -> float:  # noqa: ANN401
        """Write lines one under the other; returns the lower edge."""
        for number, line in enumerate(lines):
            self.text(left, top + number * line_height(size), line, size, **options)
        return top + len(lines) * line_height(size)

    def box(self, left: float, top: float, width: float, height: float, colour: str, edge: str = RULE) -> None:
        """Fill a rectangle."""
        place = (left, self.height - top - height)
        patch = Rectangle(place, width, height, facecolor=colour, edgecolor=edge, lw=0.4)
        patch.set_transform(self.figure.dpi_scale_trans)
        self.figure.add_artist(patch)

    def shape(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        """Fill a polygon of corners in inches from the upper left corner of the paper."""
        patch = Polygon([(x, self.height - y) for x, y in points], facecolor=colour, edgecolor=INK, lw=0.5)
        patch.set_transform(self.figure.dpi_scale_trans)
        self.figure.add_artist(patch)

    def window(self, left: float, top: float, size: tuple[float, float], bounds: Bounds) -> Window:
        """Frame of that place and size that shows what lies within the bounds."""
        return Window(self.figure, (left, self.height - top - size[1]), size, bounds)


class Block(Protocol):
    """What is laid on paper: it knows its size before it is drawn."""

    @property
    def width(self) -> float:
        """Width, inches."""

    @property
    def height(self) -> float:
        """Height, inches."""

    def draw(self, paper: Paper, left: float, top: float) -> None:
        """Draw with the upper left corner there."""


@dataclass(frozen=True)
class Words:
    """A paragraph, broken into lines of a width."""

    text: str
    width: float
    size: float
    colour: str = INK

    @property
    def broken(self) -> list[str]:
        """Lines."""
        return wrapped(self.text, self.width, self.size) if self.text else []

    @property
    def height(self) -> float:
        """Height, inches."""
        return len(self.broken) * line_height(self.size)

    def draw(self, paper: Paper, left: float, top: float) -> None:
        """Draw with the upper left corner there."""
        paper.lines(left, top, self.broken, self.size, color=self.colour)

    def draw_again(self, paper: Paper, left: float, top: float, drawn: Drawn) -> None:
        """Draw what the sheets of a study share; its dots are kept."""
        window = paper.window(left, top, (self.width, self.height), (0.0, 0.0, 1.0, 1.0))
        window.add(Overlay(window, self._texts, drawn, zorder=3))

    def _texts(self, window: Window) -> list[Text]:
        high = line_height(self.size)
        return [
            Text(
                0.0, self.height - (number + _BASE) * high, line, color=self.colour, fontsize=self.size, va="baseline",
                parse_math=False, transform=window.inches,
            )
            for number, line in enumerate(self.broken)
        ]  # fmt: skip
