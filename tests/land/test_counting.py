"""The kernels against slow, independent counts."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from land.counted import count_land
from tanheng.grid import ALBERS_CHINA, Grid, grid_over
from tanheng.land.engine import LandMap
from tanheng.land.lattice import overlay as overlay_of_cells
from tanheng.land.lattice.overlay import words_of
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.land.lookup import Lookup
from tanheng.land.pools import Threads
from tanheng.land.values.on_grid import on_grid

CLASSES = ("one", "two", "three")
LOOKUP = Lookup(CLASSES, {0: None, 1: "one", 2: "two", 3: "three"})
ALBERS = ALBERS_CHINA.to_wkt()


@dataclass(frozen=True)
class Held:
    """Raster that lives in memory."""

    array: Any
    pixels: PixelGrid
    name: str = "held"
    tile: tuple[int, int] = (16, 16)

    @property
    def itemsize(self) -> int:
        return int(self.array.itemsize)

    def read(self, row: int, column: int, height: int, width: int) -> NDArray[Any]:
        assert row >= 0
        assert column >= 0
        assert row + height <= self.pixels.height
        assert column + width <= self.pixels.width
        return self.array[row : row + height, column : column + width]

    def read_values(self, row: int, column: int, height: int, width: int) -> NDArray[np.float64]:
        return self.read(row, column, height, width).astype(float)


def held(codes: Any, size_x: float, size_y: float, west: float, north: float, crs: str = ALBERS) -> Held:
    array = np.asarray(codes)
    pixels = PixelGrid(crs, (size_x, 0.0, west, 0.0, -size_y, north), array.shape[1], array.shape[0])
    return Held(array, pixels)


def exact_shares(source: Held, grid: Grid) -> NDArray[np.float64]:
    """Shares by overlap of rectangles, in fractions: no rounding at all."""
    a, _, west, _, e, north = (Fraction(value) for value in source.pixels.affine)
    cell = Fraction(grid.resolution)
    total = [[[Fraction(0)] * grid.columns for _ in range(grid.rows)] for _ in CLASSES]
    for (row, column), code in np.ndenumerate(source.array):
        if code == 0:
            continue
        x = sorted((west + a * column, west + a * (column + 1)))
        y = sorted((north + e * row, north + e * (row + 1)))
        for i in range(grid.rows):
            top = Fraction(grid.north) - cell * i
            high = min(y[1], top) - max(y[0], top - cell)
            if high <= 0:
                continue
            for j in range(grid.columns):
                left = Fraction(grid.west) + cell * j
                wide = min(x[1], left + cell) - max(x[0], left)
                if wide > 0:
                    total[int(code) - 1][i][j] += wide * high / cell**2
    return np.array([[[float(value) for value in line] for line in layer] for layer in total])


def small_grid(rows: int = 3, columns: int = 4) -> Grid:
    return Grid(ALBERS, 0.0, 1000.0 * rows, 1000.0, rows, columns)


@settings(max_examples=60, deadline=None)
@given(
    data=st.data(),
    size_x=st.sampled_from([30.0, 250.0, 333.3, 1000.0, 1700.0, -300.0]),
    size_y=st.sampled_from([30.0, 250.0, 412.5, 1000.0, 2300.0, -300.0]),
    west=st.floats(-1500, 1500),
    block=st.sampled_from([1, 2000, 10**7]),
)
def test_aligned_shares_equal_an_exact_count(
    data: st.DataObject, size_x: float, size_y: float, west: float, block: int
) -> None:
    shape = (data.draw(st.integers(1, 20)), data.draw(st.integers(1, 40)))
    seed = data.draw(st.integers(0, 2**32 - 1))
    smooth = data.draw(st.booleans())
    random = np.random.default_rng(seed)
    codes = (
        np.repeat(random.integers(0, 4, (shape[0], -(-shape[1] // 5))), 5, axis=1)[:, : shape[1]]
        if smooth
        else random.integers(0, 4, shape)
    )
    source = held(codes.astype(np.uint8), size_x, size_y, west, 1800.0)
    grid = small_grid()
    found = count_land([LandMap(2000, source, LOOKUP)], grid, block_bytes=block, pool=Threads(1)).shares[2000]
    np.testing.assert_allclose(found, exact_shares(source, grid), atol=1e-12)


def reference_map(shape: tuple[int, int] = (300, 331), seed: int = 1) -> NDArray[np.uint8]:
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 4, (shape[0] // 7 + 1, shape[1] // 9 + 1))
    return np.kron(coarse, np.ones((7, 9), int))[: shape[0], : shape[1]].astype(np.uint8)


@pytest.mark.parametrize("crs", [ALBERS, pyproj.CRS(4326).to_wkt(), pyproj.CRS(32649).to_wkt()])
def test_blocks_and_workers_change_no_bit(crs: str) -> None:
    west, north, size = {"A": (0.3, 8000.7, 30.1)}.get("A") if crs == ALBERS else (111.0, 35.0, 0.0003)  # type: ignore[misc]
    if "32649" in crs or "UTM" in crs:
        west, north, size = 500_000.0, 3_870_000.0, 30.0
    source = held(reference_map(), size, size, west, north, crs)
    later = held(reference_map(seed=2), size, size, west, north, crs)
    bounds = source.pixels.bounds_in(ALBERS_CHINA)
    grid = grid_over(bounds, ALBERS_CHINA, 1000.0)
    maps = [LandMap(2000, source, LOOKUP), LandMap(2010, later, LOOKUP)]
    runs = [
        count_land(maps, grid, [(2000, 2010)], pool=Threads(w), block_bytes=b)
        for w, b in ((1, 10**9), (2, 40_000), (2, 9_000), (1, 1))
    ]
    for other in runs[1:]:
        for year in (2000, 2010):
            assert np.array_equal(runs[0].shares[year], other.shares[year])
        assert np.array_equal(runs[0].pairs[2000, 2010], other.pairs[2000, 2010])


@pytest.mark.parametrize("crs", [ALBERS, pyproj.CRS(4326).to_wkt()])
def test_transition_margins_equal_shares_where_both_have_data(crs: str) -> None:
    west, north, size = (0.0, 9000.0, 30.0) if crs == ALBERS else (113.0, 34.0, 0.0003)
    first, last = (np.clip(reference_map(seed=seed), 1, 3) for seed in (3, 4))
    maps = [
        LandMap(year, held(array, size, size, west, north, crs), LOOKUP)
        for year, array in ((2000, first), (2010, last))
    ]
    grid = grid_over(maps[0].source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, 1000.0)
    counts = count_land(maps, grid, [(2000, 2010)])
    pair = counts.pairs[2000, 2010]
    np.testing.assert_allclose(pair.sum(axis=1), counts.shares[2000], atol=1e-12)
    np.testing.assert_allclose(pair.sum(axis=0), counts.shares[2010], atol=1e-12)


def subsampled(source: Held, grid: Grid, finer: int) -> NDArray[np.float64]:
    """Class areas per cell, m2, by cutting each pixel into points of equal true area on the ellipsoid."""
    shape = source.array.shape
    step = 1.0 / finer
    rows = np.arange(step / 2, shape[0], step)
    columns = np.arange(step / 2, shape[1], step)
    total = np.zeros((len(CLASSES), *grid.shape))
    geod = pyproj.Geod(ellps="WGS84")
    change = pyproj.Transformer.from_crs(source.pixels.crs, grid.crs, always_xy=True)
    for row in rows:
        x, y = source.pixels.corners(columns, np.full(columns.size, row))
        a, b = source.pixels.corners(
            np.array([0, step, step, 0]), np.array([row - step / 2] * 2 + [row + step / 2] * 2)
        )
        area = abs(geod.polygon_area_perimeter(a, b)[0])
        u, v = change.transform(x, y)
        i = np.floor((grid.north - v) / grid.resolution).astype(int)
        j = np.floor((u - grid.west) / grid.resolution).astype(int)
        codes = source.array[int(row), np.minimum(columns.astype(int), shape[1] - 1)]
        good = (codes > 0) & (i >= 0) & (i < grid.rows) & (j >= 0) & (j < grid.columns)
        np.add.at(total, (codes[good].astype(int) - 1, i[good], j[good]), area)
    return total


@pytest.mark.parametrize(
    ("size", "shape", "finer"),
    [(0.0003, (700, 800), 3), (0.0027777777, (90, 100), 16), (1 / 12, (5, 6), 300)],
    ids=["30 m", "300 m", "9 km"],
)
def test_degrees_give_true_areas(size: float, shape: tuple[int, int], finer: int) -> None:
    source = held(np.clip(reference_map(shape, 5), 1, 3), size, size, 112.0, 34.5, pyproj.CRS(4326).to_wkt())
    grid = grid_over(source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, 1000.0)
    found = count_land([LandMap(2000, source, LOOKUP)], grid).shares[2000] * 1e6
    truth = subsampled(source, grid, finer)
    # Stated error: class totals within 1e-4 of a finely subsampled truth, the area of the whole within 1e-5.
    np.testing.assert_allclose(found.sum(axis=(1, 2)), truth.sum(axis=(1, 2)), rtol=1e-4)
    west, south, east, north = source.pixels.bounds
    assert found.sum() == pytest.approx(_parallel_area(west, south, east, north), rel=1e-5)


def _parallel_area(west: float, south: float, east: float, north: float) -> float:
    """Area between meridians and parallels on WGS 84, m2, from the authalic latitude's closed form."""
    a, f = 6378137.0, 1 / 298.257223563
    e = np.sqrt(f * (2 - f))

    def q(latitude: float) -> float:
        s = np.sin(np.radians(latitude))
        return float((1 - e**2) * (s / (1 - (e * s) ** 2) - np.log((1 - e * s) / (1 + e * s)) / (2 * e)))

    return float(a**2 / 2 * np.radians(east - west) * (q(north) - q(south)))


def test_coarse_pixels_leave_no_stripes_and_no_holes() -> None:
    source = held(np.ones((4, 4), np.uint8), 0.25, 0.25, 113.0, 35.0, pyproj.CRS(4326).to_wkt())
    grid = grid_over(source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, 1000.0)
    share = count_land([LandMap(2000, source, LOOKUP)], grid).shares[2000][0]
    inner = share[30:70, 30:60]
    assert np.abs(inner - 1).max() < 1e-12


def test_feet_are_no_metres() -> None:
    # 100 x 100 pixels of 100 survey feet: (100 * 100 * 1200/3937 m)^2.
    crs = pyproj.CRS("EPSG:2263")
    source = held(np.ones((100, 100), np.uint8), 100.0, 100.0, 980_000.0, 200_000.0, crs.to_wkt())
    local = pyproj.CRS("+proj=laea +lat_0=40.7 +lon_0=-74 +datum=WGS84 +units=m")
    grid = grid_over(source.pixels.bounds_in(local), local, 500.0)
    area = count_land([LandMap(2000, source, LOOKUP)], grid).shares[2000].sum() * 500.0**2
    assert area == pytest.approx((100 * 100 * 1200 / 3937) ** 2, rel=2e-5)


def test_a_code_that_is_met_late_is_not_counted_before(monkeypatch: pytest.MonkeyPatch) -> None:
    # The first code fills some stretches of the row, the second comes behind them; what memory held must not count.
    codes = np.ones((40, 5000), np.uint8)
    codes[:, 4500:] = 2
    room = overlay_of_cells._room_for_bands

    def used_memory(*sizes: int) -> tuple[NDArray[Any], ...]:
        found = room(*sizes)
        for array in found:
            array.fill(7)
        return found

    monkeypatch.setattr(overlay_of_cells, "_room_for_bands", used_memory)
    grid = Grid(ALBERS, 0.0, 1200.0, 1000.0, rows=2, columns=150)
    source = held(codes, 30.0, 30.0, 0.0, 1200.0)
    counts = count_land([LandMap(2000, source, LOOKUP)], grid, pool=Threads(1))
    cells = counts.shares[2000].sum(axis=(1, 2)) * 1000.0**2
    assert cells.tolist() == [4500 * 40 * 900.0, 500 * 40 * 900.0, 0.0]


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
def test_any_type_of_code_counts_alike(dtype: str) -> None:
    codes = reference_map((40, 50), 6)
    grid = small_grid()
    expected = count_land([LandMap(2000, held(codes, 90.0, 90.0, 10.0, 2900.0), LOOKUP)], grid).shares[2000]
    found = count_land([LandMap(2000, held(codes.astype(dtype), 90.0, 90.0, 10.0, 2900.0), LOOKUP)], grid).shares[2000]
    assert np.array_equal(found, expected)


def test_negative_and_large_codes_are_codes() -> None:
    lookup = Lookup(("a", "b"), {-1: "a", 2_000_000_000: "b", -9999: None})
    source = held(np.array([[-1, 2_000_000_000, -9999, -1]], np.int32), 1000.0, 1000.0, 0.0, 1000.0)
    shares = count_land([LandMap(2000, source, lookup)], Grid(ALBERS, 0.0, 1000.0, 1000.0, 1, 4)).shares[2000]
    assert shares[:, 0].tolist() == [[1.0, 0.0, 0.0, 1.0], [0.0, 1.0, 0.0, 0.0]]


def test_codes_that_the_legend_lacks_are_counted_apart() -> None:
    source = held(np.array([[1, 9]], np.uint8), 1000.0, 1000.0, 0.0, 1000.0)
    counts = count_land([LandMap(2000, source, LOOKUP)], Grid(ALBERS, 0.0, 1000.0, 1000.0, 1, 2))
    assert counts.unknown == {2000: 1.0}


def test_a_raster_beside_the_grid_counts_nothing() -> None:
    source = held(np.ones((3, 3), np.uint8), 30.0, 30.0, 1e6, 1e6)
    assert count_land([LandMap(2000, source, LOOKUP)], small_grid()).shares[2000].sum() == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), size=st.sampled_from([137.0, 1000.0, 2777.0]), west=st.floats(-500, 500))
def test_counts_of_people_keep_their_total(seed: int, size: float, west: float) -> None:
    values = np.random.default_rng(seed).gamma(0.5, 20, (7, 9))
    source = held(values, size, size, west, 3000.0)
    w, s, e, n = source.pixels.bounds
    grid = grid_over((w - 1000, s - 1000, e + 1000, n + 1000), ALBERS_CHINA, 1000.0)
    assert on_grid(source, grid).total.sum() == pytest.approx(values.sum(), rel=1e-12)


def test_counts_in_degrees_keep_their_total() -> None:
    values = np.random.default_rng(8).gamma(0.5, 20, (60, 70))
    source = held(values, 1 / 120, 1 / 120, 113.0, 35.0, pyproj.CRS(4326).to_wkt())
    grid = grid_over(source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, 1000.0)
    assert on_grid(source, grid).total.sum() == pytest.approx(values.sum(), rel=1e-9)


def test_means_are_weighted_by_area() -> None:
    # Two pixels share the first cell half and half; the second cell is half one value, half missing.
    source = held(np.array([[1.0, 3.0, 5.0, np.nan]]), 500.0, 1000.0, 0.0, 1000.0)
    laid = on_grid(source, Grid(ALBERS, 0.0, 1000.0, 1000.0, 1, 3))
    assert laid.mean[0, :2].tolist() == [2.0, 5.0]
    assert laid.covered[0].tolist() == [1.0, 0.5, 0.0]
    assert np.isnan(laid.mean[0, 2])


def test_a_plane_in_degrees_stays_a_plane() -> None:
    columns, rows = np.meshgrid(np.arange(200), np.arange(150))
    source = held(10.0 + 0.1 * columns + 0.2 * rows, 1 / 120, 1 / 120, 113.0, 35.0, pyproj.CRS(4326).to_wkt())
    grid = grid_over(source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, 1000.0)
    laid = on_grid(source, grid)
    x, y = np.meshgrid(grid.x, grid.y)
    u, v = source.pixels.positions(*pyproj.Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(x, y))
    inner = (u > 3) & (u < 197) & (v > 3) & (v < 147)
    expected = 10.0 + 0.1 * (u - 0.5) + 0.2 * (v - 0.5)
    assert np.abs(laid.mean - expected)[inner].max() < 0.02


def test_a_window_that_begins_between_two_words_is_counted() -> None:
    # A row of 24 bytes, cut 3 bytes behind the start of an aligned array: contiguous, but its words are not aligned.
    codes = np.arange(64, dtype=np.uint8)[3:27].reshape(1, 24)
    rows, words = words_of(codes)
    assert words.flags.aligned
    assert rows.tolist() == codes.tolist()
    assert words.view(np.uint8).ravel().tolist() == list(range(3, 27))
