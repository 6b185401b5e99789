"""A study looked at with its inputs: problems, each at its entry, warnings, and what a run would take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tanheng.errors import TanhengError
from tanheng.inputs.problems import Problems
from tanheng.language import telling_from
from tanheng.reach import confined_to
from tanheng.study import Study, telling_all
from tanheng.study.editing import study_data
from tanheng.web.home import Home
from tanheng.web.studies.files import BOM, read_text, study_path, version_of
from tanheng.web.studies.told_problems import problem_data, problems_data

if TYPE_CHECKING:
    from tanheng.inputs.study_inputs import Inputs
    from tanheng.pipeline.estimate import Estimate


@dataclass(frozen=True)
class StudyCheck:
    """What a look at the inputs of a study found: problems, warnings, and what its run would take."""

    version: str
    problems: list[dict[str, object]] = field(default_factory=list)
    warnings: list[dict[str, object]] = field(default_factory=list)
    estimate: dict[str, float] = field(default_factory=dict)


def checked(home: Home, name: str) -> StudyCheck:
    """Problems and warnings of a study with its inputs opened, and what its run would take.

    Codes of large maps are looked for in a sample; a run looks at every pixel.
    """
    from tanheng.inputs.plan import open_plan
    from tanheng.inputs.study_inputs import open_inputs
    from tanheng.io.rasters import files_open
    from tanheng.pipeline.estimate import estimate
    from tanheng.pipeline.simulation.study import open_study_simulation

    path = study_path(home, name)
    text = read_text(path)
    version = version_of(text.encode())
    entries: dict[str, Any] = {}

    def looked_at(study: Study, _: bool) -> tuple[Inputs, Estimate]:
        inputs, problems = open_inputs(study, path.parent), Problems()
        if study.plan is not None:
            problems.attempt(open_plan, inputs)
        if study.simulate is not None:
            opened = open_study_simulation(inputs, problems)
            inputs = replace(inputs, warnings=(*inputs.warnings, *(opened.given.notes if opened is not None else ())))
        needs = estimate(inputs)
        problems.add(*needs.problems(inputs.output))
        problems.stop_if_any()
        return inputs, needs

    with confined_to(home.reach), files_open(), telling_from(path):
        try:
            entries = study_data(text.removeprefix(BOM))
            inputs, needs = telling_all(entries, path.name, looked_at)
        except TanhengError as error:
            return StudyCheck(
                version, [_narrowed(one, entries, path.parent) for one in problems_data(error, path.name)]
            )
    took = {"memory": needs.memory, "disk": needs.disk, "seconds": needs.seconds, "cells": float(inputs.grid.size)}
    return StudyCheck(version, [], [problem_data(text) for text in inputs.warnings], took)


def _narrowed(problem: dict[str, object], entries: object, base: Path) -> dict[str, object]:
    """A problem of a file at the very entry that names the file, where its place says less."""
    place, file = str(problem["place"]), str(problem["file"])
    places = [
        one
        for one, name in _names(entries, ())
        if file in {name, str(base / name)} and (not place or one.startswith(f"{place}."))
    ]
    return problem | {"place": places[0]} if places else problem


def _names(entries: object, place: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Texts among the entries of a study, with their places."""
    if isinstance(entries, str):
        yield ".".join(place), entries
    elif isinstance(entries, dict):
        for key, inner in entries.items():
            yield from _names(inner, (*place, str(key)))
    elif isinstance(entries, list):
        for inner in entries:
            yield from _names(inner, place)
