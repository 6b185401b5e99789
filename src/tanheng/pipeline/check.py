"""A study looked at without running it: its inputs, its plan and its simulation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tanheng.inputs.emission.people import mapped_people
from tanheng.inputs.plan import check_inputs
from tanheng.inputs.problems import Problems
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.rasters import files_open
from tanheng.language import telling_from
from tanheng.pipeline.estimate import refuse_too_large
from tanheng.pipeline.simulation.study import open_study_simulation
from tanheng.stages.emission.demand import totals_against_map
from tanheng.stages.emission.emissions import account_emissions
from tanheng.stages.emission.per_person import people_questions
from tanheng.study import Study, study_entries, telling_all


def check_file(path: Path) -> Inputs:
    """Inputs of the study of a file, every pixel looked at; notes on its plan and its simulation are among the warnings.

    Raises
    ------
    InputError
        The file is missing or no TOML.
    StudyError
        All problems at once: of the file, its inputs, its plan and its simulation.
    """
    with files_open(), telling_from(path):
        return telling_all(
            study_entries(path), str(path), lambda study, first: check_study(study, path.parent, every_pixel=first)
        )


def emission_questions(inputs: Inputs) -> list[str]:
    """Questions about emissions by year and person, as a run asks them; without a boundary people are those of the whole grid."""
    if inputs.emissions is None:
        return []
    account = account_emissions(inputs.emissions)
    if inputs.demand is None:
        return list(account.questions)
    emitted = {int(year): float(rows.sum()) for year, rows in account.emissions.groupby("year")["emissions_t_c"]}
    by_map: dict[int, float] = {}
    people: dict[int, float] = {}
    for year, raster in inputs.demand.population.items():
        if id(raster) not in by_map:
            by_map[id(raster)] = mapped_people(inputs.demand, inputs.grid, inputs.land.boundary, year)
        people[year] = by_map[id(raster)]
    return [
        *account.questions,
        *people_questions(emitted, people, inputs.emissions.processes, inputs.demand.population_kind),
        *_against_totals(inputs, people),
    ]


def _against_totals(inputs: Inputs, people: Mapping[int, float]) -> list[str]:
    """Notes on totals of people that are not those of the maps, where demand takes them."""
    assert inputs.demand is not None  # noqa: S101  the caller looked
    settings = inputs.demand.settings
    if settings.form != "per-person" or inputs.land.boundary is None:
        return []
    return [
        note
        for year, held in people.items()
        for note in totals_against_map(year, settings.population_totals[year], held)
    ]


def check_study(study: Study, base: Path, *, every_pixel: bool = True) -> Inputs:
    """Inputs of a study; notes on its plan and its simulation are among the warnings.

    Parameters
    ----------
    every_pixel : bool
        Look for unknown codes in every pixel of every map, not in a sample of large ones.

    Raises
    ------
    StudyError
        All problems at once; those of the simulation, which needs the other inputs, where these have none.
    """
    inputs = check_inputs(study, base, every_pixel=every_pixel)
    refuse_too_large(inputs)
    if every_pixel:
        inputs = replace(inputs, warnings=(*inputs.warnings, *emission_questions(inputs)))
    if study.simulate is None:
        return inputs
    problems = Problems()
    opened = open_study_simulation(inputs, problems)
    problems.stop_if_any()
    return replace(inputs, warnings=(*inputs.warnings, *(opened.given.notes if opened is not None else ())))
