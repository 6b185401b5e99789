"""`import tanheng` on arrays: the same figures as the functions below, labelled, and one clear line where an input is wrong."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import tanheng
from tanheng.errors import InputError, UnitError

SMOOTH = np.add.outer(np.sin(np.arange(24) / 4.0), np.cos(np.arange(20) / 5.0))


#: A table whose codes are not those of the legend it is used with.
OTHER_CODES = pd.DataFrame(
    {
        "lucode": [1, 2],
        "lulc_name": ["forest", "cropland"],
        "c_above": [3.0, 2.0],
        "c_below": 0.0,
        "c_soil": 0.0,
        "c_dead": 0.0,
    }
)


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
    clusters = tanheng.local_moran(placed(SMOOTH), placed(-SMOOTH), permutations=9999)
    names = clusters["cluster"].attrs["flag_meanings"].split()
    kinds = {names[int(kind)] for kind in np.unique(clusters["cluster"])}
    assert kinds == {"not_significant", "high-low", "low-high"}
    spots = tanheng.hot_spots(np.where(both, SMOOTH, np.nan), permutations=9999)
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


def write_codes(path: Path, codes: np.ndarray, crs: str = "EPSG:32650") -> Path:
    bands = codes if codes.ndim == 3 else codes[None]
    profile = {
        "driver": "GTiff", "height": bands.shape[1], "width": bands.shape[2], "count": len(bands), "dtype": "uint8", "crs": crs,
        "transform": rasterio.Affine(30.0, 0, 500_000.0, 0, -30.0, 4_000_000.0),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(bands)
    return path


def test_a_file_that_was_written_anew_is_read_anew(tmp_path: Path) -> None:
    first = tanheng.carbon_stock(write_codes(tmp_path / "a.tif", np.ones((2, 2), np.uint8)), {1: 10.0, 2: 20.0})
    again = tanheng.carbon_stock(write_codes(tmp_path / "a.tif", np.full((3, 3), 2, np.uint8)), {1: 10.0, 2: 20.0})
    assert (first.values == 10.0).all()
    assert again.shape == (3, 3)
    assert (again.values == 20.0).all()


def test_files_of_other_places_are_not_compared(tmp_path: Path) -> None:
    codes = np.ones((2, 2), np.uint8)
    here, there = write_codes(tmp_path / "50.tif", codes), write_codes(tmp_path / "49.tif", codes, "EPSG:32649")
    with pytest.raises(InputError, match="differ in 'spatial_ref'"):
        tanheng.transitions(here, there)
    with pytest.raises(InputError, match="has 3 bands"):
        tanheng.carbon_stock(write_codes(tmp_path / "rgb.tif", np.ones((3, 2, 2), np.uint8)), {1: 1.0})
    assert "32650" in tanheng.carbon_stock(here, {1: 1.0})["spatial_ref"].attrs["crs_wkt"]


def test_what_the_array_calls_missing_is_missing() -> None:
    supply = xr.DataArray([[1.0, 2.0, -9999.0]], attrs={"_FillValue": -9999.0, "units": "t C"})
    found = tanheng.balance(supply, [[1.0, 1.0, 1.0]], demand_units="t C yr-1")
    np.testing.assert_array_equal(found.values, [[0.0, 1.0, np.nan]])


def test_rounding_of_coordinates_is_no_other_place() -> None:
    near = placed(SMOOTH).assign_coords(x=placed(SMOOTH).x + 1e-7)
    assert tanheng.correlation(placed(SMOOTH), near).r == pytest.approx(1.0)


def test_cells_outside_the_zones_have_no_demand_known() -> None:
    found = tanheng.demand(pd.Series({1: 100.0}), [[1.0, 3.0], [5.0, 5.0]], zones=[[1, 1], [2, np.nan]])
    np.testing.assert_array_equal(found.values, [[25.0, 75.0], [np.nan, np.nan]])


def test_classes_of_a_driver_are_taken_as_they_are() -> None:
    random = np.random.default_rng(5)
    codes = random.permutation(20)[np.arange(400).reshape(20, 20) // 20]
    values = random.normal(size=20)[codes] + 0.3 * random.normal(size=(20, 20))
    group = pd.Series(values.ravel()).groupby(codes.ravel())
    by_hand = 1.0 - (group.var(ddof=0) * group.size()).sum() / (values.var() * values.size)
    found = tanheng.geodetector(values, {"soil": codes}, categories=["soil"], random_maps=9)
    assert found["q"].iloc[0] == pytest.approx(by_hand)
    assert found["classes"].iloc[0] == 20
    assert found["p"].iloc[0] <= 0.2


def test_too_few_permutations_to_find_anything_are_told() -> None:
    with pytest.warns(UserWarning, match="unless 4 % of all are; take 9999"):
        tanheng.hot_spots(SMOOTH, permutations=999)


def test_one_reference_system_written_in_two_ways_is_one(tmp_path: Path) -> None:
    codes = np.ones((2, 2), np.uint8)
    ours = tanheng.carbon_stock(write_codes(tmp_path / "a.tif", codes), {1: 1.0})
    theirs = ours.copy()
    theirs["spatial_ref"] = xr.DataArray(0, attrs={"crs_wkt": pyproj.CRS(32650).to_wkt(pretty=True)})
    assert theirs["spatial_ref"].attrs != ours["spatial_ref"].attrs
    assert (tanheng.transitions(ours, theirs).to_numpy() == [[4]]).all()


def test_a_map_too_small_for_a_score_has_no_p() -> None:
    spots = tanheng.hot_spots([[1.0, 2.0], [3.0, 4.0]])
    assert all(np.isnan(spots[name].values).all() for name in ("gi_star", "p", "spot"))


def test_a_result_may_come_in_again() -> None:
    spots = tanheng.hot_spots(placed(SMOOTH).assign_coords(p=1.0))
    assert set(spots) == {"gi_star", "p", "spot"}


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
        (lambda: tanheng.plan([[np.nan]], {1: 2.0}), InputError, "no cell with a class"),
        (lambda: tanheng.plan([[1]], {1: 2.0}, at_least={1: np.nan}), InputError, "at_least: 1: nan is not a multiple"),
        (lambda: tanheng.plan([[1]], {1: 2.0}, at_most={1: -1.0}), InputError, "at_most: 1: -1.0 is not a multiple"),
        (lambda: tanheng.plan("a.toml", fixed=[3]), InputError, r"fixed: a study says this itself, in \[plan\]"),
        (
            lambda: tanheng.simulate("a.toml", to=[2050], draws=3),
            InputError,
            r"to, draws: a study says this itself, in \[simulate\]",
        ),
        (lambda: tanheng.carbon_stock([[3, 3]], {1: 2.0}), InputError, r"no density for code 3 \(2 pixels\)"),
        (lambda: tanheng.carbon_stock([[1]], {"forest": 2.0}), InputError, "name the legend"),
        (lambda: tanheng.carbon_stock([[1]], {"forrest": 2.0}, legend="clcd"), InputError, "'forrest' is not a class"),
        (lambda: tanheng.carbon_stock([[1]], {1: -2.0}), InputError, "not a density in t C/ha"),
        (lambda: tanheng.transitions([[99]], [[1]], legend="clcd"), InputError, "first: codes that the legend lacks: 99"),
        (lambda: tanheng.local_moran(SMOOTH, neighbours="king"), InputError, "neither 'queen' nor 'rook'"),
        (lambda: tanheng.geodetector(SMOOTH, {}), InputError, "drivers: give at least one"),
        (lambda: tanheng.geodetector(SMOOTH, [SMOOTH]), InputError, "drivers: give at least one"),
        (lambda: tanheng.geodetector(SMOOTH, {"a": SMOOTH}, classes=5), InputError, "classes is 5"),
        (lambda: tanheng.geodetector(SMOOTH, {"a": SMOOTH}, classes=(3, 500)), InputError, "1500 are needed for 500 classes"),
        (lambda: tanheng.geodetector(SMOOTH, {"a": SMOOTH}, categories=["b"]), InputError, "'b' is none of the drivers"),
        (lambda: tanheng.geodetector(SMOOTH, {"a": SMOOTH}, random_maps=-1), InputError, "random_maps is -1"),
        (lambda: tanheng.hot_spots(SMOOTH, false_discovery_rate=5), InputError, "share between 0 and 1"),
        (lambda: tanheng.hot_spots(SMOOTH, permutations=0), InputError, "permutations is 0"),
        (lambda: tanheng.hot_spots(SMOOTH, seed=-1), InputError, "seed is -1"),
        (lambda: tanheng.hot_spots([[1, np.nan], [np.nan, np.nan]]), InputError, "no two neighbouring cells"),
        (lambda: tanheng.correlation(placed(SMOOTH[:20]), placed(SMOOTH[:20]).T), InputError, "transpose one of them"),
        (
            lambda: tanheng.correlation(placed(SMOOTH), placed(SMOOTH).rename(y="lat", x="lon").sortby("lat")),
            InputError,
            "differ in 'y'",
        ),
        (lambda: tanheng.balance([[-9999.0, 1]], [[1, 1]], supply_units="t C"), InputError, "holds -9999 in 1 cells"),
        (lambda: tanheng.demand(1.0, [[1j]]), InputError, "holds complex128"),
        (lambda: tanheng.demand(1.0, "people.tif"), InputError, "weight is of type str; expected an array"),
        (lambda: tanheng.demand(1.0, [[1.0]], zones=[[1]]), InputError, "give emissions by zone"),
        (lambda: tanheng.demand({}, [[1.0]], zones=[[1]]), InputError, "no cell lies in zone"),
        (lambda: tanheng.demand(None, [[1.0]]), InputError, "must be numbers"),
        (lambda: tanheng.demand(1.0, [[1.0]], units="tons C yr-1"), UnitError, "'tons' may mean several"),
        (lambda: tanheng.demand(1.0, [[1.0]], units="mt C yr-1"), UnitError, "write t for 1,000 kg, Mt"),
        (
            lambda: tanheng.balance(placed(SMOOTH).assign_attrs(units="t C ha-1"), np.abs(SMOOTH), demand_units="t C yr-1"),
            InputError,
            "an amount per area; multiply it by the area of a cell",
        ),
        (
            lambda: tanheng.balance(placed(SMOOTH).assign_attrs(units="kg C"), np.abs(SMOOTH), supply_units="t C"),
            InputError,
            "says that its unit is 'kg C'",
        ),
        (lambda: tanheng.carbon_stock([[1]], {1: {"abve": 2.0}}), InputError, "'abve' is not a carbon pool"),
        (lambda: tanheng.carbon_stock([[1]], {1: {"above": -5.0, "soil": 9.0}}), InputError, "-5.0 is not a density"),
        (
            lambda: tanheng.balance([[1.0]], [[-5.0]], supply_units="t C", demand_units="t C yr-1"),
            InputError,
            "demand: 1 values are negative",
        ),
        (lambda: tanheng.carbon_stock([[1]], {1: 15_000.0}), InputError, "15000 t C/ha is above"),
        (lambda: tanheng.carbon_stock([[1]], OTHER_CODES.assign(c_soil=8200.0)), InputError, "more than any land is known"),
        (lambda: tanheng.carbon_stock([[1]], {1: None}), InputError, "None is not a density"),
        (lambda: tanheng.carbon_stock([[1e19]], {1: 2.0}), InputError, "1e[+]19 is not a code"),
        (lambda: tanheng.carbon_stock([[1]], OTHER_CODES, legend="clcd"), InputError, "code 1 is 'forest' in the table"),
        (lambda: tanheng.transitions([[1]], [[1]], pixel_area_km2=-1), InputError, "expected an area above zero"),
        (lambda: tanheng.geodetector(SMOOTH, {"flat": SMOOTH * 0}), InputError, "flat: a driver that is the same everywhere"),
        (lambda: tanheng.geodetector(SMOOTH, {"a": SMOOTH}, breaks=["jenks"]), InputError, "'jenks' is none of"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_in_one_line(call: object, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told):
        call()  # type: ignore[operator]
