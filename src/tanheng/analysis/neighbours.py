"""Neighbours as sparse matrices of weights: on a masked grid, of points, of polygons.

Rows are the cells that the mask knows, in reading order. A weight of one says "is a neighbour"; `row_standardised`
makes each row sum to one, which all statistics of autocorrelation here expect unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from tanheng.analysis.kernels.stencil import neighbour_sums
from tanheng.errors import InputError
from tanheng.language import tr


@dataclass(frozen=True)
class GridWeights:
    """Neighbours of the known cells of a grid, which are looked up on the grid: a cell costs four bytes, not a hundred.

    Like a sparse matrix it is multiplied with values by ``@``, and has a transpose.

    Attributes
    ----------
    number : numpy.ndarray of int32, shape (rows + 2, columns + 2)
        Number of each known cell in reading order, -1 elsewhere and around.
    count : numpy.ndarray, shape (known cells,)
        Neighbours of each cell.
    rook : bool
        Whether only the four cells that share a side are neighbours.
    before, after : numpy.ndarray, shape (known cells,), optional
        What a value is multiplied by before it is summed over neighbours, and the sum afterwards.
    """

    number: NDArray[np.int32]
    count: NDArray[np.float64]
    rook: bool
    before: NDArray[np.float64] | None = None
    after: NDArray[np.float64] | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Shape of the matrix."""
        return len(self.count), len(self.count)

    @property
    def T(self) -> GridWeights:  # noqa: N802  as arrays name it
        """Transpose: a cell is a neighbour of its neighbours."""
        return replace(self, before=self.after, after=self.before)

    def __matmul__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Weighted sum of the values of the neighbours of each cell."""
        given = values if self.before is None else values * self.before
        sums = neighbour_sums(self.number, np.ascontiguousarray(given, np.float64), self.rook)
        return np.asarray(sums if self.after is None else sums * self.after)

    @cached_property
    def margins(self) -> NDArray[np.float64]:
        """Row sum and column sum of each cell together."""
        ones = np.ones(len(self.count))
        return self @ ones + self.T @ ones

    @cached_property
    def sums(self) -> tuple[float, float, float]:
        """S0, S1 and S2 of the weights (Cliff and Ord)."""
        one = np.ones(len(self.count))
        after, before = (one if item is None else item for item in (self.after, self.before))
        # Sum of (w_ij + w_ji)**2 / 2 over pairs of neighbours: of a_i**2 b_j**2 + a_i b_j a_j b_i.
        plain = replace(self, before=None, after=None)
        both = after * before
        s1 = float(after**2 @ (plain @ before**2)) + float(both @ (plain @ both))
        return float(self.margins.sum()) / 2.0, s1, float(self.margins @ self.margins)

    def to_sparse(self) -> sparse.csr_array:
        """The same as a sparse matrix, shape (known cells, known cells)."""
        inner = self.number[1:-1, 1:-1]
        rows, columns = [], []
        for down, right in product((-1, 0, 1), repeat=2):
            if (down, right) == (0, 0) or (self.rook and down and right):
                continue
            there = np.roll(self.number, (-down, -right), (0, 1))[1:-1, 1:-1]
            both = (inner >= 0) & (there >= 0)
            rows.append(inner[both])
            columns.append(there[both])
        at = np.concatenate(rows), np.concatenate(columns)
        data = np.ones(len(at[0]))
        for factor, of in ((self.after, at[0]), (self.before, at[1])):
            data = data if factor is None else data * factor[of]
        return sparse.csr_array((data, at), shape=self.shape)

    def alike(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Number of neighbours of each cell, and the weight that all of them have."""
        weight = np.ones(len(self.count)) if self.after is None else self.after
        return self.count.astype(np.int64), weight


Weights: TypeAlias = sparse.csr_array | GridWeights


def grid_neighbours(mask: NDArray[np.bool_], *, rook: bool = False) -> GridWeights:
    """Neighbours of the known cells of a grid: the eight around a cell (queen), or the four that share a side (rook).

    Cells outside the mask are no neighbours; one that has none left is an island, see `islands`.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)

    Examples
    --------
    The sum of the values of the neighbours of each known cell:

    >>> near = grid_neighbours(np.array([[True, True], [False, True]]), rook=True)
    >>> (near @ np.array([1.0, 10.0, 100.0])).tolist()
    [10.0, 101.0, 10.0]
    """
    number = np.full((mask.shape[0] + 2, mask.shape[1] + 2), -1, np.int32)
    n = int(mask.sum())
    number[1:-1, 1:-1][mask] = np.arange(n, dtype=np.int32)
    return GridWeights(number, neighbour_sums(number, np.ones(n), rook), rook)


def nearest_neighbours(coordinates: NDArray[np.float64], k: int) -> sparse.csr_array:
    """The k nearest points of each point. Not symmetric: a far point has near neighbours that have nearer ones.

    Of points that are equally near, as on a lattice, which ones are taken does not depend on the order of the rows.

    Raises
    ------
    InputError
        There are not more than k points.

    Examples
    --------
    >>> nearest_neighbours(np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]]), 1).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 1, 0]]
    """
    n = len(coordinates)
    if not 1 <= k < n:
        raise InputError(
            tr("{k} nearest neighbours were asked of {n} points; ask for 1 to {most}", k=k, n=n, most=n - 1)
        )
    order = np.lexsort(coordinates.T)
    ordered = coordinates[order]
    nearest = np.empty((n, k + 1), np.int64)
    nearest[order] = order[cKDTree(ordered).query(ordered, k + 1)[1]]
    # Points at one place come in any order, so a point need not stand first in its own list.
    own = nearest == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True
    columns = nearest[~own].reshape(n, k)
    at = np.repeat(np.arange(n), k), columns.ravel()
    return sparse.csr_array((np.ones(n * k), at), shape=(n, n))


def neighbours_within(coordinates: NDArray[np.float64], distance: float) -> sparse.csr_array:
    """Points no farther than a distance.

    Examples
    --------
    >>> neighbours_within(np.array([[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]]), 2.0).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    pairs = cKDTree(coordinates).query_pairs(distance, output_type="ndarray")
    both = np.concatenate([pairs, pairs[:, ::-1]])
    n = len(coordinates)
    return sparse.csr_array((np.ones(len(both)), (both[:, 0], both[:, 1])), shape=(n, n))


def polygon_neighbours(polygons: Sequence[shapely.Geometry]) -> sparse.csr_array:
    """Polygons that touch, in a side or a corner (queen contiguity); overlapping ones count as touching.

    Examples
    --------
    >>> boxes = [shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(5, 5, 6, 6)]
    >>> polygon_neighbours(boxes).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    first, second = shapely.STRtree(list(polygons)).query(list(polygons), predicate="intersects")
    others = first != second
    n = len(polygons)
    return sparse.csr_array((np.ones(int(others.sum())), (first[others], second[others])), shape=(n, n))


def islands(weights: Weights) -> NDArray[np.bool_]:
    """Which rows have no neighbour.

    Examples
    --------
    >>> islands(grid_neighbours(np.array([[True, False, True, True]]))).tolist()
    [True, False, False]
    """
    return np.asarray((weights.count if isinstance(weights, GridWeights) else np.diff(weights.indptr)) == 0)


def row_standardised(weights: Weights) -> Weights:
    """Weights whose rows sum to one; rows of islands stay empty.

    Examples
    --------
    >>> (row_standardised(grid_neighbours(np.ones((1, 3), bool))) @ np.array([1.0, 10.0, 100.0])).tolist()
    [10.0, 50.5, 10.0]
    """
    if isinstance(weights, GridWeights):
        return replace(weights, before=None, after=1.0 / np.maximum(weights.count, 1.0))
    sums = np.asarray(weights.sum(axis=1)).ravel()
    standardised = weights.copy()
    standardised.data = weights.data / np.repeat(np.where(sums == 0, 1.0, sums), np.diff(weights.indptr))
    return standardised


def unweighted(weights: Weights) -> Weights:
    """The same neighbours, each with the weight one.

    Examples
    --------
    >>> near = row_standardised(grid_neighbours(np.ones((1, 3), bool)))
    >>> (unweighted(near) @ np.array([1.0, 10.0, 100.0])).tolist()
    [10.0, 101.0, 10.0]
    """
    if isinstance(weights, GridWeights):
        return replace(weights, before=None, after=None)
    plain = weights.copy()
    plain.data = np.ones_like(weights.data)
    return plain


def weight_sums(weights: Weights) -> tuple[float, float, float]:
    """S0, S1 and S2 of weights (Cliff and Ord): their sum, and sums of squares of pairs and of margins.

    Examples
    --------
    >>> weight_sums(grid_neighbours(np.ones((1, 3), bool)))
    (4.0, 8.0, 24.0)
    """
    if isinstance(weights, GridWeights):
        return weights.sums
    both = weights + weights.T
    s1 = float(both.multiply(both).sum()) / 2.0
    margins = weight_margins(weights)
    return float(weights.sum()), s1, float(margins @ margins)


def weight_margins(weights: Weights) -> NDArray[np.float64]:
    """Row sum and column sum of each row of the weights together.

    Examples
    --------
    >>> weight_margins(grid_neighbours(np.ones((1, 3), bool))).tolist()
    [2.0, 4.0, 2.0]
    """
    if isinstance(weights, GridWeights):
        return weights.margins
    return np.asarray(np.asarray(weights.sum(axis=0)).ravel() + np.asarray(weights.sum(axis=1)).ravel())


def row_weights(weights: Weights) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Number of neighbours of each row, and the weight that all of them have; NaN where they differ, or there are none.

    Examples
    --------
    >>> count, weight = row_weights(row_standardised(grid_neighbours(np.ones((1, 3), bool))))
    >>> count.tolist(), weight.tolist()
    ([1, 2, 1], [1.0, 0.5, 1.0])
    """
    if isinstance(weights, GridWeights):
        count, weight = weights.alike()
        return count, np.where(count > 0, weight, np.nan)
    count = np.diff(weights.indptr)
    first = weights.data[np.minimum(weights.indptr[:-1], len(weights.data) - 1)]
    other = np.repeat(first, count) != weights.data
    differ = np.add.reduceat(np.append(other, False), weights.indptr[:-1]) > 0
    return count, np.where((count > 0) & ~differ, first, np.nan)
