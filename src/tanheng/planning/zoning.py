"""Zones of management by a table of rules: the first rule that fits a cell or unit names its zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import InputError, StudyError, nearest
from tanheng.language import listed, tr

Values = NDArray[np.float64]

#: What a rule may ask, and the answers.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "supply": ("high", "low"),
    "demand": ("high", "low"),
    "balance": ("improved", "worsened", "same"),
    "esc": ("above 1", "below 1"),
    "ecc": ("above 1", "below 1"),
}


@dataclass(frozen=True)
class Rule:
    """A zone, and the answers that lead to it; a question that is left out does not matter."""

    zone: str
    answers: Mapping[str, tuple[str, ...]]
    advice: str = ""


def check_rules(rules: Sequence[Rule], questions: Sequence[str]) -> None:
    """Check that rules can be answered and that every combination of answers leads to a zone.

    Raises
    ------
    StudyError
        Questions or answers that are unknown, and combinations without a zone.
    """
    problems = []
    for number, rule in enumerate(rules, start=1):
        for question, answers in rule.answers.items():
            if question not in questions:
                problems.append(
                    tr(
                        "rule {number} ({zone}): asks '{question}'{nearest}; known are {names}",
                        number=number,
                        zone=rule.zone,
                        question=question,
                        nearest=nearest(question, questions),
                        names=listed(questions),
                    )
                )
                continue
            for answer in answers:
                if answer not in QUESTIONS[question]:
                    known = listed(QUESTIONS[question])
                    problems.append(
                        tr(
                            "rule {number} ({zone}): '{question}' can't be '{answer}'; write one of {known}",
                            number=number,
                            zone=rule.zone,
                            question=question,
                            answer=answer,
                            known=known,
                        )
                    )
    if not problems:
        for answers in product(*(QUESTIONS[question] for question in questions)):
            given = dict(zip(questions, answers, strict=True))
            if not any(_fits(rule, given) for rule in rules):
                combination = listed(f"{question} {answer}" for question, answer in given.items())
                problems.append(tr("no rule fits {told}; add one", told=combination))
    if problems:
        raise StudyError(problems)


def _fits(rule: Rule, given: Mapping[str, str]) -> bool:
    return all(given[question] in answers for question, answers in rule.answers.items())


def zones_of(rules: Sequence[Rule], answers: Mapping[str, NDArray[np.str_]]) -> NDArray[np.int64]:
    """Number of the first rule that fits each unit, shape (units,).

    Raises
    ------
    StudyError
        As `check_rules`.
    InputError
        Answers of different length.

    Examples
    --------
    >>> rules = [Rule("protect", {"supply": ("high",)}), Rule("develop", {})]
    >>> zones_of(rules, {"supply": np.array(["high", "low"])}).tolist()
    [0, 1]
    """
    check_rules(rules, list(answers))
    lengths = {len(values) for values in answers.values()}
    if len(lengths) != 1:
        raise InputError(tr("answers for the same units were expected, got lengths {lengths}", lengths=sorted(lengths)))
    zones = np.full(lengths.pop(), -1, np.int64)
    for number, rule in reversed(list(enumerate(rules))):
        fits = np.ones(len(zones), bool)
        for question, wanted in rule.answers.items():
            fits &= np.isin(answers[question], wanted)
        zones[fits] = number
    return zones


#: Answer of a cell whose change of the balance is not known.
UNKNOWN = "unknown"


def direction_of_change(before: Values, after: Values) -> NDArray[np.str_]:
    """Whether the balance of each cell improved, worsened or stayed the same; unknown where either year has none.

    A change below a billionth of the largest is rounding.

    Examples
    --------
    >>> direction_of_change(np.array([1.0, 1.0, 1.0, np.nan]), np.array([2.0, 0.0, 1.0, 1.0])).tolist()
    ['improved', 'worsened', 'same', 'unknown']
    """
    step = after - before
    known = np.isfinite(step)
    tiny = 1e-9 * float(np.abs(step[known]).max(initial=1e-300))
    direction = np.where(step > tiny, "improved", np.where(step < -tiny, "worsened", "same"))
    return np.where(known, direction, UNKNOWN)
