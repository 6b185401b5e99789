"""Neighbours as sparse matrices of weights: on a masked grid, of points, of polygons.

Rows are the cells that the mask knows, in reading order. A weight of one says "is a neighbour"; `row_standardised`
makes each row sum to one, which all statistics of autocorrelation here expect unless they say otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

from tanheng.errors import InputError
from tanheng.language import tr

Weights: TypeAlias = sparse.csr_array

_ROOK = ((0, 1), (1, 0), (0, -1), (-1, 0))
_QUEEN = tuple(step for step in product((-1, 0, 1), repeat=2) if step != (0, 0))


def grid_neighbours(mask: NDArray[np.bool_], *, rook: bool = False) -> Weights:
    """Neighbours of the known cells of a grid: the eight around a cell (queen), or the four that share a side (rook).

    Cells outside the mask are no neighbours; one that has none left is an island, see `islands`.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)

    Returns
    -------
    scipy.sparse.csr_array, shape (known cells, known cells)

    Examples
    --------
    >>> grid_neighbours(np.array([[True, True], [False, True]]), rook=True).toarray().astype(int).tolist()
    [[0, 1, 0], [1, 0, 1], [0, 1, 0]]
    """
    number = np.full((mask.shape[0] + 2, mask.shape[1] + 2), -1, np.int32)
    inner = number[1:-1, 1:-1]
    n = int(mask.sum())
    inner[mask] = np.arange(n, dtype=np.int32)
    rows, columns = [], []
    for down, right in _ROOK if rook else _QUEEN:
        shifted = number[1 + down : 1 + down + mask.shape[0], 1 + right : 1 + right + mask.shape[1]]
        there = mask & (shifted >= 0)
        rows.append(inner[there])
        columns.append(shifted[there])
    at = np.concatenate(rows), np.concatenate(columns)
    return sparse.csr_array((np.ones(len(at[0])), at), shape=(n, n))


def nearest_neighbours(coordinates: NDArray[np.float64], k: int) -> Weights:
    """The k nearest points of each point. Not symmetric: a far point has near neighbours that have nearer ones.

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
    found = cKDTree(coordinates).query(coordinates, k + 1)[1]
    # Points at one place come in any order, so a point need not stand first in its own list.
    own = found == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True
    columns = found[~own].reshape(n, k)
    at = np.repeat(np.arange(n), k), columns.ravel()
    return sparse.csr_array((np.ones(n * k), at), shape=(n, n))


def neighbours_within(coordinates: NDArray[np.float64], distance: float) -> Weights:
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


def polygon_neighbours(polygons: Sequence[shapely.Geometry]) -> Weights:
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
    return np.asarray(np.diff(weights.indptr) == 0)


def row_standardised(weights: Weights) -> Weights:
    """Weights whose rows sum to one; rows of islands stay empty.

    Examples
    --------
    >>> row_standardised(grid_neighbours(np.ones((1, 3), bool))).toarray().tolist()
    [[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.0, 1.0, 0.0]]
    """
    sums = np.asarray(weights.sum(axis=1)).ravel()
    found = weights.copy()
    found.data = weights.data / np.repeat(np.where(sums == 0, 1.0, sums), np.diff(weights.indptr))
    return found
