"""Who is let in, and what strangers' pages and files can't do: each attack is answered with 4xx, and logged."""

from __future__ import annotations

import re
import stat
import sys
import zipfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import tiny_study, with_outputs
from web.served import Served, begin, of, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    base = tmp_path_factory.mktemp("gate")
    (base / "secret.toml").write_text('title = "SECRET"\n[land_cover]\n', encoding="utf-8")
    (base / "secret.csv").write_text("SECRET\n", encoding="utf-8")
    folder = base / "studies"
    (folder / "one" / "results").mkdir(parents=True)
    tiny_study(folder / "one")
    (folder / "one" / "results" / "run.json").write_text("{}", encoding="utf-8")
    (folder / "one" / "results" / "report.html").write_text("<script>1</script>", encoding="utf-8")
    (folder / "one" / "results" / "evil.html").write_text("<script>1</script>", encoding="utf-8")
    (folder / "one" / "results" / "link.csv").symlink_to(base / "secret.csv")
    (folder / "one" / "link.toml").symlink_to(base / "secret.toml")
    with serving(folder, TANHENG_UPLOAD_BYTES="20000") as running:
        yield running


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example:{port}", "127.0.0.1:1", "", "localhost.:{port}"]
)
def test_a_foreign_host_is_refused(served: Served, host: str) -> None:
    answer = served.ask("/", headers={"Host": host.format(port=served.port)})
    assert answer.status == 421
    assert "Tiny" not in answer.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"])
def test_a_foreign_page_is_refused(served: Served, origin: str) -> None:
    before = (served.folder / "one" / "study.toml").read_text(encoding="utf-8")
    for method, path in (
        ("POST", "/app/study?name=one/study.toml"),
        ("POST", "/app/jobs"),
        ("GET", "/app/files?name=one/study.toml"),
    ):
        assert served.ask(path, method, {}, {"Origin": origin.format(port=served.port)}).status == 403
    assert (served.folder / "one" / "study.toml").read_text(encoding="utf-8") == before


def test_a_change_without_an_origin_is_refused_to_a_cookie(served: Served) -> None:
    assert served.ask("/app/jobs", "POST", {}, {"Origin": None}).status == 403
    assert served.ask("/app/jobs", "POST", {}, {"Sec-Fetch-Site": "cross-site"}).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Cookie": None},
        {"Cookie": "tanheng-1=x"},
        {"Cookie": "tanheng-{port}=forged"},
        {"Cookie": None, "Authorization": "Bearer wrong"},
        {"Cookie": None, "Authorization": "Basic {key}"},
    ],
)
def test_who_is_not_let_in_sees_nothing(served: Served, headers: Mapping[str, str | None]) -> None:
    sent = {name: value and value.format(port=served.port, key=served.key) for name, value in headers.items()}
    for path in (
        "/",
        "/study?name=one/study.toml",
        "/app/study?name=one/study.toml",
        "/jobs",
        "/results?name=one/results",
    ):
        answer = served.ask(path, headers=sent)
        assert answer.status == 401
        assert "Tiny" not in answer.text


def test_a_token_lets_in_one_browser_once(tmp_path: Path) -> None:
    served = begin(tmp_path, enter=False)
    try:
        assert served.ask("/?token=wrong").status == 403
        served.enter()
        assert served.ask(f"/?token={served.token}", headers={"Cookie": None}).status == 403
        # A browser gets a page in its language, with a title.
        html = {"Cookie": None, "Accept": "text/html", "Accept-Language": "zh"}
        for address in (f"/?token={served.token}", "/"):
            page = served.ask(address, headers=html)
            assert page.status in {401, 403}
            assert '<html lang="zh' in page.text
            assert "<title>" in page.text
            assert 'role="alert"' in page.text
        cookie = served.ask(
            "/?token=" + served.ask("/app/address", "POST", {}).json()["address"].split("=")[1]
        ).headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        # The key of the API is its owner's alone.
        if sys.platform != "win32":
            assert stat.S_IMODE((served.own / "api-key").stat().st_mode) == 0o600
    finally:
        served.stop()


NAMES = [
    "../secret.toml",
    "..%2fsecret.toml",
    "%2e%2e/secret.toml",
    "one/../../secret.toml",
    "one/link.toml",
    "/etc/passwd",
    "../state%20of%20studies/api-key",
    "one/%00.toml",
    "..%5csecret.toml",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "path", ["/study?name={}", "/app/study?name={}", "/app/check?name={}", "/app/files?name={}", "/results?name={}"]
)
def test_no_name_leads_out(served: Served, path: str, name: str) -> None:
    answer = served.ask(path.format(name))
    assert 400 <= answer.status < 500
    assert "SECRET" not in answer.text
    assert served.key not in answer.text


def test_results_are_served_in_a_box_and_no_link_leads_out_of_them(served: Served) -> None:
    shown = served.ask("/results?name=one/results").text
    signed = re.findall(r"/view/[0-9a-f]{16}/[0-9a-f]{32}/[^/]+/", shown)[0]
    page = served.ask(signed + "report.html", headers={"Cookie": None})
    assert page.status == 200
    assert page.headers["content-security-policy"].startswith("sandbox allow-scripts allow-downloads;")
    assert page.headers["x-content-type-options"] == "nosniff"
    for path in ("link.csv", "../study.toml", "..%2fstudy.toml", "%2e%2e/study.toml", "evil.html", "nothing.csv"):
        answer = served.ask(signed + path)
        assert answer.status == 404
        assert "SECRET" not in answer.text
    _, _, home, signature, folder, _ = signed.split("/")
    for forged in (f"{home}/{'0' * 32}/{folder}", f"{'0' * 16}/{signature}/{folder}", f"{home}/{signature}/-"):
        assert served.ask(f"/view/{forged}/run.json").status == 404


@pytest.mark.parametrize(
    "name",
    [
        "../a.csv",
        "..",
        ".hidden",
        "nul.csv",
        "a.csv.",
        "地" * 100,
        "/a.csv",
        "a//b.csv",
        "a/../b.csv",
        "a/.b/c.csv",
        "a/nul/b.csv",
        "a/b/c/d.csv",
        "a\\b.csv",
        "a" * 300,
        "a\0.csv",
        " a.csv",
        "<b>.csv",
        "",
    ],
)
def test_an_upload_has_a_plain_name(served: Served, name: str) -> None:
    answer = served.ask(f"/app/files?name=one/study.toml&file={of(name)}", "PUT", b"x")
    assert answer.status == 400
    assert not (served.folder / "a.csv").exists()


def test_an_upload_over_the_limit_leaves_nothing(served: Served) -> None:
    for size in (20_001, 500_000):
        answer = served.ask("/app/files?name=one/study.toml&file=large.csv", "PUT", b"x" * size)
        assert answer.status == 400
        assert "too large" in answer.json()["message"]
    assert list((served.folder / "one").rglob("*large*")) == []
    assert list((served.folder / "one").rglob(".upload-*")) == []


def test_an_upload_never_takes_the_place_of_a_file(served: Served) -> None:
    address = "/app/files?name=one/study.toml&file=mine.csv"
    assert served.ask(address, "PUT", b"year,emissions,unit\n2000,1,t CO2\n").status == 201
    answer = served.ask(address, "PUT", b"other")
    assert answer.status == 400
    assert "there already" in answer.json()["message"]
    assert (served.folder / "one" / "data" / "mine.csv").read_bytes().startswith(b"year")


def test_folders_that_are_dropped_are_kept(served: Served) -> None:
    """Maps of two years that have one name in two folders; a name with a per cent sign stays as it is."""
    for file in ("2000/land.csv", "2010/land.csv", "40%20.csv"):
        answer = served.ask(
            f"/app/files?name=one/study.toml&file={of(file)}", "PUT", b"year,emissions,unit\n2000,1,t CO2\n"
        )
        assert answer.status == 201, answer.text
        assert (served.folder / "one" / "data" / file).is_file()
    answer = served.ask(f"/app/files?name=one/study.toml&file={of('2010/land.csv')}", "PUT", b"other")
    assert "data/2010/land.csv: is there already" in answer.json()["message"]
    for file in ("2000/land.csv", "2010/land.csv", "40%20.csv"):
        assert served.ask(f"/app/files?name=one/study.toml&file={of('data/' + file)}", "DELETE").status == 200
    assert not (served.folder / "one" / "data" / "2000").exists()


def test_what_is_not_taken_leaves_no_folders(served: Served) -> None:
    folder = served.folder / "one" / "data"
    assert served.ask(f"/app/files?name=one/study.toml&file={of('a/b/broken.zip')}", "PUT", b"no archive").status == 400
    assert not (folder / "a").exists()
    assert served.ask("/app/files?name=one/study.toml&file=plain.csv", "PUT", b"x").status == 201
    answer = served.ask(f"/app/files?name=one/study.toml&file={of('plain.csv/b.csv')}", "PUT", b"x")
    assert "data/plain.csv: is there already" in answer.json()["message"]
    assert served.ask(f"/app/files?name=one/study.toml&file={of('data/plain.csv')}", "DELETE").status == 200


@pytest.mark.parametrize("inner", ["../../study.toml", "/etc/cron.d/x", "a/../../../x.csv", "C:\\x.csv"])
def test_an_archive_writes_nothing_outside(served: Served, tmp_path: Path, inner: str) -> None:
    before = (served.folder / "one" / "study.toml").read_text(encoding="utf-8")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(zipfile.ZipInfo(inner), "evil")
    answer = served.ask("/app/files?name=one/study.toml&file=outside.zip", "PUT", (tmp_path / "a.zip").read_bytes())
    assert answer.status == 400
    assert (served.folder / "one" / "study.toml").read_text(encoding="utf-8") == before
    assert not (served.folder / "one" / "data" / "outside").exists()


def test_an_archive_that_unpacks_to_too_much_is_refused_and_one_that_is_broken_too(
    served: Served, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * 5_000_000)
    for name, data in (("bomb.zip", (tmp_path / "bomb.zip").read_bytes()), ("broken.zip", b"PK\3\4 no archive")):
        assert served.ask(f"/app/files?name=one/study.toml&file={name}", "PUT", data).status == 400
    assert not (served.folder / "one" / "data" / "bomb").exists()


def test_an_archive_goes_into_a_folder_of_its_own(served: Served, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "zones.zip", "w") as archive:
        archive.writestr("inner/mine.csv", "zone,value\na,1\n")
    data = (tmp_path / "zones.zip").read_bytes()
    answer = served.ask("/app/files?name=one/study.toml&file=zones.zip", "PUT", data)
    assert [one["file"] for one in answer.json()["files"]] == ["data/zones/inner/mine.csv"]
    assert served.ask("/app/files?name=one/study.toml&file=zones.zip", "PUT", data).status == 400


@pytest.mark.parametrize("source", ["/etc/passwd", "../../secret.tif", "/vsicurl/http://127.0.0.1:1/a.tif"])
def test_a_study_of_a_stranger_reads_nothing_outside(served: Served, source: str) -> None:
    folder = served.folder / "stranger"
    folder.mkdir(exist_ok=True)
    study = tiny_study(folder)
    text = study.read_text(encoding="utf-8")
    named = f"<SourceFilename relativeToVRT='0'>{source}</SourceFilename>"
    band = f"<VRTRasterBand dataType='Byte' band='1'><SimpleSource>{named}</SimpleSource></VRTRasterBand>"
    (folder / "a.vrt").write_text(f"<VRTDataset rasterXSize='1' rasterYSize='1'>{band}</VRTDataset>", encoding="utf-8")
    for name in (source, "a.vrt"):
        study.write_text(text.replace('"a.tif"', f'"{name}"'), encoding="utf-8")
        found = served.ask("/app/check?name=stranger/study.toml").json()
        assert found["problems"], name
    job = served.job("run", study="stranger/study.toml")
    assert served.until(job, "failed")["problems"]


def test_results_do_not_go_outside(served: Served) -> None:
    folder = served.folder / "outward"
    folder.mkdir()
    study = tiny_study(folder)
    text = with_outputs(study.read_text(encoding="utf-8"), 'folder = "../../taken"\n')
    study.write_text(text, encoding="utf-8")
    job = served.job("run", study="outward/study.toml")
    assert "outside" in served.until(job, "failed")["message"]
    assert not (served.folder.parent / "taken").exists()


def test_pages_run_no_script_but_the_app_s_own(served: Served) -> None:
    folder = served.folder / "marked"
    folder.mkdir()
    evil = "<img src=x onerror=alert(1)>'\"</script><script>alert(1)</script>"
    text = tiny_study(folder).read_text(encoding="utf-8").replace('"Tiny"', f"'''{evil}'''")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    for path in ("/", "/study?name=marked/study.toml"):
        answer = served.ask(path)
        assert answer.status == 200
        assert "<img src=x" not in answer.text
        assert "<script>alert" not in answer.text
        assert "script-src 'self';" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]


def test_a_way_back_leads_nowhere_else(served: Served) -> None:
    for to in ("//evil.example", "https://evil.example", "/\\evil.example"):
        assert served.ask(f"/language?code=zh&to={of(to)}").headers["location"] == "/"
    assert served.ask(f"/language?code=zh&to={of('/study?name=a')}").headers["location"] == "/study?name=a"


def test_a_thousand_requests_are_all_answered(served: Served) -> None:
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: served.ask("/jobs").status, range(1000)))
    assert answers == [200] * 1000


def test_what_is_refused_is_logged(served: Served) -> None:
    served.ask("/looked-for", headers={"Host": "evil.example"})
    text = (served.own / "server.log").read_text(encoding="utf-8")
    assert "421 GET '/looked-for' refused" in text
    assert served.key not in text


def test_a_folder_of_a_stranger_brings_no_keys_and_no_jobs(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    (folder / ".tanheng").mkdir(parents=True)
    (folder / ".tanheng" / "api-key").write_text("k" * 40, encoding="ascii")
    with serving(folder) as served:
        headers = {"Cookie": None, "Origin": None, "Authorization": "Bearer " + "k" * 40}
        assert served.ask("/jobs", headers=headers).status == 401
        assert served.ask("/jobs").json()["jobs"] == []


@pytest.mark.parametrize(
    "source", ["&#46;&#46;/&#46;&#46;/secret.tif", "&#x2E;&#x2E;/&#x2E;&#x2E;/secret.tif", "&amp;#46;./x"]
)
def test_a_vrt_hides_no_way_out_in_its_letters(served: Served, source: str) -> None:
    folder = served.folder / "hidden"
    folder.mkdir(exist_ok=True)
    study = tiny_study(folder)
    band = f"<VRTRasterBand dataType='Byte' band='1'><SimpleSource><SourceFilename relativeToVRT='1'>{source}</SourceFilename>"
    text = f"<VRTDataset rasterXSize='1' rasterYSize='1'>{band}</SimpleSource></VRTRasterBand></VRTDataset>"
    (folder / "a.vrt").write_text(text, encoding="utf-8")
    study.write_text(study.read_text(encoding="utf-8").replace('"a.tif"', '"a.vrt"'), encoding="utf-8")
    found = served.ask("/app/check?name=hidden/study.toml").json()
    assert "VRT" in found["problems"][0]["text"]


def test_a_record_of_a_stranger_takes_no_page_down(served: Served) -> None:
    folder = served.folder / "records"
    (folder / "results").mkdir(parents=True)
    tiny_study(folder)
    for text in (
        '{"version": 2, "settings": {"years": 5}, "versions": {}, "made": "x"}',
        '{"version": 2, "settings": {}, "versions": {}, "made": "0001-01-01T00:00:00", "inputs": [{"file": "a"}]}',
        "[]",
    ):
        (folder / "results" / "run.json").write_text(text, encoding="utf-8")
        assert served.ask("/").status == 200
        assert served.ask("/study?name=records/study.toml").status == 200


def test_files_go_through_no_link_out(served: Served) -> None:
    folder = served.folder / "linked"
    folder.mkdir()
    tiny_study(folder)
    (served.folder.parent / "elsewhere").mkdir()
    (folder / "data").symlink_to(served.folder.parent / "elsewhere", target_is_directory=True)
    assert served.ask("/app/files?name=linked/study.toml&file=a.csv", "PUT", b"zone,value\n").status == 400
    assert list((served.folder.parent / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "headers"),
    [
        ("GET", "/", None, {"Origin": "http://["}),
        ("GET", "/view/x/%C3%A9/-/x", None, {}),
        ("POST", "/app/study?name=one/study.toml", {"changes": 5}, {}),
        ("POST", "/app/new", b'{"title": "\\ud800"}', {}),
        ("POST", "/app/use?name=one/study.toml", {"entries": [1]}, {}),
        ("GET", "/app/cells?name=one/study.toml&file=/etc/x.csv", None, {}),
        ("PUT", "/app/files?name=one/study.toml&file=a.zip", b"PK\x03\x04" + b"x" * 200, {}),
    ],
)
def test_nonsense_is_refused_and_no_mistake_of_ours(
    served: Served, method: str, path: str, body: object, headers: Mapping[str, str]
) -> None:
    assert 400 <= served.ask(path, method, body, headers).status < 500


def test_an_archive_of_another_system_is_unpacked(served: Served, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "mac.zip", "w") as archive:
        archive.writestr("地图.csv", "zone,value\na,1\n")
        archive.writestr("__MACOSX/._地图.csv", "x")
        archive.writestr(".DS_Store", "x")
    data = (tmp_path / "mac.zip").read_bytes()
    answer = served.ask("/app/files?name=one/study.toml&file=mac.zip", "PUT", data)
    assert [one["file"] for one in answer.json()["files"]] == ["data/mac/地图.csv"]
