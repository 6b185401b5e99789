"""Clusters that chance would show: what two unrelated maps, as smooth as these, have in common."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.correlograms import Correlograms, Name
from tanheng.analysis.local import LocalStatistic
from tanheng.analysis.neighbours import Weights, islands

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


def p_of_neighbourhood(
    mask: Mask, supply: Values, even: Weights, demand: Values, known: Correlograms | None = None, year: int = 0
) -> float:
    """p-value of supply against the mean demand around, by the modified test; NaN where too few cells have neighbours.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
    supply, demand : numpy.ndarray, shape (known cells,)
    even : GridWeights
        Row-standardised.
    known : Correlograms, optional
        Holds what is known of the maps of a year.
    year : int
    """
    around = np.where(islands(even), np.nan, even @ demand)
    names: tuple[Name, Name] = ((year, "supply"), (year, "demand around"))
    return (known or Correlograms()).test(_laid(mask, supply), _laid(mask, around), *names).p


def share_by_chance(
    mask: Mask, supply: Values, local: LocalStatistic, known: Correlograms | None = None, year: int = 0
) -> list[dict[str, object]]:
    """For each kind of cluster, the share of cells that two unrelated maps as smooth as these would show, and its p-value.

    Conditional permutation lays the neighbours out at random, so on a smooth map of demand nearly every neighbourhood stands out,
    whatever supply does. Whether high or low supply goes with it is asked here: the two patterns are compared as maps, by the
    modified t-test, whose effective sample size allows for the smoothness of both. Parameters as `p_of_neighbourhood`.
    """
    known = known or Correlograms()
    placed = local.kind >= 0
    high = supply > supply[placed].mean()
    cells = max(int(placed.sum()), 1)
    shares: dict[tuple[bool, bool], dict[str, object]] = {}
    for around, here in product((True, False), repeat=2):
        own, marked = placed & (high == here), placed & np.isin(local.kind, (1, 2) if around else (3, 4))
        # Where all cells are placed, those of low supply are all but those of high supply, and vary over the map alike.
        pattern = "high" if here or placed.all() else "low"
        names: tuple[Name, Name] = ((year, "own", pattern), (year, "around", around))
        together = known.test(_laid(mask, own), _laid(mask, marked), *names)
        expected = float(own.sum()) / cells * float(marked.sum()) / cells
        shares[here, around] = {"cell_share_if_unrelated": expected, "p_unrelated_maps": together.p}
    nothing: dict[str, object] = {"cell_share_if_unrelated": math.nan, "p_unrelated_maps": math.nan}
    return [nothing, *(shares[kind] for kind in ((True, True), (False, True), (False, False), (True, False)))]


def _laid(mask: Mask, values: NDArray[np.generic]) -> Values:
    """Values of known cells on the grid; NaN elsewhere."""
    grid = np.full(mask.shape, np.nan)
    grid[mask] = values
    return grid
