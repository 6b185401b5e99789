"""Land maps that do not lie over each other are asked about; those that do are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from conftest import NORTH, WEST, write_map
from tanheng.grid import ALBERS_CHINA, grid_over
from tanheng.inputs.checks.map_places import place_notes, shift_notes
from tanheng.io.rasters import open_raster
from tanheng.land.engine import LandMap
from tanheng.land.lookup import Lookup

LOOKUP = Lookup(("one", "two", "three"), {0: None, 1: "one", 2: "two", 3: "three"})
GRID = grid_over((WEST, NORTH - 9000.0, WEST + 9000.0, NORTH), ALBERS_CHINA, 1000.0)


@pytest.fixture
def land() -> tuple[np.ndarray, np.ndarray]:
    """Patches of 8 pixels, and ten years later one in ten of another class, with some noise."""
    random = np.random.default_rng(2)
    patches = random.integers(1, 4, (40, 40))
    later = np.where(random.random(patches.shape) < 0.1, random.integers(1, 4, patches.shape), patches)
    first, last = (np.kron(item, np.ones((8, 8), int)) for item in (patches, later))
    noise = random.random(last.shape) < 0.03
    return first, np.where(noise, random.integers(1, 4, last.shape), last)


def notes(one: Path, two: Path) -> list[str]:
    return place_notes(
        [LandMap(2000, open_raster(str(one)), LOOKUP), LandMap(2010, open_raster(str(two)), LOOKUP)], GRID
    )


@pytest.mark.parametrize(("rows", "columns"), [((0, 320), (0, 320)), ((0, 320), (0, 319)), ((5, 318), (2, 317))])
def test_maps_that_lie_over_each_other_are_not_asked_about(
    tmp_path: Path, land: tuple[np.ndarray, np.ndarray], rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    one = write_map(tmp_path / "one.tif", land[0], pixel=30.0)
    place = {"west": WEST + 30.0 * columns[0], "north": NORTH - 30.0 * rows[0]}
    two = write_map(tmp_path / "two.tif", land[1][slice(*rows), slice(*columns)], pixel=30.0, **place)
    assert notes(one, two) == []


@pytest.mark.parametrize(
    ("south", "east", "ways"),
    [
        (0, 1, "1 pixel to the west"),
        (0, -2, "2 pixels to the east"),
        (1, 0, "1 pixel to the north"),
        (-1, 2, "2 pixels to the west, 1 pixel to the south"),
        (0, 4, "3 pixels or more to the west"),
    ],
)
@pytest.mark.parametrize("upright", [True, False])
def test_a_shifted_map_is_asked_about(
    tmp_path: Path, land: tuple[np.ndarray, np.ndarray], south: int, east: int, ways: str, upright: bool
) -> None:
    """The same land with an origin that is off by some pixels; north-up and south-up."""
    step = 1 if upright else -1
    size = (30.0, 30.0 * step)
    north = NORTH if upright else NORTH - 9600.0
    one = write_map(tmp_path / "one.tif", land[0][::step], pixel=size, north=north)
    two = write_map(
        tmp_path / "two.tif", land[1][::step], pixel=size, west=WEST + 30.0 * east, north=north - 30.0 * south
    )
    (found,) = notes(one, two)
    assert f"that of 2010 is moved {ways};" in found
    assert found.startswith("2000-2010: the maps agree on ")


def test_a_simulation_from_maps_asks_as_well(tmp_path: Path, land: tuple[np.ndarray, np.ndarray]) -> None:
    one = LandMap(2000, open_raster(str(write_map(tmp_path / "one.tif", land[0], pixel=30.0))), LOOKUP)
    two = LandMap(
        2010, open_raster(str(write_map(tmp_path / "two.tif", land[1], pixel=30.0, west=WEST + 30.0))), LOOKUP
    )
    assert ["1 pixel to the west" in note for note in shift_notes([one, two])] == [True]
    assert shift_notes([one, one]) == []


def test_half_a_pixel_is_asked_about(tmp_path: Path, land: tuple[np.ndarray, np.ndarray]) -> None:
    one = write_map(tmp_path / "one.tif", land[0], pixel=30.0)
    (found,) = notes(one, write_map(tmp_path / "two.tif", land[1], pixel=30.0, west=WEST + 15.0))
    assert "2000-2010: the pixels of the maps do not coincide" in found
    assert "origins 0.5 and 0 of a pixel apart" in found


def test_a_coarser_map_is_asked_about(tmp_path: Path, land: tuple[np.ndarray, np.ndarray]) -> None:
    one = write_map(tmp_path / "one.tif", land[0], pixel=30.0)
    (found,) = notes(one, write_map(tmp_path / "two.tif", land[1][::8, ::8], pixel=240.0))
    assert "2000-2010: the maps have pixels of 30 and 240 m" in found


def test_another_crs_is_told(tmp_path: Path, land: tuple[np.ndarray, np.ndarray]) -> None:
    one = write_map(tmp_path / "one.tif", land[0], pixel=30.0)
    other = write_map(tmp_path / "two.tif", land[1], pixel=30.0, crs="EPSG:32649", west=500000.0, north=3800000.0)
    (found,) = notes(one, other)
    assert "in different CRS or turned" in found


def test_maps_of_few_pixels_are_not_judged(tmp_path: Path, land: tuple[np.ndarray, np.ndarray]) -> None:
    one = write_map(tmp_path / "one.tif", land[0][:60, :60], pixel=30.0)
    assert notes(one, write_map(tmp_path / "two.tif", np.roll(land[0], 1, axis=1)[:60, :60], pixel=30.0)) == []


def test_change_along_a_coast_is_no_shift(tmp_path: Path) -> None:
    """Towns along the whole shore of land that is otherwise one class: pixels that a moved map has no data for count for no shift."""
    sea = np.add.outer(np.arange(300), np.arange(300)) < 150
    first = np.where(sea, 0, 1)
    shore = (np.add.outer(np.arange(300), np.arange(300)) < 160) & ~sea
    one = write_map(tmp_path / "one.tif", first, pixel=30.0)
    assert notes(one, write_map(tmp_path / "two.tif", np.where(shore, 2, first), pixel=30.0)) == []


def test_of_shifts_that_fit_alike_the_shortest_is_told(tmp_path: Path) -> None:
    """Stripes from north to south, moved east: whether they were moved north as well can't be known."""
    stripes = np.tile(np.repeat([1, 2, 3, 2], 8), 10)[None, :] * np.ones((300, 1), int)
    one = write_map(tmp_path / "one.tif", stripes, pixel=30.0)
    (found,) = notes(one, write_map(tmp_path / "two.tif", stripes, pixel=30.0, west=WEST + 30.0))
    assert "that of 2010 is moved 1 pixel to the west;" in found


def test_turned_maps_are_not_moved(tmp_path: Path, land: tuple[np.ndarray, np.ndarray]) -> None:
    paths = [
        write_map(tmp_path / name, codes, pixel=30.0)
        for name, codes in (("one.tif", land[0]), ("two.tif", np.roll(land[0], 1, axis=1)))
    ]
    assert len(notes(*paths)) == 1
    for path in paths:
        with rasterio.open(path, "r+") as dataset:
            dataset.transform = rasterio.Affine(29.0, 7.0, WEST, 7.0, -29.0, NORTH)
    assert notes(*paths) == []
