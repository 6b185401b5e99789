"""Draw the distributions of a run's maps with their class breaks: ``python tools/draw_breaks.py RESULTS... -o breaks.png``."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tanheng.io.results.store import read_dataset
from tanheng.language import name_of, tr
from tanheng.report.style.breaks import breaks_for, classes_of
from tanheng.report.style.palettes import graded_colours
from tanheng.report.style.themes import per_hectare, themes

Values = NDArray[np.float64]


def distributions(results: Path) -> Iterator[tuple[str, Values, str, bool]]:
    """Title, known values, palette, and whether the map diverges, of each map of a run and of its drivers and population."""
    dataset = read_dataset(results / "results.zarr")
    for theme in themes(dataset):
        values = per_hectare(dataset, theme, float(dataset["cell_area"]) if "cell_area" in dataset else 100.0)
        yield tr(theme.title), known(values), theme.palette, theme.diverging
    for name in dataset.data_vars:
        if str(name).startswith("driver_") or name == "population":
            yield name_of(str(name).removeprefix("driver_")), known(dataset[name]), "YlOrRd", False


def known(array: xr.DataArray) -> Values:
    """Values that are known."""
    values = np.asarray(array.values, np.float64).ravel()
    return values[np.isfinite(values)]


def draw(axes: Axes, title: str, values: Values, palette: str, *, diverging: bool) -> None:
    """Histogram of the values in the colours of their classes, with the breaks as lines and their figures."""
    breaks = breaks_for(values, diverging=diverging)
    colours = graded_colours(palette, breaks, diverging=diverging)
    scale = float(np.quantile(np.abs(values[values != 0]), 0.5)) if (values != 0).any() else 1.0
    edges = np.unique(np.arcsinh(np.concatenate([np.linspace(values.min(), values.max(), 200), breaks]) / scale))
    edges = np.unique(np.concatenate([np.linspace(edges[0], edges[-1], 160), np.arcsinh(np.array(breaks) / scale)]))
    counts, _ = np.histogram(np.arcsinh(values / scale), edges)
    middles = np.sinh((edges[:-1] + edges[1:]) / 2) * scale
    ranks = classes_of(middles, breaks)
    axes.bar(edges[:-1], counts, np.diff(edges), align="edge", color=[colours[rank] for rank in ranks])
    for value in breaks:
        axes.axvline(np.arcsinh(value / scale), color="#444444", lw=0.6)
    filled = np.bincount(classes_of(values, breaks), minlength=len(colours))
    axes.set_xticks(np.arcsinh(np.array(breaks) / scale), [f"{value:.4g}" for value in breaks], rotation=90, fontsize=6)
    axes.set_yscale("symlog")
    axes.tick_params(axis="y", labelsize=6)
    shares = ", ".join(f"{100 * share:.2g}" for share in filled / filled.sum())
    axes.set_title(f"{title}\n% of cells: {shares}", fontsize=7)


def main() -> None:
    """Draw what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", nargs="+", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=Path("breaks.png"))
    parser.add_argument("--most", type=int, default=10)
    given = parser.parse_args()
    items = [item for folder in given.results for item in distributions(folder)][: given.most]
    rows = -(-len(items) // 2)
    figure = Figure(figsize=(11, 2.3 * rows), dpi=130, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    for axes, (title, values, palette, diverging) in zip(
        figure.subplots(rows, 2, squeeze=False).ravel(), items, strict=False
    ):
        draw(axes, title, values, palette, diverging=diverging)
    figure.savefig(given.output)


if __name__ == "__main__":
    main()
