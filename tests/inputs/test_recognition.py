"""Files are recognised by what is in them; a wrong guess is never the only choice, and what can't be read says why."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import EXAMPLE, FIRST, write_map, write_zones, zone
from tanheng.inputs.recognition.files import files_in, recognised
from tanheng.inputs.recognition.recognised import Recognised
from tanheng.inputs.recognition.vectors import name_column


def of(path: Path) -> Recognised:
    return recognised(path, path.parent)[0]


def test_the_inputs_of_the_example_are_what_they_are() -> None:
    found = {one.file: one for path in files_in(EXAMPLE) for one in recognised(path, EXAMPLE)}
    first = {file: one.uses[0] for file, one in found.items() if one.uses}
    assert not any(file.startswith("results") for file in found)
    land = found["data/landuse_1995.tif"]
    assert land.kind == "land cover"
    assert land.year == 1995
    assert land.legends[0] == "six-classes"
    assert sum(share for _, share in land.codes) == pytest.approx(1)
    assert first["data/population_2005.tif"].entries[0][0] == ("population", "maps", "YEAR")
    assert first["data/elevation.tif"].entries == ((("drivers", "elevation", "map"), "data/elevation.tif"),)
    energy = dict(first["data/energy.csv"].entries)
    # It takes the place of other tables of emissions, and of what was said of their headings.
    assert energy[("emissions", "activity")] == "data/energy.csv"
    assert {key for key, value in energy.items() if value is None} == {
        ("emissions", name) for name in ("totals", "balance", "columns", "unit")
    }
    assert dict(first["data/counties.geojson"].entries)[("zones", "counties", "id")] == "adcode"


def test_people_by_pixel_or_by_area_is_asked_where_the_name_does_not_say(tmp_path: Path) -> None:
    likely = {}
    for name in ("pop_2020.tif", "population_density_2020.tif", "chn_ppp_2020.tif"):
        write_map(tmp_path / name, [[1.5, 2.5]], dtype="float32", nodata=-1)
        likely[name] = [use.entries[-1][1] for use in of(tmp_path / name).uses if use.likely]
    assert likely == {"pop_2020.tif": [], "population_density_2020.tif": ["density"], "chn_ppp_2020.tif": ["count"]}


def test_a_legend_that_the_file_is_named_after_comes_first(tmp_path: Path) -> None:
    for name, legend in (("CLCD_v01_2020.tif", "clcd"), ("mcd12_modis_igbp_2020.tif", "modis-igbp")):
        write_map(tmp_path / name, FIRST)
        assert of(tmp_path / name).legends[0] == legend


def test_codes_that_no_legend_knows_can_still_be_matched_by_hand(tmp_path: Path) -> None:
    write_map(tmp_path / "map.tif", [[101, 102], [103, 101]])
    found = of(tmp_path / "map.tif")
    assert found.legends == []
    assert dict(found.codes) == {101: 0.5, 102: 0.25, 103: 0.25}
    assert found.uses[0].entries == ((("land_cover", "maps", "YEAR"), "map.tif"),)


def test_missing_pixels_are_no_code(tmp_path: Path) -> None:
    write_map(tmp_path / "map.tif", FIRST)
    found = of(tmp_path / "map.tif")
    assert 0 not in dict(found.codes)
    assert found.preview is not None
    assert int(np.isnan(found.preview).sum()) == 1


def test_one_polygon_is_a_boundary_and_several_are_zones(tmp_path: Path) -> None:
    one = write_zones(tmp_path / "one.gpkg", [zone("1", "A", 0, 0, 1, 1)])
    two = write_zones(tmp_path / "two.gpkg", [zone("1", "A", 0, 0, 1, 1), zone("2", "B", 1, 0, 2, 1)])
    assert of(one).uses[0].entries[0][0] == ("region", "boundary")
    assert dict(of(two).uses[0].entries)[("zones", "two", "name")] == "name"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("年份,排放量,单位", "emissions.totals"),
        ("year,fuel,flow,quantity,unit", "emissions.balance"),
        ("地类,地上,地下,土壤,死亡有机质", "carbon_density.table"),
        ("year,class,area_km2", "simulate.demand"),
        ("zone,value", "drivers.mine.table"),
    ],
)
def test_a_table_is_known_by_its_headings(tmp_path: Path, header: str, kind: str) -> None:
    (tmp_path / "mine.csv").write_text(header + "\n" + ",".join("1" * len(header.split(","))) + "\n", encoding="utf-8")
    assert ".".join(of(tmp_path / "mine.csv").uses[0].entries[0][0]) == kind


@pytest.mark.parametrize(
    "text",
    [
        "year,mtce\n2000,1\n",
        # Emissions by fuel are no energy balance: there are no flows.
        "year,Raw Coal,Coke,Diesel Oil,Gasoline,Scope 1 Total\n2000,130,9,5,4,148\n2005,300,15,7,5,327\n",
        "地区,年份,原煤,焦炭,柴油,汽油\n河南,2000,130,9,5,4\n",
    ],
)
def test_a_table_with_headings_of_its_own_has_uses_to_choose_from_and_none_that_is_likely(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    uses = of(tmp_path / "mine.csv").uses
    totals = next(use for use in uses if use.entries[0][0] == ("emissions", "totals"))
    assert not any(use.likely for use in uses)
    assert totals.own is not None
    assert ("emissions", True) in {(name, needed) for name, _, needed in totals.own.columns}
    assert "year" not in {name for name, _, _ in totals.own.columns}  # its heading is known
    assert (totals.own.place, totals.own.unit_place) == (("emissions", "columns"), ("emissions", "unit"))


def test_what_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "broken.tif").write_bytes(b"II*\0 no raster")
    (tmp_path / "empty.csv").write_text("", encoding="utf-8")
    for name in ("broken.tif", "empty.csv"):
        assert of(tmp_path / name).kind == "unknown"
        assert name in of(tmp_path / name).problem


def test_polygons_are_recognised_whatever_their_file_is_called(tmp_path: Path) -> None:
    polygons = (EXAMPLE / "data" / "counties.geojson").read_bytes()
    (tmp_path / "counties.json").write_bytes(polygons)
    (tmp_path / "notes.json").write_text('{"a": 1}', encoding="utf-8")
    assert of(tmp_path / "counties.json").kind == of(EXAMPLE / "data" / "counties.geojson").kind
    assert of(tmp_path / "notes.json").kind == "unknown"


def test_sheets_become_entries_of_their_own(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    for sheet, value in ((book.active, "gdp"), (book.create_sheet("people"), "people")):
        sheet.title = value
        for row in (("zone", "value"), ("a", 1.0)):
            sheet.append(row)
    book.save(tmp_path / "henan.xlsx")
    names = {one.uses[0].entries[0][0][1] for one in recognised(tmp_path / "henan.xlsx", tmp_path)}
    assert names == {"henan_gdp", "henan_people"}


def test_an_empty_column_is_none_of_names() -> None:
    assert name_column({"city": [None], "province": ["河南省"]}) == "province"


def test_emissions_without_a_unit_are_emissions_and_ask_for_it(tmp_path: Path) -> None:
    (tmp_path / "co2.csv").write_text("year,emissions\n2000,10\n2020,20\n", encoding="utf-8")
    found = of(tmp_path / "co2.csv")
    first = found.uses[0]
    assert dict(first.entries)["emissions", "totals"] == "co2.csv"
    assert first.own is not None
    assert first.own.unit_place == ("emissions", "unit")
    assert not any(needed for _, _, needed in first.own.columns)
    # Years to come have the same headings, and are offered; nothing is taken for granted.
    assert ("simulate", "outlook") in [use.entries[0][0] for use in found.uses]
    assert not any(use.likely for use in found.uses)


def test_a_table_with_scenarios_is_of_years_to_come(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("year,scenario,population\n2030,slow,10\n", encoding="utf-8")
    first = of(tmp_path / "a.csv").uses[0]
    assert first.entries[0][0] == ("simulate", "outlook")
    assert first.likely


@pytest.mark.parametrize(("heading", "is_taken"), [("crop_output", True), ("soil", False)])
def test_values_by_class_are_for_a_plan(tmp_path: Path, heading: str, is_taken: bool) -> None:
    """Densities that lack pools are none."""
    (tmp_path / "a.csv").write_text(f"class,{heading}\ncropland,5.69\nforest,0\n", encoding="utf-8")
    places = [place for use in of(tmp_path / "a.csv").uses for place, _ in use.entries]
    assert (("plan", "values") in places) is is_taken


def test_all_that_is_dropped_is_told(tmp_path: Path) -> None:
    """Also what no study reads, and what lies in folders that results have outside."""
    for name in ("data/a.docx", "data/maps/b.csv", "data/c.shp", "data/c.dbf", "maps/d.csv", "e.docx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert [path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)] == [
        "data/a.docx", "data/c.shp", "data/maps/b.csv",
    ]  # fmt: skip
    assert of(tmp_path / "data" / "a.docx").kind == "unknown"


def test_a_problem_of_a_file_does_not_name_its_folder(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0none")
    problem = of(tmp_path / "a.tif").problem
    assert problem
    assert str(tmp_path) not in problem


def test_pools_of_invest_are_densities_and_a_legend(tmp_path: Path) -> None:
    text = "lucode,LULC_name,C_above,C_below,C_soil,C_dead\n1,crop,5,1,80,0\n2,wood,60,15,100,5\n"
    (tmp_path / "pools.csv").write_text(text, encoding="utf-8")
    (use,) = of(tmp_path / "pools.csv").uses
    assert dict(use.entries) == {("carbon_density", "table"): "pools.csv", ("land_cover", "legend"): "pools.csv"}
    assert use.likely
