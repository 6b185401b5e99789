"""Carbon densities of a study: opened, checked against what land can hold, and laid out as one array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from tanheng.factors.densities import POOLS, CarbonDensities, carbon_densities_from
from tanheng.factors.density_ranges import strange_densities
from tanheng.inputs.problems import Problems
from tanheng.schema import stamp
from tanheng.study import CarbonDensity, Study


@dataclass(frozen=True)
class DensityInputs:
    """Carbon densities of each year, and what the study says of their uncertainty.

    Attributes
    ----------
    tables : mapping of int to CarbonDensities
        By year.
    array : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
    settings : CarbonDensity
    """

    tables: Mapping[int, CarbonDensities]
    array: xr.DataArray
    settings: CarbonDensity


def density_array(tables: Mapping[int, CarbonDensities], classes: tuple[str, ...]) -> xr.DataArray:
    """Carbon densities, shape (year, land_class, carbon_pool), t C ha-1.

    Examples
    --------
    >>> table = carbon_densities_from("henan-six-classes")
    >>> array = density_array({2015: table}, ("forest", "water"))
    >>> array.shape, round(float(array.sel(land_class="forest").sum()), 2)
    ((1, 2, 4), 149.95)
    """
    values = np.stack([table.array(classes) for table in tables.values()])
    coords = {"year": list(tables), "land_class": list(classes), "carbon_pool": list(POOLS)}
    return stamp(xr.DataArray(values, dims=("year", "land_class", "carbon_pool"), coords=coords), "carbon_density")


def open_densities(study: Study, base: Path, problems: Problems) -> dict[int, CarbonDensities]:
    """Density table of each year, its values checked for plausible magnitude."""
    names_by_year = study.carbon_density.tables or dict.fromkeys(study.years, study.carbon_density.table or "")
    tables = {
        name: problems.attempt(carbon_densities_from, name, base) for name in dict.fromkeys(names_by_year.values())
    }
    for table in tables.values():
        if table is not None:
            check_densities(table, problems, accept_unusual=study.carbon_density.accept_unusual)
    found = {year: tables[names_by_year[year]] for year in study.years if year in names_by_year}
    return {year: table for year, table in found.items() if table is not None}


def check_densities(table: CarbonDensities, problems: Problems, *, accept_unusual: bool = False) -> None:
    """Note densities that no land has, or few lands have; a study may accept both."""
    strange = strange_densities(table)
    if not accept_unusual:
        problems.add(*strange.impossible)
        problems.warn(*strange.unusual)
