"""Basics of a study: what it is of, where, and what becomes of the results."""

from __future__ import annotations

from tanheng.language import mark
from tanheng.study.described.field import Field, Fields
from tanheng.study.maps import MapPrints
from tanheng.study.model import Study
from tanheng.study.sections import Change, GridChoice, Outputs, Region, Value, ZoneLayer

#: Fields by the table of the study file that they belong to.
BASICS: Fields = {
    Study: {
        "title": Field(
            mark("Title"),
            mark("Name of the study, printed on every map and page; may be given by language."),
            "Carbon balance of my region",
        ),
        "language": Field(
            mark("Language"),
            mark("Language of the report, maps, tables and messages. Left out: that of the system."),
            "en",
        ),
        "authors": Field(
            mark("Authors"), mark("Names that stand in the record of the results (RO-Crate)."), ["A. Author"]
        ),
        "license": Field(mark("Licence"), mark("Licence of the results, for their record."), "CC-BY-4.0"),
        "years": Field(
            mark("Years"), mark("Years of the study, in ascending order; each needs a land-cover map."), [2000, 2020]
        ),
        "region": Field(
            mark("Region"),
            mark("Boundary of the study region. Left out: where the first map has data."),
            {"boundary": "region.gpkg"},
        ),
        "zones": Field(
            mark("Zone layers"),
            mark("Prefectures, counties or catchments that tables are summed by; as many layers as you like."),
            {"county": {"file": "counties.gpkg", "id": "code", "name": "name"}},
        ),
        "grid": Field(
            mark("Analysis grid"),
            mark("Cells in which everything is computed: equal-area, 1 km unless you say otherwise."),
            {"resolution": 1000},
        ),
        "land_cover": Field(
            mark("Land cover"),
            mark("Land-cover map of each year and what its codes mean."),
            {"legend": "clcd", "maps": {"2000": "landcover_2000.tif", "2020": "landcover_2020.tif"}},
        ),
        "carbon_density": Field(
            mark("Carbon densities"),
            mark("Carbon held by a hectare of each land class, by carbon pool."),
            {"table": "carbon_densities.csv"},
        ),
        "emissions": Field(
            mark("Emissions"),
            mark(
                "Carbon emitted in a year, as totals, from activity data, or from an energy balance. Without it only stored carbon is counted."
            ),
            {"totals": "emissions.csv"},
        ),
        "population": Field(
            mark("Population"),
            mark("Map of people, by which emissions are allocated to cells."),
            {"kind": "count", "maps": {"2000": "population_2000.tif", "2020": "population_2020.tif"}},
        ),
        "demand": Field(
            mark("Carbon demand"), mark("How emissions are allocated to cells."), {"form": "mass-conserving"}
        ),
        "drivers": Field(
            mark("Drivers"),
            mark("Factors that may go with carbon supply and demand: terrain, climate, soil, economy."),
            {"elevation": {"map": "elevation.tif", "units": "m"}},
        ),
        "balance": Field(
            mark("Carbon balance"),
            mark("What supply is, and how the supply-demand ratio is scaled."),
            {"mode": "stock"},
        ),
        "analysis": Field(
            mark("Analysis"),
            mark("Statistics beyond the accounts: correlation, geographical detector, clusters, hot spots."),
            {"geodetector": True},
        ),
        "economy": Field(
            mark("Economy"),
            mark("Driver that holds economic output by zone, for the economic contribution coefficient."),
            {"driver": "gdp", "kind": "total"},
        ),
        "decomposition": Field(
            mark("Drivers of emissions"),
            mark("What drives the change of emissions (LMDI), and whether they decouple from the economy (Tapio)."),
            {"table": "economy.csv", "prices": "constant 2020"},
        ),
        "change": Field(
            mark("Periods of change"), mark("Pairs of years whose change is reported."), {"pairs": "consecutive"}
        ),
        "flows": Field(
            mark("Yearly flows"),
            mark(
                "Soil and trees take years to respond to a conversion; land accounting by the categories of the IPCC."
            ),
            {"soil_years": 20},
        ),
        "value": Field(
            mark("Monetary value"),
            mark("Net present value of the change of stored carbon, by InVEST's formula."),
            {"price": 50, "price_per": "t CO2", "discount_rate_percent": 3},
        ),
        "plan": Field(
            mark("Land-use plan"),
            mark("Limits and goals for the best arrangement of land use."),
            {"limits": [{"class": "cropland", "at_least": 0.98}]},
        ),
        "simulate": Field(
            mark("Future land use"),
            mark("Years and rules for the simulation of future land use."),
            {"to": [2030, 2035]},
        ),
        "data_years": Field(
            mark("Years of borrowed data"),
            mark("Year to which the data of an input refer, if it differs from the study year."),
            {"emissions": {"2015": 2014}},
        ),
        "reconstructed": Field(
            mark("Reconstructed inputs"),
            mark("Inputs that were derived from totals, not observed; results based on them are labelled."),
            ["land_cover"],
        ),
        "maps": Field(
            mark("Maps for print"), mark("Formats, class breaks and names on the maps."), {"formats": ["png", "pdf"]}
        ),
        "outputs": Field(
            mark("Results"), mark("Folder of the results, and which of them are made."), {"folder": "results"}
        ),
    },
    Region: {
        "boundary": Field(
            mark("Boundary"),
            mark("Vector file of the region; all its polygons together."),
            "region.gpkg",
            accepts=("vector",),
        ),
        "layer": Field(mark("Layer"), mark("Layer of the file, where it has several."), "region"),
    },
    ZoneLayer: {
        "file": Field(mark("File"), mark("Vector file of the zones."), "counties.gpkg", accepts=("vector",)),
        "id": Field(mark("Id column"), mark("Column that tells zones apart."), "code", accepts=("column",)),
        "name": Field(
            mark("Name column"), mark("Column of the names, or one by language."), "name", accepts=("column",)
        ),
        "layer": Field(mark("Layer"), mark("Layer of the file, where it has several."), "counties"),
    },
    GridChoice: {
        "crs": Field(
            mark("CRS"),
            mark(
                "Equal-area coordinate reference system in metres. Left out: that of the map "
                "where it is equal-area, else Albers for China, else a fitted one."
            ),
            "EPSG:6933",
        ),
        "resolution": Field(mark("Cell size"), mark("Side of a cell of the analysis grid."), 1000, unit="m"),
    },
    Change: {
        "pairs": Field(
            mark("Periods"), mark("Consecutive years and the whole span, or all pairs of years."), "consecutive"
        ),
    },
    Value: {
        "price": Field(mark("Price"), mark("Price of a tonne."), 50, unit="currency per t"),
        "price_per": Field(
            mark("Price per"),
            mark("Whether the price is per tonne of carbon, as in InVEST, or of carbon dioxide, as in markets."),
            "t CO2",
        ),
        "currency": Field(mark("Currency"), mark("Currency of the price, as it is printed."), "CNY"),
        "discount_rate_percent": Field(mark("Discount rate"), mark("Yearly market discount rate."), 3, unit="%"),
        "price_change_percent": Field(
            mark("Second discount"),
            mark(
                "InVEST's `rate_change`, which is a second discount: 3 lowers the value by "
                "2.9 % a year; for a price that rises 3 % a year write -2.913."
            ),
            0,
            unit="%",
        ),
    },
    MapPrints: {
        "formats": Field(
            mark("Formats"),
            mark("File formats of the maps; PNG is always made, since the report shows it."),
            ["png", "pdf"],
        ),
        "dpi": Field(mark("Resolution of pictures"), mark("Dots per inch of PNG."), 300, unit="dpi"),
        "breaks": Field(
            mark("Class breaks"),
            mark("How values are cut into classes, the same over all years; by theme a method or breaks by hand."),
            "auto",
        ),
        "classes": Field(
            mark("Number of classes"), mark("Number of classes of a map; there are fewer where rounded breaks meet."), 7
        ),
        "labels": Field(
            mark("Labels"),
            mark("Zone layer whose names are written on the maps; true takes the first one with names, false none."),
            "county",
            accepts=("zone layer",),
        ),
        "panels": Field(
            mark("Years side by side"),
            mark("Whether the years of a theme are also drawn side by side with one legend."),
            True,
        ),
        "years": Field(
            mark("Years of single maps"),
            mark(
                "Years drawn on maps of their own. Left out: all of up to six; of more the first, a middle and the last one."
            ),
            [2000, 2020],
        ),
        "approval": Field(
            mark("Approval number"), mark("Map approval number, printed under each map."), "GS(2024)0000"
        ),
    },
    Outputs: {
        "folder": Field(mark("Folder"), mark("Folder of the results, beside the study file."), "results"),
        "maps": Field(mark("Maps"), mark("Whether maps for print are drawn."), True),
        "report": Field(mark("Report"), mark("Whether the report is written."), True),
        "pixel_maps": Field(
            mark("Maps at full resolution"),
            mark("Carbon density and its change at the map's own resolution as well."),
            False,
        ),
        "docx": Field(mark("Word tables"), mark("The tables of a paper as a Word file."), False),
        "note": Field(
            mark("Note"), mark("Text printed on every map and page; may be given by language."), "Data: source, licence"
        ),
    },
}
