"""What lies over every map of a study alike, drawn once for each size of a frame and laid on each sheet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import ceil
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tanheng.report.cartography.drawing.window import Window

#: Dots of what was drawn, by the width and height of its frame.
Drawn = dict[tuple[int, int], NDArray[np.uint8]]

#: Artists of a window, with their places and clipping set.
Make = Callable[[Window], Sequence[Artist]]


class Overlay(Artist):
    """Artists that are dots on a picture of dots, and themselves on SVG and PDF.

    Parameters
    ----------
    window : Window
    make : callable
        Gives the artists for a window.
    drawn : dict
        Of all windows of one backdrop and the same `make`; what is drawn here is kept there.
    """

    def __init__(self, window: Window, make: Make, drawn: Drawn, zorder: float) -> None:
        super().__init__()
        self.set_zorder(zorder)
        self._window, self._make, self._drawn = window, make, drawn

    def get_children(self) -> list[Artist]:
        """Artists of this window."""
        artists = list(self._make(self._window))
        for artist in artists:
            artist.set_figure(self._window.figure)
        return artists

    def draw(self, renderer: Any) -> None:  # noqa: ANN401  matplotlib's renderers have no common type with `draw_image`
        """Draw on a sheet."""
        if not isinstance(renderer, RendererAgg):
            for artist in self.get_children():
                artist.draw(renderer)
            return
        frame = self._window.box
        dots = ceil(frame.width), ceil(frame.height)
        if dots not in self._drawn:
            self._drawn[dots] = self._dots(dots)
        context = renderer.new_gc()
        renderer.draw_image(context, round(frame.x0), round(frame.y0), self._drawn[dots])
        context.restore()

    def _dots(self, dots: tuple[int, int]) -> NDArray[np.uint8]:
        """Dots of the frame, the lowest row first."""
        dpi = self._window.figure.dpi
        figure = Figure(figsize=(dots[0] / dpi, dots[1] / dpi), dpi=dpi, facecolor="none")
        alone = Window(figure, (0.0, 0.0), self._window.size, self._window.bounds)
        for artist in self._make(alone):
            figure.add_artist(artist)
        canvas: Any = FigureCanvasAgg(figure)
        canvas.draw()
        return np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[::-1])
