"""Conversions in whole cells: as near as possible to what is wanted, within quotas, and with the totals exactly met."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_array


@dataclass(frozen=True)
class Conflict:
    """What of a demand can't be met, in cells.

    Attributes
    ----------
    too_many : array, shape (classes,)
        Cells of each class that are there beyond the total demanded and have nowhere to go.
    too_few : array, shape (classes,)
        Cells that each class lacks.
    """

    too_many: NDArray[np.float64]
    too_few: NDArray[np.float64]


def whole_conversions(
    wanted: NDArray[np.float64],
    now: NDArray[np.int64],
    most: NDArray[np.float64],
    free: NDArray[np.int64],
    target: NDArray[np.int64] | None = None,
) -> NDArray[np.int64] | Conflict:
    r"""Whole conversions with the smallest sum of differences from those wanted.

    Minimise :math:`\sum_{ij} |n_{ij} - w_{ij}|` with :math:`\sum_j n_{ij} = a_i`, :math:`n_{ij} \le m_{ij}`, at most the free cells of
    a class leaving it, and :math:`\sum_i n_{ij} = t_j` where totals are demanded. The program is one of flows in a network, so that
    its solution is whole.

    Parameters
    ----------
    wanted : array, shape (classes, classes), cells
    now : array of int, shape (classes,)
    most : array, shape (classes, classes)
        Most cells of a conversion; infinity where it has no quota, 0 where it is forbidden. The diagonal is not read.
    free : array of int, shape (classes,)
        Cells that may change.
    target : array of int, shape (classes,), optional

    Examples
    --------
    >>> wanted = np.array([[7.4, 2.6], [0.5, 9.5]])
    >>> free = np.full((2, 2), np.inf)
    >>> whole_conversions(wanted, np.array([10, 10]), free, np.array([10, 10]), np.array([8, 12])).tolist()
    [[7, 3], [1, 9]]
    """
    size = now.size
    base = np.floor(wanted + 1e-9)
    part = wanted - base
    off = ~np.eye(size, dtype=bool)
    least = np.zeros((size, size))
    np.fill_diagonal(least, now - free)
    cap = np.where(off, np.minimum(most, now[:, None]), now[:, None])
    base = np.clip(base, least, cap)
    # Each entry: down from the base, up by the first cell (which rounds the fraction up), up by more.
    down, first = base - least, np.minimum(cap - base, 1.0)
    more = cap - base - first
    upper = np.concatenate([down.ravel(), first.ravel(), more.ravel(), np.full(2 * size, np.inf)])
    costs = np.concatenate(
        [np.ones(size**2), (1.0 - 2.0 * np.clip(part, 0.0, 1.0)).ravel(), np.ones(size**2), np.full(2 * size, 1e5)]
    )
    rows = np.repeat(np.arange(size), size)
    columns = np.tile(np.arange(size), size)
    ones = np.ones(size**2)
    by_row = _sums(rows, ones, size)
    by_column = _sums(columns, ones, size)
    entries, right = by_row, now - base.sum(axis=1)
    if target is not None:
        over = csr_array(
            (np.concatenate([-np.ones(size), np.ones(size)]), (np.tile(np.arange(size), 2), np.arange(2 * size))),
            shape=(size, 2 * size),
        )
        entries = _stacked(by_row, by_column, over)
        right = np.concatenate([right, target - base.sum(axis=0)])
    else:
        entries = _stacked(by_row, None, csr_array((size, 2 * size)))
        upper[3 * size**2 :] = 0.0
    solved = linprog(
        costs, A_eq=entries, b_eq=right, bounds=np.stack([np.zeros(upper.size), upper], axis=1), method="highs-ds"
    )
    if not solved.success:
        return Conflict(np.maximum(0, now - cap.sum(axis=1)), np.zeros(size))
    x = solved.x
    slack = x[3 * size**2 :].reshape(2, size)
    if slack.max(initial=0.0) > 1e-6:
        return Conflict(slack[0], slack[1])
    steps = x[: 3 * size**2].reshape(3, size, size)
    return np.asarray(np.rint(base - steps[0] + steps[1] + steps[2]), np.int64)


def _sums(at: NDArray[np.int64], ones: NDArray[np.float64], size: int) -> csr_array:
    """Rows that add up the entries of one row or column of the matrix: down counts negative, both kinds of up positive."""
    number = np.arange(at.size)
    return csr_array(
        (
            np.concatenate([-ones, ones, ones]),
            (np.tile(at, 3), np.concatenate([number, number + at.size, number + 2 * at.size])),
        ),
        shape=(size, 3 * at.size),
    )


def _stacked(rows: csr_array, columns: csr_array | None, slack: csr_array) -> csr_array:
    from scipy.sparse import block_array

    if columns is None:
        return csr_array(block_array([[rows, csr_array((rows.shape[0], slack.shape[1]))]]))
    return csr_array(block_array([[rows, csr_array((rows.shape[0], slack.shape[1]))], [columns, slack]]))
