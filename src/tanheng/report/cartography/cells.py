"""Cells of a map on a sheet, each dot of the print in the colour of the cell under its middle."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.image import AxesImage
from matplotlib.transforms import IdentityTransform
from numpy.typing import NDArray

from tanheng.grid import Bounds


class Cells(AxesImage):
    """Numbers of colours by cell, laid on axes.

    What is in dots is filled from a table of colours, which takes a fraction of the time and memory that resampling of colours
    takes; SVG and PDF hold one pixel a cell, as matplotlib writes them.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
    layer : numpy.ndarray of int, shape (rows, columns)
        Row of the palette for each cell, the first row in the north; -1 is its last row.
    palette : numpy.ndarray of uint8, shape (colours, 4)
    bounds : tuple of float
        West, south, east and north of the cells, in the units of the axes.
    """

    def __init__(self, axes: Any, layer: NDArray[np.int16], palette: NDArray[np.uint8], bounds: Bounds) -> None:  # noqa: ANN401
        west, south, east, north = bounds
        super().__init__(axes, extent=(west, east, south, north), origin="upper", interpolation="none", zorder=1)
        self._layer, self._palette, self._bounds = layer, palette, bounds
        self.set_data(layer)

    def make_image(self, renderer: Any, magnification: float = 1.0, unsampled: bool = False) -> Any:  # noqa: ANN401
        """Picture of the cells within the axes, and the dot of its lower left corner."""
        if unsampled:
            self.set_data(self._palette[self._layer])
            return super().make_image(renderer, magnification, unsampled=True)
        west, south, east, north = self._bounds
        (left, bottom), (right, top) = self.axes.transData.transform([(west, south), (east, north)])
        frame = self.axes.bbox
        columns = _of_dots(frame.x0, frame.x1, left, right, self._layer.shape[1])
        rows = _of_dots(frame.y0, frame.y1, top, bottom, self._layer.shape[0])
        # A colour is one number here, and clear is the last: so a dot is looked up once, not four times.
        colours = np.ascontiguousarray(self._palette).view(np.uint32)[:, 0]
        edged = np.pad(colours[self._layer], ((0, 1), (0, 1)), constant_values=colours[-1])
        pixels = edged.take(rows, 0).take(columns, 1).view(np.uint8).reshape(len(rows), len(columns), 4)
        return pixels, round(frame.x0), round(frame.y0), IdentityTransform()


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
