"""A frame on a sheet through which a map is seen: places of the map there, and nothing beyond its edges."""

from __future__ import annotations

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, Bbox, BboxTransformTo, TransformedBbox

from tanheng.grid import Bounds

#: Width of the line around a frame and of one below it, points.
_LINE, _FLOOR = 0.8, 0.5


class Window:
    """Frame on a figure; its corner lies on a whole dot, so that what is drawn once fits every sheet.

    Axes would do, but most of their time goes into ticks and labels that a map has none of.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    corner : tuple of float
        Lower left corner of the frame, in inches from that of the figure.
    size : tuple of float
        Width and height of the frame, inches.
    bounds : tuple of float
        West, south, east and north of what the frame shows, in units of the map.

    Attributes
    ----------
    place, inches : matplotlib.transforms.Transform
        From units of the map, and from inches from the lower left corner of the frame, to dots.
    box : matplotlib.transforms.Bbox
        The frame, in dots.
    """

    def __init__(self, figure: Figure, corner: tuple[float, float], size: tuple[float, float], bounds: Bounds) -> None:
        self.figure, self.size, self.bounds = figure, size, bounds
        west, south, east, north = bounds
        left, bottom = (round(side * figure.dpi) / figure.dpi for side in corner)
        self.inches = Affine2D().translate(left, bottom) + figure.dpi_scale_trans
        self.box = TransformedBbox(Bbox.from_bounds(0, 0, *size), self.inches)
        across = Affine2D().translate(-west, -south).scale(1 / (east - west), 1 / (north - south))
        self.place = across + BboxTransformTo(self.box)

    def add(self, artist: Artist) -> None:
        """Draw an artist within the frame."""
        artist.set_clip_box(self.box)
        self.figure.add_artist(artist)

    def edge(self) -> None:
        """Draw the line around the frame, over all that is seen through it."""
        self.figure.add_artist(Rectangle((0, 0), *self.size, fill=False, lw=_LINE, transform=self.inches, zorder=6))

    def floor(self) -> None:
        """Draw the lower line of the frame."""
        self.figure.add_artist(Line2D((0, self.size[0]), (0, 0), color="black", lw=_FLOOR, transform=self.inches))
