"""Rows that are the sum of others are told: they would be counted twice."""

from __future__ import annotations

import pandas as pd

from tanheng.inputs.emission.sums import sum_notes


def totals(rows: dict[str, list[float]]) -> pd.DataFrame:
    """Emissions of two years by sector."""
    parts = [
        {"year": year, "zone": "", "sector": sector, "emissions_t_c": values[number]}
        for number, year in enumerate((2005, 2015))
        for sector, values in rows.items()
    ]
    return pd.DataFrame(parts)


def test_a_sum_among_sectors_is_told() -> None:
    found = sum_notes(totals({"industry": [70.0, 81.0], "homes": [30.0, 44.0], "Both": [100.04, 125.0]}), "a.csv")
    assert len(found) == 1
    assert "'Both' is the sum of the other sectors" in found[0]
    called = sum_notes(totals({"industry": [70.0, 81.0], "Total": [90.0, 0.0]}), "a.csv")
    assert ["'total' is called a sum" in text for text in called] == [True]
    nothing = sum_notes(totals({"生活消费": [70.0, 81.0], "城镇": [0.0, 0.0], "合计": [0.0, 0.0]}), "a.csv")
    assert nothing == []


def test_rows_without_a_sector_that_are_the_sum_are_named_so() -> None:
    (note,) = sum_notes(totals({"industry": [70.0, 81.0], "homes": [30.0, 44.0], "": [100.0, 125.0]}), "a.csv")
    assert "the rows without a sector are the sum of those with one" in note


def test_what_agrees_once_may_be_chance() -> None:
    assert (
        sum_notes(totals({"industry": [30.0, 81.0], "homes": [20.0, 44.0], "transport": [50.0, 60.0]}), "a.csv") == []
    )


def test_two_sectors_that_are_alike_are_no_sum() -> None:
    assert sum_notes(totals({"industry": [30.0, 81.0], "homes": [30.0, 81.0], "none": [0.0, 0.0]}), "a.csv") == []


def test_a_sum_of_activity_is_one_of_each_fuel() -> None:
    table = totals({"industry": [70.0, 81.0], "homes": [30.0, 44.0], "both": [100.0, 125.0]})
    table = table.rename(columns={"emissions_t_c": "quantity"}).assign(fuel="raw coal")
    other = table.assign(fuel="coke", quantity=[5.0, 6.0, 11.0, 4.0, 4.0, 9.0])
    assert "'both'" in sum_notes(table, "a.csv")[0]
    assert sum_notes(pd.concat([table, other]), "a.csv") == []
