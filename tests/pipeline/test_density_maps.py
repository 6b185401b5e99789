"""Carbon densities from maps, by zone, and mixed with the table of classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import SINGLE, SMALL_MAPS, tiny_study_with_people, write_map
from tanheng.errors import StudyError
from tanheng.inputs.plan import check_inputs
from tanheng.pipeline.run import Results, run_study
from tanheng.study import load_study

#: Pixels of 250 m in cells of 1 km: 4 x 4 a cell; 1 is cropland, 2 forest.
FINE = np.kron(np.array([[1, 2], [2, 1]]), np.ones((4, 4), int))
FINE[0, :4] = 2  # a quarter of the first cell is forest

STUDY_250 = f"""
title = "Fine"
years = [2000, 2010]
{SMALL_MAPS}[grid]
resolution = 1000
[land_cover]
legend = "six-classes"
maps = {{ 2000 = "a.tif", 2010 = "b.tif" }}
[carbon_density]
table = "henan-six-classes"
"""


def run_with(
    folder: Path, entries: str, first: Any = FINE, last: Any = FINE, more: str = "", **rasters: Any
) -> Results:
    """Study of 2 x 2 cells with entries in [carbon_density], and rasters of values on the pixels of the land map."""
    write_map(folder / "a.tif", first, pixel=250.0)
    write_map(folder / "b.tif", last, pixel=250.0)
    for name, values in rasters.items():
        pixel = 250.0 * len(FINE) / len(values)
        write_map(folder / f"{name}.tif", values, pixel=pixel, dtype="float32", nodata=-1)
    study = folder / "study.toml"
    study.write_text(STUDY_250 + entries + "\n" + more, encoding="utf-8")
    return run_study(study)


def soil(**more: str) -> str:
    entries = {
        "pool": '"soil"',
        "map": '"soil.tif"',
        "quantity": '"carbon"',
        "units": '"t C ha-1"',
        "depth_cm": "100",
        "year": "2005",
    }
    return "[[carbon_density.maps]]\n" + "\n".join(f"{key} = {value}" for key, value in (entries | more).items())


def stocks(results: Results, year: int = 2000) -> Any:
    table = results.tables["stock_by_class"]
    return table[table["year"] == year].set_index("land_class")


def test_forest_takes_the_value_of_its_own_pixels(tmp_path: Path) -> None:
    # Forest pixels have 100, all others 50 t C/ha in the soil.
    values = np.where(FINE == 2, 100.0, 50.0)
    found = stocks(run_with(tmp_path, soil(), soil=values))
    # Forest: a quarter of a cell, and two cells: 225 ha; crops 175 ha.
    assert found.loc["forest", "soil_t_c"] == pytest.approx(225 * 100.0)
    assert found.loc["cropland", "soil_t_c"] == pytest.approx(175 * 50.0)
    # The other pools are those of the table: 20.92 t C/ha above ground.
    assert found.loc["forest", "above_t_c"] == pytest.approx(225 * 20.92)


def test_a_class_without_the_map_keeps_its_table(tmp_path: Path) -> None:
    found = stocks(run_with(tmp_path, soil(classes='["forest"]'), soil=np.full(FINE.shape, 100.0)))
    assert found.loc["forest", "soil_t_c"] == pytest.approx(225 * 100.0)
    assert found.loc["cropland", "soil_t_c"] == pytest.approx(175 * 58.2)


@pytest.mark.parametrize("size", [2, 8, 24])
def test_a_map_constant_over_a_class_is_the_table(tmp_path: Path, size: int) -> None:
    """Coarse as the cells, as the land map, and finer: to 1e-12."""
    values = np.full((size, size), np.float32(67.3))
    found = stocks(run_with(tmp_path, soil(classes='["forest"]'), soil=values))
    assert found.loc["forest", "soil_t_c"] == pytest.approx(225 * float(np.float32(67.3)), rel=1e-12)


def test_cells_sum_to_the_classes_and_transitions_to_the_change(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    last = FINE.copy()
    last[4:6, 4:6] = 2
    last[0, 0] = 0  # no data: the years do not cover the same land
    results = run_with(tmp_path, soil(), last=last, soil=rng.uniform(20, 120, FINE.shape))
    for year in (2000, 2010):
        cells = float(results.dataset["carbon_stock"].sel(year=year).sum())
        assert cells == pytest.approx(stocks(results, year)["stock_t_c"].sum(), rel=SINGLE)
    change = float(results.dataset["stock_change"].sum()) * 10
    assert results.tables["transitions"]["stock_change_t_c"].sum() == pytest.approx(change, rel=1e-5, abs=1.0)
    assert "mean density of each class" in results.tables["transitions"]["method"].iloc[0]


def test_dry_matter_is_turned_into_carbon_and_roots_follow(tmp_path: Path) -> None:
    entries = (
        '[[carbon_density.maps]]\npool = "above"\nmap = "soil.tif"\nquantity = "dry matter"\nunits = "t ha-1"\n'
        'classes = ["forest"]\nbelow_ratio = 0.25\nyear = 2005'
    )
    found = stocks(run_with(tmp_path, entries, soil=np.full(FINE.shape, 100.0)))
    # 100 t of dry matter are 47 t C above ground, a quarter of that below.
    assert found.loc["forest", "above_t_c"] == pytest.approx(225 * 47.0)
    assert found.loc["forest", "below_t_c"] == pytest.approx(225 * 11.75)


def test_units_of_a_map_are_turned(tmp_path: Path) -> None:
    found = stocks(run_with(tmp_path, soil(units='"kg C m-2"'), soil=np.full(FINE.shape, 7.0)))
    assert found.loc["forest", "soil_t_c"] == pytest.approx(225 * 70.0)


def test_standard_errors_reach_cells_and_totals(tmp_path: Path) -> None:
    maps = soil(standard_error='"error.tif"', error_correlation="1.0")
    results = run_with(tmp_path, maps, soil=np.full(FINE.shape, 80.0), error=np.full(FINE.shape, 10.0))
    row = results.tables["stock_uncertainty"].iloc[0]
    # 400 ha of 10 t C/ha that err alike: 1.96 * 4000; four independent cells of 100 ha: half of that.
    assert row["half_width_densities_alike_t_c"] == pytest.approx(1.96 * 4000.0, rel=1e-3)
    assert row["half_width_densities_independent_t_c"] == pytest.approx(1.96 * 2000.0, rel=1e-3)
    assert row["half_width_t_c"] == pytest.approx(1.96 * 4000.0, rel=1e-3)
    # The land does not change, and one map stands for both years: nothing is left of its error in the change.
    assert results.tables["stock_uncertainty"].iloc[2]["half_width_t_c"] == 0.0
    assert any("count as certain" in text for text in results.warnings)


def test_a_map_of_all_classes_adds_nothing_to_the_uncertainty_of_a_change(tmp_path: Path) -> None:
    """Its error is one of the place: land that goes from class to class keeps its soil."""
    last = FINE.copy()
    last[4:, 4:] = 2
    results = run_with(tmp_path, "uncertainty = { soil = 0.2 }\n" + soil(), last=last, soil=np.full(FINE.shape, 80.0))
    table = results.tables["stock_uncertainty"].set_index(["of", "to_year"])
    # 400 ha of 80 t C/ha, +- 20 %.
    assert table.loc[("stock", 2000), "half_width_t_c"] == pytest.approx(0.2 * 400 * 80)
    assert table.loc[("change", 2010), "half_width_t_c"] == pytest.approx(0.0, abs=1e-6)
    assert table.loc[("change", 2010), "value_t_c"] > 0


def test_land_without_a_value_takes_the_table_and_is_told(tmp_path: Path) -> None:
    values = np.full(FINE.shape, 100.0)
    values[:4, :4] = -1
    results = run_with(tmp_path, soil(), soil=values)
    # The first cell, of 75 ha crops and 25 ha forest, has the table's 58.2 and 67.3.
    assert stocks(results)["soil_t_c"].sum() == pytest.approx(300 * 100.0 + 75 * 58.2 + 25 * 67.3)
    assert any("no data on 25 % of the land" in text for text in results.warnings)


def test_gaps_of_a_map_are_as_uncertain_as_the_table(tmp_path: Path) -> None:
    values = np.full(FINE.shape, -1.0)
    values[0, 0] = 60.0
    halves = []
    for name, entries in (("plain", ""), ("mapped", soil())):
        folder = tmp_path / name
        folder.mkdir()
        results = run_with(folder, "uncertainty = 0.5\n" + entries, soil=values)
        halves.append(results.tables["stock_uncertainty"]["half_width_densities_alike_t_c"].iloc[0])
    # A map that says almost nothing makes the stock hardly surer: soil errs apart from the other pools now, and no less.
    assert halves[1] > 0.65 * halves[0]


def test_a_pool_of_the_place_does_not_change_with_the_class(tmp_path: Path) -> None:
    """Forest stands on rich soil; crops that become forest do not get it."""
    last = FINE.copy()
    last[4:, 4:] = 2
    results = run_with(tmp_path, soil() + "\n[flows]\n", last=last, soil=np.where(FINE == 2, 150.0, 50.0))
    table = results.tables["transitions"]
    gained = table[(table["from_class"] == "cropland") & (table["to_class"] == "forest")].iloc[0]
    # Above, below and dead: 82.65 - 8.61 t C/ha; the soil stays.
    assert gained["stock_change_t_c"] == pytest.approx(gained["area_km2"] * 100 * (82.65 - 8.61))
    flows = results.tables["stock_over_time"]["flow_soil_t_c_per_yr"]
    assert flows.abs().max() == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"depth_cm": "0"}, "depth_cm"),
        ({"units": '"g kg-1"'}, "a content in g/kg or kg/m3 is first multiplied by bulk density and depth"),
        ({"quantity": '"dry matter"'}, "organic matter is turned into carbon"),
        ({"units": '"kg C m-2"'}, "above 4000|more than any land is known to hold"),
        ({"standard_error": '"error.tif"'}, r"the standard error is larger than the density on 100 % of the pixels"),
        ({"classes": '["woods"]'}, "there is no class 'woods'"),
        ({"map": '"gone.tif"'}, "gone.tif"),
    ],
)
def test_a_wrong_map_is_refused(tmp_path: Path, entries: dict[str, str], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_with(tmp_path, soil(**entries), soil=np.full(FINE.shape, 800.0), error=np.full(FINE.shape, 900.0))


def test_an_error_that_looks_like_a_fraction_is_asked_about(tmp_path: Path) -> None:
    maps = soil(standard_error='"error.tif"')
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    fraction = run_with(tmp_path / "one", maps, soil=np.full(FINE.shape, 80.0), error=np.full(FINE.shape, 0.3))
    assert any("is it a fraction of the density" in text for text in fraction.warnings)
    amount = run_with(tmp_path / "other", maps, soil=np.full(FINE.shape, 80.0), error=np.full(FINE.shape, 24.0))
    assert not any("is it a fraction of the density" in text for text in amount.warnings)


def test_depth_and_two_maps_of_a_pool_are_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="how deep the soil of the map goes"):
        run_with(tmp_path, soil().replace("depth_cm = 100\n", ""), soil=np.full(FINE.shape, 80.0))
    with pytest.raises(StudyError, match="pool 'soil' has a map already"):
        run_with(tmp_path, soil() + "\n" + soil(classes='["forest"]'), soil=np.full(FINE.shape, 80.0))


def test_another_depth_than_the_tables_is_told(tmp_path: Path) -> None:
    results = run_with(tmp_path, soil(depth_cm="30", classes='["forest"]'), soil=np.full(FINE.shape, 80.0))
    assert any("soil to 30 cm in the map, to 100 cm in the table" in text for text in results.warnings)


ZONED = "class,zone,above,below,soil,dead\n" + "".join(
    f"{name},{where},{value},0,0,0\n"
    for where, value in (("a", 10), ("b", 20))
    for name in ("cropland", "forest", "grassland", "water", "built-up", "unused")
)


def zoned(folder: Path, table: str = ZONED) -> Results:
    """The small study with people: zone a is its western half, b its eastern one."""
    study = tiny_study_with_people(folder)
    (folder / "zoned.csv").write_text(table, encoding="utf-8")
    text = study.read_text(encoding="utf-8")
    label = next(line for line in text.splitlines() if line.startswith("[zones.")).removeprefix("[zones.").rstrip("]")
    study.write_text(
        text.replace('table = "henan-six-classes"', f'table = "zoned.csv"\nzones = "{label}"'), encoding="utf-8"
    )
    return run_study(study)


def test_densities_by_zone(tmp_path: Path) -> None:
    results = zoned(tmp_path)
    table = results.tables["stock_by_zone"].set_index(["year", "zone_id"])
    for zone_id, density in (("a", 10.0), ("b", 20.0)):
        assert table.loc[(2000, zone_id), "density_t_c_per_ha"] == pytest.approx(density)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",b,", ",c,", "zone\\(s\\) not in the layer"),
        ("unused,b,20,0,0,0\n", "", "does not have the same classes"),
        (",b,20", ",a,10", "appears twice"),
    ],
)
def test_wrong_zones_are_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        zoned(tmp_path, ZONED.replace(old, new))


def test_a_zone_without_densities_needs_a_row_for_all_others(tmp_path: Path) -> None:
    rows = [line for line in ZONED.splitlines() if ",b," not in line]
    with pytest.raises(StudyError, match=r"no densities for b of the layer .*; add rows, or rows with the zone '\*'"):
        zoned(tmp_path, "\n".join(rows))
    results = zoned(tmp_path, ZONED.replace(",b,", ",*,"))
    assert results.tables["stock_by_zone"].set_index(["year", "zone_id"]).loc[(2000, "b"), "density_t_c_per_ha"] == 20.0


def test_plans_take_the_means_of_classes(tmp_path: Path) -> None:
    results = run_with(tmp_path, soil(), soil=np.where(FINE == 2, 100.0, 50.0))
    density = results.dataset["carbon_density"].sel(year=2010, carbon_pool="soil")
    assert float(density.sel(land_class="forest")) == pytest.approx(100.0)
    # A class without land keeps the table's.
    assert float(density.sel(land_class="water")) == pytest.approx(62.1)


def test_a_soil_map_in_kilograms_and_a_depth_in_metres_are_slips(tiny_with_people: Path) -> None:
    write_map(tiny_with_people.parent / "soil.tif", np.full((3, 4), 6.0), dtype="float32", nodata=-1)
    soil = '"henan-six-classes"\nmaps = [{{ pool = "soil", map = "soil.tif", quantity = "carbon", units = "t ha-1", depth_cm = {} }}]'
    text = tiny_with_people.read_text(encoding="utf-8")
    tiny_with_people.write_text(text.replace('"henan-six-classes"', soil.format(100)), encoding="utf-8")
    inputs = check_inputs(load_study(tiny_with_people), tiny_with_people.parent)
    assert any("its mean is 6 t C/ha, which few lands hold" in note for note in inputs.warnings)
    tiny_with_people.write_text(text.replace('"henan-six-classes"', soil.format(0.3)), encoding="utf-8")
    with pytest.raises(StudyError, match=r"0\.3 cm is not a plausible soil depth"):
        load_study(tiny_with_people)
