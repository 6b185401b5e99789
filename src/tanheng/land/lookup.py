"""From the codes of a map to the index of a land class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.language import tr

#: Class index of a code that means "no data"; kernels pass over whatever is negative.
NO_DATA = -1

_DIRECT = 1 << 20

#: Codes of classes are small numbers; larger ones are undeclared nodata, or another quantity.
_HIGHEST_CODE = 2**31


@dataclass(frozen=True)
class Lookup:
    """Class index by code; codes that it lacks get the index `len(classes)`, codes without data `NO_DATA`.

    Examples
    --------
    >>> lookup = Lookup(("forest", "water"), {1: "forest", 2: "water", 0: None})
    >>> codes, table = lookup.indexed(np.array([[1, 2, 0, 9]], np.int32), "map.tif")
    >>> table[codes].tolist()
    [[0, 1, -1, 2]]
    """

    classes: tuple[str, ...]
    codes: Mapping[int, str | None]

    @property
    def unknown(self) -> int:
        """Index of codes that the legend lacks."""
        return len(self.classes)

    def index_of(self, code: int) -> int:
        """Index of one code."""
        if code not in self.codes:
            return self.unknown
        name = self.codes[code]
        return NO_DATA if name is None else self.classes.index(name)

    def indexed(self, codes: NDArray[Any], name: str) -> tuple[NDArray[np.uint8], NDArray[np.int16]]:
        """Array of bytes, and the table of 256 entries that turns a byte into a class index.

        Bytes pass through untouched. Wider codes are turned into bytes: the class index plus one.

        Raises
        ------
        InputError
            The codes are fractions.
        """
        if codes.dtype == np.uint8:
            return codes, np.array([self.index_of(code) for code in range(256)], np.int16)
        if codes.dtype == np.int8:
            order = np.arange(256, dtype=np.uint8).view(np.int8)
            return codes.view(np.uint8), np.array([self.index_of(int(code)) for code in order], np.int16)
        whole = whole_codes(codes, name)
        table = np.arange(-1, 255, dtype=np.int16)
        missing = np.int64(np.iinfo(np.int64).min)
        low, high = int(whole.min(initial=0, where=whole != missing)), int(whole.max(initial=0))
        if high - low < _DIRECT:
            direct = np.array([self.index_of(code) + 1 for code in range(low, high + 1)], np.uint8)
            shifted = np.where(whole == missing, 0, whole - low)
            return np.where(whole == missing, np.uint8(0), direct[shifted]), table
        found, inverse = np.unique(whole, return_inverse=True)
        indices = np.array([0 if code == missing else self.index_of(int(code)) + 1 for code in found], np.uint8)
        return indices[inverse].reshape(whole.shape), table


def whole_codes(codes: NDArray[Any], name: str) -> NDArray[np.int64]:
    """Codes as 64-bit integers; NaN becomes the smallest of them.

    Raises
    ------
    InputError
        Some codes are fractions, infinite or beyond 2^31; their number and an example are named.
    """
    if np.issubdtype(codes.dtype, np.integer):
        if codes.dtype.itemsize == 8:
            huge = (codes >= _HIGHEST_CODE) | ((codes <= -_HIGHEST_CODE) & (codes != np.iinfo(np.int64).min))
            if huge.any():
                _refuse_huge(name, codes[huge])
        return codes.astype(np.int64, copy=False)
    if not np.issubdtype(codes.dtype, np.floating):
        raise InputError(
            tr(
                "{name}: has values of type {dtype}; a land-cover map has whole numbers as codes",
                name=name,
                dtype=codes.dtype,
            )
        )
    known = ~np.isnan(codes)
    huge = known & ~(np.abs(codes) < _HIGHEST_CODE)
    if huge.any():
        _refuse_huge(name, codes[huge])
    fractional = known & (codes != np.floor(codes))
    if fractional.any():
        value = codes[fractional][0]
        raise InputError(
            tr(
                "{name}: has fractional codes ({count} pixels in the part read, for example {example:g}); a land-cover map has "
                "whole numbers: was it resampled by averaging? use nearest or mode",
                name=name,
                count=int(fractional.sum()),
                example=value,
            )
        )
    return np.where(known, codes, np.float64(np.iinfo(np.int64).min)).astype(np.int64)


def _refuse_huge(name: str, codes: NDArray[Any]) -> NoReturn:
    raise InputError(
        tr(
            "{name}: {count} of the pixels read have the value {example:g}, which cannot be a land-cover code; if it means no "
            "data, declare it as nodata (gdal_edit -a_nodata)",
            name=name,
            count=codes.size,
            example=codes[0],
        )
    )


def code_counts(codes: NDArray[Any], name: str) -> dict[int, int]:
    """Number of pixels of each code; NaN is left out.

    Examples
    --------
    >>> code_counts(np.array([[1, 1, 250]], np.uint8), "map.tif")
    {1: 2, 250: 1}
    """
    if codes.dtype == np.uint8:
        counts = np.bincount(codes.ravel(), minlength=256)
        return {int(code): int(counts[code]) for code in np.flatnonzero(counts)}
    found, number = np.unique(whole_codes(codes, name), return_counts=True)
    missing = np.iinfo(np.int64).min
    return {int(code): int(count) for code, count in zip(found, number, strict=True) if code != missing}
