"""Known rates of land-use change by kind of land, against which the change between two maps is held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from tanheng.factors.catalogue import packaged_table
from tanheng.factors.kinds_of_land import kind_of_land


@dataclass(frozen=True)
class ChangeRate:
    """Net change of the area of a class, fraction a year, beyond which published figures do not go."""

    lowest: float
    highest: float
    source: str


@cache
def _rates() -> Mapping[str, ChangeRate]:
    rows = [row for _, row in packaged_table("change_rates").rows]
    return {row["kind"]: ChangeRate(float(row["lowest"]), float(row["highest"]), row["source"]) for row in rows}


def change_rate(land_class: str) -> ChangeRate:
    """Known rates of a class, by the kind of land that its name says.

    Examples
    --------
    >>> change_rate("built-up").lowest, change_rate("my class").highest
    (-0.005, 0.1)
    """
    return _rates().get(kind_of_land(land_class), _rates()["other"])
