"""What is said where a layer of the results can't be written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from tanheng.errors import OutputError
from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.io.results.store import read_dataset, write_variables
from tanheng.land.shares import on_cells

GRID = Grid(ALBERS_CHINA.to_wkt(), 0.0, 2000.0, 1000.0, 2, 3)
TIMES = {"year": [2000, 2010], "period": ["2000-2010"]}


def demand() -> xr.DataArray:
    """Demand of the second year alone."""
    values = np.arange(6.0).reshape(1, 2, 3)
    return on_cells(values, GRID, ("year",), year=[2010]).assign_attrs(units="t C yr-1", long_name="demand")


def test_a_year_without_a_variable_is_missing_and_what_is_read_back_is_what_was_written(tmp_path: Path) -> None:
    (tmp_path / "grids").mkdir()
    write_variables(tmp_path / "s.zarr", tmp_path / "grids", {"demand": demand()}, GRID, TIMES, {"title": "t"})
    found = read_dataset(tmp_path / "s.zarr")
    assert found["demand"].dtype == np.float64
    assert found["demand"].sel(year=2010).values.tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    assert np.isnan(found["demand"].sel(year=2000).values).all()
    assert found.attrs["title"] == "t"


def test_the_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"missing.demand_2010\.tif: can't be written"):
        write_variables(tmp_path / "s.zarr", tmp_path / "missing", {"demand": demand()}, GRID, TIMES, {})
