"""Where the rows of a table lie, and which of them are neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.analysis import (
    nearest_neighbours,
    neighbours_within,
    polygon_neighbours,
)
from tanheng.analysis.neighbours import Weights
from tanheng.errors import InputError
from tanheng.grid import transformer
from tanheng.io.columns import Columns
from tanheng.language import tr


@dataclass(frozen=True)
class Where:
    """Where the rows of a table lie: columns with coordinates, and which rows count as neighbours."""

    at: tuple[str, ...] = ()
    nearest: int | None = None
    within: float | None = None


def coordinates(table: Columns, where: Where) -> NDArray[np.float64] | None:
    """Place of each row, shape (rows, 2), in one unit of length; none where nothing says where rows lie."""
    if where.at:
        if len(where.at) != 2:
            raise InputError(tr("--at: two columns were expected, as X,Y; got {columns}", columns=",".join(where.at)))
        table.require(where.at)
        at = np.column_stack([table.numbers(name) for name in where.at])
        if not np.isfinite(at).all():
            row = int(np.flatnonzero(~np.isfinite(at).all(axis=1))[0])
            raise InputError(
                tr(
                    "{path}: row {row} of the data has no coordinates; leave it out, or fill them in",
                    path=table.path,
                    row=row + 1,
                )
            )
        return at
    if table.geometries is not None:
        centres = shapely.centroid(np.array(table.geometries, dtype=object))
        at = np.asarray(shapely.get_coordinates(centres), np.float64)
        return _in_metres(at, table.crs) if table.crs is not None and table.crs.is_geographic else at
    return None


def _in_metres(degrees: NDArray[np.float64], crs: pyproj.CRS) -> NDArray[np.float64]:
    """Places on a plane around their middle, since degrees of longitude and latitude are no equal lengths."""
    longitude, latitude = degrees.mean(axis=0)
    plane = pyproj.CRS.from_proj4(f"+proj=laea +lon_0={longitude} +lat_0={latitude} +datum=WGS84 +units=m")
    x, y = transformer(crs, plane).transform(degrees[:, 0], degrees[:, 1])
    return np.column_stack([x, y])


def neighbours_of(table: Columns, where: Where, known: NDArray[np.bool_]) -> tuple[Weights, str]:
    """Weights of the rows that are known, and what makes them neighbours."""
    if where.nearest is not None and where.within is not None:
        raise InputError(tr("--nearest and --within can't go together; give one"))
    table.require(where.at)
    if table.geometries is not None and where.nearest is None and where.within is None:
        shapes = [shape for shape, counts in zip(table.geometries, known, strict=True) if counts]
        return polygon_neighbours(shapes), tr("polygons that touch")
    at = coordinates(table, where)
    if at is None:
        raise InputError(
            tr(
                "{path}: nothing says which rows are neighbours; name coordinate columns (--at X,Y), or give a polygon file",
                path=table.path,
            )
        )
    if where.within is not None:
        return neighbours_within(at[known], where.within), tr("points within {distance:g}", distance=where.within)
    nearest = where.nearest or min(8, int(known.sum()) - 1)
    return nearest_neighbours(at[known], nearest), tr("the {count} nearest points", count=nearest)
