"""Scores of simulated land against observed land: figure of merit at many resolutions, and kinds of disagreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.kernels.comparison import count_agreement, count_changes, merit_in_blocks
from tanheng.simulation.landscape import NOWHERE, Land

#: Sides of the blocks in which land is compared, cells.
RESOLUTIONS = (1, 2, 4, 8, 16, 32, 64, 128)


@dataclass(frozen=True)
class Merit:
    """Observed and simulated change set against each other, in cells.

    Attributes
    ----------
    hits : float
        Changed in both, to the same class.
    misses : float
        Changed, but simulated to stay.
    false_alarms : float
        Stayed, but simulated to change.
    wrong_hits : float
        Changed in both, to different classes.
    """

    hits: float
    misses: float
    false_alarms: float
    wrong_hits: float

    @property
    def figure_of_merit(self) -> float:
        """Hits over all cells that changed in either; NaN where none did.

        Examples
        --------
        >>> Merit(1.0, 2.0, 0.0, 1.0).figure_of_merit
        0.25
        """
        total = self.hits + self.misses + self.false_alarms + self.wrong_hits
        return self.hits / total if total > 0 else float("nan")

    @property
    def errors(self) -> float:
        """Cells that are wrong: misses, false alarms and wrong hits."""
        return self.misses + self.false_alarms + self.wrong_hits

    def __add__(self, other: Merit) -> Merit:
        """Sum of two."""
        return Merit(
            self.hits + other.hits,
            self.misses + other.misses,
            self.false_alarms + other.false_alarms,
            self.wrong_hits + other.wrong_hits,
        )

    def scaled(self, factor: float) -> Merit:
        """All four times a factor."""
        return Merit(*(factor * part for part in (self.hits, self.misses, self.false_alarms, self.wrong_hits)))


def figure_of_merit(before: Land, observed: Land, simulated: Land, classes: int, resolution: int = 1) -> Merit:
    r"""Hits, misses, false alarms and wrong hits in blocks of so many cells on a side.

    In a block and for each transition i to j, the smaller of observed and simulated area is agreement: :math:`H = \sum \min(o_{ij},
    s_{ij})`. Of what is left for an origin, the smaller of both is change to the wrong class, the rest of the observed a miss, the
    rest of the simulated a false alarm. Blocks of one cell give the usual figure of merit.

    Parameters
    ----------
    before, observed, simulated : array of uint8, shape (rows, columns)
        Classes; cells outside any of the classes are left out.

    References
    ----------
    Pontius et al. 2008, Comparing the input, output, and validation maps for several models of land change; Pontius et al.
    2011, Comparison of three maps at multiple resolutions.

    Examples
    --------
    >>> before, observed = np.zeros((1, 4), np.uint8), np.array([[1, 1, 0, 0]], np.uint8)
    >>> simulated = np.array([[1, 0, 1, 0]], np.uint8)
    >>> figure_of_merit(before, observed, simulated, 2)
    Merit(hits=1.0, misses=1.0, false_alarms=1.0, wrong_hits=0.0)
    >>> figure_of_merit(before, observed, simulated, 2, 4).figure_of_merit
    1.0
    """
    return Merit(*_merits(before, observed, simulated, classes, resolution).sum(axis=0).tolist())


def merit_by_origin(
    before: Land, observed: Land, simulated: Land, classes: int, resolution: int = 1
) -> dict[int, Merit]:
    """Merit of the cells of each origin class that changed in either map."""
    merits = _merits(before, observed, simulated, classes, resolution)
    return {origin: Merit(*merits[origin].tolist()) for origin in range(classes) if merits[origin].any()}


def _merits(before: Land, observed: Land, simulated: Land, classes: int, resolution: int) -> NDArray[np.float64]:
    """Hits, misses, false alarms and wrong hits by origin, shape (classes, 4)."""
    merits = np.zeros((classes, 4), np.int64)
    merit_in_blocks(before, observed, simulated, classes, resolution, merits)
    return merits.astype(float)


def merit_by_transition(before: Land, observed: Land, simulated: Land, classes: int) -> dict[tuple[int, int], Merit]:
    """Merit of each transition by itself, cell by cell; change to two classes is a wrong hit of both transitions."""
    merit = np.zeros((4, classes, classes), np.int64)
    count_agreement(before, observed, simulated, merit)
    there = np.argwhere(merit.any(axis=0))
    return {(int(i), int(j)): Merit(*merit[:, i, j].astype(float).tolist()) for i, j in there}


@dataclass(frozen=True)
class Disagreement:
    """Kinds of disagreement of two maps, as shares of the cells; together they are the share of cells that differ.

    Attributes
    ----------
    quantity : float
        The maps have other areas of the classes.
    exchange : float
        Pairs of cells whose classes are swapped.
    shift : float
        Allocation that is no exchange of pairs.
    """

    quantity: float
    exchange: float
    shift: float


def disagreement(observed: Land, simulated: Land, classes: int) -> Disagreement:
    r"""Disagreement of quantity, exchange and shift of two maps.

    .. math:: q = \tfrac12 \sum_j |n_{+j} - n_{j+}|, \quad e = \sum_{i<j} 2 \min(n_{ij}, n_{ji}), \quad s = d - q - e

    References
    ----------
    Pontius and Millones 2011; Pontius and Santacruz 2014, Quantity, exchange, and shift components of difference in a square
    contingency table.

    Examples
    --------
    >>> disagreement(np.array([[0, 1, 1, 0]], np.uint8), np.array([[1, 0, 1, 1]], np.uint8), 2)
    Disagreement(quantity=0.25, exchange=0.5, shift=0.0)
    """
    table = contingency(observed, simulated, classes)
    total = max(float(table.sum()), 1.0)
    differ = total - float(np.trace(table)) if table.sum() else 0.0
    quantity = float(np.abs(table.sum(axis=0) - table.sum(axis=1)).sum()) / 2
    exchange = float(np.minimum(table, table.T).sum() - np.trace(table))
    return Disagreement(quantity / total, exchange / total, max(0.0, (differ - quantity - exchange) / total))


def contingency(one: Land, other: Land, classes: int) -> NDArray[np.int64]:
    """Cells by the class of one map and of another, shape (classes, classes)."""
    counts = np.zeros((1, classes, classes), np.int64)
    count_changes(one, other, NOWHERE, counts)
    return np.asarray(counts[0])


def kappa(observed: Land, simulated: Land, classes: int) -> float:
    """Cohen's kappa of two maps; land that never changes makes it high, whatever the model does.

    Examples
    --------
    >>> kappa(np.array([[0, 0, 1, 1]], np.uint8), np.array([[0, 0, 1, 0]], np.uint8), 2)
    0.5
    """
    table = contingency(observed, simulated, classes).astype(float)
    total = table.sum()
    if total == 0:
        return float("nan")
    agreed, chance = np.trace(table) / total, float(table.sum(axis=0) @ table.sum(axis=1)) / total**2
    return float((agreed - chance) / (1.0 - chance)) if chance < 1 else float("nan")


#: Bits of a score by which cells are told apart: its sign, its power of two, and 11 binary digits.
_TOLD_APART = 20


class OperatingCurve:
    """Total operating characteristic: cells above each of many thresholds of a score, and how many of them changed.

    Cells of equal score come together; scores are equal where they differ by less than a part in 2,000. So the curve of any number of cells
    takes the memory of a million.

    References
    ----------
    Pontius and Si 2014, The total operating characteristic to measure diagnostic ability for multiple thresholds.

    Examples
    --------
    >>> curve = OperatingCurve()
    >>> curve.add(np.array([3.0, 1.0, 2.0, 0.0]), np.array([True, False, False, True]))
    >>> curve.points(4).tolist()
    [[0.0, 0.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0], [4.0, 2.0]]
    >>> level = OperatingCurve()
    >>> level.add(np.zeros(4), np.array([True, True, False, False]))
    >>> level.points(2).tolist()
    [[0.0, 0.0], [2.0, 1.0], [4.0, 2.0]]
    """

    def __init__(self) -> None:
        self._cells, self._changed = np.zeros((2, 2**_TOLD_APART), np.int64)

    def add(self, score: NDArray[np.floating], changed: NDArray[np.bool_]) -> None:
        """Count some cells."""
        bits = (score.astype(np.float32) + np.float32(0.0)).view(np.uint32)
        # As whole numbers, these ascend as the scores do.
        rank = np.where(bits >> 31, ~bits, bits | np.uint32(2**31)) >> np.uint32(32 - _TOLD_APART)
        self._cells += np.bincount(rank, minlength=2**_TOLD_APART)
        self._changed += np.bincount(rank[changed], minlength=2**_TOLD_APART)

    def points(self, number: int = 50) -> NDArray[np.float64]:
        """Cells above each of so many thresholds, and how many of them changed; shape (points, 2)."""
        ends = np.concatenate([[0], np.cumsum(self._cells[::-1])])
        hits = np.concatenate([[0], np.cumsum(self._changed[::-1])])
        at = np.unique(np.rint(np.linspace(0, ends[-1], number + 1)).astype(int))
        # Among equal scores no cell comes first: the curve goes straight from one threshold to the next.
        known = np.concatenate([[True], np.diff(ends) > 0])
        return np.stack([at, np.interp(at, ends[known], hits[known])], axis=1).astype(float)


def resolutions(shape: tuple[int, int]) -> Iterator[int]:
    """Sides of blocks from one cell to 128, or to that which holds the whole landscape."""
    for side in RESOLUTIONS:
        yield side
        if side >= max(shape):
            return
