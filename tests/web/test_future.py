"""Scenarios by hand: areas that are asked for are written to the study, and simulated to the cell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from chromium import needs_chromium
from conftest import tiny_study_with_people, write_map
from tanheng.errors import InputError
from tanheng.study import load_study
from tanheng.web.home import Home
from tanheng.web.studies.future import land_today
from web.served import Served, serving

STUDY = "county/study.toml"
ADDRESS = f"/app/future?name={STUDY}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a study of 40 x 40 cells that has been run; built-up land grew along one side of it."""
    base = tmp_path_factory.mktemp("studies")
    (base / "county").mkdir()
    study = tiny_study_with_people(base / "county")
    random = np.random.default_rng(5)
    first = np.where(np.arange(40)[:, None] + random.integers(0, 9, (40, 40)) > 30, 2, 1)
    first[:3, :12] = 5
    first[20, 30:] = 4  # water, which stays
    swapped = np.where((random.random((40, 40)) < 0.1) & (first < 3), 3 - first, first)
    last = np.where((np.arange(40)[None, :] < 12) & (random.random((40, 40)) < 0.3), 5, swapped)
    for name, land in (("a.tif", first), ("b.tif", last)):
        write_map(base / "county" / name, land)
    for name in ("people.tif", "height.tif"):
        write_map(base / "county" / name, random.random((40, 40)) * 9, dtype="float32", nodata=-1)
    study.write_text(study.read_text(encoding="utf-8") + "[simulate]\nto = 2020\nfallback = true\n", encoding="utf-8")
    with serving(base) as running:
        yield running


@pytest.fixture(scope="module")
def land(served: Served) -> dict[str, Any]:
    """Land of the study once it has been run."""
    assert "run the study first" in served.ask(ADDRESS).json()["message"]
    found = served.until(served.job("run", study=STUDY), "successful", "failed")
    assert found["state"] == "successful", found["message"]
    answer = served.ask(ADDRESS)
    assert answer.status == 200, answer.text
    data: dict[str, Any] = answer.json()
    return data


def areas(land: dict[str, Any], **moved: float) -> dict[str, float]:
    """Areas of today with some of them moved, cropland taking what is left."""
    found = {one["name"]: one["area"] for one in land["classes"]} | moved
    found["cropland"] += sum(one["area"] for one in land["classes"]) - sum(found.values())
    return found


def body(land: dict[str, Any], *scenarios: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"version": land["version"], "to": [2020, 2030], "draws": 3, "scenarios": list(scenarios), **more}


def test_the_land_of_today_is_that_of_the_tables(served: Served, land: dict[str, Any]) -> None:
    table = pd.read_csv(served.folder / "county" / "results" / "tables" / "stock_by_class.csv", encoding="utf-8-sig")
    last = table[(table["year"] == 2010) & (table.get("scenario", "observed") == "observed")]
    assert land["year"] == 2010
    for one in land["classes"]:
        row = last.set_index("land_class").loc[one["name"]]
        assert one["area"] == pytest.approx(row["area_km2"])
        assert one["area"] * 100 * one["density"] == pytest.approx(row["stock_t_c"])
    seen = {one["name"]: (one["grows"], one["shrinks"]) for one in land["classes"]}
    assert (seen["forest"], seen["built-up"], seen["water"]) == ((True, True), (True, False), (False, False))
    assert land["has_outlook"]


def test_scenarios_are_written_and_met_to_the_cell(served: Served, land: dict[str, Any]) -> None:
    more = {"name": "more forest", "areas": areas(land, forest=500.0), "outlook": {"income": 0.05}}
    less = {"name": "少林", "areas": areas(land, forest=200.0), "outlook": {}}
    state = served.ask(ADDRESS, "POST", body(land, more, less))
    assert state.status == 200, state.text
    folder = served.folder / "county"
    study = load_study(folder / "study.toml")
    assert study.simulate is not None
    assert (study.simulate.to, study.simulate.draws, study.simulate.demand) == (
        (2020, 2030),
        3,
        "study_demand_by_hand.csv",
    )
    asked = pd.read_csv(folder / "study_demand_by_hand.csv", encoding="utf-8-sig")
    forest = asked[asked["class"] == "forest"].set_index(["scenario", "year"])["area_km2"]
    today = areas(land)["forest"]
    assert forest["more forest", 2030] == 500.0
    assert forest["more forest", 2020] == pytest.approx((today + 500.0) / 2)  # half of the way
    found = served.until(served.job("simulate", study=STUDY), "successful", "failed")
    assert found["state"] == "successful", found["message"]
    demand = pd.read_csv(folder / "results" / "simulation" / "tables" / "demand.csv", encoding="utf-8-sig")
    made = demand[(demand["class"] == "forest") & (demand["year"] == 2030)].set_index("scenario")["simulated_km2"]
    assert made.to_dict() == {"more forest": 500.0, "少林": 200.0}
    # They are there again for the next look, and one that is left out is gone with its outlook.
    again = served.ask(ADDRESS).json()
    assert [one["name"] for one in again["scenarios"]] == ["more forest", "少林"]
    assert again["scenarios"][0]["areas"]["forest"] == 500.0
    assert again["scenarios"][0]["outlook"] == {"income": 0.05}
    served.ask(ADDRESS, "POST", body(again, less))
    study = load_study(folder / "study.toml")
    assert study.simulate is not None
    assert not study.simulate.outlook
    assert [one["name"] for one in served.ask(ADDRESS).json()["scenarios"]] == ["少林"]


def test_what_is_wrong_is_refused_and_writes_nothing(served: Served, land: dict[str, Any]) -> None:
    now = served.ask(ADDRESS).json()
    good = {"name": "a", "areas": areas(land)}
    folder = served.folder / "county"

    def held() -> list[bytes]:
        return [
            (folder / name).read_bytes()
            for name in ("study.toml", "study_demand_by_hand.csv")
            if (folder / name).exists()
        ]

    before = held()
    wrong: list[tuple[dict[str, Any], str]] = [
        (body(now, good, to=[2010]), "years after 2010"),
        (body(now, good, to=[2030, 2020]), "earliest first"),
        (body(now, good, {**good}), "one name"),
        (body(now, {**good, "name": "observed"}), "name of a scenario"),
        (body(now, {**good, "name": "#x"}), "name of a scenario"),
        (body(now, good, draws=-5), "draws"),
        (body(now), "one to 12"),
        (body(now, {**good, "areas": {"forest": 1.0}}), "for each class"),
        (body(now, {**good, "areas": areas(land, forest=-1.0)}), "zero or more"),
        (body(now, {**good, "areas": areas(land) | {"forest": 9000.0}}), "add up to"),
        (body(now, {**good, "areas": areas(land) | {"forest": "x"}}), "not a JSON object"),
        (body(now, good, version="other"), "changed elsewhere"),
        (body(now, {**good, "areas": areas(land, **{"built-up": 10.0})}), "can't be reached"),
    ]
    for given, words in wrong:
        answer = served.ask(ADDRESS, "POST", given)
        assert answer.status in {400, 409}, words
        assert words in answer.json()["message"]
    assert held() == before


def test_maps_too_large_for_the_server_are_refused(
    served: Served, land: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert land["cell_km2"] == 1.0
    monkeypatch.setattr("tanheng.web.studies.future._MOST_PIXELS", 3000)
    monkeypatch.setenv("TANHENG_STATE", str(served.folder / "state"))
    with pytest.raises(InputError, match="3,200 pixels"):
        land_today(Home(served.folder), STUDY)


@pytest.mark.usefixtures("land")
def test_tables_that_were_changed_by_hand_are_refused(served: Served) -> None:
    folder = served.folder / "county"
    for path in (folder / "study_demand_by_hand.csv", folder / "results" / "tables" / "stock_by_class.csv"):
        held = path.read_bytes()
        for spoilt in (
            b"",
            b"a,b\n1\n",
            b"\xff\xfe\x00",
            held.split(b"\n")[0],
            held.replace(b"2", b"x"),
            held + b",,,,\n" * 2_000_000,
        ):
            path.write_bytes(spoilt)
            answer = served.ask(ADDRESS)
            assert (answer.status, "is not the table" in answer.json()["message"]) == (400, True), spoilt[:30]
        path.write_bytes(held)
        assert served.ask(ADDRESS).status == 200


def test_a_table_of_somebody_else_is_not_written_over(served: Served, land: dict[str, Any]) -> None:
    folder = served.folder / "county"
    other = folder / "other.toml"
    text = (folder / "study.toml").read_text(encoding="utf-8").split("[simulate]")[0]
    other.write_text(text, encoding="utf-8")
    (folder / "other_demand_by_hand.csv").write_text("mine\n", encoding="utf-8")
    version = served.ask("/app/study?name=county/other.toml").json()["version"]
    given = body(land, {"name": "NA", "areas": areas(land)}) | {"version": version}
    answer = served.ask("/app/future?name=county/other.toml", "POST", given)
    assert "is there already" in answer.json()["message"]
    (folder / "other_demand_by_hand.csv").unlink()
    assert served.ask("/app/future?name=county/other.toml", "POST", given).status == 200
    held = served.ask("/app/future?name=county/other.toml").json()["scenarios"]
    assert [one["name"] for one in held] == ["NA"]
    assert "NA" not in (folder / "study_demand_by_hand.csv").read_text(encoding="utf-8-sig")


@needs_chromium
@pytest.mark.usefixtures("land")
@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_scenario_is_made_with_a_slider(browser: Browser, served: Served, code: str) -> None:
    context = browser.new_context(locale={"en": "en-US", "zh": "zh-CN"}[code])
    name, _, value = served.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": served.address}])
    page = context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(f"{served.address}/future?name={STUDY}")
    page.wait_for_selector("body[data-ready]")
    assert Axe().run(page).response["violations"] == []
    page.click("#more-scenarios")
    page.fill("#scenario-name", f"slid {code}")
    page.locator("#scenario-name").blur()
    bars = page.locator("#future-areas").inner_text()
    page.locator("#areas fieldset").first.locator("input[type=range]").first.focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert page.locator("#future-areas").inner_text() != bars
    page.fill("#draws", "2")
    page.locator("#draws").blur()
    page.click("#simulate")
    page.wait_for_selector("body[data-simulated='successful']", timeout=90_000)
    expect(page.locator("#future-results")).to_be_visible()
    # The way to the results stays when the page is opened again, and leads to their own page.
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#future-results")).to_have_attribute("href", re.compile("results.*simulation/report.html"))
    page.locator("#scenarios button", has_text=f"slid {code}").click()
    assert f"slid {code}" in (served.folder / "county" / "study_demand_by_hand.csv").read_text(encoding="utf-8-sig")
    # Moved back by typing, a class has the area of before again.
    exact = page.locator("#areas fieldset").first.locator("input[type=number]").first
    told = page.locator("#areas fieldset").first.locator(".told").first
    share, area = exact.input_value(), told.inner_text()
    for text in ("110", share):
        exact.fill(text)
        exact.blur()
    assert told.inner_text() == area
    exact.fill("")
    exact.blur()
    assert exact.input_value() == share
    # More than there is is told at once, and can't be simulated.
    exact.fill("100000")
    exact.blur()
    expect(page.locator("#future-problem")).not_to_be_empty()
    expect(page.locator("#simulate")).to_be_disabled()
    assert Axe().run(page).response["violations"] == []
    assert failures == []
    context.close()
