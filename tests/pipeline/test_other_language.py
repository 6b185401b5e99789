"""The report of finished results in another language: as if the run had spoken it."""

from __future__ import annotations

import json
import os
import re
import socket
from pathlib import Path

import pytest

from conftest import NORTH, WEST, write_zones, zone
from tanheng.errors import InputError, OutputError
from tanheng.io.results.lock import lock_file
from tanheng.pipeline.output.other_language import write_report_in
from tanheng.pipeline.run import run_study


def words(page: Path) -> list[str]:
    """What a reader sees of a page but for the day, without the data of its map and the tables offered for download."""
    text = re.sub(
        r"<script.*?</script>|<style.*?</style>|c\d+[td]", "", page.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    return [re.sub(r"\d{4}-\d\d-\d\d", "", part) for part in re.findall(r">([^<]+)<", text) if part.strip()]


@pytest.fixture
def bilingual(tiny_with_people: Path) -> Path:
    """A study whose title is given in both languages, and whose zones are named in both."""
    half = NORTH - 3000
    zones = [
        zone("a", "西部", WEST, half, WEST + 2000, NORTH),
        zone("b", "东部", WEST + 2000, half, WEST + 4000, NORTH),
    ]
    for one, name in zip(zones, ("West", "East"), strict=True):
        one["properties"]["name_en"] = name
    write_zones(tiny_with_people.parent / "zones.gpkg", zones)
    text = tiny_with_people.read_text(encoding="utf-8")
    titled = re.sub(r"^title = .*$", 'title = { en = "Tiny", zh = "小区域" }', text, count=1, flags=re.MULTILINE)
    tiny_with_people.write_text(titled, encoding="utf-8")
    return tiny_with_people


@pytest.mark.parametrize(("first", "then"), [("en", "zh"), ("zh", "en")])
def test_it_is_as_if_the_run_had_spoken_it(bilingual: Path, first: str, then: str) -> None:
    results = run_study(bilingual, output=bilingual.parent / first, language=first).folder
    as_run = run_study(bilingual, output=bilingual.parent / then, language=then).folder
    page = write_report_in(results, then)
    assert page == results / f"report.{then}.html"
    assert words(page) == words(as_run / "report.html")
    assert ("West" in page.read_text(encoding="utf-8")) == (then == "en")
    assert write_report_in(results, first) == results / "report.html"


def test_region_without_zones_keeps_its_outline(tiny: Path) -> None:
    write_zones(tiny.parent / "region.gpkg", [zone("r", "region", WEST, NORTH - 3000, WEST + 4000, NORTH)])
    text = tiny.read_text(encoding="utf-8")
    tiny.write_text(text + '\n[region]\nboundary = "region.gpkg"\n', encoding="utf-8")
    page = write_report_in(run_study(tiny, language="en").folder, "zh").read_text(encoding="utf-8")
    assert '"layer":"region"' in page


def test_results_with_such_a_report_are_run_anew_and_lose_it(tiny: Path) -> None:
    page = write_report_in(run_study(tiny, language="en").folder, "zh")
    run_study(tiny, language="en")
    assert not page.exists()


def test_record_of_a_former_version_keeps_its_texts(tiny: Path) -> None:
    folder = run_study(tiny, language="en").folder
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    for message in record["messages"]:
        message["values"] = dict.fromkeys(message["values"])  # as JSON has numbers that are not finite
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert write_report_in(folder, "zh").is_file()
    del record["messages"]
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")
    assert write_report_in(folder, "zh").is_file()


def test_what_is_no_run_or_is_worked_on_is_refused(tiny: Path) -> None:
    with pytest.raises(InputError, match=r"run\.json: there is no such file"):
        write_report_in(tiny.parent, "zh")
    folder = run_study(tiny, language="en").folder
    held = {"pid": os.getppid(), "host": socket.gethostname(), "since": "2026-01-01T00:00:00+00:00"}
    lock_file(folder).write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(OutputError, match="另一个运行"):
        write_report_in(folder, "zh")
    lock_file(folder).unlink()
    assert sorted(path.name for path in folder.glob("report*")) == ["report.html"]
    (folder / "tables" / "stock_by_class.csv").write_bytes(b"\x00\xff")
    with pytest.raises(InputError, match="无法读取"):
        write_report_in(folder, "zh")
    assert sorted(path.name for path in folder.glob("*report*")) == ["report.html"]
