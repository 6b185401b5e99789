from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pandas as pd
import pytest
from docx.oxml.ns import qn

from conftest import tiny_study_with_people, with_outputs
from tanheng.language import speaking
from tanheng.pipeline.run import Results, run_study
from tanheng.report.word.paper_tables import PaperTable, paper_tables, written
from tanheng.report.word.word_tables import write_paper_tables


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    path = tiny_study_with_people(tmp_path_factory.mktemp("paper"))
    path.write_text(with_outputs(path.read_text(encoding="utf-8"), "docx = true\n"), encoding="utf-8")
    return run_study(path)


@pytest.fixture(params=["en", "zh"])
def document(request: pytest.FixtureRequest, results: Results, tmp_path: Path) -> Iterator[Any]:
    with speaking(request.param):
        write_paper_tables(tmp_path / "t.docx", results.tables, results.record)
        yield docx.Document(str(tmp_path / "t.docx"))


def _number(text: str) -> float:
    return float(text.replace(",", "").replace("−", "-").rstrip("*"))


def test_a_study_that_asks_for_it_gets_a_word_file(results: Results, tiny: Path) -> None:
    assert (results.folder / "tables.docx").exists()
    assert not (run_study(tiny).folder / "tables.docx").exists()


def test_each_cell_stands_in_the_file_as_it_was_laid_out(document: Any, results: Results) -> None:
    tables = paper_tables(results.tables)
    assert len(document.tables) == len(tables) >= 6
    for found, expected in zip(document.tables, tables, strict=True):
        heads = 2 if expected.groups else 1
        rows = [[cell.text for cell in row.cells] for row in found.rows]
        assert rows[heads - 1] == list(expected.header)
        assert rows[heads:] == [list(row) for row in expected.rows]


def test_tables_have_three_rules_and_no_upright_ones(document: Any) -> None:
    for table in document.tables:
        edges = [
            (edge.tag, edge.get(qn("w:sz"))) for edge in table._tbl.iter() if edge.getparent().tag == qn("w:tcBorders")
        ]
        assert {tag for tag, _ in edges} == {qn("w:top"), qn("w:bottom")}
        assert {size for _, size in edges} == {"12", "6"}
        first, last = table.rows[0].cells[0]._tc, table.rows[-1].cells[0]._tc
        assert first.find(f".//{qn('w:top')}").get(qn("w:sz")) == "12"
        assert last.find(f".//{qn('w:bottom')}").get(qn("w:sz")) == "12"
        assert table.style.name == "Normal Table"


def test_word_finds_the_title_and_the_captions_by_their_styles(document: Any) -> None:
    styles = [paragraph.style.name for paragraph in document.paragraphs]
    assert styles[0] == "Heading 1"
    assert styles.count("Caption") == len(document.tables)
    assert {str(run.font.color.rgb) for item in document.paragraphs for run in item.runs} == {"000000"}


def test_stars_and_coefficients_are_of_one_test(results: Results) -> None:
    table = results.tables["correlation"]
    coarse = table.assign(r=0.9, r_support=-0.2, p=0.001)
    found = [one for one in paper_tables({**results.tables, "correlation": coarse}) if "−0.200**" in str(one.rows)]
    assert found
    assert all("0.900" not in str(one.rows) for one in found)


def test_properties_stand_in_the_order_that_word_asks_for(document: Any) -> None:
    cells = ["tcW", "gridSpan", "vMerge", "tcBorders", "vAlign"]
    for table in document.tables:
        for properties in table._tbl.iter(qn("w:tcPr")):
            order = [cells.index(child.tag.rpartition("}")[2]) for child in properties]
            assert order == sorted(order)
        known = [child.tag.rpartition("}")[2] for child in table._tbl.tblPr]
        assert known.index("tblCellMar") < known.index("tblLook")


def test_headers_stand_again_on_every_page_and_numbers_are_right_aligned(document: Any) -> None:
    for table in document.tables:
        repeated = [row._tr.find(f".//{qn('w:tblHeader')}") is not None for row in table.rows]
        assert repeated[0]
        assert not repeated[-1]
        assert {int(cell.paragraphs[0].alignment) for cell in table.rows[-1].cells[1:]} == {2}


def test_chinese_letters_have_a_chinese_font(document: Any) -> None:
    fonts = [run.find(f".//{qn('w:rFonts')}") for run in document.element.iter(qn("w:r"))]
    assert {font.get(qn("w:eastAsia")) for font in fonts} == {"宋体"}
    assert {font.get(qn("w:ascii")) for font in fonts} == {"Times New Roman"}


def test_captions_are_numbered_by_fields(document: Any) -> None:
    fields = list(document.element.iter(qn("w:fldSimple")))
    told = ["".join(text.text for text in field.iter(qn("w:t"))) for field in fields]
    assert told == [str(number) for number in range(1, len(document.tables) + 1)]


def _of(results: Results, start: str) -> PaperTable:
    return next(table for table in paper_tables(results.tables) if table.caption.startswith(start))


def test_stocks_stand_by_class_and_year_with_their_sum(results: Results) -> None:
    table, source = _of(results, "Area and stored carbon"), results.tables["stock_by_class"]
    assert list(table.header[1:]) == ["2000", "2010", "2000", "2010"]
    row = next(row for row in table.rows if row[0] == "forest")
    held = source[(source["land_class"] == "forest") & (source["year"] == 2010)].iloc[0]
    assert _number(row[2]) == pytest.approx(held["area_km2"], rel=1e-4)
    assert _number(row[4]) == pytest.approx(held["stock_t_c"], rel=1e-4)
    assert _number(table.rows[-1][4]) == pytest.approx(source[source["year"] == 2010]["stock_t_c"].sum(), rel=1e-4)


def test_transitions_are_a_matrix_with_sums_at_its_edges(results: Results) -> None:
    table, source = _of(results, "Land-use transition"), results.tables["transitions"]
    figures = np.array([[_number(cell) for cell in row[1:]] for row in table.rows])
    assert figures[:-1, :-1].sum() == pytest.approx(source["area_km2"].sum(), rel=1e-4)
    assert figures[-1, -1] == pytest.approx(figures[:-1, :-1].sum(), rel=1e-4)
    assert figures[0, -1] == pytest.approx(figures[0, :-1].sum(), rel=1e-4)


def test_correlations_bear_stars_and_say_what_they_mean(results: Results) -> None:
    table, source = _of(results, "Correlation"), results.tables["correlation"]
    first = source[(source["method"] == "pearson") & (source["driver"] == "height")].iloc[0]
    row = next(row for row in table.rows if row[0] == "height")
    assert _number(row[1]) == pytest.approx(first["r"], abs=5e-4)
    assert "modified t-test" in table.notes[0]


def test_the_file_says_whose_it_is_and_when_it_was_made(results: Results, tmp_path: Path) -> None:
    path = tmp_path / "t.docx"
    for authors, told in ((["A. Author", "作者"], "A. Author; 作者"), ([], "tanheng")):
        record = results.record | {"settings": results.record["settings"] | {"authors": authors}}
        write_paper_tables(path, results.tables, record)
        held = docx.Document(str(path)).core_properties
        assert (held.title, held.author, held.last_modified_by, held.comments) == ("Tiny", told, told, "")
        assert held.created == held.modified == datetime.fromisoformat(results.record["made"])
    with zipfile.ZipFile(path) as file:
        assert not [name for name in file.namelist() if "thumbnail" in name]
    write_paper_tables(path, results.tables, {"title": "Tiny"})
    assert (datetime.now(UTC) - docx.Document(str(path)).core_properties.created).total_seconds() < 600


def test_large_amounts_are_told_in_millions() -> None:
    frame = pd.DataFrame({"year": 2000, "land_class": ["forest"], "area_km2": [10.0], "stock_t_c": [2.5e7]})
    table = paper_tables({"stock_by_class": frame})[0]
    assert "Mt C" in table.groups[2][0]
    assert table.rows[0][2] == "25.0000"


def test_a_layer_of_many_zones_is_left_to_the_workbook() -> None:
    stock = pd.DataFrame({"year": 2000, "land_class": ["forest"], "area_km2": [1.0], "stock_t_c": [1.0]})
    zones = pd.DataFrame(
        {"zone_layer": "county", "year": 2000, "zone_name": [str(n) for n in range(201)], "supply_t_c": 1.0}
    )
    assert len(paper_tables({"stock_by_class": stock, "balance_by_zone": zones})) == 1


def test_a_column_without_any_number_is_dashes() -> None:
    assert written([float("nan"), float("inf")]) == ["–", "–"]
    assert written([0.0]) == ["0.000"]
