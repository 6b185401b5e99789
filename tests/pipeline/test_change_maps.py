"""Where land and its carbon changed: maps of change, of the largest conversions, and tables by class and pool."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from conftest import printed
from tanheng.pipeline.results import Results
from tanheng.pipeline.run import run_study


def grid(folder: Path, name: str) -> np.ndarray:
    with rasterio.open(folder / "grids" / f"{name}.tif") as dataset:
        return np.asarray(dataset.read(1))


def test_cells_show_what_changed_and_into_what(tiny: Path) -> None:
    # Cells (0, 1) and (2, 0) went from cropland to built-up, (1, 1) from grassland to forest; each cell is one class.
    folder = run_study(printed(tiny)).folder
    changed, kinds = grid(folder, "land_changed_2000-2010"), grid(folder, "land_transition_2000-2010")
    assert np.argwhere(changed == 1).tolist() == [[0, 1], [1, 1], [2, 0]]
    assert (kinds[0, 1], kinds[2, 0], kinds[1, 1]) == (1, 1, 2)
    assert np.nansum(kinds == 0) == np.isfinite(changed).sum() - 3
    with rasterio.open(folder / "grids" / "land_transition_2000-2010.tif") as dataset:
        assert dataset.tags()["flag_meanings"].split()[1:3] == ["cropland_to_built-up", "grassland_to_forest"]
    for name in ("stock_change", "land_changed", "land_transition"):
        assert (folder / "maps" / f"{name}_2000-2010.png").stat().st_size > 10_000


def test_classes_by_pool_sum_to_the_change_of_the_stock(tiny: Path) -> None:
    folder = run_study(tiny).folder
    table = pd.read_csv(folder / "tables" / "stock_change_by_class.csv").set_index("land_class")
    # 200 ha of cropland became built-up land of 60 t C/ha in the soil.
    assert table.loc["built-up", "soil_t_c"] == pytest.approx(200 * 60.0, rel=1e-12)
    assert table.loc["cropland", "stock_change_t_c"] == pytest.approx(-200 * 66.81, rel=1e-12)
    pools = table[["above_t_c", "below_t_c", "soil_t_c", "dead_t_c"]]
    np.testing.assert_allclose(pools.sum(axis=1), table["stock_change_t_c"], rtol=1e-12)
    change = pd.read_csv(folder / "tables" / "change.csv")["stock_change_t_c"].iloc[0]
    assert table["stock_change_t_c"].sum() == pytest.approx(change, rel=1e-12)


def test_the_whole_span_is_mapped_beside_its_periods(henan: Results) -> None:
    change = henan.dataset["stock_change"]
    assert list(change["period"].values) == ["1995-2005", "2005-2015", "1995-2015"]
    whole = change.sel(period="1995-2015").values * 20
    steps = sum(change.sel(period=period).values * 10 for period in ("1995-2005", "2005-2015"))
    covered = np.isfinite(whole) & np.isfinite(steps)
    # Where all three maps have data, the span is the sum of its periods; three cells lack a map in 2015.
    assert np.mean(np.isclose(whole[covered], steps[covered], atol=1.0)) > 0.9999
    area = henan.tables["transitions"]
    moved = area[(area["from_class"] != area["to_class"]) & (area["from_year"] == 1995) & (area["to_year"] == 2015)]
    changed = float(np.nansum(henan.dataset["land_changed"].sel(period="1995-2015").values))
    assert changed == pytest.approx(moved["area_km2"].sum(), rel=1e-6)
