"""Land maps, their errors, and what land stores."""

from __future__ import annotations

from tanheng.language import mark
from tanheng.study.carbon import CarbonDensity, ClimateCorrection, DensityMap, LandCover, MapErrorChoice, MeanClimate
from tanheng.study.described.field import Field, Fields
from tanheng.study.sections import Flows

#: Fields by the table of the study file that they belong to.
LAND: Fields = {
    LandCover: {
        "legend": Field(
            mark("Legend"),
            mark(
                "What the codes of the maps mean: a built-in legend, or a table of your own with the "
                "columns code and class. May be left out where the density table has codes."
            ),
            "clcd",
            accepts=("legends", "table:legend"),
        ),
        "maps": Field(
            mark("Maps"),
            mark(
                "Land-cover map of each year: a file, a list of tiles, or a folder of tiles; any CRS, pixel size and type."
            ),
            {"2000": "landcover_2000.tif", "2020": "landcover_2020.tif"},
            accepts=("raster",),
        ),
        "band": Field(
            mark("Band"),
            mark("Band of the rasters that holds the codes, or one by year. A file of several bands needs it."),
            {"2000": 1, "2020": 2},
        ),
        "nodata": Field(mark("Codes without data"), mark("Further codes that mean “no data”."), [127]),
        "codes": Field(
            mark("Codes by hand"),
            mark("Land class of single codes; an empty text means no data."),
            {"46": "water", "99": ""},
            accepts=("class",),
        ),
        "area_uncertainty": Field(
            mark("Uncertainty of areas"),
            mark(
                "Half of the 95 % interval of the mapped area of a class, relative, as an accuracy assessment gives it."
            ),
            {"cropland": 0.05},
            accepts=("class",),
        ),
        "map_error": Field(
            mark("Map error"), mark("What is known of the errors of the maps."), {"overall_accuracy": 0.8}
        ),
    },
    MapErrorChoice: {
        "samples": Field(
            mark("Error matrices"),
            mark("Error matrix of the map of each year: rows what the map shows, columns what is there."),
            {"2020": "errors_2020.csv"},
            accepts=("table:map_errors",),
        ),
        "change_samples": Field(
            mark("Samples of change"),
            mark("Sample of the change between the maps of two years."),
            {"2000-2020": "change_errors.csv"},
            accepts=("table:change_errors",),
        ),
        "overall_accuracy": Field(
            mark("Overall accuracy"),
            mark("Overall accuracy of the maps as a share; one for all years, or by year."),
            0.8,
        ),
    },
    CarbonDensity: {
        "table": Field(
            mark("Density table"),
            mark("Carbon densities for all years: built in, a table by land class and pool, or InVEST's own table."),
            "carbon_densities.csv",
            unit="t C/ha",
            accepts=("carbon_densities", "table:densities"),
        ),
        "tables": Field(
            mark("Density tables by year"),
            mark("Carbon densities of each year."),
            {"2000": "a.csv", "2020": "b.csv"},
            unit="t C/ha",
            accepts=("carbon_densities", "table:densities"),
        ),
        "uncertainty": Field(
            mark("Uncertainty"),
            mark(
                "Half of the 95 % interval of each density, relative: one number, by class, or by pool (above, below, soil, dead)."
            ),
            {"above": 0.3, "below": 0.5, "soil": 0.3, "dead": 0.5},
        ),
        "correlation": Field(
            mark("Correlation of classes"),
            mark("Correlation between the errors of the class densities of a pool, from 0 to 1."),
            0.5,
        ),
        "within_class": Field(
            mark("Variation within a class"),
            mark("Half-width of the variation between cells around the class density, relative."),
            0.4,
        ),
        "accept_unusual": Field(
            mark("Accept unusual densities"),
            mark("Take densities outside the published range, as of deep peat."),
            False,
        ),
        "climate": Field(
            mark("Climate correction"),
            mark("Correct the densities from the climate of the table's region of origin to that of the study region."),
            {"table": {"precipitation_mm": 750}, "region": {"precipitation_mm": 820}},
        ),
        "zones": Field(
            mark("Zone layer of the table"),
            mark("Layer whose zones the table has densities for."),
            "climate",
            accepts=("zone layer",),
        ),
        "maps": Field(
            mark("Density maps"),
            mark("Rasters of a carbon pool in place of the table, for all classes or some."),
            [{"pool": "soil", "map": "soil.tif", "quantity": "carbon", "units": "t ha-1", "depth_cm": 30}],
        ),
    },
    ClimateCorrection: {
        "table": Field(
            mark("Climate of the table"),
            mark("Mean climate of the region in which the densities of the table were measured."),
            {"precipitation_mm": 750, "temperature_c": 14},
        ),
        "region": Field(
            mark("Climate of the region"),
            mark("Mean climate of the study region."),
            {"precipitation_mm": 820, "temperature_c": 15},
        ),
        "accept_outside_fit": Field(
            mark("Accept values outside the fit"),
            mark("Use the correction outside the climates that it was fitted to."),
            False,
        ),
    },
    MeanClimate: {
        "precipitation_mm": Field(mark("Precipitation"), mark("Mean annual precipitation."), 800, unit="mm"),
        "temperature_c": Field(mark("Temperature"), mark("Mean annual temperature."), 14.5, unit="°C"),
    },
    DensityMap: {
        "pool": Field(mark("Carbon pool"), mark("Pool that the raster gives."), "soil"),
        "quantity": Field(mark("Quantity"), mark("Whether the raster holds carbon or dry matter."), "carbon"),
        "units": Field(mark("Units"), mark("Units of the numbers in the file."), "t ha-1"),
        "carbon_fraction": Field(mark("Carbon fraction"), mark("Carbon in dry matter."), 0.47),
        "classes": Field(
            mark("Land classes"), mark("Classes that take the raster. Left out: all."), ["forest"], accepts=("class",)
        ),
        "standard_error": Field(
            mark("Standard error"),
            mark("Raster of the standard error, in the same units."),
            "agb_sd.tif",
            accepts=("raster",),
        ),
        "error_correlation": Field(
            mark("Correlation of cells"), mark("Spatial correlation between the errors of the cells, from 0 to 1."), 1
        ),
        "years_correlation": Field(
            mark("Correlation of years"),
            mark("Correlation between the errors of maps of different years, from 0 to 1."),
            1,
        ),
        "below_ratio": Field(
            mark("Ratio below to above ground"),
            mark("Adds the pool below ground as a multiple of that above ground."),
            0.25,
        ),
        "depth_cm": Field(mark("Depth of the soil"), mark("How deep the soil of the raster goes."), 30, unit="cm"),
        "year": Field(
            mark("Year of the map"), mark("Year to which the map refers, if one map serves all years."), 2010
        ),
        "source": Field(
            mark("Source"), mark("Source of the raster, for the report."), "Poggio et al. 2021, SoilGrids 2.0"
        ),
    },
    Flows: {
        "soil_years": Field(
            mark("Years of soil"),
            mark("Years until the soil reaches its new steady state after a conversion."),
            20,
            unit="yr",
        ),
        "dead_years": Field(
            mark("Years of dead matter"),
            mark("Years until dead organic matter reaches its new steady state."),
            20,
            unit="yr",
        ),
        "biomass_years": Field(
            mark("Years of biomass"),
            mark("Years that the biomass of a class takes to grow. Left out: forests 20, all else 1."),
            {"forest": 40},
            unit="yr",
            accepts=("class",),
        ),
        "growth": Field(
            mark("Growth curves"),
            mark("Table of growth by class and age, in place of straight lines."),
            "growth.csv",
            accepts=("table:growth",),
        ),
        "window_years": Field(
            mark("Years as converted land"), mark("Years that land counts as converted."), 20, unit="yr"
        ),
        "categories": Field(
            mark("IPCC categories"),
            mark("Category of classes whose name does not say it."),
            {"shrub": "grassland"},
            accepts=("class",),
        ),
        "given": Field(
            mark("Gains and losses"),
            mark("Table of growth, harvest and fire on land that keeps its class."),
            "gains_and_losses.csv",
            accepts=("table:gains_and_losses",),
        ),
    },
}
