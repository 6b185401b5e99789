"""Cells of a map on a sheet, each dot of the print in the colour of the cell under its middle."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.transforms import Affine2D
from numpy.typing import NDArray

from tanheng.grid import Bounds
from tanheng.report.cartography.drawing.window import Window


class Cells(Artist):
    """Numbers of colours by cell, seen through a window.

    What is in dots is filled from a table of colours, which takes a fraction of the time and memory that resampling of colours
    takes; SVG and PDF hold one pixel a cell.

    Parameters
    ----------
    window : Window
    layer : numpy.ndarray of int, shape (rows, columns)
        Row of the palette for each cell, the first row in the north; -1 is its last row.
    palette : numpy.ndarray of uint8, shape (colours, 4)
    bounds : tuple of float
        West, south, east and north of the cells, in the units of the map.
    """

    def __init__(self, window: Window, layer: NDArray[np.int16], palette: NDArray[np.uint8], bounds: Bounds) -> None:
        super().__init__()
        self.set_zorder(1)
        self.window, self._layer, self._palette, self._bounds = window, layer, palette, bounds

    def draw(self, renderer: Any) -> None:  # noqa: ANN401  matplotlib's renderers have no common type with `draw_image`
        """Draw on a sheet."""
        context = renderer.new_gc()
        context.set_clip_rectangle(self.window.box)
        west, south, east, north = self._bounds
        (left, bottom), (right, top) = self.window.place.transform([(west, south), (east, north)])
        if renderer.option_scale_image():
            pixels = np.ascontiguousarray(self._palette[self._layer][::-1])
            renderer.draw_image(context, left, bottom, pixels, Affine2D().scale(right - left, top - bottom))
        else:
            frame = self.window.box
            columns = _of_dots(frame.x0, frame.x1, left, right, self._layer.shape[1])
            rows = _of_dots(frame.y0, frame.y1, top, bottom, self._layer.shape[0])
            renderer.draw_image(context, round(frame.x0), round(frame.y0), self._dots(rows, columns))
        context.restore()

    def _dots(self, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Colour of each dot."""
        # A colour is one number here, and clear is the last: so a dot is looked up once, not four times.
        colours = np.ascontiguousarray(self._palette).view(np.uint32)[:, 0]
        edged = np.pad(colours[self._layer], ((0, 1), (0, 1)), constant_values=colours[-1])
        return edged.take(rows, 0).take(columns, 1).view(np.uint8).reshape(len(rows), len(columns), 4)


def _of_dots(first: float, last: float, start: float, end: float, number: int) -> NDArray[np.intp]:
    """Cell under the middle of each dot between two places, of cells that lie from `start` to `end`; -1 where there is none.

    Examples
    --------
    >>> _of_dots(0.0, 6.0, 1.0, 5.0, 2).tolist(), _of_dots(0.0, 4.0, 4.0, 0.0, 2).tolist()
    ([-1, 0, 0, 1, 1, -1], [1, 1, 0, 0])
    """
    middles = np.arange(round(first), round(last)) + 0.5
    positions = np.floor((middles - start) / (end - start) * number).astype(np.intp)
    return np.where((positions >= 0) & (positions < number), positions, -1)
