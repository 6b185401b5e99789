"""A whole run of a tiny study, checked by hand."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr

from conftest import FIRST, LAST, NORTH, SINGLE, STUDY, WEST, printed, write_map, write_zones, zone
from tanheng.errors import InputError, OutputError, SelfCheckError, StudyError
from tanheng.pipeline import run as run_module
from tanheng.pipeline.output import writing
from tanheng.pipeline.run import run_study
from tanheng.stages.found import Found, SelfCheck
from tanheng.study import load_study

DENSITY = {"cropland": 66.81, "forest": 149.95, "grassland": 72.5, "water": 62.1, "built-up": 60.0, "unused": 53.3}


def table(study: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(study.parent / "results" / "tables" / f"{name}.csv")


def test_stock_by_class_is_cells_times_density(tiny: Path) -> None:
    run_study(tiny)
    found = table(tiny, "stock_by_class").set_index(["year", "land_class"])
    # 2000: five cells of cropland, three forest, one each of grassland, water and built-up; 100 ha each.
    assert found.loc[(2000, "cropland"), "area_km2"] == 5.0
    assert found.loc[(2000, "cropland"), "stock_t_c"] == pytest.approx(5 * 100 * 66.81, rel=1e-12)
    assert found.loc[(2000, "forest"), "stock_t_c"] == pytest.approx(3 * 100 * 149.95, rel=1e-12)
    assert found.loc[(2010, "built-up"), "area_km2"] == 3.0
    assert list(found.columns) == ["area_km2", "stock_t_c", "above_t_c", "below_t_c", "soil_t_c", "dead_t_c"]


def test_transitions_sum_to_the_change(tiny: Path) -> None:
    run_study(tiny)
    moved = table(tiny, "transitions").set_index(["from_class", "to_class"])
    # Cell (0, 1) and (2, 0) went from cropland to built-up, (1, 1) from grassland to forest.
    assert moved.loc[("cropland", "built-up"), "area_km2"] == 2.0
    assert moved.loc[("grassland", "forest"), "stock_change_t_c"] == pytest.approx(100 * (149.95 - 72.5), rel=1e-12)
    change = table(tiny, "change").iloc[0]
    assert change["stock_change_t_c"] == pytest.approx(100 * (2 * (60 - 66.81) + 149.95 - 72.5), rel=1e-12)
    assert moved["stock_change_t_c"].sum() == pytest.approx(change["stock_change_t_c"], rel=1e-12)
    degree = table(tiny, "land_change").set_index("land_class")["dynamic_degree_per_yr"]
    assert degree["cropland"] == pytest.approx((3 - 5) / 5 / 10, rel=1e-12)


def test_results_hold_what_the_interface_promises(tiny_with_people: Path) -> None:
    run_study(printed(tiny_with_people))
    folder = tiny_with_people.parent / "results"
    tables = {path.stem for path in (folder / "tables").glob("*.csv")}
    assert tables >= {
        "stock_by_class",
        "stock_by_zone",
        "emissions",
        "balance",
        "balance_by_zone",
        "transitions",
        "correlation",
    }
    for name in ("tables.xlsx", "report.html", "run.json", "results.zarr"):
        assert (folder / name).exists()
    for theme in ("land_use", "supply", "demand", "balance"):
        assert (folder / "maps" / f"{theme}_2010.png").stat().st_size > 10_000
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert all(check["holds"] for check in record["checks"])
    assert {check["name"] for check in record["checks"]} >= {
        "class_areas", "transitions", "zones_part", "demand_closure", "correlation_identity",
    }  # fmt: skip
    assert {item["file"] for item in record["inputs"]} >= {"a.tif", "b.tif", "people.tif", "totals.csv", "zones.gpkg"}
    assert all(len(item["sha256"]) == 64 for item in record["inputs"])
    correlation = table(tiny_with_people, "correlation")
    assert list(correlation.columns) == [
        "year", "method", "variable", "driver", "r", "n", "p_naive", "support_km", "r_support", "n_support",
        "effective_n", "p",
    ]  # fmt: skip


def test_grids_are_tagged_and_lie_where_the_map_lies(tiny_with_people: Path) -> None:
    run_study(tiny_with_people)
    with rasterio.open(tiny_with_people.parent / "results" / "grids" / "carbon_stock_2000.tif") as grid:
        assert grid.units == ("t C",)
        assert "stored" in grid.descriptions[0]
        assert np.isnan(grid.nodata)
        assert (grid.transform.c, grid.transform.f) == (WEST, NORTH)
        values = grid.read(1)
        assert grid.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
    assert values[0, 2] == pytest.approx(14995.0)
    assert np.isnan(values[2, 3])


def test_the_store_is_cf(tiny_with_people: Path) -> None:
    run_study(tiny_with_people)
    with xr.open_zarr(tiny_with_people.parent / "results" / "results.zarr", consolidated=True) as data:
        assert data.attrs["Conventions"] == "CF-1.11"
        assert data["crs"].attrs["grid_mapping_name"] == "albers_conical_equal_area"
        assert data["balance"].attrs["balance_mode"] == "stock"
        assert data["balance"].attrs["units"] == "t C"
        assert "minus one year of emissions" in data["balance"].attrs["long_name"]
        assert data["supply_per_demand"].attrs["units"] == "yr"


def test_demand_keeps_the_total_and_follows_people(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    demand = results.dataset["demand"].sel(year=2000).values
    # 1000 t CO2 are 272.72... t C. Persons on land with data: 226 - 7 = 219; the cell with 40 gets 40/219.
    assert np.nansum(demand) == pytest.approx(1000 * 12 / 44, rel=SINGLE)
    assert demand[1, 1] == pytest.approx(1000 * 12 / 44 * 40 / 219, rel=SINGLE)
    balance = table(tiny_with_people, "balance")
    assert balance["closure"].tolist() == pytest.approx([1.0, 1.0], abs=1e-12)
    assert {"year", "supply_t_c", "demand_t_c_per_yr", "closure"} <= set(balance.columns)
    by_zone = table(tiny_with_people, "balance_by_zone")
    sums = by_zone.groupby("year")["demand_t_c_per_yr"].sum()
    assert sums.tolist() == pytest.approx([1000 * 12 / 44, 2000 * 12 / 44], rel=1e-12)


def test_chinese_tables_open_in_excel(tiny_with_people: Path) -> None:
    run_study(tiny_with_people)
    tables = tiny_with_people.parent / "results" / "tables"
    assert (tables / "stock_by_zone.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert "西部" in (tables / "stock_by_zone.csv").read_text(encoding="utf-8-sig")
    assert not (tables / "stock_by_class.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize(("mode", "extra"), [("stock_change", ""), ("sink", 'uptake = "uptake.csv"\n')])
def test_flux_modes_are_labelled_as_flux(tiny_with_people: Path, mode: str, extra: str) -> None:
    rates = "".join(f"{name},{rate}\n" for name, rate in zip(DENSITY, (0.1, 2.0, 0.5, 0.0, 0.0, 0.0), strict=True))
    (tiny_with_people.parent / "uptake.csv").write_text("class,uptake\n" + rates, encoding="utf-8")
    text = tiny_with_people.read_text(encoding="utf-8")
    tiny_with_people.write_text(text + f'[balance]\nmode = "{mode}"\n{extra}', encoding="utf-8")
    results = run_study(tiny_with_people)
    assert results.dataset["balance"].attrs["units"] == "t C yr-1"
    balance = table(tiny_with_people, "balance")
    assert {"supply_t_c_per_yr", "ratio_norm_t_c_per_yr"} <= set(balance.columns)
    assert not {"supply_t_c", "ratio_norm_t_c"} & set(balance.columns)
    if mode == "sink":
        # 2010: three cells cropland, four forest, no grassland: 100 ha * (3 * 0.1 + 4 * 2.0).
        assert balance.set_index("year").loc[2010, "supply_t_c_per_yr"] == pytest.approx(830.0, rel=1e-12)
    else:
        expected = 100 * (2 * (60 - 66.81) + 149.95 - 72.5) / 10
        assert balance.set_index("year").loc[2010, "supply_t_c_per_yr"] == pytest.approx(expected, rel=1e-12)
        assert balance["year"].tolist() == [2010]


def test_per_person_form_reports_its_closure(tiny_with_people: Path) -> None:
    text = tiny_with_people.read_text(encoding="utf-8")
    more = '[demand]\nform = "per-person"\npopulation_totals = { 2000 = 438.0, 2010 = 219.0 }\n'
    tiny_with_people.write_text(text + more, encoding="utf-8")
    run_study(tiny_with_people)
    # The map has 219 persons: half of the 438 that the constant was made with.
    assert table(tiny_with_people, "balance")["closure"].tolist() == pytest.approx([0.5, 1.0], rel=1e-12)


def test_people_of_a_table_in_another_unit_than_the_map_are_refused(tiny_with_people: Path) -> None:
    text = tiny_with_people.read_text(encoding="utf-8")
    more = '[demand]\nform = "per-person"\npopulation_totals = {{ 2000 = {people}, 2010 = {people} }}\n'
    tiny_with_people.write_text(text + more.format(people=0.0219), encoding="utf-8")
    with pytest.raises(
        InputError, match=r"2000 has 0\.0219 persons and the population map 219; demand would sum to 1e\+04 times"
    ):
        run_study(tiny_with_people)
    assert not (tiny_with_people.parent / "results").exists()
    tiny_with_people.write_text(text + more.format(people=150), encoding="utf-8")
    assert any("sums to 1.46 times the emissions" in note for note in run_study(tiny_with_people).warnings)
    zoned = text.replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"')
    tiny_with_people.write_text(zoned + more.format(people=219), encoding="utf-8")
    with pytest.raises(StudyError, match="'per-person' has one constant for the whole region"):
        load_study(tiny_with_people)


def test_zones_with_their_own_emissions_keep_them(tiny_with_people: Path) -> None:
    rows = "year,zone,emissions,unit\n2000,a,60,t C\n2000,b,30,t C\n2000,,10,t C\n2010,a,60,t C\n2010,b,30,t C\n"
    (tiny_with_people.parent / "totals.csv").write_text(rows, encoding="utf-8")
    text = tiny_with_people.read_text(encoding="utf-8").replace(
        'totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"'
    )
    tiny_with_people.write_text(text, encoding="utf-8")
    run_study(tiny_with_people)
    by_zone = table(tiny_with_people, "balance_by_zone").set_index(["year", "zone_id"])["demand_t_c_per_yr"]
    assert by_zone[(2010, "a")] == pytest.approx(60.0, rel=1e-12)
    # 10 t C of the whole region are spread over 219 persons, 110 of whom live in the west.
    assert by_zone[(2000, "a")] == pytest.approx(60 + 10 * 110 / 219, rel=1e-12)


def test_value_of_the_change(tiny: Path) -> None:
    tiny.write_text(STUDY + "[value]\nprice = 10.0\ndiscount_rate_percent = 0.0\n", encoding="utf-8")
    run_study(tiny)
    row = table(tiny, "change").iloc[0]
    assert row["net_present_value"] == pytest.approx(10 * row["stock_change_t_c"], rel=1e-12)


def test_an_interrupted_run_leaves_the_former_results(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run_study(tiny)
    before = (tiny.parent / "results" / "run.json").read_text(encoding="utf-8")

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "write_csv", stop)
    with pytest.raises(KeyboardInterrupt):
        run_study(tiny)
    assert (tiny.parent / "results" / "run.json").read_text(encoding="utf-8") == before
    assert [path.name for path in tiny.parent.iterdir() if "unfinished" in path.name or "former" in path.name] == []


def test_a_full_disk_writes_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_self: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OutputError, match="No space left on device"):
        run_study(tiny)
    assert not (tiny.parent / "results").exists()


def test_a_failed_self_check_writes_nothing(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failing = Found(checks=(SelfCheck("law", "must hold", 0.5, 1e-9),))
    monkeypatch.setattr(run_module, "account_zone_stocks", lambda *_: failing)
    with pytest.raises(SelfCheckError, match=r"law is 0\.5"):
        run_study(tiny)
    assert not (tiny.parent / "results").exists()


def test_other_files_are_never_replaced(tiny: Path) -> None:
    (tiny.parent / "results").mkdir()
    (tiny.parent / "results" / "thesis.docx").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="holds other files"):
        run_study(tiny)
    assert (tiny.parent / "results" / "thesis.docx").exists()


# What tools in use get silently wrong.


def test_half_a_pixel_of_shift_is_no_change(tiny: Path) -> None:
    """The same land, its second map shifted by half a pixel: each is counted by its own area."""
    fine = np.kron(np.array(FIRST), np.ones((4, 4), int))
    write_map(tiny.parent / "a.tif", fine, pixel=250.0)
    shifted = np.pad(fine, ((1, 1), (1, 1)), mode="edge")
    write_map(tiny.parent / "b.tif", shifted, pixel=250.0, west=WEST - 125.0, north=NORTH + 125.0)
    run_study(tiny)
    area = table(tiny, "stock_by_class").pivot_table(index="land_class", columns="year", values="area_km2")
    assert abs(area[2010] - area[2000]).max() < 1.0
    moved = table(tiny, "transitions")
    assert moved["method"].str.startswith("estimated").all()
    assert table(tiny, "coverage")["missing_km2"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_maps_in_different_crs_are_compared_by_area(tiny: Path) -> None:
    import pyproj

    geographic = np.full((40, 60), 1)
    there = pyproj.Transformer.from_crs(
        pyproj.CRS.from_wkt(rasterio.open(tiny.parent / "a.tif").crs.to_wkt()), 4326, always_xy=True
    )
    west, north = there.transform(WEST, NORTH)
    write_map(tiny.parent / "a.tif", np.ones((3, 4)))
    write_map(tiny.parent / "b.tif", geographic, pixel=0.002, west=west - 0.02, north=north + 0.02, crs="EPSG:4326")
    run_study(tiny)
    area = table(tiny, "stock_by_class").set_index(["year", "land_class"])["area_km2"]
    assert area[(2010, "cropland")] == pytest.approx(area[(2000, "cropland")], rel=1e-9)
    assert table(tiny, "change")["stock_change_t_c"].iloc[0] == pytest.approx(0.0, abs=1e-6)


def test_nodata_in_one_year_is_left_out_and_named(tiny: Path) -> None:
    codes = np.array(LAST)
    codes[0, 0] = 0
    write_map(tiny.parent / "b.tif", codes)
    results = run_study(tiny)
    assert table(tiny, "change")["common_area_km2"].iloc[0] == 10.0
    assert table(tiny, "coverage").set_index("year")["missing_km2"].to_dict() == {2000: 0.0, 2010: 1.0}
    assert any("1.0 km2" in text for text in results.warnings)


def test_a_map_without_declared_nodata_uses_the_legend(tiny: Path) -> None:
    for name, codes in (("a.tif", FIRST), ("b.tif", LAST)):
        write_map(tiny.parent / name, codes, nodata=None)
    run_study(tiny)
    assert table(tiny, "coverage")["with_data_km2"].tolist() == [11.0, 11.0]


def test_a_change_of_minus_one_survives(tiny: Path) -> None:
    rows = "class,above,below,soil,dead\n" + "".join(f"{name},0,0,{10 - (name == 'built-up')},0\n" for name in DENSITY)
    (tiny.parent / "d.csv").write_text(rows, encoding="utf-8")
    tiny.write_text(STUDY.replace("henan-six-classes", "d.csv"), encoding="utf-8")
    results = run_study(tiny)
    # Cropland (10 t/ha) to built-up (9 t/ha): exactly -1 t/ha, -100 t C a cell, -10 a year.
    with rasterio.open(results.folder / "grids" / "stock_change_2000-2010.tif") as grid:
        assert grid.read(1)[0, 1] == -10.0


@pytest.mark.parametrize("pixel", [(1000.0, -1000.0), (500.0, 1000.0), (250.0, -500.0)])
def test_south_up_and_oblong_pixels_count_alike(tiny: Path, pixel: tuple[float, float]) -> None:
    expected = run_study(tiny).tables["stock_by_class"]
    for name, codes in (("a.tif", FIRST), ("b.tif", LAST)):
        fine = np.kron(np.array(codes), np.ones((int(1000 / abs(pixel[1])), int(1000 / pixel[0])), int))
        if pixel[1] < 0:
            write_map(tiny.parent / name, fine[::-1], pixel=pixel, north=NORTH - 3000.0)
        else:
            write_map(tiny.parent / name, fine, pixel=pixel)
    found = run_study(tiny).tables["stock_by_class"]
    pd.testing.assert_frame_equal(found, expected)


def test_an_invalid_boundary_is_repaired_and_named(tiny: Path) -> None:
    bow = zone("a", "bow", 0, 0, 1, 1)
    x, y = WEST + 500, NORTH - 2500
    bow["geometry"]["coordinates"] = [[[x, y], [x + 2000, y + 2000], [x + 2000, y], [x, y + 2000], [x, y]]]
    write_zones(tiny.parent / "region.gpkg", [bow])
    tiny.write_text(STUDY.replace("[land_cover]", '[region]\nboundary = "region.gpkg"\n[land_cover]'), encoding="utf-8")
    results = run_study(tiny)
    assert any("repaired" in text for text in results.warnings)
    # A bow tie of 2 x 2 km covers two triangles of 1 km2 each.
    assert results.tables["coverage"]["region_km2"].tolist() == pytest.approx([2.0, 2.0], rel=1e-9)


def test_a_region_cuts_a_larger_map_by_area(tiny: Path) -> None:
    write_zones(tiny.parent / "region.gpkg", [zone("a", "half", WEST + 500, NORTH - 1000, WEST + 2500, NORTH)])
    tiny.write_text(STUDY.replace("[land_cover]", '[region]\nboundary = "region.gpkg"\n[land_cover]'), encoding="utf-8")
    run_study(tiny)
    area = table(tiny, "stock_by_class").set_index(["year", "land_class"])["area_km2"]
    assert area[(2000, "cropland")] == pytest.approx(1.5, rel=1e-9)
    assert area[(2000, "forest")] == pytest.approx(0.5, rel=1e-9)


GOLDEN = """\
year,land_class,area_km2,stock_t_c,above_t_c,below_t_c,soil_t_c,dead_t_c
2000,cropland,5.0,33405.0,2425.0,460.0,29100.0,1420.0
2000,forest,3.0,44985.0,6276.0,2259.0,20190.0,16260.0
2000,grassland,1.0,7250.0,163.0,848.0,6020.0,219.0
2000,water,1.0,6210.0,0.0,0.0,6210.0,0.0
2000,built-up,1.0,6000.0,0.0,0.0,6000.0,0.0
2000,unused,0.0,0.0,0.0,0.0,0.0,0.0
2010,cropland,3.0,20043.0,1455.0,276.0,17460.0,852.0
2010,forest,4.0,59980.0,8368.0,3012.0,26920.0,21680.0
2010,grassland,0.0,0.0,0.0,0.0,0.0,0.0
2010,water,1.0,6210.0,0.0,0.0,6210.0,0.0
2010,built-up,3.0,18000.0,0.0,0.0,18000.0,0.0
2010,unused,0.0,0.0,0.0,0.0,0.0,0.0
"""


def test_golden_run(tiny: Path, tmp_path: Path) -> None:
    """Worked out by hand from Table 1 of the paper; equal to 1e-12 relative."""
    run_study(tiny)
    golden = tmp_path / "golden.csv"
    golden.write_text(GOLDEN, encoding="utf-8")
    pd.testing.assert_frame_equal(table(tiny, "stock_by_class"), pd.read_csv(golden), rtol=1e-12)


@pytest.mark.parametrize("pairs", ["consecutive", "all"])
def test_a_yearly_change_is_that_since_the_year_before(tiny_with_people: Path, pairs: str) -> None:
    """Three years: the change that ends in the third begins in the second, whichever pairs are told."""
    folder = tiny_with_people.parent
    write_map(folder / "c.tif", FIRST)
    (folder / "totals.csv").write_text("year,emissions,unit\n2000,1,t C\n2010,1,t C\n2020,1,t C\n", encoding="utf-8")
    text = tiny_with_people.read_text(encoding="utf-8").replace("[2000, 2010]", "[2000, 2010, 2020]")
    text = text.replace('2010 = "b.tif" }', '2010 = "b.tif", 2020 = "c.tif" }')
    tiny_with_people.write_text(
        text + f'[balance]\nmode = "stock_change"\n[change]\npairs = "{pairs}"\n', encoding="utf-8"
    )
    run_study(tiny_with_people)
    supply = table(tiny_with_people, "balance").set_index("year")["supply_t_c_per_yr"]
    # The third map is the first one again, so what was gained is lost.
    assert supply[2020] == pytest.approx(-supply[2010], rel=1e-12)
    assert supply[2010] > 0


@pytest.mark.parametrize("fault", ["overfull", "margin"])
def test_the_checks_on_land_can_fail(tiny: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    """A kernel that counted a pixel twice, or took a transition for another, is found out."""
    from tanheng.stages.land import counting

    counted = counting.counted_blocks

    def spoilt(*arguments: object, **options: object) -> object:
        for task, counts in counted(*arguments, **options):
            if fault == "overfull":
                counts.shares[1, 0, 0, 0] += 0.5
            else:
                moved = counts.pairs[0]
                moved[0, 1], moved[0, 4] = moved[0, 4].copy(), moved[0, 1].copy()
            yield task, counts

    monkeypatch.setattr(counting, "counted_blocks", spoilt)
    with pytest.raises(SelfCheckError, match="class_areas" if fault == "overfull" else "transition"):
        run_study(tiny)
