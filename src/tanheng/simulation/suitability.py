"""How likely a cell of one class is to become another: log-odds that are sums of effects, one table a feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.features import CODES, FeatureSet
from tanheng.simulation.kernels.scores import additive_scores
from tanheng.simulation.landscape import Codes


class Scorer(Protocol):
    """Log-odds of each conversion of one origin class."""

    @property
    def targets(self) -> tuple[int, ...]:
        """Classes that cells of the origin may become."""

    def scores(self, codes: Codes, cells: NDArray[np.int64], first_cell: int) -> NDArray[np.float32]:
        """ln(P_ij / P_ii) of each cell and target, shape (cells, targets).

        Parameters
        ----------
        codes : array of uint16, shape (features, height, columns)
            Features of a band whose first cell has the number `first_cell`.
        """


@dataclass(frozen=True)
class Additive:
    """Log-odds as an intercept plus the effect of each feature.

    Attributes
    ----------
    targets : tuple of int
    intercepts : array, shape (targets,)
    effects : array of float32, shape (features, codes, targets)
        0 at the gap, which is the mean of the cells that it was learned from.
    """

    targets: tuple[int, ...]
    intercepts: NDArray[np.float64]
    effects: NDArray[np.float32]

    def scores(self, codes: Codes, cells: NDArray[np.int64], first_cell: int) -> NDArray[np.float32]:
        """ln(P_ij / P_ii) of each cell and target, shape (cells, targets)."""
        out = np.empty((cells.size, len(self.targets)), np.float32)
        flat = codes.reshape(codes.shape[0], -1)
        additive_scores(flat, cells, first_cell, self.intercepts.astype(np.float32), self.effects, out)
        return out


@dataclass(frozen=True)
class Even:
    """The same log-odds everywhere: what nothing was learned of is placed at random among the cells of its origin."""

    targets: tuple[int, ...]

    def scores(self, codes: Codes, cells: NDArray[np.int64], first_cell: int) -> NDArray[np.float32]:  # noqa: ARG002
        """Zeros, shape (cells, targets)."""
        return np.zeros((cells.size, len(self.targets)), np.float32)


#: By the index of the origin class.
Suitability = Mapping[int, Scorer]


def given_suitability(features: FeatureSet, chances: Mapping[int, int]) -> dict[int, Additive]:
    """Suitability that the user gives: for each target class the number of the driver that holds the chance of becoming it.

    A chance of 0 or 1 counts as one in a thousand millions from it; where the driver has no data, its lowest chance holds.
    """
    targets, listed = tuple(sorted(chances)), features.listed
    found = {}
    for origin in range(features.classes):
        wanted = tuple(target for target in targets if target != origin)
        effects = np.zeros((len(listed), CODES, len(wanted)), np.float32)
        for number, target in enumerate(wanted):
            levels = np.clip(listed[chances[target]].levels, 1e-9, 1.0 - 1e-9)
            log_odds = np.log(levels / (1.0 - levels))
            effects[chances[target], :, number] = log_odds[0]
            effects[chances[target], : levels.size, number] = log_odds
        found[origin] = Additive(wanted, np.zeros(len(wanted)), effects)
    return found
