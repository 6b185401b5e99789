"""Where the rows of a table lie, and which of them are neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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
        if where.at[0] == where.at[1]:
            raise InputError(
                tr("--at: '{column}' is named twice; two columns were expected, as X,Y", column=where.at[0])
            )
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
        _refuse_origin(table.path, at)
        return _in_one_unit(table, where.at, at)
    if table.geometries is not None:
        centres = shapely.centroid(np.array(table.geometries, dtype=object))
        at = np.asarray(shapely.get_coordinates(centres), np.float64)
        return _in_metres(at, table.crs) if table.crs is not None and table.crs.is_geographic else at
    return None


def _refuse_origin(path: Path, at: NDArray[np.float64]) -> None:
    """Refuse rows at 0, 0 where all others lie far from it: their coordinates were left out."""
    origin = (at == 0).all(axis=1)
    others = at[~origin]
    if not origin.any() or len(others) < 2:
        return
    low, high = others.min(axis=0), others.max(axis=0)
    away = np.hypot(*np.maximum(np.maximum(low, -high), 0.0))
    if away > np.hypot(*(high - low)):
        raise InputError(
            tr(
                "{path}: row {row} of the data lies at 0, 0, far from all others; fill in its coordinates, or leave it out",
                path=path,
                row=int(np.flatnonzero(origin)[0]) + 1,
            )
        )


#: Names of columns of degrees, and the parts of the world where broken numbers are taken for degrees whatever their columns are called:
#: China, and where longitudes are far west of Greenwich.
_LONGITUDE = frozenset({"lon", "long", "lng", "longitude", "经度", "东经"})
_LATITUDE = frozenset({"lat", "latitude", "纬度", "北纬"})
#: End of the name of a column that says its unit of length.
_LENGTH = re.compile(r"([_ (（]|^)(k?m|千?米|公里)[)）]?$")
_DEGREES = ((73.0, 3.0, 136.0, 54.0), (-180.0, -60.0, -30.0, 75.0))


def _in_one_unit(table: Columns, names: tuple[str, ...], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Coordinates in one unit of length: degrees of columns that are called so become metres.

    Raises
    ------
    InputError
        Columns of another name hold what can only be degrees, of which one of longitude is shorter than one of latitude; or columns
        of degrees hold none.
    """
    first, second = (name.strip().lower() for name in names)
    if first in _LONGITUDE and second in _LATITUDE:
        return _in_metres(_true_degrees(table, names, at), pyproj.CRS(4326))
    if first in _LATITUDE and second in _LONGITUDE:
        return _in_metres(_true_degrees(table, names[::-1], at[:, ::-1]), pyproj.CRS(4326))
    if (
        not any(_LENGTH.search(name.strip().lower()) for name in names)
        and len(at) > 1
        and (at != np.round(at)).any()
        and any(_inside(one, box) for one in (at, at[:, ::-1]) for box in _DEGREES)
    ):
        raise InputError(
            tr(
                "{path}: --at {columns}: these look like degrees, of which one of longitude is shorter than one of latitude; call the columns "
                "'longitude' and 'latitude', and they are turned into metres",
                path=table.path,
                columns=",".join(names),
            )
        )
    return at


def _inside(at: NDArray[np.float64], box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return bool(((at >= (west, south)) & (at <= (east, north))).all())


def _true_degrees(table: Columns, names: Sequence[str], at: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes and latitudes that are such.

    Raises
    ------
    InputError
        A longitude is beyond 180, or a latitude beyond 90.
    """
    # Grids of the climate count longitudes from 0 to 360.
    at = np.column_stack([np.where((at[:, 0] > 180.0) & (at[:, 0] <= 360.0), at[:, 0] - 360.0, at[:, 0]), at[:, 1]])
    wrong = np.abs(at) > (180.0, 90.0)
    if not wrong.any():
        return at
    row, column = (int(item[0]) for item in np.nonzero(wrong))
    raise InputError(
        tr(
            "{path}: row {row} of the data, column '{column}' is {value:g}, and no place has such a {kind}; are the two columns exchanged, or "
            "in metres?",
            path=table.path,
            row=row + 1,
            column=names[column],
            value=float(at[row, column]),
            kind=tr("latitude") if column else tr("longitude"),
        )
    )


def refuse_twice(path: Path, at: NDArray[np.float64] | None, known: NDArray[np.bool_]) -> None:
    """Refuse rows with the coordinates of others: each would count as an observation of its own, and be its own neighbour.

    Parameters
    ----------
    known : array of bool, shape (rows,)
        Rows that have values.

    Raises
    ------
    InputError
        There are such; the first two are named.
    """
    if at is None:
        return
    rows = np.flatnonzero(known)
    _, first, counts = np.unique(at[known], axis=0, return_index=True, return_counts=True)
    repeated = int((counts - 1).sum())
    if not repeated:
        return
    place = at[rows[first[np.argmax(counts > 1)]]]
    one, other = rows[(at[known] == place).all(axis=1)][:2] + 1
    raise InputError(
        tr(
            "{path}: {count} row(s) of the data have the same coordinates as another row, as rows {one} and {other}; each would count as an "
            "observation of its own: average them, or take one year or one depth at a time",
            path=path,
            count=repeated,
            one=int(one),
            other=int(other),
        )
    )


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
    rows = int(known.sum())
    if where.within is not None:
        found, words = (
            neighbours_within(at[known], where.within),
            tr("points within {distance:g}", distance=where.within),
        )
    else:
        nearest = where.nearest or (_NEAREST if rows > _NEAREST + 1 else max(1, rows // 3))
        found, words = nearest_neighbours(at[known], nearest), tr("the {count} nearest points", count=nearest)
    if found.nnz == rows * (rows - 1):
        raise InputError(
            tr(
                "{path}: each of the {rows} rows is a neighbour of all others ({words}), and Moran's I is -1 / (n - 1) then, whatever the values; "
                "ask for fewer neighbours",
                path=table.path,
                rows=rows,
                words=words,
            )
        )
    return found, words


#: Nearest points that are neighbours where nothing else is asked for; a third of the rows where these would be all others.
_NEAREST = 8
