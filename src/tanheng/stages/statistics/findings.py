"""Rows and grids that a stage of analysis collects, by the name of their table or variable."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from tanheng.analysis.local import CLUSTERS
from tanheng.analysis.mismatch import QUADRANTS
from tanheng.grid import Grid
from tanheng.land.shares import on_cells
from tanheng.language import mark_name
from tanheng.schema import stamp

Layer = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Kinds of change of the balance, in the order of the spots of Gi*, which compares with the mean change: where all got worse, a place
#: that got less worse is better than the mean.
CHANGES = (
    mark_name("not significant"),
    mark_name("better than the mean change"),
    mark_name("worse than the mean change"),
)

#: Kinds of the grids whose values are kinds, in their order.
KINDS = {"mismatch_quadrant": QUADRANTS, "supply_demand_cluster": CLUSTERS, "balance_hot_spot": CHANGES}


@dataclass
class Findings:
    """Tables and grids; grids by name, then by year or period."""

    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)
    layers: dict[str, dict[object, Layer]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, table: str, row: dict[str, object]) -> None:
        """Add a row to a table."""
        self.rows.setdefault(table, []).append(row)

    def draw(self, name: str, when: object, mask: Mask, values: NDArray[np.generic]) -> None:
        """Put values of the known cells on the grid; a negative kind is missing."""
        layer = np.full(mask.shape, np.nan)
        layer[mask] = values
        self.layers.setdefault(name, {})[when] = np.where(layer < 0, np.nan, layer)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Tables that have rows."""
        return {name: pd.DataFrame(rows) for name, rows in self.rows.items()}

    def variables(self, grid: Grid) -> dict[str, xr.DataArray]:
        """Grids as variables of the dataset, shape (year or period, y, x)."""
        return {name: _variable(name, layers, grid) for name, layers in self.layers.items()}


def _variable(name: str, layers: dict[object, Layer], grid: Grid) -> xr.DataArray:
    dim = "year" if isinstance(next(iter(layers)), int) else "period"
    array = on_cells(np.stack(list(layers.values())), grid, (dim,), **{dim: list(layers)})
    stamped = stamp(array, name)
    if name in KINDS:
        kinds = KINDS[name]
        stamped.attrs["flag_values"] = list(range(len(kinds)))
        stamped.attrs["flag_meanings"] = " ".join(kind.replace(" ", "_") for kind in kinds)
    return stamped
