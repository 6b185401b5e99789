"""Stage: what many draws have in common: how often each cell is each class, and the land and carbon of each draw."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tanheng.inputs.simulation.opening import SimulationInputs
from tanheng.simulation.demand import transition_counts
from tanheng.simulation.landscape import NO_ZONE, OUTSIDE, Land, Landscape, cells_by_class
from tanheng.stages.simulation.future import SimulatedLand
from tanheng.stages.simulation.tables import land_outside_zones, with_scenario
from tanheng.units import HA_PER_KM2, SIGMAS_IN_HALF

Key = tuple[str, int]
#: Bytes from which on counts of draws are kept on disk.
_IN_MEMORY = 2**29


@dataclass
class Ensemble:
    """Draws as they come in, by scenario and year.

    Attributes
    ----------
    layers : mapping of str to array of uint16, shape (rows, columns)
        Zone of each cell in layers whose land is summed in each draw.
    by_layer : dict of list of array, shape (zones, classes)
        Cells of each class in the zones of a layer, by layer, scenario and year.
    moved : dict of array, shape (zones, classes, classes)
        The same by their class on the last map and in the first draw.
    first : dict
        Land of the first draw.
    times : dict of array of uint16, shape (classes, rows, columns)
        Draws in which each cell is each class; only where there are several.
    cells : dict of list of array, shape (zones, classes)
        Cells of each class in each draw.
    """

    inputs: SimulationInputs
    layers: Mapping[str, NDArray[np.uint16]] = field(default_factory=dict)
    by_layer: dict[tuple[str, str, int], list[NDArray[np.int64]]] = field(default_factory=dict)
    moved: dict[tuple[str, str, int], NDArray[np.int64]] = field(default_factory=dict)
    first: dict[Key, Land] = field(default_factory=dict)
    times: dict[Key, NDArray[np.uint16]] = field(default_factory=dict)
    cells: dict[Key, list[NDArray[np.int64]]] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """Draws of each scenario and year."""
        settings = self.inputs.settings
        return 1 if settings.mode == "best" else settings.draws

    def add(self, made: SimulatedLand) -> None:
        """Take a map in."""
        key = (made.scenario.name, made.year)
        classes = len(self.inputs.land.classes)
        landscape = Landscape(made.land, zones=self.inputs.zones)
        self.cells.setdefault(key, []).append(cells_by_class(landscape, classes, len(self.inputs.names.zones)))
        for label, zones in self.layers.items():
            count = int(zones[zones != NO_ZONE].max(initial=0)) + 1
            counted = cells_by_class(Landscape(made.land, zones=zones), classes, count)
            self.by_layer.setdefault((label, *key), []).append(counted)
            if made.draw == 1:
                last = self.inputs.land.lands[-1]
                self.moved[(label, *key)] = transition_counts(last, made.land, classes, zones, count)
        if made.draw == 1:
            self.first[key] = made.land
        if self.draws > 1:
            if key not in self.times:
                self.times[key] = _room((classes, *made.land.shape))
            for k in range(classes):
                self.times[key][k] += made.land == k

    def chance(self, key: Key, land_class: int) -> NDArray[np.float32]:
        """Share of the draws in which each cell is a class; NaN outside."""
        share = self.times[key][land_class].astype(np.float32) / np.float32(self.draws)
        return np.where(self.first[key] < len(self.inputs.land.classes), share, np.float32(np.nan))

    def change_chance(self, key: Key) -> NDArray[np.float32]:
        """Share of the draws in which each cell is no more what it was on the last map; NaN outside."""
        last = self.inputs.land.lands[-1]
        stayed = np.zeros(last.shape, np.float32)
        for k in range(len(self.inputs.land.classes)):
            stayed += np.where(last == k, self.times[key][k], 0)
        return np.where(self.first[key] != OUTSIDE, 1.0 - stayed / np.float32(self.draws), np.float32(np.nan))

    def mean_cells(self, key: Key) -> NDArray[np.float64]:
        """Mean cells of each class in each zone, shape (zones, classes)."""
        return np.asarray(np.mean(self.cells[key], axis=0))

    def region_half_width(self, scenario: str, years: tuple[int, ...], density: NDArray[np.float64]) -> float:
        """Half of the 95 % interval that draws make of the stock in a year, or of its change from the first year to the second, t C.

        The last map is the same in all draws, so what is gained since then varies as the stock does. Nothing varies where there is one draw.

        Parameters
        ----------
        density : array, shape (classes,), t C ha-1
        """
        hectares = self.inputs.land.cell_km2 * HA_PER_KM2
        drawn = [year for year in years if year in self.inputs.settings.to]
        if not drawn or self.draws < 2:
            return 0.0
        stocks = [
            np.array([cells.sum(axis=0) @ density * hectares for cells in self.cells[scenario, year]]) for year in drawn
        ]
        varying = stocks[-1] - stocks[0] if len(stocks) > 1 else stocks[0]
        return float(SIGMAS_IN_HALF * varying.std(ddof=1))

    def zone_half_width(self, label: str, key: Key, density: NDArray[np.float64]) -> NDArray[np.float64]:
        """Half of the 95 % interval of the stock of each zone of a layer among the draws, t C; zeros where there is one draw.

        Parameters
        ----------
        density : array, shape (classes,), t C ha-1
        """
        hectares = self.inputs.land.cell_km2 * HA_PER_KM2
        stocks = np.stack([cells @ density * hectares for cells in self.by_layer[(label, *key)]])
        return np.asarray(SIGMAS_IN_HALF * stocks.std(axis=0, ddof=1)) if len(stocks) > 1 else np.zeros(stocks.shape[1])


def _room(shape: tuple[int, int, int]) -> NDArray[np.uint16]:
    if 2 * shape[0] * shape[1] * shape[2] <= _IN_MEMORY:
        return np.zeros(shape, np.uint16)
    return np.memmap(tempfile.TemporaryFile(prefix="tanheng-"), np.uint16, "w+", shape=shape)


def carbon_table(inputs: SimulationInputs, ensemble: Ensemble, density: NDArray[np.float64]) -> pd.DataFrame:
    """Stock of each class by scenario and year, and its change since the last map, t C; the last map's own year comes first.

    Parameters
    ----------
    density : array, shape (classes,), t C ha-1
    """
    hectares = inputs.land.cell_km2 * HA_PER_KM2
    classes, last = inputs.land.classes, inputs.land.years[-1]
    start = cells_by_class(Landscape(inputs.land.lands[-1]), len(classes))[0].astype(float)
    outside = land_outside_zones(inputs)
    rows: list[dict[str, object]] = []
    for scenario in inputs.scenarios:
        named = with_scenario(inputs, scenario)
        for year in (last, *inputs.settings.to):
            cells = start if year == last else ensemble.mean_cells((scenario.name, year)).sum(axis=0) + outside
            rows += [
                {
                    **named,
                    "year": year,
                    "class": name,
                    "area_km2": cells[k] * inputs.land.cell_km2,
                    "stock_t_c": cells[k] * hectares * density[k],
                    "stock_change_t_c": (cells[k] - start[k]) * hectares * density[k],
                }
                for k, name in enumerate(classes)
            ]
    return pd.DataFrame(rows)
