"""Yearly flows of land: soil and trees take time, categories of the IPCC, and gains and losses as given."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import STUDY, tiny_study, write_map
from tanheng.accounting.flows.categories import category_emissions
from tanheng.accounting.flows.delays import AT_ONCE, Response, converted_share, linear, realised, recent_and_old
from tanheng.accounting.flows.store import Part, Responses, with_departures
from tanheng.errors import InputError, StudyError
from tanheng.pipeline.run import Results, run_study

ages = st.lists(st.floats(0.5, 100.0), min_size=1, max_size=5, unique=True).map(sorted)


@given(ages, st.data())
def test_delays_conserve_the_final_change(years: list[float], data: st.DataObject) -> None:
    shares = [*sorted(data.draw(st.lists(st.floats(0, 1), min_size=len(years) - 1, max_size=len(years) - 1))), 1.0]
    curve = Response(tuple(years), tuple(shares))
    assert realised(curve, 2000, 2010, 2010 + curve.years) == pytest.approx(1.0)
    steps = [realised(curve, 2000, 2010, year) for year in range(1995, 2120)]
    assert (np.diff(steps) >= -1e-12).all()


@given(st.floats(0, 60), st.floats(2000, 2060))
def test_recent_and_old_are_the_whole(years: float, at: float) -> None:
    curve, span = linear(years), (2000.0, 2010.0)
    both = recent_and_old(curve, span, (at, at + 1), 20.0)
    whole = realised(curve, *span, at + 1) - realised(curve, *span, at)
    assert sum(both) == pytest.approx(whole, abs=1e-12)


def test_a_response_agrees_with_summing_cohorts() -> None:
    curve = Response((10.0, 30.0), (0.2, 1.0))
    cohorts = np.arange(2000, 2010, 0.01) + 0.005
    for at in (2004.0, 2012.0, 2030.0):
        age = at - cohorts
        share = np.where(age < 0, 0, np.interp(age, [0, 10, 30], [0, 0.2, 1.0])).mean()
        assert realised(curve, 2000, 2010, at) == pytest.approx(share, abs=1e-4)


@pytest.mark.parametrize(("at", "share"), [(2000.0, 0.0), (2010.0, 1.0), (2020.0, 1.0), (2025.0, 0.5), (2031.0, 0.0)])
def test_land_counts_as_converted_for_twenty_years(at: float, share: float) -> None:
    assert converted_share((2000.0, 2010.0), at, 20.0) == pytest.approx(share)


def test_a_curve_that_falls_is_refused() -> None:
    with pytest.raises(InputError, match="do not fall and end with 1"):
        Response((10.0, 20.0), (0.5, 0.4))


def run_with(folder: Path, entries: str = "", **tables: str) -> Results:
    """10 km2 of crops become forest between 2000 and 2010, of 100 km2."""
    study = tiny_study(folder)
    codes = np.ones((10, 10), int)
    write_map(folder / "a.tif", codes)
    codes = codes.copy()
    codes[0] = 2
    write_map(folder / "b.tif", codes)
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    study.write_text(STUDY + "\n[flows]\n" + entries, encoding="utf-8")
    return run_study(study)


def test_the_store_by_year_by_hand(tmp_path: Path) -> None:
    results = run_with(tmp_path, "biomass_years = { forest = 40 }")
    table = results.tables["stock_over_time"].set_index("year")
    start = 10_000 * 66.81
    assert table.loc[2000, "stock_t_c"] == pytest.approx(start)
    assert table.loc[2010, "settled_t_c"] == pytest.approx(start + 1000 * (149.95 - 66.81))
    # In 2010 conversions are five years old on average. Crops are gone: biomass 5.77 and dead 2.84 t C/ha on 1000 ha. Of forest biomass 28.45 an
    # eighth (5 / 40) has grown; of dead matter 54.2 and of the gain of soil 9.1 a quarter (5 / 20).
    by_hand = start + 1000 * (-5.77 - 2.84 + 28.45 / 8 + 54.2 / 4 + 9.1 / 4)
    assert table.loc[2010, "stock_t_c"] == pytest.approx(by_hand)
    # All has taken place forty years after the last conversion.
    assert table.index[-1] == 2050
    assert table.loc[2050, "stock_t_c"] == pytest.approx(table.loc[2050, "settled_t_c"])
    assert table.loc[2050, "owed_t_c"] == pytest.approx(0.0, abs=1e-6)
    assert table["flow_t_c_per_yr"].sum() == pytest.approx(1000 * (149.95 - 66.81))


def test_categories_sum_to_the_flows(tmp_path: Path) -> None:
    results = run_with(tmp_path)
    table = results.tables["land_accounting"]
    times = results.tables["stock_over_time"].set_index("year")["flow_t_c_per_yr"]
    by_year = table.groupby("year")["total_t_co2_per_yr"].sum()
    for year in range(2001, 2011):
        assert by_year[year] == pytest.approx(-times[year] * 44 / 12)
    # Areas sum to the land; all forest was converted of late.
    assert table.groupby("year")["area_km2"].sum().tolist() == [pytest.approx(100.0)] * 10
    forest = table[(table["category"] == "forest land") & (table["year"] == 2010)].set_index("status")
    assert forest.loc["converted", "area_km2"] == pytest.approx(10.0)
    assert forest.loc["remaining", "area_km2"] == pytest.approx(0.0)
    assert forest.loc["converted", "soil_t_co2_per_yr"] < 0


def test_harvest_is_given_and_the_ways_to_account_stand_side_by_side(tmp_path: Path) -> None:
    rows = "year,class,gain,loss,unit\n" + "".join(f"{year},cropland,0,100,t C\n" for year in range(2001, 2011))
    results = run_with(tmp_path, 'given = "given.csv"', given=rows)
    row = results.tables["land_accounting_totals"].iloc[0]
    assert row["given_t_co2_per_yr"] == pytest.approx(100 * 44 / 12)
    assert row["stock_difference_t_co2_per_yr"] == pytest.approx(-1000 * 83.14 / 10 * 44 / 12)
    assert row["accounted_t_co2_per_yr"] == pytest.approx(row["responding_t_co2_per_yr"] + row["given_t_co2_per_yr"])
    page = results.report.read_text(encoding="utf-8")
    assert "the stock difference captures only land that changes its class" in page
    assert "is expected by 2030 from conversions that the maps show" in page


def test_a_growth_curve_by_table(tmp_path: Path) -> None:
    results = run_with(tmp_path, 'growth = "growth.csv"', growth="class,age,share\nforest,10,0.1\nforest,60,1\n")
    assert results.tables["stock_over_time"]["year"].iloc[-1] == 2070


@pytest.mark.parametrize(
    ("entries", "tables", "said"),
    [
        ("biomass_years = { woods = 40 }", {}, "there is no class 'woods'"),
        (
            'growth = "growth.csv"',
            {"growth": "class,age,share\nforest,10,0.5\nforest,20,0.4\n"},
            "do not fall and end with 1",
        ),
        ('given = "given.csv"', {"given": "year,class,loss,unit\n2005,cropland,5,m3\n"}, "m3"),
        ('categories = { forest = "woodland" }', {}, "flows.categories.forest"),
    ],
)
def test_wrong_flows_are_refused(tmp_path: Path, entries: str, tables: dict[str, str], said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_with(tmp_path, entries, **tables)


def run_three(folder: Path, maps: list[np.ndarray], entries: str = "") -> Results:
    """Study of three maps, of 2000, 2010 and 2020."""
    study = tiny_study(folder)
    for name, codes in zip("abc", maps, strict=True):
        write_map(folder / f"{name}.tif", codes)
    text = STUDY.replace("years = [2000, 2010]", "years = [2000, 2010, 2020]").replace(
        '2010 = "b.tif" }', '2010 = "b.tif", 2020 = "c.tif" }'
    )
    study.write_text(text + "\n[flows]\n" + entries, encoding="utf-8")
    return run_study(study)


def test_land_that_changes_back_does_not_lose_what_it_had_not_gained(tmp_path: Path) -> None:
    crops, forest = np.ones((10, 10), int), np.ones((10, 10), int)
    forest[0] = 2
    results = run_three(tmp_path, [crops, forest, crops], "biomass_years = { forest = 40 }")
    table = results.tables["stock_over_time"].set_index("year")
    start = float(table.loc[2000, "stock_t_c"])
    # The store ends where it began, and never falls by more than the crops' own biomass and dead matter, 8.61 t C/ha on 1000 ha.
    assert table["stock_t_c"].iloc[-1] == pytest.approx(start)
    assert table["stock_t_c"].min() >= start - 1000 * 8.61
    accounts = results.tables["land_accounting"]
    forest_2020 = accounts[(accounts["category"] == "forest land") & (accounts["year"] == 2020)]
    assert forest_2020["area_km2"].sum() == pytest.approx(0.0, abs=1e-9)
    assert forest_2020["total_t_co2_per_yr"].sum() == pytest.approx(0.0, abs=1e-6)


def test_land_that_moves_within_its_category_stays_converted_land(tmp_path: Path) -> None:
    """10 km2 of forest become dry fields and then paddy, both cropland: they count as converted for twenty years, with their soil."""
    study = tiny_study(tmp_path)
    first = np.ones((10, 10), int)
    first[0] = 2
    dry, paddy = np.where(first == 2, 3, 1), np.where(first == 2, 4, 1)
    for name, codes in (("a.tif", first), ("b.tif", dry), ("c.tif", paddy)):
        write_map(tmp_path / name, codes)
    rows = "class,above,below,soil,dead\nunused,1,0,10,0\nforest,100,20,120,3\ndry cropland,5,0,60,0\npaddy cropland,5,0,60,0\n"
    (tmp_path / "own.csv").write_text(rows, encoding="utf-8")
    study.write_text(
        """
title = "Small"
years = [2000, 2005, 2010]
[land_cover]
codes = { 1 = "unused", 2 = "forest", 3 = "dry cropland", 4 = "paddy cropland" }
maps = { 2000 = "a.tif", 2005 = "b.tif", 2010 = "c.tif" }
[carbon_density]
table = "own.csv"
[flows]
[outputs]
maps = false
""",
        encoding="utf-8",
    )
    table = run_study(study).tables["land_accounting"]
    crops = table[(table["category"] == "cropland") & (table["year"] == 2010)].set_index("status")
    assert crops.loc["converted", "area_km2"] == pytest.approx(10.0)
    assert crops.loc["remaining", "area_km2"] == pytest.approx(0.0)
    # Soil loses 60 t C/ha on 1,000 ha, a quarter of it by the middle of 2005-2010; the 45,000 t C that are left follow over twenty years from
    # conversions spread over 2005-2010: (25 - 16) / 40 / 5 of it in 2010, all on converted land.
    assert crops.loc["converted", "soil_t_co2_per_yr"] == pytest.approx(2025 * 44 / 12, rel=1e-9)
    assert crops.loc["remaining", "soil_t_co2_per_yr"] == pytest.approx(0.0, abs=1e-6)


def test_the_last_conversion_into_a_category_counts() -> None:
    """Forest became grass in 1990-1995, grass dry fields in 2005-2010, these paddy: they came to cropland in 2005-2010."""
    classes = ("forest", "grass", "dry", "paddy")
    responses = Responses(dict.fromkeys(classes, AT_ONCE), linear(60.0), AT_ONCE)

    def all_from(one: int, other: int) -> np.ndarray:
        area = np.zeros((4, 4))
        area[one, other] = 100.0
        return area

    parts = [Part((1990, 1995), "forest", "grass", "soil", -6000.0, linear(60.0))]
    for span, area in (((2005, 2010), all_from(1, 2)), ((2010, 2015), all_from(2, 3))):
        parts = list(with_departures(parts, classes, area, span, responses))
    last = parts[-1]
    assert (last.of, last.to) == ("dry", "paddy")
    assert last.earlier == (((1990, 1995), "forest"), ((2005, 2010), "grass"))
    categories = {"forest": "forest land", "grass": "grassland", "dry": "cropland", "paddy": "cropland"}
    # In 2028 two fifths of the conversions of 2005-2010 are less than twenty years old, and none of those of 1990-1995 is.
    found = category_emissions([last], categories, "cropland", 2028, 20.0)
    assert found["converted", "soil"] / (found["converted", "soil"] + found["remaining", "soil"]) == pytest.approx(0.4)


def test_flows_end_at_the_change_of_the_maps(tmp_path: Path) -> None:
    results = run_with(tmp_path)
    times, by_class = results.tables["stock_over_time"], results.tables["stock_by_class"]
    stored = by_class.groupby("year")["stock_t_c"].sum()
    assert times.set_index("year").loc[2010, "settled_t_c"] == pytest.approx(stored[2010])


def test_given_rows_of_some_years_and_of_others(tmp_path: Path) -> None:
    rows = "year,class,gain,loss,unit\n2005,cropland,0,100,t C\n2011,cropland,0,900,t C\n"
    results = run_with(tmp_path, 'given = "given.csv"', given=rows)
    table = results.tables["land_accounting"].groupby("year")["given_t_co2_per_yr"].sum()
    assert table[2005] == pytest.approx(100 * 44 / 12)
    assert table.drop(2005).abs().max() == 0.0
    assert any("rows of 2011 are left out" in text for text in results.warnings)
