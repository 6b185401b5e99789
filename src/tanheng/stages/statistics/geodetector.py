"""Stage: geographical detector of supply, demand and ratio."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tanheng.analysis import (
    Discretisations,
    ecological_detector,
    factor_detector,
    interaction_detector,
    risk_detector,
    search_p_on_maps,
)
from tanheng.analysis.geodetector import RiskDifference, Strata
from tanheng.analysis.optimal import Candidate
from tanheng.errors import InputError
from tanheng.land.pools import default_workers
from tanheng.language import tr
from tanheng.stages.statistics.findings import Findings, Row, note, table_rows
from tanheng.stages.statistics.variables import OnCells
from tanheng.study import Analysis

#: Cells that must know all variables and drivers.
_FEWEST_CELLS = 10


#: Threads that draw random maps at the most: each holds one of four times the cells.
_MOST_THREADS = 4


def random_threads() -> int:
    """Threads that draw random maps side by side."""
    return min(default_workers(), _MOST_THREADS)


class Detector:
    """Geographical detector over the years of a study; ways to cut a driver are worked out once for each mask.

    Parameters
    ----------
    settings : Analysis
    step : callable
        Called after each variable of each year.
    """

    def __init__(self, settings: Analysis, step: Callable[[], None]) -> None:
        self.settings, self.step = settings, step
        self._ways: dict[bytes, Discretisations] = {}

    def year(self, year: int, variables: list[OnCells], drivers: list[OnCells]) -> Findings:
        """Findings of a year, over the cells that know all variables and all drivers."""
        known = np.asarray(np.isfinite(np.stack([item.values for item in (*variables, *drivers)])).all(axis=0))
        cells = int(known.sum())
        if cells < _FEWEST_CELLS:
            return note(
                tr(
                    "geodetector {year}: only {count} cells know all variables and drivers; left out",
                    year=year,
                    count=cells,
                )
            )
        ways, found = {}, Findings()
        for driver in drivers:
            try:
                ways[driver.name] = self._cut(driver.values[known])
            except InputError as error:
                found += note(
                    tr(
                        "geodetector {year}: driver {name} is left out: {error}",
                        year=year,
                        name=driver.name,
                        error=error,
                    )
                )
        kept = [driver for driver in drivers if driver.name in ways]
        searched = []
        for variable in variables:
            try:
                best = [ways[driver.name].best(variable.values[known]) for driver in kept]
                searched.append((variable, best))
            except InputError as error:
                found += note(
                    tr("geodetector {year}: {name} is left out: {error}", year=year, name=variable.name, error=error)
                )
        if kept and searched:
            chances = self._chances(searched, known, [ways[driver.name] for driver in kept])
            for (variable, best), chance in zip(searched, chances, strict=True):
                cut = _Cut(kept, best, [ways[driver.name] for driver in kept])
                found += _variable(year, variable, cut, chance, known)
        for _ in variables:
            self.step()
        return found

    def _chances(
        self, searched: list[tuple[OnCells, list[Candidate]]], known: NDArray[np.bool_], ways: list[Discretisations]
    ) -> NDArray[np.float64]:
        """p-value of each variable and driver."""
        observed = np.array([[item.q for item in best] for _, best in searched])
        values = [variable.values for variable, _ in searched]
        maps, seed = self.settings.random_maps, self.settings.seed
        return search_p_on_maps(observed, values, known, ways, maps, seed, random_threads())

    def _cut(self, driver: NDArray[np.float64]) -> Discretisations:
        key = driver.tobytes()
        if key not in self._ways:
            few, most = self.settings.classes
            self._ways[key] = Discretisations(driver, self.settings.breaks, range(few, most + 1))
        return self._ways[key]


@dataclass(frozen=True)
class _Cut:
    """Drivers, the best way to cut each of them, and all ways that were compared."""

    drivers: list[OnCells]
    best: list[Candidate]
    ways: list[Discretisations]


def _variable(
    year: int, variable: OnCells, cut: _Cut, chances: NDArray[np.float64], known: NDArray[np.bool_]
) -> Findings:
    """Findings on one variable of a year."""
    y, drivers, best = variable.values[known], cut.drivers, cut.best
    labels = [way.strata(one, driver.values[known]) for way, one, driver in zip(cut.ways, best, drivers, strict=True)]
    place = {"year": year, "variable": variable.name}
    findings = Findings()
    for driver, one, strata, chance in zip(drivers, best, labels, chances, strict=True):
        at = place | {"driver": driver.name}
        findings += table_rows("geodetector", [place | _factor_row(y, driver, one, strata, float(chance))])
        findings += table_rows("geodetector_strata", _strata_rows(at, y, one, strata, driver.values[known]))
        findings += table_rows("geodetector_risk", (at | _risk_row(item) for item in risk_detector(y, strata)))
    pairs = combinations(range(len(drivers)), 2)
    return findings + table_rows(
        "geodetector_interaction",
        (
            place | _interaction_row(y, (drivers[one].name, drivers[two].name), (labels[one], labels[two]))
            for one, two in pairs
        ),
    )


def _strata_rows(
    place: Row, y: NDArray[np.float64], one: Candidate, strata: Strata, driver: NDArray[np.float64]
) -> Iterator[Row]:
    edges = [float(driver.min()), *map(float, one.breaks), float(driver.max())]
    for number in np.unique(strata):
        inside = strata == number
        yield {
            **place,
            "stratum": int(number) + 1,
            "above": edges[number],
            "up_to": edges[number + 1],
            "cells": int(inside.sum()),
            "mean": float(y[inside].mean()),
        }


def _risk_row(item: RiskDifference) -> dict[str, object]:
    return {
        "stratum_1": item.first + 1,
        "stratum_2": item.second + 1,
        "mean_1": item.mean_first,
        "mean_2": item.mean_second,
        "t": item.t,
        "p_if_independent": item.p,
    }


def _factor_row(
    y: NDArray[np.float64], driver: OnCells, best: Candidate, strata: Strata, chance: float
) -> dict[str, object]:
    factor = factor_detector(y, strata)
    return {
        "driver": driver.name,
        "q": factor.q,
        "p": chance,
        "p_if_independent": factor.p,
        "method": best.method,
        "classes": factor.strata,
        "breaks": " ".join(f"{value:.6g}" for value in best.breaks),
        "n": factor.n,
        "support_km": round(driver.support_km, 3),
    }


def _interaction_row(
    y: NDArray[np.float64], names: tuple[str, str], labels: tuple[Strata, Strata]
) -> dict[str, object]:
    interaction = interaction_detector(y, *labels)
    f, p = ecological_detector(y, *labels)
    return {
        "driver_1": names[0],
        "driver_2": names[1],
        "q_1": interaction.q_first,
        "q_2": interaction.q_second,
        "q_both": interaction.q_both,
        "interaction": interaction.kind,
        "ecological_f": f if math.isfinite(f) else math.nan,
        "ecological_p_if_independent": p,
    }
