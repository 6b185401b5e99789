"""What the suitability of a cell is learned from: drivers, class shares in windows, distances to classes; all as codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.simulation.kernels.distances import distances
from tanheng.simulation.kernels.windows import WHOLE, as_shares, window_counts
from tanheng.simulation.landscape import LEVELS, Band, Codes, Driver

#: Sides of the windows in which shares of the classes are taken, cells.
WINDOWS = (3, 7, 15, 31)
#: Cells up to which distances are told apart, and codes of one cell.
REACH, PER_CELL = 64, 16
#: Codes of a feature, the gap among them.
CODES = LEVELS + 1
#: Largest side of a window whose cells a byte can count.
_SIDE_OF_BYTES = 15
#: Code of a distance by its square in cells.
_ROOTS = np.rint(np.sqrt(np.arange(REACH**2 + 1)) * PER_CELL).astype(np.uint16)
_SHARES, _CELLS = np.linspace(0.0, 1.0, WHOLE + 1), np.linspace(0.0, float(REACH), REACH * PER_CELL + 1)


@dataclass(frozen=True)
class Feature:
    """One thing that suitability is learned from.

    Attributes
    ----------
    kind : str
        ``driver``, ``share`` or ``distance``.
    name : str
        Name of the driver; empty for the others.
    land_class : int
        Index of the class whose share or distance it is; -1 for a driver.
    window : int
        Side of the window, cells; 0 where it has none.
    levels : array, ascending
        Value of each code: in the driver's unit, as a share, or in cells.
    """

    kind: str
    name: str
    land_class: int
    window: int
    levels: NDArray[np.float64]

    @property
    def last_code(self) -> int:
        """Code of the highest value."""
        return self.levels.size - 1

    def values(self, codes: NDArray[np.floating] | Codes) -> NDArray[np.float64]:
        """Values that codes stand for; those between two codes are between their values.

        Examples
        --------
        >>> Feature("share", "", 0, 3, np.array([0.0, 0.25, 0.75])).values(np.array([0.0, 1.5])).tolist()
        [0.0, 0.5]
        """
        return np.asarray(np.interp(np.asarray(codes, float), np.arange(self.levels.size), self.levels))


@dataclass(frozen=True)
class FeatureSet:
    """Features of a landscape with so many classes, drivers, and windows."""

    classes: int
    drivers: tuple[tuple[str, NDArray[np.float64]], ...] = ()
    windows: tuple[int, ...] = WINDOWS
    with_distances: bool = True

    @property
    def listed(self) -> tuple[Feature, ...]:
        """All features, in the order of their codes."""
        return (
            *(Feature("driver", name, -1, 0, levels) for name, levels in self.drivers),
            *(Feature("share", "", k, side, _SHARES) for side in self.windows for k in range(self.classes)),
            *(Feature("distance", "", k, 0, _CELLS) for k in range(self.classes if self.with_distances else 0)),
        )

    @property
    def margin(self) -> int:
        """Rows that a band needs above and below."""
        return max([REACH if self.with_distances else 0, *(side // 2 for side in self.windows)])

    def codes(self, band: Band, wanted: Iterable[int] | None = None, room: Codes | None = None) -> Codes:
        """Codes of all features, shape (features, height, columns); only those that are wanted are filled in, where that is said.

        Parameters
        ----------
        room : array of uint16, optional
            Memory of that size to write them to, which is handed back as they are.
        """
        listed = self.listed
        shape = self.shape_of_codes(band)
        out = np.empty(shape, np.uint16) if room is None else room.reshape(shape)
        known: dict[int, NDArray[np.unsignedinteger[Any]]] = {}
        for number in range(len(listed)) if wanted is None else wanted:
            feature, into = listed[number], out[number]
            if feature.kind == "driver":
                into[:] = band.drivers[number]
            elif feature.kind == "distance":
                distances(band.land, band.top, feature.land_class, _ROOTS, into)
            else:
                side = feature.window
                counts = np.empty(into.shape, np.uint8 if side <= _SIDE_OF_BYTES else np.uint16)
                if side not in known:
                    known[side] = np.empty_like(counts)
                    inside = (band.land < self.classes).astype(np.uint8)
                    window_counts(inside, band.top, 1, side, known[side])
                window_counts(band.land, band.top, feature.land_class, side, counts)
                as_shares(counts, known[side], into)
        return out

    def shape_of_codes(self, band: Band) -> tuple[int, int, int]:
        """Shape of the codes of a band: features, height, columns."""
        return len(self.listed), band.height, band.land.shape[1]


def feature_set(classes: int, drivers: Iterable[Driver], windows: tuple[int, ...] = WINDOWS) -> FeatureSet:
    """Features of a landscape with these drivers."""
    return FeatureSet(classes, tuple((item.name, item.levels) for item in drivers), windows)
