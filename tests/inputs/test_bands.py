"""Files of several bands: the band of each year is taken, and one that nobody named is told or refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from conftest import write_map
from tanheng.errors import InputError
from tanheng.inputs.checks.study_notes import note_same_maps
from tanheng.inputs.land import open_land_rasters
from tanheng.inputs.problems import Problems
from tanheng.inputs.yearly import rasters_by_year
from tanheng.io.rasters import each_once, files_open, open_only, open_raster
from tanheng.study import LandCover, Maps, Study

STACK = np.stack([np.full((4, 5), code) for code in (1, 2, 3)])


def test_band_of_each_year_of_one_file(tmp_path: Path) -> None:
    write_map(tmp_path / "stack.tif", STACK)
    settings = Maps(maps={2000: "stack.tif", 2010: "stack.tif"}, band={2000: 1, 2010: 3})
    problems = Problems()
    with files_open():
        found = rasters_by_year((2000, 2010), tmp_path, settings, problems)
        values = {year: float(raster.read_values(0, 0, 4, 5).max()) for year, raster in found.items()}
    assert values == {2000: 1.0, 2010: 3.0}
    assert len(each_once(found.values())) == 2
    assert not any(raster.notes for raster in found.values())


def test_band_that_nobody_named_is_told(tmp_path: Path) -> None:
    path = str(write_map(tmp_path / "stack.tif", STACK))
    with files_open():
        assert "has 3 bands, 1, 2, 3, and nothing says which is meant" in open_raster(path).notes[0]
        assert open_raster(path, 1).notes == ()
        with pytest.raises(InputError, match="write that band to a file of its own"):
            open_only(path)


def test_a_year_without_a_band_takes_the_only_one_of_its_file(tmp_path: Path) -> None:
    write_map(tmp_path / "stack.tif", STACK)
    write_map(tmp_path / "one.tif", STACK[0])
    settings = Maps(maps={2000: "stack.tif", 2010: "one.tif", 2020: "stack.tif"}, band={2000: 2})
    with files_open():
        found = rasters_by_year((2000, 2010, 2020), tmp_path, settings, Problems())
    assert {year: raster.band for year, raster in found.items()} == {2000: 2, 2010: 1, 2020: 1}
    assert [bool(raster.notes) for raster in found.values()] == [False, False, True]


def test_transparency_is_no_band_of_data(tmp_path: Path) -> None:
    path = str(write_map(tmp_path / "map.tif", STACK[:2], photometric="MINISBLACK", alpha="YES"))
    with files_open():
        assert open_only(path).notes == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"map": "a.tif", "band": {2000: 1}}, "'band' by year goes with 'maps'"),
        (
            {"maps": {2000: "a.tif"}, "band": {2000: 1, 2010: 2}},
            "'band' names a band for 2010, and 'maps' has no map of it",
        ),
    ],
)
def test_bands_that_fit_no_map_are_refused(given: dict[str, object], expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        Maps.model_validate(given)


def test_land_maps_of_one_file(tmp_path: Path) -> None:
    write_map(tmp_path / "stack.tif", STACK)
    given = LandCover(maps={2000: ("stack.tif",), 2010: ("stack.tif",)}, band={2000: 1, 2010: 2})
    study = cast("Study", SimpleNamespace(years=(2000, 2010), land_cover=given))
    problems = Problems()
    with files_open():
        found = open_land_rasters(study, tmp_path, None, problems)
        codes = {year: int(raster.read_values(0, 0, 4, 5).max()) for year, raster in found.items()}
    assert codes == {2000: 1, 2010: 2}
    note_same_maps(study, problems)
    assert problems.warnings == ()
