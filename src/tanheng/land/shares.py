"""A land series as labelled arrays: shares of classes, read when they are asked for."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.layers import on_demand
from tanheng.land.series import LandSeries
from tanheng.schema import stamp


def on_cells(values: NDArray[np.float64], grid: Grid, dims: tuple[str, ...] = (), **coords: object) -> xr.DataArray:
    """Array on the cells of the grid, with further dimensions before them."""
    return xr.DataArray(values, dims=(*dims, "y", "x"), coords={**coords, "y": grid.y, "x": grid.x})


def land_share(series: LandSeries) -> xr.DataArray:
    """Share of each class of the part of a cell in the region, shape (year, land_class, y, x); NaN where there are no data."""

    def read(year: int, land_class: str, rows: slice = slice(None)) -> NDArray[np.float64]:
        known = series.covered(year, rows) > 0
        return np.where(known, series.class_share(year, land_class, rows), np.nan)

    labels = {"year": series.years, "land_class": series.classes}
    return stamp(on_demand(read, series.grid, labels), "land_share")


def covered_share(series: LandSeries) -> xr.DataArray:
    """Part of a cell that lies in the region and has data, shape (year, y, x), 1."""
    return on_demand(series.covered, series.grid, {"year": series.years})
