"""The page of a simulation in a real browser: the slider, the scenario, the line that is dragged; no fault that axe finds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from chromium import needs_chromium
from conftest import write_map
from simulation.maps import smooth
from tanheng.language import speaking
from tanheng.pipeline.simulation.maps import SimulationRequest, simulate_maps
from tanheng.study.simulate import Simulate

pytestmark = needs_chromium

SHAPE = (40, 60)


@pytest.fixture(scope="module", params=["en", "zh"])
def page_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp(f"simulation_{request.param}")
    random, land = (
        np.random.default_rng(1),
        np.argmax([smooth(n, SHAPE) for n in range(3)], axis=0).astype(np.uint8) + 1,
    )
    for year in (2000, 2010, 2020):
        write_map(folder / f"{year}.tif", land)
        land = np.where(
            (land == 1) & (random.random(SHAPE) < 0.1),
            2,
            np.where((land == 3) & (random.random(SHAPE) < 0.08), 1, land),
        )
    (folder / "codes.csv").write_text("code,class\n1,cropland\n2,built-up\n3,forest\n", encoding="utf-8")
    settings = Simulate(to=(2030, 2040), draws=2, scenarios=True)
    maps = tuple(str(folder / f"{year}.tif") for year in (2000, 2010, 2020))
    with speaking(request.param):
        simulate_maps(SimulationRequest(maps, (2000, 2010, 2020), settings, str(folder / "codes.csv")), folder / "out")
    return request.param, folder / "out" / "report.html"


def test_slider_scenario_and_line_move_the_map(browser: Browser, page_file: tuple[str, Path]) -> None:
    language, path = page_file
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request", lambda request: None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
    )
    page.goto(path.as_uri())
    told = page.locator("#told-year")
    assert "2040" in told.inner_text()
    latest = page.locator("#shown").get_attribute("src")
    page.select_option("#scenario", "cropland protection")
    assert page.locator("#shown").get_attribute("src") != latest
    page.locator("#year").fill("0")
    assert "2000" in told.inner_text()
    assert ("observed" if language == "en" else "观测") in told.inner_text()
    page.locator("#stage").scroll_into_view_if_needed()
    box = page.locator("#stage").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 30)
    page.mouse.up()
    assert page.locator("#line").get_attribute("aria-valuenow") == "80"
    page.locator("#line").focus()
    page.keyboard.press("ArrowLeft")
    assert page.locator("#line").get_attribute("aria-valuenow") == "75"
    assert wrong == []
    page.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_page_is_no_wider_than_the_screen(browser: Browser, page_file: tuple[str, Path], width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(page_file[1].as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault(browser: Browser, page_file: tuple[str, Path], scheme: Literal["light", "dark"]) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, color_scheme=scheme)
    page.goto(page_file[1].as_uri())
    found = Axe().run(page).response["violations"]
    assert [(item["id"], item["impact"]) for item in found if item["impact"] in {"serious", "critical"}] == []
    page.close()


def test_chinese_pages_are_chinese(page_file: tuple[str, Path]) -> None:
    language, path = page_file
    text = re.sub(r'(data-[a-z]+|value)="[^"]*"', "", path.read_text(encoding="utf-8"))
    shown = [
        words for words in ("built-up", "cropland protection", "figure of merit", "Future land use") if words in text
    ]
    # Names of scenarios are keys of the frames as well, in the data of the page.
    assert shown == ["cropland protection"] if language == "zh" else len(shown) == 4
