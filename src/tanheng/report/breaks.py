"""Class breaks of maps: round numbers, the same over all years, and zero always one of them where signs differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def round_break(value: float, digits: int = 2) -> float:
    """Value at a few significant digits.

    Examples
    --------
    >>> round_break(14995.3), round_break(-0.0123), round_break(0.0)
    (15000.0, -0.012, 0.0)
    """
    if value == 0 or not math.isfinite(value):
        return 0.0
    return float(round(value, digits - 1 - math.floor(math.log10(abs(value)))))


#: Part of the cells below each break of a skewed quantity: few cells hold the largest values, and are seen apart.
_SKEWED = (0.1, 0.3, 0.5, 0.7, 0.85, 0.95, 0.99)

#: A quantity with at most so many distinct values is shown value by value.
_FEW = 9


def quantile_breaks(values: NDArray[np.float64], parts: Sequence[float] = _SKEWED) -> list[float]:
    """Rounded breaks below which the given parts of the cells lie; at least two.

    Examples
    --------
    >>> quantile_breaks(np.arange(1.0, 101.0), (0.25, 0.5, 0.75))
    [1.0, 26.0, 50.0, 75.0, 100.0]
    """
    known = values[np.isfinite(values)]
    if known.size == 0:
        return [0.0, 1.0]
    if (few := np.unique(known)).size <= _FEW:
        return _between(few)
    inner = np.quantile(known, parts)
    low, high = float(known.min()), float(known.max())
    middle = sorted({round_break(value) for value in inner if low < value < high} - {low, high})
    middle = [value for value in middle if low < value < high]
    found = [low, *middle, high]
    return found if high > low else [low, low + (abs(low) or 1.0)]


def _between(values: NDArray[np.float64]) -> list[float]:
    """Breaks between a few distinct values, so that each is a class of its own.

    Examples
    --------
    >>> _between(np.array([1.0, 2.0, 4.0]))
    [1.0, 1.5, 3.0, 4.0]
    """
    low, high = float(values[0]), float(values[-1])
    middle = [float(value) for value in (values[:-1] + values[1:]) / 2]
    found = [low, *(value for value in middle if low < value < high), high]
    return found if high > low else [low, low + (abs(low) or 1.0)]


def diverging_breaks(values: NDArray[np.float64], classes: int = 4) -> list[float]:
    """Breaks around zero, `classes` on each side that has values; no class where there are none.

    Examples
    --------
    >>> diverging_breaks(np.arange(-20.0, 21.0), 2)
    [-20.0, -10.0, 0.0, 10.0, 20.0]
    """
    known = values[np.isfinite(values)]
    below, above = known[known < 0], known[known > 0]
    even = [rank / classes for rank in range(1, classes)]
    left = quantile_breaks(below, even)[:-1] if below.size else []
    right = quantile_breaks(above, even)[1:] if above.size else []
    if not left and not right:
        return [-1.0, 0.0, 1.0]
    return [*left, 0.0, *right]
