"""A statistic of cells: what it looks at, and how it is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.stages.balance import Balance, as_whole_cells
from tanheng.stages.found import Found
from tanheng.stages.land.stock import Land
from tanheng.stages.statistics.findings import Findings
from tanheng.stages.zone_layers import ZoneLayer
from tanheng.study import Analysis

Layer = NDArray[np.float64]


@dataclass(frozen=True)
class Subject:
    """What a statistic of cells looks at.

    Attributes
    ----------
    land : Land
    compared : Balance
    layers : mapping of str to ZoneLayer
    settings : Analysis
    step : callable
        Called after each year or period, so that progress is shown.
    """

    land: Land
    compared: Balance
    layers: Mapping[str, ZoneLayer]
    settings: Analysis
    step: Callable[[], None]

    @property
    def years(self) -> tuple[int, ...]:
        """Years that have a balance."""
        return self.compared.years

    @property
    def area_km2(self) -> Layer:
        """Area of each cell in the region, shape (rows, columns), km2."""
        return np.asarray(self.land.fraction.values, float) * self.land.grid.cell_area_km2

    def whole(self, variable: xr.DataArray, year: int) -> Layer:
        """A variable of a year, its cells on the border of the region as if they were whole, shape (rows, columns)."""
        return values_of(as_whole_cells(variable, self.land), year)


def values_of(variable: xr.DataArray, year: int) -> Layer:
    """Values of a year, shape (rows, columns)."""
    return np.asarray(variable.sel(year=year).values, float)


def _always(settings: Analysis) -> bool:  # noqa: ARG001  the signature of `wanted`
    return True


@dataclass(frozen=True)
class CellStatistic:
    """A statistic of cells.

    Attributes
    ----------
    name : str
    compute : callable
        Findings of a subject; it calls the subject's step as often as `steps` says.
    steps : callable
        Number of steps for a number of years.
    wanted : callable
        Whether a study's [analysis] asks for it.
    kinds : mapping of str to tuple of str
        Names of the kinds, in their order, of the variables whose values are kinds.
    """

    name: str
    compute: Callable[[Subject], Findings]
    steps: Callable[[int], int]
    wanted: Callable[[Analysis], bool] = _always
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def found(self, subject: Subject) -> Found:
        """Tables and variables of a subject."""
        return self.compute(subject).found(subject.land.cells, self.kinds)
