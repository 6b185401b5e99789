"""Figure of merit on Plum Island, held out: the table and the picture of docs/simulation.md.

    python examples/plum_island.py FOLDER [PICTURE]

FOLDER holds land_use_1985.tif, land_use_1991.tif, land_use_1999.tif, elevation.tif, slope.tif, distance_to_built.tif: the data set `pie` of the R
package lulcc (GPL), as GeoTIFF. They are no part of tanheng.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from tanheng.pipeline.simulation.maps import SimulationRequest, simulate_maps
from tanheng.study.simulate import Simulate

YEARS = (1985, 1991, 1999)


def scores(folder: Path) -> pd.DataFrame:
    """Figure of merit by model and side of the blocks."""
    maps = tuple(str(folder / f"land_use_{year}.tif") for year in YEARS)
    drivers = tuple(str(folder / f"{name}.tif") for name in ("elevation", "slope", "distance_to_built"))
    settings = Simulate(to=(2007,), draws=20, mode="patches", scenarios=False)
    with tempfile.TemporaryDirectory() as work:
        found = simulate_maps(SimulationRequest(maps, YEARS, settings, drivers=drivers), Path(work) / "plum")
    table = found.tables["validation"]
    return table.pivot_table(index="model", columns="resolution_cells", values="figure_of_merit", sort=False)


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw the scores."""
    figure = Figure(figsize=(6.4, 4.0), dpi=110, layout="constrained")
    axes = figure.add_subplot()
    for model, row in table.drop(index="no change").iterrows():
        axes.plot(row.index, row, marker="o", ms=4, label=model, ls="--" if model == "random" else "-")
    axes.set_xscale("log", base=2)
    axes.set_xticks(table.columns, [str(side) for side in table.columns])
    axes.set_xlabel("side of the blocks, cells of 100 m")
    axes.set_ylabel("figure of merit")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(color="#dddddd", lw=0.5)
    axes.legend(frameon=False)
    figure.savefig(path)


if __name__ == "__main__":
    found = scores(Path(sys.argv[1]))
    for name, row in found.iterrows():
        print(f"| {name} |", " | ".join(f"{value:.3f}" for value in row), "|")
    if len(sys.argv) > 2:
        draw(found, Path(sys.argv[2]))
