"""Cells on a sheet are the dots that matplotlib's own resampling gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tanheng.report.cartography.cells import Cells

PALETTE = np.array([(255, 0, 0, 255), (0, 128, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)], np.uint8)


def dots(add: Any) -> NDArray[np.uint8]:
    figure = Figure(figsize=(3.1, 2.3), dpi=100)
    axes = figure.add_axes((0.13, 0.21, 0.7, 0.61))
    axes.set_axis_off()
    add(axes)
    axes.set_xlim(-7.0, 91.0)
    axes.set_ylim(-5.0, 64.0)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


@pytest.mark.parametrize("shape", [(12, 17), (60, 85), (400, 510)])
def test_dots_are_those_of_matplotlib(shape: tuple[int, int]) -> None:
    layer = np.random.default_rng(1).integers(-1, 3, shape).astype(np.int16)
    bounds = (0.0, 0.0, 85.0, 60.0)
    found = dots(lambda axes: axes.add_image(Cells(axes, layer, PALETTE, bounds)))
    expected = dots(
        lambda axes: axes.imshow(PALETTE[layer], extent=(0, 85, 0, 60), aspect="auto", interpolation="none")
    )
    # Where a dot's middle lies on the edge of two cells, either may be taken.
    assert (found != expected).any(axis=2).mean() < 0.02
    assert len(np.unique(found.reshape(-1, 3), axis=0)) == 4
