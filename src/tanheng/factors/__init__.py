"""Cited tables that are built in: legends, carbon densities, emission factors."""

from tanheng.factors.catalogue import Table, names, read_builtin, read_table
from tanheng.factors.densities import CarbonDensities, carbon_densities_from
from tanheng.factors.emissions import EmissionFactors, Fuel, emission_factors_from, fuels
from tanheng.factors.legends import Legend, legend_from

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
