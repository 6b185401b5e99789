"""Words that tables hold as values, as readers write them."""

from __future__ import annotations

from tanheng.language import listed, mark, mark_name, name_of, tr
from tanheng.tables.columns import column_of

#: Quantities that are analysed; their names stand for other things elsewhere, so they are sentences and no names.
_VARIABLES = {
    "supply": mark("carbon supply"),
    "demand": mark("carbon demand"),
    "supply_demand_ratio": mark("supply-demand ratio"),
    "balance": mark("carbon balance"),
    "supply, demand of neighbours": mark("supply, demand of neighbours"),
}

#: Values that stand where a user's own names stand as well.
_PLACES = frozenset({
    mark_name("(outside all zones)"), mark_name("the region"), mark_name("province"), mark_name("prefecture"),
    mark_name("city"), mark_name("county"), mark_name("catchment"),
})  # fmt: skip

#: Names that tables hold, marked here for the catalogue.
NAMES = (
    # Change of land
    mark_name("fast"), mark_name("slow"), mark_name("uniform"), mark_name("active"), mark_name("dormant"),
    mark_name("targets"), mark_name("avoids"), mark_name("too few pixels to tell"), mark_name("within known rates"),
    mark_name("faster than known rates"), mark_name("change"), mark_name("no accuracy is stated"),
    mark_name("change is sampled"), mark_name("within what classification error could explain"),
    mark_name("more than classification error could explain"),
    # Ways and modes
    mark_name("stock"), mark_name("stock_change"), mark_name("sink"), mark_name("pooled"), mark_name("p99"),
    mark_name("year"), mark_name("territorial"), mark_name("consumption"),
    mark_name("carbon stored minus one year of emissions (a stock minus a flow: no carbon budget)"),
    mark_name("yearly change of stored carbon minus yearly emissions"),
    mark_name("yearly carbon uptake minus yearly emissions"),
    mark_name("pearson"), mark_name("spearman"), mark_name("partial"),
    mark_name("equal"), mark_name("natural"), mark_name("quantile"), mark_name("geometric"), mark_name("sd"),
    mark_name("classes as given"),
    # Emissions
    mark_name("totals as given"), mark_name("grid and heat factors of the study"), mark_name("process_factors"),
    mark_name("total"), mark_name("sector"), mark_name("fuel"), mark_name("all others"), mark_name("population"), mark_name("area"),
    mark_name("cement clinker"), mark_name("clinker"), mark_name("cement"), mark_name("lime"), mark_name("rice"),
    mark_name("dairy cattle"), mark_name("other cattle"), mark_name("buffalo"), mark_name("sheep"), mark_name("goats"),
    mark_name("swine"), mark_name("synthetic nitrogen"), mark_name("landfilled waste"),
    mark_name("strong decoupling"), mark_name("weak decoupling"), mark_name("expansive coupling"),
    mark_name("expansive negative decoupling"), mark_name("strong negative decoupling"), mark_name("weak negative decoupling"),
    mark_name("recessive coupling"), mark_name("recessive decoupling"),
    mark_name("constant"), mark_name("yes"), mark_name("no"),
    mark_name("remaining"), mark_name("converted"), mark_name("forest land"), mark_name("wetlands"), mark_name("settlements"),
    mark_name("other land"),
    # Drivers that many studies have
    mark_name("population_density"), mark_name("elevation"), mark_name("height"), mark_name("slope"), mark_name("temperature"),
    mark_name("precipitation"), mark_name("night_lights"), mark_name("gdp"), mark_name("ndvi"), mark_name("crop_output"),
    # Analyses
    mark_name("cells"), mark_name("Moran I"), mark_name("Geary C"), mark_name("bivariate Moran I"),
    mark_name("not significant"), mark_name("high-high"), mark_name("low-high"), mark_name("low-low"), mark_name("high-low"),
    mark_name("hot spot"), mark_name("cold spot"), mark_name("no neighbours"),
    mark_name("better than the mean change"), mark_name("worse than the mean change"),
    mark_name("high supply, high demand"), mark_name("low supply, high demand"),
    mark_name("low supply, low demand"), mark_name("high supply, low demand"),
    mark_name("weakened, nonlinear"), mark_name("weakened, univariate"), mark_name("enhanced, bivariate"),
    mark_name("enhanced, nonlinear"), mark_name("independent"), mark_name("nothing added"),
    # Plans
    mark_name("today"), mark_name("trend"), mark_name("cropland protection"), mark_name("ecological priority"), mark_name("low carbon"),
    mark_name("protection"), mark_name("coordinated"), mark_name("restoration"), mark_name("low-carbon development"),
    mark_name("low-carbon maintenance"), mark_name("carbon-sink function"), mark_name("carbon-intensity control"),
    mark_name("high-carbon optimisation"),
    mark_name("keep the land as it is: much carbon is stored and little is emitted"),
    mark_name("conserve carbon stocks while emissions are high: manage both together"),
    mark_name("room for more storage at little conflict with emissions"),
    mark_name("the balance has improved: continue current measures"),
    mark_name("emissions are high relative to the carbon stock, and the balance has not improved: reduce emissions first"),
    mark_name("more supply and more output than its share of emissions"),
    mark_name("more supply than its share of emissions and less output"),
    mark_name("less supply than its share of emissions and more output"),
    mark_name("less supply and less output than its share of emissions"),
    mark_name("yearly balance"), mark_name("share of the carbon stock relative to the share of emissions"),
)  # fmt: skip


def cell_words(value: object, column: str, table: str = "") -> str:
    """Value of a column of words, as readers write it; the user's own words stay as they are.

    Examples
    --------
    >>> cell_words("not significant", "cluster"), cell_words("supply", "variable"), cell_words("my_zone", "zone_name")
    ('not significant', 'carbon supply', 'my_zone')
    """
    text, kind = str(value), column_of(column, table).kind
    if kind == "variable":
        return tr(_VARIABLES[text]) if text in _VARIABLES else name_of(text)
    if kind == "cause":
        return _cause(text)
    if kind == "price":
        currency, _, unit = text.partition(" per ")
        return tr("{currency} per {unit}", currency=name_of(currency), unit=unit) if unit else text
    if kind == "names":
        return listed(name_of(item) for item in text.split())
    if kind == "name" or (kind == "place" and text in _PLACES):
        return name_of(text) if text else ""
    return text


_CAUSES = {
    "factor": mark("factor of {fuel}"),
    "activity": mark("activity of {fuel}"),
    "carbon content": mark("carbon content of {fuel}"),
    "net calorific value": mark("net calorific value of {fuel}"),
    "oxidised fraction": mark("oxidised fraction of {fuel}"),
}


def _cause(text: str) -> str:
    """What makes emissions uncertain: a factor, or the activity, of a fuel or process."""
    what, found, of = text.partition(" of ")
    if not found or what not in _CAUSES:
        return name_of(text)
    return tr(_CAUSES[what], fuel=name_of(of))
