"""Stage: intensity analysis of land change, and whether the change between the maps can be a change of land."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd

from tanheng.accounting.intensity import Interval, category_table, interval_table, transition_table
from tanheng.accounting.plausible_change import net_rate, undone_share
from tanheng.factors.change_rates import change_rate
from tanheng.inputs.study_inputs import Inputs
from tanheng.language import listed, name_of, tr
from tanheng.stages.land import Land
from tanheng.units import HA_PER_KM2, M2_PER_KM2

#: Pixels of a map that a class must have at either end for its rate to be judged: fewer come and go by a single patch.
_FEWEST_PIXELS = 10

#: Share of the change between neighbouring years that may have been undone by the last before it is told.
_MUCH_UNDONE = 0.5

#: How many times larger than a cell a pixel may be before it is told that cells repeat it.
_COARSE = 2.0


@dataclass
class ChangeAnalysed:
    """Tables and notes on the change of land."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def analyse_change(inputs: Inputs, land: Land) -> ChangeAnalysed:
    """Intensity analysis by interval, class and transition, and the plausibility of each period's change."""
    found = ChangeAnalysed()
    intervals = {
        (change.first, change.last): Interval(change.first, change.last, change.area) for change in land.changes
    }
    if not intervals:
        return found
    steps = [intervals[pair] for pair in pairwise(inputs.study.years)]
    found.tables = {
        "intensity_interval": interval_table(steps),
        "intensity_category": pd.concat([category_table(item) for item in intervals.values()], ignore_index=True),
        "intensity_transition": pd.concat([transition_table(item) for item in intervals.values()], ignore_index=True),
        "change_plausibility": pd.DataFrame([row for item in intervals.values() for row in _rates(inputs, item)]),
    }
    found.notes = [
        *_fast_notes(found.tables["change_plausibility"]),
        *_undone_note(steps, intervals, inputs),
        *_coarse(inputs),
    ]
    return found


def _rates(inputs: Inputs, interval: Interval) -> list[dict[str, object]]:
    """Net rate of each class over a period beside the rates that are known."""
    by_year = {item.year: item.source.pixels.pixel_size_m() ** 2 / M2_PER_KM2 for item in inputs.maps}
    pixel = max(by_year[interval.first], by_year[interval.last])
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


def _undone_note(steps: list[Interval], intervals: dict[tuple[int, int], Interval], inputs: Inputs) -> list[str]:
    """Note on change that is undone: land seldom goes to another class and back."""
    years = inputs.study.years
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


def _coarse(inputs: Inputs) -> list[str]:
    """Note on maps whose pixels are larger than the cells: the cells repeat them."""
    side = max(item.source.pixels.pixel_size_m() for item in inputs.maps)
    if side <= _COARSE * inputs.grid.resolution:
        return []
    return [
        tr(
            "land_cover: pixels of {side:.1f} km are larger than the cells of {cell:g} km, which repeat them; patches smaller than a "
            "pixel, such as villages, rivers and small woods, are not in the map, and single cells are no observations",
            side=side / 1000.0,
            cell=inputs.grid.resolution / 1000.0,
        )
    ]
