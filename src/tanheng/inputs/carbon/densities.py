"""Carbon densities of a study: opened, checked against what land can hold, and laid out as one array."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import xarray as xr

from tanheng.accounting.climate import Climate, climate_factors
from tanheng.choices import POOLS
from tanheng.factors.densities import POOL_WORDS, CarbonDensities, carbon_densities_from
from tanheng.factors.density_ranges import strange_densities
from tanheng.inputs.carbon.density_maps import DensityMapInputs
from tanheng.inputs.problems import Problems
from tanheng.io.vectors import Polygons
from tanheng.language import listed, tr
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
        By the tables alone, and of land in no zone that they name.
    settings : CarbonDensity
    maps : tuple of DensityMapInputs
        In place of the tables, for some pools and classes.
    uncorrected : mapping of int to CarbonDensities
        By year, the tables before they were corrected for climate; empty where they were not.
    """

    tables: Mapping[int, CarbonDensities]
    array: xr.DataArray
    settings: CarbonDensity
    maps: tuple[DensityMapInputs, ...] = ()
    uncorrected: Mapping[int, CarbonDensities] = field(default_factory=dict)

    @property
    def are_uniform(self) -> bool:
        """Whether a class has one density everywhere."""
        return not self.maps and self.settings.zones is None


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
        for one in (table, *table.by_zone.values()) if table is not None else ():
            check_densities(one, problems, accept_unusual=study.carbon_density.accept_unusual)
    by_year = {year: tables[names_by_year[year]] for year in study.years if year in names_by_year}
    opened = {year: table for year, table in by_year.items() if table is not None}
    problems.warn(*_moved_together(opened))
    return opened


#: How near the ratios of all classes must be, and how far from one, before two tables are taken for ones of another depth or unit.
_TOGETHER, _APART = 0.05, 0.15


def _moved_together(tables: Mapping[int, CarbonDensities]) -> list[str]:
    """Questions about a pool that differs between neighbouring years by one ratio in all classes: another depth, or another unit."""
    notes = []
    for (first, one), (last, other) in pairwise(tables.items()):
        for pool in POOLS:
            pairs = [(one.values[name][pool], other.values[name][pool]) for name in one.values if name in other.values]
            ratios = np.array([after / before for before, after in pairs if before > 0 and after > 0])
            middle = float(np.median(ratios)) if len(ratios) > 1 else 1.0
            if abs(middle - 1.0) > _APART and np.all(np.abs(ratios / middle - 1.0) <= _TOGETHER):
                notes.append(
                    tr(
                        "{one} and {other}: {pool} of all classes is {ratio:.3g} times as much in {last} as in {first}; are both tables of one "
                        "depth, and in the same unit? Such a change is not one of land",
                        one=one.name,
                        other=other.name,
                        pool=tr(POOL_WORDS[pool]),
                        ratio=middle,
                        first=first,
                        last=last,
                    )
                )
    return notes


def corrected_densities(
    study: Study, tables: Mapping[int, CarbonDensities], problems: Problems
) -> dict[int, CarbonDensities]:
    """Tables corrected for the climate of the region; as they are where the study asks for no correction."""
    climate = study.carbon_density.climate
    if climate is None:
        return dict(tables)
    ends = (Climate(one.precipitation_mm, one.temperature_c) for one in (climate.table, climate.region))
    with problems.at("carbon_density.climate"):
        multipliers = problems.attempt(partial(climate_factors, outside_fit=climate.accept_outside_fit), *ends)
        if multipliers is None:
            return dict(tables)
        problems.warn(
            tr(
                "densities are corrected for climate, biomass times {biomass:.3g} and soil times {soil:.3g}, by weak fits from elsewhere "
                "(savannah of Sudan, rank correlation of soil 0.34): another assumption, not a better measurement; the table "
                "density_correction has both",
                biomass=multipliers.biomass,
                soil=multipliers.soil,
            )
        )
    factors = {"above": multipliers.biomass, "below": multipliers.biomass, "soil": multipliers.soil, "dead": 1.0}
    return {year: _times(table, factors) for year, table in tables.items()}


def _times(table: CarbonDensities, factors: Mapping[str, float]) -> CarbonDensities:
    """Densities of a table and of its zones, each pool times its factor."""
    values = {
        name: {pool: value * factors[pool] for pool, value in pools.items()} for name, pools in table.values.items()
    }
    return replace(table, values=values, by_zone={zone: _times(one, factors) for zone, one in table.by_zone.items()})


def check_densities(table: CarbonDensities, problems: Problems, *, accept_unusual: bool = False) -> None:
    """Note densities that no land has, or few lands have; a study may accept both."""
    strange = strange_densities(table)
    if not accept_unusual:
        problems.add(*strange.impossible)
        problems.warn(*strange.unusual)


def check_zones(
    tables: Mapping[int, CarbonDensities], study: Study, zones: Mapping[str, Polygons], problems: Problems
) -> None:
    """Note zones of the tables that the layer lacks, zones of the layer without densities, and a column of zones without a layer."""
    label = study.carbon_density.zones
    for table in {id(item): item for item in tables.values()}.values():
        if label is None and table.by_zone:
            problems.add(
                tr(
                    "{name}: has a column of zones; name their layer as zones = 'NAME' in [carbon_density]",
                    name=table.name,
                )
            )
        polygons = zones.get(label or "")
        if label is None or polygons is None:
            continue
        if not table.by_zone:
            problems.add(tr("{name}: 'zones' is given, but the table has no column 'zone'", name=table.name))
            continue
        known = polygons.numbers()
        lost = sorted(name for name in table.by_zone if name not in known)
        if lost:
            problems.add(
                tr(
                    "{table}: zone(s) not in the layer '{zones}': {names}",
                    table=table.name,
                    zones=label,
                    names=listed(lost[:5]),
                )
            )
        given = {known[name] for name in table.by_zone if name in known}
        bare = [polygons.ids[number] for number in range(len(polygons.ids)) if number not in given]
        if bare and not table.elsewhere:
            problems.add(
                tr(
                    "{name}: no densities for {zones} of the layer '{layer}'; add rows, or rows with the zone '*' for all others",
                    name=table.name,
                    zones=listed(bare[:5]),
                    layer=label,
                )
            )
