"""Titles and meanings of the tables, in the order that readers meet them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tanheng.errors import InputError
from tanheng.language import mark, name_of, tr
from tanheng.tables.columns import Column, declare_columns

#: Title of each table (also of its sheet, which holds 31 characters at the most); main tables come first.
TITLES = {
    "balance": mark("Balance by year"),
    "stock_by_class": mark("Stock by class"),
    "density_correction": mark("Densities and climate"),
    "change": mark("Change by period"),
    "transitions": mark("Land-use transitions"),
    "land_change": mark("Change of classes"),
    "stock_change_by_class": mark("Stock change by class"),
    "intensity_interval": mark("Intensity by interval"),
    "intensity_category": mark("Intensity by class"),
    "intensity_transition": mark("Intensity by transition"),
    "change_plausibility": mark("Plausibility of the change"),
    "change_against_error": mark("Change against map error"),
    "map_accuracy": mark("Map accuracy, adjusted areas"),
    "change_accuracy": mark("Change adjusted for map error"),
    "adjusted_area_by_zone": mark("Adjusted areas by zone"),
    "adjusted_stock_by_zone": mark("Adjusted stocks by zone"),
    "stock_over_time": mark("Carbon stock by year"),
    "land_accounting": mark("Land by IPCC category"),
    "land_accounting_totals": mark("Land accounting by period"),
    "emissions": mark("Emissions"),
    "balance_by_zone": mark("Balance by zone"),
    "stock_by_zone": mark("Stock by zone"),
    "coverage": mark("Coverage"),
    "correlation": mark("Correlation with drivers"),
    "mismatch": mark("Mismatch by quadrant"),
    "mismatch_indices": mark("Indices of mismatch"),
    "lorenz": mark("Lorenz curve of cells"),
    "coupling_coordination": mark("Coupling coordination"),
    "zone_inequality": mark("Inequality of zones"),
    "zone_lorenz": mark("Lorenz curve of zones"),
    "stock_uncertainty": mark("Uncertainty of the stock"),
    "balance_certainty": mark("Certainty of the balance"),
    "demand_allocation": mark("Allocation of demand"),
    "demand_difference": mark("Demand by another weight"),
    "emissions_by_gas": mark("Emissions by gas"),
    "emission_uncertainty": mark("Uncertainty of emissions"),
    "uncertainty_causes": mark("Causes of uncertainty"),
    "emission_trend": mark("Trend of emissions"),
    "reference_approach": mark("Reference approach"),
    "emission_decomposition": mark("What drives emissions (LMDI)"),
    "decoupling": mark("Decoupling (Tapio)"),
    "autocorrelation": mark("Spatial autocorrelation"),
    "supply_demand_clusters": mark("Clusters"),
    "balance_hot_spots": mark("Hot spots of change"),
    "balance_hot_spots_by_zone": mark("Hot spots by zone"),
    "local_regression_fit": mark("Local regression: fit"),
    "local_regression": mark("Local regression: coefficients"),
    "geodetector": mark("Geodetector factors"),
    "geodetector_interaction": mark("Geodetector interactions"),
    "geodetector_strata": mark("Geodetector strata"),
    "geodetector_risk": mark("Geodetector risk"),
    "plan_areas": mark("Plan areas"),
    "plan_transitions": mark("Plan conversions"),
    "plan_gain_by_pool": mark("Plan gain by pool"),
    "plan_by_year": mark("Plan gain by year"),
    "plan_by_zone": mark("Plan by zone"),
    "plan_values": mark("Plan: what was weighed"),
    "plan_prices": mark("Binding limits of the plan"),
    "plan_front": mark("Pareto front of the plan"),
    "scenarios": mark("Scenarios"),
    "scenario_areas": mark("Areas of scenarios"),
    "zoning": mark("Zones of management"),
    "zoning_by_unit": mark("Management type of each zone"),
    "compensation": mark("Compensation flows"),
    "compensation_units": mark("Compensation by zone"),
    "demand": mark("Demand for land"),
    "demand_by_zone": mark("Demand for land by zone"),
    "demand_interval": mark("Interval of land demand"),
    "conversions": mark("Conversions by step"),
    "carbon": mark("Carbon of simulated land"),
    "scenario_difference": mark("Differences of scenarios"),
    "carbon_interval": mark("Carbon by land demand"),
    "paths": mark("Paths of people and emissions"),
    "plan_gap": mark("Plan against likely land"),
    "validation": mark("Validation by resolution"),
    "validation_by_class": mark("Validation by class"),
    "validation_by_transition": mark("Validation by transition"),
    "disagreement": mark("Kinds of disagreement"),
    "demand_validation": mark("Markov chain demand, observed"),
    "patches": mark("Patches of new land"),
    "operating_curve": mark("Operating characteristic"),
    "models": mark("Models of suitability"),
    "drivers": mark("Importance of drivers"),
    "responses": mark("Responses to drivers"),
    "reliability": mark("Reliability of probabilities"),
}

#: What each table tells, for the contents sheet and the report.
MEANINGS = {
    "stock_by_class": mark(
        "Area and stored carbon by land class and year; t C is elemental carbon, a stock and not a yearly flow"
    ),
    "coverage": mark("Area of the region, and the part of it with land-cover data"),
    "emissions": mark("Emissions as given or worked out from activity, with the factor set used"),
    "stock_by_zone": mark("Area and stored carbon by zone; cells on a border belong to zones by area"),
    "balance": mark("Supply, demand and balance by year; the column on its meaning says what the balance is"),
    "balance_by_zone": mark("Supply, demand and balance by zone"),
    "transitions": mark(
        "Area that went from one class to another between two years, and the stored carbon that this moved"
    ),
    "land_change": mark("Change and single dynamic degree of each class, on the land that both years cover"),
    "stock_change_by_class": mark(
        "What each class stores in the last year minus what it stored in the first, by carbon pool, on the land that both years cover"
    ),
    "intensity_interval": mark(
        "Intensity analysis (Aldwaik and Pontius 2012), interval level: yearly change of each interval against that of all of them"
    ),
    "intensity_category": mark(
        "Intensity analysis, category level: a class is active where it gains or loses faster than the land as a whole changes"
    ),
    "intensity_transition": mark(
        "Intensity analysis, transition level: the gain of a class targets a source class if it takes more from it than under "
        "a uniform gain, and avoids it if less"
    ),
    "change_plausibility": mark(
        "Net rate of change of each class beside the rates that are known; faster change is mostly error of classification"
    ),
    "stock_over_time": mark(
        "Carbon stock by year: at steady state, as if conversions took effect at once, and with the delayed response of soil, "
        "dead organic matter and biomass, until the response is complete; land is assumed to stay as on the last map"
    ),
    "land_accounting": mark(
        "Areas and emissions by category of the IPCC, remaining and converted (20 years unless the study says otherwise), by pool; removals "
        "are negative"
    ),
    "land_accounting_totals": mark(
        "Emissions of land by the stock difference, and as soil and trees respond with gains and losses as given; removals are negative"
    ),
    "density_correction": mark(
        "Carbon densities of the table, and corrected for climate by ratios of weak fits from elsewhere (Alam et al. 2013; Chen et al. 2007)"
    ),
    "change_against_error": mark(
        "Land that differs between two maps, beside what maps of their stated accuracy would differ by errors alone: 1 minus the product of "
        "both; errors of one product partly repeat, and then less differs"
    ),
    "map_accuracy": mark(
        "Accuracies of each map and areas adjusted by its sample, with 95 % intervals (stratified estimators, Olofsson et al. 2014)"
    ),
    "adjusted_area_by_zone": mark(
        "Area of each class in each zone, adjusted by the error matrix of the whole region: the map is taken to err alike in all zones, and "
        "where it does not, the interval does not say so"
    ),
    "adjusted_stock_by_zone": mark(
        "Stored carbon of each zone, adjusted by the error matrix of the whole region: the map is taken to err alike in all zones; the "
        "interval is that of the matrix alone"
    ),
    "change_accuracy": mark(
        "Area of each conversion that the sample of the change found, with 95 % intervals (Olofsson et al. 2014)"
    ),
    "change": mark("One row a period: change of the stock, and where stock and balance rose or fell"),
    "correlation": mark(
        "Correlation over cells, and its test on the coarser support with the effective sample size. The p of independent "
        "cells ignores autocorrelation and is for comparison only"
    ),
    "emission_uncertainty": mark(
        "95 % intervals: half-width by error propagation (approach 1), ends by Monte Carlo (approach 2); factors shared"
    ),
    "uncertainty_causes": mark("What each factor and activity alone would add to the uncertainty of the total"),
    "emission_trend": mark(
        "Change of the total since the first year, with its 95 % interval; factors are the same in both years"
    ),
    "emissions_by_gas": mark(
        "Emissions by gas in their own mass, and as carbon dioxide equivalents of the set named in each row"
    ),
    "reference_approach": mark("Fuel supplied less non-energy use against fuel burnt: a check from above"),
    "emission_decomposition": mark(
        "Effects of factors on the change of emissions by period (LMDI-I, Ang 2005): they sum to the change, or multiply to the ratio; zeros "
        "by their limits (Ang and Liu 2007)"
    ),
    "decoupling": mark(
        "Growth of emissions over growth of output, and the state of decoupling (Tapio 2005); 0.8 and 1.2 count as coupled"
    ),
    "demand_allocation": mark(
        "Allocation of the emissions of each sector and zone, with a check that the total is preserved"
    ),
    "demand_difference": mark("Share of demand that another weight would place elsewhere"),
    "stock_uncertainty": mark(
        "95 % intervals of the carbon stock and its change, from the uncertainty of the densities and, where given, of the "
        "mapped areas. The correlation between class errors has to be assumed, so both extremes are given as well."
    ),
    "balance_certainty": mark(
        "Share of the area whose balance has the same sign whatever the true figures within their 95 % intervals"
    ),
    "zone_inequality": mark("Inequality of demand relative to supply among the zones of a layer"),
    "zone_lorenz": mark("Lorenz curve of demand over supply among the zones of a layer"),
    "local_regression_fit": mark(
        "Geographically weighted regression of the balance per hectare of zones on drivers, beside one regression for all zones; p counts the "
        "search for the bandwidth, against zones dealt at random over their places"
    ),
    "local_regression": mark(
        "Coefficients around each zone, of standardised variables; significant counts as many tests as there are effective parameters "
        "(da Silva and Fotheringham 2016)"
    ),
    "geodetector": mark(
        "Share q of variance between the strata of a driver, cut in the way with the largest q; p counts that search, against "
        "random maps as smooth"
    ),
    "geodetector_interaction": mark(
        "q of two drivers together against each alone; the ecological test takes cells as independent"
    ),
    "geodetector_strata": mark("Strata of each driver, and the mean of the variable in them"),
    "geodetector_risk": mark("Means of two strata by Welch's t-test, which takes cells as independent"),
    "mismatch": mark("Quadrants of supply and demand, each high or low against the mean of the year"),
    "mismatch_indices": mark("Dissimilarity of the spatial distributions of supply and demand (0: identical)"),
    "lorenz": mark("Share of demand on the land with the least demand for its supply, up to a share of supply"),
    "coupling_coordination": mark(
        "Area by level of the coupling coordination degree, which depends on the range of the values of all years"
    ),
    "autocorrelation": mark(
        "Spatial autocorrelation. The p-value against unrelated maps accounts for the autocorrelation of both maps; that of "
        "random permutations does not"
    ),
    "supply_demand_clusters": mark(
        "Supply of a cell among the demand of its neighbours (bivariate local Moran's I), per whole cell, with the share of cells that "
        "unrelated maps as smooth would show and its p-value"
    ),
    "balance_hot_spots": mark("Clusters of the change of the balance (Getis-Ord Gi*), relative to the mean change"),
    "balance_hot_spots_by_zone": mark(
        "Part of each zone where the change of the balance stands out as worse or better than its mean"
    ),
    "plan_areas": mark("Area and stored carbon of each class today and after the plan"),
    "plan_transitions": mark("Conversions of the plan: area, stored carbon gained, cost"),
    "plan_gain_by_pool": mark(
        "Stored carbon gained by carbon pool: a gain in one pool is as sure as the densities of that pool"
    ),
    "plan_by_year": mark(
        "Gain of the plan by year, its conversions spread evenly over the horizon: what is cleared is lost at once, biomass, dead matter and soil "
        "build up over years; and what that is worth, where a price is given"
    ),
    "plan_by_zone": mark("Change of each class, stored carbon gained and cost by zone"),
    "plan_values": mark(
        "What the plan weighs, by which weight, and what it changes of it: stored carbon, values of the study's own table, cost"
    ),
    "plan_prices": mark("Binding limits and their shadow prices"),
    "plan_front": mark("What the plan gains for each amount of the other goal"),
    "scenarios": mark(
        "Stored carbon of each scenario against today's land: the best arrangement of the scenario's areas, no forecast; its areas stand in "
        "place of the plan's limits"
    ),
    "scenario_areas": mark("Area of each class today and in each scenario"),
    "zoning": mark("Management zones by cell, by the rules of the study"),
    "zoning_by_unit": mark("Zones of management by unit, from its shares of supply, emissions and output"),
    "compensation": mark("Accounting of compensation between zones in deficit and zones in surplus"),
    "compensation_units": mark("Surplus and deficit of each zone, and the part that is offset"),
    "demand": mark(
        "Area of each class asked for and simulated, to the cell; areas of a table are scaled to the land, and quotas and protection may "
        "leave less of a chain"
    ),
    "demand_by_zone": mark("Area of each class asked for and simulated in each zone"),
    "demand_interval": mark(
        "Land demand by class, with its 95 % interval from the past variation of conversion rates; the maps use the land demand itself"
    ),
    "conversions": mark(
        "Area that each step converts from one class to another; rows of one class to itself are land that stays"
    ),
    "carbon": mark(
        "Stored carbon of the simulated land by the densities of today (a stock), and its change since the last map"
    ),
    "carbon_interval": mark(
        "Change of the stock since the last map, with the uncertainty that the demand for land gives it"
    ),
    "scenario_difference": mark(
        "How much more each scenario stores than the first, with its 95 % interval by the demand for land: the same errors of rates are assumed "
        "in all scenarios, so differences vary less than stores"
    ),
    "paths": mark(
        "Population, emissions and uptake of the land from the last year on, by the assumptions of the study; flux balance is uptake less emissions"
    ),
    "plan_gap": mark(
        "What the plan would gain against what each scenario is likely to, t C; their horizons stand beside each other"
    ),
    "validation": mark(
        "Hits, misses, false alarms and wrong hits by block size, for each model and two null models; means over draws"
    ),
    "validation_by_class": mark("The same for the cells of each class that land is lost from, at one cell"),
    "validation_by_transition": mark("The same for each transition by itself, at one cell"),
    "disagreement": mark(
        "Simulated against observed map: disagreement of quantity, exchange and shift as shares of the land; quantity is zero by "
        "construction where the demand is the observed one; kappa counts land that stays"
    ),
    "demand_validation": mark(
        "Net change of each class in the validation period, as projected by the Markov chain of the preceding period and as "
        "observed: the error of land demand, which no other score includes"
    ),
    "patches": mark(
        "Patches of new land of each class, observed and simulated: their number, mean size, and outer sides per cell"
    ),
    "operating_curve": mark("How much of the observed change lies in the land that the model ranks highest"),
    "models": mark("What each conversion was learned from, and how well it does on held-out blocks of land"),
    "drivers": mark(
        "Skill that is lost on held-out blocks where the values of a driver are exchanged among cells; near zero, it plays no role"
    ),
    "responses": mark("Log-odds of each conversion at some values of each driver, against their mean"),
    "reliability": mark(
        "Predicted probability and observed frequency on held-out blocks, in groups of increasing probability"
    ),
}


@dataclass(frozen=True)
class ResultTable:
    """A table of results from outside: its name, its title (31 characters at the most), what it tells, and its own columns."""

    name: str
    title: str
    meaning: str
    columns: tuple[Column, ...] = ()


#: Letters that a sheet's name may have.
_LONGEST_TITLE = 31


def declare_table(table: ResultTable) -> None:
    """Add a table from outside, after those that are known.

    Raises
    ------
    InputError
        There is one of that name with another title, or the title is too long for a sheet.
    """
    refuse_taken_table(table)
    TITLES[table.name], MEANINGS[table.name] = table.title, table.meaning
    declare_columns(table.columns, table.name)


def refuse_taken_table(table: ResultTable) -> None:
    """Refuse a table whose name another one has, or whose title is too long for a sheet.

    Raises
    ------
    InputError
        Either is so.
    """
    if TITLES.get(table.name, table.title) != table.title:
        raise InputError(tr("'{name}' is a table already; give yours another name", name=table.name))
    if len(table.title) > _LONGEST_TITLE:
        raise InputError(tr("'{title}': a title has at most {most} letters", title=table.title, most=_LONGEST_TITLE))


def table_title(name: str) -> str:
    """Title of a table in the language that is spoken.

    Examples
    --------
    >>> table_title("stock_by_class"), table_title("my_table")
    ('Stock by class', 'my table')
    """
    return tr(TITLES[name]) if name in TITLES else name_of(name)


def table_meaning(name: str) -> str:
    """What a table tells; empty where nothing is known of it.

    Examples
    --------
    >>> table_meaning("balance_by_zone"), table_meaning("my_table")
    ('Supply, demand and balance by zone', '')
    """
    return tr(MEANINGS[name]) if name in MEANINGS else ""


def in_order(names: Iterable[str]) -> list[str]:
    """Names of tables as readers meet them: main tables first, unknown ones last.

    Examples
    --------
    >>> in_order(["mine", "stock_by_class", "balance"])
    ['balance', 'stock_by_class', 'mine']
    """
    given = list(names)
    known = [name for name in TITLES if name in given]
    return [*known, *(name for name in given if name not in TITLES)]
