"""All problems of a study at once: those that stop a look at it, and those of whatever in it is sound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tanheng.errors import Problem, StudyError, TanhengError
from tanheng.study.model import Study
from tanheng.study.reading import mended_entries, parse_study

T = TypeVar("T")

#: What every study has, and what all the rest is laid on: nothing can be told of a study without it.
_NEEDED = ("title", "years", "region", "grid", "land_cover", "carbon_density")
#: What takes all other sections as they are.
_LAST = ("plan", "simulate")
#: Tables whose entries stand for themselves.
_OF_ENTRIES = ("drivers", "zones")
#: Without one of these whole, too much would seem to be missing.
_WHOLE = {(top,) for top in _OF_ENTRIES}

Entries = Mapping[str, Any]
#: Names of entries of a study: a section, or a section and one of its own.
Place = tuple[str, ...]


def telling_all(entries: Mapping[str, Any], name: str, look: Callable[[Study, bool], T]) -> T:
    """What a look at a study finds; where it meets problems, those of all other sections are told with them.

    A fault in one section stops the look before the next ones are reached. So unknown keys are left out, a choice that is none is
    replaced by one that is, other sections at fault are left out, and the rest is looked at again, until nothing new is told. What
    merely follows from these changes is not told.

    Parameters
    ----------
    entries : mapping
        As the study file has them.
    name : str
        Name of the file, for messages.
    look : callable
        Opens and checks a study; told whether this is the first that could be opened, which may be looked at more closely.

    Raises
    ------
    StudyError
        All problems at once.

    Examples
    --------
    >>> entries = {"title": "A", "years": [2000], "land_cover": {"maps": {"2000": "a.tif"}}, "carbon_density": {"table": "b"}}
    >>> def look(study, first):
    ...     raise StudyError(["a.tif: there is no such file"])
    >>> telling_all({**entries, "plan": {"horizon": 5}}, "study", look)
    Traceback (most recent call last):
    tanheng.errors.StudyError: 2 problems:
      1. study: 'plan.horizon' is not a key of [plan]; did you mean 'horizon_years'?
      2. a.tif: there is no such file
    """
    by_text: dict[str, Problem] = {}
    changed = _Changes()
    opened = False
    mended: Entries
    while True:
        sound = False
        try:
            study = parse_study(dict(entries), name)
            first, opened, sound = not opened, True, True
            looked_at = look(study, first)
        except TanhengError as error:
            if not isinstance(error, StudyError) and not by_text:
                raise
            problems = error.problems if isinstance(error, StudyError) else (Problem(str(error)),)
        else:
            if not by_text:
                return looked_at
            problems = ()
        by_text |= {str(one): one for one in problems if not changed.explain(one, of_file=not sound)}
        mended = mended_entries(entries)
        if mended != entries:
            changed.mended |= {_part(one.place, entries) for one in problems} - {()}
        else:
            parts = {_part(one.place, entries) for one in problems} - {()}
            at_fault = {part for part in parts if part[0] not in _NEEDED and part not in _WHOLE}
            if not at_fault:
                raise StudyError(by_text.values())
            # What is laid on all the rest is looked at whole once the rest is sound.
            at_fault = {part for part in at_fault if part[0] not in _LAST} or at_fault
            if ("population",) in at_fault:  # emissions are spread by it, and its density may be named as a driver
                at_fault |= {("emissions",)}
                changed.gone |= {"population_density"}
            mended = _without(entries, at_fault)
            changed.gone |= {part[-1] for part in at_fault}
        entries = mended


@dataclass
class _Changes:
    """What the study that is looked at differs in from the file: parts that are mended, and names that are gone."""

    mended: set[Place] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)

    def explain(self, problem: Problem, *, of_file: bool) -> bool:
        """Whether a problem may come from these changes alone.

        Parameters
        ----------
        of_file : bool
            The entries do not fit together, before any file is opened; else what is wrong in a file is so whatever was changed.
        """
        # Names of entries stand in quotes or brackets, those of files do not.
        if any(re.search(rf"['\"“‘\[]{re.escape(name)}['\"”’\]]", str(problem)) for name in self.gone):
            return True
        places = [".".join(part) for part in self.mended]
        inside = any(problem.place == place or problem.place.startswith((f"{place}.", f"{place} ")) for place in places)
        return inside and (of_file or not problem.file)


def _part(place: str, entries: Entries) -> Place:
    """Section of a study that a place is in, or entry of a section of entries that stand for themselves; empty where it is in none."""
    top = re.split(r"[.\s]", place, maxsplit=1)[0]
    if top not in entries:
        return ()
    inner = entries[top]
    if top in _OF_ENTRIES and isinstance(inner, Mapping):
        named = [
            key for key in inner if place == f"{top}.{key}" or place.startswith((f"{top}.{key}.", f"{top}.{key} "))
        ]
        name = max(named, key=len, default="")
        return (top, name) if isinstance(inner.get(name), Mapping) else (top,)
    return (top,)


def _without(entries: Entries, places: set[Place]) -> Entries:
    left = dict(entries)
    for top, *inner in places:
        if not inner:
            left.pop(top, None)
        elif isinstance(left.get(top), Mapping):
            left[top] = {key: value for key, value in left[top].items() if key != inner[0]}
    return left
