"""Where a plan is carried out: conversions of groups laid on their cells, the preferred ones first."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from tanheng.planning.columns import Columns, Numbers
from tanheng.planning.problem import Flows, Mask, PlanProblem, Values
from tanheng.units import HA_PER_KM2

#: Seed of the lot among cells that are worth the same and preferred alike.
_SEED = 1

#: What a full ring of neighbours of a class takes off the distance to it: less than a ring, so that rings keep their order.
_RING = 0.4

#: Pieces that are looked at first when land is converted; four times as many while they do not suffice.
_FIRST = 4096

_NEIGHBOURS = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]) / 8.0


def spread(problem: PlanProblem, columns: Columns, y: Values) -> Flows:
    """Flows of each cell; within a group, the cells with the smallest preference for the new class go first, equal ones by lot.

    Cells of a group are worth the same to the plan, so this choice costs nothing. A lot that is the same at every run keeps what is
    left equal from going by the order of the rows, which would fill the north first.
    """
    return Layout(problem, columns).flows(y)


class Layout:
    """Pieces of each group in the order in which they are converted: found once for a problem, and the same for all plans of it."""

    def __init__(self, problem: PlanProblem, columns: Columns) -> None:
        pieces = columns.pieces
        self.columns, self.preference = columns, problem.preference
        self._lot = np.random.default_rng(_SEED).random(len(problem.area))
        self._may = (problem.max_change if len(columns.most_change) == len(columns.area) else 1.0) * pieces.area
        self._order = np.argsort(pieces.group, kind="stable")
        self._starts = np.searchsorted(pieces.group[self._order], np.arange(len(columns.area) + 1))
        self._members: dict[tuple[int, int], Numbers] = {}

    def flows(self, y: Values) -> Flows:
        """Flows of each cell, what stays as it is among them."""
        conversions = self._conversions(y)
        left = self.columns.pieces.area.copy()
        for members, _, taken in conversions:
            left[members] -= taken
        return _flows(self.columns, conversions, left)

    def conversions(self, y: Values) -> Flows:
        """Flows of what is converted alone."""
        return _flows(self.columns, self._conversions(y), np.zeros(0))

    def _conversions(self, y: Values) -> list[tuple[Numbers, int, Values]]:
        """Pieces that are converted, their new class and how much of each, column by column."""
        may, found = self._may.copy(), []
        for column in np.flatnonzero(y > 0):
            group, end = int(self.columns.group[column]), int(self.columns.end[column])
            members, taken = _filled(self._in_order(group, end), may, float(y[column]))
            may[members] -= taken
            some = taken > 0
            found.append((members[some], end, taken[some]))
        return found

    def _in_order(self, group: int, end: int) -> Numbers:
        """Pieces of a group as they are converted to a class, the first one first."""
        key = group, end
        if key not in self._members:
            members = self._order[self._starts[group] : self._starts[group + 1]]
            if self.preference is not None and len(members) > 1:
                cells = self.columns.pieces.cell[members]
                members = members[np.lexsort((self._lot[cells], self.preference[cells, end]))]
            self._members[key] = members
        return self._members[key]


def _filled(members: Numbers, may: Values, amount: float) -> tuple[Numbers, Values]:
    """The first of some pieces, and an amount poured into what each may take, one after the other."""
    count = min(_FIRST, len(members))
    while True:
        room = may[members[:count]]
        after = np.cumsum(room)
        if count == len(members) or after[-1] >= amount:
            return members[:count], np.asarray(np.clip(amount - (after - room), 0.0, room))
        count = min(4 * count, len(members))


def _flows(columns: Columns, moved: list[tuple[Numbers, int, Values]], left: Values) -> Flows:
    pieces = columns.pieces
    stays = np.flatnonzero(left > 1e-15 * pieces.area[: len(left)])
    which = np.concatenate([stays, *(members for members, _, _ in moved)]).astype(np.int64)
    end = np.concatenate([pieces.start[stays], *(np.full(len(members), to) for members, to, _ in moved)])
    area = np.concatenate([left[stays], *(taken for _, _, taken in moved)])
    return Flows(pieces.cell[which], pieces.start[which], end.astype(np.int64), HA_PER_KM2 * area)


def nearness(share: Values, mask: Mask, part: float = 0.5) -> Values:
    """Distance of each known cell to the nearest that holds a class, less for many such neighbours, cells, shape (known cells, classes).

    As preference of a plan it lets new land of a class grow from the land of that class, ring by ring, instead of as speckle.

    Parameters
    ----------
    share : numpy.ndarray, shape (classes, rows, columns)
        Part of each cell that is each class.
    mask : numpy.ndarray of bool, shape (rows, columns)
        Known cells.
    part : float
        Part of a cell from which on it holds a class.

    Examples
    --------
    >>> share = np.array([[[1.0, 0.0, 0.0]], [[0.0, 1.0, 1.0]]])
    >>> nearness(share, np.ones((1, 3), bool)).round(3).tolist()
    [[0.0, 0.95], [0.95, 0.0], [2.0, 0.0]]
    """
    distances = np.empty((int(mask.sum()), len(share)))
    for number, layer in enumerate(share):
        holds = np.nan_to_num(layer) >= part
        if holds.any():
            around = ndimage.convolve(holds.astype(float), _NEIGHBOURS, mode="constant")
            distance = ndimage.distance_transform_edt(~holds) - _RING * around
            distances[:, number] = np.where(holds, 0.0, distance)[mask]
        else:
            distances[:, number] = float(sum(mask.shape))
    return distances
