"""The report of a large study: how long it takes to write and to open, how large it is, and how smoothly its map pans.

    uv run python benchmarks/report.py            # 166,000 cells; with --cells 1660000, ten times as many

Needs Chromium. Writes a line to report.csv.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import shapely
import xarray as xr
from playwright.sync_api import sync_playwright
from scipy.ndimage import gaussian_filter

from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.report.page.run_page import write_report

_YEARS = (1995, 2005, 2015)
_CLASSES = ("cropland", "forest", "grassland", "water", "built-up", "unused")
_DENSITY = np.array([66.81, 149.95, 72.5, 62.1, 76.94, 30.0])

# Pans and zooms as a hand would, and notes the time between frames, ms.
_PAN = """
async () => {
  const canvas = document.getElementById("canvas");
  const times = [];
  let last = performance.now();
  for (let step = 0; step < 120; step++) {
    const key = step % 30 === 29 ? "+" : ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"][(step >> 3) % 4];
    canvas.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    times.push(now - last);
    last = now;
  }
  return times;
}
"""


@dataclass(frozen=True)
class Zones:
    """Made-up counties."""

    geometries: tuple[shapely.Geometry, ...]
    crs: pyproj.CRS
    ids: tuple[str, ...]
    names: tuple[str, ...]


def made_dataset(grid: Grid, seed: int = 1) -> xr.Dataset:
    """Every cell with six classes, and values that differ in all of them: the hardest to pack."""
    random = np.random.default_rng(seed)
    shape = (grid.rows, grid.columns)
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    known = x**2 + y**2 < 1
    share = np.stack(
        [[gaussian_filter(random.random(shape), 4) ** 8 for _ in _CLASSES] for _ in _YEARS]
    )  # (year, class, y, x)
    share /= share.sum(axis=1, keepdims=True)
    share[..., ~known] = np.nan
    stock = np.einsum("tcyx,c->tyx", share, _DENSITY) * grid.cell_area_ha
    demand = np.stack([np.exp(6 * gaussian_filter(random.standard_normal(shape), 2)) for _ in _YEARS]) * 50
    demand[:, ~known] = np.nan
    cells = {"y": grid.y, "x": grid.x}
    by_year = {"year": list(_YEARS), **cells}

    def layer(values: np.ndarray, units: str) -> xr.DataArray:
        return xr.DataArray(values, dims=("year", "y", "x"), coords=by_year, attrs={"units": units})

    return xr.Dataset(
        {
            "region_fraction": (("y", "x"), known.astype(float)),
            "land_share": (("year", "land_class", "y", "x"), share),
            "carbon_stock": layer(stock, "t C"),
            "demand": layer(demand, "t C yr-1"),
            "balance": layer(stock - demand, "t C"),
            "mismatch_quadrant": layer(np.where(known, random.integers(0, 4, (3, *shape)), np.nan), "1"),
        },
        coords={**by_year, "land_class": list(_CLASSES)},
        attrs={"balance_mode": "stock"},
    )


def made_zones(grid: Grid, count: int = 157, seed: int = 2) -> Zones:
    """Counties as the cells of a Voronoi diagram."""
    west, south, east, north = grid.bounds
    random = np.random.default_rng(seed)
    points = shapely.MultiPoint(
        np.column_stack([random.uniform(west, east, count), random.uniform(south, north, count)])
    )
    shapes = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(west, south, east, north)))
    clipped = shapely.segmentize(shapely.intersection(shapes, shapely.box(west, south, east, north)), 2000.0)
    names = tuple(f"county {number}" for number in range(count))
    return Zones(tuple(clipped), grid.crs, names, names)


def made_tables(zones: Zones) -> dict[str, pd.DataFrame]:
    """Tables of the size that such a study has."""
    random = np.random.default_rng(3)
    stock = pd.DataFrame(
        [
            {"year": year, "land_class": name, "area_km2": 25000.0, "stock_t_c": 2e8}
            for year in _YEARS
            for name in _CLASSES
        ]
    )
    rows = [
        {
            "year": year, "zone_layer": "county", "zone_id": code, "zone_name": code,
            "area_km2": 1000.0 * random.random(), "supply_t_c": 1e7 * random.random(),
            "demand_t_c_per_yr": 1e6 * random.random(), "balance_t_c": 1e7 * random.random(),
        }
        for year in _YEARS
        for code in zones.ids
    ]  # fmt: skip
    return {"stock_by_class": stock, "balance_by_zone": pd.DataFrame(rows)}


def made_record(grid: Grid) -> dict[str, object]:
    """What the page says of the run."""
    return {
        "title": "Made for measuring", "title_zh": "", "note": "", "made": "2026-01-01T00:00:00",
        "settings": {"years": list(_YEARS), "maps": {"approval": ""}},
        "grid": {"resolution_m": grid.resolution, "rows": grid.rows, "columns": grid.columns, "crs": grid.crs_name},
        "versions": {"tanheng": "0"}, "carbon_density": [], "legend": {"name": "", "source": ""}, "emission_factors": None,
        "balance_mode": "stock", "balance_meaning": "", "inputs": [], "checks": [], "warnings": [], "left_out": [],
    }  # fmt: skip


def opened(page_file: Path) -> dict[str, float]:
    """Seconds until the map is there, and the time between frames while it pans, ms."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-background-networking"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        start = time.perf_counter()
        page.goto(page_file.as_uri())
        page.wait_for_selector("body[data-ready]", timeout=120_000)
        ready = time.perf_counter() - start
        frames = page.evaluate(_PAN)
        browser.close()
    return {"open_s": ready, "frame_median_ms": statistics.median(frames), "frame_worst_ms": max(frames)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=166_000)
    asked = parser.parse_args()
    side = round(2 * (asked.cells / np.pi) ** 0.5)
    grid = Grid(ALBERS_CHINA.to_wkt(), 0.0, 3.9e6, 1000.0, rows=side, columns=side)
    dataset, zones = made_dataset(grid), made_zones(grid)
    tables = made_tables(zones)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "tables").mkdir()
        for name, table in tables.items():
            table.to_csv(place / "tables" / f"{name}.csv", index=False)
        start = time.perf_counter()
        write_report(place / "report.html", made_record(grid), tables, dataset, grid, {"county": zones})
        row = {"cells": int(np.isfinite(dataset["demand"][0]).sum()), "write_s": time.perf_counter() - start}
        row |= {"size_mb": (place / "report.html").stat().st_size / 1e6, **opened(place / "report.html")}
    row = {name: round(value, 2) for name, value in row.items()}
    print(row)
    log = Path(__file__).with_name("report.csv")
    fresh = not log.exists()
    with log.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(row))
        if fresh:
            writer.writeheader()
        writer.writerow(row)


if __name__ == "__main__":
    main()
