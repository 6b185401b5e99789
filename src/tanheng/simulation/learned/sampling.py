"""Cells that suitability is learned from: those that changed, and a sample of those that stayed, with weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


def folds_of(shape: tuple[int, int]) -> NDArray[np.uint16]:
    """Group of spatial blocks of every cell, as `fold_of`.

    Examples
    --------
    >>> folds_of((10, 10)).reshape(-1)[[0, 9, 10, 99]].tolist()
    [0, 4, 2, 2]
    """
    side = max(1, -(-max(shape) // BLOCKS))
    row, column = np.arange(shape[0]) // side % FOLDS, np.arange(shape[1]) // side % FOLDS
    return np.add.outer(2 * row, column).astype(np.uint16) % np.uint16(FOLDS)


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
    counts = np.zeros(classes, np.int64)
    for _, now in _cells_of(before, after, classes, origin, left_out):
        counts += np.bincount(now, minlength=classes)
    targets = tuple(int(k) for k in np.flatnonzero(counts) if k != origin)
    ways = [origin, *targets]
    random = np.random.default_rng([seed, origin])
    # Which of the cells of each way are taken is drawn by their number, so that only these are held.
    wanted = [_some(random, int(counts[way]), most[0] if number else most[1]) for number, way in enumerate(ways)]
    before_band = np.zeros(len(ways), np.int64)
    found: list[list[NDArray[np.int64]]] = [[] for _ in ways]
    for cells, now in _cells_of(before, after, classes, origin, left_out):
        for number, way in enumerate(ways):
            here = cells[now == way]
            start, stop = np.searchsorted(wanted[number], before_band[number] + np.array([0, here.size]))
            found[number].append(here[wanted[number][start:stop] - before_band[number]])
            before_band[number] += here.size
    parts = [np.concatenate([np.zeros(0, np.int64), *cells]) for cells in found]
    all_cells = np.concatenate(parts)
    target = np.concatenate([np.full(part.size, number) for number, part in enumerate(parts)])
    whole = [int(counts[way]) for way in ways]
    weight = np.concatenate([np.full(part.size, whole[n] / max(part.size, 1)) for n, part in enumerate(parts)])
    order = np.argsort(all_cells)
    changed = np.array([counts[k] for k in targets], np.int64)
    return all_cells[order], target[order], weight[order], targets, changed, whole[0]


def _cells_of(
    before: Landscape, after: Land, classes: int, origin: int, left_out: int | None
) -> Iterator[tuple[NDArray[np.int64], Land]]:
    """Numbers of the cells of a class that may change, band by band, and their class afterwards."""
    for item in bands(before, 0):
        here = after[item.row : item.row + item.height]
        eligible = (item.inner == origin) & (here < classes)
        if item.fixed.size:
            eligible &= item.fixed == 0
        cells = np.flatnonzero(eligible)
        now = here.reshape(-1)[cells]
        cells += item.first_cell
        if left_out is not None:
            kept = fold_of(cells, before.land.shape) != left_out
            cells, now = cells[kept], now[kept]
        yield cells, now


def _some(random: np.random.Generator, number: int, most: int) -> NDArray[np.int64]:
    """Some of so many, ascending."""
    return np.arange(number) if number <= most else np.sort(random.choice(number, most, replace=False))
