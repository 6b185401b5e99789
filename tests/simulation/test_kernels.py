"""Windows, distances and exact arrangements against plain programs of the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from scipy.optimize import linear_sum_assignment

from tanheng.simulation.features import REACH, feature_set
from tanheng.simulation.kernels.assignment import assign
from tanheng.simulation.kernels.distances import distances
from tanheng.simulation.kernels.scores import uniform
from tanheng.simulation.kernels.windows import as_shares, window_counts
from tanheng.simulation.landscape import Landscape, band, bands


@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 40), st.sampled_from([1, 3, 7, 15]))
def test_window_shares_are_those_of_a_convolution(seed: int, rows: int, columns: int, reach: int) -> None:
    land = np.random.default_rng(seed).integers(0, 4, (rows, columns)).astype(np.uint8)
    side = 2 * reach + 1
    known = ndimage.convolve((land < 3).astype(int), np.ones((side, side), int), mode="constant")
    for k in range(3):
        many = ndimage.convolve((land == k).astype(int), np.ones((side, side), int), mode="constant")
        out = np.zeros((rows, columns), np.uint16 if reach > 7 else np.uint8)
        shares = np.zeros((rows, columns), np.uint16)
        window_counts(land, 0, k, side, out)
        np.testing.assert_array_equal(out, many)
        as_shares(out, known.astype(out.dtype), shares)
        assert np.abs(shares - 1000 * many / np.maximum(known, 1)).max() <= 0.51


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 60))
def test_distances_are_exact_up_to_the_limit(seed: int, rows: int, columns: int) -> None:
    random = np.random.default_rng(seed)
    land = (random.random((rows, columns)) < random.choice([0.001, 0.05, 0.5])).astype(np.uint8)
    out = np.zeros((rows, columns), np.uint16)
    roots = np.rint(np.sqrt(np.arange(401)) * 16).astype(np.uint16)
    distances(land, 0, 1, roots, out)
    exact = ndimage.distance_transform_edt(land != 1) if land.any() else np.full(land.shape, 20.0)
    assert np.abs(out - 16 * np.minimum(exact, 20)).max() <= 0.51


def test_bands_change_no_feature() -> None:
    land = np.random.default_rng(1).integers(0, 3, (300, 50)).astype(np.uint8)
    land[:] = np.where(np.random.default_rng(2).random(land.shape) < 0.98, 0, land)
    whole = Landscape(land)
    features = feature_set(3, ())
    codes = features.codes(next(bands(whole, features.margin)))
    parts = [features.codes(band(whole, row, min(70, 300 - row), features.margin)) for row in range(0, 300, 70)]
    assert features.margin == REACH
    np.testing.assert_array_equal(codes, np.concatenate(parts, axis=1))


@given(st.integers(0, 10_000), st.integers(1, 25), st.integers(1, 4))
def test_the_arrangement_has_the_largest_sum_of_scores(seed: int, cells: int, targets: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(size=(cells, targets))
    quota = random.multinomial(random.integers(0, cells + 1), np.full(targets, 1 / targets))
    orders = np.argsort(-scores, axis=0, kind="stable").T.copy()
    place = assign(scores, quota.astype(np.int64), orders)
    assert [(place == j).sum() for j in range(targets)] == quota.tolist()
    # The same problem with a column for each cell that is wanted, and columns of zeros for those that stay.
    wanted = np.repeat(np.arange(targets), quota)
    costs = np.zeros((cells, cells))
    costs[:, : wanted.size] = -scores[:, wanted]
    best = costs[linear_sum_assignment(costs)].sum()
    found = scores[np.flatnonzero(place >= 0), place[place >= 0]].sum()
    assert found == pytest.approx(-best, abs=1e-9)


def test_the_hash_is_uniform_and_differs_by_key() -> None:
    one = np.array([uniform(np.uint64(1), cell) for cell in range(20_000)])
    other = np.array([uniform(np.uint64(2), cell) for cell in range(20_000)])
    assert one.min() > 0
    assert one.max() < 1
    # Mean of 20,000 uniform numbers: 0.5 with a standard deviation of 0.002; correlation 0 +- 0.007.
    assert abs(one.mean() - 0.5) < 0.01
    assert abs(np.histogram(one, 10, (0, 1))[0] - 2000).max() < 250
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03
