"""What pictures are drawn from: the cells, or means over blocks of them where a picture has fewer pixels than the grid has cells."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

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
    inside = _Inside(dataset["region_fraction"], factor)
    shown = {theme.variable for theme in themes(dataset)} | {theme.variable for theme in kind_themes(dataset)} | _ALWAYS
    found = {str(name): _coarse(dataset[name], inside, blocks) for name in dataset.data_vars if name in shown}
    return Drawn(xr.Dataset(found, attrs=dataset.attrs), blocks, grid, factor)


class _Inside:
    """Blocks of cells, and which cells lie in the region."""

    def __init__(self, fraction: xr.DataArray, factor: int) -> None:
        self.factor = factor
        self.fraction = fraction

    def bands(self, layer: xr.DataArray) -> Iterator[NDArray[np.float32]]:
        """Bands of a layer as blocks, shape (block rows, factor, block columns, factor); NaN outside the region."""
        step = self.factor * max(1, _ROWS // self.factor)
        for start in range(0, layer.sizes["y"], step):
            rows = slice(start, start + step)
            values = layer.isel(y=rows).values.astype(np.float32)
            values[self.fraction.isel(y=rows).values <= 0] = np.nan
            down, right = (-side % self.factor for side in values.shape)
            padded = np.pad(values, ((0, down), (0, right)), constant_values=np.nan)
            yield padded.reshape(padded.shape[0] // self.factor, self.factor, -1, self.factor)


def _coarse(array: xr.DataArray, inside: _Inside, blocks: Grid) -> xr.DataArray:
    """A variable in blocks, 32-bit."""
    array = array.transpose(..., "y", "x")
    dims = array.dims[:-2]
    kinds = len(array.attrs.get("flag_values", ()))
    values = np.empty((*array.shape[:-2], *blocks.shape), np.float32)
    for at in np.ndindex(*array.shape[:-2]):
        bands = inside.bands(array.isel(dict(zip(dims, at, strict=True))))
        values[at] = np.concatenate([_commonest(band, kinds) if kinds else _mean(band) for band in bands])
    coords = {**{str(dim): array[dim].values for dim in dims}, "y": blocks.y, "x": blocks.x}
    return xr.DataArray(values, dims=array.dims, coords=coords, attrs=array.attrs)


def _mean(band: NDArray[np.float32]) -> NDArray[np.float32]:
    total = np.nansum(band, axis=3, dtype=np.float64).sum(axis=1)
    count = np.isfinite(band).sum(axis=3, dtype=np.int32).sum(axis=1)
    mean = np.divide(total, count, out=np.full(count.shape, np.nan), where=count > 0)
    return np.asarray(mean, np.float32)


def _commonest(band: NDArray[np.float32], kinds: int) -> NDArray[np.float32]:
    counts = np.stack([(band == kind).sum(axis=(1, 3)) for kind in range(kinds)])
    return np.where(counts.sum(axis=0) > 0, counts.argmax(axis=0), np.nan).astype(np.float32)
