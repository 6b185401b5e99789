"""Cells that suitability is learned from: those that changed, and a sample of those that stayed, with weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.features import FeatureSet
from tanheng.simulation.landscape import Codes, Land, Landscape, bands

#: Most cells of each conversion, and of those that stay, that are learned from.
MOST_CHANGED, MOST_STAYED = 40_000, 80_000
#: Blocks along the longer side of a landscape, and the groups they fall into.
BLOCKS, FOLDS = 10, 5


@dataclass(frozen=True)
class Sample:
    """Cells of one origin class.

    Attributes
    ----------
    origin : int
    targets : tuple of int
        Classes that some of the cells became.
    changed : array of int, shape (targets,)
        Cells of each conversion in all of the landscape, before any sampling.
    stayed : int
        Cells that stayed, likewise.
    cells : array of int
        Numbers of the cells of the sample, ascending.
    target : array of int
        0 where a cell stayed, j + 1 where it became target j.
    weight : array
        Cells that each stands for.
    fold : array of int
        Group of blocks that each lies in.
    codes : array of uint16, shape (cells, features)
    """

    origin: int
    targets: tuple[int, ...]
    changed: NDArray[np.int64]
    stayed: int
    cells: NDArray[np.int64]
    target: NDArray[np.int64]
    weight: NDArray[np.float64]
    fold: NDArray[np.int64]
    codes: Codes

    def part(self, chosen: NDArray[np.bool_]) -> Sample:
        """The sample of some of its cells."""
        return Sample(
            self.origin, self.targets, self.changed, self.stayed, self.cells[chosen], self.target[chosen],
            self.weight[chosen], self.fold[chosen], self.codes[chosen],
        )  # fmt: skip

    def with_only(self, features: NDArray[np.int64]) -> Sample:
        """The sample as if all other features were the same everywhere."""
        codes = np.zeros_like(self.codes)
        codes[:, features] = self.codes[:, features]
        return replace(self, codes=codes)


def fold_of(cells: NDArray[np.int64], shape: tuple[int, int]) -> NDArray[np.int64]:
    """Group of spatial blocks of each cell: blocks are squares, a tenth of the longer side wide, and neighbours differ.

    Examples
    --------
    >>> fold_of(np.array([0, 9, 10, 99]), (10, 10)).tolist()
    [0, 4, 2, 2]
    """
    side = max(1, -(-max(shape) // BLOCKS))
    row, column = cells // shape[1] // side, cells % shape[1] // side
    return np.asarray((column + 2 * row) % FOLDS, np.int64)


def draw_samples(
    before: Landscape,
    after: Land,
    features: FeatureSet,
    origins: Sequence[int],
    *,
    left_out: int | None = None,
    seed: int = 1,
    most: tuple[int, int] = (MOST_CHANGED, MOST_STAYED),
) -> dict[int, Sample]:
    """Samples of origin classes from two dates; protected cells are no part of them.

    Parameters
    ----------
    before : Landscape
        Land of the first date.
    after : array of uint8
        Land of the second date.
    left_out : int, optional
        Fold of blocks that is kept apart.
    """
    chosen = {origin: _chosen(before, after, features.classes, origin, left_out, seed, most) for origin in origins}
    wanted = np.unique(np.concatenate([item[0] for item in chosen.values()] or [np.zeros(0, np.int64)]))
    codes = codes_at(before, features, wanted)
    samples = {}
    for origin, (cells, target, weight, targets, changed, stayed) in chosen.items():
        at = np.searchsorted(wanted, cells)
        samples[origin] = Sample(
            origin, targets, changed, stayed, cells, target, weight, fold_of(cells, before.land.shape), codes[at]
        )
    return samples


def codes_at(landscape: Landscape, features: FeatureSet, cells: NDArray[np.int64]) -> Codes:
    """Codes of all features at some cells, which ascend, shape (cells, features)."""
    out = np.empty((cells.size, len(features.listed)), np.uint16)
    width = landscape.land.shape[1]
    for item in bands(landscape, features.margin):
        start, stop = np.searchsorted(cells, [item.first_cell, item.first_cell + item.height * width])
        if start < stop:
            codes = features.codes(item).reshape(out.shape[1], -1)
            out[start:stop] = codes[:, cells[start:stop] - item.first_cell].T
    return out


_Chosen = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], tuple[int, ...], NDArray[np.int64], int]


def _chosen(
    before: Landscape, after: Land, classes: int, origin: int, left_out: int | None, seed: int, most: tuple[int, int]
) -> _Chosen:
    eligible = (before.land == origin) & (after < classes)
    if before.fixed.size:
        eligible &= before.fixed == 0
    cells = np.flatnonzero(eligible)
    if left_out is not None:
        cells = cells[fold_of(cells, before.land.shape) != left_out]
    now = after.reshape(-1)[cells]
    counts = np.bincount(now, minlength=classes)
    targets = tuple(int(k) for k in np.flatnonzero(counts) if k != origin)
    random = np.random.default_rng([seed, origin])
    parts = [(_some(random, cells[now == origin], most[1]), 0)]
    parts += [(_some(random, cells[now == target], most[0]), number) for number, target in enumerate(targets, start=1)]
    all_cells = np.concatenate([part for part, _ in parts])
    target = np.concatenate([np.full(part.size, number) for part, number in parts])
    whole = [int(counts[origin]), *(int(counts[k]) for k in targets)]
    weight = np.concatenate([np.full(part.size, whole[number] / max(part.size, 1)) for part, number in parts])
    order = np.argsort(all_cells)
    changed = np.array([counts[k] for k in targets], np.int64)
    return all_cells[order], target[order], weight[order], targets, changed, whole[0]


def _some(random: np.random.Generator, cells: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    return cells if cells.size <= most else np.sort(random.choice(cells, most, replace=False))
