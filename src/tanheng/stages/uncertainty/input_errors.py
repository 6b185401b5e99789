"""Stage: errors of what goes in: carbon densities, and the emissions behind demand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.intervals.propagation import sum_half_width
from tanheng.accounting.intervals.uncertainty import Terms, covariance
from tanheng.choices import POOLS
from tanheng.stages.emission.allocation import Groups
from tanheng.study import CarbonDensity
from tanheng.units import CO2_PER_C

Values = NDArray[np.float64]


@dataclass(frozen=True)
class DensityErrors:
    """Relative half-widths of the densities, shape (land_class,) or (land_class, carbon_pool), and how classes err together.

    `within_class` is the half-width of the density of one cell about that of its class, independent from cell to cell. `applies`, shape
    (land_class, carbon_pool), is 0 for densities that a map gives: its errors are those of its place, not of a class; else 1.
    """

    relative: xr.DataArray
    correlation: float
    within_class: float
    applies: xr.DataArray | None = None

    def of(self, density: xr.DataArray) -> xr.DataArray:
        """Densities, shape (..., land_class, carbon_pool), that err so, with their pools apart where they err apart."""
        held = density if self.applies is None else density * self.applies
        return held if "carbon_pool" in self.relative.dims else held.sum("carbon_pool")

    def of_means(self, of_place: Collection[str] = ()) -> DensityErrors:
        """The same for means of classes, which stand in for maps where land is simulated or planned: every density errs as the study says.

        Parameters
        ----------
        of_place : collection of str
            Pools that do not take part, since no conversion changes them.
        """
        if not of_place:
            return replace(self, applies=None)
        coords = {"carbon_pool": list(POOLS)}
        kept = xr.DataArray([0.0 if pool in of_place else 1.0 for pool in POOLS], dims="carbon_pool", coords=coords)
        return replace(self, applies=kept)

    def relative_of(self, land_class: str, pool: str) -> float:
        """Relative half-width of the density of a class in a pool."""
        here = self.relative.sel(land_class=land_class)
        return float(here.sel(carbon_pool=pool) if "carbon_pool" in here.dims else here)


@dataclass(frozen=True)
class DemandErrors:
    """Demand of a year by groups of emissions, and the covariances of the groups relative to their emissions."""

    groups: Groups
    relative: Values

    @property
    def totals(self) -> Values:
        """Emissions of the groups, t C."""
        return self.groups.totals

    @property
    def half_width(self) -> float:
        """Half-width of the whole demand, t C."""
        return float(sum_half_width(self.totals[None, :], self.relative)[0])


def density_errors(settings: CarbonDensity, classes: tuple[str, ...]) -> DensityErrors | None:
    """Uncertainty of densities as a study gives it; none where it gives none."""
    applies = _without_maps(settings, classes)
    from_maps = any(item.standard_error is not None for item in settings.maps)
    given = settings.uncertainty if settings.uncertainty is not None or not from_maps else 0.0
    if given is None:
        return None
    if settings.uncertain_pools and isinstance(given, dict):
        values = [[given.get(pool, 0.0) for pool in POOLS] for _ in classes]
        coords = {"land_class": list(classes), "carbon_pool": list(POOLS)}
        relative = xr.DataArray(values, dims=("land_class", "carbon_pool"), coords=coords)
    else:
        halves = [given.get(name, 0.0) if isinstance(given, dict) else given for name in classes]
        relative = xr.DataArray(halves, dims="land_class", coords={"land_class": list(classes)})
    return DensityErrors(relative, settings.correlation, settings.within_class, applies)


def _without_maps(settings: CarbonDensity, classes: tuple[str, ...]) -> xr.DataArray | None:
    """Mask of densities by class and pool: 1 where they come from a table, 0 where from a map; None in a study without maps."""
    if not settings.maps:
        return None
    coords = {"land_class": list(classes), "carbon_pool": list(POOLS)}
    mask = xr.DataArray(np.ones((len(classes), len(POOLS))), dims=tuple(coords), coords=coords)
    for item in settings.maps:
        mask.loc[{"land_class": list(item.classes or classes), "carbon_pool": list(item.pools)}] = 0.0
    return mask


def demand_errors(terms: Mapping[int, Terms], groups: Mapping[int, Groups]) -> dict[int, DemandErrors]:
    """Uncertainty of the demand of each year whose emissions have one."""
    by_year = {}
    for year, of_year in groups.items():
        if year not in terms:
            continue
        emissions = of_year.totals
        placed = of_year.of_row >= 0
        # (t CO2)^2 to (t C)^2
        squares = covariance(terms[year].some(placed), of_year.of_row[placed], len(emissions)) / CO2_PER_C**2
        scale = np.divide(1.0, emissions, out=np.zeros(len(emissions)), where=emissions > 0)
        by_year[year] = DemandErrors(of_year, squares * np.outer(scale, scale))
    return by_year
