"""Maps of kinds: quadrants of mismatch, clusters, hot spots of change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from tanheng.grid import Grid
from tanheng.report.sheet import Lines, frame, legend, save, show
from tanheng.report.themes import KindTheme, kind_themes, title_of


def draw_kind_maps(folder: Path, dataset: xr.Dataset, grid: Grid, lines: Lines, note: str) -> Iterator[Path]:
    """Draw every variable of kinds, year by year or period by period; yields the files."""
    for theme in kind_themes(dataset):
        array = dataset[theme.variable]
        dim = "year" if "year" in array.dims else "period"
        for when in array[dim].values:
            layer = array.sel({dim: when}).transpose("y", "x")
            if bool(np.isfinite(layer).any()):
                path = folder / f"{theme.variable}_{when}.png"
                _draw(path, layer, theme, title_of(theme.title, when), grid, lines, note)
                yield path


def _draw(path: Path, layer: xr.DataArray, theme: KindTheme, title: str, grid: Grid, lines: Lines, note: str) -> None:
    values = np.asarray(layer.values, float)
    known = np.isfinite(values)
    colours = [colour for colour, _ in theme.kinds]
    figure, axes = frame(grid, title, note)
    image = np.ma.masked_invalid(values)
    show(axes, image, grid, cmap=ListedColormap(colours), vmin=-0.5, vmax=len(colours) - 0.5)
    handles = [
        Patch(
            facecolor=colour,
            edgecolor="#666666",
            lw=0.4,
            label=f"{name}  {100 * (values[known] == number).mean():.3g} %",
        )
        for number, (colour, name) in enumerate(theme.kinds)
    ]
    legend(figure, axes, handles, theme.legend)
    save(figure, axes, path, grid, lines)
