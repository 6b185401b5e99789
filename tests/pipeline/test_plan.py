"""`tanheng plan`: from a study to tables, grids, maps and words; and what it says of bad input."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio

from conftest import CARBON_AND_PEOPLE, WEST, write_map, write_zones, zone
from tanheng.errors import InputError, StudyError
from tanheng.inputs.plan import check_inputs
from tanheng.io.results.folder import MARK
from tanheng.pipeline.freshness import plan_changes
from tanheng.pipeline.plan import Planned, plan_study
from tanheng.pipeline.run import run_study
from tanheng.planning.solve import InfeasibleError
from tanheng.report.words.plan_sentences import plan_paragraph, zoning_reasons
from tanheng.report.workbook.check_sheet import OK
from tanheng.report.workbook.table_sheets import HEAD
from tanheng.stages.planning.compensation import _payment
from tanheng.study import Plan, load_study
from tanheng.tables.columns import _KNOWN, _OF_TABLE, holds_words

TOP = 3_900_000.0
CLASSES = ("cropland", "forest", "grassland", "water", "built-up", "unused")
SIZE = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Maps, zones, people and tables of a study of 16 x 16 cells."""
    folder = tmp_path_factory.mktemp("planned")
    codes = np.ones((SIZE, SIZE), int)
    codes[:5, :5] = 2
    codes[6:8] = 3
    codes[12:, 12:] = 5
    codes[0, 12:14] = 4
    later = codes.copy()
    later[11, 12:] = 5
    later[5, 0] = 2
    write_map(folder / "a.tif", codes)
    write_map(folder / "b.tif", later)
    people = 40 + 900 * np.exp(-np.hypot(*np.mgrid[-13:3, -13:3]) / 4)
    write_map(folder / "people.tif", people, dtype="float32", nodata=-1)
    write_map(folder / "slope.tif", np.tile(np.arange(SIZE) * 2.0, (SIZE, 1)), dtype="float32", nodata=-1)
    (folder / "totals.csv").write_text("year,emissions,unit\n2000,100000,t CO2\n2010,300000,t CO2\n", encoding="utf-8")
    half = WEST + 8000
    write_zones(
        folder / "zones.gpkg",
        [zone("w", "西区", WEST, TOP - 16000, half, TOP), zone("e", "东区", half, TOP - 16000, WEST + 16000, TOP)],
    )
    write_zones(folder / "park.gpkg", [zone("p", "park", WEST + 5000, TOP - 5000, WEST + 8000, TOP)])
    (folder / "costs.csv").write_text("from,to,cost\ncropland,forest,3000\ngrassland,forest,1000\n", encoding="utf-8")
    (folder / "values.csv").write_text(
        "class,crop_output\ncropland,6\nforest,0\ngrassland,1\nwater,0\nbuilt-up,0\nunused,0\n", encoding="utf-8"
    )
    (folder / "gdp.csv").write_text("zone,value\nw,10\ne,90\n", encoding="utf-8")
    return folder


BASE = (
    """
title = "Planned"
years = [2000, 2010]
[zones.part]
file = "zones.gpkg"
id = "code"
name = "name"
[land_cover]
legend = "six-classes"
maps = { 2000 = "a.tif", 2010 = "b.tif" }
"""
    + CARBON_AND_PEOPLE
    + """[drivers.gdp]
table = "gdp.csv"
zones = "part"
[economy]
driver = "gdp"
kind = "density"
[plan]
draws = 10
pareto = "crop_output"
pareto_points = 5
values = "values.csv"
costs = "costs.csv"
budget = 6000000
currency = "yuan"
compensation = "part"
price = 50
protected = [{ file = "park.gpkg" }]
fit = [{ class = "forest", file = "slope.tif", at_most = 25 }]
limits = [
    { class = "cropland", at_least = 0.8 },
    { class = "cropland", at_least = 0.7, zones = "part" },
    { class = "built-up", at_most = 1.1 },
    { class = "grassland", at_least_km2 = 30, zones = "part", zone = "西区", at_most_km2 = 40 },
]
carbon = [{ at_least = 1.0, zones = "part" }]
"""
)


def study(folder: Path, text: str = BASE, name: str = "study") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(f'{text}\n[outputs]\nfolder = "{name}"\nmaps = false\nreport = false\n', encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def planned(folder: Path) -> Planned:
    return plan_study(study(folder, BASE.replace("at_least_km2 = 30", "at_least_km2 = 10")))


def read(folder: Path, name: str) -> np.ndarray:
    with rasterio.open(folder / "grids" / f"{name}.tif") as source:
        return source.read(1)


def test_the_plan_has_a_workbook_whose_columns_are_named_and_whose_checks_hold(planned: Planned) -> None:
    book = openpyxl.load_workbook(planned.folder / "tables.xlsx", data_only=True)
    states = [row[6] for row in book["Checks"].iter_rows(min_row=HEAD + 1, values_only=True)]
    assert states == [OK, OK]
    for table, frame in planned.tables.items():
        known = [name for name in frame.columns if name in _KNOWN or (table, name) in _OF_TABLE]
        # A front bears the user's own name of the other goal.
        others = {name for name in frame.columns if name not in known and not name.endswith("_change_km2")}
        assert others == ({"crop_output"} if table == "plan_front" else set()), table
        for name in frame.columns:
            words = len(frame) > 0 and all(isinstance(value, str) for value in frame[name])
            assert holds_words(name, table) == words or frame.empty, (table, name)


def test_the_tables_agree_with_each_other(planned: Planned) -> None:
    areas, moves = planned.tables["plan_areas"], planned.tables["plan_transitions"]
    assert areas["area_today_km2"].sum() == pytest.approx(SIZE * SIZE)
    assert areas["area_after_km2"].sum() == pytest.approx(SIZE * SIZE)
    gain = (areas["stock_after_t_c"] - areas["stock_today_t_c"]).sum()
    assert gain == pytest.approx(planned.record["gain_t_c"])
    assert moves["gain_t_c"].sum() == pytest.approx(gain)
    assert planned.tables["plan_by_zone"]["gain_t_c"].sum() == pytest.approx(gain)
    assert moves["cost"].sum() <= 6_000_000 * (1 + 1e-6)
    assert planned.record["relative_gap"] <= 1e-6
    crop = areas.set_index("land_class").loc["cropland"]
    assert crop.area_after_km2 >= 0.8 * crop.area_today_km2 - 1e-6


def test_the_grids_keep_the_rules(planned: Planned) -> None:
    conversion, after = read(planned.folder, "conversion"), read(planned.folder, "land_use_plan")
    assert np.isfinite(after).all()
    assert np.isnan(conversion[:5, 5:8]).all(), "the park stays as it is"
    assert np.isnan(conversion[:, 13:]).all(), "no forest on slopes above 25"
    assert np.isnan(conversion[12:, 12:]).all(), "built-up land is fixed"
    changed = after != read_map(planned, "b.tif") - 1
    assert (changed == np.isfinite(conversion)).all()
    assert changed.sum() == pytest.approx(planned.record["converted_km2"])


def read_map(planned: Planned, name: str) -> np.ndarray:
    with rasterio.open(planned.folder.parents[1] / name) as source:
        return source.read(1)


def test_shares_after_the_plan_are_written_out(planned: Planned) -> None:
    """A plan on shares is more than the class that holds most of a cell: what each class holds, and what each conversion takes."""
    folder = planned.folder / "grids"
    files = pd.read_csv(folder / "files.csv", encoding="utf-8-sig")["file"].tolist()
    after = {name: read(planned.folder, name.removesuffix(".tif")) for name in files if name.startswith("share_after")}
    assert sum(after.values()) == pytest.approx(np.ones((SIZE, SIZE)))
    areas = planned.tables["plan_areas"].set_index("land_class")["area_after_km2"]
    for name, share in after.items():
        land_class = name.removesuffix(".tif").removeprefix("share_after_")
        assert np.nansum(share) == pytest.approx(areas[land_class], rel=1e-6)
    moves = planned.tables["plan_transitions"]
    for row in moves.itertuples():
        share = read(planned.folder, f"converted_{row.from_class}_to_{row.to_class}")
        assert np.nansum(share) == pytest.approx(row.area_km2, rel=1e-6)


def test_the_gain_is_told_by_pool(planned: Planned) -> None:
    table = planned.tables["plan_gain_by_pool"].set_index("carbon_pool")
    assert table["gain_t_c"].sum() == pytest.approx(planned.record["gain_t_c"])
    assert table["gain_share"].sum() == pytest.approx(1)
    # From cropland to forest, t C/ha: dead 51.36 of 83.14, above 16.07, soil 9.1, below 6.61.
    assert table["gain_share"].idxmax() == "dead"


def test_scenarios_stand_side_by_side(planned: Planned) -> None:
    table = planned.tables["scenarios"].set_index("scenario")
    assert {"today", "trend", "ecological priority", "low carbon"} <= set(table.index)
    areas = planned.tables["scenario_areas"].set_index(["scenario", "land_class"])
    # Two maps ten years apart and ten years ahead: built-up goes on to grow by what it grew.
    assert areas.loc[("trend", "built-up")].area_after_km2 > areas.loc[("trend", "built-up")].area_today_km2
    assert (
        areas.loc[("low carbon", "cropland")].area_after_km2
        >= 0.98 * areas.loc[("low carbon", "cropland")].area_today_km2 - 1.01
    )
    assert table.loc["today"].change_t_c == 0
    assert table.loc["low carbon"].change_t_c > 0


def test_every_cell_has_one_zone_of_management(planned: Planned) -> None:
    table = planned.tables["zoning"]
    assert table["cells"].sum() == SIZE * SIZE
    assert table["area_share"].sum() == pytest.approx(1)
    assert np.isfinite(read(planned.folder, "zoning")).all()
    assert len(zoning_reasons(planned.tables)) == (table["cells"] > 0).sum()
    units = planned.tables["zoning_by_unit"].set_index("zone_name")
    # The west has most of the forest and little of the output.
    assert units.loc["西区", "zone"].startswith("carbon-sink function")
    assert units.loc["东区", "esc"] < 1 < units.loc["西区", "esc"]


def test_the_latest_output_of_a_unit_counts(folder: Path) -> None:
    (folder / "gdp_by_year.csv").write_text("zone,year,value\nw,,90\ne,,10\nw,2010,10\ne,2010,90\n", encoding="utf-8")
    units = [
        plan_study(study(folder, text, name)).tables["zoning_by_unit"]
        for text, name in ((BASE, "blank"), (BASE.replace("gdp.csv", "gdp_by_year.csv"), "dated"))
    ]
    assert units[1]["ecc"].tolist() == pytest.approx(units[0]["ecc"].tolist(), rel=1e-12)
    assert units[1]["zone"].tolist() == units[0]["zone"].tolist()


def test_the_front_and_the_flows(planned: Planned) -> None:
    front = planned.tables["plan_front"]
    assert len(front) == 5
    assert (np.diff(front["crop_output"]) > 0).all()
    assert (np.diff(front["gain"]) < 1e-6).all()
    units = planned.tables["compensation_units"]
    assert units["surplus_t_c_per_yr"].sum() == pytest.approx(0, abs=1e-6)
    flows = planned.tables["compensation"]
    assert flows["payment"].sum() == pytest.approx(50 * flows["t_c_per_yr"].sum())


def test_what_is_weighed_is_told_with_what_the_plan_changes_of_it(folder: Path, planned: Planned) -> None:
    """Carbon alone counts in the plan of the fixture, whose table of values is told with no weight; another weighs crops."""
    told = planned.tables["plan_values"].set_index("weighed")
    assert told.loc["carbon", "change"] == pytest.approx(planned.record["gain_t_c"])
    assert (told.loc["crop_output", "weight"], told.loc["carbon", "weight"]) == (0.0, 1.0)
    assert "maximises the weighted sum" not in plan_paragraph(planned.record, planned.tables)
    text = BASE.replace('values = "values.csv"', 'values = "values.csv"\nweights = { carbon = 1, crop_output = 500 }')
    other = plan_study(study(folder, text, "weighs_crops"))
    rows = other.tables["plan_values"].set_index("weighed")
    assert rows.loc["crop_output", "change"] > told.loc["crop_output", "change"]
    moved = other.tables["plan_areas"].set_index("land_class")["change_km2"] * 100
    worth = pd.read_csv(folder / "values.csv").set_index("class")["crop_output"]
    assert rows.loc["crop_output", "change"] == pytest.approx(float((moved * worth).sum()), rel=1e-6)
    page = (other.folder / "plan.html").read_text(encoding="utf-8")
    assert "It maximises the weighted sum and does not necessarily store the most carbon." in page
    assert "(weight 500)" in page


def test_flows_cost_what_the_path_of_prices_has_in_their_year() -> None:
    plan = Plan(price_path={2020: 60.0, 2030: 90.0}, price_per="t CO2", currency="yuan")
    assert _payment(plan, np.array([100.0]), 2025)["payment"] == pytest.approx(100 * 75 * 44 / 12)


def test_results_lie_beside_the_others(planned: Planned) -> None:
    folder = planned.folder
    assert (folder.parent / MARK).exists()
    record = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    assert record["bound"] >= record["goal"]
    page = (folder / "plan.html").read_text(encoding="utf-8")
    assert 'src="http' not in page
    assert "No plan that keeps the same limits" in page
    assert "Accounting of compensation between zones" in page
    for name in ("conversion", "land_use_plan", "zoning", "front", "scenarios", "compensation"):
        assert (folder / "maps" / f"{name}.png").stat().st_size > 5000
    assert not list(folder.parent.parent.glob(".*unfinished*"))
    read_back = pd.read_csv(folder / "tables" / "plan_areas.csv")
    assert read_back["area_after_km2"].to_numpy() == pytest.approx(planned.tables["plan_areas"]["area_after_km2"])


def test_a_plan_uses_a_run_that_still_fits(planned: Planned) -> None:
    path = planned.folder.parents[1] / "study.toml"
    made = json.loads((planned.folder.parent / MARK).read_text(encoding="utf-8"))["made"]
    plan_study(path)
    assert json.loads((planned.folder.parent / MARK).read_text(encoding="utf-8"))["made"] == made
    stamp = (planned.folder.parent / MARK).stat().st_mtime_ns
    # How maps are printed changes no figure.
    path.write_text(path.read_text(encoding="utf-8").replace("dpi = 72", "dpi = 72\nclasses = 5"), encoding="utf-8")
    plan_study(path)
    assert (planned.folder.parent / MARK).stat().st_mtime_ns == stamp
    changed = (
        path.read_text(encoding="utf-8")
        .replace('map = "people.tif"', 'map = "people.tif"\nband = 1')
        .replace("years = [2000, 2010]", "years = [2000, 2010]\nchange = { pairs = 'all' }")
    )
    path.write_text(changed, encoding="utf-8")
    plan_study(path)
    assert (planned.folder.parent / MARK).stat().st_mtime_ns != stamp


def test_the_paragraph_follows_the_figures(planned: Planned) -> None:
    text = plan_paragraph(planned.record, planned.tables)
    moves = planned.tables["plan_transitions"].sort_values("area_km2", ascending=False).iloc[0]
    assert f"{moves.area_km2:,.0f} km² of {moves.from_class} to {moves.to_class}" in text
    assert "which takes decades" in text
    assert "a millionth" in text
    worse = dict(planned.record, relative_gap=0.01, gain_t_c=-1e6)
    assert "can be better by more than 1 %" in plan_paragraph(worse, planned.tables)
    assert "Mt C less than" in plan_paragraph(worse, planned.tables)
    nothing = dict(planned.tables, plan_transitions=planned.tables["plan_transitions"].iloc[:0])
    assert "best left as it is" in plan_paragraph(dict(planned.record, gap=0.0), nothing)
    unproved = plan_paragraph(dict(planned.record, gap=1e6), nothing)
    assert "best left" not in unproved
    assert "not a proof" in unproved
    assert "by up to 1e+06 t C" in unproved
    for word in ("carbon neutral", "will ", "guarantee"):
        assert word not in text


def test_limits_that_conflict_leave_nothing_behind(folder: Path) -> None:
    text = BASE.replace("at_least = 0.8 }", "at_least = 1.2 }")
    with pytest.raises(InfeasibleError, match="area of cropland at least"):
        plan_study(study(folder, text, "conflict"))
    assert (folder / "conflict" / MARK).exists(), "the run itself is fine"
    assert not (folder / "conflict" / "plan").exists()


def test_what_the_plan_must_say_is_noted(planned: Planned) -> None:
    said = " ".join(planned.notes)
    assert "costs.csv: conversions without a cost are free: cropland to grassland" in said
    areas = planned.tables["scenario_areas"].set_index(["scenario", "land_class"])
    grass = areas.loc[("low carbon", "grassland")]
    assert grass.area_after_km2 >= grass.area_today_km2


def test_a_year_without_a_balance_plans_without_zones(folder: Path) -> None:
    text = BASE.replace("draws = 10", "draws = 0\nyear = 2000").replace("at_least_km2 = 30", "at_least_km2 = 0")
    found = plan_study(study(folder, text + '\n[balance]\nmode = "stock_change"\n', "flux"))
    said = " ".join(found.notes)
    assert "there is no balance in 2000" in said
    assert "compensation is left out" in said
    assert "zoning" not in found.tables


def test_a_scenario_has_its_own_ranges_in_every_language(planned: Planned, tmp_path: Path) -> None:
    again = shutil.copytree(planned.folder.parents[1], tmp_path / "zh")
    chinese = plan_study(again / "study.toml", language="zh")
    one, other = planned.tables["scenario_areas"], chinese.tables["scenario_areas"]
    for name in ("area_today_km2", "area_after_km2"):
        assert other[name].to_numpy() == pytest.approx(one[name].to_numpy())
    assert list(chinese.tables["scenarios"]["scenario"]) == list(planned.tables["scenarios"]["scenario"])


def test_scenarios_keep_the_budget_and_their_names(folder: Path) -> None:
    (folder / "mine.csv").write_text(
        "scenario,name_zh,land_class,at_least,at_least_of,at_most,at_most_of\nplan,,forest,1.2,today,,\n"
        "a/b,,forest,1.0,today,1.03,today\nempty,,forest,1.2,today,1.1,today\n",
        encoding="utf-8",
    )
    text = BASE.replace("draws = 10", 'draws = 0\nscenarios = "mine.csv"').replace(
        "budget = 6000000", "budget = 100000"
    )
    text = text.replace('pareto = "crop_output"\npareto_points = 5\n', "").replace(
        "at_least_km2 = 30", "at_least_km2 = 0"
    )
    found = plan_study(study(folder, text, "mine"))
    said = " ".join(found.notes)
    assert "scenario 'plan' has no plan" in said
    assert "cost at most 100,000 yuan" in said
    assert "can't both hold" in said
    areas = found.tables["scenario_areas"].set_index(["scenario", "land_class"])
    # 26 cells of forest today: 1.03 times as many is 26.78, and 26 whole ones lie in the range.
    assert areas.loc[("a/b", "forest")].area_after_km2 == 26
    assert (found.folder / "grids" / "scenario_a_b.tif").exists()


def test_masks_count_half_a_cell(folder: Path) -> None:
    thin = [zone(str(n), "strip", WEST, TOP - 1000 * n - 300, WEST + 16000, TOP - 1000 * n) for n in range(16)]
    write_zones(folder / "thin.gpkg", thin)
    speck = np.zeros((SIZE * 4, SIZE * 4))
    speck[::4, ::4] = 1
    write_map(folder / "speck.tif", speck, pixel=250.0, dtype="float32", nodata=-1)
    for name, park in (("thin", "thin.gpkg"), ("speck", "speck.tif"), ("twice", "park.gpkg")):
        text = BASE.replace("draws = 10", "draws = 0").replace("at_least_km2 = 30", "at_least_km2 = 0")
        text = text.replace('protected = [{ file = "park.gpkg" }]', f'protected = [{{ file = "{park}" }}]')
        found = plan_study(study(folder, text, f"mask_{name}"))
        kept = np.isnan(read(found.folder, "conversion")[:5, 5:8]).all()
        assert kept == (name == "twice")


def test_all_problems_of_a_plan_at_once(folder: Path) -> None:
    (folder / "bad_costs.csv").write_text("from,to,cost\ncroplnd,forest,3\n", encoding="utf-8")
    (folder / "rules.csv").write_text("zone,supply,demand,balance\na,high,,\n", encoding="utf-8")
    text = (
        BASE.replace('class = "built-up"', 'class = "builtup"')
        .replace("costs.csv", "bad_costs.csv")
        .replace('zone = "西区"', 'zone = "西"')
        .replace('file = "park.gpkg"', 'file = "prk.gpkg"')
        .replace("draws = 10", 'draws = 10\nzoning_rules = "rules.csv"\nweights = { carbon = 1, yield = 2 }')
    )
    with pytest.raises(StudyError) as caught:
        plan_study(study(folder, text, "bad"))
    message = str(caught.value)
    for part in (
        "there is no class 'builtup'; did you mean 'built-up'?",
        "there is no class 'croplnd'; did you mean 'cropland'?",
        "there is no zone '西' in 'part'",
        "prk.gpkg: there is no such file",
        "no rule fits supply low",
        "has no column 'yield'",
    ):
        assert part in message
    assert not (folder / "bad").exists()


def test_a_check_tells_the_problems_of_the_plan_beside_the_others(folder: Path) -> None:
    text = BASE.replace('file = "park.gpkg"', 'file = "prk.gpkg"')
    for change, others in (("", 0), ("totals.csv", 1)):
        path = study(folder, text.replace(change, "lost.csv") if change else text, "checked")
        with pytest.raises(StudyError) as caught:
            check_inputs(load_study(path), folder)
        assert len(caught.value.problems) == 1 + others
        assert "prk.gpkg: there is no such file" in str(caught.value)


def test_a_check_tells_the_notes_on_the_plan(folder: Path) -> None:
    warnings = check_inputs(load_study(study(folder, name="noted")), folder).warnings
    assert any("costs.csv: conversions without a cost are free" in text for text in warnings)


def test_values_keep_the_names_that_the_user_gave_them(folder: Path) -> None:
    rows = (folder / "values.csv").read_text(encoding="utf-8").replace("class,crop_output", "地类,固碳")
    (folder / "own.csv").write_text(rows, encoding="utf-8")
    text = BASE.replace("crop_output", "固碳").replace("values.csv", "own.csv")
    assert check_inputs(load_study(study(folder, text, "own")), folder).study.plan is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("budget = 6000000", "budget = 6000000\nhorizon = 3"), "not a key of [plan]; did you mean 'horizon_years'"),
        (('costs = "costs.csv"\n', ""), "budget: needs 'costs'"),
        (('pareto = "crop_output"', 'pareto = "cost"'), None),
        (('compensation = "part"', 'compensation = "prt"'), "there is no zone layer 'prt'; did you mean 'part'?"),
        (('{ class = "built-up", at_most = 1.1 }', '{ class = "built-up" }'), "name 'at_least' or 'at_most'"),
        (('{ class = "built-up", at_most = 1.1 }', '{ clas = "built-up", at_most = 1.1 }'), "did you mean 'class'?"),
        (("draws = 10", "draws = 10\nyear = 1999"), "1999 is none of the study's years"),
        (('driver = "gdp"', 'driver = "gpd"'), "must be a driver with a table by zone"),
        (('driver = "gdp"\nkind = "density"\n', 'driver = "gdp"\n'), "'economy.kind' is missing"),
    ],
)
def test_a_wrong_plan_is_told_when_the_study_is_read(
    folder: Path, change: tuple[str, str], message: str | None
) -> None:
    from tanheng.study import load_study

    path = study(folder, BASE.replace(*change), "wrong")
    if message is None:
        assert load_study(path).plan is not None
        return
    with pytest.raises(StudyError) as caught:
        load_study(path)
    assert message in str(caught.value)


def test_a_study_without_a_plan_says_so(folder: Path) -> None:
    from tanheng.errors import InputError

    with pytest.raises(InputError, match=r"the study has no \[plan\]"):
        plan_study(study(folder, BASE.split("[plan]", maxsplit=1)[0], "none"))


def test_shares_plan_on_shares(folder: Path) -> None:
    """A map of 500 m pixels: cells hold several classes, and a tenth of each may change."""
    rng = np.random.default_rng(2)
    for name in ("fine_a.tif", "fine_b.tif"):
        write_map(folder / name, rng.choice([1, 2, 3], (2 * SIZE, 2 * SIZE)), pixel=500.0)
    text = (
        BASE.replace("a.tif", "fine_a.tif")
        .replace("b.tif", "fine_b.tif")
        .replace("draws = 10", "draws = 0\nmax_change = 0.1")
    )
    text = text.replace("at_least_km2 = 30", "at_least_km2 = 0").replace("at_most_km2 = 40 },", "at_most_km2 = 400 },")
    found = plan_study(study(folder, text, "shares"))
    assert found.record["converted_km2"] <= 0.1 * SIZE * SIZE + 1e-6
    assert found.record["gain_t_c"] > 0
    assert found.record["stability"] is None


def test_the_gain_comes_over_years(planned: Planned) -> None:
    table = planned.tables["plan_by_year"].set_index("year")
    areas = planned.tables["plan_areas"]
    gain = float((areas["stock_after_t_c"] - areas["stock_today_t_c"]).sum())
    assert table["settled_gain_t_c"].iloc[-1] == pytest.approx(gain)
    assert table["gain_t_c"].iloc[-1] == pytest.approx(gain)
    # What is cleared is lost at once, and what grows comes later: at first less than the settled gain.
    flows = table.iloc[1:]
    assert (flows["gain_t_c"] <= flows["settled_gain_t_c"] + 1e-6).all()
    np.testing.assert_allclose(
        flows["taken_up_t_c_per_yr"] - flows["lost_t_c_per_yr"], flows["flow_t_c_per_yr"], atol=1e-6
    )
    page = (planned.folder / "plan.html").read_text(encoding="utf-8")
    assert "of it has taken place; the rest follows by" in page or "stores" in page


def test_prices_follow_their_path_and_are_discounted(folder: Path) -> None:
    text = BASE.replace("at_least_km2 = 30", "at_least_km2 = 10")
    text = text.replace("[plan]\n", "[plan]\nprice_path = { 2010 = 100, 2020 = 200 }\ndiscount_rate_percent = 5\n")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("price ="))
    found = plan_study(study(folder, text, "priced"))
    table = found.tables["plan_by_year"].set_index("year")
    start = table.index[0]
    assert table.loc[start + 1, "price_per_t_c"] == pytest.approx(np.interp(start + 1, [2010, 2020], [100, 200]))
    by_hand = table.loc[start + 1, "flow_t_c_per_yr"] * table.loc[start + 1, "price_per_t_c"] / 1.05
    assert table.loc[start + 1, "value"] == pytest.approx(by_hand)
    assert table["value_so_far"].iloc[-1] == pytest.approx(table["value"].sum())


def test_one_price_or_a_path(folder: Path) -> None:
    text = BASE.replace("[plan]\n", "[plan]\nprice_path = { 2010 = 100 }\n")
    with pytest.raises(StudyError, match="give either 'price', one for all years, or 'price_path'"):
        plan_study(study(folder, text, "twice"))


def test_report_and_plan_link_to_each_other(tiny: Path) -> None:
    tiny.write_text(tiny.read_text(encoding="utf-8") + "\n[plan]\ndraws = 0\n", encoding="utf-8")
    run = run_study(tiny).folder
    assert '<li class="plan" hidden>' in (run / "report.html").read_text(encoding="utf-8")
    planned = plan_study(tiny)
    report = (run / "report.html").read_text(encoding="utf-8")
    assert '<li class="plan" hidden>' not in report
    assert '<a href="plan/plan.html">' in report
    page = (planned.folder / "plan.html").read_text(encoding="utf-8")
    assert '<a href="../report.html">' in page
    assert (planned.folder / "../report.html").resolve() == (run / "report.html").resolve()


def test_a_scenario_that_beats_the_plan_is_explained(planned: Planned) -> None:
    tables = dict(planned.tables)
    best = tables["scenarios"].copy()
    best.loc[best["scenario"] != "today", "change_t_c"] = 2 * abs(planned.record["gain_t_c"]) + 1e6
    paragraph = plan_paragraph(planned.record, {**tables, "scenarios": best})
    assert "in place of the plan's limits" in paragraph
    best.loc[best["scenario"] != "today", "change_t_c"] = -1e6
    assert "in place of" not in plan_paragraph(planned.record, {**tables, "scenarios": best})


def test_carbon_counts_more_where_more_is_emitted(folder: Path, tmp_path: Path) -> None:
    # Forest may take 20 of 195 cells of cropland. By carbon alone both zones serve alike; by demand the west, where more people live.
    study = (
        """
title = "weighed"
years = [2010]
[zones.half]
file = "zones.gpkg"
id = "code"
name = "name"
[land_cover]
legend = "six-classes"
maps = { 2010 = "b.tif" }
"""
        + CARBON_AND_PEOPLE
        + """[plan]
limits = [ { class = "cropland", at_least = 0.9 } ]
forbidden = [ ["forest", "cropland"], ["grassland", "cropland"], ["forest", "grassland"] ]
draws = 0
scenarios = false
zoning = false
"""
    )
    copied = tmp_path / "s"
    shutil.copytree(folder, copied, ignore=shutil.ignore_patterns("results*", ".*"))
    (copied / "study.toml").write_text(study, encoding="utf-8")
    plain = plan_study(copied / "study.toml")
    more = 'demand_weight = 0.8\ndemand_zones = "half"\n'
    (copied / "study.toml").write_text(study + more, encoding="utf-8")
    weighed = plan_study(copied / "study.toml")
    # The same area is converted and the same carbon gained; where it lies follows demand.
    assert weighed.record["gain_t_c"] == pytest.approx(plain.record["gain_t_c"], rel=1e-9)
    balance = pd.read_csv(copied / "results" / "tables" / "balance_by_zone.csv").set_index("zone_id")
    dense = balance["demand_t_c_per_ha_yr"].drop(index=[i for i in balance.index if i not in {"w", "e"}]).idxmax()
    zones = weighed.tables["plan_by_zone"].set_index("zone_id")
    change = zones["cropland_change_km2"]
    assert change[dense] == pytest.approx(change.sum(), rel=1e-9)
    assert change[dense] < -10
    counts = zones["carbon_counts"]
    assert counts[dense] > 1 > counts.drop(dense).min()
    assert "is not the plan that stores the most carbon" in plan_paragraph(weighed.record, weighed.tables)
    assert weighed.record["goal"] > weighed.record["gain_t_c"]


def test_demand_must_be_there_to_be_weighed(tiny: Path) -> None:
    tiny.write_text(
        tiny.read_text(encoding="utf-8") + '\n[plan]\ndemand_weight = 0.5\ndemand_zones = "part"\n', encoding="utf-8"
    )
    with pytest.raises(StudyError) as caught:
        check_inputs(load_study(tiny), tiny.parent)
    assert "the study has no demand" in str(caught.value)
    assert "there is no zone layer 'part'" in str(caught.value)


def test_a_plan_of_classes_in_chinese_is_not_out_of_date(folder: Path) -> None:
    text = BASE.replace('{ class = "cropland", at_least = 0.8 }', '{ class = "耕地", at_least = 0.8 }')
    path = study(folder, text.replace("at_least_km2 = 30", "at_least_km2 = 10"), "chinese")
    made = plan_study(path)
    assert plan_changes(load_study(path), made.folder.parent) == []
    other = study(folder, text.replace("budget = 6000000", "budget = 5000000"), "other")
    assert plan_changes(load_study(other), made.folder.parent) != []


def zoned(study: Path, above: dict[tuple[str, str], float], entries: str) -> Path:
    """Small study whose classes hold 50 t C/ha in the soil, and above ground what is given by zone and class, else 20."""
    rows = [f"{zone},{name},{above.get((zone, name), 20)},0,50,0" for zone in "ab" for name in CLASSES]
    table = "\n".join(["zone,class,above,below,soil,dead", *rows]) + "\n"
    (study.parent / "d.csv").write_text(table, encoding="utf-8")
    text = study.read_text(encoding="utf-8").replace('"henan-six-classes"', '"d.csv"\nzones = "part"')
    study.write_text(text + entries, encoding="utf-8")
    return study


def test_a_plan_takes_the_densities_of_each_zone(tiny_with_people: Path) -> None:
    """Forest holds more than crops in the west, and less in the east: crops become forest there, and forest crops here."""
    above = {("a", "forest"): 120.0, ("b", "forest"): 4.0}
    path = zoned(
        tiny_with_people,
        above,
        '[plan]\nfixed = ["grassland", "water", "built-up"]\nno_new = ["grassland", "water", "built-up", "unused"]\n',
    )
    made = plan_study(path)
    # In 2010 the west has three cells of crops and one of forest, the east three of forest.
    assert json.loads((made.folder / "plan.json").read_text(encoding="utf-8"))["gain_t_c"] == pytest.approx(
        300 * (120 - 20) + 300 * (20 - 4)
    )
    balance = made.tables["plan_by_zone"].set_index("zone_id")
    assert balance["gain_t_c"].to_dict() == pytest.approx({"a": 30_000, "b": 4_800})
    assert made.tables["plan_gain_by_pool"].set_index("carbon_pool")["gain_t_c"]["above"] == pytest.approx(34_800)
    moved = made.tables["plan_transitions"].set_index(["from_class", "to_class"])["gain_t_c"]
    assert moved.to_dict() == pytest.approx({("cropland", "forest"): 30_000, ("forest", "cropland"): 4_800})
    areas = made.tables["plan_areas"]
    stocks = pd.read_csv(made.folder.parent / "tables" / "stock_by_class.csv").groupby("year")["stock_t_c"].sum()
    assert areas["stock_today_t_c"].sum() == pytest.approx(stocks[2010])
    assert areas["stock_after_t_c"].sum() == pytest.approx(stocks[2010] + 34_800)
    assert made.tables["plan_by_year"]["settled_gain_t_c"].iloc[-1] == pytest.approx(34_800)


def test_a_least_store_by_zone_is_of_its_own_densities(tiny_with_people: Path) -> None:
    """Crops are worth most and hold least: each zone keeps what it stores today."""
    (tiny_with_people.parent / "worth.csv").write_text(
        "class,yuan\n" + "".join(f"{name},{9 if name == 'cropland' else 1}\n" for name in CLASSES), encoding="utf-8"
    )
    above = {("a", "forest"): 120.0, ("b", "forest"): 20.0}
    entries = '[plan]\nvalues = "worth.csv"\nweights = { yuan = 1 }\ncarbon = [{ at_least = 1, zones = "part" }]\n'
    made = plan_study(zoned(tiny_with_people, above, entries))
    gains = made.tables["plan_by_zone"].set_index("zone_id")["gain_t_c"]
    assert gains.min() >= -1e-6
    # The forest of the east holds no more than crops, so all of it may become crops.
    moved = made.tables["plan_transitions"].set_index(["from_class", "to_class"])["area_km2"]
    assert moved["forest", "cropland"] == pytest.approx(3.0)


@pytest.mark.parametrize(("classes", "told"), [("", False), ('classes = ["forest"], ', True)])
def test_a_map_of_soil_for_all_classes_is_no_reason_to_doubt_a_plan(
    tiny_with_people: Path, classes: str, told: bool
) -> None:
    """Such soil stays in its place whatever the class, so that a plan needs no mean of it; that of one class is a mean."""
    write_map(tiny_with_people.parent / "soil.tif", np.full((3, 4), 60.0), dtype="float32", nodata=-1)
    soil = f'maps = [{{ {classes}pool = "soil", map = "soil.tif", quantity = "carbon", units = "t ha-1", depth_cm = 100 }}]'
    text = tiny_with_people.read_text(encoding="utf-8")
    text = text.replace('"henan-six-classes"', f'"henan-six-classes"\n{soil}')
    tiny_with_people.write_text(text + "[plan]\n", encoding="utf-8")
    inputs = check_inputs(load_study(tiny_with_people), tiny_with_people.parent)
    assert any("takes the mean density of each class" in note for note in inputs.warnings) == told


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("horizon_years = 2.5", "write whole years"),
        ("weights = {}", "at least one must be above zero"),
        ("weights = { carbon = -1 }", "must not be negative"),
        ('protected = [{ file = "height.tif", class = "forest" }]', "takes no 'class'"),
        ('fit = [{ class = "forest", file = "zones.gpkg", at_least = 3 }]', "holds polygons, which have no value"),
    ],
)
def test_settings_of_a_plan_that_mean_nothing_are_refused(tiny_with_people: Path, entries: str, message: str) -> None:
    text = tiny_with_people.read_text(encoding="utf-8")
    tiny_with_people.write_text(text + f"[plan]\n{entries}\n", encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        check_inputs(load_study(tiny_with_people), tiny_with_people.parent)


def test_gaps_of_a_map_of_costs_are_refused_without_a_boundary_too(tiny_with_people: Path) -> None:
    folder = tiny_with_people.parent
    write_map(folder / "far.tif", [[1, 1, -1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], dtype="float32", nodata=-1)
    (folder / "costs.csv").write_text("from,to,cost\ncropland,forest,10\n", encoding="utf-8")
    plan = '[plan]\ncosts = "costs.csv"\ncost_map = "far.tif"\nlimits = [{ class = "cropland", at_least = 0.5 }]\n'
    tiny_with_people.write_text(tiny_with_people.read_text(encoding="utf-8") + plan, encoding="utf-8")
    with pytest.raises(InputError, match="has no data in 1 cells of the region"):
        plan_study(tiny_with_people)
