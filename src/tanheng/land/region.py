r"""The part of a counted cell that lies in the region.

Where a cell lies only partly in the region, or a map has data in part of it only, one rule serves all cases: the part
with data and the part in the region overlap as far as they can. A class then has the area

.. math:: a_k = A\, \min(f, d)\, s_k / d

with the region's part f, the part with data d and the counted share s_k. It is exact where either part is the whole cell,
and for a map that was cut along the boundary.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_WHOLE = 1e-12


def in_region(shares: NDArray[np.float64], fraction: NDArray[np.float64]) -> NDArray[np.float64]:
    """Shares of the part of each cell that lies in the region; leading axes are classes.

    Parameters
    ----------
    shares : array, shape (..., rows, columns), 1
        Counted fractions of the cell.
    fraction : array, shape (rows, columns), 1
        Part of the cell in the region.

    Examples
    --------
    A cell a quarter in the region, wholly covered, half forest: an eighth of it counts as forest of the region.

    >>> in_region(np.array([[[0.5]], [[0.5]]]), np.array([[0.25]])).ravel().tolist()
    [0.125, 0.125]

    The map was cut along the boundary: its quarter is all in the region.

    >>> in_region(np.array([[[0.25]], [[0.0]]]), np.array([[0.25]])).ravel().tolist()
    [0.25, 0.0]
    """
    data = shares.sum(axis=tuple(range(shares.ndim - 2)))
    cut = fraction < data - _WHOLE
    if not cut.any():
        return shares
    return shares * np.where(cut, fraction / np.where(cut, data, 1.0), 1.0)
