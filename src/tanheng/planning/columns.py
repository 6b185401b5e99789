"""A planning problem as columns of a linear program, told as change against leaving everything as it is.

A *piece* is the land of one class in one cell. Pieces of one class whose conversions are worth the same, have the same part in
every limit and the same permissions are one *group*: the program says how much of a group is converted to which class, and
`tanheng.planning.spread` says where. Where a cell holds several classes and only a part of it may change, its pieces hang
together: the cell is then a *block* of several groups; else each group is a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tanheng.language import tr
from tanheng.planning.problem import Limit, Mask, PlanProblem, Term, Values
from tanheng.units import HA_PER_KM2

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Land of one class in one cell, and the group that it is part of; arrays of shape (pieces,), area in km2."""

    cell: Numbers
    start: Numbers
    group: Numbers
    area: Values


@dataclass(frozen=True)
class Rows:
    """One-sided rows of the limits: ``matrix @ y <= room``, each divided by `scale`.

    Attributes
    ----------
    matrix : scipy.sparse.csr_array, shape (rows, columns)
        What a km2 of each conversion adds.
    room : numpy.ndarray, shape (rows,)
        What may be added to the land as it is.
    limit, sign, scale : numpy.ndarray, shape (rows,)
        Number of the limit, 1 for its upper and -1 for its lower end, and the divisor.
    """

    matrix: sparse.csr_array
    room: Values
    limit: Numbers
    sign: Values
    scale: Values

    def only(self, rows: NDArray[np.generic]) -> Rows:
        """Some of the rows."""
        return Rows(self.matrix[rows], self.room[rows], self.limit[rows], self.sign[rows], self.scale[rows])


@dataclass(frozen=True)
class Columns:
    """Conversions of groups, sorted by group.

    Attributes
    ----------
    group, end : numpy.ndarray of int, shape (columns,)
    gain : numpy.ndarray, shape (columns,)
        Per km2.
    rows : Rows
    area, start, block, count : numpy.ndarray, shape (groups,)
        Area in km2, class today, block, and number of pieces.
    most_change : numpy.ndarray, shape (blocks,)
        Area of each block that may change, km2.
    pieces : Pieces
    """

    group: Numbers
    end: Numbers
    gain: Values
    rows: Rows
    area: Values
    start: Numbers
    block: Numbers
    count: Numbers
    most_change: Values
    pieces: Pieces


def columns_of(problem: PlanProblem) -> Columns:
    """Columns of a problem; groups are as large as permissions, worth and limits allow."""
    cell, start = np.nonzero(problem.area > 0)
    area = problem.area[cell, start] / HA_PER_KM2
    mixed = bool(((problem.area > 0).sum(axis=1) > 1).any())
    hang_together = problem.max_change < 1 and mixed
    may = _permissions(problem, cell, start)
    groups = np.arange(len(cell))
    if not hang_together:
        groups = _grouped([start, *_signature(problem, cell), _as_one(may), *([area] if problem.whole else [])])
    first = np.unique(groups, return_index=True)[1]
    at, today = cell[first], start[first]
    group, end = np.nonzero(may[first])
    of_group = np.asarray(np.bincount(groups, area), np.float64)
    rows = _rows(problem, at[group], today[group], end)
    if problem.whole:
        rows = _in_whole_cells(rows, (of_group / np.bincount(groups))[group])
    block = np.unique(at, return_inverse=True)[1].ravel() if hang_together else np.arange(len(first))
    return Columns(
        group=group,
        end=end,
        gain=_total_gain(problem.gain, at[group], today[group], end),
        rows=rows,
        area=of_group,
        start=today,
        block=block,
        count=np.bincount(groups),
        most_change=np.asarray(problem.max_change * np.bincount(block, of_group), np.float64),
        pieces=Pieces(cell, start, groups, area),
    )


def cells_of_columns(columns: Columns) -> Numbers:
    """A cell of the group of each column."""
    first = np.unique(columns.pieces.group, return_index=True)[1]
    return np.asarray(columns.pieces.cell[first][columns.group])


def gain_of_columns(gain: Sequence[Term], columns: Columns, cells: Numbers) -> Values:
    """Gain of each column per km2 when the worth of conversions is another, and all else the same; `cells` are those of its columns."""
    return _total_gain(gain, cells, columns.start[columns.group], columns.end)


def _permissions(problem: PlanProblem, cell: Numbers, start: Numbers) -> Mask:
    """Other classes that each piece may become, shape (pieces, classes)."""
    may = problem.allowed[start].copy()
    if problem.may_change is not None:
        may &= problem.may_change[cell][:, None]
    if problem.may_become is not None:
        may &= problem.may_become[cell]
    may[np.arange(len(start)), start] = False
    return np.asarray(may)


def _signature(problem: PlanProblem, cell: Numbers) -> list[NDArray[np.generic]]:
    """Factors of the cell that make its land worth something else than that of others."""
    terms = [*problem.gain, *(limit.term for limit in problem.limits)]
    by_cell = [term.factor for term in terms if term.factor is not None]
    places = [term.held.place for term in terms if term.held is not None]
    seen = {id(feature): feature for feature in [*by_cell, *places]}
    return [feature[cell] for feature in seen.values()]


def _grouped(features: list[NDArray[np.generic]]) -> Numbers:
    """Number of the group of pieces whose features are all the same."""
    number = np.zeros(len(features[0]), np.int64)
    for feature in features:
        if len(feature) and (feature == feature[0]).all():
            continue
        codes = _numbered(feature)
        number = _numbered(number * (int(codes.max(initial=0)) + 1) + codes)
    return number


#: Largest whole number that is looked up in a table, and not sorted.
_IN_TABLE = 10_000_000


def _numbered(values: NDArray[np.generic]) -> Numbers:
    """Number of each value among the values that there are, in their order."""
    whole = np.issubdtype(values.dtype, np.integer)
    if len(values) and whole and values.min() >= 0 and values.max() < _IN_TABLE:
        there = np.bincount(values.astype(np.int64)) > 0
        return np.asarray((np.cumsum(there) - 1)[values.astype(np.int64)])
    return np.asarray(np.unique(values, return_inverse=True)[1].ravel())


def _as_one(may: Mask) -> Numbers:
    """One number for each combination of permissions, shape (pieces,)."""
    return np.asarray(may @ (1 << np.arange(may.shape[1], dtype=np.int64)))


def _added(term: Term, cell: Numbers, start: Numbers, end: Numbers) -> Values:
    """Amount that a km2 of each conversion adds to a term."""
    return HA_PER_KM2 * (term.amounts(cell, start, end) - term.amounts(cell, start, start))


def _total_gain(terms: Sequence[Term], cell: Numbers, start: Numbers, end: Numbers) -> Values:
    gain = np.zeros(len(cell))
    for term in terms:
        gain += _added(term, cell, start, end)
    return gain


def staying(problem: PlanProblem, term: Term) -> float:
    """Amount of a term when everything stays as it is."""
    cell, start = np.nonzero(problem.area > 0)
    return float(problem.area[cell, start] @ term.amounts(cell, start, start))


def _rows(problem: PlanProblem, cell: Numbers, start: Numbers, end: Numbers) -> Rows:
    entries: list[sparse.csr_array] = []
    room, number, signs, scale = [], [], [], []
    for which, limit in enumerate(problem.limits):
        added = _added(limit.term, cell, start, end)
        largest = float(np.abs(added).max(initial=0.0)) or 1.0
        for sign, bound in ((1.0, limit.upper), (-1.0, limit.lower)):
            if np.isfinite(bound):
                entries.append(sparse.csr_array(added[None, :] * (sign / largest)))
                room.append(sign * (bound - staying(problem, limit.term)) / largest)
                number.append(which)
                signs.append(sign)
                scale.append(largest)
    matrix = sparse.vstack(entries, format="csr") if entries else sparse.csr_array((0, len(cell)))
    return Rows(sparse.csr_array(matrix), np.array(room), np.array(number, np.int64), np.array(signs), np.array(scale))


def _in_whole_cells(rows: Rows, cell: Values) -> Rows:
    """Rows whose room is cut to what whole cells can fill, where every conversion takes the same from it or none."""
    matrix = sparse.csr_array(rows.matrix)
    room = rows.room.copy()
    for row in range(len(room)):
        inside = slice(matrix.indptr[row], matrix.indptr[row + 1])
        taken = np.abs(matrix.data[inside] * cell[matrix.indices[inside]])
        taken = taken[taken > 0]
        if len(taken) and np.ptp(taken) <= 1e-9 * taken.max():
            room[row] = np.floor(room[row] / taken[0] + 1e-6) * taken[0]
    return Rows(rows.matrix, room, rows.limit, rows.sign, rows.scale)


def limit_words(limit: Limit, sign: float) -> str:
    """One end of a limit for a reader.

    Examples
    --------
    >>> limit_words(Limit("area of cropland", Term(np.zeros((1, 1))), lower=120.0), -1.0)
    'area of cropland at least 120 ha (1.2 km2)'
    >>> limit_words(Limit("area of cropland", Term(np.zeros((1, 1))), lower=76840.08852), -1.0)
    'area of cropland at least 76,840.1 ha (768.401 km2)'
    """
    if sign > 0:
        return tr("{name} at most {amount}", name=limit.name, amount=measured(limit.upper, limit.units))
    return tr("{name} at least {amount}", name=limit.name, amount=measured(limit.lower, limit.units))


def measured(value: float, units: str) -> str:
    """An amount with its unit; hectares in square kilometres as well, in which areas of limits are written.

    Examples
    --------
    >>> measured(6500.0, "ha"), measured(12.0, "yuan")
    ('6,500 ha (65 km2)', '12 yuan')
    """
    if units != "ha":
        return f"{rounded(value)} {units}"
    return tr("{hectares} ha ({area} km2)", hectares=rounded(value), area=rounded(value / HA_PER_KM2))


def rounded(value: float) -> str:
    """Six digits and never a power of ten: land is not known to the square metre."""
    return f"{value:,.0f}" if abs(value) >= 1e5 else f"{value:,.6g}"
