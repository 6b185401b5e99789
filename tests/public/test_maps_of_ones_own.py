"""`import tanheng` on arrays: the same figures as the functions below, labelled, and one clear line where an input is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import tanheng
from tanheng.errors import InputError, UnitError

SMOOTH = np.add.outer(np.sin(np.arange(24) / 4.0), np.cos(np.arange(20) / 5.0))


def placed(values: np.ndarray, west: float = 0.0) -> xr.DataArray:
    rows, columns = values.shape
    return xr.DataArray(
        values, dims=("y", "x"), coords={"y": -1000.0 * np.arange(rows), "x": west + 1000.0 * np.arange(columns)}
    )


def test_all_that_is_promised_is_there() -> None:
    assert set(tanheng.__all__) <= set(dir(tanheng))
    for name in tanheng.__all__:
        assert (getattr(tanheng, name).__doc__ or "").count("Examples") == 1 or name == "hot_spots"
        assert f"tanheng.{name}(" in (tanheng.__doc__ or "")
    with pytest.raises(AttributeError, match="ran"):
        _ = tanheng.ran


def test_importing_it_loads_nothing_heavy() -> None:
    script = "import sys, tanheng; print(sorted({'numpy', 'pandas', 'xarray', 'numba', 'rasterio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_results_keep_the_coordinates_of_what_came_in() -> None:
    supply = placed(np.array([[100.0, 20.0], [np.nan, 5.0]]))
    emitted = tanheng.demand(60.0, placed(np.array([[1.0, 2.0], [9.0, 3.0]])))
    found = tanheng.balance(supply.assign_attrs(units="t C"), emitted)
    # 60 t C over 15 persons: 4 each.
    assert emitted.values.tolist() == [[4.0, 8.0], [36.0, 12.0]]
    np.testing.assert_array_equal(found.values, [[96.0, 12.0], [np.nan, -7.0]])
    assert found.equals(found.assign_coords(x=supply.x, y=supply.y))
    assert (found.attrs["units"], found.attrs["balance_mode"]) == ("t C", "stock")


def test_units_are_turned_and_what_a_flow_is_is_not_called_a_stock() -> None:
    found = tanheng.balance([[2.0]], [[500.0]], supply_units="10^3 t C yr-1", demand_units="t C yr-1")
    assert (float(found[0, 0]), found.attrs["units"], found.attrs["balance_mode"]) == (1500.0, "t C yr-1", "sink")
    assert float(tanheng.demand(2.0, [[1.0]], units="万吨碳/年")[0, 0]) == 20_000.0


@given(arrays(np.float64, (4, 5), elements=st.floats(0.0, 1e6)), st.floats(1.0, 1e9))
def test_demand_keeps_its_total(weight: np.ndarray, total: float) -> None:
    if weight.sum() < 1e-3:
        weight = weight + 1.0
    assert float(tanheng.demand(total, weight).sum()) == pytest.approx(total, rel=1e-9)


def test_demand_by_zone_stays_in_its_zone() -> None:
    found = tanheng.demand({1: 10.0, 2: 90.0}, [[1.0, 3.0], [5.0, 1.0]], zones=[[1, 1], [2, 2]])
    assert found.values.tolist() == [[2.5, 7.5], [75.0, 15.0]]


def test_a_stock_from_codes_files_tables_and_legends_is_one(tmp_path: Path) -> None:
    codes = np.array([[1, 2], [2, 0]], np.uint8)
    profile = {
        "driver": "GTiff", "height": 2, "width": 2, "count": 1, "dtype": "uint8", "nodata": 0, "crs": "EPSG:32650",
        "transform": rasterio.Affine(30.0, 0, 500_000.0, 0, -30.0, 4_000_000.0),
    }  # fmt: skip
    with rasterio.open(tmp_path / "land.tif", "w", **profile) as dataset:
        dataset.write(codes, 1)
    table = "lucode,lulc_name,c_above,c_below,c_soil,c_dead\n1,forest,50,10,80,10\n2,crop,3,1,80,0\n"
    (tmp_path / "pools.csv").write_text(table, encoding="utf-8")
    (tmp_path / "legend.csv").write_text("code,class\n0,\n1,forest\n2,crop\n", encoding="utf-8")
    expected = [[150.0, 84.0], [84.0, np.nan]]
    plain = np.where(codes > 0, codes.astype(float), np.nan)
    by_class, legend = {"forest": 150.0, "crop": {"above": 4.0, "soil": 80.0}}, tmp_path / "legend.csv"
    of_file = tanheng.carbon_stock(tmp_path / "land.tif", tmp_path / "pools.csv")
    for found in (
        of_file,
        tanheng.carbon_stock(plain, {1: 150.0, 2: 84.0}),
        tanheng.carbon_stock(codes, by_class, legend=legend),
        tanheng.carbon_stock(plain, pd.read_csv(tmp_path / "pools.csv")),
        tanheng.carbon_stock(np.ma.masked_equal(codes, 0), {1: 150.0, 2: 84.0}),
    ):
        np.testing.assert_array_equal(found.values, expected)
        assert found.attrs["units"] == "t C ha-1"
    assert of_file["x"].values.tolist() == [500_015.0, 500_045.0]
    assert of_file["y"].values.tolist() == [3_999_985.0, 3_999_955.0]


def test_transitions_are_counted_by_name_and_area() -> None:
    found = tanheng.transitions([[1, 1, 8]], [[1, 8, 8]], legend="clcd", pixel_area_km2=0.5)
    assert found.loc["cropland", "built-up"] == 0.5
    assert found.to_numpy().sum() == 1.5


def test_statistics_are_those_of_the_functions_below() -> None:
    noise = np.random.default_rng(1).normal(size=SMOOTH.shape)
    noise[:3, :3] = np.nan
    found = tanheng.correlation(placed(SMOOTH), placed(SMOOTH + noise))
    both = np.isfinite(noise)
    assert found.r == pytest.approx(np.corrcoef(SMOOTH[both], (SMOOTH + noise)[both])[0, 1])
    assert found.effective_size < found.n == int(both.sum())
    clusters = tanheng.local_moran(placed(SMOOTH), placed(-SMOOTH), permutations=199)
    names = clusters["cluster"].attrs["flag_meanings"].split()
    kinds = {names[int(kind)] for kind in np.unique(clusters["cluster"])}
    assert kinds == {"not_significant", "high-low", "low-high"}
    spots = tanheng.hot_spots(np.where(both, SMOOTH, np.nan), permutations=199)
    assert np.isnan(spots["spot"].values[~both]).all()
    at = np.unravel_index(np.nanargmax(spots["gi_star"].values), SMOOTH.shape)
    assert float(spots["spot"][at]) == 1.0


def test_a_detector_tells_the_driver_that_made_the_map_from_another() -> None:
    made = np.where(SMOOTH > 0, 1.0, 0.0) + 0.1 * np.random.default_rng(2).normal(size=SMOOTH.shape)
    other = np.random.default_rng(3).normal(size=SMOOTH.shape)
    found = tanheng.geodetector(made, {"other": other, "smooth": SMOOTH}, random_maps=19)
    assert found["driver"].tolist() == ["smooth", "other"]
    assert found["q"].iloc[0] > 0.8
    assert found["q"].iloc[1] < 0.2
    assert found["p"].iloc[0] <= 0.1


@pytest.mark.parametrize(
    ("call", "error", "told"),
    [
        (lambda: tanheng.balance([1.0], [[1.0]]), InputError, r"supply has shape \(1,\)"),
        (lambda: tanheng.balance([[1.0]], [[1.0]]), InputError, "supply has no units: give supply_units"),
        (
            lambda: tanheng.balance([[1.0]], [[1.0]], supply_units="t C", demand_units="t CO2 yr-1"),
            UnitError,
            "differ by 44/12",
        ),
        (lambda: tanheng.balance([[1.0]], [[1.0, 2.0]]), InputError, "both must lie on the same cells"),
        (
            lambda: tanheng.correlation(placed(SMOOTH), placed(SMOOTH, west=500.0)),
            InputError,
            "first and second differ in 'x'",
        ),
        (lambda: tanheng.demand(1.0, [[0.0, np.nan]]), InputError, "nothing to spread by in the region"),
        (lambda: tanheng.demand(1.0, [[-1.0]]), InputError, "1 values are negative"),
        (lambda: tanheng.demand(-1.0, [[1.0]]), InputError, "not negative"),
        (lambda: tanheng.demand(1.0, [["many"]]), InputError, "weight holds <U4; expected numbers"),
        (lambda: tanheng.demand(1.0, [[np.inf]]), InputError, "weight holds infinity"),
        (lambda: tanheng.demand(1.0, [[1.0], [1.0, 2.0]]), InputError, "rows differ in length"),
        (lambda: tanheng.demand({1: 2.0}, [[1.0]]), InputError, "say which zone each cell is in"),
        (lambda: tanheng.demand({7: 2.0}, [[1.0]], zones=[[1]]), InputError, "no cell lies in zone 7"),
        (lambda: tanheng.carbon_stock([[1.5]], {1: 2.0}), InputError, "1.5 is not a code"),
        (lambda: tanheng.carbon_stock([[3, 3]], {1: 2.0}), InputError, r"no density for code 3 \(2 pixels\)"),
        (lambda: tanheng.carbon_stock([[1]], {"forest": 2.0}), InputError, "name the legend"),
        (lambda: tanheng.carbon_stock([[1]], {"forrest": 2.0}, legend="clcd"), InputError, "'forrest' is no class"),
        (lambda: tanheng.carbon_stock([[1]], {1: -2.0}), InputError, "no density in t C/ha"),
        (lambda: tanheng.transitions([[99]], [[1]], legend="clcd"), InputError, "first: codes that the legend lacks: 99"),
        (lambda: tanheng.local_moran(SMOOTH, neighbours="king"), InputError, "neither 'queen' nor 'rook'"),
        (lambda: tanheng.geodetector(SMOOTH, {}), InputError, "drivers: none"),
        (lambda: tanheng.geodetector(SMOOTH, {"flat": SMOOTH * 0}), InputError, "flat: a driver that is the same everywhere"),
        (lambda: tanheng.geodetector(SMOOTH, {"a": SMOOTH}, breaks=["jenks"]), InputError, "'jenks' is none of"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_in_one_line(call: object, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call()  # type: ignore[operator]
