"""Small land series and what stages make of them, for tests of stages."""

from __future__ import annotations

import numpy as np
import xarray as xr

from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.land.series import LandSeries, series_of_arrays
from tanheng.schema import stamp

#: Two rows of three cells of 1 km.
GRID = Grid(ALBERS_CHINA.to_wkt(), 700_000.0, 3_900_000.0, 1000.0, 2, 3)
CLASSES = ("cropland", "forest")


def series(**options: object) -> LandSeries:
    """Cropland becomes forest in one cell between 2000 and 2010; the last cell is half in the region."""
    first = np.array([[[1.0, 1.0, 0.5], [0.0, 0.0, 1.0]], [[0.0, 0.0, 0.5], [1.0, 1.0, 0.0]]])
    last = first.copy()
    last[:, 0, 0] = 0.0, 1.0
    moved = np.zeros((2, 2, 2, 3))
    for one in range(2):
        moved[one, one] = np.minimum(first[one], last[one])
    moved[0, 1, 0, 0] = 1.0
    fraction = np.ones(GRID.shape)
    fraction[1, 2] = 0.5
    made = {"shares": {2000: first, 2010: last}, "moved": {(2000, 2010): moved}, "pixel_m": {2000: 500.0, 2010: 500.0}}
    return series_of_arrays(GRID, CLASSES, fraction, **{**made, **options})  # type: ignore[arg-type]


def density(years: tuple[int, ...] = (2000, 2010)) -> xr.DataArray:
    """Cropland stores 10 + 30, forest 60 + 40 t C/ha above ground and in the soil."""
    values = np.broadcast_to([[10.0, 0.0, 30.0, 0.0], [60.0, 0.0, 40.0, 0.0]], (len(years), 2, 4))
    coords = {"year": list(years), "land_class": list(CLASSES), "carbon_pool": ["above", "below", "soil", "dead"]}
    return stamp(xr.DataArray(values, dims=("year", "land_class", "carbon_pool"), coords=coords), "carbon_density")
