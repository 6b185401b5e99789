"""Stage: yearly uptake of the land, from rates by class or from production of ecosystems less respiration."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.flows.respiration import year_of_respiration
from tanheng.accounting.stock import sink, sink_from_rate
from tanheng.grid import Grid
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.io.rasters import Raster
from tanheng.land.cells import bands
from tanheng.land.shares import on_cells
from tanheng.land.values.on_grid import mean_on_grid
from tanheng.stages.land.stock import Land
from tanheng.units import conversion_factor

Values = NDArray[np.float64]

#: Flow of carbon by area.
_RATE = "t C ha-1 yr-1"


class _Valid:
    """A raster whose numbers above a limit mean no data."""

    def __init__(self, raster: Raster, most: float) -> None:
        self._raster, self._most = raster, most

    def __getattr__(self, name: str) -> object:
        """All else is the raster's own."""
        return getattr(self._raster, name)

    def read_values(self, row: int, column: int, height: int, width: int) -> Values:
        """Values of a window, NaN where missing or above the limit."""
        values = self._raster.read_values(row, column, height, width)
        return np.where(values <= self._most, values, np.nan)


def uptake_of_year(given: BalanceInputs, land: Land, year: int) -> xr.DataArray:
    """Uptake of a year from rates by class, from net ecosystem production, or from net primary production, shape (y, x), t C yr-1."""
    if given.uptake is not None:
        return _by_class(given.uptake, land, year)
    if given.settings.npp is not None:
        rate = _net_ecosystem_production(given, land, year)
    else:
        rate = mean_on_grid(given.nep[year], land.grid) * conversion_factor(given.settings.nep_units, _RATE)
    part = _taking_part(given, land, year)
    return sink_from_rate(on_cells(rate, land.grid), part, land.grid.cell_area_ha)


def _by_class(rates: dict[str, float] | object, land: Land, year: int) -> xr.DataArray:
    values = [rates[name] for name in land.classes]  # type: ignore[index]
    by_class = xr.DataArray(values, dims="land_class", coords={"land_class": list(land.classes)})
    parts = [
        sink(land.share.sel(year=[year]).isel(y=rows).compute(), by_class, land.grid.cell_area_ha)
        for rows in bands(land.grid)
    ]
    return xr.concat(parts, "y", join="exact").isel(year=0)


def _taking_part(given: BalanceInputs, land: Land, year: int) -> xr.DataArray:
    """Part of each cell whose uptake stays: all land with data but the classes whose uptake returns within the year."""
    covered = land.covered.sel(year=year, drop=True)
    part = covered.where(covered > 0)
    for name in given.returning:
        part = part - land.share.sel(year=year, land_class=name, drop=True)
    return part.clip(min=0.0)


def _net_ecosystem_production(given: BalanceInputs, land: Land, year: int) -> Values:
    """Net primary production less heterotrophic respiration, t C ha-1 yr-1, shape (rows, columns)."""
    npp = given.settings.npp
    assert npp is not None  # noqa: S101  the caller looked
    raster = given.npp[year]
    source = raster if npp.valid_max is None else _Valid(raster, npp.valid_max)
    production = mean_on_grid(source, land.grid) * conversion_factor(npp.units, _RATE)  # type: ignore[arg-type]
    asked = npp.respiration
    if asked.share is not None:
        return np.asarray(production * (1.0 - asked.share))
    if given.respiration is not None:
        return np.asarray(production - _mean_of_classes(given.respiration, land, year))
    months = [[_mean(raster, land.grid) for raster in rasters] for rasters in (given.temperature, given.precipitation)]
    return np.asarray(production - year_of_respiration(*months) * conversion_factor("g C m-2 yr-1", _RATE))


def _mean(raster: Raster, grid: Grid) -> Values:
    return mean_on_grid(raster, grid)


def _mean_of_classes(rates: object, land: Land, year: int) -> Values:
    """Mean rate of the land of each cell, t C ha-1 yr-1."""
    whole = _by_class(rates, land, year).values / land.grid.cell_area_ha
    covered = np.asarray(land.covered.sel(year=year).values)
    return np.asarray(np.divide(whole, covered, out=np.full(whole.shape, np.nan), where=covered > 0))
