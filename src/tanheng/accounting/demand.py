"""Demand: emissions known for units, spread over their cells."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tanheng.errors import InputError
from tanheng.language import tr


def allocate(
    totals: NDArray[np.float64], weight: NDArray[np.float64], units: sparse.csr_matrix
) -> tuple[NDArray[np.float64], list[int]]:
    r"""Emissions of each cell, with the total of every unit kept.

    .. math:: D_i = \sum_u E_u \frac{w_i z_{ui}}{\sum_j w_j z_{uj}}

    Parameters
    ----------
    totals : array, shape (units,), t C yr-1
        Emissions of each unit.
    weight : array, shape (cells,)
        Weight of a cell were it wholly in the unit (persons per cell at its density); NaN counts as zero.
    units : sparse matrix, shape (units, cells), 1
        Part of each cell's area that lies in each unit, so that cells on a border belong to units by area.

    Returns
    -------
    demand : array, shape (cells,), t C yr-1
    by_area : list of int
        Units that have emissions and no weight; theirs are spread by area.

    Raises
    ------
    InputError
        A unit with emissions covers no cell.

    Examples
    --------
    >>> z = sparse.csr_matrix([[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]])
    >>> demand, _ = allocate(np.array([100.0, 30.0]), np.array([3.0, 4.0, 0.0]), z)
    >>> demand.tolist()
    [60.0, 70.0, 0.0]
    """
    amounts, by_area = allocated(totals, weight, units)
    return np.asarray(amounts.sum(axis=0)).ravel(), by_area


def allocated(
    totals: NDArray[np.float64], weight: NDArray[np.float64], units: sparse.csr_matrix
) -> tuple[sparse.csr_matrix, list[int]]:
    """Emissions of each unit in each of its cells, shape (units, cells), t C yr-1; as `allocate`, with the units kept apart.

    Examples
    --------
    >>> z = sparse.csr_matrix([[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]])
    >>> amounts, _ = allocated(np.array([100.0, 30.0]), np.array([3.0, 4.0, 0.0]), z)
    >>> amounts.toarray().tolist()
    [[60.0, 40.0, 0.0], [0.0, 30.0, 0.0]]
    """
    weighted = units.multiply(np.nan_to_num(weight)[None, :]).tocsr()
    sums = np.asarray(weighted.sum(axis=1)).ravel()
    by_area = [int(unit) for unit in np.flatnonzero((sums <= 0) & (totals != 0))]
    if by_area:
        areas = np.asarray(units.sum(axis=1)).ravel()
        empty = [unit for unit in by_area if areas[unit] <= 0]
        if empty:
            raise InputError(tr("{count} unit(s) with emissions cover no cell of the region", count=len(empty)))
        keep = np.ones(len(totals))
        keep[by_area] = 0.0
        swap = sparse.diags(keep) @ weighted + sparse.diags(1.0 - keep) @ units
        weighted, sums = swap.tocsr(), np.where(keep > 0, sums, areas)
    factor = np.divide(totals, sums, out=np.zeros(len(totals)), where=sums > 0)
    return (sparse.diags(factor) @ weighted).tocsr(), by_area


def per_person(total: float, people: float, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    r"""Emissions of each cell in the seed paper's form: one constant a year.

    .. math:: D_i = (E / P)\, \rho_i A_i

    The total is kept only as far as the map's people sum to P.

    Examples
    --------
    >>> per_person(100.0, 50.0, np.array([10.0, 30.0])).tolist()
    [20.0, 60.0]
    """
    return total / people * np.nan_to_num(weight)
