"""Laws of the small formulas: persons, weights, rates, purchased energy, directions and ranges."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from tanheng.accounting.demand import persons_per_cell, weight_product
from tanheng.accounting.emission.emissions import dioxide, reference_approach
from tanheng.accounting.rates import economic_contribution, over
from tanheng.accounting.summaries import cell_means, zone_sums, zone_weights
from tanheng.errors import InputError
from tanheng.land.totals import class_totals, transition_totals
from tanheng.planning.ranges import reachable_range
from tanheng.planning.zoning import direction_of_change

PART = st.floats(0.0, 1.0, allow_subnormal=False)
POSITIVE = arrays(float, 6, elements=st.floats(0.1, 1e6))


@given(arrays(float, (2, 3), elements=st.floats(0.0, 1e5, allow_subnormal=False)), arrays(float, (2, 3), elements=PART))
def test_people_of_a_map_that_covers_all_are_the_density_times_the_area(
    density: np.ndarray, fraction: np.ndarray
) -> None:
    covered = np.ones_like(density)
    people, per_km2 = persons_per_cell(np.zeros_like(density), density, covered, fraction, 4.0, "density")
    np.testing.assert_allclose(people, density * 4.0)
    np.testing.assert_allclose(per_km2, density)
    counted, _ = persons_per_cell(density * 4.0, density, covered, fraction, 4.0, "count")
    np.testing.assert_allclose(counted, people)


@given(POSITIVE, POSITIVE, st.floats(0.1, 3.0))
def test_weights_multiply(first: np.ndarray, second: np.ndarray, power: float) -> None:
    layers = {"a": first, "b": second}
    both = weight_product(layers, {"a": power, "b": 1.0})
    np.testing.assert_allclose(both, weight_product(layers, {"a": power}) * weight_product(layers, {"b": 1.0}))


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(InputError, match="'a' is negative"):
        weight_product({"a": np.array([1.0, -2.0])}, {"a": 1.0})


@given(POSITIVE, POSITIVE)
def test_contributions_weighted_by_emissions_average_to_one(output: np.ndarray, emissions: np.ndarray) -> None:
    coefficient = economic_contribution(output, emissions)
    assert float(coefficient @ (emissions / emissions.sum())) == pytest.approx(1.0)
    np.testing.assert_allclose(over(emissions, emissions), 1.0)


@given(st.floats(0.0, 1e6), st.floats(0.0, 2.0))
def test_units_of_purchased_energy_commute(amount: float, factor: float) -> None:
    def of(quantity: float, unit: str) -> float:
        rows = pd.DataFrame({"fuel": ["electricity"], "quantity": [quantity], "unit": [unit]})
        return float(dioxide(rows, {"electricity": (factor, "MWh")})["emissions_t_co2"].iloc[0])

    assert of(amount, "MWh") == pytest.approx(of(amount * 3.6, "GJ"), rel=1e-9, abs=1e-9)
    assert of(amount, "MWh") == pytest.approx(amount * factor)


def test_both_approaches_alike_differ_by_nothing() -> None:
    rows = pd.DataFrame({"year": [2000, 2010], "emissions_t_co2": [5.0, 7.0]})
    assert reference_approach(rows, rows)["difference"].tolist() == [0.0, 0.0]


@given(arrays(float, 3, elements=st.floats(-100, 100)))
def test_means_of_cells_lie_between_their_zones(values: np.ndarray) -> None:
    cover = sparse.csr_matrix([[0.5, 0.2, 0.0], [0.5, 0.3, 0.0], [0.0, 0.5, 1.0]])
    means = cell_means(cover, values)
    assert (means >= values.min() - 1e-9).all()
    assert (means <= values.max() + 1e-9).all()
    assert means[2] == pytest.approx(values[2])


@given(arrays(float, 4, elements=st.floats(0, 1e6)))
def test_zones_and_the_rest_sum_to_the_whole(values: np.ndarray) -> None:
    weights = zone_weights(sparse.csr_matrix([[1.0, 0.5, 0.0, 0.0], [0.0, 0.5, 0.3, 0.0]]), np.ones(4))
    assert zone_sums(weights, values).sum() == pytest.approx(values.sum())


@given(
    arrays(float, (2, 3, 4), elements=PART), arrays(float, (2, 2), elements=st.floats(0, 500, allow_subnormal=False))
)
def test_totals_are_linear_in_the_shares(share: np.ndarray, pools: np.ndarray) -> None:
    area, stock = class_totals(share, pools, 100.0)
    twice, doubled = class_totals(2 * share, pools, 100.0)
    np.testing.assert_allclose(twice, 2 * area)
    np.testing.assert_allclose(doubled, 2 * stock)


@given(arrays(float, (3, 3), elements=PART), arrays(float, 3, elements=st.floats(0, 500, allow_subnormal=False)))
def test_transitions_back_and_forth_cancel(moved: np.ndarray, density: np.ndarray) -> None:
    _, there = transition_totals(moved, density, 100.0)
    _, back = transition_totals(moved.T, density, 100.0)
    assert float(there.sum() + back.sum()) == pytest.approx(0.0, abs=1e-6)
    assert np.diag(there).tolist() == [0.0, 0.0, 0.0]


@given(arrays(float, 5, elements=st.floats(-1e3, 1e3)), arrays(float, 5, elements=st.floats(-1e3, 1e3)))
def test_directions_turn_when_time_does(before: np.ndarray, after: np.ndarray) -> None:
    turned = {"improved": "worsened", "worsened": "improved", "same": "same"}
    there, back = direction_of_change(before, after), direction_of_change(after, before)
    assert [turned[word] for word in there] == back.tolist()


@given(st.floats(0, 1e5), st.floats(0, 1e5), st.floats(1, 500))
def test_a_range_of_whole_cells_holds_a_number_of_them(least: float, width: float, cell: float) -> None:
    low, high = reachable_range("forest", least, least + width, cell)
    assert low <= least + 1e-9 * cell or (low, high) == (least, least + width)
    assert np.floor(high / cell + 1e-6) >= np.ceil(low / cell - 1e-6)


def test_an_empty_range_is_refused() -> None:
    with pytest.raises(InputError, match="can't both hold"):
        reachable_range("forest", 10.0, 5.0, 0.0)


def test_a_map_of_a_country_ends_at_the_coast_and_goes_on_inland() -> None:
    """Border cells half in the region: by the sea the map has data for that half, inland for all of the cell, or for some of it."""
    fraction = np.array([[0.5, 0.5, 0.5, 1.0]] * 12)
    covered = np.array([[0.5, 1.0, 0.3, 1.0]] * 12)
    people, _ = persons_per_cell(100.0 * covered, np.full(covered.shape, 100.0), covered, fraction, 1.0, "count", 0.1)
    assert people[0].tolist() == [100.0, 100.0, 30.0, 100.0]
    dense, _ = persons_per_cell(covered * 0, np.full(covered.shape, 100.0), covered, fraction, 1.0, "density", 0.1)
    assert dense[0].tolist() == [100.0, 100.0, 30.0, 100.0]
