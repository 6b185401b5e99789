"""Stage: land maps counted on the grid."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tanheng.errors import StudyError
from tanheng.inputs.extent import region_fraction
from tanheng.inputs.land_maps import LandInputs, unknown_code_problems
from tanheng.io.blocks import FolderOfBlocks
from tanheng.land.engine import KEPT_FROM, Progress, count_land, plan_tasks
from tanheng.land.pools import Pool
from tanheng.land.series import LandSeries
from tanheng.language import tr


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


def count_series(land: LandInputs, counting: Counting) -> LandSeries:
    """Land series of the maps: shares by year, and transitions where maps share their pixels.

    Raises
    ------
    StudyError
        A map has codes that the legend lacks, or no data in the region.
    """
    fraction = region_fraction(land.grid, land.boundary) if land.boundary else None
    wanted = None if fraction is None else fraction > 0
    counts = count_land(
        land.maps,
        land.grid,
        list(land.pairs),
        wanted=wanted,
        pool=counting.pool,
        store=_store(land, wanted, counting),
        progress=counting.progress,
    )
    problems = unknown_code_problems(land, counts.unknown)
    if problems:
        FolderOfBlocks(counting.blocks).clear()
        raise StudyError(problems)
    if fraction is None:
        fraction = counts.shares[land.years[0]].sum(axis=0)
    pixels = {item.year: item.source.pixels.pixel_size_m() for item in land.maps}
    series = LandSeries(land.grid, land.classes, fraction, counts.shares, counts.pairs, pixels)
    _refuse_empty(land, series)
    return series


def _store(land: LandInputs, wanted: NDArray[np.bool_] | None, counting: Counting) -> FolderOfBlocks | None:
    """Store of finished blocks of a long run, or of one that goes on."""
    store = FolderOfBlocks(counting.blocks)
    if counting.resume:
        return store
    store.clear()
    return store if len(plan_tasks(land.maps, land.grid, list(land.pairs), wanted)) > KEPT_FROM else None


def _refuse_empty(land: LandInputs, series: LandSeries) -> None:
    empty = [item for item in land.maps if not series.share(item.year).any()]
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
            "{year}: {missing_km2:,.1f} km2 of the region have no land-cover data; they are left out of that year's totals",
            year=year,
            missing_km2=series.missing_km2(year),
        )
        for year in series.years
        if series.missing_km2(year) > 1e-6 * series.region_km2
    ]
