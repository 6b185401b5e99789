"""Maps and charts of a plan: conversions, land use after it, zones of management, and the front of two goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import ListedColormap, to_hex
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.report.palettes import CLASS_COLOURS
from tanheng.report.sheet import Lines, frame, legend, save, show

_ZONES = ("#2f7d4a", "#8c6bb1", "#a6cf6e", "#f0a04b", "#4a90c8", "#b9a892", "#c8453b", "#777777")
_CONVERSIONS = ("#1b7837", "#d95f02", "#7570b3", "#e7298a", "#1f78b4", "#a6761d", "#666666", "#e6ab02")
_LAND = "#e9e9e2"

TITLES = {
    "compensation": "Compensation between units",
    "conversion": "What the plan converts",
    "land_use_plan": "Land use of the plan",
    "zoning": "Zones of management",
}


def draw_plan_maps(
    folder: Path,
    grid: Grid,
    lines: Lines,
    layers: Mapping[str, NDArray[np.float64]],
    kinds: Mapping[str, tuple[str, ...]],
    note: str,
) -> list[Path]:
    """Draw every layer of kinds as ``NAME.png``; returns the files."""
    known = np.isfinite(layers["land_use_plan"])
    written = []
    for name, layer in layers.items():
        path = folder / f"{name}.png"
        title = TITLES.get(name, name.replace("scenario_", "Land use, scenario: ").replace("_", " "))
        _draw(path, layer, known, kinds[name], name, title, grid, lines, note)
        written.append(path)
    return written


def _draw(
    path: Path,
    layer: NDArray[np.float64],
    known: NDArray[np.bool_],
    kinds: tuple[str, ...],
    name: str,
    title: str,
    grid: Grid,
    lines: Lines,
    note: str,
) -> None:
    present = [int(value) for value in np.unique(layer[np.isfinite(layer)])]
    colours = _colours(name, kinds, present)
    figure, axes = frame(grid, title, note)
    if name == "conversion":
        show(axes, np.ma.masked_where(~known, np.zeros(known.shape)), grid, cmap=ListedColormap([_LAND]))
    order = np.full(len(kinds), -1)
    order[present] = np.arange(len(present))
    shown = np.where(np.isfinite(layer), order[np.nan_to_num(layer).astype(int)], -1)
    if present:
        palette = ListedColormap([colours[value] for value in present])
        show(axes, np.ma.masked_less(shown, 0), grid, cmap=palette, vmin=-0.5, vmax=len(present) - 0.5)
    cells = int(known.sum())
    handles = [
        Patch(
            facecolor=colours[value],
            edgecolor="#666666",
            lw=0.4,
            label=_label(kinds[value], int((layer == value).sum()), cells),
        )
        for value in present
    ]
    if name == "conversion":
        handles.append(Patch(facecolor=_LAND, edgecolor="#666666", lw=0.4, label="stays as it is"))
    legend(figure, axes, handles[:24], "Largest part of the cell\n(figures: part of the cells)")
    save(figure, axes, path, grid, lines)


def draw_arrows(
    path: Path,
    grid: Grid,
    lines: Lines,
    known: NDArray[np.bool_],
    arrows: Sequence[tuple[float, float, float, float, float]],
    note: str,
) -> Path:
    """Draw amounts between units as arrows from middle to middle, wider for more."""
    figure, axes = frame(grid, TITLES["compensation"], note)
    show(axes, np.ma.masked_where(~known, np.zeros(known.shape)), grid, cmap=ListedColormap([_LAND]))
    most = max(amount for *_, amount in arrows)
    for x0, y0, x1, y1, amount in sorted(arrows, key=lambda arrow: arrow[-1]):
        style = {"arrowstyle": "-|>", "color": "#2f7d4a", "alpha": 0.85, "lw": 0.5 + 3.0 * amount / most}
        axes.annotate(
            "", xy=(x1, y1), xytext=(x0, y0), arrowprops={**style, "connectionstyle": "arc3,rad=0.12"}, zorder=4
        )
    handles = [
        Patch(facecolor="#2f7d4a", label=f"{len(arrows)} flows, the largest\n{most:,.0f} t C a year"),
        Patch(facecolor=_LAND, edgecolor="#666666", lw=0.4, label="region"),
    ]
    legend(figure, axes, handles, "From surplus to deficit\n(bookkeeping, no flow of carbon)")
    save(figure, axes, path, grid, lines)
    return path


def _label(kind: str, count: int, cells: int) -> str:
    short = (
        kind if len(kind) <= 19 else kind.replace(" to ", "\nto ").replace(" ", "\n", 1 if "\nto " not in kind else 0)
    )
    return f"{short}  {100 * count / cells:.3g} %"


def _colours(name: str, kinds: tuple[str, ...], present: list[int]) -> dict[int, str]:
    if name == "conversion":
        return dict(zip(present, cycle(_CONVERSIONS), strict=False))
    if name == "zoning":
        return dict(zip(range(len(kinds)), cycle(_ZONES), strict=False))
    spare = cycle(to_hex(mpl.colormaps["tab20"](rank)) for rank in range(20))
    return {number: CLASS_COLOURS.get(kind) or next(spare) for number, kind in enumerate(kinds)}


def draw_front(path: Path, table: pd.DataFrame) -> Path:
    """Draw the front of two goals."""
    other = str(table.columns[0])
    figure = Figure(figsize=(6.4, 4.2), dpi=160, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    power = 3 * int(np.log10(max(float(table[other].abs().max()), 1.0)) // 3)
    scale = f", 10{str(power).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}" if power else ""
    axes.plot(table[other] / 10.0**power, table["gain"] / 1e6, color="#2f7d4a", marker="o", ms=4, lw=1.4)
    axes.set_xlabel(other.replace("_", " ") + scale)
    axes.set_ylabel("gain, 10⁶ (t C where only carbon counts)")
    axes.set_title("What one goal costs the other: each point is the best at its level", fontsize=10)
    axes.grid(color="#dddddd", lw=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    return path


def draw_scenarios(path: Path, table: pd.DataFrame) -> Path:
    """Draw the stored carbon of the scenarios against today."""
    rows = table[table["scenario"] != "today"]
    figure = Figure(figsize=(6.4, 0.9 + 0.55 * len(rows)), dpi=160, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    values = rows["change_t_c"].to_numpy() / 1e6
    colours = ["#2f7d4a" if value >= 0 else "#c8453b" for value in values]
    places = np.arange(len(rows))[::-1]
    axes.barh(places, values, color=colours, height=0.6)
    axes.set_yticks(places, rows["scenario"])
    axes.axvline(0, color="#333333", lw=0.8)
    for place, value in zip(places, values, strict=True):
        axes.annotate(f"{value:+.2f}".replace("-", "−"), (value, place), xytext=(4 if value >= 0 else -4, 0),
                      textcoords="offset points", va="center", ha="left" if value >= 0 else "right", fontsize=8)  # fmt: skip
    axes.margins(x=0.15)
    axes.set_xlabel("change of stored carbon against today, Mt C (a stock)")
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)
    return path
