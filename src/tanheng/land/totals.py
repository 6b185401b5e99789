"""Totals of classes and of transitions from plain arrays, without labels: for work that must be light to start."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]


def class_totals(share: Values, pools: Values, cell_area: float) -> tuple[Values, Values]:
    r"""Area of each class, ha, and what it stores in each pool, t C.

    .. math:: a_k = A \sum_i s_{ik}, \qquad C_{kp} = a_k c_{kp}

    Parameters
    ----------
    share : numpy.ndarray, shape (classes, rows, columns), 1
    pools : numpy.ndarray, shape (classes, pools), t C/ha
    cell_area : float
        ha.

    Examples
    --------
    Two cells of 100 ha, half and wholly forest of 20 and 60 t C/ha above ground and in the soil.

    >>> area, stock = class_totals(np.array([[[0.5, 1.0]]]), np.array([[20.0, 60.0]]), 100.0)
    >>> area.tolist(), stock.tolist()
    ([150.0], [[3000.0, 9000.0]])
    """
    area = share.sum(axis=(1, 2)) * cell_area  # (1) * (ha) = ha
    return area, area[:, None] * pools  # (ha) * (t C/ha) = t C


def stock_of_cells(share: Values, density: Values, cell_area: float) -> Values:
    r"""Carbon stored in each cell, t C, shape (rows, columns); NaN where a cell has no land with data.

    .. math:: C_i = A \sum_k s_{ik} c_k

    Parameters
    ----------
    share : numpy.ndarray, shape (classes, rows, columns), 1
    density : numpy.ndarray, shape (classes,), t C/ha
        Sum over the pools.
    cell_area : float
        ha.

    Examples
    --------
    Half of a cell of 100 ha is forest of 150 t C/ha; the other cell has no data.

    >>> stock_of_cells(np.array([[[0.5, 0.0]]]), np.array([150.0]), 100.0).tolist()
    [[7500.0, nan]]
    """
    stock = np.tensordot(density, share, 1) * cell_area  # (t C/ha) * (1) * (ha) = t C
    return np.where(share.any(axis=0), stock, np.nan)


def transition_totals(moved: Values, density: Values, cell_area: float) -> tuple[Values, Values]:
    r"""Area of each transition, ha, and the change of stored carbon, t C, both of shape (from class, to class).

    .. math:: \Delta C_{kl} = n_{kl} (c_l - c_k)

    Parameters
    ----------
    moved : numpy.ndarray, shape (classes, classes), 1
        Cells' worth of land that went from a class to another.
    density : numpy.ndarray, shape (classes,), t C/ha
        Sum over the pools.
    cell_area : float
        ha.

    Examples
    --------
    Half a cell of 100 ha goes from 20 to 60 t C/ha.

    >>> area, change = transition_totals(np.array([[0.0, 0.5], [0.0, 0.0]]), np.array([20.0, 60.0]), 100.0)
    >>> area[0, 1].item(), change[0, 1].item()
    (50.0, 2000.0)
    """
    area = moved * cell_area
    return area, area * (density[None, :] - density[:, None])  # (ha) * (t C/ha) = t C
