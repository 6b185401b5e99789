"""Variables whose layers are read, or computed, when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from tanheng.grid import Grid
from tanheng.land.cells import CellStore

Layer = NDArray[np.float64]


@dataclass(frozen=True)
class _Layers(BackendArray):
    """Array whose layers are read when they are asked for; the last two dimensions are rows and columns."""

    read: Callable[..., Layer]
    labels: tuple[tuple[object, ...], ...]
    cells: tuple[int, int]
    dtype = np.dtype(np.float64)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of all dimensions."""
        return (*(len(item) for item in self.labels), *self.cells)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> Any:  # noqa: ANN401  as the library declares it
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.BASIC, self._basic)

    def _basic(self, key: tuple[int | slice, ...]) -> Layer:
        return self._chosen((), key)

    def _chosen(self, of: tuple[object, ...], key: tuple[int | slice, ...]) -> Layer:
        """What a key asks of the layers that have these labels so far."""
        if len(of) == len(self.labels):
            rows, columns = key
            if isinstance(rows, slice) and rows.step in (None, 1):
                return np.asarray(self.read(*of, rows=rows)[:, columns])
            return np.asarray(self.read(*of)[rows, columns])
        here, rest = key[0], key[1:]
        labels = self.labels[len(of)]
        if isinstance(here, slice):
            parts = [self._chosen((*of, label), rest) for label in labels[here]]
            return np.stack(parts) if parts else np.zeros((0, *self.shape[len(of) + 1 :]))
        return self._chosen((*of, labels[here]), rest)


def variable(cells: CellStore, name: str, **labels: Sequence[object]) -> xr.DataArray:
    """Variable whose layers were kept, shape (labels..., y, x); each layer is read when it is asked for.

    Examples
    --------
    >>> from tanheng.grid import ALBERS_CHINA
    >>> from tanheng.land.cells import HeldCells
    >>> cells = HeldCells(Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 1, 2))
    >>> for year in (2005, 2015):
    ...     cells.put(np.full((1, 2), float(year)), "demand", year)
    >>> demand = variable(cells, "demand", year=(2005, 2015))
    >>> demand.dims, demand.sel(year=2015).values.tolist()
    (('year', 'y', 'x'), [[2015.0, 2015.0]])
    """
    return on_demand(_Kept(cells, name), cells.grid, labels)


@dataclass(frozen=True)
class _Kept:
    """Reads the layers of a variable from where they are kept."""

    cells: CellStore
    name: str

    def __call__(self, *of: object, rows: slice = slice(None)) -> Layer:
        """Layer with these labels, or a band of its rows."""
        return self.cells.layer(self.name, *of, rows=rows)


def on_demand(read: Callable[..., Layer], grid: Grid, labels: Mapping[str, Sequence[object]]) -> xr.DataArray:
    """Variable on a grid whose layers a function reads or computes when they are asked for; see `deferred`."""
    return deferred(read, grid.y, grid.x, labels)


def deferred(
    read: Callable[..., Layer], y: ArrayLike, x: ArrayLike, labels: Mapping[str, Sequence[object]]
) -> xr.DataArray:
    """Variable whose layers a function reads or computes when they are asked for, shape (labels..., y, x).

    Parameters
    ----------
    read : callable
        Takes the labels of a layer, and ``rows``, a band of its rows; returns an array of shape (rows, columns).
    y, x : array
        Coordinates of rows and columns.
    labels : mapping of str to sequence
        Labels by dimension.
    """
    layers = _Layers(read, tuple(tuple(item) for item in labels.values()), (np.size(y), np.size(x)))
    dims = (*labels, "y", "x")
    coords = {**{name: list(values) for name, values in labels.items()}, "y": y, "x": x}
    return xr.DataArray(xr.Variable(dims, indexing.LazilyIndexedArray(layers)), coords=coords, dims=dims)


def by_layer(function: Callable[..., xr.DataArray], *arrays: xr.DataArray) -> xr.DataArray:
    """Function of arrays, worked out layer by layer when it is asked for; it must be one of each cell alone.

    Parameters
    ----------
    function : callable
        Takes a layer of each array, shape (y, x) or a band of its rows, and returns an array of that shape; the layers know their
        year or period as a coordinate.
    *arrays : xarray.DataArray
        Of one shape; the last two dimensions are y and x.

    Examples
    --------
    >>> from tanheng.grid import ALBERS_CHINA
    >>> from tanheng.land.cells import HeldCells
    >>> cells = HeldCells(Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 1, 2))
    >>> cells.put(np.array([[3.0, 4.0]]), "demand", 2015)
    >>> double = by_layer(lambda demand: 2.0 * demand, variable(cells, "demand", year=(2015,)))
    >>> double.sel(year=2015).values.tolist()
    [[6.0, 8.0]]
    """
    first = arrays[0]
    dims = first.dims[:-2]

    def read(*of: object, rows: slice = slice(None)) -> Layer:
        chosen = dict(zip(dims, of, strict=True))
        layers = (array.sel(chosen).isel(y=rows).compute() for array in arrays)
        return np.asarray(function(*layers).values, np.float64)

    labels = {str(dim): first[dim].values.tolist() for dim in dims}
    return deferred(read, first["y"], first["x"], labels)
