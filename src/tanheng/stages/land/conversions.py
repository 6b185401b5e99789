"""Stage: conversions of land by cell, for maps of where land changed and into what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting.change.conversions import largest_transitions, transition_kinds
from tanheng.land.layers import on_demand
from tanheng.land.moved import CHANGED, CONVERSION
from tanheng.schema import stamp
from tanheng.stages.land.stock import Land

Layer = NDArray[np.float64]


def conversion_variables(
    land: Land, areas: Sequence[xr.DataArray], periods: dict[str, tuple[int, int]]
) -> dict[str, xr.DataArray]:
    """Part of each cell's land that changed class, and which of the largest transitions it shows, shape (period, y, x).

    Parameters
    ----------
    areas : sequence of xarray.DataArray, shape (from_class, to_class), ha
        Of the periods between neighbouring years; the largest transitions are those of all of them together.
    periods : dict of str to (int, int)
        Periods that are mapped, by label, with their years.
    """
    largest = largest_transitions(areas)
    cells = _Conversions(land, tuple(largest), periods)
    labels = {"period": list(periods)}
    changed = stamp(on_demand(cells.changed, land.grid, labels), "land_changed")
    kinds = stamp(on_demand(cells.kinds, land.grid, labels), "land_transition")
    names = ["changed_below_5_percent", *(f"{one}_to_{other}" for one, other in largest), "another_conversion"]
    kinds.attrs |= {
        "flag_values": list(range(len(names))),
        "flag_meanings": " ".join(name.replace(" ", "_") for name in names),
        "from_classes": [first for first, _ in largest],
        "to_classes": [last for _, last in largest],
    }
    return {"land_changed": changed, "land_transition": kinds}


@dataclass(frozen=True)
class _Conversions:
    """Reads the layers of conversions; NaN outside the region and where a map has no data."""

    land: Land
    largest: tuple[tuple[str, str], ...]
    periods: dict[str, tuple[int, int]]

    def changed(self, period: str, *, rows: slice = slice(None)) -> Layer:
        """Part of the land of each cell that changed."""
        pair = self.periods[period]
        known = self.land.fraction.isel(y=rows).values > 0
        for year in pair:
            known &= self.land.covered.sel(year=year).isel(y=rows).values > 0
        return np.where(known, self.land.cells.layer(CHANGED, *pair, rows=rows), np.nan)

    def kinds(self, period: str, *, rows: slice = slice(None)) -> Layer:
        """Which of the largest transitions each cell shows."""
        conversion = self.land.cells.layer(CONVERSION, *self.periods[period], rows=rows)
        return transition_kinds(conversion, self.changed(period, rows=rows), self.land.classes, self.largest)
