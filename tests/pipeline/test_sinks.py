"""Yearly uptake: a built-in table, net ecosystem production, and net primary production less respiration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import FIRST, SINGLE, tiny_study_with_people, write_map
from tanheng.accounting.flows.respiration import year_of_respiration
from tanheng.errors import StudyError
from tanheng.pipeline.run import Results, run_study


def run_with(folder: Path, entries: str, *, npp: float = 800.0, **tables: str) -> Results:
    """Small study with production of 800 g C/m2 a year, and months of 10 degrees and 50 mm."""
    study = tiny_study_with_people(folder)
    write_map(folder / "npp.tif", np.full((3, 4), npp), dtype="float32", nodata=-1)
    spoilt = tables.pop("spoilt", "")
    for name, value in (("warm", 10.0), ("wet", 50.0)):
        months = np.full((12, 3, 4), 5000.0 if name == spoilt else value)
        write_map(folder / f"{name}.tif", months, dtype="float32", nodata=-9999)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    text = study.read_text(encoding="utf-8")
    head = text.split("[balance]")[0] if "[balance]" in text else text
    study.write_text(head + '\n[balance]\nmode = "sink"\n' + entries, encoding="utf-8")
    return run_study(study)


def npp(respiration: str, more: str = "") -> str:
    return f'npp = {{ map = "npp.tif", units = "g C m-2 yr-1", respiration = {respiration}{more} }}\n'


#: Hectares of the first map that are not crops: 3 forest, 1 grassland, 1 water, 1 built-up of 100 ha each.
NO_CROPS = 600.0


def supply(results: Results, year: int = 2000) -> float:
    return float(results.tables["balance"].set_index("year").loc[year, "supply_t_c_per_yr"])


def test_a_share_of_production_is_respired_and_crops_are_no_sink(tmp_path: Path) -> None:
    results = run_with(tmp_path, npp("{ share = 0.5 }"))
    # 800 g C/m2 are 8 t C/ha; half of it is respired; crops (500 ha) are left out.
    assert supply(results) == pytest.approx(NO_CROPS * 4.0, rel=SINGLE)
    assert np.isnan(results.dataset["supply"].sel(year=2000).values[2, 3]) == (FIRST[2][3] == 0)
    page = results.report.read_text(encoding="utf-8")
    assert "less heterotrophic respiration (taken as 0.5 of it)" in page


def test_crops_count_where_the_study_says_so(tmp_path: Path) -> None:
    results = run_with(tmp_path, npp("{ share = 0.5 }") + "returning = []\n")
    assert supply(results) == pytest.approx(1100 * 4.0, rel=SINGLE)


def test_respiration_by_class(tmp_path: Path) -> None:
    rows = "class,respiration\n" + "".join(
        f"{name},3\n" for name in ("cropland", "grassland", "water", "built-up", "unused")
    )
    results = run_with(tmp_path, npp('{ table = "rh.csv" }'), rh=rows + "forest,5\n")
    assert supply(results) == pytest.approx(300 * (8 - 5) + 300 * (8 - 3), rel=1e-6)


def test_respiration_by_a_model_of_climate(tmp_path: Path) -> None:
    results = run_with(tmp_path, npp('{ model = "pei-2010", temperature = "warm.tif", precipitation = "wet.tif" }'))
    # 16.285 g C/m2 a month at 10 degrees and 50 mm: 195.4 g C/m2 or 1.954 t C/ha a year.
    assert float(year_of_respiration([np.array(10.0)] * 12, [np.array(50.0)] * 12)) == pytest.approx(
        12 * 16.285, abs=0.01
    )
    assert supply(results) == pytest.approx(NO_CROPS * (8 - 1.9542), rel=1e-4)


def test_land_without_production_takes_up_nothing(tmp_path: Path) -> None:
    """Half of a cell is town, where production has no value: the forest beside it does not stand in for it."""
    study = tiny_study_with_people(tmp_path)
    codes = np.tile([2, 2, 5, 5], (6, 3))
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, codes, pixel=500.0)
    write_map(tmp_path / "npp.tif", np.where(codes == 2, 1000.0, 32761.0), pixel=500.0, dtype="float32", nodata=-1)
    text = study.read_text(encoding="utf-8")
    study.write_text(
        text
        + '\n[grid]\nresolution = 2000\n[balance]\nmode = "sink"\n'
        + npp("{ share = 0.5 }", ", valid_max = 32700"),
        encoding="utf-8",
    )
    results = run_study(study)
    forest = float((codes == 2).sum()) * 25.0
    assert supply(results) == pytest.approx(forest * 5.0, rel=1e-5)
    assert any("production has no value on" in text for text in results.warnings)


def test_a_gap_lies_on_towns_before_it_lies_on_land_that_grows(tmp_path: Path) -> None:
    """Of each cell a half is crops, whose uptake returns, 0.3 town without a value, and 0.2 forest, which keeps all of its uptake."""
    study = tiny_study_with_people(tmp_path)
    codes = np.tile(np.repeat([1, 5, 2], [5, 3, 2]), (30, 4))
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, codes, pixel=100.0)
    write_map(tmp_path / "npp.tif", np.where(codes == 5, 65533.0, 500.0), pixel=100.0, dtype="float32", nodata=-1)
    given = npp("{ share = 0.5 }", ", valid_max = 32700")
    study.write_text(study.read_text(encoding="utf-8") + f'\n[balance]\nmode = "sink"\n{given}', encoding="utf-8")
    results = run_study(study)
    # 12 cells of 20 ha of forest, 5 t C/ha of which a half is respired; 12 cells with 0.3 km2 of town.
    assert supply(results) == pytest.approx(12 * 20 * 2.5, rel=1e-5)
    assert any("production has no value on 4 km2" in text for text in results.warnings)


@pytest.mark.parametrize("spoilt", ["warm", "wet"])
def test_a_climate_in_other_units_is_refused(tmp_path: Path, spoilt: str) -> None:
    entry = npp('{ model = "pei-2010", temperature = "warm.tif", precipitation = "wet.tif" }')
    with pytest.raises(StudyError, match="is it in tenths, in kelvin"):
        run_with(tmp_path, entry, spoilt=spoilt)


def test_a_built_in_table(tmp_path: Path) -> None:
    results = run_with(tmp_path, 'uptake = "china-vegetation"\n')
    assert supply(results) == pytest.approx(300 * 0.58 + 100 * 0.021 + 100 * 0.248)


def test_net_ecosystem_production_of_crops_is_told(tmp_path: Path) -> None:
    results = run_with(tmp_path, 'nep = { map = "npp.tif" }\n', npp=100.0)
    assert supply(results) == pytest.approx(1100 * 1.0, rel=SINGLE)
    assert any("what crops fix returns within the year" in text for text in results.warnings)


def test_numbers_that_mean_no_data_are_left_out(tmp_path: Path) -> None:
    more = ", valid_max = 900"
    with pytest.raises(StudyError, match="more than vegetation is known to fix"):
        run_with(tmp_path, npp("{ share = 0.5 }"), npp=32762.0)
    results = run_with(tmp_path, npp("{ share = 0.5 }", more))
    assert supply(results) == pytest.approx(NO_CROPS * 4.0, rel=SINGLE)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ('npp = { map = "npp.tif", units = "g C m-2 yr-1" }', "respiration"),
        (npp("{ share = 0.5, table = 'x.csv' }"), "name one of 'share', 'table' and 'model'"),
        (npp("{ model = 'pei-2010' }"), "rasters of twelve months"),
        (npp("{ share = 0.5 }").replace("g C m-2 yr-1", "g m-2"), "g m-2"),
        (npp("{ share = 0.5 }") + "returning = ['crops']\n", "there is no class 'crops'"),
        (npp("{ table = 'rh.csv' }"), "no row for class"),
        ('uptake = "china-vegetation"\nreturning = ["cropland"]\n', "in a table such classes take up 0"),
    ],
)
def test_wrong_production_is_refused(tmp_path: Path, entries: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_with(tmp_path, entries, rh="class,respiration\nforest,1\n")


def test_production_in_another_mode_is_refused(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    study.write_text(
        study.read_text(encoding="utf-8") + '\n[balance]\nmode = "stock"\n' + npp("{ share = 0.5 }"), encoding="utf-8"
    )
    with pytest.raises(StudyError, match="belong to mode 'sink'"):
        run_study(study)


def test_rates_that_are_uncertain_give_intervals_to_region_zones_and_cells(tmp_path: Path) -> None:
    rows = "class,uptake\ncropland,0\nforest,2\ngrassland,1\nwater,0\nbuilt-up,0\nunused,0\n"
    uncertain = (
        'uptake = "rates.csv"\nuptake_uncertainty = { forest = 0.5, grassland = 0.4 }\nuptake_correlation = 0.5\n'
    )
    results = run_with(tmp_path, uncertain, rates=rows)
    # 300 ha of forest at 2 t C/ha to 50 % err by 300 t C, 100 ha of grassland at 1 to 40 % by 40; half of it together:
    # 0.5 (300^2 + 40^2) + 0.5 (300 + 40)^2 = 103,600.
    region = results.tables["balance"].set_index("year").loc[2000]
    assert region["supply_half_width_t_c_per_yr"] == pytest.approx(np.sqrt(103_600), rel=1e-9)
    zones = results.tables["balance_by_zone"]
    held = zones[zones["year"] == 2000].set_index("zone_id")
    # The halves of the zones are of the same two rates: with one class in a zone it errs by that class alone.
    assert (held["supply_half_width_t_c_per_yr"] >= 0).all()
    half = results.dataset["supply_half_width"].sel(year=2000).values
    forest = np.asarray(FIRST) == 2
    np.testing.assert_allclose(half[forest], 100.0, rtol=SINGLE)


def test_a_map_errs_alike_everywhere(tmp_path: Path) -> None:
    entries = npp("{ share = 0.5 }") + "uptake_uncertainty = 0.3\n"
    region = run_with(tmp_path, entries).tables["balance"].set_index("year").loc[2000]
    assert region["supply_half_width_t_c_per_yr"] == pytest.approx(0.3 * NO_CROPS * 4.0, rel=1e-6)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (npp("{ share = 0.5 }") + "uptake_uncertainty = { forest = 0.3 }\n", "needs 'uptake', a table by class"),
        ('uptake = "china-vegetation"\nuptake_uncertainty = { forrest = 0.3 }\n', "there is no class 'forrest'"),
    ],
)
def test_uncertainty_that_does_not_fit_is_refused(tmp_path: Path, entries: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_with(tmp_path, entries)


def test_respiration_by_class_is_of_the_land_that_production_is_of(tmp_path: Path) -> None:
    """A cell of half forest, half town without a value: the town respires nothing, and thins out nothing."""
    rows = "class,respiration\nforest,4\nbuilt-up,0\n" + "".join(
        f"{name},1\n" for name in ("cropland", "grassland", "water", "unused")
    )
    study = tiny_study_with_people(tmp_path)
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, np.tile([2, 5], (6, 4)), pixel=500.0)
    production = np.where(np.arange(8) % 2 == 0, 600.0, -1.0)
    write_map(tmp_path / "npp.tif", np.tile(production, (6, 1)), pixel=500.0, dtype="float32", nodata=-1)
    (tmp_path / "resp.csv").write_text(rows, encoding="utf-8")
    entries = '\n[balance]\nmode = "sink"\n' + npp('{ table = "resp.csv" }')
    study.write_text(study.read_text(encoding="utf-8") + entries, encoding="utf-8")
    # 12 cells of 100 ha, half of each forest: 600 ha x (6 - 4) t C/ha.
    assert supply(run_study(study)) == pytest.approx(1200.0, rel=SINGLE)


def test_rates_have_the_unit_of_their_column_and_a_ceiling(tmp_path: Path) -> None:
    classes = ("cropland", "forest", "grassland", "water", "built-up", "unused")
    rates = {name: 58.0 if name == "forest" else 0.0 for name in classes}
    table = "class,uptake,unit\n" + "".join(f"{name},{rate},g C m-2 yr-1\n" for name, rate in rates.items())
    # 58 g C/m2 are 0.58 t C/ha, on 300 ha of forest.
    assert supply(run_with(tmp_path, 'uptake = "rates.csv"\n', rates=table)) == pytest.approx(174.0)
    with pytest.raises(StudyError, match="58 t C/ha a year is more than vegetation is known to fix"):
        run_with(tmp_path, 'uptake = "rates.csv"\n', rates=table.replace("g C m-2 yr-1", "t C ha-1 yr-1"))
    with pytest.raises(StudyError, match="lowest value is -9998"):
        run_with(tmp_path, 'nep = { map = "npp.tif" }\n', npp=-9998.0)


def test_classes_of_a_cell_have_the_production_of_their_own_pixels(tmp_path: Path) -> None:
    """Half of each cell is forest that fixes 10 t C/ha, half crops that fix 4 and whose uptake returns: the forest does not take the mean of 7."""
    study = tiny_study_with_people(tmp_path)
    codes = np.tile([2, 1], (6, 4))
    for name in ("a.tif", "b.tif"):
        write_map(tmp_path / name, codes, pixel=500.0)
    production = np.where(codes == 2, 1000.0, 400.0)
    production[0, 0] = -1.0  # a quarter of the first cell: half of its forest
    write_map(tmp_path / "npp.tif", production, pixel=500.0, dtype="float32", nodata=-1)
    given = '\n[balance]\nmode = "sink"\n' + npp("{ share = 0.5 }")
    study.write_text(study.read_text(encoding="utf-8") + given, encoding="utf-8")
    results = run_study(study)
    uptake = results.dataset["supply"].sel(year=2000).values
    assert uptake[0] == pytest.approx([25 * 5.0, 50 * 5.0, 50 * 5.0, 50 * 5.0], rel=SINGLE)


def test_production_of_a_desert_is_asked_about(tmp_path: Path) -> None:
    desert = run_with(tmp_path, npp("{ share = 0.5 }"), npp=80.0)
    assert any("highest value is 0.8 t C/ha a year, no more than deserts fix" in text for text in desert.warnings)


def test_fill_numbers_of_modis_are_refused_where_no_limit_is_given(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    values = np.full((3, 4), 5000.0)
    values[0, 0] = 32766.0
    write_map(tmp_path / "npp.tif", values, dtype="int16", nodata=-1)
    text = study.read_text(encoding="utf-8") + '\n[balance]\nmode = "sink"\n'
    given = npp("{ share = 0.5 }").replace("g C m-2", "0.1 g C m-2")
    study.write_text(text + given, encoding="utf-8")
    with pytest.raises(StudyError, match=r"1 of the pixels read have a number from 32761 to 32767.*valid_max = 32700"):
        run_study(study)
    study.write_text(
        text + npp("{ share = 0.5 }", ", valid_max = 32700").replace("g C m-2", "0.1 g C m-2"), encoding="utf-8"
    )
    assert not any("MODIS" in note for note in run_study(study).warnings)


def asked(results: Results, words: str) -> bool:
    return any(words in text for text in results.warnings)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.1, "no value is above 0.001 t C/ha a year"),
        (400.0, "its mean is 4 t C/ha a year, more than the most productive forests"),
        (100.0, ""),
        (-100.0, ""),
    ],
)
def test_net_ecosystem_production_that_no_region_has_is_asked_about(tmp_path: Path, value: float, words: str) -> None:
    results = run_with(tmp_path, 'returning = []\nnep = { map = "npp.tif" }\n', npp=value)
    questions = ("no value is above", "more than the most productive forests")
    assert [asked(results, words)] == [True] if words else not any(asked(results, text) for text in questions)


def test_gross_production_and_a_strange_share_are_asked_about(tmp_path: Path) -> None:
    results = run_with(tmp_path, npp("{ share = 0.05 }"), npp=1500.0)
    assert asked(results, "its mean is 15 t C/ha a year, more than tropical forests fix (12.5)")
    assert asked(results, "share = 0.05: heterotrophs respire about half")


def test_two_years_of_other_units_are_asked_about(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    for name, value in (("one.tif", 300.0), ("two.tif", 1000.0)):
        write_map(tmp_path / name, np.full((3, 4), value), dtype="float32", nodata=-1)
    maps = 'maps = { 2000 = "one.tif", 2010 = "two.tif" }'
    given = '\n[balance]\nmode = "sink"\n' + npp("{ share = 0.5 }").replace('map = "npp.tif"', maps)
    study.write_text(study.read_text(encoding="utf-8") + given, encoding="utf-8")
    assert asked(run_study(study), "mean production is 3 and 10 t C/ha a year; are both maps of the same product")


@pytest.mark.parametrize(
    ("forest", "words"),
    [
        (21.0, "an uptake of 21 t C/ha a year is more than forests keep up"),
        (-0.58, "so it is a source; is the sign right?"),
        (0.058, "no class takes up more than 0.058 t C/ha a year"),
    ],
)
def test_rates_that_no_forest_has_are_asked_about(tmp_path: Path, forest: float, words: str) -> None:
    classes = ("cropland", "forest", "grassland", "water", "built-up", "unused")
    table = "class,uptake\n" + "".join(f"{name},{forest if name == 'forest' else 0.0}\n" for name in classes)
    assert asked(run_with(tmp_path, 'uptake = "rates.csv"\n', rates=table), words)


def test_rates_have_the_unit_of_their_heading(tmp_path: Path) -> None:
    classes = ("cropland", "forest", "grassland", "water", "built-up", "unused")
    rows = "".join(f"{name},{58.0 if name == 'forest' else 0.0}\n" for name in classes)
    for heading, uptake in (("uptake (g C/m2/yr)", 174.0), ("uptake（g C m-2 yr-1）", 174.0)):
        rates = f"class,{heading}\n{rows}"
        assert supply(run_with(tmp_path, 'uptake = "rates.csv"\n', rates=rates)) == pytest.approx(uptake)
    with pytest.raises(StudyError, match=r"rates\.csv"):
        run_with(tmp_path, 'uptake = "rates.csv"\n', rates=f"class,uptake (kg)\n{rows}")
