"""Classes are found by every name that tanheng prints for them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tanheng.errors import StudyError
from tanheng.inputs.class_names import ClassNames
from tanheng.inputs.study_inputs import open_inputs
from tanheng.pipeline.plan import plan_study
from tanheng.study import load_study, parse_study

TABLE = "地类,above,below,soil,dead\n耕地,5,1,58,2\n林地,21,7,67,54\n草地,2,9,60,2\n水域,0,0,62,0\n建设用地,0,0,60,0\n未利用地,0,0,53,0\n"


def test_a_table_in_chinese_fits_a_legend_in_english(tiny: Path) -> None:
    (tiny.parent / "密度.csv").write_text(TABLE, encoding="utf-8-sig")
    text = tiny.read_text(encoding="utf-8").replace('"henan-six-classes"', '"密度.csv"')
    tiny.write_text(text, encoding="utf-8")
    inputs = open_inputs(load_study(tiny), tiny.parent)
    assert set(inputs.classes) >= {"cropland", "forest"}
    assert float(inputs.densities.array.sel(year=2000, land_class="forest", carbon_pool="soil")) == 67.0


def test_limits_of_a_plan_may_name_classes_as_they_are_printed(tiny: Path) -> None:
    plan = '\n[plan]\nlimits = [ { class = "耕地", at_least = 0.9 }, { class = "Built-Up", at_least = 1.0 } ]\n'
    tiny.write_text(tiny.read_text(encoding="utf-8") + plan, encoding="utf-8")
    planned = plan_study(tiny)
    areas = planned.tables["plan_areas"].set_index("land_class")
    assert areas.loc["cropland", "area_after_km2"] >= 0.9 * areas.loc["cropland", "area_today_km2"] - 1e-6


def test_a_class_that_lacks_a_density_is_named_in_both_ways_with_a_row_to_write(tiny: Path) -> None:
    lines = [line for line in TABLE.splitlines() if not line.startswith("林地")]
    (tiny.parent / "d.csv").write_text("\n".join(lines), encoding="utf-8")
    tiny.write_text(tiny.read_text(encoding="utf-8").replace('"henan-six-classes"', '"d.csv"'), encoding="utf-8")
    with pytest.raises(StudyError) as caught:
        open_inputs(load_study(tiny), tiny.parent)
    assert "'forest'" in str(caught.value)
    assert "forest,ABOVE,BELOW,SOIL,DEAD" in str(caught.value)


def test_two_names_of_one_class_are_no_row_of_either() -> None:
    names = ClassNames(("cropland", "forest"))
    assert names.keys({"forest": 1.0, "林地": 2.0, "耕地": 3.0}) == {"forest": 1.0, "林地": 2.0, "cropland": 3.0}
    # What a built-in legend counts as forest is no row of forest.
    assert names.keys({"shrubland": 1.0}) == {"shrubland": 1.0}


def test_texts_that_are_no_classes_stay_as_they_are() -> None:
    study = parse_study(
        tomllib.loads(
            """
title = "林地"
years = [2000, 2010]
[land_cover]
legend = "six-classes"
maps = { 2000 = "a.tif", 2010 = "b.tif" }
codes = { 9 = "林地" }
[carbon_density]
table = "henan-six-classes"
uncertainty = { "林地" = 0.3 }
[flows]
categories = { "林地" = "forest land" }
"""
        )
    )
    named = ClassNames(("cropland", "forest")).study(study)
    assert named.told_title == "林地"
    assert named.land_cover.codes == {9: "forest"}
    assert named.carbon_density.uncertainty == {"forest": 0.3}
    assert named.flows is not None
    assert named.flows.categories == {"forest": "forest land"}
