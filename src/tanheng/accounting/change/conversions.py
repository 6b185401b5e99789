"""Conversions of cells as a map: which of the largest transitions of the region a cell shows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

#: Transitions that a map tells apart; all others go together.
MOST_TRANSITIONS = 10

#: Part of the land of a cell that must have changed for the map to name its largest conversion.
LEAST_CHANGED = 0.05

#: Kind of a cell of which less land changed.
UNCHANGED = 0


def largest_transitions(areas: Sequence[xr.DataArray], most: int = MOST_TRANSITIONS) -> list[tuple[str, str]]:
    """Transitions with the largest area over several periods together, the largest first.

    Parameters
    ----------
    areas : sequence of xarray.DataArray, shape (from_class, to_class), ha
        By period.

    Examples
    --------
    >>> labels = {"from_class": ["crop", "forest"], "to_class": ["crop", "forest"]}
    >>> area = xr.DataArray([[90.0, 2.0], [3.0, 50.0]], dims=tuple(labels), coords=labels)
    >>> largest_transitions([area])
    [('forest', 'crop'), ('crop', 'forest')]
    """
    total = np.sum([area.transpose("from_class", "to_class").values for area in areas], axis=0)
    classes = [str(name) for name in areas[0]["from_class"].values]
    np.fill_diagonal(total, 0.0)
    order = np.argsort(-total, axis=None, kind="stable")[:most]
    places = [divmod(int(at), len(classes)) for at in order if total.flat[at] > 0]
    return [(classes[first], classes[last]) for first, last in places]


def transition_kinds(
    conversion: NDArray[np.float64],
    changed: NDArray[np.float64],
    classes: Sequence[str],
    largest: Sequence[tuple[str, str]],
) -> NDArray[np.float64]:
    """Kind of each cell: 0 where less than `LEAST_CHANGED` of its land changed, else 1 + rank of its largest conversion.

    Parameters
    ----------
    conversion : numpy.ndarray, shape (rows, columns)
        1 + number of the first class × number of classes + number of the last class; 0 where no land changed.
    changed : numpy.ndarray, shape (rows, columns), 1
        Part of the land that changed; NaN where it is not known.
    largest : sequence of (str, str)
        Transitions in the order of their ranks; any other conversion ranks behind them.

    Returns
    -------
    numpy.ndarray, shape (rows, columns)
        NaN where `changed` is.

    Examples
    --------
    Forest to crop is the first of the largest transitions. The second cell changed too little, the third is not known.

    >>> kinds = transition_kinds(np.array([3.0, 3.0, 0.0, 2.0]), np.array([0.5, 0.01, np.nan, 0.2]), ["crop", "forest"], [("forest", "crop")])
    >>> kinds.tolist()
    [1.0, 0.0, nan, 2.0]
    """
    number = {name: place for place, name in enumerate(classes)}
    rank_of = np.full(len(classes) ** 2 + 1, len(largest) + 1.0)
    for rank, (first, last) in enumerate(largest):
        rank_of[1 + number[first] * len(classes) + number[last]] = 1.0 + rank
    kinds = np.where(changed < LEAST_CHANGED, float(UNCHANGED), rank_of[conversion.astype(np.int64)])
    return np.where(np.isfinite(changed), kinds, np.nan)
