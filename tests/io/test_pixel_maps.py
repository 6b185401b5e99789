from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from conftest import FIRST, LAST, NORTH, STUDY, WEST, with_outputs, write_map
from tanheng.pipeline.run import run_study

DENSITY = {1: 66.81, 2: 149.95, 3: 72.5, 4: 62.1, 5: 60.0, 6: 53.3}


def read(study: Path, name: str) -> np.ndarray:
    with rasterio.open(study.parent / "results" / "pixels" / name) as dataset:
        assert np.isnan(dataset.nodata)
        assert dataset.units == ("t C ha-1",)
        assert (dataset.transform.c, dataset.transform.f) == (WEST, NORTH)
        return dataset.read(1)


def test_pixels_hold_the_density_of_their_class(tiny: Path) -> None:
    tiny.write_text(with_outputs(STUDY, "pixel_maps = true\n"), encoding="utf-8")
    run_study(tiny)
    expected = np.array([[DENSITY.get(code, np.nan) for code in row] for row in FIRST], np.float32)
    np.testing.assert_array_equal(read(tiny, "carbon_density_2000.tif"), expected)
    later = np.array([[DENSITY.get(code, np.nan) for code in row] for row in LAST], np.float32)
    np.testing.assert_array_equal(read(tiny, "carbon_density_change_2000-2010.tif"), later - expected)


def test_a_change_of_exactly_minus_one_survives(tiny: Path) -> None:
    names = ("cropland", "forest", "grassland", "water", "built-up", "unused")
    rows = "class,above,below,soil,dead\n" + "".join(f"{name},0,0,{10 - (name == 'built-up')},0\n" for name in names)
    (tiny.parent / "d.csv").write_text(rows, encoding="utf-8")
    tiny.write_text(with_outputs(STUDY, "pixel_maps = true\n").replace("henan-six-classes", "d.csv"), encoding="utf-8")
    run_study(tiny)
    assert read(tiny, "carbon_density_change_2000-2010.tif")[0, 1] == -1.0


def test_maps_on_other_pixels_get_no_change(tiny: Path) -> None:
    write_map(tiny.parent / "b.tif", np.kron(np.array(LAST), np.ones((2, 2), int)), pixel=500.0)
    tiny.write_text(with_outputs(STUDY, "pixel_maps = true\n"), encoding="utf-8")
    run_study(tiny)
    found = sorted(path.name for path in (tiny.parent / "results" / "pixels").iterdir())
    assert found == ["carbon_density_2000.tif", "carbon_density_2010.tif"]


def test_a_map_that_reaches_further_has_its_change_where_both_are(tiny: Path) -> None:
    wider = np.hstack([np.array(LAST), np.full((len(LAST), 1), 2)])
    write_map(tiny.parent / "b.tif", wider)
    tiny.write_text(with_outputs(STUDY, "pixel_maps = true\n"), encoding="utf-8")
    run_study(tiny)
    found = read(tiny, "carbon_density_change_2000-2010.tif")
    before, after = (
        np.array([[DENSITY.get(code, np.nan) for code in row] for row in rows], np.float32) for rows in (FIRST, LAST)
    )
    np.testing.assert_array_equal(found[:, :-1], after - before)
    assert np.isnan(found[:, -1]).all()


def test_pixels_sum_to_the_stock(tiny: Path) -> None:
    tiny.write_text(with_outputs(STUDY, "pixel_maps = true\n"), encoding="utf-8")
    total = run_study(tiny).tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    assert float(np.nansum(read(tiny, "carbon_density_2000.tif").astype(float))) * 100 == pytest.approx(
        total[2000], rel=1e-6
    )
