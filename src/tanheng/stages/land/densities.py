"""Stage: carbon densities of cells: those of the tables, by zone where they say so, and in their place what maps say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.stock import mean_density, stock_by_class, stock_of_cells_by_class
from tanheng.accounting.summaries import class_area
from tanheng.choices import POOLS
from tanheng.errors import StudyError
from tanheng.factors.densities import POOL_WORDS, CarbonDensities
from tanheng.grid import Grid
from tanheng.inputs.carbon.densities import DensityInputs
from tanheng.inputs.carbon.density_maps import DensityMapInputs, pools_of_place
from tanheng.inputs.land_maps import LandInputs
from tanheng.io.aligned import ValuesOnPixels
from tanheng.io.rasters import Raster
from tanheng.land.cells import BAND_CELLS, CellStore, bands
from tanheng.land.engine import LandMap
from tanheng.land.series import LandSeries
from tanheng.land.shares import land_share
from tanheng.land.values.by_class import class_means
from tanheng.land.values.on_grid import mean_on_grid
from tanheng.land.work import all_finished, layers_of
from tanheng.language import listed, name_of, tr
from tanheng.schema import stamp
from tanheng.stages.found import Found
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.units import HA_PER_KM2, SIGMAS_IN_HALF

Values = NDArray[np.float64]

#: Names of the layers of a map, and of its standard errors.
_DENSITY, _ERROR = "density_map", "density_error"

#: From this size of pixels on, in cells, all classes of a cell take the mean of the raster: it can't tell them apart.
_COARSE = 0.75


@dataclass(frozen=True)
class LaidMap:
    """A map of densities laid on the grid, whose layers are kept with the cells: by class, or one for all classes.

    `of_year` is the year whose layers stand for all others; none where each year has its own, or one map serves all.
    """

    number: int
    given: DensityMapInputs
    classes: tuple[str, ...]
    by_class: bool
    cells: CellStore
    of_year: int | None = None

    def key(self, year: int) -> int:
        """Year that the layers of a year are kept under: where one map stands for all, and for all classes, they are kept once."""
        if self.of_year is not None:
            return self.of_year
        if self.by_class or self.given.settings.maps is not None:
            return year
        return next(iter(self.given.rasters))

    def density(self, year: int, land_class: str, rows: slice) -> Values:
        """Density of a class in cells, t C ha-1, shape (rows, columns); NaN where the map is silent."""
        return self.cells.layer(_DENSITY, self.number, self.key(year), land_class if self.by_class else "", rows=rows)

    @property
    def whole_ratio(self) -> float:
        """All pools that the map gives, over what its numbers say."""
        return sum(self.given.settings.ratio(pool) for pool in self.given.settings.pools)

    def half_width(self, rows: slice) -> Values | None:
        """Half-width of what all its pools hold, t C ha-1, shape (rows, columns), NaN where not known; none where the map has no standard error."""
        if self.given.standard_error is None:
            return None
        return SIGMAS_IN_HALF * self.whole_ratio * self.cells.layer(_ERROR, self.number, rows=rows)


@dataclass(frozen=True)
class CellDensities:
    """Carbon densities of a study, of each class or of each class in each cell.

    Attributes
    ----------
    table : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        Of land for which neither a zone nor a map says more.
    by_zone : mapping of int to numpy.ndarray, shape (zones + 1, classes, pools), t C ha-1
        By year, the last row for land in no zone; empty where the tables have no zones.
    weights : scipy.sparse.csr_matrix, shape (zones + 1, cells), 1
        Part of each cell in each zone.
    maps : tuple of LaidMap
    found : Found
        Notes on where the maps are silent.
    """

    grid: Grid
    table: xr.DataArray
    by_zone: Mapping[int, Values] = field(default_factory=dict)
    weights: sparse.csc_matrix | None = None
    maps: tuple[LaidMap, ...] = ()
    found: Found = field(default_factory=Found)

    @property
    def are_uniform(self) -> bool:
        """Whether a class has one density everywhere."""
        return not self.maps and self.weights is None

    @property
    def classes(self) -> tuple[str, ...]:
        """Land classes."""
        return tuple(str(name) for name in self.table["land_class"].values)

    @property
    def pools_of_place(self) -> tuple[str, ...]:
        """Pools that a map gives for all classes, and that a conversion leaves as they are."""
        return pools_of_place([item.given for item in self.maps], self.classes)

    def bands(self) -> list[slice]:
        """Bands of rows of whose cells all densities are held at once: smaller ones where each cell has its own."""
        return bands(self.grid) if self.are_uniform else bands(self.grid, BAND_CELLS // 8)

    def of(self, year: int, rows: slice) -> xr.DataArray:
        """Densities of a band of rows in a year, shape (land_class, carbon_pool), with y and x where they differ from cell to cell."""
        plain = self.table.sel(year=year, drop=True)
        if self.are_uniform:
            return plain
        y, x = self.grid.y[rows], self.grid.x
        values = np.empty((*plain.shape, len(y), len(x)))
        values[:] = plain.values[:, :, None, None]
        if self.weights is not None:
            values[:] = self._of_zones(year, rows)
        for item in self.maps:
            for name in item.classes:
                layer = item.density(year, name, rows)
                known = np.isfinite(layer)
                for pool in item.given.settings.pools:
                    here = values[self.classes.index(name), POOLS.index(pool)]
                    here[known] = layer[known] * item.given.settings.ratio(pool)
        coords = {**{str(dim): plain[dim].values for dim in plain.dims}, "y": y, "x": x}
        return stamp(xr.DataArray(values, dims=(*plain.dims, "y", "x"), coords=coords), "carbon_density")

    def _of_zones(self, year: int, rows: slice) -> Values:
        """Mean density by the zones of each cell, shape (classes, pools, rows, columns)."""
        assert self.weights is not None  # noqa: S101  the caller looked
        columns = self.grid.columns
        mean = mean_of_zones(self.by_zone[year], self.weights[:, rows.start * columns : rows.stop * columns])
        return np.moveaxis(mean, 0, -1).reshape(*mean.shape[1:], rows.stop - rows.start, columns)

    def mean(self, series: LandSeries, year: int) -> xr.DataArray:
        """Densities of a class in a year as a conversion to it would have them, shape (land_class, carbon_pool): see `of_conversion`."""
        area, stock = self.totals(series, year)
        otherwise = self.table.sel(year=[year])
        return self.of_conversion(mean_density(stock, area, otherwise), area).isel(year=0, drop=True)

    def of_conversion(self, density: xr.DataArray, area: xr.DataArray) -> xr.DataArray:
        """Mean densities of classes, with pools of the place at their mean over all land: those a conversion leaves as they are.

        Parameters
        ----------
        density : xarray.DataArray, shape (year, land_class, carbon_pool), t C ha-1
        area : xarray.DataArray, shape (year, land_class), ha
        """
        if not self.pools_of_place:
            return density
        whole = (density * area).sum("land_class") / area.sum("land_class")
        converted = density.copy()
        for pool in self.pools_of_place:
            converted.loc[{"carbon_pool": pool}] = whole.sel(carbon_pool=pool, drop=True)
        return converted

    def totals(self, series: LandSeries, year: int) -> tuple[xr.DataArray, xr.DataArray]:
        """Area of each class in a year, ha, shape (year, land_class), and what it stores, t C, shape (year, land_class, carbon_pool)."""
        share, cell = land_share(series), self.grid.cell_area_ha
        areas, stocks = [], []
        for rows in self.bands():
            part = share.sel(year=[year]).isel(y=rows).compute()
            areas.append(class_area(part, cell))
            if not self.are_uniform:
                density = self.of(year, rows).expand_dims(year=[year])
                stocks.append(stock_of_cells_by_class(part, density.assign_attrs(units="t C ha-1"), cell))
        area = sum(areas[1:], areas[0])
        if self.are_uniform:
            return area, stock_by_class(area, self.table.sel(year=[year]))
        return area, sum(stocks[1:], stocks[0])


def densities_to_come(today_densities: CellDensities, series: LandSeries, today: int) -> CellDensities:
    """Densities of the years to come: pools of the place stay in their cells, and all others are what a class holds today.

    Parameters
    ----------
    today_densities : CellDensities
        Of today, the first year of the series.
    """
    mean = (
        today_densities.mean(series, today)
        .expand_dims(year=list(series.years))
        .assign_attrs(today_densities.table.attrs)
    )
    of_place = tuple(item for item in today_densities.maps if set(item.classes) >= set(today_densities.classes))
    laid = tuple(_of_place(item, series, today) for item in of_place)
    if len(of_place) < len(today_densities.maps):
        # What a map says of some classes is in their means, which zones would take the place of.
        return CellDensities(today_densities.grid, mean, maps=laid)
    by_zone = dict.fromkeys(series.years, today_densities.by_zone[today]) if today_densities.by_zone else {}
    return CellDensities(today_densities.grid, mean, by_zone, today_densities.weights, laid)


def _of_place(item: LaidMap, series: LandSeries, today: int) -> LaidMap:
    """A map with one layer for all classes: where it has one for each, their mean over today's land in each cell."""
    if not item.by_class:
        return replace(item, of_year=item.key(today))
    share, whole = land_share(series).sel(year=today), slice(0, item.cells.grid.rows)
    total, land = np.zeros(item.cells.grid.shape), np.zeros(item.cells.grid.shape)
    for name in item.classes:
        density = item.density(today, name, whole)
        part = np.where(np.isfinite(density), np.nan_to_num(share.sel(land_class=name).values), 0.0)
        total += part * np.nan_to_num(density)
        land += part
    item.cells.put(np.where(land > 0, total / np.where(land > 0, land, 1.0), np.nan), _DENSITY, item.number, today, "")
    return replace(item, by_class=False, of_year=today)


def uniform_densities(grid: Grid, table: xr.DataArray) -> CellDensities:
    """Densities that are the same everywhere, shape (year, land_class, carbon_pool)."""
    return CellDensities(grid, table)


def lay_densities(
    given: DensityInputs, land: LandInputs, series: LandSeries, layers: Mapping[str, ZoneLayer]
) -> CellDensities:
    """Densities of the cells of a study: the tables, by zone, and its maps averaged over the land of each class in each cell.

    Raises
    ------
    StudyError
        Land lies in no zone and the table has no densities for it.
    """
    densities = CellDensities(series.grid, given.array, found=Found(_correction_table(given, series.classes)))
    if given.are_uniform:
        return densities
    if given.settings.zones is not None:
        layer = layers[given.settings.zones]
        _refuse_outside(given, layer, series)
        by_zone = {year: zone_values(table, layer, densities.classes) for year, table in given.tables.items()}
        densities = replace(densities, by_zone=by_zone, weights=layer.weights.tocsc())
    maps = tuple(_laid(number, item, land, series) for number, item in enumerate(given.maps, start=1))
    notes = tuple(note for item in maps for note in _gaps(item, series))
    return replace(densities, maps=maps, found=densities.found + Found(notes=notes))


def _correction_table(given: DensityInputs, classes: tuple[str, ...]) -> dict[str, pd.DataFrame]:
    """Densities of the table before and after the correction for climate; none where there is none."""
    if not given.uncorrected:
        return {}
    rows = [
        {
            "year": year,
            "land_class": name,
            "carbon_pool": pool,
            "density_of_table_t_c_per_ha": table.values[name][pool],
            "density_corrected_t_c_per_ha": given.tables[year].values[name][pool],
        }
        for year, table in given.uncorrected.items()
        for name in classes
        for pool in POOLS
    ]
    return {"density_correction": pd.DataFrame(rows)}


def zone_values(table: CarbonDensities, layer: ZoneLayer, classes: tuple[str, ...]) -> Values:
    """Densities by zone of the layer, the last row for land in none, shape (zones + 1, classes, pools)."""
    rows = [
        table.by_zone.get(zone) or table.by_zone.get(name) or table
        for zone, name in zip(layer.ids, layer.names, strict=True)
    ]
    return np.stack([item.array(classes) for item in [*rows, table]])


def mean_of_zones(by_zone: Values, weights: sparse.csc_matrix) -> Values:
    """Mean of the values of zones, shape (zones + 1, ...), by the parts of cells in them, shape (cells, ...); the last of cells in no zone."""
    part = np.asarray(weights.sum(axis=0)).ravel()
    total = weights.T @ by_zone.reshape(len(by_zone), -1)
    mean = np.where(part[:, None] > 0, total / np.where(part > 0, part, 1.0)[:, None], by_zone[-1].ravel())
    return np.asarray(mean.reshape(-1, *by_zone.shape[1:]))


def _refuse_outside(given: DensityInputs, layer: ZoneLayer, series: LandSeries) -> None:
    if all(table.elsewhere for table in given.tables.values()):
        return
    rest = np.asarray(layer.weights.tocsr()[[-1]] @ series.fraction.ravel())
    outside = float(rest[0]) * series.grid.cell_area_km2
    if outside > 1e-6 * series.region_km2:
        raise StudyError(
            [
                tr(
                    "carbon_density.zones: {area:,.1f} km2 of the region lie in no zone of '{layer}'; add rows with the zone '*' to the table",
                    area=outside,
                    layer=layer.label,
                )
            ]
        )


def _laid(number: int, item: DensityMapInputs, land: LandInputs, series: LandSeries) -> LaidMap:
    """Keep the layers of a map."""
    classes = item.settings.classes or series.classes
    finest = min(raster.pixels.pixel_size_m() for raster in item.rasters.values())
    fine_land = min(one.source.pixels.pixel_size_m() for one in land.maps)
    by_class = max(finest, fine_land) < _COARSE * series.grid.resolution
    laid = LaidMap(number, item, classes, by_class, series.cells)
    works = []
    for one in land.maps:
        if one.year not in item.rasters:
            continue
        work = partial(_keep, laid, item.rasters[one.year], one)
        works.append(layers_of(work, _DENSITY, number, laid.key(one.year)))
    if item.standard_error is not None:
        works.append(layers_of(partial(_keep_error, laid, item.standard_error), _ERROR, number))
    all_finished(series.cells, works)
    return laid


def _keep(laid: LaidMap, raster: Raster, land: LandMap) -> None:
    """Keep the mean density of each class in each cell, or that of all land where the raster can't tell classes apart."""
    cells, factor = laid.cells, laid.given.factor
    if not laid.by_class:
        cells.put(mean_on_grid(raster, cells.grid) * factor, _DENSITY, laid.number, laid.key(land.year), "")
        return
    with ValuesOnPixels(raster, land.source.pixels, nearest=True) as values:
        for block, means in class_means(land, values, cells.grid, laid.classes):
            for name, mean in zip(laid.classes, means, strict=True):
                cells.put_part(mean * factor, block.row, block.column, _DENSITY, laid.number, land.year, name)


def _keep_error(laid: LaidMap, raster: Raster) -> None:
    layer = mean_on_grid(raster, laid.cells.grid) * laid.given.factor
    laid.cells.put(layer, _ERROR, laid.number)


def _gaps(laid: LaidMap, series: LandSeries) -> Iterator[str]:
    """Note on land of the map's classes where it has no value, which takes the table's."""
    silent, whole = 0.0, 0.0
    for year in series.years:
        for name in laid.classes:
            for rows in bands(series.grid):
                share = series.class_share(year, name, rows)
                silent += float(share[~np.isfinite(laid.density(year, name, rows))].sum())
                whole += float(share.sum())
    if silent <= 1e-9 * max(whole, 1.0):
        return
    years = len(series.years)
    yield tr(
        "carbon_density.maps {number} ({pool}): the map has no data on {percent:.2g} % of the land it applies to ({area:,.0f} "
        "km2: {classes}); the density of the table is used there",
        number=laid.number,
        pool=tr(POOL_WORDS[laid.given.settings.pool]),
        percent=100 * silent / whole,
        area=silent * series.grid.cell_area_ha / HA_PER_KM2 / years,
        classes=listed(map(name_of, laid.classes)),
    )
