"""Spatial allocation: which cells change, so that the demand for each conversion is met to the cell in every zone."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.features import FeatureSet
from tanheng.simulation.kernels.assignment import assign
from tanheng.simulation.kernels.scores import NOISE_ENDS, cells_of, noisy_candidates
from tanheng.simulation.landscape import NO_ZONE, OUTSIDE, Band, Land, Landscape, bands
from tanheng.simulation.learned.model import Suitability
from tanheng.simulation.workers import Workers

#: Conversions by zone, origin and target: cells, shape (zones, classes, classes).
Conversions = NDArray[np.int64]

_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
_WORD = 2**64 - 1
#: What breaks ties where no noise is asked for: far below any difference that was learned.
_TIE = np.float32(1e-5)
#: Candidates of a zone and origin are cut back where they are this many times as many as can change.
_ROOM = 4


@dataclass(frozen=True)
class Chance:
    """What noise depends on besides the cell: seed, draw and step. The same bits on every machine and number of workers."""

    seed: int
    draw: int
    step: int

    def keys(self, targets: Sequence[int]) -> NDArray[np.uint64]:
        """One key a target class, and one for staying.

        Examples
        --------
        >>> Chance(1, 1, 0).keys([2]) == Chance(1, 1, 0).keys([1, 2])[1:]
        array([ True,  True])
        """
        numbers = []
        for target in (*targets, OUTSIDE):
            word = 0
            for part in (self.seed, self.draw, self.step, target):
                word = (word + part + 1) * _MIX[0] & _WORD
                word = (word ^ word >> 30) * _MIX[1] & _WORD
                word = (word ^ word >> 27) * _MIX[2] & _WORD
                word ^= word >> 31
            numbers.append(word)
        return np.array(numbers, np.uint64)


@dataclass(frozen=True)
class Candidates:
    """Cells of one origin in one zone that may be among those that change.

    Attributes
    ----------
    cells : array of int, shape (cells,)
    scores : array of float32, shape (cells, targets)
    """

    cells: NDArray[np.int64]
    scores: NDArray[np.float32]

    def above(self, lowest: NDArray[np.float32]) -> Candidates:
        """Those that reach the lowest score of some target."""
        kept = np.zeros(self.cells.size, bool)
        for target, least in enumerate(
            lowest
        ):  # a column at a time: `any` over rows as short as these takes ten times as long
            kept |= self.scores[:, target] >= least
        return self if kept.all() else Candidates(self.cells[kept], self.scores[kept])


Group = tuple[int, int]


@dataclass(frozen=True)
class BandTask:
    """Everything that scoring one band takes; it can be done anywhere."""

    band: Band
    features: FeatureSet
    suitability: Suitability
    targets: dict[int, tuple[int, ...]]
    lowest: dict[Group, NDArray[np.float32]]
    chance: Chance
    noisy: bool


def candidates(task: BandTask) -> dict[Group, Candidates]:
    """Candidates of a band, by zone and origin."""
    features, found = task.features, {}
    width = task.band.land.shape[1]
    band, start = task.band.cropped(features.classes, features.margin)
    across = band.land.shape[1]
    codes = features.codes(band, _used(task), _room(math.prod(features.shape_of_codes(band))))
    for origin, targets in task.targets.items():
        cells = cells_of(band.inner, band.fixed, origin)
        if cells.size == 0:
            continue
        scores = scores_of(task.suitability, origin, targets, codes, cells)
        zones, rows, lowest = _limits(task, band, origin, cells)
        keys = task.chance.keys(targets)
        if task.noisy:
            place = (across, task.band.first_cell + start, width)
            kept, numbers, reached = noisy_candidates(scores.T, cells, place, keys, rows, lowest, NOISE_ENDS)
        else:
            all_numbers = task.band.first_cell + start + cells // across * np.int64(width) + cells % across
            scores = scores + _TIE * scattered(all_numbers)[:, None]
            limits = lowest[np.maximum(rows, 0)] if rows.size else lowest
            kept = np.flatnonzero((rows >= 0 if rows.size else True) & (scores >= limits).any(axis=1))
            numbers, reached = all_numbers[kept], scores[kept]
        for row, zone in enumerate(zones):
            here = slice(None) if rows.size == 0 else rows[kept] == row
            found[zone, origin] = Candidates(numbers[here], reached[here])
    return found


#: Memory for the codes of a band, by thread.
_held = threading.local()


def _room(size: int) -> NDArray[np.uint16]:
    """Memory for codes, that of the band before where it is large enough: to get it anew from the system takes as long as to fill it."""
    room: NDArray[np.uint16] = getattr(_held, "codes", np.empty(0, np.uint16))
    if room.size < size:
        room = _held.codes = np.empty(size, np.uint16)
    return room[:size]


def scattered(numbers: NDArray[np.int64]) -> NDArray[np.float32]:
    """Number from 0 to 1 for each cell, as if drawn at random: which of several equal cells come first follows no pattern.

    Examples
    --------
    >>> drawn = scattered(np.arange(100_000))
    >>> bool(abs(drawn.mean() - 0.5) < 0.01), bool(abs(np.corrcoef(drawn[1:], drawn[:-1])[0, 1]) < 0.01)
    (True, True)
    """
    word = numbers.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)  # splitmix64, as in kernels/scores.py
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word ^= word >> np.uint64(31)
    return (word >> np.uint64(40)).astype(np.float32) / np.float32(2**24)


def _used(task: BandTask) -> list[int]:
    """Numbers of the features that the scores of some origin depend on."""
    count = len(task.features.listed)
    scorers = (task.suitability.get(origin) for origin in task.targets)
    return sorted({number for scorer in scorers if scorer is not None for number in scorer.used(count)})


def _limits(
    task: BandTask, band: Band, origin: int, cells: NDArray[np.int32]
) -> tuple[list[int], NDArray[np.int64], NDArray[np.float32]]:
    """Zones whose land of an origin is asked for; row of each cell among them (-1 for none; empty without zones); lowest scores by row."""
    zones = [zone for zone, of in task.lowest if of == origin]
    lowest = np.stack([task.lowest[zone, origin] for zone in zones])
    if band.zones.size == 0:
        return zones, np.zeros(0, np.int64), lowest
    row_of = np.full(NO_ZONE + 1, -1, np.int64)
    row_of[zones] = np.arange(len(zones))
    return zones, row_of[band.zones.reshape(-1)[cells]], lowest


def scores_of(
    suitability: Suitability,
    origin: int,
    targets: tuple[int, ...],
    codes: NDArray[np.uint16],
    cells: NDArray[np.integer[Any]],
) -> NDArray[np.float32]:
    """Log-odds of conversions, shape (cells, targets); 0 for those that nothing is known of."""
    scorer = suitability.get(origin)
    if scorer is not None and scorer.targets == targets:
        return scorer.scores(codes, cells)
    scores = np.zeros((len(targets), cells.size), np.float32).T
    known = [target for target in targets if scorer is not None and target in scorer.targets]
    if scorer is not None and known:
        learned = scorer.scores(codes, cells)
        for target in known:
            scores[:, targets.index(target)] = learned[:, scorer.targets.index(target)]
    return scores


@dataclass
class _Race:
    """Candidates of a zone and origin as bands come in; only as many are kept as can be among those that change."""

    quota: NDArray[np.int64]
    parts: list[Candidates] = field(default_factory=list)
    size: int = 0

    @property
    def lowest_at_all(self) -> NDArray[np.float32]:
        return np.full(self.quota.size, -np.inf, np.float32)

    def add(self, part: Candidates) -> NDArray[np.float32] | None:
        """Take a band's candidates in; the lowest scores that still count, where they were found anew."""
        self.parts.append(part)
        self.size += part.cells.size
        most = int(self.quota.sum())
        if self.size <= _ROOM * most + 10_000:
            return None
        whole = self.whole()
        # A cell that is beyond the first `most` for every target can't change: one of those before it would be better.
        lowest = np.partition(whole.scores, -most, axis=0)[-most]
        kept = whole.above(lowest)
        self.parts, self.size = [kept], kept.cells.size
        return np.asarray(lowest, np.float32)

    def whole(self) -> Candidates:
        cells = np.concatenate([part.cells for part in self.parts] or [np.zeros(0, np.int64)])
        scores = np.concatenate([part.scores for part in self.parts] or [np.zeros((0, self.quota.size), np.float32)])
        return Candidates(cells, scores)

    def winners(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Cells that change, and the number of the target of each."""
        whole = self.whole()
        most = int(self.quota.sum())
        if whole.cells.size > most:
            # Which cells are left does not depend on the order in which bands came in.
            whole = whole.above(np.partition(whole.scores, -most, axis=0)[-most])
        order = np.argsort(whole.cells)
        cells, scores = whole.cells[order], whole.scores[order]
        orders = np.argsort(-scores, axis=0).T.copy()
        place = assign(scores.astype(np.float64), self.quota, orders)
        return cells[place >= 0], place[place >= 0]


class _Tasks(Sequence[BandTask]):
    """Tasks of all bands; one that is handed out later knows the lowest scores that those before it left."""

    def __init__(self, landscape: Landscape, margin: int, task: BandTask) -> None:
        self.bands, self.task = list(bands(landscape, margin)), task

    def __len__(self) -> int:
        return len(self.bands)

    def __getitem__(self, number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN204
        return self._of(self.bands[number])

    def __iter__(self) -> Iterator[BandTask]:
        return map(self._of, self.bands)

    def _of(self, band: Band) -> BandTask:
        return replace(self.task, band=band, lowest=dict(self.task.lowest))


def allocate(
    landscape: Landscape,
    features: FeatureSet,
    suitability: Suitability,
    conversions: Conversions,
    chance: Chance,
    *,
    noisy: bool,
    work: Workers,
) -> Land:
    r"""Land after conversions: the cells with the largest sum of scores, each conversion met exactly in each zone.

    For each zone and origin i, cells c and targets j: maximise :math:`\sum_{c,j} x_{cj} s_{cj}` with
    :math:`\sum_c x_{cj} = n_{ij}`, :math:`\sum_j x_{cj} \le 1`. A score is the log-odds ln(P_ij / P_ii); where it is `noisy`,
    plus independent Gumbel noise of the target less that of staying: then the numbers are met by a draw that follows the chances.

    Parameters
    ----------
    landscape : Landscape
    conversions : array of int, shape (zones, classes, classes), cells
        Off the diagonal: cells of each origin that become each target. There must be as many free cells.
    chance : Chance
    work : Workers
        Who scores the bands.

    References
    ----------
    Gumbel 1954; Yellott 1977, The relationship between Luce's choice axiom, Thurstone's theory and the double exponential.
    """
    races, targets = _races(conversions)
    lowest = {group: race.lowest_at_all for group, race in races.items()}
    task = BandTask(band_of_nothing(), features, suitability, targets, lowest, chance, noisy)
    for _, found in work.results(candidates, _Tasks(landscape, features.margin, task)):
        for group, part in found.items():
            higher = races[group].add(part)
            if higher is not None:
                lowest[group] = higher
    _held.__dict__.clear()
    land = landscape.land.copy()
    flat = land.reshape(-1)
    for (_, origin), race in races.items():
        cells, place = race.winners()
        flat[cells] = np.array(targets[origin], np.uint8)[place]
    return land


def _races(conversions: Conversions) -> tuple[dict[Group, _Race], dict[int, tuple[int, ...]]]:
    """A race for each zone and origin that loses cells, and the targets of each origin."""
    moved = conversions.copy()
    moved[:, np.arange(moved.shape[1]), np.arange(moved.shape[1])] = 0
    targets = {
        origin: tuple(int(j) for j in np.flatnonzero(moved[:, origin].any(axis=0)))
        for origin in range(moved.shape[1])
        if moved[:, origin].any()
    }
    races = {
        (zone, origin): _Race(moved[zone, origin, list(wanted)])
        for zone in range(moved.shape[0])
        for origin, wanted in targets.items()
        if moved[zone, origin].any()
    }
    return races, targets


def band_of_nothing() -> Band:
    """A band without a row, which stands in a task until it gets its own."""
    empty = np.zeros((0, 0), np.uint8)
    return Band(0, 0, 0, empty, (), np.zeros((0, 0), np.uint16), empty)
