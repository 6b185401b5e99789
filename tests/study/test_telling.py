"""All problems of a study are told at once, and none that is not one."""

from __future__ import annotations

from typing import Any

import pytest

from tanheng.errors import Problem, StudyError
from tanheng.language import speaking
from tanheng.study import Study, telling_all

SOUND: dict[str, Any] = {
    "title": "A",
    "years": [2000, 2010],
    "land_cover": {"maps": {"2000": "a.tif", "2010": "b.tif"}},
    "carbon_density": {"table": "henan-six-classes"},
    "zones": {"county": {"file": "county.gpkg", "id": "id"}},
    "drivers": {"gdp": {"table": "gdp.csv", "zones": "county"}, "slope": {"map": "slope.tif"}},
    "economy": {"driver": "gdp", "kind": "density"},
}


def told(entries: dict[str, Any], *of_inputs: Problem) -> list[str]:
    """What is told where the inputs have these problems, as long as their sections are there."""

    def look(study: Study, _: bool) -> None:
        there = {"land_cover"} | {name for name in ("plan", "economy") if getattr(study, name) is not None}
        there |= {f"drivers.{name}" for name in study.drivers} | {f"zones.{name}" for name in study.zones}
        found = [
            one for one in of_inputs if any(one.place == name or one.place.startswith(f"{name}.") for name in there)
        ]
        if found:
            raise StudyError(found)

    with pytest.raises(StudyError) as caught:
        telling_all(entries, "study.toml", look)
    return [str(one) for one in caught.value.problems]


def test_a_sound_study_is_looked_at_once() -> None:
    looks = []
    telling_all(SOUND, "study.toml", lambda _, first: looks.append(first))
    assert looks == [True]


def test_a_slip_in_the_file_does_not_hide_what_is_wrong_in_the_inputs() -> None:
    entries = {**SOUND, "balance": {"mode": "stok"}, "plan": {"horizon": 5}}
    found = told(entries, Problem("slope.tif: there is no such file", "drivers.slope.map"))
    assert sorted(found) == [
        "slope.tif: there is no such file",
        "study.toml: 'plan.horizon' is not a key of [plan]; did you mean 'horizon_years'?",
        "study.toml: balance.mode: write 'stock', 'stock_change' or 'sink' (got 'stok')",
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_follows_from_a_part_left_out_is_not_told(language: str) -> None:
    # The layer can't be read; that the driver of this layer, and the economy of this driver, are then gone is no problem.
    with speaking(language):
        problem = Problem("county.gpkg: column 'id' is missing", "zones.county.id")
        assert told(SOUND, problem) == ["county.gpkg: column 'id' is missing"]


def test_a_plan_is_looked_at_again_once_the_rest_is_sound() -> None:
    entries = {**SOUND, "plan": {"horizon_years": 5}}
    looks: list[bool] = []

    def look(study: Study, _: bool) -> None:
        looks.append("slope" in study.drivers)
        if study.plan is None:
            return
        if "slope" in study.drivers:
            raise StudyError(
                [
                    Problem("slope.tif: there is no such file", "drivers.slope"),
                    Problem("values.csv: there is no such file", "plan.values"),
                ]
            )
        raise StudyError(
            [
                Problem("values.csv: there is no such file", "plan.values"),
                Problem("plan.limits: there is no class 'forst'", "plan.limits"),
            ]
        )

    with pytest.raises(StudyError, match="3 problems") as caught:
        telling_all(entries, "study.toml", look)
    assert "forst" in str(caught.value)
    assert looks == [True, False, False]


def test_what_everything_needs_ends_the_look() -> None:
    found = told({**SOUND, "years": "2000"}, Problem("slope.tif: there is no such file", "drivers.slope"))
    assert len(found) == 1


@pytest.mark.parametrize("place", ["", "nowhere.at_all", "land_cover.maps"])
def test_a_problem_without_a_part_that_could_go_is_told_once(place: str) -> None:
    def look(_: Study, __: bool) -> None:
        raise StudyError([Problem("something is wrong", place)])

    with pytest.raises(StudyError, match=r"^something is wrong$"):
        telling_all(SOUND, "study.toml", look)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"balance": {"mode": "snik", "uptake": "up.csv"}}, 1),  # that uptake belongs to sinks follows from the slip
        ({"emissions": {"total": "totals.csv"}}, 1),
        ({"drivers": {"slope": {"mapp": "slope.tif"}}, "economy": None}, 1),
        ({"zones": [], "economy": None}, 1),
        ({"drivers": 3, "analysis": {"controls": ["slope"]}, "economy": None}, 1),
    ],
)
def test_what_follows_from_a_slip_is_not_told(changes: dict[str, Any], expected: int) -> None:
    entries = {name: value for name, value in {**SOUND, **changes}.items() if value is not None}
    problem = Problem("never: looked at", "nowhere")
    found = told(entries, problem)
    assert len(found) == expected, found


def test_files_that_are_named_as_a_part_that_is_left_out_are_told() -> None:
    entries = {**SOUND, "outputs": {"folder": 3}}
    problem = Problem("outputs/slope.tif: there is no such file", "drivers.slope.map")
    assert "outputs/slope.tif: there is no such file" in told(entries, problem)
