"""Every error that tanheng raises on purpose.

::

    TanhengError                     one clear message; the command line prints it and ends with code 2
    ├── InputError      (ValueError) a file, a table or a map is not as it must be
    │   └── StudyError               several of them, all problems of a study at once
    ├── UnitError       (ValueError) a quantity has the wrong unit, or none
    ├── AlignmentError  (ValueError) arrays do not lie on the same cells or years
    ├── OutputError     (OSError)    results can't be written
    └── SelfCheckError  (ArithmeticError)  a law that every run must meet does not hold

Anything else that reaches the user is a bug, and keeps its traceback.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Self

from tanheng.alike import grouped_alike
from tanheng.language import Message, listed, tr


class TanhengError(Exception):
    """Base of all errors that tanheng raises on purpose."""


class InputError(TanhengError, ValueError):
    """A file, a table or a map is not as it must be."""


class Problem(Message):
    """A problem of a study: what is wrong, and where in the study file.

    Attributes
    ----------
    place : str
        Keys of the study file, as ``land_cover.maps``; empty where it is no matter of one entry.
    template, values
        Kind of the problem, and its particulars.
    """

    place: str

    def __new__(cls, message: str, place: str = "") -> Self:  # noqa: D102
        known = message if isinstance(message, Message) else Message(message)
        problem = super().__new__(cls, str(message), known.template, known.values, known.context)
        problem.place = place or getattr(message, "place", "")
        return problem

    @property
    def file(self) -> str:
        """File that the problem is in; empty where it is in none."""
        return next((str(self.values[key]) for key in _FILES if key in self.values), "")

    def as_data(self) -> dict[str, object]:
        """Place, kind, file, particulars and words, as a form or another program takes them."""
        return {
            "place": self.place,
            "kind": self.template,
            "file": self.file,
            "values": {name: str(value) for name, value in self.values.items()},
            "text": str(self),
        }


#: Names under which messages hold the file that they are about.
_FILES = ("path", "file", "name", "table")


class StudyError(InputError):
    """All problems of a study at once; those of one entry that differ in one thing alone, as the row, are one.

    Parameters
    ----------
    problems : iterable of str
        One message each; problems keep their place in the study.

    Examples
    --------
    >>> print(StudyError(["a.csv: no column 'year'", "b.tif: no CRS"]))
    2 problems:
      1. a.csv: no column 'year'
      2. b.tif: no CRS
    """

    def __init__(self, problems: Iterable[str]) -> None:
        each = (item if isinstance(item, Problem) else Problem(item) for item in problems)
        self.problems = tuple(Problem(told, getattr(first, "place", "")) for first, told in grouped_alike(each, _FILES))
        if len(self.problems) == 1:
            super().__init__(self.problems[0])
            return
        lines = [f"  {number}. {text}" for number, text in enumerate(self.problems, start=1)]
        super().__init__("\n".join([tr("{count} problems:", count=len(self.problems)), *lines]))

    def shortened(self, letters: int) -> str:
        """Message of at most so many letters: as many problems as fit, each cut where it is long, and the count of the rest."""
        each = max(letters // 4, 40)
        head = tr("{count} problems:", count=len(self.problems))
        lines, used = [head], len(head)
        for number, text in enumerate(self.problems, start=1):
            line = shortened(f"  {number}. {text}", each)
            rest = tr("  and {count} more", count=len(self.problems) - number + 1)
            if used + len(line) + len(rest) + 2 > letters:
                return "\n".join([*lines, rest])
            lines.append(line)
            used += len(line) + 1
        return "\n".join(lines)


class UnitError(TanhengError, ValueError):
    """A quantity has the wrong unit, or none."""


class AlignmentError(TanhengError, ValueError):
    """Arrays do not lie on the same cells or years."""


class OutputError(TanhengError, OSError):
    """Results can't be written."""


class SelfCheckError(TanhengError, ArithmeticError):
    """A law that every run must meet does not hold."""


def shortened(text: str, letters: int) -> str:
    """A text of at most so many letters; where it is cut, it says how many more there were.

    Examples
    --------
    >>> shortened("a" * 100, 40)
    'aaaaaaaaaaaaaaaaa… (83 more characters)'
    """
    if len(text) <= letters:
        return text
    end = tr("… ({count:,} more characters)", count=len(text))
    kept = max(letters - len(end), 0)
    return text[:kept] + tr("… ({count:,} more characters)", count=len(text) - kept)


def nearest(word: str, known: Iterable[str]) -> str:
    """Suffix that suggests the known word nearest to a misspelt one, or lists them all.

    Examples
    --------
    >>> nearest("forrest", ["forest", "water"])
    "; did you mean 'forest'?"
    >>> nearest("zzz", ["forest", "water"])
    '; known: forest, water'
    """
    choices = [str(choice) for choice in known]
    close = get_close_matches(word, choices, n=1, cutoff=0.6)
    if close:
        return tr("; did you mean '{close}'?", close=close[0])
    if len(choices) > _MOST_CHOICES:
        choices = [*choices[: _MOST_CHOICES - 1], tr("{count:,} more", count=len(choices) - _MOST_CHOICES + 1)]
    return tr("; known: {names}", names=listed(choices)) if choices else ""


#: Known words that a message lists.
_MOST_CHOICES = 24
