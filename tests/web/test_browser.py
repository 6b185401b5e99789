"""The whole path in a real browser, in both languages: drop files, mend a mistake, run, stop, look, plan, compare."""

from __future__ import annotations

import contextlib
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import rasterio
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Locator, Page, expect

from chromium import needs_chromium
from conftest import ALBERS_CHINA, NORTH, WEST, tiny_study_with_people, write_map, write_zones, zone
from tanheng.language import speaking, tr
from web.served import Served, serving, waited

pytestmark = needs_chromium

RUN_REMOVES_PLAN = (
    "A new run replaces these results and deletes their plan, which can be made again afterwards. Continue?"
)


@pytest.fixture(scope="module", params=["en", "zh"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    with serving(tmp_path_factory.mktemp(f"app-{request.param}")) as running:
        yield running, request.param


#: What does not depend on the language is tried in one of them, after the whole path.
once = pytest.mark.parametrize("served", ["zh"], indirect=True)


@pytest.fixture(scope="module")
def dropped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files that a user drops: maps of two years, one with codes of no legend, people, zones, emissions, densities."""
    folder = tmp_path_factory.mktemp("dropped")
    random = np.random.default_rng(3)
    land = random.integers(1, 6, (30, 40))
    for year in (2000, 2010):
        codes = np.where(random.random(land.shape) < 0.1 * (year > 2000), 5, land)
        write_map(folder / f"land_{year}.tif", codes + 200)
    write_map(folder / "pop_2000.tif", random.random(land.shape) * 50, dtype="float32", nodata=-1)
    write_zones(
        folder / "county.gpkg",
        [
            zone("a", "西部", WEST, NORTH - 30000, WEST + 20000, NORTH),
            zone("b", "东部", WEST + 20000, NORTH - 30000, WEST + 40000, NORTH),
        ],
        ALBERS_CHINA.to_wkt(),
    )
    (folder / "emissions.csv").write_text("年份,全县合计\n2000,1000\n2010,2000\n", encoding="utf-8")
    return folder


def page_of(browser: Browser, served: Served, code: str, width: int = 1440) -> tuple[Page, list[str]]:
    """A page that is let in, and whatever goes wrong on it."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale={"en": "en-US", "zh": "zh-CN"}[code])
    name, _, value = served.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": served.address}])
    page = context.new_page()
    wrong: list[str] = []

    def said(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "400 (Bad Request)" not in message.text:
            wrong.append(message.text)

    page.on("console", said)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda request: (
            wrong.append(request.url) if not request.url.startswith((served.address, "data:", "blob:")) else None
        ),
    )
    return page, wrong


def page_of_county(browser: Browser, server: Served, code: str) -> Page:
    """Page of the study that the whole path has made."""
    if not (server.folder / "County" / "study.toml").exists():
        pytest.skip("the study of the test before is not there")
    page, _ = page_of(browser, server, code)
    page.goto(f"{server.address}/study?name=County/study.toml")
    ready(page)
    return page


def text_of(code: str, template: str, **values: object) -> str:
    with speaking(code):
        return str(tr(template, **values))


def ready(page: Page) -> None:
    page.wait_for_selector("body[data-ready]", timeout=30_000)


def accessible(page: Page) -> None:
    """No rule of axe is broken, of any level."""
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def set_field(page: Page, place: str, value: str) -> None:
    field = page.locator(f"[data-place='{place}'] :is(input, textarea)").first
    for _ in range(6):  # open the sections around it
        if field.is_visible():
            break
        page.locator(f"details.section[data-section='{place.split('.', maxsplit=1)[0]}'] > summary").click()
    field.fill(value)
    field.press("Tab")


def use(page: Page, file: str, place: int | None = None) -> None:
    """Take a file for what it is likely to be, or for one of its other uses."""
    tile = page.locator(f"li[data-file='{file}']")
    if place is not None:
        tile.locator(".take select").select_option(str(place))
    before = page.locator("#text").input_value()
    tile.locator(".take button").click()
    waited(lambda: page.locator("#text").input_value() != before, bool, 20)


def drop_and_match(page: Page, server: Served, dropped: Path) -> None:
    """Begin a study, drop its files, and match codes that no legend knows to classes by pointing."""
    page.goto(server.address)
    ready(page)
    accessible(page)
    page.fill("#title", "County")
    page.locator("#title").press("Enter")
    page.wait_for_selector("body.study[data-ready]", timeout=30_000)
    page.set_input_files("#pick", sorted(dropped.iterdir()))
    expect(page.locator("#files li[data-file^='data/']")).to_have_count(5, timeout=30_000)
    for year in (2000, 2010):
        use(page, f"data/land_{year}.tif")
    set_field(page, "land_cover.legend", "")
    match = page.locator("li[data-file='data/land_2010.tif'] details.match")
    expect(match.locator("select")).to_have_count(5)
    for number, land in enumerate(("cropland", "forest", "grassland", "water", "built-up")):
        match.locator(f"select[data-code='{201 + number}']").select_option(land)
    match.locator("button").click()
    # Whether people are by pixel or by area is asked.
    expect(page.locator("li[data-file='data/pop_2000.tif'] .take button")).to_be_disabled()
    use(page, "data/pop_2000.tif", 1)
    use(page, "data/county.gpkg")
    explain(page, "data/emissions.csv")
    set_field(page, "carbon_density.table", "henan-six-classes")


def explain(page: Page, file: str) -> None:
    """Say what the headings of a table mean, and its unit, before it is used."""
    tile = page.locator(f"li[data-file='{file}']")
    expect(tile.locator(".take button")).to_be_disabled()
    tile.locator(".take select").select_option("0")
    expect(tile.locator(".take button")).to_be_disabled()
    tile.locator("select[data-column='emissions']").select_option("全县合计")
    tile.locator(".codes input").fill("t CO2")
    accessible(page)
    use(page, file)


def mend(page: Page, server: Served, code: str) -> None:
    """The map of people has one year: the problem stands at its field, and is mended there."""
    expect(page.locator("[data-place='population.maps'].wrong .problem")).to_contain_text("2010", timeout=20_000)
    page.locator("#state button.to").first.click()
    row = page.locator("[data-place='population.maps'] .row", has_text="2010").locator("input")
    row.fill("data/pop_2000.tif")
    row.press("Tab")
    page.wait_for_selector("body[data-checked='0']", timeout=30_000)
    expect(page.locator("#state .ready")).to_have_text(text_of(code, "No problems. The study can be run."))
    accessible(page)
    study = tomllib.loads((server.folder / "County" / "study.toml").read_text(encoding="utf-8"))
    assert study["years"] == [2000, 2010]
    assert study["land_cover"]["codes"]["202"] == "forest"
    emissions = {"totals": "data/emissions.csv", "columns": {"emissions": "全县合计"}, "unit": "t CO2"}
    assert study["emissions"] == emissions
    assert study["zones"]["county"] == {"file": "data/county.gpkg", "id": "code", "name": "name"}


def run_twice(page: Page, server: Served) -> None:
    """Stopped, and run again to its end."""
    page.click("button[data-process='run']")
    page.wait_for_selector("body[data-state='running']", timeout=20_000)
    accessible(page)
    page.click("#job-stop")
    page.wait_for_selector("body[data-state='dismissed']")
    assert not (server.folder / "County" / "results").exists()
    accessible(page)
    page.click("#job-again")
    page.wait_for_selector("body[data-state='successful']", timeout=90_000)
    page.locator("details > summary").last.click()
    expect(page.locator("#job-log")).to_contain_text("  ")  # its stages, with their time
    assert "{" not in page.locator("#job-log").inner_text()
    accessible(page)


def scrolled_to(page: Page, part: Locator) -> None:
    """Scroll to a part of the page or of the frame in it, and wait: the browser tells the frame of the scrolling a moment later."""
    part.scroll_into_view_if_needed()
    page.wait_for_timeout(600)


def look(page: Page, server: Served) -> None:
    """A value read on the map of the report, and tables as their files have them."""
    page.click("#job-results")
    ready(page)
    frame = page.frame_locator("#frame")
    frame.locator("body[data-ready]").wait_for(timeout=30_000)
    canvas, link = frame.locator("#canvas"), page.locator("a[download='balance.csv']")
    read_a_cell(page, frame, canvas)
    scrolled_to(page, link)
    with page.expect_download() as download:
        link.click()
    table = server.folder / "County" / "results" / "tables" / "balance.csv"
    assert Path(download.value.path()).read_bytes() == table.read_bytes()
    with page.expect_download() as inner:
        frame.locator("#zones button.download").first.click()
    assert inner.value.suggested_filename.endswith(".csv")
    accessible_frame(page)


def read_a_cell(page: Page, frame: FrameLocator, canvas: Locator) -> None:
    """The values of a cell; a click that comes while the frame is still being laid out hits nothing, and another cell is clicked.

    A second click on a cell that is chosen lets go of it.
    """
    value = frame.locator("#cell dd").first
    for number in range(5):
        scrolled_to(page, canvas)
        box = canvas.bounding_box()
        assert box is not None
        canvas.click(position={"x": box["width"] * (0.46 + 0.02 * number), "y": box["height"] / 2})
        with contextlib.suppress(AssertionError):
            expect(value).not_to_be_empty(timeout=4000)
            return
    expect(value).not_to_be_empty()


def plan(page: Page, server: Served, code: str) -> None:
    """A plan by a limit, kept and written to the study."""
    page.goto(f"{server.address}/plan?name=County/study.toml")
    ready(page)
    solved = page.locator("body").get_attribute("data-solved")
    page.locator("[data-class='cropland'] input[type='checkbox']").first.check()
    waited(lambda: page.locator("body").get_attribute("data-solved") != solved, bool, 20)
    expect(page.locator("#plan-proof")).not_to_be_empty()
    page.click("#keep")
    expect(page.locator("#kept tbody tr")).to_have_count(1)
    accessible(page)
    # Limits that were moved stay after a reload, until the study's own are asked for.
    limited = page.locator("[data-class='cropland'] input[type='checkbox']").first
    page.reload()
    ready(page)
    expect(limited).to_be_checked()
    page.click("#reset")
    expect(limited).not_to_be_checked()
    solved = page.locator("body").get_attribute("data-solved")
    limited.check()
    waited(lambda: page.locator("body").get_attribute("data-solved") != solved, bool, 20)
    page.click("#write")
    expect(page.locator("#said")).to_have_text(text_of(code, "Written to the study file."))
    study = tomllib.loads((server.folder / "County" / "study.toml").read_text(encoding="utf-8"))
    assert study["plan"]["limits"] == [{"class": "cropland", "at_least": 1}]


def test_from_dropped_files_to_a_plan(browser: Browser, served: tuple[Served, str], dropped: Path) -> None:
    server, code = served
    page, wrong = page_of(browser, server, code)
    drop_and_match(page, server, dropped)
    mend(page, server, code)
    run_twice(page, server)
    look(page, server)
    plan(page, server, code)
    assert wrong == []
    page.context.close()


@once
def test_what_is_typed_outlives_a_page_that_is_drawn_anew(browser: Browser, served: tuple[Served, str]) -> None:
    server, code = served
    page = page_of_county(browser, server, code)
    # The answer to the first field comes while the second is being typed into.
    slow = {"offline": False, "latency": 600, "downloadThroughput": -1, "uploadThroughput": -1}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
    title, licence = page.locator("[data-place='title'] input"), page.locator("[data-place='license'] input")
    title.fill("Other name")
    title.press("Tab")
    licence.click()
    page.keyboard.type("CC-BY-4.0", delay=120)
    page.keyboard.press("Tab")
    path = server.folder / "County" / "study.toml"
    held = waited(
        lambda: tomllib.loads(path.read_text(encoding="utf-8")), lambda data: data.get("license") == "CC-BY-4.0", 15
    )
    assert held["title"] == "Other name"
    page.context.close()


@once
def test_settings_that_few_need_are_shown_on_demand(browser: Browser, served: tuple[Served, str]) -> None:
    server, code = served
    page = page_of_county(browser, server, code)
    page.locator("details.section[data-section='plan'] > summary").click()
    seldom = page.locator("details.section[data-section='plan'] .field.optional").first
    expect(seldom).to_be_hidden()
    page.check("#all")
    expect(seldom).to_be_visible()
    page.context.close()


@once
def test_lists_are_filled_in_without_toml(browser: Browser, served: tuple[Served, str]) -> None:
    """Limits as cards, conversions as two names, shares as a name and a number, borrowed years as three cells."""
    server, code = served
    page = page_of_county(browser, server, code)
    path = server.folder / "County" / "study.toml"
    before = path.read_text(encoding="utf-8")

    def held(key: str, value: object, part: str = "plan") -> None:
        def now() -> object:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
            return (data.get(part, {}) if part else data).get(key)

        waited(now, lambda found: found == value, 10)

    page.check("#all")
    page.locator("details.section[data-section='plan'] > summary").click()
    limits = tomllib.loads(before).get("plan", {}).get("limits", [])
    field = page.locator("[data-place='plan.limits']")
    field.get_by_role("button", name=text_of(code, "Add"), exact=True).click()
    number = len(limits) + 1
    fill_in(page, f"plan.limits {number}.class", "forest")
    held("limits", [*limits, {"class": "forest"}])
    page.locator(f"[data-place='plan.limits'] > .problem:has-text('plan.limits {number}')").wait_for(timeout=15_000)
    fill_in(page, f"plan.limits {number}.at_least", "0.9")
    held("limits", [*limits, {"class": "forest", "at_least": 0.9}])
    accessible(page)
    cells = page.locator("[data-place='plan.forbidden'] .row").last.locator("input")
    cells.nth(0).fill("forest")
    # A form that is drawn anew meanwhile, as after a save or when files change, keeps a row that is half typed.
    node = page.locator("[data-place='plan.forbidden']").element_handle()
    toggle = page.locator("[data-place='plan.limits'] fieldset").last.get_by_role("button")
    field.get_by_role("button", name=text_of(code, "Add"), exact=True).click()
    assert node is not None
    assert not node.evaluate("node => node.isConnected")
    toggle.click()
    expect(cells.nth(0)).to_have_value("forest")
    cells.nth(1).fill("cropland")
    cells.nth(1).press("Tab")
    held("forbidden", [["forest", "cropland"]])
    field.get_by_role("button").nth(-2).click()
    held("limits", limits or None)
    cells = page.locator("[data-place='data_years'] .row").last.locator("input")
    for cell, text in zip((0, 1, 2), ("emissions", "2010", "2009"), strict=True):
        cells.nth(cell).fill(text)
    cells.nth(2).press("Tab")
    held("data_years", {"emissions": {"2010": 2009}}, "")
    # A second row of the same name and year is marked and not written, and leaves the first as it was.
    expect(page.locator("[data-place='data_years'] .row")).to_have_count(2)
    cells = page.locator("[data-place='data_years'] .row").last.locator("input")
    for cell, text in zip((0, 1, 2), ("emissions", "2010", "2005"), strict=True):
        cells.nth(cell).fill(text)
    cells.nth(2).press("Tab")
    expect(cells.nth(0)).to_have_attribute("aria-invalid", "true")
    held("data_years", {"emissions": {"2010": 2009}}, "")
    for cell in (0, 1, 2):
        cells.nth(cell).fill("")
    page.locator("[data-place='data_years'] .row button").click()
    held("data_years", None, "")
    page.context.close()
    path.write_text(before, encoding="utf-8")


def fill_in(page: Page, place: str, text: str) -> None:
    field = page.locator(f"[data-place='{place}'] input")
    field.fill(text)
    field.press("Tab")


def accessible_frame(page: Page) -> None:
    """The page around the results keeps the rules; the report's own page has tests of its own."""
    found = Axe().run(page, options={"iframes": False})
    assert found.violations_count == 0, found.generate_report()


@once
def test_two_runs_are_compared(browser: Browser, served: tuple[Served, str]) -> None:
    server, code = served
    results = server.folder / "County" / "results"
    if not results.is_dir():
        pytest.skip("the run before it has no results")
    shutil.copytree(results, server.folder / "Before", dirs_exist_ok=True)
    page, wrong = page_of(browser, server, code)
    page.goto(server.address)
    ready(page)
    page.locator("#compare button").click()
    page.wait_for_selector("body[data-state='successful']", timeout=60_000)
    page.click("#job-results")
    ready(page)
    page.frame_locator("#frame").locator("h1").wait_for()
    accessible_frame(page)
    # It is found again from the start page, under the names of both runs.
    heading = page.locator("h1").inner_text()
    page.goto(server.address)
    ready(page)
    page.get_by_role("link", name=heading, exact=True).click()
    ready(page)
    expect(page.frame_locator("#frame").locator("h1")).to_have_text(text_of(code, "Two runs side by side"))
    assert wrong == []
    page.context.close()


@once
def test_a_report_is_read_in_another_language(browser: Browser, served: tuple[Served, str]) -> None:
    server, _ = served
    if not (server.folder / "County" / "results").is_dir():
        pytest.skip("the run before it has no results")
    page, wrong = page_of(browser, server, "en")
    page.goto(f"{server.address}/results?name=County/results")
    ready(page)
    report = page.frame_locator("#frame")
    expect(report.locator("html")).to_have_attribute("lang", "zh")
    accessible(page)
    page.click("#translate")
    expect(page.locator("#translate")).to_have_count(0, timeout=60_000)
    expect(report.locator("html")).to_have_attribute("lang", "en")
    page.goto(f"{server.address}/language?code=zh&to=/results?name=County/results")
    ready(page)
    expect(report.locator("html")).to_have_attribute("lang", "zh")
    assert wrong == []
    page.context.close()


@once
def test_the_page_of_the_results_that_is_chosen_stays(browser: Browser, served: tuple[Served, str]) -> None:
    """After a reload and in another language; what a page links to beside itself is shown around it."""
    server, _ = served
    if not (server.folder / "County" / "results").is_dir():
        pytest.skip("the run before it has no results")
    server.until(server.job("plan", study="County/study.toml"), "successful")
    page, wrong = page_of(browser, server, "zh")
    page.goto(f"{server.address}/results?name=County/results")
    ready(page)
    inside = page.frame_locator("#frame")
    shown = page.locator("[role=tab][aria-selected=true]")

    def is_shown(path: str, part: str) -> None:
        expect(shown).to_have_attribute("data-page", path)
        expect(inside.locator(part)).to_be_attached()

    is_shown("report.html", "#canvas")
    page.locator("[data-page='plan/plan.html']").click()
    is_shown("plan/plan.html", "h2#plan")
    page.reload()
    ready(page)
    is_shown("plan/plan.html", "h2#plan")
    page.locator("a.language[data-code='en']").click()
    ready(page)
    expect(shown).to_have_attribute("data-page", "plan/plan.html")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    inside.locator("a[href='maps/']").dispatch_event("click")
    expect(page.locator("details[data-part='plan/maps']")).to_have_attribute("open", "")
    inside.locator("a[href='../report.html']").dispatch_event("click")
    is_shown("report.html", "#canvas")
    with page.expect_download() as project:
        inside.locator("a[href='map.qgz']").dispatch_event("click")
    assert project.value.suggested_filename == "map.qgz"
    inside.locator("a[href='results.zarr/']").dispatch_event("click")
    expect(page.locator("#said")).to_contain_text("results.zarr/")
    accessible_frame(page)
    # A run would remove the plan: its page asks as that of the study does, and nothing begins where it is declined.
    job = server.job("run", study="County/study.toml")
    server.ask(f"/app/jobs/{job}", "DELETE")
    page.goto(f"{server.address}/job/{job}")
    ready(page)
    with page.expect_event("dialog") as question:
        page.click("#job-again")
    assert question.value.message == RUN_REMOVES_PLAN
    question.value.dismiss()
    page.wait_for_timeout(500)
    assert page.url.endswith(job)
    assert (server.folder / "County" / "results" / "plan" / "plan.json").exists()
    assert wrong == []
    page.context.close()


@once
def test_the_focus_stays_where_files_are_used_and_removed(browser: Browser, served: tuple[Served, str]) -> None:
    """On the tile of the same file; where that is gone, on the one in its place."""
    server, code = served
    folder = server.folder / "Focus"
    folder.mkdir(exist_ok=True)
    tiny_study_with_people(folder)
    for name in ("one", "two"):
        rows = b"year,emissions,unit\n2000,1000,t CO2\n2010,2000,t CO2\n"
        assert server.ask(f"/app/files?name=Focus/study.toml&file={name}.csv", "PUT", rows).status == 201
    page, wrong = page_of(browser, server, code)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(f"{server.address}/study?name=Focus/study.toml")
    ready(page)
    tiles = page.locator("#files li[data-file^='data/']")
    expect(tiles).to_have_count(2)
    holder = "document.activeElement.closest('li')?.dataset.file"
    use = tiles.first.locator(".take button")
    use.focus()
    page.keyboard.press("Enter")
    expect(tiles.first.locator(".used")).to_be_visible()
    assert page.evaluate(holder) == "data/one.csv"
    tiles.first.locator("button.remove").focus()
    page.keyboard.press("Enter")
    expect(tiles).to_have_count(1)
    assert page.evaluate(holder) == "data/two.csv"
    assert wrong == []
    page.context.close()


@once
@pytest.mark.parametrize("width", [390, 1440, 2560])
def test_pages_fit_at_every_width(browser: Browser, served: tuple[Served, str], width: int) -> None:
    server, code = served
    if not (server.folder / "County" / "study.toml").exists():
        pytest.skip("the study of the test before is not there")
    page, wrong = page_of(browser, server, code, width)
    for path in ("/", "/study?name=County/study.toml", "/plan?name=County/study.toml"):
        page.goto(server.address + path)
        ready(page)
        assert page.locator("html").evaluate("node => node.scrollWidth") <= width
    assert wrong == []
    page.context.close()


@once
def test_the_language_changes_in_place(browser: Browser, served: tuple[Served, str]) -> None:
    server, code = served
    page = page_of_county(browser, server, code)
    other = {"en": "zh", "zh": "en"}[code]
    page.locator(f"a.language[data-code='{other}']").click()
    ready(page)
    assert "County/study.toml" in page.url or "County%2Fstudy.toml" in page.url
    expect(page.locator("#h-form")).to_have_text(text_of(other, "Settings"))
    expect(page.locator("html")).to_have_attribute("lang", {"en": "en", "zh": "zh-CN"}[other])
    page.context.close()


@once
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_refusals_and_failures_are_pages_like_others(
    browser: Browser, served: tuple[Served, str], scheme: Literal["light", "dark"]
) -> None:
    server, code = served
    page, _ = page_of(browser, server, code, 390)
    page.emulate_media(color_scheme=scheme)
    for path in ("/nothere", "/study?name=gone/study.toml", "/job/none", "/results?name=gone"):
        page.goto(server.address + path)
        expect(page.locator("main .problem")).not_to_be_empty()
        expect(page.locator("nav a")).to_have_text(text_of(code, "Studies"))
        accessible(page)
    (server.folder / "totals.csv").write_text("year\n2000\n", encoding="utf-8")
    job = server.job("correlate", table="totals.csv", columns=["year", "nothing"])
    server.until(job, "failed")
    page.goto(f"{server.address}/job/{job}")
    ready(page)
    expect(page.locator("#job-problems li")).to_contain_text("nothing")
    accessible(page)
    page.context.close()


@once
def test_names_of_a_stranger_are_text_and_nothing_else(browser: Browser, served: tuple[Served, str]) -> None:
    server, code = served
    folder = server.folder / "evil"
    folder.mkdir(exist_ok=True)
    evil = "<img src=x onerror=alert(1)>"
    (folder / "study.toml").write_text(
        f"title = '{evil}'\nyears = [2000]\n[land_cover]\nlegend = '{evil}'\nmaps = {{ 2000 = '{evil}.tif' }}\n"
        f"[zones.'{evil}']\nfile = 'a.gpkg'\nid = '{evil}'\n",
        encoding="utf-8",
    )
    (folder / f"{evil[:-1]}.csv").write_text(f"{evil},b\n{evil},2\n", encoding="utf-8")
    page, wrong = page_of(browser, server, code)
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    for path in ("/", "/study?name=evil/study.toml"):
        page.goto(server.address + path)
        ready(page)
        assert page.locator("img[src='x']").count() == 0
    assert dialogs == []
    assert wrong == []
    page.context.close()


@once
def test_a_stack_of_years_is_taken_band_by_band(browser: Browser, served: tuple[Served, str], tmp_path: Path) -> None:
    """Each band is taken for its year, and a section that is there by mistake is left out again."""
    server, code = served
    write_map(tmp_path / "land.tif", np.stack([np.full((4, 5), number) for number in (1, 2, 3)]))
    with rasterio.open(tmp_path / "land.tif", "r+") as stack:
        stack.descriptions = ("y2001", "y2010", "y2020")
    page, wrong = page_of(browser, server, code)
    page.goto(server.address)
    ready(page)
    page.fill("#title", "Stack")
    page.locator("#title").press("Enter")
    page.wait_for_selector("body.study[data-ready]", timeout=30_000)
    page.set_input_files("#pick", tmp_path / "land.tif")
    tile = page.locator("li[data-file='data/land.tif']")
    expect(tile.locator(".take button")).to_be_disabled()  # no band is chosen
    for number, year in (("1", 2001), ("3", 2020)):
        tile.locator(".take select").last.select_option(number)
        expect(tile.locator(".take input")).to_have_value(str(year))
        use(page, "data/land.tif")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    tile.locator(".take select").last.select_option("2")
    tile.locator(".take input").fill("2020")
    tile.locator(".take button").click()
    waited(lambda: asked, bool, 20)
    assert asked[0].splitlines()[-1] == "land_cover.band.2020: 3 → 2"  # the band of before is kept
    accessible(page)
    path = server.folder / "Stack" / "study.toml"
    cover = tomllib.loads(path.read_text(encoding="utf-8"))["land_cover"]
    assert cover["maps"] == {"2001": "data/land.tif", "2020": "data/land.tif"}
    assert cover["band"] == {"2001": 1, "2020": 3}
    set_field(page, "grid.resolution", "500")
    page.locator("[data-section='grid'] button.remove").click()
    waited(lambda: "grid" in tomllib.loads(path.read_text(encoding="utf-8")), lambda there: not there, 20)
    assert wrong == []
    page.context.close()
