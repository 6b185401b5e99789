"""Rows of a table that are the sum of its other rows, and would be counted twice."""

from __future__ import annotations

import pandas as pd

from tanheng.language import listed, name_of, tr

#: How near, of itself, a value must be to the sum of the others: numbers are printed rounded.
_NEAR = 1e-3


def sum_notes(table: pd.DataFrame, name: str) -> list[str]:
    """Warnings on sectors that are, wherever they stand beside two others or more, the sum of these.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns ``year, zone, sector``, ``emissions_t_c`` or ``quantity``, and ``fuel`` where there is one.
    name : str
        Of its file.

    Examples
    --------
    >>> rows = {"year": [2005] * 3 + [2015] * 3, "zone": "", "sector": ["industry", "homes", "both"] * 2}
    >>> table = pd.DataFrame({**rows, "emissions_t_c": [70.0, 30.0, 100.0, 80.0, 45.0, 125.0]})
    >>> print(*sum_notes(table, "totals.csv"))
    totals.csv: 'both' is the sum of the other sectors, so that all of these count twice; is that so? Take the rows of the sum out
    """
    amount = "emissions_t_c" if "emissions_t_c" in table else "quantity"
    rows = table[table[amount] != 0]
    named = [*_named_sums(rows, name), *_coal_of_kinds(rows, name)]
    if named:
        return named
    keys = [key for key in ("year", "zone", "fuel") if key in rows]
    groups = rows.groupby(keys, dropna=False)[amount]
    rows = rows.assign(_all=groups.transform("sum"))[groups.transform("size") >= 3]
    is_sum = (rows[amount] * 2 - rows["_all"]).abs() <= _NEAR * rows[amount].abs()
    by_sector = is_sum.groupby(rows["sector"])
    # Once may be chance.
    sectors = sorted(by_sector.all().index[by_sector.all() & (by_sector.size() >= 2)])
    # Two that are alike, beside a small third, are each the sum of the others; neither is meant as one.
    if len(sectors) != 1:
        return []
    if not sectors[0]:
        return [
            tr(
                "{name}: the rows without a sector are the sum of those with one, so that all of these count twice; is that so? Take the rows of "
                "the sum out",
                name=name,
            )
        ]
    return [
        tr(
            "{name}: '{sector}' is the sum of the other sectors, so that all of these count twice; is that so? Take the rows of "
            "the sum out",
            name=name,
            sector=sectors[0],
        )
    ]


#: What tables call the sum of their sectors.
_ALL = frozenset(
    {"all", "total", "sum", "whole society", "all sectors", "合计", "总计", "总和", "全社会", "全部", "总量", "小计"}
)

#: Sectors that are the sum of others of the same table.
_HOMES = frozenset({"residential", "生活消费", "居民生活", "households", "居民", "生活"})
_PARTS_OF_HOMES = frozenset(
    {"urban", "rural", "urban residential", "rural residential", "城镇", "乡村", "城镇居民", "农村居民", "农村"}
)


def _named_sums(table: pd.DataFrame, name: str) -> list[str]:
    """Warnings on sectors that are called a sum and stand beside others, in a year and zone."""
    notes = []
    keys = [key for key in ("year", "zone", "fuel") if key in table]
    words = table["sector"].astype(str).str.strip().str.lower()
    beside = words[words != ""].groupby([table[key] for key in keys], dropna=False)
    for _, sectors in beside:
        there = set(sectors)
        sums = [*(there & _ALL), *(there & _HOMES if there & _PARTS_OF_HOMES else ())]
        if len(there) > 1:
            notes += [
                tr(
                    "{name}: '{sector}' is called a sum and stands beside the sectors that it holds, so that all of these count twice; is that so? "
                    "Take the rows of the sum out",
                    name=name,
                    sector=one,
                )
                for one in sums
            ]
    return list(dict.fromkeys(notes))


#: Kinds of coal that make up raw coal.
_KINDS_OF_COAL = frozenset({"anthracite", "bituminous_coal", "other_bituminous_coal", "lignite", "coking_coal"})


def _coal_of_kinds(table: pd.DataFrame, name: str) -> list[str]:
    """Warning on raw coal that stands beside the kinds that it is the sum of."""
    if "fuel" not in table or "quantity" not in table:
        return []
    for (year, *_), rows in table.groupby(["year", "zone", "sector"], dropna=False):
        whole = float(rows.loc[rows["fuel"] == "raw_coal", "quantity"].sum())
        kinds = rows[rows["fuel"].isin(_KINDS_OF_COAL)]
        if whole > 0 and len(kinds) > 1 and abs(float(kinds["quantity"].sum()) - whole) <= _NEAR * whole:
            return [
                tr(
                    "{name}: raw coal of {year} is the sum of {kinds} beside it, so that both count; is that so? Take one of them out",
                    name=name,
                    year=year,
                    kinds=listed(name_of(fuel) for fuel in kinds["fuel"]),
                )
            ]
    return []
