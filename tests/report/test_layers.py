"""Grids packed for the screen: read back as the page reads them."""

from __future__ import annotations

import base64
import zlib

import numpy as np
import pytest
import shapely
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.io.vectors import Polygons
from tanheng.report.page.layers import map_data, packed


def inflated(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))


def unpacked(text: str, dtype: str) -> np.ndarray:
    """Planes of bytes back into numbers, as the page does it."""
    size = np.dtype(dtype).itemsize
    planes = np.frombuffer(inflated(text), np.uint8).reshape(size, -1)
    return np.ascontiguousarray(planes.T).view(dtype).ravel()


def small_grid(rows: int, columns: int) -> Grid:
    return Grid(ALBERS_CHINA.to_wkt(), 700_000.0, 3_900_000.0, 1000.0, rows=rows, columns=columns)


def small_dataset(grid: Grid, fraction: np.ndarray, stock: np.ndarray, share: np.ndarray) -> xr.Dataset:
    cells = {"y": grid.y, "x": grid.x}
    return xr.Dataset(
        {
            "region_fraction": (("y", "x"), fraction),
            "carbon_stock": (("year", "y", "x"), stock[None], {"units": "t C"}),
            "land_share": (("year", "land_class", "y", "x"), share[None]),
        },
        coords={**cells, "year": [2000], "land_class": ["forest", "water"][: len(share)]},
        attrs={"balance_mode": "stock"},
    )


@given(arrays(np.float64, st.integers(1, 40), elements=st.floats(-1e9, 1e9, width=32)))
def test_packed_values_come_back(values: np.ndarray) -> None:
    assert np.array_equal(unpacked(packed(values), "<f4"), values.astype("<f4"))


def test_cells_outside_are_left_out_and_missing_ones_stay_missing() -> None:
    grid = small_grid(2, 3)
    fraction = np.array([[1.0, 0.5, 0.0], [1.0, 1.0, 0.0]])
    stock = np.array([[10.0, 20.0, np.nan], [np.nan, 40.0, np.nan]])
    share = np.stack([np.where(np.isnan(stock), np.nan, 0.25), np.where(np.isnan(stock), np.nan, 0.75)])
    data = map_data(small_dataset(grid, fraction, stock, share), grid, {})
    mask = np.unpackbits(np.frombuffer(inflated(data["mask"]), np.uint8), count=6).reshape(2, 3)
    assert mask.tolist() == [[1, 1, 0], [1, 1, 0]]
    assert unpacked(data["fraction"], "<f4").tolist() == [1.0, 0.5, 1.0, 1.0]
    supply = next(layer for layer in data["layers"] if layer["name"] == "supply")
    np.testing.assert_array_equal(unpacked(supply["whens"][0]["data"], "<f4"), [10.0, 20.0, np.nan, 40.0])
    water = unpacked(data["classes"]["years"]["2000"][1], "<u2")
    assert water.tolist() == [7500, 7500, 65535, 7500]
    use = next(layer for layer in data["layers"] if layer["name"] == "land_use")
    assert list(inflated(use["whens"][0]["data"])) == [1, 1, 255, 1]


def test_a_large_region_is_shown_in_blocks_of_means() -> None:
    # 3 x 5 cells in blocks of 2 x 2; the last row and column of blocks are cut.
    grid = small_grid(3, 5)
    fraction = np.ones((3, 5))
    fraction[0, 0] = 0.0
    stock = np.arange(15.0).reshape(3, 5)
    stock[0, 0] = np.nan
    share = np.stack([np.where(np.isnan(stock), np.nan, 1.0)])
    data = map_data(small_dataset(grid, fraction, stock, share), grid, {}, most=4)
    assert (data["factor"], data["rows"], data["columns"]) == (2, 2, 3)
    supply = next(layer for layer in data["layers"] if layer["name"] == "supply")
    # Means of the cells 1, 5, 6; of 2, 3, 7, 8; of 4, 9; of 10, 11; of 12, 13; and of 14.
    assert unpacked(supply["whens"][0]["data"], "<f4").tolist() == [4.0, 5.0, 6.5, 10.5, 12.5, 14.0]
    assert unpacked(data["fraction"], "<f4").tolist() == [1.0] * 6


def test_outlines_lie_on_the_cells() -> None:
    grid = small_grid(4, 4)
    square = shapely.box(701_000, 3_897_000, 703_000, 3_899_000)
    zones = Polygons("z.gpkg", grid.crs, (square,), ("1",), ("甲",), 0)
    stock = np.ones((4, 4))
    data = map_data(small_dataset(grid, stock, stock, np.stack([stock])), grid, {"county": zones})
    ring = data["zones"][0]["zones"][0]["rings"][0]
    # Tenths of a cell from the upper left corner: 1 to 3 cells across and down.
    assert {(ring[at], ring[at + 1]) for at in range(0, len(ring), 2)} == {(10, 10), (30, 10), (30, 30), (10, 30)}
    assert data["zones"][0]["zones"][0]["name"] == "甲"


def test_the_lattice_tells_longitude_and_latitude() -> None:
    grid = small_grid(100, 100)
    stock = np.ones((100, 100))
    lattice = map_data(small_dataset(grid, stock, stock, np.stack([stock])), grid, {})["lattice"]
    x, y = grid.bounds[0], grid.bounds[3]
    from pyproj import Transformer

    longitude, latitude = Transformer.from_crs(grid.crs, 4326, always_xy=True).transform(x, y)
    assert lattice["longitude"][0] == pytest.approx(longitude, abs=1e-5)
    assert lattice["latitude"][0] == pytest.approx(latitude, abs=1e-5)
