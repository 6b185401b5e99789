"""Correlograms of many maps, each worked out once for the cells that it is known on."""

from __future__ import annotations

import math
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.correlation import Values, pearson
from tanheng.analysis.effective_size import Correlogram, GridLags, ModifiedTest, modified_test
from tanheng.errors import InputError

#: Bytes of the masks that are held; one always is.
_MASK_BYTES = 2**28

#: What a map is: first its year, or None for one that is the same in every year.
Name = tuple[int | None, *tuple[Hashable, ...]]


class Correlograms:
    """Tests of correlations of maps, which share what they know of masks and of maps.

    Examples
    --------
    >>> known = Correlograms()
    >>> down = np.repeat(np.arange(30.0)[:, None], 30, axis=1)
    >>> test = known.test(down, down**2, (None, "elevation"), (2015, "supply"))
    >>> round(test.r, 2), test.effective_size < 10
    (0.97, True)
    """

    def __init__(self) -> None:
        self._lags: list[GridLags] = []
        self._found: dict[tuple[int, Name], Correlogram] = {}

    def test(
        self, first: Values, second: Values, first_name: Name | None, second_name: Name | None, controls: int = 0
    ) -> ModifiedTest:
        """Correlation of two maps with its modified test, over the cells that both know.

        Parameters
        ----------
        first, second : numpy.ndarray, shape (rows, columns)
            NaN is no data.
        first_name, second_name : tuple, optional
            What the maps are: one that was there before under its name, on the same cells, is not worked out again. None for a map
            that does not come twice.
        controls : int
            See `modified_test`.
        """
        r, n = pearson(first.ravel(), second.ravel())
        return modified_test(r, n, self._effective_size(first, second, first_name, second_name), controls)

    def _effective_size(
        self, first: Values, second: Values, first_name: Name | None, second_name: Name | None
    ) -> float:
        """Effective size; NaN where it can't be told."""
        try:
            lags = self._lags_of(np.isfinite(first) & np.isfinite(second))
            pair = self._one(lags, first, first_name), self._one(lags, second, second_name)
            return lags.effective_size(*pair)
        except InputError:  # too few cells, or a map that does not vary: then r is NaN as well
            return math.nan

    def _lags_of(self, mask: NDArray[np.bool_]) -> GridLags:
        for lags in self._lags:
            if np.array_equal(lags.mask, mask):
                return lags
        lags = GridLags(mask)
        while self._lags and sum(item.nbytes for item in (lags, *self._lags)) > _MASK_BYTES:
            old = self._lags.pop()
            self._found = {key: item for key, item in self._found.items() if key[0] != id(old)}
        self._lags.insert(0, lags)
        return lags

    def _one(self, lags: GridLags, values: Values, name: Name | None) -> Correlogram:
        if name is None:
            return lags.correlogram(values)
        key = id(lags), name
        if key not in self._found:
            self._found[key] = lags.correlogram(values)
        return self._found[key]

    def forget(self, year: int, *more: Hashable) -> None:
        """Forget the maps of a year, those whose name holds all of some words; those of no year stay."""
        self._found = {
            key: item for key, item in self._found.items() if key[1][0] != year or not set(more) <= set(key[1][1:])
        }
