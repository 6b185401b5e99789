"""Carbon balance and statistics."""

from __future__ import annotations

from tanheng.language import mark
from tanheng.study.described.field import Field, Fields
from tanheng.study.sections import Analysis, BalanceChoice, NetPrimaryProduction, Respiration

#: Fields by the table of the study file that they belong to.
ANALYSIS: Fields = {
    BalanceChoice: {
        "mode": Field(
            mark("Mode"),
            mark(
                "What supply is: the carbon stored (stock), its yearly change (stock_change), or yearly uptake (sink). A "
                "stock less a year of emissions is not a carbon budget."
            ),
            "stock",
        ),
        "norm": Field(
            mark("Norm of the ratio"),
            mark(
                "Maxima that scale the supply-demand ratio: of each year (years can't be compared), of all years, or their 99th percentiles."
            ),
            "pooled",
        ),
        "uptake": Field(
            mark("Uptake by class"),
            mark("Table of yearly uptake by land class, built in or of your own, for mode sink."),
            "china-vegetation",
            unit="t C/ha/yr",
            accepts=("uptake", "table:uptake"),
        ),
        "nep": Field(
            mark("Net ecosystem production"),
            mark("Rasters of net ecosystem production, for mode sink."),
            {"maps": {"2020": "nep_2020.tif"}},
        ),
        "nep_units": Field(mark("Units of NEP"), mark("Units of the numbers in the rasters."), "g C m-2 yr-1"),
        "npp": Field(
            mark("Net primary production"),
            mark("Rasters of net primary production with the respiration that is taken off, for mode sink."),
            {"maps": {"2020": "npp_2020.tif"}, "units": "0.1 g C m-2 yr-1", "respiration": {"share": 0.5}},
        ),
        "returning": Field(
            mark("Classes that return"),
            mark("Classes whose uptake returns to the air within the year, as that of crops."),
            ["cropland"],
            accepts=("class",),
        ),
        "uptake_uncertainty": Field(
            mark("Uncertainty of uptake"),
            mark("Half of the 95 % interval, relative: by class for rates, one number for a map."),
            {"forest": 0.5},
            accepts=("class",),
        ),
        "uptake_correlation": Field(
            mark("Correlation of classes"),
            mark("Correlation between the errors of the uptake rates of the classes, from 0 to 1."),
            0.5,
        ),
    },
    NetPrimaryProduction: {
        "units": Field(mark("Units"), mark("Units of the numbers in the rasters."), "0.1 g C m-2 yr-1"),
        "respiration": Field(
            mark("Respiration"), mark("Heterotrophic respiration: production alone is not a sink."), {"share": 0.5}
        ),
        "valid_max": Field(mark("Largest valid number"), mark("Values above this number mean no data."), 32700),
    },
    Respiration: {
        "share": Field(mark("Share"), mark("Share of production that is respired."), 0.5),
        "table": Field(
            mark("Table by class"),
            mark("Respiration by land class."),
            "respiration.csv",
            unit="t C/ha/yr",
            accepts=("table:respiration",),
        ),
        "model": Field(mark("Model"), mark("Model of respiration from monthly climate."), "pei-2010"),
        "temperature": Field(
            mark("Temperature"),
            mark("Raster of twelve bands, one a month."),
            "tmean_monthly.tif",
            unit="°C",
            accepts=("raster",),
        ),
        "precipitation": Field(
            mark("Precipitation"),
            mark("Raster of twelve bands, one a month."),
            "prec_monthly.tif",
            unit="mm",
            accepts=("raster",),
        ),
    },
    Analysis: {
        "correlation": Field(
            mark("Correlation"),
            mark(
                "Methods: Pearson, Spearman, and partial correlation, which controls for other drivers; an empty list for none."
            ),
            ["pearson", "spearman"],
        ),
        "controls": Field(
            mark("Control variables"),
            mark("Drivers held constant in partial correlation. Default: all others."),
            ["elevation"],
            accepts=("driver",),
        ),
        "geodetector": Field(
            mark("Geographical detector"),
            mark("Share of the variance of supply, demand and their ratio that lies between strata of each driver."),
            False,
        ),
        "breaks": Field(
            mark("Ways to cut drivers"),
            mark("Discretisation methods to try for each driver."),
            ["natural", "quantile"],
        ),
        "classes": Field(mark("Numbers of strata"), mark("Fewest and most strata that are tried."), [3, 8]),
        "random_maps": Field(
            mark("Random maps"), mark("Random maps, as smooth as the variable, for the p-value of the detector."), 99
        ),
        "mismatch": Field(
            mark("Mismatch"), mark("Quadrants, inequality and coupling coordination of supply and demand."), True
        ),
        "autocorrelation": Field(
            mark("Spatial autocorrelation"),
            mark("Moran's I, Geary's C and clusters (LISA) of supply and demand."),
            True,
        ),
        "hot_spots": Field(mark("Hot spots"), mark("Getis-Ord Gi* of the change of the balance."), True),
        "local_regression": Field(
            mark("Local regression"),
            mark("Zone layer for geographically weighted regression of the balance."),
            "county",
            accepts=("zone layer",),
        ),
        "local_drivers": Field(
            mark("Drivers of local regression"),
            mark("Drivers that explain the balance there. Left out: all."),
            ["elevation", "gdp"],
            accepts=("driver",),
        ),
        "neighbours": Field(mark("Neighbours"), mark("Eight neighbours (queen) or four (rook)."), "queen"),
        "permutations": Field(mark("Permutations"), mark("Random permutations for clusters and hot spots."), 9999),
        "false_discovery_rate": Field(
            mark("False discovery rate"), mark("Share of places called significant that may be so by chance."), 0.05
        ),
        "seed": Field(mark("Seed"), mark("Start of the random numbers: the same seed gives the same results."), 1),
    },
}
