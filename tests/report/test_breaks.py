from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tanheng.report.style.breaks import METHODS, breaks_for, classes_of

finite = st.floats(-1e9, 1e9, allow_subnormal=False)
some = arrays(float, st.integers(1, 50), elements=finite)
methods = st.sampled_from(METHODS)


@given(some, methods, st.integers(2, 9))
def test_breaks_rise_and_hold_every_value(values: np.ndarray, method: str, classes: int) -> None:
    breaks = breaks_for(values, method, classes)
    assert 2 <= len(breaks) <= classes + 1
    assert all(low < high for low, high in itertools.pairwise(breaks))
    assert breaks[0] <= values.min()
    assert breaks[-1] >= values.max()


@given(some, methods | st.lists(finite, min_size=1, max_size=5), st.integers(2, 9))
def test_zero_is_a_break_of_diverging_maps_or_a_class_of_its_own(
    values: np.ndarray, choice: str | list[float], classes: int
) -> None:
    breaks = breaks_for(values, choice, classes, diverging=True)
    around = [(low, high) for low, high in itertools.pairwise(breaks) if low < 0 < high]
    assert 0.0 in breaks or (len(around) == 1 and around[0][0] == -around[0][1])
    held = values[(values != 0) & (np.abs(values) > 1e-6 * np.abs(values).max())]
    assert not any(low < value < high for value in held for low, high in around)
    assert all(low < high for low, high in itertools.pairwise(breaks))


def test_natural_breaks_part_values_where_they_part_themselves() -> None:
    values = np.array([1.0, 1.1, 1.2, 1.3, 5.0, 5.1, 5.2, 9.0, 9.1, 9.4])
    low, first, second, high = breaks_for(values, "natural", 3)
    assert (low, high) == (1.0, 9.4)
    assert 1.3 < first < 5.0
    assert 5.2 < second < 9.0


def test_the_largest_cells_are_seen_apart() -> None:
    values = np.concatenate([np.linspace(0, 1, 990), np.full(10, 50.0) + np.arange(10)])
    assert breaks_for(values, "tail", 7)[-2] > 1.0
    assert breaks_for(values, "quantile", 7)[-2] < 1.0


def test_breaks_by_hand_gain_ends_and_zero_only() -> None:
    values = np.array([-500.0, 3.0, 20.0])
    assert breaks_for(values, [-100, 50], diverging=True) == [-500.0, -100.0, 0.0, 50.0]
    assert breaks_for(values, [-1000, 50]) == [-1000.0, 50.0]


def test_a_value_on_a_break_is_in_the_class_above() -> None:
    assert classes_of(np.array([-1.0, 0.0, 5.0]), [-2.0, 0.0, 5.0]).tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    "values", [np.array([]), np.array([np.nan]), np.array([7.0]), np.array([7.0, 7.0 * (1 + 1e-15)])]
)
def test_maps_without_range_have_a_class(values: np.ndarray) -> None:
    assert len(breaks_for(values)) == 2


def filled(values: np.ndarray, breaks: list[float]) -> list[int]:
    return np.bincount(classes_of(values, breaks), minlength=len(breaks) - 1).tolist()


def test_equal_values_and_their_rare_neighbours_are_told_apart() -> None:
    # Coarse maps: nearly every cell is one class, and has the density of the class; a few cells are mixed.
    rng = np.random.default_rng(1)
    values = np.concatenate([np.full(8500, 66.8), np.full(1100, 149.9), rng.uniform(53.3, 149.9, 400)])
    held = filled(values, breaks_for(values))
    assert len(held) >= 5
    assert min(held) > 0


def test_an_empty_gap_lies_between_classes() -> None:
    rng = np.random.default_rng(2)
    values = np.concatenate([rng.normal(60, 4, 8000), rng.normal(140, 4, 2000)])
    breaks = breaks_for(values)
    assert any(75 < value < 125 for value in breaks)
    assert sum(filled(values[values < 100], breaks)[:-1]) > 0


def test_values_that_look_alike_are_no_two_classes() -> None:
    rng = np.random.default_rng(3)
    values = np.concatenate([rng.uniform(13.36, 13.37, 5000), rng.uniform(29.99, 30.01, 5000)])
    assert len(breaks_for(values)) == 3


def test_many_zeros_on_a_map_of_change_are_a_class_without_a_sign() -> None:
    values = np.concatenate([np.zeros(900), -np.linspace(0.2, 8.0, 60), np.linspace(0.5, 9.0, 40)])
    breaks = breaks_for(values, diverging=True)
    low, high = next((low, high) for low, high in itertools.pairwise(breaks) if low < 0 < high)
    assert (low, high) == (-0.1, 0.1)
    assert filled(values, breaks)[breaks.index(low)] == 900


@given(arrays(float, st.integers(200, 400), elements=st.floats(0.1, 1e4)), st.integers(5, 9))
def test_no_class_is_empty_where_values_are_many(values: np.ndarray, classes: int) -> None:
    assert min(filled(values, breaks_for(values, "auto", classes))) > 0
