"""Warnings of a run, fewer and in order: like ones together, and all of them by what a reader should do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tanheng.alike import together
from tanheng.language import Message, mark, tr

#: What to do about warnings, in the order in which readers meet it.
CHECK, STATE, KNOW = (
    mark("To check: a unit, a row or a map may be wrong"),
    mark("To be declared in the study file"),
    mark("Notes on interpretation"),
)

#: A template that asks whether something is so, or calls it rare.
_ASKS = re.compile(
    r"is that so|are (these|they)|\?|rare|faster than|unusual|may be wrong|check the (unit|figure)|check that|twice|same map|"
    r"do not sum|the total says|counts as nothing|more is subtracted|call it|not made yet",
    re.IGNORECASE,
)

#: A template that says what to write into the study.
_TELLS = re.compile(r"(^|[;:(] ?|, or )(write|give|name|add|state|take|leave|convert|set|use)\b", re.IGNORECASE)


def grouped(notes: Iterable[str]) -> dict[str, list[str]]:
    """Warnings by what to do about them, a heading each; headings without a warning are left out.

    Examples
    --------
    >>> first, second = (tr("{year}: {area} km2 have no data", year=year, area=3) for year in (2000, 2010))
    >>> for heading, lines in grouped([first, second, tr("{file}: has no unit; write it", file="soil.tif")]).items():
    ...     print(heading, lines)
    To be declared in the study file ['soil.tif: has no unit; write it']
    Notes on interpretation ['2000, 2010: 3 km2 have no data']
    """
    by_action: dict[str, list[str]] = {action: [] for action in (CHECK, STATE, KNOW)}
    for note in together(notes):
        by_action[action_of(note)].append(note)
    return {tr(action): lines for action, lines in by_action.items() if lines}


def action_of(note: str) -> str:
    """What to do about a warning, by how its English template is worded."""
    template = note.template if isinstance(note, Message) else str(note)
    if _ASKS.search(template):
        return CHECK
    return STATE if _TELLS.search(template) else KNOW
