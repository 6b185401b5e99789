"""Flows of an energy balance: their names, and whether fuel is burnt in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tanheng.factors.catalogue import alias_key, find_alias, parse_table

#: Gases of iron and steel making, and the fuel whose carbon they carry: counting both would count it twice.
MADE_OF: Mapping[str, str] = {"blast_furnace_gas": "coke", "converter_gas": "coke"}


@dataclass(frozen=True)
class Flow:
    """A flow: 1 where its fuel is burnt, 0 where not, -1 where it is taken off; and the sector that it belongs to."""

    name: str
    counts: int
    part_of: str
    sector: str


@dataclass(frozen=True)
class Flows:
    """Flows that are known, by name, and their aliases."""

    flows: Mapping[str, Flow]
    canonical: Mapping[str, str]

    def find(self, name: str) -> str:
        """Canonical name of a flow.

        Raises
        ------
        InputError
            The name is not known; near matches are given.

        Examples
        --------
        >>> flows().find("火力发电"), flows().find("Industry - NonEnergy Use")
        ('thermal power', 'non-energy use')
        """
        return find_alias(name, self.canonical, "flow")


@cache
def flows() -> Flows:
    """Flows that are built in."""
    text = (resources.files("tanheng.factors") / "flows.csv").read_text(encoding="utf-8")
    known: dict[str, Flow] = {}
    canonical: dict[str, str] = {}
    for _, row in parse_table(text, "flows.csv").rows:
        known[row["flow"]] = Flow(row["flow"], int(row["counts"]), row["part_of"], row["sector"])
        for alias in (row["flow"], row["name_zh"], *row["aliases"].split("|")):
            if alias:
                canonical[alias_key(alias)] = row["flow"]
    return Flows(known, canonical)
