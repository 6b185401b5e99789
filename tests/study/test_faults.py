"""Every mistake in a study is one line, with its place and what is possible there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tanheng.errors import StudyError
from tanheng.language import speaking
from tanheng.study import parse_study

BASE = {
    "title": "A",
    "years": [2000],
    "land_cover": {"legend": "six-classes", "maps": {"2000": "a.tif"}},
    "carbon_density": {"table": "henan-six-classes"},
}


def told(changes: dict[str, Any]) -> list[str]:
    with pytest.raises(StudyError) as caught:
        parse_study({**BASE, **changes}, "s")
    return [text.removeprefix("s: ") for text in caught.value.problems]


ONE_LINE: list[tuple[dict[str, Any], str]] = [
    (
        {"maps": {"breaks": "jenks"}},
        "maps.breaks: write 'auto', 'tail', 'quantile' or 'natural', or write a table of keys and values, as { key = value }",
    ),
    (
        {"carbon_density": {"table": "x", "uncertainty": -1}},
        "carbon_density.uncertainty: write a number from 0 up, or write a table of keys and values, as { key = value }",
    ),
    (
        {"carbon_density": {"table": "x", "uncertainty": {"forest": -1}}},
        "carbon_density.uncertainty.forest: write a number from 0 up (got -1)",
    ),
    (
        {"land_cover": {"maps": {"y2000": "a.tif"}}},
        "land_cover.maps.y2000: as a key, write a whole number (got 'y2000')",
    ),
    ({"land_cover": {"maps": {"2000": ""}}}, "land_cover.maps.2000: write text in quotes, as \"name\" (got '')"),
    ({"years": 2000}, "years: write a list in brackets, as [a, b] (got 2000)"),
    ({"analysis": {"classes": [3]}}, "analysis.classes: entry 2 is missing"),
    ({"analysis": {"classes": [3, 4, 5]}}, "analysis.classes: write 2 or fewer (got [3, 4, 5])"),
    ({"maps": {"formats": ["png", "gif"]}}, "maps.formats 2: write 'png', 'svg' or 'pdf' (got 'gif')"),
    ({"plan": {"whole_cells": "no"}}, "plan.whole_cells: write true or false, or write 'auto' (got 'no')"),
    ({"plan": {"limits": [{"clas": "x", "class": "x", "at_most": 1}]}}, "'plan.limits 1.clas' is not a key of [plan.limits 1]"),
    ({"outputs": {"docx": "yes"}}, "outputs.docx: write true or false (got 'yes')"),
    ({"analysis": {"geodetector": 1}}, "analysis.geodetector: write true or false (got 1)"),
    (
        {"plan": {"limits": [{"class": "cropland", "at_least": 90}]}},
        "plan.limits 1: at_least: 90 is 90 times today's area; write 0.9 for 90 %",
    ),
    ({"plan": {"carbon": [{"at_least": 100}]}}, "plan.carbon 1: at_least: 100 means 100 times today's carbon stock; write 1 for 100 %"),
    (
        {"decomposition": {"table": "gdp.csv", "prices": "2015"}},
        "decomposition.prices: '2015': write 'constant' with the year, as 'constant 2015', or 'current'",
    ),
    ({"maps": {"approval": "a\nb"}}, "maps.approval: write it on one line"),
    (
        {"plan": {"limits": [{"class": "x", "at_least": 0.5, "at_most": 0.2}]}},
        "plan.limits 1: x: at least 0.5 (50 %) and at most 0.2 (20 %) leave nothing; exchange them",
    ),
    (
        {"plan": {"fit": [{"class": "x", "file": "a.tif", "at_least": 5, "at_most": 2}]}},
        "plan.fit 1: x: at least 5 and at most 2 leave nothing; exchange them",
    ),
    (
        {"plan": {"limits": [{"class": "x", "at_most": 0.9}, {"class": "y", "at_most": 0.9}, {"class": "x", "at_least": 1.02}]}},
        "plan: limits: x is asked to keep at least 1.02 (102 %) in one entry and at most 0.9 (90 %) in another; no area meets both",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "message"), ONE_LINE)
def test_a_mistake_is_one_line_with_its_plain_place(changes: dict[str, Any], message: str) -> None:
    lines = told(changes)
    assert len(lines) == 1
    assert lines[0].startswith(message)


def test_two_mistakes_are_two_lines() -> None:
    assert told({"maps": {"breaks": {"balance": [], "supply": ["a"]}}}) == [
        "maps.breaks.balance: write 'auto', 'tail', 'quantile' or 'natural', or write one or more (got [])",
        "maps.breaks.supply 1: write a number (got 'a')",
    ]


@pytest.mark.parametrize("changes", [changes for changes, _ in ONE_LINE])
def test_no_english_is_left_in_chinese(changes: dict[str, Any]) -> None:
    with speaking("zh"):
        lines = told(changes)
    # Keys, choices, values and what TOML itself is written with stay as they are.
    own = r"'[^']*'|\"[^\"]*\"|“[^”]*”|\[[^\]]*\]|\{[^}]*\}"
    known = {"s", "true", "false", *re.findall(r"[A-Za-z_0-9]+", repr(changes))}
    for line in lines:
        assert set(re.findall(r"[A-Za-z_][A-Za-z_0-9]*", re.sub(own, "", line))) <= known, line


def test_chinese_joins_with_its_own_punctuation() -> None:
    with speaking("zh"), pytest.raises(StudyError) as caught:
        parse_study({**BASE, "maps": {"dpi": "x"}}, "坏.toml")
    assert str(caught.value) == "坏.toml：maps.dpi：请写整数（得到的是 'x'）"


def test_a_problem_has_its_place_in_every_language() -> None:
    data = {
        "title": "A",
        "years": [2000, 2010],
        "land_cover": {"maps": {"2000": "a.tif", "2010": "b.tif"}},
        "carbon_density": {"table": "t"},
        "population": {"kind": "count", "maps": {"2000": "p.tif"}},
    }
    for code in ("en", "zh"):
        with speaking(code), pytest.raises(StudyError) as told:
            parse_study(data, "study.toml")
        assert [problem.place for problem in told.value.problems] == ["population.maps"]
