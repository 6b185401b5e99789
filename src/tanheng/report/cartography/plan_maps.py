"""Maps of a plan: conversions, land use after it, zones of management, and amounts between units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from tanheng.language import mark, name_of, tr
from tanheng.report.cartography.drawing.press import Press
from tanheng.report.cartography.legend import Entry, Legend
from tanheng.report.cartography.pictures import percent
from tanheng.report.cartography.sheet import ARROW, Desk, Picture
from tanheng.report.style.drawn_map import DrawnMap
from tanheng.report.style.palettes import GROUND, class_colours
from tanheng.report.words.titles import plan_title

_ZONES = ("#2f7d4a", "#8c6bb1", "#a6cf6e", "#f0a04b", "#4a90c8", "#b9a892", "#c8453b", "#777777")
_CONVERSIONS = ("#1b7837", "#d95f02", "#7570b3", "#e7298a", "#1f78b4", "#a6761d", "#666666", "#e6ab02")


def draw_plan_maps(
    printer: Press,
    desk: Desk,
    layers: Mapping[str, NDArray[np.float64]],
    kinds: Mapping[str, tuple[str, ...]],
) -> list[DrawnMap]:
    """Draw every layer of kinds as ``NAME.png``."""
    known = np.isfinite(layers["land_use_plan"])
    shown = [_picture(name, layer, known, kinds[name]) for name, layer in layers.items()]
    return [_drawn(printer, desk, picture) for picture in shown]


def _drawn(printer: Press, desk: Desk, picture: Picture) -> DrawnMap:
    legend = picture.legend
    entries = tuple((entry.colour, entry.label, entry.figure) for entry in legend.entries)
    return DrawnMap(printer.write(desk.sheet(picture), picture.name), legend.title, entries)


def _picture(name: str, layer: NDArray[np.float64], known: NDArray[np.bool_], kinds: Sequence[str]) -> Picture:
    """Kinds that are there, numbered in their order; land that is not converted is the last one."""
    present = [int(value) for value in np.unique(layer[np.isfinite(layer)])]
    every = _colours(name, kinds, present)
    colours = [every[value] for value in present]
    order = np.full(len(kinds) + 1, -1, np.int16)
    order[present] = np.arange(len(present))
    shown = np.where(np.isfinite(layer), order[np.nan_to_num(layer).astype(int)], -1)
    cells = int(known.sum()) or 1
    entries = [Entry(every[value], _kind(kinds[value]), percent((layer == value).sum() / cells)) for value in present]
    if name == "conversion":
        shown = np.where((shown < 0) & known, len(present), shown)
        colours.append(GROUND)
        entries.append(Entry(GROUND, tr("stays as it is")))
    title = mark("Zone of the cell") if name == "zoning" else mark("Largest part of the cell")
    legend = Legend(tr(title), tuple(entries), tr("figures: part of the cells"))
    return Picture(name, plan_title(name), (("", shown.astype(np.int16)),), tuple(colours), legend)


def _kind(kind: str) -> str:
    """Class or zone of management in the reader's words, or one class to another."""
    one, to, other = kind.partition(" to ")
    return tr("{one} to {other}", one=name_of(one), other=name_of(other)) if to else name_of(kind)


def draw_arrows(
    printer: Press,
    desk: Desk,
    known: NDArray[np.bool_],
    arrows: Sequence[tuple[float, float, float, float, float]],
) -> DrawnMap:
    """Draw amounts between units as arrows from middle to middle, wider for more."""
    most = max(amount for *_, amount in arrows)
    ordered = sorted(arrows, key=lambda arrow: arrow[-1])
    drawn = tuple((x0, y0, x1, y1, 0.5 + 3.0 * amount / most) for x0, y0, x1, y1, amount in ordered)
    flows = tr("{count} transfers, the largest {most:,.0f} t C a year", count=len(arrows), most=most)
    legend = Legend(
        tr("From surplus to deficit"),
        (Entry(ARROW, flows), Entry(GROUND, tr("region"))),
        tr("accounting entry only, no physical flow of carbon"),
    )
    ground = np.where(known, 1, -1).astype(np.int16)
    name = "compensation"
    picture = Picture(name, plan_title(name), (("", ground),), (ARROW, GROUND), legend, arrows=drawn)
    return _drawn(printer, desk, picture)


def _colours(name: str, kinds: Sequence[str], present: Sequence[int]) -> dict[int, str]:
    if name == "conversion":
        return dict(zip(present, cycle(_CONVERSIONS), strict=False))
    if name == "zoning":
        return dict(zip(range(len(kinds)), cycle(_ZONES), strict=False))
    return dict(enumerate(class_colours(kinds)))
