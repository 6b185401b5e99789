"""Demand: emissions known for units, spread over their cells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.coverage import ends_at_border
from tanheng.errors import InputError
from tanheng.language import tr

Cells = NDArray[np.float64]


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
            raise InputError(tr("{count} zone(s) with emissions cover no cell of the region", count=len(empty)))
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


def persons_per_cell(
    total: Cells,
    mean: Cells,
    covered: Cells,
    fraction: Cells,
    cell_km2: float,
    kind: Literal["density", "count"],
    pixel: float = 0.0,
) -> tuple[Cells, Cells]:
    r"""Persons in each cell were it wholly in the region, and per km2; shape (rows, columns).

    Where a map ends at the boundary, the part of a cell where people are known (d) and its part in the region (f) overlap as
    far as they can, as for land: it is not cut again.

    .. math:: P_i = \frac{\sum_j p_j}{\max(d_i, f_i)} \quad\text{or}\quad P_i = \rho_i A \min(1, d_i / f_i)

    Where it goes on beyond the boundary it counts the people of whole cells; nobody lives where it has no data.

    .. math:: P_i = \sum_j p_j \quad\text{or}\quad P_i = \rho_i A d_i

    Parameters
    ----------
    total : numpy.ndarray, shape (rows, columns), person
        Sum of the counts in the cell; used where `kind` is ``count``.
    mean : numpy.ndarray, shape (rows, columns), person km-2
        Mean density over the known part; used where `kind` is ``density``.
    covered, fraction : numpy.ndarray, shape (rows, columns), 1
        Part of the cell where people are known, and in the region.
    cell_km2 : float
    pixel : float
        Side of the map's pixels in sides of a cell.

    Examples
    --------
    A cell of 1 km2 half in the region, its map cut along the boundary, with 30 persons in that half: 60 were it whole.

    >>> half, nothing = np.array([[0.5]]), np.zeros((1, 1))
    >>> people, density = persons_per_cell(np.array([[30.0]]), nothing, half, half, 1.0, "count")
    >>> people.item(), density.item()
    (60.0, 60.0)
    """
    ends = ends_at_border(covered, fraction, pixel)
    if kind == "count":
        known = covered > 0
        whole = np.where(ends, np.maximum(covered, fraction), 1.0)
        people = np.where(known, total / np.where(known, whole, 1.0), np.nan)
        return people, people / cell_km2
    part = np.where(ends, np.minimum(1.0, covered / np.where(fraction > 0, fraction, 1.0)), covered)
    return mean * cell_km2 * part, mean  # (person/km2) * (km2) * (1) = person


def weight_product(layers: Mapping[str, Cells], powers: Mapping[str, float]) -> Cells:
    r"""Product of powers of layers, the weight of each cell; NaN where a layer is not known.

    .. math:: w_i = \prod_k x_{ik}^{a_k}

    Raises
    ------
    InputError
        A layer is negative somewhere.

    Examples
    --------
    >>> layers = {"lights": np.array([2.0, np.nan]), "population": np.array([3.0, 1.0])}
    >>> weight_product(layers, {"lights": 2, "population": 1}).tolist()
    [12.0, nan]
    """
    product = np.ones(next(iter(layers.values())).shape)
    for name, power in powers.items():
        layer = layers[name]
        if np.nanmin(layer, initial=0.0) < 0:
            raise InputError(
                tr(
                    "demand.weights: '{name}' is negative in some cells ({least:g}); a weight is from zero up",
                    name=name,
                    least=np.nanmin(layer),
                )
            )
        product = product * np.power(layer, power, where=np.isfinite(layer), out=np.full(layer.shape, np.nan))
    return product
