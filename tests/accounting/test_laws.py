"""Laws that hold for any figures."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from tanheng.accounting import (
    allocate,
    balance,
    carbon_stock,
    net_present_value,
    normalised_difference,
    supply_demand_ratio,
    supply_per_demand,
    transitions_from_shares,
)
from tanheng.accounting.summaries import zone_weights
from tanheng.analysis import identity_gap, pearson
from tanheng.errors import InputError, UnitError
from tanheng.schema import VARIABLES, stamp

CLASSES = ["a", "b", "c"]
fraction = st.floats(0, 1, allow_subnormal=False)


def shares(values: np.ndarray) -> xr.DataArray:
    return stamp(
        xr.DataArray(values[None], dims=("year", "land_class", "y", "x"), coords={"land_class": CLASSES}), "land_share"
    )


def densities(values: np.ndarray) -> xr.DataArray:
    return stamp(
        xr.DataArray(values[None], dims=("year", "land_class", "carbon_pool"), coords={"land_class": CLASSES}),
        "carbon_density",
    )


@given(
    arrays(float, (3, 2, 2), elements=fraction), arrays(float, (3, 4), elements=st.floats(0, 500)), st.floats(0.1, 1e4)
)
def test_twice_the_area_holds_twice_the_carbon(share: np.ndarray, density: np.ndarray, area: float) -> None:
    one = carbon_stock(shares(share), densities(density), area)
    two = carbon_stock(shares(share), densities(density), 2 * area)
    np.testing.assert_allclose(two, 2 * one, rtol=1e-12)


def test_stock_needs_units_and_the_same_classes() -> None:
    share, density = shares(np.full((3, 1, 1), 0.1)), densities(np.ones((3, 4)))
    with pytest.raises(UnitError, match="must be in 't C ha-1', got 'kg'"):
        carbon_stock(share, density.assign_attrs(units="kg"), 1.0)
    with pytest.raises(ValueError, match="exact"):
        carbon_stock(share, density.assign_coords(land_class=["a", "b", "d"]), 1.0)


@given(arrays(float, (3, 2, 2), elements=fraction), arrays(float, (3, 2, 2), elements=fraction))
def test_estimated_transitions_have_the_shares_as_margins(first: np.ndarray, last: np.ndarray) -> None:
    a, b = (xr.DataArray(v, dims=("land_class", "y", "x"), coords={"land_class": CLASSES}) for v in (first, last))
    moved = transitions_from_shares(a, b)
    both = np.minimum(first.sum(0), last.sum(0))
    assert float(moved.min()) >= -1e-15
    for total, dim, values in ((first.sum(0), "to_class", first), (last.sum(0), "from_class", last)):
        scaled = values * np.divide(both, total, out=np.zeros_like(total), where=total > 0)
        np.testing.assert_allclose(moved.sum(dim), scaled, atol=1e-12)


@given(
    arrays(float, 6, elements=st.floats(0, 1e6)),
    arrays(float, (3, 6), elements=fraction),
    arrays(float, 3, elements=st.floats(0, 1e9)),
)
def test_allocation_keeps_every_total(weight: np.ndarray, cover: np.ndarray, totals: np.ndarray) -> None:
    cover = cover + 0.01
    demand, by_area = allocate(totals, weight, sparse.csr_matrix(cover))
    assert demand.sum() == pytest.approx(totals.sum(), rel=1e-12, abs=1e-9)
    assert (demand >= 0).all()
    if weight.sum() == 0:
        assert len(by_area) == int((totals > 0).sum())


def test_a_unit_without_cells_is_refused() -> None:
    with pytest.raises(InputError, match="cover no cell"):
        allocate(np.array([1.0]), np.array([1.0, 1.0]), sparse.csr_matrix((1, 2)))


@given(arrays(float, (3, 8), elements=fraction), arrays(float, 8, elements=fraction))
def test_zones_and_what_is_outside_make_up_each_cell(cover: np.ndarray, part: np.ndarray) -> None:
    weights = zone_weights(sparse.csr_matrix(cover), part)
    np.testing.assert_allclose(np.asarray(weights.sum(axis=0)).ravel(), (part > 0).astype(float), atol=1e-12)
    assert weights.min() >= 0


def pair(seed: int) -> tuple[xr.DataArray, xr.DataArray]:
    random = np.random.default_rng(seed)
    supply = xr.DataArray(random.gamma(2, 100, (2, 3, 4)), dims=("year", "y", "x"), coords={"year": [2000, 2010]})
    demand = xr.DataArray(random.gamma(0.5, 50, (2, 3, 4)), dims=("year", "y", "x"), coords={"year": [2000, 2010]})
    return stamp(supply, "supply", "stock"), stamp(demand, "demand")


def test_ratio_by_each_norm() -> None:
    supply, demand = pair(1)
    gap = balance(supply, demand, "stock").values
    by_year = supply_demand_ratio(supply, demand, "stock", "year").values
    for number in range(2):
        half = (supply.values[number].max() + demand.values[number].max()) / 2
        np.testing.assert_allclose(by_year[number], gap[number] / half, rtol=1e-12)
    pooled = supply_demand_ratio(supply, demand, "stock", "pooled").values
    np.testing.assert_allclose(pooled, gap / ((supply.values.max() + demand.values.max()) / 2), rtol=1e-12)
    robust = supply_demand_ratio(supply, demand, "stock", "p99").values
    high = (np.percentile(supply.values, 99) + np.percentile(demand.values, 99)) / 2
    np.testing.assert_allclose(robust, gap / high, rtol=1e-12)


def test_quotients_are_undefined_where_demand_is_nothing() -> None:
    supply, demand = pair(2)
    demand[0, 0, 0] = 0.0
    assert np.isnan(supply_per_demand(supply, demand, "stock")[0, 0, 0])
    assert float(normalised_difference(supply, demand, "stock")[0, 0, 0]) == 1.0


def test_a_ratio_of_nothing_is_refused() -> None:
    supply, demand = pair(3)
    with pytest.raises(InputError, match="undefined"):
        supply_demand_ratio(stamp(supply * 0, "supply", "stock"), stamp(demand * 0, "demand"), "stock")


@given(st.integers(0, 10_000))
def test_correlation_of_the_ratio_follows_from_its_parts(seed: int) -> None:
    supply, demand = (item.values[0].ravel() for item in pair(seed))
    driver = np.random.default_rng(seed + 1).normal(size=supply.size)
    assert identity_gap(supply, demand, (supply - demand) / 77.0, driver) < 1e-9


def test_correlation_of_what_does_not_vary_is_undefined() -> None:
    r, n = pearson(np.ones(10), np.arange(10.0))
    assert np.isnan(r)
    assert n == 10
    assert np.isnan(pearson(np.arange(2.0), np.arange(2.0))[0])


def test_value_without_discount_is_price_times_change() -> None:
    assert net_present_value(-20.0, 10, 43.0, 0.0, 0.0) == pytest.approx(-860.0, rel=1e-12)


def test_every_variable_has_units_and_meaning() -> None:
    for variable in VARIABLES.values():
        assert variable.units
        assert variable.long_name
