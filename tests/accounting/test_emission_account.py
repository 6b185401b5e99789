"""The emission account: published products, the hand check, energy balances, uncertainty, bad factor tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from tanheng.accounting.emission.energy_balance import FlowRule, fuel_burnt, sum_gaps, supplied
from tanheng.accounting.emission.gases import with_equivalents
from tanheng.accounting.intervals.propagation import certain_sign, largest_drawn, ratio_covariance, ratio_half_width
from tanheng.accounting.intervals.uncertainty import (
    Terms,
    contributions,
    interval,
    propagated,
    simulated,
    trend,
    variances,
)
from tanheng.errors import InputError, TanhengError
from tanheng.factors import emission_factors_from
from tanheng.factors.flows import flows
from tanheng.factors.gases import burning_factors, processes, warming_potentials
from tanheng.units import CO2_PER_C

PRODUCTS = [
    ("raw_coal", "t", 1.9003), ("bituminous_coal", "t", 1.74175), ("coke", "t", 2.86042), ("coke_oven_gas", "10^4 m3", 8.86381),
    ("blast_furnace_gas", "10^4 m3", 8.48113), ("converter_gas", "10^4 m3", 15.12403), ("crude_oil", "t", 3.02020),
    ("gasoline", "t", 2.92506), ("diesel", "t", 3.09591), ("fuel_oil", "t", 3.17046), ("lpg", "t", 3.10133),
    ("natural_gas", "10^4 m3", 21.62189), ("lng", "t", 2.83126),
]  # fmt: skip


@pytest.mark.parametrize(("fuel", "unit", "product"), PRODUCTS)
def test_every_product_of_the_chinese_table(fuel: str, unit: str, product: float) -> None:
    assert emission_factors_from("china-gbt").fuels[fuel].carbon_per(unit) * CO2_PER_C == pytest.approx(
        product, abs=5e-5
    )


@pytest.mark.parametrize("fuel", ["coke", "crude_oil", "gasoline", "diesel", "fuel_oil", "lpg", "natural_gas"])
def test_standard_coal_is_the_physical_form_in_another_unit(fuel: str) -> None:
    """C = AD SC CF is C = AD NCV CC O where CF = CC * 29.3076e-3, SC = NCV / 29.3076 and O = 1."""
    found = emission_factors_from("china-standard-coal").fuels[fuel]
    assert found.oxidised_fraction == 1
    in_tce = next(iter(found.calorific_values.values())) / 29.3076e-3
    per_tce = found.carbon_content * 29.3076e-3
    unit = found.unit or ""
    assert found.carbon_per(unit) == pytest.approx(in_tce * per_tce, rel=1e-12)
    assert found.carbon_per("tce") == pytest.approx(per_tce, rel=1e-9)


def hand_check() -> Terms:
    """Bituminous coal and natural gas, 100 TJ each, with the IPCC's factors and bounds; Gg CO2."""
    coal, gas = (emission_factors_from("ipcc-2006").fuels[name] for name in ("other_bituminous_coal", "natural_gas"))
    emitted = np.array([100 * fuel.carbon_content * CO2_PER_C / 1000 for fuel in (coal, gas)])
    halves = {"coal": coal.half_widths["carbon_content"], "gas": gas.half_widths["carbon_content"]}
    return Terms(emitted, np.full(2, 0.05), [["coal"], ["gas"]], halves)


def test_the_hand_check_of_both_approaches() -> None:
    terms = hand_check()
    assert terms.emissions == pytest.approx([9.46, 5.61])
    assert [100 * half for half in terms.half.values()] == pytest.approx([5.39, 3.57], abs=0.01)
    assert 100 * propagated(terms) == pytest.approx(5.15, abs=0.005)
    told = interval(terms, simulated(terms, 200_000, 1))
    assert told.total == pytest.approx(15.07)
    assert 100 * (told.high - told.low) / 2 / told.total == pytest.approx(5.15, abs=0.2)


def test_a_shared_factor_does_not_average_out() -> None:
    """Ten equal terms: independent factors give U / sqrt(10), one shared factor gives U."""
    each = np.full(10, 1.0)
    apart = Terms(each, np.zeros(10), [[str(n)] for n in range(10)], {str(n): 0.3 for n in range(10)})
    shared = Terms(each, np.zeros(10), [["coal"]] * 10, {"coal": 0.3})
    assert propagated(apart) == pytest.approx(0.3 / np.sqrt(10))
    assert propagated(shared) == pytest.approx(0.3)
    for terms, half in ((apart, 0.3 / np.sqrt(10)), (shared, 0.3)):
        drawn = simulated(terms, 40_000, 2).sum(axis=1)
        assert 1.96 * drawn.std() / drawn.mean() == pytest.approx(half, rel=0.03)


@given(st.integers(0, 1000))
def test_contributions_sum_to_the_whole(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = [list(rng.choice(["a", "b", "c"], rng.integers(0, 3), replace=False)) for _ in range(7)]
    terms = Terms(rng.uniform(1, 9, 7), rng.uniform(0, 0.3, 7), names, {name: rng.uniform(0, 0.5) for name in "abc"})
    assert sum(row[2] for row in contributions(terms)) == pytest.approx(1)
    assert np.sqrt(sum(variances(terms).values())) == pytest.approx(propagated(terms) * terms.emissions.sum())


def test_wide_factors_never_draw_below_zero() -> None:
    terms = Terms(np.array([1.0]), np.array([0.05]), [["methane"]], {"methane": 1.5})
    drawn = simulated(terms, 50_000, 3)
    assert drawn.min() > 0
    assert drawn.mean() == pytest.approx(1.0, abs=0.02)


def test_the_trend_knows_that_factors_are_the_same() -> None:
    halves = {"coal": 0.3, "gas": 0.1}
    one, two = (Terms(np.array([x, 10.0]), np.full(2, 0.05), [["coal"], ["gas"]], halves) for x in (100.0, 200.0))
    change, low, high = trend(one, two, 4000, 1)
    assert change == pytest.approx(100 / 110)
    # With factors of their own in each year it would be about 2 * 0.3 * sqrt(2) wide.
    assert high - low < 0.35


def balance(rows: list[tuple[str, str, float]], year: int = 2000, unit: str = "t") -> pd.DataFrame:
    return pd.DataFrame([{"year": year, "fuel": f, "flow": w, "quantity": q, "unit": unit} for f, w, q in rows])


RULES = {
    name: FlowRule(flow.counts, flow.sector, flow.part_of, flow.stands_for) for name, flow in flows().flows.items()
}


def test_sectors_stand_for_the_total_where_they_are_given() -> None:
    rows = balance([("coal", "final consumption", 10.0), ("coal", "industry", 6.0), ("coal", "residential", 3.0),
                    ("gas", "final consumption", 4.0)])  # fmt: skip
    found = fuel_burnt(rows, RULES, frozenset())
    assert found.activity.set_index(["fuel", "sector"])["quantity"].to_dict() == {
        ("coal", "industry"): 6.0, ("coal", "residential"): 3.0, ("gas", "final consumption"): 4.0,
    }  # fmt: skip
    assert "the sectors of final consumption sum to 9 t, the total says 10 (10.0 % apart)" in found.notes[0]


def test_urban_and_rural_homes_stand_for_the_residential_sector_where_it_has_no_row() -> None:
    """Farms 1, industry 10, urban homes 3, rural homes 6: 20 are burnt, whether the sum of the homes is printed or not."""
    homes = [("coal", "urban residential", 3.0), ("coal", "rural residential", 6.0)]
    sectors = [("coal", "agriculture", 1.0), ("coal", "industry", 10.0)]
    for printed in ([], [("coal", "residential", 9.0)]):
        found = fuel_burnt(balance([*sectors, *homes, *printed]), RULES, frozenset())
        assert found.activity.set_index("sector")["quantity"].to_dict() == {
            "agriculture": 1.0,
            "industry": 10.0,
            "residential": 9.0,
        }
        assert found.notes == ()
    # A total without sectors stays the total.
    total = fuel_burnt(balance([("coal", "final consumption", 30.0), *homes]), RULES, frozenset())
    assert total.activity["quantity"].tolist() == [30.0]


def test_coking_and_washing_burn_nothing_and_negatives_are_told() -> None:
    rows = balance([("coal", "coking", -50.0), ("coal", "coal washing", -20.0), ("coal", "final consumption", 5.0),
                    ("coke", "final consumption", 1.0), ("coke", "non-energy use", 3.0), ("electricity", "final consumption", 9.0)])  # fmt: skip
    found = fuel_burnt(rows, RULES, frozenset({"electricity"}))
    assert found.activity[["fuel", "quantity"]].to_numpy().tolist() == [["coal", 5.0]]
    assert "combustion of coke in 'final consumption' is -2 t" in found.notes[0]


def test_feedstock_below_zero_is_asked_about() -> None:
    rows = balance(
        [("coal", "final consumption", 100.0), ("coal", "non-energy use", -3.0), ("coal", "thermal power", -5.0)]
    )
    found = fuel_burnt(rows, RULES, frozenset())
    assert found.activity["quantity"].sum() == 108.0
    assert [("non-energy use' is -3 t" in note) for note in found.notes] == [True]


def test_feedstock_goes_off_industry_where_sectors_are_given() -> None:
    rows = balance([("coal", "final consumption", 100.0), ("coal", "industry", 80.0), ("coal", "residential", 20.0),
                    ("coal", "non-energy use", 10.0)])  # fmt: skip
    found = fuel_burnt(rows, RULES, frozenset())
    assert found.activity.set_index("sector")["quantity"].to_dict() == {"industry": 70.0, "residential": 20.0}
    assert found.notes == ()


def test_a_fuel_in_two_units_is_refused() -> None:
    rows = pd.concat([balance([("coal", "industry", 1.0)]), balance([("coal", "residential", 1.0)], unit="tce")])
    with pytest.raises(InputError, match="in one unit"):
        fuel_burnt(rows, RULES, frozenset())


def test_sums_that_do_not_add_up_are_told() -> None:
    rows = balance([("coal", "final consumption", 60.0), ("gas", "final consumption", 42.0)], 2014, "Mtce")
    total = balance([("total", "final consumption", 100.0)], 2014, "Mtce")
    assert "(2.0 % apart)" in sum_gaps(rows, total, "Total Energy")[0]
    assert sum_gaps(rows, balance([("total", "final consumption", 101.9)], 2014, "Mtce"), "Total Energy") == []


def test_what_is_supplied_less_feedstock() -> None:
    rows = balance([("coal", "supply", 20.0), ("coal", "non-energy use", 2.0), ("coal", "final consumption", 9.0)])
    found = supplied(rows, frozenset())
    assert found is not None
    assert found["quantity"].tolist() == [18.0]
    assert supplied(balance([("coal", "final consumption", 9.0)]), frozenset()) is None


def test_gases_have_their_own_mass_and_named_equivalents() -> None:
    methane = 10 * burning_factors()["residential", "coal", "CH4"].value
    assert methane == pytest.approx(3.0)  # 10 TJ * 300 kg/TJ
    rows = pd.DataFrame({"gas": ["CH4", "N2O"], "emissions_t": [methane, 1.0]})
    for name, expected in (("AR4", 3 * 25 + 298), ("AR5", 3 * 28 + 265), ("AR6", 3 * 29.8 + 273)):
        found = with_equivalents(rows, warming_potentials(name), name)
        assert found["emissions_t_co2e"].sum() == pytest.approx(expected)
        assert set(found["gwp_set"]) == {name}
    with pytest.raises(InputError, match="choose one of AR4, AR5, AR6"):
        warming_potentials("SAR")


def test_processes_by_their_names() -> None:
    assert processes().find("稻谷播种面积") == "rice"
    assert processes().factors["cement"].value == 0.2906
    with pytest.raises(InputError, match="did you mean 'cement'"):
        processes().find("cemnt")


def own(path: Path, rows: str) -> str:
    path.write_text(f"fuel,factor,value,unit,lower,upper,source\n{rows}", encoding="utf-8")
    return str(path)


def test_an_own_set_overrides_row_by_row(tmp_path: Path) -> None:
    name = own(tmp_path / "mine.csv", "raw_coal,oxidised_fraction,0.9,1,,,measured in our plants\n")
    found = emission_factors_from(["china-gbt", name]).fuels["raw_coal"]
    assert found.oxidised_fraction == 0.9
    assert found.carbon_content == emission_factors_from("china-gbt").fuels["raw_coal"].carbon_content
    assert "china-gbt" in found.origin
    assert "mine.csv" in found.origin
    assert emission_factors_from(["china-gbt", name]).fuels["coke"].origin == "china-gbt"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "raw_coal,net_calorific_value,209.08,GJ/t,,,ours\nraw_coal,carbon_content,26.4,t C/TJ,,,ours\n",
            "a digit slipped",
        ),
        (
            "raw_coal,net_calorific_value,20.9,GJ/t,,,ours\nraw_coal,carbon_content,96.4,t C/TJ,,,ours\n",
            "a digit slipped",
        ),
        ("raw_coal,carbon_content,26.4,t C/TJ,27,28,ours\n", "does not lie between its bounds"),
        ("raw_coal,carbon_content,26.4,t C/TJ,,,\n", "the source is blank"),
        ("raw_coal,carbon_contents,26.4,t C/TJ,,,ours\n", "did you mean 'carbon_content'"),
        (
            "raw_coal,oxidised_fraction,0.094,1,,,ours\nraw_coal,carbon_content,26,t C/TJ,,,ours\n",
            "oxidised_fraction is 0.094; all but",
        ),
        (
            "raw_coal,net_calorific_value,52,GJ/t,,,ours\nraw_coal,carbon_content,26,t C/TJ,,,ours\n",
            "times the nearest of the built-in sets",
        ),
        ("raw_coal,oxidised_fraction,1.4,1,,,ours\nraw_coal,carbon_content,26,t C/TJ,,,ours\n", "at most 1"),
    ],
)
def test_slips_in_an_own_set_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    with pytest.raises(TanhengError, match=message):
        emission_factors_from(own(tmp_path / "mine.csv", rows))


def test_bounds_are_borrowed_and_said(tmp_path: Path) -> None:
    text = "fuel,factor,value,unit,source\nraw_coal,carbon_content,26,t C/TJ,ours\nraw_coal,net_calorific_value,21,GJ/t,ours\n"
    (tmp_path / "mine.csv").write_text(text, encoding="utf-8")
    halves, notes = emission_factors_from("mine.csv", tmp_path).half_widths("raw_coal", "t")
    assert list(halves.values()) == pytest.approx([(30.5 - 19.9) / 2 / 25.8, (99700 - 89500) / 2 / 94600])
    assert all("those of ipcc-2006 are used" in note for note in notes)


def test_bounds_of_the_calorific_value_count_for_masses(tmp_path: Path) -> None:
    rows = "raw_coal,net_calorific_value,20,GJ/t,16,24,ours\nraw_coal,carbon_content,26,t C/TJ,24.7,27.3,ours\n"
    factors = emission_factors_from(own(tmp_path / "mine.csv", rows))
    assert factors.half_widths("raw_coal", "TJ")[0] == {"carbon content of raw_coal": pytest.approx(0.05)}
    assert list(factors.half_widths("raw_coal", "t")[0].values()) == pytest.approx([0.2, 0.05])


def test_coal_in_tonnes_is_less_certain_than_coal_in_terajoules() -> None:
    """The IPCC's own range of the calorific value, 19.9 to 30.5 around 25.8 TJ/Gg, is 20.5 %; in TJ it plays no part."""
    factors = emission_factors_from("ipcc-2006")
    by_energy, by_mass = (factors.half_widths("raw_coal", unit)[0] for unit in ("TJ", "t"))
    assert np.hypot.reduce(list(by_energy.values())) == pytest.approx(0.0539, abs=1e-4)
    assert np.hypot.reduce(list(by_mass.values())) == pytest.approx(np.hypot(0.0539, 0.2054), abs=1e-4)


def test_natural_gas_is_counted_by_volume_and_by_mass() -> None:
    """10^4 m3 of 38.931 MJ is 0.38931 TJ, 1 t is 0.048 TJ; both times 56.1 t CO2/TJ."""
    gas = emission_factors_from("ipcc-2006").fuels["natural_gas"]
    assert gas.carbon_per("10^4 m3") * CO2_PER_C == pytest.approx(0.38931 * 56.1)
    assert gas.carbon_per("t") * CO2_PER_C == pytest.approx(0.048 * 56.1)


@pytest.mark.parametrize(
    ("fuel", "per_tonne"), [("petroleum_coke", 32.5 * 97.5), ("bitumen", 40.2 * 80.7), ("naphtha", 44.5 * 73.3)]
)
def test_oil_products_have_rows_of_their_own(fuel: str, per_tonne: float) -> None:
    factors = emission_factors_from("ipcc-2006")
    found, note = factors.fuel(fuel)
    assert (found.name, note) == (fuel, "")
    assert found.carbon_per("t") * CO2_PER_C == pytest.approx(per_tonne / 1000)


def test_a_certain_sign_and_the_ratio() -> None:
    import xarray as xr

    sign = certain_sign(xr.DataArray([3.0, np.nan, -1.0]), xr.DataArray([1.0, 1.0, 2.0]))
    assert sign.values[[0, 2]].tolist() == [1.0, 0.0]
    assert np.isnan(sign.values[1])
    supply, rng = np.full(9, 10.0), np.random.default_rng(1)
    densities, emissions = 1 + 0.1 / 1.96 * rng.standard_normal((2, 3000, 1))
    demand = sparse.csr_matrix(supply[None] / 2)
    norms = (largest_drawn(densities, supply[None]) + largest_drawn(emissions, demand)) / 2
    half = ratio_half_width(supply[None], demand, ratio_covariance(densities, emissions, norms))
    # E = 2 (S - D) / (S + D) where all cells are alike: dE = 4 (D dS - S dD) / (S + D)^2 = 0.8889 * sqrt(0.1^2 + 0.1^2) = 0.1257
    assert float(half.mean()) == pytest.approx(8 / 9 * np.sqrt(0.02), rel=0.05)
