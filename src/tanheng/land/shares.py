r"""From counted cells to the land of a region: shares, pairs and coverage as labelled arrays.

Where a cell lies only partly in the region, or a map has data in part of it only, one rule serves all cases: the part
with data and the part in the region overlap as far as they can. A class then has the area

.. math:: a_k = A\, \min(f, d)\, s_k / d

with the region's part f, the part with data d and the counted share s_k. It is exact where either part is the whole cell,
and for a map that was cut along the boundary.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.schema import stamp

_WHOLE = 1e-12


def on_cells(values: NDArray[np.float64], grid: Grid, dims: tuple[str, ...] = (), **coords: object) -> xr.DataArray:
    """Array on the cells of the grid, with further dimensions before them."""
    return xr.DataArray(values, dims=(*dims, "y", "x"), coords={**coords, "y": grid.y, "x": grid.x})


def in_region(shares: NDArray[np.float64], fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the part of each cell that lies in the region; leading axes are classes.

    Parameters
    ----------
    shares : array, shape (..., rows, columns), 1
        Counted fractions of the cell.
    fraction : array, shape (rows, columns), 1
        Part of the cell in the region.

    Examples
    --------
    A cell a quarter in the region, wholly covered, half forest: an eighth of it counts as forest of the region.

    >>> in_region(np.array([[[0.5]], [[0.5]]]), np.array([[0.25]])).ravel().tolist()
    [0.125, 0.125]

    The map was cut along the boundary: its quarter is all in the region.

    >>> in_region(np.array([[[0.25]], [[0.0]]]), np.array([[0.25]])).ravel().tolist()
    [0.25, 0.0]
    """
    data = shares.sum(axis=tuple(range(shares.ndim - 2)))
    cut = fraction < data - _WHOLE
    return shares * np.where(cut, fraction / np.where(cut, data, 1.0), 1.0)


def land_share(
    shares: Mapping[int, NDArray[np.float64]],
    fraction: NDArray[np.float64],
    grid: Grid,
    classes: tuple[str, ...],
) -> xr.DataArray:
    """Land share of each class in the region, shape (year, land_class, y, x); NaN where there are no data."""
    years = sorted(shares)
    stacked = np.stack([in_region(shares[year], fraction) for year in years])
    known = stacked.sum(axis=1, keepdims=True) > 0
    array = on_cells(
        np.where(known, stacked, np.nan), grid, ("year", "land_class"), year=years, land_class=list(classes)
    )
    return stamp(array, "land_share")


def pair_share(
    pairs: NDArray[np.float64], fraction: NDArray[np.float64], grid: Grid, classes: tuple[str, ...]
) -> xr.DataArray:
    """Share of each transition in the region, shape (from_class, to_class, y, x), where both years have data."""
    labels = {"from_class": list(classes), "to_class": list(classes)}
    return on_cells(in_region(pairs, fraction), grid, ("from_class", "to_class"), **labels)
