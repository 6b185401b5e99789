"""A land-use plan."""

from __future__ import annotations

from tanheng.language import mark
from tanheng.study.described.field import Field, Fields
from tanheng.study.plan import Plan, PlanCarbon, PlanLand, PlanLimit, PlanMask

#: Fields by the table of the study file that they belong to.
PLAN: Fields = {
    Plan: {
        "year": Field(mark("Year"), mark("Year whose land is planned from. Left out: the last."), 2020),
        "horizon_years": Field(
            mark("Horizon"), mark("Years ahead, for the trend and the gain by year."), 10, unit="yr"
        ),
        "limits": Field(
            mark("Limits of areas"),
            mark("Range of the area of a class: as a share of today's, or in km2; of the region or of zones."),
            [{"class": "cropland", "at_least": 0.98}],
        ),
        "carbon": Field(
            mark("Floors of carbon"),
            mark("Minimum carbon stock, as a share of today's, for the region or for zones."),
            [{"at_least": 1.0, "zones": "county"}],
        ),
        "fixed": Field(
            mark("Fixed classes"), mark("Classes that stay what they are."), ["built-up", "water"], accepts=("class",)
        ),
        "no_new": Field(
            mark("Classes that don't grow"),
            mark("Classes to which no land may be converted."),
            ["water"],
            accepts=("class",),
        ),
        "forbidden": Field(
            mark("Forbidden conversions"), mark("Pairs from, to."), [["forest", "cropland"]], accepts=("class",)
        ),
        "protected": Field(
            mark("Protected land"),
            mark("Polygons, or rasters where they are not zero: nothing changes there."),
            [{"file": "reserve.gpkg"}],
        ),
        "reserved": Field(
            mark("Reserved land"),
            mark("Land that may become one class only."),
            [{"file": "belt.gpkg", "class": "forest"}],
        ),
        "fit": Field(
            mark("Suitable land"),
            mark("Where a class may spread: polygons, or a range of a raster."),
            [{"class": "cropland", "file": "slope.tif", "at_most": 15}],
        ),
        "max_change": Field(mark("Largest change of a cell"), mark("Largest part of a cell that may change."), 1),
        "whole_cells": Field(
            mark("Whole cells"), mark("Change whole cells only; “auto” where every cell holds one class."), "auto"
        ),
        "weights": Field(
            mark("Weights of the goal"),
            mark("What a unit of carbon, of a column of values, or of cost counts."),
            {"carbon": 1},
        ),
        "demand_weight": Field(
            mark("Weight of demand"),
            mark("Additional weight of a tonne of carbon in zones with higher emissions per hectare, from 0 to 1."),
            0,
        ),
        "demand_zones": Field(
            mark("Zones for demand weighting"),
            mark("Zone layer of the units that demand is weighed by."),
            "county",
            accepts=("zone layer",),
        ),
        "values": Field(
            mark("Values"),
            mark("Table of values per hectare by class."),
            "values.csv",
            unit="per ha",
            accepts=("table",),
        ),
        "costs": Field(
            mark("Costs"),
            mark("Table of costs per hectare of conversions."),
            "costs.csv",
            unit="currency per ha",
            accepts=("table:costs",),
        ),
        "cost_map": Field(mark("Cost map"), mark("Raster that multiplies the costs."), "cost.tif", accepts=("raster",)),
        "budget": Field(mark("Budget"), mark("Most that may be spent."), 50000000, unit="currency"),
        "currency": Field(mark("Currency"), mark("Currency of the costs, as it is printed."), "CNY"),
        "pareto": Field(
            mark("Goal to trade off"), mark("Column of the values, or cost, that is set against the goal."), "cost"
        ),
        "pareto_points": Field(mark("Points of the trade-off"), mark("Number of plans along the trade-off."), 20),
        "draws": Field(
            mark("Draws"), mark("Plans anew with drawn densities, to see how stable the plan is; 0 for none."), 100
        ),
        "density_spread": Field(
            mark("Spread of densities"), mark("Relative standard deviation of the drawn densities."), 0.2
        ),
        "scenarios": Field(
            mark("Scenarios"), mark("Built-in scenarios, a table of your own, or none."), True, accepts=("table",)
        ),
        "zoning": Field(
            mark("Zones of management"), mark("Whether cells and zones are classified by supply and demand."), True
        ),
        "zoning_rules": Field(
            mark("Rules by cell"),
            mark("Rules that group cells. Left out: the built-in ones."),
            "rules_by_cell.csv",
            accepts=("table",),
        ),
        "unit_rules": Field(
            mark("Rules by zone"),
            mark("Rules that classify zones. Default: the built-in rules."),
            "rules_by_unit.csv",
            accepts=("table",),
        ),
        "compensation": Field(
            mark("Compensation"),
            mark("Zone layer between whose zones compensation is calculated."),
            "county",
            accepts=("zone layer",),
        ),
        "price": Field(
            mark("Price"), mark("Price of a tonne, for compensation and valuation."), 60, unit="currency per t"
        ),
        "price_per": Field(
            mark("Price per"), mark("Whether the price is per tonne of carbon or of carbon dioxide."), "t CO2"
        ),
        "price_path": Field(
            mark("Prices by year"),
            mark("Prices by year; linear between these years, constant before and after."),
            {"2025": 60, "2035": 120},
            unit="currency per t",
        ),
        "discount_rate_percent": Field(mark("Discount rate"), mark("Annual discount rate."), 3, unit="%"),
        "gap": Field(mark("Gap"), mark("Relative gap of the proof that is asked for."), 1e-06),
        "seconds": Field(mark("Time limit"), mark("Time for the search for whole cells."), 120, unit="s"),
        "seed": Field(mark("Seed"), mark("Start of the random numbers: the same seed gives the same results."), 1),
    },
    PlanLimit: {
        "land_class": Field(mark("Land class"), mark("Class whose area is limited."), "cropland", accepts=("class",)),
        "zones": Field(
            mark("Zone layer"),
            mark("Layer whose zones each keep the limit. Left out: the region."),
            "county",
            accepts=("zone layer",),
        ),
        "zone": Field(mark("Zone"), mark("The one zone that the limit is for."), "410100"),
        "at_least": Field(mark("At least"), mark("Smallest area, as a share of today's."), 0.98),
        "at_most": Field(mark("At most"), mark("Largest area, as a share of today's."), 1.05),
        "at_least_km2": Field(mark("At least, km2"), mark("Smallest area."), 1200, unit="km2"),
        "at_most_km2": Field(mark("At most, km2"), mark("Largest area."), 1500, unit="km2"),
    },
    PlanCarbon: {
        "at_least": Field(mark("At least"), mark("Least stored carbon, as a share of today's."), 1.0),
        "zones": Field(
            mark("Zone layer"),
            mark("Layer whose zones each keep the floor. Left out: the region."),
            "county",
            accepts=("zone layer",),
        ),
        "zone": Field(mark("Zone"), mark("The one zone that the floor is for."), "410100"),
    },
    PlanLand: {
        "file": Field(
            mark("File"),
            mark("Polygons, or a raster where it is not zero."),
            "reserve.gpkg",
            accepts=("vector", "raster"),
        ),
        "land_class": Field(
            mark("Land class"), mark("Class that the land is reserved for."), "forest", accepts=("class",)
        ),
    },
    PlanMask: {
        "file": Field(
            mark("File"), mark("Polygons, or a raster whose range counts."), "slope.tif", accepts=("vector", "raster")
        ),
        "land_class": Field(mark("Land class"), mark("Class that may spread there."), "cropland", accepts=("class",)),
        "at_least": Field(mark("At least"), mark("Smallest number of the raster."), 0),
        "at_most": Field(mark("At most"), mark("Largest number of the raster."), 15),
    },
}
