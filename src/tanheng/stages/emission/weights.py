"""Stage: what the emissions of each sector are allocated by."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy

import numpy as np
from numpy.typing import NDArray

from tanheng.accounting.demand import weight_product
from tanheng.inputs.drivers import DriverInputs
from tanheng.inputs.emission.emissions import canonical_sector
from tanheng.land.values.on_grid import on_grid
from tanheng.language import listed, name_of, tr
from tanheng.stages.land.stock import Land
from tanheng.study import SectorWeight

Layer = NDArray[np.float64]


def _product(powers: Mapping[str, float]) -> str:
    return " × ".join(name if power == 1 else f"{name}^{power:g}" for name, power in powers.items())


class SectorWeights:
    """Weights of cells by sector and year; layers are laid on the grid once.

    Parameters
    ----------
    weights : iterable of SectorWeight
        As the study gives them; other sectors are allocated by population.
    drivers : mapping of str to DriverInputs
        Drivers with maps, which weights may name.
    land : Land
        Its shares are weights that are land classes.
    people : mapping of int to numpy.ndarray, shape (rows, columns)
        Persons in each cell were it wholly in the region, by year; see `of_year`.
    """

    def __init__(
        self,
        weights: tuple[SectorWeight, ...],
        drivers: Mapping[str, DriverInputs],
        land: Land,
        people: Mapping[int, Layer] | None = None,
    ) -> None:
        self.drivers, self.land, self.people = drivers, land, people or {}
        self.by_sector = {canonical_sector(item.sector): item for item in weights}
        self._laid: dict[str, Layer] = {}

    def key(self, sector: str) -> str:
        """Sector whose weight a sector has: its own, or that of every other one."""
        name = canonical_sector(sector)
        return name if name in self.by_sector else "*"

    def label(self, key: str) -> str:
        """What a weight is, as tables name it: the same in every language."""
        item = self.by_sector.get(key)
        if item is None:
            return "population"
        return _product(item.by) + (f" inside {', '.join(item.inside)}" if item.inside else "")

    def words(self, key: str) -> str:
        """What a weight is, for a reader."""
        item = self.by_sector.get(key)
        if item is None:
            return name_of("population")
        product = _product({name_of(name): power for name, power in item.by.items()})
        return product + (tr(" inside {names}", names=listed(map(name_of, item.inside))) if item.inside else "")

    def weight(self, key: str, year: int) -> Layer:
        """Weight of each cell, shape (rows, columns); NaN where a layer has no data.

        Raises
        ------
        InputError
            A layer is negative somewhere.
        """
        item = self.by_sector.get(key)
        if item is None:
            return self.people[year]
        product = weight_product({name: self._layer(name, year) for name in item.by}, item.by)
        if not item.inside:
            return product
        return np.asarray(product * np.nan_to_num(sum(self._layer(name, year) for name in item.inside)))

    def _layer(self, name: str, year: int) -> Layer:
        if name == "population":
            return self.people[year]
        if name in self.drivers:
            driver = self.drivers[name]
            raster = driver.rasters[year]
            key = f"{name} {raster.path} {raster.band}"
            if key not in self._laid:
                self._laid[key] = on_grid(raster, self.land.grid).mean * driver.settings.scale
            return self._laid[key]
        # Shares are of the part in the region; a weight is that of a whole cell.
        share = np.asarray(self.land.share.sel(year=year, land_class=name).values, float)
        fraction = np.asarray(self.land.fraction.values, float)
        return np.asarray(np.divide(share, fraction, out=np.full(share.shape, np.nan), where=fraction > 0))

    def of_year(self, year: int, people: Layer) -> SectorWeights:
        """The same layers, with the persons of a year."""
        other = copy(self)
        other.people = {year: people}
        return other

    def all_by(self, powers: Mapping[str, float]) -> SectorWeights:
        """The same layers, with every sector allocated by one product of powers."""
        other = copy(self)
        other.by_sector = {"*": SectorWeight(sector="*", by=dict(powers))}
        return other
