"""Maps as PNG: land use, supply, demand, balance and their patterns, year by year, with one legend over the years."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.colors import BoundaryNorm, ListedColormap
from matplotlib.patches import Patch
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.report.fonts import font_families
from tanheng.report.kind_maps import draw_kind_maps
from tanheng.report.palettes import class_colours
from tanheng.report.sheet import Lines, Outlines, frame, legend, outline_lines, save, show
from tanheng.report.themes import Theme, class_labels, per_hectare, theme_breaks, themes, title_of


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
    lines = outline_lines(outlines, grid)
    written = []
    with mpl.rc_context({"font.family": font_families(), "axes.unicode_minus": True}):
        for year in dataset["year"].values:
            path = folder / f"land_use_{int(year)}.png"
            _land_use(path, dataset["land_share"].sel(year=year), grid, lines, int(year), note)
            written.append(path)
        for theme in themes(dataset):
            array = per_hectare(dataset, theme, grid.cell_area_ha)
            breaks = theme_breaks(theme, array)
            for year in array["year"].values:
                layer = np.asarray(array.sel(year=year).transpose("y", "x").values)
                if np.isfinite(layer).any():
                    path = folder / f"{theme.name}_{int(year)}.png"
                    _graded(path, layer, theme, breaks, grid, lines, int(year), note)
                    written.append(path)
        written += draw_kind_maps(folder, dataset, grid, lines, note)
    return written


def _land_use(path: Path, share: xr.DataArray, grid: Grid, lines: Lines, year: int, note: str) -> None:
    """Map of the class that holds the largest part of each cell."""
    classes = [str(name) for name in share["land_class"].values]
    colours = class_colours(classes)
    values = np.asarray(share.transpose("land_class", "y", "x").values)
    known = np.isfinite(values[0])
    largest = np.where(known, np.nan_to_num(values).argmax(axis=0), -1)
    figure, axes = frame(grid, f"Land use, {year}", note)
    show(
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
    legend(figure, axes, handles[:24], "Largest class of the cell\n(figures: part of the area)")
    save(figure, axes, path, grid, lines)


def _graded(
    path: Path,
    layer: NDArray[Any],
    theme: Theme,
    breaks: list[float],
    grid: Grid,
    lines: Lines,
    year: int,
    note: str,
) -> None:
    """Map of a quantity in classes."""
    colours = theme.colours(breaks)
    figure, axes = frame(grid, title_of(theme.title, year), note)
    norm = BoundaryNorm(breaks, len(breaks) - 1)
    show(axes, np.ma.masked_invalid(layer), grid, cmap=ListedColormap(colours), norm=norm)
    handles = [
        Patch(facecolor=colour, edgecolor="#666666", lw=0.4, label=label)
        for colour, label in zip(colours, class_labels(breaks), strict=True)
    ]
    legend(figure, axes, handles[::-1], theme.units)
    save(figure, axes, path, grid, lines)
