"""Records of runs and plans have one form, with a version, written and read in one place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tanheng
from tanheng.errors import InputError
from tanheng.io.results.record import VERSION, RunRecord


def test_a_record_is_read_back_as_it_was_written(tiny: Path) -> None:
    results = tanheng.run(tiny)
    record = RunRecord.read(results.folder / "run.json")
    assert record.as_data() == json.loads((results.folder / "run.json").read_text(encoding="utf-8"))
    assert (record.version, record.software, record.classes) == (VERSION, "tanheng", results.record["classes"])


def test_a_record_of_the_first_form_is_still_read(tiny: Path) -> None:
    results = tanheng.run(tiny)
    data = json.loads((results.folder / "run.json").read_text(encoding="utf-8"))
    former = {key: value for key, value in data.items() if key not in {"version", "borrowed_years", "note"}}
    record = RunRecord.of(former | {"title": "Small", "title_zh": "小"}, "run.json")
    assert (record.version, record.note, list(record.borrowed_years)) == (1, "", [])
    assert record.title == {"": "Small", "zh": "小"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[", "can't be read"),
        ("[" * 100_000, "can't be read"),
        ("[]", "not the record of a study run"),
        ('{"settings": {}, "versions": {}}', "lacks 'made'; is the file whole?"),
        ('{"settings": {}, "versions": {}, "version": 99}', "was made by a newer version"),
        ('{"settings": [], "versions": {}}', "not the record of a study run"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        RunRecord.read(tmp_path / "run.json")
