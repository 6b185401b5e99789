"""Simulation from maps alone and in a study: files, exact demand, bad input, and one whole chain."""

from __future__ import annotations

import gc
import json
import tempfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import rasterio
import shapely
from scipy import ndimage

from conftest import NORTH, WEST, write_map, write_zones, zone
from simulation.maps import smooth
from tanheng.errors import InputError, StudyError
from tanheng.grid import ALBERS_CHINA
from tanheng.land.pools import Threads
from tanheng.pipeline.check import check_file
from tanheng.pipeline.run import run_study
from tanheng.pipeline.simulation.maps import SimulationRequest, open_request, simulate_maps
from tanheng.pipeline.simulation.result import Simulation
from tanheng.pipeline.simulation.study import simulate_study
from tanheng.simulation.demand_spread import DemandStep, RateErrors, demand_spread
from tanheng.stages.simulation.demand_spread import LandDemandErrors
from tanheng.stages.simulation.ensemble import Ensemble
from tanheng.stages.simulation.future import schedule_of
from tanheng.study.simulate import Simulate

SHAPE = (60, 80)
YEARS = (2000, 2010, 2020)


def maps_of(folder: Path, years: tuple[int, ...] = YEARS) -> tuple[str, ...]:
    """Maps of three classes (codes 1, 2 and 5) on which forest becomes built-up near it and where it is high."""
    height = smooth(11, SHAPE)
    land = np.choose(np.argmax([smooth(n, SHAPE) for n in range(3)], axis=0), [1, 2, 5]).astype(np.uint8)
    land[:6, :9] = 0
    random = np.random.default_rng(5)
    found = []
    for year in years:
        write_map(folder / f"land_{year}.tif", land)
        found.append(str(folder / f"land_{year}.tif"))
        grown = (land == 2) & (random.random(SHAPE) < 0.25 / (1 + np.exp(-4 * (height - 0.5))))
        cut = (land == 1) & (random.random(SHAPE) < 0.05)
        land = np.where(grown, 5, np.where(cut, 2, land)).astype(np.uint8)
    write_map(folder / "height.tif", height, dtype="float32", nodata=-9)
    return tuple(found)


def request(folder: Path, **more: object) -> SimulationRequest:
    chosen = {"to": (2030, 2035), "draws": 3, "scenarios": False} | dict(more.pop("settings", {}))  # type: ignore[call-overload]
    maps = more.pop("maps", None) or maps_of(folder)
    options = {"years": YEARS, "drivers": (str(folder / "height.tif"),), **more}
    return SimulationRequest(maps, settings=Simulate(**chosen), **options)  # type: ignore[arg-type]


def codes(path: Path) -> np.ndarray:
    with rasterio.open(path) as dataset:
        return dataset.read(1)


def cells(array: np.ndarray) -> list[int]:
    return [int((array == code).sum()) for code in (1, 2, 5)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Simulation]:
    folder = tmp_path_factory.mktemp("simulation")
    return folder, simulate_maps(request(folder), folder / "out")


def test_files_and_columns_are_those_that_are_promised(made: tuple[Path, Simulation]) -> None:
    out = made[0] / "out"
    names = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    assert {
        "grids/land_use_2030.tif", "grids/land_use_2035.tif", "grids/probability_5_2035.tif", "tables/demand.csv",
        "tables/validation.csv", "tables/drivers.csv", "report.html", "run.json", "tables.xlsx", "maps/hits.png",
    } <= names  # fmt: skip
    validation = pd.read_csv(out / "tables" / "validation.csv")
    assert list(validation)[:7] == [
        "model", "resolution_cells", "hits", "misses", "false_alarms", "wrong_hits", "figure_of_merit",
    ]  # fmt: skip
    assert list(pd.read_csv(out / "tables" / "demand.csv")) == ["year", "class", "asked_km2", "simulated_km2"]
    assert json.loads((out / "run.json").read_text(encoding="utf-8"))["held_out"] == "dates"


def test_maps_have_the_codes_and_cells_of_the_last_one(made: tuple[Path, Simulation]) -> None:
    folder, found = made
    last = codes(folder / "land_2020.tif")
    with rasterio.open(folder / "land_2020.tif") as one, rasterio.open(folder / "out/grids/land_use_2035.tif") as other:
        assert (one.transform, one.crs, one.dtypes, one.nodata) == (
            other.transform,
            other.crs,
            other.dtypes,
            other.nodata,
        )
    simulated = codes(folder / "out" / "grids" / "land_use_2035.tif")
    assert ((last == 0) == (simulated == 0)).all()
    areas = found.tables["demand"].set_index(["year", "class"])["simulated_km2"]
    assert [areas[2035, name] for name in ("1", "2", "5")] == pytest.approx(cells(simulated))


def test_demand_is_a_markov_chain_met_to_the_cell(made: tuple[Path, Simulation]) -> None:
    folder, found = made
    before, last = codes(folder / "land_2010.tif"), codes(folder / "land_2020.tif")
    chain = np.array(
        [[((before == i) & (last == j)).sum() / max((before == i).sum(), 1) for j in (1, 2, 5)] for i in (1, 2, 5)]
    )
    expected = np.array(cells(last)) @ chain
    assert np.abs(np.array(cells(codes(folder / "out/grids/land_use_2030.tif"))) - expected).max() < 2
    table = found.tables["demand"]
    assert (table["asked_km2"] - table["simulated_km2"]).abs().max() < 1e-9


def test_probabilities_sum_to_one_and_follow_the_draws(made: tuple[Path, Simulation]) -> None:
    grids = made[0] / "out" / "grids"
    parts = np.stack([codes(grids / f"probability_{name}_2030.tif") for name in (1, 2, 5)])
    inside = codes(grids / "land_use_2030.tif") != 0
    np.testing.assert_allclose(parts[:, inside].sum(axis=0), 1.0, atol=1e-6)
    assert np.isnan(parts[:, ~inside]).all()
    assert set(np.unique(np.rint(parts[:, inside] * 3))) <= {0, 1, 2, 3}


def test_the_model_beats_its_nulls_where_a_rule_was_planted(made: tuple[Path, Simulation]) -> None:
    table = (
        made[1].tables["validation"].pivot_table(index="resolution_cells", columns="model", values="figure_of_merit")
    )
    # One block of 128 cells holds the whole map, where every model that meets the demand agrees.
    assert (table["draw"] > table["random"])[table.index < 128].all()
    assert made[1].record["below_null"] == []
    assert (table["no change"] == 0).all()
    assert table.loc[1, "best"] > table.loc[1, "random"]


def test_threads_change_nothing(tmp_path: Path, made: tuple[Path, Simulation]) -> None:
    simulate_maps(request(tmp_path), tmp_path / "out", work=Threads(2))
    for name in ("land_use_2030.tif", "land_use_2035.tif"):
        np.testing.assert_array_equal(codes(tmp_path / "out/grids" / name), codes(made[0] / "out/grids" / name))


def test_conversions_of_a_table_are_exact(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(
        "year,from_class,to_class,area_km2\n2030,2,5,37\n2030,1,2,11\n", encoding="utf-8"
    )
    asked = request(
        tmp_path, settings={"to": (2030,), "mode": "best", "draws": 1, "demand": str(tmp_path / "demand.csv")}
    )
    simulate_maps(asked, tmp_path / "out")
    last, after = codes(tmp_path / "land_2020.tif"), codes(tmp_path / "out/grids/land_use_2030.tif")
    assert ((last == 2) & (after == 5)).sum() == 37
    assert ((last == 1) & (after == 2)).sum() == 11
    assert (last != after).sum() == 48


def test_areas_of_a_table_are_met_in_each_scenario_and_zone(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    half = WEST + 40_000
    bottom = NORTH - 60_000
    write_zones(
        tmp_path / "zones.gpkg",
        [zone("w", "西", WEST, bottom, half, NORTH), zone("e", "东", half, bottom, WEST + 80_000, NORTH)],
    )
    last = codes(Path(maps[-1]))
    rows = ["year,scenario,zone,class,area_km2"]
    for scenario, more in (("slow", 5), ("fast", 25)):
        # Zones by the number of a row, by an id and by a name.
        for name, part in (("1", last[:, :40]), ("e" if scenario == "slow" else "东", last[:, 40:])):
            one, two, five = cells(part)
            rows += [f"2030,{scenario},{name},{k},{a}" for k, a in ((1, one), (2, two - more), (5, five + more))]
    (tmp_path / "demand.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    settings = {"to": (2030,), "draws": 2, "demand": str(tmp_path / "demand.csv")}
    found = simulate_maps(
        request(tmp_path, maps=maps, zones=tmp_path / "zones.gpkg", settings=settings), tmp_path / "out"
    )
    for scenario, more in (("slow", 5), ("fast", 25)):
        after = codes(tmp_path / f"out/grids/land_use_2030_{scenario}.tif")
        for columns in (slice(0, 40), slice(40, 80)):
            one, two, five = cells(last[:, columns])
            assert cells(after[:, columns]) == [one, two - more, five + more]
    assert set(found.tables["demand"]["scenario"]) == {"slow", "fast"}
    assert len(found.tables["demand_by_zone"]) == 12


def test_two_maps_are_scored_on_blocks_that_were_held_out(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)[1:]
    found = simulate_maps(request(tmp_path, maps=maps, years=YEARS[1:], settings={"to": (2030,)}), tmp_path / "out")
    assert found.record["held_out"] == "blocks"
    table = found.tables["validation"].set_index(["model", "resolution_cells"])
    changed = float((codes(Path(maps[0])) != codes(Path(maps[1]))).sum())
    best = table.loc[("best", 1)]
    assert best["hits"] + best["misses"] + best["wrong_hits"] == changed
    assert best["hits"] + best["false_alarms"] + best["wrong_hits"] == changed


def test_drivers_in_another_crs_are_laid_on_the_cells(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    same = simulate_maps(
        request(tmp_path, maps=maps, settings={"to": (2030,), "mode": "best", "draws": 1}), tmp_path / "one"
    )
    # The same surface at the middles of cells of 0.005 degrees.
    degrees, albers = pyproj.CRS(4326), pyproj.CRS.from_wkt(ALBERS_CHINA.to_wkt())
    with rasterio.open(tmp_path / "height.tif") as source:
        height, place = source.read(1), ~source.transform
    longitude, latitude = np.meshgrid(np.arange(112.8, 113.95, 0.005), np.arange(36.3, 35.55, -0.005))
    x, y = pyproj.Transformer.from_crs(degrees, albers, always_xy=True).transform(longitude, latitude)
    column, row = place.a * x + place.c, place.e * y + place.f
    surface = ndimage.map_coordinates(height, [row - 0.5, column - 0.5], order=1, mode="nearest")
    write_map(
        tmp_path / "degrees.tif",
        surface,
        dtype="float32",
        nodata=-9,
        crs=degrees,
        pixel=0.005,
        west=112.7975,
        north=36.3025,
    )
    moved = simulate_maps(
        request(
            tmp_path,
            maps=maps,
            drivers=(str(tmp_path / "degrees.tif"),),
            settings={"to": (2030,), "mode": "best", "draws": 1},
        ),
        tmp_path / "two",
    )
    one, other = (
        item.tables["validation"].set_index(["model", "resolution_cells"])["figure_of_merit"] for item in (same, moved)
    )
    assert other["draw", 1] == pytest.approx(one["draw", 1], abs=0.05)
    first, second = codes(tmp_path / "one/grids/land_use_2030.tif"), codes(tmp_path / "two/grids/land_use_2030.tif")
    assert (first == second).mean() > 0.97


def test_distances_to_features_are_true_metres(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    road = shapely.LineString([(WEST + 10_500, NORTH), (WEST + 10_500, NORTH - 60_000)])
    pyogrio.raw.write(
        tmp_path / "roads.gpkg", np.array([road.wkb], object), [np.array(["a"], object)], ["name"], crs=ALBERS_CHINA.to_wkt(),
        geometry_type="LineString", driver="GPKG",
    )  # fmt: skip
    asked = request(tmp_path, maps=maps, drivers=(str(tmp_path / "roads.gpkg"),), settings={"to": (2030,), "draws": 1})
    inputs, _ = open_request(asked)
    driver = inputs.drivers[0]
    # The line runs in the eleventh column; sixteen columns on it is 16 km on the map, which this projection draws 1.8 % too short here.
    assert driver.name == "distance to roads"
    assert driver.levels[driver.codes[30, 26]] == pytest.approx(16_000 * 1.018, rel=0.002)
    assert driver.levels[driver.codes[:, 10]].max() == 0


def test_features_around_the_map_are_near_as_well(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    roads = [shapely.LineString([(WEST + at, NORTH), (WEST + at, NORTH - 60_000)]) for at in (-1_500, 70_500)]
    pyogrio.raw.write(
        tmp_path / "roads.gpkg", np.array([road.wkb for road in roads], object), [np.array(["a", "b"], object)], ["name"],
        crs=ALBERS_CHINA.to_wkt(), geometry_type="LineString", driver="GPKG",
    )  # fmt: skip
    inputs, _ = open_request(request(tmp_path, maps=maps, drivers=(str(tmp_path / "roads.gpkg"),)))
    driver = inputs.drivers[0]
    # The western one runs two columns beyond the map: that is nearer than the eastern one, 70 km off.
    assert driver.levels[driver.codes[30, 0]] == pytest.approx(2_000, rel=0.03)


@pytest.mark.parametrize("mode", ["best", "patches"])
def test_other_modes_meet_demand_as_well(tmp_path: Path, mode: str) -> None:
    settings = {"to": (2030,), "mode": mode, "draws": 1 if mode == "best" else 2}
    found = simulate_maps(request(tmp_path, settings=settings), tmp_path / "out")
    table = found.tables["demand"]
    assert (table["asked_km2"] - table["simulated_km2"]).abs().max() < 1e-9
    assert mode in set(found.tables["validation"]["model"])


def test_carbon_is_area_times_density(tmp_path: Path) -> None:
    (tmp_path / "pools.csv").write_text(
        "class,above,below,soil,dead\n1,1,0,10,0\n2,30,5,60,5\n5,0,0,40,0\n", encoding="utf-8"
    )
    found = simulate_maps(
        request(tmp_path, densities=str(tmp_path / "pools.csv"), settings={"to": (2030,)}), tmp_path / "out"
    )
    table = found.tables["carbon"].set_index(["year", "class"])
    after = cells(codes(tmp_path / "out/grids/land_use_2030.tif"))
    # Cells of 1 km2 have 100 ha; class 2 holds 100 t C/ha.
    assert table.loc[(2030, "2"), "stock_t_c"] == pytest.approx(after[1] * 100 * 100, rel=1e-6)


# Bad input: each gets its message before the long work.


def fails(folder: Path, message: str, **more: object) -> None:
    with pytest.raises(InputError, match=message):
        simulate_maps(request(folder, **more), folder / "out")
    assert not (folder / "out").exists()


def test_maps_out_of_order_are_refused(tmp_path: Path) -> None:
    fails(tmp_path, r"land_2010.tif is of 2005, which is not after 2015", years=(2015, 2005, 2020))


def test_years_before_the_last_map_are_refused(tmp_path: Path) -> None:
    fails(tmp_path, "2019 is not after the last map, of 2020", settings={"to": (2019,)})


def test_a_class_that_one_map_lacks_is_named_with_its_area(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    first = codes(Path(maps[0]))
    write_map(Path(maps[0]), np.where(first == 5, 2, first))
    fails(tmp_path, r"2000 has no land of class '5', 20\d0 has .* km2", maps=maps)


def test_constant_drivers_and_drivers_elsewhere_are_named(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    write_map(tmp_path / "flat.tif", np.ones(SHAPE), dtype="float32", nodata=-9)
    write_map(tmp_path / "gone.tif", smooth(1, SHAPE), dtype="float32", nodata=-9, west=WEST + 9e5)
    drivers = tuple(str(tmp_path / name) for name in ("flat.tif", "gone.tif"))
    with pytest.raises(StudyError) as caught:
        simulate_maps(request(tmp_path, maps=maps, drivers=drivers), tmp_path / "out")
    assert "the same value, 1, all over" in str(caught.value)
    assert "has no data where the land map has" in str(caught.value)


def test_gaps_of_a_driver_are_told_in_km2(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    height = smooth(11, SHAPE)
    height[30:40, 20:30] = -9
    write_map(tmp_path / "height.tif", height, dtype="float32", nodata=-9)
    found = simulate_maps(request(tmp_path, maps=maps, settings={"to": (2030,)}), tmp_path / "out")
    assert any("no data in 100.00 km2" in note for note in found.notes)


def test_change_that_was_never_seen_cant_be_demanded(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    one, two, five = cells(codes(Path(maps[-1])))
    text = f"year,class,area_km2\n2030,1,{one + 50}\n2030,2,{two - 50}\n2030,5,{five}\n"
    (tmp_path / "demand.csv").write_text(text, encoding="utf-8")
    settings = {"to": (2030,), "demand": str(tmp_path / "demand.csv")}
    fails(tmp_path, "'1' should grow, but no allowed conversion to it was observed", maps=maps, settings=settings)


def test_too_few_changed_cells_are_counted_and_a_fallback_is_taken_only_when_asked_for(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    (tmp_path / "demand.csv").write_text("year,from_class,to_class,area_km2\n2030,5,1,30\n", encoding="utf-8")
    settings = {"to": (2030,), "draws": 1, "demand": str(tmp_path / "demand.csv")}
    fails(
        tmp_path,
        "0 cells changed from '5' to '1' between 2010 and 2020, and 30 are to be placed",
        maps=maps,
        settings=settings,
    )
    found = simulate_maps(request(tmp_path, maps=maps, settings=settings | {"fallback": True}), tmp_path / "out")
    assert any("placed at random" in note for note in found.notes)
    assert ((codes(Path(maps[-1])) == 5) & (codes(tmp_path / "out/grids/land_use_2030.tif") == 1)).sum() == 30


@pytest.mark.parametrize(("column", "factor"), [("area_ha", 100.0), ("area_mu", 1500.0)])
def test_demand_may_be_in_hectares_and_mu(tmp_path: Path, column: str, factor: float) -> None:
    maps = maps_of(tmp_path)
    (tmp_path / "demand.csv").write_text(
        f"year,from_class,to_class,{column}\n2030,2,5,{30 * factor}\n", encoding="utf-8"
    )
    settings = {"to": (2030,), "draws": 1, "demand": str(tmp_path / "demand.csv")}
    found = simulate_maps(request(tmp_path, maps=maps, settings=settings), tmp_path / "out")
    assert ((codes(Path(maps[-1])) == 2) & (codes(tmp_path / "out/grids/land_use_2030.tif") == 5)).sum() == 30
    assert not any("are the areas in km2" in note for note in found.notes)


def test_a_demand_far_beyond_what_was_observed_is_asked_about(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    (tmp_path / "demand.csv").write_text("year,from_class,to_class,area_km2\n2021,2,5,900\n", encoding="utf-8")
    settings = {"to": (2021,), "draws": 1, "demand": str(tmp_path / "demand.csv")}
    found = simulate_maps(request(tmp_path, maps=maps, settings=settings), tmp_path / "out")
    assert any("900.00 km2 change a year" in note and "are the areas in km2?" in note for note in found.notes)


def test_maps_of_unlike_pixels_are_refused(tmp_path: Path) -> None:
    maps = list(maps_of(tmp_path))
    land = codes(Path(maps[0]))[::2, ::2]
    write_map(Path(maps[0]), land, pixel=2000.0)
    fails(tmp_path, "has pixels of 2,000 m, those of the last map are of 1,000 m", maps=tuple(maps))


def test_demand_beyond_masks_is_refused(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    write_map(tmp_path / "park.tif", np.ones(SHAPE), nodata=None)
    (tmp_path / "demand.csv").write_text("year,from_class,to_class,area_km2\n2030,2,5,10\n", encoding="utf-8")
    settings = {
        "to": (2030,),
        "demand": str(tmp_path / "demand.csv"),
        "protected": [{"file": str(tmp_path / "park.tif")}],
    }
    fails(tmp_path, "10 cells of '2' should change, and 0 may", maps=maps, settings=settings)


def test_slips_in_a_table_of_demand_come_all_at_once(tmp_path: Path) -> None:
    text = "year,class,area_km2\n2030,1,many\n2030,7,5\n"
    (tmp_path / "demand.csv").write_text(text, encoding="utf-8")
    maps = maps_of(tmp_path)
    settings = {"to": (2030,), "demand": str(tmp_path / "demand.csv")}
    with pytest.raises(StudyError) as caught:
        simulate_maps(request(tmp_path, maps=maps, settings=settings), tmp_path / "out")
    assert "line 2" in str(caught.value)
    assert "there is no class '7'" in str(caught.value)


def test_a_missing_lightgbm_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "lightgbm" else real(name))
    fails(tmp_path, r"pip install 'tanheng\[simulate\]'", settings={"to": (2030,), "model": "lightgbm"})


def test_land_protected_as_a_class_tells_the_model_nothing_of_what_comes(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    write_map(tmp_path / "all.tif", np.ones(SHAPE), nodata=None)
    settings = {"to": (2030,), "draws": 5, "protected": [{"file": str(tmp_path / "all.tif"), "class": "2"}]}
    found = simulate_maps(request(tmp_path, maps=maps, settings=settings), tmp_path / "out")
    # All that is forest at the start of a period is protected, so no forest is learned from, scored, or changed.
    assert set(found.tables["models"]["from_class"]) <= {"1"}
    before, after = codes(Path(maps[-1])), codes(tmp_path / "out/grids/land_use_2030.tif")
    assert (after[before == 2] == 2).all()


def test_conversions_of_years_between_are_added(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(
        "year,from_class,to_class,area_km2\n2025,2,5,30\n2030,2,5,10\n", encoding="utf-8"
    )
    asked = request(tmp_path, settings={"to": (2030,), "draws": 1, "demand": str(tmp_path / "demand.csv")})
    simulate_maps(asked, tmp_path / "out")
    last, after = codes(tmp_path / "land_2020.tif"), codes(tmp_path / "out/grids/land_use_2030.tif")
    assert ((last == 2) & (after == 5)).sum() == 40


def test_rows_for_all_scenarios_are_added_to_those_of_each(tmp_path: Path) -> None:
    rows = "year,from_class,to_class,area_km2,scenario\n2030,2,5,9,\n2030,1,2,7,A\n2030,1,2,3,B\n"
    (tmp_path / "demand.csv").write_text(rows, encoding="utf-8")
    asked = request(tmp_path, settings={"to": (2030,), "draws": 1, "demand": str(tmp_path / "demand.csv")})
    simulate_maps(asked, tmp_path / "out")
    last = codes(tmp_path / "land_2020.tif")
    for name, more in (("A", 7), ("B", 3)):
        after = codes(tmp_path / f"out/grids/land_use_2030_{name}.tif")
        assert (((last == 2) & (after == 5)).sum(), ((last == 1) & (after == 2)).sum()) == (9, more)


def test_short_steps_lose_no_change_to_rounding(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    areas = []
    for step in (10.0, 0.5):
        settings = {"to": (2030,), "mode": "best", "draws": 1, "step_years": step}
        inputs, _ = open_request(request(tmp_path, maps=maps, settings=settings))
        schedule = schedule_of(inputs, inputs.scenarios[0])
        areas.append(schedule.steps[-1].conversions.sum(axis=(0, 1)))
    # Twenty steps against one, of some 150 changed cells; before remainders were carried on, most of the change was lost.
    assert np.abs(areas[0] - areas[1]).max() <= 8


def test_layers_that_lie_elsewhere_and_values_that_are_no_chances_are_refused(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    write_zones(tmp_path / "far.gpkg", [zone("a", "远", WEST + 9e5, NORTH - 9e5, WEST + 9.1e5, NORTH - 8.9e5)])
    write_map(tmp_path / "percent.tif", 50 + 20 * smooth(2, SHAPE), dtype="float32", nodata=-9)
    fails(tmp_path, "no zone lies on the land map", maps=maps, zones=tmp_path / "far.gpkg")
    protected = {"to": (2030,), "protected": [{"file": str(tmp_path / "far.gpkg")}]}
    fails(tmp_path, "nothing in it lies on the land map", maps=maps, settings=protected)
    chances = {"to": (2030,), "suitability": {"5": str(tmp_path / "percent.tif")}}
    fails(tmp_path, "are not probabilities", maps=maps, settings=chances)


def test_a_factor_in_percent_is_refused(tmp_path: Path) -> None:
    (tmp_path / "half.csv").write_text("scenario,from,to,factor\nless,*,built-up,50\n", encoding="utf-8")
    fails(
        tmp_path,
        "makes a conversion 50 times as frequent; for 50 % write 0.5",
        settings={"to": (2030,), "scenarios": str(tmp_path / "half.csv")},
    )


def test_scenarios_that_would_change_nothing_are_refused(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    fails(tmp_path, "no class is of a kind of land", maps=maps, settings={"to": (2030,), "scenarios": True})
    fails(
        tmp_path,
        "this land demand has none",
        maps=maps,
        settings={"to": (2030,), "scenarios": True, "demand": "linear"},
    )


def test_a_code_that_the_map_can_t_hold_is_not_needed(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    (tmp_path / "legend.csv").write_text(
        "code,class\n1,cropland\n2,forest\n5,built-up\n300,wetland\n", encoding="utf-8"
    )
    simulate_maps(
        request(tmp_path, maps=maps, legend=str(tmp_path / "legend.csv"), settings={"to": (2030,), "draws": 1}),
        tmp_path / "out",
    )
    assert set(np.unique(codes(tmp_path / "out/grids/land_use_2030.tif"))) == {0, 1, 2, 5}


def test_gaps_of_a_map_of_floats_stay_gaps(tmp_path: Path) -> None:
    """NaN without a declared number is no class, though a class has the code 0."""
    maps = []
    for path in maps_of(tmp_path):
        held = codes(Path(path))
        values = np.where(held == 0, np.nan, np.where(held == 1, 0, held)).astype("float32")
        write_map(Path(path).with_suffix(".float.tif"), values, dtype="float32", nodata=None)
        maps.append(str(Path(path).with_suffix(".float.tif")))
    found = simulate_maps(request(tmp_path, maps=tuple(maps), settings={"to": (2030,), "draws": 1}), tmp_path / "out")
    with rasterio.open(tmp_path / "out/grids/land_use_2030.tif") as dataset:
        written = dataset.read(1, masked=True)
    assert int(written.mask.sum()) == 54  # 6 x 9 cells of the corner
    table = found.tables["demand"]
    assert sorted(table["simulated_km2"]) == sorted(float((written == code).sum()) for code in (0, 2, 5))


def test_land_that_an_earlier_map_lacks_and_codes_among_drivers_are_told(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    middle = codes(Path(maps[1])).copy()
    middle[30:] = 0
    write_map(Path(maps[1]), middle)
    write_map(tmp_path / "soil.tif", np.random.default_rng(1).integers(1, 10, SHAPE), nodata=0)
    drivers = (str(tmp_path / "height.tif"), str(tmp_path / "soil.tif"))
    found = simulate_maps(
        request(tmp_path, maps=maps, drivers=drivers, settings={"to": (2030,), "draws": 1}), tmp_path / "out"
    )
    assert any("land_2010.tif" in note and "has no data on 2,400.00 km2 (51 %)" in note for note in found.notes)
    assert [note for note in found.notes if "9 different whole numbers" in note and "soil.tif" in note]
    assert not [note for note in found.notes if "whole numbers" in note and "height" in note]


def test_far_years_and_a_code_of_zero_are_told(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    for path in maps:
        with rasterio.open(path, "r+") as dataset:
            dataset.nodata = None
    inputs, _ = open_request(request(tmp_path, maps=maps, settings={"to": (2150,), "step_years": 65, "draws": 1}))
    assert any("2150 is 130 years ahead, but change was observed over 20" in note for note in inputs.notes)
    assert any("code 0 counts as a class of its own" in note for note in inputs.notes)
    inputs, _ = open_request(request(tmp_path))
    assert not [note for note in inputs.notes if "ahead" in note or "of its own" in note]


def test_drivers_may_have_the_names_of_features(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    for name in ("share.tif", "distance.tif"):
        (tmp_path / name).write_bytes((tmp_path / "height.tif").read_bytes())
    drivers = (str(tmp_path / "share.tif"), str(tmp_path / "distance.tif"))
    simulate_maps(request(tmp_path, maps=maps, drivers=drivers, settings={"to": (2030,), "draws": 1}), tmp_path / "out")
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert "distance to , cells" not in page


def test_land_protected_by_a_coarser_raster_does_not_grow(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    park = np.zeros((12, 16))
    park[2:6, 3:9] = 1
    write_map(tmp_path / "park.tif", park, pixel=5000.0)
    settings = {"to": (2030,), "draws": 1, "protected": [{"file": str(tmp_path / "park.tif")}]}
    inputs, _ = open_request(request(tmp_path, maps=maps, settings=settings))
    assert int(np.asarray(inputs.protected[0][0]).sum()) == 4 * 6 * 25


def test_a_quota_is_of_a_step_and_not_of_an_interval(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    (tmp_path / "demand.csv").write_text("year,from_class,to_class,area_km2\n2040,2,5,8\n", encoding="utf-8")
    settings = {"to": (2040,), "draws": 1, "step_years": 10, "demand": str(tmp_path / "demand.csv")}
    quota = {"quotas": [{"from": "2", "to": "5", "km2": 5}]}
    found = simulate_maps(request(tmp_path, maps=maps, settings=settings | quota), tmp_path / "out")
    moved = sum(int(step.conversions[0, 1, 2]) for step in found.schedules[next(iter(found.schedules))].steps)
    assert moved == 8


# In a study.

STUDY = """
title = "Small"
years = [2000, 2010, 2020]
[maps]
dpi = 72
panels = false
[zones.half]
file = "zones.gpkg"
id = "code"
name = "name"
[land_cover]
codes = { 1 = "cropland", 2 = "forest", 5 = "built-up" }
legend = "six-classes"
maps = { 2000 = "land_2000.tif", 2010 = "land_2010.tif", 2020 = "land_2020.tif" }
[carbon_density]
table = "henan-six-classes"
uncertainty = 0.3
[emissions]
totals = "totals.csv"
[population]
kind = "density"
map = "people.tif"
[drivers.height]
map = "height.tif"
[analysis]
autocorrelation = false
hot_spots = false
[flows]
[simulate]
to = [2030, 2040]
draws = 3
[simulate.outlook.all]
population = -0.01
income = 0.02
energy_intensity = -0.03
"""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("study")
    maps_of(folder)
    write_map(folder / "people.tif", np.exp(smooth(3, SHAPE)) * 50, dtype="float32", nodata=-1)
    rows = "".join(f"{year},{emitted},t CO2\n" for year, emitted in ((2000, 1000), (2010, 1500), (2020, 2000)))
    (folder / "totals.csv").write_text("year,emissions,unit\n" + rows, encoding="utf-8")
    bottom, half = NORTH - 60_000, WEST + 40_000
    write_zones(
        folder / "zones.gpkg",
        [zone("w", "西", WEST, bottom, half, NORTH), zone("e", "东", half, bottom, WEST + 80_000, NORTH)],
    )
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    run_study(folder / "study.toml")
    return folder / "results"


def test_a_check_tells_where_too_few_cells_changed_to_learn_from(tmp_path: Path) -> None:
    """Before the long work: five cells of forest became cropland, and the chain demands five more."""
    maps_of(tmp_path)
    land = codes(tmp_path / "land_2010.tif")
    land.reshape(-1)[np.flatnonzero(land == 2)[:5]] = 1
    write_map(tmp_path / "land_2020.tif", land)
    text = STUDY[: STUDY.index("[emissions]")].replace(
        '[zones.half]\nfile = "zones.gpkg"\nid = "code"\nname = "name"\n', ""
    )
    text += '[drivers.height]\nmap = "height.tif"\n[simulate]\nto = [2030]\nscenarios = false\n'
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    message = "simulate: 5 cells changed from 'forest' to 'cropland' between 2010 and 2020, and 5 are to be placed"
    with pytest.raises(StudyError, match=message):
        check_file(tmp_path / "study.toml")
    with pytest.raises(StudyError, match=message):
        run_study(tmp_path / "study.toml")
    assert not (tmp_path / "results").exists()
    (tmp_path / "study.toml").write_text(text + "fallback = true\n", encoding="utf-8")
    check_file(tmp_path / "study.toml")


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ("population = { 2030 = 303.1, 2040 = 306.1 }", "population of 2030 is 303.1, that of 2020 is"),
        (
            'emissions = { 2030 = 2.0e3 }\nunit = "10^4 t CO2"',
            r"emissions of 2030 are 5.455e\+06 t C \(2000 10\^4 t CO2\), those of 2020 are 545",
        ),
        ("emissions = { 2030 = 2.0e3 }", "'emissions' need 'unit'"),
        ("population = { 2021 = 240_000, 2030 = 24.0 }", "population of 2030 is 24, that of 2021 is"),
    ],
)
def test_figures_to_come_follow_on_from_those_of_today(study: Path, entries: str, message: str) -> None:
    own = study.parent / "outlook.toml"
    own.write_text(STUDY[: STUDY.index("population = -0.01")] + entries + "\n", encoding="utf-8")
    with pytest.raises(StudyError, match=message):
        check_file(own)


def test_figures_to_come_may_fall_to_nothing(study: Path) -> None:
    own = study.parent / "outlook.toml"
    figures = 'population = { 2030 = 200_000, 2040 = 180_000 }\nemissions = { 2040 = 0 }\nunit = "t CO2"\n'
    own.write_text(STUDY[: STUDY.index("population = -0.01")] + figures, encoding="utf-8")
    check_file(own)
    low = 'emissions = { 2030 = 10 }\nunit = "t CO2"\n'
    own.write_text(STUDY[: STUDY.index("population = -0.01")] + low, encoding="utf-8")
    assert any("are figure and unit right?" in note for note in check_file(own).warnings)


def test_people_of_today_are_those_of_the_region(study: Path, tmp_path: Path) -> None:
    """The population map reaches beyond the region, whose people alone grow."""
    for file in study.parent.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    write_zones(tmp_path / "region.gpkg", [zone("r", "r", WEST, NORTH - 60_000, WEST + 40_000, NORTH)])
    text = STUDY.replace("[zones.half]", '[region]\nboundary = "region.gpkg"\n[zones.half]') + "scenarios = false\n"
    text = text.replace("[simulate]\n", "[simulate]\nscenarios = false\n").removesuffix("scenarios = false\n")
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    folder = run_study(tmp_path / "study.toml").folder
    paths = pd.read_csv(folder / "simulation" / "tables" / "paths.csv").set_index("year")
    people = pd.read_csv(folder / "tables" / "balance_by_zone.csv")
    of_zones = people[people["year"] == 2020].groupby("scenario")["population"].sum()
    assert paths.loc[2020, "population"] == pytest.approx(of_zones["observed"], rel=1e-6)
    assert paths.loc[2030, "population"] == pytest.approx(of_zones["observed"] * 0.99**10, rel=1e-6)


def test_years_to_come_join_the_tables_of_the_study(study: Path) -> None:
    table = pd.read_csv(study / "tables" / "stock_by_class.csv")
    assert table.columns[0] == "scenario"
    assert set(table["scenario"]) == {"observed", "natural development", "cropland protection", "ecological priority"}
    assert set(table.loc[table["scenario"] == "observed", "year"]) == {2000, 2010, 2020}
    assert set(table.loc[table["scenario"] != "observed", "year"]) == {2030, 2040}
    # The area of the region is that of every year and scenario.
    sums = table.groupby(["scenario", "year"])["area_km2"].sum()
    assert sums.max() - sums.min() < 1e-6


def test_a_simulated_year_is_accounted_as_an_observed_one(study: Path) -> None:
    stock = pd.read_csv(study / "tables" / "stock_by_class.csv")
    demand = pd.read_csv(study / "simulation" / "tables" / "demand.csv")
    for key, rows in demand.groupby(["scenario", "year"]):
        own = stock[(stock["scenario"] == key[0]) & (stock["year"] == key[1])].set_index("land_class")["area_km2"]
        for row in rows[rows["simulated_km2"] > 0].itertuples():
            assert own[row[3]] == pytest.approx(row.simulated_km2, rel=1e-9)
    balance = pd.read_csv(study / "tables" / "balance.csv").set_index(["scenario", "year"])
    # Twenty years of -1 % people, +2 % income and -3 % energy per income, from 2,000 t CO2.
    expected = 2000 * 12 / 44 * (0.99 * 1.02 * 0.97) ** 20
    assert balance.loc[("natural development", 2040), "emissions_t_c"] == pytest.approx(expected, rel=1e-9)
    people = balance.loc[("observed", 2020), "population"]
    assert balance.loc[("natural development", 2040), "population"] == pytest.approx(people * 0.99**20, rel=1e-6)
    assert balance["closure"].to_numpy() == pytest.approx(1.0)


def test_zones_bear_the_spread_of_the_draws(study: Path) -> None:
    table = pd.read_csv(study / "simulation" / "tables" / "stock_by_zone.csv")
    rows = table[table["zone_id"].isin(["w", "e"])]
    assert (rows["stock_half_width_draws_t_c"] > 0).any()
    # With one total the two zones vary against each other alone.
    by = rows.pivot_table(index=["scenario", "year"], columns="zone_id", values="stock_half_width_draws_t_c")
    np.testing.assert_allclose(by["w"], by["e"], rtol=1e-6)
    assert (rows["stock_half_width_demand_t_c"] > 0).all()
    # Densities, draws and demand are independent: the whole is the root of the sum of squares.
    parts = [rows[f"stock_half_width_{name}_t_c"] ** 2 for name in ("densities", "draws", "demand")]
    np.testing.assert_allclose(rows["stock_half_width_t_c"], np.sqrt(sum(parts)), rtol=1e-9)


def test_demand_fixes_the_store_of_the_region_in_every_draw(study: Path) -> None:
    table = pd.read_csv(study / "simulation" / "tables" / "stock_uncertainty.csv")
    assert set(table["of"]) == {"stock", "change"}
    # Each draw has the areas that are demanded, so where they lie moves carbon between zones alone.
    np.testing.assert_allclose(table["half_width_draws_t_c"], 0.0, atol=1e-6)
    # How much is demanded does not: it is in the interval of the region as well, and grows with the years ahead.
    whole = np.hypot(table["half_width_densities_t_c"], table["half_width_demand_t_c"])
    np.testing.assert_allclose(table["half_width_t_c"], whole, rtol=1e-9)
    change = table[(table["of"] == "change") & (table["from_year"] == table["from_year"].min())]
    for _, rows in change.groupby("scenario"):
        assert rows.sort_values("to_year")["half_width_demand_t_c"].is_monotonic_increasing


@pytest.mark.parametrize("resolution", [1000, 4000])
def test_soil_that_a_map_gives_stays_in_its_place(tmp_path: Path, resolution: int) -> None:
    """Soil of 60 t C/ha in the west and 140 in the east, whatever the land: a conversion changes the other pools alone.

    In cells of 1 km the soil has one layer, in those of 4 km one for each class.
    """
    maps_of(tmp_path)
    bottom, half = NORTH - 60_000, WEST + 40_000
    zones = [zone("w", "西", WEST, bottom, half, NORTH), zone("e", "东", half, bottom, WEST + 80_000, NORTH)]
    write_zones(tmp_path / "zones.gpkg", zones)
    soil = np.where(np.arange(SHAPE[1]) < 40, 60.0, 140.0) * np.ones(SHAPE)
    write_map(tmp_path / "soil.tif", soil, dtype="float32", nodata=-9)
    text = (
        STUDY[: STUDY.index("[emissions]")]
        + f"[grid]\nresolution = {resolution}\n"
        + (
            '[[carbon_density.maps]]\nmap = "soil.tif"\npool = "soil"\nquantity = "carbon"\nunits = "t C ha-1"\ndepth_cm = 100\n'
            '[drivers.height]\nmap = "height.tif"\n[simulate]\nto = [2030]\ndraws = 2\nscenarios = false\n'
        )
    )
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    folder = run_study(tmp_path / "study.toml").folder
    stock = pd.read_csv(folder / "tables" / "stock_by_class.csv")
    area = pd.read_csv(folder / "tables" / "stock_by_zone.csv").set_index(["zone_id", "year"])
    hectares = 40 * 60 * 100.0
    lacking = 6 * 9 * 100.0
    soils = stock.groupby("year")["soil_t_c"].sum()
    assert soils[2030] == pytest.approx((hectares - lacking) * 60 + hectares * 140, rel=1e-6)
    # The zones change by their conversions alone, not by soil that would have moved with its class.
    table = stock[stock["year"] == 2030].set_index("land_class")
    rest = (table["stock_t_c"] - table["soil_t_c"]) / table["area_km2"]
    land = {
        year: codes(folder / "simulation/grids/land_use_2030.tif" if year == 2030 else tmp_path / f"land_{year}.tif")
        for year in (2020, 2030)
    }
    names = {1: "cropland", 2: "forest", 5: "built-up"}
    for code, columns in (("w", slice(0, 40)), ("e", slice(40, 80))):
        stored = {
            year: sum(rest[name] * (land[year][:, columns] == number).sum() for number, name in names.items())
            for year in land
        }
        change = area.loc[(code, 2030), "stock_t_c"] - area.loc[(code, 2020), "stock_t_c"]
        assert change == pytest.approx(stored[2030] - stored[2020], rel=1e-6)


def test_the_range_of_demand_holds_what_is_simulated(made: tuple[Path, Simulation]) -> None:
    _, found = made
    ranges, demand = found.tables["demand_interval"], found.tables["demand"]
    both = ranges.merge(demand, on=["year", "class"])
    assert len(both) == len(demand)
    np.testing.assert_allclose(both["area_km2"], both["simulated_km2"], rtol=1e-9)
    assert (both["low_km2"] <= both["area_km2"]).all()
    assert (both["area_km2"] <= both["high_km2"]).all()
    width = (ranges["high_km2"] - ranges["low_km2"]).groupby(ranges["year"]).max()
    assert width.is_monotonic_increasing
    assert any("its interval rests on how" in note for note in found.notes)


def test_demand_has_a_range_only_where_something_says_it(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    two = simulate_maps(request(tmp_path, maps=maps[1:], years=YEARS[1:]), tmp_path / "two")
    assert "demand_interval" not in two.tables
    assert any("two maps do not show" in note for note in two.notes)
    settings = {"demand_uncertainty": 0.5, "to": (2030,)}
    given = simulate_maps(request(tmp_path, maps=maps[1:], years=YEARS[1:], settings=settings), tmp_path / "given")
    ranges, moved = given.tables["demand_interval"].set_index("class"), given.tables["conversions"]
    # Worked by hand: from the middle of the last period to that of the step it is one period, so that rates are known to a factor of
    # 1.5; what cropland (1) loses to forest (2) is then its whole change.
    lost = moved[(moved["from_class"] == "1") & (moved["to_class"] == "2")]["area_km2"].sum()
    row = ranges.loc["1"]
    assert row["area_km2"] - row["low_km2"] == pytest.approx(0.5 * lost, rel=0.1)
    assert row["high_km2"] - row["area_km2"] == pytest.approx(lost / 3, rel=0.1)
    table = tmp_path / "demand.csv"
    table.write_text("year,from_class,to_class,area_km2\n2030,2,5,3\n", encoding="utf-8")
    own = simulate_maps(request(tmp_path, maps=maps, settings={"demand": str(table), "to": (2030,)}), tmp_path / "own")
    assert "demand_interval" not in own.tables
    assert any("given and not derived" in note for note in own.notes)


def test_a_quota_bounds_the_interval_of_demand(tmp_path: Path) -> None:
    """From cropland (1) to forest (2) at most 10 km2 in the one step: without the quota the interval would have more."""
    settings: dict[str, object] = {"to": (2030,), "demand_uncertainty": 2.0}
    free = simulate_maps(request(tmp_path, settings=settings), tmp_path / "free")
    quota = {"quotas": ({"from": "1", "to": "2", "km2": 10},)}
    kept = simulate_maps(request(tmp_path, settings=settings | quota), tmp_path / "kept")
    last = codes(Path(maps_of(tmp_path)[-1]))
    lowest = {
        name: found.tables["demand_interval"].set_index("class").loc["1", "low_km2"]
        for name, found in (("free", free), ("kept", kept))
    }
    # Cropland has no other conversion.
    moved = kept.tables["conversions"]
    assert set(moved[moved["from_class"] == "1"]["to_class"]) == {"1", "2"}
    assert lowest["kept"] == pytest.approx((last == 1).sum() - 10, abs=1e-6)
    assert lowest["free"] < lowest["kept"] - 20


def test_a_layer_of_one_zone_is_as_sure_as_the_region() -> None:
    random = np.random.default_rng(3)
    moved = random.integers(50, 200, (3, 3)) + np.diag([5000, 4000, 3000])
    step = DemandStep(2030.0, moved.astype(float), moved.astype(float))
    errors = LandDemandErrors(
        RateErrors(0.05, 0.05),
        {"one": demand_spread([step], [2030], (2010.0, 2020.0), RateErrors(0.05, 0.05), 400, 1)},
        moved.sum(axis=1),
        1.0,
    )
    density = np.array([60.0, 150.0, 70.0])
    region = errors.half_width("one", (2030,), density)
    assert errors.zone_half_width("one", 2030, moved[None], density) == pytest.approx([region], rel=1e-9)
    assert errors.half_width("one", (2020, 2030), density) == pytest.approx(region)


def test_the_spread_of_a_change_is_that_of_both_its_years_in_each_draw() -> None:
    settings = SimpleNamespace(to=(2030, 2040), mode="draw", draws=3)
    inputs = SimpleNamespace(settings=settings, land=SimpleNamespace(cell_km2=1.0))
    cells = {
        ("one", 2030): [np.array([[3, 1]]), np.array([[2, 2]]), np.array([[1, 3]])],
        ("one", 2040): [np.array([[2, 2]]), np.array([[1, 3]]), np.array([[0, 4]])],
    }
    ensemble = Ensemble(inputs, cells=cells)  # type: ignore[arg-type]
    density = np.array([10.0, 30.0])
    # Stocks of 2030: 60, 80 and 100 times 100 ha; every draw gains 20 times 100 ha after that.
    half = 1.959964 * 20 * 100
    assert ensemble.region_half_width("one", (2030,), density) == pytest.approx(half)
    assert ensemble.region_half_width("one", (2020, 2030), density) == pytest.approx(half)
    assert ensemble.region_half_width("one", (2030, 2040), density) == pytest.approx(0.0)


def test_cropland_protection_keeps_more_cropland(study: Path) -> None:
    table = pd.read_csv(study / "simulation" / "tables" / "conversions.csv")
    lost = (
        table[(table["from_class"] == "cropland") & (table["to_class"] != "cropland")]
        .groupby("scenario")["area_km2"]
        .sum()
    )
    assert lost["cropland protection"] < lost["natural development"]


def test_paths_tell_peak_and_closing(study: Path) -> None:
    table = pd.read_csv(study / "simulation" / "tables" / "paths.csv")
    assert set(table["year"]) == set(range(2020, 2041))
    np.testing.assert_allclose(
        table["flux_balance_t_c_per_yr"], table["land_uptake_t_c_per_yr"] - table["emissions_t_c"]
    )


def test_flows_of_years_to_come_follow_from_past_and_simulated_conversions(study: Path) -> None:
    table = pd.read_csv(study / "tables" / "stock_over_time.csv")
    observed = table[table["scenario"] == "observed"].set_index("year")
    future = table[table["scenario"] == "natural development"].set_index("year")
    assert future.index[0] == 2021
    # What is owed at the last map goes on into the scenario: flows of 2021 hold the rest of the past, and more.
    stock = pd.read_csv(study / "tables" / "stock_by_class.csv")
    settled = stock[(stock["scenario"] == "natural development") & (stock["year"] == 2040)]["stock_t_c"].sum()
    assert future.loc[2040, "settled_t_c"] == pytest.approx(settled, rel=1e-6)
    assert future["stock_t_c"].iloc[-1] == pytest.approx(settled, rel=1e-6)
    step = future.loc[2021, "stock_t_c"] - observed.loc[2020, "stock_t_c"]
    assert future.loc[2021, "flow_t_c_per_yr"] == pytest.approx(step, rel=1e-6, abs=1e-3)
    areas = pd.read_csv(study / "tables" / "land_accounting.csv").groupby(["scenario", "year"])["area_km2"].sum()
    assert areas.max() - areas.min() < 1e-6


def test_pages_and_grids_are_there(study: Path) -> None:
    part = study / "simulation"
    assert (part / "report.html").stat().st_size > 50_000
    assert (part / "grids" / "balance_2040_natural-development.tif").exists()
    assert (study / "report.html").exists()


def test_simulating_again_gives_the_same_maps(study: Path) -> None:
    name = "grids/land_use_2040_ecological-priority.tif"
    before = codes(study / "simulation" / name)
    found = simulate_study(study.parent / "study.toml")
    assert found.folder == study / "simulation"
    np.testing.assert_array_equal(codes(study / "simulation" / name), before)
    assert (study / "report.html").exists()


# On the shares of cells.


@pytest.fixture(scope="module")
def on_cells(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study in cells of 4 km, simulated on their shares: a part is 400 m wide."""
    folder = tmp_path_factory.mktemp("cells")
    for file in study.parent.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    text = STUDY.replace("[simulate]\n", '[simulate]\nresolution = "cells"\nscenarios = false\n')
    (folder / "study.toml").write_text(text + "\n[grid]\nresolution = 4000\n", encoding="utf-8")
    (folder / "own_tmp").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder / "own_tmp"))
        run_study(folder / "study.toml")
    return folder / "results"


def test_land_of_the_cells_goes_on_from_what_was_counted(on_cells: Path) -> None:
    stock = pd.read_csv(on_cells / "tables" / "stock_by_class.csv").set_index(["scenario", "year", "land_class"])
    demand = pd.read_csv(on_cells / "simulation" / "tables" / "demand.csv").set_index(["year", "class"])
    for year in (2030, 2040):
        simulated = stock.loc[("simulated", year), "area_km2"]
        assert simulated.to_dict() == pytest.approx(demand.loc[year, "simulated_km2"].to_dict(), abs=1e-6)
        # All land stays land: parts of 0.16 km2 round each cell at the edge.
        observed = stock.loc[("observed", 2020), "area_km2"]
        assert simulated.sum() == pytest.approx(observed.sum(), abs=0.5)
    with rasterio.open(on_cells / "simulation" / "grids" / "land_use_2030.tif") as made:
        assert made.transform.a == 400.0
    # The change since the last observed year is that of the demand, without a trace of the rounding to parts.
    change = pd.read_csv(on_cells / "tables" / "change.csv")
    row = change[(change["from_year"] == 2020) & (change["to_year"] == 2030)].iloc[0]
    density = (stock["stock_t_c"] / stock["area_km2"]).loc[("simulated", 2030)]
    asked = demand.loc[2030, "simulated_km2"] - counted_parts(on_cells)
    assert row["stock_change_t_c"] == pytest.approx(float((asked * density).sum()), rel=1e-6)


def counted_parts(folder: Path) -> pd.Series:
    """Areas of the classes that the simulation begins with, km2."""
    table = pd.read_csv(folder / "simulation" / "tables" / "conversions.csv")
    first = table[table["from_year"] == 2020]
    return first.groupby("from_class")["area_km2"].sum()


def test_what_cells_cannot_say_is_said_and_nothing_is_left_behind(on_cells: Path) -> None:
    record = json.loads((on_cells / "simulation" / "run.json").read_text(encoding="utf-8"))
    assert any("scores in blocks below 10 parts say nothing" in note for note in record["warnings"])
    gc.collect()
    assert not list((on_cells.parent / "own_tmp").iterdir())


def test_a_check_looks_at_the_cells(on_cells: Path) -> None:
    check_file(on_cells.parent / "study.toml")
    again = simulate_study(on_cells.parent / "study.toml")
    assert again.folder == on_cells / "simulation"
