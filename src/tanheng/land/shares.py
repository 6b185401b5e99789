"""From counted cells to the land of a region: shares and pairs as labelled arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.region import in_region
from tanheng.schema import stamp


def on_cells(values: NDArray[np.float64], grid: Grid, dims: tuple[str, ...] = (), **coords: object) -> xr.DataArray:
    """Array on the cells of the grid, with further dimensions before them."""
    return xr.DataArray(values, dims=(*dims, "y", "x"), coords={**coords, "y": grid.y, "x": grid.x})


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
