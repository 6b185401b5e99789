"""Maps of what differs between two runs of the same cells: the second minus the first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from tanheng.errors import InputError
from tanheng.grid import Grid
from tanheng.io.results.geopackage import read_outlines
from tanheng.io.results.store import read_dataset
from tanheng.language import tr
from tanheng.pipeline.comparison.runs import Comparison, Run
from tanheng.pipeline.output.gis import ZONES_FILE
from tanheng.plain_files import written
from tanheng.report.cartography.backdrop import Outline, backdrop
from tanheng.report.cartography.drawing.press import press
from tanheng.report.cartography.pictures import difference_picture
from tanheng.report.cartography.sheet import Desk
from tanheng.report.style.breaks import ALIKE
from tanheng.report.style.coarse import drawn_from
from tanheng.report.style.themes import Theme, per_hectare, themes, time_of


@dataclass(frozen=True)
class DifferenceMaps:
    """Maps that were drawn, with their titles, and why there are none where there are none."""

    maps: tuple[tuple[str, Path], ...]
    reason: str = ""


def draw_difference_maps(folder: Path, comparison: Comparison) -> DifferenceMaps:
    """Draw what differs between the maps of two runs in the last year, or over the longest period, that both have.

    Raises
    ------
    InputError
        A store of grids is damaged.
    OutputError
        A map can't be written.
    """
    for old in folder.glob("*.png"):  # of an earlier comparison
        old.unlink()
    grids = [_grid_of(run) for run in comparison.runs]
    if None in grids:
        return DifferenceMaps((), tr("no difference maps: the grids of a run are absent"))
    if grids[0] != grids[1]:
        return DifferenceMaps((), tr("no difference maps: the two runs have different cells"))
    grid = grids[0]
    assert grid is not None  # noqa: S101  compared above
    drawn = [drawn_from(read_dataset(run.folder / "results.zarr"), grid) for run in comparison.runs]
    first, second = drawn[0].dataset, drawn[1].dataset
    if first.attrs.get("balance_mode") != second.attrs.get("balance_mode"):
        return DifferenceMaps((), tr("no difference maps: the two runs have different modes of the balance"))
    differences = list(_differences(first, second, drawn[0].cell.cell_area_ha))
    if not differences:
        return DifferenceMaps((), tr("no difference maps: the maps of both runs are the same"))
    with written(folder):
        folder.mkdir(exist_ok=True)
    made = []
    with press(folder) as printer:
        desk = Desk(backdrop(drawn[0].grid, _outlines(comparison.runs[0])))
        for theme, when, difference in differences:
            picture = difference_picture(difference, theme, when)
            made.append((picture.title, printer.write(desk.sheet(picture), picture.name)))
    return DifferenceMaps(tuple(made))


def _grid_of(run: Run) -> Grid | None:
    """Grid of a run; none where its grids are absent."""
    if not (run.folder / "results.zarr").exists():
        return None
    held, dataset = run.record["grid"], read_dataset(run.folder / "results.zarr")
    side = float(held["resolution_m"])
    west, north = float(dataset["x"][0]) - side / 2, float(dataset["y"][0]) + side / 2
    return Grid(held["crs_wkt"], west, north, side, int(held["rows"]), int(held["columns"]))


def _outlines(run: Run) -> dict[str, Outline]:
    """Outlines of the zones of a run; none where its file of zones is absent or damaged, for the maps can do without."""
    path = run.folder / ZONES_FILE
    if not path.exists():
        return {}
    try:
        return {name: Outline(shapes, crs) for name, (shapes, crs) in read_outlines(path).items()}
    except InputError:
        return {}


def _differences(
    first: xr.Dataset, second: xr.Dataset, cell_area_ha: float
) -> Iterator[tuple[Theme, str, xr.DataArray]]:
    """Themes of both runs whose maps differ, with the year or period and the difference."""
    for theme in themes(first):
        if theme.variable not in second or not theme.comparable:
            continue
        one, other = (per_hectare(dataset, theme, cell_area_ha) for dataset in (first, second))
        dim = time_of(one)
        both = [when for when in one[dim].values if when in other[dim].values]
        if not both:
            continue
        layers = [array.sel({dim: both[-1]}, drop=True).compute() for array in (one, other)]
        difference = layers[1].copy(data=layers[1].values - layers[0].values)
        size = float(np.nanmax(np.abs(layers[0].values), initial=0.0))
        if np.nanmax(np.abs(difference.values), initial=0.0) > ALIKE * size:
            yield theme, str(both[-1]), difference
