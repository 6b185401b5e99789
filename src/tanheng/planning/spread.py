"""Where a plan is carried out: conversions of groups laid on their cells, the preferred ones first."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from tanheng.planning.columns import Columns
from tanheng.planning.problem import Flows, Mask, PlanProblem, Values
from tanheng.units import HA_PER_KM2

#: Seed of the lot among cells that are worth the same and preferred alike.
_SEED = 1

#: What a full ring of neighbours of a class takes off the distance to it: less than a ring, so that rings keep their order.
_RING = 0.4

_NEIGHBOURS = np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]]) / 8.0


def spread(problem: PlanProblem, columns: Columns, y: Values) -> Flows:
    """Flows of each cell; within a group, the cells with the smallest preference for the new class go first, equal ones by lot.

    Cells of a group are worth the same to the plan, so this choice costs nothing. A lot that is the same at every run keeps what is
    left equal from going by the order of the rows, which would fill the north first.
    """
    lot = np.random.default_rng(_SEED).random(len(problem.area))
    pieces, c = columns.pieces, columns
    left = pieces.area.copy()
    allowance = problem.max_change if len(c.most_change) == len(c.area) else 1.0
    may = allowance * pieces.area
    flows: list[tuple[np.ndarray, int, Values]] = []
    order = np.argsort(pieces.group, kind="stable")
    starts = np.searchsorted(pieces.group[order], np.arange(len(c.area) + 1))
    for column in np.flatnonzero(y > 0):
        group, end = int(c.group[column]), int(c.end[column])
        members = order[starts[group] : starts[group + 1]]
        if problem.preference is not None and len(members) > 1:
            cells = pieces.cell[members]
            members = members[np.lexsort((lot[cells], problem.preference[cells, end]))]
        taken = _fill(may[members], float(y[column]))
        may[members] -= taken
        left[members] -= taken
        some = taken > 0
        flows.append((members[some], end, taken[some]))
    return _flows(columns, flows, left)


def _fill(room: Values, amount: float) -> Values:
    """Amount poured into rooms one after the other; what rounding leaves over is spread evenly."""
    before = np.cumsum(room) - room
    return np.asarray(np.clip(amount - before, 0.0, room))


def _flows(columns: Columns, moved: list[tuple[np.ndarray, int, Values]], left: Values) -> Flows:
    pieces = columns.pieces
    stays = np.flatnonzero(left > 1e-15 * pieces.area)
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
