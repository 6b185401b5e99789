"""Cells on a sheet are the dots that matplotlib's own resampling gives."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import NDArray
from PIL import Image

from tanheng.report.cartography.drawing.cells import Cells
from tanheng.report.cartography.drawing.overlay import Drawn, Overlay
from tanheng.report.cartography.drawing.window import Window

PALETTE = np.array([(255, 0, 0, 255), (0, 128, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)], np.uint8)


BOUNDS = (-7.0, -5.0, 91.0, 64.0)
#: Corner and size of a frame, the corner on a whole dot.
PLACE = (40 / 310, 48 / 230, 0.7, 0.61)


def figure_of() -> Figure:
    return Figure(figsize=(3.1, 2.3), dpi=100)


def dots(figure: Figure) -> NDArray[np.uint8]:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def seen_through_a_window(layer: NDArray[np.int16]) -> Figure:
    figure = figure_of()
    wide, high = figure.get_size_inches()
    window = Window(figure, (PLACE[0] * wide, PLACE[1] * high), (PLACE[2] * wide, PLACE[3] * high), BOUNDS)
    window.add(Cells(window, layer, PALETTE, (0.0, 0.0, 85.0, 60.0)))
    return figure


def drawn_by_matplotlib(layer: NDArray[np.int16]) -> Figure:
    figure = figure_of()
    axes = figure.add_axes(PLACE)
    axes.set_axis_off()
    axes.imshow(PALETTE[layer], extent=(0, 85, 0, 60), aspect="auto", interpolation="none")
    axes.set_xlim(BOUNDS[0], BOUNDS[2])
    axes.set_ylim(BOUNDS[1], BOUNDS[3])
    return figure


@pytest.mark.parametrize("shape", [(12, 17), (60, 85), (400, 510)])
def test_dots_are_those_of_matplotlib(shape: tuple[int, int]) -> None:
    layer = np.random.default_rng(1).integers(-1, 3, shape).astype(np.int16)
    found = dots(seen_through_a_window(layer))
    expected = dots(drawn_by_matplotlib(layer))
    # Where a dot's middle lies on the edge of two cells, either may be taken.
    assert (found != expected).any(axis=2).mean() < 0.02
    assert len(np.unique(found.reshape(-1, 3), axis=0)) == 4


def test_an_overlay_of_dots_looks_as_what_it_is_made_of() -> None:
    def make(window: Window) -> list[Artist]:
        line = Line2D((0.0, 85.0), (0.0, 60.0), color="#333333", transform=window.place)
        return [line, Text(0.4, 0.3, "Luoyang", fontsize=6, transform=window.inches)]

    kept: Drawn = {}
    pictures = []
    for once in (False, True, True):
        figure = seen_through_a_window(np.zeros((2, 2), np.int16))
        (cells,) = figure.findobj(Cells)
        for artist in [Overlay(cells.window, make, kept, zorder=3)] if once else make(cells.window):
            figure.add_artist(artist)
        pictures.append(dots(figure).astype(int))
    assert len(kept) == 1
    assert np.abs(pictures[1] - pictures[0]).max() <= 3
    np.testing.assert_array_equal(pictures[2], pictures[1])
    assert (pictures[0] != dots(seen_through_a_window(np.zeros((2, 2), np.int16)))).any(axis=2).sum() > 100


def test_the_north_is_up_in_svg() -> None:
    figure = seen_through_a_window(np.array([[0], [2]], np.int16))
    stream = io.StringIO()
    figure.savefig(stream, format="svg")
    shown = re.search(
        r'<image [^>]*xlink:href="data:image/png;base64,([^"]+)"[^>]*matrix\(([^)]+)\)', stream.getvalue()
    )
    assert shown is not None
    down = float(shown[2].split()[3])
    rows = np.asarray(Image.open(io.BytesIO(base64.b64decode(shown[1]))))[:, 0, :3].tolist()
    assert (rows if down > 0 else rows[::-1]) == [[255, 0, 0], [0, 0, 255]]
