"""A study file changed entry by entry: what was not asked to change stays to the letter, comments and order too."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import InputError
from tanheng.study.described.template import study_template
from tanheng.study.editing import parsed_value, study_data, with_entry

TEXT = """# My study
title = "A"   # a name
years = [2000, 2010]

[land_cover]
maps = { 2000 = "a.tif", 2010 = "b.tif" }  # two maps

[[carbon_density.maps]]
pool = "soil"
map = "soil.tif"

[drivers.elevation] # heights
map = "dem.tif"
"""


@pytest.mark.parametrize(
    ("place", "value", "line"),
    [
        (["title"], "B", 'title = "B"   # a name'),
        (["land_cover", "maps", "2010"], "c.tif", 'maps = { 2000 = "a.tif", 2010 = "c.tif" }  # two maps'),
        (["land_cover", "legend"], "clcd", 'legend = "clcd"'),
        (["carbon_density", "maps", 0, "depth_cm"], 30, "depth_cm = 30"),
        (["drivers", "gdp", "table"], "gdp.csv", "[drivers.gdp]"),
        (["zones", "county", "id"], "code", "[zones.county]"),
        (["plan", "limits"], [{"class": "forest", "at_least": 1}], 'limits = [{class = "forest", at_least = 1}]'),
        (["demand", "population_totals", "2000"], 1e6, "population_totals = {2000 = 1000000.0}"),
        (["grid", "resolution"], 0, "resolution = 0"),
    ],
)
def test_one_entry_changes_and_all_comments_stay(place: list[Any], value: object, line: str) -> None:
    text = with_entry(TEXT, place, value)
    assert line in text.splitlines()
    for comment in ("# My study", "# a name", "# two maps", "# heights"):
        assert comment in text
    at: Any = tomllib.loads(text)
    for key in place:
        at = at[key]
    assert at == value


def test_an_entry_is_taken_out_and_an_empty_table_with_it() -> None:
    text = with_entry(TEXT, ["drivers", "elevation", "map"], None)
    assert "elevation" not in tomllib.loads(text).get("drivers", {})
    assert study_data(with_entry(TEXT, ["land_cover", "maps", "2000"], None))["land_cover"] == {
        "maps": {"2010": "b.tif"}
    }
    assert with_entry(TEXT, ["plan", "limits"], None) == TEXT


def test_a_zero_and_a_false_are_values() -> None:
    text = with_entry(with_entry(TEXT, ["analysis", "seed"], 0), ["outputs", "maps"], False)
    data = tomllib.loads(text)
    assert data["analysis"]["seed"] == 0
    assert data["outputs"]["maps"] is False


@given(st.sampled_from([["title"], ["authors"], ["outputs", "note"], ["zones", "a b.c", "file"]]), st.text(max_size=40))
def test_any_text_comes_back(place: list[str], value: str) -> None:
    text = with_entry(TEXT, place, value)
    at: Any = tomllib.loads(text)
    for key in place:
        at = at[key]
    assert at == value


def test_the_template_takes_entries_of_sections_that_are_switched_off() -> None:
    text = with_entry(study_template(), ["emissions", "totals"], "t.csv")
    assert study_data(text)["emissions"] == {"totals": "t.csv"}


def test_what_is_no_toml_or_no_table_is_refused() -> None:
    with pytest.raises(InputError, match="not valid TOML"):
        with_entry("title = ", ["title"], "B")
    with pytest.raises(InputError, match="edit the file as text"):
        with_entry(TEXT, ["title", "en"], "B")
    with pytest.raises(InputError, match="can't be read"):
        parsed_value("forest = 1")
    assert parsed_value("0") == 0


def test_a_new_entry_stands_under_its_own_comment() -> None:
    text = study_template()
    for place, value in (
        (["carbon_density", "correlation"], 0.4),
        (["emissions", "activity"], "energy_use.csv"),
        (["carbon_density", "uncertainty", "soil"], 0.2),
        (["grid", "crs"], "EPSG:6933"),
        (["title"], "B"),
    ):
        text = with_entry(text, place, value)
    data, lines = study_data(text), text.splitlines()
    assert data["carbon_density"]["uncertainty"] == {"soil": 0.2}  # nothing of the example
    assert data["emissions"] == {"activity": "energy_use.csv"}
    assert lines.count("[emissions]") == 1
    assert "#[emissions]" not in lines
    for entry in ("correlation = 0.4", 'activity = "energy_use.csv"'):
        assert lines[lines.index(entry) - 1].startswith(f"#{entry.split()[0]}")
    # What has no comment comes after the last entry of its section, before the comments of the next.
    assert lines[lines.index('crs = "EPSG:6933"') - 1] == "resolution = 1000"


def test_a_section_that_is_not_in_the_file_comes_last() -> None:
    assert with_entry('title = "A"\n# The end.\n', ["grid", "resolution"], 500).endswith("[grid]\nresolution = 500\n")


def test_ends_of_lines_are_kept() -> None:
    text = with_entry('title = "A"\r\n[grid]\r\nresolution = 500\r\n# Next\r\n', ["grid", "crs"], "EPSG:6933")
    assert text == 'title = "A"\r\n[grid]\r\nresolution = 500\r\ncrs = "EPSG:6933"\r\n# Next\r\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('title = "A"\n#[plan]\nplan = 3\n', ["plan", "horizon_years"]),
        ("# [grid]\ngrid = 500\n", ["grid", "resolution"]),
        ("#[zones]\nzones = []\n", ["zones", "county", "file"]),
    ],
)
def test_what_is_no_table_is_refused_though_its_header_is_switched_off(text: str, place: list[str]) -> None:
    with pytest.raises(InputError, match="can't be changed here"):
        with_entry(text, place, 5)


def test_what_is_switched_off_stays() -> None:
    text = with_entry("[plan]\n#limits = { a = 1 } # keep me\n", ["plan", "limits", "b"], 2)
    assert text == "[plan]\n#limits = { a = 1 } # keep me\nlimits = {b = 2}\n"


def test_entries_of_a_table_on_one_line_are_set_apart() -> None:
    text = "[land_cover]\nmaps = {}  # by year\n"
    for year in ("1995", "2005", "2015"):
        text = with_entry(text, ["land_cover", "maps", year], f"{year}.tif")
    assert text.splitlines()[1] == 'maps = {1995 = "1995.tif", 2005 = "2005.tif", 2015 = "2015.tif"}  # by year'
