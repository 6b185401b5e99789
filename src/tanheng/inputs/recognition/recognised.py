"""A file that was looked at: what it seems to be, in figures, and what a study could take it for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pyproj
from numpy.typing import NDArray

from tanheng.language import tr

#: What a file seems to be.
Kind = Literal["land cover", "raster", "polygons", "lines or points", "table", "InVEST parameters", "unknown"]

#: Stands for the year that the user names, in the place of an entry.
YEAR = "YEAR"


@dataclass(frozen=True)
class OwnHeadings:
    """What a study must say of a table whose headings are its own.

    Attributes
    ----------
    columns : sequence of (name, meaning, whether it is needed)
        Columns that none of its headings is known for.
    place : tuple of str
        Entry that names the headings of columns.
    unit_place : tuple of str
        Entry that names the unit of its amounts; empty where it has a column of units, or needs none.
    unit_example : str
    """

    columns: Sequence[tuple[str, str, bool]]
    place: tuple[str, ...]
    unit_place: tuple[str, ...] = ()
    unit_example: str = ""


@dataclass(frozen=True)
class Use:
    """What a study could take a file for.

    Attributes
    ----------
    title : str
        For people.
    entries : sequence of (place, value)
        Entries of the study file that it sets; `YEAR` in a place stands for a year.
    likely : bool
        Whether the file looks like it, rather than only being fit for it.
    own : OwnHeadings, optional
        What is to be said of the headings of a table first.
    """

    title: str
    entries: Sequence[tuple[tuple[str, ...], object]]
    likely: bool = False
    own: OwnHeadings | None = None

    @property
    def needs_year(self) -> bool:
        """Whether the year that the file is of must be known."""
        return any(YEAR in place for place, _ in self.entries)


@dataclass(frozen=True)
class Recognised:
    """A file that was looked at.

    Attributes
    ----------
    file : str
        From the folder of the study.
    kind : str
    summary : str
        What it is, in a sentence.
    figures : sequence of (str, str)
        Names and values.
    year : int, optional
        That its name has.
    uses : sequence of Use
    codes : sequence of (code, share of the pixels)
        Of a land-cover map.
    legends : sequence of str
        Built-in legends that know all of its codes.
    bands : sequence of str
        Bands of a raster of several, by number and name.
    header : sequence of str
        Headings of a table, as it has them.
    problem : str
        Why it can't be read.
    preview : array, optional
        Pixels of a raster, NaN where missing.
    """

    file: str
    kind: Kind
    summary: str
    figures: Sequence[tuple[str, str]] = ()
    year: int | None = None
    uses: Sequence[Use] = ()
    codes: Sequence[tuple[int, float]] = ()
    legends: Sequence[str] = ()
    bands: Sequence[str] = ()
    header: Sequence[str] = ()
    problem: str = ""
    preview: NDArray[np.float64] | None = field(default=None, repr=False, compare=False)

    def as_data(self) -> dict[str, Any]:
        """All but the preview, as JSON takes it."""
        return {
            "file": self.file,
            "kind": self.kind,
            "summary": self.summary,
            "figures": [list(figure) for figure in self.figures],
            "year": self.year,
            "uses": [
                {
                    "title": use.title,
                    "entries": [[list(place), value] for place, value in use.entries],
                    "likely": use.likely,
                    "needs_year": use.needs_year,
                    "own": None if use.own is None else asdict(use.own),
                }
                for use in self.uses
            ],
            "codes": [list(code) for code in self.codes],
            "legends": list(self.legends),
            "bands": list(self.bands),
            "header": list(self.header),
            "problem": self.problem,
        }


def crs_words(crs: pyproj.CRS) -> str:
    """Coordinate reference system by its code and name, or by its name alone; one without a name is the file's own.

    Examples
    --------
    >>> crs_words(pyproj.CRS(4326))
    'EPSG:4326 (WGS 84)'
    """
    code = crs.to_epsg()
    name = tr("its own") if crs.name == "unknown" else crs.name
    return tr("EPSG:{code} ({name})", code=code, name=name) if code else name


def year_in(name: str) -> int | None:
    """Year that a file name has; none where it has none, or two.

    Examples
    --------
    >>> year_in("CLCD_v01_2020_albert.tif"), year_in("a_2000_2020.tif"), year_in("dem30.tif")
    (2020, None, None)
    """
    years = set(re.findall(r"(?<!\d)(19[0-9]{2}|20[0-9]{2})(?!\d)", name))
    return int(years.pop()) if len(years) == 1 else None


def entry_name(stem: str) -> str:
    """Name of an entry of the study from that of a file: letters, digits and underscores, without its year.

    Examples
    --------
    >>> entry_name("GDP-density 2015"), entry_name("高程")
    ('gdp_density', '高程')
    """
    without_year = re.sub(r"(?<!\d)(19|20)\d\d(?!\d)", "", stem)
    return re.sub(r"[\W_]+", "_", without_year).strip("_").lower() or "layer"
