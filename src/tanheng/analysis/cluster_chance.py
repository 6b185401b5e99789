"""Clusters that chance would show: what two unrelated maps, as smooth as these, have in common."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis.effective_size import modified_t_test
from tanheng.analysis.local import LocalStatistic
from tanheng.analysis.neighbours import Weights, islands
from tanheng.errors import InputError

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]


def p_of_neighbourhood(mask: Mask, supply: Values, even: Weights, demand: Values) -> float:
    """p-value of supply against the mean demand around, by the modified test; NaN where too few cells have neighbours."""
    around = np.full(mask.shape, np.nan)
    around[mask] = np.where(islands(even), np.nan, even @ demand)
    try:
        return modified_t_test(np.where(mask, supply, np.nan), around).p
    except InputError:
        return math.nan


def share_by_chance(mask: Mask, supply: Values, local: LocalStatistic) -> list[dict[str, object]]:
    """For each kind of cluster, the share of cells that two unrelated maps as smooth as these would show, and its p-value.

    Conditional permutation lays the neighbours out at random, so on a smooth map of demand nearly every neighbourhood stands out,
    whatever supply does. Whether high or low supply goes with it is asked here: the two patterns are compared as maps, by the
    modified t-test, whose effective sample size allows for the smoothness of both.
    """
    known = local.kind >= 0
    high = supply > supply[known].mean()
    cells = max(int(known.sum()), 1)
    found: list[dict[str, object]] = [{"cell_share_if_unrelated": math.nan, "p_unrelated_maps": math.nan}]
    for here, around in ((True, True), (False, True), (False, False), (True, False)):
        own = known & (high == here)
        marked = known & np.isin(local.kind, (1, 2) if around else (3, 4))
        expected = float(own.sum()) / cells * float(marked.sum()) / cells
        found.append({"cell_share_if_unrelated": expected, "p_unrelated_maps": _together(mask, own, marked)})
    return found


def _together(mask: Mask, one: Mask, other: Mask) -> float:
    """p-value of two patterns of cells lying together or apart more than unrelated ones as smooth; NaN where one has no variation."""
    first, second = (np.full(mask.shape, np.nan) for _ in range(2))
    first[mask], second[mask] = one, other
    try:
        return modified_t_test(first, second).p
    except InputError:
        return math.nan
