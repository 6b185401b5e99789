"""Settings of a plan that are likely slips are asked about; those of the plan that is tested elsewhere are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import WEST, tiny_study, write_map, write_zones, zone
from tanheng.errors import StudyError
from tanheng.inputs.plan import check_inputs
from tanheng.pipeline.plan import plan_study
from tanheng.study import load_study

TOP = 3_900_000.0
COSTS = "from,to,cost\ncropland,forest,3000\ngrassland,forest,1000\ncropland,grassland,500\ngrassland,cropland,500\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """Twenty rows of cropland beside ten of forest and ten of grassland; one row of cropland is lost by 2010."""
    codes = np.repeat([1, 2, 3], [20, 10, 10])[:, None] * np.ones((1, 30), int)
    path = tiny_study(tmp_path)
    write_map(tmp_path / "a.tif", codes)
    codes[19] = 2
    write_map(tmp_path / "b.tif", codes)
    write_map(tmp_path / "slope.tif", np.full((40, 30), 12.0), dtype="float32", nodata=-1)
    write_zones(tmp_path / "far.gpkg", [zone("p", "park", WEST + 900_000, TOP - 5000, WEST + 908_000, TOP)])
    write_zones(tmp_path / "near.gpkg", [zone("p", "park", WEST, TOP - 5000, WEST + 8000, TOP)])
    (tmp_path / "costs.csv").write_text(COSTS, encoding="utf-8")
    return path


def with_plan(study: Path, plan: str) -> Path:
    text = study.read_text(encoding="utf-8")
    path = study.with_name("planned.toml")
    path.write_text(f"{text}\n[plan]\ndraws = 0\nscenarios = false\nzoning = false\n{plan}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        ('protected = [{ file = "far.gpkg" }]', "plan.protected: far.gpkg covers no grid cell by half or more"),
        ('reserved = [{ file = "far.gpkg", class = "forest" }]', "plan.reserved: far.gpkg covers no grid cell"),
        (
            'fit = [{ class = "forest", file = "slope.tif", at_least = 15 }]',
            "no cell of slope.tif is within the limits",
        ),
        (
            'limits = [{ class = "cropland", at_least = 0.098 }]',
            "cropland may shrink to 0.098 times its area of today (9.8 %)",
        ),
        (
            "discount_rate_percent = 0.03",
            "plan.discount_rate_percent = 0.03 means 0.03 % a year; is that so? For 3 % write 3",
        ),
        ("price_path = { 1990 = 50.0, 2000 = 60.0 }", "plan.price_path: all its years are before 2010"),
    ],
)
def test_slips_are_asked_about_before_the_run(study: Path, plan: str, words: str) -> None:
    path = with_plan(study, plan)
    assert any(words in note for note in check_inputs(load_study(path), path.parent).warnings)


@pytest.mark.parametrize(
    "plan",
    [
        'protected = [{ file = "near.gpkg" }]',
        'fit = [{ class = "forest", file = "slope.tif", at_most = 15 }]',
        'limits = [{ class = "cropland", at_least = 0.8 }]\ndiscount_rate_percent = 3',
        "price_path = { 2010 = 50.0, 2030 = 60.0 }",
    ],
)
def test_usual_settings_are_not(study: Path, plan: str) -> None:
    path = with_plan(study, plan)
    assert not any("plan." in note for note in check_inputs(load_study(path), path.parent).warnings)


LIMITS = 'limits = [{ class = "cropland", at_least = 0.98 }, { class = "grassland", at_least = 0.9 }]\n'


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (LIMITS + 'costs = "costs.csv"\nbudget = 1000', "pays for change on"),
        (LIMITS + 'costs = "costs.csv"\nbudget = 1e10', "so that the budget limits nothing"),
        (
            'limits = [{ class = "cropland", at_least_km2 = 5.7 }]',
            "at_least_km2 = 5.7 of cropland, which has 570 km2 today",
        ),
        ('limits = [{ class = "cropland", at_least_km2 = 500 }]', ""),
        (LIMITS + 'costs = "costs.csv"\nbudget = 2000000', ""),
    ],
)
def test_units_of_limits_and_budget_are_asked_about(study: Path, plan: str, words: str) -> None:
    notes = [note for note in plan_study(with_plan(study, plan)).notes if note.startswith("plan.")]
    assert any(words in note for note in notes) if words else notes == [], notes


@pytest.mark.parametrize(
    ("heading", "times"), [("cost (CNY/ha)", 1.0), ("cost (CNY/km2)", 100.0), ("成本（元/亩）", 1 / 15)]
)
def test_costs_are_by_the_area_that_the_heading_names(study: Path, heading: str, times: float) -> None:
    (study.parent / "costs.csv").write_text(COSTS, encoding="utf-8")
    expected = plan_study(with_plan(study, LIMITS + 'costs = "costs.csv"\nbudget = 2000000')).tables["plan_areas"]
    rows = [line.split(",") for line in COSTS.splitlines()[1:]]
    text = f"from,to,{heading}\n" + "".join(f"{one},{other},{float(cost) * times!r}\n" for one, other, cost in rows)
    (study.parent / "costs.csv").write_text(text, encoding="utf-8")
    found = plan_study(with_plan(study, LIMITS + 'costs = "costs.csv"\nbudget = 2000000')).tables["plan_areas"]
    np.testing.assert_allclose(found.select_dtypes("number"), expected.select_dtypes("number"), rtol=1e-6)


@pytest.mark.parametrize("heading", ["cost (10^4 CNY)", "成本（万元/公顷）", "cost (million CNY/km2)"])
def test_a_heading_without_an_area_or_in_multiples_is_refused(study: Path, heading: str) -> None:
    (study.parent / "costs.csv").write_text(COSTS.replace("cost\n", f"{heading}\n"), encoding="utf-8")
    path = with_plan(study, 'costs = "costs.csv"\nbudget = 2000000')
    with pytest.raises(StudyError, match=r"is not the currency of the budget by an area; write it as \(CNY/ha\)"):
        check_inputs(load_study(path), path.parent)
