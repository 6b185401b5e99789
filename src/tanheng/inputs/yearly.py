"""Rasters of the years of a study: one for all years, or one a year."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tanheng.inputs.problems import Problems
from tanheng.io.rasters import Raster, locate, open_raster
from tanheng.language import listed, tr
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


def repeated_notes(settings: Maps | Driver, borrowed: Mapping[int, int]) -> list[str]:
    """Years that have the map of another year without the study saying so.

    Parameters
    ----------
    borrowed : mapping of int to int
        Year of the data by year of the study, where it says that the two differ.

    Examples
    --------
    >>> settings = Maps(maps={2000: "p.tif", 2010: "p.tif", 2020: "q.tif"})
    >>> print(repeated_notes(settings, {})[0])
    2000, 2010: have the same map 'p.tif'; is that so? If the data of one year stand in for the other, state it in [data_years]
    >>> repeated_notes(settings, {2000: 2010})
    []
    """
    years_of: dict[tuple[str, int | None], list[int]] = {}
    for year, name in (settings.maps or {}).items():
        if year not in borrowed:
            years_of.setdefault((name, band_of(settings.band, year)), []).append(year)
    return [
        tr(
            "{years}: have the same map '{name}'; is that so? If the data of one year stand in for the other, state it in [data_years]",
            years=listed(years),
            name=name,
        )
        for (name, _), years in years_of.items()
        if len(years) > 1
    ]
