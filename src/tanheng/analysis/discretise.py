"""Cutting a continuous driver into strata: equal, natural (Fisher-Jenks), quantile, geometric and standard deviation breaks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.correlation import Values
from tanheng.analysis.kernels.tables import last_starts
from tanheng.choices import DRIVER_BREAKS
from tanheng.errors import InputError, nearest
from tanheng.language import listed, tr

#: Ways to cut, in the order in which ties are settled.
METHODS = DRIVER_BREAKS


def breaks(values: Values, method: str, classes: int) -> Values:
    """Inner class breaks, ascending; a value that equals a break belongs to the class below it.

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
        Finite.
    method : {"equal", "natural", "quantile", "geometric", "sd"}
        *equal* parts the range evenly; *natural* has the least sum of squares within classes (Fisher-Jenks, exact);
        *quantile* has equally many values in each; *geometric* has widths that grow by a constant factor, and needs
        positive values; *sd* steps by one standard deviation around the mean.
    classes : int
        At least two. Fewer come out where values are tied.

    Returns
    -------
    numpy.ndarray, shape (at most classes - 1,)

    Raises
    ------
    InputError
        The method is unknown, there are fewer than two classes or distinct values, or geometric breaks are asked of
        values that are not positive.

    Examples
    --------
    >>> breaks(np.array([1.0, 2.0, 3.0, 10.0, 11.0]), "natural", 2).tolist()
    [3.0]
    >>> breaks(np.array([1.0, 10.0, 100.0]), "geometric", 2).round(6).tolist()
    [10.0]
    """
    if method not in METHODS:
        raise InputError(
            tr(
                "'{method}' is not a classification method; choose one of {names}{nearest}",
                method=method,
                names=listed(METHODS),
                nearest=nearest(method, METHODS),
            )
        )
    if classes < 2:
        raise InputError(tr("two classes or more are needed, got {classes}", classes=classes))
    low, high = float(values.min()), float(values.max())
    if not low < high:
        raise InputError(tr("all values are alike, so they can't be cut into classes"))
    if method == "natural":
        return natural_breaks(values, classes)[classes]
    if method == "equal":
        inner = np.linspace(low, high, classes + 1)[1:-1]
    elif method == "quantile":
        inner = np.quantile(values, np.linspace(0, 1, classes + 1)[1:-1])
    elif method == "geometric":
        if low <= 0:
            raise InputError(tr("geometric breaks need positive values, the least is {low:g}", low=low))
        inner = np.geomspace(low, high, classes + 1)[1:-1]
    else:
        inner = values.mean() + values.std() * (np.arange(1, classes) - classes / 2.0)
    return np.unique(inner[(inner >= low) & (inner < high)])


def strata(values: Values, inner: Values) -> NDArray[np.int64]:
    """Stratum of each value, from 0; -1 where the value is missing.

    Examples
    --------
    >>> strata(np.array([1.0, 3.0, 3.1, np.nan]), np.array([3.0])).tolist()
    [0, 0, 1, -1]
    """
    return np.where(np.isfinite(values), np.searchsorted(inner, values, side="left"), -1)


def natural_breaks(values: Values, most: int) -> dict[int, Values]:
    """Fisher-Jenks breaks for every number of classes from 2 to `most`, from one pass of dynamic programming.

    Exact: on the sorted distinct values, with their counts. The best place of the last break moves up with the number of
    values, so each layer is solved by parting the range, in n log n steps.

    References
    ----------
    Fisher 1958, Journal of the American Statistical Association 53, 789-798.

    Examples
    --------
    >>> found = natural_breaks(np.array([1.0, 2.0, 9.0, 10.0, 30.0]), 3)
    >>> {k: inner.tolist() for k, inner in found.items()}
    {2: [10.0], 3: [2.0, 10.0]}
    """
    distinct, counts = np.unique(values, return_counts=True)
    most_here = min(most, len(distinct))
    weight = np.concatenate([[0.0], np.cumsum(counts)])
    centred = distinct - values.mean()
    total = np.concatenate([[0.0], np.cumsum(counts * centred)])
    squares = np.concatenate([[0.0], np.cumsum(counts * centred**2)])
    starts = last_starts(weight, total, squares, most_here)
    breaks_by_number = {}
    for classes in range(2, most + 1):
        end, inner = len(distinct), []
        for layer in range(min(classes, most_here) - 1, 0, -1):
            end = int(starts[layer, end])
            inner.append(distinct[end - 1])
        breaks_by_number[classes] = np.array(inner[::-1])
    return breaks_by_number
