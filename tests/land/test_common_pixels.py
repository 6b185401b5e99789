"""Maps of one lattice of pixels are overlaid, whichever edges they reach to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest

from conftest import NORTH, WEST, write_map
from land.counted import LandCounts, count_land
from tanheng.grid import ALBERS_CHINA, Grid, grid_over
from tanheng.io.rasters import open_raster
from tanheng.land.engine import LandMap
from tanheng.land.lattice.common import CommonPixels, common_pixels, place_on
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.land.lookup import Lookup

CLASSES = ("one", "two", "three")
LOOKUP = Lookup(CLASSES, {0: None, 1: "one", 2: "two", 3: "three"})
#: Every byte is a class or unknown: no code is left that means no data.
FULL = Lookup(CLASSES, {1: "one", 2: "two", 3: "three"})
PAIR = (2000, 2010)


@pytest.fixture
def codes() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    first = random.integers(1, 4, (200, 240)).astype(np.uint8)
    second = np.where(random.random(first.shape) < 0.1, random.integers(1, 4, first.shape), first).astype(np.uint8)
    return first, second


def land(path: Path, year: int, lookup: Lookup = LOOKUP) -> LandMap:
    return LandMap(year, open_raster(str(path)), lookup)


def inner_grid() -> Grid:
    """Cells well inside of the maps, whose lines cut pixels."""
    return grid_over((WEST + 900.0, NORTH - 5200.0, WEST + 6300.0, NORTH - 800.0), ALBERS_CHINA, 1000.0)


def counted(paths: tuple[Path, Path], lookup: Lookup = LOOKUP) -> LandCounts:
    return count_land([land(paths[0], 2000, lookup), land(paths[1], 2010, lookup)], inner_grid(), [PAIR])


def inner(counts: LandCounts) -> np.ndarray:
    """Transitions of the cells that no edge of a map cuts."""
    return counts.pairs[PAIR][..., 1:-1, 1:-1]


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
@pytest.mark.parametrize(("rows", "columns"), [((0, 200), (0, 239)), ((3, 199), (7, 231)), ((0, 150), (60, 240))])
def test_a_map_of_other_edges_is_overlaid(
    tmp_path: Path,
    codes: tuple[np.ndarray, np.ndarray],
    rows: tuple[int, int],
    columns: tuple[int, int],
    dtype: str,
) -> None:
    """As the same map is that reaches as far as the other one and has no data there."""
    first, second = codes
    outside = np.ones(second.shape, bool)
    outside[slice(*rows), slice(*columns)] = False
    one = write_map(tmp_path / "one.tif", first, pixel=30.0)
    whole = write_map(tmp_path / "whole.tif", np.where(outside, 0, second), pixel=30.0, dtype=dtype)
    place = {"west": WEST + 30.0 * columns[0], "north": NORTH - 30.0 * rows[0]}
    part = write_map(
        tmp_path / "part.tif", second[slice(*rows), slice(*columns)], pixel=30.0, dtype=dtype, nodata=None, **place
    )
    expected, found = counted((one, whole)), counted((one, part))
    assert expected.pairs[PAIR].sum() > 10
    np.testing.assert_array_equal(found.pairs[PAIR], expected.pairs[PAIR])
    for year in PAIR:
        np.testing.assert_array_equal(found.shares[year], expected.shares[year])


def test_no_data_is_found_where_each_code_is_a_class(tmp_path: Path, codes: tuple[np.ndarray, np.ndarray]) -> None:
    one = write_map(tmp_path / "one.tif", codes[0], pixel=30.0, nodata=None)
    part = write_map(tmp_path / "part.tif", codes[1][:, :100], pixel=30.0, nodata=None)
    found = counted((one, part), FULL)
    assert found.unknown == {2000: 0.0, 2010: 0.0}
    assert 0 < found.pairs[PAIR].sum() < found.shares[2000].sum()


def test_a_first_map_that_begins_later_is_overlaid(tmp_path: Path, codes: tuple[np.ndarray, np.ndarray]) -> None:
    one = write_map(tmp_path / "one.tif", codes[0][2:, 5:], pixel=30.0, west=WEST + 150.0, north=NORTH - 60.0)
    two = write_map(tmp_path / "two.tif", codes[1], pixel=30.0)
    whole = write_map(tmp_path / "whole.tif", codes[0], pixel=30.0)
    np.testing.assert_allclose(inner(counted((one, two))), inner(counted((whole, two))), atol=1e-12)


def test_a_south_up_map_of_other_edges_is_overlaid(tmp_path: Path, codes: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = codes
    south = NORTH - 30.0 * 200
    expected = counted(
        (write_map(tmp_path / "a.tif", first, pixel=30.0), write_map(tmp_path / "b.tif", second, pixel=30.0))
    )
    one = write_map(tmp_path / "one.tif", first[::-1], pixel=(30.0, -30.0), north=south)
    two = write_map(tmp_path / "two.tif", second[::-1][:, 4:], pixel=(30.0, -30.0), north=south, west=WEST + 120.0)
    np.testing.assert_allclose(inner(counted((one, two))), inner(expected), atol=1e-12)


def test_a_map_in_degrees_of_other_edges_is_overlaid(tmp_path: Path, codes: tuple[np.ndarray, np.ndarray]) -> None:
    """Origins and pixel sizes that files round are one lattice; areas agree with those of equal edges."""
    size, west, north = 0.00026949458523585647, 113.0, 34.5
    first, second = codes
    place = {"pixel": (size, size), "crs": "EPSG:4326", "west": west, "north": north}
    one = write_map(tmp_path / "one.tif", first, **place)
    whole = write_map(tmp_path / "whole.tif", second, **place)
    cut = {**place, "west": west + 11 * size + 1e-10, "pixel": (size * (1 + 1e-11), size)}
    part = write_map(tmp_path / "part.tif", second[:, 11:], **cut)
    pixels = open_raster(str(one)).pixels
    middle = pixels.bounds_in(ALBERS_CHINA)
    grid = grid_over((middle[0] + 1500, middle[1] + 1000, middle[2] - 1000, middle[3] - 1000), ALBERS_CHINA, 1000.0)
    expected, found = (count_land([land(one, 2000), land(item, 2010)], grid, [PAIR]) for item in (whole, part))
    assert expected.pairs[PAIR].sum() > 5
    np.testing.assert_allclose(found.pairs[PAIR], expected.pairs[PAIR], atol=2e-6)


@pytest.mark.parametrize(
    "other",
    [
        {"west": WEST + 15.0},
        {"pixel": 31.0},
        {"pixel": (30.0, -30.0), "north": NORTH - 6000.0},
        {"crs": "EPSG:32649"},
    ],
)
def test_other_pixels_are_not_overlaid(
    tmp_path: Path, codes: tuple[np.ndarray, np.ndarray], other: dict[str, object]
) -> None:
    one = open_raster(str(write_map(tmp_path / "one.tif", codes[0], pixel=30.0)))
    two = open_raster(str(write_map(tmp_path / "two.tif", codes[1], **{"pixel": 30.0, **other})))
    assert place_on(one.pixels, two.pixels) is None


def test_the_same_crs_in_other_words_is_the_same() -> None:
    words = "+proj=tmerc +lat_0=0 +lon_0=111 +k=0.9996 +x_0=500000 +y_0=0 +datum=WGS84 +units=m +no_defs"
    one = PixelGrid(pyproj.CRS(32649).to_wkt(), (30.0, 0.0, 500000.0, 0.0, -30.0, 3800000.0), 240, 200)
    part = PixelGrid(pyproj.CRS(words).to_wkt(), (30.0, 0.0, 500060.0, 0.0, -30.0, 3800000.0), 238, 196)
    assert place_on(one, part) == (0, 2)
    assert common_pixels([one, part]) == CommonPixels(one, ((0, 0), (0, 2)))
