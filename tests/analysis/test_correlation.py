"""Correlation: against scipy, by laws, and on inputs that are bad."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from tanheng.analysis import partial_correlation, pearson, residuals, spearman
from tanheng.errors import InputError

RNG = np.random.default_rng(7)
VALUES = arrays(np.float64, 12, elements=st.floats(-100, 100).map(lambda value: round(value, 3)))


def test_equals_scipy_with_ties_and_gaps() -> None:
    x = RNG.integers(0, 5, 200).astype(float)
    y = x + RNG.normal(size=200)
    x[3], y[8] = np.nan, np.inf
    known = np.isfinite(x) & np.isfinite(y)
    assert pearson(x, y) == (pytest.approx(stats.pearsonr(x[known], y[known])[0], abs=1e-12), 198)
    assert spearman(x, y) == (pytest.approx(stats.spearmanr(x[known], y[known])[0], abs=1e-12), 198)


def test_partial_correlation_of_one_control_is_the_textbook_formula() -> None:
    x, y, z = RNG.normal(size=(3, 50))
    x, y = x + z, y - 2 * z
    xy, xz, yz = pearson(x, y)[0], pearson(x, z)[0], pearson(y, z)[0]
    expected = (xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2))
    assert partial_correlation(x, y, z[None])[0] == pytest.approx(expected, abs=1e-12)


def test_a_control_given_twice_changes_nothing() -> None:
    x, y, z = RNG.normal(size=(3, 50))
    once = partial_correlation(x, y, z[None])[0]
    assert partial_correlation(x, y, np.stack([z, 3 * z + 1]))[0] == pytest.approx(once, abs=1e-12)


def test_what_controls_explain_wholly_has_no_correlation_left() -> None:
    x, z = RNG.normal(size=(2, 50))
    assert math.isnan(partial_correlation(2 * z + 1, x, z[None])[0])


@given(VALUES, VALUES, st.floats(0.5, 20), st.floats(-50, 50))
def test_scale_and_offset_change_no_correlation(x: np.ndarray, y: np.ndarray, scale: float, offset: float) -> None:
    if np.ptp(x) < 0.1 or np.ptp(y) < 0.1:
        return
    for function in (pearson, spearman):
        assert function(x * scale + offset, y)[0] == pytest.approx(function(x, y)[0], abs=1e-9)


@pytest.mark.parametrize("x", [np.full(9, 0.1), np.full(9, np.nan), np.array([1.0, 2.0] + [np.nan] * 7)])
def test_constant_missing_and_two_cells_have_none(x: np.ndarray) -> None:
    assert math.isnan(pearson(x, np.arange(9.0))[0])
    assert math.isnan(spearman(x, np.arange(9.0))[0])


def test_too_few_cells_for_the_controls_is_an_error() -> None:
    with pytest.raises(InputError, match="3 cells know all of 2 controls"):
        residuals(np.arange(3.0), RNG.normal(size=(2, 3)))
