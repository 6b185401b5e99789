"""The equal-area analysis grid, and which part of each cell a polygon covers."""

from __future__ import annotations

import functools
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.units import M2_PER_HA, M2_PER_KM2

if TYPE_CHECKING:
    from scipy import sparse

#: Albers equal-area conic as Chinese land-use maps use it, on WGS 84.
_ALBERS_PROJ = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"

#: Bounds of China in degrees: west, south, east, north.
_CHINA = (73.0, 17.5, 136.0, 54.0)

Bounds = tuple[float, float, float, float]


def _named(proj: str, name: str) -> pyproj.CRS:
    """CRS of a PROJ string with a name that people read."""
    return pyproj.CRS.from_json_dict(pyproj.CRS(proj).to_json_dict() | {"name": name})


ALBERS_CHINA = _named(_ALBERS_PROJ, "Albers equal-area, China (25, 47, 105; WGS 84)")


@dataclass(frozen=True)
class Grid:
    """Square cells of one size in an equal-area projection.

    Attributes
    ----------
    crs_wkt : str
        Projection, in metres.
    west, north : float
        Outer corner of the first cell, m.
    resolution : float
        Side of a cell, m.
    rows, columns : int
        Shape.

    Examples
    --------
    >>> grid = Grid(ALBERS_CHINA.to_wkt(), 0.0, 3000.0, 1000.0, rows=3, columns=4)
    >>> grid.cell_area_ha, grid.bounds, grid.y[:2].tolist()
    (100.0, (0.0, 0.0, 4000.0, 3000.0), [2500.0, 1500.0])
    """

    crs_wkt: str
    west: float
    north: float
    resolution: float
    rows: int
    columns: int

    @cached_property
    def crs(self) -> pyproj.CRS:
        """Projection of the grid."""
        return pyproj.CRS.from_wkt(self.crs_wkt)

    @property
    def crs_name(self) -> str:
        """Name of the projection, or of its method where it has none."""
        operation = self.crs.coordinate_operation
        if self.crs.name.lower() not in ("unknown", "unnamed", "undefined"):
            return self.crs.name
        return operation.method_name if operation else "unnamed projection"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def size(self) -> int:
        """Number of cells."""
        return self.rows * self.columns

    @property
    def cell_area_ha(self) -> float:
        """Area of a cell, ha."""
        return self.resolution**2 / M2_PER_HA

    @property
    def cell_area_km2(self) -> float:
        """Area of a cell, km2."""
        return self.resolution**2 / M2_PER_KM2

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north, m."""
        return (
            self.west,
            self.north - self.rows * self.resolution,
            self.west + self.columns * self.resolution,
            self.north,
        )

    @property
    def x(self) -> NDArray[np.float64]:
        """Eastings of the cell centres."""
        return np.asarray(self.west + (np.arange(self.columns) + 0.5) * self.resolution, np.float64)

    @property
    def y(self) -> NDArray[np.float64]:
        """Northings of the cell centres, descending."""
        return np.asarray(self.north - (np.arange(self.rows) + 0.5) * self.resolution, np.float64)

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine transform of rasterio: a, b, c, d, e, f."""
        return (self.resolution, 0.0, self.west, 0.0, -self.resolution, self.north)


def grid_over(bounds: Bounds, crs: pyproj.CRS, resolution: float, origin: tuple[float, float] = (0.0, 0.0)) -> Grid:
    """Smallest grid over the bounds whose cell lines go through the origin.

    Raises
    ------
    InputError
        The grid would have more than 10^9 cells.

    Examples
    --------
    >>> grid_over((1200.0, -300.0, 2100.0, 1900.0), ALBERS_CHINA, 1000.0).bounds
    (1000.0, -1000.0, 3000.0, 2000.0)
    """
    slack = 1e-6  # of a cell: a bound on a cell line opens no further cell
    left = np.floor((bounds[0] - origin[0]) / resolution + slack)
    right = np.ceil((bounds[2] - origin[0]) / resolution - slack)
    bottom = np.floor((bounds[1] - origin[1]) / resolution + slack)
    top = np.ceil((bounds[3] - origin[1]) / resolution - slack)
    rows, columns = int(max(top - bottom, 1)), int(max(right - left, 1))
    if rows * columns > 10**9:
        raise InputError(
            tr(
                "a grid of {resolution:g} m over this region has {rows} x {columns} cells; choose a coarser resolution",
                resolution=resolution,
                rows=rows,
                columns=columns,
            )
        )
    west = float(origin[0] + left * resolution)
    north = float(origin[1] + top * resolution)
    return Grid(crs.to_wkt(), west, north, float(resolution), rows, columns)


def is_equal_area(crs: pyproj.CRS, bounds: Bounds) -> bool:
    """Whether a projected CRS in metres keeps areas over bounds in degrees, to one part in a million.

    Examples
    --------
    >>> is_equal_area(ALBERS_CHINA, (110, 31, 117, 37)), is_equal_area(pyproj.CRS(32650), (110, 31, 117, 37))
    (True, False)
    """
    if not crs.is_projected or any(abs(axis.unit_conversion_factor - 1.0) > 1e-12 for axis in crs.axis_info[:2]):
        return False
    west, south, east, north = bounds
    longitudes, latitudes = np.meshgrid(np.linspace(west, east, 5), np.clip(np.linspace(south, north, 5), -89, 89))
    try:
        scale = pyproj.Proj(crs).get_factors(longitudes.ravel(), latitudes.ravel()).areal_scale
    except pyproj.exceptions.ProjError:
        return False
    return bool(np.all(np.abs(np.asarray(scale) - 1.0) < 1e-6))


def equal_area_crs(bounds: Bounds) -> pyproj.CRS:
    """Equal-area projection that fits bounds in degrees: Albers for China, else an azimuthal one about the middle.

    Examples
    --------
    >>> equal_area_crs((110, 31, 117, 37)).coordinate_operation.method_name
    'Albers Equal Area'
    >>> equal_area_crs((5, 45, 11, 48)).coordinate_operation.method_name
    'Lambert Azimuthal Equal Area'
    """
    west, south, east, north = bounds
    if west >= _CHINA[0] and south >= _CHINA[1] and east <= _CHINA[2] and north <= _CHINA[3]:
        return ALBERS_CHINA
    if east - west > 180 or north - south > 100:
        return pyproj.CRS("EPSG:6933")
    longitude, latitude = round((west + east) / 2, 2), round((south + north) / 2, 2)
    proj = f"+proj=laea +lat_0={latitude} +lon_0={longitude} +datum=WGS84 +units=m +no_defs"
    return _named(proj, f"Lambert azimuthal equal-area ({latitude}, {longitude}; WGS 84)")


def transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    """Transformation of x, y (longitude, latitude) from one CRS to another; for the thread that asks, and no other."""
    return _transformers.between(source, target)


class _Transformers(threading.local):
    """Transformations that were asked for before: PROJ takes 8 ms to make one, and gives it to one thread."""

    def __init__(self) -> None:
        self.between = functools.lru_cache(maxsize=64)(_new_transformer)


def _new_transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(source, target, always_xy=True)


_transformers = _Transformers()


def project(geometries: Sequence[shapely.Geometry], source: pyproj.CRS, target: pyproj.CRS) -> list[shapely.Geometry]:
    """Polygons in another CRS, their edges cut so that straight lines stay where they were.

    An edge is cut into pieces of at most 0.02 degrees or 2 km, which keeps it within 0.1 m.
    """
    longest = 0.02 if source.is_geographic else 2000.0
    change: Any = transformer(source, target).transform
    dense = [shapely.segmentize(geometry, longest) for geometry in geometries]
    return [shapely.transform(item, change, interleaved=False) for item in dense]


def coverage(grid: Grid, polygons: Sequence[shapely.Geometry]) -> sparse.csr_matrix:
    """Fraction of each cell's area that lies in each polygon.

    Parameters
    ----------
    grid : Grid
    polygons : sequence of shapely polygons
        In the CRS of the grid.

    Returns
    -------
    scipy.sparse.csr_matrix, shape (polygons, cells), 1
        Cells in row-major order.

    Examples
    --------
    >>> grid = Grid(ALBERS_CHINA.to_wkt(), 0.0, 1000.0, 1000.0, rows=1, columns=2)
    >>> coverage(grid, [shapely.box(500, 0, 1250, 1000)]).toarray().tolist()
    [[0.5, 0.25]]
    """
    from exactextract import exact_extract
    from exactextract.feature import JSONFeatureSource
    from exactextract.raster import NumPyRasterSource
    from scipy import sparse

    west, south, east, north = grid.bounds
    raster = NumPyRasterSource(np.zeros(grid.shape, np.uint8), xmin=west, ymin=south, xmax=east, ymax=north)
    features = JSONFeatureSource(
        [
            {"type": "Feature", "geometry": json.loads(shapely.to_geojson(polygon)), "properties": {"unit": number}}
            for number, polygon in enumerate(polygons)
        ]
    )
    parts = exact_extract(raster, features, ["cell_id", "coverage"], include_cols=["unit"])
    cells, fractions, owners = [], [], []
    for feature in parts:
        values = feature["properties"]
        cells.append(np.asarray(values["cell_id"], np.int64))
        fractions.append(np.asarray(values["coverage"], np.float64))
        owners.append(np.full(cells[-1].size, values["unit"], np.int64))
    if not cells:
        return sparse.csr_matrix((len(polygons), grid.size))
    coordinates = (np.concatenate(owners), np.concatenate(cells))
    matrix = sparse.csr_matrix((np.concatenate(fractions), coordinates), shape=(len(polygons), grid.size))
    matrix.eliminate_zeros()
    return matrix
