"""Scores of simulated land against observed land: figure of merit at many resolutions, and kinds of disagreement."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.landscape import Land

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
    total = Merit(0.0, 0.0, 0.0, 0.0)
    for merit in merit_by_origin(before, observed, simulated, classes, resolution).values():
        total += merit
    return total


def merit_by_origin(
    before: Land, observed: Land, simulated: Land, classes: int, resolution: int = 1
) -> dict[int, Merit]:
    """Merit of the cells of each origin class."""
    blocks = _Blocks(before, observed, simulated, classes, resolution)
    merits = {}
    for origin in range(classes):
        moved = [
            (blocks.count(origin, target, observed), blocks.count(origin, target, simulated))
            for target in range(classes)
            if target != origin
        ]
        if not any(o.any() or s.any() for o, s in moved):
            continue
        hits = sum(np.minimum(o, s) for o, s in moved)
        left, alarms = sum(o for o, _ in moved) - hits, sum(s for _, s in moved) - hits
        wrong = np.minimum(left, alarms)
        parts = (hits, left - wrong, alarms - wrong, wrong)
        merits[origin] = Merit(*(float(np.sum(part)) for part in parts))
    return merits


def merit_by_transition(
    before: Land, observed: Land, simulated: Land, classes: int, resolution: int = 1
) -> dict[tuple[int, int], Merit]:
    """Merit of each transition by itself; what goes to another class than this counts as a miss or a false alarm."""
    blocks = _Blocks(before, observed, simulated, classes, resolution)
    merits = {}
    for origin in range(classes):
        for target in range(classes):
            if target == origin:
                continue
            seen, made = blocks.count(origin, target, observed), blocks.count(origin, target, simulated)
            if not seen.any() and not made.any():
                continue
            hits = np.minimum(seen, made)
            parts = (float(hits.sum()), float((seen - hits).sum()), float((made - hits).sum()))
            merits[origin, target] = Merit(*parts, 0.0)
    return merits


class _Blocks:
    """Cells counted in blocks; only cells that have a class in all three maps."""

    def __init__(self, before: Land, observed: Land, simulated: Land, classes: int, resolution: int) -> None:
        inside = (before < classes) & (observed < classes) & (simulated < classes)
        rows, columns = np.nonzero(inside & ((before != observed) | (before != simulated)))
        across = -(-before.shape[1] // resolution)
        self.block = rows // resolution * across + columns // resolution
        self.size = -(-before.shape[0] // resolution) * across
        self.places = (rows, columns)
        self.before = before[rows, columns]

    def count(self, origin: int, target: int, after: Land) -> NDArray[np.float64]:
        chosen = (self.before == origin) & (after[self.places] == target)
        blocks, counts = np.unique(self.block[chosen], return_counts=True)
        cells_by_size = np.zeros(self.size)
        cells_by_size[blocks] = counts
        return cells_by_size


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
    inside = (one < classes) & (other < classes)
    key = one[inside].astype(np.int64) * classes + other[inside]
    return np.bincount(key, minlength=classes * classes).reshape(classes, classes)


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


def operating_curve(score: NDArray[np.floating], changed: NDArray[np.bool_], points: int = 50) -> NDArray[np.float64]:
    """Total operating characteristic: cells above each of many thresholds, and how many of them changed; shape (points, 2).

    Cells of equal score come together.

    References
    ----------
    Pontius and Si 2014, The total operating characteristic to measure diagnostic ability for multiple thresholds.

    Examples
    --------
    >>> operating_curve(np.array([3.0, 1.0, 2.0, 0.0]), np.array([True, False, False, True]), 4).tolist()
    [[0.0, 0.0], [1.0, 1.0], [2.0, 1.0], [3.0, 1.0], [4.0, 2.0]]
    >>> operating_curve(np.zeros(4), np.array([True, True, False, False]), 2).tolist()
    [[0.0, 0.0], [2.0, 1.0], [4.0, 2.0]]
    """
    order = np.argsort(-score, kind="stable")
    hits = np.concatenate([[0], np.cumsum(changed[order])])
    at = np.unique(np.rint(np.linspace(0, order.size, points + 1)).astype(int))
    # Among equal scores no cell comes first: the curve goes straight from one threshold to the next.
    ends = np.concatenate([[0], np.flatnonzero(np.diff(score[order])) + 1, [order.size]])
    return np.stack([at, np.interp(at, ends, hits[ends])], axis=1).astype(float)


def resolutions(shape: tuple[int, int]) -> Iterator[int]:
    """Sides of blocks from one cell to 128, or to that which holds the whole landscape."""
    for side in RESOLUTIONS:
        yield side
        if side >= max(shape):
            return
