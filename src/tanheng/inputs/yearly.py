"""Rasters of the years of a study: one for all years, or one a year."""

from __future__ import annotations

import filecmp
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
    rasters = {year: opened[bands[year]] for year in years if year in names}
    return {year: raster for year, raster in rasters.items() if raster is not None}


def repeated_notes(name: str, settings: Maps | Driver, borrowed: Mapping[int, int], base: Path) -> list[str]:
    """Years that have the map of another year, by its name or by what is in it, without the study saying so.

    Parameters
    ----------
    name : str
        Of what the maps show, as the study calls it.
    borrowed : mapping of int to int
        Year of the data by year of the study, where it says that the two differ.

    Examples
    --------
    >>> settings = Maps(maps={2000: "p.tif", 2010: "p.tif", 2020: "q.tif"})
    >>> print(repeated_notes("population", settings, {}, Path())[0])
    population: 2000, 2010 have the same map 'p.tif'; is that so? If the data of one year stand in for the other, state it in [data_years]
    >>> repeated_notes("population", settings, {2000: 2010}, Path())
    []
    """
    years_of: dict[tuple[str, int | None], list[int]] = {}
    for year, file in (settings.maps or {}).items():
        if year in borrowed:
            continue
        band = band_of(settings.band, year)
        same = next(
            (key for key in years_of if key[1] == band and _are_alike(base / key[0], base / file)), (file, band)
        )
        years_of.setdefault(same, []).append(year)
    return [
        tr(
            "{name}: {years} have the same map '{file}'; is that so? If the data of one year stand in for the other, state it in [data_years]",
            name=name,
            years=listed(years),
            file=file,
        )
        for (file, _), years in years_of.items()
        if len(years) > 1
    ]


def _are_alike(one: Path, other: Path) -> bool:
    """Whether two files are one, or hold the same to the byte."""
    if one == other:
        return True
    try:
        return one.stat().st_size == other.stat().st_size and filecmp.cmp(one, other, shallow=False)
    except OSError:
        return False
