"""Stage: geographical detector of supply, demand and ratio."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.analysis import (
    Discretisations,
    ecological_detector,
    factor_detector,
    interaction_detector,
    risk_detector,
    search_p,
    surrogates,
)
from tanheng.analysis.geodetector import Strata
from tanheng.analysis.optimal import Candidate
from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.stages.statistics.variables import OnCells
from tanheng.study import Analysis


@dataclass
class Detected:
    """Rows of the tables of the geographical detector, and what was left out."""

    factors: list[dict[str, object]] = field(default_factory=list)
    interactions: list[dict[str, object]] = field(default_factory=list)
    strata: list[dict[str, object]] = field(default_factory=list)
    risks: list[dict[str, object]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables that have rows."""
        named = {
            "geodetector": self.factors,
            "geodetector_interaction": self.interactions,
            "geodetector_strata": self.strata,
            "geodetector_risk": self.risks,
        }
        return {name: pd.DataFrame(rows) for name, rows in named.items() if rows}


class Detector:
    """Geographical detector over the years of a study; ways to cut a driver are worked out once for each mask."""

    def __init__(self, asked: Analysis, step: Callable[[], None]) -> None:
        self.asked = asked
        self.step = step
        self.found = Detected()
        self._ways: dict[bytes, Discretisations] = {}

    def year(self, year: int, variables: list[OnCells], drivers: list[OnCells]) -> None:
        """Detect in one year, over the cells that know all variables and all drivers."""
        known = np.asarray(np.isfinite(np.stack([item.values for item in (*variables, *drivers)])).all(axis=0))
        if known.sum() < 10:
            self.found.notes.append(
                tr(
                    "geodetector {year}: only {count} cells know all variables and drivers; left out",
                    year=year,
                    count=int(known.sum()),
                )
            )
            return
        ways = {}
        for driver in drivers:
            try:
                ways[driver.name] = self._cut(driver.values[known])
            except InputError as error:
                self.found.notes.append(
                    tr(
                        "geodetector {year}: driver {name} is left out: {error}",
                        year=year,
                        name=driver.name,
                        error=error,
                    )
                )
        kept = [driver for driver in drivers if driver.name in ways]
        for variable in variables:
            if kept:
                self._variable(year, variable, kept, [ways[driver.name] for driver in kept], known)
            self.step()

    def _cut(self, driver: NDArray[np.float64]) -> Discretisations:
        key = driver.tobytes()
        if key not in self._ways:
            few, most = self.asked.classes
            self._ways[key] = Discretisations(driver, self.asked.breaks, range(few, most + 1))
        return self._ways[key]

    def _variable(
        self,
        year: int,
        variable: OnCells,
        drivers: list[OnCells],
        ways: list[Discretisations],
        known: NDArray[np.bool_],
    ) -> None:
        y = variable.values[known]
        try:
            best = [item.best(y) for item in ways]
        except InputError as error:
            self.found.notes.append(
                tr("geodetector {year}: {name} is left out: {error}", year=year, name=variable.name, error=error)
            )
            return
        drawn = surrogates(variable.values, known, self.asked.random_maps, self.asked.seed)
        p = search_p(np.array([item.q for item in best]), drawn, ways)
        labels = [way.strata(one, driver.values[known]) for way, one, driver in zip(ways, best, drivers, strict=True)]
        place = {"year": year, "variable": variable.name}
        for driver, one, strata, chance in zip(drivers, best, labels, p, strict=True):
            self.found.factors.append(place | _factor_row(y, driver, one, strata, float(chance)))
            self._strata(place | {"driver": driver.name}, y, one, strata, driver.values[known])
        for first, second in combinations(range(len(drivers)), 2):
            names, pair = (drivers[first].name, drivers[second].name), (labels[first], labels[second])
            self.found.interactions.append(place | _interaction_row(y, names, pair))

    def _strata(
        self,
        place: dict[str, object],
        y: NDArray[np.float64],
        one: Candidate,
        strata: Strata,
        driver: NDArray[np.float64],
    ) -> None:
        edges = [float(driver.min()), *map(float, one.breaks), float(driver.max())]
        for number in np.unique(strata):
            inside = strata == number
            self.found.strata.append(
                place
                | {
                    "stratum": int(number) + 1,
                    "above": edges[number],
                    "up_to": edges[number + 1],
                    "cells": int(inside.sum()),
                    "mean": float(y[inside].mean()),
                }
            )
        for item in risk_detector(y, strata):
            self.found.risks.append(
                place
                | {
                    "stratum_1": item.first + 1,
                    "stratum_2": item.second + 1,
                    "mean_1": item.mean_first,
                    "mean_2": item.mean_second,
                    "t": item.t,
                    "p_if_independent": item.p,
                }
            )


def _factor_row(
    y: NDArray[np.float64], driver: OnCells, best: Candidate, strata: Strata, chance: float
) -> dict[str, object]:
    found = factor_detector(y, strata)
    return {
        "driver": driver.name,
        "q": found.q,
        "p": chance,
        "p_if_independent": found.p,
        "method": best.method,
        "classes": found.strata,
        "breaks": " ".join(f"{value:.6g}" for value in best.breaks),
        "n": found.n,
        "support_km": round(driver.support_km, 3),
    }


def _interaction_row(
    y: NDArray[np.float64], names: tuple[str, str], labels: tuple[Strata, Strata]
) -> dict[str, object]:
    found = interaction_detector(y, *labels)
    f, p = ecological_detector(y, *labels)
    return {
        "driver_1": names[0],
        "driver_2": names[1],
        "q_1": found.q_first,
        "q_2": found.q_second,
        "q_both": found.q_both,
        "interaction": found.kind,
        "ecological_f": f if math.isfinite(f) else math.nan,
        "ecological_p_if_independent": p,
    }
