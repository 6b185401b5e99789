"""Densities that are off by a factor are refused or told, and a table of one region is not taken for another in silence."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from conftest import tiny_study, write_map
from tanheng.errors import StudyError
from tanheng.factors import carbon_densities_from
from tanheng.factors.densities import CarbonDensities
from tanheng.factors.density_ranges import density_ranges, strange_densities
from tanheng.pipeline.run import run_study

HENAN = carbon_densities_from("henan-six-classes").values


def times(factor: float, *, soil: bool = True) -> CarbonDensities:
    values = {
        name: {pool: value * factor * (soil or pool != "soil") for pool, value in pools.items()}
        for name, pools in HENAN.items()
    }
    return CarbonDensities("d.csv", values)


def written(path: Path, factor: float) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(["class", "above", "below", "soil", "dead"])
        rows.writerows([name, *pools.values()] for name, pools in times(factor).values.items())
    return path


def test_every_range_has_a_source() -> None:
    assert all(item.source for item in density_ranges().values())


def test_of_the_table_of_henan_the_dead_matter_of_forest_alone_is_unusual() -> None:
    """54.2 t C/ha beside 28.45 of living biomass: it makes most of the gain of a plan, so a reader must look at it."""
    found = strange_densities(times(1.0))
    assert found.impossible == []
    assert len(found.unusual) == 1
    assert "dead organic matter of 54.2 t C/ha is more than the living biomass of 28.45" in found.unusual[0]


def test_densities_a_hundred_times_off_are_impossible() -> None:
    found = strange_densities(times(100.0))
    assert any("'cropland', soil: 5820 t C/ha is above 3000" in text for text in found.impossible)
    assert any("'forest', dead organic matter: 5420 t C/ha is above 1000" in text for text in found.impossible)


def test_without_soil_they_are_told_by_what_each_class_can_hold() -> None:
    found = strange_densities(times(100.0, soil=False))
    assert any("'cropland', above ground: 485 t C/ha is above 30" in text for text in found.unusual)


def test_densities_a_tenth_of_what_they_are_are_told_once() -> None:
    found = strange_densities(times(0.1))
    assert found.impossible == []
    assert len([text for text in found.unusual if "1 kg C/m2 is 10 t C/ha" in text]) == 1


def test_densities_in_carbon_dioxide_are_asked_about() -> None:
    found = strange_densities(times(44 / 12))
    soils = [text for text in found.unusual if "soil: " in text and "1 t CO2 0.27 t C" in text]
    assert ["cropland" in soils[0], len(soils)] == [True, 3]
    assert "'cropland', soil: 213.4 t C/ha is above 190" in soils[0]


def test_a_study_with_impossible_densities_is_refused_unless_it_says_that_they_are_right(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    written(tmp_path / "d.csv", 100.0)
    text = study.read_text(encoding="utf-8").replace("henan-six-classes", "d.csv")
    study.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match="more than any land is known to hold"):
        run_study(study)
    study.write_text(text.replace('"d.csv"', '"d.csv"\naccept_unusual = true'), encoding="utf-8")
    assert run_study(study).warnings == ()


def test_a_study_with_a_tenth_of_the_densities_says_so(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    written(tmp_path / "d.csv", 0.1)
    text = study.read_text(encoding="utf-8").replace("henan-six-classes", "d.csv")
    study.write_text(text, encoding="utf-8")
    assert any("is below 10, the least of the reference stocks" in text for text in run_study(study).warnings)


def test_densities_of_henan_elsewhere_are_told(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    assert not any("for Henan Province only" in text for text in run_study(study).warnings)
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, [[1, 2], [2, 1]], west=-500_000.0)
    assert any("for Henan Province only, and the study lies elsewhere" in text for text in run_study(study).warnings)


def test_forests_with_exchanged_columns_or_rows_are_asked_about() -> None:
    forest = {"above": 52.0, "below": 13.0, "soil": 130.0, "dead": 6.0}
    crops = {"above": 5.0, "below": 1.2, "soil": 95.0, "dead": 1.0}
    good = CarbonDensities("a.csv", {"forest": forest, "cropland": crops})
    assert strange_densities(good).unusual == []
    turned = CarbonDensities("a.csv", {"forest": forest | {"above": 13.0, "below": 52.0}, "cropland": crops})
    assert ["more biomass below ground than above" in text for text in strange_densities(turned).unusual] == [True]
    exchanged = CarbonDensities("a.csv", {"forest": crops, "cropland": forest})
    assert any("holds less carbon than cropland" in text for text in strange_densities(exchanged).unusual)


FOREST = {"above": 52.0, "below": 13.0, "soil": 130.0, "dead": 6.0}
CROPS = {"above": 5.0, "below": 1.2, "soil": 95.0, "dead": 1.0}


@pytest.mark.parametrize(
    ("forest", "crops", "words"),
    [
        ({"above": 520.0}, {}, "'forest', above ground: 520 t C/ha is above 310"),
        ({"soil": 13.0}, {}, "'forest', soil: 13 t C/ha is below 19"),
        ({}, {"above": 50.0}, "'cropland', above ground: 50 t C/ha is above 30"),
        ({"above": 4.0, "below": 1.0}, {}, "forest: less biomass than cropland or grassland"),
        ({}, {"soil": 9.0}, "'cropland', soil: 9 t C/ha is below 10"),
        ({}, {}, ""),
    ],
)
def test_slips_in_one_row_are_asked_about(forest: dict[str, float], crops: dict[str, float], words: str) -> None:
    found = strange_densities(CarbonDensities("a.csv", {"forest": FOREST | forest, "cropland": CROPS | crops})).unusual
    assert any(words in text for text in found) if words else found == []


def test_towns_that_hold_more_than_fields_are_asked_about() -> None:
    towns = {"above": 1.0, "below": 0.2, "soil": 50.0, "dead": 0.0}
    table = {"forest": FOREST, "cropland": CROPS, "built-up": towns}
    assert strange_densities(CarbonDensities("a.csv", table)).unusual == []
    turned = strange_densities(
        CarbonDensities("a.csv", {"forest": FOREST, "cropland": towns, "built-up": CROPS})
    ).unusual
    assert ["built-up: holds more carbon than cropland" in text for text in turned] == [True]


def test_tables_of_two_depths_are_asked_about(tmp_path: Path) -> None:
    """The soil of all classes is a third in the second table; the note on the change says how much of it is of the tables."""
    study = tiny_study(tmp_path)
    for name, soil in (("one.csv", 1.0), ("two.csv", 1 / 3)):
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            rows.writerow(["class", "above", "below", "soil", "dead"])
            rows.writerows(
                [land, pools["above"], pools["below"], pools["soil"] * soil, pools["dead"]]
                for land, pools in HENAN.items()
            )
    text = study.read_text(encoding="utf-8")
    study.write_text(
        text.replace('table = "henan-six-classes"', 'tables = { 2000 = "one.csv", 2010 = "two.csv" }'), encoding="utf-8"
    )
    results = run_study(study)
    assert any("soil of all classes is 0.333 times as much in 2010 as in 2000" in note for note in results.warnings)
    moved = results.tables["transitions"]
    same = moved.loc[moved["from_class"] == moved["to_class"], "stock_change_t_c"].sum()
    assert same < -1000
    assert any(f"{same:+,.0f} t C are on land that stays in its class" in note for note in results.warnings)
