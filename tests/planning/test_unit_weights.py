"""What a tonne of carbon counts by the demand of its unit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tanheng.planning.unit_weights import demand_factor


@given(st.integers(2, 12), st.integers(1, 4), st.floats(0, 1), st.integers(0, 10**6))
def test_a_weight_moves_gains_and_makes_none(cells: int, units: int, weight: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    parts = rng.dirichlet(np.ones(units + 1), cells).T[:-1]  # the rest lies in no unit
    area, demand = rng.uniform(1, 100, cells), rng.uniform(0, 50, cells)
    factor = demand_factor(demand, area, sparse.csr_matrix(parts), weight)
    assert np.average(factor, weights=area) == pytest.approx(1.0, rel=1e-9)
    assert (factor >= 0).all()


def test_units_alike_count_alike_and_no_demand_counts_nothing() -> None:
    zones, area = sparse.csr_matrix(np.eye(2)), np.array([100.0, 50.0])
    np.testing.assert_allclose(demand_factor(np.array([20.0, 10.0]), area, zones, 0.7), 1.0)
    np.testing.assert_array_equal(demand_factor(np.zeros(2), area, zones, 0.7), np.ones(2))
