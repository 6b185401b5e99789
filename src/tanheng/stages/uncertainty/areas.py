"""Areas of land classes in cells, band by band of rows, and in zones."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.summaries import zone_sums
from tanheng.stages.land.stock import Land
from tanheng.stages.zone_layers import ZoneLayer


def areas_of(land: Land, year: int, rows: slice) -> xr.DataArray:
    """Area of each class in each cell of a band of rows in a year, ha."""
    return land.share.sel(year=year, drop=True).isel(y=rows).compute() * land.grid.cell_area_ha


def class_areas_by_zone(layer: ZoneLayer, land: Land, year: int) -> NDArray[np.float64]:
    """Mapped area of each class in each zone, and outside of all, shape (classes, zones + 1), ha."""
    sums = [zone_sums(layer.weights, land.share.sel(year=year, land_class=name).values) for name in land.classes]
    return np.stack(sums) * land.grid.cell_area_ha
