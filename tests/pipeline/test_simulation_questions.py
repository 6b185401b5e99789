"""Maps, drivers and demands of a simulation that pass every check and yet are not what they seem: each is asked about or refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from conftest import write_map
from pipeline.test_simulate import SHAPE, codes, maps_of, request
from simulation.maps import smooth
from tanheng.errors import StudyError
from tanheng.pipeline.simulation.maps import open_request, simulate_maps
from tanheng.pipeline.simulation.result import Simulation


def notes_of(folder: Path, **more: object) -> tuple[str, ...]:
    return open_request(request(folder, **more))[0].notes


def demanded(folder: Path, rows: str, **settings: object) -> Simulation:
    """Simulation of a demand of conversions from a table."""
    (folder / "demand.csv").write_text(rows, encoding="utf-8")
    asked = {"to": (2030,), "draws": 1, "demand": str(folder / "demand.csv"), **settings}
    return simulate_maps(request(folder, settings=asked), folder / "out")


def test_nothing_is_asked_of_honest_maps(tmp_path: Path) -> None:
    assert notes_of(tmp_path) == ()


def test_maps_whose_years_are_swapped_take_their_change_back(tmp_path: Path) -> None:
    first, second, third = maps_of(tmp_path)
    notes = notes_of(tmp_path, maps=(second, first, third))
    assert any(
        "% of the land that changes from 2000 to 2010 has its former class again in 2020" in note for note in notes
    )
    assert any("has its former class again" in note for note in notes_of(tmp_path, maps=(first, third, second)))


def test_a_cloud_on_the_middle_map_is_seen(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    middle = codes(Path(maps[1])).copy()
    middle[20:45, 20:50] = 5
    write_map(Path(maps[1]), middle)
    assert any("is the map of 2010 free of clouds and errors" in note for note in notes_of(tmp_path, maps=maps))


@pytest.mark.parametrize(
    ("fill", "words"), [(255, "code 255 counts as a class of its own, and often"), (9, "lies along")]
)
def test_a_fill_that_is_not_declared_is_seen(tmp_path: Path, fill: int, words: str) -> None:
    maps = maps_of(tmp_path)
    for path in maps:
        land = codes(Path(path))
        land[:, :9], land[-9:], land[:9], land[:, -9:] = (fill,) * 4
        write_map(Path(path), land)
    assert any(words in note for note in notes_of(tmp_path, maps=maps))


def test_pixels_in_degrees_are_not_alike(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    for path in (*maps, str(tmp_path / "height.tif")):
        with rasterio.open(path) as dataset:
            values, profile = dataset.read(1), dataset.profile
        profile |= {"crs": "EPSG:4326", "transform": rasterio.Affine(0.2, 0, 80, 0, -0.2, 50)}
        with rasterio.open(path, "w", **profile) as dataset:
            dataset.write(values, 1)
    notes = notes_of(tmp_path, maps=maps)
    assert any("pixels of the land map are of 319" in note and "off by up to" in note for note in notes)


def test_a_driver_that_is_a_land_map_is_refused(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    with pytest.raises(StudyError, match=r"driver 'land_2020'.* is the land map of 2020"):
        open_request(request(tmp_path, maps=maps, drivers=(maps[-1],)))


def test_a_driver_that_is_given_twice_is_told(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    notes = notes_of(tmp_path, maps=maps, drivers=(str(tmp_path / "height.tif"),) * 2)
    assert any("'height'" in note and "are the same file" in note for note in notes)


def test_a_driver_made_from_the_map_to_come_is_asked_about(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    write_map(tmp_path / "towns.tif", (codes(Path(maps[-1])) == 5).astype(float), dtype="float32", nodata=-9)
    drivers = tuple(str(tmp_path / name) for name in ("height.tif", "towns.tif"))
    found = simulate_maps(request(tmp_path, maps=maps, drivers=drivers, settings={"draws": 1}), tmp_path / "out")
    asked = [note for note in found.notes if "has the same extreme value" in note]
    assert asked
    assert all("'towns'" in note for note in asked)


def test_a_class_without_a_legend_may_be_gone_on_the_last_map(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    first = codes(Path(maps[0])).copy()
    first[30, 30:33] = 7
    write_map(Path(maps[0]), first)
    assert any("2010 has no land of class '7'" in note for note in notes_of(tmp_path, maps=maps))


def test_asked_is_what_the_table_asks_for(tmp_path: Path) -> None:
    found = demanded(tmp_path, "year,from_class,to_class,area_km2\n2030,2,5,30.4\n2030,1,2,0.3\n")
    table = found.tables["demand"].set_index("class")
    last = pd.Series({name: (codes(tmp_path / "land_2020.tif") == int(name)).sum() for name in ("1", "2", "5")})
    assert (table["asked_km2"] - last).to_dict() == pytest.approx({"1": -0.3, "2": -30.1, "5": 30.4})
    assert (table["simulated_km2"] - last).to_dict() == {"1": 0, "2": -30, "5": 30}


def test_rows_of_years_that_are_not_simulated_are_told(tmp_path: Path) -> None:
    found = demanded(tmp_path, "year,from_class,to_class,area_km2\n1990,2,5,3\n2030,2,5,30\n2050,2,5,40\n")
    assert any("rows of 1990, 2050 are not used" in note for note in found.notes)


def test_a_demand_far_below_what_was_observed_is_asked_about(tmp_path: Path) -> None:
    found = demanded(tmp_path, "year,from_class,to_class,area_km2\n2030,2,5,2\n")
    assert any("are the areas in the unit of their column?" in note for note in found.notes)


def test_codes_below_zero_keep_their_name_in_tables(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    for path in maps:
        land = codes(Path(path)).astype(int)
        write_map(Path(path), np.where(land == 5, -7, land), dtype="int16", nodata=0)
    simulate_maps(request(tmp_path, maps=maps, settings={"to": (2030,), "draws": 1}), tmp_path / "out")
    assert "2030,-7," in (tmp_path / "out/tables/demand.csv").read_text(encoding="utf-8")


def test_real_change_is_not_taken_for_an_error(tmp_path: Path) -> None:
    """A driver that explains much, and land of which a tenth goes back."""
    maps = maps_of(tmp_path)
    lands = [codes(Path(path)) for path in maps]
    back = (lands[0] != lands[1]) & (np.random.default_rng(1).random(SHAPE) < 0.1)
    write_map(Path(maps[2]), np.where(back, lands[0], lands[2]))
    write_map(tmp_path / "height.tif", np.maximum(smooth(11, SHAPE), 0.0), dtype="float32", nodata=-9)
    found = simulate_maps(
        request(tmp_path, maps=maps, settings={"to": (2030,), "draws": 1, "fallback": True}), tmp_path / "out"
    )
    assert not [note for note in found.notes if "former class again" in note or "extreme value" in note]


def test_areas_that_are_scaled_to_the_land_are_told(tmp_path: Path) -> None:
    maps_of(tmp_path)
    one, two, five = (int((codes(tmp_path / "land_2020.tif") == code).sum()) for code in (1, 2, 5))
    rows = f"year,class,area_km2\n2030,1,{one - 20}\n2030,2,{two - 10}\n2030,5,{five + 50}\n"
    found = demanded(tmp_path, rows)
    assert any("areas are scaled to the land: those of 2030 add up to" in note for note in found.notes)
    (tmp_path / "out").rename(tmp_path / "other")
    rows = rows.replace(f"2030,5,{five + 50}", f"2030,5,{five + 30}")
    assert not any("areas are scaled" in note for note in demanded(tmp_path, rows).notes)


def test_a_table_names_the_scenario_that_lacks_a_class(tmp_path: Path) -> None:
    with pytest.raises(
        StudyError, match=r"scenario 'B', 2030: no area for '1' and|scenario 'B', 2030: no area for '1', '2'"
    ):
        demanded(tmp_path, "year,class,area_km2,scenario\n2030,5,4000,B\n")


def test_a_legend_of_many_classes_costs_no_more_than_those_on_the_maps(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    names = {1: "forest", 2: "cropland", 5: "town", **{code: f"class {code}" for code in range(6, 320)}}
    rows = "".join(f"{code},{name}\n" for code, name in names.items())
    (tmp_path / "legend.csv").write_text(f"code,class\n{rows}", encoding="utf-8")
    for path in maps:
        write_map(Path(path), codes(Path(path)), dtype="int16", nodata=0)
    inputs, _ = open_request(request(tmp_path, maps=maps, legend=str(tmp_path / "legend.csv")))
    assert inputs.land.classes == ("forest", "cropland", "town")
    with pytest.raises(StudyError, match="317 classes, and at most 254"):
        demanded_by(tmp_path, maps)


def demanded_by(folder: Path, maps: tuple[str, ...]) -> None:
    """Open a simulation whose demand is a table, which may name any class of its legend."""
    (folder / "demand.csv").write_text("year,from_class,to_class,area_km2\n2030,cropland,town,30\n", encoding="utf-8")
    settings = {"to": (2030,), "demand": str(folder / "demand.csv")}
    open_request(request(folder, maps=maps, legend=str(folder / "legend.csv"), settings=settings))


def test_patches_grow_of_classes_with_high_numbers(tmp_path: Path) -> None:
    """Classes are numbered by their place in the legend, which may be beyond 127."""
    maps = maps_of(tmp_path)
    names = {**{code: f"class {code}" for code in range(6, 200)}, 1: "forest", 2: "cropland", 5: "town"}
    rows = "".join(f"{code},{name}\n" for code, name in names.items())
    (tmp_path / "legend.csv").write_text(f"code,class\n{rows}", encoding="utf-8")
    (tmp_path / "demand.csv").write_text("year,from_class,to_class,area_km2\n2030,cropland,town,30\n", encoding="utf-8")
    settings = {"to": (2030,), "draws": 1, "mode": "patches", "windows": [3], "demand": str(tmp_path / "demand.csv")}
    asked = request(tmp_path, maps=maps, legend=str(tmp_path / "legend.csv"), settings=settings)
    simulate_maps(asked, tmp_path / "out")
    after = codes(tmp_path / "out/grids/land_use_2030.tif")
    assert ((codes(Path(maps[-1])) == 2) & (after == 5)).sum() == 30


def test_a_map_that_ends_earlier_moves_no_border(tmp_path: Path) -> None:
    maps = maps_of(tmp_path)
    write_map(Path(maps[0]), codes(Path(maps[0]))[:, :-1])
    notes = notes_of(tmp_path, maps=maps)
    assert not [note for note in notes if "borders between" in note]
