"""Maps of one's own: any two-dimensional array in, a labelled one out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import xarray as xr
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

#: What the functions take for a map: shape (rows, columns), NaN where there are no data.
MapLike = xr.DataArray | NDArray[Any] | Sequence[Sequence[float]]


@dataclass(frozen=True)
class Map:
    """Values of a map, shape (rows, columns), and the array that they came from: results take its coordinates."""

    name: str
    values: NDArray[np.float64]
    frame: xr.DataArray

    @property
    def known(self) -> NDArray[np.bool_]:
        """Cells with a value."""
        return np.isfinite(self.values)

    def like(self, values: NDArray[Any], name: str, units: str, long_name: str) -> xr.DataArray:
        """Result on the cells of this map."""
        kept = {key: self.frame.coords[key] for key in (*self.frame.dims, _REFERENCE) if key in self.frame.coords}
        made = xr.DataArray(values, coords=kept, dims=self.frame.dims, name=name)
        made.attrs = {"units": units, "long_name": long_name}
        if _REFERENCE in kept:
            made.attrs["grid_mapping"] = _REFERENCE
        return made


#: Coordinate that holds the coordinate reference system, as CF and rioxarray write it.
_REFERENCE = "spatial_ref"

#: Attributes by which a file says what means "no data".
_NODATA = ("_FillValue", "missing_value", "nodata")

#: Numbers that mean "no data" in so many files that they are no quantity unless the array says so.
_FILLS = (-9999.0, -99999.0, -32768.0, -2147483648.0, float(np.float32(-3.4028235e38)), 1e20)


def as_map(given: object, name: str) -> Map:
    """Map of an array: xarray, numpy (masked as well), pandas or lists.

    Parameters
    ----------
    given : array-like, shape (rows, columns)
        Further axes of length one are dropped; values that the array's attributes call missing are NaN.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        It is no array of numbers with two axes, holds infinity, or a number that means "no data" undeclared.

    Examples
    --------
    >>> as_map([[1, 2], [3, 4]], "supply").values.sum()
    np.float64(10.0)
    >>> as_map([1, 2], "supply")
    Traceback (most recent call last):
    tanheng.errors.InputError: supply has shape (2,); expected rows and columns of a map
    """
    array = _array(given, name)
    shape = array.shape
    array = array.squeeze(drop=True) if array.ndim > 2 else array
    if array.ndim != 2 or array.size == 0:
        raise InputError(tr("{name} has shape {shape}; expected rows and columns of a map", name=name, shape=shape))
    if array.dtype.kind not in "iufO":
        raise InputError(tr("{name} holds {dtype}; expected numbers", name=name, dtype=array.dtype))
    try:
        values = np.array(array.values, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(tr("{name} holds {dtype}; expected numbers", name=name, dtype=array.dtype)) from error
    for number in (array.attrs.get(key, array.encoding.get(key)) for key in _NODATA):
        if number is not None:
            values[values == float(number)] = np.nan
    _refuse_fills(values, name)
    return Map(name, values, array)


def _array(given: object, name: str) -> xr.DataArray:
    """Array with names of its axes."""
    if isinstance(given, xr.DataArray):
        return given
    if isinstance(given, (str, Path, xr.Dataset, Mapping)):
        raise InputError(
            tr(
                "{name} is of type {type}; expected an array, or one variable of a dataset",
                name=name,
                type=type(given).__name__,
            )
        )
    if isinstance(given, pd.DataFrame):
        return xr.DataArray(given).rename({"dim_0": "y", "dim_1": "x"}) if not given.index.name else xr.DataArray(given)
    if isinstance(given, np.ma.MaskedArray):
        return _named(np.ma.filled(given.astype(np.float64), np.nan))
    try:
        return _named(np.asarray(given))
    except ValueError as error:
        raise InputError(tr("{name} is not an array: its rows differ in length", name=name)) from error


def _named(values: NDArray[Any]) -> xr.DataArray:
    return xr.DataArray(values, dims=("y", "x") if values.ndim == 2 else None)


def _refuse_fills(values: NDArray[np.float64], name: str) -> None:
    if np.isinf(values).any():
        raise InputError(tr("{name} holds infinity; write NaN where there are no data", name=name))
    for number in _FILLS:
        count = int((values == number).sum())
        if count:
            raise InputError(
                tr(
                    "{name} holds {number:g} in {count} cells, which usually means no data; write NaN there",
                    name=name,
                    number=number,
                    count=count,
                )
            )


def same_cells(first: Map, *others: Map) -> None:
    """Refuse maps that do not lie on the same cells: values of different places would be compared.

    Axes are compared by their position, within a thousandth of a cell.

    Raises
    ------
    InputError
        Shapes, axes, coordinates or coordinate reference systems differ.
    """
    for other in others:
        if other.values.shape != first.values.shape:
            raise InputError(
                tr(
                    "{first} has shape {shape} and {other} {shapes}; both must lie on the same cells",
                    first=first.name,
                    shape=first.values.shape,
                    other=other.name,
                    shapes=other.values.shape,
                )
            )
        if first.frame.dims != other.frame.dims and set(first.frame.dims) == set(other.frame.dims):
            raise InputError(
                tr(
                    "{first} has the axes {axes} and {other} {axes_of_other}; transpose one of them",
                    first=first.name,
                    axes=first.frame.dims,
                    other=other.name,
                    axes_of_other=other.frame.dims,
                )
            )
        differing = [str(axis) for axis, twin in zip(first.frame.dims, other.frame.dims, strict=True)
                     if _differ(first.frame, axis, other.frame, twin)]  # fmt: skip
        if not _may_be_one(_reference(first.frame), _reference(other.frame)):
            differing.append(_REFERENCE)
        if differing:
            raise InputError(
                tr(
                    "{first} and {other} differ in '{axis}': they do not lie on the same cells",
                    first=first.name,
                    other=other.name,
                    axis=differing[0],
                )
            )


def _differ(first: xr.DataArray, axis: Hashable, other: xr.DataArray, twin: Hashable) -> bool:
    """Whether two axes with coordinates have different ones."""
    if axis not in first.coords or twin not in other.coords:
        return False
    here, there = first.coords[axis].values, other.coords[twin].values
    if here.dtype.kind not in "iuf" or there.dtype.kind not in "iuf" or len(here) < 2:
        return not np.array_equal(here, there)
    step = float(np.abs(np.diff(here.astype(np.float64))).min())
    return not np.allclose(here, there, rtol=0.0, atol=1e-3 * step)


def _may_be_one(first: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two reference systems are the same, however they are written; an unknown one may be any."""
    if not first or not other or first == other:
        return True
    if first[1] != other[1]:
        return False
    try:
        return pyproj.CRS(first[0]).equals(pyproj.CRS(other[0]), ignore_axis_order=True)
    except pyproj.exceptions.CRSError:
        return False


def _reference(array: xr.DataArray) -> tuple[Any, ...]:
    """Coordinate reference system of an array, and its affine transform where rows and columns are turned; empty where unknown."""
    if _REFERENCE not in array.coords:
        return ()
    held = array.coords[_REFERENCE].attrs
    return held.get("crs_wkt"), held.get("turned")


def on_cells(known: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.float64]:
    """Values of the known cells on the map, NaN elsewhere."""
    whole = np.full(known.shape, np.nan)
    whole[known] = values
    return whole
