"""Scale bar true to the projection, and an arrow to the north as it is at the middle of the map."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyproj

from tanheng.grid import Bounds, transformer
from tanheng.language import tr
from tanheng.report.cartography.drawing.paper import INK, PALE_INK, Paper
from tanheng.report.cartography.legend import COLUMN
from tanheng.report.style.lettering import line_height, text_width, wrapped

_SIZE, _SMALL = 7.0, 6.0
_ARROW = 0.34

#: Scales that differ by more than this within a map are said to hold at its middle.
_EVEN = 0.02


@dataclass(frozen=True)
class Scale:
    """Ground and paper.

    Attributes
    ----------
    stretch : float
        Length on the map, in its own metres, of a metre of ground along the middle of the frame.
    even : bool
        Whether the stretch is the same all over the frame, nearly.
    north : tuple of float
        Direction of the north on the map, of length 1.
    """

    stretch: float
    even: bool
    north: tuple[float, float]


def scale_of(crs: pyproj.CRS, bounds: Bounds) -> Scale:
    """Scale along the middle of a frame, measured on the ellipsoid."""
    west, south, east, north = bounds
    middle = (west + east) / 2, (south + north) / 2
    stretch = _stretch(crs, bounds, *middle)
    corners = [_stretch(crs, bounds, west + u * (east - west), south + v * (north - south))
               for u in (0.05, 0.95) for v in (0.05, 0.95)]  # fmt: skip
    known = [value for value in corners if np.isfinite(value)]
    even = all(abs(value / stretch - 1) < _EVEN for value in known)
    return Scale(stretch, even, _north(crs, *middle))


def _stretch(crs: pyproj.CRS, bounds: Bounds, x: float, y: float) -> float:
    half = (bounds[2] - bounds[0]) * 0.02
    longitude, latitude = transformer(crs, pyproj.CRS(4326)).transform([x - half, x + half], [y, y])
    if not np.isfinite([*longitude, *latitude]).all():
        return float("nan")
    _, _, ground = pyproj.Geod(ellps="WGS84").inv(longitude[0], latitude[0], longitude[1], latitude[1])
    return float(2 * half / ground) if ground else float("nan")


def _north(crs: pyproj.CRS, x: float, y: float) -> tuple[float, float]:
    longitude, latitude = transformer(crs, pyproj.CRS(4326)).transform(x, y)
    back = transformer(pyproj.CRS(4326), crs)
    down, up = max(latitude - 0.01, -90.0), min(latitude + 0.01, 90.0)
    (x0, y0), (x1, y1) = back.transform(longitude, down), back.transform(longitude, up)
    length = float(np.hypot(x1 - x0, y1 - y0))
    known = np.isfinite(length) and length > 0
    return ((x1 - x0) / length, (y1 - y0) / length) if known else (0.0, 1.0)


def bar_length(longest: float) -> float:
    """Longest round length that is no longer than this.

    Examples
    --------
    >>> bar_length(130_000.0), bar_length(0.7)
    (100000.0, 0.5)
    """
    power = 10 ** np.floor(np.log10(longest))
    return float(max(step * power for step in (1, 2, 5) if step * power <= longest * (1 + 1e-9)))


@dataclass(frozen=True)
class ScaleBar:
    """Scale bar with an arrow to the north at its right; a block for paper.

    Attributes
    ----------
    inches : float
        Inches on paper of a metre of the map.
    """

    scale: Scale
    inches: float
    width: float = COLUMN
    height: float = field(default=0.66, init=False)

    @property
    def ground(self) -> float:
        """Length that the bar stands for, m of ground."""
        return bar_length((self.width - _ARROW - 0.6) / (self.inches * self.scale.stretch))

    @property
    def length(self) -> float:
        """Length of the bar on paper, inches."""
        return self.ground * self.scale.stretch * self.inches

    def draw(self, paper: Paper, left: float, top: float) -> None:
        """Draw with the upper left corner there."""
        start, quarter = left + 0.05, self.length / 4
        for part in range(4):
            colour = INK if part % 2 == 0 else "white"
            paper.box(start + part * quarter, top + 0.28, quarter, 0.06, colour, edge=INK)
        paper.text(start, top + 0.12, "0", _SIZE, ha="center")
        far = tr("{length:g} km", length=self.ground / 1000) if self.ground >= 1000 else tr(
            "{length:g} m", length=self.ground
        )  # fmt: skip
        half = text_width(far, _SIZE) / 2
        paper.text(max(start + self.length, start + 0.12 + half), top + 0.12, far, _SIZE, ha="center")
        if not self.scale.even:
            room = self.width - _ARROW - 0.2
            paper.lines(
                left, top + 0.38, wrapped(tr("along the middle of the map"), room, _SMALL), _SMALL, color=PALE_INK
            )
        self._arrow(paper, left + self.width - _ARROW / 2 - 0.02, top + 0.33)

    def _arrow(self, paper: Paper, x: float, y: float) -> None:
        """Half dark, half white, about its middle; the letter stands before its tip."""
        north = np.array([self.scale.north[0], -self.scale.north[1]])
        east = np.array([-north[1], north[0]])
        middle = np.array([x, y + 0.06])
        tip, tail = middle + 0.17 * north, middle - 0.08 * north
        for side, colour in ((-1, INK), (1, "white")):
            wing = middle - 0.16 * north + side * 0.09 * east
            paper.shape([tuple(tip), tuple(wing), tuple(tail)], colour)
        letter = middle + 0.25 * north
        paper.text(float(letter[0]), float(letter[1]) - line_height(8.0) / 2, tr("N"), 8.0, ha="center")
