"""Measure one step of simulated land use: its time by features, size and threads, and beside what else can do the work.

    uv run python benchmarks/simulation.py [--scale 1.0] [--rounds 3] [--maps DIR] [--only features growth threads peers training scores]

The map is that of one province at 30 m (20,000 x 19,000 pixels, six classes, half of it outside; `maps.py`). A step places 1.45 million
conversions of four kinds, drawn by chance. Every line runs in a process of its own and tells the CPU-seconds of the step alone, without
decoding and writing; peers do the same work on the same arrays in the same run. Tables are appended to ``benchmarks/simulation.csv``.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from maps import make_map
from measuring import paired, show

HISTORY = Path(__file__).parent / "simulation.csv"
#: Windows of each case, and whether there are distances.
CASES = {
    "no feature": ((), False),
    "shares in 1 window (6 features)": ((3,), False),
    "shares in 2 windows (12)": ((3, 15), False),
    "shares in 4 windows (24)": ((3, 7, 15, 31), False),
    "4 windows and distances (30)": ((3, 7, 15, 31), True),
}
#: Origin, target and cells of each conversion on the map of a province.
WANTED = ((0, 4, 1_000_000), (0, 1, 300_000), (1, 4, 100_000), (2, 4, 50_000))


def read_land(path):
    """Classes of a map, 255 outside."""
    import rasterio

    with rasterio.open(path) as dataset:
        codes = dataset.read(1)
    return np.where(codes > 0, codes - 1, 255).astype(np.uint8)


def problem(path, case):
    """Landscape, features, models and conversions."""
    from tanheng.simulation.features import FeatureSet
    from tanheng.simulation.landscape import Landscape
    from tanheng.simulation.learned.model import Additive

    windows, with_distances = CASES[case]
    features = FeatureSet(6, (), windows, with_distances)
    random = np.random.default_rng(1)
    land = read_land(path)
    share = land.size / 380e6
    conversions = np.zeros((1, 6, 6), np.int64)
    models = {}
    for origin in {i for i, _, _ in WANTED}:
        targets = tuple(sorted(j for i, j, _ in WANTED if i == origin))
        effects = random.normal(size=(len(features.listed), 4097, len(targets))).astype(np.float32) * 0.1
        models[origin] = Additive(targets, np.full(len(targets), -4.0), effects)
    for origin, target, cells in WANTED:
        conversions[0, origin, target] = int(cells * share)
    return Landscape(land), features, models, conversions


def told(start, land):
    cpu = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        json.dumps(
            {"step": cpu, "peak": peak, "ns": cpu / land.size * 1e9, "changed": float(land.sum(dtype=np.int64) % 997)}
        )
    )


def step(path, case, threads):
    from tanheng.land.pools import Threads
    from tanheng.simulation.allocation import Chance, allocate
    from tanheng.simulation.landscape import Landscape

    landscape, features, models, conversions = problem(path, case)
    work = Threads(int(threads))
    # Kernels are loaded before the clock starts: one cell of each conversion in the middle of the map.
    middle = landscape.land.shape[0] // 2
    small = Landscape(landscape.land[middle : middle + 200].copy())
    allocate(small, features, models, np.minimum(conversions, 1), Chance(1, 1, 0), noisy=True, work=work)
    begun, start = time.perf_counter(), time.process_time()
    land = allocate(landscape, features, models, conversions, Chance(1, 1, 0), noisy=True, work=work)
    print(json.dumps({"wall": time.perf_counter() - begun}))
    told(start, land)


def numpy_step(path, case):
    """The same step in numpy and scipy: box filters, table look-up, Gumbel noise, partition; conversions one after the other."""
    from scipy import ndimage

    landscape, features, models, conversions = problem(path, case)
    land = landscape.land
    random = np.random.default_rng(1)
    start = time.process_time()
    inside = (land < 6).astype(np.float32)
    codes = []
    for side in features.windows:
        known = ndimage.uniform_filter(inside, side, mode="constant")
        for k in range(6):
            part = ndimage.uniform_filter((land == k).astype(np.float32), side, mode="constant")
            codes.append(np.rint(1000 * part / np.maximum(known, 1e-9)).astype(np.uint16))
    after = land.copy()
    for origin, model in models.items():
        cells = np.flatnonzero(land == origin)
        for number, target in enumerate(model.targets):
            score = np.full(cells.size, model.intercepts[number], np.float32)
            for feature, of in enumerate(codes):
                score += model.effects[feature, of.reshape(-1)[cells], number]
            score += random.gumbel(size=cells.size).astype(np.float32)
            score[after.reshape(-1)[cells] != origin] = -np.inf
            most = int(conversions[0, origin, target])
            after.reshape(-1)[cells[np.argpartition(-score, most)[:most]]] = target
    told(start, after)


def molusce_step(path, case):
    """The way of MOLUSCE: for each conversion, potentials on the whole raster, a sort of all of it, and the first cells are changed."""
    from scipy import ndimage

    landscape, features, models, conversions = problem(path, case)
    land = landscape.land
    start = time.process_time()
    shares = {
        (side, k): ndimage.uniform_filter((land == k).astype(np.float32), side, mode="constant")
        for side in features.windows
        for k in range(6)
    }
    after = land.copy()
    for origin, model in models.items():
        for number, target in enumerate(model.targets):
            potential = np.full(land.shape, model.intercepts[number], np.float32)
            for feature, share in enumerate(shares.values()):
                potential += model.effects[feature, np.rint(1000 * share).astype(np.uint16), number]
            potential[(land != origin) | (after != land)] = -np.inf
            first = np.argsort(potential, axis=None)[::-1][: int(conversions[0, origin, target])]
            after.reshape(-1)[first] = target
    told(start, after)


def trial(path):
    """Land before and after, and another map with as much change."""
    before = read_land(path)
    random = np.random.default_rng(1)
    maps = [
        np.where((before < 6) & (random.random(before.shape, np.float32) < 0.02), (before + 1) % 6, before)
        for _ in range(2)
    ]
    return before, *(land.astype(np.uint8) for land in maps)


def scores(path, _):
    """All scores of one simulated map at eight resolutions, its patches and their edges."""
    from tanheng.simulation.landscape import Landscape
    from tanheng.simulation.validation import Trial, score

    before, observed, simulated = trial(path)
    score("small", Trial(Landscape(before[:64]), observed[:64], 6), [simulated[:64]])
    start = time.process_time()
    score("map", Trial(Landscape(before), observed, 6), [simulated])
    told(start, before)


def numpy_scores(path, _):
    """Figures of merit alone, in numpy: changed cells counted by block and transition."""
    before, observed, simulated = trial(path)
    start = time.process_time()
    for side in (1, 2, 4, 8, 16, 32, 64, 128):
        rows, columns = np.nonzero((before < 6) & ((before != observed) | (before != simulated)))
        blocks, block = np.unique(rows // side * before.shape[1] + columns // side, return_inverse=True)
        places = (rows, columns)
        counts = []
        for land in (observed, simulated):
            key = (block * 6 + before[places]) * 6 + land[places]
            table = np.bincount(key, minlength=blocks.size * 36).reshape(-1, 6, 6)
            table[:, np.arange(6), np.arange(6)] = 0
            counts.append(table)
        hits = np.minimum(*counts).sum(axis=2)
        left, alarms = (table.sum(axis=2) - hits for table in counts)
        assert hits.sum() / (hits + left + alarms - np.minimum(left, alarms)).sum() < 1
    told(start, before)


def learners(path, _):
    """Log-odds of a million cells with 30 features: this program's tables, scikit-learn's logistic regression and trees, LightGBM."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression

    from tanheng.simulation.features import FeatureSet
    from tanheng.simulation.landscape import Landscape
    from tanheng.simulation.learned.boosting import boost
    from tanheng.simulation.learned.logit import learn
    from tanheng.simulation.learned.sampling import draw_samples

    land = read_land(path)[2000:5000, 4000:8000]
    features = FeatureSet(6)
    random = np.random.default_rng(1)
    after = np.where((land == 0) & (random.random(land.shape) < 0.05), 4, land).astype(np.uint8)
    sample = draw_samples(Landscape(land), after, features, [0])[0]
    matrix, many = sample.codes.astype(np.float32), 1_000_000
    cells = random.integers(0, len(matrix), many)
    found = {}

    def measure(name, train, score):
        start = time.process_time()
        model = train()
        found[f"train {name}"] = time.process_time() - start
        start = time.process_time()
        score(model)
        found[f"score {name}"] = time.process_time() - start

    codes = np.ascontiguousarray(sample.codes[cells].T)[:, None, :]
    wide = matrix[cells]
    target = sample.target
    measure("tanheng", lambda: learn(features, sample), lambda model: model.scores(codes, np.arange(many)))
    measure(
        "LightGBM (as tanheng takes it)", lambda: boost(sample, 1), lambda model: model.scores(codes, np.arange(many))
    )
    plain = LogisticRegression(max_iter=300)
    scaled = (matrix - matrix.mean(axis=0)) / (matrix.std(axis=0) + 1e-9)
    measure("scikit-learn logistic", lambda: plain.fit(scaled, target), lambda model: model.decision_function(wide))
    trees = HistGradientBoostingClassifier(max_iter=120)
    measure("scikit-learn trees", lambda: trees.fit(matrix, target), lambda model: model.predict_proba(wide))
    print(json.dumps({name.replace(" ", "_"): value for name, value in found.items()}))


def command(job, path, *more):
    return [sys.executable, __file__, "--job", job, str(path), *map(str, more)]


def row(name, taken, base=None):
    if taken is None:
        return (name, "not installed", "", "", "")
    ratio = "" if base is None else taken.told["step"] / base
    return (name, taken.told["step"], taken.told["ns"], taken.told["peak"], ratio)


HEAD = ("case", "CPU s of the step", "ns a pixel", "peak MiB", "against the first")


def table(title, commands, rounds, scale):
    """Medians of all commands in turns, the first as the base of the ratios."""
    taken = paired(commands, rounds)
    base = next((item.told["step"] for item in taken.values() if item), None)
    show(title, HEAD, [row(name, item, base) for name, item in taken.items()], scale, HISTORY)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--maps", type=Path, default=Path(tempfile.gettempdir()) / "tanheng-benchmark-maps")
    parser.add_argument("--only", nargs="+", default=["features", "growth", "threads", "peers", "training", "scores"])
    parser.add_argument("--job", nargs="+")
    asked = parser.parse_args()
    if asked.job:
        name, *arguments = asked.job
        {
            "step": step,
            "numpy": numpy_step,
            "molusce": molusce_step,
            "learners": learners,
            "scores": scores,
            "numpy-scores": numpy_scores,
        }[name](*arguments)
        return
    asked.maps.mkdir(parents=True, exist_ok=True)

    def at(scale):
        return make_map(asked.maps / f"smooth-{scale:g}.tif", scale=scale)

    whole = at(asked.scale)
    two = "shares in 2 windows (12)"
    if "features" in asked.only:
        commands = {case: command("step", whole, case, 1) for case in CASES}
        table("One step by features, one thread", commands, asked.rounds, asked.scale)
    if "growth" in asked.only:
        commands = {
            f"{part:g} times the area": command("step", at(asked.scale * part), two, 1) for part in (0.25, 1, 4)
        }
        table("Growth, 12 features, one thread", commands, asked.rounds, asked.scale)
    if "threads" in asked.only:
        commands = {f"{n} thread(s)": command("step", whole, two, n) for n in (1, 2)}
        table("Threads, 12 features", commands, asked.rounds, asked.scale)
    if "peers" in asked.only:
        small = at(asked.scale * 0.05)
        commands = {"tanheng": command("step", small, two, 1)}
        commands |= {"numpy and scipy": command("numpy", small, two), "MOLUSCE's way": command("molusce", small, two)}
        table("Peers on a twentieth of the area, 12 features", commands, asked.rounds, asked.scale)
    if "scores" in asked.only:
        small = at(asked.scale * 0.05)
        commands = {"tanheng, all scores": command("scores", small, "-")}
        commands["numpy, figures of merit alone"] = command("numpy-scores", small, "-")
        table("Scores of one map, a twentieth of the area", commands, asked.rounds, asked.scale)
    if "training" in asked.only:
        taken = paired({"learners": command("learners", whole, "-")}, 1)["learners"]
        rows = [(name.replace("_", " "), value) for name, value in taken.told.items()]
        show(
            "Training on a sample of 88,000 cells, and scoring 1,000,000", ("what", "CPU s"), rows, asked.scale, HISTORY
        )


if __name__ == "__main__":
    main()
