"""Carbon densities by land class and carbon pool, built in or from the user's table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.choices import POOLS
from tanheng.errors import InputError, UnitError
from tanheng.factors.catalogue import read_named
from tanheng.factors.headings import refuse_other_densities
from tanheng.factors.ipcc.defaults import DEPTH_CM, default_values, is_ipcc
from tanheng.factors.legends import named_codes
from tanheng.factors.table import Region, Table, parse_number
from tanheng.language import listed, mark, tr
from tanheng.units import carbon_factor, conversion_factor

_IPCC_SOURCE = (
    "IPCC Tier 1 defaults: soil to 30 cm, Vol. 4, Ch. 2, Table 2.3 and Ch. 5, Table 5.5 of the edition named; biomass and litter, 2006, Vol. 4, "
    "Tables 2.2, 4.4, 4.7, 5.9, 6.4. Cropland is upland: paddy rice has a land-use factor of its own (1.10 in 2006, 1.35 in 2019). No "
    "default for water, bare land and dead wood, which hold none here."
)

#: Column of the zone that a row is for.
ZONE = "zone"

#: Carbon in dry matter, where a study says nothing else: IPCC 2006, Vol. 4, Ch. 4, Table 4.3 (0.44 to 0.49 in the tropics and subtropics).
CARBON_FRACTION = 0.47

#: The pools in words.
POOL_WORDS = {
    "above": mark("above ground"),
    "below": mark("below ground"),
    "soil": mark("soil"),
    "dead": mark("dead organic matter"),
}

_INVEST = {"above": "c_above", "below": "c_below", "soil": "c_soil", "dead": "c_dead"}


@dataclass(frozen=True)
class CarbonDensities:
    """Carbon densities in t C/ha by land class and pool.

    `codes` holds the map code of each class where the table gives them (InVEST's ``lucode``); `region` is where the table was
    made for, and `soil_depth_cm` how deep its soil goes, where it says so.
    Where the table has a column of zones, `by_zone` has the densities of each, and `values` those of land in no zone that it names,
    if there are any (`elsewhere`).
    """

    name: str
    values: Mapping[str, Mapping[str, float]]
    source: str = ""
    codes: Mapping[int, str] | None = None
    region: Region | None = None
    soil_depth_cm: float | None = None
    by_zone: Mapping[str, CarbonDensities] = field(default_factory=dict)
    elsewhere: bool = True

    def array(self, classes: Iterable[str]) -> NDArray[np.float64]:
        """Densities of some classes, shape (classes, pools), t C/ha, pools in the order of `POOLS`."""
        return np.array([[self.values[name][pool] for pool in POOLS] for name in classes], np.float64)


def carbon_densities_from(name_or_path: str, base: Path = Path()) -> CarbonDensities:
    """Carbon densities: built in, a table by class, or InVEST's own pool table unchanged.

    Parameters
    ----------
    name_or_path : str
        One of `names("carbon_densities")`, defaults of the IPCC as ``ipcc-2019:warm temperate moist:HAC``, or a CSV file in
        one of three forms: a row a class with the columns ``class, above, below, soil, dead`` in t C/ha; InVEST's ``lucode, c_above,
        c_below, c_soil, c_dead``; or a row a value with ``land_class, carbon_pool, value, unit``. A column ``zone`` makes them
        densities by zone.
    base : Path
        Folder that a relative path starts from.

    Raises
    ------
    InputError
        A column is missing, a class appears twice, a density is blank, negative or text; every such cell is named.

    Examples
    --------
    >>> densities = carbon_densities_from("henan-six-classes")
    >>> round(sum(densities.values["forest"].values()), 2)
    149.95
    """
    if is_ipcc(name_or_path):
        return CarbonDensities(name_or_path, default_values(name_or_path), _IPCC_SOURCE, soil_depth_cm=DEPTH_CM)
    return densities_in(read_named("carbon_densities", name_or_path, base))


def densities_in(table: Table) -> CarbonDensities:
    r"""Carbon densities of a table that was read, in any of the forms of `carbon_densities_from`.

    Examples
    --------
    >>> from tanheng.factors.reading import parse_table
    >>> densities_in(parse_table("class,above,below,soil,dead\nforest,28,7,100,5\n", "mine")).values["forest"]["soil"]
    100.0
    """
    refuse_other_densities(table)
    if ZONE in table.header:
        return _zoned(table)
    if "value" in table.header and "carbon_pool" in table.header:
        return _from_rows(table)
    columns = _INVEST if "c_above" in table.header or "c_soil" in table.header else {pool: pool for pool in POOLS}
    table.require(columns.values())
    return _from_columns(table, columns)


def _soil_depth(table: Table) -> float | None:
    """Depth of the soil that a table says it is for: ``# Soil depth: 100 cm``."""
    text = table.said("Soil depth:").removesuffix("cm").strip()
    return parse_number(text, table.name) if text else None


def _zoned(table: Table) -> CarbonDensities:
    """Densities by zone: rows whose zone is blank or ``*`` are of all land in no other zone.

    Raises
    ------
    InputError
        Zones don't have the same classes.
    """
    plain = tuple(column for column in table.header if column != ZONE)
    rows: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for line, row in table.rows:
        rows.setdefault("" if row[ZONE] == "*" else row[ZONE], []).append((line, row))
    by_zone = {zone: densities_in(replace(table, header=plain, rows=tuple(of_zone))) for zone, of_zone in rows.items()}
    first = next(iter(by_zone.values()))
    for zone, densities in by_zone.items():
        differing = set(densities.values) ^ set(first.values)
        if differing:
            raise InputError(
                tr(
                    "{name}: zone '{zone}' does not have the same classes as the first one: {names}",
                    name=table.name,
                    zone=zone or "*",
                    names=listed(sorted(differing)),
                )
            )
    default = by_zone.pop("", None)
    return replace(default or _mean_of(first, by_zone), by_zone=by_zone, elsewhere=default is not None)


def _mean_of(first: CarbonDensities, by_zone: Mapping[str, CarbonDensities]) -> CarbonDensities:
    """Mean over the zones, for classes that have no land."""
    values = {
        name: {pool: float(np.mean([one.values[name][pool] for one in by_zone.values()])) for pool in POOLS}
        for name in first.values
    }
    return replace(first, values=values)


#: Blank cells of a table up to which each is named; a form that was not filled in is one problem.
_FEW_BLANKS = 4


def _blank_form(table: Table, columns: Mapping[str, str]) -> str:
    """Message on a table with many blank cells; empty where there are few."""
    blank = [(line, column) for line, row in table.rows for column in columns.values() if not row[column].strip()]
    if len(blank) <= _FEW_BLANKS:
        return ""
    line, column = blank[0]
    return tr(
        "{name}: {count} of {cells} densities are blank, the first in line {line}, column {column}; fill them in, 0 where a pool is "
        "left out",
        name=table.name,
        count=len(blank),
        cells=len(table.rows) * len(columns),
        line=line,
        column=table.heading(column),
    )


def _from_columns(table: Table, columns: Mapping[str, str]) -> CarbonDensities:
    if blank := _blank_form(table, columns):
        raise InputError(blank)
    problems: list[str] = []
    values: dict[str, dict[str, float]] = {}
    codes: dict[int, str] = {}
    rows = dict(table.rows)
    for line, code, name in named_codes(table):
        if name in values or code in codes:
            what = f"'{name}'" if name in values else tr("code {code}", code=code)
            problems.append(tr("{name}: line {line}: {what} appears twice", name=table.name, line=line, what=what))
            continue
        if code is not None:
            codes[code] = name
        values[name] = {}
        place = tr("{name}: line {line} ({land_class})", name=table.name, line=line, land_class=name)
        try:
            factor = _factor_of(rows[line].get("unit", ""), table, place)
        except InputError as error:
            problems.append(str(error))
            continue
        for pool, column in columns.items():
            try:
                values[name][pool] = factor * parse_number(rows[line][column], table.at(place, column))
            except InputError as error:
                problems.append(str(error))
    if problems:
        raise InputError("\n".join(problems))
    return CarbonDensities(table.title, values, table.source, codes or None, table.region, _soil_depth(table))


def _factor_of(unit: str, table: Table, place: str) -> float:
    """Factor that turns a unit into t C/ha; 1 where it is blank.

    Raises
    ------
    InputError
        It is no density of carbon.
    """
    try:
        return carbon_factor(unit.strip(), "t C ha-1") if unit.strip() else 1.0
    except UnitError as error:
        raise InputError(tr("{place}: {error}", place=table.at(place, "unit"), error=error)) from error


def _from_rows(table: Table) -> CarbonDensities:
    table.require(["land_class", "carbon_pool", "value", "unit"])
    values: dict[str, dict[str, float]] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        pools = values.setdefault(row["land_class"], {})
        if row["carbon_pool"] not in POOLS:
            raise InputError(
                tr(
                    "{place}: '{carbon_pool}' is not a carbon pool; they are {names}",
                    place=place,
                    carbon_pool=row["carbon_pool"],
                    names=listed(POOLS),
                )
            )
        if row["carbon_pool"] in pools:
            raise InputError(
                tr(
                    "{place}: {land_class}, {carbon_pool} appears twice",
                    place=place,
                    land_class=row["land_class"],
                    carbon_pool=row["carbon_pool"],
                )
            )
        try:
            factor = conversion_factor(row["unit"], "t C ha-1")
        except UnitError as error:
            raise InputError(tr("{place}: {error}", place=table.at(place, "unit"), error=error)) from error
        pools[row["carbon_pool"]] = parse_number(row["value"], table.at(place, "value")) * factor
    for land_class, pools in values.items():
        missing = [pool for pool in POOLS if pool not in pools]
        if missing:
            raise InputError(
                tr(
                    "{name}: '{land_class}' has no row for {names}; write 0 where it is none",
                    name=table.name,
                    land_class=land_class,
                    names=listed(missing),
                )
            )
    return CarbonDensities(table.title, values, table.source, region=table.region, soil_depth_cm=_soil_depth(table))
