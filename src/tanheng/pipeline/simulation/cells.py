"""Land on the cells' shares as maps that can be simulated: counted on the grid, in parts of each cell, as files that go with the study's inputs."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np

from tanheng.factors.legends import Legend
from tanheng.grid import Grid
from tanheng.inputs.land_maps import LandInputs, land_maps
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.land_use import write_parts
from tanheng.io.rasters import open_raster
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.land.series import LandSeries
from tanheng.language import tr
from tanheng.simulation.parts_of_cells import laid_out, part_counts
from tanheng.stages.land.counting import Counting, count_series

#: Parts along the side of a cell, and of a cell of a grid with more cells than this: a part is then a hundredth or a twenty-fifth of a cell.
_SIDE, _COARSE_SIDE, _MANY_CELLS = 10, 5, 4_000_000


def parts_along(grid: Grid) -> int:
    """Parts along the side of a cell."""
    return _SIDE if grid.size <= _MANY_CELLS else _COARSE_SIDE


def on_cells(inputs: Inputs) -> Inputs:
    """Inputs of a study whose land maps are those of the parts of its cells, in files that are removed once nothing uses them.

    Raises
    ------
    StudyError
        A map has codes that the legend lacks, or no data in the region.
    """
    folder = Path(tempfile.mkdtemp(prefix="tanheng-cells-"))
    try:
        series = count_series(replace(inputs.land, pairs=()), Counting(folder / ".blocks"))
        land = _parts_of(inputs.land, series, folder, inputs.study.simulate.seed if inputs.study.simulate else 1)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(land.maps[-1].source, shutil.rmtree, folder, ignore_errors=True)
    cover = inputs.study.land_cover.model_copy(update={"codes": {}})
    return replace(inputs, land=land, study=inputs.study.model_copy(update={"land_cover": cover}))


def _parts_of(land: LandInputs, series: LandSeries, folder: Path, seed: int) -> LandInputs:
    """Land maps of the parts of the cells, by year; class k has code k + 1."""
    side = parts_along(series.grid)
    counts = part_counts([series.share(year) for year in series.years], side)
    paths = [folder / f"cells_{year}.tif" for year in series.years]
    # A row of cells of every date at a time; code 0 is no data.
    rows = ([(one.astype(np.int16) + 1).astype(np.uint8) for one in dates] for dates in laid_out(counts, side, seed))
    write_parts(paths, rows, _pixels(series.grid, side))
    legend = Legend(tr("parts of cells"), {0: None, **{k + 1: name for k, name in enumerate(land.classes)}})
    rasters = {year: open_raster(str(path)) for year, path in zip(series.years, paths, strict=True)}
    return replace(land, maps=land_maps(legend, land.classes, rasters), legend=legend, pairs=())


def _pixels(grid: Grid, side: int) -> PixelGrid:
    part = grid.resolution / side
    affine = (part, 0.0, grid.west, 0.0, -part, grid.north)
    return PixelGrid(grid.crs_wkt, affine, grid.columns * side, grid.rows * side)


def cells_note(grid: Grid) -> str:
    """What a reader must know of land that is simulated on the cells' shares."""
    side = parts_along(grid)
    return tr(
        "simulation on the cells' shares: each cell is divided into {side} x {side} parts that lie in it at random, so change both ways within a "
        "cell cancels, windows and blocks are counted in parts of {part:g} m, and scores in blocks below {side} parts say nothing",
        side=side,
        part=grid.resolution / side,
    )
