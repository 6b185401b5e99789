"""Settings of [simulate] that come as options instead of a study file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import ValidationError

from tanheng.errors import StudyError
from tanheng.language import tr
from tanheng.study.faults import fault_messages
from tanheng.study.simulate import Simulate


def simulate_settings(to: Iterable[int], options: Mapping[str, object]) -> Simulate:
    """Settings of a simulation from options; scenarios only where they are asked for.

    Raises
    ------
    StudyError
        All options that are wrong, as slips in a study are told.
    """
    given = {"scenarios": False, **options, "to": list(to)}
    try:
        return Simulate.model_validate(given)
    except ValidationError as error:
        placed = [{**item, "loc": ("simulate", *item["loc"])} for item in error.errors()]
        raise StudyError(fault_messages(placed, tr("options"), {"simulate": given})) from error
