"""The sheet that every map is drawn on: frame, graticule, outlines, scale bar, arrow to the north, fonts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from tanheng.grid import Grid, project, transformer

Outlines = Mapping[str, tuple[Sequence[shapely.Geometry], pyproj.CRS]]

#: Rings in the CRS of the grid with their line widths.
Lines = list[tuple[NDArray[Any], float]]


def outline_lines(outlines: Outlines, grid: Grid) -> Lines:
    """Rings of the layers in the CRS of the grid, simplified to half a cell, with their line widths."""
    found = []
    for rank, (geometries, crs) in enumerate(outlines.values()):
        width = 0.9 if rank == 0 else 0.35
        if rank > 1:
            break
        for geometry in project(geometries, crs, grid.crs):
            simple = shapely.simplify(geometry, grid.resolution / 2)
            found += [(shapely.get_coordinates(ring), width) for ring in shapely.get_rings(shapely.get_parts(simple))]
    return found


def frame(grid: Grid, title: str, note: str) -> tuple[Figure, Any]:
    """Figure and axes that keep the map's proportions at any shape of the region."""
    west, south, east, north = grid.bounds
    aspect = (north - south) / (east - west)
    width = 7.2
    height = float(np.clip(0.62 * width * aspect, 2.2, 9.5)) + (1.48 if note else 1.3)
    figure = Figure(figsize=(width, height), dpi=160, facecolor="white")
    FigureCanvasAgg(figure)
    axes = figure.add_axes(
        (
            0.09,
            0.6 / height + (0.18 / height if note else 0),
            0.62,
            1 - 1.3 / height - (0.18 / height if note else 0),
        )
    )
    margin = 0.02 * max(east - west, north - south)
    axes.set_xlim(west - margin, east + margin)
    axes.set_ylim(south - margin, north + margin)
    axes.set_aspect("equal")
    figure.text(0.05, 1 - 0.34 / height, title, fontsize=12, fontweight="bold", va="center")
    if note:
        figure.text(0.05, 0.16 / height, note, fontsize=6.5, color="#555555", va="center", wrap=True)
    _graticule(axes, grid)
    return figure, axes


def _graticule(axes: Any, grid: Grid) -> None:  # noqa: ANN401  matplotlib's axes
    """Meridians and parallels at round degrees, labelled at the frame."""
    west, south, east, north = grid.bounds
    there = transformer(grid.crs, pyproj.CRS(4326))
    back = transformer(pyproj.CRS(4326), grid.crs)
    x, y = np.meshgrid(np.linspace(west, east, 9), np.linspace(south, north, 9))
    longitude, latitude = there.transform(x.ravel(), y.ravel())
    step = _round_step(float(np.ptp(longitude)))
    axes.set_xticks([])
    axes.set_yticks([])
    bottom, left = axes.get_ylim()[0], axes.get_xlim()[0]
    for degree in np.arange(np.ceil(min(longitude) / step) * step, max(longitude) + 1e-9, step):
        u, v = back.transform(np.full(60, degree), np.linspace(min(latitude) - 1, max(latitude) + 1, 60))
        axes.plot(u, v, color="#9aa0a6", lw=0.3, zorder=0.5, scalex=False, scaley=False)
        at = float(np.interp(bottom, v, u))
        if axes.get_xlim()[0] < at < axes.get_xlim()[1]:
            axes.annotate(
                _degrees(degree, "EW"),
                (at, bottom),
                xytext=(0, -4),
                textcoords="offset points",
                ha="center",
                va="top",
                fontsize=7,
            )
    for degree in np.arange(np.ceil(min(latitude) / step) * step, max(latitude) + 1e-9, step):
        u, v = back.transform(np.linspace(min(longitude) - 1, max(longitude) + 1, 60), np.full(60, degree))
        axes.plot(u, v, color="#9aa0a6", lw=0.3, zorder=0.5, scalex=False, scaley=False)
        at = float(np.interp(left, u, v))
        if axes.get_ylim()[0] < at < axes.get_ylim()[1]:
            axes.annotate(
                _degrees(degree, "NS"),
                (left, at),
                xytext=(-4, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=7,
                rotation=90,
            )


def _round_step(span: float) -> float:
    for step in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0):
        if span / step <= 6:
            return step
    return 30.0


def _degrees(value: float, letters: str) -> str:
    return f"{abs(value):g}°{letters[0] if value >= 0 else letters[1]}"


def _furniture(axes: Any, grid: Grid, lines: Lines) -> None:  # noqa: ANN401
    """Outlines, scale bar true to the projection, and an arrow to the north at its place."""
    for ring, width in lines:
        axes.plot(ring[:, 0], ring[:, 1], color="#333333", lw=width, zorder=3, scalex=False, scaley=False)
    west, _, east, _ = grid.bounds
    length = _bar_length(east - west)
    box = axes.get_position()
    bar = axes.figure.add_axes((box.x1 + 0.02, box.y0, 0.27, 0.09))
    bar.set_axis_off()
    span = (axes.get_xlim()[1] - axes.get_xlim()[0]) / axes.get_window_extent().width * bar.get_window_extent().width
    bar.set_xlim(0, span)
    bar.set_ylim(0, 1)
    for part in range(4):
        colour = "#222222" if part % 2 == 0 else "white"
        bar.add_patch(
            Rectangle(
                (span * 0.04 + part * length / 4, 0.2),
                length / 4,
                0.14,
                facecolor=colour,
                edgecolor="#222222",
                lw=0.6,
            )
        )
    bar.text(span * 0.04, 0.46, "0", fontsize=7, ha="center")
    label = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
    bar.text(span * 0.04 + length, 0.46, label, fontsize=7, ha="center")
    _north(axes, grid)


def _bar_length(span: float) -> float:
    target = 0.24 * span
    power = 10 ** np.floor(np.log10(target))
    return float(max(step * power for step in (1, 2, 5) if step * power <= target))


def _north(axes: Any, grid: Grid) -> None:  # noqa: ANN401
    west, south, east, north = grid.bounds
    x, y = (west + east) / 2, (south + north) / 2
    longitude, latitude = transformer(grid.crs, pyproj.CRS(4326)).transform(x, y)
    up_x, up_y = transformer(pyproj.CRS(4326), grid.crs).transform(longitude, min(latitude + 0.05, 89.9))
    direction = np.array([up_x - x, up_y - y]) / np.hypot(up_x - x, up_y - y)
    foot = np.array([0.935, 0.89])
    tip = foot + 0.075 * direction
    axes.annotate(
        "",
        xy=tuple(tip),
        xytext=tuple(foot),
        xycoords="axes fraction",
        arrowprops={"arrowstyle": "-|>", "color": "#222222", "lw": 1.2},
        zorder=5,
    )
    axes.annotate(
        "N",
        xy=tuple(foot - 0.03 * direction),
        xycoords="axes fraction",
        ha="center",
        va="center",
        fontsize=8,
        fontweight="bold",
        zorder=5,
    )


def show(axes: Any, layer: NDArray[Any], grid: Grid, **options: Any) -> Any:  # noqa: ANN401
    """Draw a layer of cells in its place."""
    west, south, east, north = grid.bounds
    return axes.imshow(
        layer, extent=(west, east, south, north), origin="upper", interpolation="nearest", zorder=1, **options
    )


def save(figure: Figure, axes: Any, path: Path, grid: Grid, lines: Lines) -> None:  # noqa: ANN401
    """Finish the sheet and write it."""
    figure.canvas.draw()
    _furniture(axes, grid, lines)
    figure.savefig(path)


def legend(figure: Figure, axes: Any, handles: Sequence[Patch], title: str) -> None:  # noqa: ANN401
    """Legend beside the map."""
    box = axes.get_position()
    figure.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(box.x1 + 0.015, box.y1),
        fontsize=8,
        frameon=False,
        title=title,
        title_fontsize=7.5,
        alignment="left",
    )
