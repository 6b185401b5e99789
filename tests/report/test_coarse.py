"""What pictures of a large region are drawn from."""

from __future__ import annotations

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.report.style.coarse import drawn_from

GRID = Grid(ALBERS_CHINA.to_wkt(), 0.0, 5000.0, 1000.0, 5, 6)


def dataset(stock: np.ndarray, kinds: np.ndarray) -> xr.Dataset:
    """Stock and quadrants of one year; the last column lies outside the region."""
    fraction = np.ones(GRID.shape)
    fraction[:, -1] = 0.0
    coords = {"year": [2015], "y": GRID.y, "x": GRID.x}
    form = {"dims": ("year", "y", "x"), "coords": coords}
    return xr.Dataset(
        {
            "region_fraction": (("y", "x"), fraction),
            "supply": xr.DataArray(stock[None], attrs={"units": "t C"}, **form),
            "carbon_stock": xr.DataArray(stock[None], attrs={"units": "t C"}, **form),
            "mismatch_quadrant": xr.DataArray(kinds[None], attrs={"flag_values": [0, 1, 2, 3]}, **form),
        },
        attrs={"balance_mode": "stock"},
    )


def test_few_cells_are_drawn_as_they_are() -> None:
    one = dataset(np.ones(GRID.shape), np.zeros(GRID.shape))
    drawn = drawn_from(one, GRID)
    assert drawn.factor == 1
    assert drawn.dataset is one


def test_blocks_hold_the_mean_of_their_known_cells_and_their_commonest_kind() -> None:
    stock = np.arange(30.0).reshape(GRID.shape)
    stock[0, 0] = np.nan
    kinds = np.zeros(GRID.shape)
    kinds[:2, :2] = [[1.0, 2.0], [2.0, 0.0]]
    drawn = drawn_from(dataset(stock, kinds), GRID, most=10)
    assert (drawn.factor, drawn.grid.shape, drawn.grid.resolution, drawn.cell) == (2, (3, 3), 2000.0, GRID)
    found = drawn.dataset["carbon_stock"].isel(year=0).values
    # Of the first block one cell is not known: (1 + 6 + 7) / 3; of the third the last column lies outside: (4 + 10) / 2.
    assert found[0].tolist() == [np.float32(14 / 3), np.float32(5.5), 7.0]
    assert found[2].tolist() == [24.5, 26.5, 28.0]
    assert drawn.dataset["mismatch_quadrant"].isel(year=0).values[0].tolist() == [2.0, 0.0, 0.0]


@given(st.integers(1, 30))
def test_a_map_that_is_the_same_everywhere_stays_so(most: int) -> None:
    drawn = drawn_from(dataset(np.full(GRID.shape, 7.0), np.ones(GRID.shape)), GRID, most=most)
    values = drawn.dataset["carbon_stock"].values
    assert set(values[np.isfinite(values)].tolist()) == {7.0}
