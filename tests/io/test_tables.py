"""Tables of figures: every wrong cell is told at once, by line and column."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from tanheng.errors import StudyError
from tanheng.io.tables import read_energy_balance, read_points, write_csv


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
