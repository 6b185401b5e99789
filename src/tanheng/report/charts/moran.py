"""Pictures of spatial autocorrelation: the Moran scatter plot, and the map of local clusters (LISA)."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tanheng.language import name_of, tr
from tanheng.report.style.fonts import font_families
from tanheng.report.style.themes import CLUSTER_COLOURS

Values = NDArray[np.float64]


def draw_moran_scatter(
    path: Path, values: Values, around: Values, clusters: Sequence[str], words: tuple[str, str]
) -> Path:
    """Draw each row against the mean of its neighbours, both in standard deviations; the slope is Moran's I.

    Parameters
    ----------
    values, around : numpy.ndarray, shape (n,)
        Standardised; rows without a neighbour are left out.
    clusters : sequence of str
        Kind of each row, by which it is coloured.
    words : (str, str)
        What the rows have, and what their neighbours have.
    """
    with mpl.rc_context({"font.family": font_families(), "axes.unicode_minus": False}):
        figure, axes = _figure((5.6, 5.2))
        for name, colour in CLUSTER_COLOURS.items():
            chosen = np.array([kind == name for kind in clusters], bool)
            if chosen.any():
                edge = {"edgecolors": "#555555", "linewidths": 0.3}
                axes.scatter(values[chosen], around[chosen], s=16, c=colour, label=name_of(name), **edge)
        slope = float(np.dot(values, around) / np.dot(values, values))
        ends = np.array([values.min(), values.max()])
        axes.plot(ends, slope * ends, color="#222222", lw=1.2)
        axes.axhline(0, color="#999999", lw=0.7, ls="--")
        axes.axvline(0, color="#999999", lw=0.7, ls="--")
        axes.set_xlabel(tr("{name}, standard deviations from the mean", name=words[0]), fontsize=9)
        axes.set_ylabel(tr("{name} of the neighbours, mean of standard deviations", name=words[1]), fontsize=9)
        title = (
            tr("Moran scatter plot; slope: Moran's I = {slope:.3f}", slope=slope)
            if words[0] == words[1]
            else tr("Moran scatter plot; slope: bivariate Moran's I = {slope:.3f}", slope=slope)
        )
        axes.set_title(title, fontsize=10)
        axes.legend(fontsize=7.5, frameon=False)
        axes.tick_params(labelsize=8)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(path)
    return path


def draw_cluster_map(path: Path, shapes: Sequence[shapely.Geometry], clusters: Sequence[str], title: str) -> Path:
    """Draw polygons or points in the colours of their clusters."""
    with mpl.rc_context({"font.family": font_families()}):
        figure, axes = _figure((6.4, 5.4))
        handles = []
        for name, colour in CLUSTER_COLOURS.items():
            chosen = [shape for shape, kind in zip(shapes, clusters, strict=True) if kind == name]
            if not chosen:
                continue
            _add(axes, chosen, colour)
            label = tr("{name} ({count})", name=name_of(name), count=len(chosen))
            handles.append(mpl.patches.Patch(facecolor=colour, edgecolor="#555555", lw=0.4, label=label))
        axes.autoscale_view()
        axes.set_aspect("equal")
        axes.set_axis_off()
        axes.set_title("\n".join(textwrap.wrap(title, 64)), fontsize=10)
        figure.legend(handles=handles, fontsize=8, frameon=False, ncols=3, loc="outside lower center")
        figure.savefig(path)
    return path


def _figure(size: tuple[float, float]) -> tuple[Figure, Any]:
    figure = Figure(figsize=size, dpi=200, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def _add(axes: Any, shapes: Sequence[shapely.Geometry], colour: str) -> None:  # noqa: ANN401  matplotlib's axes
    """Add shapes of one colour."""
    parts = shapely.get_parts(np.array(shapes, dtype=object))
    points = parts[shapely.get_dimensions(parts) == 0]
    if len(points):
        places = shapely.get_coordinates(points)
        axes.scatter(places[:, 0], places[:, 1], s=14, c=colour, edgecolors="#555555", linewidths=0.3)
    rings = [
        shapely.get_coordinates(shapely.get_exterior_ring(part)) for part in parts[shapely.get_dimensions(parts) == 2]
    ]
    if rings:
        axes.add_collection(PolyCollection(rings, facecolors=colour, edgecolors="#555555", linewidths=0.3))
