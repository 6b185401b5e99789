"""Progress as JSON lines: stages in their order, what went wrong as data, and nothing else on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from conftest import FIRST, LAST, write_map

STUDY = """
title = "Two maps"
years = [2000, 2010]
[land_cover]
legend = "six-classes"
maps = { 2000 = "a.tif", 2010 = "b.tif" }
[carbon_density]
table = "henan-six-classes"
accept_unusual = true
[outputs]
maps = false
"""


def events(folder: Path, text: str) -> tuple[int, list[dict[str, Any]]]:
    write_map(folder / "a.tif", FIRST)
    write_map(folder / "b.tif", LAST)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "tanheng", "run", str(folder / "study.toml"), "--progress", "json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_a_run_tells_its_stages_and_where_its_results_are(tmp_path: Path) -> None:
    code, found = events(tmp_path, STUDY)
    assert code == 0
    assert [event["name"] for event in found if event["event"] == "stage"][:2] == ["check", "land"]
    assert found[-1]["event"] == "done"
    assert Path(found[-1]["folder"]) == tmp_path / "results"
    assert (tmp_path / "results" / "run.json").is_file()


def test_problems_come_as_data_with_their_place(tmp_path: Path) -> None:
    code, found = events(tmp_path, STUDY.replace("six-classes", "seven-classes", 1).replace("b.tif", "c.tif"))
    assert code == 2
    assert found[-1]["event"] == "error"
    assert {problem["place"] for problem in found[-1]["problems"]} == {"land_cover.legend", "land_cover.maps"}
    assert all(problem["text"] for problem in found[-1]["problems"])
