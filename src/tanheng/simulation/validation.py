"""Simulation of a change that was observed, scored beside models that know nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.allocation import Chance, Conversions, allocate
from tanheng.simulation.course import Allocator
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.landscape import NO_ZONE, OUTSIDE, Land, Landscape
from tanheng.simulation.learned.sampling import FOLDS, folds_of
from tanheng.simulation.measures import (
    Disagreement,
    Merit,
    disagreement,
    figure_of_merit,
    kappa,
    merit_by_origin,
    merit_by_transition,
    resolutions,
)
from tanheng.simulation.patches import shapes_of_change

#: Models that know nothing: no cell changes; as many cells change as did, at random.
NO_CHANGE, RANDOM = "no change", "random"


@dataclass(frozen=True)
class Scores:
    """Scores of one model; those of several draws are means.

    Attributes
    ----------
    model : str
    merit : mapping of int to Merit
        By side of the blocks, cells.
    by_origin : mapping of int to Merit
        By origin class, at one cell.
    by_transition : mapping of (int, int) to Merit
        At one cell.
    disagreement : Disagreement
    kappa : float
    spread : mapping of int to float
        Standard deviation of the figure of merit among the draws, by side of the blocks.
    draws : int
    patches, patch_cells, edges : mappings of int to float
        By target class: patches of new cells, their mean size, and their outer sides per cell.
    """

    model: str
    merit: Mapping[int, Merit]
    by_origin: Mapping[int, Merit]
    by_transition: Mapping[tuple[int, int], Merit]
    disagreement: Disagreement
    kappa: float
    spread: Mapping[int, float]
    draws: int = 1
    patches: Mapping[int, float] = field(default_factory=dict)
    patch_cells: Mapping[int, float] = field(default_factory=dict)
    edges: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Trial:
    """A change that was observed, to be simulated.

    Attributes
    ----------
    before : Landscape
        Land of the first date.
    observed : array of uint8
        Land of the second date.
    """

    before: Landscape
    observed: Land
    classes: int

    @property
    def eligible(self) -> Land:
        """Land of the first date that may change and lies in a zone; `OUTSIDE` elsewhere. Scores are of this land alone."""
        land = self.before.land
        if self.before.fixed.size:
            land = np.where(self.before.fixed > 0, np.uint8(OUTSIDE), land)
        if self.before.zones.size:
            land = np.where(self.before.zones == NO_ZONE, np.uint8(OUTSIDE), land)
        return land

    @property
    def conversions(self) -> Conversions:
        """Conversions that were observed among cells that may change, in each zone that demand is met in."""
        zones = self.before.zones
        count = int(zones[zones != NO_ZONE].max(initial=0)) + 1 if zones.size else 1
        return transition_counts(self.eligible, self.observed, self.classes, zones if zones.size else None, count)


def score(model: str, trial: Trial, maps: Iterable[Land]) -> Scores:
    """Scores of the maps of a model, averaged over them."""
    before, classes = trial.eligible, trial.classes
    observed = np.where(before < classes, trial.observed, np.uint8(OUTSIDE))
    sides = list(resolutions(before.shape))
    merits: dict[int, list[Merit]] = {side: [] for side in sides}
    origins: list[dict[int, Merit]] = []
    transitions: list[dict[tuple[int, int], Merit]] = []
    kinds, kappas, shapes = [], [], []
    for made in maps:
        simulated = np.where(before < classes, made, np.uint8(OUTSIDE))
        for side in sides:
            merits[side].append(figure_of_merit(before, observed, simulated, classes, side))
        origins.append(merit_by_origin(before, observed, simulated, classes))
        transitions.append(merit_by_transition(before, observed, simulated, classes))
        kinds.append(disagreement(observed, simulated, classes))
        kappas.append(kappa(observed, simulated, classes))
        shapes.append(shape_of_change(before, simulated, classes))
    return Scores(
        model,
        {side: _mean(items) for side, items in merits.items()},
        _means(origins),
        _means(transitions),
        Disagreement(
            *(float(np.mean([getattr(k, name) for k in kinds])) for name in ("quantity", "exchange", "shift"))
        ),
        float(np.mean(kappas)),
        {side: float(np.std([item.figure_of_merit for item in items])) for side, items in merits.items()},
        len(kappas),
        *(_mean_of([shape[number] for shape in shapes]) for number in range(3)),
    )


def shape_of_change(before: Land, after: Land, classes: int) -> tuple[dict[int, float], ...]:
    """Patches of new cells, their mean size and their outer sides per cell, by target class."""
    shapes = shapes_of_change(before, after, classes)
    sizes = {target: shapes.sizes(target) for target in np.flatnonzero(shapes.gained).tolist()}
    return (
        {target: float(of_target.size) for target, of_target in sizes.items()},
        {target: float(of_target.mean()) for target, of_target in sizes.items()},
        {target: float(shapes.edges[target]) for target in sizes},
    )


def _mean(items: list[Merit]) -> Merit:
    total = Merit(0.0, 0.0, 0.0, 0.0)
    for item in items:
        total += item
    return total.scaled(1.0 / max(len(items), 1))


def _means(items: list[dict]) -> dict:  # type: ignore[type-arg]
    keys = dict.fromkeys(key for item in items for key in item)
    nothing = Merit(0.0, 0.0, 0.0, 0.0)
    return {key: _mean([item.get(key, nothing) for item in items]) for key in keys}


def _mean_of(items: list[dict[int, float]]) -> dict[int, float]:
    keys = sorted({key for item in items for key in item})
    return {key: float(np.mean([item.get(key, 0.0) for item in items])) for key in keys}


def validated(
    trial: Trial, allocator: Allocator, draws: int, on_draw: Callable[[], None] = lambda: None
) -> list[Scores]:
    """Scores of the most likely map, of draws, of the allocator's own mode, and of two models that know nothing."""
    conversions = trial.conversions

    def maps(mode: str, count: int) -> Iterable[Land]:
        one = replace(allocator, mode=mode)
        for draw in range(1, count + 1):
            yield one.place(trial.before, conversions, draw, 0)
            on_draw()

    scores = [score("best", trial, maps("best", 1)), score("draw", trial, maps("draw", draws))]
    if allocator.mode == "patches":
        scores.append(score("patches", trial, maps("patches", draws)))
    return [*scores, *nulls(trial, allocator, draws)]


def nulls(trial: Trial, allocator: Allocator, draws: int, zones: NDArray[np.uint16] | None = None) -> list[Scores]:
    """Scores of no change, and of as much change as was observed, at random among the cells of each origin and zone.

    Parameters
    ----------
    zones : array of uint16, optional
        Zones that demand is met in, in place of those of the trial.
    """
    here = trial.before if zones is None else replace(trial.before, zones=zones)
    conversions = Trial(here, trial.observed, trial.classes).conversions
    random = (
        allocate(
            here, replace(allocator.features, windows=(), with_distances=False), {}, conversions,
            Chance(allocator.seed + 1_000_003, draw, 0), noisy=True, work=allocator.work,
        )
        for draw in range(1, draws + 1)
    )  # fmt: skip
    return [score(NO_CHANGE, trial, [trial.before.land]), score(RANDOM, trial, random)]


def blocks_as_zones(land: Land, classes: int) -> NDArray[np.uint16]:
    """Group of spatial blocks of each cell as a zone, shape (rows, columns): for scores of blocks that were held out."""
    return np.where(land < classes, folds_of(land.shape), NO_ZONE).astype(np.uint16)


def kept_apart(trial: Trial, by_fold: Mapping[int, Allocator], mode: str, draw: int) -> Land:
    """Land in which each group of blocks is simulated by an allocator that was learned on the others."""
    landscape = replace(trial.before, zones=blocks_as_zones(trial.eligible, trial.classes))
    inside = Trial(landscape, trial.observed, trial.classes)
    conversions = inside.conversions
    land = trial.before.land.copy()
    for fold in range(min(FOLDS, conversions.shape[0])):
        only = np.zeros_like(conversions)
        only[fold] = conversions[fold]
        made = replace(by_fold[fold], mode=mode).place(landscape, only, draw, 0)
        here = landscape.zones == fold
        land[here] = made[here]
    return land
