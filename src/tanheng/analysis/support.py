"""The support of a map: what it was measured on. A coarse map laid on a fine grid has no more cells than it was made of."""

from __future__ import annotations

import numpy as np

from tanheng.analysis.correlation import Values
from tanheng.analysis.kernels.blocks import means_of_blocks


def block_means(values: Values, size: int) -> Values:
    """Means over square blocks of cells; NaN where less than half of a block is known.

    Parameters
    ----------
    values : numpy.ndarray, shape (rows, columns)
    size : int
        Cells along the side of a block; blocks on the last row and column may be cut.

    Examples
    --------
    >>> block_means(np.array([[1.0, 3.0, 5.0], [np.nan, 2.0, np.nan]]), 2).tolist()
    [[2.0, 5.0]]
    """
    if size <= 1:
        return values
    means, known = means_of_blocks(np.ascontiguousarray(values, np.float64), np.ones(values.shape, np.bool_), size)
    # Blocks on the last row and column may be cut.
    down, across = (
        np.minimum(size, side - size * np.arange(number))
        for side, number in zip(values.shape, means.shape, strict=True)
    )
    cells = down[:, None] * across
    return np.where(2 * known >= cells, means, np.nan)


def block_size(support: float, resolution: float) -> int:
    """Cells along the side of a block that stands for one pixel of a coarse map.

    Examples
    --------
    >>> block_size(9277.0, 1000.0), block_size(100.0, 1000.0)
    (9, 1)
    """
    return max(1, round(support / resolution))
