"""Colours as hex strings: perceptual palettes that colour-blind readers can tell apart, and conventional colours of land."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import numpy as np

from tanheng.factors.legends import usual_class

#: Colours of series without one of their own (Okabe and Ito 2008), told apart by colour-blind readers.
SERIES = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#b8a800", "#777777")

#: Palettes of ColorBrewer (Harrower & Brewer 2003, The Cartographic Journal 40, 27-37), all marked safe for colour-blind readers.
_STOPS = {
    "YlGn": "ffffe5 f7fcb9 d9f0a3 addd8e 78c679 41ab5d 238443 006837 004529",
    "YlOrRd": "ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026",
    "PuBuGn": "fff7fb ece2f0 d0d1e6 a6bddb 67a9cf 3690c0 02818a 016c59 014636",
    "RdYlBu": "a50026 d73027 f46d43 fdae61 fee090 ffffbf e0f3f8 abd9e9 74add1 4575b4 313695",
    "BrBG": "543005 8c510a bf812d dfc27d f6e8c3 f5f5f5 c7eae5 80cdc1 35978f 01665e 003c30",
    "PuOr": "7f3b08 b35806 e08214 fdb863 fee0b6 f7f7f7 d8daeb b2abd2 8073ac 542788 2d004b",
}

#: Conventional colours of the six classes.
CLASS_COLOURS = {
    "cropland": "#f3d36b",
    "forest": "#2f7d4a",
    "grassland": "#a6cf6e",
    "water": "#4a90c8",
    "built-up": "#c8453b",
    "unused": "#b9a892",
}

#: Colours of the carbon pools.
POOL_COLOURS = {"above": "#2f7d4a", "below": "#b9a892", "soil": "#8c6bb1", "dead": "#d95f02"}

#: Colours of further classes: strong ones first, since neighbours of one hue would seem to be two steps of one class.
_SPARE = (
    "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
    "#aec7e8", "#ffbb78", "#98df8a", "#ff9896", "#c5b0d5", "#c49c94", "#f7b6d2", "#c7c7c7", "#dbdb8d", "#9edae5",
)  # fmt: skip

#: Colours of the largest conversions, told apart by colour-blind readers (Tol 2021, Colour Schemes, SRON/EPS/TN/09-002, muted).
CONVERSION_COLOURS = (
    "#882255", "#ddcc77", "#117733", "#cc6677", "#332288", "#88ccee", "#999933", "#44aa99", "#aa4499", "#b35806",
)  # fmt: skip

#: Nothing of note: zero on a map of change, and kinds that say nothing.
NO_HUE = "#ecece6"

#: Land that a map of something else only shows as a ground.
GROUND = "#e9e9e2"


def colour_at(palette: str, place: float) -> str:
    """Colour of a palette at a place from 0 to 1.

    Examples
    --------
    >>> colour_at("YlGn", 0.0), colour_at("YlGn", 0.0625)
    ('#ffffe5', '#fbfecf')
    """
    stops = np.array([[int(stop[at : at + 2], 16) for at in (0, 2, 4)] for stop in _STOPS[palette].split()], float)
    places = np.linspace(0, 1, len(stops))
    mixed = [round(float(np.interp(place, places, stops[:, channel]))) for channel in range(3)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def graded_colours(palette: str, breaks: Sequence[float], *, diverging: bool) -> list[str]:
    """Colour of each class between the breaks; a diverging palette turns at zero, and a class around zero has no hue.

    Examples
    --------
    >>> graded_colours("RdYlBu", [-2.0, -0.1, 0.1, 2.0], diverging=True)[1] == NO_HUE
    True
    >>> graded_colours("RdYlBu", [-1.0, 0.0, 2.0], diverging=True)
    ['#b91326', '#394fa1']
    """
    number = len(breaks) - 1
    if not diverging:
        return [colour_at(palette, 0.08 + 0.9 * (rank + 0.5) / number) for rank in range(number)]
    below = sum(1 for value in breaks[1:] if value <= 0)
    above = sum(1 for value in breaks[:-1] if value >= 0)
    left = [colour_at(palette, 0.04 + 0.38 * rank / max(below, 1)) for rank in range(below)]
    right = [colour_at(palette, 0.96 - 0.38 * rank / max(above, 1)) for rank in range(above)][::-1]
    return [*left, *[NO_HUE] * (number - below - above), *right]


def class_colours(classes: Sequence[str]) -> list[str]:
    """Colour of each land class: the conventional one, also of what built-in legends call by the name, else the next spare one.

    Examples
    --------
    >>> class_colours(["forest", "orchard"]), class_colours(["森林", "农田", "不透水面"])
    (['#2f7d4a', '#1f77b4'], ['#2f7d4a', '#f3d36b', '#c8453b'])
    """
    spare = cycle(_SPARE)
    taken = {name for name in classes if name in CLASS_COLOURS}
    colours = []
    for name in classes:
        kind = name if name in CLASS_COLOURS else usual_class(name)
        if name in CLASS_COLOURS or (kind and kind not in taken):
            taken.add(kind)
            colours.append(CLASS_COLOURS[kind])
        else:
            colours.append(next(spare))
    return colours
