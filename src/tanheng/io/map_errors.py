"""Tables on the errors of land maps: an error matrix, published accuracies, or a sample of the change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError
from tanheng.factors.legends import class_hint, class_named
from tanheng.factors.reading import read_table
from tanheng.factors.table import Table, parse_number
from tanheng.language import listed, tr
from tanheng.tables.input_tables import required_columns

#: Stands for every class that no other row names, in a sample of the change.
ANY = "*"

#: Column of the class that the map shows.
_CLASS = "class"

Values = NDArray[np.float64]


@dataclass(frozen=True)
class MapErrors:
    """What is known of the errors of the map of a year.

    Attributes
    ----------
    name : str
        File.
    classes : tuple of str
        Those that the map shows, and those that are there, in the same order.
    counts : numpy.ndarray, shape (classes, classes), optional
        Places of the sample by what the map shows and what is there.
    users, producers, samples : numpy.ndarray, shape (classes,), optional
        Published accuracies, and the places that they are of; NaN where not given.
    """

    name: str
    classes: tuple[str, ...]
    counts: Values | None = None
    users: Values | None = None
    producers: Values | None = None
    samples: Values | None = None


@dataclass(frozen=True)
class ChangeErrors:
    """A sample of the change between two maps: strata and true conversions, each from a class to a class, and places by both."""

    name: str
    strata: tuple[tuple[str, str], ...]
    conversions: tuple[tuple[str, str], ...]
    counts: Values


def read_map_errors(path: Path, classes: Sequence[str]) -> MapErrors:
    """Errors of the map of a year: an error matrix, wide or long, or published accuracies.

    Parameters
    ----------
    path : Path
        A CSV file with the columns ``class, reference, count``, or ``class`` and one column a class (rows are what the map shows,
        columns what is there), or ``class, users_accuracy, producers_accuracy`` and, if known, ``samples``.
    classes : sequence of str
        Classes of the study.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    if "users_accuracy" in table.header or "producers_accuracy" in table.header:
        return _published(table, classes)
    if "reference" in table.header and "count" in table.header:
        return _long(table, classes)
    return _wide(table, classes)


def _known(name: str, classes: Sequence[str], place: object) -> str:
    """Class of the study that a name means, whatever its case."""
    known = class_named(name, classes)
    if known is not None:
        return known
    raise InputError(
        tr("{place}: there is no class '{name}'{nearest}", place=place, name=name, nearest=class_hint(name, classes))
    )


def _wide(table: Table, classes: Sequence[str]) -> MapErrors:
    table.require([_CLASS])
    columns = [name for name in table.header if name and name != _CLASS]
    if not columns:
        raise InputError(
            tr(
                "{name}: an error matrix has a column for each class beside 'class', or the columns 'reference' and 'count'",
                name=table.name,
            )
        )
    problems: list[str] = []
    counts = np.zeros((len(classes), len(classes)))
    there = {name: _attempt(problems, table.own(name), classes, table.name) for name in columns}
    seen: set[str] = set()
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        mapped = _attempt(problems, row[_CLASS], classes, place)
        if mapped in seen:
            problems.append(tr("{place}: '{name}' appears twice", place=place, name=row[_CLASS]))
        seen.add(mapped or "")
        for column, true in there.items():
            try:
                count = _count(row[column], table.at(place, column))
            except InputError as error:
                problems.append(str(error))
                continue
            if mapped and true:
                counts[classes.index(mapped), classes.index(true)] += count
    return _matrix(table, classes, counts, problems)


def _attempt(problems: list[str], name: str, classes: Sequence[str], place: object) -> str | None:
    try:
        return _known(name, classes, place)
    except InputError as error:
        problems.append(str(error))
        return None


def _count(text: str, place: object) -> float:
    """Number of places of a cell of a matrix; blank is none."""
    value = parse_number(text or "0", place)
    if value != round(value):
        raise InputError(
            tr(
                "{place} is {text}; write numbers of sample units, not shares: an interval depends on how many there are",
                place=place,
                text=text,
            )
        )
    return value


def _long(table: Table, classes: Sequence[str]) -> MapErrors:
    table.require(required_columns("map_errors"))
    problems: list[str] = []
    counts = np.zeros((len(classes), len(classes)))
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        mapped, true = (
            _attempt(problems, row[column], classes, table.at(place, column)) for column in (_CLASS, "reference")
        )
        try:
            count = _count(row["count"], table.at(place, "count"))
        except InputError as error:
            problems.append(str(error))
            continue
        if mapped and true:
            counts[classes.index(mapped), classes.index(true)] += count
    return _matrix(table, classes, counts, problems)


def _matrix(table: Table, classes: Sequence[str], counts: Values, problems: list[str]) -> MapErrors:
    if problems:
        raise StudyError(problems)
    if counts.sum() == 0:
        raise InputError(tr("{name}: the error matrix holds no places at all", name=table.name))
    return MapErrors(table.name, tuple(classes), counts)


def _published(table: Table, classes: Sequence[str]) -> MapErrors:
    table.require(required_columns("map_accuracies"))
    problems: list[str] = []
    held = {name: np.full(len(classes), np.nan) for name in ("users_accuracy", "producers_accuracy", "samples")}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        mapped = _attempt(problems, row[_CLASS], classes, place)
        for column, values in held.items():
            if column not in table.header or (column == "samples" and not row[column]):
                continue
            try:
                value = parse_number(row[column], table.at(place, column))
            except InputError as error:
                problems.append(str(error))
                continue
            if column != "samples" and not 0 < value <= 1:
                problems.append(
                    tr(
                        "{place} is {text}; write a share above 0 and up to 1",
                        place=table.at(place, column),
                        text=row[column],
                    )
                )
            elif mapped:
                values[classes.index(mapped)] = value
    if problems:
        raise StudyError(problems)
    return MapErrors(
        table.name,
        tuple(classes),
        users=held["users_accuracy"],
        producers=held["producers_accuracy"],
        samples=held["samples"],
    )


def read_change_errors(path: Path, classes: Sequence[str]) -> ChangeErrors:
    """Sample of the change between two maps: columns ``from_class, to_class, true_from, true_to, count``.

    The first two say the stratum, that is what the maps show; ``*`` in both is every conversion that no other row names.

    Raises
    ------
    StudyError
        Every cell that is wrong, by line and column.
    """
    table = read_table(path)
    table.require(required_columns("change_errors"))
    problems: list[str] = []
    samples: dict[tuple[tuple[str, str], tuple[str, str]], float] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        pair = (row["from_class"].strip(), row["to_class"].strip())
        if (ANY in pair) and pair != (ANY, ANY):
            problems.append(
                tr(
                    "{place}: write '*' in both columns, for every conversion that no other row names, or in none",
                    place=place,
                )
            )
            continue
        shown = (
            pair
            if pair == (ANY, ANY)
            else tuple(
                _attempt(problems, row[column], classes, table.at(place, column)) or ""
                for column in ("from_class", "to_class")
            )
        )
        true = tuple(
            _attempt(problems, row[column], classes, table.at(place, column)) or ""
            for column in ("true_from", "true_to")
        )
        try:
            count = _count(row["count"], table.at(place, "count"))
        except InputError as error:
            problems.append(str(error))
            continue
        key = ((shown[0], shown[1]), (true[0], true[1]))
        samples[key] = samples.get(key, 0.0) + count
    if problems:
        raise StudyError(problems)
    strata = tuple(dict.fromkeys(stratum for stratum, _ in samples))
    conversions = tuple(dict.fromkeys(true for _, true in samples))
    counts = np.array([[samples.get((stratum, true), 0.0) for true in conversions] for stratum in strata])
    few = [" → ".join(stratum) for stratum, number in zip(strata, counts.sum(axis=1), strict=True) if number < 2]
    if few:
        raise InputError(
            tr(
                "{name}: fewer than two sample units lie in {strata}; two are needed for a variance",
                name=table.name,
                strata=listed(few),
            )
        )
    return ChangeErrors(table.name, strata, conversions, counts)
