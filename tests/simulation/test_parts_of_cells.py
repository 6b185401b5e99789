"""Shares of cells in whole parts: no area is lost, and nothing changes but what the shares say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.simulation.landscape import OUTSIDE
from tanheng.simulation.parts_of_cells import laid_out, part_counts

SIDE = 5


def shares_of(seed: int, rows: int = 6, columns: int = 7, classes: int = 4) -> np.ndarray:
    """Shares of cells, some of them with land in a part only or nowhere."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(classes, 0.4), (rows, columns)).transpose(2, 0, 1)
    return shares * rng.choice([0.0, 0.35, 1.0], (rows, columns), p=[0.1, 0.2, 0.7])


def moved(shares: np.ndarray, seed: int) -> np.ndarray:
    """Shares of a later date: in half of the cells some of the first class has become the last one."""
    rng = np.random.default_rng(seed)
    part = shares[0] * rng.random(shares[0].shape) * (rng.random(shares[0].shape) < 0.5)
    later = shares.copy()
    later[0] -= part
    later[-1] += part
    return later


@given(seed=st.integers(0, 2**31))
def test_areas_are_kept_and_only_what_changes_changes(seed: int) -> None:
    first = shares_of(seed)
    later = moved(first, seed + 1)
    counts = part_counts([first, later], SIDE)
    whole = np.rint(first.sum(axis=0) * SIDE**2)
    for held, shares in zip(counts, (first, later), strict=True):
        assert (held >= 0).all()
        np.testing.assert_array_equal(held.sum(axis=0), whole)
        wanted = np.divide(shares, shares.sum(axis=0), out=np.zeros_like(shares), where=shares.sum(axis=0) > 0) * whole
        # Of the region each class has its area to within a part a class; in a cell it is within two.
        assert np.abs((held - wanted).sum(axis=(1, 2))).max() <= len(shares)
        assert np.abs(held - wanted).max() < 2.5
    still = (first == later).all(axis=0)
    np.testing.assert_array_equal(counts[0][:, still], counts[1][:, still])


@given(seed=st.integers(0, 2**31))
def test_maps_have_the_counts_and_as_little_change_as_can_be(seed: int) -> None:
    first = shares_of(seed)
    counts = part_counts([first, moved(first, seed + 1), first], SIDE)
    rows = list(laid_out(counts, SIDE, seed=3))
    for date, held in enumerate(counts):
        land = np.vstack([one[date] for one in rows])
        assert land.shape == (first.shape[1] * SIDE, first.shape[2] * SIDE)
        blocks = land.reshape(first.shape[1], SIDE, first.shape[2], SIDE)
        for k in range(len(first)):
            np.testing.assert_array_equal((blocks == k).sum(axis=(1, 3)), held[k])
        np.testing.assert_array_equal((blocks == OUTSIDE).sum(axis=(1, 3)), SIDE**2 - held.sum(axis=0))
    changed = sum(int((one[0] != one[1]).sum()) for one in rows)
    assert changed == int(np.abs(counts[1] - counts[0]).sum()) // 2


def test_parts_lie_at_random_and_the_same_each_time() -> None:
    counts = part_counts([np.full((2, 3, 40), 0.5)], 10)
    one, other, else_seeded = (np.vstack([row[0] for row in laid_out(counts, 10, seed)]) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, other)
    assert (one != else_seeded).any()
    # No corner of the cells has more of a class than another.
    where = (one.reshape(3, 10, 40, 10) == 0).mean(axis=(0, 2))
    assert where.mean() == pytest.approx(0.5)
    assert np.abs(where - 0.5).max() < 0.2
