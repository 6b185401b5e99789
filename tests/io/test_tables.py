"""Tables of figures: every wrong cell is told at once, by line and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tanheng.errors import InputError, StudyError
from tanheng.factors import carbon_densities_from
from tanheng.io.tables import read_energy_balance, read_points, read_totals, read_uptake, write_csv
from tanheng.language import speaking


def written(folder: Path, *lines: str) -> Path:
    path = folder / "table.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_wrong_unit_of_a_point_is_told_beside_the_other_wrong_cells(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "year,sector,longitude,latitude,emissions,unit",
        "2015,power,113.6,34.7,120,parsec",
        "2015,power,413.6,34.7,120,t CO2",
        "2015,power,113.6,34.7,many,t CO2",
    )
    with pytest.raises(StudyError) as caught:
        read_points(path)
    first, second, third = caught.value.problems
    assert f"{path}: line 2, column 'unit': " in first
    assert "parsec" in first
    assert f"{path}: line 3: 413.6" in second
    assert f"{path}: line 4, column 'emissions'" in third


def test_rows_that_sum_up_others_are_no_fuel_of_their_own(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "year,fuel,flow,quantity,unit",
        "2015,原煤,火力发电,10,10^4 t",
        "2015,煤合计,火力发电,12,10^4 t",
        "2015,能源合计,火力发电,9,10^4 tce",
    )
    rows, totals = read_energy_balance(path)
    assert rows["fuel"].tolist() == ["raw_coal"]
    assert totals["quantity"].tolist() == [9.0]


def test_a_table_with_chinese_bears_the_mark_that_excel_reads(tmp_path: Path) -> None:
    write_csv(tmp_path / "zh.csv", pd.DataFrame({"zone_name": ["郑州市"]}))
    assert (tmp_path / "zh.csv").read_bytes() == b"\xef\xbb\xbf" + "zone_name\n郑州市\n".encode()
    write_csv(tmp_path / "en.csv", pd.DataFrame({"year": [2000]}))
    assert (tmp_path / "en.csv").read_bytes() == b"year\n2000\n"


def test_columns_are_told_by_the_headings_of_the_file(tmp_path: Path) -> None:
    path = written(tmp_path, "年份,排放量,单位", "2015,很多,t C", "2015,1,吨")
    with pytest.raises(StudyError) as caught:
        read_totals(path)
    assert f"{path}: line 2, column '排放量' (emissions) is '很多'" in caught.value.problems[0]
    assert f"{path}: line 3, column '单位' (unit): " in caught.value.problems[1]


def test_a_missing_column_is_told_beside_those_that_the_file_has(tmp_path: Path) -> None:
    path = written(tmp_path, "地类,多少", "forest,1")
    with pytest.raises(InputError, match="column 'uptake' is missing; known: 地类, 多少"):
        read_uptake(path)
    with speaking("zh"), pytest.raises(InputError, match=r"'固碳量'（uptake）.*地类、多少"):
        read_uptake(path)
    with pytest.raises(InputError, match="column 'uptake' is missing; did you mean 'Uptak'"):
        read_uptake(written(tmp_path, "地类,Uptak", "forest,1"))


def test_chinese_headings_are_known(tmp_path: Path) -> None:
    assert read_uptake(written(tmp_path, "地类,吸收", "forest,1.5")) == {"forest": 1.5}
    points = read_points(written(tmp_path, "年份,行业,经度,纬度,排放量,单位", "2015,power,113.6,34.7,120,t C"))
    assert points[["longitude", "latitude"]].to_numpy().tolist() == [[113.6, 34.7]]


def test_two_headings_of_one_meaning_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "地类,吸收,碳汇", "forest,1,2")
    with pytest.raises(InputError, match="'吸收', '碳汇' all mean the column 'uptake'; rename all but one"):
        read_uptake(path)


def test_what_is_no_table_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"a\.xlsx: there is no such file"):
        carbon_densities_from("a.xlsx", tmp_path)
    with pytest.raises(InputError, match=r"a\.xls: is a spreadsheet of a format that is not read; save it as .xlsx"):
        carbon_densities_from("a.xls", tmp_path)
    with pytest.raises(InputError, match="is empty; a header and a row for each entry"):
        read_uptake(written(tmp_path, ""))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder; name a file in it"):
        read_uptake(tmp_path / "folder.csv")
    with pytest.raises(InputError, match="none of the built-in carbon densities"):
        carbon_densities_from("henan")
