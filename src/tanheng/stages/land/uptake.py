"""Stage: yearly uptake of the land, from rates by class or from production of ecosystems less respiration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.coverage import covered_of_region
from tanheng.accounting.flows.respiration import year_of_respiration
from tanheng.accounting.stock import sink, sink_from_rate
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.io.rasters import Raster
from tanheng.land.cells import bands
from tanheng.land.shares import on_cells
from tanheng.land.values.on_grid import mean_and_cover, mean_on_grid
from tanheng.language import tr
from tanheng.stages.land.stock import Land
from tanheng.units import conversion_factor

Values = NDArray[np.float64]

#: Kinds of land that products of production have no value for.
_WITHOUT_PRODUCTION = frozenset({"built-up", "water", "unused"})

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


def uptake_of_year(given: BalanceInputs, land: Land, year: int) -> tuple[xr.DataArray, float]:
    """Uptake of a year from rates by class, or from production of ecosystems, shape (y, x), t C yr-1, and the land without a value, km2.

    Land where a raster has no value takes up nothing. Products have none on towns, water and bare land, so the part of a cell without a
    value is taken to lie there first, and on all other land alike as far as it is larger.
    """
    if given.uptake is not None:
        return _by_class(given.uptake, land, year), 0.0
    production, covered = _production(given, land, year)
    inside = np.asarray(land.fraction.values, float)
    known = covered_of_region(covered, inside, _pixel_m(given, year) / land.grid.resolution)
    taking = _taking_part(given, land, year, known)
    missing = float(np.nansum(taking.part - taking.valued)) * land.grid.cell_area_km2
    rate = on_cells(np.nan_to_num(_less_climate_or_share(production, given, land)), land.grid)
    uptake = sink_from_rate(rate, taking.valued, land.grid.cell_area_ha)
    if given.respiration is not None:
        lost = _respired(given, taking, land, year) * land.grid.cell_area_ha
        uptake = (uptake - lost).assign_attrs(uptake.attrs)
    return uptake, missing


def uptake_notes(land: Land, years: Iterable[int]) -> tuple[str, ...]:
    """Notes on land for which production has no value."""
    missing = {year: float(land.cells.recall("sink", year) or 0.0) for year in years}
    return tuple(
        tr(
            "uptake {year}: production has no value on {area:,.0f} km2 of the land that takes part, which counts as taking up nothing",
            year=year,
            area=area,
        )
        for year, area in missing.items()
        if area > 1e-3 * float(land.fraction.sum()) * land.grid.cell_area_km2
    )


def _by_class(rates: Mapping[str, float], land: Land, year: int) -> xr.DataArray:
    values = [rates[name] for name in land.classes]
    by_class = xr.DataArray(values, dims="land_class", coords={"land_class": list(land.classes)})
    parts = [
        sink(land.share.sel(year=[year]).isel(y=rows).compute(), by_class, land.grid.cell_area_ha)
        for rows in bands(land.grid)
    ]
    return xr.concat(parts, "y", join="exact").isel(year=0)


@dataclass(frozen=True)
class _TakingPart:
    """Land whose uptake stays, all with data but the classes whose uptake returns within the year, and what of it has a value of production.

    Attributes
    ----------
    barren : frozenset of str
        Classes among it that products have no value for.
    part, bare : xarray.DataArray, shape (y, x)
        Part of each cell that takes part, and what of it is barren.
    of_bare, of_grown : xarray.DataArray, shape (y, x)
        Share of the barren land, and of all other, that has a value.
    """

    barren: frozenset[str]
    part: xr.DataArray
    bare: xr.DataArray
    of_bare: xr.DataArray
    of_grown: xr.DataArray

    @property
    def valued(self) -> xr.DataArray:
        """Part of each cell that takes part and has a value."""
        return self.bare * self.of_bare + (self.part - self.bare) * self.of_grown


def _taking_part(given: BalanceInputs, land: Land, year: int, known: Values) -> _TakingPart:
    """Land whose uptake stays.

    Parameters
    ----------
    known : numpy.ndarray, shape (rows, columns)
        Share of the land of each cell where production is known.
    """
    covered = land.covered.sel(year=year, drop=True)
    covered = covered.where(covered > 0)
    barren = [
        name for name in land.classes if kind_of_land(name) in _WITHOUT_PRODUCTION and name not in given.returning
    ]
    part = (covered - _sum_of(given.returning, land, year)).clip(min=0.0)
    bare = _sum_of(barren, land, year).clip(max=part)
    return _TakingPart(frozenset(barren), part, bare, *valued_shares(covered, bare, known))


def valued_shares(covered: xr.DataArray, bare: xr.DataArray, known: Values) -> tuple[xr.DataArray, xr.DataArray]:
    r"""Share of the barren land of each cell that has a value of production, and of all other land; gaps lie on barren land first.

    .. math:: s_b = 1 - \frac{g_b}{b}, \quad s_o = 1 - \frac{g - g_b}{c - b}, \quad g = (1 - k)\, c, \quad g_b = \min(g, b)

    Parameters
    ----------
    covered, bare : xarray.DataArray, shape (y, x)
        c, land with data; b, what of it products have no value for.
    known : numpy.ndarray, shape (rows, columns)
        k, share of the land where production is known.

    Examples
    --------
    Half crops, 0.3 towns without a value, 0.2 forest: crops and forest have theirs.

    >>> cell = lambda value: xr.DataArray([[value]], dims=("y", "x"))
    >>> [round(share.item(), 9) for share in valued_shares(cell(1.0), cell(0.3), np.array([[0.7]]))]
    [0.0, 1.0]
    >>> [round(share.item(), 9) for share in valued_shares(cell(1.0), cell(0.0), np.array([[0.7]]))]  # no towns: all land alike
    [0.0, 0.7]
    """
    gap = covered * (1.0 - known)
    on_bare = gap.where(gap < bare, bare)
    grown = covered - bare
    of_bare = (1.0 - on_bare / bare.where(bare > _LEAST)).fillna(0.0).clip(0.0, 1.0)
    of_grown = (1.0 - (gap - on_bare) / grown.where(grown > _LEAST)).fillna(0.0).clip(0.0, 1.0)
    return of_bare, of_grown


def _sum_of(names: Iterable[str], land: Land, year: int) -> xr.DataArray:
    """Part of each cell in some classes."""
    start = xr.zeros_like(land.covered.sel(year=year, drop=True), dtype=float)
    return sum((land.share.sel(year=year, land_class=name, drop=True) for name in names), start)


def _production(given: BalanceInputs, land: Land, year: int) -> tuple[Values, Values]:
    """Net ecosystem or primary production, t C ha-1 yr-1, and the part of each cell where it is known, shape (rows, columns)."""
    npp = given.settings.npp
    if npp is None:
        mean, covered = mean_and_cover(given.nep[year], land.grid)
        return mean * conversion_factor(given.settings.nep_units, _RATE), covered
    raster = given.npp[year]
    source = raster if npp.valid_max is None else _Valid(raster, npp.valid_max)
    mean, covered = mean_and_cover(source, land.grid)  # type: ignore[arg-type]
    return mean * conversion_factor(npp.units, _RATE), covered


def _pixel_m(given: BalanceInputs, year: int) -> float:
    raster = given.nep[year] if given.settings.npp is None else given.npp[year]
    return raster.pixels.pixel_size_m()


def _less_climate_or_share(production: Values, given: BalanceInputs, land: Land) -> Values:
    """Production less what heterotrophs respire of it as a share or by climate, t C ha-1 yr-1; rates by class are taken off later."""
    npp = given.settings.npp
    if npp is None or given.respiration is not None:
        return production
    if npp.respiration.share is not None:
        return np.asarray(production * (1.0 - npp.respiration.share))
    months = [
        [mean_on_grid(raster, land.grid) for raster in rasters] for rasters in (given.temperature, given.precipitation)
    ]
    return np.asarray(production - year_of_respiration(*months) * conversion_factor("g C m-2 yr-1", _RATE))


def _respired(given: BalanceInputs, taking: _TakingPart, land: Land, year: int) -> xr.DataArray:
    """What the land with a value that takes part respires by class, over the area of each cell, t C ha-1 yr-1: the land that production is of."""
    assert given.respiration is not None  # noqa: S101  the caller looked
    found = xr.zeros_like(taking.part)
    for name in (one for one in land.classes if one not in given.returning):
        share = land.share.sel(year=year, land_class=name, drop=True)
        valued = taking.of_bare if name in taking.barren else taking.of_grown
        found = found + given.respiration[name] * share * valued
    return found


#: Part of a cell that is none but by rounding.
_LEAST = 1e-12
