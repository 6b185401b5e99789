"""What a study knows of the errors of its land maps: samples, read and checked, and the accuracies that it or their makers state."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from tanheng.factors.map_accuracies import StatedAccuracy, published_accuracy
from tanheng.inputs.problems import Problems
from tanheng.io.map_errors import ChangeErrors, MapErrors, read_change_errors, read_map_errors
from tanheng.language import listed, name_of, tr
from tanheng.study import Study


@dataclass(frozen=True)
class MapErrorInputs:
    """Errors of the land maps, as far as they are known.

    Attributes
    ----------
    samples : mapping of int to MapErrors
        By year.
    change : mapping of (int, int) to ChangeErrors
        By pair of years.
    stated : mapping of int to StatedAccuracy
        Overall accuracy by year, from the study or from the makers of the map; a year is absent where none is known.
    """

    samples: Mapping[int, MapErrors] = field(default_factory=dict)
    change: Mapping[tuple[int, int], ChangeErrors] = field(default_factory=dict)
    stated: Mapping[int, StatedAccuracy] = field(default_factory=dict)


def open_map_errors(
    study: Study,
    base: Path,
    classes: tuple[str, ...],
    shown: Mapping[int, Collection[str]],
    problems: Problems,
) -> MapErrorInputs:
    """Errors of the land maps of a study; problems are gathered.

    Parameters
    ----------
    classes : tuple of str
        In the order of the density table.
    shown : mapping of int to collection of str
        Classes that were met on the map of each year.
    """
    given = study.land_cover.map_error
    samples: dict[int, MapErrors] = {}
    change: dict[tuple[int, int], ChangeErrors] = {}
    if not classes:
        return MapErrorInputs()
    with problems.at("land_cover.map_error.samples"):
        for year, name in given.samples.items():
            errors = problems.attempt(partial(read_map_errors, classes=classes), base / name)
            if errors is not None:
                problems.add(*_unsampled(errors, year, shown.get(year, ())))
                problems.warn(*_strange_counts(errors))
                samples[year] = errors
    with problems.at("land_cover.map_error.change_samples"):
        for period, name in given.change_samples.items():
            read = problems.attempt(partial(read_change_errors, classes=classes), base / name)
            first, last = (int(text) for text in period.split("-"))
            if read is not None:
                change[first, last] = read
    return MapErrorInputs(samples, change, stated_accuracies(study))


def _unsampled(errors: MapErrors, year: int, shown: Collection[str]) -> list[str]:
    """Problem of classes on a map that no place of the sample lies in, or one place alone."""
    if errors.counts is not None:
        number = dict(zip(errors.classes, errors.counts.sum(axis=1), strict=True))
        lacking = [name for name in shown if number[name] < 2]
    else:
        assert errors.users is not None and errors.producers is not None  # noqa: S101, PT018  one or the other is given
        known = errors.users * errors.producers > 0
        lacking = [name for name, there in zip(errors.classes, known, strict=True) if name in shown and not there]
    if not lacking:
        return []
    return [
        tr(
            "{name}: the map of {year} shows {classes}, with fewer than two sample units (or no accuracy); add reference "
            "samples there, or merge the classes in the legend",
            name=errors.name,
            year=year,
            classes=listed(map(name_of, lacking)),
        )
    ]


#: Sample units of a map from which on they are asked about: reference samples of a region are hundreds or a few thousand.
_MOST_SAMPLES = 50_000

#: How far a sum of percentages may be from 100 by rounding.
_ROUNDED = 1.5


def _strange_counts(errors: MapErrors) -> list[str]:
    """Warnings on an error matrix that seems to hold percentages, or pixels or areas: its intervals rest on the number of sample units."""
    if errors.counts is None:
        return []
    total = float(errors.counts.sum())
    rows = errors.counts.sum(axis=1)
    sampled = rows[rows > 0]
    if len(sampled) > 1 and (np.abs(sampled - 100.0) <= _ROUNDED).all():
        return [
            tr(
                "{name}: each class has 100 sample units; if the table holds percentages, its intervals are wrong: give the counts of sample units",
                name=errors.name,
            )
        ]
    if abs(total - 100.0) <= _ROUNDED:
        return [
            tr(
                "{name}: the table sums to {total:.4g}; if it holds percentages, its intervals are wrong: give the counts of sample units",
                name=errors.name,
                total=total,
            )
        ]
    if total > _MOST_SAMPLES:
        return [
            tr(
                "{name}: {total:,.0f} sample units; are these pixels or areas? Neighbouring pixels are not independent samples, and the intervals "
                "would be far too narrow: give the counts of reference samples",
                name=errors.name,
                total=total,
            )
        ]
    return []


def stated_accuracies(study: Study) -> dict[int, StatedAccuracy]:
    """Overall accuracy of the map of each year: the study's own figure, else that of the makers of a product with a built-in legend."""
    published = published_accuracy(study.land_cover.legend or "")
    accuracies = {}
    for year in study.years:
        own = study.land_cover.map_error.accuracy_of(year)
        if own is not None:
            accuracies[year] = StatedAccuracy(own, tr("as given in the study"))
        elif published is not None:
            accuracies[year] = published
    return accuracies
