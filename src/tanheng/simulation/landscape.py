"""A landscape: the class of each cell, drivers as codes, zones and protected land; and the bands of rows it is worked on in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.kernels.comparison import count_changes

#: Class of a cell that is outside, or has no data.
OUTSIDE = 255
#: Zone of a cell that lies in none.
NO_ZONE = 65_535
#: Most levels that a driver's values are told apart by; the code after the last of them means that there are no data.
LEVELS = 4096
GAP = LEVELS
#: Cells of a band of rows.
_BAND_CELLS = 2**21

Land = NDArray[np.uint8]
Codes = NDArray[np.uint16]

#: Zones where there are none.
NOWHERE: Codes = np.zeros((0, 0), np.uint16)


@dataclass(frozen=True)
class Driver:
    """A driver on the cells of a landscape.

    Attributes
    ----------
    name : str
    codes : array of uint16, shape (rows, columns)
        Place of the cell's value among `levels`; `GAP` where there are no data.
    levels : array, ascending
        The value of each code, at most `LEVELS` of them.
    earlier : mapping of int to array
        Codes at earlier dates that have values of their own, by the number of the date.
    """

    name: str
    codes: Codes
    levels: NDArray[np.float64]
    earlier: Mapping[int, Codes] = field(default_factory=dict)

    def at(self, date: int) -> Driver:
        """The driver as it was at one of the dates."""
        return replace(self, codes=self.earlier.get(date, self.codes), earlier={})


def levels_of(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Levels that a driver's values are told apart by: each value, or where there are too many, quantiles and even steps, half and half.

    Examples
    --------
    >>> levels_of(np.array([2.0, np.nan, 1.0, 2.0])).tolist()
    [1.0, 2.0]
    """
    known = values[np.isfinite(values)]
    levels = np.unique(known)
    if levels.size <= LEVELS:
        return levels
    quantiles = np.quantile(known, np.linspace(0.0, 1.0, LEVELS // 2))
    return np.unique(np.concatenate([quantiles, np.linspace(levels[0], levels[-1], LEVELS // 2)]))


def as_codes(values: NDArray[np.floating], levels: NDArray[np.float64]) -> Codes:
    """Code of the level nearest to each value; of missing values, which are NaN, `GAP`.

    Examples
    --------
    >>> as_codes(np.array([0.0, 10.0, 5.4, np.nan, 99.0]), np.array([0.0, 5.0, 10.0])).tolist()
    [0, 2, 1, 4096, 2]
    """
    known = np.isfinite(values)
    middles = (levels[1:] + levels[:-1]) / 2.0
    return np.where(known, np.searchsorted(middles, np.where(known, values, 0.0)), GAP).astype(np.uint16)


@dataclass(frozen=True)
class Landscape:
    """Land of one date with what bears on its change.

    Attributes
    ----------
    land : array of uint8, shape (rows, columns)
        Index of the class of each cell; `OUTSIDE` where it has none.
    drivers : tuple of Driver
    zones : array of uint16, shape (rows, columns)
        Index of the zone in which demand must be met; empty where the whole landscape is one.
    fixed : array of uint8, shape (rows, columns)
        1 where land may not change; empty where all may.
    """

    land: Land
    drivers: tuple[Driver, ...] = ()
    zones: Codes = field(default_factory=lambda: NOWHERE)
    fixed: Land = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def with_land(self, land: Land) -> Landscape:
        """The same landscape with land of another date."""
        return replace(self, land=land)


@dataclass(frozen=True)
class Band:
    """Rows of a landscape, with the rows above and below that its windows and distances need.

    Attributes
    ----------
    row, height : int
        First row and number of rows.
    top : int
        Rows of `land` above the first row.
    land : array of uint8, shape (rows with those above and below, columns)
    drivers : tuple of arrays, each (height, columns)
    zones, fixed : arrays, shape (height, columns), or empty
    """

    row: int
    height: int
    top: int
    land: Land
    drivers: tuple[Codes, ...]
    zones: Codes
    fixed: Land

    def cropped(self, classes: int, margin: int) -> tuple[Band, int]:
        """The band without columns that have no class, but for a margin on both sides; and the first column that is left."""
        columns = np.flatnonzero(self.inner.min(axis=0, initial=OUTSIDE) < classes)
        if columns.size == 0:
            return self, 0
        start, stop = max(0, int(columns[0]) - margin), min(self.land.shape[1], int(columns[-1]) + 1 + margin)
        here = (slice(None), slice(start, stop))
        cropped = Band(
            self.row,
            self.height,
            self.top,
            np.ascontiguousarray(self.land[here]),
            tuple(np.ascontiguousarray(codes[here]) for codes in self.drivers),
            np.ascontiguousarray(self.zones[here]) if self.zones.size else self.zones,
            np.ascontiguousarray(self.fixed[here]) if self.fixed.size else self.fixed,
        )
        return cropped, start

    @property
    def inner(self) -> Land:
        """Land of the band itself."""
        return self.land[self.top : self.top + self.height]

    @property
    def first_cell(self) -> int:
        """Number of its first cell in the landscape."""
        return int(self.row * self.land.shape[1])


def bands(landscape: Landscape, margin: int) -> Iterator[Band]:
    """Bands of a landscape from north to south, with `margin` rows above and below as far as there are any."""
    rows, columns = landscape.land.shape
    height = max(1, min(rows, _BAND_CELLS // max(columns, 1)))
    for row in range(0, rows, height):
        yield band(landscape, row, min(height, rows - row), margin)


def band(landscape: Landscape, row: int, height: int, margin: int) -> Band:
    """One band of a landscape."""
    above, stop = max(0, row - margin), min(landscape.land.shape[0], row + height + margin)
    here = slice(row, row + height)
    return Band(
        row,
        height,
        row - above,
        landscape.land[above:stop],
        tuple(driver.codes[here] for driver in landscape.drivers),
        landscape.zones[here] if landscape.zones.size else landscape.zones,
        landscape.fixed[here] if landscape.fixed.size else landscape.fixed,
    )


def cells_by_class(landscape: Landscape, classes: int, zones: int = 1) -> NDArray[np.int64]:
    """Number of cells of each class in each zone, shape (zones, classes); cells outside every zone are left out.

    Examples
    --------
    >>> land = np.array([[0, 1, OUTSIDE], [1, 1, 0]], np.uint8)
    >>> cells_by_class(Landscape(land), 2).tolist()
    [[2, 3]]
    """
    return _counted(landscape, landscape.land, classes, zones)


def free_cells(landscape: Landscape, classes: int, zones: int = 1) -> NDArray[np.int64]:
    """Number of cells of each class in each zone that may change, shape (zones, classes)."""
    if landscape.fixed.size == 0:
        return cells_by_class(landscape, classes, zones)
    return _counted(landscape, np.where(landscape.fixed > 0, np.uint8(OUTSIDE), landscape.land), classes, zones)


def _counted(landscape: Landscape, land: Land, classes: int, zones: int) -> NDArray[np.int64]:
    counts = np.zeros((zones, classes, classes), np.int64)
    count_changes(land, land, landscape.zones, counts)
    return np.asarray(np.diagonal(counts, axis1=1, axis2=2).copy())
