"""Uncertainty carried to zones, cells and changes: hand-worked cases, Monte Carlo, and the coverage of planted truth."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tanheng.accounting.intervals.propagation import (
    demand_half_width,
    density_draws,
    density_half_width,
    map_error_half_width,
    sum_half_width,
)
from tanheng.accounting.intervals.uncertainty import Terms, covariance, propagated, simulated, trend

# Three zones, each with coal (in tonnes) and gas (in TJ), Gg CO2:
#
#            coal  gas
#   zone A     60   10        activity of each row to 10 %, independent
#   zone B     30   20        coal: net calorific value 20 %, carbon content 5 %, shared by all zones
#   zone C     10   30        gas:  carbon content 4 %, shared
#
# Zone A: factors of coal 60*0.20 = 12 and 60*0.05 = 3; of gas 10*0.04 = 0.4; activities 6 and 1.
#         sqrt(144 + 9 + 0.16 + 36 + 1) = sqrt(190.16) = 13.79
# Zone B: 6, 1.5, 0.8; 3, 2           sqrt(36 + 2.25 + 0.64 + 9 + 4) = sqrt(51.89) = 7.203
# Zone C: 2, 0.5, 1.2; 1, 3           sqrt(4 + 0.25 + 1.44 + 1 + 9)  = sqrt(15.69) = 3.961
# Total:  100*0.20 = 20, 100*0.05 = 5, 60*0.04 = 2.4; activities sqrt(36 + 1 + 9 + 4 + 1 + 9) = sqrt(60)
#         sqrt(400 + 25 + 5.76 + 60)  = sqrt(490.76) = 22.15 of 160, 13.85 %
#         (were the zones independent: sqrt(190.16 + 51.89 + 15.69) = 16.05; too narrow)
COAL, GAS = ["net calorific value of coal", "carbon content of coal"], ["carbon content of gas"]
HALVES = {COAL[0]: 0.20, COAL[1]: 0.05, GAS[0]: 0.04}
THREE = Terms(np.array([60.0, 10.0, 30.0, 20.0, 10.0, 30.0]), np.full(6, 0.10), [COAL, GAS] * 3, HALVES)
ZONE = np.array([0, 0, 1, 1, 2, 2])
BY_HAND = np.sqrt([190.16, 51.89, 15.69])


def relative(terms: Terms, group: np.ndarray, groups: int) -> np.ndarray:
    totals = np.bincount(group, terms.emissions, groups)
    return covariance(terms, group, groups) / np.outer(totals, totals)


def test_the_total_and_each_zone_by_hand() -> None:
    found = covariance(THREE, ZONE, 3)
    assert np.sqrt(np.diag(found)) == pytest.approx(BY_HAND)
    assert np.sqrt(found.sum()) == pytest.approx(np.sqrt(490.76))
    assert propagated(THREE) == pytest.approx(np.sqrt(490.76) / 160)


def test_monte_carlo_agrees_within_a_fifth_of_a_point() -> None:
    drawn = simulated(THREE, 400_000, 1)
    for chosen, half in (*((z == ZONE, BY_HAND[z]) for z in range(3)), (ZONE >= 0, np.sqrt(490.76))):
        total = THREE.emissions[chosen].sum()
        low, high = np.quantile(drawn[:, chosen].sum(axis=1), [0.025, 0.975])
        assert 100 * (high - low) / 2 / total == pytest.approx(100 * half / total, abs=0.2)


def test_the_change_by_hand() -> None:
    """All activities grow by a fifth: factors cancel in the relative change, activities of both years do not.

    change 0.2; half-width 1.2 * sqrt(2) * sqrt(60) / 160 = 0.0822.
    """
    later = Terms(THREE.emissions * 1.2, THREE.activity_half, THREE.factors, HALVES)
    change, low, high = trend(THREE, later, 400_000, 1)
    assert change == pytest.approx(0.2)
    assert 100 * (high - low) / 2 == pytest.approx(100 * 1.2 * np.sqrt(2 * 60) / 160, abs=0.2)


def test_cells_take_their_part_of_what_their_zones_err_by() -> None:
    """A cell with a tenth of zone A; one on the border with a tenth of A (7) and of B (5).

    The second: 0.1 * sqrt(190.16 + 51.89 + 2 * cov), cov = 12*6 + 3*1.5 + 0.4*0.8 = 76.82; sqrt(395.69) / 10 = 1.989.
    """
    amounts = sparse.csr_matrix([[7.0, 7.0], [0.0, 5.0], [0.0, 0.0]])
    half = demand_half_width(amounts, relative(THREE, ZONE, 3))
    assert half == pytest.approx([np.sqrt(190.16) / 10, np.sqrt(190.16 + 51.89 + 2 * 76.82) / 10])


def test_equal_independent_zones_are_less_certain_than_their_total() -> None:
    """18 zones, factor 5 %, activity 5.45 %: each zone sqrt(5^2 + 5.45^2) = 7.4 %, the total sqrt(5^2 + 5.45^2 / 18) = 5.2 %."""
    terms = Terms(np.full(18, 10.0), np.full(18, 0.0545), [["coal"]] * 18, {"coal": 0.05})
    found = relative(terms, np.arange(18), 18)
    assert np.sqrt(np.diag(found)) == pytest.approx(np.full(18, 0.07396), abs=1e-4)
    assert propagated(terms) == pytest.approx(0.05162, abs=1e-4)


@given(st.integers(0, 500))
def test_cells_sum_to_their_zones(seed: int) -> None:
    """The half-width of a sum of all cells is that of the total, however the emissions are spread."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0, 1, (3, 20)) * (rng.uniform(0, 1, (3, 20)) < 0.4)
    weights[:, 0] = 1.0
    totals = np.bincount(ZONE, THREE.emissions, 3)
    amounts = sparse.csr_matrix(weights / weights.sum(axis=1, keepdims=True) * totals[:, None])
    found = relative(THREE, ZONE, 3)
    assert sum_half_width(np.asarray(amounts.sum(axis=1)).T, found) == pytest.approx([np.sqrt(490.76)])
    dense = np.sqrt(np.einsum("gi,gh,hi->i", amounts.toarray(), found, amounts.toarray()))
    assert demand_half_width(amounts, found) == pytest.approx(dense)


def test_intervals_cover_planted_truth() -> None:
    """A world is drawn, its inventory is what is observed; 95 % of the intervals hold the truth, within two points."""
    rng = np.random.default_rng(7)
    worlds = 4000
    inside = np.zeros(4)
    halves = [*BY_HAND / np.bincount(ZONE, THREE.emissions), np.sqrt(490.76) / 160]
    shared = {name: 1 + half / 1.96 * rng.standard_normal(worlds) for name, half in HALVES.items()}
    own = 1 + 0.10 / 1.96 * rng.standard_normal((worlds, 6))
    for world in range(worlds):
        factor = np.array([np.prod([shared[name][world] for name in names]) for names in THREE.factors])
        truth = THREE.emissions * factor * own[world]
        sums = np.append(np.bincount(ZONE, truth), truth.sum())
        told = np.append(np.bincount(ZONE, THREE.emissions), 160.0)
        inside += np.abs(sums - told) <= np.array(halves) * told
    assert 100 * inside / worlds == pytest.approx(np.full(4, 95.0), abs=2.0)


def classes(values: list[float]) -> xr.DataArray:
    return xr.DataArray(values, dims="land_class", coords={"land_class": ["a", "b", "c"][: len(values)]})


def test_pools_are_independent_and_classes_share_their_error_in_a_pool() -> None:
    """Soil errors 6 and 2, biomass 3 and 1, correlation 0.5: 0.5*(36+4) + 0.5*64 + 0.5*(9+1) + 0.5*16 = 52 + 13 = 65."""
    errors = xr.DataArray([[6.0, 3.0], [2.0, 1.0]], dims=("land_class", "carbon_pool"))
    assert float(density_half_width(errors, 0.5)) == pytest.approx(np.sqrt(65.0))


@given(st.floats(0, 1), st.integers(0, 100))
def test_draws_of_densities_have_the_half_width_that_is_told(correlation: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    held, half = classes(list(rng.uniform(-50, 100, 3))), classes([0.2, 0.1, 0.3])
    drawn = (density_draws(half, correlation, 20_000, rng) * held).sum("land_class")
    expected = float(density_half_width(held * half, correlation))
    assert 1.96 * float(drawn.std()) == pytest.approx(expected, rel=0.04)


def test_map_error_moves_no_carbon_where_densities_are_alike() -> None:
    area = classes([60.0, 40.0])
    assert float(map_error_half_width(area, classes([70.0, 70.0]), classes([0.3, 0.3]))) == pytest.approx(0.0)
