"""Grids for the map on the screen: packed values of the known cells, colours, outlines and a lattice of longitude and latitude.

Values go as 32-bit floats of the known cells, row by row; their bytes are sorted by place and deflated, which browsers undo by
themselves. A region with more cells than a screen has pixels is coarsened, and the page says so.
"""

from __future__ import annotations

import base64
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pyproj
import shapely
import xarray as xr
from numpy.typing import NDArray

from tanheng.grid import Grid, project, transformer
from tanheng.language import name_of, tr
from tanheng.report.style.coarse import Drawn
from tanheng.report.style.map_options import MapOptions
from tanheng.report.style.palettes import class_colours
from tanheng.report.style.themes import (
    KindTheme,
    Theme,
    class_labels,
    kind_themes,
    per_hectare,
    period_of,
    theme_breaks,
    themes,
    time_of,
)

#: Most cells that a page holds, and most cells times years; more would be finer than a screen shows and slow to open.
MOST_CELLS, MOST_VALUES = 400_000, 1_200_000

#: Kilometres between the nodes that longitude and latitude are read off, and fewest nodes a side; between them they are interpolated.
_LATTICE_KM, _LATTICE = 40.0, 17

#: Periods that a page shows; of more, the last of which is the whole span, the grids have all.
_MOST_PERIODS = 6

Values = NDArray[np.float64]


class ZoneShapes(Protocol):
    """Zones of one layer: polygons, their CRS, and the id and name of each."""

    @property
    def geometries(self) -> Sequence[shapely.Geometry]:
        """Polygon of each zone."""

    @property
    def crs(self) -> pyproj.CRS:
        """What the coordinates of the polygons mean."""

    @property
    def ids(self) -> Sequence[str]:
        """Identifier of each zone."""

    @property
    def names(self) -> Sequence[str]:
        """Name of each zone."""


def map_data(
    dataset: xr.Dataset | Drawn,
    grid: Grid,
    zones: Mapping[str, ZoneShapes],
    options: MapOptions | None = None,
    most: int | None = None,
) -> dict[str, Any]:
    """What the map on the screen shows, ready for JSON.

    Parameters
    ----------
    dataset : xarray.Dataset or Drawn
        As a run makes it, or in blocks of cells already.
    grid : Grid
        Of the cells.
    zones : mapping of str to ZoneShapes
        Layers whose outlines are drawn and whose names are told.
    options : MapOptions, optional
        Class breaks of the maps for print, which the screen shares.
    most : int, optional
        Most known cells; a larger region is shown in blocks of cells. By default what a browser opens at once.
    """
    held = dataset if isinstance(dataset, Drawn) else Drawn(dataset, grid, grid, 1)
    dataset = held.dataset
    fraction = np.asarray(dataset["region_fraction"].values, float)
    known = fraction > 0
    most = most or min(MOST_CELLS, MOST_VALUES // dataset.sizes["year"])
    factor = max(1, math.ceil(math.sqrt(known.sum() / most)))
    blocks = _Blocks(known, factor)
    return {
        "rows": blocks.mask.shape[0],
        "columns": blocks.mask.shape[1],
        "factor": factor * held.factor,
        "cell_m": grid.resolution,
        "cell_ha": grid.cell_area_ha,
        "mask": _deflated(np.packbits(blocks.mask).tobytes()),
        "fraction": packed(blocks.mean(fraction)),
        "layers": [
            _land_use(dataset, blocks),
            *(_graded(dataset, theme, grid, blocks, fraction, options or MapOptions()) for theme in themes(dataset)),
            *(_kinds(dataset, theme, blocks) for theme in kind_themes(dataset)),
        ],
        "classes": _classes(dataset, blocks),
        "zones": [_outlines(label, shapes, grid, factor * held.factor) for label, shapes in zones.items()],
        "lattice": _lattice(grid, blocks.mask.shape, factor * held.factor),
    }


class _Blocks:
    """Square blocks of `factor` x `factor` cells; with a factor of 1, the cells themselves."""

    def __init__(self, known: NDArray[np.bool_], factor: int) -> None:
        self.factor = factor
        self.inside = self._split(np.where(known, 1.0, np.nan))
        self.mask = np.isfinite(self.inside).any(axis=(1, 3))

    def _split(self, layer: Values) -> Values:
        rows, columns = (-side % self.factor for side in layer.shape)
        padded = np.pad(layer, ((0, rows), (0, columns)), constant_values=np.nan)
        return padded.reshape(padded.shape[0] // self.factor, self.factor, -1, self.factor)

    def mean(self, layer: Values) -> Values:
        """Mean over the known cells of each block that holds the region; NaN where none has a value."""
        split = self._split(layer) * self.inside
        count = np.isfinite(split).sum(axis=(1, 3))[self.mask]
        total = np.nansum(split, axis=(1, 3))[self.mask]
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)

    def commonest(self, layer: Values, kinds: int) -> NDArray[np.uint8]:
        """Kind that most cells of each block are of; 255 where none has one."""
        split = self._split(layer) * self.inside
        counts = np.stack([(split == kind).sum(axis=(1, 3))[self.mask] for kind in range(kinds)])
        return np.where(counts.sum(axis=0) > 0, counts.argmax(axis=0), 255).astype(np.uint8)


def packed(values: Values) -> str:
    """Values as 32-bit floats, their bytes sorted by place, deflated, in base64."""
    planes = np.ascontiguousarray(values, "<f4").view(np.uint8).reshape(-1, 4).T
    return _deflated(planes.tobytes())


def _deflated(data: bytes) -> str:
    return base64.b64encode(zlib.compress(data, 6)).decode("ascii")


def _land_use(dataset: xr.Dataset, blocks: _Blocks) -> dict[str, Any]:
    """Layer of the class that holds the largest part of each cell."""
    share = dataset["land_share"].transpose("year", "land_class", "y", "x")
    classes = [str(name) for name in share["land_class"].values]
    whens = []
    for year in share["year"].values:
        parts = np.stack([blocks.mean(layer) for _, layer in _layers(share.sel(year=year), "land_class")])
        largest = np.where(np.isfinite(parts).all(axis=0), np.nan_to_num(parts).argmax(axis=0), 255)
        whens.append(_when(year, _deflated(largest.astype(np.uint8).tobytes())))
    return {
        "name": "land_use",
        "title": tr("Land use"),
        "units": tr("largest class of the cell"),
        "kind": "kinds",
        "colours": class_colours(classes),
        "labels": [name_of(name) for name in classes],
        "whens": whens,
    }


def _graded(
    dataset: xr.Dataset, theme: Theme, grid: Grid, blocks: _Blocks, fraction: Values, options: MapOptions
) -> dict[str, Any]:
    dim = time_of(dataset[theme.variable])
    array = dataset[theme.variable].transpose(dim, "y", "x")
    breaks = options.worked_out.get(theme.name) or theme_breaks(
        theme, per_hectare(dataset, theme, grid.cell_area_ha), options.breaks, options.classes
    )
    return {
        "name": theme.name,
        "title": tr(theme.title),
        "units": tr(theme.units),
        "cell_units": tr(theme.units) if theme.scale != 1.0 else _cell_units(array),
        "per_hectare": theme.per_hectare,
        "kind": "graded",
        "breaks": breaks,
        "colours": theme.colours(breaks),
        "labels": class_labels(breaks, diverging=theme.diverging),
        "whens": [
            _amounts(when, layer * theme.scale, fraction, blocks)
            for when, layer in _layers(array, dim)
            if np.isfinite(layer).any()
        ],
    }


def _cell_units(array: xr.DataArray) -> str:
    """Unit of the amount of a cell."""
    return tr("t C/yr") if array.attrs["units"] == "t C yr-1" else str(array.attrs["units"])


def _amounts(year: object, layer: Values, fraction: Values, blocks: _Blocks) -> dict[str, str]:
    """Amounts of a year; blocks with cells that lack them bring the part of the region that the others are, to be told by the hectare."""
    amounts = _when(year, packed(blocks.mean(layer)))
    if blocks.factor > 1 and np.isnan(layer[fraction > 0]).any():
        amounts["fraction"] = packed(blocks.mean(np.where(np.isfinite(layer), fraction, np.nan)))
    return amounts


def _kinds(dataset: xr.Dataset, theme: KindTheme, blocks: _Blocks) -> dict[str, Any]:
    array = dataset[theme.variable]
    dim = time_of(array)
    kinds = len(theme.kinds)
    return {
        "name": theme.variable,
        "title": tr(theme.title),
        "units": tr(theme.legend),
        "kind": "kinds",
        "colours": [colour for colour, _ in theme.kinds],
        "labels": [name_of(name) for _, name in theme.kinds],
        "whens": [
            _when(when, _deflated(blocks.commonest(layer, kinds).tobytes()))
            for when, layer in _layers(array.transpose(dim, "y", "x"), dim)
            if np.isfinite(layer).any()
        ],
    }


def _layers(array: xr.DataArray, dim: str) -> Iterator[tuple[object, Values]]:
    """Years or periods of a variable with their layers, one by one; of many periods a few that are evenly spaced, and the whole span."""
    labels = list(array[dim].values)
    if dim == "period" and len(labels) > _MOST_PERIODS:
        step = (len(labels) - 1) / (_MOST_PERIODS - 1)
        labels = [labels[round(number * step)] for number in range(_MOST_PERIODS)]
    for when in labels:
        yield when, np.asarray(array.sel({dim: when}).values, float)


def _when(when: object, data: str) -> dict[str, str]:
    return {"key": str(when), "label": period_of(when), "data": data}


def _classes(dataset: xr.Dataset, blocks: _Blocks) -> dict[str, Any]:
    """Share of each class in the land of each cell that lies in the region, in ten-thousandths, by year."""
    share = dataset["land_share"].transpose("year", "land_class", "y", "x")
    names = [str(name) for name in share["land_class"].values]
    return {
        "labels": [name_of(name) for name in names],
        "colours": class_colours(names),
        "years": {
            str(year): _parts(
                np.stack([blocks.mean(layer) for _, layer in _layers(share.sel(year=year), "land_class")])
            )
            for year in share["year"].values
        },
    }


def _parts(shares: Values) -> list[str]:
    """Shares of all classes, shape (class, block), so that they sum to one."""
    with np.errstate(invalid="ignore"):
        return [_tenths(share / shares.sum(axis=0)) for share in shares]


def _tenths(share: Values) -> str:
    """Shares in ten-thousandths as 16-bit numbers, bytes sorted by place, deflated; none is 65535."""
    whole = np.where(np.isfinite(share), np.round(np.nan_to_num(share) * 10_000), 65_535).astype("<u2")
    return _deflated(whole.view(np.uint8).reshape(-1, 2).T.tobytes())


def _outlines(label: str, shapes: ZoneShapes, grid: Grid, factor: int) -> dict[str, Any]:
    """Rings of a layer in tenths of a block, simplified to a third of it."""
    side = grid.resolution * factor
    outlines = []
    for code, name, shape in zip(
        shapes.ids, shapes.names, project(shapes.geometries, shapes.crs, grid.crs), strict=True
    ):
        simple = shapely.simplify(shape, side / 3)
        rings = [_ring(ring, grid, side) for ring in shapely.get_rings(shapely.get_parts(simple))]
        outlines.append(
            {"id": f"{label}|{code}", "name": str(name), "rings": [ring for ring in rings if len(ring) >= 6]}
        )
    return {"label": name_of(label), "layer": label, "zones": outlines}


def _ring(ring: shapely.Geometry, grid: Grid, side: float) -> list[int]:
    west, _, _, north = grid.bounds
    points = shapely.get_coordinates(ring)
    places = np.column_stack([(points[:, 0] - west) / side, (north - points[:, 1]) / side])
    tenths = np.round(10 * places).astype(int)
    moved = np.append(True, (np.diff(tenths, axis=0) != 0).any(axis=1))
    return [int(value) for value in tenths[moved].ravel()]


def _lattice(grid: Grid, shape: tuple[int, int], factor: int) -> dict[str, Any]:
    """Longitude and latitude at nodes over the map, which the page interpolates between."""
    west, _, _, north = grid.bounds
    side = grid.resolution * factor
    number = max(_LATTICE, math.ceil(max(shape) * side / 1000 / _LATTICE_KM) + 1)
    x = west + np.linspace(0, shape[1], number) * side
    y = north - np.linspace(0, shape[0], number) * side
    nodes_x, nodes_y = np.meshgrid(x, y)
    longitude, latitude = transformer(grid.crs, pyproj.CRS(4326)).transform(nodes_x.ravel(), nodes_y.ravel())
    return {
        "nodes": number,
        # Over the date line the degrees go on, so that what lies between two nodes is told right.
        "longitude": [round(float(value), 5) for value in _unwrapped(longitude, number)],
        "latitude": [round(float(value), 5) for value in latitude],
    }


def _unwrapped(longitude: Values, number: int) -> Values:
    square = np.unwrap(longitude.reshape(number, number), axis=1, period=360.0)
    return np.unwrap(square, axis=0, period=360.0).ravel()
