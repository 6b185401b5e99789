"""Noise of classification is not headlined as change of land."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import HENAN, STUDY, tiny_study, write_map
from tanheng.pipeline.run import Results, run_study
from tanheng.report.words.key_figures import key_figures


def study_of(folder: Path, first: np.ndarray, last: np.ndarray, more: str = "") -> Results:
    study = tiny_study(folder)
    write_map(folder / "a.tif", first)
    write_map(folder / "b.tif", last)
    study.write_text(STUDY + more, encoding="utf-8")
    return run_study(study)


def mapped(built: int, grass: int) -> np.ndarray:
    """Map of 30 x 30 km: crops with some built-up land and grassland."""
    codes = np.ones(900, int)
    codes[:built], codes[built : built + grass] = 5, 3
    return codes.reshape(30, 30)


def test_built_up_land_that_vanishes_is_no_change_of_land(tmp_path: Path) -> None:
    results = study_of(tmp_path, mapped(100, 50), mapped(70, 0))
    note = next(text for text in results.warnings if "faster than is known" in text)
    assert "built-up (-30 %)" in note
    assert "grassland (-100 %)" in note
    page = (results.folder / "report.html").read_text(encoding="utf-8")
    first = page.index("The change between these maps is not a change of land: grassland (−100 %), built-up (−30 %)")
    assert first < page.index("In 2010 the land of the region")
    assert "difference of two maps, mostly error of classification: no change of land" in page
    assert "change of land use alone" not in page
    # 80 of 900 km2 differ: 8.9 %, and sqrt(1 - 0.089) = 0.954. That leads, and no gain or loss of carbon does.
    assert "of the land differs between the maps of 2000 and 2010" in page
    assert "maps that are each 95 % accurate would differ as much by error alone" in page
    assert "change of the carbon stock, 2000–2010" not in page


def test_a_change_as_known_is_a_difference_of_two_maps(tmp_path: Path) -> None:
    results = study_of(tmp_path, mapped(100, 50), mapped(120, 45))
    assert not [text for text in results.warnings if "faster than is known" in text]
    page = (results.folder / "report.html").read_text(encoding="utf-8")
    assert "difference of two maps on the land that both cover; errors of the maps are part of it" in page
    table = results.tables["intensity_interval"]
    assert table["changed_km2"].tolist() == [35.0]


def test_change_that_is_undone_is_told(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    for name, built in (("a.tif", 100), ("b.tif", 130), ("c.tif", 102)):
        write_map(tmp_path / name, mapped(built, 50))
    text = STUDY.replace("[2000, 2010]", "[2000, 2010, 2020]").replace(
        '2010 = "b.tif" }', '2010 = "b.tif", 2020 = "c.tif" }'
    )
    study.write_text(text, encoding="utf-8")
    assert any(
        "of the change between neighbouring years is undone by 2020" in item for item in run_study(study).warnings
    )


def test_pixels_larger_than_cells_are_told(tmp_path: Path) -> None:
    results = study_of(tmp_path, mapped(100, 50), mapped(100, 50), "[grid]\nresolution = 250\n")
    assert any("pixels of 1.0 km are larger than the cells of 0.25 km" in text for text in results.warnings)


@pytest.mark.skipif(not HENAN.exists(), reason="the real data of Henan are not here")
def test_modis_of_henan_is_not_read_as_change_of_land(tmp_path: Path) -> None:
    """MODIS 2001 and 2010 at 9 km: built-up -30 %, grassland gone; it was headlined as change of land use alone."""
    folder = HENAN / "landcover"
    years = {year: (folder / f"glcf_modis_lc5min_{year}_6class_henan.tif").as_posix() for year in (2001, 2010)}
    text = STUDY.replace("[2000, 2010]", "[2001, 2010]").replace(
        'maps = { 2000 = "a.tif", 2010 = "b.tif" }', f'maps = {{ 2001 = "{years[2001]}", 2010 = "{years[2010]}" }}'
    )
    boundary = (HENAN / "boundaries" / "henan_province.geojson").as_posix()
    study = tmp_path / "study.toml"
    study.write_text(text + f'[region]\nboundary = "{boundary}"\n', encoding="utf-8")
    results = run_study(study)
    # The page leads with what error alone can make, not with 38.64 Mt C of gain.
    figures = key_figures(results.tables)
    assert not any("change of the carbon stock" in figure.name for figure in figures)
    assert "would differ as much by error alone" in figures[1].interval
    note = next(text for text in results.warnings if "faster than is known" in text)
    assert "built-up (-3" in note
    assert "grassland (-" in note
    assert any("pixels of 8." in text or "pixels of 9." in text for text in results.warnings)
