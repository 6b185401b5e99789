"""Sentences and main figures of the report, each from a table that was made for it."""

from __future__ import annotations

import pandas as pd
import pytest

from tanheng.report.words.key_figures import densities_change, key_figures
from tanheng.report.words.mismatch import circular_sentence, detector_sentences, mismatch_paragraph
from tanheng.report.words.sentences import main_figures


def stocks(first: float = 1000.0, last: float = 900.0, last_density: float = 1.0) -> pd.DataFrame:
    """One class whose density is 1 t C per km2 in the first year."""
    return pd.DataFrame(
        {
            "year": [2000, 2010],
            "land_class": ["forest"] * 2,
            "area_km2": [first, last],
            "stock_t_c": [first, last * last_density],
        }
    )


def change(value: float) -> pd.DataFrame:
    row = {
        "from_year": 2000,
        "to_year": 2010,
        "stock_change_t_c": value,
        "stock_change_t_c_per_yr": value / 10,
        "common_area_km2": 900.0,
    }
    return pd.DataFrame([row])


def balance(mode: str = "stock", **more: float) -> pd.DataFrame:
    row = {
        "year": 2010, "mode": mode, "emissions_t_c": 600_000.0, "area_share_surplus": 0.25, "meaning": "carbon stored minus x",
        "ratio_mean": -0.5, "ratio_norm": "year", "supply_t_c_per_yr": 12.0, "balance_t_c_per_yr": -8.0,
        "supply_per_demand_yr": 0.5,
    }  # fmt: skip
    return pd.DataFrame([row | more])


def test_a_stock_is_called_a_stock() -> None:
    # 900 km2 at 1 t C/km2 in the last year: 900 t C.
    assert main_figures("", {"stock_by_class": stocks()}) == [
        (
            "In 2010 the land of the region (900 km² with data) stores 900 t C. This is a stock, built up over a long "
            "time, not a yearly uptake."
        )
    ]


@pytest.mark.parametrize(("value", "verb"), [(-250_000.0, "falls"), (250_000.0, "rises")])
def test_a_change_is_a_difference_of_two_maps(value: float, verb: str) -> None:
    text = main_figures("", {"stock_by_class": stocks(), "change": change(value)})[1]
    # 250,000 t C in ten years, 25,000 a year.
    assert text == (
        f"From the map of 2000 to that of 2010 the stock {verb} by 0.250 Mt C (25,000 t C a year), on the 900 km² that both maps cover."
    )


def change_told(independent: float, alike: float) -> dict[str, pd.DataFrame]:
    half = {"half_width_t_c": 300_000.0, "half_width_map_error_t_c": 30_000.0}
    ends = {"half_width_densities_independent_t_c": independent, "half_width_densities_alike_t_c": alike}
    told = pd.DataFrame([{"from_year": 2000, "to_year": 2010} | half | ends])
    return {"stock_by_class": stocks(), "change": change(-250_000.0), "stock_uncertainty": told}


def test_a_change_smaller_than_its_interval_says_so() -> None:
    tables = change_told(400_000.0, 260_000.0)
    text = main_figures("", tables)[1]
    assert "falls by 0.250 Mt C ± 0.300 Mt C" in text
    assert text.endswith("Zero lies inside the interval.")
    assert key_figures(tables)[1].interval == "± 0.300 Mt C (95 %)"


def test_a_change_that_hangs_on_how_densities_err_says_so() -> None:
    # By hand: the map error of 0.03 Mt C and 0.4 or 0.04 Mt C of the densities make 0.401 and 0.05 Mt C, on either side of 0.25.
    text = main_figures("", change_told(400_000.0, 40_000.0))[1]
    assert (
        "depends on the correlation between the errors of the class densities: ± 0.401 Mt C if they are independent, ± 50,000 t C if fully correlated"
        in text
    )
    assert "Zero lies inside the interval." not in main_figures("", change_told(40_000.0, 40_000.0))[1]


def test_a_change_of_densities_is_not_told_as_change_of_land() -> None:
    tables = {"stock_by_class": stocks(last=1000.0, last_density=1.25), "change": change(250.0)}
    assert densities_change(tables["stock_by_class"], 2000, 2010)
    assert "Mean densities of the classes differ" in main_figures("", tables)[1]
    assert (
        key_figures(tables)[1].note
        == "difference of two maps, errors of both included; mean densities of the classes differ as well"
    )


def test_emissions_say_what_they_were_spread_by() -> None:
    spread = pd.DataFrame(
        {"year": [2010, 2010], "spread_by": ["night_lights", "population"], "at_points_t_c": [0.0, 5.0]}
    )
    tables = {"stock_by_class": stocks(), "balance": balance(), "demand_allocation": spread}
    # 600,000 t C * 44/12 = 2.2 Mt CO2
    assert main_figures("", tables)[1].startswith(
        "In 2010 the emissions counted are 0.600 Mt C (2.200 Mt CO₂), allocated to cells by night lights, population, point sources. Here"
    )
    del tables["demand_allocation"]
    assert "allocated to cells by the number of persons" in main_figures("", tables)[1]


def test_figures_of_a_flow_speak_of_flows() -> None:
    for mode, note in (("stock_change", "change of the carbon stock"), ("sink", "uptake by the land")):
        figures = key_figures({"stock_by_class": stocks(), "balance": balance(mode)})
        assert [item.note for item in figures if item.name == "supply, 2010"] == [note]
        assert [item.value for item in figures if item.name == "balance, 2010"] == ["−8"]
        assert "of the area has a positive balance, 2010" in [item.name for item in figures]


def test_figures_of_a_stock_say_the_norm_of_the_ratio() -> None:
    figures = key_figures({"stock_by_class": stocks(), "balance": balance()})
    assert figures[-1].value == "−0.50"
    assert (
        figures[-1].note == "norm: half the sum of the largest supply and demand of the year; years can't be compared"
    )
    # A stock over a flow is told in years, and no share of the area is "in surplus".
    assert [(item.value, item.units) for item in figures if "would equal the carbon stock" in item.name] == [
        ("0.5", "years")
    ]
    assert not any("positive balance" in item.name for item in figures)


def mismatch(supply: float) -> dict[str, pd.DataFrame]:
    rows = [
        {"year": 2010, "quadrant": name, "area_share": area, "supply_share": supply, "demand_share": demand}
        for name, area, demand in (("HH", 0.1, 0.2), ("LH", 0.3, 0.5), ("LL", 0.4, 0.2), ("HL", 0.2, 0.1))
    ]
    return {"mismatch": pd.DataFrame(rows)}


def test_quadrants_are_told_with_their_shares() -> None:
    text = mismatch_paragraph(mismatch(0.25))
    assert "30 % of the area is low in supply and high in demand" in text
    assert "holds 25 % of the supply and carries 50 % of the demand" in text
    assert "responsibility under" in text


def test_a_supply_of_both_signs_has_no_shares() -> None:
    text = mismatch_paragraph(mismatch(float("nan")))
    assert "Supply is negative in places, so it has no shares." in text
    assert "nan" not in text


def test_a_detector_says_whether_chance_does_as_much() -> None:
    rows = [
        {"year": 2010, "variable": "supply", "driver": name, "q": q, "p": p}
        for name, q, p in (("elevation", 0.6, 0.01), ("slope", 0.2, 0.5))
    ]
    assert detector_sentences({"geodetector": pd.DataFrame(rows)}) == [
        (
            "In 2010, of the drivers given, elevation has the largest q for carbon supply (q = 0.60), larger than the same search finds in "
            "random maps as smooth (p = 0.01). It may stand for something else that varies with it."
        )
    ]
    rows[0]["p"] = 0.3
    assert "no larger than the same search finds" in detector_sentences({"geodetector": pd.DataFrame(rows)})[0]


@pytest.mark.parametrize(
    ("weights", "drivers", "told"),
    [
        ([], ["population_density"], "population density"),
        ([{"by": {"height": 1.0, "population": 2.0}}], ["height", "slope"], "height"),
        ([{"by": {"lights": 1.0}}], ["population_density"], ""),
    ],
)
def test_demand_against_its_own_weight_is_warned_of(
    weights: list[dict[str, object]], drivers: list[str], told: str
) -> None:
    text = circular_sentence({"weights": weights}, {"correlation": pd.DataFrame({"driver": drivers})})
    assert text.startswith(f"Demand was allocated by {told}, ") if told else text == ""
