"""Allocation in patches whose sizes are those of observed change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.allocation import Chance, Conversions, scores_of
from tanheng.simulation.features import FeatureSet
from tanheng.simulation.kernels.comparison import patches_of_change
from tanheng.simulation.kernels.patches import grow_patches
from tanheng.simulation.kernels.scores import add_noise, cells_of
from tanheng.simulation.landscape import Land, Landscape, bands
from tanheng.simulation.learned.model import Suitability

#: Degrees of clumping that are tried against observed change.
CLUMPING = (0.0, 0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Shapes:
    """Patches of the cells that changed, which touch by sides or corners.

    Attributes
    ----------
    target : array of uint8, shape (patches,)
        Class that the cells of each patch became.
    cells : array of int64, shape (patches,)
    sides : array of int64, shape (classes,)
        Outer sides of the cells that became each class.
    """

    target: NDArray[np.uint8]
    cells: NDArray[np.int64]
    sides: NDArray[np.int64]

    @property
    def gained(self) -> NDArray[np.int64]:
        """Cells that became each class, shape (classes,)."""
        return np.bincount(self.target, self.cells, self.sides.size).astype(np.int64)

    @property
    def edges(self) -> NDArray[np.float64]:
        """Outer sides per cell that became each class: 4 where each stands alone; 0 where there is none."""
        return np.asarray(self.sides / np.maximum(self.gained, 1))

    def sizes(self, target: int) -> NDArray[np.int64]:
        """Cells of the patches of a class, ascending."""
        return np.sort(self.cells[self.target == target])


def shapes_of_change(before: Land, after: Land, classes: int) -> Shapes:
    """Patches of the cells that became another class.

    Examples
    --------
    >>> before = np.zeros((3, 4), np.uint8)
    >>> after = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]], np.uint8)
    >>> shapes = shapes_of_change(before, after, 2)
    >>> shapes.sizes(1).tolist(), shapes.edges.tolist()
    ([1, 2], [0.0, 4.0])
    """
    sides = np.zeros(classes, np.int64)
    target, cells = patches_of_change(before, after, classes, sides)
    return Shapes(target, cells, sides)


def allocate_patches(
    landscape: Landscape,
    features: FeatureSet,
    suitability: Suitability,
    conversions: Conversions,
    chance: Chance,
    sizes: dict[int, NDArray[np.int64]],
    clumping: float,
    scored: Scored | None = None,
) -> Land:
    """Land after conversions in patches; each conversion is met exactly in each zone.

    Patches start at cells drawn by their chances, and grow over the neighbours with the highest scores to sizes drawn from
    `sizes`, across the classes that have cells to give. A target without observed patches grows cell by cell.

    Parameters
    ----------
    sizes : dict of int to array
        Observed sizes of patches by target class, cells.
    clumping : float
        What a neighbour of the target class adds to a cell's log-odds while a patch grows.
    scored : dict, optional
        What `scored_cells` gives, where the same land is changed again and again.
    """
    classes = conversions.shape[1]
    scored = scored_cells(landscape, features, suitability, conversions) if scored is None else scored
    land, done = landscape.land.copy(), np.zeros(landscape.land.shape, np.bool_)
    random = np.random.default_rng([chance.seed, chance.draw, chance.step])
    moved = conversions.copy()
    moved[:, np.arange(classes), np.arange(classes)] = 0
    targets = np.argsort(-moved.sum(axis=(0, 1)), kind="stable")
    for target in (int(k) for k in targets if moved[:, :, k].any()):
        key, score, cells, noisy = _keyed(landscape, done, scored, moved[:, :, target], chance, target)
        left = moved[:, :, target].reshape(-1).copy()
        seeds = cells[np.argsort(-noisy, kind="stable")]
        known = sizes.get(target, np.ones(1, np.int64))
        drawn = random.choice(known if known.size else np.ones(1, np.int64), max(1, int(left.sum())))
        grow_patches(land, done, key, score, seeds, left, drawn, clumping, target)
    return land


#: Cells of an origin class that may change, their targets, and the scores of each, shape (cells, targets); by origin.
Scored = dict[int, tuple[NDArray[np.int64], tuple[int, ...], NDArray[np.float32]]]


def scored_cells(
    landscape: Landscape, features: FeatureSet, suitability: Suitability, conversions: Conversions
) -> Scored:
    """Scores of all conversions that are wanted, in one pass over the landscape."""
    moved = conversions.sum(axis=0)
    np.fill_diagonal(moved, 0)
    wanted = {int(i): tuple(np.flatnonzero(moved[i]).tolist()) for i in np.flatnonzero(moved.any(axis=1))}
    cells: dict[int, list[NDArray[np.int64]]] = {origin: [] for origin in wanted}
    scores: dict[int, list[NDArray[np.float32]]] = {origin: [] for origin in wanted}
    for band in bands(landscape, features.margin):
        codes = features.codes(band)
        for origin, targets in wanted.items():
            here = cells_of(band.inner, band.fixed, origin)
            cells[origin].append(here + np.int64(band.first_cell))
            scores[origin].append(scores_of(suitability, origin, targets, codes, here))
    return {
        origin: (np.concatenate(cells[origin]), targets, np.concatenate(scores[origin]))
        for origin, targets in wanted.items()
    }


def _keyed(
    landscape: Landscape,
    done: NDArray[np.bool_],
    scored: Scored,
    wanted: NDArray[np.int64],
    chance: Chance,
    target: int,
) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Key and score of each cell that may become a class; those cells, and their scores with noise.

    Scores of an origin are set off by the score that would be reached if its best cells changed, so that origins can be
    compared in one patch.
    """
    classes = wanted.shape[1]
    key = np.full(done.shape, -1, np.int32)
    score = np.full(done.shape, -np.inf, np.float32)
    everything, noises = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
    for origin in np.flatnonzero(wanted.any(axis=0)):
        cells, targets, of_targets = scored[int(origin)]
        scores = of_targets[:, targets.index(target)]
        free = ~done.reshape(-1)[cells]
        cells, scores = cells[free], scores[free]
        if cells.size == 0:
            continue
        scores = (
            scores
            - np.partition(scores, -min(int(wanted[:, origin].sum()), cells.size))[
                -min(int(wanted[:, origin].sum()), cells.size)
            ]
        )
        zone = landscape.zones.reshape(-1)[cells].astype(np.int64) if landscape.zones.size else np.zeros(1, np.int64)
        inside = zone < wanted.shape[0]
        key.reshape(-1)[cells] = np.where(inside, zone * classes + origin, -1)
        score.reshape(-1)[cells] = scores
        noisy = scores[:, None].copy()
        add_noise(noisy, cells, chance.keys([target]))
        everything.append(cells)
        noises.append(noisy[:, 0])
    return key, score, np.concatenate(everything), np.concatenate(noises)


def clumping_like(
    landscape: Landscape,
    after: Land,
    features: FeatureSet,
    suitability: Suitability,
    conversions: Conversions,
    sizes: dict[int, NDArray[np.int64]],
    seed: int,
) -> float:
    """Degree of clumping whose patches have edges most like those of observed change."""
    classes = features.classes
    observed = shapes_of_change(landscape.land, after, classes)
    scored = scored_cells(landscape, features, suitability, conversions)
    misfit = []
    for clumping in CLUMPING:
        chance = Chance(seed, 0, 0)
        land = allocate_patches(landscape, features, suitability, conversions, chance, sizes, clumping, scored)
        grown = shapes_of_change(landscape.land, land, classes)
        misfit.append(float(observed.gained @ np.abs(grown.edges - observed.edges)))
    return CLUMPING[int(np.argmin(misfit))]
