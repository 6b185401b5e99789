from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from PIL import Image

from conftest import STUDY
from tanheng.pipeline.run import run_study
from tanheng.report.workbook import write_workbook


def test_the_workbook_holds_the_tables(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    book = openpyxl.load_workbook(results.folder / "tables.xlsx")
    assert book.sheetnames[0] == "contents"
    for name, table in results.tables.items():
        sheet = book[name]
        rows = list(sheet.iter_rows(values_only=True))
        assert list(rows[0]) == list(table.columns)
        assert sheet.freeze_panes == "A2"
        for row, values in zip(rows[1:], table.itertuples(index=False), strict=True):
            for cell, value in zip(row, values, strict=True):
                if isinstance(value, float):
                    assert cell is None if math.isnan(value) else cell == pytest.approx(value, rel=1e-15)
                else:
                    assert ("" if cell is None else cell) == value


def test_values_that_do_not_exist_are_empty_cells(tmp_path: Path) -> None:
    write_workbook(tmp_path / "t.xlsx", {"one": pd.DataFrame({"a": [1.0, np.nan, np.inf]})}, "title")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["one"]
    assert [sheet.cell(row, 1).value for row in range(1, 5)] == ["a", 1, None, None]


def test_the_report_opens_offline_and_says_what_it_is(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    text = (results.folder / "report.html").read_text(encoding="utf-8")
    assert 'src="http' not in text
    assert "<link" not in text
    assert "<script" not in text
    assert "a stock minus a flow" in text
    assert "not where smoke leaves" in text
    assert "no number of independent observations" in text
    assert "carbon neutral" not in text.lower()


def test_titles_are_escaped(tiny: Path) -> None:
    tiny.write_text(STUDY.replace('"Tiny"', '"<b>Tiny</b> & 中文"'), encoding="utf-8")
    text = (run_study(tiny).folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Tiny&lt;/b&gt; &amp; 中文" in text


def test_maps_are_wide_enough_to_read(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    for path in (results.folder / "maps").glob("*.png"):
        with Image.open(path) as picture:
            assert min(picture.size) > 400
