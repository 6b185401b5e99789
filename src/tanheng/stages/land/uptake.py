"""Stage: yearly uptake of the land, from rates by class or from production of ecosystems less respiration."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.flows.respiration import year_of_respiration
from tanheng.accounting.stock import sink, sink_from_rate
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.land.cells import bands
from tanheng.land.engine import LandMap
from tanheng.land.shares import on_cells
from tanheng.land.values.on_grid import mean_on_grid
from tanheng.language import tr
from tanheng.stages.land.production import RATE, coarse_note, coarse_pixels, production_of_year
from tanheng.stages.land.stock import Land
from tanheng.units import conversion_factor

Values = NDArray[np.float64]


def uptake_of_year(given: BalanceInputs, land: Land, of_map: LandMap | None, year: int) -> tuple[xr.DataArray, float]:
    r"""Uptake of a year, shape (y, x), t C yr-1, and the land without a value of production, km2.

    .. math:: U_i = A \sum_k s_{ik}\, v_{ik}\, (P_{ik} - R_{ik})

    over the classes whose uptake stays: :math:`s` share of the cell, :math:`v` share of that land with a value of production, which alone
    takes up, :math:`P` production and :math:`R` respiration of heterotrophs, t C/ha a year, :math:`A` area of a cell. From rates by class
    where the study gives them.

    Parameters
    ----------
    of_map : LandMap, optional
        The map that tells where the classes of the year lie; needed where production is a raster, after `lay_production`.
    """
    if given.uptake is not None:
        return _by_class(given.uptake, land, year), 0.0
    assert of_map is not None  # noqa: S101  the caller has one where production is a raster
    production_of = production_of_year(given, land, of_map, year)
    climate = _respired_by_climate(given, land)
    net, valued, missing = np.zeros(land.grid.shape), np.zeros(land.grid.shape), 0.0
    for name in (one for one in land.classes if one not in given.returning):
        share = np.nan_to_num(land.share.sel(year=year, land_class=name).values)
        produced, known = production_of(name)
        taking = np.where(np.isfinite(climate), share * known, 0.0)
        net += taking * (np.nan_to_num(produced) - np.nan_to_num(_respired(given, name, produced, climate)))
        valued += taking
        missing += float((share - taking).sum())
    rate = np.divide(net, valued, out=np.zeros(net.shape), where=valued > 0)
    inside = land.covered.sel(year=year, drop=True)
    part = on_cells(valued, land.grid).where(inside > 0)
    return sink_from_rate(on_cells(rate, land.grid), part, land.grid.cell_area_ha), missing * land.grid.cell_area_km2


def _respired(given: BalanceInputs, name: str, produced: Values, climate: Values | float) -> Values | float:
    """What heterotrophs respire on the land of a class: a share of production, a rate of the class or that of the climate, t C ha-1 yr-1."""
    npp = given.settings.npp
    if npp is None:
        return 0.0
    if given.respiration is not None:
        return given.respiration[name]
    if npp.respiration.share is not None:
        return np.nan_to_num(produced) * npp.respiration.share
    return climate


def _respired_by_climate(given: BalanceInputs, land: Land) -> Values | float:
    """Respiration by a model of monthly climate, t C ha-1 yr-1, shape (rows, columns); 0 where the study has none."""
    if not given.temperature:
        return 0.0
    months = [
        [mean_on_grid(raster, land.grid) for raster in rasters] for rasters in (given.temperature, given.precipitation)
    ]
    return np.asarray(year_of_respiration(*months) * conversion_factor("g C m-2 yr-1", RATE))


def uptake_notes(given: BalanceInputs, land: Land, maps: Mapping[int, LandMap]) -> tuple[str, ...]:
    """Notes on land for which production has no value, and on pixels that can't tell the classes of a cell apart."""
    missing = {year: float(land.cells.recall("sink", year) or 0.0) for year in land.years}
    notes = [
        tr(
            "uptake {year}: production has no value on {area:,.0f} km2 of the land that takes part, which counts as taking up nothing",
            year=year,
            area=area,
        )
        for year, area in missing.items()
        if area > 1e-3 * float(land.fraction.sum()) * land.grid.cell_area_km2
    ]
    if given.uptake is None:
        notes += [coarse_note(pixel, land) for pixel in coarse_pixels(given, land, maps)]
    return tuple(notes)


def _by_class(rates: Mapping[str, float], land: Land, year: int) -> xr.DataArray:
    values = [rates[name] for name in land.classes]
    by_class = xr.DataArray(values, dims="land_class", coords={"land_class": list(land.classes)})
    parts = [
        sink(land.share.sel(year=[year]).isel(y=rows).compute(), by_class, land.grid.cell_area_ha)
        for rows in bands(land.grid)
    ]
    return xr.concat(parts, "y", join="exact").isel(year=0)
