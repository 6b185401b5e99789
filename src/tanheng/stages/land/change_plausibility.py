"""Stage: intensity analysis of land change, and whether the change between the maps can be a change of land."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from tanheng.accounting.change.intensity import Interval, category_table, interval_table, transition_table
from tanheng.accounting.change.plausible_change import net_rate, undone_share
from tanheng.factors.change_rates import change_rate
from tanheng.language import listed, name_of, tr
from tanheng.stages.found import Found
from tanheng.stages.land.change import Changes
from tanheng.stages.land.stock import Land
from tanheng.units import HA_PER_KM2, M2_PER_KM2

#: Pixels of a map that a class must have at either end for its rate to be judged: fewer come and go by a single patch.
_FEWEST_PIXELS = 10

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
        *_fast_notes(tables["change_plausibility"]),
        *_undone_note(steps, intervals, land.years),
        *_coarse(land),
    ]
    return Found(tables, notes=tuple(notes))


def _rates(land: Land, interval: Interval) -> list[dict[str, object]]:
    """Net rate of each class over a period beside the rates that are known."""
    pixel = max(land.pixel_m[interval.first], land.pixel_m[interval.last]) ** 2 / M2_PER_KM2
    matrix = interval.matrix / HA_PER_KM2
    rows = []
    for name, first, last in zip(interval.classes, matrix.sum(axis=1), matrix.sum(axis=0), strict=True):
        known = change_rate(name)
        rate = net_rate(float(first), float(last), interval.years)
        if max(first, last) < _FEWEST_PIXELS * pixel:
            verdict = "too few pixels to tell"
        else:
            verdict = "within known rates" if known.lowest <= rate <= known.highest else "faster than known rates"
        rows.append(
            {
                "from_year": interval.first,
                "to_year": interval.last,
                "land_class": name,
                "area_first_km2": float(first),
                "area_last_km2": float(last),
                "change_share": float(last / first - 1.0) if first > 0 else np.nan,
                "net_rate_per_yr": rate if np.isfinite(rate) else np.nan,
                "known_lowest_per_yr": known.lowest,
                "known_highest_per_yr": known.highest,
                "verdict": verdict,
                "source": known.source,
            }
        )
    return rows


def _fast_notes(table: pd.DataFrame) -> list[str]:
    """One note a period whose classes change faster than is known of any region."""
    fast = table[table["verdict"] == "faster than known rates"]
    return [
        tr(
            "{first}-{last}: {classes} change faster than is known of any province or country; what differs between these maps "
            "is mostly error of classification, or another meaning of the classes, not change of land",
            first=first,
            last=last,
            classes=listed(class_change(row.land_class, row.change_share) for row in rows.itertuples()),
        )
        for (first, last), rows in fast.groupby(["from_year", "to_year"], sort=False)
    ]


def class_change(land_class: str, share: float) -> str:
    """A class with its relative change, as a note names it."""
    if np.isnan(share):
        return tr("{land_class} (from nothing)", land_class=name_of(land_class))
    return tr("{land_class} ({change:+.0f} %)", land_class=name_of(land_class), change=100 * share)


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
            "land_cover: pixels of {side:.1f} km are larger than the cells of {cell:g} km, which repeat them; patches smaller than a "
            "pixel, such as villages, rivers and small woods, are not in the map, and single cells are no observations",
            side=side / 1000.0,
            cell=land.grid.resolution / 1000.0,
        )
    ]
