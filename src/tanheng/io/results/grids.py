"""Grids of results as cloud-optimised GeoTIFF."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError

from tanheng.errors import OutputError
from tanheng.grid import Grid
from tanheng.io.rasters import CACHE, reason_of
from tanheng.language import tr

#: Cells up to which a grid has no overviews: they took longer to make than all the rest of its writing.
_DRAWN_WHOLE = 2048**2


def write_cog(
    path: Path,
    values: NDArray[Any],
    grid: Grid,
    *,
    units: str,
    description: str,
    tags: Mapping[str, str] | None = None,
    kinds: bool = False,
) -> None:
    """Write a grid as a cloud-optimised GeoTIFF of float32 with NaN where missing.

    A grid that is too large to be drawn whole in an instant gets overviews, which hold means; of a grid of kinds (`kinds`)
    the most frequent one.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    profile = {
        "driver": "COG", "width": grid.columns, "height": grid.rows, "count": 1, "dtype": "float32",
        "crs": rasterio.crs.CRS.from_wkt(grid.crs_wkt), "transform": rasterio.Affine(*grid.transform),
        "nodata": float("nan"), "compress": "DEFLATE", "level": 1, "overview_resampling": "MODE" if kinds else "AVERAGE",
        "overviews": "NONE" if grid.size <= _DRAWN_WHOLE else "AUTO",
    }  # fmt: skip
    try:
        with rasterio.Env(GDAL_CACHEMAX=CACHE), rasterio.open(path, "w", **profile) as dataset:
            dataset.write(values.astype(np.float32, copy=False), 1)
            dataset.units = (units,)
            dataset.set_band_description(1, description)
            dataset.update_tags(**(tags or {}))
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=reason_of(error))
        ) from error
