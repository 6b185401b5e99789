"""What a user with a token might try on the others of a server, and what a careless one might do by mistake."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_study
from tanheng.errors import OutputError
from tanheng.reach import Reach
from tanheng.web.gate import Address
from tanheng.web.jobs.job import Job
from tanheng.web.jobs.journal import Journal
from tanheng.web.jobs.log import Tail, state_from
from tanheng.web.jobs.queue import Queue
from tanheng.web.jobs.runner import Runner
from tanheng.web.rules import Rules
from tanheng.web.space import Space, size_of
from web.served import Served, begin_many, serving, waited
from web.test_jobs import long_study
from web.test_several import ADDRESS, enter, users_file


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Served]]:
    """Two users with a quota of 20 MB and a study each."""
    base = tmp_path_factory.mktemp("hostile")
    rules = f'address = "{ADDRESS}"\nfolders = "people"\nquota_GB = 0.02\n[users]\n'
    path, tokens = users_file(base, rules)
    for name in tokens:
        (base / "people" / name / "own").mkdir(parents=True)
        tiny_study(base / "people" / name / "own")
    served = begin_many(path)
    try:
        yield enter(served, tokens["li"]), enter(served, tokens["wang"])
    finally:
        served.stop()


def job_of(**more: Any) -> Job:
    return Job("a", "run", "A", (), state="running", started=1.0, **more)


@pytest.mark.parametrize(
    "event",
    [
        {"event": "steps", "done": 10**30, "total": 1},
        {"event": "steps", "done": -5, "total": "x"},
        {"event": "error", "problems": [1, "text", {"no": "text"}]},
        {"event": "error"},
        {"event": "stage", "title": "\ud800"},
        {"event": "exit", "code": "no number"},
    ],
)
def test_no_event_makes_a_state_that_cannot_be_kept(tmp_path: Path, event: dict[str, Any]) -> None:
    log = tmp_path / "events.jsonl"
    log.write_text(json.dumps(event) + "\n", encoding="utf-8")
    journal = Journal(tmp_path / "jobs.sqlite")
    journal.add(job_of())
    for alive in (True, False):
        journal.update(state_from(job_of(), Tail(log), tmp_path / "errors.txt", alive=alive))
    found = journal.job("a")
    assert found is not None
    assert found.has_ended


def test_what_a_command_prints_is_no_event(people: tuple[Served, Served]) -> None:
    li, _ = people
    forged = '{"event": "exit", "code": 0}'
    (li.folder / "people" / "li" / "own" / "t.csv").write_text(f'a,b\n1,"{forged}"\n', encoding="utf-8")
    job = li.job("correlate", table="own/t.csv", columns=["a", forged])
    assert li.until(job, "failed", "successful")["state"] == "failed"
    log = next((li.own).glob(f"*/jobs/{job}/events.jsonl")).read_text(encoding="utf-8")
    events = [json.loads(line) for line in log.splitlines()]
    assert [event["event"] for event in events] == ["error", "exit"]
    assert events[-1]["code"] != 0


def test_one_runner_that_fails_does_not_keep_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def runner(name: str) -> Runner:
        folder = tmp_path / name
        folder.mkdir()
        space = Space((folder,))
        return Runner(Journal(folder / "jobs.sqlite"), folder / "jobs", Reach((folder,)), Rules(), space)

    bad, good = runner("bad"), runner("good")
    bad.journal.add(job_of(pid=1))
    monkeypatch.setattr(bad, "_refreshed", lambda _: 1 / 0)
    job = good.submit("run", ["--version"], "good")
    queue = Queue(lambda: (bad, good))
    queue.begin()
    try:
        waited(lambda: good.job(job.id), lambda found: found is not None and found.state == "successful")
    finally:
        queue.close(end_jobs=True)
    found = bad.journal.job("a")
    assert found is not None
    assert found.state == "failed"


def archive(names: list[str], size: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as found:
        for name in names:
            found.writestr(name, b"0" * size)
    return stream.getvalue()


def test_folders_and_empty_files_count(people: tuple[Served, Served], tmp_path: Path) -> None:
    li, _ = people
    address = "/app/files?name=own/study.toml&file={}.zip"
    deep = archive(["/".join([str(k), *"a" * 60, "f.txt"]) for k in range(50)])
    many = archive([f"{k}/f.txt" for k in range(3000)])
    for name, data in (("deep", deep), ("many", many)):
        answer = li.ask(address.format(name), "PUT", data)
        assert (answer.status, "unpack it yourself" in answer.json()["message"]) == (400, True)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "empty").touch()
    assert size_of(tmp_path) == 3 * 4096


def test_archives_at_once_share_one_quota(people: tuple[Served, Served]) -> None:
    li, _ = people
    data = archive(["a.bin"], 3_900_000)
    with ThreadPoolExecutor(6) as pool:
        answers = list(
            pool.map(lambda k: li.ask(f"/app/files?name=own/study.toml&file=at{k}.zip", "PUT", data), range(6))
        )
    statuses = sorted(answer.status for answer in answers)
    folder = li.folder / "people" / "li"
    assert statuses[-1] == 507
    assert size_of(folder) <= 20_000_000
    # What is full takes nothing more by hand either, until something is removed; what others have is untouched.
    (folder / "own" / "data" / "filler.bin").write_bytes(b"0" * 20_000_000)

    def changed() -> int:
        version = li.ask("/app/study?name=own/study.toml").json()["version"]
        return li.ask("/app/study?name=own/study.toml", "POST", {"text": "#", "version": version}).status

    waited(changed, lambda status: status == 507, 15)
    assert li.ask("/app/new", "POST", {"title": "more"}).status == 507
    assert not (folder / "more").exists()
    assert li.ask("/app/files?name=own/study.toml&file=data/filler.bin", "DELETE").status == 200
    for k, answer in enumerate(answers):
        if answer.status == 201:
            assert li.ask(f"/app/files?name=own/study.toml&file=data/at{k}/a.bin", "DELETE").status == 200
            assert not (folder / "own" / "data" / f"at{k}").exists()
    waited(lambda: li.ask("/app/new", "POST", {"title": "more"}).status, lambda status: status == 201, 15)


@pytest.mark.parametrize(
    "file", ["a.tif", "study.toml", "data/../study.toml", "../own/a.tif", "data", "data/none.csv", "/etc/passwd", ""]
)
def test_only_what_was_dropped_is_removed(people: tuple[Served, Served], file: str) -> None:
    _, wang = people
    answer = wang.ask(f"/app/files?name=own/study.toml&file={file}", "DELETE")
    assert answer.status == 400
    assert (wang.folder / "people" / "wang" / "own" / "study.toml").is_file()


def test_results_are_removed_and_nothing_else(people: tuple[Served, Served]) -> None:
    _, wang = people
    folder = wang.folder / "people" / "wang"
    for name in ("", "own", "../li/own", "nothing", "."):
        assert 400 <= wang.ask(f"/app/results?name={name}", "DELETE").status < 500
    found = wang.until(wang.job("run", study="own/study.toml"), "successful", "failed")
    assert (folder / found["results"] / "run.json").is_file()
    assert wang.ask(f"/app/results?name={found['results']}", "DELETE", headers={"Origin": None}).status == 403
    assert wang.ask(f"/app/results?name={found['results']}", "DELETE").status == 200
    assert sorted(path.name for path in (folder / "own").iterdir() if not path.name.startswith(".")) == [
        "a.tif",
        "b.tif",
        "study.toml",
    ]


def test_long_inputs_are_refused_and_old_jobs_are_forgotten(
    people: tuple[Served, Served], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    li, _ = people
    given = {"process": "moran", "inputs": {"table": "x.csv", "column": "x" * 100_000}}
    assert li.ask("/app/jobs", "POST", given).status == 400
    monkeypatch.setattr("tanheng.web.jobs.runner._KEPT", 3)
    runner = Runner(Journal(tmp_path / "j.sqlite"), tmp_path / "jobs", Reach((tmp_path,)), Rules(), Space((tmp_path,)))
    jobs = [runner.submit("run", [], str(number)) for number in range(6)]
    for job in jobs[:5]:
        runner.dismiss(job.id)
    runner.submit("run", [], "last")
    assert [job.title for job in runner.journal.jobs()] == ["last", "5", "4", "3", "2"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/app/jobs", {"process": "run", "inputs": [1]}),
        ("POST", "/app/jobs", {"process": "run", "inputs": "abc"}),
        ("GET", "/jobs?limit=%C2%B2", None),
        ("GET", "/jobs?limit=" + "9" * 5000, None),
        ("POST", "/app/use?name=own/study.toml", {"entries": [[["YEAR"], 1], [[], 2]]}),
        ("POST", "/app/study?name=own/study.toml", {"changes": [{"place": ["a"] * 2000, "value": 1}]}),
        (
            "POST",
            "/app/future?name=own/study.toml",
            {"to": [2020], "draws": 1, "scenarios": [{"name": "a", "areas": []}]},
        ),
    ],
)
def test_odd_requests_are_refused(people: tuple[Served, Served], method: str, path: str, body: object) -> None:
    _, wang = people
    assert wang.ask(path, method, body).status in {400, 409}


def test_a_stranger_learns_nothing_of_folders(people: tuple[Served, Served]) -> None:
    li, _ = people
    held = base64.urlsafe_b64encode(b"../x").decode().rstrip("=")
    for user in ("li", "nobody"):
        place = str((li.folder / "people" / user).resolve())
        home = hashlib.sha256(place.encode()).hexdigest()[:16]
        answer = li.ask(f"/view/{home}/x/{held}/report.html", headers={"Cookie": None})
        assert answer.status == 404
        assert place not in answer.text
    assert str(li.folder) not in li.ask("/study?name=../wang/own/study.toml").text


def test_a_cookie_of_another_site_does_not_lock_out(people: tuple[Served, Served]) -> None:
    li, _ = people
    for odd in ('x={"a":1}; {}', "x=a b; {}", "{}; y=[,]"):
        assert li.ask("/jobs", headers={"Cookie": odd.replace("{}", li.cookie)}).status == 200


def test_an_origin_has_the_port_of_the_app() -> None:
    assert Address(8765).is_origin("http://127.0.0.1:8765")
    assert not Address(8765).is_origin("http://127.0.0.1")
    assert not Address.of("https://c.org:8443").is_origin("https://c.org")
    assert Address.of("https://c.org").is_origin("https://c.org")
    assert Address.of("https://c.org").is_origin("https://c.org:443")


def test_one_user_follows_so_many_jobs_at_once(people: tuple[Served, Served]) -> None:
    li, _ = people
    long_study(li.folder / "people" / "li" / "long")
    job = li.job("run", study="long/study.toml")
    streams = [http.client.HTTPConnection("127.0.0.1", li.port, timeout=30) for _ in range(40)]
    statuses = []
    for stream in streams:
        stream.request("GET", f"/app/jobs/{job}/events", headers={"Host": ADDRESS[8:], "Cookie": li.cookie})
        statuses.append(stream.getresponse().status)
    for stream in streams:
        stream.close()
    li.ask(f"/app/jobs/{job}", "DELETE")
    assert statuses == [200] * 30 + [429] * 10
    assert replace(li, cookie="__Host-tanheng=gone").ask(f"/app/jobs/{job}/events").status == 401


def test_room_is_kept_while_something_is_written(tmp_path: Path) -> None:
    space = Space((tmp_path,), 100_000)
    space.refuse()
    with space.reserved() as one:
        one.more(60_000)
        with pytest.raises(OutputError, match="Remove data"), space.reserved() as other:
            other.more(60_000)
        with pytest.raises(OutputError):
            space.refuse(50_000)
    space.refuse(90_000)


def test_no_program_is_taken_from_the_folder_that_is_served(tmp_path: Path) -> None:
    """Modules that are called as libraries are, in the folder of the app and in that of a study."""
    folder = tmp_path / "served"
    (folder / "own").mkdir(parents=True)
    tiny_study(folder / "own")
    ran = tmp_path / "ran"
    for place in (folder, folder / "own"):
        for name in ("typer", "json", "numpy", "multiprocessing"):
            (place / f"{name}.py").write_text(f"open({str(ran)!r}, 'w').close()\n", encoding="utf-8")
    with serving(folder) as server:
        server.until(server.job("run", study="own/study.toml"), "successful")
        assert not ran.exists()
