"""Emissions, demand, balance and statistics as stages on small arrays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from conftest import write_map
from stages.series import GRID, density, series
from tanheng.errors import InputError
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.inputs.drivers import DriverInputs
from tanheng.inputs.emission.demand import DemandInputs
from tanheng.inputs.emission.emissions import EmissionInputs
from tanheng.io.rasters import files_open, open_raster
from tanheng.io.vectors import Polygons
from tanheng.stages.balance import account_balance, balance_table, supply_of
from tanheng.stages.drivers import driver_variables, lay_drivers
from tanheng.stages.emission.demand import CellDemand, account_demand
from tanheng.stages.emission.emissions import account_emissions
from tanheng.stages.found import refuse_failed
from tanheng.stages.land.change import account_change
from tanheng.stages.land.stock import Land, account_stock
from tanheng.stages.statistics.analyses import analyse_cells, analyse_drivers
from tanheng.stages.zone_layers import lay_zones
from tanheng.study import Analysis, BalanceChoice, Demand, Driver, EmissionsChoice

YEARS = (2000, 2010)
EMISSIONS = pd.DataFrame({"year": [2000, 2010], "zone": "", "sector": "", "emissions_t_c": [60.0, 120.0]})


@pytest.fixture
def land() -> Land:
    return account_stock(series(), density())


def demand_inputs(folder: Path, **settings: object) -> DemandInputs:
    """One person in each whole cell, two where the cell is half in the region: the map was not cut."""
    write_map(folder / "people.tif", [[1, 1, 1], [1, 1, 2]], dtype="float32", nodata=-1)
    raster = open_raster(str(folder / "people.tif"))
    population = dict.fromkeys(YEARS, raster)
    return DemandInputs(YEARS, Demand(**settings), population, "density", "", None, None, {})


@pytest.fixture
def demands(land: Land, tmp_path: Path) -> CellDemand:
    with files_open():
        return account_demand(demand_inputs(tmp_path), land, EMISSIONS, {})


def test_demand_goes_where_people_are(demands: CellDemand) -> None:
    # 5 + 2 * 0.5 = 6 persons, 60 t C: 10 each.
    assert demands.demand.sel(year=2000).values == pytest.approx(np.full((2, 3), 10.0))
    assert demands.population.sel(year=2000).values.tolist() == [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    assert demands.closure == {2000: pytest.approx(1.0), 2010: pytest.approx(1.0)}
    refuse_failed(demands.found.checks)


def test_a_weight_may_be_a_class(land: Land, tmp_path: Path) -> None:
    with files_open():
        found = account_demand(demand_inputs(tmp_path, weights=[{"by": {"cropland": 1}}]), land, EMISSIONS, {})
    # Cropland is 1, 1, 0.5 and, in the region's half of the last cell, 0.5.
    assert found.demand.sel(year=2000).values == pytest.approx(np.array([[20.0, 20.0, 10.0], [0.0, 0.0, 10.0]]))


def test_a_unit_without_a_weight_is_refused_where_that_is_an_error(land: Land, tmp_path: Path) -> None:
    write_map(tmp_path / "none.tif", [[0, 0, 0], [0, 0, 0]], dtype="float32", nodata=-1)
    with files_open():
        raster = open_raster(str(tmp_path / "none.tif"))
        given = DemandInputs(
            YEARS, Demand(without_weight="error"), dict.fromkeys(YEARS, raster), "density", "", None, None, {}
        )
        with pytest.raises(InputError, match="zero or missing everywhere in the region"):
            account_demand(given, land, EMISSIONS, {})
        even = DemandInputs(YEARS, Demand(), dict.fromkeys(YEARS, raster), "density", "", None, None, {})
        found = account_demand(even, land, EMISSIONS, {})
    assert found.demand.sel(year=2000).values == pytest.approx(np.array([[1, 1, 1], [1, 1, 0.5]]) * 60 / 5.5)
    assert "spread evenly by area" in found.found.notes[0]


def test_people_in_no_zone_are_told_where_all_emissions_are_those_of_zones(land: Land, tmp_path: Path) -> None:
    """Two of six persons live east of the only zone; zones that overlap lie in the region as a whole all the same."""
    west, north = 700_000.0, 3_900_000.0
    inside = shapely.box(west, north - 2000, west + 2000, north)
    again = shapely.box(west + 1000, north - 2000, west + 2000, north)
    zones = Polygons("zones", GRID.crs, (inside, again), ("a", "b"), ("West", "Middle"), 0)
    layers = lay_zones({"part": zones}, GRID, series().fraction)
    by_zone = EMISSIONS.assign(zone="a")
    with files_open():
        given = replace(demand_inputs(tmp_path), zone_layer="part")
        found = account_demand(given, land, by_zone, layers)
        rest = account_demand(given, land, pd.concat([by_zone, EMISSIONS], ignore_index=True), layers)
    notes = [str(note) for note in found.found.notes]
    assert any("2 persons (33 % of the region) live in no zone of 'part'" in note for note in notes)
    assert not any("of this zone lies in the region" in note for note in notes)
    assert not any("live in no zone" in str(note) for note in rest.found.notes)


@pytest.mark.parametrize(("mode", "supply"), [("stock", 37_000.0), ("stock_change", 600.0)])
def test_the_balance_is_supply_minus_demand(land: Land, demands: CellDemand, mode: str, supply: float) -> None:
    given = BalanceInputs(BalanceChoice(mode=mode), None, {})
    changes = account_change(series(), land, ((2000, 2010),))
    compared = account_balance(given, land, supply_of(given, land, changes), demands)
    year = compared.years[0]
    assert compared.years == (YEARS if mode == "stock" else (2010,))
    table = balance_table(compared, land, demands, "year").set_index("year")
    unit = "t_c" if mode == "stock" else "t_c_per_yr"
    emitted = 60.0 if year == 2000 else 120.0
    assert table.loc[year, f"balance_{unit}"] == pytest.approx(supply - emitted)
    whole = compared.balance.sel(year=year) + compared.demand.sel(year=year)
    xr.testing.assert_allclose(whole, compared.supply.sel(year=year))


def test_uptake_by_class_is_the_supply_of_mode_sink(land: Land) -> None:
    given = BalanceInputs(BalanceChoice(mode="sink", uptake="u.csv"), {"cropland": 0.0, "forest": 2.0}, {})
    supply = supply_of(given, land, account_change(series(), land, ((2000, 2010),)))
    # 2.5 cells of forest, 100 ha each, 2 t C a hectare and year.
    assert float(supply.sel(year=2000).sum()) == pytest.approx(500.0)


def test_totals_become_dioxide_and_keep_their_rows() -> None:
    given = EmissionInputs(YEARS, EmissionsChoice(totals="t.csv", totals_uncertainty=0.1), totals=EMISSIONS)
    account = account_emissions(given)
    assert account.emissions["emissions_t_co2"].tolist() == pytest.approx([220.0, 440.0])
    table = account.found.tables["emission_uncertainty"]
    assert table.loc[table["of"] == "total", "half_width_approach_1"].tolist() == pytest.approx([0.1, 0.1])
    assert "emissions_t_co2" not in EMISSIONS


def test_a_table_by_zone_is_a_driver_and_correlates_with_itself(
    land: Land, demands: CellDemand, tmp_path: Path
) -> None:
    write_map(tmp_path / "height.tif", [[1, 2, 3], [4, 5, 6]], dtype="float32", nodata=-1)
    with files_open():
        rasters = dict.fromkeys(YEARS, open_raster(str(tmp_path / "height.tif")))
        driver = DriverInputs("height", Driver(map="height.tif", units="m", scale=2.0), rasters)
        drivers = lay_drivers((driver,), land, demands, {})
    assert [item.name for item in drivers] == ["height", "population_density"]
    assert drivers[0].values.values.tolist() == [[2.0, 4.0, 6.0], [8.0, 10.0, 12.0]]
    assert list(driver_variables(drivers, demands).variables) == ["driver_height"]
    given = BalanceInputs(BalanceChoice(), None, {})
    changes = account_change(series(), land, ((2000, 2010),))
    supply = supply_of(given, land, changes)
    compared = account_balance(given, land, supply, demands)
    steps: list[tuple[int, int]] = []
    settings = Analysis(correlation=("pearson",), permutations=99)
    found = analyse_drivers(settings, land, supply, compared, demands, drivers, lambda *at: steps.append(at))
    assert set(found.tables["correlation"]["driver"]) == {"height", "population_density"}
    assert steps[-1][0] == steps[-1][1]
    refuse_failed(found.checks)
    cells = analyse_cells(settings, land, compared, {}, lambda *_: None)
    assert cells.tables["mismatch"].groupby("year")["cells"].sum().tolist() == [6, 6]
    assert cells.tables["mismatch"].groupby("year")["area_km2"].sum().tolist() == pytest.approx([5.5, 5.5])
    assert cells.variables["mismatch_quadrant"].shape == (2, *GRID.shape)
