from __future__ import annotations

from pathlib import Path

import pytest

from tanheng.errors import InputError, UnitError
from tanheng.factors import carbon_densities_from, emission_factors_from, fuels, legend_from, names, read_builtin
from tanheng.factors.reading import read_table
from tanheng.language import speaking

SIX = {"cropland", "forest", "grassland", "water", "built-up", "unused"}


@pytest.mark.parametrize("name", names("legends"))
def test_every_legend_has_a_source_and_the_six_classes(name: str) -> None:
    legend = legend_from(name)
    assert len(legend.source) > 20
    assert set(legend.classes) <= SIX
    assert {"cropland", "forest", "water", "built-up"} <= set(legend.classes)


@pytest.mark.parametrize("name", names("legends"))
def test_every_class_of_a_legend_has_an_ipcc_category(name: str) -> None:
    known = {"cropland", "forest land", "grassland", "wetlands", "settlements", "other land"}
    for _, row in read_builtin("legends", name).rows:
        assert (row["ipcc_category"] in known) == bool(row["land_class"])


@pytest.mark.parametrize("name", names("emission_factors"))
def test_every_emission_factor_has_a_source(name: str) -> None:
    for _, row in read_builtin("emission_factors", name).rows:
        assert row["source"]
        assert float(row["value"]) > 0


@pytest.mark.parametrize(
    ("fuel", "unit", "product"),
    # Products of METHOD's Chinese table, t CO2 per t or per 10^4 m3: NCV * CC * O * 44/12.
    [
        ("raw_coal", "t", 1.9003),
        ("bituminous_coal", "t", 1.74175),
        ("coke", "t", 2.86042),
        ("coke_oven_gas", "10^4 m3", 8.86381),
        ("blast_furnace_gas", "10^4 m3", 8.48113),
        ("converter_gas", "10^4 m3", 15.12403),
        ("crude_oil", "t", 3.02020),
        ("gasoline", "t", 2.92506),
        ("diesel", "t", 3.09591),
        ("fuel_oil", "t", 3.17046),
        ("lpg", "t", 3.10133),
        ("natural_gas", "10^4 m3", 21.62189),
        ("lng", "t", 2.83126),
    ],
)
def test_products_of_the_chinese_table(fuel: str, unit: str, product: float) -> None:
    found = emission_factors_from("china-gbt").fuels[fuel].carbon_per(unit) * 44 / 12
    assert found == pytest.approx(product, abs=6e-5)


def test_ipcc_diesel_is_its_product() -> None:
    # 43.0 TJ/Gg * 74.1 t CO2/TJ = 3186.3 t CO2 per 1000 t.
    assert emission_factors_from("ipcc-2006").fuels["diesel"].carbon_per("t") * 44 / 12 == pytest.approx(
        3.1863, rel=1e-12
    )


def test_standard_coal_form() -> None:
    # 1 t raw coal: 0.7143 tce * 0.7559 t C/tce.
    assert emission_factors_from("china-standard-coal").fuels["raw_coal"].carbon_per("t") == pytest.approx(
        0.7143 * 0.7559, rel=1e-12
    )


def test_gas_is_not_counted_in_tonnes() -> None:
    with pytest.raises(UnitError, match="a volume"):
        emission_factors_from("china-gbt").fuels["natural_gas"].carbon_per("t")


def test_energy_serves_every_fuel() -> None:
    gas = emission_factors_from("china-gbt").fuels["natural_gas"]
    # 1 tce = 29.3076e-3 TJ * 15.3 t C/TJ * 0.99
    assert gas.carbon_per("tce") == pytest.approx(29.3076e-3 * 15.3 * 0.99, rel=1e-12)


def test_a_missing_fuel_takes_a_substitute_and_says_so() -> None:
    fuel, note = emission_factors_from("ipcc-2006").fuel("raw_coal")
    assert fuel.name == "other_bituminous_coal"
    assert "raw coal (other bituminous coal)" in note
    with pytest.raises(InputError, match="no fuel 'electricity'"):
        emission_factors_from("ipcc-2006").fuel("electricity")


def test_unknown_fuel_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'gasoline'"):
        fuels().find("gasolin")


def test_density_of_a_class_sums_its_pools() -> None:
    totals = {name: sum(pools.values()) for name, pools in carbon_densities_from("henan-six-classes").values.items()}
    expected = {"cropland": 66.81, "forest": 149.95, "grassland": 72.5, "water": 62.1, "built-up": 60.0, "unused": 53.3}
    assert totals == pytest.approx(expected, rel=1e-12)


INVEST_POOLS = "\ufeffLUCODE;LULC_Name;C_ABOVE;C_below;c_soil;C_dead\n1;forest;1;2;3;4\n2;water;0;0;5;0\n"


@pytest.mark.parametrize("text", [INVEST_POOLS, INVEST_POOLS.replace(";", ","), INVEST_POOLS.replace(";", "\t")])
def test_invest_pool_tables_are_read_unchanged(tmp_path: Path, text: str) -> None:
    (tmp_path / "pools.csv").write_text(text, encoding="utf-8")
    densities = carbon_densities_from("pools.csv", tmp_path)
    assert densities.values["forest"] == {"above": 1.0, "below": 2.0, "soil": 3.0, "dead": 4.0}
    assert dict(legend_from("pools.csv", tmp_path).codes) == {1: "forest", 2: "water"} == densities.codes


def test_pool_tables_without_names_are_named_by_code(tmp_path: Path) -> None:
    (tmp_path / "pools.csv").write_text("lucode,c_above,c_below,c_soil,c_dead\n7,1,1,1,1\n", encoding="utf-8")
    assert list(carbon_densities_from("pools.csv", tmp_path).values) == ["code 7"]


def test_tables_in_gb18030_are_read(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_bytes("class,above,below,soil,dead\n耕地,1,2,3,4\n".encode("gb18030"))
    assert list(carbon_densities_from("d.csv", tmp_path).values) == ["耕地"]


def test_titles_and_notes_of_a_yearbook_are_no_part_of_its_table(tmp_path: Path) -> None:
    rows = "表5-16 各地区排放量,,\n,,单位:万吨\n年份,地区,排放量\n2000,甲,5\n2000,乙,\n注:初步核算数,,\n"
    (tmp_path / "a.csv").write_bytes(rows.encode("gb18030"))
    table = read_table(tmp_path / "a.csv")
    assert table.header == ("year", "zone", "emissions", "unit")
    assert {row["unit"] for _, row in table.rows} == {"万吨"}
    assert [(line, row["zone"]) for line, row in table.rows] == [(4, "甲"), (5, "乙")]
    assert table.source == "表5-16 各地区排放量 单位:万吨 注:初步核算数"
    # A row that merely lacks its other cells is no note, and a single column has no title.
    (tmp_path / "b.csv").write_text("class\nforest\nwater\n", encoding="utf-8")
    assert [row["class"] for _, row in read_table(tmp_path / "b.csv").rows] == ["forest", "water"]
    (tmp_path / "c.csv").write_text("A title\nyear;area\n2000;1,5\n甲;\n", encoding="utf-8")
    assert [row["year"] for _, row in read_table(tmp_path / "c.csv").rows] == ["2000", "甲"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("forest,1,2,3,\n", "line 2 .forest., column 'dead' is blank"),
        ("forest,1,2,x,4\n", "column 'soil' is 'x', not a number"),
        ("forest,1,-2,3,4\n", "column 'below' is -2; it can't be negative"),
        ("forest,1,nan,3,4\n", "finite"),
        ("forest,1,2,3,4\nforest,1,2,3,4\n", "line 3: 'forest' appears twice"),
        ("", "has a header and no rows"),
    ],
)
def test_bad_densities_name_their_cell(tmp_path: Path, rows: str, message: str) -> None:
    (tmp_path / "d.csv").write_text("class,above,below,soil,dead\n" + rows, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        carbon_densities_from("d.csv", tmp_path)


@pytest.mark.parametrize(
    ("text", "header", "rows"),
    [
        ("fuel,unit (t)\ncoal,5\n", ("fuel", "unit (t)"), 1),
        ("地区,排放量\n甲,5\n注1:初步核算\n注2:含港口,不含机场\n", ("zone", "emissions"), 1),
        ("class\nforest\nsource: own\n", ("class",), 2),
        ("(unit: 10^4 t CO2),\nyear,emissions\n2000,5\n", ("year", "emissions", "unit"), 1),
        ("# original unit: kt\nyear,emissions\n2000,5\n", ("year", "emissions"), 1),
    ],
)
def test_what_only_looks_like_a_title_or_a_note_stays(
    tmp_path: Path, text: str, header: tuple[str, ...], rows: int
) -> None:
    (tmp_path / "a.csv").write_text(text, encoding="utf-8")
    table = read_table(tmp_path / "a.csv")
    assert (table.header, len(table.rows)) == (header, rows)
    assert all(row.get("unit") in (None, "10^4 t CO2") for _, row in table.rows)


def test_a_stated_unit_wins_over_that_of_a_title(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("表1,单位:kt CO2\n年份,地区,排放量\n2000,甲,5\n", encoding="utf-8")
    assert read_table(tmp_path / "a.csv").rows[0][1]["unit"] == "kt CO2"
    assert read_table(tmp_path / "a.csv", unit="10^4 t CO2").rows[0][1]["unit"] == "10^4 t CO2"


def test_units_in_the_headings_of_densities(tmp_path: Path) -> None:
    own = tmp_path / "d.csv"
    own.write_text("class,above (t C/ha),below(tC/hm2),soil,dead\nforest,1,2,3,4\n", encoding="utf-8")
    assert carbon_densities_from("d.csv", tmp_path).values["forest"] == {
        "above": 1.0,
        "below": 2.0,
        "soil": 3.0,
        "dead": 4.0,
    }
    own.write_text("class,地上生物量(t/hm2),below,soil,dead\nforest,1,2,3,4\n", encoding="utf-8")
    with pytest.raises(InputError, match="'t/hm2' does not say that it is carbon"):
        carbon_densities_from("d.csv", tmp_path)
    own.write_text("class,above (AGB),below,soil (0-100 cm),soil,above,dead\nforest,9,2,9,3,1,4\n", encoding="utf-8")
    assert carbon_densities_from("d.csv", tmp_path).values["forest"] == {
        "above": 1.0,
        "below": 2.0,
        "soil": 3.0,
        "dead": 4.0,
    }
    own.write_text("class,above (kg C/m2),below,soil,dead\nforest,1,2,3,4\n", encoding="utf-8")
    with pytest.raises(InputError, match="is in kg C/m2; densities are read in t C/ha: multiply by 10"):
        carbon_densities_from("d.csv", tmp_path)


def test_years_side_by_side_are_told(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text("地区,2000年,2010年\n甲,1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="the years stand side by side"):
        read_table(tmp_path / "e.csv").require(["year", "emissions"])


def test_a_missing_column_suggests_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("class,above,below,soill,dead\nforest,1,2,3,4\n", encoding="utf-8")
    with pytest.raises(InputError, match="'soil' is missing; did you mean 'soill'"):
        carbon_densities_from("d.csv", tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("code,class\n1.5,forest\n", "whole number"),
        ("code,class\n1,forest\n1,water\n", "code 1 appears twice"),
        ("kode,class\n1,forest\n", "'code' is missing"),
    ],
)
def test_bad_legends_are_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "l.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        legend_from("l.csv", tmp_path)


def test_users_factors_need_a_source(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("fuel,factor,value,unit,source\n原煤,carbon_content,26,t C/TJ,\n", encoding="utf-8")
    with pytest.raises(InputError, match="a factor needs one"):
        emission_factors_from("f.csv", tmp_path)


def test_fuels_are_told_in_words_of_the_language() -> None:
    assert emission_factors_from("ipcc-2006").fuel("raw_coal")[1].endswith("raw coal (other bituminous coal)")
    with speaking("zh"):
        note = emission_factors_from("ipcc-2006").fuel("raw_coal")[1]
    assert "原煤（" in note
    assert "bituminous" not in note
