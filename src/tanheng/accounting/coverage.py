"""What part of a cell's land a map knows: maps that were cut along the boundary of a region, and maps with holes of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Cells = NDArray[np.float64]

#: Share of the cells with data on the border up to which data beyond it may be ragged pixels.
_RAGGED = 0.02

#: Side of a pixel, in sides of a cell, from which on it can't be told whether a map was cut.
_COARSE = 0.75


def is_cut(covered: Cells, fraction: Cells, pixel: float) -> bool:
    """Whether a map was cut along the boundary: it has no more data in the cells on the border than the region has land there.

    A map that goes on beyond it, though it has holes (a population map with settled places alone), has data beyond somewhere.

    Parameters
    ----------
    covered, fraction : numpy.ndarray, shape (rows, columns)
        Part of each cell where the map has data, and in the region.
    pixel : float
        Side of its pixels in sides of a cell: the edge of a cut map is as ragged as they are large; one with pixels nearly as large as
        a cell is taken to be cut.

    Examples
    --------
    >>> fraction = np.array([[1.0, 0.5], [1.0, 0.2]])
    >>> is_cut(fraction, fraction, 0.1), is_cut(np.array([[0.3, 0.4], [0.1, 0.6]]), fraction, 0.1)
    (True, False)
    """
    if pixel >= _COARSE:
        return True  # a pixel is as large as a cell, so its edge says nothing
    border = (fraction < 1.0) & (covered > 0)
    beyond = border & (covered > fraction + min(max(0.05, 2.0 * pixel), 0.5))
    return int(beyond.sum()) <= _RAGGED * int(border.sum())


def ends_at_border(covered: Cells, fraction: Cells, pixel: float) -> NDArray[np.bool_]:
    """Cells in which a map ends at the border of the region, shape (rows, columns): all where it was cut there.

    Elsewhere those in which it has as much data as the region has land, but for the edge of its pixels: a map of a whole country ends
    at a coast, and goes on beyond the other sides of a province.

    Parameters
    ----------
    covered, fraction, pixel
        As `is_cut`.

    Examples
    --------
    >>> fraction = np.array([[0.5, 0.5, 1.0]])
    >>> ends_at_border(np.array([[0.5, 0.9, 0.7]]), fraction, 0.1).tolist()
    [[True, False, False]]
    """
    if is_cut(covered, fraction, pixel):
        return np.ones(covered.shape, bool)
    return np.asarray(np.abs(covered - fraction) <= max(0.02, 0.5 * pixel))


def covered_of_region(covered: Cells, fraction: Cells, pixel: float) -> Cells:
    r"""Share of the land of each cell in the region that a map knows, shape (rows, columns).

    .. math:: k_i = \min(1, d_i / f_i) \quad\text{where the map ends at the border}, \quad k_i = d_i \quad\text{elsewhere}

    since a map that goes on beyond the region has its holes there as well as in it.

    Parameters
    ----------
    covered, fraction, pixel
        As `is_cut`.

    Examples
    --------
    >>> fraction = np.array([[1.0, 0.5]])
    >>> covered_of_region(np.array([[0.8, 0.5]]), fraction, 0.1).tolist()
    [[0.8, 1.0]]
    """
    within = np.minimum(1.0, np.divide(covered, fraction, out=np.zeros(covered.shape), where=fraction > 0))
    return np.where(ends_at_border(covered, fraction, pixel), within, np.where(fraction > 0, covered, 0.0))
