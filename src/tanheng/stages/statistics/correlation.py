"""Stage: correlation of supply, demand and ratio with the drivers, tested on the support of the coarser of the two."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.analysis import identity_gap, modified_test, pearson, ranks, residuals
from tanheng.analysis.correlograms import Correlograms
from tanheng.analysis.support import block_means, block_size
from tanheng.errors import InputError
from tanheng.stages.statistics.variables import OnCells

COLUMNS = (
    "year", "method", "variable", "driver", "r", "n", "p_naive", "support_km", "r_support", "n_support",
    "effective_n", "p", "controls",
)  # fmt: skip

#: A control that goes with a variable as closely as this is the variable itself, as population is of demand.
_SAME = 0.999

#: Bytes of the ranks that are held.
_RANK_BYTES = 2**27

Grid = NDArray[np.float64]


@dataclass(frozen=True)
class Request:
    """What correlations a study asks for.

    Attributes
    ----------
    methods : tuple of str
    controls : tuple of str
        Drivers that partial correlations control for; all others where none is named.
    resolution_km : float
        Side of a cell.
    """

    methods: tuple[str, ...]
    controls: tuple[str, ...]
    resolution_km: float


class YearlyCorrelation:
    """Correlations of the years of a study, one year after the other; what years share is worked out once.

    Parameters
    ----------
    request : Request
    step : callable
        Called after each pair of a variable and a driver.
    """

    def __init__(self, request: Request, step: Callable[[], None]) -> None:
        self.request, self.step = request, step
        self._known, self._ranks = Correlograms(), _Ranks()

    def rows(self, year: int, variables: list[OnCells], drivers: list[OnCells]) -> list[dict[str, object]]:
        """Rows of the correlation table for a year.

        r is taken over cells; the test on means over blocks of the coarser support, with the effective size there.
        """
        self._tied: dict[tuple[str, str], bool] = {}
        self._means: dict[tuple[str, int], Grid] = {}
        rows = {}
        for method in self.request.methods:
            for driver in drivers:
                for variable in variables:
                    others = self._controls(variable, driver, drivers) if method == "partial" else []
                    rows[driver.name, variable.name, method] = self._row(year, method, variable, driver, others)
                    if method == self.request.methods[-1]:
                        self.step()
            self._known.forget(year, method)
        methods = self.request.methods
        return [
            rows[driver.name, variable.name, method]
            for driver in drivers
            for variable in variables
            for method in methods
        ]

    def _row(
        self, year: int, method: str, variable: OnCells, driver: OnCells, others: list[OnCells]
    ) -> dict[str, object]:
        reach = max(item.support_km for item in (driver, variable, *others))
        size = block_size(reach, self.request.resolution_km)
        at_cells = self._pair(method, variable, driver, others, 1)
        coarse = at_cells if size == 1 else self._pair(method, variable, driver, others, size)
        one, other = (
            None if method == "partial" else (item.year, item.name, method, size) for item in (variable, driver)
        )
        test = self._known.test(*coarse, one, other, len(others))
        r, n = (test.r, test.n) if size == 1 else pearson(*(item.ravel() for item in at_cells))
        naive = modified_test(r, n, float(n), len(others)).p
        controls = " ".join(item.name for item in others)
        values = (
            year, method, variable.name, driver.name, r, n, naive, round(reach, 3), test.r, test.n, test.effective_size,
            test.p, controls,
        )  # fmt: skip
        return dict(zip(COLUMNS, values, strict=True))

    def _controls(self, variable: OnCells, driver: OnCells, drivers: list[OnCells]) -> list[OnCells]:
        """Controls of a partial correlation: those asked for, or all other drivers, without any that is one of the pair."""
        controls = self.request.controls
        others = [item for item in drivers if item.name != driver.name and (not controls or item.name in controls)]
        return [item for item in others if not any(self._is_one(item, other) for other in (variable, driver))]

    def _is_one(self, first: OnCells, second: OnCells) -> bool:
        """Whether two variables go together so closely that they are one."""
        key = first.name, second.name
        if key not in self._tied:
            self._tied[key] = abs(pearson(first.values.ravel(), second.values.ravel())[0]) > _SAME
        return self._tied[key]

    def _blocks(self, item: OnCells, size: int) -> Grid:
        """Means of a variable over blocks, worked out once a year."""
        if size == 1:
            return item.values
        key = item.name, size
        if key not in self._means:
            self._means[key] = block_means(item.values, size)
        return self._means[key]

    def _pair(
        self, method: str, variable: OnCells, driver: OnCells, others: list[OnCells], size: int
    ) -> tuple[Grid, Grid]:
        """Both maps on blocks, over the cells that both know; as ranks, or as what controls leave of them."""
        first, second, *controls = (self._blocks(item, size) for item in (variable, driver, *others))
        known = np.isfinite(first) & np.isfinite(second)
        for control in controls:
            known &= np.isfinite(control)
        if method == "spearman":
            return self._ranks.of(first, known, (variable, size)), self._ranks.of(second, known, (driver, size))
        first, second = np.where(known, first, np.nan), np.where(known, second, np.nan)
        if method == "partial" and controls:
            flat = np.stack([item.ravel() for item in controls])
            try:
                left = residuals(np.stack([first.ravel(), second.ravel()]), flat).reshape(2, *first.shape)
            except InputError:  # fewer cells than controls
                left = np.full((2, *first.shape), np.nan)
            return left[0], left[1]
        return first, second


class _Ranks:
    """Ranks of maps, those that were asked for last."""

    def __init__(self) -> None:
        # Doubled, so that the mean rank of ties is a whole number; 0 where there is none.
        self._found: list[tuple[object, NDArray[np.bool_], NDArray[np.uint32]]] = []

    def of(self, values: Grid, known: NDArray[np.bool_], name: tuple[OnCells, int]) -> Grid:
        """Ranks of the values of the known cells; NaN elsewhere."""
        key = name[0].year, name[0].name, name[1]
        for place, (other, mask, doubled) in enumerate(self._found):
            if other == key and np.array_equal(mask, known):
                self._found.append(self._found.pop(place))
                return np.where(known, doubled / 2.0, np.nan)
        ranked = ranks(np.where(known, values, np.nan))
        self._found.append((key, known, np.nan_to_num(2.0 * ranked).astype(np.uint32)))
        while len(self._found) > 1 and sum(item.nbytes for _, _, item in self._found) > _RANK_BYTES:
            self._found.pop(0)
        return ranked


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
