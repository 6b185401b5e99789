"""Class breaks of maps: round numbers, the same over all years, and zero always one of them where signs differ."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tanheng.choices import MAP_BREAKS
from tanheng.report.style.auto_breaks import auto_breaks, sample

#: A method (`auto`, `tail`, `quantile`, `natural`), or breaks by hand.
BreakChoice = str | Sequence[float]

#: Values that differ by less, against their size, differ by rounding alone: those of results have 32 bits.
ALIKE = 1e-6

METHODS = MAP_BREAKS

#: Part of the cells from which on those that are zero are a class of their own.
_OFTEN_ZERO = 0.1


def breaks_for(
    values: NDArray[np.float64], choice: BreakChoice = "auto", classes: int = 7, *, diverging: bool = False
) -> list[float]:
    """Breaks from the smallest to the largest value, ascending; at least two.

    Parameters
    ----------
    choice : str or sequence of float
        *auto* goes by the shape of the distribution (`auto_breaks`); *quantile* puts as many cells into each class; *tail* does so but
        keeps the largest 5 and 1 percent apart; *natural* has the least sum of squares within classes; numbers are breaks by hand.
    diverging : bool
        Zero is a break, and each side is classed by itself.

    Examples
    --------
    >>> breaks_for(np.arange(0.0, 101.0), "quantile", 4)
    [0.0, 25.0, 50.0, 75.0, 100.0]
    >>> breaks_for(np.array([-3.0, 1.0, 8.0]), [5], diverging=True)
    [-3.0, 0.0, 5.0, 8.0]
    """
    if not isinstance(choice, str):
        return _by_hand(values, choice, diverging=diverging)
    return diverging_breaks(values, choice, classes) if diverging else _one_side(values, choice, classes)


def diverging_breaks(values: NDArray[np.float64], method: str = "quantile", classes: int = 8) -> list[float]:
    """Breaks around zero, each side classed by itself; no class where there are no values.

    Half of the classes lie on each side; by the method *auto* a side with more cells has more of them, and where many cells are zero,
    as on maps of change, they are a class of their own.

    Examples
    --------
    >>> diverging_breaks(np.arange(-20.0, 21.0), "quantile", 4)
    [-20.0, -10.0, 0.0, 10.0, 20.0]
    """
    known = values[np.isfinite(values)]
    below, above = known[known < 0], known[known > 0]
    fewer, more = _sides(below.size, above.size, classes) if method == "auto" else [max((classes + 1) // 2, 1)] * 2
    even = "quantile" if method == "tail" else method
    middle = [0.0]
    if method == "auto" and known.size and below.size + above.size < (1.0 - _OFTEN_ZERO) * known.size:
        least = _least(known)
        below, above, middle = below[below < -least], above[above > least], [-least, least]
    left = _one_side(below, even, fewer)[:-1] if below.size else []
    right = [*_one_side(above, even, more)[1:-1], float(above.max())] if above.size else []
    return [*left, *middle, *right] if left or right else [-1.0, 0.0, 1.0]


def _least(known: NDArray[np.float64]) -> float:
    """Bound within which values count as zero: half of the smallest other value, and never less than rounding."""
    sizes = np.abs(known)
    rounding = ALIKE * float(sizes.max())
    others = sizes[sizes > rounding]
    return round_break(float(others.min()) / 2, 1) if others.size else max(rounding, 1e-300)


def _sides(below: int, above: int, classes: int) -> list[int]:
    """Classes on each side of zero, by the square root of its cells: rare values keep a few.

    Examples
    --------
    >>> _sides(100, 100, 7), _sides(10, 990, 7), _sides(0, 50, 7)
    ([4, 4], [2, 6], [1, 7])
    """
    total = classes + 1
    first = round(total * math.sqrt(below) / ((math.sqrt(below) + math.sqrt(above)) or 1.0))
    least = 2 if classes > 3 else 1
    first = min(max(first, least if below else 1), total - (least if above else 1))
    return [first, total - first]


def _one_side(values: NDArray[np.float64], method: str, classes: int) -> list[float]:
    """Rounded breaks of values of one sign, or of any where zero means nothing."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return [0.0, 1.0]
    low, high = float(known.min()), float(known.max())
    if high - low <= ALIKE * max(abs(low), abs(high)):
        return _single(low, high)
    if method != "auto" and (few := np.unique(known)).size <= max(classes, 2):
        return _between(few)
    if classes == 1:
        return [low, high]
    if method == "auto":
        return [low, *(value for value in auto_breaks(known, classes) if low < value < high), high]
    inner = _natural(known, classes) if method == "natural" else np.quantile(known, _parts(method, classes))
    return _rounded(low, [float(value) for value in inner], high)


def _single(low: float, high: float) -> list[float]:
    """Ends of the one class of values that are alike."""
    return [low, max(low + (abs(low) or 1.0), high)]


def _parts(method: str, classes: int) -> list[float]:
    """Parts of the cells below each inner break; few cells hold the largest values, and *tail* shows them apart.

    Examples
    --------
    >>> _parts("quantile", 4), _parts("tail", 5)
    ([0.25, 0.5, 0.75], [0.32, 0.63, 0.95, 0.99])
    """
    if method != "tail" or classes < 4:
        return [rank / classes for rank in range(1, classes)]
    bulk = classes - 2
    return [round(0.95 * rank / bulk, 2) for rank in range(1, bulk)] + [0.95, 0.99]


def _natural(known: NDArray[np.float64], classes: int) -> list[float]:
    from tanheng.analysis.discretise import natural_breaks

    ordered = sample(known)
    inner = natural_breaks(ordered, classes)[classes]
    following = np.searchsorted(ordered, inner, side="right").clip(max=ordered.size - 1)
    return [float(value) for value in (inner + ordered[following]) / 2]


def _rounded(low: float, inner: Sequence[float], high: float) -> list[float]:
    """Ends, and inner breaks at the fewest digits that keep them apart."""
    wanted = len({value for value in inner if low < value < high})
    middle: list[float] = []
    for digits in (2, 3, 4):
        rounded = {round_break(value, digits) for value in inner}
        middle = sorted(value for value in rounded if low < value < high)
        if len(middle) >= wanted:
            break
    return [low, *middle, high]


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


def _between(values: NDArray[np.float64]) -> list[float]:
    """Breaks between a few distinct values, so that each is a class of its own.

    Examples
    --------
    >>> _between(np.array([1.0, 2.0, 4.0]))
    [1.0, 1.5, 3.0, 4.0]
    """
    low, high = float(values[0]), float(values[-1])
    middle = [float(value) for value in (values[:-1] + values[1:]) / 2]
    return [low, *(value for value in middle if low < value < high), high]


def _by_hand(values: NDArray[np.float64], breaks: Sequence[float], *, diverging: bool) -> list[float]:
    """Breaks as they were given, with zero where the map diverges, and ends where values lie outside."""
    known = values[np.isfinite(values)]
    wanted = {float(value) for value in breaks} | ({0.0} if diverging else set())
    if known.size:
        low, high = float(known.min()), float(known.max())
        wanted |= {low} if low < min(wanted) else set()
        wanted |= {high} if high > max(wanted) else set()
    ordered = sorted(wanted)
    return ordered if len(ordered) > 1 else _single(ordered[0], ordered[0])


def classes_of(values: NDArray[np.float64], breaks: Sequence[float]) -> NDArray[np.int16]:
    """Number of the class of each value, -1 where it is missing; a break opens the class above it.

    Examples
    --------
    >>> classes_of(np.array([0.0, 1.0, 2.0, np.nan]), [0.0, 1.0, 2.0]).tolist()
    [0, 1, 1, -1]
    """
    classes = np.searchsorted(np.asarray(breaks[1:-1], float), values, side="right")
    return np.where(np.isfinite(values), classes, -1).astype(np.int16)
