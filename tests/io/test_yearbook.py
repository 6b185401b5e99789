"""Energy balances as yearbooks print them, in CSV and Excel, are read as they are."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tanheng.errors import InputError, StudyError
from tanheng.inputs.emission.emissions import open_emissions
from tanheng.inputs.problems import Problems
from tanheng.io.energy.yearbook import long_table
from tanheng.io.tables import read_energy_balance, read_totals
from tanheng.study import parse_study

#: Regional balance in physical quantities, laid out as in the China Energy Statistical Yearbook.
BALANCE = [
    ["表5-16 某省能源平衡表（实物量）-2015"],
    [
        "项  目\nItem", "煤合计\nCoal Total", "原煤\nRaw\nCoal", "洗精煤\nCleaned\nCoal", "焦炭\nCoke", "汽油\nGasoline",
        "天然气\nNatural Gas", "热力\nHeat", "电力\nElectricity", "能源合计\nTotal Energy",
    ],
    ["", "(万吨)", "(万吨)", "(万吨)", "(万吨)", "(万吨)", "(亿立方米)", "(万百万千焦)", "(亿千瓦时)", "(万吨标准煤)"],
    ["一、可供本地区消费的能源量", 1300, 1000, 300, 50, 40, 12, None, 30, 1200],
    ["1.一次能源生产量", 900, 900, None, None, None, 2, None, 5, 800],
    ["2.回收能", None, None, None, None, None, None, 3, None, 1],
    ["6.本省（区、市）调出量（-）", -100, -100, None, None, None, None, None, None, -70],
    ["二、加工转换投入（-）产出（+）量", -600, -700, 100, 80, None, -1, 500, 200, -50],
    ["1.火力发电", -500, -500, None, None, None, -1, None, 200, -120],
    ["2.供热", -100, -100, None, None, None, None, 500, None, -20],
    ["9.回收能", None, None, None, None, None, None, 7, None, 2],
    ["四、终端消费量", 600, 500, 100, 120, 40, 11, 480, 220, 1000],
    ["1.农、林、牧、渔业", 20, 20, None, None, 5, None, None, 10, 30],
    ["2.工业", 530, 430, 100, 120, 5, 6, 400, 150, 800],
    ["  #用作原料、材料", 30, 30, None, None, None, 1, None, None, 25],
    ["7.生活消费", 50, 50, None, None, 30, 5, 80, 60, 170],
    ["    城镇", 20, 20, None, None, 20, 4, 70, 40, 100],
    ["五、平衡差额", 0, 0, 0, 0, 0, 0, 0, 0, 0],
]  # fmt: skip


def sheet(path: Path, rows: list[list[object]], name: str = "表5-16") -> Path:
    book = openpyxl.Workbook()
    page = book.active
    page.title = name
    for row in rows:
        page.append(row)
    other = book.create_sheet("说明")
    other.append(["来源"])
    book.save(path)
    return path.with_name(f"{path.name}#{name}")


def values(path: Path, **more: object) -> dict[tuple[str, str], float]:
    rows, _ = read_energy_balance(path, **more)  # type: ignore[arg-type]
    return {(row.flow, row.fuel): row.quantity for row in rows.itertuples()}


def test_headings_of_two_lines_are_one() -> None:
    """A group of fuels over its fuels, as printed with merged cells."""
    rows = [
        (1, ["5-16 能源平衡表（2020年）"]),
        (2, ["", "", "", "", "单位：万吨标准煤"]),
        (3, ["项目", "煤合计", "", "", "天然气"]),
        (4, ["", "", "原煤", "焦炭", ""]),
        (5, ["工业", "", "400", "80", "10"]),
    ]
    table = long_table(rows, "b.xlsx")
    assert table is not None
    held = [(row["fuel"], row["quantity"], row["unit"], row["year"]) for _, row in table.rows]
    assert [item[1:] for item in held] == [
        ("400", "万吨标准煤", "2020"),
        ("80", "万吨标准煤", "2020"),
        ("10", "万吨标准煤", "2020"),
    ]


def test_a_sheet_of_the_yearbook_is_read_as_printed(tmp_path: Path) -> None:
    rows, totals = read_energy_balance(sheet(tmp_path / "2015.xlsx", BALANCE))
    assert set(rows["year"]) == {2015}
    held = {(row.flow, row.fuel): (row.quantity, row.unit) for row in rows.itertuples()}
    assert held["industry", "raw_coal"] == (430.0, "万吨")
    assert held["thermal power", "natural_gas"] == (-1.0, "亿立方米")
    assert held["non-energy use", "raw_coal"] == (30.0, "万吨")
    assert held["residential", "gasoline"] == (30.0, "万吨")
    # What is recovered is part of the supply; the second row of the name is of transformation and counts as nothing.
    assert held["recovery", "heat"] == (3.0, "万百万千焦")
    assert ("final consumption", "煤合计") not in held
    assert set(totals["unit"]) == {"万吨标准煤"}


def test_the_same_table_as_csv_and_with_its_year_in_the_study(tmp_path: Path) -> None:
    lines = [
        ",".join('"' + str("" if cell is None else cell).replace("\n", " ") + '"' for cell in row) for row in BALANCE
    ]
    lines[0] = "能源平衡表（实物量）"
    path = tmp_path / "balance.csv"
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    with pytest.raises(InputError, match="year is named nowhere"):
        read_energy_balance(path)
    assert values(path, year=2015) == values(sheet(tmp_path / "b.xlsx", BALANCE))


def test_what_is_burnt_is_that_of_the_long_table(tmp_path: Path) -> None:
    sheet(tmp_path / "2015.xlsx", BALANCE)
    study = parse_study(
        {
            "title": "t",
            "years": [2015],
            "land_cover": {"legend": "six-classes", "maps": {"2015": "a.tif"}},
            "carbon_density": {"table": "henan-six-classes"},
            "population": {"kind": "density", "map": "p.tif"},
            "emissions": {"balance": {"2015": "2015.xlsx#表5-16"}, "factors": "china-gbt"},
        }
    )
    problems = Problems()
    emissions = open_emissions(study, tmp_path, {}, problems)
    assert problems.errors == ()
    assert emissions is not None
    assert emissions.activity is not None
    raw = emissions.activity[emissions.activity["fuel"] == "raw_coal"].set_index("sector")["quantity"]
    # 500 into power and 100 into heat; of industry's 430, 30 are feedstock.
    assert raw["power and heat"] == 600.0
    assert raw["industry"] == 400.0
    assert raw["residential"] == 50.0


def test_a_year_of_the_title_alone_is_said(tmp_path: Path) -> None:
    sheet(tmp_path / "2015.xlsx", BALANCE)
    data = {
        "title": "t",
        "years": [2015],
        "land_cover": {"legend": "six-classes", "maps": {"2015": "a.tif"}},
        "carbon_density": {"table": "henan-six-classes"},
        "population": {"kind": "density", "map": "p.tif"},
        "emissions": {"balance": "2015.xlsx#表5-16", "factors": "china-gbt"},
    }
    problems = Problems()
    assert open_emissions(parse_study(data), tmp_path, {}, problems) is not None
    assert any("is taken as the balance of 2015, which its title names" in text for text in problems.warnings)


def test_unknown_flows_fuels_and_figures_are_named_with_their_place(tmp_path: Path) -> None:
    rows = [list(row) for row in BALANCE]
    rows[12][0], rows[13][2] = "1.第一产业", "四百"
    with pytest.raises(StudyError) as caught:
        read_energy_balance(sheet(tmp_path / "a.xlsx", rows))
    assert "line 13: '1.第一产业' names no flow" in str(caught.value)
    assert "line 14, column '原煤 Raw Coal' is '四百'" in str(caught.value)
    rows = [list(row) for row in BALANCE]
    rows[1][3] = "神秘燃料"
    with pytest.raises(StudyError, match="line 2: '神秘燃料' names no fuel"):
        read_energy_balance(sheet(tmp_path / "b.xlsx", rows))


def test_a_unit_that_is_named_nowhere_is_asked_for(tmp_path: Path) -> None:
    rows = [row for number, row in enumerate(BALANCE) if number != 2]
    path = sheet(tmp_path / "a.xlsx", rows)
    with pytest.raises(InputError, match="no unit is named for"):
        read_energy_balance(path)
    assert values(path, unit="万吨标准煤")["industry", "raw_coal"] == 430.0


def test_headings_of_the_users_own_are_named_in_the_study(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_text("year,material,process,mtce\n2015,Coal Raw,Thermal Power,-12.5\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns = "):
        read_energy_balance(path)
    headings = {"fuel": "material", "flow": "process", "quantity": "mtce"}
    rows, _ = read_energy_balance(path, headings, "Mtce")
    assert rows.iloc[0].to_dict() == {
        "year": 2015,
        "fuel": "raw_coal",
        "flow": "thermal power",
        "quantity": -12.5,
        "unit": "Mtce",
    }


def test_a_heading_may_name_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "totals.csv"
    path.write_text("年份,排放量（万吨二氧化碳）\n2015,366.6667\n", encoding="utf-8")
    assert read_totals(path)["emissions_t_c"].tolist() == pytest.approx([1e6], rel=1e-6)


def test_sheets_are_named_where_there_are_several_and_formulas_have_values(tmp_path: Path) -> None:
    sheet(tmp_path / "a.xlsx", BALANCE)
    with pytest.raises(InputError, match=r"several sheets .*a.xlsx#表5-16"):
        read_energy_balance(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="has no sheet '表5'"):
        read_energy_balance(tmp_path / "a.xlsx#表5")
    book = openpyxl.Workbook()
    book.active.append(["year", "emissions", "unit"])
    book.active.append([2015, "=1+1", "t C"])
    book.save(tmp_path / "f.xlsx")
    with pytest.raises(InputError, match="line 2, column 'emissions' has a formula without a value"):
        read_totals(tmp_path / "f.xlsx")


def test_what_is_no_excel_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="can't be read as an Excel file"):
        read_totals(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="save it as"):
        read_totals(tmp_path / "a.xls")
