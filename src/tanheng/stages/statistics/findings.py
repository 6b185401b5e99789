"""Rows and grids that statistics of cells find, by the name of their table or variable."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.land.cells import CellStore, plain_data
from tanheng.land.layers import variable
from tanheng.land.work import Work
from tanheng.language import message_of, plain_message
from tanheng.schema import stamp
from tanheng.stages.found import Found

Layer = NDArray[np.float64]
Mask = NDArray[np.bool_]
Row = Mapping[str, object]


@dataclass(frozen=True)
class Findings:
    """Rows by table, grids by variable and by year or period, and notes; two of them are joined by ``+``.

    A grid that a store keeps already stands as none.

    Examples
    --------
    >>> both = Findings({"mismatch": ({"year": 2005},)}) + Findings({"mismatch": ({"year": 2015},)})
    >>> [row["year"] for row in both.rows["mismatch"]]
    [2005, 2015]
    """

    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    layers: Mapping[str, Mapping[object, Layer | None]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        """Both together: rows of one table follow each other, and so do the layers of one variable."""
        tables, variables = {**self.rows}, {**self.layers}
        for name, rows in other.rows.items():
            tables[name] = (*tables.get(name, ()), *rows)
        for name, layers in other.layers.items():
            variables[name] = {**variables.get(name, {}), **layers}
        return Findings(tables, variables, (*self.notes, *other.notes))

    def kept(self, cells: CellStore) -> Findings:
        """The same, with the grids kept by a store."""
        for name, layers in self.layers.items():
            for when, grid in layers.items():
                if grid is not None:
                    cells.put(grid, name, when)
        return Findings(self.rows, {name: dict.fromkeys(layers) for name, layers in self.layers.items()}, self.notes)

    def as_data(self) -> dict[str, Any]:
        """Findings whose grids are kept, as JSON holds them."""
        layers = {name: list(of) for name, of in self.layers.items()}
        data: dict[str, Any] = plain_data(
            {"rows": self.rows, "layers": layers, "notes": [plain_message(note) for note in self.notes]}
        )
        return data

    @staticmethod
    def of_data(data: Mapping[str, Any]) -> Findings:
        """Findings from what JSON holds."""
        rows = {name: tuple(of) for name, of in data["rows"].items()}
        return Findings(
            rows,
            {name: dict.fromkeys(of) for name, of in data["layers"].items()},
            tuple(map(message_of, data["notes"])),
        )

    def found(self, cells: CellStore, kinds: Mapping[str, tuple[str, ...]] | None = None) -> Found:
        """Tables and variables, shape (year or period, y, x).

        Parameters
        ----------
        cells : CellStore
            Keeps the grids.
        kinds : mapping of str to tuple of str
            Names of the kinds of the variables whose values are kinds.
        """
        tables = {name: pd.DataFrame(list(rows)) for name, rows in self.rows.items()}
        layers = self.kept(cells).layers
        variables = {
            name: _variable(name, tuple(of), cells, (kinds or {}).get(name, ())) for name, of in layers.items()
        }
        return Found(tables, variables, tuple(dict.fromkeys(self.notes)))


def table_rows(table: str, rows: Iterable[Row]) -> Findings:
    """Rows of a table."""
    return Findings({table: tuple(rows)})


def layer(variable: str, when: object, mask: Mask, values: NDArray[np.generic]) -> Findings:
    """Values of the known cells of a year or period as a grid; a negative kind is missing."""
    grid = np.full(mask.shape, np.nan)
    grid[mask] = values
    return Findings(layers={variable: {when: np.where(grid < 0, np.nan, grid)}})


def note(text: str) -> Findings:
    """Something that the reader is told."""
    return Findings(notes=(text,))


def work_of(cells: CellStore, find: Callable[[], Findings], name: str, *of: object) -> Work[Findings]:
    """Piece of work that finds findings, with their grids kept."""
    return Work(lambda: find().kept(cells), Findings.as_data, Findings.of_data, name, of)


def together(parts: Iterable[Findings]) -> Findings:
    """All of them joined."""
    return reduce(add, parts, Findings())


def _variable(name: str, labels: tuple[object, ...], cells: CellStore, kinds: tuple[str, ...]) -> xr.DataArray:
    dim = "year" if isinstance(labels[0], int) else "period"
    stamped = stamp(variable(cells, name, **{dim: labels}), name)
    if kinds:
        stamped.attrs["flag_values"] = list(range(len(kinds)))
        stamped.attrs["flag_meanings"] = " ".join(kind.replace(" ", "_") for kind in kinds)
    return stamped
