"""Effective sample size: equal to the dense formula, and right about unrelated maps that are smooth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter
from scipy.spatial.distance import cdist

from tanheng.analysis import GridLags, effective_size_of_points, modified_t_test, modified_test, pearson, spearman
from tanheng.errors import InputError


def dense(x: np.ndarray, y: np.ndarray, at: np.ndarray, width: float) -> float:
    """Effective size by matrices, straight from the formula."""
    classes = np.maximum(np.ceil(cdist(at, at) / width - 1e-9).astype(int), 1)
    np.fill_diagonal(classes, 0)
    centre = np.eye(len(at)) - 1 / len(at)

    def matrix(values: np.ndarray) -> np.ndarray:
        z = values - values.mean()
        products = np.outer(z, z) / z.var()
        means = [products[classes == k].mean() if (classes == k).any() else 0.0 for k in range(classes.max() + 1)]
        return centre @ np.array(means)[classes] @ centre

    first, second = matrix(x), matrix(y)
    return 1 + np.trace(first) * np.trace(second) / np.trace(first @ second)


@given(st.integers(0, 10_000), st.sampled_from([1.0, 1.7, 3.0]), st.floats(0.3, 2.0))
def test_grid_and_points_equal_the_dense_formula(seed: int, width: float, smooth: float) -> None:
    rng = np.random.default_rng(seed)
    rows, columns = rng.integers(3, 13, 2)
    mask = rng.random((rows, columns)) < 0.7
    if mask.sum() < 5:
        return
    x, y = (gaussian_filter(rng.normal(size=mask.shape), smooth) for _ in range(2))
    at = np.argwhere(mask).astype(float)
    expected = dense(x[mask], y[mask], at, width)
    if not 0 < expected < 1e6:
        return
    lags = GridLags(mask, width)
    assert lags.effective_size(lags.correlogram(x), lags.correlogram(y)) == pytest.approx(expected, rel=1e-9)
    reach = cdist(at, at).max()
    expected = dense(x[mask], y[mask], at, reach / 13)
    if 0 < expected < 1e6:
        assert effective_size_of_points(x[mask], y[mask], at) == pytest.approx(expected, rel=1e-9)


def test_points_in_any_shape_of_layout() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 20))
    for at in (np.arange(40.0).reshape(20, 2), np.column_stack([np.arange(20.0), np.zeros(20)]), rng.random((20, 2))):
        assert effective_size_of_points(x, y, at) == pytest.approx(dense(x, y, at, cdist(at, at).max() / 13), rel=1e-9)


def test_unrelated_smooth_maps_are_called_related_as_often_as_said() -> None:
    rng = np.random.default_rng(1)
    mask = np.hypot(*np.mgrid[-1:1:48j, -1:1:48j]) < 1
    lags = GridLags(mask)
    called = {"modified": 0, "naive": 0, "ranks": 0}
    for _ in range(400):
        x, y = (gaussian_filter(rng.normal(size=mask.shape), 2.0) for _ in range(2))
        size = lags.effective_size(lags.correlogram(x), lags.correlogram(y))
        test = modified_test(*pearson(x[mask], y[mask]), size)
        called["modified"] += test.p < 0.05
        called["naive"] += test.p_naive < 0.05
        called["ranks"] += modified_test(*spearman(x[mask], y[mask]), size).p < 0.05
    # 400 trials at 5 %: 20 are expected, with a standard deviation of 4.4.
    assert 7 <= called["modified"] <= 33
    assert 7 <= called["ranks"] <= 33
    assert called["naive"] > 200


def test_a_real_relation_is_still_found() -> None:
    rng = np.random.default_rng(2)
    x = gaussian_filter(rng.normal(size=(60, 60)), 2.0)
    y = x / x.std() + gaussian_filter(rng.normal(size=(60, 60)), 2.0) * 8
    assert modified_t_test(x, y).p < 0.001


def test_tests_that_leave_no_freedom_say_nothing() -> None:
    assert math.isnan(modified_test(0.9, 50, 1.8).p)
    assert modified_test(1.0, 50, 20.0).p == 0.0
    assert math.isnan(modified_test(math.nan, 50, 20.0).p)


def test_each_control_takes_a_degree_of_freedom() -> None:
    # F = (12 - 2 - 3) * 0.25 / 0.75 = 2.3333
    assert modified_test(0.5, 100, 12.0, controls=3).f == pytest.approx(7 / 3)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (np.full((4, 4), 2.5), "same value"),
        (np.full((4, 4), np.nan), "three known cells"),
        (np.array([[1.0, 2.0, np.nan]]), "three known cells"),
    ],
)
def test_maps_that_say_nothing_are_refused(x: np.ndarray, message: str) -> None:
    with pytest.raises(InputError, match=message):
        modified_t_test(x, np.arange(x.size, dtype=float).reshape(x.shape))


def test_infinite_cells_count_as_missing_in_the_test_and_are_refused_in_a_mask() -> None:
    x = np.random.default_rng(4).normal(size=(9, 9))
    x[2, 2] = np.inf
    assert modified_t_test(x, np.random.default_rng(5).normal(size=(9, 9))).n == 80
    with pytest.raises(InputError, match="1 cells of the mask have no finite value"):
        GridLags(np.ones((9, 9), bool)).correlogram(x)


def test_points_at_one_place_or_without_values_are_refused() -> None:
    x = np.arange(5.0)
    for at, values, message in (
        (np.zeros((5, 2)), x, "one place"),
        (np.random.default_rng(1).random((5, 2)), np.full(5, 3.0), "same value"),
        (np.random.default_rng(1).random((5, 2)), np.array([1, 2, 3, 4, np.nan]), "finite"),
        (np.random.default_rng(1).random((4, 2)), x, "two values each"),
    ):
        with pytest.raises(InputError, match=message):
            effective_size_of_points(values, x, at)
