from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.workbook import Workbook

from spreadsheet import Spreadsheet
from tanheng.language import speaking, tr
from tanheng.pipeline.run import Results, run_study
from tanheng.report.style.palettes import class_colours
from tanheng.report.style.times import local_time
from tanheng.report.words.cells import cell_words
from tanheng.report.workbook import table_sheets
from tanheng.report.workbook.check_sheet import OK, fault
from tanheng.report.workbook.table_sheets import HEAD, sheet_names
from tanheng.report.workbook.workbook import write_workbook
from tanheng.tables.columns import column_titles, holds_words
from tanheng.tables.titles import MEANINGS, TITLES


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    from conftest import tiny_study_with_people

    return run_study(tiny_study_with_people(tmp_path_factory.mktemp("workbook")))


@pytest.fixture(params=["en", "zh"])
def book(request: pytest.FixtureRequest, results: Results, tmp_path: Path) -> Workbook:
    """Workbook of the run in each language, read back with its formulas."""
    with speaking(request.param):
        write_workbook(tmp_path / "tables.xlsx", results.tables, results.record)
        yield openpyxl.load_workbook(tmp_path / "tables.xlsx")


def _sheet_of(table: str, results: Results) -> str:
    return sheet_names(results.tables, ("Contents", "Checks", "Charts", "Data of the charts"))[table]


def test_each_figure_equals_its_csv(book: Workbook, results: Results) -> None:
    for name in results.tables:
        path = results.folder / "tables" / f"{name}.csv"
        table = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False, na_values=[""], dtype={"zone_id": str})
        sheet = book[_sheet_of(name, results)]
        rows = list(sheet.iter_rows(min_row=HEAD - 1, values_only=True))
        assert list(rows[0]) == list(table.columns)
        assert list(rows[1]) == column_titles(list(table.columns), name)
        assert sheet.freeze_panes == f"A{HEAD + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{HEAD}:")
        for row, values in zip(rows[2:], table.itertuples(index=False), strict=True):
            for cell, value, column in zip(row, values, table.columns, strict=True):
                if isinstance(value, float) and math.isnan(value):
                    assert cell in {None, ""}
                elif holds_words(column, name):
                    assert cell == cell_words(value, column, name)
                else:
                    assert cell == pytest.approx(value, rel=1e-15)


def test_every_csv_with_chinese_bears_the_mark_that_excel_reads(results: Results) -> None:
    files = [path.read_bytes() for path in (results.folder / "tables").glob("*.csv")]
    assert any(not data.isascii() for data in files)
    assert all(data.isascii() or data.startswith(b"\xef\xbb\xbf") for data in files)


def test_each_cross_check_is_ok_in_its_cell_and_when_worked_out(book: Workbook, tmp_path: Path) -> None:
    cached = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)
    name = book.sheetnames[1]
    sheet = Spreadsheet(book)
    lines = range(HEAD + 1, book[name].max_row + 1)
    assert len(lines) > 30
    for line in lines:
        assert cached[name][f"G{line}"].value == OK
        assert sheet.value(name, f"G{line}") == OK, book[name][f"A{line}"].value
        for column in "CD":
            assert sheet.value(name, f"{column}{line}") == pytest.approx(
                cached[name][f"{column}{line}"].value, rel=1e-9, abs=1e-6
            )


@pytest.mark.parametrize(
    ("table", "column", "broken"),
    [
        ("stock_by_class", "stock_t_c", "stored carbon of all classes is the supply"),
        ("stock_by_class", "soil_t_c", "carbon of all pools"),
        ("stock_by_class", "area_km2", "areas of all classes"),
        ("stock_by_zone", "density_t_c_per_ha", "carbon density times area"),
        ("balance", "balance_t_c", "balance is supply minus demand"),
        ("balance_by_zone", "demand_t_c_per_yr", "demand of the zones"),
        ("emissions", "emissions_t_c", "emissions by fuel and sector"),
        ("demand_allocation", "emissions_t_c", "emissions that were spread"),
        ("transitions", "area_km2", "transitions from each class"),
        ("transitions", "stock_change_t_c", "transitions sum to the change"),
        ("land_change", "change_km2", "change of area"),
        ("mismatch", "area_share", "shares of the quadrants"),
        ("coverage", "missing_km2", "land with and without data"),
    ],
)
def test_a_spoilt_number_turns_its_check_to_a_warning(
    results: Results, tmp_path: Path, table: str, column: str, broken: str
) -> None:
    write_workbook(tmp_path / "tables.xlsx", results.tables, results.record)
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    number = list(results.tables[table].columns).index(column) + 1
    rows = results.tables[table][column].abs()
    cell = book[_sheet_of(table, results)].cell(HEAD + 1 + int(rows.to_numpy().argmax()), number)
    cell.value = cell.value * 1.0001 + 1e-4
    sheet, name = Spreadsheet(book), book.sheetnames[1]
    told = [
        book[name][f"A{line}"].value.lower()
        for line in range(HEAD + 1, book[name].max_row + 1)
        if sheet.value(name, f"G{line}") == fault()
    ]
    assert any(law.startswith(broken) for law in told), told
    states = [row[0] for row in book["Contents"].iter_rows(max_col=1, max_row=12) if "COUNTIF" in str(row[0].value)]
    assert "differ" in sheet.value("Contents", states[0].coordinate)


def test_figures_that_differ_are_told_as_they_are_written(results: Results, tmp_path: Path) -> None:
    spoilt = {name: table.copy() for name, table in results.tables.items()}
    spoilt["balance"].loc[0, "balance_t_c"] += 1.0
    write_workbook(tmp_path / "tables.xlsx", spoilt, results.record)
    cached = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)
    assert {row[6] for row in cached["Checks"].iter_rows(min_row=HEAD + 1, values_only=True)} == {OK, fault()}
    assert any("differ" in str(row[0]) for row in cached["Contents"].iter_rows(max_row=12, values_only=True))


def test_contents_link_every_sheet_and_say_what_the_run_was(book: Workbook, results: Results) -> None:
    contents = book.worksheets[0]
    linked = {
        cell.hyperlink.location.split("!")[0].strip("'")
        for row in contents.iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert linked | {contents.title, tr("Data of the charts")} == set(book.sheetnames)
    told = " ".join(str(cell.value) for row in contents.iter_rows(max_row=8) for cell in row if cell.value)
    assert "Tiny" in told
    assert local_time(str(results.record["made"])) in told


def test_charts_are_drawn_from_formulas_that_equal_the_tables(results: Results, tmp_path: Path) -> None:
    write_workbook(tmp_path / "tables.xlsx", results.tables, results.record)
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert len(book["Charts"]._charts) >= 5
    cached = openpyxl.load_workbook(tmp_path / "tables.xlsx", data_only=True)
    sheet, name, seen = Spreadsheet(book), "Data of the charts", 0
    for row in book[name].iter_rows():
        for cell in row:
            if str(cell.value).startswith("="):
                known = cached[name][cell.coordinate].value
                assert sheet.value(name, cell.coordinate) == pytest.approx(known, rel=1e-12, abs=1e-12)
                seen += 1
    assert seen > 50


def test_classes_have_the_colours_of_the_maps_in_charts(tmp_path: Path) -> None:
    classes = ["forest", "orchard", "moor"]
    frame = pd.DataFrame({"year": 2000, "land_class": classes, "area_km2": 1.0, "stock_t_c": 1.0})
    write_workbook(tmp_path / "t.xlsx", {"stock_by_class": frame}, {"title": "t"})
    chart = openpyxl.load_workbook(tmp_path / "t.xlsx")["Charts"]._charts[0]
    drawn = [f"#{series.graphicalProperties.solidFill.srgbClr}".lower() for series in chart.series]
    assert drawn == class_colours(classes)


def test_values_that_do_not_exist_are_empty_cells(tmp_path: Path) -> None:
    write_workbook(tmp_path / "t.xlsx", {"one": pd.DataFrame({"a": [1.0, np.nan, np.inf]})}, {"title": "title"})
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["one"]
    assert [sheet.cell(row, 1).value for row in range(HEAD, HEAD + 4)] == ["a", 1, None, None]


def test_a_table_that_is_too_long_is_cut_with_a_note_and_left_out_of_the_checks(
    results: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table_sheets, "MOST_ROWS", 5)
    write_workbook(tmp_path / "t.xlsx", results.tables, results.record)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    sheet = book["Land-use transitions"]
    assert sheet.max_row == HEAD + 5
    assert sheet["B3"].value.startswith("Cut after 5 rows")
    assert "tables/transitions.csv" in sheet["B3"].value
    assert not [row for row in book["Checks"].iter_rows(values_only=True) if "ransitions" in str(row[0])]


def test_user_words_are_taken_as_they_are_in_conditions(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"year": 2000, "land_class": ["a*", 'a"b', "a?"], "area_km2": 1.0, "stock_t_c": [1.0, 2.0, 4.0]}
    )
    write_workbook(tmp_path / "t.xlsx", {"stock_by_class": frame}, {"title": "t"})
    book = openpyxl.load_workbook(tmp_path / "t.xlsx", data_only=True)
    fresh = openpyxl.load_workbook(tmp_path / "t.xlsx")
    row = next(cell.row for cell in book["Data of the charts"]["A"] if cell.value == "2000")
    shown = [Spreadsheet(fresh).value("Data of the charts", f"{letter}{row}") for letter in "BCD"]
    assert shown == pytest.approx([1.0, 2.0, 4.0])


def test_every_title_fits_a_sheet_and_stands_once() -> None:
    assert all(len(title) <= 31 for title in TITLES.values())
    assert len({title.casefold() for title in TITLES.values()}) == len(TITLES)
    assert set(MEANINGS) == set(TITLES)


def test_sheets_of_the_same_title_are_told_apart() -> None:
    assert sheet_names(["contents", "a:b", "a b"], ["Contents"]) == {
        "contents": "contents 2",
        "a:b": "a b",
        "a b": "a b 2",
    }
