"""Where the pixels of a raster lie, and the small face that every raster source shows to the counting kernels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import pyproj
from numpy.typing import NDArray

from tanheng.grid import Bounds, Grid, transformer

Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class PixelGrid:
    """Pixels of a raster: its CRS, affine transform (a, b, c, d, e, f) and size.

    Examples
    --------
    >>> pixels = PixelGrid(pyproj.CRS(4326).to_wkt(), (0.5, 0, 110, 0, -0.5, 36), width=4, height=2)
    >>> pixels.bounds
    (110.0, 35.0, 112.0, 36.0)
    """

    crs_wkt: str
    affine: Affine
    width: int
    height: int

    @cached_property
    def crs(self) -> pyproj.CRS:
        """Coordinate reference system of the raster."""
        return pyproj.CRS.from_wkt(self.crs_wkt)

    @property
    def is_upright(self) -> bool:
        """Whether rows and columns run along the axes (either way)."""
        return self.affine[1] == 0 and self.affine[3] == 0

    def corners(self, columns: NDArray[Any], rows: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Coordinates x, y of fractional columns and rows."""
        a, b, c, d, e, f = self.affine
        return a * columns + b * rows + c, d * columns + e * rows + f

    def positions(self, x: NDArray[Any], y: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Fractional columns and rows of coordinates x, y."""
        a, b, c, d, e, f = self.affine
        determinant = a * e - b * d
        return (e * (x - c) - b * (y - f)) / determinant, (a * (y - f) - d * (x - c)) / determinant

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of the whole raster, in its CRS."""
        x, y = self.corners(np.array([0, self.width, 0, self.width]), np.array([0, 0, self.height, self.height]))
        return float(x.min()), float(y.min()), float(x.max()), float(y.max())

    def edge(self, points: int = 33) -> tuple[NDArray[Any], NDArray[Any]]:
        """Coordinates along the outline and the middle lines of the raster, for finding bounds elsewhere."""
        columns, rows = np.meshgrid(np.linspace(0, self.width, points), np.linspace(0, self.height, points))
        return self.corners(columns.ravel(), rows.ravel())

    def bounds_in(self, crs: pyproj.CRS) -> Bounds:
        """West, south, east, north of the whole raster in another CRS."""
        x, y = transformer(self.crs, crs).transform(*self.edge())
        good = np.isfinite(x) & np.isfinite(y)
        return float(x[good].min()), float(y[good].min()), float(x[good].max()), float(y[good].max())

    def pixel_size_m(self) -> float:
        """Side of the middle pixel on the ground, m (the square root of its area)."""
        middle = (self.width // 2, self.height // 2)
        columns = np.array([middle[0], middle[0] + 1, middle[0] + 1, middle[0]], float)
        rows = np.array([middle[1], middle[1], middle[1] + 1, middle[1] + 1], float)
        x, y = self.corners(columns, rows)
        longitude, latitude = transformer(self.crs, pyproj.CRS(4326)).transform(x, y)
        area, _ = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(longitude, latitude)
        return float(np.sqrt(abs(area)))


class Source(Protocol):
    """What a raster must answer to be counted."""

    @property
    def name(self) -> str:
        """Name for messages."""

    @property
    def pixels(self) -> PixelGrid:
        """Where its pixels lie."""

    @property
    def tile(self) -> tuple[int, int]:
        """Rows and columns that are stored together."""

    @property
    def itemsize(self) -> int:
        """Bytes of one pixel."""

    def read(self, row: int, column: int, height: int, width: int) -> NDArray[Any]:
        """Pixels of a window inside the raster."""


def lies_on(pixels: PixelGrid, grid: Grid) -> bool:
    """Whether a raster and a grid share their CRS, and the raster is upright: then areas are exact.

    CRS definitions are compared by what they do: twelve points must fall within a millionth of a cell.
    """
    if not pixels.is_upright:
        return False
    x, y = pixels.edge(4)
    try:
        moved_x, moved_y = transformer(pixels.crs, grid.crs).transform(x, y)
    except pyproj.exceptions.ProjError:
        return False
    limit = 1e-6 * grid.resolution
    return bool(np.all(np.abs(moved_x - x) < limit) and np.all(np.abs(moved_y - y) < limit))
