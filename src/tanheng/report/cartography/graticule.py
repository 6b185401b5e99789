"""Meridians and parallels at round degrees, and where they meet the frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyproj
from numpy.typing import NDArray

from tanheng.grid import Bounds, transformer
from tanheng.language import tr

Line = NDArray[np.float64]

_STEPS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)


@dataclass(frozen=True)
class Graticule:
    """Lines in the CRS of the map, and labels with their places on the lower (x) and left (y) side of the frame."""

    lines: tuple[Line, ...]
    below: tuple[tuple[float, str], ...]
    left: tuple[tuple[float, str], ...]


def graticule(crs: pyproj.CRS, bounds: Bounds) -> Graticule:
    """Graticule of a frame."""
    west, south, east, north = bounds
    sides = np.linspace(0, 1, 33)
    x, y = np.meshgrid(west + sides * (east - west), south + sides * (north - south))
    longitude, latitude = _degrees(crs, x, y)
    if not np.isfinite(longitude).any():
        return Graticule((), (), ())
    spans = [(float(np.nanmin(values)), float(np.nanmax(values))) for values in (longitude, latitude)]
    step = _step(max(high - low for low, high in spans))
    meridians, parallels = (np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step for low, high in spans)
    reach = np.linspace(-0.02, 1.02, 80)
    along_latitude = np.clip(spans[1][0] + reach * (spans[1][1] - spans[1][0]), -90, 90)
    along_longitude = spans[0][0] + reach * (spans[0][1] - spans[0][0])
    lines = [_line(crs, np.full(80, degree), along_latitude) for degree in meridians]
    lines += [_line(crs, along_longitude, np.full(80, degree)) for degree in parallels]
    return Graticule(
        tuple(lines),
        _crossings(meridians, longitude[0], x[0], lambda value: _named(value, east_west=True)),
        _crossings(parallels, latitude[:, 0], y[:, 0], lambda value: _named(value, east_west=False)),
    )


def _degrees(crs: pyproj.CRS, x: Line, y: Line) -> tuple[Line, Line]:
    """Longitudes that run on without a jump, and latitudes; NaN where the projection has none."""
    longitude, latitude = transformer(crs, pyproj.CRS(4326)).transform(x, y)
    longitude, latitude = (np.where(np.isfinite(values), values, np.nan) for values in (longitude, latitude))
    middle = longitude[longitude.shape[0] // 2, longitude.shape[1] // 2]
    if np.isfinite(middle):
        longitude = middle + (longitude - middle + 180) % 360 - 180
    return longitude, latitude


def _line(crs: pyproj.CRS, longitude: Line, latitude: Line) -> Line:
    x, y = transformer(pyproj.CRS(4326), crs).transform(longitude, latitude)
    line: Line = np.column_stack([x, y])
    return line[np.isfinite(line).all(axis=1)]


def _crossings(degrees: Line, along: Line, places: Line, name: Callable[[float], str]) -> tuple[tuple[float, str], ...]:
    """Places on a side of the frame where it meets round degrees, with their names."""
    known = np.isfinite(along)
    along, places = along[known], places[known]
    if along.size < 2:
        return ()
    order = np.argsort(along)
    inside = [value for value in degrees if along.min() <= value <= along.max()]
    return tuple((float(np.interp(value, along[order], places[order])), name(value)) for value in inside)


def _step(span: float) -> float:
    """Step of a graticule over so many degrees.

    Examples
    --------
    >>> _step(6.5), _step(0.02), _step(200)
    (1.0, 0.005, 30.0)
    """
    return next((step for step in _STEPS if span / step <= 7), 30.0)


def _named(value: float, *, east_west: bool) -> str:
    """Degree as a map writes it.

    Examples
    --------
    >>> _named(112.5, east_west=True), _named(-0.25, east_west=False), _named(181.0, east_west=True)
    ('112.5°E', '0.25°S', '179°W')
    """
    if east_west:
        value = (value + 180) % 360 - 180
    shown = f"{abs(round(value, 4)):g}" if abs(value) < 100 else f"{abs(round(value, 3)):.7g}"
    if east_west:
        return tr("{degrees}°E", degrees=shown) if value >= 0 else tr("{degrees}°W", degrees=shown)
    return tr("{degrees}°N", degrees=shown) if value >= 0 else tr("{degrees}°S", degrees=shown)
