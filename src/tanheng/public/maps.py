"""Maps of one's own: any two-dimensional array in, a labelled one out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
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
        made = xr.DataArray(values, coords=self.frame.coords, dims=self.frame.dims, name=name)
        made.attrs = {"units": units, "long_name": long_name}
        if "grid_mapping" in self.frame.attrs:
            made.attrs["grid_mapping"] = self.frame.attrs["grid_mapping"]
        return made


def as_map(given: object, name: str) -> Map:
    """Map of an array: xarray, numpy (masked as well), pandas or lists.

    Parameters
    ----------
    given : array-like, shape (rows, columns)
        Further axes of length one are dropped.
    name : str
        What messages call it.

    Raises
    ------
    InputError
        It is no array of numbers with two axes, or holds infinity.

    Examples
    --------
    >>> as_map([[1, 2], [3, 4]], "supply").values.sum()
    np.float64(10.0)
    >>> as_map([1, 2], "supply")
    Traceback (most recent call last):
    tanheng.errors.InputError: supply has shape (2,); expected rows and columns of a map
    """
    array = given if isinstance(given, xr.DataArray) else xr.DataArray(_filled(given, name))
    array = array.squeeze(drop=True) if array.ndim > 2 else array
    if array.ndim != 2 or array.size == 0:
        raise InputError(
            tr("{name} has shape {shape}; expected rows and columns of a map", name=name, shape=array.shape)
        )
    if not isinstance(given, xr.DataArray):
        array = array.rename(dict(zip(array.dims, ("y", "x"), strict=True)))
    try:
        values = np.asarray(array.values, np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(tr("{name} holds {dtype}; expected numbers", name=name, dtype=array.dtype)) from error
    if np.isinf(values).any():
        raise InputError(tr("{name} holds infinity; write NaN where there are no data", name=name))
    return Map(name, values, array)


def _filled(given: object, name: str) -> NDArray[Any]:
    """Array of numpy, with NaN where it is masked."""
    if isinstance(given, np.ma.MaskedArray):
        return np.ma.filled(given.astype(np.float64), np.nan)
    try:
        return np.asarray(given)
    except ValueError as error:
        raise InputError(tr("{name} is no array: its rows differ in length", name=name)) from error


def same_cells(first: Map, *others: Map) -> None:
    """Refuse maps that do not lie on the same cells: values of different places would be compared.

    Raises
    ------
    InputError
        Shapes or coordinates differ.
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
        for axis in set(first.frame.dims) & set(other.frame.dims) & set(first.frame.coords) & set(other.frame.coords):
            if not np.array_equal(first.frame[axis].values, other.frame[axis].values):
                raise InputError(
                    tr(
                        "{first} and {other} differ in '{axis}': they do not lie on the same cells",
                        first=first.name,
                        other=other.name,
                        axis=axis,
                    )
                )


def on_cells(known: NDArray[np.bool_], values: NDArray[Any]) -> NDArray[np.float64]:
    """Values of the known cells on the map, NaN elsewhere."""
    whole = np.full(known.shape, np.nan)
    whole[known] = values
    return whole
