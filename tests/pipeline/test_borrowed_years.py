"""Data of another year than the one that they stand for are told on the page, in the record and in the crate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import tiny_study_with_people
from tanheng.errors import StudyError
from tanheng.pipeline.run import run_study


def with_years(folder: Path, entry: str) -> Path:
    study = tiny_study_with_people(folder)
    study.write_text(study.read_text(encoding="utf-8") + f"[data_years]\n{entry}\n", encoding="utf-8")
    return study


def test_a_borrowed_year_is_told_everywhere(tmp_path: Path) -> None:
    results = run_study(with_years(tmp_path, "emissions = { 2010 = 2009 }\npopulation = { 2000 = 2001, 2010 = 2010 }"))
    record = json.loads((results.folder / "run.json").read_text(encoding="utf-8"))
    assert record["borrowed_years"] == [
        {"input": "emissions", "year": 2010, "data_year": 2009},
        {"input": "population", "year": 2000, "data_year": 2001},
    ]
    page = (results.folder / "report.html").read_text(encoding="utf-8")
    assert "emissions counted, 2010 (data of 2009)" in page
    assert "Emissions: the figures given for 2010 are of 2009." in page
    crate = (results.folder / "ro-crate-metadata.json").read_text(encoding="utf-8")
    assert "emissions of 2009 stand in for 2010; population of 2001 stand in for 2000" in crate
    assert any("2010: data of emissions of 2009 stand in" in text for text in results.warnings)


def test_one_population_map_for_all_years_is_told(tmp_path: Path) -> None:
    assert any("one map stands for 2000, 2010" in text for text in run_study(tiny_study_with_people(tmp_path)).warnings)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("emission = { 2010 = 2009 }", "'emission' is not an input of the study; did you mean 'emissions'"),
        ("emissions = { 2011 = 2009 }", "2011 is none of the study's years"),
    ],
)
def test_years_of_what_is_not_there_are_refused(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(StudyError, match=message):
        run_study(with_years(tmp_path, entry))
