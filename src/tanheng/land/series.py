"""A land series: the shares of land classes of each cell by year, whether counted from maps, planned or simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.region import in_region

Shares = NDArray[np.float64]
Origin = Literal["counted", "planned", "simulated"]


@dataclass(frozen=True)
class LandSeries:
    """Land of the cells of a grid by year.

    Attributes
    ----------
    grid : Grid
    classes : tuple of str
    fraction : numpy.ndarray, shape (rows, columns), 1
        Part of each cell in the region.
    shares : mapping of int to numpy.ndarray, shape (classes, rows, columns), 1
        By year: part of each cell that is the class; their sum over the classes is the part with data.
    moved : mapping of (int, int) to numpy.ndarray, shape (classes, classes, rows, columns), 1
        By pair of years: part of each cell that went from a class to another. A pair is absent where it was not observed.
    pixel_m : mapping of int to float
        Side of the pixels that the shares of a year were counted from, m; empty where no map was counted.
    scenario : str
        Name of the scenario that a planned or simulated series follows.
    """

    grid: Grid
    classes: tuple[str, ...]
    fraction: Shares
    shares: Mapping[int, Shares]
    moved: Mapping[tuple[int, int], Shares] = field(default_factory=dict)
    pixel_m: Mapping[int, float] = field(default_factory=dict)
    origin: Origin = "counted"
    scenario: str = ""

    @property
    def years(self) -> tuple[int, ...]:
        """Years in ascending order."""
        return tuple(sorted(self.shares))

    @property
    def overfull(self) -> float:
        """By how much the fullest cell holds more land than it is large, 1."""
        return max(max(float(share.sum(axis=0).max()) for share in self.shares.values()) - 1.0, 0.0)

    @property
    def region_km2(self) -> float:
        """Area of the region."""
        return float(self.fraction.sum()) * self.grid.cell_area_km2

    def share(self, year: int) -> Shares:
        """Shares of a year of the part in the region, shape (classes, rows, columns); 0 where there are no data."""
        return in_region(self.shares[year], self.fraction)

    def transitions(self, first: int, last: int) -> Shares | None:
        """Part of each cell that went from each class to each other; none where the two years were not overlaid."""
        moved = self.moved.get((first, last))
        return None if moved is None else in_region(moved, self.fraction)

    def missing_km2(self, year: int) -> float:
        """Area of the region without data in a year; 0 where it is rounding."""
        missing = self.region_km2 - float(self.share(year).sum()) * self.grid.cell_area_km2
        return missing if abs(missing) > 1e-9 * self.region_km2 else 0.0


def year_pairs(years: tuple[int, ...], which: Literal["consecutive", "all"] = "consecutive") -> list[tuple[int, int]]:
    """Pairs of years whose change is reported: neighbours and the whole span, or all.

    Examples
    --------
    >>> year_pairs((1995, 2005, 2015))
    [(1995, 2005), (2005, 2015), (1995, 2015)]
    """
    if which == "all":
        return list(combinations(years, 2))
    return list(dict.fromkeys([*pairwise(years), *([(years[0], years[-1])] if len(years) > 1 else [])]))
