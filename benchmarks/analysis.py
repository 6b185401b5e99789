"""Measure the statistics on 166,000 cells beside esda and plain implementations, each in a process of its own.

    uv run python benchmarks/analysis.py [--skip-peers]

Prints wall seconds (compiling aside), the highest memory of the process, and the ratio to the peer of the same line; appends the
table to ``benchmarks/analysis.csv``. Peers that take minutes are run on fewer permutations or cells, and scaled: it says so.
"""

from __future__ import annotations

import argparse
import csv
import resource
import subprocess
import sys
import time
import warnings
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from scipy.ndimage import gaussian_filter

HISTORY = Path(__file__).parent / "analysis.csv"
SHAPE = (530, 600)


def fields(number, smooth=6.0):
    """Mask of 167,000 cells in a round region, and smooth random maps."""
    rng = np.random.default_rng(1)
    mask = np.hypot(*np.mgrid[-1 : 1 : SHAPE[0] * 1j, -1 : 1 : SHAPE[1] * 1j]) < 0.82
    return mask, [np.where(mask, gaussian_filter(rng.normal(size=SHAPE), smooth), np.nan) for _ in range(number)]


def bivariate_local_moran():
    from tanheng.analysis import bivariate_local_moran, grid_neighbours

    mask, (x, y) = fields(2)
    return lambda: bivariate_local_moran(x[mask], y[mask], grid_neighbours(mask), 9999), 1.0


def bivariate_local_moran_peer():
    import esda
    import libpysal
    from scipy import sparse

    from tanheng.analysis import grid_neighbours

    mask, (x, y) = fields(2)
    warnings.simplefilter("ignore")
    weights = libpysal.weights.WSP(sparse.csr_matrix(grid_neighbours(mask))).to_W(silence_warnings=True)
    # 999 permutations: the time of 9,999 is ten times as long.
    return lambda: esda.Moran_Local_BV(x[mask], y[mask], weights, permutations=999, keep_simulations=False), 10.0


def modified_test():
    from tanheng.analysis import modified_t_test

    _, (x, y) = fields(2)
    return lambda: modified_t_test(x, y), 1.0


def modified_test_peer():
    """The dense formula with whole matrices, on 2,500 cells; work and memory grow with the square, traces with the cube."""
    from scipy.spatial.distance import cdist

    rng = np.random.default_rng(1)
    at = np.argwhere(np.ones((50, 50), bool)).astype(float)
    x, y = (gaussian_filter(rng.normal(size=(50, 50)), 3).ravel() for _ in range(2))

    def dense():
        classes = np.ceil(cdist(at, at) - 1e-9).astype(int)
        centre = np.eye(len(at)) - 1 / len(at)
        counts = np.bincount(classes.ravel())
        matrices = []
        for values in (x, y):
            z = (values - values.mean()) / values.std()
            means = np.bincount(classes.ravel(), np.outer(z, z).ravel()) / np.maximum(counts, 1)
            matrices.append(centre @ means[classes] @ centre)
        return 1 + np.trace(matrices[0]) * np.trace(matrices[1]) / np.sum(matrices[0] * matrices[1].T)

    return dense, (167_332 / 2500) ** 2


def correlation_matrix():
    from tanheng.stages.statistics.correlation import correlation_rows
    from tanheng.stages.statistics.variables import OnCells

    _, maps = fields(15)

    def matrix():
        for year in range(3):
            variables = [OnCells(f"v{number}", maps[3 * year + number], 1.0) for number in range(3)]
            drivers = [OnCells(f"d{number}", maps[9 + number], 1.0) for number in range(6)]
            correlation_rows(year, variables, drivers, ("pearson", "spearman"), (), 1.0, lambda: None)

    return matrix, 1.0


def geodetector():
    """Six drivers with 22 classes at most in five ways, interactions, and 199 random maps as smooth as y."""
    from itertools import combinations

    from tanheng.analysis import Discretisations, interaction_detector, search_p, surrogates

    mask, (y, *drivers) = fields(7)

    def detect():
        ways = [Discretisations(driver[mask], classes=range(3, 23)) for driver in drivers]
        best = [way.best(y[mask]) for way in ways]
        labels = [way.strata(one, driver[mask]) for way, one, driver in zip(ways, best, drivers, strict=True)]
        for first, second in combinations(labels, 2):
            interaction_detector(y[mask], first, second)
        search_p(np.array([one.q for one in best]), surrogates(y, mask, 199), ways)

    return detect, 1.0


def geodetector_peer():
    """The same search, one way to cut and one random map at a time, as spreadsheets and packages do; two maps of 199."""
    from tanheng.analysis import breaks, factor_detector, strata

    mask, (y, *drivers) = fields(7)
    rng = np.random.default_rng(1)

    def detect():
        for driver in drivers:
            values = driver[mask]
            labels = [
                strata(values, breaks(values, method, classes))
                for method in ("equal", "quantile", "sd")
                for classes in range(3, 23)
            ]
            for _ in range(2):
                drawn = rng.permutation(y[mask])
                max(factor_detector(drawn, item).q for item in labels)

    return detect, 100.0


LINES = {
    "bivariate local Moran, 9,999 permutations": (bivariate_local_moran, bivariate_local_moran_peer, "esda"),
    "modified t-test of one pair": (modified_test, modified_test_peer, "dense matrices"),
    "matrix of 3 variables, 6 drivers, 3 years, 2 methods": (correlation_matrix, None, ""),
    "optimal geodetector, 6 drivers, 199 random maps": (geodetector, geodetector_peer, "one way at a time"),
}


def measured(name):
    """Wall seconds of the second run of a job, scaled to the whole, and the highest memory of this process, MiB."""
    job, scale = globals()[name]()
    if scale == 1.0:
        job()
    start = time.perf_counter()
    job()
    seconds = time.perf_counter() - start
    return seconds * scale, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_own_process(function):
    """Figures of a job from a process that runs nothing else."""
    command = [sys.executable, __file__, "--job", function.__name__]
    seconds, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()[-2:]
    return float(seconds), float(memory)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--skip-peers", action="store_true")
    parser.add_argument("--job")
    options = parser.parse_args()
    if options.job:
        print(*measured(options.job))
        return
    new = not HISTORY.exists()
    with HISTORY.open("a", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        if new:
            writer.writerow(["when", "job", "seconds", "memory_mib", "peer", "peer_seconds", "peer_memory_mib"])
        print(f"{'job':56}{'s':>8}{'MiB':>7}   peer")
        for label, (ours, theirs, peer) in LINES.items():
            seconds, memory = in_own_process(ours)
            beside = in_own_process(theirs) if theirs and not options.skip_peers else None
            told = (
                f"{peer}: {beside[0]:,.1f} s, {beside[1]:.0f} MiB, {beside[0] / seconds:,.0f} times" if beside else ""
            )
            print(f"{label:56}{seconds:8.2f}{memory:7.0f}   {told}", flush=True)
            writer.writerow(
                [datetime.now(UTC).isoformat(timespec="seconds"), label, f"{seconds:.3f}", f"{memory:.0f}", peer]
                + ([f"{beside[0]:.1f}", f"{beside[1]:.0f}"] if beside else ["", ""])
            )


if __name__ == "__main__":
    main()
