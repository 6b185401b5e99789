"""Problems of a study are data: their place in the study, kind, file and particulars, worded where they are shown."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from tanheng.errors import Problem, StudyError
from tanheng.inputs.plan import check_inputs
from tanheng.inputs.problems import Problems
from tanheng.language import Message, listed, name_of, speaking, tr
from tanheng.study import load_study, parse_study


def problems_of(folder: Path, text: str) -> tuple[Problem, ...]:
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        check_inputs(load_study(folder / "study.toml"), folder)
    return caught.value.problems


def test_a_missing_map_has_its_place_and_file(tiny: Path) -> None:
    (problem,) = problems_of(tiny.parent, tiny.read_text(encoding="utf-8").replace('"b.tif"', '"lost.tif"'))
    assert problem.place == "land_cover.maps"
    assert problem.file.endswith("lost.tif")
    data = problem.as_data()
    assert json.loads(json.dumps(data)) == data
    assert data["kind"] == problem.template


def test_entries_of_the_file_have_their_place() -> None:
    with pytest.raises(StudyError) as caught:
        parse_study({"title": "A", "years": [2000], "land_cover": {"maps": {"2000": "a.tif"}, "band": 0}}, "s")
    assert {problem.place for problem in caught.value.problems} == {"land_cover.band", "carbon_density"}


def test_what_does_not_fit_together_has_the_place_it_names() -> None:
    with pytest.raises(StudyError) as caught:
        parse_study({**BASE, "years": [2010, 2000], "land_cover": {"maps": {"2000": "a.tif", "2010": "b.tif"}}}, "s")
    assert [problem.place for problem in caught.value.problems] == ["years"]


BASE = {"title": "A", "carbon_density": {"table": "henan-six-classes"}}


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (
            {"water": (1.1, None)},
            "water is asked to have 110 % of today's area or more, and 'no_new' lets no land become it",
        ),
        (
            {"built-up": (None, 0.5)},
            "built-up is asked to have 50 % of today's area or less, and 'fixed' keeps its land",
        ),
        ({"built-up": (1.2, None), "water": (None, 1.2)}, ""),
        (dict.fromkeys(("cropland", "forest", "grassland", "unused"), (None, 0.9)), ""),  # built-up may grow
    ],
)
def test_limits_that_no_land_can_keep_are_told_before_the_maps_are_counted(
    tiny: Path, limits: dict[str, tuple[float | None, float | None]], words: str
) -> None:
    entries = [
        f'{{ class = "{name}"'
        + "".join(f", {end} = {x}" for end, x in zip(("at_least", "at_most"), ends, strict=True) if x)
        for name, ends in limits.items()
    ]
    text = tiny.read_text(encoding="utf-8") + f"[plan]\nlimits = [{', '.join(f'{one} }}' for one in entries)}]\n"
    if not words:
        (tiny.parent / "study.toml").write_text(text, encoding="utf-8")
        check_inputs(load_study(tiny.parent / "study.toml"), tiny.parent)
        return
    (problem,) = problems_of(tiny.parent, text)
    assert words in problem
    assert problem.place == "plan.limits"


def test_a_wrong_unit_in_the_settings_is_told_once(tiny_with_people: Path) -> None:
    (tiny_with_people.parent / "totals.csv").write_text("year,emissions\n2000,1000\n2010,2000\n", encoding="utf-8")
    text = tiny_with_people.read_text(encoding="utf-8")
    text = text.replace('totals = "totals.csv"', 'totals = "totals.csv"\nunit = "10^4 kWh"')
    (problem,) = problems_of(tiny_with_people.parent, text)
    assert problem.startswith("emissions.unit: '10^4 kWh' is not a unit of carbon mass")
    assert problem.place == "emissions.unit"


def test_a_problem_is_said_again_in_another_language() -> None:
    problems = Problems()
    with problems.at("demand.weights"):
        names = listed(["a", name_of("forest")])
        problems.add(tr("{name}: no carbon density for class {names} of the legend; add a row", name="t", names=names))
    problem = problems.errors[0]
    assert "no carbon density for class a, forest" in problem
    with speaking("zh"):
        assert "a、林地" in problem.again()
    assert problem.again() == str(problem)


def test_a_narrower_place_stands_before_a_wider_one() -> None:
    problems = Problems()
    with problems.at("plan"):
        with problems.at("plan.costs"):
            problems.warn("a")
        problems.warn(Problem("b", "plan.limits"))
        problems.warn("c")
    assert [problem.place for problem in problems.warnings] == ["plan.costs", "plan.limits", "plan"]


def test_messages_travel_between_processes() -> None:
    message = tr("{count} problems:", count=3)
    assert isinstance(message, Message)
    twin = pickle.loads(pickle.dumps(message))  # noqa: S301  our own bytes
    assert (twin, twin.template, dict(twin.values)) == (message, message.template, {"count": 3})


def test_problems_that_differ_in_one_thing_alone_are_one() -> None:
    """A wrong unit in 35 rows is one slip."""

    def unfit(fuel: str, unit: str, place: str = "emissions.activity") -> Problem:
        inner = tr("{name}: '{unit}' does not fit", name=name_of(fuel), unit=unit)
        return Problem(tr("{file}: {problem}", file="energy.csv", problem=inner), place)

    rows = [unfit("coke", "Mtcee"), unfit("diesel", "Mtcee"), unfit("coke", "gall"), unfit("coke", "x", "elsewhere")]
    error = StudyError(rows)
    assert [str(one) for one in error.problems] == [
        "energy.csv: coke, diesel: 'Mtcee' does not fit",
        "energy.csv: coke: 'gall' does not fit",
        "energy.csv: coke: 'x' does not fit",
    ]
    assert [one.place for one in error.problems] == ["emissions.activity", "emissions.activity", "elsewhere"]
    with speaking("zh"):
        assert "焦炭、柴油" in error.problems[0].again()
    maps = [Problem(tr("{path}: has no CRS", path=name), "land_cover.maps") for name in ("a.tif", "b.tif")]
    assert [one.file for one in StudyError(maps).problems] == ["a.tif", "b.tif"]
