"""Allocation in patches whose sizes are those of observed change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from tanheng.simulation.allocation import Chance, Conversions, scores_of
from tanheng.simulation.features import FeatureSet
from tanheng.simulation.kernels.patches import edges, grow_patches
from tanheng.simulation.kernels.scores import add_noise, cells_of
from tanheng.simulation.landscape import Land, Landscape, bands
from tanheng.simulation.learned.model import Suitability

_EIGHT = np.ones((3, 3), int)
#: Degrees of clumping that are tried against observed change.
CLUMPING = (0.0, 0.5, 1.0, 2.0, 4.0)


def patch_sizes(before: Land, after: Land, target: int, classes: int) -> NDArray[np.int64]:
    """Sizes of the patches of cells that became a class, which touch by sides or corners; ascending.

    Examples
    --------
    >>> before = np.zeros((3, 4), np.uint8)
    >>> after = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]], np.uint8)
    >>> patch_sizes(before, after, 1, 2).tolist()
    [1, 2]
    """
    labels, count = ndimage.label(gained(before, after, target, classes), _EIGHT)
    return np.sort(np.bincount(labels.reshape(-1), minlength=count + 1)[1:]).astype(np.int64)


def gained(before: Land, after: Land, target: int, classes: int) -> NDArray[np.bool_]:
    """Cells that became a class and had another before."""
    return np.asarray((after == target) & (before != target) & (before < classes))


def edge_density(before: Land, after: Land, target: int, classes: int) -> float:
    """Outer sides of the cells that became a class, per cell: 4 where each stands alone; 0 where there is none.

    Examples
    --------
    >>> before, after = np.zeros((4, 4), np.uint8), np.zeros((4, 4), np.uint8)
    >>> after[1:3, 1:3] = 1
    >>> edge_density(before, after, 1, 2)
    2.0
    """
    new = gained(before, after, target, classes)
    return float(edges(new)) / float(new.sum()) if new.any() else 0.0


def allocate_patches(
    landscape: Landscape,
    features: FeatureSet,
    suitability: Suitability,
    conversions: Conversions,
    chance: Chance,
    sizes: dict[int, NDArray[np.int64]],
    clumping: float,
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
    """
    classes = conversions.shape[1]
    land = landscape.land.copy()
    random = np.random.default_rng([chance.seed, chance.draw, chance.step])
    moved = conversions.copy()
    moved[:, np.arange(classes), np.arange(classes)] = 0
    targets = np.argsort(-moved.sum(axis=(0, 1)), kind="stable")
    for target in (int(k) for k in targets if moved[:, :, k].any()):
        key, score, cells, noisy = _scored(landscape, land, features, suitability, moved[:, :, target], chance, target)
        left = moved[:, :, target].reshape(-1).copy()
        seeds = cells[np.argsort(-noisy, kind="stable")]
        known = sizes.get(target, np.ones(1, np.int64))
        drawn = random.choice(known if known.size else np.ones(1, np.int64), max(1, int(left.sum())))
        grow_patches(land, key, score, seeds, left, drawn, clumping, target)
    return np.where((land >= 128) & (land < 255), land - 128, land).astype(np.uint8)


def _scored(
    landscape: Landscape,
    land: Land,
    features: FeatureSet,
    suitability: Suitability,
    wanted: NDArray[np.int64],
    chance: Chance,
    target: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """Key and score of each cell that may become a class; those cells, and their scores with noise.

    Scores of an origin are set off by the score that would be reached if its best cells changed, so that origins can be
    compared in one patch.
    """
    classes = wanted.shape[1]
    key = np.full(land.shape, -1, np.int64)
    score = np.full(land.shape, -np.inf, np.float32)
    everything, noises = [], []
    for origin in np.flatnonzero(wanted.any(axis=0)):
        parts, found = [], []
        for band in bands(landscape, features.margin):
            cells = cells_of(band.inner, band.fixed, origin)
            codes = features.codes(band)
            parts.append(cells + np.int64(band.first_cell))
            found.append(scores_of(suitability, int(origin), (target,), codes, cells)[:, 0])
        cells, scores = np.concatenate(parts), np.concatenate(found)
        free = land.reshape(-1)[cells] < 128
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
    wanted = [k for k in range(classes) if gained(landscape.land, after, k, classes).any()]
    weight = np.array([gained(landscape.land, after, k, classes).sum() for k in wanted], float)
    observed = np.array([edge_density(landscape.land, after, k, classes) for k in wanted])
    misfit = []
    for clumping in CLUMPING:
        land = allocate_patches(landscape, features, suitability, conversions, Chance(seed, 0, 0), sizes, clumping)
        grown = np.array([edge_density(landscape.land, land, k, classes) for k in wanted])
        misfit.append(float(weight @ np.abs(grown - observed)))
    return CLUMPING[int(np.argmin(misfit))]
