"""How well suitability was learned: on held-out blocks of land, with the part that each feature plays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.features import FeatureSet
from tanheng.simulation.landscape import GAP
from tanheng.simulation.learned.logit import RIDGE, learn
from tanheng.simulation.learned.model import Additive, Scorer
from tanheng.simulation.learned.sampling import FOLDS, Sample

#: Weights of the ridge: the first that does no worse than a constant chance on held-out blocks is taken.
RIDGES = (RIDGE, 100.0, 10_000.0)
_BINS = 10
#: Part of a constant chance's log-loss up to which a feature counts as saving nothing.
_USELESS = 0.0005

Learner = Callable[[Sample], Scorer]


@dataclass(frozen=True)
class Appraisal:
    """Scores of a model on cells whose blocks it had not seen.

    Attributes
    ----------
    origin : int
    targets : tuple of int
    skill : float
        Part of the log-loss of a constant chance that the model saves; below 0 it is worse than a constant. NaN where unknown.
    area_under_curve : array, shape (targets,)
        Chance that a cell which changed scores above one that stayed; NaN where unknown.
    reliability : array, shape (targets, bins, 3)
        Mean predicted chance, observed share, and cells, in groups of rising chance.
    importance : array, shape (features,)
        Part of the constant's log-loss that is lost where the values of a feature are exchanged among the cells.
    ridge : float
        The weight that did best; NaN for trees.
    """

    origin: int
    targets: tuple[int, ...]
    skill: float
    area_under_curve: NDArray[np.float64]
    reliability: NDArray[np.float64]
    importance: NDArray[np.float64]
    ridge: float = float("nan")


def learned(features: FeatureSet, sample: Sample) -> tuple[Additive, Appraisal]:
    """Additive model of a sample, and its scores on held-out blocks.

    A model that does worse there than a constant chance is learned again with a stronger ridge, up to one that is as good as flat. Features
    that save next to nothing there are left out of the model: it is read more easily, and scored faster.
    """
    for ridge in RIDGES:
        appraised = appraise(features, sample, lambda part, ridge=ridge: learn(features, part, ridge))  # type: ignore[misc]
        if not appraised.skill < 0:
            break
    useful = np.flatnonzero(appraised.importance > _USELESS)
    kept = learn(features, sample.with_only(useful) if useful.size else sample, ridge)
    return kept, replace(appraised, ridge=ridge)


def appraise(features: FeatureSet, sample: Sample, learner: Learner) -> Appraisal:
    """Scores of models that are learned with each fold of held-out blocks in turn."""
    count = len(features.listed)
    logs = np.full((sample.cells.size, len(sample.targets)), np.nan)
    moved = np.full((count, sample.cells.size), np.nan)
    random = np.random.default_rng([sample.origin, sample.cells.size])
    for fold in range(FOLDS):
        apart = sample.fold == fold
        seen = sample.part(~apart)
        if not apart.any() or _too_few(seen):
            continue
        model, here = learner(seen), sample.part(apart)
        logs[apart] = _scores(model, here.codes)
        for number in _used(model, count):
            exchanged = random.permutation(here.codes[:, number])
            moved[number, apart] = _losses(_exchanged(model, here, logs[apart], number, exchanged), here.target)
    return _scored(sample, logs, moved)


def _exchanged(
    model: Scorer, sample: Sample, logs: NDArray[np.float64], number: int, codes: NDArray[np.uint16]
) -> NDArray[np.float64]:
    """Scores where one feature has other codes; of an additive model only its own part differs."""
    if isinstance(model, Additive):
        table = model.effects[number].astype(float)
        return np.asarray(logs + table[codes] - table[sample.codes[:, number]])
    changed = sample.codes.copy()
    changed[:, number] = codes
    return _scores(model, changed)


def _too_few(sample: Sample) -> bool:
    counts = np.bincount(sample.target, minlength=len(sample.targets) + 1)
    return bool(counts[0] == 0 or counts[1:].sum() == 0)


def _used(model: Scorer, count: int) -> list[int]:
    return [n for n in range(count) if not isinstance(model, Additive) or bool(model.effects[n].any())]


def _scores(model: Scorer, codes: NDArray[np.uint16]) -> NDArray[np.float64]:
    cells = np.arange(codes.shape[0])
    return model.scores(np.ascontiguousarray(codes.T)[:, None, :], cells).astype(float)


def _losses(logs: NDArray[np.float64], target: NDArray[np.int64]) -> NDArray[np.float64]:
    """Log-loss of each cell."""
    whole = np.concatenate([np.zeros((logs.shape[0], 1)), logs], axis=1)
    top = whole.max(axis=1)
    total = np.log(np.exp(whole - top[:, None]).sum(axis=1)) + top
    return np.asarray(total - whole[np.arange(target.size), target])


def _scored(sample: Sample, logs: NDArray[np.float64], moved: NDArray[np.float64]) -> Appraisal:
    known = np.isfinite(logs).all(axis=1)
    targets, none = len(sample.targets), np.full(len(sample.targets), np.nan)
    if not known.any():
        empty = np.zeros((targets, 0, 3))
        return Appraisal(sample.origin, sample.targets, float("nan"), none, empty, np.full(moved.shape[0], np.nan))
    weight, target = sample.weight[known], sample.target[known]
    share = np.bincount(target, weights=weight, minlength=targets + 1) / weight.sum()
    constant = -float((weight * np.log(np.maximum(share[target], 1e-12))).sum())
    own = _losses(logs[known], target)
    loss = float((weight * own).sum())
    lost = np.where(np.isfinite(moved[:, known]), moved[:, known] - own, 0.0) @ weight
    chance = _chances(logs[known])
    areas = [_area_within_folds(sample.fold[known], logs[known, j], target, j + 1, weight) for j in range(targets)]
    reliable = np.stack([_reliability(chance[:, j], target == j + 1, weight) for j in range(targets)])
    scale = constant if constant > 0 else 1.0
    return Appraisal(sample.origin, sample.targets, 1.0 - loss / scale, np.array(areas), reliable, lost / scale)


def _chances(logs: NDArray[np.float64]) -> NDArray[np.float64]:
    whole = np.concatenate([np.zeros((logs.shape[0], 1)), logs], axis=1)
    parts = np.exp(whole - whole.max(axis=1, keepdims=True))
    return np.asarray((parts / parts.sum(axis=1, keepdims=True))[:, 1:])


def _area_within_folds(
    fold: NDArray[np.integer[Any]],
    score: NDArray[np.float64],
    target: NDArray[np.int64],
    wanted: int,
    weight: NDArray[np.float64],
) -> float:
    """Mean over the folds of the area under their curves, by the changed land of each: models of two folds have levels of their own."""
    areas, amounts = [], []
    for number in np.unique(fold):
        here = fold == number
        area = _area_under_curve(score[here], target[here] == wanted, target[here] == 0, weight[here])
        if np.isfinite(area):
            areas.append(area)
            amounts.append(float(weight[here][target[here] == wanted].sum()))
    return float(np.average(areas, weights=amounts)) if areas else float("nan")


def _area_under_curve(
    score: NDArray[np.float64], changed: NDArray[np.bool_], stayed: NDArray[np.bool_], weight: NDArray[np.float64]
) -> float:
    """Chance that a cell which changed scores above one that stayed, ties counted half."""
    if not changed.any() or not stayed.any():
        return float("nan")
    levels, rank = np.unique(score, return_inverse=True)
    for_changed = np.bincount(rank[changed], weights=weight[changed], minlength=levels.size)
    for_stayed = np.bincount(rank[stayed], weights=weight[stayed], minlength=levels.size)
    below = np.cumsum(for_stayed) - 0.5 * for_stayed
    return float(for_changed @ below / (for_changed.sum() * for_stayed.sum()))


def _reliability(
    chance: NDArray[np.float64], changed: NDArray[np.bool_], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean chance, observed share and cells in groups of rising chance that hold as many changed cells each."""
    order = np.argsort(chance, kind="stable")
    amount = np.cumsum((weight * changed)[order])
    total = amount[-1] if amount.size else 0.0
    group = (
        np.minimum((amount / max(total, 1e-300) * _BINS).astype(int), _BINS - 1)
        if total > 0
        else np.zeros(order.size, int)
    )
    rows = np.zeros((_BINS, 3))
    for number, values in enumerate((weight * chance, weight * changed, weight)):
        rows[:, number] = np.bincount(group, weights=values[order], minlength=_BINS)
    cells = np.where(rows[:, 2] > 0, rows[:, 2], np.nan)
    return np.stack([rows[:, 0] / cells, rows[:, 1] / cells, rows[:, 2]], axis=1)


@dataclass(frozen=True)
class Curve:
    """Response to a feature: values in its unit, and the log-odds of each target there against the mean."""

    feature: int
    values: NDArray[np.float64]
    log_odds: NDArray[np.float64]


def response_curves(features: FeatureSet, sample: Sample, model: Scorer, points: int = 9) -> list[Curve]:
    """Mean change of the log-odds with each feature, the others as they are, at quantiles of the sample.

    For an additive model this is the effect itself.
    """
    curves = []
    some = sample.codes[:: max(1, sample.cells.size // 2000)]
    for number in _used(model, len(features.listed)):
        item = features.listed[number]
        column = sample.codes[:, number]
        known = column[column != GAP]
        at = np.unique(np.rint(np.quantile(known, np.linspace(0.02, 0.98, points)))) if known.size else np.zeros(0)
        if at.size < 2:
            continue
        if isinstance(model, Additive):
            logs = model.effects[number][at.astype(int)].astype(float)
        else:
            logs = np.stack([_scores(model, _with(some, number, code)).mean(axis=0) for code in at])
            logs = logs - logs.mean(axis=0)
        curves.append(Curve(number, item.values(at), logs))
    return curves


def _with(codes: NDArray[np.uint16], number: int, code: float) -> NDArray[np.uint16]:
    changed = codes.copy()
    changed[:, number] = int(code)
    return changed
