"""Measure the land engine against bare decoding of the same maps, and against what else can do the work.

    uv run python benchmarks/land.py [--scale 1.0] [--rounds 5] [--maps DIR] [--only ratios peers growth workers] [--beside COMMAND]

Every line runs in a process of its own, in turns; the tables are appended to ``benchmarks/land.csv``. A machine that is
shared is noisy: ratios within a run mean something, seconds do not.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import in_own_process, job_command, paired, show

HISTORY = Path(__file__).parent / "land.csv"
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
SPENT = ("job", "wall s", "CPU s", "peak MiB", "CPU / decode only", "cropland km2")


class Bench:
    """What all tables need: the maps, the size, and a folder for results."""

    def __init__(self, asked, results):
        self.scale, self.rounds, self.maps, self.results = asked.scale, asked.rounds, asked.maps, results
        self.beside = asked.beside

    def path(self, name, scale=None, noise=0.0, degrees=False, change=0.0):
        """Map of that name, made if it is not there."""
        scale = scale or self.scale
        path = self.maps / f"{name}-{scale:g}.tif"
        if not path.exists():
            print(f"making {path.name} ...", file=sys.stderr, flush=True)
            in_own_process(job_command("make", path, scale, noise, degrees, change))
        return path

    def stock(self, name, path, *options):
        """Command of `tanheng stock`, with a folder of its own."""
        asked = [str(path), "--densities", "henan-six-classes", "--legend", "six-classes", "--year", "2000"]
        return [sys.executable, "-m", "tanheng", "stock", *asked, "-o", str(self.results / name), *options]

    def show(self, title, head, rows):
        show(title, head, rows, self.scale, HISTORY)


def ratios(bench):
    """Decoding plus counting against decoding, in one process, imports aside."""
    smooth = bench.path("smooth")
    cases = {
        "smooth": [smooth],
        "20 % random pixels": [bench.path("noisy", noise=0.2)],
        "degrees": [bench.path("degrees", degrees=True)],
        "two maps, transitions": [smooth, bench.path("later", change=0.05)],
    }
    rows = []
    for name, paths in cases.items():
        one = in_own_process(job_command("inside", bench.rounds, 1, *paths))
        two = in_own_process(job_command("inside", bench.rounds, 2, *paths))
        told = one.told
        rows.append((
            name, told["decode cpu"], told["count cpu"], told["ratio"], told["count wall"], two.told["count wall"], two.peak,
        ))  # fmt: skip
    head = ("map", "decode CPU s", "decode + count CPU s", "ratio", "wall s, 1 thread", "wall s, 2 threads", "peak MiB")
    bench.show("In one process, imports aside", head, rows)


def peers(bench):
    """Whole processes: tanheng, and others that make the same of the map."""
    smooth = bench.path("smooth")
    commands = {
        "decode only": job_command("decode", smooth),
        "tanheng stock, 1 thread": bench.stock("one", smooth, "--workers", "1"),
        f"tanheng stock, {CORES} threads": bench.stock("all", smooth),
        "tanheng as a library": job_command("count", CORES, 1, smooth),
        "xarray + dask, cells of whole pixels": job_command("dask", smooth),
        "rasterio average, a mask a class": job_command("warp", smooth),
        "exactextract, cells as polygons": job_command("exact", smooth),
    }
    for text in bench.beside:
        commands[" ".join(text.split()[:2])] = [part.replace("MAP", str(smooth)) for part in shlex.split(text)]
    spent(bench, "Whole processes", commands)


def spent(bench, title, commands):
    """Table of what commands took, against the first one."""
    taken = paired(commands, bench.rounds)
    bare = next(iter(taken.values()))
    rows = []
    for name, item in taken.items():
        if item is None:
            rows.append((name, "not installed", *[""] * 4))
        else:
            found = f"{item.told['cropland']:.1f}" if "cropland" in item.told else ""
            rows.append((name, item.wall, item.cpu, round(item.peak), item.cpu / bare.cpu, found))
    bench.show(title, SPENT, rows)


def growth(bench):
    """1, 4 and 16 times the area: time for each pixel, and memory; the first count, which links and touches memory, aside."""
    areas = [bench.scale / 4, bench.scale, bench.scale * 4]
    commands = {area: job_command("count", 1, 2, bench.path("smooth", area)) for area in areas}
    rows = []
    for area, item in paired(commands, bench.rounds).items():
        pixels = 380e6 * area
        told = item.told
        rows.append((
            f"{area / areas[0]:g}", round(pixels / 1e6), told["wall"], told["wall"] / pixels * 1e9,
            told["cpu"] / pixels * 1e9, round(item.peak),
        ))  # fmt: skip
    head = ("times the area", "M pixels", "wall s", "ns a pixel", "CPU ns a pixel", "peak MiB")
    bench.show("Growth, one thread, start aside", head, rows)


def workers(bench):
    """1 to N threads, and the same tasks through dask with as many processes."""
    large = bench.path("smooth", bench.scale * 4)
    counts = sorted({1, 2, *(2**n for n in range(2, 10) if 2**n <= CORES), CORES})
    commands = {"decode only": job_command("decode", large)}
    commands |= {f"{n} thread(s)": bench.stock(f"t{n}", large, "--workers", str(n)) for n in counts}
    commands |= {f"dask, {n} process(es)": bench.stock(f"d{n}", large, "--cluster", f"local:{n}") for n in counts}
    spent(bench, f"tanheng stock on {4:g} times the area", commands)


TABLES = {table.__name__: table for table in (ratios, peers, growth, workers)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="area against one province, 20,000 x 19,000 pixels")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--maps", type=Path, default=Path(tempfile.gettempdir()) / "tanheng-benchmark-maps")
    parser.add_argument("--only", nargs="+", choices=list(TABLES), default=list(TABLES))
    parser.add_argument(
        "--beside", action="append", default=[], metavar="COMMAND", help="one more; MAP becomes the map"
    )
    asked = parser.parse_args()
    asked.maps.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(asked, Path(folder))
        for name in asked.only:
            TABLES[name](bench)


if __name__ == "__main__":
    main()
