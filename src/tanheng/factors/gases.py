"""Gases beside the carbon dioxide of fuel: burning's methane and nitrous oxide, processes, agriculture, waste; warming potentials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tanheng.errors import InputError
from tanheng.factors.catalogue import Table, alias_key, find_alias, parse_number, parse_table
from tanheng.language import listed, tr

#: Gases of an account, in the order of their tables.
GASES = ("CO2", "CH4", "N2O")


@dataclass(frozen=True)
class GasFactor:
    """Mass of a gas, t, per unit of an activity, with the relative half-width of its 95 % interval."""

    gas: str
    value: float
    unit: str
    half_width: float
    group: str
    source: str


def _table(name: str) -> Table:
    text = (resources.files("tanheng.factors") / f"{name}.csv").read_text(encoding="utf-8")
    return parse_table(text, f"{name}.csv")


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
    found = {}
    for line, row in _table("other_gases").rows:
        value = parse_number(row["value"], tr("other_gases.csv: line {line}", line=line))
        factor = GasFactor(row["gas"], value / 1000.0, "TJ", _half(row, value, 1.0), row["use"], row["source"])
        found[row["use"], row["kind"], row["gas"]] = factor
    return found


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
    rows = _table("warming_potentials").rows
    known = list(dict.fromkeys(row["set"] for _, row in rows))
    if name not in known:
        raise InputError(
            tr("'{name}' is no set of warming potentials; take one of {names}", name=name, names=listed(known))
        )
    return {row["gas"]: float(row["value"]) for _, row in rows if row["set"] == name}


@dataclass(frozen=True)
class ActivityNames:
    """Activities of processes, agriculture and waste, by canonical name, and their aliases."""

    factors: Mapping[str, GasFactor]
    canonical: Mapping[str, str]

    def find(self, name: str) -> str:
        """Canonical name of an activity.

        Raises
        ------
        InputError
            The name is not known; near matches are given.

        Examples
        --------
        >>> processes().find("水泥")
        'cement'
        """
        return find_alias(name, self.canonical, "activity")


@cache
def processes() -> ActivityNames:
    """Activities that are not burning, with their Tier 1 factors."""
    factors, canonical = {}, {}
    for line, row in _table("process_factors").rows:
        value = parse_number(row["value"], tr("process_factors.csv: line {line}", line=line))
        unit = row["unit"].split("/")[1]
        factors[row["activity"]] = GasFactor(
            row["gas"], value, unit, _half(row, value, 0.1), row["group"], row["source"]
        )
        for alias in (row["activity"], row["name_zh"], *row["aliases"].split("|")):
            if alias:
                canonical[alias_key(alias)] = row["activity"]
    return ActivityNames(factors, canonical)


@cache
def sectors() -> Mapping[str, tuple[str, str]]:
    """Canonical name and use of fuel of each sector, by its names and aliases in lower case.

    Examples
    --------
    >>> sectors()["居民生活"]
    ('residential', 'residential')
    """
    found = {}
    for _, row in _table("sectors").rows:
        for alias in (row["sector"], row["name_zh"], *row["aliases"].split("|")):
            if alias:
                found[alias.lower()] = (row["sector"], row["use"])
    return found
