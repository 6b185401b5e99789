"""Rasters of the years of a study: one for all years, or one a year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tanheng.inputs.problems import Problems
from tanheng.io.rasters import Raster, locate, open_raster
from tanheng.study import Driver, Maps
from tanheng.study.parts import band_of


def rasters_by_year(
    years: tuple[int, ...], base: Path, settings: Maps | Driver, problems: Problems
) -> dict[int, Raster]:
    """Raster of each year, opened once where it serves several years; those that can't be opened are problems."""
    names: Mapping[int, str] = settings.maps if settings.maps is not None else dict.fromkeys(years, settings.map or "")
    bands = {year: (name, band_of(settings.band, year)) for year, name in names.items()}
    opened = {
        (name, band): problems.attempt(open_raster, locate(name, base), band)
        for name, band in dict.fromkeys(bands.values())
    }
    found = {year: opened[bands[year]] for year in years if year in names}
    return {year: raster for year, raster in found.items() if raster is not None}
