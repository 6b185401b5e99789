"""A land series: the shares of land classes of each cell by year, whether counted from maps, planned or simulated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.cells import CellStore, HeldCells
from tanheng.land.moved import Moved, keep_conversions, moved_land
from tanheng.land.region import in_region

Shares = NDArray[np.float64]
Origin = Literal["counted", "planned", "simulated"]

#: Names of the layers of a series: part of a cell that is a class, by year and class; and part of it that has data, by year.
_SHARE, _COVERED = "series_share", "series_covered"


@dataclass(frozen=True)
class LandSeries:
    """Land of the cells of a grid by year, in the region.

    Attributes
    ----------
    grid : Grid
    classes : tuple of str
    years : tuple of int
        In ascending order.
    fraction : numpy.ndarray, shape (rows, columns), 1
        Part of each cell in the region.
    cells : CellStore
        Keeps the shares.
    moved : mapping of (int, int) to Moved
        By pair of years: land that went from class to class. A pair is absent where it was not observed.
    pixel_m : mapping of int to float
        Side of the pixels that the shares of a year were counted from, m; empty where no map was counted.
    overfull : float
        By how much the fullest cell holds more land than it is large, 1.
    scenario : str
        Name of the scenario that a planned or simulated series follows.
    """

    grid: Grid
    classes: tuple[str, ...]
    years: tuple[int, ...]
    fraction: Shares
    cells: CellStore
    moved: Mapping[tuple[int, int], Moved] = field(default_factory=dict)
    pixel_m: Mapping[int, float] = field(default_factory=dict)
    overfull: float = 0.0
    origin: Origin = "counted"
    scenario: str = ""

    @property
    def region_km2(self) -> float:
        """Area of the region."""
        return float(self.fraction.sum()) * self.grid.cell_area_km2

    def share(self, year: int, rows: slice = slice(None)) -> Shares:
        """Part of each cell that is each class in a year, shape (classes, rows, columns); 0 where there are no data."""
        return np.stack([self.class_share(year, name, rows) for name in self.classes])

    def class_share(self, year: int, land_class: str, rows: slice = slice(None)) -> Shares:
        """Part of each cell that is a class in a year, shape (rows, columns); 0 where there are no data."""
        return self.cells.layer(_SHARE, year, land_class, rows=rows)

    def covered(self, year: int, rows: slice = slice(None)) -> Shares:
        """Part of each cell that has data in a year, shape (rows, columns)."""
        return self.cells.layer(_COVERED, year, rows=rows)

    def missing_km2(self, year: int) -> float:
        """Area of the region without data in a year; 0 where it is rounding."""
        missing = self.region_km2 - float(self.covered(year).sum()) * self.grid.cell_area_km2
        return missing if abs(missing) > 1e-9 * self.region_km2 else 0.0


def keep_shares(
    cells: CellStore, classes: tuple[str, ...], year: int, shares: Shares, row: int = 0, column: int = 0
) -> None:
    """Keep shares in the region of a rectangle of cells, shape (classes, some rows, some columns)."""
    for name, share in zip(classes, shares, strict=True):
        cells.put_part(share, row, column, _SHARE, year, name)
    cells.put_part(shares.sum(axis=0), row, column, _COVERED, year)


def series_of_arrays(
    grid: Grid,
    classes: tuple[str, ...],
    fraction: Shares,
    shares: Mapping[int, Shares],
    moved: Mapping[tuple[int, int], Shares] | None = None,
    pixel_m: Mapping[int, float] | None = None,
) -> LandSeries:
    """Land series of arrays in memory.

    Parameters
    ----------
    shares : mapping of int to numpy.ndarray, shape (classes, rows, columns), 1
        By year: part of each cell that is the class.
    moved : mapping of (int, int) to numpy.ndarray, shape (classes, classes, rows, columns), 1
        By pair of years: part of each cell that went from a class to another.
    """
    cells, here = HeldCells(grid), {}
    for year, share in shares.items():
        here[year] = in_region(share, fraction)
        keep_shares(cells, classes, year, here[year])
    pairs = {}
    for pair, land in (moved or {}).items():
        inside = in_region(land, fraction)
        keep_conversions(cells, inside, pair)
        pairs[pair] = moved_land(inside, here[pair[0]], here[pair[1]])
    overfull = max(0.0, *(float(share.sum(axis=0).max()) - 1.0 for share in shares.values()))
    return LandSeries(grid, classes, tuple(sorted(shares)), fraction, cells, pairs, pixel_m or {}, overfull)


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
