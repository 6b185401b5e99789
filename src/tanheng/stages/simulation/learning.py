"""Stage: suitability learned from one observed period."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import StudyError
from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.language import listed, name_of, tr
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.landscape import OUTSIDE
from tanheng.simulation.learned.appraisal import Appraisal, Curve, appraise, learned, response_curves
from tanheng.simulation.learned.boosting import boost
from tanheng.simulation.learned.model import Even, Scorer, given_suitability
from tanheng.simulation.learned.sampling import Sample, draw_samples
from tanheng.stages.simulation.foresight import foreseeing_drivers

#: Fewest changed cells that a conversion is learned from.
FEWEST = 20
#: Share of the change demanded from which on a conversion must be learned.
_MAIN = 0.01


@dataclass(frozen=True)
class Learned:
    """Suitability by origin class, and what it was learned from.

    Attributes
    ----------
    years : (int, int)
    suitability : mapping of int to Scorer
    samples : mapping of int to Sample
    appraisals : mapping of int to Appraisal
        Scores on held-out blocks; none where suitability is given.
    curves : mapping of int to list of Curve
    """

    years: tuple[int, int]
    suitability: Mapping[int, Scorer]
    samples: Mapping[int, Sample]
    appraisals: Mapping[int, Appraisal]
    curves: Mapping[int, list[Curve]]
    notes: tuple[str, ...] = ()


def learn_suitability(
    inputs: SimulationInputs, before: int, after: int, on_origin: Callable[[], None] = lambda: None
) -> Learned:
    """Suitability learned from the change between two of the dates; or the user's own, where it is given for classes."""
    years = (inputs.land.years[before], inputs.land.years[after])
    if inputs.suitability:
        return Learned(years, given_suitability(inputs.features, inputs.suitability), {}, {}, {})
    samples = samples_of(inputs, before, after)
    suitability: dict[int, Scorer] = {}
    appraisals: dict[int, Appraisal] = {}
    curves: dict[int, list[Curve]] = {}
    notes = foreseeing_drivers(inputs, samples, years)
    for origin, sample in samples.items():
        if not sample.targets:
            continue
        model, appraisals[origin] = _model(inputs, sample)
        suitability[origin] = _if_skilled(model, appraisals[origin])
        curves[origin] = response_curves(inputs.features, sample, model)
        if appraisals[origin].skill < 0:
            notes.append(
                tr(
                    "change of '{name}' could not be predicted from {first} to {last}: on held-out blocks, equal "
                    "probabilities perform better, so its change is placed at random among its cells",
                    first=years[0],
                    last=years[1],
                    name=name_of(inputs.land.classes[origin]),
                )
            )
        on_origin()
    return Learned(years, suitability, samples, appraisals, curves, tuple(notes))


def samples_of(inputs: SimulationInputs, before: int, after: int, left_out: int | None = None) -> dict[int, Sample]:
    """Samples of all classes; conversions with too few cells to learn from are left out of them."""
    classes = range(len(inputs.land.classes))
    settings = inputs.settings
    samples = draw_samples(
        inputs.landscape(before),
        inputs.land.lands[after],
        inputs.features,
        classes,
        left_out=left_out,
        seed=settings.seed,
    )
    return {origin: _frequent(sample) for origin, sample in samples.items()}


def _frequent(sample: Sample) -> Sample:
    kept = [number for number, count in enumerate(sample.changed) if count >= FEWEST]
    if len(kept) == len(sample.targets):
        return sample
    chosen = np.isin(sample.target, [0, *(number + 1 for number in kept)])
    part = sample.part(chosen)
    target = np.zeros_like(part.target)
    for new, old in enumerate(kept, start=1):
        target[part.target == old + 1] = new
    return replace(
        part, targets=tuple(sample.targets[number] for number in kept), changed=sample.changed[kept], target=target
    )


def _model(inputs: SimulationInputs, sample: Sample) -> tuple[Scorer, Appraisal]:
    if inputs.settings.model == "lightgbm":
        seed = inputs.settings.seed
        return boost(sample, seed), appraise(inputs.features, sample, lambda part: boost(part, seed))
    return learned(inputs.features, sample)


def relearned(inputs: SimulationInputs, before: int, after: int, left_out: int) -> dict[int, Scorer]:
    """Suitability learned without one group of blocks; what is chosen is chosen on the others alone."""
    scorers: dict[int, Scorer] = {}
    for origin, sample in samples_of(inputs, before, after, left_out).items():
        if sample.targets:
            model, appraisal = _model(inputs, sample)
            scorers[origin] = _if_skilled(model, appraisal)
    return scorers


def _if_skilled(model: Scorer, appraisal: Appraisal) -> Scorer:
    """The model; even chances where it does worse than these on held-out blocks."""
    return Even(model.targets) if appraisal.skill < 0 else model


def changed_cells(inputs: SimulationInputs, before: int, after: int) -> NDArray[np.int64]:
    """Cells of each conversion between two of the dates that may be learned from, shape (classes, classes); protected land is not."""
    land, fixed = inputs.land.lands[before], inputs.fixed(before)
    free = np.where(fixed == 0, land, np.uint8(OUTSIDE)) if fixed.size else land
    return np.asarray(transition_counts(free, inputs.land.lands[after], len(inputs.land.classes))[0], np.int64)


def refuse_unlearned(inputs: SimulationInputs, before: int, after: int, demanded: NDArray[np.int64]) -> list[str]:
    """Notes on conversions that too few cells teach anything about, and are placed at random among the cells of their origin.

    Parameters
    ----------
    before, after : int
        Numbers of the dates that suitability is learned from.
    demanded : array of int, shape (classes, classes)
        Cells of all conversions that are to be placed.

    Raises
    ------
    StudyError
        A conversion that matters can't be learned, and the study does not say that it may be placed at random.
    """
    classes, seen = len(inputs.land.classes), changed_cells(inputs, before, after)
    given = np.isin(np.arange(classes), list(inputs.suitability))
    known = np.broadcast_to(given, (classes, classes)) if inputs.suitability else seen >= FEWEST
    moved = demanded.copy()
    np.fill_diagonal(moved, 0)
    unknown = [(int(i), int(j)) for i, j in np.argwhere((moved > 0) & ~known)]
    names = [name_of(name) for name in inputs.land.classes]
    years = (inputs.land.years[before], inputs.land.years[after])
    serious = [(i, j) for i, j in unknown if moved[i, j] >= _MAIN * moved.sum()]
    if serious and not inputs.settings.fallback:
        raise StudyError(
            [_too_few(inputs, years, int(seen[i, j]), int(moved[i, j]), names[i], names[j]) for i, j in serious]
        )
    if not unknown:
        return []
    return [
        tr(
            "too few cells changed from {first} to {last} to learn where these conversions go ({fewest} are needed); they are placed at random "
            "among the cells of their class: {names}",
            first=years[0],
            last=years[1],
            fewest=FEWEST,
            names=listed(
                f"{names[i]} → {names[j]} ({moved[i, j] * inputs.land.cell_km2:,.2f} km2)" for i, j in unknown
            ),
        )
    ]


def _too_few(inputs: SimulationInputs, years: tuple[int, int], seen: int, wanted: int, one: str, other: str) -> str:
    if inputs.suitability:
        return tr(
            "simulate.suitability: no raster says where '{other}' is likely, and {wanted:,} cells of '{one}' are to become it; where suitability is "
            "given, nothing is learned: give a raster for each class that grows, or set fallback = true to place it at random",
            other=other,
            one=one,
            wanted=wanted,
        )
    return tr(
        "simulate: {seen} cells changed from '{one}' to '{other}' between {first} and {last}, and {wanted:,} are to be placed; {fewest} are "
        "needed to learn where. Learn from another period, demand no such change, or set fallback = true to place it at random",
        seen=seen,
        one=one,
        other=other,
        first=years[0],
        last=years[1],
        wanted=wanted,
        fewest=FEWEST,
    )
