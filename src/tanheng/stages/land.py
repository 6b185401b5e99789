"""Stage: land cover to shares, stocks and transitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from tanheng.accounting import (
    carbon_stock,
    common_stock_change,
    transition_stock_change,
    transitions_from_shares,
)
from tanheng.errors import StudyError
from tanheng.factors.densities import POOLS
from tanheng.inputs.extent import region_fraction
from tanheng.inputs.land import unknown_codes
from tanheng.inputs.study_inputs import Inputs
from tanheng.io.blocks import FolderOfBlocks
from tanheng.land.engine import KEPT_FROM, LandCounts, Progress, count_land, inventory, plan_tasks
from tanheng.land.pools import Pool
from tanheng.land.shares import land_share, on_cells, pair_share
from tanheng.language import tr
from tanheng.schema import stamp
from tanheng.units import HA_PER_KM2


@dataclass(frozen=True)
class LandChange:
    """Change of land between two years, on the land that both maps cover."""

    first: int
    last: int
    area: xr.DataArray
    stock_change: xr.DataArray
    by_transition: xr.DataArray
    method: str
    common_km2: float

    @property
    def years(self) -> int:
        """Length of the period."""
        return self.last - self.first


@dataclass(frozen=True)
class Land:
    """Land of the region: shares, stocks and changes; `overfull` is by how much the fullest cell holds more than itself."""

    fraction: xr.DataArray
    share: xr.DataArray
    density: xr.DataArray
    stock: xr.DataArray
    changes: tuple[LandChange, ...]
    pixels: int
    overfull: float


def year_pairs(years: tuple[int, ...], which: str) -> list[tuple[int, int]]:
    """Pairs of years whose change is told: neighbours and the whole span, or all.

    Examples
    --------
    >>> year_pairs((1995, 2005, 2015), "consecutive")
    [(1995, 2005), (2005, 2015), (1995, 2015)]
    """
    if which == "all":
        return list(combinations(years, 2))
    return list(dict.fromkeys([*pairwise(years), *([(years[0], years[-1])] if len(years) > 1 else [])]))


def density_array(inputs: Inputs) -> xr.DataArray:
    """Carbon densities, shape (year, land_class, carbon_pool), t C ha-1."""
    years = list(inputs.study.years)
    values = [
        [[inputs.densities[year].values[name][pool] for pool in POOLS] for name in inputs.classes] for year in years
    ]
    coords = {"year": years, "land_class": list(inputs.classes), "carbon_pool": list(POOLS)}
    return stamp(xr.DataArray(values, dims=("year", "land_class", "carbon_pool"), coords=coords), "carbon_density")


@dataclass(frozen=True)
class Counting:
    """How the maps are counted: by whom, with which finished blocks, and who is told."""

    pool: Pool | None = None
    resume: bool = False
    progress: Progress | None = None


def account_land(inputs: Inputs, counting: Counting) -> Land:
    """Shares, stocks and changes of the land of the region.

    Raises
    ------
    StudyError
        A map has codes that the legend lacks, or no data in the region.
    """
    grid = inputs.grid
    fraction = region_fraction(grid, inputs.boundary) if inputs.boundary else None
    pairs = year_pairs(inputs.study.years, inputs.study.change.pairs)
    wanted = None if fraction is None else fraction > 0
    store = _store(inputs, pairs, wanted, counting)
    counts = count_land(
        inputs.maps, grid, pairs, wanted=wanted, pool=counting.pool, store=store, progress=counting.progress
    )
    _refuse_unknown(inputs, counts)
    if fraction is None:
        fraction = counts.shares[inputs.study.years[0]].sum(axis=0)
    share = land_share(counts.shares, fraction, grid, inputs.classes)
    _refuse_empty(inputs, share)
    density = density_array(inputs)
    stock = carbon_stock(share, density, grid.cell_area_ha)
    stock = stamp(stock.where(share.isel(land_class=0).notnull().drop_vars("land_class")), "carbon_stock")
    changes = tuple(_changes(inputs, counts, fraction, share, density, stock, pairs))
    part = stamp(on_cells(fraction, grid), "region_fraction")
    overfull = max(float(counts.shares[year].sum(axis=0).max()) for year in counts.shares) - 1.0
    return Land(part, share, density, stock, changes, counts.pixels, max(overfull, 0.0))


def _store(
    inputs: Inputs, pairs: list[tuple[int, int]], wanted: NDArray[np.bool_] | None, counting: Counting
) -> FolderOfBlocks | None:
    """Store of finished blocks of a long run, or of one that goes on."""
    store = FolderOfBlocks(blocks_folder(inputs.output))
    if counting.resume:
        return store
    store.clear()
    return store if len(plan_tasks(inputs.maps, inputs.grid, pairs, wanted)) > KEPT_FROM else None


def blocks_folder(output: Path) -> Path:
    """Folder beside the results for the finished blocks of a run."""
    return output.absolute().with_name(f".{output.name}-blocks")


def _refuse_unknown(inputs: Inputs, counts: LandCounts) -> None:
    strange = [item for item in inputs.maps if counts.unknown[item.year] > 0]
    problems = [unknown_codes(item, inventory(item.source), inputs.study) for item in strange]
    if problems:
        raise StudyError(dict.fromkeys(problems))


def _refuse_empty(inputs: Inputs, share: xr.DataArray) -> None:
    empty = [item for item in inputs.maps if not bool(share.sel(year=item.year).notnull().any())]
    if empty:
        raise StudyError(
            [
                tr(
                    "{name}: is nodata everywhere in the region ({year}); is it the right file, band and place?",
                    name=item.source.name,
                    year=item.year,
                )
                for item in empty
            ]
        )


def _changes(
    inputs: Inputs,
    counts: LandCounts,
    fraction: NDArray[np.float64],
    share: xr.DataArray,
    density: xr.DataArray,
    stock: xr.DataArray,
    pairs: list[tuple[int, int]],
) -> Iterator[LandChange]:
    cell_area = inputs.grid.cell_area_ha
    for first, last in pairs:
        if (first, last) in counts.pairs:
            moved, method = (
                pair_share(counts.pairs[first, last], fraction, inputs.grid, inputs.classes),
                "pixel overlay",
            )
        else:
            shares = (share.sel(year=year).fillna(0.0).drop_vars("year") for year in (first, last))
            moved, method = (
                transitions_from_shares(*shares),
                "estimated from shares of cells: the maps do not share their pixels",
            )
        total = moved.sum(("from_class", "to_class"))
        before, after = (density.sel(year=year).sum("carbon_pool").drop_vars("year") for year in (first, last))
        area = moved.sum(("y", "x")) * cell_area
        by_transition = transition_stock_change(area, before, after)
        change = _cell_change(moved, total, share, stock, before, after, cell_area, (first, last))
        yield LandChange(first, last, area, change, by_transition, method, float(total.sum()) * cell_area / HA_PER_KM2)


def _cell_change(
    moved: xr.DataArray,
    common: xr.DataArray,
    share: xr.DataArray,
    stock: xr.DataArray,
    before: xr.DataArray,
    after: xr.DataArray,
    cell_area: float,
    years: tuple[int, int],
) -> xr.DataArray:
    """Yearly stock change of each cell: the difference of the stocks; where coverage differs, that of the common land."""
    first, last = years
    same = xr.ones_like(common, dtype=bool)
    for year in years:
        same &= abs(share.sel(year=year).fillna(0.0).sum("land_class").drop_vars("year") - common) <= 1e-9
    ends = []
    for year, dim, density in ((first, "from_class", before), (last, "to_class", after)):
        other = "to_class" if dim == "from_class" else "from_class"
        on_common = (
            xr.dot(moved.sum(other), density.rename(land_class=dim), dim=dim) * cell_area
        )  # (1) * (t C/ha) * (ha)
        ends.append(
            stamp(
                stock.sel(year=year).drop_vars("year").where(same, on_common).where(common > 0),
                "carbon_stock",
            )
        )
    return common_stock_change(ends[0], ends[1], last - first)
