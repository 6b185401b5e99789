"""How likely a cell of one class is to become another: log-odds that are sums of effects, one table a feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

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

    def used(self, features: int) -> Sequence[int]:
        """Numbers of the features, of so many, that the scores depend on."""

    def scores(self, codes: Codes, cells: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """ln(P_ij / P_ii) of each cell and target, shape (cells, targets).

        Parameters
        ----------
        codes : array of uint16, shape (features, height, columns)
            Features of a band.
        cells : array of int
            Numbers of the cells in the band.
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

    def scores(self, codes: Codes, cells: NDArray[np.integer[Any]]) -> NDArray[np.float32]:
        """ln(P_ij / P_ii) of each cell and target, shape (cells, targets)."""
        out = np.empty((len(self.targets), cells.size), np.float32)
        flat = codes.reshape(codes.shape[0], codes.shape[1] * codes.shape[2])
        used, effects = np.array(self._with_effect, np.int64), self._tables
        additive_scores(flat, used, cells.astype(np.int32), self.intercepts.astype(np.float32), effects, out)
        return out.T

    def used(self, features: int) -> Sequence[int]:  # noqa: ARG002  it knows its own
        """Numbers of the features whose effect is not zero everywhere."""
        return self._with_effect

    @cached_property
    def _tables(self) -> NDArray[np.float32]:
        """Effects of the features that are used, shape (features, targets, codes)."""
        return np.ascontiguousarray(self.effects[list(self._with_effect)].transpose(0, 2, 1))

    @cached_property
    def _with_effect(self) -> tuple[int, ...]:
        return tuple(int(number) for number in np.flatnonzero(self.effects.any(axis=(1, 2))))


@dataclass(frozen=True)
class Even:
    """The same log-odds everywhere: what nothing was learned of is placed at random among the cells of its origin."""

    targets: tuple[int, ...]

    def scores(self, codes: Codes, cells: NDArray[np.integer[Any]]) -> NDArray[np.float32]:  # noqa: ARG002
        """Zeros, shape (cells, targets)."""
        return np.zeros((cells.size, len(self.targets)), np.float32)

    def used(self, features: int) -> Sequence[int]:  # noqa: ARG002  it uses none
        """No feature."""
        return ()


#: By the index of the origin class.
Suitability = Mapping[int, Scorer]


def given_suitability(features: FeatureSet, chances: Mapping[int, int]) -> dict[int, Additive]:
    """Suitability that the user gives: for each target class the number of the driver that holds the chance of becoming it.

    A chance of 0 or 1 counts as one in a thousand millions from it; where the driver has no data, its lowest chance holds.
    """
    targets, listed = tuple(sorted(chances)), features.listed
    scorers = {}
    for origin in range(features.classes):
        wanted = tuple(target for target in targets if target != origin)
        effects = np.zeros((len(listed), CODES, len(wanted)), np.float32)
        for number, target in enumerate(wanted):
            levels = np.clip(listed[chances[target]].levels, 1e-9, 1.0 - 1e-9)
            log_odds = np.log(levels / (1.0 - levels))
            effects[chances[target], :, number] = log_odds[0]
            effects[chances[target], : levels.size, number] = log_odds
        scorers[origin] = Additive(wanted, np.zeros(len(wanted)), effects)
    return scorers
