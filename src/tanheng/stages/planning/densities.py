"""Stage: carbon densities of the cells of a plan: one of each class, or one in each zone that has its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from scipy import sparse

from tanheng.choices import POOLS
from tanheng.inputs.carbon.densities import DensityInputs
from tanheng.planning.problem import Flows, Held
from tanheng.stages.land.densities import mean_of_zones, zone_values
from tanheng.stages.zone_layers import ZoneLayer

Values = NDArray[np.float64]


@dataclass(frozen=True)
class ZonedDensities:
    """Densities of the zones of a study, and where the zones lie.

    Attributes
    ----------
    by_zone : numpy.ndarray, shape (zones + 1, classes, pools), t C/ha
        The last row for land in no zone.
    weights : scipy.sparse matrix, shape (zones + 1, cells of the grid), 1
        Part of each cell in each zone.
    from_maps : numpy.ndarray of bool, shape (classes, pools)
        Densities that maps give, of which a plan takes the mean of the class.
    """

    by_zone: Values
    weights: sparse.csr_matrix
    from_maps: NDArray[np.bool_]


def zoned_densities(
    given: DensityInputs, layers: Mapping[str, ZoneLayer], year: int, classes: tuple[str, ...]
) -> ZonedDensities | None:
    """Densities of a year by zone; none where those of the tables are the same everywhere."""
    if given.settings.zones is None:
        return None
    layer = layers[given.settings.zones]
    from_maps = np.zeros((len(classes), len(POOLS)), bool)
    for item in given.maps:
        rows = [classes.index(name) for name in item.settings.classes or classes]
        from_maps[np.ix_(rows, [POOLS.index(pool) for pool in item.settings.pools])] = True
    return ZonedDensities(zone_values(given.tables[year], layer, classes), layer.weights, from_maps)


@dataclass(frozen=True)
class PlaceDensities:
    """Carbon densities of the classes by place; all cells of a place have the same.

    Attributes
    ----------
    pools : numpy.ndarray, shape (places, classes, pools), t C/ha
    place : numpy.ndarray of int, shape (cells,)
        Of each cell with land.
    """

    pools: Values
    place: NDArray[np.int64]

    @property
    def held(self) -> Held:
        """What a hectare of each class holds, t C."""
        return Held(self.pools.sum(axis=2), self.place)

    def stored(self, area: Values) -> Values:
        """What areas, shape (cells, classes), ha, hold: t C, of the same shape."""
        return np.asarray(area * self.held.per_ha[self.place])

    def gains(self, flows: Flows) -> Values:
        """Stored carbon gained by each row of flows, t C."""
        held = self.held.per_ha
        place = self.place[flows.cell]
        return np.asarray(flows.area * (held[place, flows.end] - held[place, flows.start]))

    def amounts(self, flows: Flows) -> tuple[Values, Values]:
        """What the former classes held and what the new ones will hold, each of shape (from class, to class, pools), t C."""
        places, classes, _ = self.pools.shape
        place = self.place[flows.cell]
        which = np.ravel_multi_index((place, flows.start, flows.end), (places, classes, classes))
        area = np.bincount(which, flows.area, places * classes**2).reshape(places, classes, classes)
        return np.einsum("pkl,pkc->klc", area, self.pools), np.einsum("pkl,plc->klc", area, self.pools)

    def changes(self, flows: Flows) -> Values:
        """What each class holds more after the plan than before, by pool, shape (classes, pools), t C."""
        before, after = self.amounts(flows)
        return np.asarray(after.sum(axis=0) - before.sum(axis=1))


def place_densities(
    density: xr.DataArray,
    area: Values,
    mask: NDArray[np.bool_],
    zoned: ZonedDensities | None = None,
    of_place: Collection[str] = (),
) -> PlaceDensities:
    """Densities of the cells with land, shape (cells,) as the mask has them.

    Parameters
    ----------
    density : xarray.DataArray, shape (land_class, carbon_pool), t C/ha
        Mean of each class over the region.
    area : numpy.ndarray, shape (cells, classes), ha
    zoned : ZonedDensities, optional
        Where they differ by zone; a cell on a border has their mean by its parts.
    of_place : collection of str
        Pools that a map gives for all classes: a conversion leaves them, so all classes have their mean over all land.
    """
    mean = np.array(density.transpose("land_class", "carbon_pool").values, float)
    if zoned is None:
        pools, place = mean[None], np.zeros(len(area), np.int64)
    else:
        pools, place = _of_zones(zoned, mask)
        pools = np.where(zoned.from_maps, mean, pools)
    for number, pool in enumerate(POOLS):
        if pool in of_place:
            pools[:, :, number] = float(area.sum(axis=0) @ mean[:, number]) / float(area.sum())
    return PlaceDensities(pools, place)


def _of_zones(zoned: ZonedDensities, mask: NDArray[np.bool_]) -> tuple[Values, NDArray[np.int64]]:
    """Densities by place and the place of each cell: a zone that a cell lies in as a whole, or the cell itself where it is on a border."""
    weights = zoned.weights.tocsc()[:, np.flatnonzero(mask.ravel())]
    weights.eliminate_zeros()
    zones = len(zoned.by_zone)
    number = np.diff(weights.indptr)
    place = np.full(weights.shape[1], zones - 1, np.int64)
    place[number == 1] = weights.indices[weights.indptr[:-1][number == 1]]
    on_border = np.flatnonzero(number > 1)
    place[on_border] = zones + np.arange(len(on_border))
    return np.concatenate([zoned.by_zone, mean_of_zones(zoned.by_zone, weights[:, on_border])]), place
