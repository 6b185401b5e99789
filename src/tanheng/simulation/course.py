"""The course of land use from the last map to the years asked for, in one draw or many."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.allocation import Chance, allocate
from tanheng.simulation.features import FeatureSet
from tanheng.simulation.landscape import Land, Landscape
from tanheng.simulation.learned.model import Suitability
from tanheng.simulation.patches import allocate_patches
from tanheng.simulation.schedule import Schedule
from tanheng.simulation.workers import Workers


@dataclass(frozen=True)
class Allocator:
    """How conversions are placed.

    Attributes
    ----------
    mode : str
        ``best`` (the most likely cells), ``draw`` (by a draw that follows the chances) or ``patches``.
    seed : int
    sizes : mapping of int to array
        For patches: observed sizes by target class, cells.
    clumping : float
        For patches: what a neighbour adds to a cell's log-odds.
    """

    features: FeatureSet
    suitability: Suitability
    mode: str
    seed: int
    work: Workers
    sizes: Mapping[int, NDArray[np.int64]]
    clumping: float = 0.0

    def place(self, landscape: Landscape, conversions: NDArray[np.int64], draw: int, step: int) -> Land:
        """Land after the conversions of one step."""
        chance = Chance(self.seed, draw, step)
        if self.mode == "patches":
            sizes = dict(self.sizes)
            return allocate_patches(
                landscape, self.features, self.suitability, conversions, chance, sizes, self.clumping
            )
        return allocate(
            landscape, self.features, self.suitability, conversions, chance, noisy=self.mode == "draw", work=self.work
        )


def courses(
    landscape: Landscape, schedule: Schedule, allocator: Allocator, draws: int
) -> Iterator[tuple[int, float, Land]]:
    """Number of the draw, year, and land, step by step; neighbourhoods follow the land of the step before.

    In mode ``best`` there is one course. Draws are numbered from 1.
    """
    for draw in range(1, (1 if allocator.mode == "best" else draws) + 1):
        here = landscape
        for number, step in enumerate(schedule.steps):
            land = allocator.place(here, step.conversions, draw, number)
            yield draw, step.year, land
            here = here.with_land(land)
