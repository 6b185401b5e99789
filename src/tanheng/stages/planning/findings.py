"""What stages of planning find beside the plan: tables, grids of kinds, notes and arrows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.errors import AlignmentError
from tanheng.language import listed, tr

Layer = NDArray[np.float64]

#: From x, y to x, y with an amount.
Arrow = tuple[float, float, float, float, float]


@dataclass(frozen=True)
class PlanFindings:
    """Tables; grids whose values are kinds, and the names of these; notes; arrows. Two of them are joined by ``+``."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    layers: Mapping[str, Layer] = field(default_factory=dict)
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    arrows: tuple[Arrow, ...] = ()

    def __add__(self, other: PlanFindings) -> PlanFindings:
        """Both together.

        Raises
        ------
        AlignmentError
            Both have a table, or a grid, of one name.
        """
        for one, more in ((self.tables, other.tables), (self.layers, other.layers)):
            if twice := set(one) & set(more):
                raise AlignmentError(tr("two stages found {names}", names=listed(sorted(twice))))
        return PlanFindings(
            {**self.tables, **other.tables},
            {**self.layers, **other.layers},
            {**self.kinds, **other.kinds},
            (*self.notes, *other.notes),
            (*self.arrows, *other.arrows),
        )


def noted(*notes: str) -> PlanFindings:
    """Notes alone."""
    return PlanFindings(notes=notes)
