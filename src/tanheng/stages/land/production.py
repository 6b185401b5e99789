"""Stage: production of ecosystems on the land of each class: of its own pixels where they are small enough, else of the cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.coverage import covered_of_region, ends_at_border
from tanheng.factors.kinds_of_land import kind_of_land
from tanheng.inputs.carbon.balance import BalanceInputs
from tanheng.io.aligned import ValuesOnPixels
from tanheng.io.rasters import Raster
from tanheng.land.engine import LandMap
from tanheng.land.values.by_class import class_values
from tanheng.land.values.on_grid import mean_and_cover
from tanheng.land.work import all_finished, layers_of
from tanheng.language import tr
from tanheng.stages.land.stock import Land
from tanheng.units import conversion_factor

Values = NDArray[np.float64]

#: Kinds of land that products of production have no value for.
_WITHOUT_PRODUCTION = frozenset({"built-up", "water", "unused"})

#: Flow of carbon by area.
RATE = "t C ha-1 yr-1"

#: From this size of pixels on, in cells, all classes of a cell take the mean of the raster: it can't tell them apart.
_COARSE = 0.75

#: Names of the layers of a year: production of the land of a class, and how much of that land has a value.
_MEAN, _KNOWN = "production_of_class", "production_known"


class _Valid:
    """A raster whose numbers above a limit mean no data."""

    def __init__(self, raster: Any, most: float) -> None:  # noqa: ANN401  a raster, or one laid on other pixels
        self.raster, self.most = raster, most

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """All else is the raster's own."""
        return getattr(self.raster, name)

    def read_values(self, row: int, column: int, height: int, width: int) -> Values:
        """Values of a window, NaN where missing or above the limit."""
        values = self.raster.read_values(row, column, height, width)
        return np.where(values <= self.most, values, np.nan)


#: Of a class: mean over its land with a value, t C ha-1 yr-1, NaN where there is none, and the share of its land that has one; both of shape
#: (rows, columns).
OfClass = Callable[[str], tuple[Values, Values]]


def lay_production(given: BalanceInputs, land: Land, maps: Mapping[int, LandMap]) -> None:
    """Keep the production of the land of each class, for the years whose pixels can tell classes apart.

    Parameters
    ----------
    maps : mapping of int to LandMap
        By year of the land: the map that tells where its classes lie, of an earlier year where that year has none.
    """
    of_maps = {one.year: (one, _raster(given, year)) for year, one in maps.items()}
    works = [
        layers_of(partial(_keep_by_class, given, land, one, raster), _MEAN, one.year)
        for one, raster in of_maps.values()
        if _tells_classes(raster, one, land)
    ]
    all_finished(land.cells, works)


def production_of_year(given: BalanceInputs, land: Land, of_map: LandMap, year: int) -> OfClass:
    """Production of ecosystems of a year by class, after `lay_production`.

    A class that has no land in a cell of the map (it comes by then) takes the mean of the cell. Where the pixels can't tell classes apart,
    all classes do, and the part of a cell without a value is taken to lie on towns, water and bare land first, for which products have none.

    Parameters
    ----------
    of_map : LandMap
        The map of that year in `lay_production`.
    """
    raster = _raster(given, year)
    mean, covered = mean_and_cover(raster, land.grid)
    mean = mean * _factor(given)
    inside, pixel = np.asarray(land.fraction.values, float), _pixel_m(raster) / land.grid.resolution
    barren = [name for name in land.classes if kind_of_land(name) in _WITHOUT_PRODUCTION]
    whole = land.covered.sel(year=year, drop=True)
    shares = valued_shares(
        whole.where(whole > 0), _sum_of(barren, land, year), covered_of_region(covered, inside, pixel)
    )
    of_bare, of_grown = (np.asarray(share.values) for share in shares)
    if not _tells_classes(raster, of_map, land):
        return lambda name: (mean, of_bare if name in barren else of_grown)
    # Where a map ends at the border, the pixels beyond it tell nothing of the land inside.
    edge = ends_at_border(covered, inside, pixel) & (inside < 1.0)

    def of(name: str) -> tuple[Values, Values]:
        own, known = (land.cells.layer(layer, of_map.year, name) for layer in (_MEAN, _KNOWN))
        otherwise = of_bare if name in barren else of_grown
        measured = np.isfinite(known) & ~edge
        return np.where(np.isfinite(own), own, mean), np.where(measured, known, otherwise)

    return of


def coarse_pixels(given: BalanceInputs, land: Land, maps: Mapping[int, LandMap]) -> list[float]:
    """Sides, m, of the pixels of production, or of land, that can't tell the classes of a cell apart, each once."""
    sides = []
    for year, of_map in maps.items():
        raster = _raster(given, year)
        if not _tells_classes(raster, of_map, land):
            sides.append(max(_pixel_m(raster), of_map.source.pixels.pixel_size_m()))
    return list(dict.fromkeys(sides))


def coarse_note(pixel: float, land: Land) -> str:
    """Note on such pixels."""
    return tr(
        "uptake: pixels of {pixel:,.0f} m can't tell the classes of cells of {cell:,.0f} m apart, so that forest and crops of a cell take its "
        "mean production; use larger cells, or a finer map",
        pixel=pixel,
        cell=land.grid.resolution,
    )


def _raster(given: BalanceInputs, year: int) -> Raster | _Valid:
    """Net ecosystem or primary production of a year."""
    npp = given.settings.npp
    if npp is None:
        return given.nep[year]
    return given.npp[year] if npp.valid_max is None else _Valid(given.npp[year], npp.valid_max)


def _factor(given: BalanceInputs) -> float:
    """Of the numbers of the raster to t C ha-1 yr-1."""
    npp = given.settings.npp
    return conversion_factor(given.settings.nep_units if npp is None else npp.units, RATE)


def _pixel_m(raster: Raster | _Valid) -> float:
    """Side of the pixels of a raster, m."""
    return float(raster.pixels.pixel_size_m())


def _tells_classes(raster: Raster | _Valid, of_map: LandMap, land: Land) -> bool:
    """Whether the pixels of both are so much smaller than a cell that the classes in it can be told apart.

    Smaller pixels of production are averaged over those of the map, and numbers above a limit can't be left out of such means.
    """
    production, classes = _pixel_m(raster), of_map.source.pixels.pixel_size_m()
    if isinstance(raster, _Valid) and production < _COARSE * classes:
        return False
    return max(production, classes) < _COARSE * land.grid.resolution


def _keep_by_class(given: BalanceInputs, land: Land, of_map: LandMap, raster: Raster | _Valid) -> None:
    """Keep the production of the land of each class in each cell, and how much of that land has a value."""
    cells, factor = land.cells, _factor(given)
    plain = raster.raster if isinstance(raster, _Valid) else raster
    with ValuesOnPixels(plain, of_map.source.pixels, nearest=True) as values:
        valid = _Valid(values, raster.most) if isinstance(raster, _Valid) else values
        for found in class_values(of_map, valid, land.grid, land.classes):
            row, column = found.block.row, found.block.column
            for name, mean, known in zip(land.classes, found.mean, found.known, strict=True):
                cells.put_part(mean * factor, row, column, _MEAN, of_map.year, name)
                cells.put_part(known, row, column, _KNOWN, of_map.year, name)


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
    return sum((land.share.sel(year=year, land_class=name, drop=True).fillna(0.0) for name in names), start)


#: Part of a cell that is none but by rounding.
_LEAST = 1e-12
