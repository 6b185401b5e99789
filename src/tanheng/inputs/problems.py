"""Problems of a study, gathered so that all of them are told at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tanheng.errors import StudyError, TanhengError

T = TypeVar("T")


@dataclass
class Problems:
    """Problems and warnings found so far."""

    errors: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def attempt(self, function: Callable[..., T], *arguments: object, **options: object) -> T | None:
        """Result of a call, or None with its problem noted."""
        try:
            return function(*arguments, **options)
        except StudyError as error:
            self.errors += error.problems
        except TanhengError as error:
            self.errors += str(error).split("\n")
        return None

    def stop_if_any(self) -> None:
        """Raise all problems at once, where there are any."""
        if self.errors:
            raise StudyError(dict.fromkeys(self.errors))
