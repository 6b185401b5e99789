"""Jobs tell the truth: while they run, when they are stopped, after the server was killed, and when their study has changed."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import psutil
import pytest

from conftest import tiny_study, tiny_study_with_people, write_map
from tanheng.io.results.record import RunRecord
from tanheng.language import speaking, tr
from web.served import Served, begin, of, serving, waited


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("studies")
    (folder / "small").mkdir()
    tiny_study_with_people(folder / "small")
    long_study(folder / "long")
    with serving(folder) as running:
        yield running


def long_study(folder: Path) -> Path:
    """A study whose run takes long enough to be stopped: many permutations on many cells."""
    folder.mkdir()
    study = tiny_study_with_people(folder)
    random = np.random.default_rng(1)
    for name in ("a.tif", "b.tif"):
        write_map(folder / name, random.integers(1, 7, (500, 500)))
    write_map(folder / "people.tif", random.random((500, 500)) * 100, dtype="float32", nodata=-1)
    write_map(folder / "height.tif", random.random((500, 500)), dtype="float32", nodata=-1)
    text = study.read_text(encoding="utf-8")
    study.write_text(text + "[analysis]\npermutations = 999999\n", encoding="utf-8")
    return study


def test_a_run_goes_from_waiting_to_results_that_are_the_command_s_own(served: Served) -> None:
    job = served.job("run", study="small/study.toml")
    for page in ("/", "/study?name=small/study.toml"):
        assert f'href="/job/{job}"' in served.ask(page).text
    assert "A job is under way." in served.ask("/").text
    found = served.until(job, "successful", "failed")
    assert found["state"] == "successful", found["message"]
    assert "Under way or waiting" not in served.ask("/study?name=small/study.toml").text
    assert found["results"] == "small/results"
    record = RunRecord.read(served.folder / "small" / "results" / "run.json")
    assert record.balance_mode == "stock"
    assert "Results of" in served.ask("/").text
    page = served.ask("/results?name=small/results").text
    assert "balance_by_zone.csv" in page
    log = served.ask(f"/app/jobs/{job}/log").text
    assert '"event": "stage"' in log
    stages = [json.loads(line) for line in log.splitlines() if '"event": "stage"' in line]
    chinese = served.ask(f"/app/jobs/{job}/log", headers={"Accept-Language": "zh"}).text
    with speaking("zh"):
        assert all(tr(stage["name"]) in chinese for stage in stages)
    notes = [text for line in log.splitlines() if '"event": "notes"' in line for text in json.loads(line)["texts"]]
    assert notes
    assert not any(
        json.dumps(text, ensure_ascii=False)[1:-1] in json.dumps(json.loads(line).get("texts", []), ensure_ascii=False)
        for text in notes
        for line in chinese.splitlines()
    )
    assert '"code": 0' in log


def test_a_run_is_old_once_a_field_or_a_file_has_changed(served: Served) -> None:
    if not (served.folder / "small" / "results").is_dir():
        served.until(served.job("run", study="small/study.toml"), "successful")
    address = f"/app/study?name={of('small/study.toml')}"
    state = served.ask(address).json()
    assert state["results"]["changes"] == []
    changes = [{"place": ["drivers", "height", "scale"], "value": 2}]
    state = served.ask(address, "POST", {"version": state["version"], "changes": changes}).json()
    assert state["results"]["changes"] == ["settings changed since: drivers"]
    assert "These results are out of date" in served.ask("/").text
    changes = [{"place": ["drivers", "height", "scale"], "value": None}]
    state = served.ask(address, "POST", {"version": state["version"], "changes": changes}).json()
    assert state["results"]["changes"] == []
    totals = served.folder / "small" / "totals.csv"
    os.utime(totals, (time.time() + 10, time.time() + 10))  # touched and the same
    assert served.ask(address).json()["results"]["changes"] == []
    totals.write_bytes(totals.read_bytes().replace(b"1000", b"9000"))  # another one of the same size and of old
    os.utime(totals, (1e9, 1e9))
    assert served.ask(address).json()["results"]["changes"] == ["inputs changed since: totals.csv"]


def test_results_that_are_gone_are_no_longer_offered(served: Served) -> None:
    job = served.job("run", study="small/study.toml")
    assert served.until(job, "successful")["results"] == "small/results"
    shutil.rmtree(served.folder / "small" / "results")
    state = served.ask(f"/app/jobs/{job}").json()
    assert (state["results"], state["removed"]) == ("", True)
    assert "small/study.toml" in served.ask("/").text


def test_stopping_ends_the_whole_family_within_two_seconds(served: Served) -> None:
    job = served.job("run", study="long/study.toml")
    served.until(job, "running")
    waited(lambda: served.state(job)["stage"], bool)
    own = psutil.Process(served.process.pid)
    family = own.children(recursive=True)
    assert family
    began = time.monotonic()
    assert served.ask(f"/app/jobs/{job}", "DELETE").json()["state"] == "dismissed"
    assert time.monotonic() - began < 4  # 2 s on a quiet machine; see benchmarks/app.py
    assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    assert not (served.folder / "long" / "results").exists()
    assert served.state(job)["state"] == "dismissed"


def test_a_second_job_waits_and_can_be_taken_out_of_the_queue(served: Served) -> None:
    first, second = (served.job("run", study="long/study.toml") for _ in range(2))
    served.until(first, "running")
    assert served.state(second)["state"] == "accepted"
    assert served.ask(f"/app/jobs/{second}", "DELETE").json()["state"] == "dismissed"
    served.ask(f"/app/jobs/{first}", "DELETE")
    assert served.state(second)["state"] == "dismissed"


def test_a_job_that_waits_knows_how_many_come_before_it(served: Served) -> None:
    jobs = [served.job("run", study="long/study.toml") for _ in range(3)]
    assert [served.state(job)["ahead"] for job in jobs[1:]] == [1, 2]
    served.ask(f"/app/jobs/{jobs[1]}", "DELETE")
    assert served.state(jobs[2])["ahead"] == 1
    for job in (jobs[2], jobs[0]):
        served.ask(f"/app/jobs/{job}", "DELETE")


def test_a_job_that_fails_says_why_as_the_command_does(served: Served) -> None:
    (served.folder / "broken").mkdir()
    study = tiny_study(served.folder / "broken")
    study.write_text(study.read_text(encoding="utf-8").replace("b.tif", "gone.tif"), encoding="utf-8")
    found = served.until(served.job("run", study="broken/study.toml"), "failed")
    assert found["problems"][0]["place"] == "land_cover.maps"
    assert "there is no such file" in found["message"]
    # Whoever reads it later reads it in another language: what was wrong, and the log.
    chinese = {"Accept-Language": "zh"}
    again = served.ask(f"/app/jobs/{found['id']}", headers=chinese).json()
    with speaking("zh"):
        missing = tr("{path}: there is no such file", path="X").partition("X")[2]
    assert again["problems"][0]["text"].endswith(missing)
    assert again["message"] == again["problems"][0]["text"]
    log = served.ask(f"/app/jobs/{found['id']}/log", headers=chinese).text
    assert missing in log
    assert "there is no such file" not in "".join(
        json.loads(line).get("text", "") for line in log.splitlines() if line.startswith("{")
    )
    table = served.job("correlate", table="small/totals.csv", columns=["year", "nothing"])
    assert "nothing" in served.until(table, "failed")["message"]
    # Its title is in the language of who reads it.
    assert served.state(table)["title"] == "Correlation in small/totals.csv"
    chinese = served.ask(f"/job/{table}", headers={"Accept-Language": "zh", "Accept": "text/html"}).text
    assert "small/totals.csv" in chinese
    assert "Correlation in" not in chinese


def test_what_is_wrong_with_a_table_is_told_to_each_reader_and_names_no_folder_of_the_server(served: Served) -> None:
    """Commands without progress say why they end as others do."""
    (served.folder / "two.csv").write_text("x,y,longitude,latitude\n1,2,113,34\n3,q,114,35\n", encoding="utf-8")
    given = {"table": "two.csv", "columns": ["x", "z"], "at": ["longitude", "latitude"]}
    found = served.until(served.job("correlate", **given), "failed")
    assert found["problems"], found
    assert "two.csv" in found["message"]
    assert str(served.folder) not in json.dumps(found)
    log = served.ask(f"/app/jobs/{found['id']}/log").text
    assert "tanheng: " not in log
    assert '"event": "error"' in log
    chinese = served.ask(f"/app/jobs/{found['id']}", headers={"Accept-Language": "zh"}).json()
    assert chinese["message"] != found["message"]
    assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese["message"])


def test_a_run_is_not_compared_with_itself(served: Served) -> None:
    inputs = {"first": "small/results", "second": "small/results"}
    answer = served.ask("/app/jobs", "POST", {"process": "compare", "inputs": inputs})
    assert answer.status == 400
    assert "'small/results' is named twice" in answer.json()["message"]


def test_a_process_that_is_not_there_is_refused(served: Served) -> None:
    answer = served.ask("/app/jobs", "POST", {"process": "carbon_model", "inputs": {}})
    assert answer.status == 404
    wrong = served.ask("/app/jobs", "POST", {"process": "run", "inputs": {"study": "small/study.toml", "workers": 2}})
    assert wrong.status == 400
    assert "workers" in wrong.json()["message"]


def test_the_state_is_true_after_the_server_was_killed(tmp_path: Path) -> None:
    long_study(tmp_path / "long")
    first = begin(tmp_path)
    job = first.job("run", study="long/study.toml")
    first.until(job, "running")
    waited(lambda: first.state(job)["stage"], bool)
    children = psutil.Process(first.process.pid).children(recursive=True)
    first.process.kill()
    first.process.communicate()
    # The job goes on without its server, and the next one knows it.
    assert all(child.is_running() for child in children)
    second = begin(tmp_path)
    try:
        assert second.state(job)["state"] == "running"
        for child in children:
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
        found = second.until(job, "failed")
        assert "ended before it was done" in found["message"]
        assert not (tmp_path / "long" / "results").exists()
        page = second.ask(f"/job/{job}").text
        assert 'id="job-resume"' in page
    finally:
        second.stop()


def test_the_end_of_the_server_ends_its_jobs(tmp_path: Path) -> None:
    long_study(tmp_path / "long")
    served = begin(tmp_path)
    job = served.job("run", study="long/study.toml")
    served.until(job, "running")
    children = psutil.Process(served.process.pid).children(recursive=True)
    served.stop()
    assert served.process.returncode == 0
    assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    again = begin(tmp_path)
    try:
        assert again.state(job)["state"] == "dismissed"
    finally:
        again.stop()


def test_a_port_that_is_taken_and_a_folder_that_is_not_there_are_said(served: Served, tmp_path: Path) -> None:
    import subprocess
    import sys

    def said(*options: str) -> tuple[int, str]:
        command = [sys.executable, "-m", "tanheng", "--lang", "en", "serve", "--no-browser", *options]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stderr

    assert "can't be used" in said(str(tmp_path), "--port", str(served.port))[1]
    code, words = said(str(tmp_path / "none"))
    assert (code, "there is no such folder" in words) == (2, True)
    assert "this machine alone" in said(str(tmp_path), "--host", "192.0.2.1")[1]


def test_a_job_that_cannot_start_fails_and_the_next_one_goes_on(tmp_path: Path) -> None:
    (tmp_path / "studies" / "small").mkdir(parents=True)
    tiny_study(tmp_path / "studies" / "small")
    with serving(tmp_path / "studies") as served:
        (served.own / "jobs").write_text("no folder", encoding="ascii")
        first = served.job("run", study="small/study.toml")
        assert served.until(first, "failed")["message"]
        (served.own / "jobs").unlink()
        assert served.until(served.job("run", study="small/study.toml"), "successful")


def test_a_plan_by_hand_is_of_the_land_of_the_run_and_of_no_other(served: Served) -> None:
    folder = served.folder / "planned"
    folder.mkdir()
    tiny_study(folder)
    address = "/app/plan?name=planned/study.toml"
    assert "run the study first" in served.ask(address).json()["message"]
    served.until(served.job("run", study="planned/study.toml"), "successful")
    # Asked for by several pages at once, there is one desk.
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: served.ask(address).json(), range(4)))
    assert [one["classes"][0] for one in opened] == ["cropland"] * 4
    desks = [one for one in psutil.Process(served.process.pid).children() if "tanheng.cli.desk" in one.cmdline()]
    assert len(desks) == 1
    plan = served.ask(address, "POST", {"changes": {"limits": [{"class": "cropland", "at_least": 1}]}}).json()
    assert plan["gain_t_c"] <= plan["bound"] + 1e-6
    today = {name: (before, after) for name, before, after in plan["areas"]}
    assert today["cropland"][1] >= today["cropland"][0] - 1e-6
    for wrong in ({"limits": 5}, {"limits": [{"class": "cropland", "at_least": 99}]}, {"max_change": 2}):
        assert served.ask(address, "POST", {"changes": wrong}).status == 400
    assert served.ask(address, "POST", {"changes": {}}).status == 200
    write_map(folder / "b.tif", [[2, 2, 2, 2], [2, 2, 2, 2], [2, 2, 2, 0]])
    assert "old" in served.ask(address, "POST", {"changes": {}}).json()["message"]
