"""Tables that could be read in two ways are refused, or are read in the one way that their words allow; no row vanishes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pyproj
import pytest

from tanheng.errors import InputError, StudyError
from tanheng.inputs.emission.emissions import open_emissions
from tanheng.inputs.problems import Problems
from tanheng.inputs.zone_names import by_id
from tanheng.io.tables import read_activity, read_energy_balance, read_totals
from tanheng.io.vectors import Polygons
from tanheng.study import parse_study

PRINTED = """{title}
项目,原煤,焦炭,汽油
,万吨,万吨,万吨
火力发电,-500,,
终端消费量,100,20,30
"""


def written(folder: Path, text: str, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def book(path: Path, *rows: list[object]) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize(
    ("heading", "tonnes_of_carbon"),
    [
        ("emissions (t CO2)", 12 / 44),
        ("Emissions (10^4 tCO2)", 12e4 / 44),
        ("排放量（万吨CO2）", 12e4 / 44),
        ("emissions (Mt C)", 1e6),
        ("emissions (kt CO2)", 12e3 / 44),
    ],
)
def test_a_unit_in_a_heading_keeps_its_case(tmp_path: Path, heading: str, tonnes_of_carbon: float) -> None:
    totals = read_totals(written(tmp_path, f"year,{heading}\n2015,1\n"))
    assert totals["emissions_t_c"].tolist() == pytest.approx([tonnes_of_carbon])


def test_a_unit_in_a_heading_is_that_of_the_row(tmp_path: Path) -> None:
    rows = read_activity(written(tmp_path, "year,fuel,quantity (Mtce)\n2015,raw coal,5\n"))
    assert rows["unit"].tolist() == ["Mtce"]


@pytest.mark.parametrize(
    ("header", "row", "stated"),
    [
        ("year,emissions,unit", "2015,1,t CO2", "10^4 t CO2"),
        ("year,emissions (10^4 t CO2),unit", "2015,1,t CO2", None),
        ("year,emissions (10^4 t CO2)", "2015,1", "t CO2"),
    ],
)
def test_two_units_for_one_amount_are_refused(tmp_path: Path, header: str, row: str, stated: str | None) -> None:
    with pytest.raises(InputError, match="two units are named for one amount"):
        read_totals(written(tmp_path, f"{header}\n{row}\n"), unit=stated)


def test_two_spellings_of_a_unit_are_one_and_blank_cells_take_what_is_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "year,emissions (fossil),unit\n2005,1,万吨二氧化碳\n2015,1,\n")
    totals = read_totals(path, unit="10^4 t CO2")
    assert totals["emissions_t_c"].tolist() == pytest.approx([12e4 / 44] * 2)


def test_a_named_heading_stands_before_a_column_of_that_name(tmp_path: Path) -> None:
    path = written(tmp_path, "year,fossil,emissions,unit\n2015,1000,9999,t C\n")
    assert read_totals(path, {"emissions": "fossil"})["emissions_t_c"].tolist() == [1000.0]
    swapped = written(tmp_path, "year,unit,emissions\n2015,1000,t C\n")
    assert read_totals(swapped, {"emissions": "unit", "unit": "emissions"})["emissions_t_c"].tolist() == [1000.0]


def test_a_heading_for_what_is_no_column_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "year,fossil,unit\n2015,1000,t C\n")
    with pytest.raises(InputError, match="'emision', which is not a column of this table; did you mean 'emissions'"):
        read_totals(path, {"emision": "fossil"})


def test_an_error_of_excel_is_no_comment(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.xlsx", ["# by hand"], ["year", "emissions", "unit", "share"], ["#N/A", 1, "t C", "#DIV/0!"]
    )
    with pytest.raises(InputError, match=r"line 3, column 'year' is '#N/A', an Excel error value"):
        read_totals(path)


def test_errors_and_formulas_of_columns_that_nobody_reads_do_no_harm(tmp_path: Path) -> None:
    path = book(
        tmp_path / "t.XLSX",
        ["year", "emissions", "unit", "share"],
        [2005, 1, "t C", "#DIV/0!"],
        [2015, 2, "t C", "=1+1"],
    )
    assert read_totals(path.with_name("t.XLSX#Sheet"))["emissions_t_c"].tolist() == [1.0, 2.0]


def altered(path: Path, old: str, new: str) -> Path:
    """Copy of an Excel file with another text in its sheet."""
    copy = path.with_name("altered.xlsx")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(copy, "w") as target:
        for item in source.namelist():
            data = source.read(item)
            if item == "xl/worksheets/sheet1.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(item, data)
    return copy


@pytest.mark.parametrize("size", ["A1", "A1:C2"])
def test_the_size_that_a_sheet_states_is_not_relied_on(tmp_path: Path, size: str) -> None:
    path = book(tmp_path / "t.xlsx", ["year", "emissions", "unit"], [2005, 1, "t C"], [2015, 2, "t C"])
    assert read_totals(altered(path, 'ref="A1:C3"', f'ref="{size}"'))["year"].tolist() == [2005, 2015]


def test_a_formula_whose_value_is_an_empty_text_is_a_blank(tmp_path: Path) -> None:
    path = book(tmp_path / "t.xlsx", ["year", "emissions", "unit", "sector"], [2005, 1, "t C", '=IF(A2="","x","")'])
    held = altered(path, '<c r="D2"><f>', '<c r="D2" t="str"><f>')
    assert read_totals(held)["sector"].tolist() == [""]


def test_a_misspelt_first_fuel_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "2015年\n项目,源煤,焦炭,汽油,柴油\n,万吨,万吨,万吨,万吨\n工业,1,2,3,4\n")
    with pytest.raises(StudyError, match="line 2: '源煤' names no fuel"):
        read_energy_balance(path)
    rows, _ = read_energy_balance(path, {"raw_coal": "源煤"})
    assert dict(zip(rows["fuel"], rows["quantity"], strict=True))["raw_coal"] == 1.0


def test_figures_without_a_heading_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "2015年\n项目,原煤,,焦炭,汽油\n,万吨,万吨,万吨,万吨\n工业,1,2,3,4\n")
    with pytest.raises(StudyError, match="column 3 has figures and no heading"):
        read_energy_balance(path)


def test_numbered_rows_merged_years_and_dots_are_taken_as_printed(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "编号,年份,项目,项目英文,原煤,焦炭,汽油\n,,,,万吨,万吨,万吨\n1,2014年,工业,Industry,1,…,3\n2,,建筑业,Construction,4,,\n1,2015年,工业,Industry,5,,\n",
    )
    rows, _ = read_energy_balance(path)
    assert list(zip(rows["year"], rows["flow"], rows["fuel"], rows["quantity"], strict=True)) == [
        (2014, "industry", "raw_coal", 1.0),
        (2014, "industry", "gasoline", 3.0),
        (2014, "construction", "raw_coal", 4.0),
        (2015, "industry", "raw_coal", 5.0),
    ]


def test_a_unit_of_the_study_fills_in_and_does_not_override(tmp_path: Path) -> None:
    path = written(tmp_path, PRINTED.format(title="2015年"))
    with pytest.raises(InputError, match=r"two units .* '万吨' and '万吨标准煤'"):
        read_energy_balance(path, unit="万吨标准煤")


def balances(tmp_path: Path, **files: str) -> Problems:
    """Problems of a study with these balances by year."""
    study = parse_study(
        {
            "title": "t",
            "years": [2000, 2010],
            "land_cover": {"legend": "six-classes", "maps": {"2000": "a.tif", "2010": "a.tif"}},
            "carbon_density": {"table": "henan-six-classes"},
            "population": {"kind": "density", "map": "p.tif"},
            "emissions": {
                "balance": {year.removeprefix("of_"): name for year, name in files.items()},
                "factors": "china-gbt",
            },
        }
    )
    problems = Problems()
    open_emissions(study, tmp_path, {}, problems)
    return problems


def test_of_a_table_of_many_years_only_the_one_named_is_taken(tmp_path: Path) -> None:
    header = "year,fuel,flow,quantity,unit"
    path = written(tmp_path, f"{header}\n2000,raw coal,工业,100,t\n2010,raw coal,工业,150,t\n", "b.csv")
    rows, _ = read_energy_balance(path, year=2000)
    assert rows["quantity"].tolist() == [100.0]
    assert balances(tmp_path, of_2000="b.csv", of_2010="b.csv").errors == ()
    with pytest.raises(InputError, match="the study names it for 1990, and it has rows of 2000, 2010 alone"):
        read_energy_balance(path, year=1990)


def test_one_balance_without_years_is_not_that_of_two(tmp_path: Path) -> None:
    written(tmp_path, PRINTED.format(title="能源平衡表"), "b.csv")
    problems = balances(tmp_path, of_2000="b.csv", of_2010="b.csv")
    assert any("is named for 2000 and for 2010" in str(text) for text in problems.errors)


def test_a_title_that_is_far_from_the_year_is_told(tmp_path: Path) -> None:
    written(tmp_path, PRINTED.format(title="2011年能源平衡表"), "b2010.csv")
    written(tmp_path, PRINTED.format(title="2011年能源平衡表"), "b2000.csv")
    told = [str(text) for text in balances(tmp_path, of_2000="b2000.csv", of_2010="b2010.csv").warnings]
    assert [text for text in told if "its title names" in text] == [
        "b2000.csv: its title names 2011, the study 2000; check that it is the balance of that year"
    ]


def zones(names: tuple[str, ...], *other: tuple[str, ...]) -> Polygons:
    return Polygons("z.gpkg", pyproj.CRS(4326), (), tuple("abcdef"[: len(names)]), names, 0, other)


def test_a_zone_by_its_id_and_its_name_is_given_twice() -> None:
    table = pd.DataFrame({"year": [2000, 2000], "zone": ["a", "西部"], "sector": ["", ""], "emissions_t_c": [1.0, 1.0]})
    with pytest.raises(InputError, match="'a', '西部' are one zone, and both have a row of 2000"):
        by_id(table, zones(("西部", "东部")), "totals.csv")


def test_a_name_of_two_zones_means_neither() -> None:
    numbers = zones(("Henan", "Hebei"), ("Hebei", "X")).numbers()
    assert "Hebei" not in numbers
    assert (numbers["Henan"], numbers["X"], numbers["b"]) == (0, 1, 1)


def test_a_whole_name_stands_before_a_short_form() -> None:
    numbers = zones(("吉林", "吉林市", "长沙市", "长沙县", "广西壮族自治区", "内蒙古自治区")).numbers()
    assert (numbers["吉林"], numbers["吉林市"], numbers["广西"], numbers["内蒙古"]) == (0, 1, 4, 5)
    assert "长沙" not in numbers
