"""A large study explored in the app: pages of the study and of its results, and the frames of the map while it is panned.

    uv run python benchmarks/explore.py                 # 3.14 million cells; --cells 785000 for a smaller one

Needs Chromium. The frames are set beside those of an empty page in the same browser. Writes a line to explore.csv.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from app import App, p95
from measuring import note
from playwright.sync_api import Page, sync_playwright
from scale_study import make_study

from report import _PAN

# Frames of a page on which nothing moves, ms.
_STILL = """
async () => {
  const times = [];
  let last = performance.now();
  for (let step = 0; step < 120; step++) {
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}
"""


def opened(page: Page, address: str, sign: str) -> float:
    """Seconds until a page shows a sign that it is there."""
    began = time.perf_counter()
    page.goto(address)
    page.wait_for_selector(sign, timeout=120_000)
    return time.perf_counter() - began


def explored(app: App, study: str, results: str) -> dict[str, float]:
    base = f"http://127.0.0.1:{app.port}"
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        name, _, value = app.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": base}])
        page = context.new_page()
        page.goto("about:blank")
        found = {"still_frame_p95_ms": p95(page.evaluate(_STILL))}
        found["study_page_s"] = opened(page, f"{base}/study?name={quote(study, safe='')}", "body[data-ready]")
        began = time.perf_counter()
        page.wait_for_selector("body[data-checked]", timeout=120_000)
        found["checked_s"] = time.perf_counter() - began
        found["results_page_s"] = opened(page, f"{base}/results?name={quote(results, safe='')}", "body[data-ready]")
        began = time.perf_counter()
        frame = page.frames[1]
        frame.wait_for_selector("body[data-ready]", timeout=120_000)
        found["report_s"] = time.perf_counter() - began
        times = frame.evaluate(_PAN)
        found |= {"pan_frame_p95_ms": p95(times), "pan_frame_longest_ms": max(times)}
        began = time.perf_counter()
        frame.select_option("#layer", "demand")
        frame.wait_for_selector("#canvas[data-shown^='demand ']", timeout=60_000)
        found["layer_s"] = time.perf_counter() - began
        browser.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=3_140_000)
    parser.add_argument(
        "--folder", type=Path, help="where the study is made, and kept; one that has been run is not run again"
    )
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        base = asked.folder or Path(temporary)
        study = base / "large" / "study.toml"
        if not study.exists():
            make_study(study.parent, asked.cells, years=(1995, 2005, 2015), zones=(112, 450))
        if not (study.parent / "results" / "run.json").exists():
            subprocess.run([sys.executable, "-m", "tanheng", "--quiet", "run", str(study)], check=True)
        app = App(base)
        found = {"cells": float(asked.cells), **explored(app, "large/study.toml", "large/results")}
        app.process.terminate()
        app.process.wait()
    for key, value in found.items():
        print(f"{key:22} {value:12.3f}")
    note(Path(__file__).with_name("explore.csv"), found)


if __name__ == "__main__":
    main()
