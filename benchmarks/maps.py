"""Land-cover maps for the benchmarks: smooth, noisy or in degrees, of any size, made in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from scipy import ndimage

ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"

#: Height and width of the map of one province at 30 m.
PROVINCE = (19_000, 20_000)
_COARSE = 24


def make_map(
    path: Path, *, scale: float = 1.0, noise: float = 0.0, degrees: bool = False, seed: int = 1, change: float = 0.0
) -> Path:
    """Map of six classes on 30 m pixels, about half of it outside the province; made once.

    Parameters
    ----------
    scale : float
        Area against that of the province map, 20,000 x 19,000 pixels.
    noise : float
        Part of the pixels that get a random class.
    degrees : bool
        In EPSG:4326 instead of Albers.
    seed : int
        Of the pattern.
    change : float
        Part of the patches that differ from the map without change.
    """
    if path.exists():
        return path
    height, width = (int(side * scale**0.5) for side in PROVINCE)
    transform = (
        rasterio.Affine(0.00027, 0, 110.35, 0, -0.00027, 36.4)
        if degrees
        else rasterio.Affine(30, 0, 470_013.0, 0, -30, 4_050_007.0)
    )
    pattern = _pattern(height // _COARSE + 2, width // _COARSE + 2, seed, change)
    profile = {
        "driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": "uint8", "nodata": 0, "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "DEFLATE", "crs": "EPSG:4326" if degrees else ALBERS,
        "transform": transform, "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    random = np.random.default_rng(seed + 100)
    with rasterio.open(path, "w", **profile) as dataset:
        for row in range(0, height, 512):
            rows = min(512, height - row)
            part = _rows(pattern, row, rows, width)
            if noise:
                hit = (random.random(part.shape) < noise) & (part > 0)
                part[hit] = random.integers(1, 7, int(hit.sum()), dtype=np.uint8)
            dataset.write(part, 1, window=rasterio.windows.Window(0, row, width, rows))
    return path


def _pattern(rows: int, columns: int, seed: int, change: float) -> np.ndarray:
    """Patches of classes, zero outside an ellipse that holds half of the map."""
    random = np.random.default_rng(seed)
    field = ndimage.gaussian_filter(random.normal(size=(rows, columns)), 3)
    levels = np.quantile(field, [0.62, 0.8, 0.86, 0.89, 0.995])
    classes = (np.searchsorted(levels, field) + 1).astype(np.uint8)
    if change:
        hit = random.random(classes.shape) < change
        classes[hit] = random.integers(1, 7, int(hit.sum()), dtype=np.uint8)
    y, x = np.mgrid[-1 : 1 : rows * 1j, -1 : 1 : columns * 1j]
    classes[(x**2 + y**2) > 2 / np.pi] = 0
    return classes


def _rows(pattern: np.ndarray, row: int, rows: int, width: int) -> np.ndarray:
    """Rows of the full map: patches with slanting edges."""
    y = (np.arange(row, row + rows)[:, None] + 5 * np.sin(np.arange(width)[None, :] / 37.0)) / _COARSE
    x = np.arange(width) // _COARSE
    return pattern[np.maximum(y, 0).astype(np.intp), x[None, :]]
