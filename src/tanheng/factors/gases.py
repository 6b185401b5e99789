"""Gases beside the carbon dioxide of fuel: burning's methane and nitrous oxide, processes, agriculture, waste; warming potentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tanheng.errors import InputError
from tanheng.factors.catalogue import Names, aliases, packaged_table
from tanheng.factors.table import parse_number
from tanheng.language import listed, mark, tr


@dataclass(frozen=True)
class GasFactor:
    """Mass of a gas, t, per unit of an activity, with the relative half-width of its 95 % interval."""

    gas: str
    value: float
    unit: str
    half_width: float
    group: str
    source: str


def _half(row: Mapping[str, str], value: float, fallback: float) -> float:
    if not row["lower"] or not row["upper"]:
        return fallback
    return (float(row["upper"]) - float(row["lower"])) / 2.0 / value


@cache
def burning_factors() -> Mapping[tuple[str, str, str], GasFactor]:
    """Factors of burning by use, kind of fuel and gas, t per TJ.

    Examples
    --------
    >>> burning_factors()["residential", "coal", "CH4"].value
    0.3
    """
    by_gas = {}
    for line, row in packaged_table("other_gases").rows:
        value = parse_number(row["value"], tr("other_gases.csv: line {line}", line=line))
        factor = GasFactor(row["gas"], value / 1000.0, "TJ", _half(row, value, 1.0), row["use"], row["source"])
        by_gas[row["use"], row["kind"], row["gas"]] = factor
    return by_gas


@cache
def warming_potentials(name: str) -> Mapping[str, float]:
    """Warming potential of each gas over 100 years in a named set.

    Raises
    ------
    InputError
        There is no such set.

    Examples
    --------
    >>> warming_potentials("AR5")["CH4"]
    28.0
    """
    rows = packaged_table("warming_potentials").rows
    known = list(dict.fromkeys(row["set"] for _, row in rows))
    if name not in known:
        raise InputError(
            tr(
                "'{name}' is not a set of global warming potentials; choose one of {names}",
                name=name,
                names=listed(known),
            )
        )
    return {row["gas"]: float(row["value"]) for _, row in rows if row["set"] == name}


@dataclass(frozen=True)
class ActivityNames(Names):
    """Names of activities of processes, agriculture and waste, and their factors.

    Examples
    --------
    >>> processes().find("水泥")
    'cement'
    """

    factors: Mapping[str, GasFactor]


@cache
def processes() -> ActivityNames:
    """Activities that are not burning, with their Tier 1 factors."""
    table = packaged_table("process_factors")
    return ActivityNames(
        mark("activity"), aliases(table, "activity"), {row["activity"]: _process(line, row) for line, row in table.rows}
    )


def _process(line: int, row: Mapping[str, str]) -> GasFactor:
    value = parse_number(row["value"], tr("process_factors.csv: line {line}", line=line))
    unit = row["unit"].split("/")[1]
    return GasFactor(row["gas"], value, unit, _half(row, value, 0.1), row["group"], row["source"])


@cache
def sectors() -> Mapping[str, tuple[str, str]]:
    """Canonical name and use of fuel of each sector, by its names and aliases as `alias_key` makes them.

    Examples
    --------
    >>> sectors()["居民生活"]
    ('residential', 'residential')
    """
    table = packaged_table("sectors")
    uses = {row["sector"]: row["use"] for _, row in table.rows}
    return {alias: (name, uses[name]) for alias, name in aliases(table, "sector").items()}
