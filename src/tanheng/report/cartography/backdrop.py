"""What lies behind and over every map of a study alike: the frame, the graticule, outlines and names of zones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyproj
import shapely
from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from numpy.typing import NDArray

from tanheng.grid import Bounds, Grid, project
from tanheng.report.cartography.drawing.overlay import Drawn, Overlay
from tanheng.report.cartography.drawing.window import Window
from tanheng.report.cartography.graticule import Graticule, graticule
from tanheng.report.style.lettering import LEADING, text_width

#: A frame is at most so many times as long as wide, so that a narrow region keeps room for its degrees.
_LONGEST = 3.2

#: Widths of the outlines of the first layers, points; further layers are not drawn, since they would hide the map.
_WIDTHS = (0.8, 0.4, 0.2)

#: Outlines keep what is larger than this part of the map: less than a dot of the printer.
_FINEST = 1 / 4000

_NAME_SIZE = 6.0
_WIDEST = 1.6


@dataclass(frozen=True)
class Outline:
    """Polygons of a layer in their CRS, with their names where the study gives them."""

    geometries: Sequence[shapely.Geometry]
    crs: pyproj.CRS
    names: Sequence[str] = ()


Outlines = Mapping[str, Outline]


@dataclass(frozen=True)
class PlaceName:
    """Name of a zone, how wide the zone is, and places for the middle of its name, the best one first, in the CRS of the map."""

    name: str
    across: float
    places: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Backdrop:
    """What all maps of a study share.

    Attributes
    ----------
    bounds : tuple of float
        Frame, in the CRS of the grid.
    rings : tuple
        Rings of each layer with the width of their lines.
    names : tuple of PlaceName
        Largest zone first.
    """

    grid: Grid
    bounds: Bounds
    rings: tuple[tuple[tuple[NDArray[np.float64], ...], float], ...] = ()
    names: tuple[PlaceName, ...] = ()

    @property
    def aspect(self) -> float:
        """Width of the frame against its height."""
        west, south, east, north = self.bounds
        return (east - west) / (north - south)

    @cached_property
    def graticule(self) -> Graticule:
        """Meridians and parallels of the frame."""
        return graticule(self.grid.crs, self.bounds)

    @cached_property
    def _drawn(self) -> tuple[Drawn, Drawn]:
        """Dots of outlines and of names that were drawn before."""
        return {}, {}

    def draw_under(self, window: Window) -> None:
        """Draw the graticule."""
        lines = list(self.graticule.lines)
        window.add(LineCollection(lines, colors="#9aa0a6", linewidths=0.3, zorder=0.5, transform=window.place))

    def draw_over(self, window: Window) -> None:
        """Draw the outlines and the line around the frame."""
        window.add(Overlay(window, self._outlines, self._drawn[0], zorder=3))
        window.edge()

    def draw_names(self, window: Window) -> None:
        """Write the names of zones that have room."""
        window.add(Overlay(window, self._written, self._drawn[1], zorder=5))

    def _outlines(self, window: Window) -> list[Artist]:
        """Outlines, thinner in a small frame, the widest ones last."""
        thin = float(np.clip(window.size[0] / 5, 0.35, 1))
        return [
            LineCollection(
                list(rings), colors="#333333", linewidths=width * thin, transform=window.place, clip_box=window.box
            )
            for rings, width in reversed(self.rings)
        ]

    def _written(self, window: Window) -> list[Artist]:
        """Names with a pale edge, which keeps them legible on dark land."""
        edge = [withStroke(linewidth=1.6, foreground="#ffffffd0")]
        return [
            Text(
                item.x, item.y, item.name, fontsize=_NAME_SIZE, color="#111111", ha="center", va="center_baseline",
                parse_math=False, path_effects=edge, transform=window.inches,
            )
            for item in placed(self.names, self.bounds, window.size[0])
        ]  # fmt: skip


def backdrop(grid: Grid, outlines: Outlines, labels: str | None = None) -> Backdrop:
    """Backdrop of the maps on a grid.

    Parameters
    ----------
    outlines : mapping
        Polygons by layer; the first ones are drawn, each finer than the one before.
    labels : str, optional
        Layer whose names are written on single maps.
    """
    bounds = frame_bounds(grid.bounds)
    finest = max(bounds[2] - bounds[0], bounds[3] - bounds[1]) * _FINEST
    rings, names = [], []
    shown = list(outlines)[: len(_WIDTHS)]
    chosen = [labels] if labels is not None and labels in outlines else []
    for layer in dict.fromkeys([*shown, *chosen]):
        simple = [
            shapely.simplify(item, finest)
            for item in project(outlines[layer].geometries, outlines[layer].crs, grid.crs)
        ]
        if layer in shown:
            parts = shapely.get_rings(shapely.get_parts(simple))
            lines = tuple(shapely.get_coordinates(ring) for ring in parts)
            rings.append((lines, _WIDTHS[shown.index(layer)]))
        if layer == labels:
            names = place_names([shapely.clip_by_rect(item, *bounds) for item in simple], outlines[layer].names)
    return Backdrop(grid, bounds, tuple(rings), tuple(names))


def frame_bounds(bounds: Bounds) -> Bounds:
    """Frame around a region: a little wider, and never so long that nothing fits beside it.

    Examples
    --------
    >>> west, south, east, north = frame_bounds((0.0, 0.0, 400.0, 20.0))
    >>> round((east - west) / (north - south), 2)
    3.2
    """
    west, south, east, north = bounds
    margin = 0.025 * max(east - west, north - south)
    width, height = east - west + 2 * margin, north - south + 2 * margin
    width, height = max(width, height / _LONGEST), max(height, width / _LONGEST)
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def place_names(geometries: Sequence[shapely.Geometry], names: Sequence[str]) -> list[PlaceName]:
    """Names with places inside their zones, the largest zone first."""
    places = []
    order = np.argsort(-shapely.area(np.asarray(geometries, object)), kind="stable")
    for number in order[: len(names)] if len(names) == len(geometries) else []:
        parts = [part for part in shapely.get_parts(geometries[number]) if isinstance(part, shapely.Polygon)]
        if parts and names[number]:
            largest = max(parts, key=lambda part: part.area)
            west, _, east, _ = largest.bounds
            places.append(PlaceName(str(names[number]), east - west, _places(largest)))
    return places


def _places(polygon: shapely.Polygon) -> tuple[tuple[float, float], ...]:
    """Places well inside a polygon: its middle, or that of the largest circle in it, then some up and down and aside of that."""
    size = float(np.sqrt(polygon.area))
    circle = shapely.maximum_inscribed_circle(polygon, tolerance=size / 30)
    ends = shapely.get_coordinates(circle)
    x, y = ends[0]
    # In a strip the largest circle lies anywhere along it; the middle is as good and looks better.
    radius, middle = float(np.hypot(*(ends[-1] - ends[0]))), polygon.centroid
    if shapely.contains(polygon, middle) and shapely.distance(polygon.exterior, middle) > 0.7 * radius:
        x, y = middle.x, middle.y
    shifts = [(0.0, 0.0), (0.0, -0.15), (0.0, 0.15), (-0.15, 0.0), (0.15, 0.0), (0.0, -0.3), (0.0, 0.3)]
    places = [(x + dx * size, y + dy * size) for dx, dy in shifts]
    return tuple((float(u), float(v)) for u, v in places if shapely.contains_xy(polygon, u, v))


@dataclass(frozen=True)
class PlacedName:
    """A name with its middle and the room it takes, in inches from the lower left corner of the frame."""

    name: str
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: PlacedName) -> bool:
        """Whether two names overlap."""
        return (
            abs(self.x - other.x) < (self.width + other.width) / 2
            and abs(self.y - other.y) < (self.height + other.height) / 2
        )


def placed(names: Sequence[PlaceName], bounds: Bounds, width: float) -> list[PlacedName]:
    """Names that fit a frame of that width in inches without meeting each other; large zones come first, the rest is left out."""
    west, south, east, north = bounds
    scale = width / (east - west)
    placed_names: list[PlacedName] = []
    for item in names:
        room = text_width(item.name, _NAME_SIZE) + 0.04, LEADING * _NAME_SIZE / 72
        # A name much wider than its zone would seem to name the neighbours.
        for x, y in item.places if room[0] <= _WIDEST * item.across * scale else ():
            one = PlacedName(item.name, (x - west) * scale, (y - south) * scale, *room)
            inside = room[0] / 2 <= one.x <= width - room[0] / 2 and room[1] / 2 <= one.y <= (
                (north - south) * scale - room[1] / 2
            )
            if inside and not any(one.meets(other) for other in placed_names):
                placed_names.append(one)
                break
    return placed_names
