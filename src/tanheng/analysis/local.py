"""Local autocorrelation: local Moran's I, its bivariate form, and Getis-Ord Gi*, with conditional permutation.

The null hypothesis of a cell keeps its own value and lays the others out at random, so its neighbours are a random
draw from all other cells. One shared set of draws serves all cells whose neighbours weigh alike: the null of their lag
is the same but for the draws that hold the cell itself, and those are left out for it. That is exact, and takes
milliseconds where a draw for each cell takes half a minute.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.autocorrelation import standard_scores
from tanheng.analysis.correlation import Values
from tanheng.analysis.kernels.tables import tails_by_row
from tanheng.analysis.multiple import benjamini_hochberg
from tanheng.analysis.neighbours import GridWeights, Weights, islands, row_standardised, row_weights, unweighted
from tanheng.errors import InputError
from tanheng.language import mark_name, tr

#: Kinds of place of a local Moran's I: the own value, then that of the neighbours.
CLUSTERS = (
    mark_name("not significant"),
    mark_name("high-high"),
    mark_name("low-high"),
    mark_name("low-low"),
    mark_name("high-low"),
)

#: Kinds of place of Gi*.
SPOTS = (mark_name("not significant"), mark_name("hot spot"), mark_name("cold spot"))


@dataclass(frozen=True)
class LocalStatistic:
    """A local statistic of each cell.

    Attributes
    ----------
    value : numpy.ndarray, shape (n,)
        The statistic; NaN for an island, which has no neighbours to be compared with.
    p : numpy.ndarray, shape (n,)
        Pseudo p-value of the nearer tail (one-sided), as GeoDa gives it: never below one over the permutations.
    significant : numpy.ndarray of bool, shape (n,)
        Two-sided (``2 p``), with the false discovery rate held over all cells; False where the neighbours lie in one tail and their
        mean on the other side of the mean of all: a few huge values lift that mean, and no name would fit such a place.
    kind : numpy.ndarray of int, shape (n,)
        Number of the kind of place in `CLUSTERS` or `SPOTS`, 0 where not significant, -1 for an island.
    """

    value: Values
    p: Values
    significant: NDArray[np.bool_]
    kind: NDArray[np.int8]


def draw_neighbours(n: int, k: int, permutations: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Random draws of k different ones of n, in random order, so that the first j of them are a draw of j.

    Examples
    --------
    >>> draws = draw_neighbours(10, 3, 50, np.random.default_rng(1))
    >>> draws.shape, all(len(set(row)) == 3 for row in draws.tolist())
    ((50, 3), True)
    """
    if 4 * k * k >= n:
        return rng.permuted(np.tile(np.arange(n), (permutations, 1)), axis=1)[:, :k]
    draws = rng.integers(n, size=(permutations, k))
    while True:
        ordered = np.sort(draws, axis=1)
        again = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not again.any():
            return draws
        draws[again] = rng.integers(n, size=(int(again.sum()), k))


def _pseudo_p(
    weights: Weights, values: Values, lag: Values, permutations: int, seed: int
) -> tuple[Values, NDArray[np.bool_]]:
    """Pseudo p-value of the nearer tail of each cell's lag, with the cell's own value kept, NaN for islands; and whether it is the upper tail."""
    n = len(values)
    rng = np.random.default_rng(seed)
    count, weight = row_weights(weights)
    most = int(count.max())
    if most >= n:
        raise InputError(tr("a cell is its own neighbour, or has all others twice; check the weights"))
    heaviest = weight[count > 0] if isinstance(weights, GridWeights) else weights.data
    tolerance = 1e-12 * float(np.abs(values).max()) * float(np.abs(heaviest).max(initial=1.0))
    above, below = np.zeros(n, np.int32), np.zeros(n, np.int32)
    drawn = np.full(n, permutations, np.int32)
    groups = _groups(count, weight)
    # Each group costs a sort of the draws; where weights differ from cell to cell, walking through them is cheaper.
    if len(groups) * 50 <= max(n, 1000):
        draws = draw_neighbours(n, most, permutations, rng)
        for cells, k, of_each in groups:
            _tails_of_group(cells, draws[:, :k], of_each, values, lag, tolerance, above, below, drawn)
        rest = np.flatnonzero((count > 0) & np.isnan(weight))
    else:
        rest = np.flatnonzero(count > 0)
    if len(rest):
        plain = weights.to_sparse() if isinstance(weights, GridWeights) else weights
        others = draw_neighbours(n - 1, most, permutations, rng)
        tails_by_row(rest, plain.indptr, plain.data, values, lag, others, tolerance, above, below)
    p = (np.minimum(above, below) + 1.0) / (drawn + 1.0)
    return np.where(count > 0, np.minimum(p, 1.0), np.nan), above < below


def _groups(count: NDArray[np.int64], weight: Values) -> list[tuple[NDArray[np.int64], int, float]]:
    """Cells whose neighbours all weigh the same, by the number of neighbours and their weight."""
    groups = []
    for k in np.flatnonzero(np.bincount(count)[1:]) + 1:
        cells = np.flatnonzero((count == k) & ~np.isnan(weight))
        order = np.argsort(weight[cells], kind="stable") if len(cells) and np.ptp(weight[cells]) else slice(None)
        ordered = cells[order]
        ends = np.flatnonzero(np.diff(weight[ordered])) + 1
        groups += [(group, int(k), float(weight[group[0]])) for group in np.split(ordered, ends) if len(group)]
    return groups


def _tails_of_group(
    cells: NDArray[np.int64],
    draws: NDArray[np.int64],
    weight: float,
    values: Values,
    lag: Values,
    tolerance: float,
    above: NDArray[np.int32],
    below: NDArray[np.int32],
    drawn: NDArray[np.int32],
) -> None:
    """Count tails of cells whose neighbours all weigh the same; a draw that holds the cell itself is none of its own."""
    sums = values[draws].sum(axis=1) * weight
    ordered = np.sort(sums)
    above[cells] = len(sums) - np.searchsorted(ordered, lag[cells] - tolerance, "left")
    below[cells] = np.searchsorted(ordered, lag[cells] + tolerance, "right")
    inside = np.zeros(len(values), bool)
    inside[cells] = True
    held, owner = draws.ravel(), np.repeat(sums, draws.shape[1])
    mine = inside[held]
    held, owner = held[mine], owner[mine]
    np.subtract.at(drawn, held, 1)
    np.subtract.at(above, held, owner >= lag[held] - tolerance)
    np.subtract.at(below, held, owner <= lag[held] + tolerance)


def local_moran(
    values: Values, weights: Weights, permutations: int = 999, seed: int = 1, rate: float = 0.05
) -> LocalStatistic:
    r"""Local Moran's I: high among high, low among low, and those that differ from their neighbours.

    .. math:: I_i = (n - 1)\, \frac{z_i \sum_j w_{ij} z_j}{\sum_i z_i^2}

    Parameters
    ----------
    values : numpy.ndarray, shape (n,)
    weights : scipy.sparse.csr_array or GridWeights, shape (n, n)
        Row-standardised here.
    permutations : int
        Random draws of the neighbours. With m cells, one stands out alone only where ``2 / (permutations + 1)`` is no
        more than ``rate / m``; clusters, being many, need far fewer.
    seed : int
    rate : float
        False discovery rate.

    Raises
    ------
    InputError
        Values are missing, alike or too few.

    References
    ----------
    Anselin 1995, Geographical Analysis 27, 93-115.

    Examples
    --------
    >>> from tanheng.analysis.neighbours import grid_neighbours
    >>> field = np.zeros((12, 12)); field[:4, :4] = 5.0
    >>> found = local_moran(field.ravel(), grid_neighbours(np.ones((12, 12), bool)))
    >>> CLUSTERS[found.kind[0]], CLUSTERS[found.kind[-1]]
    ('high-high', 'not significant')
    """
    return bivariate_local_moran(values, values, weights, permutations, seed, rate)


def bivariate_local_moran(
    first: Values, second: Values, weights: Weights, permutations: int = 999, seed: int = 1, rate: float = 0.05
) -> LocalStatistic:
    r"""Bivariate local Moran's I: a cell's value of one variable against its neighbours' values of another.

    .. math:: I_i = (n - 1)\, \frac{z^x_i \sum_j w_{ij} z^y_j}{\sum_i (z^x_i)^2}

    Parameters and errors as `local_moran`. ``low-high`` is a cell low in `first` among neighbours high in `second`: with
    supply and demand, a place that stores little where much is emitted. It says nothing about the cell's own `second`.

    References
    ----------
    Anselin, Syabri and Smirnov 2002, Visualizing multivariate spatial correlation with dynamically linked windows.

    Examples
    --------
    >>> from tanheng.analysis.neighbours import grid_neighbours
    >>> field = np.zeros((12, 12)); field[:4, :4] = 5.0
    >>> found = bivariate_local_moran(-field.ravel(), field.ravel(), grid_neighbours(np.ones((12, 12), bool)))
    >>> CLUSTERS[found.kind[0]]
    'low-high'
    """
    even = row_standardised(weights)
    x, y = standard_scores(first, even), standard_scores(second, even)
    lag = even @ y
    alone = islands(even)
    value = np.where(alone, np.nan, (len(x) - 1) / len(x) * x * lag)
    p, upper = _pseudo_p(even, y, lag, permutations, seed)
    significant = benjamini_hochberg(np.minimum(2.0 * p, 1.0), rate) & (upper == (lag > 0))
    kinds = np.where(x > 0, np.where(lag > 0, 1, 4), np.where(lag > 0, 2, 3))
    kind = np.where(alone, -1, np.where(significant, kinds, 0)).astype(np.int8)
    return LocalStatistic(value, p, significant, kind)


def getis_ord(
    values: Values, weights: Weights, permutations: int = 999, seed: int = 1, rate: float = 0.05
) -> LocalStatistic:
    r"""Getis-Ord Gi*: where high values gather (hot spot), and where low ones do (cold spot).

    .. math:: G_i^* = \frac{\sum_j w_{ij} x_j - \bar x W_i}{s \sqrt{(n \sum_j w_{ij}^2 - W_i^2) / (n - 1)}}

    with the cell among its own neighbours (weight 1, as theirs), W_i the sum of weights, s the standard deviation with
    divisor n. `value` is this standard score; `p` comes from conditional permutation.

    Parameters and errors as `local_moran`; weights are taken as neighbours yes or no.

    References
    ----------
    Ord and Getis 1995, Geographical Analysis 27, 286-306.

    Examples
    --------
    >>> from tanheng.analysis.neighbours import grid_neighbours
    >>> field = np.zeros((12, 12)); field[:4, :4] = 5.0
    >>> found = getis_ord(field.ravel(), grid_neighbours(np.ones((12, 12), bool)))
    >>> SPOTS[found.kind[0]], bool(found.value[0] > 3)
    ('hot spot', True)
    """
    plain = unweighted(weights)
    z = standard_scores(values, plain)
    n = len(z)
    alone = islands(plain)
    lag = plain @ z
    members = row_weights(plain)[0] + 1.0
    spread = np.sqrt(members * np.maximum(n - members, 0.0) / (n - 1.0))
    value = np.divide(lag + z, spread, out=np.full(n, np.nan), where=~alone & (spread > 0))
    pseudo, upper = _pseudo_p(plain, z, lag, permutations, seed)
    p = np.where(np.isfinite(value), pseudo, np.nan)
    significant = benjamini_hochberg(np.minimum(2.0 * p, 1.0), rate) & (upper == (value > 0))
    kinds = np.where(significant, np.where(value > 0, 1, 2), 0)
    return LocalStatistic(value, p, significant, np.where(np.isfinite(value), kinds, -1).astype(np.int8))
