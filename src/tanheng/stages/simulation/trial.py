"""Stage: an observed change simulated, and scored on what the model had not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.language import tr
from tanheng.simulation.allocation import scores_of
from tanheng.simulation.course import Allocator
from tanheng.simulation.kernels.scores import cells_of
from tanheng.simulation.landscape import OUTSIDE, Land, bands
from tanheng.simulation.learned.model import Suitability
from tanheng.simulation.learned.sampling import FOLDS, fold_of
from tanheng.simulation.measures import OperatingCurve
from tanheng.simulation.patches import clumping_like, shapes_of_change
from tanheng.simulation.validation import (
    Scores,
    Trial,
    blocks_as_zones,
    kept_apart,
    nulls,
    score,
    shape_of_change,
    validated,
)
from tanheng.simulation.workers import Workers
from tanheng.stages.simulation.learning import Learned, learn_suitability, refuse_unlearned, relearned

#: How a model is scored: on a later period, on held-out blocks, or on what it was trained on.
HeldOut = Literal["dates", "blocks", "training"]
#: Share of the observed change from which on a transition has an operating curve of its own.
_MAIN = 0.01


@dataclass(frozen=True)
class TrialFound:
    """Scores of a simulation of a change that was observed.

    Attributes
    ----------
    held_out : str
    learned : Learned
        What the scored model was learned from.
    first, last : int
        Years of the change that was simulated.
    scores : list of Scores
    curves : mapping of (int, int) to array, shape (points, 2)
        Total operating characteristic of main transitions.
    observed_shape : tuple of mappings
        Patches of new cells, their size and outer sides, as observed.
    hits : array of uint8, shape (rows, columns)
        One simulated map against the observed one: see `HIT_KINDS`.
    notes : tuple of str
    """

    held_out: HeldOut
    learned: Learned
    first: int
    last: int
    scores: list[Scores]
    curves: dict[tuple[int, int], NDArray[np.float64]]
    observed_shape: tuple[dict[int, float], ...]
    hits: Land
    notes: tuple[str, ...]


#: Kinds of cells of a map of hits and misses, by number.
HIT_KINDS = ("stayed", "hit", "miss", "false alarm", "wrong hit")


def run_trial(inputs: SimulationInputs, work: Workers, on_step: Callable[[], None]) -> TrialFound:
    """Simulate the last observed change with a model that did not see it, and score it.

    With three dates or more the model is learned from the period before; with two, from the blocks of land other than the one that is
    scored; where the study asks for it, from the very change that is scored.
    """
    last = len(inputs.land.years) - 1
    held_out: HeldOut = "training" if inputs.settings.score_on_training else ("dates" if last >= 2 else "blocks")
    dates = (last - 2, last - 1) if held_out == "dates" else (last - 1, last)
    learned = learn_suitability(inputs, *dates)
    on_step()
    trial = Trial(inputs.landscape(last - 1), inputs.land.lands[last], len(inputs.land.classes))
    free = replace(inputs, settings=inputs.settings.model_copy(update={"fallback": True}))
    notes = refuse_unlearned(free, *dates, trial.conversions.sum(axis=0))
    allocator = allocator_of(inputs, learned, work)
    by_fold: dict[int, Suitability] = {}
    if held_out == "blocks" and not inputs.suitability:
        by_fold = {fold: relearned(inputs, last - 1, last, fold) for fold in range(FOLDS)}
        scores, shown = _on_blocks(inputs, trial, by_fold, allocator, on_step)
    else:
        scores = validated(trial, allocator, inputs.settings.scored_draws, on_step)
        shown = allocator.place(trial.before, trial.conversions, 1, 0)
    return TrialFound(
        held_out,
        learned,
        inputs.land.years[last - 1],
        inputs.land.years[last],
        scores,
        _curves(inputs, trial, learned.suitability, by_fold),
        shape_of_change(trial.eligible, trial.observed, trial.classes),
        hits_and_misses(trial.eligible, trial.observed, shown, trial.classes),
        tuple(tr("validation: {note}", note=note) for note in (*learned.notes, *notes)),
    )


def allocator_of(inputs: SimulationInputs, learned: Learned, work: Workers) -> Allocator:
    """How conversions are placed by what was learned; patches like those of the period that it was learned from."""
    allocator = Allocator(inputs.features, learned.suitability, inputs.settings.mode, inputs.settings.seed, work, {})
    if inputs.settings.mode != "patches":
        return allocator
    before, after = (inputs.land.years.index(year) for year in learned.years)
    landscape, land, classes = inputs.landscape(before), inputs.land.lands[after], len(inputs.land.classes)
    shapes = shapes_of_change(landscape.land, land, classes)
    sizes = {k: shapes.sizes(k) for k in np.flatnonzero(shapes.gained).tolist()}
    conversions = Trial(landscape, land, classes).conversions
    clumping = clumping_like(
        landscape, land, inputs.features, learned.suitability, conversions, sizes, inputs.settings.seed
    )
    return replace(allocator, sizes=sizes, clumping=clumping)


def _on_blocks(
    inputs: SimulationInputs,
    trial: Trial,
    suitability: Mapping[int, Suitability],
    allocator: Allocator,
    on_step: Callable[[], None],
) -> tuple[list[Scores], Land]:
    """Scores where each group of blocks is simulated by a model that was learned on the others; random change meets the same demand in each."""
    by_fold = {fold: replace(allocator, suitability=of_fold) for fold, of_fold in suitability.items()}
    modes = {"best": 1, "draw": inputs.settings.scored_draws} | (
        {"patches": inputs.settings.scored_draws} if allocator.mode == "patches" else {}
    )

    def maps(mode: str, count: int) -> Iterable[Land]:
        for draw in range(1, count + 1):
            yield kept_apart(trial, by_fold, mode, draw)
            on_step()

    scores = [score(mode, trial, maps(mode, count)) for mode, count in modes.items()]
    zones = blocks_as_zones(trial.eligible, trial.classes)
    return [*scores, *nulls(trial, allocator, inputs.settings.scored_draws, zones)], kept_apart(
        trial, by_fold, allocator.mode, 1
    )


def hits_and_misses(before: Land, observed: Land, simulated: Land, classes: int) -> Land:
    """Number of the kind of each cell among `HIT_KINDS`; 255 outside.

    Examples
    --------
    >>> before, observed = np.zeros((1, 4), np.uint8), np.array([[0, 1, 1, 1]], np.uint8)
    >>> hits_and_misses(before, observed, np.array([[1, 1, 0, 2]], np.uint8), 3).tolist()
    [[3, 1, 2, 4]]
    """
    changed, made = observed != before, simulated != before
    kinds = np.select(
        [changed & made & (observed == simulated), changed & made, changed, made], [1, 4, 2, 3], 0
    ).astype(np.uint8)
    inside = (before < classes) & (observed < classes) & (simulated < classes)
    return np.where(inside, kinds, np.uint8(OUTSIDE))


def _curves(
    inputs: SimulationInputs, trial: Trial, suitability: Suitability, by_fold: Mapping[int, Suitability]
) -> dict[tuple[int, int], NDArray[np.float64]]:
    """Operating curves of the main transitions among the free cells of their origin.

    Where there are models by fold, each cell has the score of the one that did not see it.
    """
    moved = trial.conversions.sum(axis=0)
    np.fill_diagonal(moved, 0)
    wanted = [
        (int(i), int(j))
        for i, j in np.argwhere(moved >= max(1.0, _MAIN * moved.sum()))
        if int(i) in suitability and int(j) in suitability[int(i)].targets
    ]
    curves = {pair: OperatingCurve() for pair in wanted}
    observed = trial.observed.reshape(-1)
    scored = (trial.eligible.reshape(-1) != OUTSIDE) & (observed < trial.classes)
    for band in bands(trial.before, inputs.features.margin):
        codes = inputs.features.codes(band)
        for i, j in wanted:
            cells = cells_of(band.inner, band.fixed, i)
            cells = cells[scored[cells + np.int64(band.first_cell)]]
            numbers = cells + np.int64(band.first_cell)
            chances = scores_of(suitability, i, (j,), codes, cells)[:, 0]
            fold = fold_of(numbers, trial.before.land.shape)
            for number, of_fold in by_fold.items():
                here = fold == number
                chances[here] = scores_of(of_fold, i, (j,), codes, cells[here])[:, 0]
            curves[i, j].add(chances, observed[numbers] == j)
    return {pair: curve.points() for pair, curve in curves.items()}
