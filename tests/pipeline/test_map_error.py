"""Errors of land maps in a study: areas, stock and change adjusted by samples, and what errors alone could make."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import NORTH, STUDY, WEST, tiny_study, write_map, write_zones, zone
from tanheng.errors import StudyError
from tanheng.pipeline.run import Results, run_study
from tanheng.report.words.key_figures import key_figures


def mapped(forest: int) -> np.ndarray:
    """10 x 10 km of crops with some forest."""
    codes = np.ones(100, int)
    codes[:forest] = 2
    return codes.reshape(10, 10)


def run_with(folder: Path, more: str, **tables: str) -> Results:
    """Study of crops and 30, later 40 km2 of forest, with entries in [land_cover]."""
    study = tiny_study(folder)
    write_map(folder / "a.tif", mapped(30))
    write_map(folder / "b.tif", mapped(40))
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    study.write_text(STUDY.replace("[carbon_density]", more + "\n[carbon_density]"), encoding="utf-8")
    return run_study(study)


#: Of 20 places mapped as crops 18 are crops, of 10 mapped as forest 8 are forest.
WIDE = "class,cropland,forest\ncropland,18,2\nforest,2,8\n"


def test_an_error_matrix_adjusts_areas_and_stock(tmp_path: Path) -> None:
    more = '[land_cover.map_error]\nsamples = { 2000 = "first.csv", 2010 = "last.csv" }'
    results = run_with(tmp_path, more, first=WIDE, last=WIDE)
    table = results.tables["map_accuracy"].set_index(["year", "land_class"])
    # 2000: forest 30 * 0.8 + 70 * 0.1 = 31 km2; 2010: 40 * 0.8 + 60 * 0.1 = 38 km2.
    assert table.loc[(2000, "forest"), "adjusted_area_km2"] == pytest.approx(31.0)
    assert table.loc[(2010, "forest"), "adjusted_area_km2"] == pytest.approx(38.0)
    # S^2 = 0.09 * 0.16 / 9 + 0.49 * 0.09 / 19 of the share, times 100 km2 and 1.96: 12.27 km2.
    assert table.loc[(2000, "forest"), "adjusted_half_width_km2"] == pytest.approx(12.27, abs=0.01)
    assert table.loc[(2000, "forest"), "users_accuracy"] == pytest.approx(0.8)
    stock = results.tables["stock_uncertainty"].set_index(["of", "to_year"])
    # Forest 149.95, crops 66.81 t C/ha: 3100 * 149.95 + 6900 * 66.81 = 925,834 t C.
    assert stock.loc[("stock", 2000), "adjusted_value_t_c"] == pytest.approx(925_834.0)
    # Seven km2 more of forest: 700 * (149.95 - 66.81) = 58,198 t C, where the maps say 83,140.
    assert stock.loc[("change", 2010), "adjusted_value_t_c"] == pytest.approx(58_198.0)
    assert stock.loc[("change", 2010), "value_t_c"] == pytest.approx(83_140.0)
    # Two classes: the half-width of the stock is that of the area times the difference of the densities.
    assert stock.loc[("stock", 2000), "half_width_map_error_t_c"] == pytest.approx(12.27e2 * 83.14, rel=1e-3)
    assert "half_width_densities_t_c" not in stock
    page = results.report.read_text(encoding="utf-8")
    assert "adjusted for map error" in page
    assert "from the errors of the maps alone" in page


def test_zones_are_adjusted_by_the_matrix_of_the_region(tmp_path: Path) -> None:
    """Columns 0 to 4 are the west; of the 30 km2 of forest in 2000, in the first three rows, each half has 15."""
    half = NORTH - 10_000
    zones = [
        zone("w", "west", WEST, half, WEST + 5000, NORTH),
        zone("e", "east", WEST + 5000, half, WEST + 10_000, NORTH - 3000),
    ]
    write_zones(tmp_path / "halves.gpkg", zones)
    more = '[zones.half]\nfile = "halves.gpkg"\nid = "code"\nname = "name"\n[land_cover]\n'
    samples = '[land_cover.map_error]\nsamples = { 2000 = "first.csv" }\n[carbon_density]'
    study = tiny_study(tmp_path)
    write_map(tmp_path / "a.tif", mapped(30))
    write_map(tmp_path / "b.tif", mapped(40))
    (tmp_path / "first.csv").write_text(WIDE, encoding="utf-8")
    study.write_text(STUDY.replace("[land_cover]\n", more).replace("[carbon_density]", samples), encoding="utf-8")
    results = run_study(study)
    table = results.tables["adjusted_area_by_zone"].set_index(["zone_id", "land_class"])
    # West: 15 of 50 km2 are mapped as forest: 15 * 0.8 + 35 * 0.1 = 15.5; the east below the forest has 35 km2 of crops: 3.5 of forest.
    assert table.loc[("w", "forest"), "adjusted_area_km2"] == pytest.approx(15.5)
    assert table.loc[("e", "forest"), "adjusted_area_km2"] == pytest.approx(3.5)
    # S = sqrt(15^2 * 0.16 / 9 + 35^2 * 0.09 / 19) = 3.13 km2, times 1.96.
    assert table.loc[("w", "forest"), "adjusted_half_width_km2"] == pytest.approx(
        1.96 * np.sqrt(15**2 * 0.16 / 9 + 35**2 * 0.09 / 19), rel=1e-3
    )
    by_class = table["adjusted_area_km2"].groupby("land_class").sum()
    assert by_class.sum() == pytest.approx(85.0)
    stock = results.tables["adjusted_stock_by_zone"].set_index("zone_id")
    assert stock.loc["w", "stock_t_c"] == pytest.approx(1500 * 149.95 + 3500 * 66.81)
    assert stock.loc["w", "adjusted_value_t_c"] == pytest.approx(1550 * 149.95 + 3450 * 66.81)
    assert stock.loc["e", "half_width_map_error_t_c"] == pytest.approx(
        100 * 83.14 * 1.96 * 35 * np.sqrt(0.09 / 19), rel=1e-3
    )
    # What lies in no zone is the rest of the region's adjusted area: 15 km2 of forest by the map, 12 by the matrix.
    whole = results.tables["map_accuracy"].set_index("land_class")["adjusted_area_km2"]
    assert whole["forest"] - by_class["forest"] == pytest.approx(12.0)


def test_a_matrix_the_other_way_round_is_told(tmp_path: Path) -> None:
    more = '[land_cover.map_error]\nsamples = { 2000 = "first.csv", 2010 = "last.csv" }'
    equal = "class,cropland,forest\ncropland,45,5\nforest,12,38\n"
    turned = "class,cropland,forest\ncropland,45,12\nforest,5,38\n"
    notes = [
        note for note in run_with(tmp_path, more, first=equal, last=turned).record["warnings"] if "transposed" in note
    ]
    assert [Path(note.split(": its columns")[0]).name for note in notes] == ["last.csv"]


def test_a_sample_of_the_change_adjusts_the_change(tmp_path: Path) -> None:
    rows = [
        "from_class,to_class,true_from,true_to,count",
        "cropland,forest,cropland,forest,6", "cropland,forest,cropland,cropland,4",
        "*,*,cropland,cropland,50", "*,*,forest,forest,49", "*,*,cropland,forest,1",
    ]  # fmt: skip
    more = '[land_cover.map_error]\nchange_samples = { 2000-2010 = "change.csv" }'
    results = run_with(tmp_path, more, change="\n".join(rows) + "\n")
    table = results.tables["change_accuracy"].set_index(["from_class", "to_class"])
    # 10 km2 mapped as new forest, 90 as anything else: 10 * 0.6 + 90 * 0.01 = 6.9 km2.
    assert table.loc[("cropland", "forest"), "adjusted_area_km2"] == pytest.approx(6.9)
    stock = results.tables["stock_uncertainty"].set_index("of")
    assert stock.loc["change", "adjusted_value_t_c"] == pytest.approx(690 * 83.14)
    assert results.tables["change_against_error"]["verdict"].tolist() == ["change is sampled"]


def test_published_accuracies_adjust_areas(tmp_path: Path) -> None:
    text = "class,users_accuracy,producers_accuracy,samples\ncropland,0.9,0.913043478,20\nforest,0.8,0.774193548,10\n"
    more = '[land_cover.map_error]\nsamples = { 2000 = "first.csv" }'
    results = run_with(tmp_path, more, first=text)
    assert "adjusted_area_by_zone" not in results.tables
    table = results.tables["map_accuracy"].set_index("land_class")
    assert table.loc["forest", "adjusted_area_km2"] == pytest.approx(31.0, rel=1e-6)


def test_the_adjusted_stock_leads_and_a_year_without_a_sample_has_no_map_error(tmp_path: Path) -> None:
    results = run_with(tmp_path, '[land_cover.map_error]\nsamples = { 2010 = "last.csv" }', last=WIDE)
    table = results.tables["stock_uncertainty"].set_index(["of", "to_year"])
    assert np.isnan(table.loc[("stock", 2000), "half_width_map_error_t_c"])
    assert np.isnan(table.loc[("change", 2010), "half_width_map_error_t_c"])
    figure = key_figures(results.tables)[0]
    assert figure.name == "carbon stored, 2010, adjusted for map error"
    # 38 and 62 km2: 3800 * 149.95 + 6200 * 66.81 = 984,032 t C.
    assert figure.value == "0.984"


def test_published_accuracies_without_samples_have_no_interval(tmp_path: Path) -> None:
    text = "class,users_accuracy,producers_accuracy\ncropland,0.9,0.913\nforest,0.8,0.774\n"
    study = '[land_cover.map_error]\nsamples = { 2000 = "first.csv", 2010 = "first.csv" }'
    assert run_with(tmp_path, study, first=text).report.exists()


def test_accuracies_of_other_land_are_refused(tmp_path: Path) -> None:
    text = "class,users_accuracy,producers_accuracy,samples\ncropland,0.9,0.5,20\nforest,0.8,0.5,10\n"
    with pytest.raises(StudyError, match="of the region before rescaling"):
        run_with(tmp_path, '[land_cover.map_error]\nsamples = { 2000 = "first.csv" }', first=text)


def test_what_errors_alone_could_make_is_told(tmp_path: Path) -> None:
    results = run_with(tmp_path, "[land_cover.map_error]\noverall_accuracy = { 2000 = 0.9, 2010 = 0.8 }")
    row = results.tables["change_against_error"].iloc[0]
    assert row.changed_share == pytest.approx(0.10)
    # 1 - 0.9 * 0.8 = 0.28
    assert row.share_by_error_alone == pytest.approx(0.28)
    assert row.verdict == "within what classification error could explain"
    page = results.report.read_text(encoding="utf-8")
    assert "could differ on up to 28 % by independent errors alone" in page


def test_a_sample_of_both_maps_is_an_accuracy_of_them(tmp_path: Path) -> None:
    text = "class,users_accuracy,producers_accuracy\ncropland,0.9,0.913\nforest,0.8,0.774\n"
    study = '[land_cover.map_error]\nsamples = { 2000 = "first.csv", 2010 = "first.csv" }'
    row = run_with(tmp_path, study, first=text).tables["change_against_error"].iloc[0]
    areas = run_with(tmp_path, study, first=text).tables["stock_by_class"].set_index(["year", "land_class"])["area_km2"]
    by_hand = [(0.9 * areas[y, "cropland"] + 0.8 * areas[y, "forest"]) / areas[y].sum() for y in (2000, 2010)]
    assert [row.accuracy_first, row.accuracy_last] == pytest.approx(by_hand)
    assert row.share_by_error_alone == pytest.approx(1 - by_hand[0] * by_hand[1])
    assert row.source == "first.csv"


def test_without_an_accuracy_the_one_that_explains_is_told(tmp_path: Path) -> None:
    results = run_with(tmp_path, "")
    # sqrt(1 - 0.1) = 0.949
    assert results.tables["change_against_error"]["accuracy_that_explains"].tolist() == [
        pytest.approx(0.9487, abs=1e-4)
    ]
    assert "two maps that are each 95 % accurate would differ as much" in results.report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("class,cropland,wood\ncropland,18,2\n", "there is no class 'wood'"),
        ("class,cropland,forest\ncropland,0.9,0.1\n", "write numbers of sample units, not shares"),
        (
            "class,cropland,forest\ncropland,18,2\nforest,0,1\n",
            "shows forest, with fewer than two sample units",
        ),
        ("class,cropland,forest\ncropland,0,0\n", "holds no places at all"),
        ("class,users_accuracy,producers_accuracy\ncropland,90,0.9\n", "write a share above 0 and up to 1"),
    ],
)
def test_a_wrong_error_matrix_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(StudyError, match=said) as caught:
        run_with(tmp_path, '[land_cover.map_error]\nsamples = { 2000 = "first.csv" }', first=text)
    assert "first.csv" in str(caught.value)


def test_land_in_no_stratum_is_refused(tmp_path: Path) -> None:
    text = "from_class,to_class,true_from,true_to,count\ncropland,forest,cropland,forest,6\n"
    with pytest.raises(StudyError, match=r"90\.0 km2 of the land lie in no stratum"):
        run_with(tmp_path, '[land_cover.map_error]\nchange_samples = { 2000-2010 = "change.csv" }', change=text)


def test_samples_of_other_years_are_refused(tmp_path: Path) -> None:
    more = '[land_cover.map_error]\nsamples = { 1990 = "first.csv" }\nchange_samples = { 1990-2000 = "change.csv" }'
    with pytest.raises(StudyError) as caught:
        run_with(tmp_path, more, first=WIDE)
    assert "1990 is none of the study's years" in str(caught.value)
    assert "'1990-2000' is not a period of the study" in str(caught.value)


def test_two_ways_to_say_the_same_error_are_refused(tmp_path: Path) -> None:
    more = 'area_uncertainty = { forest = 0.1 }\n[land_cover.map_error]\nsamples = { 2000 = "first.csv" }'
    with pytest.raises(StudyError, match="give either 'area_uncertainty' or samples"):
        run_with(tmp_path, more, first=WIDE)


@pytest.mark.parametrize(
    ("matrix", "said"),
    [
        ("class,cropland,forest\ncropland,90,10\nforest,20,80\n", "each class has 100 sample units"),
        ("class,cropland,forest\ncropland,61,6\nforest,7,26\n", "the table sums to 100"),
        (
            "class,cropland,forest\ncropland,180000,20000\nforest,20000,80000\n",
            "300,000 sample units; are these pixels",
        ),
    ],
)
def test_a_matrix_of_percentages_or_pixels_is_asked_about(tmp_path: Path, matrix: str, said: str) -> None:
    results = run_with(tmp_path, '[land_cover.map_error]\nsamples = { 2000 = "first.csv" }', first=matrix)
    assert any(said in text for text in results.warnings)
