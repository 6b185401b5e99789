"""Laws that every run must meet; each stands in run.json with its figure, and one that fails stops the run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from tanheng.errors import SelfCheckError
from tanheng.grid import Grid
from tanheng.language import tr
from tanheng.stages.demand import People
from tanheng.stages.land import Land, LandChange
from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class SelfCheck:
    """A law, how far a run is from it, and how far it may be."""

    name: str
    meaning: str
    value: float
    limit: float

    @property
    def holds(self) -> bool:
        """Whether the law holds."""
        return bool(np.isfinite(self.value)) and self.value <= self.limit


def refuse_failed(checks: list[SelfCheck]) -> None:
    """Stop the run where a law does not hold.

    Raises
    ------
    SelfCheckError
        The laws that fail, with their figures.
    """
    failed = [check for check in checks if not check.holds]
    if failed:
        lines = [
            tr(
                "{name} is {value:.3g}, at most {limit:g} is allowed ({meaning})",
                name=check.name,
                value=check.value,
                limit=check.limit,
                meaning=check.meaning,
            )
            for check in failed
        ]
        raise SelfCheckError(
            tr("a self-check failed, so no results were written; please report this: ") + "; ".join(lines)
        )


def land_checks(land: Land, grid: Grid, by_class: pd.DataFrame, coverage: pd.DataFrame) -> list[SelfCheck]:
    """Class areas sum to the region and no cell is overfull; transitions meet the class areas and the change."""
    region = float(land.fraction.sum()) * grid.cell_area_km2
    sums = by_class.groupby("year")["area_km2"].sum()
    missing = coverage.set_index("year")["missing_km2"]
    gap = max(abs(float(sums[year]) + max(float(missing[year]), 0.0) - region) for year in sums.index) / region
    meaning = tr(
        "areas of classes and missing land sum to the region, and no cell holds more land than it is large, relative"
    )
    found = [SelfCheck("class_areas", meaning, max(gap, land.overfull), 1e-9)]
    if land.changes:
        stock = float(by_class.groupby("year")["stock_t_c"].sum().max()) or 1.0
        worst = max(
            abs(float(change.by_transition.sum()) - float(change.stock_change.sum()) * change.years)
            for change in land.changes
        )
        found.append(
            SelfCheck(
                "transitions",
                tr("transitions sum to the change of the stock, relative to the stock"),
                worst / stock,
                1e-9,
            )
        )
        margins = max(_margin_gap(change, by_class, coverage) for change in land.changes) / region
        found.append(
            SelfCheck(
                "transition_areas",
                tr("transitions sum to the class areas of years that lose no land, relative"),
                margins,
                1e-9,
            )
        )
    return found


def _margin_gap(change: LandChange, by_class: pd.DataFrame, coverage: pd.DataFrame) -> float:
    """Largest gap between a class's area and its transitions, km2, in the years that the change covers wholly."""
    known = coverage.set_index("year")["with_data_km2"]
    areas = by_class.set_index(["year", "land_class"])["area_km2"]
    worst = 0.0
    for year, other in ((change.first, "to_class"), (change.last, "from_class")):
        if abs(float(known[year]) - change.common_km2) <= 1e-9 * change.common_km2:
            sums = change.area.sum(other).values / HA_PER_KM2
            worst = max(worst, float(np.abs(sums - areas[year].to_numpy()).max()))
    return worst


def zone_checks(by_zone: pd.DataFrame, by_class: pd.DataFrame) -> list[SelfCheck]:
    """Zones sum to the region."""
    totals = by_class.groupby("year")["stock_t_c"].sum()
    found = []
    for layer, rows in by_zone.groupby("zone_layer"):
        sums = rows.groupby("year")["stock_t_c"].sum()
        gap = max(abs(float(sums[year] - totals[year])) / (float(totals[year]) or 1.0) for year in totals.index)
        found.append(
            SelfCheck(
                f"zones_{layer}",
                tr("stocks of the layer '{layer}' and what is outside sum to the region, relative", layer=layer),
                gap,
                1e-9,
            )
        )
    return found


def demand_closure(people: People, *, keeps_mass: bool) -> tuple[dict[int, float], list[SelfCheck]]:
    """Sum of demand over emissions by year; a law where the allocation keeps mass."""
    closure = {}
    for year, total in people.totals.items():
        allocated = float(people.demand.sel(year=year).sum())
        closure[year] = allocated / total if total else 1.0
    worst = max(abs(value - 1.0) for value in closure.values())
    law = (
        [SelfCheck("demand_closure", tr("demand of all cells is the emissions of the region, relative"), worst, 1e-9)]
        if keeps_mass
        else []
    )
    return closure, law


def identity_check(gap: float) -> SelfCheck:
    """Correlation of the ratio follows from those of supply and demand."""
    return SelfCheck(
        "correlation_identity",
        tr("correlation of the ratio follows from those of supply and demand, largest gap"),
        gap,
        1e-9,
    )
