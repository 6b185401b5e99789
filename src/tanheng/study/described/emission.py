"""Emissions, people, and the factors that go with them."""

from __future__ import annotations

from tanheng.language import mark
from tanheng.study.described.field import Field, Fields
from tanheng.study.sections import (
    Decomposition,
    Demand,
    Driver,
    Economy,
    EmissionsChoice,
    Maps,
    Population,
    SectorWeight,
    TotalsUncertainty,
)

#: Fields by the table of the study file that they belong to.
EMISSION: Fields = {
    EmissionsChoice: {
        "totals": Field(
            mark("Totals"),
            mark("Emissions as totals by year and, if wanted, zone and sector."),
            "emissions.csv",
            accepts=("table:totals",),
        ),
        "activity": Field(
            mark("Activity data"),
            mark("Fuel burnt by year and, if wanted, zone and sector; needs emission factors."),
            "energy.csv",
            accepts=("table:activity",),
        ),
        "balance": Field(
            mark("Energy balance"),
            mark("Energy balance as the yearbook has it, one table or one by year; needs emission factors."),
            {"2020": "balance_2020.xlsx#Sheet1"},
            accepts=("table:energy_balance",),
        ),
        "columns": Field(
            mark("Headings"),
            mark("Headings of your table that tanheng does not recognise, assigned to the columns they represent."),
            {"fuel": "material"},
        ),
        "unit": Field(
            mark("Unit"), mark("Unit of the amounts, where neither a column nor a heading has it."), "10^4 t"
        ),
        "burnt": Field(
            mark("Items counted as combustion"),
            mark(
                "Share of an item of the energy balance that counts as combustion: 1 all, 0 none, -1 for inputs written as negative."
            ),
            {"用作原料、材料": 0},
        ),
        "factors": Field(
            mark("Emission factors"),
            mark("A built-in set, a table of your own, or a list, later ones taking precedence."),
            "china-gbt",
            accepts=("emission_factors", "table:factors"),
        ),
        "processes": Field(
            mark("Processes"),
            mark("Activity data of cement, lime, rice, livestock, nitrogen and landfills, with Tier 1 factors."),
            "processes.csv",
            accepts=("table:processes",),
        ),
        "zones": Field(
            mark("Zone layer"), mark("Layer that the zones of the table belong to."), "county", accepts=("zone layer",)
        ),
        "account": Field(
            mark("Account"),
            mark(
                "Territorial: combustion within the region. Consumption: fuel used in the region plus purchased electricity "
                "and heat, without power plants."
            ),
            "territorial",
        ),
        "grid_factor": Field(
            mark("Factor of electricity"),
            mark("Emissions of electricity bought, for the account of consumption."),
            0.5703,
            unit="t CO2/MWh",
        ),
        "heat_factor": Field(
            mark("Factor of heat"),
            mark("Emissions of heat bought, for the account of consumption."),
            0.11,
            unit="t CO2/GJ",
        ),
        "gases": Field(mark("Methane and nitrous oxide"), mark("Add methane and nitrous oxide of burning."), False),
        "gwp": Field(
            mark("Global warming potentials"),
            mark("IPCC assessment report from which the global warming potentials are taken."),
            "AR5",
        ),
        "activity_uncertainty": Field(
            mark("Uncertainty of activity"), mark("Half of the 95 % interval of each row, relative."), 0.05
        ),
        "totals_uncertainty": Field(
            mark("Uncertainty of totals"), mark("Half of the 95 % interval of given totals, relative."), 0.08
        ),
        "draws": Field(mark("Monte Carlo draws"), mark("Draws for the IPCC's approach 2; 0 leaves it out."), 1000),
        "seed": Field(mark("Seed"), mark("Start of the random numbers: the same seed gives the same results."), 1),
    },
    TotalsUncertainty: {
        "common": Field(mark("Common part"), mark("Half-width of the error component common to all rows."), 0.05),
        "own": Field(mark("Part of each row"), mark("Half-width of the error component specific to each row."), 0.1),
    },
    Maps: {
        "map": Field(mark("Map"), mark("Raster that is the same in all years."), "layer.tif", accepts=("raster",)),
        "maps": Field(
            mark("Maps by year"),
            mark("One raster a year."),
            {"2000": "layer_2000.tif", "2020": "layer_2020.tif"},
            accepts=("raster",),
        ),
        "band": Field(
            mark("Band"),
            mark("Band of the raster, or one by year. A file of several bands needs it."),
            {"2000": 1, "2020": 2},
        ),
    },
    Population: {
        "map": Field(
            mark("Map"), mark("Raster of the population, the same in all years."), "population.tif", accepts=("raster",)
        ),
        "maps": Field(
            mark("Maps by year"),
            mark("Raster of the population of each year."),
            {"2000": "population_2000.tif", "2020": "population_2020.tif"},
            accepts=("raster",),
        ),
        "kind": Field(
            mark("Kind"), mark("Persons per km2 (density) or persons per pixel (count, as WorldPop)."), "count"
        ),
    },
    Demand: {
        "form": Field(
            mark("Form"),
            mark("Mass-conserving: emissions keep their total. Per-person: one constant per person."),
            "mass-conserving",
        ),
        "population_totals": Field(
            mark("Population totals"),
            mark("Persons of the region by year, for the form per person."),
            {"2000": 91000000, "2020": 99000000},
            unit="persons",
        ),
        "without_weight": Field(
            mark("Units without weight"),
            mark(
                "What to do with emissions of a zone in which the weight is zero everywhere: allocate them by area with a warning, or stop."
            ),
            "area",
        ),
        "weights": Field(
            mark("Weights by sector"),
            mark("What the emissions of a sector are allocated by."),
            [{"sector": "industry", "by": {"built-up": 1}}],
        ),
        "points": Field(
            mark("Point sources"),
            mark("Table of plants whose emissions are placed first."),
            "plants.csv",
            accepts=("table:points",),
        ),
        "compare_with": Field(
            mark("Weight to compare with"),
            mark("Layers of another weight: the difference is given as a map and as one number."),
            {"night_lights": 1},
            accepts=("driver",),
        ),
    },
    SectorWeight: {
        "sector": Field(mark("Sector"), mark("Sector, or * for every other one."), "industry"),
        "by": Field(
            mark("Layers"),
            mark(
                "Layers with their exponents; the weight is their product: population, drivers, shares of land classes."
            ),
            {"night_lights": 0.5, "built-up": 1},
            accepts=("driver", "class"),
        ),
        "inside": Field(
            mark("Inside classes"), mark("Land classes that the emissions stay in."), ["built-up"], accepts=("class",)
        ),
    },
    Driver: {
        "map": Field(mark("Map"), mark("Raster that is the same in all years."), "elevation.tif", accepts=("raster",)),
        "maps": Field(
            mark("Maps by year"),
            mark("One raster a year."),
            {"2000": "precipitation_2000.tif", "2020": "precipitation_2020.tif"},
            accepts=("raster",),
        ),
        "table": Field(
            mark("Table by zone"),
            mark("Table of values by zone and, if wanted, year."),
            "gdp.csv",
            accepts=("table:zone_values",),
        ),
        "columns": Field(
            mark("Headings"),
            mark("Headings of your table that tanheng does not recognise, assigned to the columns they represent."),
            {"value": "GDP"},
        ),
        "zones": Field(
            mark("Zone layer"), mark("Layer that the zones of the table belong to."), "county", accepts=("zone layer",)
        ),
        "band": Field(
            mark("Band"),
            mark("Band of the raster, or one by year. A file of several bands needs it."),
            {"2000": 1, "2020": 2},
        ),
        "scale": Field(mark("Scale"), mark("Factor that the numbers of the file are multiplied by."), 1),
        "support_km": Field(
            mark("Support"),
            mark(
                "Size of the area that one measurement represents, if larger than the pixels; statistical tests use this support."
            ),
            9,
            unit="km",
        ),
        "units": Field(mark("Units"), mark("Units, as they are printed."), "m"),
        "long_name": Field(mark("Long name"), mark("Name, as it is printed."), "elevation"),
    },
    Economy: {
        "driver": Field(
            mark("Driver"), mark("Driver with a table by zone that holds economic output."), "gdp", accepts=("driver",)
        ),
        "kind": Field(mark("Kind"), mark("Whether it holds totals or densities (per km2)."), "total"),
    },
    Decomposition: {
        "table": Field(
            mark("Table"),
            mark("Economic output and population by year and, if wanted, zone."),
            "economy.csv",
            accepts=("table:economy",),
        ),
        "columns": Field(
            mark("Headings"),
            mark("Headings of your table that tanheng does not recognise, assigned to the columns they represent."),
            {"gdp": "GRP"},
        ),
        "prices": Field(
            mark("Prices"),
            mark("Prices of one year for all, as “constant 2020”, or of each year (“current”)."),
            "constant 2020",
        ),
    },
}
