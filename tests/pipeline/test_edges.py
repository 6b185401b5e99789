"""What a planner's own files do: zones that reach past the region, names for ids, Chinese tables and shapefiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from conftest import NORTH, STUDY, WEST, tiny_study, write_map, write_zones, zone
from tanheng.errors import TanhengError
from tanheng.io.vectors import read_polygons
from tanheng.pipeline.run import run_study

REGION = '[region]\nboundary = "region.gpkg"\n[land_cover]'


def with_region(study: Path, west: float, south: float, east: float, north: float) -> None:
    write_zones(study.parent / "region.gpkg", [zone("r", "region", west, south, east, north)])
    study.write_text(study.read_text(encoding="utf-8").replace("[land_cover]", REGION, 1), encoding="utf-8")


def with_zone_totals(study: Path, rows: str) -> None:
    (study.parent / "totals.csv").write_text(rows, encoding="utf-8")
    text = study.read_text(encoding="utf-8").replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"')
    study.write_text(text, encoding="utf-8")


def test_a_cell_on_the_edge_gets_no_more_than_its_part(tiny_with_people: Path) -> None:
    """The region cuts the zones: a cell that is a tenth inside gets a tenth of a like cell's demand."""
    with_region(tiny_with_people, WEST + 900, NORTH - 3000, WEST + 4000, NORTH)
    write_map(tiny_with_people.parent / "people.tif", np.full((3, 4), 10.0), dtype="float32", nodata=-1)
    with_zone_totals(
        tiny_with_people, "year,zone,emissions,unit\n2000,a,66,t C\n2000,b,60,t C\n2010,a,66,t C\n2010,b,60,t C\n"
    )
    results = run_study(tiny_with_people)
    demand = results.dataset["demand"].sel(year=2000).values
    # Zone a holds 3 tenths and 3 whole cells of the region: 66 / 3.3 = 20 t C a cell.
    # The part of a cell in a polygon is known to single precision.
    np.testing.assert_allclose(demand[:, 0], 2.0, rtol=1e-6)
    np.testing.assert_allclose(demand[:, 1], 20.0, rtol=1e-6)
    assert any("55.0 % of this zone lies in the region" in text for text in results.warnings)


def test_the_ratio_of_a_cut_cell_is_that_of_a_whole_one(tiny_with_people: Path) -> None:
    with_region(tiny_with_people, WEST + 900, NORTH - 3000, WEST + 4000, NORTH)
    for name in ("a.tif", "b.tif"):
        write_map(tiny_with_people.parent / name, np.ones((3, 4)))
    write_map(tiny_with_people.parent / "people.tif", np.full((3, 4), 10.0), dtype="float32", nodata=-1)
    results = run_study(tiny_with_people)
    ratio = results.dataset["supply_demand_ratio"].sel(year=2000).values
    assert np.ptp(ratio) < 1e-9
    assert (
        results.dataset["balance"].sel(year=2000).values[0, 0] < results.dataset["balance"].sel(year=2000).values[0, 1]
    )


def test_zone_totals_stand_in_the_zone_table_as_given(tiny_with_people: Path) -> None:
    """A ragged line through cells moves none of a zone's own emissions to its neighbour."""
    half = NORTH - 3000
    zones = [
        zone("a", "西部", WEST, half, WEST + 1700, NORTH),
        zone("b", "东部", WEST + 1700, half, WEST + 4000, NORTH),
    ]
    (tiny_with_people.parent / "zones.gpkg").unlink()
    write_zones(tiny_with_people.parent / "zones.gpkg", zones)
    with_zone_totals(
        tiny_with_people, "year,zone,emissions,unit\n2000,西部,60,t C\n2000,b,30,t C\n2010,西部,50,t C\n2010,b,40,t C\n"
    )
    results = run_study(tiny_with_people)
    found = results.tables["balance_by_zone"].set_index(["year", "zone_id"])["demand_t_c_per_yr"]
    assert [found[(2000, "a")], found[(2000, "b")], found[(2010, "a")]] == pytest.approx([60.0, 30.0, 50.0], rel=1e-12)


def test_own_files_in_the_results_are_never_deleted(tiny: Path) -> None:
    run_study(tiny)
    (tiny.parent / "results" / "mynotes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(TanhengError, match=r"mynotes\.txt"):
        run_study(tiny)
    assert (tiny.parent / "results" / "mynotes.txt").read_text(encoding="utf-8") == "mine"


def test_hard_to_believe_populations_are_questioned(tiny_with_people: Path) -> None:
    write_map(tiny_with_people.parent / "people.tif", np.full((3, 4), 1e6), dtype="float32", nodata=-1)
    assert any("hard to believe" in text for text in run_study(tiny_with_people).warnings)


def test_chinese_tables_are_read(tiny_with_people: Path) -> None:
    rows = '年份,排放量,单位\n2000,"1,200",万吨二氧化碳\n2010,12,万吨CO₂\n'
    (tiny_with_people.parent / "totals.csv").write_bytes(rows.encode("gb18030"))
    table = run_study(tiny_with_people).tables["emissions"].set_index("year")["emissions_t_co2"]
    assert table[2000] == pytest.approx(1.2e7, rel=1e-12)
    assert table[2010] == pytest.approx(1.2e5, rel=1e-12)


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_shapefiles_without_an_encoding_keep_their_names(tmp_path: Path, encoding: str) -> None:
    from pyogrio.raw import write

    geometry = np.array([shapely.to_wkb(shapely.box(113, 34, 114, 35))], dtype=object)
    data = [np.array(["410100"], dtype=object), np.array(["郑州市"], dtype=object)]
    path = tmp_path / "z.shp"
    write(
        path,
        geometry,
        data,
        ["code", "name"],
        crs="EPSG:4326",
        geometry_type="Polygon",
        driver="ESRI Shapefile",
        encoding=encoding,
    )
    path.with_suffix(".cpg").unlink(missing_ok=True)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[29] = 0
    path.with_suffix(".dbf").write_bytes(bytes(dbf))
    assert read_polygons(path, "code", "name").names == ("郑州市",)


def test_a_pool_table_with_codes_needs_no_legend(tiny: Path) -> None:
    rows = "lucode,LULC_name,C_above,C_below,C_soil,C_dead\n" + "".join(
        f"{code},class {code},1,1,1,1\n" for code in range(1, 7)
    )
    (tiny.parent / "pools.csv").write_text(rows, encoding="utf-8")
    tiny.write_text(
        STUDY.replace('legend = "six-classes"\n', "").replace("henan-six-classes", "pools.csv"), encoding="utf-8"
    )
    table: pd.DataFrame = run_study(tiny).tables["stock_by_class"]
    assert set(table["land_class"]) == {f"class {code}" for code in range(1, 7)}
    assert table.loc[table["year"] == 2000, "stock_t_c"].sum() == pytest.approx(11 * 100 * 4, rel=1e-12)


@pytest.mark.parametrize(("kind", "value"), [("count", 1.0), ("density", 4.0)])
def test_people_of_a_map_cut_along_the_boundary_are_not_cut_again(
    tiny_with_people: Path, kind: str, value: float
) -> None:
    """Pixels of 500 m; the region and the map both end half a cell inside the outer cells."""
    with_region(tiny_with_people, WEST + 500, NORTH - 2500, WEST + 3500, NORTH - 500)
    people = np.full((6, 8), np.nan)
    people[1:5, 1:7] = value
    write_map(tiny_with_people.parent / "people.tif", people, pixel=500.0, dtype="float32", nodata=float("nan"))
    text = tiny_with_people.read_text(encoding="utf-8").replace('kind = "density"', f'kind = "{kind}"')
    tiny_with_people.write_text(text, encoding="utf-8")
    results = run_study(tiny_with_people)
    # 24 pixels of one person, or 6 km2 of four persons each.
    assert results.tables["balance"]["population"].tolist() == pytest.approx([24.0, 24.0], rel=1e-6)
    demand = results.dataset["demand"].sel(year=2000).values
    assert demand[0, 0] == pytest.approx(demand[1, 1] / 4, rel=1e-6)


def test_a_map_that_changed_between_two_runs_is_read_anew(tiny: Path) -> None:
    before = run_study(tiny).tables["stock_by_class"]["stock_t_c"].sum()
    write_map(tiny.parent / "a.tif", np.full((3, 4), 2))
    assert run_study(tiny).tables["stock_by_class"]["stock_t_c"].sum() > before


def test_class_names_may_hold_what_file_names_may_not(tiny: Path) -> None:
    rows = "lucode,LULC_name,C_above,C_below,C_soil,C_dead\n" + "".join(
        f"{code},Shrub/Scrub: {code}?,1,1,1,1\n" for code in range(1, 7)
    )
    (tiny.parent / "pools.csv").write_text(rows, encoding="utf-8")
    tiny.write_text(
        STUDY.replace('legend = "six-classes"\n', "").replace("henan-six-classes", "pools.csv"), encoding="utf-8"
    )
    results = run_study(tiny)
    assert (results.folder / "grids" / "land_share_Shrub-Scrub-1-_2000.tif").exists()


def test_a_code_mapped_by_hand_beats_the_declared_nodata_without_a_warning(tiny: Path) -> None:
    text = STUDY.replace('legend = "six-classes"', 'legend = "six-classes"\ncodes = { 0 = "water" }')
    tiny.write_text(text, encoding="utf-8")
    results = run_study(tiny)
    assert not any("declares" in item for item in results.warnings)
    area = results.tables["stock_by_class"].set_index(["year", "land_class"])["area_km2"]
    assert area[(2000, "water")] == 2.0


def test_later_maps_are_read_where_the_first_one_has_data(tmp_path: Path) -> None:
    """Without a boundary the region is the land of the first map, also inside a cell of which it knows three quarters."""
    study = tiny_study(tmp_path)
    first = np.repeat(np.repeat([[1, 1, 2, 2], [1, 3, 2, 4], [1, 1, 5, 1]], 2, axis=0), 2, axis=1)
    last = first.copy()
    first[0, 0] = 0
    last[0, 0] = 5  # where the first map knows nothing
    last[1, 1] = 2
    write_map(tmp_path / "a.tif", first, pixel=500.0)
    write_map(tmp_path / "b.tif", last, pixel=500.0)
    results = run_study(study)
    areas = results.tables["stock_by_class"].set_index(["year", "land_class"])["area_km2"]
    assert areas[2000].sum() == pytest.approx(11.75)
    assert areas[2010].sum() == pytest.approx(11.75)
    assert areas[2010, "built-up"] == pytest.approx(1.0)
    moved = results.tables["transitions"].set_index(["from_class", "to_class"])["area_km2"]
    assert moved["cropland", "forest"] == pytest.approx(0.25)
