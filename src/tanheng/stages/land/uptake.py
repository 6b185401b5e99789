"""Stage: yearly uptake of the land, from rates by class or from production of ecosystems less respiration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.flows.respiration import year_of_respiration
from tanheng.accounting.stock import sink, sink_from_rate
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.grid import Grid
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
    rate, covered = _production(given, land, year)
    inside = np.asarray(land.fraction.values, float)
    # A raster that was cut at the border of the region covers a cell there as far as the region does.
    known = np.minimum(1.0, np.divide(covered, inside, out=np.zeros(covered.shape), where=inside > 0))
    part, valued = _taking_part(given, land, year, known)
    missing = float(np.nansum(part - valued)) * land.grid.cell_area_km2
    uptake = sink_from_rate(on_cells(np.nan_to_num(rate), land.grid), valued, land.grid.cell_area_ha)
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


def _taking_part(given: BalanceInputs, land: Land, year: int, known: Values) -> tuple[xr.DataArray, xr.DataArray]:
    """Part of each cell whose uptake stays, all land with data but the classes whose uptake returns within the year; and what of it has a value.

    Parameters
    ----------
    known : numpy.ndarray, shape (rows, columns)
        Part of the land of each cell where production is known.
    """
    covered = land.covered.sel(year=year, drop=True)
    covered = covered.where(covered > 0)
    barren = [
        name for name in land.classes if kind_of_land(name) in _WITHOUT_PRODUCTION and name not in given.returning
    ]
    bare = _sum_of(barren, land, year)
    part = (covered - _sum_of(given.returning, land, year)).clip(min=0.0)
    return part, valued_part(covered, bare.clip(max=part), part, known)


def valued_part(covered: xr.DataArray, bare: xr.DataArray, part: xr.DataArray, known: Values) -> xr.DataArray:
    r"""Part of each cell that takes part and has a value of production; gaps lie on bare land first.

    .. math:: v = (b - g_b) + (p - b) \left(1 - \frac{g - g_b}{c - b}\right), \quad g = (1 - k)\, c, \quad g_b = \min(g, b)

    Parameters
    ----------
    covered, bare, part : xarray.DataArray, shape (y, x)
        c, land with data; b, what of it products have no value for; p, what of it takes part, b among it.
    known : numpy.ndarray, shape (rows, columns)
        k, share of the land where production is known.

    Examples
    --------
    Half crops, whose uptake returns, 0.3 towns without a value, 0.2 forest: the forest has its value.

    >>> cell = lambda value: xr.DataArray([[value]], dims=("y", "x"))
    >>> valued_part(cell(1.0), cell(0.3), cell(0.5), np.array([[0.7]])).values.round(9).tolist()
    [[0.2]]
    >>> valued_part(cell(1.0), cell(0.0), cell(0.5), np.array([[0.7]])).values.round(9).tolist()  # no towns: all land alike
    [[0.35]]
    """
    gap = covered * (1.0 - known)
    on_bare = gap.where(gap < bare, bare)
    grown = covered - bare
    lost: xr.DataArray = ((gap - on_bare) / grown.where(grown > 1e-12)).fillna(0.0).clip(0.0, 1.0)
    valued: xr.DataArray = (bare - on_bare) + (part - bare) * (1.0 - lost)
    return valued


def _sum_of(names: Iterable[str], land: Land, year: int) -> xr.DataArray:
    """Part of each cell in some classes."""
    start = xr.zeros_like(land.covered.sel(year=year, drop=True), dtype=float)
    return sum((land.share.sel(year=year, land_class=name, drop=True) for name in names), start)


def _production(given: BalanceInputs, land: Land, year: int) -> tuple[Values, Values]:
    """Net ecosystem production, t C ha-1 yr-1, and the part of each cell where it is known, shape (rows, columns)."""
    npp = given.settings.npp
    if npp is None:
        mean, covered = mean_and_cover(given.nep[year], land.grid)
        return mean * conversion_factor(given.settings.nep_units, _RATE), covered
    raster = given.npp[year]
    source = raster if npp.valid_max is None else _Valid(raster, npp.valid_max)
    mean, covered = mean_and_cover(source, land.grid)  # type: ignore[arg-type]
    return _less_respiration(mean * conversion_factor(npp.units, _RATE), given, land, year), covered


def _less_respiration(production: Values, given: BalanceInputs, land: Land, year: int) -> Values:
    """Net primary production less heterotrophic respiration, t C ha-1 yr-1."""
    npp = given.settings.npp
    assert npp is not None  # noqa: S101  the caller looked
    if npp.respiration.share is not None:
        return np.asarray(production * (1.0 - npp.respiration.share))
    if given.respiration is not None:
        return np.asarray(production - _mean_of_classes(given.respiration, given.returning, land, year))
    months = [[_mean(raster, land.grid) for raster in rasters] for rasters in (given.temperature, given.precipitation)]
    return np.asarray(production - year_of_respiration(*months) * conversion_factor("g C m-2 yr-1", _RATE))


def _mean(raster: Raster, grid: Grid) -> Values:
    return mean_on_grid(raster, grid)


def _mean_of_classes(rates: Mapping[str, float], returning: tuple[str, ...], land: Land, year: int) -> Values:
    """Mean rate of the land of each cell that takes part, t C ha-1 yr-1."""
    kept = {name: 0.0 if name in returning else rate for name, rate in rates.items()}
    whole = _by_class(kept, land, year).values / land.grid.cell_area_ha
    part = np.asarray(land.covered.sel(year=year).values) - sum(
        np.asarray(land.share.sel(year=year, land_class=name).values) for name in returning
    )
    return np.asarray(np.divide(whole, part, out=np.zeros(whole.shape), where=part > 1e-12))
