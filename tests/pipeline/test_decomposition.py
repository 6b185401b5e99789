"""What drives emissions in a study: effects sum to the change, by fuel and by totals, for the region and its zones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from conftest import tiny_study_with_people
from tanheng.errors import StudyError
from tanheng.pipeline.run import Results, run_study

ECONOMY = "year,gdp,population\n2000,100,1000\n2010,200,1100\n"


def run_with(
    folder: Path, economy: str = ECONOMY, *, fuels: bool = True, prices: str = "constant 2010", zones: bool = False
) -> Results:
    """Small study: coal and, in the second year, gas as well."""
    study = tiny_study_with_people(folder)
    text = study.read_text(encoding="utf-8")
    if fuels:
        rows = "year,sector,fuel,quantity,unit\n2000,industry,raw coal,1000,t\n2010,industry,raw coal,800,t\n2010,industry,natural gas,20,10^4 m3\n"
        (folder / "activity.csv").write_text(rows, encoding="utf-8")
        text = text.replace('totals = "totals.csv"', 'activity = "activity.csv"\nfactors = "china-gbt"')
    if zones:
        rows = "year,emissions,unit,zone\n2000,600,t CO2,a\n2000,400,t CO2,b\n2010,1000,t CO2,a\n2010,1000,t CO2,b\n"
        (folder / "totals.csv").write_text(rows, encoding="utf-8")
        text = text.replace('totals = "totals.csv"', 'totals = "totals.csv"\nzones = "part"')
    (folder / "economy.csv").write_text(economy, encoding="utf-8")
    study.write_text(text + f'\n[decomposition]\ntable = "economy.csv"\nprices = "{prices}"\n', encoding="utf-8")
    return run_study(study)


def test_effects_by_fuel_sum_to_the_change(tmp_path: Path) -> None:
    results = run_with(tmp_path)
    table = results.tables["emission_decomposition"].set_index("effect")
    emissions = results.tables["emissions"].groupby("year")["emissions_t_co2"].sum()
    change = emissions[2010] - emissions[2000]
    assert table["effect_t_co2"].sum() == pytest.approx(change, rel=1e-12)
    assert np.prod(table["effect_ratio"]) == pytest.approx(emissions[2010] / emissions[2000], rel=1e-12)
    # Gas was not burnt before: all that it emits stands in the mix. By hand: E0 = 1000 * 20.908e-3 TJ of coal.
    coal = results.tables["emissions"].query("year == 2000")["emissions_t_co2"].sum()
    coal_now = coal * 0.8
    mean = (coal_now - coal) / np.log(coal_now / coal)
    assert table.loc["population", "effect_t_co2"] == pytest.approx(mean * np.log(1.1))
    assert table.loc["output per head", "effect_t_co2"] == pytest.approx(mean * np.log(200 / 1100 / (100 / 1000)))
    assert table.loc["emission factors", "effect_t_co2"] == pytest.approx(0.0, abs=1e-9)
    state = results.tables["decoupling"].iloc[0]
    assert state["output_growth"] == pytest.approx(1.0)
    assert state["elasticity"] == pytest.approx(change / emissions[2000])
    page = results.report.read_text(encoding="utf-8")
    assert "The decomposition is an identity" in page
    assert "What drives the change of emissions, 2000 to 2010 (LMDI)" in page


def test_totals_have_three_effects(tmp_path: Path) -> None:
    table = run_with(tmp_path, fuels=False).tables["emission_decomposition"].set_index("effect")
    assert table.index.tolist() == ["population", "output per head", "carbon intensity"]
    # Emissions double as output does: the intensity stays, and ln 2 is shared by ln 1.1 and ln (2 / 1.1).
    assert table.loc["carbon intensity", "effect_t_co2"] == pytest.approx(0.0, abs=1e-9)
    assert table.loc["population", "effect_t_co2"] == pytest.approx(1000 / np.log(2) * np.log(1.1))


def test_population_of_the_maps_serves_where_the_table_has_none(tmp_path: Path) -> None:
    table = run_with(tmp_path, "year,gdp\n2000,100\n2010,200\n", fuels=False).tables["emission_decomposition"]
    # One population map for both years: people do not change.
    assert table.set_index("effect").loc["population", "effect_t_co2"] == pytest.approx(0.0, abs=1e-9)


def test_zones_have_effects_of_their_own(tmp_path: Path) -> None:
    rows = "year,zone,gdp,population\n2000,a,60,500\n2000,b,40,500\n2010,a,100,600\n2010,b,100,500\n"
    results = run_with(tmp_path, rows, fuels=False, zones=True)
    sums = results.tables["emission_decomposition"].groupby("zone")["effect_t_co2"].sum()
    assert sums["a"] == pytest.approx(400.0)
    assert sums["b"] == pytest.approx(600.0)
    assert sums["the region"] == pytest.approx(1000.0)


def test_current_prices_are_told(tmp_path: Path) -> None:
    assert any("at current prices" in text for text in run_with(tmp_path, fuels=False, prices="current").warnings)


@pytest.mark.parametrize(
    ("economy", "said"),
    [
        ("year,gdp,population\n2000,100,1000\n", "no row for 2010"),
        ("year,gdp,population\n2000,0,1000\n2010,1,1\n", "write an amount above zero"),
        ("year,zone,gdp,population\n2000,z,1,1\n2010,z,1,1\n", "zone\\(s\\) that the emissions do not have: z"),
        ("year,population\n2000,1\n", "gdp"),
        ("year,gdp,population\n2000,100,1000\n2010,200,\n", "population is given for some years and not for others"),
    ],
)
def test_a_wrong_table_is_refused(tmp_path: Path, economy: str, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        run_with(tmp_path, economy, fuels=False)


def test_prices_must_be_said(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match=r"decomposition\.prices"):
        run_with(tmp_path, prices="2010")


def test_zones_that_are_missing_are_no_region(tmp_path: Path) -> None:
    rows = "year,zone,gdp,population\n2000,a,60,500\n2010,a,100,600\n"
    with pytest.raises(StudyError, match="no output of b, which have emissions"):
        run_with(tmp_path, rows, fuels=False, zones=True)


def test_people_in_another_unit_are_told(tmp_path: Path) -> None:
    economy = "year,gdp,population\n2000,100,0.02\n2010,200,0.02\n"
    assert any("is it in persons, not in 10^4?" in text for text in run_with(tmp_path, economy, fuels=False).warnings)


def test_output_and_people_of_zones_in_another_unit_are_told(tmp_path: Path) -> None:
    """One year of output in 10^4 yuan among others in 10^8; people of zones in 10^4."""
    (tmp_path / "output").mkdir()
    economy = "year,gdp,population\n2000,100,2000\n2010,2000000,2000\n"
    notes = run_with(tmp_path / "output", economy, fuels=False).warnings
    assert any("output of the region is 20,000 times as much in 2010 as in 2000" in text for text in notes)
    (tmp_path / "people").mkdir()
    rows = "".join(f"{year},{zone},100,0.0001\n" for year in (2000, 2010) for zone in "ab")
    notes = run_with(tmp_path / "people", f"year,zone,gdp,population\n{rows}", fuels=False, zones=True).warnings
    assert any("such rows in all" in text for text in notes)


@pytest.mark.parametrize(("whole", "asked"), [(205, False), (2000, True), (60, True)])
def test_output_of_the_region_beside_that_of_its_zones_is_compared(tmp_path: Path, whole: float, asked: bool) -> None:
    rows = "".join(f"{year},{zone},100,500\n" for year in (2000, 2010) for zone in "ab")
    rows += f"2000,,{whole},1000\n2010,,210,1000\n"
    notes = run_with(tmp_path, f"year,zone,gdp,population\n{rows}", fuels=False, zones=True).warnings
    assert any("output of the region in 2000 is" in text for text in notes) == asked


@pytest.mark.parametrize(("of", "periods"), [(2000, 0), (2009, 1)])
def test_emissions_that_stand_in_for_another_year_explain_nothing(tmp_path: Path, of: int, periods: int) -> None:
    """Two years with the data of one have no change to explain; with those of a year nearby, a note says what is mixed."""
    study = tiny_study_with_people(tmp_path)
    (tmp_path / "totals.csv").write_text("year,emissions,unit\n2000,1000,t CO2\n2009,1800,t CO2\n", encoding="utf-8")
    (tmp_path / "economy.csv").write_text(ECONOMY, encoding="utf-8")
    more = f'\n[decomposition]\ntable = "economy.csv"\nprices = "constant 2010"\n[data_years]\nemissions = {{ 2010 = {of} }}\n'
    study.write_text(study.read_text(encoding="utf-8") + more, encoding="utf-8")
    results = run_study(study)
    assert len(results.tables.get("decoupling", ())) == periods
    assert any(f"emissions of 2010 are data of {of}" in note for note in results.warnings)
    assert any("no change to explain" in note for note in results.warnings) == (periods == 0)
    assert results.report.is_file()
