"""Maps of a simulation: land of the last map and of each year to come, chance of change, and hits and misses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.language import name_of, tr
from tanheng.report.cartography.drawing.press import Press
from tanheng.report.cartography.legend import Entry, Legend
from tanheng.report.cartography.pictures import percent
from tanheng.report.cartography.sheet import Desk, Picture
from tanheng.report.style.palettes import GROUND, colour_at
from tanheng.report.words.simulation_sentences import HITS

Kinds = NDArray[np.int16]

_HIT_COLOURS = (GROUND, "#1b7837", "#2166ac", "#d6604d", "#8c6bb1")
#: Chances of change from which on each class of the legend begins.
_CHANCES = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9)


def draw_land(
    printer: Press,
    desk: Desk,
    name: str,
    layers: Sequence[tuple[str, Kinds]],
    classes: Sequence[str],
    colours: Sequence[str],
    title: str,
) -> Path:
    """Draw land of several years side by side; -1 is nothing."""
    entries = tuple(Entry(colour, name_of(item)) for item, colour in zip(classes, colours, strict=True))
    legend = Legend(tr("Land class"), entries)
    return printer.write(desk.sheet(Picture(name, title, tuple(layers), tuple(colours), legend)), name)


def draw_hits(printer: Press, desk: Desk, kinds: Kinds, title: str) -> Path:
    """Draw hits, misses and false alarms; `kinds` numbers `HITS`."""
    total = max(int((kinds >= 0).sum()), 1)
    entries = tuple(
        Entry(colour, tr(words), percent(float((kinds == number).sum()) / total))
        for number, (words, colour) in enumerate(zip(HITS.values(), _HIT_COLOURS, strict=True))
    )
    legend = Legend(tr("Simulated against observed"), entries, tr("figures: part of the cells"))
    return printer.write(desk.sheet(Picture("hits", title, (("", kinds),), _HIT_COLOURS, legend)), "hits")


def draw_chance(printer: Press, desk: Desk, name: str, chance: NDArray[np.float32], title: str) -> Path:
    """Draw the chance of any change."""
    known = np.isfinite(chance)
    ranks = np.where(known, np.searchsorted(_CHANCES, np.nan_to_num(chance), side="right") - 1, -1)
    ranks = np.where(known & (np.nan_to_num(chance) <= 0), 0, np.where(known, ranks + 1, -1)).astype(np.int16)
    colours = (GROUND, *(colour_at("YlOrRd", (n + 0.5) / len(_CHANCES)) for n in range(len(_CHANCES))))
    ends = (*_CHANCES[1:], 1.0)
    words = [
        tr("{low:.0f} to {high:.0f} %", low=100 * low, high=100 * high)
        for low, high in zip(_CHANCES, ends, strict=True)
    ]
    entries = tuple(
        Entry(colour, text) for colour, text in zip(colours, (tr("never in the draws"), *words), strict=True)
    )
    picture = Picture(name, title, (("", ranks),), colours, Legend(tr("Share of the draws with change"), entries))
    return printer.write(desk.sheet(picture), name)
