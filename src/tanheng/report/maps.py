"""Maps as PNG: land use, supply, demand and balance of each year, with one legend over the years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyproj
import shapely
import xarray as xr
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import BoundaryNorm, ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from numpy.typing import NDArray

from tanheng.grid import Grid, project, transformer
from tanheng.report.breaks import diverging_breaks, quantile_breaks

Outlines = Mapping[str, tuple[Sequence[shapely.Geometry], pyproj.CRS]]

#: Conventional colours of the six classes; further classes take what is left of a qualitative palette.
CLASS_COLOURS = {
    "cropland": "#f3d36b",
    "forest": "#2f7d4a",
    "grassland": "#a6cf6e",
    "water": "#4a90c8",
    "built-up": "#c8453b",
    "unused": "#b9a892",
}


@dataclass(frozen=True)
class Theme:
    """How one variable is drawn."""

    variable: str
    title: str
    palette: str
    units: str
    diverging: bool = False


def themes(dataset: xr.Dataset) -> list[Theme]:
    """Themes that the dataset has variables for."""
    mode = dataset.attrs.get("balance_mode", "stock")
    stock, flow = "t C per ha", "t C per ha and year"
    supply = Theme("carbon_stock", "Carbon storage (supply, a stock)", "YlGn", stock)
    if mode != "stock":
        supply = Theme("supply", "Carbon supply (a yearly flow)", "BrBG", flow, diverging=True)
    title = "Balance: storage minus one year of emissions" if mode == "stock" else "Balance: supply minus emissions"
    wanted = [
        supply,
        Theme("demand", "Carbon emissions allocated by population (demand)", "YlOrRd", flow),
        Theme("balance", title, "RdYlBu", stock if mode == "stock" else flow, diverging=True),
    ]
    return [theme for theme in wanted if theme.variable in dataset]


def draw_maps(folder: Path, dataset: xr.Dataset, grid: Grid, outlines: Outlines, note: str = "") -> list[Path]:
    """Draw every theme and year as ``THEME_YEAR.png``; returns the files. Amounts are shown per hectare of the region.

    Parameters
    ----------
    dataset : xarray.Dataset
        As a run makes it.
    outlines : mapping
        Polygons and their CRS by layer; all are drawn as thin lines, the first one bolder.
    note : str
        Printed under each map, for what a reader must know of the data.
    """
    lines = _lines(outlines, grid)
    written = []
    with mpl.rc_context({"font.family": ["DejaVu Sans", *_chinese_fonts()], "axes.unicode_minus": True}):
        for year in dataset["year"].values:
            path = folder / f"land_use_{int(year)}.png"
            _land_use(path, dataset["land_share"].sel(year=year), grid, lines, int(year), note)
            written.append(path)
        fraction = dataset["region_fraction"]
        hectares = (fraction * grid.cell_area_ha).where(fraction > 0)
        for theme in themes(dataset):
            array = dataset[theme.variable] / hectares
            values = np.asarray(array.values, float)
            breaks = diverging_breaks(values) if theme.diverging else quantile_breaks(values)
            for year in array["year"].values:
                layer = np.asarray(array.sel(year=year).transpose("y", "x").values)
                if np.isfinite(layer).any():
                    name = "supply" if theme.variable == "carbon_stock" else theme.variable
                    path = folder / f"{name}_{int(year)}.png"
                    _graded(path, layer, theme, breaks, grid, lines, int(year), note)
                    written.append(path)
    return written


#: Fonts with Chinese characters that systems and office packages bring along.
_WITH_CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "Heiti SC", "STHeiti",
    "Hiragino Sans GB", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Arial Unicode MS", "SimSun", "Songti SC",
)  # fmt: skip


def _chinese_fonts() -> list[str]:
    """Installed font with Chinese characters, for names of classes; none where there is none."""
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return [name for name in _WITH_CHINESE if name in installed][:1]


def _lines(outlines: Outlines, grid: Grid) -> list[tuple[NDArray[Any], float]]:
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


def _frame(grid: Grid, title: str, note: str) -> tuple[Figure, Any]:
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


def _furniture(axes: Any, grid: Grid, lines: list[tuple[NDArray[Any], float]]) -> None:  # noqa: ANN401
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


def _show(axes: Any, layer: NDArray[Any], grid: Grid, **options: Any) -> Any:  # noqa: ANN401
    west, south, east, north = grid.bounds
    return axes.imshow(
        layer, extent=(west, east, south, north), origin="upper", interpolation="nearest", zorder=1, **options
    )


def _save(figure: Figure, axes: Any, path: Path, grid: Grid, lines: list[tuple[NDArray[Any], float]]) -> None:  # noqa: ANN401
    figure.canvas.draw()
    _furniture(axes, grid, lines)
    figure.savefig(path)


def _land_use(
    path: Path, share: xr.DataArray, grid: Grid, lines: list[tuple[NDArray[Any], float]], year: int, note: str
) -> None:
    """Map of the class that holds the largest part of each cell."""
    classes = [str(name) for name in share["land_class"].values]
    spare = cycle(to_hex(mpl.colormaps[name](rank)) for name in ("tab20", "tab20b", "tab20c") for rank in range(20))
    colours = [CLASS_COLOURS.get(name) or next(spare) for name in classes]
    values = np.asarray(share.transpose("land_class", "y", "x").values)
    known = np.isfinite(values[0])
    largest = np.where(known, np.nan_to_num(values).argmax(axis=0), -1)
    figure, axes = _frame(grid, f"Land use, {year}", note)
    _show(
        axes,
        np.ma.masked_less(largest, 0),
        grid,
        cmap=ListedColormap(colours),
        vmin=-0.5,
        vmax=len(classes) - 0.5,
    )
    totals = np.nansum(values, axis=(1, 2))
    handles = [
        Patch(facecolor=colour, edgecolor="#666666", lw=0.4, label=f"{name}  {100 * total / totals.sum():.3g} %")
        for name, colour, total in zip(classes, colours, totals, strict=True)
    ]
    box = axes.get_position()
    figure.legend(
        handles=handles[:24],
        loc="upper left",
        bbox_to_anchor=(box.x1 + 0.015, box.y1),
        fontsize=8,
        frameon=False,
        title="Largest class of the cell\n(figures: part of the area)",
        title_fontsize=7.5,
        alignment="left",
    )
    _save(figure, axes, path, grid, lines)


def _graded(
    path: Path,
    layer: NDArray[Any],
    theme: Theme,
    breaks: list[float],
    grid: Grid,
    lines: list[tuple[NDArray[Any], float]],
    year: int,
    note: str,
) -> None:
    """Map of a quantity in classes."""
    colours = _colours(theme, breaks)
    figure, axes = _frame(grid, f"{theme.title}, {year}", note)
    norm = BoundaryNorm(breaks, len(breaks) - 1)
    _show(axes, np.ma.masked_invalid(layer), grid, cmap=ListedColormap(colours), norm=norm)
    handles = [
        Patch(facecolor=colour, edgecolor="#666666", lw=0.4, label=f"{_figure(low)} to {_figure(high)}")
        for colour, low, high in zip(colours, breaks[:-1], breaks[1:], strict=True)
    ]
    box = axes.get_position()
    figure.legend(
        handles=handles[::-1],
        loc="upper left",
        bbox_to_anchor=(box.x1 + 0.015, box.y1),
        fontsize=8,
        frameon=False,
        title=theme.units,
        title_fontsize=7.5,
        alignment="left",
    )
    _save(figure, axes, path, grid, lines)


def _colours(theme: Theme, breaks: list[float]) -> list[Any]:
    palette = mpl.colormaps[theme.palette]
    number = len(breaks) - 1
    if not theme.diverging:
        return [palette(0.08 + 0.9 * (rank + 0.5) / number) for rank in range(number)]
    below = sum(1 for value in breaks[:-1] if value < 0)
    above = number - below
    left = [palette(0.05 + 0.4 * rank / max(below, 1)) for rank in range(below)]
    right = [palette(0.95 - 0.4 * rank / max(above, 1)) for rank in range(above)][::-1]
    return [*left, *right]


def _figure(value: float) -> str:
    return f"{value:.3g}".replace("-", "−") if abs(value) < 1e5 else f"{value:,.0f}".replace("-", "−")
