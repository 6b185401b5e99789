"""Run studies of growing size, and put what they take beside what the study was expected to take, and beside plain reading and writing.

    uv run python benchmarks/scale.py                                  # 0.8, 3.1 and 12.6 million cells, three years; half an hour
    uv run python benchmarks/scale.py --cells 785000 --years 1995 2005 2015
    uv run python benchmarks/scale.py --cells 167000 --years $(seq 1991 2020)

The regions are round, with six classes of land, population, two drivers and two layers of zones (`scale_study.py`); maps already are the
grid. Every run has a process of its own. Beside it as many layers of the same grid are written and read back by numpy alone, which is the
least that any program does that keeps them. Rows are appended to `scale.csv`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from measuring import in_own_process, show
from scale_study import make_study

from tanheng.inputs.study_inputs import open_inputs
from tanheng.io.rasters import files_open
from tanheng.pipeline.estimate import estimate, layers
from tanheng.study import load_study

HEAD = (
    "cells",
    "years",
    "wall, s",
    "CPU, s",
    "µs CPU a cell",
    "peak, MB",
    "expected, s",
    "expected, MB",
    "plain I/O, s",
    "CPU / plain I/O",
)


def plain(number: int, cells: int, folder: Path) -> float:
    """Seconds to write and read layers of 64-bit numbers."""
    layer, path = np.random.default_rng(1).random(cells), folder / "layer"
    start = time.process_time()
    for _ in range(number):
        layer.tofile(path)
        np.fromfile(path)
    return time.process_time() - start


def measured(folder: Path, cells: int, years: tuple[int, ...], zones: tuple[int, int]) -> tuple[object, ...]:
    """Row of a study of so many cells."""
    study = make_study(folder / f"{cells}-{len(years)}", cells, years=years, zones=zones)
    with files_open():
        inputs = open_inputs(load_study(study), study.parent)
        expected = estimate(inputs)
    taken = in_own_process([sys.executable, "-m", "tanheng", "run", str(study)])
    assert taken is not None
    record = json.loads((study.parent / "results" / "run.json").read_text(encoding="utf-8"))
    print({name: round(seconds, 1) for name, seconds in record["timings_s"].items()})
    kept, written = layers(inputs.study, len(inputs.classes))
    least = plain(kept + written, inputs.grid.size, folder)
    return (
        cells, len(years), taken.wall, taken.cpu, 1e6 * taken.cpu / cells, taken.peak * 1.048576, expected.seconds,
        expected.memory / 1e6, least, taken.cpu / least,
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, nargs="+", default=[785_000, 3_140_000, 12_600_000])
    parser.add_argument("--years", type=int, nargs="+", default=[1995, 2005, 2015])
    parser.add_argument("--zones", type=int, nargs=2, default=(112, 450))
    parser.add_argument("--maps", type=Path, help="folder that the studies are made in, and kept")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.maps or Path(temporary)
        rows = [measured(folder, cells, tuple(asked.years), tuple(asked.zones)) for cells in asked.cells]
    show("runs of growing size", HEAD, rows, 1.0, Path(__file__).with_name("scale.csv"))


if __name__ == "__main__":
    main()
