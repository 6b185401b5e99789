"""Stage: uncertainty of supply in mode ``sink``: of rates by class, or of a map of production."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.intervals.propagation import density_half_width
from tanheng.accounting.summaries import zone_sums
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.land.cells import bands
from tanheng.stages.land.stock import Land, class_areas
from tanheng.stages.uncertainty.areas import areas_of
from tanheng.stages.zone_layers import ZoneLayer

Values = NDArray[np.float64]


@dataclass(frozen=True)
class UptakeErrors:
    """How far yearly uptake is uncertain.

    Attributes
    ----------
    relative : float
        Half-width of a map of production, relative; it errs alike everywhere. Not used where there are rates.
    halves : xarray.DataArray, shape (land_class,), t C ha-1 yr-1, optional
        Half-widths of the rates of the classes; each errs alike in all cells and years.
    correlation : float
        Between the rates of any two classes.
    """

    relative: float
    halves: xr.DataArray | None
    correlation: float

    def of_region(self, land: Land, supply: xr.DataArray, year: int) -> float:
        """Half-width of the uptake of the region, t C yr-1."""
        if self.halves is None:
            return self.relative * abs(float(supply.sel(year=year).sum()))
        return float(density_half_width(class_areas(land, year) * self.halves, self.correlation))  # (ha) * (t C/ha/yr)

    def of_zones(self, land: Land, layer: ZoneLayer, supply: Values, year: int) -> Values:
        """Half-width of the uptake of each zone, shape (zones,), t C yr-1; `supply` is what the zones take up."""
        if self.halves is None:
            return self.relative * np.abs(supply)
        shares = [zone_sums(layer.weights, land.share.sel(year=year, land_class=name).values) for name in land.classes]
        areas = xr.DataArray(
            np.stack(shares)[:, : len(supply)] * land.grid.cell_area_ha,
            dims=("land_class", "zone"),
            coords={"land_class": list(land.classes)},
        )
        return np.asarray(density_half_width(areas * self.halves, self.correlation).values, np.float64)

    def of_cells(self, land: Land, supply: xr.DataArray, year: int) -> Values:
        """Half-width of the uptake of each cell, shape (rows, columns), t C yr-1."""
        if self.halves is None:
            return self.relative * np.abs(np.asarray(supply.sel(year=year).values, np.float64))
        parts = [
            density_half_width(areas_of(land, year, rows) * self.halves, self.correlation).values
            for rows in bands(land.grid)
        ]
        return np.concatenate(parts)


def uptake_errors(given: BalanceInputs, classes: tuple[str, ...]) -> UptakeErrors | None:
    """Uncertainty of uptake as a study gives it; none where it gives none, or the balance is of another mode."""
    settings = given.settings
    stated = settings.uptake_uncertainty
    if settings.mode != "sink" or stated is None:
        return None
    if given.uptake is None:
        return UptakeErrors(float(stated), None, 0.0) if not isinstance(stated, Mapping) else None
    relative = [float(stated.get(name, 0.0)) if isinstance(stated, Mapping) else float(stated) for name in classes]
    halves = [abs(given.uptake[name]) * half for name, half in zip(classes, relative, strict=True)]
    by_class = xr.DataArray(halves, dims="land_class", coords={"land_class": list(classes)})
    return UptakeErrors(0.0, by_class, settings.uptake_correlation)
