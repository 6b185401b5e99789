"""Problems of a study, gathered so that all of them are told at once, each with its place in the study file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from tanheng.errors import Problem, StudyError, TanhengError

T = TypeVar("T")


class Problems:
    """Problems and warnings found so far.

    Examples
    --------
    >>> problems = Problems()
    >>> with problems.at("emissions.totals"):
    ...     problems.add("totals.csv: no row for 2015")
    >>> problems.errors[0].place
    'emissions.totals'
    """

    def __init__(self) -> None:
        self._errors: dict[Problem, None] = {}
        self._warnings: dict[Problem, None] = {}
        self._place = ""

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Problems that stop the study."""
        return tuple(self._errors)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the user is told and the study goes on with."""
        return tuple(self._warnings)

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Place in the study file of whatever is found in the block, unless it names a narrower one."""
        before, self._place = self._place, place
        try:
            yield
        finally:
            self._place = before

    def add(self, *messages: str) -> None:
        """Note problems."""
        self._errors |= dict.fromkeys(self._placed(message) for message in messages)

    def warn(self, *messages: str) -> None:
        """Note warnings."""
        self._warnings |= dict.fromkeys(self._placed(message) for message in messages)

    def _placed(self, message: str) -> Problem:
        return Problem(message, getattr(message, "place", "") or self._place)

    def attempt(self, function: Callable[..., T], *arguments: object, **options: object) -> T | None:
        """Result of a call, or None with its problem noted."""
        try:
            return function(*arguments, **options)
        except StudyError as error:
            self.add(*error.problems)
        except TanhengError as error:
            self.add(*_parts(error))
        return None

    def stop_if_any(self) -> None:
        """Raise all problems at once, where there are any."""
        if self._errors:
            raise StudyError(self.errors)


def _parts(error: TanhengError) -> list[str]:
    """Messages of an error; one that is a single sentence keeps its template and values."""
    lines = str(error).split("\n")
    whole = error.args[0] if error.args else ""
    return [whole] if len(lines) == 1 and isinstance(whole, str) else lines
