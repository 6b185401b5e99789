"""Stage: hot and cold spots of the change of the balance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from tanheng.analysis.local import getis_ord
from tanheng.analysis.neighbours import grid_neighbours
from tanheng.errors import InputError
from tanheng.land.work import all_finished
from tanheng.language import mark_name, tr
from tanheng.stages.statistics.findings import (
    Findings,
    Layer,
    Mask,
    Row,
    layer,
    note,
    table_rows,
    together,
    work_of,
)
from tanheng.stages.statistics.statistic import CellStatistic, Subject, values_of
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.tables.balance_columns import balance_columns

#: Kinds of change of the balance, in the order of the spots of Gi*, which compares with the mean change: where all got worse, a place
#: that got less worse is better than the mean.
CHANGES = (
    mark_name("not significant"),
    mark_name("better than the mean change"),
    mark_name("worse than the mean change"),
)


def hot_spots(subject: Subject) -> Findings:
    """Hot and cold spots of the change of the balance between neighbouring years."""
    cells = subject.land.cells
    works = [work_of(cells, partial(_of_pair, subject, *pair), "hot spots", *pair) for pair in pairwise(subject.years)]
    return together(all_finished(cells, works, subject.step))


HOT_SPOTS = CellStatistic(
    "hot spots", hot_spots, lambda years: years - 1, lambda settings: settings.hot_spots, {"balance_hot_spot": CHANGES}
)


def _of_pair(subject: Subject, first: int, last: int) -> Findings:
    findings = _period(subject, first, last)
    subject.step()
    return findings


def _period(subject: Subject, first: int, last: int) -> Findings:
    balance = subject.compared.balance
    period = f"{first}-{last}"
    try:
        kinds = _kinds(subject, subject.whole(balance, last) - subject.whole(balance, first))
    except InputError as error:
        return note(tr("hot spots of {period} are left out: {error}", period=period, error=error))
    total = values_of(balance, last) - values_of(balance, first)
    column = balance_columns(subject.compared.mode).balance_change
    findings = layer("balance_hot_spot", period, kinds >= 0, kinds[kinds >= 0])
    findings += table_rows("balance_hot_spots", _region_rows(period, kinds, subject.area_km2, total, column))
    for zones in subject.layers.values():
        findings += table_rows("balance_hot_spots_by_zone", _zone_rows(period, zones, kinds, subject.area_km2))
    return findings


def _kinds(subject: Subject, change: Layer) -> Layer:
    """Number of the kind of change of each cell; -1 where it is not known."""
    settings, mask = subject.settings, np.isfinite(change)
    near = grid_neighbours(mask, rook=settings.neighbours == "rook")
    spots = getis_ord(change[mask], near, settings.permutations, settings.seed, settings.false_discovery_rate)
    kinds = np.full(mask.shape, -1.0)
    kinds[mask] = spots.kind
    return kinds


def _region_rows(period: str, kinds: Layer, area: Layer, total: Layer, column: str) -> Iterator[Row]:
    known = float(area[kinds >= 0].sum())
    for number, name in enumerate(CHANGES):
        inside = kinds == number
        yield {
            "period": period,
            "kind": name,
            "cells": int(inside.sum()),
            "area_km2": float(area[inside].sum()),
            "area_share": float(area[inside].sum()) / known,
            "area_share_of_it_that_fell": _fallen(area, inside, total),
            column: float(total[inside].sum()),
        }


def _fallen(area: Layer, inside: Mask, total: Layer) -> float:
    """Share of the area of some cells whose balance fell."""
    held = float(area[inside].sum())
    return float(area[inside & (total < 0)].sum()) / held if held else math.nan


def _zone_rows(period: str, zones: ZoneLayer, kinds: Layer, area: Layer) -> Iterator[Row]:
    known, better, worse = (
        np.asarray(zones.of_zones @ (area * chosen).ravel()).ravel() for chosen in (kinds >= 0, kinds == 1, kinds == 2)
    )
    for unit, (code, name) in enumerate(zip(zones.ids, zones.names, strict=True)):
        if known[unit] > 0:
            yield {
                "period": period,
                "zone_layer": zones.label,
                "zone": code,
                "name": name,
                "area_km2": float(known[unit]),
                "area_share_worse_than_mean": float(worse[unit] / known[unit]),
                "area_share_better_than_mean": float(better[unit] / known[unit]),
            }
