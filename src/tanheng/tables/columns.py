"""Columns of the tables in words: what each holds, its unit, and how its values are shown.

The CSV files bear identifiers, which scripts depend on; workbook, report and Word tables bear the titles that stand here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tanheng.language import mark, name_of, tr

#: How the values of a column are shown: `year` without a thousands separator, `count` as whole numbers, `amount` in its unit, `share`
#: (0 to 1) as a percentage, `ratio` as a plain number, `chance` as a p-value; `name` in the words of the language, `names` likewise, parted
#: by spaces, `variable` as a quantity that is analysed, `cause` as a fuel's factor or activity, `place` as the user writes it, `code` and
#: `text` as they are.
Kind = Literal[
    "year",
    "count",
    "amount",
    "share",
    "ratio",
    "chance",
    "name",
    "names",
    "variable",
    "cause",
    "price",
    "place",
    "code",
    "text",
]

#: Kinds whose values are words.
WORDS: frozenset[Kind] = frozenset({"name", "names", "variable", "cause", "price", "place", "code", "text"})


@dataclass(frozen=True)
class Column:
    """What a column holds: its identifier, a title and a unit (templates for ``tr``), and how its values are shown."""

    name: str
    title: str
    unit: str = ""
    kind: Kind = "amount"


_T_C, _T_C_YR, _T_C_HA, _T_C_HA_YR = mark("t C"), mark("t C/yr"), mark("t C/ha"), mark("t C/ha/yr")
_T_CO2_YR = mark("t CO₂/yr")
_KM2, _KM, _T_CO2, _T_CO2E, _T, _YR = (
    mark("km²"),
    mark("km"),
    mark("t CO₂"),
    mark("t CO₂e"),
    mark("t"),
    mark("per year"),
)

_ROWS: tuple[Column, ...] = (
    # When and where
    Column("year", mark("year"), kind="year"),
    Column("from_year", mark("first year"), kind="year"),
    Column("to_year", mark("last year"), kind="year"),
    Column("period", mark("period"), kind="code"),
    Column("zone_layer", mark("zone layer"), kind="place"),
    Column("zone_id", mark("zone code"), kind="code"),
    Column("zone_name", mark("zone"), kind="place"),
    Column("zone_name_en", mark("zone, in English"), kind="place"),
    Column("zone_name_zh", mark("zone, in Chinese"), kind="place"),
    Column("zone", mark("zone"), kind="place"),
    Column("from_zone", mark("zone in surplus, which is paid"), kind="place"),
    Column("to_zone", mark("zone in deficit, which pays"), kind="place"),
    Column("zones", mark("number of zones"), kind="count"),
    # Land and what it stores
    Column("land_class", mark("land class"), kind="name"),
    Column("from_class", mark("from class"), kind="name"),
    Column("to_class", mark("to class"), kind="name"),
    Column("area_km2", mark("area"), _KM2),
    Column("region_km2", mark("area of the region"), _KM2),
    Column("with_data_km2", mark("area with land-cover data"), _KM2),
    Column("missing_km2", mark("area without land-cover data"), _KM2),
    Column("common_area_km2", mark("area that both maps cover"), _KM2),
    Column("area_first_km2", mark("area at the start"), _KM2),
    Column("area_last_km2", mark("area at the end"), _KM2),
    Column("change_km2", mark("change of area"), _KM2),
    Column("dynamic_degree_per_yr", mark("single dynamic degree"), _YR, "share"),
    Column("changed_km2", mark("area that changed"), _KM2),
    Column("changed_share", mark("share of the area that changed"), kind="share"),
    Column("intensity_per_yr", mark("observed intensity"), _YR, "share"),
    Column("uniform_intensity_per_yr", mark("uniform intensity"), _YR, "share"),
    Column("interval_intensity_per_yr", mark("intensity of the interval"), _YR, "share"),
    Column("gain_intensity_per_yr", mark("intensity of the gain"), _YR, "share"),
    Column("loss_intensity_per_yr", mark("intensity of the loss"), _YR, "share"),
    Column("pace", mark("pace of the interval"), kind="name"),
    Column("gain_km2", mark("gross gain"), _KM2),
    Column("loss_km2", mark("gross loss"), _KM2),
    Column("net_change_km2", mark("net change"), _KM2),
    Column("swap_km2", mark("swap: lost here, gained elsewhere"), _KM2),
    Column("gain_activity", mark("gain is"), kind="name"),
    Column("loss_activity", mark("loss is"), kind="name"),
    Column("targeting", mark("the gain targets or avoids"), kind="name"),
    Column("net_rate_per_yr", mark("net rate of change"), _YR, "share"),
    Column("known_lowest_per_yr", mark("lowest known rate"), _YR, "share"),
    Column("known_highest_per_yr", mark("highest known rate"), _YR, "share"),
    Column("verdict", mark("verdict"), kind="name"),
    # Errors of the maps
    Column("sample_places", mark("sample units"), kind="count"),
    Column("adjusted_area_km2", mark("area adjusted for map error"), _KM2),
    Column("adjusted_half_width_km2", mark("half of the 95 % interval of the adjusted area"), _KM2),
    Column("users_accuracy", mark("user's accuracy"), kind="share"),
    Column("users_half_width", mark("half of the 95 % interval of the user's accuracy"), kind="share"),
    Column("producers_accuracy", mark("producer's accuracy"), kind="share"),
    Column("producers_half_width", mark("half of the 95 % interval of the producer's accuracy"), kind="share"),
    Column("overall_accuracy", mark("overall accuracy"), kind="share"),
    Column("overall_half_width", mark("half of the 95 % interval of the overall accuracy"), kind="share"),
    Column("accuracy_first", mark("overall accuracy of the first map"), kind="share"),
    Column("accuracy_last", mark("overall accuracy of the last map"), kind="share"),
    Column("share_by_error_alone", mark("share that classification error alone could explain"), kind="share"),
    Column(
        "accuracy_that_explains",
        mark("accuracy at which classification error alone would explain the difference"),
        kind="share",
    ),
    Column("adjusted_value_t_c", mark("value adjusted for map error"), _T_C),
    Column("stock_t_c", mark("stored carbon"), _T_C),
    Column("above_t_c", mark("carbon above ground"), _T_C),
    Column("below_t_c", mark("carbon below ground"), _T_C),
    Column("soil_t_c", mark("carbon in the soil"), _T_C),
    Column("dead_t_c", mark("carbon in dead matter"), _T_C),
    Column("density_t_c_per_ha", mark("carbon density"), _T_C_HA),
    Column("density_of_table_t_c_per_ha", mark("density of the table"), _T_C_HA),
    Column("density_corrected_t_c_per_ha", mark("density corrected for climate"), _T_C_HA),
    Column("soil_depth_cm", mark("depth of the soil"), mark("cm"), "ratio"),
    Column("density_table", mark("table of densities"), kind="text"),
    Column("stock_change_t_c", mark("change of stored carbon"), _T_C),
    Column("stock_change_t_c_per_yr", mark("change of stored carbon"), _T_C_YR),
    Column("area_share_stock_rose", mark("share of area where the stock rose"), kind="share"),
    Column("area_share_stock_fell", mark("share of area where the stock fell"), kind="share"),
    Column("area_share_stock_same", mark("share of area where the stock stayed"), kind="share"),
    Column("area_share_balance_improved", mark("share of area where the balance improved"), kind="share"),
    Column("area_share_balance_worsened", mark("share of area where the balance worsened"), kind="share"),
    Column("area_share_balance_same", mark("share of area where the balance stayed"), kind="share"),
    Column("settled_t_c", mark("steady-state carbon stock"), _T_C, "ratio"),
    Column("owed_t_c", mark("still to follow from conversions"), _T_C, "ratio"),
    Column("flow_t_c_per_yr", mark("change of the carbon stock in the year"), _T_C_YR),
    Column("flow_above_t_c_per_yr", mark("of it above ground"), _T_C_YR),
    Column("flow_below_t_c_per_yr", mark("of it below ground"), _T_C_YR),
    Column("flow_soil_t_c_per_yr", mark("of it in the soil"), _T_C_YR),
    Column("flow_dead_t_c_per_yr", mark("of it in dead matter"), _T_C_YR),
    Column("settled_gain_t_c", mark("steady-state gain"), _T_C, "ratio"),
    Column("lost_t_c_per_yr", mark("lost in the year"), _T_C_YR),
    Column("taken_up_t_c_per_yr", mark("taken up in the year"), _T_C_YR),
    Column("price_per_t_c", mark("price of the year"), mark("in the currency of the plan per t C"), "ratio"),
    Column(
        "value_so_far",
        mark("cumulative value up to the year, discounted"),
        mark("in the currency of the plan"),
        "ratio",
    ),
    Column("category", mark("IPCC category"), kind="name"),
    Column("status", mark("remaining or converted"), kind="name"),
    Column("biomass_t_co2_per_yr", mark("emissions of biomass"), _T_CO2_YR),
    Column("dead_t_co2_per_yr", mark("emissions of dead matter"), _T_CO2_YR),
    Column("soil_t_co2_per_yr", mark("emissions of the soil"), _T_CO2_YR),
    Column("given_t_co2_per_yr", mark("losses less gains as given"), _T_CO2_YR),
    Column("total_t_co2_per_yr", mark("emissions (removals are negative)"), _T_CO2_YR),
    Column("stock_difference_t_co2_per_yr", mark("emissions by the stock difference"), _T_CO2_YR),
    Column("responding_t_co2_per_yr", mark("emissions with delayed response of soil and biomass"), _T_CO2_YR),
    Column("accounted_t_co2_per_yr", mark("total emissions"), _T_CO2_YR),
    Column("net_present_value", mark("net present value of the change"), mark("in the currency named")),
    Column("currency", mark("currency"), kind="name"),
    Column("price", mark("price of carbon"), mark("in the unit named"), "ratio"),
    Column("price_unit", mark("unit of the price"), kind="price"),
    Column("method", mark("method"), kind="name"),
    # Supply, demand and balance
    Column("mode", mark("mode of the balance"), kind="name"),
    Column("supply_t_c", mark("supply: stored carbon"), _T_C),
    Column("supply_t_c_per_yr", mark("supply: yearly change or uptake of carbon"), _T_C_YR),
    Column("supply_t_c_per_ha", mark("supply per hectare"), _T_C_HA),
    Column("supply_t_c_per_ha_per_yr", mark("supply per hectare"), _T_C_HA_YR),
    Column("demand_t_c_per_yr", mark("demand: emissions"), _T_C_YR),
    Column("demand_t_c_per_ha_yr", mark("demand per hectare"), _T_C_HA_YR),
    Column("demand_t_c_per_person_yr", mark("demand per person"), mark("t C/person/yr")),
    Column("balance_t_c", mark("balance: storage minus one year of emissions"), _T_C),
    Column("balance_t_c_per_yr", mark("balance: supply minus demand"), _T_C_YR),
    Column("balance_t_c_per_ha", mark("balance per hectare"), _T_C_HA),
    Column("balance_t_c_per_ha_yr", mark("balance per hectare"), _T_C_HA_YR),
    Column("balance_t_c_per_person", mark("balance per person"), mark("t C/person")),
    Column("balance_t_c_per_person_yr", mark("balance per person"), mark("t C/person/yr")),
    Column("balance_change_t_c", mark("change of the balance"), _T_C),
    Column("balance_change_t_c_per_yr", mark("change of the balance"), _T_C_YR),
    Column("closure", mark("demand of all cells over emissions"), kind="ratio"),
    Column("population", mark("population"), mark("persons")),
    Column("supply_per_demand", mark("supply over demand (compensation rate)"), kind="ratio"),
    Column("supply_per_demand_yr", mark("stored carbon over one year of emissions"), mark("years"), "ratio"),
    Column("storage_support_coefficient", mark("share of stored carbon over share of emissions"), kind="ratio"),
    Column("ecological_support_coefficient", mark("ecological support coefficient"), kind="ratio"),
    Column("emissions_share", mark("share of the emissions"), kind="share"),
    Column("uptake_share", mark("share of the uptake"), kind="share"),
    Column("carbon_footprint_pressure", mark("carbon footprint pressure: emissions over uptake"), kind="ratio"),
    Column("economic_contribution_coefficient", mark("economic contribution coefficient"), kind="ratio"),
    Column(
        "esc",
        mark("ecological support coefficient (ESC); in mode stock, share of the carbon stock over share of emissions"),
        kind="ratio",
    ),
    Column("ecc", mark("economic contribution coefficient"), kind="ratio"),
    Column("ratio_norm", mark("norm of the supply-demand ratio"), kind="name"),
    Column("ratio_norm_t_c", mark("norm of the supply-demand ratio, of one cell"), _T_C),
    Column("ratio_norm_t_c_per_yr", mark("norm of the supply-demand ratio, of one cell"), _T_C_YR),
    Column("ratio_mean", mark("supply-demand ratio, mean"), kind="ratio"),
    Column("ratio_min", mark("supply-demand ratio, least"), kind="ratio"),
    Column("ratio_max", mark("supply-demand ratio, largest"), kind="ratio"),
    Column("area_share_surplus", mark("share of area with a positive balance"), kind="share"),
    Column("area_share_deficit", mark("share of area with a negative balance"), kind="share"),
    Column("area_share_surely_surplus", mark("share of area surely in surplus"), kind="share"),
    Column("area_share_surely_deficit", mark("share of area surely in deficit"), kind="share"),
    Column("area_share_sign_open", mark("share of area whose sign is open"), kind="share"),
    Column("mean_half_width", mark("half of the 95 % interval, mean of cells"), mark("in the unit of the balance")),
    Column("meaning", mark("meaning"), kind="name"),
    Column("supply_half_width_t_c", mark("supply: half of the 95 % interval"), _T_C),
    Column("supply_half_width_t_c_per_yr", mark("supply: half of the 95 % interval"), _T_C_YR),
    Column("demand_half_width_t_c_per_yr", mark("demand: half of the 95 % interval"), _T_C_YR),
    Column("balance_half_width_t_c", mark("balance: half of the 95 % interval"), _T_C),
    Column("balance_half_width_t_c_per_yr", mark("balance: half of the 95 % interval"), _T_C_YR),
    Column("value_t_c", mark("stored carbon, or its change"), _T_C),
    Column("half_width_t_c", mark("half of the 95 % interval"), _T_C),
    Column("half_width_densities_t_c", mark("of it from densities, by the chosen correlation"), _T_C),
    Column("half_width_densities_independent_t_c", mark("from densities, assuming independent class errors"), _T_C),
    Column("half_width_densities_alike_t_c", mark("from densities, assuming fully correlated class errors"), _T_C),
    Column("half_width_map_error_t_c", mark("from errors of the mapped areas"), _T_C),
    Column("half_width_demand_t_c", mark("from the demand for land"), _T_C),
    Column("half_width_draws_t_c", mark("from where simulated change takes place, among draws"), _T_C),
    # Emissions
    Column("sector", mark("sector"), kind="name"),
    Column("fuel", mark("fuel or activity"), kind="name"),
    Column("quantity", mark("quantity"), mark("in the unit named")),
    Column("unit", mark("unit"), kind="text"),
    Column("carbon_per_unit_t_c", mark("carbon emitted by one unit"), _T_C),
    Column("emissions_t_c", mark("emissions"), _T_C),
    Column("emissions_t_co2", mark("emissions"), _T_CO2),
    Column("emissions_t", mark("emissions, mass of the gas"), _T),
    Column("neighbours", mark("zones that each regression sees"), kind="count"),
    Column("effective_parameters", mark("effective number of parameters"), kind="ratio"),
    Column("aicc", mark("AICc, local"), kind="ratio"),
    Column("aicc_of_one", mark("AICc, one regression for all"), kind="ratio"),
    Column("r2", mark("R², local"), kind="ratio"),
    Column("r2_of_one", mark("R², one regression for all"), kind="ratio"),
    Column("p_random_places", mark("p against zones dealt at random"), kind="chance"),
    Column("coefficient", mark("coefficient, standardised"), kind="ratio"),
    Column("coefficient_of_one", mark("coefficient of one regression for all"), kind="ratio"),
    Column("t_value", mark("t value"), kind="ratio"),
    Column("is_significant", mark("significant, all tests counted"), kind="name"),
    Column("r2_local", mark("R² around the zone"), kind="ratio"),
    Column("effect", mark("effect of"), kind="name"),
    Column("effect_t_co2", mark("effect on the change of emissions"), _T_CO2),
    Column("effect_ratio", mark("effect as a ratio"), kind="ratio"),
    Column("effect_share_of_first", mark("effect, share of the first year's emissions"), kind="share"),
    Column("effect_share_of_change", mark("effect, share of the change"), kind="share"),
    Column("emissions_first_t_co2", mark("emissions of the first year"), _T_CO2),
    Column("emissions_last_t_co2", mark("emissions of the last year"), _T_CO2),
    Column("emissions_growth", mark("growth of emissions"), kind="share"),
    Column("output_growth", mark("growth of output"), kind="share"),
    Column("elasticity", mark("elasticity of emissions to output"), kind="ratio"),
    Column("state", mark("state of decoupling"), kind="name"),
    Column("emissions_t_co2e", mark("emissions, equivalents"), _T_CO2E),
    Column("gas", mark("gas"), kind="code"),
    Column("gwp_set", mark("set of warming potentials"), kind="code"),
    Column("gwp", mark("warming potential"), kind="ratio"),
    Column("factor_set", mark("factor set"), kind="name"),
    Column("factor_fuel", mark("factor of"), kind="name"),
    Column("source", mark("source"), kind="text"),
    Column("account", mark("account"), kind="name"),
    Column("of", mark("total, zone, sector or fuel"), kind="name"),
    Column("half_width_approach_1", mark("half of the 95 % interval, approach 1"), kind="share"),
    Column("low_approach_2_t_co2", mark("low end, approach 2"), _T_CO2),
    Column("high_approach_2_t_co2", mark("high end, approach 2"), _T_CO2),
    Column("cause", mark("cause"), kind="cause"),
    Column("half_width_t_co2", mark("half of the 95 % interval by it alone"), _T_CO2),
    Column("share_of_variance", mark("share of the variance"), kind="share"),
    Column("change", mark("change"), kind="share"),
    Column("low", mark("low end of the 95 % interval"), kind="share"),
    Column("high", mark("high end of the 95 % interval"), kind="share"),
    Column("sectoral_t_co2", mark("burnt, by sector"), _T_CO2),
    Column("reference_t_co2", mark("supplied, reference approach"), _T_CO2),
    Column("difference", mark("difference"), kind="share"),
    Column("sectors", mark("sectors"), kind="name"),
    Column("spread_by", mark("spread by"), kind="name"),
    Column("at_points_t_c", mark("of it at point sources"), _T_C),
    Column("closure_of_all_units", mark("placed over emissions, all units"), kind="ratio"),
    Column("share_of_demand_placed_elsewhere", mark("share of demand placed elsewhere"), kind="share"),
    # Analyses
    Column("variable", mark("variable"), kind="variable"),
    Column("variables", mark("variables"), kind="variable"),
    Column("driver", mark("driver"), kind="name"),
    Column("driver_1", mark("first driver"), kind="name"),
    Column("driver_2", mark("second driver"), kind="name"),
    Column("column_1", mark("first column"), kind="text"),
    Column("column_2", mark("second column"), kind="text"),
    Column("row", mark("row"), kind="count"),
    Column("r", mark("correlation r"), kind="ratio"),
    Column("n", mark("number of cells n"), kind="count"),
    Column("p", mark("p"), kind="chance"),
    Column("p_naive", mark("p assuming independent cells"), kind="chance"),
    Column("p_if_independent", mark("p assuming independent cells"), kind="chance"),
    Column("p_search", mark("p that counts the search"), kind="chance"),
    Column("p_random_layout", mark("p against random layouts"), kind="chance"),
    Column("p_unrelated_maps", mark("p against unrelated maps as smooth"), kind="chance"),
    Column("p_permuted", mark("p by permutations"), kind="chance"),
    Column("support_km", mark("side of the coarser map"), _KM),
    Column("r_support", mark("r on the coarser map"), kind="ratio"),
    Column("n_support", mark("n on the coarser map"), kind="count"),
    Column("effective_n", mark("effective sample size"), kind="ratio"),
    Column("controls", mark("held fixed"), kind="names"),
    Column("q", mark("q"), kind="ratio"),
    Column("q_1", mark("q of the first"), kind="ratio"),
    Column("q_2", mark("q of the second"), kind="ratio"),
    Column("q_both", mark("q of both"), kind="ratio"),
    Column("f", mark("F"), kind="ratio"),
    Column("t", mark("t"), kind="ratio"),
    Column("interaction", mark("interaction"), kind="name"),
    Column("ecological_f", mark("F of the ecological test"), kind="ratio"),
    Column("ecological_p_if_independent", mark("p of the ecological test, if cells were independent"), kind="chance"),
    Column("classes", mark("number of strata"), kind="count"),
    Column("strata", mark("number of strata"), kind="count"),
    Column("breaks", mark("breaks"), kind="code"),
    Column("stratum", mark("stratum"), kind="count"),
    Column("stratum_1", mark("first stratum"), kind="count"),
    Column("stratum_2", mark("second stratum"), kind="count"),
    Column("first", mark("first stratum"), kind="count"),
    Column("second", mark("second stratum"), kind="count"),
    Column("above", mark("lower bound"), kind="ratio"),
    Column("up_to", mark("upper bound"), kind="ratio"),
    Column("mean", mark("mean of the variable"), kind="ratio"),
    Column("mean_1", mark("mean in the first"), kind="ratio"),
    Column("mean_2", mark("mean in the second"), kind="ratio"),
    Column("mean_first", mark("mean in the first"), kind="ratio"),
    Column("mean_second", mark("mean in the second"), kind="ratio"),
    Column("quadrant", mark("quadrant"), kind="code"),
    Column("cells", mark("number of cells"), kind="count"),
    Column("cell_share", mark("share of cells"), kind="share"),
    Column("cell_share_if_unrelated", mark("share of cells expected for unrelated maps"), kind="share"),
    Column("area_share", mark("share of area"), kind="share"),
    Column("supply_share", mark("share of supply"), kind="share"),
    Column("demand_share", mark("share of demand"), kind="share"),
    Column("gini", mark("Gini coefficient"), kind="ratio"),
    Column("dissimilarity", mark("index of dissimilarity"), kind="ratio"),
    Column(
        "supply_share_under_half_of_demand", mark("share of supply on the land with half of the demand"), kind="share"
    ),
    Column("level", mark("level"), kind="count"),
    Column("weighed", mark("what is weighed"), kind="name"),
    Column("weight", mark("weight of a unit"), kind="ratio"),
    Column("name", mark("name"), kind="name"),
    Column("from", mark("lower bound"), kind="ratio"),
    Column("to", mark("upper bound"), kind="ratio"),
    Column("units", mark("units compared"), kind="name"),
    Column("statistic", mark("statistic"), kind="name"),
    Column("value", mark("value"), kind="ratio"),
    Column("expected", mark("expected at random"), kind="ratio"),
    Column("variance", mark("variance at random"), kind="ratio"),
    Column("z", mark("z"), kind="ratio"),
    Column("islands", mark("units without a neighbour"), kind="count"),
    Column("r_in_place", mark("r in the same units"), kind="ratio"),
    Column("cluster", mark("cluster"), kind="name"),
    Column("mean_supply_t_c", mark("mean supply of a whole cell"), _T_C),
    Column("mean_supply_t_c_per_yr", mark("mean supply of a whole cell"), _T_C_YR),
    Column("mean_demand_t_c_per_yr", mark("mean demand of a whole cell"), _T_C_YR),
    Column("local_i", mark("local Moran's I"), kind="ratio"),
    Column("gi_star", mark("Gi*"), kind="ratio"),
    Column("gi_p", mark("p of Gi*"), kind="chance"),
    Column("spot", mark("hot or cold spot"), kind="name"),
    Column("kind", mark("kind of change"), kind="name"),
    Column("area_share_of_it_that_fell", mark("share of its area where the balance fell"), kind="share"),
    Column("area_share_worse_than_mean", mark("share of area worse than the mean change"), kind="share"),
    Column("area_share_better_than_mean", mark("share of area better than the mean change"), kind="share"),
    # Plans
    Column("area_today_km2", mark("area today"), _KM2),
    Column("area_after_km2", mark("area after the plan"), _KM2),
    Column("change_share", mark("relative change"), kind="share"),
    Column("stock_today_t_c", mark("stored carbon today"), _T_C),
    Column("stock_after_t_c", mark("stored carbon after the plan"), _T_C),
    Column("gain_t_c", mark("stored carbon gained"), _T_C),
    Column("carbon_pool", mark("carbon pool"), kind="name"),
    Column("gain_share", mark("share of the gain"), kind="share"),
    Column("cost", mark("cost"), mark("in the currency of the plan")),
    Column("limit", mark("limit of the plan"), kind="text"),
    Column("worth_per_unit", mark("shadow price"), mark("in the unit named")),
    Column("in_words", mark("in words"), kind="text"),
    Column("gain", mark("gain of the plan"), kind="ratio"),
    Column("gap", mark("what the proof leaves open"), kind="ratio"),
    Column("scenario", mark("scenario"), kind="name"),
    Column("name_zh", mark("name in Chinese"), kind="text"),
    Column("change_t_c", mark("change of stored carbon"), _T_C),
    Column("converted_km2", mark("area converted"), _KM2),
    Column("area_apart_from_trend_km2", mark("area apart from the trend"), _KM2),
    Column("area_share_worsened", mark("share of its area where the balance worsened"), kind="share"),
    Column("reason", mark("reason"), kind="text"),
    Column("advice", mark("advice"), kind="name"),
    Column("t_c_per_yr", mark("carbon compensated"), _T_C_YR),
    Column("distance_km", mark("distance"), _KM),
    Column("payment", mark("payment"), mark("in the currency named")),
    Column("basis", mark("basis"), kind="name"),
    Column("surplus_t_c_per_yr", mark("surplus, or deficit where negative"), _T_C_YR),
    Column("given_t_c_per_yr", mark("offset provided"), _T_C_YR),
    Column("received_t_c_per_yr", mark("offset received"), _T_C_YR),
    Column("unmet_t_c_per_yr", mark("unmet"), _T_C_YR),
    # Future land use
    Column("land_uptake_t_c_per_yr", mark("uptake of the land"), _T_C_YR),
    Column("flux_balance_t_c_per_yr", mark("flux balance"), _T_C_YR),
    Column("peak_year", mark("year of the peak"), kind="year"),
    Column("closing_year", mark("year in which the balance closes"), kind="year"),
    Column("likely_change_t_c", mark("likely change"), _T_C),
    Column("plan_gain_t_c", mark("gain of the plan"), _T_C),
    Column("plan_horizon_years", mark("horizon of the plan"), mark("years"), "ratio"),
    Column("gap_t_c", mark("gap between plan and likely change"), _T_C),
    Column("class", mark("land class"), kind="name"),
    Column("than_scenario", mark("against scenario"), kind="name"),
    Column("stock_difference_t_c", mark("more stored than in it"), _T_C),
    Column("low_t_c", mark("lower end of the 95 % interval"), _T_C),
    Column("high_t_c", mark("upper end of the 95 % interval"), _T_C),
    Column("low_km2", mark("lower end of the 95 % interval"), _KM2),
    Column("high_km2", mark("upper end of the 95 % interval"), _KM2),
    Column("asked_km2", mark("area asked for"), _KM2),
    Column("simulated_km2", mark("area simulated"), _KM2),
    Column("stock_half_width_t_c", mark("± of the stored carbon"), _T_C),
    Column("stock_change_half_width_t_c", mark("± of its change"), _T_C),
    Column("stock_half_width_densities_t_c", mark("of it from densities"), _T_C),
    Column("stock_half_width_demand_t_c", mark("± of the stock from the demand for land"), _T_C),
    Column("stock_half_width_draws_t_c", mark("± of the stock among draws"), _T_C),
    Column("observed_change_km2", mark("observed change"), _KM2),
    Column("chain_change_km2", mark("change by the chain"), _KM2),
    Column("model", mark("model"), kind="name"),
    Column("resolution_cells", mark("side of the blocks"), mark("cells"), "year"),
    Column("hits", mark("hits"), mark("cells"), "count"),
    Column("misses", mark("misses"), mark("cells"), "count"),
    Column("false_alarms", mark("false alarms"), mark("cells"), "count"),
    Column("wrong_hits", mark("wrong hits"), mark("cells"), "count"),
    Column("figure_of_merit", mark("figure of merit"), kind="ratio"),
    Column("error_cells", mark("cells that are wrong"), mark("cells"), "count"),
    Column("standard_deviation", mark("standard deviation among draws"), kind="ratio"),
    Column("quantity_disagreement", mark("disagreement of quantity"), kind="share"),
    Column("exchange_disagreement", mark("exchange"), kind="share"),
    Column("shift_disagreement", mark("shift"), kind="share"),
    Column("kappa", mark("kappa (see notes)"), kind="ratio"),
    Column("patches", mark("patches"), kind="count"),
    Column("mean_cells", mark("mean size"), mark("cells"), "ratio"),
    Column("edges_per_cell", mark("outer sides per cell"), kind="ratio"),
    Column("cells_above", mark("cells ranked above"), kind="count"),
    Column("changed_above", mark("of these changed"), kind="count"),
    Column("changed_cells", mark("cells that changed"), kind="count"),
    Column("stayed_cells", mark("cells that stayed"), kind="count"),
    Column("sampled_cells", mark("cells learned from"), kind="count"),
    Column("ridge", mark("weight of the ridge"), kind="ratio"),
    Column("skill", mark("part of the log-loss saved"), kind="ratio"),
    Column("area_under_curve", mark("area under the ROC curve"), kind="ratio"),
    Column("of_class", mark("class of the share or distance"), kind="name"),
    Column("window_cells", mark("side of the window"), mark("cells"), "year"),
    Column("importance", mark("importance"), kind="ratio"),
    Column("log_odds", mark("log-odds against the mean"), kind="ratio"),
    Column("group", mark("group"), kind="year"),
    Column("predicted", mark("predicted probability"), kind="share"),
    Column("observed", mark("observed share"), kind="share"),
)

#: Columns that hold something else in one table than in the others.
_OF_TABLE: dict[tuple[str, str], Column] = {
    ("demand_allocation", "unit"): Column("unit", mark("zone"), kind="place"),
    ("balance_hot_spots_by_zone", "zone"): Column("zone", mark("zone code"), kind="code"),
    ("balance_hot_spots_by_zone", "name"): Column("name", mark("zone"), kind="place"),
    ("zoning", "zone"): Column("zone", mark("zone of management"), kind="name"),
    ("zoning_by_unit", "zone"): Column("zone", mark("zone of management"), kind="name"),
    ("geodetector", "method"): Column("method", mark("way to cut"), kind="name"),
    ("local_regression", "driver"): Column("driver", mark("driver"), kind="name"),
    # A table of the user's own: its rows are no cells, and its columns keep their names.
    ("own_table", "driver"): Column("driver", mark("driver"), kind="text"),
    ("own_table", "driver_1"): Column("driver_1", mark("first driver"), kind="text"),
    ("own_table", "driver_2"): Column("driver_2", mark("second driver"), kind="text"),
    ("own_table", "statistic"): Column("statistic", mark("statistic"), kind="text"),
    ("own_table", "n"): Column("n", mark("number of rows n"), kind="count"),
    ("own_table", "p_if_independent"): Column("p_if_independent", mark("p if rows were independent"), kind="chance"),
    ("own_table", "ecological_p_if_independent"): Column(
        "ecological_p_if_independent", mark("p of the ecological test, if rows were independent"), kind="chance"
    ),
    ("stock_change_by_class", "above_t_c"): Column("above_t_c", mark("change above ground"), _T_C),
    ("stock_change_by_class", "below_t_c"): Column("below_t_c", mark("change below ground"), _T_C),
    ("stock_change_by_class", "soil_t_c"): Column("soil_t_c", mark("change in the soil"), _T_C),
    ("stock_change_by_class", "dead_t_c"): Column("dead_t_c", mark("change in dead organic matter"), _T_C),
    ("plan_by_zone", "carbon_counts"): Column(
        "carbon_counts", mark("what a tonne of carbon counts, by demand"), kind="ratio"
    ),
    ("density_comparison", "change_t_c"): Column("change_t_c", mark("change since the first year"), _T_C),
    ("plan_by_year", "value"): Column(
        "value", mark("value of the year, discounted"), mark("in the currency of the plan"), "ratio"
    ),
    ("plan_values", "change"): Column("change", mark("change by the plan"), kind="ratio"),
    ("plan_by_year", "gain_t_c"): Column("gain_t_c", mark("gain with delayed response"), _T_C, "ratio"),
    ("stock_over_time", "stock_t_c"): Column("stock_t_c", mark("carbon stock with delayed response"), _T_C, "ratio"),
    ("stock_by_zone", "stock_half_width_t_c"): Column(
        "stock_half_width_t_c", mark("± of the stored carbon, errors of the maps left out"), _T_C
    ),
    ("stock_uncertainty", "of"): Column("of", mark("stock or change"), kind="name"),
    ("emission_uncertainty", "name"): Column("name", mark("name"), kind="name"),
    ("conversions", "from_year"): Column("from_year", mark("from"), kind="year"),
    ("conversions", "to_year"): Column("to_year", mark("to"), kind="year"),
    ("clusters", "p"): Column("p", mark("p of the local Moran's I"), kind="chance"),
}

#: Columns whose names begin with a class, and the unit that others end with.
_CHANGE_OF_CLASS = re.compile(r"(?P<of>.+)_change_km2")
_UNITS = {"_t_c": _T_C, "_t_c_per_yr": _T_C_YR, "_t_co2": _T_CO2, "_km2": _KM2, "_km": _KM}

_KNOWN = {column.name: column for column in _ROWS}
#: Amounts and counts that are of each row alone: per area, person or unit, means, norms, ends of intervals, quantities in a unit that the
#: row names, and numbers that are names.
_OF_ROW = re.compile(
    r".*_per_(ha|person|unit)(_.*)?|(mean|density|ratio_norm|half_width|low|high|distance|support|stratum)_.*"
    r"|(supply|demand|balance|adjusted|stock|stock_change)_half_width_.*|(adjusted_)?value_t_c"
    r"|stratum|row|level|first|second|n|n_support|classes|strata|quantity"
)
_YEARLY = re.compile(r"(?P<name>.+)_(?P<year>(?:1[89]|20|21)\d\d)")


def declare_columns(columns: Iterable[Column], table: str) -> None:
    """Add columns of a table from outside; one that means the same in every table need not be declared again."""
    _OF_TABLE.update({(table, column.name): column for column in columns})


def column_of(name: str, table: str = "") -> Column:
    """What a column of a table holds, its title in the language that is spoken; an unknown one is called by its identifier.

    Examples
    --------
    >>> column_of("stock_t_c").kind, column_of("stock_t_c_2005").title, column_of("my_column").title
    ('amount', 'stored carbon 2005', 'my column')
    """
    known = _OF_TABLE.get((table, name)) or _KNOWN.get(name)
    if known is not None:
        return Column(name, tr(known.title), tr(known.unit) if known.unit else "", known.kind)
    yearly = _YEARLY.fullmatch(name)
    if yearly and yearly["name"] in _KNOWN:
        inner = column_of(yearly["name"], table)
        return Column(name, tr("{title} {year}", title=inner.title, year=yearly["year"]), inner.unit, inner.kind)
    changed = _CHANGE_OF_CLASS.fullmatch(name)
    if changed:
        return Column(name, tr("change of {of}", of=name_of(changed["of"])), tr(_KM2))
    if table == "factor_comparison":
        return Column(name, name, tr("Mt CO₂"))
    for end in sorted(_UNITS, key=len, reverse=True):
        if name.endswith(end):
            return Column(name, name_of(name.removesuffix(end)), tr(_UNITS[end]))
    return Column(name, name_of(name), "", "ratio")


def adds_up(name: str, table: str = "") -> bool:
    """Whether figures of a column may be summed over rows.

    Examples
    --------
    >>> adds_up("stock_t_c"), adds_up("carbon_per_unit_t_c"), adds_up("supply_share"), adds_up("supply_t_c_per_ha")
    (True, False, False, False)
    """
    return column_of(name, table).kind in {"amount", "count"} and not _OF_ROW.fullmatch(name)


def column_title(name: str, table: str = "") -> str:
    """Title of a column with its unit, in the language that is spoken.

    Examples
    --------
    >>> column_title("stock_t_c"), column_title("forest_change_km2"), column_title("year")
    ('stored carbon, t C', 'change of forest, km²', 'year')
    """
    column = column_of(name, table)
    return tr("{title}, {unit}", title=column.title, unit=column.unit) if column.unit else column.title


def column_titles(names: Sequence[object], table: str = "") -> list[str]:
    """Titles of columns with their units.

    Examples
    --------
    >>> column_titles(["year", "area_km2"])
    ['year', 'area, km²']
    """
    return [column_title(str(name), table) for name in names]


def holds_words(column: str, table: str = "") -> bool:
    """Whether the values of a column are words.

    Examples
    --------
    >>> holds_words("land_class"), holds_words("area_km2")
    (True, False)
    """
    return column_of(column, table).kind in WORDS
