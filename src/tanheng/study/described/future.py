"""Future land use."""

from __future__ import annotations

from tanheng.language import mark
from tanheng.study.described.field import Field, Fields
from tanheng.study.simulate import Outlook, Quota, Simulate

#: Fields by the table of the study file that they belong to.
FUTURE: Fields = {
    Simulate: {
        "to": Field(mark("Years"), mark("Years to simulate, after the last map."), [2030, 2035]),
        "mode": Field(
            mark("Mode"),
            mark(
                "Draw: sampled with the predicted probabilities. Best: the single most likely allocation. Patches: seeds "
                "grown to observed patch sizes."
            ),
            "draw",
        ),
        "draws": Field(
            mark("Draws"), mark("Number of simulated maps; the probability of each class is its share of them."), 10
        ),
        "model": Field(
            mark("Model"),
            mark("Model of suitability: logistic regression, or trees (LightGBM, installed apart)."),
            "logit",
        ),
        "seed": Field(mark("Seed"), mark("Start of the random numbers: the same seed gives the same results."), 1),
        "demand": Field(
            mark("Demand"),
            mark(
                "How much land changes: a Markov chain, straight lines, the plan, or a table of areas or conversions."
            ),
            "markov",
            accepts=("table:land_demand", "table:land_conversions"),
        ),
        "demand_uncertainty": Field(
            mark("Uncertainty of land demand"),
            mark(
                "Observed: estimated from the differences of conversion rates between observed periods; needs three maps. Or "
                "a number: upper end of the 95 % interval of all rates one period ahead (0.3: a factor of 1.3); 0 for none."
            ),
            0.3,
        ),
        "period": Field(
            mark("Period"), mark("Whether the chain is that of the last period or of the whole span."), "last"
        ),
        "step_years": Field(
            mark("Step"), mark("Longest step. Left out: the length of the observed period."), 5, unit="yr"
        ),
        "drivers": Field(
            mark("Drivers"),
            mark("Drivers that suitability is learned from. Left out: all with maps."),
            ["elevation", "slope"],
            accepts=("driver",),
        ),
        "suitability": Field(
            mark("Own suitability"),
            mark("Rasters of your own conversion probabilities, by class."),
            {"built-up": "chance.tif"},
            accepts=("raster", "class"),
        ),
        "distance_to": Field(
            mark("Distances"),
            mark("Vector files whose distance is a driver."),
            {"roads": "roads.gpkg"},
            accepts=("vector",),
        ),
        "resolution": Field(
            mark("Resolution"),
            mark(
                "What is simulated: the pixels of the land maps, or the shares of the cells of the grid, in parts of each cell."
            ),
            "cells",
        ),
        "windows": Field(
            mark("Windows"),
            mark("Sides of the windows in which shares of classes are counted; odd."),
            [3, 7, 15, 31],
            unit="cells",
        ),
        "zones": Field(
            mark("Zone layer"),
            mark("Zone layer; land demand is derived and met separately in each zone."),
            "county",
            accepts=("zone layer",),
        ),
        "protected": Field(
            mark("Protected land"),
            mark("Polygons, or rasters where they are not zero: nothing changes there."),
            [{"file": "reserve.gpkg"}],
        ),
        "forbidden": Field(
            mark("Forbidden conversions"), mark("Pairs from, to; * is any class."), [["water", "*"]], accepts=("class",)
        ),
        "quotas": Field(
            mark("Quotas"),
            mark("Most land that a conversion may take in one step."),
            [{"from": "cropland", "to": "built-up", "km2": 20}],
        ),
        "scenarios": Field(
            mark("Scenarios"),
            mark("Built-in scenarios, a table of your own, or none."),
            True,
            accepts=("table:land_scenarios",),
        ),
        "outlook": Field(
            mark("Population and emissions"),
            mark("Population and emissions of future years: a table, or growth by scenario."),
            {
                "natural development": {
                    "population": -0.002,
                    "income": 0.04,
                    "energy_intensity": -0.03,
                    "carbon_intensity": -0.02,
                }
            },
            accepts=("table:outlook",),
        ),
        "fallback": Field(
            mark("Place at random"),
            mark("Place conversions at random where too few cells changed to learn from."),
            False,
        ),
        "score_on_training": Field(
            mark("Score on training data"),
            mark("Validate the model on its own training data; such scores are too optimistic."),
            False,
        ),
        "write_draws": Field(mark("Write draws"), mark("Write the map of each draw."), False),
    },
    Quota: {
        "from_class": Field(mark("From"), mark("Class that loses the land."), "cropland", accepts=("class",)),
        "to_class": Field(mark("To"), mark("Class that gains the land."), "built-up", accepts=("class",)),
        "km2": Field(mark("Area"), mark("Most land of one step."), 20, unit="km2"),
    },
    Outlook: {
        "population": Field(mark("Population"), mark("Yearly growth, relative, or persons by year."), -0.002),
        "income": Field(mark("Income per head"), mark("Yearly growth, relative."), 0.04),
        "energy_intensity": Field(
            mark("Energy intensity"), mark("Yearly growth of energy per income, relative."), -0.03
        ),
        "carbon_intensity": Field(
            mark("Carbon intensity"), mark("Yearly growth of carbon per energy, relative."), -0.02
        ),
        "emissions": Field(
            mark("Emissions"), mark("Emissions by year, in place of growth."), {"2030": 52000, "2035": 48000}
        ),
        "unit": Field(
            mark("Unit of emissions"), mark("Unit of the emissions by year; needed where they are given."), "10^4 t CO2"
        ),
    },
}
