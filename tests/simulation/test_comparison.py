"""Scores, patches, samples and curves in one pass, against plain programs of the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from simulation.maps import landscape
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.landscape import cells_by_class
from tanheng.simulation.learned.sampling import draw_samples, fold_of, folds_of
from tanheng.simulation.measures import Merit, OperatingCurve, merit_by_origin, merit_by_transition
from tanheng.simulation.patches import shapes_of_change

Land = NDArray[np.uint8]


def maps(seed: int, shape: tuple[int, int], classes: int = 4) -> list[Land]:
    """Three maps of classes, with some cells outside."""
    random = np.random.default_rng(seed)
    first = random.integers(0, classes, shape)
    later = [np.where(random.random(shape) < 0.4, random.integers(0, classes, shape), first) for _ in range(2)]
    return [np.where(random.random(shape) < 0.05, 255, land).astype(np.uint8) for land in (first, *later)]


def plain_merit(before: Land, observed: Land, simulated: Land, classes: int, side: int) -> dict[int, Merit]:
    """Merit by origin, block by block and transition by transition."""
    sums = np.zeros((classes, 4))
    inside = (before < classes) & (observed < classes) & (simulated < classes)
    for top in range(0, before.shape[0], side):
        for left in range(0, before.shape[1], side):
            here = (slice(top, top + side), slice(left, left + side))
            for i in range(classes):
                of_class = inside[here] & (before[here] == i)
                pairs = [
                    (int((of_class & (observed[here] == j)).sum()), int((of_class & (simulated[here] == j)).sum()))
                    for j in range(classes)
                    if j != i
                ]
                hits = sum(min(pair) for pair in pairs)
                left_over, alarms = sum(o for o, _ in pairs) - hits, sum(s for _, s in pairs) - hits
                wrong = min(left_over, alarms)
                sums[i] += hits, left_over - wrong, alarms - wrong, wrong
    return {i: Merit(*sums[i]) for i in range(classes) if sums[i].any()}


@given(st.integers(0, 10_000), st.integers(1, 20), st.integers(1, 20), st.sampled_from([1, 2, 4, 8, 32]))
def test_merit_is_that_of_counting_each_block(seed: int, rows: int, columns: int, side: int) -> None:
    one, two, three = maps(seed, (rows, columns))
    assert merit_by_origin(one, two, three, 4, side) == plain_merit(one, two, three, 4, side)


@given(st.integers(0, 10_000))
def test_transitions_sum_to_the_origins(seed: int) -> None:
    one, two, three = maps(seed, (9, 14))
    origins = merit_by_origin(one, two, three, 4)
    for origin, whole in origins.items():
        parts = [merit for (i, _), merit in merit_by_transition(one, two, three, 4).items() if i == origin]
        assert sum(part.hits for part in parts) == whole.hits
        assert sum(part.misses for part in parts) == whole.misses
        assert sum(part.false_alarms for part in parts) == whole.false_alarms
        # To one class observed, to another simulated: a wrong hit of both transitions.
        assert sum(part.wrong_hits for part in parts) == 2 * whole.wrong_hits


@given(st.integers(0, 10_000), st.integers(1, 25), st.integers(1, 25))
def test_patches_are_those_of_labelling(seed: int, rows: int, columns: int) -> None:
    before, after, _ = maps(seed, (rows, columns), 3)
    shapes = shapes_of_change(before, after, 3)
    for k in range(3):
        new = (after == k) & (before != k) & (before < 3)
        labels, count = ndimage.label(new, np.ones((3, 3), int))
        assert shapes.sizes(k).tolist() == sorted(np.bincount(labels.reshape(-1), minlength=count + 1)[1:].tolist())
        padded = np.pad(new, 1)
        sides = sum(int((new & ~np.roll(padded, step, axis)[1:-1, 1:-1]).sum()) for step in (1, -1) for axis in (0, 1))
        assert (shapes.gained[k], shapes.sides[k]) == (new.sum(), sides)


def test_a_comb_of_change_is_one_patch() -> None:
    """Teeth have labels of their own until the last row joins them."""
    after = np.zeros((30, 41), np.uint8)
    after[:, ::2] = 1
    assert shapes_of_change(np.zeros_like(after), after, 2).sizes(1).tolist() == [30] * 21
    after[-1] = 1
    assert shapes_of_change(np.zeros_like(after), after, 2).sizes(1).tolist() == [30 * 21 + 20]


@given(st.integers(0, 10_000))
def test_changes_are_counted_by_zone(seed: int) -> None:
    before, after, _ = maps(seed, (15, 11))
    zones = np.random.default_rng(seed).choice(np.array([0, 1, 2, 65_535], np.uint16), before.shape)
    counts = transition_counts(before, after, 4, zones, 3)
    for zone in range(3):
        for i in range(4):
            for j in range(4):
                assert counts[zone, i, j] == ((zones == zone) & (before == i) & (after == j)).sum()
    assert transition_counts(before, after, 4).sum() == ((before < 4) & (after < 4)).sum()


def test_folds_of_all_cells_are_those_of_each() -> None:
    for shape in ((37, 91), (120, 8), (3, 3)):
        cells = np.arange(shape[0] * shape[1])
        np.testing.assert_array_equal(folds_of(shape).reshape(-1), fold_of(cells, shape))


@pytest.mark.parametrize("left_out", [None, 2])
def test_a_sample_is_the_same_whatever_the_bands(monkeypatch: pytest.MonkeyPatch, left_out: int | None) -> None:
    here, features = landscape(3)
    after = landscape(4)[0].land
    found = []
    for cells in (2**21, 500):
        monkeypatch.setattr("tanheng.simulation.landscape._BAND_CELLS", cells)
        found.append(draw_samples(here, after, features, range(3), left_out=left_out, most=(60, 90)))
    for origin, sample in found[0].items():
        other = found[1][origin]
        np.testing.assert_array_equal(sample.cells, other.cells)
        np.testing.assert_array_equal(sample.target, other.target)
        assert np.bincount(sample.target).max() <= 90
        inside = (here.land == origin) & (after < 3)
        if left_out is None:
            assert sample.stayed == (inside & (after == origin)).sum()
            assert cells_by_class(here, 3)[0, origin] >= sample.stayed + sample.changed.sum()


@given(st.integers(0, 10_000))
def test_a_curve_is_that_of_sorted_scores(seed: int) -> None:
    random = np.random.default_rng(seed)
    score = np.round(random.normal(size=500) * 8) / 8
    changed = random.random(500) < 1 / (1 + np.exp(-score))
    curve = OperatingCurve()
    for part in np.array_split(np.arange(500), 3):
        curve.add(score[part], changed[part])
    points = curve.points(500)
    for value in np.unique(score):
        above = score > value
        assert points[int(above.sum()), 1] == changed[above].sum()
    assert points[-1].tolist() == [500.0, changed.sum()]
