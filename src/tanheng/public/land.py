"""Carbon stock of a land-cover map, and the transitions between two, without a study."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr

from tanheng.choices import POOLS
from tanheng.errors import InputError, nearest
from tanheng.factors import Legend, legend_from
from tanheng.factors.densities import CarbonDensities, carbon_densities_from, densities_in
from tanheng.factors.density_ranges import density_ranges, strange_densities
from tanheng.factors.reading import parse_table
from tanheng.inputs.extent import choose_grid
from tanheng.inputs.land_maps import LandInputs, land_maps
from tanheng.io.rasters import files_open, open_only
from tanheng.land.shares import on_cells
from tanheng.land.totals import stock_of_cells
from tanheng.language import listed, tr
from tanheng.public.maps import Map, MapLike, as_map, same_cells
from tanheng.schema import stamp
from tanheng.stages.land.counting import Counting, count_series

#: What carbon densities may be: t C ha-1 by class or map code, a table, or the name of one.
Densities: TypeAlias = Mapping[Any, float | Mapping[str, float]] | pd.DataFrame | str | Path


def carbon_stock(
    land_cover: MapLike | str | Path,
    densities: Densities,
    *,
    legend: str | Path | None = None,
    cell: float | None = None,
) -> xr.DataArray:
    r"""Carbon that each pixel of a land-cover map stores per hectare: the sum of the densities of its class.

    .. math:: C_i = c_{above} + c_{below} + c_{soil} + c_{dead}

    A stock, built up over decades, and no yearly uptake. With `cell` it is the stock of each cell of an equal-area grid, t C, with
    true areas and the share of every class; without, sum ``carbon_stock * pixel area`` for a region.

    Parameters
    ----------
    land_cover : array of codes, shape (rows, columns), or path of a raster
        NaN has no class.
    densities : mapping, pandas.DataFrame, path of a CSV, or name of a built-in table
        t C ha-1 by map code (number) or class (text): one figure, or one by pool. A table has the columns of `tanheng stock`'s.
    legend : str or path, optional
        Built-in legend by name, or a CSV with ``code`` and ``class``; needed where densities are given by class.
    cell : float, optional
        Side of a cell, m; the map must then be a file, which knows where it lies.

    Returns
    -------
    xarray.DataArray, shape (rows, columns), t C ha-1; with `cell`, shape (y, x), t C

    Raises
    ------
    InputError
        Codes have no density; each is named with its number of pixels. A density is more than any land is known to hold.

    References
    ----------
    IPCC 2006 Guidelines, Volume 4, Chapter 2; InVEST Carbon Storage.

    Examples
    --------
    >>> codes = np.array([[1, 1], [2, np.nan]])
    >>> carbon_stock(codes, {1: 150.0, 2: {"above": 3.0, "soil": 80.0}}).values.tolist()
    [[150.0, 150.0], [83.0, nan]]
    >>> carbon_stock(codes, {1: 150.0})
    Traceback (most recent call last):
    tanheng.errors.InputError: land_cover: no density for code 2 (1 pixels); add it to the densities or the legend
    """
    by_code = density_by_code(densities, legend)
    if cell is not None:
        return _in_cells(land_cover, by_code, cell)
    land = land_map(land_cover, "land_cover")
    codes, where, counts = np.unique(land.values[land.known], return_inverse=True, return_counts=True)
    missing = [(code, n) for code, n in zip(codes.tolist(), counts.tolist(), strict=True) if code not in by_code]
    if missing:
        raise InputError(
            tr(
                "{name}: no density for code {codes}; add it to the densities or the legend",
                name=land.name,
                codes=listed(tr("{code} ({counts:,} pixels)", code=f"{code:g}", counts=n) for code, n in missing[:12]),
            )
        )
    stored = np.full(land.values.shape, np.nan)
    stored[land.known] = np.array([by_code[code] for code in codes])[where] if codes.size else []
    return land.like(stored, "carbon_stock", "t C ha-1", "carbon stored per area (stock)")


def _in_cells(land_cover: object, by_code: Mapping[float, float], cell: float) -> xr.DataArray:
    """Stock of each cell of an equal-area grid, shape (y, x), t C."""
    if not isinstance(land_cover, (str, Path)):
        raise InputError(tr("cell: an array does not say where it lies; name the file of the map"))
    if not cell > 0:
        raise InputError(tr("cell is {value}; expected a length above zero, m", value=cell))
    known = {int(code): None if np.isnan(value) else f"{code:g}" for code, value in by_code.items()}
    legend = Legend("densities", known)
    with files_open(), tempfile.TemporaryDirectory() as folder:
        raster = open_only(str(land_cover))
        grid = choose_grid([raster], None, cell)
        maps = land_maps(legend, legend.classes, {0: raster})
        series = count_series(
            LandInputs(maps, (), legend.classes, grid, None, legend), Counting(Path(folder) / "blocks")
        )
    share = series.share(0)
    density = np.array([by_code[float(name)] for name in series.classes])
    array = on_cells(stock_of_cells(share, density, grid.cell_area_ha), grid)
    return stamp(array.assign_coords(spatial_ref=xr.DataArray(0, attrs={"crs_wkt": grid.crs_wkt})), "carbon_stock")


def transitions(
    first: MapLike | str | Path,
    last: MapLike | str | Path,
    *,
    legend: str | Path | None = None,
    pixel_area_km2: float | None = None,
) -> pd.DataFrame:
    """Pixels by their class on two maps: rows are those of the first, columns those of the last.

    A difference of two maps, in which the errors of both are included: not every pixel that differs has changed.

    Parameters
    ----------
    first, last : array of codes, shape (rows, columns), or path of a raster
        On the same cells; pixels without data on either are left out.
    legend : str or path, optional
        Names of the codes.
    pixel_area_km2 : float, optional
        Turns counts into km2.

    Examples
    --------
    >>> transitions([[1, 1], [2, 2]], [[1, 2], [2, 2]]).loc[1, 2]
    np.int64(1)
    """
    before, after = land_map(first, "first"), land_map(last, "last")
    same_cells(before, after)
    if pixel_area_km2 is not None and not pixel_area_km2 > 0:
        raise InputError(tr("pixel_area_km2 is {value}; expected an area above zero", value=pixel_area_km2))
    both = before.known & after.known
    names = None if legend is None else legend_from(str(legend)).codes
    labels = [pd.Series(_labels(item.values[both], names, item.name)) for item in (before, after)]
    table = pd.crosstab(labels[0].rename("from"), labels[1].rename("to"))
    return table if pixel_area_km2 is None else table * pixel_area_km2


def _labels(codes: Any, names: Mapping[int, str | None] | None, place: str) -> Any:  # noqa: ANN401  codes or names
    whole = codes.astype(np.int64)
    if names is None:
        return whole
    unknown = sorted(set(np.unique(whole).tolist()) - set(names))
    if unknown:
        raise InputError(tr("{name}: codes that the legend lacks: {codes}", name=place, codes=listed(unknown[:12])))
    return [names[int(code)] for code in whole]


def land_map(given: object, name: str) -> Map:
    """Land-cover map of an array or a file; codes are whole numbers."""
    land = _from_file(str(given)) if isinstance(given, (str, Path)) else as_map(given, name)
    values = land.values[land.known]
    odd = values[(values != np.floor(values)) | (np.abs(values) > _MOST_CODE)]
    if odd.size:
        raise InputError(tr("{name}: {value:g} is not a code of a land class", name=land.name, value=float(odd[0])))
    return land


#: Codes are whole numbers that four bytes hold.
_MOST_CODE = 2.0**31


def _from_file(path: str) -> Map:
    """The only band of a raster, with its coordinates and coordinate reference system."""
    with files_open():
        raster = open_only(path)
        pixels = raster.pixels
        values = raster.read_values(0, 0, pixels.height, pixels.width).copy()
    reference = xr.DataArray(0, attrs={"crs_wkt": pixels.crs_wkt})
    coords: dict[str, Any] = {"spatial_ref": reference}
    if pixels.is_upright:
        coords["x"], _ = pixels.corners(np.arange(pixels.width) + 0.5, np.full(pixels.width, 0.5))
        _, coords["y"] = pixels.corners(np.full(pixels.height, 0.5), np.arange(pixels.height) + 0.5)
    else:
        reference.attrs["turned"] = pixels.affine
    return as_map(xr.DataArray(values, dims=("y", "x"), coords=coords), raster.name)


def density_by_code(densities: Densities, legend: str | Path | None) -> dict[float, float]:
    """Density of each map code, all pools together; NaN for a code that means no data."""
    names = None if legend is None else legend_from(str(legend))
    if isinstance(densities, (Mapping, pd.Series)):
        totals = {key: _total(value, key) for key, value in densities.items()}
        most = sum(density_ranges()["any", pool].impossible_above or np.inf for pool in POOLS)
        for key, total in totals.items():
            if total > most:
                raise InputError(
                    tr(
                        "densities: {key}: {total:g} t C/ha is above {limit:g}, more than any land is known to hold; check the unit",
                        key=key,
                        total=total,
                        limit=most,
                    )
                )
        if totals and all(_is_code(key) for key in totals):
            empty = {} if names is None else {code: np.nan for code, name in names.codes.items() if name is None}
            return {float(code): value for code, value in {**empty, **totals}.items()}
        if names is not None:
            _check_names(totals, names)
        return _named(totals, names)
    table = _table(densities)
    strange = strange_densities(table)
    if strange.impossible:
        raise InputError("\n".join(strange.impossible))
    for text in strange.unusual:
        warnings.warn(text, stacklevel=3)
    own = _own_legend(table)
    if names is not None and own is not None:
        _refuse_conflict(own, names)
    return _named({name: sum(pools.values()) for name, pools in table.values.items()}, names or own)


def _is_code(key: object) -> bool:
    return isinstance(key, (int, float, np.number)) and not isinstance(key, bool) and float(key).is_integer()


def _refuse_conflict(own: Legend, legend: Legend) -> None:
    """A table's own codes and a legend may not call the same code by two classes."""
    for code, name in own.codes.items():
        other = legend.codes.get(code)
        if other is not None and other != name:
            raise InputError(
                tr(
                    "densities: code {code} is '{name}' in the table and '{other}' in the legend; leave one of them out",
                    code=code,
                    name=name,
                    other=other,
                )
            )


def _table(densities: pd.DataFrame | str | Path) -> CarbonDensities:
    if not isinstance(densities, pd.DataFrame):
        return carbon_densities_from(str(densities))
    flat = densities.reset_index() if densities.index.name else densities
    return densities_in(parse_table(flat.to_csv(index=False), "densities"))


def _own_legend(table: CarbonDensities) -> Legend | None:
    return Legend(table.name, dict(table.codes)) if table.codes else None


def _check_names(totals: Mapping[Any, float], legend: Legend) -> None:
    for name in totals:
        if name not in legend.classes:
            raise InputError(
                tr(
                    "densities: '{name}' is not a class of the legend '{legend}'{nearest}",
                    name=name,
                    legend=legend.name,
                    nearest=nearest(str(name), legend.classes),
                )
            )


def _named(totals: Mapping[Any, float], legend: Legend | None) -> dict[float, float]:
    if legend is None:
        raise InputError(
            tr("densities are given by class: name the legend that defines the class of each code (legend=)")
        )
    by_code = {code: np.nan if name is None else totals.get(name) for code, name in legend.codes.items()}
    return {float(code): float(value) for code, value in by_code.items() if value is not None}


def _total(value: object, key: object) -> float:
    """Density of a class, its pools together."""
    pools = dict(value) if isinstance(value, (Mapping, pd.Series)) else {"": value}
    unknown = [name for name in pools if name and name not in POOLS]
    if unknown:
        raise InputError(
            tr(
                "densities: {key}: '{pool}' is not a carbon pool; they are {names}",
                key=key,
                pool=unknown[0],
                names=listed(POOLS),
            )
        )
    total = 0.0
    for part in pools.values():
        number = float(part) if isinstance(part, (int, float, np.number)) and not isinstance(part, bool) else np.nan
        if not np.isfinite(number) or number < 0:
            raise InputError(tr("densities: {key}: {value} is not a density in t C/ha", key=key, value=repr(part)))
        total += number
    return total
