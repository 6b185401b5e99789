"""Rasters: every way in which a file says that a pixel is missing is honoured, and what no quantity can be is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from conftest import MapWriter, tiny_study_with_people, write_map
from tanheng.errors import InputError
from tanheng.inputs.checks.raster_checks import check_population, check_values
from tanheng.io.mosaic import open_mosaic
from tanheng.io.rasters import Raster, gdal_settings, open_raster
from tanheng.land.lookup import whole_codes
from tanheng.pipeline.run import run_study

VALUES = np.array([[1, 2, 3, 4], [5, 6, 7, 8]])
MASK = np.array([[255, 255, 0, 255], [255, 255, 255, 0]], np.uint8)
#: What is left of VALUES under MASK.
LEFT = np.where(MASK == 0, np.nan, VALUES.astype(float))


def values_of(raster: Raster) -> np.ndarray:
    return raster.read_values(0, 0, raster.pixels.height, raster.pixels.width)


def with_mask(path: Path, mask: np.ndarray) -> Path:
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "r+") as dataset:
        dataset.write_mask(mask)
    return path


@pytest.mark.parametrize("dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"])
@pytest.mark.parametrize("how", ["mask", "alpha", "nodata"])
def test_missing_pixels_are_missing_however_the_file_says_so(map_writer: MapWriter, dtype: str, how: str) -> None:
    if how == "mask":
        path = with_mask(map_writer("a.tif", VALUES, dtype=dtype, nodata=None), MASK)
    elif how == "alpha":
        path = map_writer(
            "a.tif", np.stack([VALUES, MASK]), dtype=dtype, nodata=None, photometric="MINISBLACK", alpha="YES"
        )
    else:
        path = map_writer("a.tif", np.where(MASK == 0, 99, VALUES), dtype=dtype, nodata=99)
    raster = open_raster(str(path))
    np.testing.assert_array_equal(values_of(raster), LEFT)
    stored = raster.read(0, 0, 2, 4)
    assert stored.dtype == raster.dtype
    missing = np.isnan(stored) if np.isnan(raster.nodata or 0) else stored == raster.nodata
    np.testing.assert_array_equal(missing, MASK == 0)
    np.testing.assert_array_equal(stored[~missing], VALUES[~missing])


def test_a_mask_and_a_nodata_number_both_count(map_writer: MapWriter) -> None:
    path = with_mask(map_writer("a.tif", np.where(VALUES == 1, 99, VALUES), nodata=99), MASK)
    expected = np.where(VALUES == 1, np.nan, LEFT)
    np.testing.assert_array_equal(values_of(open_raster(str(path))), expected)


def test_masked_land_is_not_counted(tmp_path: Path) -> None:
    """Two of four km2 are masked: half the stock is left, where all of it was counted before."""
    study = tiny_study_with_people(tmp_path)
    for name in ("a.tif", "b.tif"):
        path = write_map(tmp_path / name, np.full((3, 4), 2), nodata=None)
        with_mask(path, np.repeat(np.array([[255, 255, 0, 0]], np.uint8), 3, axis=0))
    table = run_study(study).tables["stock_by_class"]
    assert table[table["year"] == 2000]["area_km2"].sum() == pytest.approx(6.0)


def test_masked_people_are_not_counted(tmp_path: Path) -> None:
    study = tiny_study_with_people(tmp_path)
    people = np.array([[10, 20, 5, 1], [30, 40, 2, 1], [5, 5, 100, 60000]])
    path = write_map(tmp_path / "people.tif", people, dtype="float32", nodata=None)
    with_mask(path, np.where(people == 60000, 0, 255).astype(np.uint8))
    table = run_study(study).tables["balance"]
    assert table["population"].tolist() == pytest.approx([219.0, 219.0])


def test_scale_and_offset_are_honoured_in_values_and_codes(map_writer: MapWriter) -> None:
    path = map_writer("a.tif", VALUES, dtype="int16", nodata=8)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (10.0,), (1.0,)
    raster = open_raster(str(path))
    expected = np.where(VALUES == 8, np.nan, VALUES * 10.0 + 1.0)
    np.testing.assert_array_equal(values_of(raster), expected)
    np.testing.assert_array_equal(raster.read(0, 0, 2, 4), expected)


def test_a_nodata_number_that_the_type_cannot_hold_removes_nothing_and_is_told(map_writer: MapWriter) -> None:
    """Other programs write such tags, which rasterio refuses to write; 20.5 rounded to 20 dropped real pixels of value 20."""
    path = map_writer("a.tif", VALUES * 4, dtype="int16", nodata=2055)
    path.write_bytes(path.read_bytes().replace(b"2055\0", b"20.5\0"))
    raster = open_raster(str(path))
    np.testing.assert_array_equal(values_of(raster), VALUES * 4.0)
    assert len(raster.notes) == 1
    assert "declares 20.5 as nodata, which pixels of type int16 can't hold" in raster.notes[0]


def test_complex_numbers_are_refused(map_writer: MapWriter) -> None:
    path = map_writer("a.tif", VALUES + 1j, dtype="complex64", nodata=None)
    with pytest.raises(InputError, match=r"a\.tif: band 1 holds complex numbers \(complex64\)"):
        open_raster(str(path))


def test_infinite_values_are_refused_with_their_place(map_writer: MapWriter) -> None:
    values = VALUES.astype(float)
    values[1, 2] = np.inf
    raster = open_raster(str(map_writer("a.tif", values, dtype="float32", nodata=None)))
    with pytest.raises(InputError, match=r"1 infinite values, the first in row 2, column 3"):
        values_of(raster)


def test_infinity_may_be_declared_as_nodata(map_writer: MapWriter) -> None:
    values = VALUES.astype(float)
    values[1, 2] = -np.inf
    raster = open_raster(str(map_writer("a.tif", values, dtype="float32", nodata=float("-inf"))))
    assert np.isnan(values_of(raster)).sum() == 1


@pytest.mark.parametrize("code", [np.inf, 1e30, 2.0**40])
def test_codes_that_no_legend_has_are_refused(code: float) -> None:
    with pytest.raises(InputError, match=r"a\.tif: 1 of the pixels read have the value .*cannot be a land-cover code"):
        whole_codes(np.array([1.0, code, np.nan]), "a.tif")


def test_huge_whole_codes_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be a land-cover code"):
        whole_codes(np.array([1, 2**63 + 1], np.uint64), "a.tif")


def test_a_float_map_with_a_huge_declared_nodata_is_read(map_writer: MapWriter) -> None:
    least = float(np.finfo(np.float32).min)
    path = map_writer("a.tif", np.where(MASK == 0, least, VALUES), dtype="float32", nodata=least)
    raster = open_raster(str(path))
    np.testing.assert_array_equal(raster.read(0, 0, 2, 4), LEFT)


def test_tiles_with_and_without_a_mask_make_one_map(map_writer: MapWriter) -> None:
    first = with_mask(map_writer("first.tif", [[1, 2]], nodata=None), np.array([[255, 0]], np.uint8))
    second = map_writer("second.tif", [[3, 0]], nodata=0)
    mosaic = open_mosaic([str(first), str(second)], 1, None)
    read = mosaic.read(0, 0, 1, 2).tolist()
    assert read == [[1, mosaic.nodata]]


def test_an_impossible_population_is_refused(map_writer: MapWriter) -> None:
    raster = open_raster(str(map_writer("people.tif", [[10.0, 3.4e38]], dtype="float32", nodata=None)))
    with pytest.raises(InputError, match=r"its highest value is 3\.4e\+38, which no population has"):
        check_population(raster, may_be_empty=False)


def test_undeclared_fill_numbers_of_a_driver_are_told(map_writer: MapWriter) -> None:
    raster = open_raster(str(map_writer("height.tif", [[10, -9999]], dtype="int16", nodata=None)))
    assert "the lowest value of 'height' is -9999" in check_values(raster, "height")[0]
    declared = open_raster(str(map_writer("good.tif", [[10, -9999]], dtype="int16", nodata=-9999)))
    assert check_values(declared, "height") == []


def test_a_driver_beyond_any_quantity_is_refused(map_writer: MapWriter) -> None:
    raster = open_raster(str(map_writer("height.tif", [[10.0, 1e30]], dtype="float32", nodata=None)))
    with pytest.raises(InputError, match="contains 1e\\+30, which is not a possible value of 'height'"):
        check_values(raster, "height")


def test_blocks_are_kept_while_a_map_is_read_in_parts(tmp_path: Path) -> None:
    """GDAL decodes a block once for each part that is read of it, unless it keeps it: a cache of a few bytes keeps none."""
    with gdal_settings(str(tmp_path / "a.tif")):
        assert rasterio.env.getenv()["GDAL_CACHEMAX"] >= 32 * 2**20  # 32 tiles of 512 x 512 numbers of 32 bits
