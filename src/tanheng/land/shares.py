"""A land series as labelled arrays: shares of classes, and of transitions."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.series import LandSeries
from tanheng.schema import stamp


def on_cells(values: NDArray[np.float64], grid: Grid, dims: tuple[str, ...] = (), **coords: object) -> xr.DataArray:
    """Array on the cells of the grid, with further dimensions before them."""
    return xr.DataArray(values, dims=(*dims, "y", "x"), coords={**coords, "y": grid.y, "x": grid.x})


def land_share(series: LandSeries) -> xr.DataArray:
    """Share of each class of the part of a cell in the region, shape (year, land_class, y, x); NaN where there are no data."""
    stacked = np.stack([series.share(year) for year in series.years])
    known = stacked.sum(axis=1, keepdims=True) > 0
    labels = {"year": list(series.years), "land_class": list(series.classes)}
    return stamp(
        on_cells(np.where(known, stacked, np.nan), series.grid, ("year", "land_class"), **labels), "land_share"
    )


def transition_share(series: LandSeries, first: int, last: int) -> xr.DataArray | None:
    """Share of each transition, shape (from_class, to_class, y, x), where both years have data; none where it was not observed."""
    moved = series.transitions(first, last)
    if moved is None:
        return None
    labels = {"from_class": list(series.classes), "to_class": list(series.classes)}
    return on_cells(moved, series.grid, ("from_class", "to_class"), **labels)
