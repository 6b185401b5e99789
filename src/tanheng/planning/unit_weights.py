"""Weights of cells by the demand of the unit that they lie in: carbon counts more where more is emitted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Values = NDArray[np.float64]


def demand_factor(demand: Values, area: Values, zones: sparse.csr_matrix, weight: float) -> Values:
    r"""Factor of what a cell's gain counts, by the demand per hectare of its unit against that of the region.

    .. math:: f_i = 1 - w + w \sum_z c_{zi} \frac{D_z / A_z}{D / A}

    Its mean over the land is one, so a weight moves gains between units and makes none. Land in no zone is a unit of its own.

    Parameters
    ----------
    demand : numpy.ndarray, shape (cells,), t C yr-1
    area : numpy.ndarray, shape (cells,), ha
        Land of each cell.
    zones : scipy.sparse.csr_matrix, shape (zones, cells), 1
        Part of each cell in each zone.
    weight : float
        From 0, where demand does not count, to 1, where a gain counts in proportion to the demand per hectare of its unit.

    Examples
    --------
    Two units of one cell of 100 ha each; the second emits three times as much as the first.

    >>> zones = sparse.csr_matrix(np.eye(2))
    >>> demand_factor(np.array([10.0, 30.0]), np.array([100.0, 100.0]), zones, 0.5).tolist()
    [0.75, 1.25]
    """
    parts = sparse.vstack([zones, sparse.csr_matrix(np.maximum(1.0 - np.asarray(zones.sum(axis=0)), 0.0))]).tocsr()
    held, emitted = parts @ area, parts @ demand
    mean = demand.sum() / area.sum()
    if mean == 0:
        return np.ones(len(area))
    relative = np.divide(emitted, held * mean, out=np.ones_like(held), where=held > 0)
    return np.asarray(1.0 - weight + weight * (parts.T @ relative), np.float64)
