"""Mismatch: worked figures, laws, bad input."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tanheng.analysis import coupling_coordination, dissimilarity, gini, lorenz, quadrants
from tanheng.analysis.mismatch import LEVELS, coordination_level
from tanheng.errors import InputError
from tanheng.language import speaking

AMOUNTS = arrays(np.float64, 8, elements=st.floats(0.01, 1000))


@given(AMOUNTS, AMOUNTS)
def test_gini_is_symmetric_and_dissimilarity_never_larger(supply: np.ndarray, demand: np.ndarray) -> None:
    value = gini(supply, demand)
    assert value == pytest.approx(gini(demand, supply), abs=1e-9)
    assert -1e-12 <= dissimilarity(supply, demand) <= value + 1e-9 <= 1 + 1e-9


@given(AMOUNTS, st.floats(0.1, 10))
def test_equal_shares_have_no_mismatch(supply: np.ndarray, factor: float) -> None:
    assert gini(supply, supply * factor) == pytest.approx(0, abs=1e-9)
    assert dissimilarity(supply, supply * factor) == pytest.approx(0, abs=1e-9)


def test_gini_is_half_the_mean_difference_of_ratios() -> None:
    """With equal supply it is the Gini coefficient of demand: mean |a - b| / (2 mean) = (6 * 2 / 9) / 4 for 1 2 3... by hand 2/9."""
    # |1-2|, |1-3|, |2-3| twice each: 8 over 9 pairs, over twice the mean of 2: 8 / 9 / 4 = 2/9.
    assert gini(np.ones(3), np.array([1.0, 2.0, 3.0])) == pytest.approx(2 / 9)


def test_a_curve_below_the_diagonal() -> None:
    across, up = lorenz(np.array([1.0, 0.0, 2.0]), np.array([1.0, 4.0, 0.0]))
    assert across.tolist() == pytest.approx([0, 2 / 3, 1, 1])
    assert up.tolist() == pytest.approx([0, 0, 0.2, 1])


def test_coupling_keeps_to_its_range() -> None:
    degree = coupling_coordination(np.array([-5.0, 50, 200, np.nan]), np.array([1.0, 1, 9, 1]), (0, 100), (0, 1))
    assert degree[:3].tolist() == pytest.approx([0, 0.5**0.25, 1])
    assert np.isnan(degree[3])


def test_ten_levels() -> None:
    assert len(LEVELS) == 10
    assert coordination_level(np.arange(10) / 10).tolist() == list(range(10))


@pytest.mark.parametrize("function", [gini, dissimilarity, quadrants])
def test_bad_input_is_refused(function: object) -> None:
    assert callable(function)
    with pytest.raises(InputError, match="same cells"):
        function(np.ones(3), np.ones(4))
    with pytest.raises(InputError, match="infinite"):
        function(np.array([1.0, np.inf]), np.ones(2))
    with pytest.raises(InputError, match="cells or more"):
        function(np.full(3, np.nan), np.ones(3))


def test_shares_of_nothing_and_negative_amounts_are_refused() -> None:
    with pytest.raises(InputError, match="sums to zero"):
        gini(np.zeros(3), np.ones(3))
    with pytest.raises(InputError, match="negative in 1 cells"):
        gini(np.array([1.0, -1.0]), np.ones(2))
    with pytest.raises(InputError, match="low to high"):
        coupling_coordination(np.ones(2), np.ones(2), (1.0, 1.0), (0.0, 2.0))


def test_what_has_no_share_is_told_in_chinese() -> None:
    with speaking("zh"), pytest.raises(InputError, match=r"^有 1 个格网的需求量为负"):
        lorenz(np.array([1.0, 1.0]), np.array([1.0, -1.0]))
