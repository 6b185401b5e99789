"""One map, or a panel of maps with one legend, laid out on a sheet that cuts nothing at any shape of the region."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from numpy.typing import NDArray

from tanheng.report.cartography.backdrop import Backdrop
from tanheng.report.cartography.drawing.cells import Cells
from tanheng.report.cartography.drawing.overlay import Drawn
from tanheng.report.cartography.drawing.paper import PALE_INK, Block, Paper, Words
from tanheng.report.cartography.drawing.window import Window
from tanheng.report.cartography.legend import COLUMN, Histogram, Legend, blocks_of
from tanheng.report.cartography.scale import Scale, ScaleBar, scale_of
from tanheng.report.style.lettering import line_height, text_width

#: Inches: edge of the sheet, room for degrees at the left and below, gaps between maps and blocks.
_EDGE, _LEFT, _BELOW, _GAP = 0.28, 0.2, 0.2, 0.16
#: Largest frame beside a legend, and width and height of what stands over a legend.
_BESIDE, _OVER = (5.0, 6.2), (6.85, 7.6)
#: Frames wider than this have their legend below.
_WIDE = 1.8
#: Narrowest block of a legend among the maps.
_NARROWEST = 1.4
_TITLE, _SUBTITLE, _DEGREE, _NOTE = 12.0, 8.5, 6.0, 6.5

#: Colour of arrows between places.
ARROW = "#2f7d4a"

Layer = NDArray[np.int16]


@dataclass(frozen=True)
class Picture:
    """A map, or several under one title.

    Attributes
    ----------
    name : str
        Name of the file, without its ending.
    layers : tuple
        A heading for each map, empty where there is one map, and the number of each cell's entry in the legend; -1 is nothing.
    legend : Legend
        Its entries stand from top to bottom as they are; `colours` numbers them as the layers do.
    arrows : tuple
        From x, y to x, y with a width in points.
    """

    name: str
    title: str
    layers: tuple[tuple[str, Layer], ...]
    colours: tuple[str, ...]
    legend: Legend
    histogram: Histogram | None = None
    arrows: tuple[tuple[float, float, float, float, float], ...] = ()


@dataclass(frozen=True)
class Imprint:
    """What is printed under each map: a note for readers, and the number under which the map was approved."""

    note: str = ""
    approval: str = ""


@dataclass(frozen=True)
class Frames:
    """Places of the frames, in inches from the upper left corner of the maps."""

    columns: int
    rows: int
    width: float
    height: float
    heading: float

    @property
    def across(self) -> float:
        """Width of all frames with their degrees."""
        return _LEFT + self.columns * self.width + (self.columns - 1) * _GAP

    @property
    def down(self) -> float:
        """Height of all frames with headings and degrees."""
        return self.rows * (self.heading + self.height + _BELOW)

    def place(self, number: int) -> tuple[float, float]:
        """Left and upper edge of a frame."""
        row, column = divmod(number, self.columns)
        return (
            _LEFT + column * (self.width + _GAP),
            row * (self.heading + self.height + _BELOW) + self.heading,
        )


def frames(number: int, aspect: float, room: tuple[float, float], *, headings: bool) -> Frames:
    """Frames as large as the room allows."""
    heading = line_height(_SUBTITLE) + 0.03 if headings else 0.0
    plans = []
    for columns in range(1, number + 1):
        rows = -(-number // columns)
        width = (room[0] - _LEFT - (columns - 1) * _GAP) / columns
        height = room[1] / rows - heading - _BELOW
        if width > 0.3 and height > 0.3:
            width = min(width, height * aspect)
            plans.append(Frames(columns, rows, width, width / aspect, heading))
    best = max((plan.width for plan in plans), default=0.0)
    if not plans:
        # So many maps that the sheet must grow.
        return Frames(5, -(-number // 5), 1.2, 1.2 / aspect, heading)
    # A flat sheet reads better than a tall one of maps that are hardly larger.
    return max(plans, key=lambda plan: (plan.width >= 0.85 * best, plan.columns))


class Desk:
    """What the sheets of one study share: the backdrop, its scale, and the resolution of the prints."""

    def __init__(self, backdrop: Backdrop, imprint: Imprint | None = None, dpi: int = 300) -> None:
        self.backdrop, self.dpi = backdrop, dpi
        self.imprint = imprint or Imprint()
        self._drawn: defaultdict[Words, Drawn] = defaultdict(dict)

    @cached_property
    def scale(self) -> Scale:
        """Scale and direction of the north."""
        return scale_of(self.backdrop.grid.crs, self.backdrop.bounds)

    def sheet(self, picture: Picture) -> Figure:
        """Picture on a sheet of its own size."""
        several = len(picture.layers) > 1
        below = several or self.backdrop.aspect > _WIDE
        headings = any(heading for heading, _ in picture.layers)
        plan = frames(len(picture.layers), self.backdrop.aspect, _OVER if below else _BESIDE, headings=headings)
        metres = self.backdrop.bounds[2] - self.backdrop.bounds[0]
        bar = ScaleBar(self.scale, plan.width / metres)
        if not below:
            return self._beside(picture, plan, blocks_of(picture.legend, picture.histogram), bar)
        corner = _corner(plan, picture, bar) if several else None
        if corner is not None:
            return self._within(picture, plan, corner)
        return self._over(picture, plan, [*blocks_of(picture.legend, picture.histogram, columns=2), bar])

    def _over(self, picture: Picture, plan: Frames, blocks: Sequence[Block]) -> Figure:
        """Maps over their legend."""
        width = max(plan.across, _LEFT + len(blocks) * COLUMN + (len(blocks) - 1) * _GAP)
        low = max(block.height for block in blocks)
        paper, top = self._paper(picture, width, plan.down + _GAP + low)
        self._maps(paper, picture, plan, top)
        for number, block in enumerate(blocks):
            block.draw(paper, _EDGE + _LEFT + number * (COLUMN + _GAP), top + plan.down + _GAP)
        return paper.figure

    def _within(self, picture: Picture, plan: Frames, blocks: Sequence[Block]) -> Figure:
        """Maps with their legend where the last row has room: blocks side by side, and the last one at their foot."""
        paper, top = self._paper(picture, plan.across, plan.down)
        self._maps(paper, picture, plan, top)
        left, down = plan.place(len(picture.layers))
        for block in blocks[:-1]:
            block.draw(paper, _EDGE + left, top + down - plan.heading + _GAP)
            left += block.width + _GAP
        foot = top + plan.down - _BELOW - blocks[-1].height
        blocks[-1].draw(paper, _EDGE + plan.place(len(picture.layers))[0], foot)
        return paper.figure

    def _beside(self, picture: Picture, plan: Frames, legend: Sequence[Block], bar: ScaleBar) -> Figure:
        """Map with its legend at the right, and the scale at the foot of both."""
        stack = sum(block.height + _GAP for block in legend) + bar.height
        tall = max(plan.down, stack)
        paper, top = self._paper(picture, plan.across + _GAP + COLUMN, tall)
        self._maps(paper, picture, plan, top)
        left, under = _EDGE + plan.across + _GAP, top
        for block in legend:
            block.draw(paper, left, under)
            under += block.height + _GAP
        bar.draw(paper, left, top + max(plan.down - _BELOW - bar.height, stack - bar.height))
        return paper.figure

    def _paper(self, picture: Picture, width: float, height: float) -> tuple[Paper, float]:
        """Paper with title and imprint, and where the body of that height begins."""
        title = Words(picture.title, width, _TITLE)
        note = Words(self.imprint.note, width, _NOTE, PALE_INK)
        approval = Words(self.imprint.approval, width, _NOTE)
        foot = [block for block in (note, approval) if block.text]
        top = _EDGE + title.height + 0.1
        rest = sum(block.height for block in foot) + (0.12 if foot else 0.0)
        paper = Paper(width + 2 * _EDGE, top + height + rest + _EDGE, self.dpi)
        title.draw(paper, _EDGE, _EDGE)
        under = top + height + 0.12
        for block in foot:
            block.draw_again(paper, _EDGE, under, self._drawn[block])
            under += block.height
        return paper, top

    def _maps(self, paper: Paper, picture: Picture, plan: Frames, top: float) -> None:
        number = len(picture.layers)
        for rank, (heading, layer) in enumerate(picture.layers):
            left, down = plan.place(rank)
            window = paper.window(_EDGE + left, top + down, (plan.width, plan.height), self.backdrop.bounds)
            self._map(window, layer, picture)
            if heading:
                paper.text(_EDGE + left, top + down - plan.heading, heading, _SUBTITLE)
            if number == 1:
                self.backdrop.draw_names(window)
            self._degrees(
                paper,
                (_EDGE + left, top + down),
                plan,
                left=rank % plan.columns == 0,
                below=rank + plan.columns >= number,
            )

    def _map(self, window: Window, layer: Layer, picture: Picture) -> None:
        palette = np.array([to_rgba(colour) for colour in picture.colours] + [(1.0, 1.0, 1.0, 0.0)])
        self.backdrop.draw_under(window)
        window.add(Cells(window, layer, (palette * 255).round().astype(np.uint8), self.backdrop.grid.bounds))
        self.backdrop.draw_over(window)
        for x0, y0, x1, y1, points in picture.arrows:
            window.add(
                FancyArrowPatch(
                    (x0, y0), (x1, y1), arrowstyle="-|>", connectionstyle="arc3,rad=0.12", mutation_scale=10, color=ARROW,
                    alpha=0.85, lw=points, transform=window.place, zorder=4,
                )
            )  # fmt: skip

    def _degrees(self, paper: Paper, corner: tuple[float, float], plan: Frames, *, left: bool, below: bool) -> None:
        """Names of meridians and parallels, where they have room within the side of the frame."""
        west, south, _, _ = self.backdrop.bounds
        inches = plan.width / (self.backdrop.bounds[2] - west)
        lines = self.backdrop.graticule
        if below:
            marks = [((x - west) * inches, name) for x, name in lines.below]
            for x, name in _apart(marks, plan.width):
                paper.text(corner[0] + x, corner[1] + plan.height + 0.03, name, _DEGREE, ha="center")
        if left:
            marks = [(plan.height - (y - south) * inches, name) for y, name in lines.left]
            for y, name in _apart(marks, plan.height):
                paper.text(
                    corner[0] - 0.05, corner[1] + y - 0.76 * line_height(_DEGREE), name, _DEGREE,
                    rotation=90, ha="right", va="center",
                )  # fmt: skip


def _corner(plan: Frames, picture: Picture, bar: ScaleBar) -> list[Block] | None:
    """Legend, histogram and scale made to fit the free end of the last row; None where it has too little room."""
    free = (plan.columns * plan.rows - len(picture.layers)) * (plan.width + _GAP) - _GAP
    shown = blocks_of(picture.legend, picture.histogram)
    width = (free - _GAP * (len(shown) - 1)) / len(shown)
    if width < _NARROWEST or free < bar.width:
        return None
    blocks = [replace(block, width=min(width, COLUMN)) for block in shown]
    tall = max(block.height for block in blocks) + bar.height + 2 * _GAP
    return [*blocks, bar] if tall <= plan.height + plan.heading else None


def _apart(marks: Sequence[tuple[float, str]], length: float) -> list[tuple[float, str]]:
    """Marks whose names stay within a side of that length and clear of the one before."""
    labels: list[tuple[float, str]] = []
    edge = -0.02
    for place, name in sorted(marks):
        half = text_width(name, _DEGREE) / 2
        if place - half > edge and place + half < length:
            labels.append((place, name))
            edge = place + half + 0.08
    return labels
