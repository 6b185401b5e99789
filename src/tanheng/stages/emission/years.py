"""Emissions of the years of a study beside each other: what jumps, and what one year has and another lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pandas as pd

from tanheng.accounting.jumps import jumps
from tanheng.language import listed, name_of, tr

#: How many times more or less a fuel, a sector, a zone, or the whole, emits in the next year of a study before it is told, and the least share
#: of the total for which it is.
_JUMP, _SHARE = 10.0, 0.01

#: Share of the total of a year that something emits which has no row in a later year, and in an earlier one: new fuels come into use, and
#: seldom does one vanish.
_GONE, _NEW = 0.01, 0.05

_NO_NAMES: Mapping[str, str] = MappingProxyType({})

#: Zones that a message names.
_SHOWN = 5


def year_notes(table: pd.DataFrame, called: Mapping[str, str] = _NO_NAMES, *, of_balance: bool = False) -> list[str]:
    """Questions about emissions that jump, and about rows that some years lack.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``year``, ``emissions_t_co2``, and those of ``zone``, ``sector`` and ``fuel`` that there are.
    called : mapping of str to str
        Name of each zone.
    of_balance : bool
        Whether the rows are those of an energy balance, which leaves out fuels that are not burnt: then sectors alone may lack.
    """
    rows = table.drop(columns="fuel") if of_balance else table
    return [*jump_notes(table, called), *gap_notes(rows, called)]


def jump_notes(table: pd.DataFrame, called: Mapping[str, str] = _NO_NAMES) -> list[str]:
    """Warnings on emissions that jump between neighbouring years: a slip in a unit or a row is the usual cause.

    Examples
    --------
    >>> table = pd.DataFrame({"year": [2000, 2010], "fuel": ["coke"] * 2, "emissions_t_co2": [10.0, 200.0]})
    >>> jump_notes(table)
    ['emissions of coke: 20 times as much in 2010 as in 2000; is that so, or is a unit or a row wrong?']
    """
    total = table.groupby("year")["emissions_t_co2"].sum()
    notes = []
    for what, rows in _parts(table, called):
        series = rows.groupby("year")["emissions_t_co2"].sum()
        by_year = {int(year): float(series.get(year, 0.0)) for year in total.index}
        for first, last, ratio in jumps(by_year, _JUMP):
            if max(by_year[year] / total[year] for year in (first, last)) >= _SHARE:
                notes.append(
                    tr(
                        "emissions of {what}: {ratio:.3g} times as much in {last} as in {first}; is that so, or is a unit or a row wrong?",
                        what=what,
                        ratio=ratio,
                        first=first,
                        last=last,
                    )
                )
    return notes


def _parts(table: pd.DataFrame, called: Mapping[str, str]) -> Iterator[tuple[str, pd.DataFrame]]:
    """The whole, and each fuel, sector and zone where there are several; a single one in place of the whole."""
    columns = [column for column in ("fuel", "sector", "zone") if column in table]
    different = {column: len(set(table[column])) for column in columns}
    if not (columns and different[columns[0]] == 1 and table[columns[0]].iloc[0]):
        yield tr("all fuels together") if "fuel" in table else tr("all sectors together"), table
    named = [column for column in columns if different[column] > 1 or column == columns[0]]
    for column in named:
        for name, rows in table.groupby(column, sort=False):
            if name:
                yield name_of(called.get(str(name), str(name)) if column == "zone" else str(name)), rows


def gap_notes(table: pd.DataFrame, called: Mapping[str, str] = _NO_NAMES) -> list[str]:
    """Questions about sectors, fuels and sectors' fuels that have no row in one year and matter in another: no row counts as nothing.

    Examples
    --------
    >>> rows = {"year": [2000, 2000, 2010], "sector": ["industry", "homes", "industry"]}
    >>> gap_notes(pd.DataFrame({**rows, "emissions_t_co2": [70.0, 30.0, 90.0]}))
    ["'homes' has no row in 2010, which then counts as nothing; in 2000 it emits 30 % of the total. Is that so? Write 0 where there is none"]
    """
    # Where a row without a sector may hold what others name one by one, nothing is known to lack.
    columns = [column for column in ("sector", "fuel") if column in table and table[column].astype(str).ne("").all()]
    levels = [[column] for column in columns] + ([columns] if len(columns) == 2 else [])
    told: _Told = {}
    notes = [note for level in levels for note in _gaps(table, level, told)]
    if "zone" in table and columns:
        notes += _zone_gaps(table, columns, told, called)
    return notes


#: Parts that were told to lack, by the year that lacks them and the one that has them.
_Told = dict[tuple[int, int], list[Mapping[str, str]]]


def _gaps(table: pd.DataFrame, level: Sequence[str], told: _Told) -> Iterator[str]:
    """Questions about parts that one of two neighbouring years has alone, but those that lie within one that was told."""
    for has, lacks, share in _alone(table, level, told):
        for name, percent in share.items():
            yield tr(
                "{what} has no row in {lacks}, which then counts as nothing; in {has} it emits {percent:.0f} % of the total. Is that so? "
                "Write 0 where there is none",
                what=name,
                lacks=lacks,
                has=has,
                percent=100.0 * percent,
            )


def _alone(table: pd.DataFrame, level: Sequence[str], told: _Told) -> Iterator[tuple[int, int, dict[str, float]]]:
    """Year that has parts, neighbouring year that lacks them, and their share of the emissions of the first."""
    total = table.groupby("year")["emissions_t_co2"].sum()
    by_part = table.pivot_table("emissions_t_co2", list(level), "year", "sum")
    for has, lacks in _neighbours(by_part.columns):
        own = by_part[has] / max(float(total[has]), 1e-300)
        # Fuels come into use; a sector seldom does.
        least = _GONE if has < lacks else _NEW if list(level) == ["sector"] else np.inf
        gone = own[by_part[lacks].isna() & (own >= least)]
        found = {}
        for key, share in gone.items():
            part = dict(zip(level, key if isinstance(key, tuple) else (key,), strict=True))
            if not _within(part, told.get((lacks, has), [])):
                found[_name(part)] = float(share)
                told.setdefault((lacks, has), []).append(part)
        yield has, lacks, found


def _zone_gaps(table: pd.DataFrame, columns: Sequence[str], told: _Told, called: Mapping[str, str]) -> Iterator[str]:
    """Questions about parts that some zones lack in a year in which they have other rows."""
    rows = table[table["zone"] != ""]
    total = rows.groupby(["zone", "year"])["emissions_t_co2"].sum()
    by_part = rows.pivot_table("emissions_t_co2", [*columns, "zone"], "year", "sum")
    for has, lacks in _neighbours(by_part.columns):
        of_zone = by_part.index.get_level_values("zone").map(total.xs(has, level="year"))
        there = by_part.index.get_level_values("zone").isin(rows.loc[rows["year"] == lacks, "zone"])
        share = by_part[has] / of_zone
        gone = share[there & by_part[lacks].isna().to_numpy() & (share >= _NEW)]
        for key, parts in gone.groupby(level=list(columns)):
            part = dict(zip(columns, key if isinstance(key, tuple) else (key,), strict=True))
            if _within(part, told.get((lacks, has), [])):
                continue
            zones = [called.get(str(zone), str(zone)) for zone in parts.index.get_level_values("zone")]
            yield tr(
                "{what} has no row in {lacks} for zones {zones}, which then counts as nothing there; in {has} it emits up to {percent:.0f} % of the "
                "total of a zone. Is that so? Write 0 where there is none",
                what=_name(part),
                lacks=lacks,
                zones=listed([*zones[:_SHOWN], *(["..."] if len(zones) > _SHOWN else [])]),
                has=has,
                percent=100.0 * float(parts.max()),
            )


def _neighbours(years: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Pairs of neighbouring years, each way."""
    for first, last in pairwise(sorted(int(year) for year in years)):
        yield first, last
        yield last, first


def _within(part: Mapping[str, str], told: Sequence[Mapping[str, str]]) -> bool:
    """Whether a part lies within one that was told."""
    return any(all(part.get(column) == name for column, name in one.items()) for one in told)


def _name(part: Mapping[str, str]) -> str:
    """A sector, a fuel, or a fuel of a sector."""
    sector, fuel = part.get("sector", ""), part.get("fuel", "")
    if sector and fuel:
        return tr("{fuel} of '{sector}'", fuel=name_of(fuel), sector=name_of(sector))
    return f"'{name_of(sector or fuel)}'"
