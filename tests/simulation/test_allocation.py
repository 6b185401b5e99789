"""Allocation: demand met to the cell, the same bits for any workers, and chances that come true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tanheng.simulation.landscape as landscape_module
from simulation.maps import landscape
from tanheng.land.pools import Threads
from tanheng.simulation.allocation import Chance, allocate
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.landscape import OUTSIDE, cells_by_class, free_cells
from tanheng.simulation.learned.model import Additive
from tanheng.simulation.patches import allocate_patches, shapes_of_change
from tanheng.simulation.workers import Here

NONE = np.iinfo(np.uint16).max


def conversions(random: np.random.Generator, free: np.ndarray) -> np.ndarray:
    """Some of the free cells of each class and zone go to each other class."""
    zones, classes = free.shape
    found = np.zeros((zones, classes, classes), np.int64)
    for zone in range(zones):
        for i in range(classes):
            parts = random.multinomial(int(free[zone, i] * random.uniform(0, 0.6)), np.full(classes, 1 / classes))
            parts[i] = 0
            found[zone, i] = parts
    return found


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.sampled_from(["best", "draw", "patches"]))
def test_every_conversion_is_met_to_the_cell_in_every_zone(seed: int, mode: str) -> None:
    random = np.random.default_rng(seed)
    here, features = landscape(seed % 7, (40, 50))
    zones = np.where(random.random((40, 50)) < 0.05, NONE, np.arange(2000).reshape(40, 50) // 700).astype(np.uint16)
    fixed = (random.random((40, 50)) < 0.2).astype(np.uint8)
    here = replace(here, zones=zones, fixed=fixed)
    wanted = conversions(random, free_cells(here, 3, 3))
    effects = random.normal(size=(len(features.listed), 4097, 2)).astype(np.float32) * 0.3
    suitability = {i: Additive(tuple(k for k in range(3) if k != i), np.zeros(2), effects) for i in range(3)}
    chance = Chance(seed, 1, 0)
    if mode == "patches":
        land = allocate_patches(here, features, suitability, wanted, chance, {0: np.array([1, 5, 9])}, 1.0)
    else:
        land = allocate(here, features, suitability, wanted, chance, noisy=mode == "draw", work=Here())
    counts = transition_counts(here.land, land, 3, zones, 3)
    off = ~np.eye(3, dtype=bool)
    np.testing.assert_array_equal(counts[:, off], wanted[:, off])
    kept = (fixed > 0) | (here.land == OUTSIDE) | (zones == NONE)
    np.testing.assert_array_equal(land[kept], here.land[kept])


def test_threads_and_bands_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    here, features = landscape(3, (300, 80), drivers=2)
    wanted = conversions(np.random.default_rng(1), free_cells(here, 3))
    effects = np.random.default_rng(2).normal(size=(len(features.listed), 4097, 2)).astype(np.float32)
    suitability = {i: Additive(tuple(k for k in range(3) if k != i), np.zeros(2), effects) for i in range(3)}
    found = []
    for cells, work in ((2**21, Here()), (2000, Here()), (900, Threads(1)), (900, Threads(2)), (5000, Threads(3))):
        monkeypatch.setattr(landscape_module, "_BAND_CELLS", cells)
        found.append(allocate(here, features, suitability, wanted, Chance(5, 2, 1), noisy=True, work=work))
    for other in found[1:]:
        np.testing.assert_array_equal(found[0], other)


def test_a_dask_cluster_gives_the_same_bits() -> None:
    from tanheng.land.pools import pool_of

    here, features = landscape(4, (60, 40))
    wanted = conversions(np.random.default_rng(3), free_cells(here, 3))
    suitability = {0: Additive((1, 2), np.zeros(2), np.zeros((len(features.listed), 4097, 2), np.float32))}
    alone = allocate(here, features, suitability, wanted, Chance(1, 1, 0), noisy=True, work=Here())
    with pool_of(None, "local:2", lambda _: None) as pool:
        spread = allocate(here, features, suitability, wanted, Chance(1, 1, 0), noisy=True, work=pool)
    np.testing.assert_array_equal(alone, spread)


def test_draws_follow_the_chances() -> None:
    here, features = landscape(5, (60, 80))
    effects = np.zeros((len(features.listed), 4097, 1), np.float32)
    # Odds that are twice as large from the median of the driver on: of 200 cells, two thirds should go there.
    effects[0, 2048:, 0] = np.log(2.0)
    wanted = np.zeros((1, 3, 3), np.int64)
    wanted[0, 0, 1] = 60
    high = np.zeros(here.land.shape, bool)
    high[:] = here.drivers[0].codes >= 2048
    origin = here.land == 0
    parts = []
    for draw in range(1, 101):
        land = allocate(
            here,
            features,
            {0: Additive((1,), np.zeros(1), effects)},
            wanted,
            Chance(1, draw, 0),
            noisy=True,
            work=Here(),
        )
        parts.append(float((high & origin & (land == 1)).sum()))
    odds = 2.0 * (high & origin).sum() / (~high & origin).sum()
    # 6,000 drawn cells: standard deviation of the share about 0.006.
    assert np.mean(parts) / 60 == pytest.approx(odds / (1 + odds), abs=0.03)


@pytest.mark.parametrize(("high", "low"), [(0.9, 0.1), (0.6, 0.05)])
def test_draws_follow_high_chances_as_well(high: float, low: float) -> None:
    here, features = landscape(5, (60, 80))
    odds = [low / (1 - low), high / (1 - high)]
    effects = np.zeros((len(features.listed), 4097, 1), np.float32)
    effects[0, :2048, 0], effects[0, 2048:4096, 0] = np.log(odds)
    upper = (here.drivers[0].codes >= 2048) & (here.land == 0)
    lower = (here.drivers[0].codes < 2048) & (here.land == 0)
    wanted = np.zeros((1, 3, 3), np.int64)
    wanted[0, 0, 1] = round(high * upper.sum() + low * lower.sum())
    shares = []
    for draw in range(1, 21):
        scorer = {0: Additive((1,), np.zeros(1), effects)}
        land = allocate(here, features, scorer, wanted, Chance(1, draw, 0), noisy=True, work=Here())
        shares.append([float((land[upper] == 1).mean()), float((land[lower] == 1).mean())])
    assert np.mean(shares, axis=0).tolist() == pytest.approx([high, low], abs=0.015)


def test_best_takes_the_highest_scores() -> None:
    here, features = landscape(6)
    effects = np.zeros((len(features.listed), 4097, 1), np.float32)
    effects[0, :4096, 0] = np.linspace(-3, 3, 4096)
    wanted = np.zeros((1, 3, 3), np.int64)
    wanted[0, 2, 0] = 100
    land = allocate(
        here, features, {2: Additive((0,), np.zeros(1), effects)}, wanted, Chance(1, 1, 0), noisy=False, work=Here()
    )
    taken = (here.land == 2) & (land == 0)
    left = (here.land == 2) & (land == 2)
    codes = here.drivers[0].codes
    assert taken.sum() == 100
    assert codes[taken].min() >= codes[left].max() - 1


def test_patches_have_the_sizes_they_are_drawn_from() -> None:
    here, features = landscape(7, (120, 120))
    wanted = np.zeros((1, 3, 3), np.int64)
    wanted[0, 0, 1] = 400
    flat = {0: Additive((1,), np.zeros(1), np.zeros((len(features.listed), 4097, 1), np.float32))}
    land = allocate_patches(here, features, flat, wanted, Chance(1, 1, 0), {1: np.array([20])}, 2.0)
    sizes = shapes_of_change(here.land, land, 3).sizes(1)
    # 400 cells in patches of 20; some touch each other and count as one.
    assert 10 <= sizes.size <= 30
    assert np.median(sizes) >= 15
    assert cells_by_class(replace(here, land=land), 3)[0, 1] == cells_by_class(here, 3)[0, 1] + 400
