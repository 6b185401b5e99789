"""Possible drivers of supply and demand: rasters, fixed or by year, and tables by zone; opened and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from tanheng.accounting.jumps import jumps, ratio_words
from tanheng.inputs.problems import Problems
from tanheng.inputs.yearly import rasters_by_year
from tanheng.inputs.zone_names import by_id, zone_hint
from tanheng.io.rasters import Raster
from tanheng.io.tables import read_zone_values
from tanheng.io.vectors import Polygons
from tanheng.language import listed, tr
from tanheng.study import Driver, Study


@dataclass(frozen=True)
class DriverInputs:
    """A driver: its rasters by year, or its table by zone with the zones.

    Attributes
    ----------
    name : str
    settings : Driver
    rasters : mapping of int to Raster
        By year; empty for a table.
    table : pandas.DataFrame, optional
        Columns ``year`` (0 for all years), ``zone`` and ``value``.
    zones : Polygons, optional
    """

    name: str
    settings: Driver
    rasters: Mapping[int, Raster] = field(default_factory=dict)
    table: pd.DataFrame | None = None
    zones: Polygons | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether the driver is the same in all years."""
        if self.table is not None:
            return bool((self.table["year"] == 0).all())
        return self.settings.maps is None


def open_drivers(
    study: Study, base: Path, zones: Mapping[str, Polygons], problems: Problems
) -> tuple[DriverInputs, ...]:
    """Drivers of a study in its order; problems are gathered, and a table that can't be read is left out."""
    drivers = []
    for name, settings in study.drivers.items():
        with problems.at(f"drivers.{name}"):
            drivers.append(_driver(name, settings, study.years, base, zones, problems))
    return tuple(driver for driver in drivers if driver is not None)


def _driver(
    name: str,
    settings: Driver,
    years: tuple[int, ...],
    base: Path,
    zones: Mapping[str, Polygons],
    problems: Problems,
) -> DriverInputs | None:
    if settings.table is None:
        return DriverInputs(name, settings, rasters_by_year(years, base, settings, problems))
    table = problems.attempt(read_zone_values, base / settings.table, settings.units or "1", settings.columns)
    if table is None:
        return None
    polygons = zones.get(settings.zones or "")
    if polygons is not None:
        table = problems.attempt(by_id, table, polygons, settings.table)
        if table is None:
            return None
    problems.add(*_table_problems(settings, table, polygons, years))
    for question in _jumps(settings.table, table):
        problems.warn(question)
    return DriverInputs(name, settings, table=table, zones=polygons)


#: Times by which values of all zones together may grow or shrink between two years before it is asked about.
_JUMP = 10.0


def _jumps(name: str, table: pd.DataFrame) -> Iterator[str]:
    """Questions about years whose values are many times those of the year before: a slip in the unit is the usual cause.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2000, 2010], "zone": ["a", "a"], "value": [3.0, 60000.0]})
    >>> print(*_jumps("gdp.csv", table))
    gdp.csv: 20,000 times as much in 2010 as in 2000; is that so, or is a unit or a row wrong?
    """
    by_year = table[table["year"] != 0].pivot_table(index="zone", columns="year", values="value", aggfunc="last")
    for first, last in pairwise(sorted(by_year.columns)):
        both = by_year[[first, last]].dropna()
        one, other = (float(both[year].sum()) for year in (first, last))
        for _, _, ratio in jumps({first: one, last: other}, _JUMP):
            yield tr(
                "{name}: {ratio} times as much in {last} as in {first}; is that so, or is a unit or a row wrong?",
                name=name,
                ratio=ratio_words(ratio),
                first=int(first),
                last=int(last),
            )


def _table_problems(
    settings: Driver, table: pd.DataFrame, polygons: Polygons | None, years: tuple[int, ...]
) -> list[str]:
    """Zones of a table that its layer lacks, and years that it has no value for."""
    faults = []
    lost = sorted(set(table["zone"]) - set(polygons.ids)) if polygons is not None else []
    if lost and polygons is not None:
        faults.append(
            tr(
                "{table}: zone(s) not in the layer '{zones}': {names}{nearest}",
                table=settings.table,
                zones=settings.zones,
                names=listed(lost[:5]),
                nearest=zone_hint(lost[0], polygons),
            )
        )
    faults += [
        tr("{table}: no value for {year}; add it, or leave the column 'year' out", table=settings.table, year=year)
        for year in years
        if not ((table["year"] == year) | (table["year"] == 0)).any()
    ]
    return faults
