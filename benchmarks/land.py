"""Measure the land engine against bare decoding of the same maps, in one process, imports aside.

    uv run python benchmarks/land.py [--scale 1.0] [--repeat 3] [--maps DIR]

Prints a table of CPU and wall seconds and the ratio to decoding alone, and appends it to ``benchmarks/history.csv``. The
machine is shared and noisy: ratios within a run mean something, seconds do not.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import rasterio

sys.path.insert(0, str(Path(__file__).parent))
from maps import make_map

from tanheng.factors import legend_from
from tanheng.grid import ALBERS_CHINA, grid_over
from tanheng.io.rasters import open_raster
from tanheng.land.engine import LandMap, count_land
from tanheng.land.lookup import Lookup
from tanheng.land.pools import Threads

SIX = ("cropland", "forest", "grassland", "water", "built-up", "unused")
HISTORY = Path(__file__).parent / "history.csv"

DECODE = """
import rasterio, sys
with rasterio.Env(GDAL_CACHEMAX=64), rasterio.open(sys.argv[1]) as s:
    for r in range(0, s.height, 4096):
        s.read(1, window=rasterio.windows.Window(0, r, s.width, min(4096, s.height - r)))
"""


def decode(path):
    """Read a whole map in strips of eight rows of tiles, and do nothing with it."""
    with rasterio.Env(GDAL_CACHEMAX=64), rasterio.open(path) as source:
        for row in range(0, source.height, 4096):
            source.read(1, window=rasterio.windows.Window(0, row, source.width, min(4096, source.height - row)))


def measured(function, repeat):
    """Least CPU and wall seconds of some runs, after one to warm up."""
    function()
    best = (float("inf"), float("inf"))
    for _ in range(repeat):
        cpu, wall = sum(os.times()[:2]), time.perf_counter()
        function()
        best = min(best, (sum(os.times()[:2]) - cpu, time.perf_counter() - wall))
    return best


def counted(paths, pairs, workers):
    """Function that counts maps, on one grid of 1 km."""
    lookup = Lookup(SIX, legend_from("six-classes").codes)
    maps = [LandMap(2000 + number, open_raster(str(path)), lookup) for number, path in enumerate(paths)]
    grid = grid_over(maps[0].source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, 1000.0)
    return lambda: count_land(maps, grid, pairs, pool=Threads(workers))


def whole_process(arguments):
    """CPU and wall seconds of a process."""
    start = time.perf_counter()
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(process.pid, 0)
    return used.ru_utime + used.ru_stime, time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--maps", type=Path, default=Path(tempfile.gettempdir()) / "tanheng-benchmark-maps")
    asked = parser.parse_args()
    asked.maps.mkdir(exist_ok=True)

    def path(name, **options):
        return make_map(asked.maps / f"{name}-{asked.scale:g}.tif", scale=asked.scale, **options)

    smooth = path("smooth")
    cases = {
        "smooth": [smooth],
        "20 % random": [path("noisy", noise=0.2)],
        "degrees": [path("degrees", degrees=True)],
        "two maps, transitions": [smooth, path("later", change=0.05)],
    }
    rows = []
    for name, paths in cases.items():
        bare = measured(lambda paths=paths: [decode(item) for item in paths], asked.repeat)
        pairs = [(2000, 2001)] if len(paths) > 1 else []
        one = measured(counted(paths, pairs, 1), asked.repeat)
        two = measured(counted(paths, pairs, 2), asked.repeat)
        rows.append(
            (name, f"{bare[0]:.2f}", f"{one[0]:.2f}", f"{one[0] / bare[0]:.2f}", f"{one[1]:.2f}", f"{two[1]:.2f}")
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        stock = [sys.executable, "-m", "tanheng", "stock", str(smooth), "--densities", "henan-six-classes"]
        stock += ["--legend", "six-classes", "--year", "2000", "-o", f"{folder}/out"]
        bare = min(whole_process([sys.executable, "-c", DECODE, str(smooth)]) for _ in range(asked.repeat))
        ours = min(whole_process(stock) for _ in range(asked.repeat))
    rows.append(
        (
            "whole process, tanheng stock",
            f"{bare[0]:.2f}",
            f"{ours[0]:.2f}",
            f"{ours[0] / bare[0]:.2f}",
            f"{ours[1]:.2f}",
            "",
        )
    )
    report(rows, asked.scale, peak)


def report(rows, scale, peak):
    head = ("map", "decode CPU-s", "decode + count CPU-s", "ratio", "wall s, 1 thread", "wall s, 2 threads")
    widths = [max(len(str(row[column])) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)))
    print(f"peak memory: {peak:.0f} MiB (all but the last, in one process)")
    new = not HISTORY.exists()
    with HISTORY.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        if new:
            writer.writerow(["when", "scale", *head])
        writer.writerows([datetime.now(UTC).isoformat(timespec="minutes"), scale, *row] for row in rows)


if __name__ == "__main__":
    main()
