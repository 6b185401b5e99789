"""Stage: correlation of supply, demand and ratio with the drivers, tested on the support of the coarser of the two."""

from __future__ import annotations

import math
from collections.abc import Callable
from hashlib import blake2b

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.analysis import GridLags, ModifiedTest, identity_gap, modified_test, pearson, ranks, residuals
from tanheng.analysis.effective_size import Correlogram
from tanheng.analysis.support import block_means, block_size
from tanheng.errors import InputError
from tanheng.stages.statistics.variables import OnCells

COLUMNS = (
    "year", "method", "variable", "driver", "r", "n", "p_naive", "support_km", "r_support", "n_support",
    "effective_n", "p", "controls",
)  # fmt: skip

#: A control that goes with a variable as closely as this is the variable itself, as population is of demand.
_SAME = 0.999

Grid = NDArray[np.float64]


def _digest(values: NDArray[np.generic]) -> bytes:
    return blake2b(np.ascontiguousarray(values).tobytes() + str(values.shape).encode()).digest()


class _Correlograms:
    """Correlograms of maps, worked out once for each map and mask."""

    def __init__(self) -> None:
        self._lags: dict[bytes, GridLags] = {}
        self._found: dict[tuple[bytes, bytes], Correlogram] = {}

    def effective_size(self, first: Grid, second: Grid) -> float:
        """Effective size of the correlation of two maps; NaN where it can't be told."""
        mask = np.isfinite(first) & np.isfinite(second)
        key = _digest(mask)
        try:
            if key not in self._lags:
                self._lags[key] = GridLags(mask)
            lags = self._lags[key]
            return lags.effective_size(*(self._one(key, lags, item) for item in (first, second)))
        except InputError:  # too few cells, or a map that does not vary: then r is NaN as well
            return math.nan

    def _one(self, key: bytes, lags: GridLags, values: Grid) -> Correlogram:
        name = (key, _digest(values))
        if name not in self._found:
            self._found[name] = lags.correlogram(values)
        return self._found[name]


def correlation_rows(
    year: int,
    variables: list[OnCells],
    drivers: list[OnCells],
    methods: tuple[str, ...],
    controls: tuple[str, ...],
    resolution_km: float,
    step: Callable[[], None],
) -> list[dict[str, object]]:
    """Rows of the correlation table for a year; `step` is called after each pair.

    r is taken over cells; the test on means over blocks of the coarser support, with the effective size there.
    """
    known, rows = _Correlograms(), []
    for driver in drivers:
        for variable in variables:
            support = max(driver.support_km, variable.support_km)
            for method in methods:
                others = _controls(variable, driver, drivers, controls) if method == "partial" else []
                reach = max([support, *(item.support_km for item in others)])
                size = block_size(reach, resolution_km)
                at_cells = _pair(method, variable, driver, others, 1)
                coarse = at_cells if size == 1 else _pair(method, variable, driver, others, size)
                test = _tested(coarse, known, len(others))
                r, n = pearson(*(item.ravel() for item in at_cells))
                naive = modified_test(r, n, float(n), len(others)).p
                rows.append(
                    dict(
                        zip(
                            COLUMNS,
                            (year, method, variable.name, driver.name, r, n, naive, round(reach, 3), test.r, test.n,
                             test.effective_size, test.p, " ".join(item.name for item in others)),
                            strict=True,
                        )
                    )
                )  # fmt: skip
            step()
    return rows


def _controls(variable: OnCells, driver: OnCells, drivers: list[OnCells], asked: tuple[str, ...]) -> list[OnCells]:
    """Controls of a partial correlation: those asked for, or all other drivers, without any that is one of the pair."""
    others = [item for item in drivers if item.name != driver.name and (not asked or item.name in asked)]
    pair = (variable.values.ravel(), driver.values.ravel())
    return [item for item in others if all(not abs(pearson(item.values.ravel(), values)[0]) > _SAME for values in pair)]


def _pair(method: str, variable: OnCells, driver: OnCells, others: list[OnCells], size: int) -> tuple[Grid, Grid]:
    """Both maps on blocks, over the cells that both know; as ranks, or as what controls leave of them."""
    first, second, *controls = (block_means(item.values, size) for item in (variable, driver, *others))
    known = np.isfinite(np.stack([first, second, *controls])).all(axis=0)
    first, second = np.where(known, first, np.nan), np.where(known, second, np.nan)
    if method == "spearman":
        return ranks(first), ranks(second)
    if method == "partial" and controls:
        flat = np.stack([item.ravel() for item in controls])
        try:
            left = [residuals(item.ravel(), flat).reshape(first.shape) for item in (first, second)]
        except InputError:  # fewer cells than controls
            left = [np.full(first.shape, np.nan)] * 2
        return left[0], left[1]
    return first, second


def _tested(pair: tuple[Grid, Grid], known: _Correlograms, controls: int) -> ModifiedTest:
    r, n = pearson(pair[0].ravel(), pair[1].ravel())
    return modified_test(r, n, known.effective_size(*pair), controls)


def worst_identity_gap(variables: list[OnCells], drivers: list[OnCells]) -> float:
    """Largest gap of the identity that ties the correlations of supply, demand and ratio together."""
    by_name = {item.name: item.values.ravel() for item in variables}
    gaps = [
        identity_gap(by_name["supply"], by_name["demand"], by_name["supply_demand_ratio"], driver.values.ravel())
        for driver in drivers
    ]
    return max((gap for gap in gaps if math.isfinite(gap)), default=0.0)


def correlation_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Table of all years; the columns of partial correlation only where it was asked for."""
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table if (table["method"] == "partial").any() else table.drop(columns="controls")
