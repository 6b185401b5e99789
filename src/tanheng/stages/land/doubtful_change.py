"""Whether a change between two maps can be one of land: rates of classes, and maps that agree no better than by chance."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.factors.change_rates import change_rate
from tanheng.land.plausible_change import chance_corrected_agreement, net_rate
from tanheng.language import listed, name_of, tr

#: Pixels of a map that a class must have at either end for its rate to be judged: fewer come and go by a single patch.
_FEWEST_PIXELS = 10

#: Agreement beyond chance of two maps of one place, where so much of the land changes: those of one product have 0.8 and more over ten years.
_LEAST_AGREEMENT, _MUCH_CHANGED = 0.3, 0.2


@dataclass(frozen=True)
class Period:
    """Land between two years: its classes, and what went from which to which, shape (classes, classes), km2."""

    first: int
    last: int
    classes: tuple[str, ...]
    moved: NDArray[np.float64]


def doubtful_change(period: Period, pixel_km2: float) -> list[str]:
    """Questions about a change that no land makes."""
    return [*disagreement_notes(period), *fast_notes(rates_of_change(period, pixel_km2))]


def disagreement_notes(period: Period) -> list[str]:
    """Question about two maps that agree little better than by chance, or in every pixel."""
    agreement = chance_corrected_agreement(period.moved)
    whole = float(period.moved.sum())
    changed = 1.0 - float(np.trace(period.moved)) / whole if whole > 0 else 0.0
    if whole > 0 and not period.moved[~np.eye(len(period.classes), dtype=bool)].any():
        return [
            tr(
                "{first}-{last}: no land changes between the two maps; is it the same map under two names?",
                first=period.first,
                last=period.last,
            )
        ]
    if not (agreement < _LEAST_AGREEMENT and changed >= _MUCH_CHANGED):
        return []
    return [
        tr(
            "{first}-{last}: the two maps agree little better than by chance (kappa {kappa:.2f}), and {changed:.0f} % of the land seems to change; "
            "is one of them shifted, turned over, of another place, or read by the wrong legend?",
            first=period.first,
            last=period.last,
            kappa=agreement,
            changed=100.0 * changed,
        )
    ]


def rates_of_change(period: Period, pixel_km2: float) -> list[dict[str, Any]]:
    """Net rate of each class over a period beside the rates that are known.

    Parameters
    ----------
    pixel_km2 : float
        Area of the larger pixel of the two maps.
    """
    rows = []
    for name, first, last in zip(period.classes, period.moved.sum(axis=1), period.moved.sum(axis=0), strict=True):
        known = change_rate(name)
        rate = net_rate(float(first), float(last), period.last - period.first)
        if max(first, last) < _FEWEST_PIXELS * pixel_km2:
            verdict = "too few pixels to tell"
        else:
            verdict = "within known rates" if known.lowest <= rate <= known.highest else "faster than known rates"
        rows.append(
            {
                "from_year": period.first,
                "to_year": period.last,
                "land_class": name,
                "area_first_km2": float(first),
                "area_last_km2": float(last),
                "change_share": float(last / first - 1.0) if first > 0 else math.nan,
                "net_rate_per_yr": rate if math.isfinite(rate) else math.nan,
                "known_lowest_per_yr": known.lowest,
                "known_highest_per_yr": known.highest,
                "verdict": verdict,
                "source": known.source,
            }
        )
    return rows


def fast_notes(rates: Iterable[Mapping[Any, Any]]) -> list[str]:
    """One note a period whose classes change faster than is known of any region.

    Parameters
    ----------
    rates : iterable of mapping
        As `rates_of_change` gives them, period by period.
    """
    fast = [row for row in rates if row["verdict"] == "faster than known rates"]
    return [
        tr(
            "{first}-{last}: {classes} change faster than is known of any province or country; what differs between these maps "
            "is mostly error of classification, or another meaning of the classes, not change of land",
            first=first,
            last=last,
            classes=listed(class_change(row["land_class"], row["change_share"]) for row in rows),
        )
        for (first, last), rows in groupby(fast, lambda row: (row["from_year"], row["to_year"]))
    ]


def class_change(land_class: str, share: float) -> str:
    """A class with its relative change, as a note names it."""
    if math.isnan(share):
        return tr("{land_class} (from nothing)", land_class=name_of(land_class))
    return tr("{land_class} ({change:+.0f} %)", land_class=name_of(land_class), change=100 * share)
