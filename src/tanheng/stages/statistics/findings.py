"""Rows and grids that statistics of cells find, by the name of their table or variable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.grid import Grid
from tanheng.land.shares import on_cells
from tanheng.schema import stamp
from tanheng.stages.found import Found

Layer = NDArray[np.float64]
Mask = NDArray[np.bool_]
Row = Mapping[str, object]


@dataclass(frozen=True)
class Findings:
    """Rows by table, grids by variable and by year or period, and notes; two of them are joined by ``+``.

    Examples
    --------
    >>> both = Findings({"mismatch": ({"year": 2005},)}) + Findings({"mismatch": ({"year": 2015},)})
    >>> [row["year"] for row in both.rows["mismatch"]]
    [2005, 2015]
    """

    rows: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    layers: Mapping[str, Mapping[object, Layer]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __add__(self, other: Findings) -> Findings:
        """Both together: rows of one table follow each other, and so do the layers of one variable."""
        tables, variables = {**self.rows}, {**self.layers}
        for name, rows in other.rows.items():
            tables[name] = (*tables.get(name, ()), *rows)
        for name, layers in other.layers.items():
            variables[name] = {**variables.get(name, {}), **layers}
        return Findings(tables, variables, (*self.notes, *other.notes))

    def found(self, grid: Grid, kinds: Mapping[str, tuple[str, ...]] | None = None) -> Found:
        """Tables and variables, shape (year or period, y, x).

        Parameters
        ----------
        kinds : mapping of str to tuple of str
            Names of the kinds of the variables whose values are kinds.
        """
        tables = {name: pd.DataFrame(list(rows)) for name, rows in self.rows.items()}
        variables = {
            name: _variable(name, layers, grid, (kinds or {}).get(name, ())) for name, layers in self.layers.items()
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


def together(parts: Iterable[Findings]) -> Findings:
    """All of them joined."""
    return reduce(add, parts, Findings())


def _variable(name: str, layers: Mapping[object, Layer], grid: Grid, kinds: tuple[str, ...]) -> xr.DataArray:
    dim = "year" if isinstance(next(iter(layers)), int) else "period"
    stamped = stamp(on_cells(np.stack(list(layers.values())), grid, (dim,), **{dim: list(layers)}), name)
    if kinds:
        stamped.attrs["flag_values"] = list(range(len(kinds)))
        stamped.attrs["flag_meanings"] = " ".join(kind.replace(" ", "_") for kind in kinds)
    return stamped
