"""Stage: what the emissions of each sector are spread by."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.inputs.emissions import canonical_sector
from tanheng.inputs.study_inputs import Inputs
from tanheng.land.continuous import on_grid
from tanheng.language import listed, name_of, tr
from tanheng.study import SectorWeight

Layer = NDArray[np.float64]


def _product(powers: Mapping[str, float]) -> str:
    return " × ".join(name if power == 1 else f"{name}^{power:g}" for name, power in powers.items())


class SectorWeights:
    """Weights of cells by sector and year; layers are laid on the grid once.

    Parameters
    ----------
    inputs : Inputs
    share : xarray.DataArray, shape (year, land_class, y, x)
    fraction : numpy.ndarray, shape (rows, columns)
        Part of each cell in the region.
    people : mapping of int to numpy.ndarray, shape (rows, columns)
        Persons in each cell were it wholly in the region, by year.
    sectors_by_zone : mapping of int to set of str
        Sectors whose emissions are given by zone, by year.
    """

    def __init__(
        self,
        inputs: Inputs,
        share: xr.DataArray,
        fraction: Layer,
        people: Mapping[int, Layer],
        sectors_by_zone: Mapping[int, set[str]],
    ) -> None:
        self.inputs, self.share, self.fraction, self.people = inputs, share, fraction, people
        self.sectors_by_zone = sectors_by_zone
        self._laid: dict[str, Layer] = {}
        self.by_sector = {canonical_sector(item.sector): item for item in inputs.study.demand.weights}

    def key(self, sector: str) -> str:
        """Sector whose weight a sector has: its own, or that of every other one."""
        name = canonical_sector(sector)
        return name if name in self.by_sector else "*"

    def label(self, key: str) -> str:
        """What a weight is, as tables say it: the same in every language."""
        item = self.by_sector.get(key)
        if item is None:
            return "population"
        return _product(item.by) + (f" inside {', '.join(item.inside)}" if item.inside else "")

    def words(self, key: str) -> str:
        """What a weight is, for a reader."""
        item = self.by_sector.get(key)
        if item is None:
            return name_of("population")
        told = _product({name_of(name): power for name, power in item.by.items()})
        return told + (tr(" inside {names}", names=listed(map(name_of, item.inside))) if item.inside else "")

    def weight(self, key: str, year: int) -> Layer:
        """Weight of each cell; NaN where a layer has no data."""
        item = self.by_sector.get(key)
        if item is None:
            return self.people[year]
        found = self.product(item.by, year)
        if item.inside:
            found = found * np.nan_to_num(
                sum((self._layer(name, year) for name in item.inside), np.zeros(self.inputs.grid.shape))
            )
        return found

    def product(self, powers: Mapping[str, float], year: int) -> Layer:
        """Product of powers of layers.

        Raises
        ------
        InputError
            A layer is negative somewhere.
        """
        found = np.ones(self.inputs.grid.shape)
        for name, power in powers.items():
            layer = self._layer(name, year)
            if np.nanmin(layer, initial=0.0) < 0:
                raise InputError(
                    tr(
                        "demand.weights: '{name}' is negative in some cells ({least:g}); a weight is from zero up",
                        name=name,
                        least=np.nanmin(layer),
                    )
                )
            found = found * np.power(layer, power, where=np.isfinite(layer), out=np.full(layer.shape, np.nan))
        return found

    def _layer(self, name: str, year: int) -> Layer:
        if name == "population":
            return self.people[year]
        if name in self.inputs.driver_maps:
            raster = self.inputs.driver_maps[name][year]
            key = f"{name} {raster.path}"
            if key not in self._laid:
                self._laid[key] = on_grid(raster, self.inputs.grid).mean * self.inputs.study.drivers[name].scale
            return self._laid[key]
        # Shares are of the part in the region; a weight is that of a whole cell.
        held = np.asarray(self.share.sel(year=year, land_class=name).values, float)
        return np.asarray(np.divide(held, self.fraction, out=np.full(held.shape, np.nan), where=self.fraction > 0))

    def all_by(self, powers: Mapping[str, float]) -> SectorWeights:
        """The same layers, with every sector spread by one product of powers."""
        found = copy(self)
        found.by_sector = {"*": SectorWeight(sector="*", by=dict(powers))}
        return found
