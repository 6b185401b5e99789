"""Several people on one server: each with a token, a folder, a quota and limits, and none with what is another's."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
import typer
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from chromium import needs_chromium
from conftest import tiny_study, with_outputs
from tanheng.cli.app import app
from tanheng.errors import InputError
from tanheng.web.doors.many import ManyDoors
from tanheng.web.doors.new_user import give_token
from tanheng.web.doors.sessions import digest
from tanheng.web.doors.users import read_users
from tanheng.web.gate import Address
from tanheng.web.home import STATE
from tanheng.web.jobs.queue import Queue
from web.served import Answer, Served, begin_many, waited
from web.test_jobs import long_study

ADDRESS = "https://carbon.example.org"

RULES = f"""
address = "{ADDRESS}"
folders = "people"
read = ["shared"]
unfinished_jobs = 3
upload_GB = 0.00002
[users]
"""


def users_file(base: Path, rules: str = RULES, names: tuple[str, ...] = ("li", "wang")) -> tuple[Path, dict[str, str]]:
    """A file of users, and their tokens."""
    (base / "shared").mkdir(exist_ok=True)
    path = base / "users.toml"
    path.write_text(rules, encoding="utf-8")
    return path, {name: give_token(path, name) for name in names}


def enter(served: Served, token: str) -> Served:
    """The server as the browser of a user knows it."""
    answer = served.ask("/sign-in", "POST", {"token": token}, {"Cookie": None})
    assert answer.status == 200, answer.text
    cookie = answer.headers["set-cookie"]
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    return replace(served, cookie=cookie.split(";")[0], key=token)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("several")


@pytest.fixture(scope="module")
def people(base: Path) -> Iterator[tuple[Served, Served]]:
    """Two users of a server, each with a study; the second one's is the long one."""
    path, tokens = users_file(base)
    for name in tokens:
        (base / "people" / name / "own").mkdir(parents=True)
        tiny_study(base / "people" / name / "own")
    long_study(base / "people" / "wang" / "long")
    served = begin_many(path)
    try:
        yield enter(served, tokens["li"]), enter(served, tokens["wang"])
    finally:
        served.stop()


def test_each_sees_their_own_studies_and_no_path_of_the_server(people: tuple[Served, Served], base: Path) -> None:
    li, wang = people
    assert "long/study.toml" not in li.ask("/").text
    page = wang.ask("/").text
    assert "long/study.toml" in page
    assert str(base) not in page
    assert ">wang</span>" in page


def test_the_page_of_one_changes_nothing_of_another_who_signs_in_on_the_same_browser(
    people: tuple[Served, Served], base: Path
) -> None:
    """The study has the same name and the same text, and so the same version."""
    li, wang = people
    of_wang = re.findall('data-home="([^"]+)"', wang.ask("/study?name=own/study.toml").text)[0]
    study = base / "people" / "li" / "own" / "study.toml"
    before = study.read_bytes()
    version = li.ask("/app/study?name=own/study.toml").json()["version"]
    body = {"version": version, "changes": [{"place": ["license"], "value": "CC0-1.0"}]}
    answer = li.ask("/app/study?name=own/study.toml", "POST", body, headers={"X-Tanheng-Home": of_wang})
    assert answer.status == 409
    assert "Another user is now signed in" in answer.text
    assert study.read_bytes() == before


@pytest.mark.parametrize("name", ["../wang/own/study.toml", "%2e%2e/wang/own/study.toml", "..%5cwang/own/study.toml"])
def test_nobody_reaches_the_folder_of_another(people: tuple[Served, Served], name: str) -> None:
    li, _ = people
    for path in ("/study?name={}", "/app/study?name={}", "/app/files?name={}", "/results?name={}", "/app/plan?name={}"):
        assert 400 <= li.ask(path.format(name)).status < 500


def test_a_study_reads_what_is_shared_and_nothing_of_another(people: tuple[Served, Served], base: Path) -> None:
    li, _ = people
    folder = base / "people" / "li" / "reader"
    folder.mkdir()
    study = tiny_study(folder)
    (folder / "a.tif").rename(base / "shared" / "a.tif")
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('"a.tif"', f'"{(base / "shared" / "a.tif").as_posix()}"'), encoding="utf-8")
    assert li.ask("/app/check?name=reader/study.toml").json()["problems"] == []
    job = li.job("run", study="reader/study.toml")
    assert li.until(job, "successful", "failed")["state"] == "successful"
    for results in (base / "shared" / "results", base / "people" / "wang" / "results"):
        study.write_text(with_outputs(text, f'folder = "{results.as_posix()}"\n'), encoding="utf-8")
        found = li.until(li.job("run", study="reader/study.toml"), "successful", "failed")
        assert "outside the folders" in found["message"]
        assert not results.exists()
    other = (base / "people" / "wang" / "own" / "a.tif").as_posix()
    study.write_text(text.replace('"a.tif"', f'"{other}"'), encoding="utf-8")
    assert "outside the folders" in str(li.ask("/app/check?name=reader/study.toml").json()["problems"])


def test_jobs_of_another_are_not_there(people: tuple[Served, Served]) -> None:
    li, wang = people
    job = wang.job("run", study="long/study.toml")
    for method, path in (
        ("GET", f"/app/jobs/{job}"),
        ("DELETE", f"/app/jobs/{job}"),
        ("GET", f"/app/jobs/{job}/log"),
        ("GET", f"/app/jobs/{job}/events"),
        ("GET", f"/jobs/{job}"),
        ("DELETE", f"/jobs/{job}"),
        ("GET", f"/jobs/{job}/results"),
        ("GET", f"/job/{job}"),
    ):
        assert li.ask(path, method).status == 404, path
    assert job not in li.ask("/jobs").text
    assert wang.state(job)["state"] in {"accepted", "running"}
    wang.ask(f"/app/jobs/{job}", "DELETE")


def test_who_has_not_signed_in_is_sent_there(people: tuple[Served, Served]) -> None:
    li, _ = people
    nobody = replace(li, cookie="__Host-tanheng=forged")
    answer = nobody.ask("/study?name=own/study.toml", headers={"Accept": "text/html"})
    assert (answer.status, answer.headers["location"]) == (303, "/sign-in?to=%2Fstudy%3Fname%3Down%2Fstudy.toml")
    assert nobody.ask("/app/study?name=own/study.toml").status == 401
    assert nobody.ask("/sign-in").status == 200
    assert nobody.ask("/sign-in", "POST", {"token": "wrong"}).status == 401
    assert nobody.ask("/?token=" + li.key, headers={"Accept": "text/html"}).status == 303
    assert "set-cookie" not in nobody.ask("/?token=" + li.key, headers={"Accept": "text/html"}).headers
    # Another site can't sign a browser in, nor ask under a name of its own.
    assert nobody.ask("/sign-in", "POST", {"token": li.key}, {"Origin": "http://evil.example"}).status == 403
    assert nobody.ask("/sign-in", headers={"Host": "evil.example"}).status == 421
    assert nobody.ask("/sign-in", headers={"Host": f"127.0.0.1:{li.port}"}).status == 421
    assert "no such token" in next(li.own.glob("*/server.log")).read_text(encoding="utf-8")


def test_a_program_comes_with_its_user_s_token_and_finds_links_to_the_public_address(
    people: tuple[Served, Served],
) -> None:
    li, wang = people
    headers = {"Cookie": None, "Authorization": f"Bearer {li.key}", "Origin": None, "Accept": "application/json"}
    # What a client says of a proxy before it changes nothing: links name the address of the file of users.
    told = {
        **headers,
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "http",
        "Forwarded": "host=evil.example",
    }
    landing = li.ask("/", headers=told).text
    assert f"{ADDRESS}/conformance" in landing
    assert "evil" not in landing
    answer = li.ask("/processes/run/execution", "POST", {"inputs": {"study": "own/study.toml"}}, headers)
    assert answer.status == 201
    job = answer.json()["jobID"]
    assert answer.headers["location"] == f"{ADDRESS}/jobs/{job}"
    assert wang.ask(f"/jobs/{job}").status == 404
    li.until(job, "successful")
    link = li.ask(f"/jobs/{job}/results").json()["report.html"]["href"]
    assert link.startswith(f"{ADDRESS}/view/")
    assert li.ask(link.removeprefix(ADDRESS), headers={"Cookie": None}).status == 200


def test_there_is_an_end_to_what_one_may_have_waiting_and_drop(people: tuple[Served, Served]) -> None:
    _, wang = people
    jobs = [wang.job("run", study="long/study.toml") for _ in range(3)]
    answer = wang.ask("/app/jobs", "POST", JOB)
    assert (answer.status, "3 jobs" in answer.json()["message"]) == (429, True)
    for job in reversed(jobs):
        wang.ask(f"/app/jobs/{job}", "DELETE")
    large = wang.ask("/app/files?name=own/study.toml&file=large.csv", "PUT", b"x" * 20_001)
    assert (large.status, "0.02 MB" in large.json()["message"]) == (400, True)


def test_signing_out_ends_the_session_and_a_new_token_ends_all_of_the_old(tmp_path: Path) -> None:
    path, tokens = users_file(tmp_path)
    served = begin_many(path)
    try:
        first, second = enter(served, tokens["li"]), enter(served, tokens["li"])
        assert first.ask("/app/sign-out", "POST", {}).status == 200
        assert first.ask("/jobs").status == 401
        assert second.ask("/jobs").status == 200
        new = give_token(path, "li")
        assert second.ask("/jobs").status == 401
        assert served.ask("/sign-in", "POST", {"token": tokens["li"]}).status == 401
        li, wang = enter(served, new), enter(served, tokens["wang"])
        # A user joins, and another one is taken out.
        zhao = give_token(path, "赵")
        assert enter(served, zhao).ask("/").status == 200
        assert (tmp_path / "people" / "赵").is_dir()
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith("wang")), encoding="utf-8")
        assert wang.ask("/jobs").status == 401
        # A file that is wrong now lets in who was let in before, and that is logged.
        path.write_text("address = 1\n", encoding="utf-8")
        assert li.ask("/jobs").status == 200
        assert "those of before" in next((tmp_path / "state").glob("*/server.log")).read_text(encoding="utf-8")
    finally:
        served.stop()


JOB = {"process": "run", "inputs": {"study": "long/study.toml"}}

LIMITED = f"""
address = "{ADDRESS}"
folders = "people"
memory_GB = 0.05
quota_GB = 1
[users]
"""


@contextlib.contextmanager
def limited(base: Path, rules: str) -> Iterator[Served]:
    """A server as its one user knows it."""
    path, tokens = users_file(base, rules, ("li",))
    (base / "people" / "li").mkdir(parents=True)
    long_study(base / "people" / "li" / "long")
    served = begin_many(path)
    try:
        yield enter(served, tokens["li"])
    finally:
        served.stop()


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (LIMITED, "more than 0.05 GB of memory"),
        (LIMITED.replace("memory_GB = 0.05", "hours = 0.0005"), "longer than 0.0005 h"),
    ],
)
def test_a_job_that_takes_more_than_it_may_is_ended_with_all_that_it_started(
    tmp_path: Path, rules: str, words: str
) -> None:
    with limited(tmp_path, rules) as li:
        job = li.job("run", study="long/study.toml")
        li.until(job, "running")
        family = psutil.Process(li.process.pid).children(recursive=True)
        found = li.until(job, "failed", "successful")
        assert words in found["message"]
        assert not [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
        assert not (tmp_path / "people" / "li" / "long" / "results").exists()


def test_a_job_that_fills_the_folder_is_ended_and_says_so(tmp_path: Path) -> None:
    with limited(tmp_path, LIMITED.replace("memory_GB = 0.05", "").replace("= 1", "= 0.003")) as li:
        job = li.job("run", study="long/study.toml")
        li.until(job, "running")
        (tmp_path / "people" / "li" / "filler.bin").write_bytes(b"x" * 4_000_000)
        found = li.until(job, "failed", "successful")
        assert "what it had written until then, your folder held 0.0" in found["message"]
        chinese = li.ask(f"/app/jobs/{job}", headers={"Accept-Language": "zh"}).json()
        assert "您的文件夹当时占 0.0" in chinese["message"]


def test_a_full_folder_takes_no_file_and_no_job(tmp_path: Path) -> None:
    with limited(tmp_path, LIMITED.replace("memory_GB = 0.05", "").replace("= 1", "= 0.003")) as li:
        folder = tmp_path / "people" / "li"
        assert "of 0.003 GB used" in li.ask("/").text
        address = "/app/files?name=long/study.toml&file={}.csv"
        # While a file arrives, what it takes is counted before it is there.
        answer = li.ask(address.format("a"), "PUT", b"x" * 3_000_000)
        assert (answer.status, "may take 0.003 GB" in answer.json()["message"]) == (507, True)
        assert list(folder.rglob("a.csv")) == []
        assert list(folder.rglob(".upload-*")) == []
        (folder / "filler.bin").write_bytes(b"x" * 3_000_000)
        numbers = itertools.count()
        waited(lambda: li.ask(address.format(next(numbers)), "PUT", b"x").status, lambda status: status == 507, 20)
        answer = li.ask("/app/jobs", "POST", JOB)
        assert (answer.status, "may take 0.003 GB" in answer.json()["message"]) == (507, True)
        (folder / "filler.bin").unlink()
        waited(lambda: li.ask(address.format(next(numbers)), "PUT", b"x").status, lambda status: status == 201, 20)
        assert li.ask("/app/jobs", "POST", JOB).status == 201


def test_every_user_gets_a_turn(tmp_path: Path) -> None:
    path, _ = users_file(tmp_path, RULES.replace("unfinished_jobs = 3", "jobs_at_once = 1"), ("li", "wang"))
    door = ManyDoors(path)
    li, wang = (home.runner for home in door.homes())
    for number in range(3):
        li.submit("run", ["--version"], f"li {number}")
    wang.submit("run", ["--version"], "wang")
    queue = Queue(lambda: (li, wang))
    queue.begin()
    try:
        waited(queue.unfinished, lambda left: left == 0)
    finally:
        queue.close(end_jobs=True)
    jobs = sorted([*li.journal.jobs(), *wang.journal.jobs()], key=lambda job: job.started)
    assert [job.title for job in jobs] == ["li 0", "wang", "li 1", "li 2"]
    assert all(jobs[k].finished <= jobs[k + 1].started + 0.05 for k in range(3))
    assert {job.state for job in jobs} == {"successful"}


def test_the_token_is_told_once_and_kept_as_its_hash(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    command = [sys.executable, "-m", "tanheng", "--lang", "en", "user", str(path), "li"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    token = done.stdout.strip()
    assert len(token) >= 32
    text = path.read_text(encoding="utf-8")
    assert token not in text
    assert digest(token) in text
    found = read_users(path)
    assert found.users["li"].folder == (tmp_path / "users" / "li").resolve()
    path.write_text(
        text.replace("# memory_GB", "memory_GB"), encoding="utf-8"
    )  # what the new file proposes can be taken
    assert read_users(path).users["li"].rules.memory_bytes == 8e9
    again = give_token(path, "li")
    assert digest(again) in path.read_text(encoding="utf-8")
    assert "memory that one job may use" in path.read_text(encoding="utf-8")


HASH = "sha256:" + "0" * 64

TWO = f"""
address = "http://a.org"
[users]
a = {{{{ token = "{HASH}", folder = "{{first}}" }}}}
b = {{{{ token = "{HASH[:-1]}1", folder = "{{second}}" }}}}
"""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "'address' is missing"),
        ('address = "carbon.example.org"', "as browsers reach it"),
        ('address = "https://a.org/app"', "without a path"),
        ('adress = "https://a.org"', "did you mean 'address'"),
        (f'address = "http://a.org"\n[users]\n".." = {{ token = "{HASH}" }}', "not a valid user name"),
        (f'address = "http://a.org"\n[users]\n"a/b" = {{ token = "{HASH}" }}', "not a valid user name"),
        ('address = "http://a.org"\n[users]\na = { token = "secret" }', "users.a.token"),
        (
            f'address = "http://a.org"\n[users]\na = {{ token = "{HASH}" }}\nb = {{ token = "{HASH}" }}',
            "share one token",
        ),
        (f'address = "http://a.org"\n[users]\na = {{ token = "{HASH}", folder = "." }}', "belongs to the server"),
        (TWO.format(first="x", second="x/y"), "keep the folders apart"),
        (TWO.format(first="m/x", second="y").replace("[users]", 'read = ["m"]\n[users]'), "keep the folders apart"),
        (TWO.format(first="m", second="y").replace("[users]", 'read = ["m/inner"]\n[users]'), "keep the folders apart"),
        (TWO.format(first="x", second="x").replace('"x" }', '"x", quota_GB = 1 }', 1), "different quotas"),
        (TWO.format(first="state/of/it", second="y"), "belongs to the server"),
        (TWO.format(first="a\\u0000b", second="y"), "NUL"),
        ('address = "http://a:99999"', "as browsers reach it"),
        ('address = "http://a:b"', "as browsers reach it"),
        ('address = "http://u:p@a.org"', "as browsers reach it"),
        ('address = "http://a.org"\nread = ["none"]', "no such folder"),
        (
            f'address = "http://a.org"\nread = ["m"]\n[users]\na = {{ token = "{HASH}", folder = "m" }}',
            "keep the folders",
        ),
        ("address = ", "not valid TOML"),
    ],
)
def test_a_file_of_users_that_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, words: str
) -> None:
    (tmp_path / "m" / "inner").mkdir(parents=True)
    monkeypatch.setenv(STATE, str(tmp_path / "state"))
    path = tmp_path / "users.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=re.escape(words)):
        ManyDoors(path)


def test_an_address_is_that_which_browsers_send(tmp_path: Path) -> None:
    path = tmp_path / "users.toml"
    for written, sent in (
        ("https://碳.example.org/", "https://xn--gez.example.org"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ):
        path.write_text(f'address = "{written}"\n', encoding="utf-8")
        assert read_users(path).address == sent
        assert Address.of(sent).is_own(sent.split("//")[1])


def test_two_users_may_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHENG_STATE", str(tmp_path / "state"))
    path = tmp_path / "users.toml"
    path.write_text(TWO.format(first="team", second="team"), encoding="utf-8")
    assert len(ManyDoors(path).homes()) == 1


def test_the_server_of_several_takes_no_folder(tmp_path: Path) -> None:
    path, _ = users_file(tmp_path)
    command = [sys.executable, "-m", "tanheng", "--lang", "en", "serve", str(tmp_path), "--multi", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "for a single user" in done.stderr


def test_an_app_of_one_user_has_no_page_to_sign_in(tmp_path: Path) -> None:
    from web.served import serving

    with serving(tmp_path) as served:
        answers: list[Answer] = [served.ask("/sign-in"), served.ask("/sign-in", "POST", {"token": "x"})]
        assert [answer.status for answer in answers] == [404, 404]
        assert "sign-out" not in served.ask("/").text


@needs_chromium
@pytest.mark.parametrize(("code", "wrong"), [("en", "not valid"), ("zh", "令牌无效")])
def test_a_person_signs_in_and_out(browser: Browser, tmp_path: Path, code: str, wrong: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path, tokens = users_file(tmp_path, RULES.replace(ADDRESS, f"http://127.0.0.1:{port}") + "\n")
    served = begin_many(path, "--port", str(port))
    page = browser.new_page(locale={"en": "en-US", "zh": "zh-CN"}[code])
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    try:
        page.goto(f"{served.address}/study?name=own/study.toml")
        assert page.url.startswith(f"{served.address}/sign-in?to=")
        assert Axe().run(page).response["violations"] == []
        page.fill("#token", "wrong")
        page.keyboard.press("Enter")
        expect(page.locator("#token-problem")).to_contain_text(wrong)
        page.fill("#token", tokens["li"])
        page.keyboard.press("Enter")
        page.wait_for_url("**/study?name=own/study.toml")  # the page that was asked for
        page.goto(f"{served.address}/")
        expect(page.locator(".user span")).to_have_text("li")
        page.wait_for_selector("body[data-ready]")
        page.fill("#title", "Mine")
        page.click("#new button")
        page.wait_for_url("**/study?*")
        page.wait_for_selector("body[data-ready]")
        assert (tmp_path / "people" / "li" / "Mine" / "study.toml").is_file()
        assert Axe().run(page).response["violations"] == []
        page.click("#sign-out")
        page.wait_for_url("**/sign-in")
        page.goto(f"{served.address}/")
        assert page.url == f"{served.address}/sign-in"
        page.goto(f"{served.address}/sign-in?to=//evil.example/")
        page.fill("#token", tokens["li"])
        page.keyboard.press("Enter")
        page.wait_for_url(f"{served.address}/")  # no way out of the server
        assert failures == []
    finally:
        page.close()
        served.stop()


def test_the_container_starts_what_there_is() -> None:
    text = (Path(__file__).parents[2] / "Dockerfile").read_text(encoding="utf-8")
    begun = json.loads(re.findall(r"^CMD (.*)$", text, re.MULTILINE)[0])
    assert begun[:2] == ["tanheng", "serve"]
    command: Any = typer.main.get_command(app)
    options = {name for parameter in command.commands["serve"].params for name in parameter.opts}
    assert {word for word in begun if word.startswith("--")} <= options
    assert f"EXPOSE {begun[begun.index('--port') + 1]}\n" in text
    assert f"{STATE}=/data/" in text
    assert begun[begun.index("--multi") + 1].startswith("/data/")
