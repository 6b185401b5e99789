"""Stages of land on six cells: what they find can be checked by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from stages.series import CLASSES, GRID, density, series
from tanheng.errors import AlignmentError, SelfCheckError
from tanheng.io.vectors import Polygons
from tanheng.stages.found import Found, refuse_failed
from tanheng.stages.land.change import account_change, change_table
from tanheng.stages.land.change_plausibility import analyse_change
from tanheng.stages.land.stock import account_stock
from tanheng.stages.uncertainty.input_errors import DensityErrors, density_errors
from tanheng.stages.uncertainty.map_errors import MapError
from tanheng.stages.uncertainty.totals import stock_uncertainty
from tanheng.stages.zone_layers import lay_zones, overlap_notes
from tanheng.stages.zones import account_zone_stocks
from tanheng.study import CarbonDensity, Value

PAIR = ((2000, 2010),)


def test_the_stock_of_each_cell_is_its_land_times_its_density() -> None:
    land = account_stock(series(), density())
    # Cropland 40, forest 100 t C/ha; cells of 100 ha, the last one half in the region.
    by_hand = [[4000.0, 4000.0, 7000.0], [10_000.0, 10_000.0, 2000.0]]
    assert land.stock.sel(year=2000).values.tolist() == by_hand
    table = land.tables["stock_by_class"].set_index(["year", "land_class"])
    assert table.loc[(2000, "cropland"), "area_km2"] == 3.0
    assert table["stock_t_c"].groupby("year").sum().tolist() == [37_000.0, 43_000.0]
    assert all(check.holds for check in land.found.checks)


def test_what_a_stage_is_given_stays_as_it_was() -> None:
    given = series()
    before = {year: given.share(year).copy() for year in given.years}
    land = account_stock(given, density())
    account_change(given, land, PAIR)
    for year, share in before.items():
        np.testing.assert_array_equal(given.share(year), share)


@pytest.mark.parametrize("origin", ["counted", "planned", "simulated"])
def test_a_series_is_taken_wherever_it_comes_from(origin: str) -> None:
    one = replace(series(pixel_m={}), origin=origin, scenario="" if origin == "counted" else "forest first")
    land = account_stock(one, density())
    assert float(land.stock.sel(year=2010).sum()) == 43_000.0
    assert land.support_km == 1.0
    found = analyse_change(account_change(one, land, PAIR), account_stock(series(), density()))
    assert {"intensity_interval", "change_plausibility"} <= set(found.tables)


def test_change_is_the_difference_of_the_stocks_on_the_common_land() -> None:
    land = account_stock(series(), density())
    changes = account_change(series(), land, PAIR)
    (item,) = changes.items
    assert item.total == 6000.0  # 100 ha from 40 to 100 t C/ha
    assert item.stock_change.values.tolist() == [[600.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    row = change_table(changes, land, None, Value(price=10.0, discount_rate_percent=0.0)).tables["change"].iloc[0]
    assert row["stock_change_t_c_per_yr"] == 600.0
    assert row["net_present_value"] == pytest.approx(60_000.0)
    assert row["area_share_stock_rose"] == pytest.approx(1 / 5.5)
    refuse_failed([*land.found.checks, *changes.found.checks])


def test_transitions_are_estimated_where_maps_were_not_overlaid() -> None:
    unknown = series(moved={})
    changes = account_change(unknown, account_stock(unknown, density()), PAIR)
    assert changes.items[0].total == 6000.0
    assert "estimated from shares" in changes.items[0].method


def test_land_that_is_missing_is_said_and_left_out() -> None:
    held = series()
    gone = {year: held.share(year) for year in held.years}
    gone[2010][:, 1, 0] = 0.0
    one = series(shares=gone, moved={})
    land = account_stock(one, density())
    changes = account_change(one, land, PAIR)
    assert land.tables["coverage"]["missing_km2"].tolist() == [0.0, 1.0]
    assert "2010: 1.0 km2 of the region have no land-cover data" in land.found.notes[0]
    assert changes.items[0].total == 6000.0
    assert "1.0 km2 are left out" in changes.found.notes[0]


def test_a_cell_that_holds_too_much_fails_its_check() -> None:
    held = series()
    full = {2000: held.share(2000) * 1.5, 2010: held.share(2010)}
    with pytest.raises(SelfCheckError, match="class_areas"):
        refuse_failed(account_stock(series(shares=full), density()).found.checks)


def zones() -> Polygons:
    west, north = 700_000.0, 3_900_000.0
    boxes = (
        shapely.box(west, north - 2000, west + 1500, north),
        shapely.box(west + 1500, north - 2000, west + 3000, north),
    )
    return Polygons("zones", ALBERS, boxes, ("a", "b"), ("West", "East"), 0)


ALBERS = GRID.crs


def test_zones_sum_to_the_region_by_area() -> None:
    land = account_stock(series(), density())
    layers = lay_zones({"part": zones()}, GRID, series().fraction)
    found = account_zone_stocks(layers, land)
    table = found.tables["stock_by_zone"].set_index(["year", "zone_id"])
    # West: the first column and half of the second: 4000 + 10,000 + (4000 + 10,000) / 2.
    assert table.loc[(2000, "a"), "stock_t_c"] == pytest.approx(21_000.0)
    assert table.loc[2000]["stock_t_c"].sum() == pytest.approx(37_000.0)
    assert [check.name for check in found.checks] == ["zones_part"]
    refuse_failed(found.checks)
    assert overlap_notes(layers) == []
    assert account_zone_stocks({}, land) == Found()


def test_densities_give_the_stock_of_a_zone_its_interval() -> None:
    land = account_stock(series(), density())
    layers = lay_zones({"part": zones()}, GRID, series().fraction)
    relative = xr.DataArray([0.3, 0.3], dims="land_class", coords={"land_class": list(land.classes)})
    table = account_zone_stocks(layers, land, DensityErrors(relative, 1.0, 0.0, None)).tables["stock_by_zone"]
    # Classes that err alike by 30 %: so does every sum of them.
    assert table["stock_half_width_t_c"].to_numpy() == pytest.approx(0.3 * table["stock_t_c"].to_numpy())


def test_intervals_of_stock_and_change_by_hand() -> None:
    land = account_stock(series(), density())
    changes = account_change(series(), land, PAIR)
    errors = density_errors(CarbonDensity(table="t", uncertainty={"cropland": 0.5, "forest": 0.1}), CLASSES)
    table = stock_uncertainty(land, changes, errors, MapError()).tables["stock_uncertainty"].set_index("of")
    # Cropland 300 ha and forest 250 ha in 2000; classes err independently: hypot(0.5 * 12,000, 0.1 * 25,000).
    assert table.loc["stock", "half_width_t_c"].iloc[0] == pytest.approx(np.hypot(6000.0, 2500.0))
    # 100 ha leave cropland for forest: hypot(0.5 * 4000, 0.1 * 10,000); alike they would cancel in part.
    assert table.loc["change", "half_width_t_c"] == pytest.approx(np.hypot(2000.0, 1000.0))
    assert table.loc["change", "half_width_densities_alike_t_c"] == pytest.approx(1000.0)
    assert stock_uncertainty(land, changes, None, MapError()) == Found()


def test_two_stages_may_not_find_the_same() -> None:
    one = Found({"stock": pd.DataFrame()})
    with pytest.raises(AlignmentError, match="two stages found stock"):
        _ = one + one


@given(st.floats(0.01, 100.0))
def test_stock_and_change_are_linear_in_the_density(factor: float) -> None:
    one, other = (
        account_stock(series(), density()),
        account_stock(series(), (density() * factor).assign_attrs(units="t C ha-1")),
    )
    np.testing.assert_allclose(other.stock.values, factor * one.stock.values)
    changes = [account_change(series(), land, PAIR).items[0].total for land in (one, other)]
    assert changes[1] == pytest.approx(factor * changes[0])


def test_uncertainty_by_pool_keeps_pools_apart() -> None:
    errors = density_errors(CarbonDensity(table="t", uncertainty={"above": 0.2, "soil": 0.4}), CLASSES)
    assert isinstance(errors, DensityErrors)
    assert errors.relative.sel(carbon_pool="soil").values.tolist() == [0.4, 0.4]
    assert density_errors(CarbonDensity(table="t"), CLASSES) is None
