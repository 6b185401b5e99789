"""Measure plans beside HiGHS on the whole program and a genetic algorithm with repair, each in a process of its own.

    uv run python benchmarks/planning.py [--skip-peers]

166,000 cells, six classes, a factor of worth and of cost in each cell, area ranges, a budget, a floor of crop output, and limits in
18 zones where it says so. Prints wall seconds, memory and the proved gap, and appends the table to ``benchmarks/planning.csv``.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

HISTORY = Path(__file__).parent / "planning.csv"
CLASSES = ("cropland", "forest", "grassland", "water", "built-up", "unused")
DENSITY = (66.81, 149.95, 72.5, 62.1, 60.0, 53.3)


def instance(cells, zones, *, whole=False, seed=0):
    """A province of cells that all differ, so that nothing can be merged."""
    from tanheng.planning.problem import Limit, PlanProblem, Term, area_of, changed, stock_gain

    rng = np.random.default_rng(seed)
    area = np.zeros((cells, 6))
    area[np.arange(cells), rng.choice(6, cells, p=[0.64, 0.16, 0.06, 0.025, 0.113, 0.002])] = 100.0
    allowed = np.ones((6, 6), bool)
    allowed[[3, 4]] = False
    allowed[:, 3] = False
    fertile, slope, yields = rng.uniform(0.5, 1.5, cells), rng.uniform(0.3, 3, cells), rng.uniform(0.5, 1.5, cells)
    total = area.sum(axis=0)
    lower, upper = (0.97, 0.9, 0.9, 0, 0, 0), (1.3, 1.3, 1.3, 1.3, 1.05, 1.3)
    limits = [
        Limit(f"area of {name}", Term(area_of(6, k)), total[k] * lower[k], total[k] * upper[k])
        for k, name in enumerate(CLASSES)
    ]
    crops = np.zeros((6, 6))
    crops[:, 0] = 6.0
    limits.append(Limit("cost", Term(300.0 * changed(6), slope), upper=3e7, units="yuan"))
    limits.append(Limit("crop output", Term(crops, yields), lower=0.97 * 6.0 * total[0], units="t"))
    part = np.sort(rng.integers(0, 18, cells))
    for number in range(18 if zones else 0):
        factor = (part == number).astype(float)
        held = factor @ area
        limits += [
            Limit(
                f"area of {name} in {number}",
                Term(area_of(6, k), factor),
                0.95 * held[k] if k < 3 else 0,
                1.2 * held[k] + 100,
            )
            for k, name in enumerate(CLASSES)
        ]
    gain = (Term(stock_gain(DENSITY), fertile),)
    return PlanProblem(CLASSES, area, gain, allowed, tuple(limits), whole=whole)


def ours(cells, zones, whole):
    from tanheng.planning.solve import best_plan

    problem = instance(cells, zones, whole=whole)
    start = time.perf_counter()
    plan = best_plan(problem)
    return time.perf_counter() - start, plan.gap / plan.gain


def whole_program(cells, zones):
    """HiGHS interior point on the program as it is, with all cells."""
    from scipy import sparse
    from scipy.optimize import linprog

    from tanheng.planning.columns import columns_of

    problem = instance(cells, zones)
    start = time.perf_counter()
    columns = columns_of(problem)
    once = sparse.csr_array((np.ones(len(columns.group)), (columns.group, np.arange(len(columns.group)))))
    matrix = sparse.vstack([columns.rows.matrix, once], format="csr")
    most = np.concatenate([columns.rows.room, columns.area[: once.shape[0]]])
    found = linprog(-columns.gain, A_ub=matrix, b_ub=most, bounds=(0, None), method="highs-ipm")
    assert found.x is not None
    return time.perf_counter() - start, 0.0


def genetic(cells, zones, seconds):
    """Genetic algorithm on whole conversions of cells, repaired by undoing conversions until all limits hold."""
    from tanheng.planning.columns import columns_of
    from tanheng.planning.solve import best_plan

    problem = instance(cells, zones)
    bound = best_plan(problem).bound
    columns = columns_of(problem)
    rng = np.random.default_rng(1)
    groups, matrix, room = len(columns.area), columns.rows.matrix.tocsc(), columns.rows.room
    starts = np.searchsorted(columns.group, np.arange(groups))
    number = np.bincount(columns.group, minlength=groups)
    able = np.flatnonzero(number > 0)

    def repaired(genes):
        chosen = genes[genes >= 0]
        chosen = chosen[rng.permutation(len(chosen))]
        used = matrix[:, chosen] @ np.ones(len(chosen))
        while (used > room + 1e-9).any() and len(chosen):
            keep = rng.random(len(chosen)) < 0.9
            chosen = chosen[keep]
            used = matrix[:, chosen] @ np.ones(len(chosen))
        found = np.full(groups, -1)
        found[columns.group[chosen]] = chosen
        return found, float(columns.gain[chosen].sum())

    def random_genes():
        genes = np.full(groups, -1)
        some = able[rng.random(len(able)) < 0.03]
        genes[some] = starts[some] + rng.integers(0, number[some])
        genes[(genes >= 0) & (columns.gain[np.maximum(genes, 0)] <= 0)] = -1
        return genes

    end = time.perf_counter() + seconds
    herd = [repaired(random_genes()) for _ in range(20)]
    while time.perf_counter() < end:
        first, second = (max(rng.choice(20, 3), key=lambda item: herd[item][1]) for _ in range(2))
        child = np.where(rng.random(groups) < 0.5, herd[first][0], herd[second][0])
        fresh = able[rng.random(len(able)) < 0.002]
        child[fresh] = starts[fresh] + rng.integers(0, number[fresh])
        child = repaired(child)
        worst = min(range(20), key=lambda item: herd[item][1])
        if child[1] > herd[worst][1]:
            herd[worst] = child
    return seconds, 1.0 - max(value for _, value in herd) / bound


JOBS = {
    "166,000 cells, no zones": lambda: ours(166_000, zones=False, whole=False),
    "166,000 cells, 18 zones": lambda: ours(166_000, zones=True, whole=False),
    "166,000 whole cells, 18 zones": lambda: ours(166_000, zones=True, whole=True),
    "1,000,000 cells, no zones": lambda: ours(1_000_000, zones=False, whole=False),
    "peer: HiGHS interior point on the whole program, 166,000 cells, 18 zones": lambda: whole_program(
        166_000, zones=True
    ),
    "peer: genetic algorithm with repair, 166,000 cells, 18 zones, ten times our time": lambda: genetic(
        166_000, zones=True, seconds=30
    ),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-peers", action="store_true")
    parser.add_argument("--job")
    options = parser.parse_args()
    if options.job:
        seconds, gap = JOBS[options.job]()
        print(seconds, gap, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    new = not HISTORY.exists()
    with HISTORY.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        if new:
            writer.writerow(["when", "job", "seconds", "relative_gap", "memory_mib"])
        print(f"{'job':84}{'s':>8}{'gap':>10}{'MiB':>7}")
        for name in JOBS:
            if name.startswith("peer") and options.skip_peers:
                continue
            told = subprocess.run([sys.executable, __file__, "--job", name], capture_output=True, text=True, check=True)
            seconds, gap, memory = map(float, told.stdout.split()[-3:])
            print(f"{name:84}{seconds:8.2f}{gap:10.1e}{memory:7.0f}", flush=True)
            when = datetime.now(UTC).isoformat(timespec="seconds")
            writer.writerow([when, name, f"{seconds:.3f}", f"{gap:.3g}", f"{memory:.0f}"])


if __name__ == "__main__":
    main()
