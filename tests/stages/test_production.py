"""Production of the land of each class: of its own pixels, or of the cell."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import write_map
from stages.series import CLASSES, GRID, density, series
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.io.rasters import open_raster
from tanheng.land.engine import LandMap
from tanheng.land.lookup import Lookup
from tanheng.stages.land.production import coarse_pixels, lay_production, production_of_year
from tanheng.stages.land.stock import Land, account_stock
from tanheng.stages.land.uptake import uptake_of_year
from tanheng.study import BalanceChoice

#: Crops and forest side by side in the cells of the last column, crops in the first row and forest in the second elsewhere.
CODES = np.array([[1, 1, 1, 1, 1, 2]] * 2 + [[2, 2, 2, 2, 1, 1]] * 2)


def production(
    folder: Path, pixel: float, values: np.ndarray, **more: object
) -> tuple[BalanceInputs, Land, dict[int, LandMap]]:
    """Net ecosystem production of both years of the small series, told apart by one map of pixels of 500 m."""
    write_map(folder / "nep.tif", values, pixel=pixel, west=GRID.west, north=GRID.north, dtype="float32", nodata=-99)
    write_map(folder / "land.tif", CODES, pixel=500.0, west=GRID.west, north=GRID.north)
    raster = open_raster(str(folder / "nep.tif"))
    of_map = LandMap(2000, open_raster(str(folder / "land.tif")), Lookup(CLASSES, {1: "cropland", 2: "forest"}))
    settings = BalanceChoice(mode="sink", nep={"map": "nep.tif"}, nep_units="t C ha-1 yr-1")
    given = BalanceInputs(settings, None, {2000: raster, 2010: raster}, **more)  # type: ignore[arg-type]
    return given, account_stock(series(), density()), {2000: of_map, 2010: of_map}


def test_each_class_has_its_own_pixels_and_one_that_comes_has_the_cell(tmp_path: Path) -> None:
    values = np.where(CODES == 1, 2.0, 8.0)
    values[0, 0] = -99.0
    given, land, maps = production(tmp_path, 500.0, values)
    lay_production(given, land, maps)
    of = production_of_year(given, land, maps[2010], 2010)
    crops, known = of("cropland")
    forest, grown = of("forest")
    assert crops[0].tolist() == [2.0, 2.0, 2.0]
    assert known[0].tolist() == [0.75, 1.0, 1.0]
    # Forest comes in the first cell, which has crops alone; in the third it has its own pixels.
    assert forest[0].tolist() == [2.0, 2.0, 8.0]
    assert grown[0].tolist() == [0.75, 1.0, 1.0]
    assert coarse_pixels(given, land, maps) == []
    uptake, missing = uptake_of_year(given, land, maps[2000], 2000)
    # 100 ha of crops, a quarter of them unknown; 100 ha; 50 ha of crops and 50 of forest.
    assert uptake.values[0].tolist() == [150.0, 200.0, 500.0]
    assert missing == pytest.approx(0.25)


def test_large_pixels_give_all_classes_the_mean_of_the_cell(tmp_path: Path) -> None:
    given, land, maps = production(tmp_path, 1000.0, np.array([[2.0, 2.0, 5.0], [8.0, 8.0, 2.0]]))
    lay_production(given, land, maps)
    of = production_of_year(given, land, maps[2000], 2000)
    assert of("cropland")[0].tolist() == of("forest")[0].tolist() == [[2.0, 2.0, 5.0], [8.0, 8.0, 2.0]]
    assert coarse_pixels(given, land, maps) == pytest.approx([1000.0])


def test_crops_return_what_they_fix_and_leave_the_forest_its_own(tmp_path: Path) -> None:
    given, land, maps = production(tmp_path, 500.0, np.where(CODES == 1, 2.0, 8.0), returning=("cropland",))
    lay_production(given, land, maps)
    uptake, _ = uptake_of_year(given, land, maps[2000], 2000)
    assert uptake.values.tolist() == [[0.0, 0.0, 400.0], [800.0, 800.0, 0.0]]
