"""Weights of a plan by hand: what counts besides carbon moves the plan, and what it gains is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from chromium import needs_chromium
from conftest import tiny_study
from tanheng.language import speaking, tr
from web.served import Served, serving

ADDRESS = "/app/plan?name=valley/study.toml"

#: Worth per ha of each class.
HABITAT = {"cropland": 1.0, "forest": 2.0, "grassland": 9.0, "water": 4.0, "built-up": 0.0, "unused": 1.0}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a study that has been run, whose plan knows values and costs."""
    base = tmp_path_factory.mktemp("studies")
    folder = base / "valley"
    folder.mkdir()
    study = tiny_study(folder)
    rows = "".join(f"{name},{value}\n" for name, value in HABITAT.items())
    (folder / "values.csv").write_text(f"class,habitat\n{rows}", encoding="utf-8")
    (folder / "costs.csv").write_text("from,to,cost\ncropland,forest,10\ncropland,grassland,20\n", encoding="utf-8")
    plan = '[plan]\nvalues = "values.csv"\ncosts = "costs.csv"\nlimits = [{ class = "cropland", at_least = 0.5 }]\n'
    study.write_text(study.read_text(encoding="utf-8") + plan, encoding="utf-8")
    with serving(base) as running:
        assert running.until(running.job("run", study="valley/study.toml"), "successful", "failed")["message"] == ""
        yield running


def solved(served: Served, **weights: float) -> dict[str, Any]:
    answer = served.ask(ADDRESS, "POST", {"changes": {"weights": weights}})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_what_is_weighed_is_offered_and_its_gain_is_that_of_the_areas(served: Served) -> None:
    desk = served.ask(ADDRESS).json()
    assert desk["weighed"] == ["carbon", "habitat", "cost"]
    carbon, habitat = solved(served, carbon=1), solved(served, habitat=1)
    for plan in (carbon, habitat):
        by_hand = sum(HABITAT[name] * 100 * (after - today) for name, today, after in plan["areas"])
        assert plan["values"] == [["habitat", pytest.approx(by_hand)]]
    assert habitat["values"][0][1] > carbon["values"][0][1]
    assert habitat["gain_t_c"] < carbon["gain_t_c"]
    # The goal is the weighted sum, and a dear cost keeps the land as it is.
    both = solved(served, carbon=1, habitat=3)
    assert both["goal"] == pytest.approx(both["gain_t_c"] + 3 * both["values"][0][1])
    assert solved(served, carbon=1, cost=1e6)["cost"] == 0


def test_what_was_written_is_what_the_desk_shows(served: Served) -> None:
    """A desk that stays open must not give back the limits of before, which the next writing would put in their place."""
    address = "/app/study?name=valley/study.toml"
    served.ask(ADDRESS)
    for least in (0.7, 0.5):
        given = [{"place": ["plan", "limits"], "value": [{"class": "cropland", "at_least": least}]}]
        version = served.ask(address).json()["version"]
        assert served.ask(address, "POST", {"version": version, "changes": given}).status == 200
        assert served.ask(ADDRESS).json()["settings"]["limits"][0]["at_least"] == least


@needs_chromium
@pytest.mark.parametrize(("code", "sum_words"), [("en", "weighted sum"), ("zh", "加权和")])
def test_a_weight_is_moved_by_its_slider(browser: Browser, served: Served, code: str, sum_words: str) -> None:
    context = browser.new_context(locale={"en": "en-US", "zh": "zh-CN"}[code])
    name, _, value = served.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": served.address}])
    page = context.new_page()
    page.goto(f"{served.address}/plan?name=valley/study.toml")
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#plan-proof")).not_to_contain_text(sum_words)
    before = page.locator("#plan-areas").inner_text()
    page.locator("#w-habitat").focus()
    for _ in range(20):
        page.keyboard.press("ArrowRight")
    page.locator("#w-carbon").focus()
    page.keyboard.press("Home")
    expect(page.locator("#plan-proof")).to_contain_text(sum_words)
    page.wait_for_function("before => document.getElementById('plan-areas').innerText !== before", arg=before)
    page.click("#keep")
    kept = page.locator("#kept")
    expect(kept.locator("th")).to_have_count(7)  # name, limits, gain, land, cost, habitat, weights
    expect(kept.locator("tbody tr")).to_contain_text("habitat 1")
    page.click("#write")
    with speaking(code):
        expect(page.locator("#said")).to_have_text(tr("Written to the study file."))
    assert "weights = {habitat = " in (served.folder / "valley" / "study.toml").read_text(encoding="utf-8")
    served.ask(
        "/app/study?name=valley/study.toml",
        "POST",
        {
            "version": served.ask("/app/study?name=valley/study.toml").json()["version"],
            "changes": [{"place": ["plan", "weights"], "value": None}],
        },
    )
    context.close()
