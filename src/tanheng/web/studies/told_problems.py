"""Problems of a study as data, in words without the name of its file."""

from __future__ import annotations

from tanheng.errors import Problem, StudyError, TanhengError
from tanheng.language import tr


def problems_data(error: TanhengError, name: str) -> list[dict[str, object]]:
    """Problems that an error tells of a study file of some name."""
    problems = error.problems if isinstance(error, StudyError) else (str(error),)
    return [problem_data(one, tr("{name}: {words}", name=name, words="")) for one in problems]


def problem_data(message: str, prefix: str = "") -> dict[str, object]:
    """A problem as data; its words without what they begin with."""
    problem = message if isinstance(message, Problem) else Problem(message)
    return problem.as_data() | {"text": str(problem).removeprefix(prefix)}
