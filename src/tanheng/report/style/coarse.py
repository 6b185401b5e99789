"""What pictures are drawn from: the cells, or means over blocks of them where a picture has fewer pixels than the grid has cells."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.analysis.kernels.blocks import block_kinds, means_of_blocks
from tanheng.grid import Grid
from tanheng.report.style.themes import kind_themes, themes

#: Most cells of the region that a picture is drawn from; more are finer than print or screen show.
MOST_DRAWN = 1_000_000

#: Variables that pictures need besides those of their themes.
_ALWAYS = {"region_fraction", "land_share"}

#: Rows that are averaged at once.
_ROWS = 512


@dataclass(frozen=True)
class Drawn:
    """What pictures are drawn from.

    Attributes
    ----------
    dataset : xarray.Dataset
        As a run makes it; amounts are means of the cells of a block.
    grid : Grid
        Of the blocks.
    cell : Grid
        Of the cells.
    factor : int
        Cells along the side of a block.
    """

    dataset: xr.Dataset
    grid: Grid
    cell: Grid
    factor: int


def drawn_from(dataset: xr.Dataset, grid: Grid, most: int = MOST_DRAWN) -> Drawn:
    """The dataset of a run as pictures need it: as it is, or in square blocks of cells that number `most` at most.

    An amount is the mean of the cells of a block that know it, a kind the commonest one.
    """
    known = int((dataset["region_fraction"] > 0).sum())
    factor = max(1, math.ceil(math.sqrt(known / most)))
    if factor == 1:
        return Drawn(dataset, grid, grid, 1)
    rows, columns = (math.ceil(side / factor) for side in grid.shape)
    blocks = replace(grid, resolution=grid.resolution * factor, rows=rows, columns=columns)
    inside = np.ascontiguousarray(dataset["region_fraction"].values > 0)
    shown = {theme.variable for theme in themes(dataset)} | {theme.variable for theme in kind_themes(dataset)} | _ALWAYS
    variables = {
        str(name): _coarse(dataset[name], inside, factor, blocks) for name in dataset.data_vars if name in shown
    }
    return Drawn(xr.Dataset(variables, attrs=dataset.attrs), blocks, grid, factor)


def _coarse(array: xr.DataArray, inside: NDArray[np.bool_], factor: int, blocks: Grid) -> xr.DataArray:
    """A variable in blocks, 32-bit."""
    array = array.transpose(..., "y", "x")
    dims = array.dims[:-2]
    kinds = len(array.attrs.get("flag_values", ()))
    values = np.empty((*array.shape[:-2], *blocks.shape), np.float32)
    step = factor * max(1, _ROWS // factor)
    for at in np.ndindex(*array.shape[:-2]):
        layer = array.isel(dict(zip(dims, at, strict=True)))
        for start in range(0, array.sizes["y"], step):
            cells = layer.isel(y=slice(start, start + step)).values.astype(np.float32)
            made = _commonest if kinds else _mean
            coarse = made(cells, inside[start : start + step], factor, kinds)
            values[at][start // factor : start // factor + len(coarse)] = coarse
    coords = {**{str(dim): array[dim].values for dim in dims}, "y": blocks.y, "x": blocks.x}
    return xr.DataArray(values, dims=array.dims, coords=coords, attrs=array.attrs)


def _mean(cells: NDArray[np.float32], inside: NDArray[np.bool_], factor: int, _: int) -> NDArray[np.float64]:
    return np.asarray(means_of_blocks(cells, inside, factor)[0])


def _commonest(cells: NDArray[np.float32], inside: NDArray[np.bool_], factor: int, kinds: int) -> NDArray[np.float64]:
    kind = block_kinds(cells, inside, factor, kinds)
    return np.where(kind >= 0, kind, np.nan)
