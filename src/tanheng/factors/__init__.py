"""Cited tables that are built in: legends, carbon densities, emission factors."""

from tanheng.factors.catalogue import names, read_builtin
from tanheng.factors.densities import CarbonDensities, carbon_densities_from
from tanheng.factors.emissions import EmissionFactors, Fuel, emission_factors_from, fuels
from tanheng.factors.legends import Legend, legend_from
from tanheng.factors.reading import read_table
from tanheng.factors.table import Table

__all__ = [
    "CarbonDensities",
    "EmissionFactors",
    "Fuel",
    "Legend",
    "Table",
    "carbon_densities_from",
    "emission_factors_from",
    "fuels",
    "legend_from",
    "names",
    "read_builtin",
    "read_table",
]
