"""Years in the names of maps that are not the years that the study gives them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath

from tanheng.language import listed, tr
from tanheng.study import Study

#: A year between other characters than digits; 2000m is a resolution, 1990s ten years, 2048x2048 a size.
_YEAR = re.compile(r"(?<!\d)(?:19[5-9]\d|20\d\d)(?!\d|[mxsrv])")


def year_in_name(name: str) -> int | None:
    """Year that a file name holds, where it holds just one.

    Examples
    --------
    >>> year_in_name("maps/CLCD_v01_2010_albert.tif"), year_in_name("nep_2000_2020.tif"), year_in_name("lc12010.tif")
    (2010, None, None)
    """
    found = set(_YEAR.findall(PurePath(name.replace("\\", "/")).stem))
    return int(found.pop()) if len(found) == 1 else None


def file_year_notes(study: Study) -> list[str]:
    """Questions about maps by year whose name holds another year than the one that they stand for."""
    notes = []
    for place, input_name, maps in _maps_of(study):
        borrowed = study.borrowed(input_name)
        wrong = {
            year: names[0]
            for year, names in maps.items()
            if year not in borrowed and {year_in_name(name) for name in names}.isdisjoint({year, None})
        }
        if wrong:
            notes.append(
                tr(
                    "{place}: {files}; is each map of the year that it stands for? Where data of another year stand in, say so in [data_years]",
                    place=place,
                    files=listed(tr("{year} has '{file}'", year=year, file=file) for year, file in wrong.items()),
                )
            )
    return notes


def _maps_of(study: Study) -> Iterator[tuple[str, str, Mapping[int, tuple[str, ...]]]]:
    """Place in the study file, name of the input, and files by year, of each input that has a map by year."""
    yield "land_cover.maps", "land_cover", study.land_cover.maps
    entries = [
        ("population.maps", "population", study.population and study.population.maps),
        ("balance.nep.maps", "nep", study.balance.nep and study.balance.nep.maps),
        ("balance.npp.maps", "npp", study.balance.npp and study.balance.npp.maps),
        *((f"drivers.{name}.maps", name, driver.maps) for name, driver in study.drivers.items()),
    ]
    for place, name, maps in entries:
        if maps:
            yield place, name, {year: (file,) for year, file in maps.items()}
