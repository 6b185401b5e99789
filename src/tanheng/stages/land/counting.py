"""Stage: land maps counted on the grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import StudyError
from tanheng.inputs.extent import region_fraction
from tanheng.inputs.land_maps import LandInputs, unknown_code_problems
from tanheng.io.blocks import FolderOfBlocks
from tanheng.land.cells import CellStore, HeldCells
from tanheng.land.engine import BLOCK_BYTES, KEPT_FROM, BlockCounts, CountTask, Progress, counted_blocks
from tanheng.land.moved import Moved, joined, keep_conversions, moved_land
from tanheng.land.pools import Pool
from tanheng.land.region import in_region
from tanheng.land.series import LandSeries, keep_shares
from tanheng.land.work import Work, finished
from tanheng.language import tr

#: Name of the layer of the part of each cell in the region.
_FRACTION = "region_fraction"


@dataclass(frozen=True)
class Counting:
    """How maps are counted: by which workers, where finished blocks are kept, whether those of a stopped run serve, who is told."""

    blocks: Path
    pool: Pool | None = None
    resume: bool = False
    progress: Progress | None = None


def blocks_folder(output: Path) -> Path:
    """Folder beside the results for the finished blocks of a run."""
    return output.absolute().with_name(f".{output.name}-blocks")


def count_series(land: LandInputs, counting: Counting, cells: CellStore | None = None) -> LandSeries:
    """Land series of the maps: shares by year, and transitions where maps share their pixels.

    Parameters
    ----------
    cells : CellStore, optional
        Keeps the shares; in memory by default.

    Raises
    ------
    StudyError
        A map has codes that the legend lacks, or no data in the region.
    """
    cells = cells or HeldCells(land.grid)

    def count() -> LandSeries:
        series = _counted(land, counting, cells)
        cells.put(series.fraction, _FRACTION)
        return series

    def recalled(data: dict[str, Any]) -> LandSeries:
        moved = {(first, last): Moved.of_data(of) for first, last, of in data["moved"]}
        fraction = cells.layer(_FRACTION)
        return LandSeries(land.grid, land.classes, land.years, fraction, cells, moved, _pixels(land), data["overfull"])

    return finished(cells, Work(count, _noted, recalled, "series"))


def _noted(series: LandSeries) -> dict[str, Any]:
    """What a series is besides its layers, as JSON holds it."""
    moved = [[first, last, land.as_data()] for (first, last), land in series.moved.items()]
    return {"moved": moved, "overfull": series.overfull}


def _pixels(land: LandInputs) -> dict[int, float]:
    return {item.year: item.source.pixels.pixel_size_m() for item in land.maps}


def _counted(land: LandInputs, counting: Counting, cells: CellStore) -> LandSeries:
    fraction = region_fraction(land.grid, land.boundary) if land.boundary else None
    wanted = None if fraction is None else fraction > 0
    store = _store(land, counting)
    gathered = _Gathered(land, cells, fraction)
    for task, counts in counted_blocks(
        land.maps,
        land.grid,
        list(land.pairs),
        wanted=wanted,
        within_first=fraction is None,
        pool=counting.pool,
        store=store,
        progress=counting.progress,
    ):
        gathered.add(task, counts)
    problems = unknown_code_problems(land, gathered.unknown)
    if problems:
        FolderOfBlocks(counting.blocks).clear()
        raise StudyError(problems)
    series = gathered.series()
    _refuse_empty(land, series)
    return series


class _Gathered:
    """Land series that counted blocks are laid into.

    Parameters
    ----------
    fraction : numpy.ndarray, shape (rows, columns), optional
        Part of each cell in the region; without it, the land that the first map has data of.
    """

    def __init__(self, land: LandInputs, cells: CellStore, fraction: NDArray[np.float64] | None) -> None:
        self.land, self.cells = land, cells
        self.bounded = fraction is not None
        self.fraction = np.zeros(land.grid.shape) if fraction is None else fraction
        self.unknown = dict.fromkeys(land.years, 0.0)
        self.moved: dict[tuple[int, int], list[tuple[Moved, int, int, int]]] = {}
        self.overfull = 0.0
        for year in land.years:
            nothing = np.zeros((len(land.classes), 0, 0))
            keep_shares(cells, land.classes, year, nothing)

    def add(self, task: CountTask, counts: BlockCounts) -> None:
        """Lay a block into the series."""
        block, classes = counts.block, self.land.classes
        here = (slice(block.row, block.row + block.rows), slice(block.column, block.column + block.columns))
        years = [item.year for item in task.maps]
        if not self.bounded and self.land.years[0] in years:
            self.fraction[here] = counts.shares[years.index(self.land.years[0]), : len(classes)].sum(axis=0)
        shares = []
        for year, counted in zip(years, counts.shares, strict=True):
            self.unknown[year] += float(counted[-1].sum())
            self.overfull = max(self.overfull, float(counted[:-1].sum(axis=0).max(initial=0.0)) - 1.0)
            shares.append(in_region(counted[:-1], self.fraction[here]))
            keep_shares(self.cells, classes, year, shares[-1], block.row, block.column)
        for (first, last), pair in zip(task.pairs, counts.pairs, strict=True):
            inside, years_of_pair = in_region(pair, self.fraction[here]), (years[first], years[last])
            keep_conversions(self.cells, inside, years_of_pair, block.row, block.column)
            parts = self.moved.setdefault(years_of_pair, [])
            parts.append((moved_land(inside, shares[first], shares[last]), block.row, block.column, block.columns))

    def series(self) -> LandSeries:
        """Series of all blocks."""
        land = self.land
        moved = {pair: joined(parts, land.grid.columns) for pair, parts in self.moved.items()}
        overfull = max(self.overfull, 0.0)
        return LandSeries(
            land.grid, land.classes, land.years, self.fraction, self.cells, moved, _pixels(land), overfull
        )


def _store(land: LandInputs, counting: Counting) -> FolderOfBlocks | None:
    """Store of finished blocks of a long run, or of one that goes on."""
    store = FolderOfBlocks(counting.blocks)
    if counting.resume:
        return store
    store.clear()
    pixels = sum(item.source.pixels.width * item.source.pixels.height * item.source.itemsize for item in land.maps)
    # Counting fewer pixels takes less time than keeping their counts.
    return store if pixels > KEPT_FROM * BLOCK_BYTES else None


def _refuse_empty(land: LandInputs, series: LandSeries) -> None:
    empty = [item for item in land.maps if not series.covered(item.year).any()]
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


def missing_land(series: LandSeries) -> list[str]:
    """Notes on land that a year lacks: what it stores is not lost, it is not known."""
    return [
        tr(
            "{year}: {missing_km2:,.1f} km2 of the region have no land-cover data: their carbon is left out of that year, and "
            "emissions there are counted",
            year=year,
            missing_km2=series.missing_km2(year),
        )
        for year in series.years
        if series.missing_km2(year) > 1e-6 * series.region_km2
    ]
