"""Emissions of several years beside each other: jumps, and rows that one year has and another lacks."""

from __future__ import annotations

import pandas as pd
import pytest

from tanheng.stages.emission.years import gap_notes, jump_notes

#: Emissions of 2000 and 2010 by zone, sector and fuel, t CO2.
ROWS = {
    ("a", "industry", "coal"): (100.0, 130.0),
    ("a", "homes", "coal"): (20.0, 25.0),
    ("a", "homes", "gas"): (5.0, 6.0),
    ("b", "industry", "coal"): (60.0, 70.0),
    ("b", "homes", "coal"): (10.0, 8.0),
    ("b", "homes", "gas"): (2.0, 3.0),
}


def table(**changed: float | None) -> pd.DataFrame:
    """The rows; `a_homes_gas_2010=None` leaves one out."""
    rows = []
    for (zone, sector, fuel), amounts in ROWS.items():
        for year, amount in zip((2000, 2010), amounts, strict=True):
            value = changed.get(f"{zone}_{sector}_{fuel}_{year}", amount)
            if value is not None:
                rows.append({"year": year, "zone": zone, "sector": sector, "fuel": fuel, "emissions_t_co2": value})
    return pd.DataFrame(rows)


def test_whole_tables_are_not_asked_about() -> None:
    assert gap_notes(table()) == jump_notes(table()) == []
    totals = table().drop(columns="fuel").groupby(["year", "zone", "sector"], as_index=False).sum()
    assert gap_notes(totals) == jump_notes(totals) == []


def test_a_sector_without_rows_in_a_year_is_asked_about_once() -> None:
    gone = dict.fromkeys((f"{zone}_homes_{fuel}_2010" for zone in "ab" for fuel in ("coal", "gas")), None)
    (note,) = [text for text in gap_notes(table(**gone)) if "homes" in text]
    assert note.startswith(
        "'homes' has no row in 2010, which then counts as nothing; in 2000 it emits 19 % of the total"
    )


def test_a_fuel_of_a_sector_is_asked_about() -> None:
    found = gap_notes(table(a_homes_coal_2010=None, b_homes_coal_2010=None))
    assert [text.split(",")[0] for text in found] == ["coal of 'homes' has no row in 2010"]


def test_zones_that_lack_a_part_are_named_together() -> None:
    rows = table(a_homes_coal_2010=None)
    (note,) = gap_notes(rows, {"a": "Anyang", "b": "Puyang"})
    assert "coal of 'homes' has no row in 2010 for zones Anyang" in note
    assert "up to 16 % of the total of a zone" in note


def test_a_total_beside_sectors_of_another_year_lacks_nothing() -> None:
    rows = [(2000, "industry", 70.0), (2000, "homes", 30.0), (2010, "", 120.0)]
    assert gap_notes(pd.DataFrame(rows, columns=["year", "sector", "emissions_t_co2"])) == []


@pytest.mark.parametrize(
    "changed",
    [
        # A zero is an answer.
        {"a_homes_coal_2010": 0.0, "b_homes_coal_2010": 0.0},
        # A fuel that comes into use, and one that hardly counts.
        {"a_homes_gas_2000": None, "b_homes_gas_2000": None},
        {"a_homes_gas_2000": 0.3, "b_homes_gas_2000": 0.1, "a_homes_gas_2010": None, "b_homes_gas_2010": None},
    ],
)
def test_what_may_well_be_is_not_asked_about(changed: dict[str, float | None]) -> None:
    assert gap_notes(table(**changed)) == []


def test_a_zone_or_a_sector_that_jumps_is_named() -> None:
    found = jump_notes(table(b_industry_coal_2010=7000.0), {"b": "Puyang"})
    assert any("emissions of Puyang: 97.4 times as much in 2010 as in 2000" in text for text in found)
    assert any("emissions of industry: 44.6 times" in text for text in found)
    totals = table(b_industry_coal_2010=7000.0).drop(columns="fuel").groupby(["year", "sector"], as_index=False).sum()
    assert any("emissions of all sectors together: 36.4 times" in text for text in jump_notes(totals))
