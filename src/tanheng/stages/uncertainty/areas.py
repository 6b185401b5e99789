"""Areas of land classes in cells, band by band of rows."""

from __future__ import annotations

import xarray as xr

from tanheng.stages.land.stock import Land


def areas_of(land: Land, year: int, rows: slice) -> xr.DataArray:
    """Area of each class in each cell of a band of rows in a year, ha."""
    return land.share.sel(year=year, drop=True).isel(y=rows).compute() * land.grid.cell_area_ha
