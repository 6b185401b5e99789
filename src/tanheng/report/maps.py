"""Maps as PNG: land use, supply, demand, balance and their patterns, year by year, with one legend over the years."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.colors import BoundaryNorm, ListedColormap, to_hex
from matplotlib.patches import Patch
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.report.breaks import diverging_breaks, quantile_breaks
from tanheng.report.fonts import font_families
from tanheng.report.kind_maps import draw_kind_maps
from tanheng.report.sheet import Lines, Outlines, frame, legend, outline_lines, save, show

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
        Theme("demand", "Carbon emissions allotted to cells (demand)", "YlOrRd", flow),
        Theme("balance", title, "RdYlBu", stock if mode == "stock" else flow, diverging=True),
    ]
    wanted += [
        Theme(
            "balance_half_width",
            "Half of the 95 % interval of the balance",
            "PuBuGn",
            stock if mode == "stock" else flow,
        ),
        Theme("demand_difference", "Demand by another weight, minus demand", "PuOr", flow, diverging=True),
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
    lines = outline_lines(outlines, grid)
    written = []
    with mpl.rc_context({"font.family": font_families(), "axes.unicode_minus": True}):
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
        written += draw_kind_maps(folder, dataset, grid, lines, note)
    return written


def _land_use(path: Path, share: xr.DataArray, grid: Grid, lines: Lines, year: int, note: str) -> None:
    """Map of the class that holds the largest part of each cell."""
    classes = [str(name) for name in share["land_class"].values]
    spare = cycle(to_hex(mpl.colormaps[name](rank)) for name in ("tab20", "tab20b", "tab20c") for rank in range(20))
    colours = [CLASS_COLOURS.get(name) or next(spare) for name in classes]
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
    colours = _colours(theme, breaks)
    figure, axes = frame(grid, f"{theme.title}, {year}", note)
    norm = BoundaryNorm(breaks, len(breaks) - 1)
    show(axes, np.ma.masked_invalid(layer), grid, cmap=ListedColormap(colours), norm=norm)
    handles = [
        Patch(facecolor=colour, edgecolor="#666666", lw=0.4, label=f"{_figure(low)} to {_figure(high)}")
        for colour, low, high in zip(colours, breaks[:-1], breaks[1:], strict=True)
    ]
    legend(figure, axes, handles[::-1], theme.units)
    save(figure, axes, path, grid, lines)


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
