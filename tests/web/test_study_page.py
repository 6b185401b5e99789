"""What the page of a study does with its file: nothing is lost, nothing is dropped, problems stand at their fields."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from conftest import EXAMPLE, FIRST, LAST, tiny_study_with_people, write_map
from tanheng.study.described.template import study_template
from web.served import Served, of, serving


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("pages")) as running:
        yield running


@pytest.fixture
def study(server: Served, request: pytest.FixtureRequest) -> str:
    """Name of a study of its own."""
    folder = server.folder / str(abs(hash(request.node.name)))
    folder.mkdir(exist_ok=True)
    tiny_study_with_people(folder)
    return f"{folder.name}/study.toml"


def state(server: Served, study: str) -> dict[str, Any]:
    found: dict[str, Any] = server.ask(f"/app/study?name={of(study)}").json()
    return found


def change(server: Served, study: str, *changes: dict[str, object]) -> dict[str, Any]:
    body = {"version": state(server, study)["version"], "changes": list(changes)}
    answer = server.ask(f"/app/study?name={of(study)}", "POST", body)
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def data(server: Served, study: str) -> dict[str, Any]:
    return tomllib.loads((server.folder / study).read_text(encoding="utf-8"))


def test_a_zero_and_a_no_are_kept(server: Served, study: str) -> None:
    change(
        server,
        study,
        {"place": ["analysis", "seed"], "value": 0},
        {"place": ["outputs", "docx"], "value": False},
        {"place": ["carbon_density", "correlation"], "toml": "0"},
    )
    held = data(server, study)
    assert held["analysis"]["seed"] == 0
    assert held["outputs"]["docx"] is False
    assert held["carbon_density"]["correlation"] == 0


def test_comments_of_a_hand_written_file_stay(server: Served, study: str) -> None:
    path = server.folder / study
    path.write_text(
        "# by hand\n" + path.read_text(encoding="utf-8").replace('title = "Tiny"', 'title = "Tiny" # mine'),
        encoding="utf-8",
    )
    change(server, study, {"place": ["title"], "value": "Other"})
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# by hand"
    assert 'title = "Other" # mine' in lines


def test_a_change_on_an_old_version_is_refused_and_loses_nothing(server: Served, study: str) -> None:
    old = state(server, study)["version"]
    change(server, study, {"place": ["title"], "value": "Newer"})
    body = {"version": old, "changes": [{"place": ["title"], "value": "Older"}]}
    answer = server.ask(f"/app/study?name={of(study)}", "POST", body)
    assert answer.status == 409
    assert data(server, study)["title"] == "Newer"


def test_a_wrong_value_is_saved_and_told_at_its_field(server: Served, study: str) -> None:
    found = change(server, study, {"place": ["grid", "resolution"], "value": -5})
    assert [problem["place"] for problem in found["problems"]] == ["grid.resolution"]
    found = change(server, study, {"place": ["grid", "resolution"], "value": 1000})
    assert found["problems"] == []


def test_a_field_is_wrong_without_being_touched(server: Served, study: str) -> None:
    path = server.folder / study
    path.write_text(path.read_text(encoding="utf-8").replace('kind = "density"', 'kind = "people"'), encoding="utf-8")
    found = state(server, study)
    assert [problem["place"] for problem in found["problems"]] == ["population.kind"]
    assert "people" in server.ask(f"/study?name={of(study)}").text


def test_inputs_are_looked_at_as_check_does(server: Served, study: str) -> None:
    address = f"/app/check?name={of(study)}"
    found = server.ask(address).json()
    assert found["problems"] == []
    assert found["estimate"]["cells"] == 12
    assert found["estimate"]["memory"] > 1e8
    change(server, study, {"place": ["emissions", "totals"], "value": "gone.csv"})
    found = server.ask(address).json()
    assert [problem["place"] for problem in found["problems"]] == ["emissions.totals"]
    assert found["version"] == state(server, study)["version"]


def test_a_broken_file_can_be_mended_as_text(server: Served, study: str) -> None:
    path = server.folder / study
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace("years = [", "years = "), encoding="utf-8")
    found = state(server, study)
    assert "not valid TOML" in found["fault"]
    answer = server.ask(f"/app/study?name={of(study)}", "POST", {"version": found["version"], "text": whole})
    assert answer.json()["fault"] == ""
    assert path.read_text(encoding="utf-8") == whole


def test_a_new_study_takes_dropped_maps_for_its_years(server: Served, tmp_path: Path) -> None:
    name = server.ask("/app/new", "POST", {"title": "Mine 我的"}).json()["name"]
    assert name == "Mine 我的/study.toml"
    assert data(server, name)["title"] == "Mine 我的"
    assert server.ask("/app/new", "POST", {"title": "Mine 我的"}).status == 400
    for year, codes in ((2001, FIRST), (2011, LAST)):
        path = write_map(tmp_path / f"land_{year}.tif", codes)
        answer = server.ask(f"/app/files?name={of(name)}&file=land_{year}.tif", "PUT", path.read_bytes())
        (file,) = answer.json()["files"]
        assert file["year"] == year
        assert file["picture"].startswith("data:image/png;base64,")
        body = {"version": state(server, name)["version"], "entries": file["uses"][0]["entries"], "year": file["year"]}
        assert server.ask(f"/app/use?name={of(name)}", "POST", body).status == 200
    held = data(server, name)
    assert held["years"] == [2001, 2011]
    assert held["land_cover"]["maps"] == {"2001": "data/land_2001.tif", "2011": "data/land_2011.tif"}
    assert held["land_cover"]["legend"] == "six-classes"
    # The comments of the template, in both languages, are all there.
    comments = [line for line in study_template().splitlines() if line.startswith("# ")]
    text = (server.folder / name).read_text(encoding="utf-8")
    assert [line for line in comments if line not in text] == []


def test_a_file_without_a_year_asks_for_it(server: Served, study: str, tmp_path: Path) -> None:
    path = write_map(tmp_path / "land.tif", FIRST)
    server.ask(f"/app/files?name={of(study)}&file=land.tif", "PUT", path.read_bytes())
    entries = [[["land_cover", "maps", "YEAR"], "data/land.tif"]]
    body: dict[str, object] = {"version": state(server, study)["version"], "entries": entries, "year": None}
    answer = server.ask(f"/app/use?name={of(study)}", "POST", body)
    assert answer.status == 400
    assert "year" in answer.json()["message"]
    assert server.ask(f"/app/use?name={of(study)}", "POST", body | {"year": 2020}).json()["entries"]["years"] == [
        2000,
        2010,
        2020,
    ]


def test_a_small_table_is_edited_and_its_comments_stay(server: Served, study: str) -> None:
    table = (server.folder / study).with_name("densities.csv")
    table.write_text("# my source\nclass,above\n林地,10\nforest,\n", encoding="utf-8-sig")
    address = f"/app/cells?name={of(study)}&file=densities.csv"
    found = server.ask(address).json()
    version = found.pop("version")
    assert found == {
        "header": ["class", "above"],
        "rows": [["林地", "10"], ["forest", ""]],
        "comments": ["# my source"],
        "meanings": ["", ""],
        "lines": [3, 4],
        "names": ["", ""],
    }
    rows = [["林地", "10"], ["forest", "0"]]
    assert server.ask(address, "POST", {"version": version, "rows": rows}).status == 200
    assert table.read_bytes() == "\ufeff# my source\nclass,above\n林地,10\nforest,0\n".encode()
    assert server.ask(address, "POST", {"version": version, "rows": rows}).status == 409
    now = server.ask(address).json()["version"]
    assert server.ask(address, "POST", {"version": now, "rows": [["林地"]]}).status == 400
    assert server.ask(f"/app/cells?name={of(study)}&file=..%2f..%2fx.csv").status == 400


def test_the_headings_of_a_table_are_explained_and_its_rows_bear_their_lines(server: Served, study: str) -> None:
    table = (server.folder / study).with_name("pools.csv")
    table.write_text("# one\nclass,above,below,soil,dead\n\nforest,1,2,3,4\n林地,1,2,3,4\n", encoding="utf-8")
    sent = {"Cookie": f"{server.cookie}; tanheng-language=zh"}
    found = server.ask(f"/app/cells?name={of(study)}&file=pools.csv", headers=sent).json()
    assert found["meanings"] == ["地类", *(f"{pool}（t C ha-1）" for pool in ("地上", "地下", "土壤", "死亡有机质"))]
    assert (found["lines"], found["names"]) == ([4, 5], ["林地", ""])


def test_titles_above_the_headings_of_a_table_stay_where_they_are(server: Served, study: str) -> None:
    table = (server.folder / study).with_name("yearbook.csv")
    table.write_text("表5-16,\n年份,排放量\n2000,5\n", encoding="utf-8")
    address = f"/app/cells?name={of(study)}&file=yearbook.csv"
    found = server.ask(address).json()
    assert (found["comments"], found["header"], found["lines"]) == (["表5-16,"], ["年份", "排放量"], [3])
    body = {"version": found["version"], "rows": [["2000", "6"]]}
    assert server.ask(address, "POST", body).status == 200
    assert table.read_text(encoding="utf-8") == "表5-16,\n年份,排放量\n2000,6\n"


def test_codes_by_hand_need_no_legend(server: Served, study: str) -> None:
    folder = (server.folder / study).parent
    for name, codes in (("a.tif", FIRST), ("b.tif", LAST)):
        write_map(folder / name, [[code + 100 if code else 0 for code in row] for row in codes])
    classes = ["cropland", "forest", "grassland", "water", "built-up"]
    change(
        server,
        study,
        {"place": ["land_cover", "legend"], "value": None},
        {"place": ["land_cover", "codes"], "value": {str(101 + number): name for number, name in enumerate(classes)}},
    )
    assert server.ask(f"/app/check?name={of(study)}").json()["problems"] == []


def test_the_page_speaks_the_language_that_is_chosen(server: Served, study: str) -> None:
    for cookie, header, words in (
        ("zh", "en", "研究文件"),
        ("en", "zh-CN", "The study file"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "研究文件"),
    ):
        sent = {"Cookie": f"{server.cookie}; tanheng-language={cookie}", "Accept-Language": header}
        answer = server.ask(f"/study?name={of(study)}", headers=sent)
        assert words in answer.text
        problem = server.ask("/app/study?name=none.toml", headers=sent).json()["message"]
        assert ("没有该文件" in problem) == (words == "研究文件")


def test_the_example_is_a_study_of_the_app(server: Served) -> None:
    import shutil

    shutil.copytree(EXAMPLE, server.folder / "henan", ignore=shutil.ignore_patterns("results", "__pycache__"))
    found = server.ask("/app/check?name=henan/study.toml").json()
    assert found["problems"] == []
    assert "henan/study.toml" in server.ask("/").text


def test_a_table_keeps_its_encoding_and_its_separator(server: Served, study: str) -> None:
    table = (server.folder / study).with_name("old.csv")
    table.write_bytes("地类;值\r\n甲;007\r\n".encode("gb18030"))
    address = f"/app/cells?name={of(study)}&file=old.csv"
    found = server.ask(address).json()
    assert server.ask(address, "POST", {"version": found["version"], "rows": [["甲", "008"]]}).status == 200
    assert table.read_bytes() == "地类;值\r\n甲;008\r\n".encode("gb18030")
    table.write_bytes(b'a;b\r\n"x\r\n# y";1\r\n')
    assert "line breaks" in server.ask(address).json()["message"]


def test_ends_of_lines_and_the_mark_of_the_file_stay(server: Served, study: str) -> None:
    path = server.folder / study
    path.write_bytes("\ufeff".encode() + path.read_bytes().replace(b"\n", b"\r\n"))
    change(server, study, {"place": ["title"], "value": "Other"})
    held = path.read_bytes()
    assert held.startswith("\ufeff".encode())
    assert held.count(b"\n") == held.count(b"\r\n")
    assert b'title = "Other"\r\n' in held


def test_two_changes_at_once_on_one_version_are_not_both_taken(server: Served, study: str) -> None:
    version = state(server, study)["version"]
    bodies = [{"version": version, "changes": [{"place": ["license"], "value": f"L{number}"}]} for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda body: server.ask(f"/app/study?name={of(study)}", "POST", body).status, bodies))
    assert sorted(found) == [200, *[409] * 7]


def test_infinity_is_a_problem_and_not_the_end_of_the_page(server: Served, study: str) -> None:
    path = server.folder / study
    path.write_text(path.read_text(encoding="utf-8") + "\n[grid]\nresolution = inf\n", encoding="utf-8")
    assert state(server, study)["problems"][0]["place"] == "grid.resolution"
    assert server.ask(f"/study?name={of(study)}").status == 200


def test_a_value_brings_no_other_entries(server: Served, study: str) -> None:
    body = {"version": state(server, study)["version"], "changes": [{"place": ["license"], "toml": '"a"\nyears = [1]'}]}
    assert server.ask(f"/app/study?name={of(study)}", "POST", body).status == 400


def test_years_that_have_no_map_yet_stay(server: Served, study: str, tmp_path: Path) -> None:
    change(server, study, {"place": ["years"], "value": [1990, 2000, 2010]})
    path = write_map(tmp_path / "land.tif", FIRST)
    server.ask(f"/app/files?name={of(study)}&file=land.tif", "PUT", path.read_bytes())
    body = {
        "version": state(server, study)["version"],
        "entries": [[["land_cover", "maps", "YEAR"], "data/land.tif"]],
        "year": 2020,
    }
    found = server.ask(f"/app/use?name={of(study)}", "POST", body).json()
    assert found["entries"]["years"] == [1990, 2000, 2010, 2020]


def test_an_error_is_a_page_to_a_browser(server: Served) -> None:
    answer = server.ask("/study?name=none/study.toml", headers={"Accept": "text/html"})
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "none/study.toml" in answer.text
    nowhere = server.ask("/nothere", headers={"Accept": "text/html"})
    assert nowhere.status == 404
    assert "There is no such page." in nowhere.text
    assert "<nav" in nowhere.text
    assert server.ask("/nothere").json()["message"] == "There is no such page."
    assert server.ask("/app/study?name=none/study.toml").status == 404


def test_a_parameter_set_of_invest_becomes_a_study(server: Served, study: str) -> None:
    folder = (server.folder / study).parent
    (folder / "pools.csv").write_text(
        "lucode,LULC_name,C_above,C_below,C_soil,C_dead\n"
        + "".join(f"{code},class {code},1,1,50,1\n" for code in range(1, 7)),
        encoding="utf-8",
    )
    arguments = {"lulc_bas_path": "a.tif", "carbon_pools_path": "pools.csv", "lulc_bas_year": "2000"}
    (folder / f"args {folder.name}.json").write_text(json.dumps({"args": arguments}), encoding="utf-8")
    files = server.ask(f"/app/files?name={of(study)}").json()["files"]
    (file,) = [one["file"] for one in files if one["kind"] == "InVEST parameters"]
    made = server.ask(f"/app/invest?name={of(study)}&file={of(file)}", "POST", {}).json()["name"]
    assert state(server, made)["problems"] == []
    assert server.ask(f"/app/check?name={of(made)}").json()["problems"] == []
    assert server.ask(f"/app/invest?name={of(study)}&file=..%2f..%2fx.json", "POST", {}).status == 400


def test_a_shapefile_is_removed_with_all_its_parts(server: Served, study: str) -> None:
    folder = server.folder / Path(study).parent / "data" / "border"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("b.shp", "b.shx", "b.dbf", "b.prj", "b.cpg", "b.shp.xml"):
        (folder / name).write_bytes(b"x")
    (folder / "b.csv").write_bytes(b"x")
    assert server.ask(f"/app/files?name={of(study)}&file={of('data/border/b.shp')}", "DELETE").status == 200
    assert [path.name for path in folder.iterdir()] == ["b.csv"]


def test_other_studies_that_use_a_file_are_named(server: Served, study: str) -> None:
    """By a path of their own, or by the folder that it lies in; a title that is called as the file is nothing."""
    folder = study.partition("/")[0]
    rows = b"year,emissions,unit\n2000,1,t CO2\n"
    for file in ("shared.csv", "tiles/a.csv"):
        assert server.ask(f"/app/files?name={of(study)}&file={of(file)}", "PUT", rows).status == 201
    other = server.folder / f"{folder}b" / "study.toml"
    other.parent.mkdir()
    text = (server.folder / study).read_text(encoding="utf-8").replace('title = "Tiny"', 'title = "Other"')
    text = text.replace('"totals.csv"', f'"../{folder}/data/shared.csv"').replace(
        '"a.tif"', f'["../{folder}/data/tiles"]'
    )
    text = text.replace('title = "Other"', f'title = "Other"\nlicense = "../{folder}/data/book.xlsx#Totals"')
    other.write_text(text, encoding="utf-8")
    for file, used in (
        ("data/shared.csv", True),
        ("data/tiles/a.csv", True),
        ("data/book.xlsx", True),
        ("data/none.csv", False),
    ):
        found = server.ask(f"/app/users?name={of(study)}&file={of(file)}").json()["studies"]
        assert found == ([f"Other ({folder}b/study.toml)"] if used else [])


def test_results_serve_a_plan_though_the_licence_is_another(server: Served, study: str) -> None:
    server.until(server.job("run", study=study), "successful")
    assert state(server, study)["results"]["serves"]
    found = change(server, study, {"place": ["license"], "value": "CC-BY-4.0"})["results"]
    assert (bool(found["changes"]), found["serves"]) == (True, True)
    found = change(server, study, {"place": ["grid", "resolution"], "value": 2000})["results"]
    assert (bool(found["changes"]), found["serves"]) == (True, False)
