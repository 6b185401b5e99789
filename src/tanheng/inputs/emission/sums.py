"""Rows of a table that are the sum of its other rows, and would be counted twice."""

from __future__ import annotations

import pandas as pd

from tanheng.language import tr

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
    >>> rows = {"year": [2005] * 3 + [2015] * 3, "zone": "", "sector": ["industry", "homes", "all"] * 2}
    >>> table = pd.DataFrame({**rows, "emissions_t_c": [70.0, 30.0, 100.0, 80.0, 45.0, 125.0]})
    >>> print(*sum_notes(table, "totals.csv"))
    totals.csv: 'all' is the sum of the other sectors, so that all of these count twice; is that so? Take the rows of the sum out
    """
    amount = "emissions_t_c" if "emissions_t_c" in table else "quantity"
    rows = table[table[amount] != 0]
    keys = [key for key in ("year", "zone", "fuel") if key in rows]
    groups = rows.groupby(keys, dropna=False)[amount]
    rows = rows.assign(_all=groups.transform("sum"))[groups.transform("size") >= 3]
    is_sum = (rows[amount] * 2 - rows["_all"]).abs() <= _NEAR * rows[amount].abs()
    by_sector = is_sum.groupby(rows["sector"])
    # Once may be chance.
    found = sorted(by_sector.all().index[by_sector.all() & (by_sector.size() >= 2)])
    # Two that are alike, beside a small third, are each the sum of the others; neither is meant as one.
    if len(found) != 1:
        return []
    return [
        tr(
            "{name}: '{sector}' is the sum of the other sectors, so that all of these count twice; is that so? Take the rows of "
            "the sum out",
            name=name,
            sector=found[0],
        )
    ]
