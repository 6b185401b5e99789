"""Flows of an energy balance: their names, and whether fuel is burnt in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tanheng.factors.catalogue import Names, aliases, packaged_table
from tanheng.language import mark

#: Energy that carries no carbon itself: a territorial account counts it where it is made, not where it is used.
CARRIERS = frozenset({"electricity", "heat"})

#: Gases of iron and steel making, and the fuel whose carbon they carry: counting both would count it twice.
MADE_OF: Mapping[str, str] = {"blast_furnace_gas": "coke", "converter_gas": "coke"}


@dataclass(frozen=True)
class Flow:
    """A flow: 1 where fuel is burnt in it, 0 where not, -1 where it is taken off; its sector, and one that it stands for where that has no row."""

    name: str
    counts: int
    part_of: str
    sector: str
    stands_for: str = ""


@dataclass(frozen=True)
class FlowNames(Names):
    """Names of flows, and the flows.

    Examples
    --------
    >>> flows().find("火力发电"), flows().find("Industry - NonEnergy Use")
    ('thermal power', 'non-energy use')
    """

    flows: Mapping[str, Flow]


@cache
def flows() -> FlowNames:
    """Flows that are built in."""
    table = packaged_table("flows")
    known = {
        row["flow"]: Flow(row["flow"], int(row["counts"]), row["part_of"], row["sector"], row["stands_for"])
        for _, row in table.rows
    }
    return FlowNames(mark("balance item"), aliases(table, "flow"), known)
