"""GeoPackages: polygons or points with what was worked out for each, one layer a table."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.errors import OutputError
from tanheng.io.vectors import layer_names, read_layer
from tanheng.language import tr


@dataclass(frozen=True)
class PlacedTable:
    """Rows with their geometry; columns of numbers are NaN where nothing is known."""

    table: pd.DataFrame
    geometries: Sequence[shapely.Geometry]
    crs: pyproj.CRS | None


def write_geopackage(path: Path, layers: Mapping[str, PlacedTable]) -> None:
    """Write layers into a new GeoPackage.

    Parameters
    ----------
    layers : mapping of str to PlacedTable
        By the name of the layer.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    import pyogrio

    path.unlink(missing_ok=True)
    try:
        with warnings.catch_warnings():
            # Points of a table have no CRS that anybody knows.
            warnings.filterwarnings("ignore", message="'crs' was not provided")
            _write(path, layers)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, RuntimeError, OSError) as error:
        raise OutputError(
            tr("{path}: can't be written ({reason}); is the disk full?", path=path, reason=error)
        ) from error


def _write(path: Path, layers: Mapping[str, PlacedTable]) -> None:
    import pyogrio

    for name, placed in layers.items():
        shapes = np.array([_many(shape) for shape in placed.geometries], dtype=object)
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapes),
            [_field(placed.table[column]) for column in placed.table],
            [str(column) for column in placed.table],
            layer=name,
            driver="GPKG",
            geometry_type=_kind(shapes),
            crs=None if placed.crs is None else _system(placed.crs),
            append=path.exists(),
            dataset_options={"VERSION": "1.2"},  # which older programs know
        )


def read_outlines(path: Path) -> dict[str, tuple[list[shapely.Geometry], pyproj.CRS]]:
    """Geometries and CRS of each layer of a GeoPackage; layers without a CRS are left out.

    Raises
    ------
    InputError
        The file can't be read.
    """
    layers = {name: read_layer(path, name) for name in layer_names(path)}
    return {
        name: ([shape for shape in layer.geometries if shape is not None], layer.crs)
        for name, layer in layers.items()
        if layer.crs is not None
    }


@lru_cache(maxsize=16)
def _system(crs: pyproj.CRS) -> str:
    """CRS as programs know it: by its EPSG code where it has one, longitude and latitude in either order of axes."""
    if crs.equals(pyproj.CRS(4326), ignore_axis_order=True):
        return "EPSG:4326"
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else str(crs.to_wkt())


def _many(shape: shapely.Geometry) -> shapely.Geometry:
    """Polygon as one of several parts, so that a layer has one kind of geometry."""
    return shapely.MultiPolygon([shape]) if isinstance(shape, shapely.Polygon) else shape


def _kind(shapes: NDArray[Any]) -> str:
    kinds = {shape.geom_type for shape in shapes}
    return str(kinds.pop()) if len(kinds) == 1 else "Unknown"


def _field(column: pd.Series[Any]) -> NDArray[Any]:
    """Values of a column as GDAL takes them: numbers, or texts."""
    if pd.api.types.is_bool_dtype(column):
        return np.asarray(column, np.int32)
    if pd.api.types.is_integer_dtype(column):
        return np.asarray(column, np.int64)
    if pd.api.types.is_float_dtype(column):
        return np.asarray(column, np.float64)
    return np.array([None if pd.isna(value) else str(value) for value in column], dtype=object)
