"""A study looked at without running it: its inputs, its plan and its simulation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tanheng.inputs.plan import check_inputs
from tanheng.inputs.problems import Problems
from tanheng.inputs.study_inputs import Inputs
from tanheng.pipeline.estimate import refuse_too_large
from tanheng.pipeline.simulation.study import open_study_simulation
from tanheng.study import Study


def check_study(study: Study, base: Path) -> Inputs:
    """Inputs of a study, every pixel looked at; notes on its plan and its simulation are among the warnings.

    Raises
    ------
    StudyError
        All problems at once; those of the simulation, which needs the other inputs, where these have none.
    """
    inputs = check_inputs(study, base)
    refuse_too_large(inputs)
    if study.simulate is None:
        return inputs
    problems = Problems()
    opened, _ = open_study_simulation(inputs, problems)
    problems.stop_if_any()
    return replace(inputs, warnings=(*inputs.warnings, *(opened.notes if opened is not None else ())))
