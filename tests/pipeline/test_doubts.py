"""What a plausible slip makes is asked about: a legend that is too coarse or another one, maps that are turned, people that jump."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from conftest import FIRST, NORTH, WEST, tiny_study, tiny_study_with_people, write_map, write_zones, zone
from tanheng.alike import together
from tanheng.errors import StudyError
from tanheng.inputs.plan import check_inputs
from tanheng.pipeline.check import check_file
from tanheng.pipeline.run import run_study
from tanheng.pipeline.stock import StockRequest, stock_of_maps
from tanheng.report.words.notes import CHECK, action_of
from tanheng.stages.land.doubtful_change import Period, disagreement_notes
from tanheng.study import load_study

DENSITIES = "class,above,below,soil,dead\n" + "".join(
    f"{name},5,2,60,1\n" for name in ("cropland", "forest", "grassland", "water", "unused", "built-up")
)


def with_legend(study: Path, legend: str, table: str) -> Path:
    (study.parent / "d.csv").write_text(table, encoding="utf-8")
    text = study.read_text(encoding="utf-8")
    text = text.replace('legend = "six-classes"', f'legend = "{legend}"').replace('"henan-six-classes"', '"d.csv"')
    study.write_text(text, encoding="utf-8")
    return study


def land(seed: int) -> np.ndarray:
    """Half forest above, half crops below, with some towns and ponds."""
    codes = np.where(np.arange(40)[:, None] < 20, 2, 1) * np.ones((40, 40), int)
    spots = np.random.default_rng(seed).random((40, 40))
    return np.where(spots > 0.95, 5, np.where(spots < 0.03, 4, codes))


def test_rows_of_densities_that_the_legend_counts_as_another_class_are_told(tmp_path: Path) -> None:
    study = with_legend(tiny_study(tmp_path), "clcd", DENSITIES + "shrub,8,3,40,1\norchard,8,3,40,1\n")
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, np.where(land(1) == 5, 8, np.where(land(2) == 4, 3, land(1))))
    found = [note for note in check_file(study).warnings if "not used" in note]
    assert len(found) == 2
    assert "code 3 (shrub) as 'forest'; is that so?" in found[0]
    assert 'codes = { 3 = "shrub" }' in found[0]
    assert "the legend gives no code to 'orchard'" in found[1]
    # Its own densities, as the message says.
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('legend = "clcd"', 'legend = "clcd"\ncodes = { 3 = "shrub" }'), encoding="utf-8")
    assert not any("(shrub)" in note for note in check_file(study).warnings)
    # A code that no map has is not told of.
    study.write_text(text, encoding="utf-8")
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, np.where(land(1) == 5, 8, land(1)))
    assert not any("(shrub)" in note for note in check_file(study).warnings)


def test_one_class_under_two_names_has_one_row(tmp_path: Path) -> None:
    study = with_legend(tiny_study(tmp_path), "six-classes", DENSITIES + "林地,8,3,40,1\n")
    with pytest.raises(StudyError, match="'林地' and 'forest' are one class"):
        check_file(study)


def test_a_legend_that_finds_no_crops_and_no_towns_is_asked_about(tmp_path: Path) -> None:
    """Maps of CLCD read by the legend of MODIS: every code is known there, as a forest of some kind."""
    study = tiny_study(tmp_path)
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, np.where(land(1) == 5, 8, land(1)))
    text = study.read_text(encoding="utf-8").replace('legend = "six-classes"', 'legend = "modis-igbp"')
    study.write_text(text, encoding="utf-8")
    found = [note for note in check_file(study).warnings if "no map has any" in note]
    assert len(found) == 1
    assert "no map has any cropland, built-up;" in found[0]
    assert "the maps have such land: clcd" in found[0]
    assert action_of(found[0]) == CHECK


def test_a_map_that_is_turned_over_is_asked_about(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    write_map(tmp_path / "a.tif", land(1))
    write_map(tmp_path / "b.tif", land(1)[::-1])
    found = [note for note in run_study(study).warnings if "agree little better than by chance" in note]
    assert len(found) == 1
    assert action_of(found[0]) == CHECK
    maps = (str(tmp_path / "a.tif"), str(tmp_path / "b.tif"))
    stock = stock_of_maps(StockRequest(maps, "henan-six-classes", (2000, 2010), "six-classes"), tmp_path / "out")
    assert any("agree little better than by chance" in note for note in stock.warnings)
    write_map(tmp_path / "b.tif", land(1))
    assert not any("by chance" in note for note in run_study(study).warnings)


def test_little_change_of_land_of_one_class_is_no_doubt() -> None:
    """Nearly all of it desert: agreement beyond chance is low, and 1 % changes."""
    moved = np.array([[9850.0, 60.0], [60.0, 30.0]])
    assert disagreement_notes(Period(2000, 2010, ("desert", "water"), moved)) == []


def test_maps_of_swapped_years_are_asked_about_without_a_study(tmp_path: Path) -> None:
    """Towns shrink from the first map to the second."""
    write_map(tmp_path / "late.tif", np.where(np.arange(40) < 12, 5, 1) * np.ones((40, 40), int))
    write_map(tmp_path / "early.tif", np.where(np.arange(40) < 8, 5, 1) * np.ones((40, 40), int))
    maps = (str(tmp_path / "late.tif"), str(tmp_path / "early.tif"))
    found = stock_of_maps(StockRequest(maps, "henan-six-classes", (2000, 2010), "six-classes"), tmp_path / "out")
    assert any("built-up (-33 %) change faster than is known" in note for note in found.warnings)


def test_people_that_jump_between_years_are_asked_about(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    write_map(tmp_path / "fewer.tif", np.full((3, 4), 5.0), dtype="float32", nodata=-1)
    maps = 'kind = "density"\nmaps = { 2000 = "people.tif", 2010 = "fewer.tif" }\n'
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('kind = "density"\nmap = "people.tif"\n', maps), encoding="utf-8")
    for notes in (check_file(study).warnings, run_study(study).warnings):
        found = [note for note in notes if "the population maps have" in note]
        assert len(found) == 1
        assert "in 2000 and" in found[0]
        assert action_of(found[0]) == CHECK


def test_a_check_asks_about_emissions_per_person_as_a_run_does(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    (tmp_path / "totals.csv").write_text("year,emissions,unit\n2000,0.1,t CO2\n2010,0.2,t CO2\n", encoding="utf-8")
    # Without a boundary a check counts the people of the whole grid, of which one cell has no land.
    for notes, each in ((check_file(study).warnings, "0.00044"), (run_study(study).warnings, "0.00046")):
        found = [note for note in notes if "t CO2 a person" in note]
        assert len(found) == 2
        assert found[0].startswith(f"emissions of 2000 are {each} t CO2 a person")
        assert action_of(found[0]) == CHECK


def test_zones_with_emissions_that_lie_elsewhere_are_named_at_the_check(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    shapes = [zone("a", "西部", WEST, NORTH - 3000, WEST + 4000, NORTH)]
    shapes += [zone("b", "东部", WEST + 90_000, NORTH - 3000, WEST + 94_000, NORTH)]
    write_zones(tmp_path / "zones.gpkg", shapes)
    rows = "year,zone,emissions,unit\n" + "".join(f"{y},{z},60,t C\n" for y in (2000, 2010) for z in ("a", "b"))
    (tmp_path / "totals.csv").write_text(rows, encoding="utf-8")
    text = study.read_text(encoding="utf-8").replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"')
    study.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=r"zones\.part: 东部 have emissions and no land in the region"):
        check_file(study)


def test_a_map_that_lies_elsewhere_is_told_at_the_check(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    write_map(tmp_path / "b.tif", FIRST, west=WEST + 400_000)
    with pytest.raises(StudyError, match=r"b\.tif: lies elsewhere"):
        check_file(study)


@pytest.mark.parametrize(
    ("setting", "rows", "words"),
    [
        ("totals", "year,sector,emissions,unit\n{y},industry,70,t CO2\n{y},合计,70,t CO2\n", "'合计' is called a sum"),
        (
            "totals",
            "year,sector,emissions,unit\n{y},生活消费,70,t CO2\n{y},城镇,40,t CO2\n{y},乡村,30,t CO2\n",
            "is called a sum",
        ),
        (
            "activity",
            "year,fuel,quantity,unit\n{y},原煤,10,t\n{y},无烟煤,4,t\n{y},烟煤,6,t\n",
            "raw coal of 2000 is the sum of",
        ),
    ],
)
def test_sums_beside_their_parts_are_asked_about(tiny_with_people: Path, setting: str, rows: str, words: str) -> None:
    head, *lines = rows.splitlines(keepends=True)
    table = head + "".join(line.format(y=year) for year in (2000, 2010) for line in lines)
    (tiny_with_people.parent / "sums.csv").write_text(table, encoding="utf-8")
    factors = 'factors = "china-gbt"\n' if setting == "activity" else ""
    text = tiny_with_people.read_text(encoding="utf-8")
    text = text.replace('totals = "totals.csv"\n', f'{setting} = "sums.csv"\n{factors}')
    tiny_with_people.write_text(text, encoding="utf-8")
    inputs = check_inputs(load_study(tiny_with_people), tiny_with_people.parent)
    assert any(words in text for text in inputs.warnings)


def test_maps_that_are_copies_are_asked_about() -> None:
    same = Period(2000, 2010, ("crop", "wood"), np.array([[60.0, 0.0], [0.0, 40.0]]))
    assert [note.partition(":")[0] for note in disagreement_notes(same)] == ["2000-2010"]
    assert "same map under two names" in disagreement_notes(same)[0]


def test_maps_of_another_year_by_their_name_are_asked_about(tiny_with_people: Path) -> None:
    """Swapped maps, and people of another year; a map that the study says to be borrowed is not asked about."""
    folder = tiny_with_people.parent
    text = (
        tiny_with_people.read_text(encoding="utf-8")
        .replace('"a.tif"', '"lc_2010.tif"')
        .replace('"b.tif"', '"lc_2000.tif"')
    )
    for old, new in (("a.tif", "lc_2010.tif"), ("b.tif", "lc_2000.tif")):
        (folder / old).rename(folder / new)
    for year in (2000, 2020):
        shutil.copy(folder / "people.tif", folder / f"pop{year}.tif")
    text = text.replace('map = "people.tif"', 'maps = { 2000 = "pop2000.tif", 2010 = "pop2020.tif" }')
    tiny_with_people.write_text(text, encoding="utf-8")
    found = [note for note in check_file(tiny_with_people).warnings if "year that it stands for" in note]
    assert [note.partition(";")[0] for note in found] == [
        "land_cover.maps: 2000 has 'lc_2010.tif', 2010 has 'lc_2000.tif'",
        "population.maps: 2010 has 'pop2020.tif'",
    ]
    tiny_with_people.write_text(text + "[data_years]\npopulation = { 2010 = 2020 }\n", encoding="utf-8")
    found = [note for note in check_file(tiny_with_people).warnings if "year that it stands for" in note]
    assert len(found) == 1


def test_people_who_live_in_other_places_are_asked_about(tiny_with_people: Path) -> None:
    folder = tiny_with_people.parent
    codes = np.ones((12, 12), int)
    people = 50.0 + 900.0 * np.exp(-np.hypot(*np.mgrid[0:12, 0:12]) / 3)
    for name in ("a.tif", "b.tif"):
        write_map(folder / name, codes)
    write_map(folder / "height.tif", people, dtype="float32", nodata=-1)
    text = tiny_with_people.read_text(encoding="utf-8")
    text = text.replace('map = "people.tif"', 'maps = { 2000 = "one.tif", 2010 = "two.tif" }')
    tiny_with_people.write_text(text, encoding="utf-8")
    write_map(folder / "one.tif", people, dtype="float32", nodata=-1)
    for later, asked in ((people * 1.2, False), (people[::-1], True)):
        write_map(folder / "two.tif", later, dtype="float32", nodata=-1)
        notes = run_study(tiny_with_people).warnings
        assert any("people live in other places (correlation of the cells" in note for note in notes) == asked


def test_cement_beyond_that_of_any_province_is_asked_about(tiny_with_people: Path) -> None:
    (tiny_with_people.parent / "activity.csv").write_text(
        "year,fuel,quantity,unit\n2000,raw coal,500,t\n2010,raw coal,600,t\n", encoding="utf-8"
    )
    text = tiny_with_people.read_text(encoding="utf-8").replace(
        'totals = "totals.csv"', 'activity = "activity.csv"\nfactors = "china-gbt"\nprocesses = "made.csv"'
    )
    tiny_with_people.write_text(text, encoding="utf-8")
    for tonnes, asked in ((300.0, False), (30_000.0, True)):
        rows = f"year,activity,quantity,unit\n2000,cement,100,t\n2010,cement,{tonnes},t\n"
        (tiny_with_people.parent / "made.csv").write_text(rows, encoding="utf-8")
        notes = check_file(tiny_with_people).warnings
        assert any("cement of 2010 is" in note and "more than any province makes" in note for note in notes) == asked


def test_units_that_are_wrong_in_many_rows_are_one_message(tiny_with_people: Path) -> None:
    rows = "".join(f"{year},s{number},5,万吨\n" for year in (2000, 2010) for number in range(4))
    (tiny_with_people.parent / "totals.csv").write_text(f"year,sector,emissions,unit\n{rows}", encoding="utf-8")
    with pytest.raises(StudyError) as raised:
        check_file(tiny_with_people)
    (line,) = together(raised.value.problems)
    assert "totals.csv: lines 2-9, column 'unit': '万吨' is not a unit" in line
