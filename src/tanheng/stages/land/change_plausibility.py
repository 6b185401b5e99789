"""Stage: intensity analysis of land change, and whether the change between the maps can be a change of land."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd

from tanheng.accounting.change.intensity import Interval, category_table, interval_table, transition_table
from tanheng.land.plausible_change import undone_share
from tanheng.language import tr
from tanheng.stages.found import Found
from tanheng.stages.land.change import Changes
from tanheng.stages.land.doubtful_change import Period, disagreement_notes, fast_notes, rates_of_change
from tanheng.stages.land.stock import Land
from tanheng.units import HA_PER_KM2, M2_PER_KM2

#: Share of the change between neighbouring years that may have been undone by the last before it is told.
_MUCH_UNDONE = 0.5

#: How many times larger than a cell a pixel may be before it is told that cells repeat it.
_COARSE = 2.0


def analyse_change(changes: Changes, land: Land) -> Found:
    """Intensity analysis by interval, class and transition, and the plausibility of each period's change."""
    intervals = {(item.first, item.last): Interval(item.first, item.last, item.area) for item in changes.items}
    if not intervals:
        return Found()
    steps = [intervals[pair] for pair in pairwise(land.years)]
    tables = {
        "intensity_interval": interval_table(steps),
        "intensity_category": pd.concat([category_table(item) for item in intervals.values()], ignore_index=True),
        "intensity_transition": pd.concat([transition_table(item) for item in intervals.values()], ignore_index=True),
        "change_plausibility": pd.DataFrame([row for item in intervals.values() for row in _rates(land, item)]),
    }
    notes = [
        *[note for item in steps for note in disagreement_notes(_period(item))],
        *fast_notes(tables["change_plausibility"].to_dict("records")),
        *_undone_note(steps, intervals, land.years),
        *_coarse(land),
    ]
    return Found(tables, notes=tuple(notes))


def _rates(land: Land, interval: Interval) -> list[dict[str, object]]:
    """Net rate of each class over a period beside the rates that are known."""
    pixel = max(land.pixel_m[interval.first], land.pixel_m[interval.last]) ** 2 / M2_PER_KM2
    return rates_of_change(_period(interval), pixel)


def _period(interval: Interval) -> Period:
    return Period(interval.first, interval.last, tuple(interval.classes), interval.matrix / HA_PER_KM2)


def _undone_note(
    steps: list[Interval], intervals: dict[tuple[int, int], Interval], years: tuple[int, ...]
) -> list[str]:
    """Note on change that is undone: land seldom goes to another class and back."""
    whole = intervals.get((years[0], years[-1]))
    if len(steps) < 2 or whole is None:
        return []
    share = undone_share([item.changed for item in steps], whole.changed)
    if share <= _MUCH_UNDONE:
        return []
    return [
        tr(
            "{first}-{last}: up to {percent:.0f} % of the change between neighbouring years is undone by {last}; land seldom goes "
            "to another class and back, so this is mostly error of classification",
            first=years[0],
            last=years[-1],
            percent=100 * share,
        )
    ]


def _coarse(land: Land) -> list[str]:
    """Note on maps whose pixels are larger than the cells: the cells repeat them."""
    side = max(land.pixel_m.values(), default=0.0)
    if side <= _COARSE * land.grid.resolution:
        return []
    return [
        tr(
            "land_cover: pixels of {side:.1f} km are larger than the cells of {cell:g} km, which repeat them; patches smaller "
            "than a pixel, such as villages, rivers and small woods, are not in the map, and single cells are not observations",
            side=side / 1000.0,
            cell=land.grid.resolution / 1000.0,
        )
    ]
