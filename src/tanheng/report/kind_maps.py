"""Maps of kinds: quadrants of mismatch, clusters, hot spots of change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.colors import ListedColormap
from matplotlib.patches import Patch

from tanheng.grid import Grid
from tanheng.report.sheet import Lines, frame, legend, save, show

_PALE = "#ecece6"


@dataclass(frozen=True)
class KindTheme:
    """How a variable of kinds is drawn: a colour and a name for each of its kinds, in their order."""

    variable: str
    title: str
    legend: str
    kinds: tuple[tuple[str, str], ...]


THEMES = (
    KindTheme(
        "mismatch_quadrant",
        "Supply and demand against their means",
        "Supply, demand\n(figures: part of the cells)",
        (
            ("#8c6bb1", "high, high"),
            ("#d7301f", "low, high"),
            (_PALE, "low, low"),
            ("#41ab5d", "high, low"),
        ),
    ),
    KindTheme(
        "supply_demand_cluster",
        "Supply among the demand of its neighbours",
        "Supply here, demand around\n(figures: part of the cells)",
        (
            (_PALE, "not significant"),
            ("#d7191c", "high, high"),
            ("#f4a582", "low, high"),
            ("#2c7bb6", "low, low"),
            ("#a6d8b9", "high, low"),
        ),
    ),
    KindTheme(
        "balance_hot_spot",
        "Where change of the balance gathers",
        "Against the mean change\n(figures: part of the cells)",
        ((_PALE, "not significant"), ("#2c7bb6", "better"), ("#d7191c", "worse")),
    ),
)


def draw_kind_maps(folder: Path, dataset: xr.Dataset, grid: Grid, lines: Lines, note: str) -> Iterator[Path]:
    """Draw every variable of kinds, year by year or period by period; yields the files."""
    for theme in THEMES:
        if theme.variable not in dataset:
            continue
        array = dataset[theme.variable]
        dim = "year" if "year" in array.dims else "period"
        for when in array[dim].values:
            layer = array.sel({dim: when}).transpose("y", "x")
            if bool(np.isfinite(layer).any()):
                path = folder / f"{theme.variable}_{when}.png"
                _draw(path, layer, theme, f"{theme.title}, {str(when).replace('-', '–')}", grid, lines, note)
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
