"""The report in a real browser: nothing leaves the file, the map tells the grid's values, tables sort and download."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import rasterio
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from chromium import needs_chromium
from conftest import EXAMPLE
from tanheng.inputs.study_inputs import open_inputs
from tanheng.io.rasters import files_open
from tanheng.language import speaking
from tanheng.pipeline.results import Results
from tanheng.pipeline.run import run_study
from tanheng.report.charts.run_charts import run_charts
from tanheng.report.page.run_page import write_report
from tanheng.study import load_study

pytestmark = needs_chromium


@pytest.fixture(scope="module", params=["en", "zh"])
def report(request: pytest.FixtureRequest, henan: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Report of the example in each language, beside the tables that it offers."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(henan.folder / "tables", folder / "tables")
    with files_open():
        inputs = open_inputs(load_study(EXAMPLE / "study.toml"), EXAMPLE)
    with speaking(request.param):
        charts = run_charts(henan.tables)
        write_report(
            folder / "report.html", henan.record, henan.tables, henan.dataset, inputs.grid, inputs.zones, charts
        )
    return folder / "report.html"


def open_page(browser: Browser, report: Path, width: int = 1440) -> tuple[Page, list[str]]:
    """The report, ready, and whatever went wrong while it opened: requests, errors."""
    page = browser.new_page(viewport={"width": width, "height": 900}, accept_downloads=True)
    wrong: list[str] = []

    def requested(request: Request) -> None:
        if not request.url.startswith(("file:", "data:", "blob:")):
            wrong.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            wrong.append(message.text)

    page.on("request", requested)
    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(report.as_uri())
    page.wait_for_selector("body[data-ready]")
    return page, wrong


def grid_value(henan: Results, name: str, year: int, place: tuple[int, int]) -> float:
    with rasterio.open(next((henan.folder / "grids").glob(f"{name}_{year}.tif"))) as dataset:
        return float(dataset.read(1)[place])


def click_cell(page: Page, henan: Results, row: int, column: int) -> None:
    """Click the middle of a cell, on the map as it lies when the whole region is shown."""
    page.click("#whole")
    box = page.locator("#canvas").bounding_box()
    assert box is not None
    rows, columns = henan.dataset.sizes["y"], henan.dataset.sizes["x"]
    scale = 0.94 * min(box["width"] / columns, box["height"] / rows)
    x = (box["width"] - columns * scale) / 2 + (column + 0.5) * scale
    y = (box["height"] - rows * scale) / 2 + (row + 0.5) * scale
    page.locator("#canvas").click(position={"x": x, "y": y})


def test_nothing_leaves_the_file_and_nothing_goes_wrong(browser: Browser, report: Path) -> None:
    page, wrong = open_page(browser, report)
    page.locator("#canvas").hover()
    for button in page.locator("summary").all():
        button.click()
    assert wrong == []
    assert report.stat().st_size < 15e6
    page.close()


def test_layer_year_and_swipe_change_the_map(browser: Browser, report: Path) -> None:
    page, wrong = open_page(browser, report)
    canvas = page.locator("#canvas")
    seen = {canvas.screenshot()}
    page.select_option("#layer", "demand")
    page.wait_for_selector("#canvas[data-shown='demand 2015|']")
    seen.add(canvas.screenshot())
    page.check("#years input[value='1995']")
    page.wait_for_selector("#canvas[data-shown='demand 1995|']")
    seen.add(canvas.screenshot())
    page.select_option("#other", "2015")
    page.wait_for_selector("#canvas[data-shown='demand 1995|demand 2015']")
    seen.add(canvas.screenshot())
    box, line = canvas.bounding_box(), page.locator("#line").bounding_box()
    assert box is not None
    assert line is not None
    page.mouse.move(line["x"] + line["width"] / 2, line["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.2 * box["width"], line["y"] + 40, steps=4)
    page.mouse.up()
    page.wait_for_timeout(100)
    assert page.locator("#line").get_attribute("aria-valuenow") == "20"
    seen.add(canvas.screenshot())
    assert len(seen) == 5
    assert wrong == []
    page.close()


@pytest.mark.parametrize(("layer", "grid"), [("supply", "carbon_stock"), ("demand", "demand"), ("balance", "balance")])
def test_the_value_under_a_click_is_the_grids(
    browser: Browser, report: Path, henan: Results, layer: str, grid: str
) -> None:
    page, _ = open_page(browser, report)
    page.select_option("#layer", layer)
    page.check("#years input[value='2005']")
    known = np.argwhere(np.isfinite(henan.dataset["demand"].sel(year=2005).values))
    for row, column in known[:: len(known) // 4][1:4]:
        click_cell(page, henan, int(row), int(column))
        told = page.locator("[data-key='value-2005']")
        told.wait_for()
        value = float(told.get_attribute("data-raw") or "nan")
        assert value == pytest.approx(grid_value(henan, grid, 2005, (row, column)), rel=1e-6)
        page.keyboard.press("Escape")
        click_cell(page, henan, int(row), int(column))
    page.close()


def test_a_table_sorts_and_its_download_is_the_csv(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    head = page.locator("#zones table").first.locator("th button").nth(4)
    head.click()
    cells = page.locator("#zones table").first.locator("tbody tr td:nth-child(5)")
    values = [float(value) for value in cells.evaluate_all("cells => cells.map((cell) => cell.dataset.v)")]
    assert len(values) > 10
    assert values == sorted(values)
    with page.expect_download() as waiting:
        page.locator("button.download[data-name='balance_by_zone']").click()
    assert waiting.value.path().read_bytes() == (report.parent / "tables" / "balance_by_zone.csv").read_bytes()
    page.close()


def test_a_row_of_the_table_is_shown_on_the_map(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    before = page.locator("#canvas").screenshot()
    page.locator("#zones tbody tr:visible").first.click()
    page.wait_for_timeout(100)
    assert page.locator("#zones tr.chosen").count() > 0
    page.wait_for_function(
        "() => { const box = canvas.getBoundingClientRect(); return box.top >= 0 && box.bottom <= innerHeight; }"
    )
    assert page.locator("#canvas").screenshot() != before
    page.close()


def test_the_earlier_of_two_years_is_on_the_left(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    page.select_option("#layer", "demand")
    page.select_option("#other", "1995")
    page.wait_for_selector("#canvas[data-shown='demand 1995|demand 2015']")
    assert page.locator("#captions span").all_inner_texts() == ["1995", "2015"]
    page.locator("#line").focus()
    page.keyboard.press("Home")
    assert page.locator("#line").get_attribute("aria-valuenow") == "0"
    page.close()


def test_rows_of_zones_are_chosen_by_layer_and_year(browser: Browser, report: Path, henan: Results) -> None:
    page, _ = open_page(browser, report)
    table = page.locator("#zones table").first
    zones = henan.tables["balance_by_zone"]
    layers = list(dict.fromkeys(zones["zone_layer"]))
    first = zones[(zones["zone_layer"] == layers[0]) & (zones["year"] == 2015)]
    assert table.locator("tbody tr:visible").count() == len(first)
    page.locator("#zones select[data-key='year']").first.select_option("1995")
    assert set(table.locator("tbody tr:visible td:first-child").all_inner_texts()) == {"1995"}
    page.locator("#zones select[data-key='year']").first.select_option("")
    assert table.locator("tbody tr:visible").count() == 3 * len(first)
    page.close()


def test_a_chart_of_zones_is_shown_per_hectare_and_by_choice_in_all(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    figure = page.locator("#balance figure:has(select.choice)").first
    assert figure.locator("[data-choice]:visible").count() == 1
    before = figure.locator("[data-choice]:visible figcaption").inner_text()
    figure.locator("select.choice").select_option(index=2)
    assert figure.locator("[data-choice]:visible").count() == 1
    assert figure.locator("[data-choice]:visible figcaption").inner_text() != before
    page.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_is_no_wider_than_the_screen(browser: Browser, report: Path, width: int) -> None:
    page, _ = open_page(browser, report, width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.peer
def test_axe_finds_no_serious_fault_on_the_example(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    assert serious_faults(page) == []
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(browser: Browser, tiny_with_people: Path, scheme: Literal["light", "dark"]) -> None:
    page, _ = open_page(browser, run_study(tiny_with_people).report)
    page.emulate_media(color_scheme=scheme)
    page.wait_for_timeout(300)
    assert serious_faults(page) == []
    page.close()


def serious_faults(page: Page) -> list[tuple[str, list[str]]]:
    found = Axe().run(page).response["violations"]
    return [
        (item["id"], [node["html"][:120] for node in item["nodes"][:3]])
        for item in found
        if item["impact"] in {"serious", "critical"}
    ]


def test_keys_move_the_map_and_read_a_cell(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    canvas = page.locator("#canvas")
    canvas.focus()
    before = canvas.screenshot()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("+")
    page.wait_for_timeout(100)
    assert canvas.screenshot() != before
    page.keyboard.press("0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#cell dl")
    page.close()


def test_the_page_speaks_its_language(browser: Browser, report: Path) -> None:
    page, _ = open_page(browser, report)
    language = page.evaluate("document.documentElement.lang")
    heading = page.locator("h2").first.inner_text()
    assert heading == {"en": "Main figures", "zh": "主要结果"}[language]
    page.close()


def test_the_map_fills_the_window_and_comes_back(browser: Browser, report: Path) -> None:
    page, wrong = open_page(browser, report)
    before = page.locator("#canvas").bounding_box()
    page.click("#full")
    full = page.locator("#canvas").bounding_box()
    assert before is not None
    assert full is not None
    assert full["height"] > before["height"]
    assert full["width"] > before["width"]
    page.keyboard.press("Escape")
    page.wait_for_selector("#full[aria-pressed='false']")
    back = page.locator("#canvas").bounding_box()
    assert back is not None
    assert (back["width"], back["height"]) == (before["width"], before["height"])
    assert wrong == []
    page.close()
