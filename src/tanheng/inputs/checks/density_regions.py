"""Whether carbon densities are used in the region that their table was made for."""

from __future__ import annotations

from collections.abc import Iterable

import pyproj

from tanheng.factors.densities import CarbonDensities
from tanheng.grid import Grid, transformer
from tanheng.language import name_of, tr


def foreign_densities(tables: Iterable[CarbonDensities], grid: Grid) -> list[str]:
    """Warnings on tables of densities that were made for a region where the middle of the grid does not lie."""
    west, south, east, north = grid.bounds
    x, y = transformer(grid.crs, pyproj.CRS(4326)).transform((west + east) / 2, (south + north) / 2)
    return [
        tr(
            "{name}: these densities are for {region} only, and the study lies elsewhere ({longitude:.1f}, {latitude:.1f}); "
            "use densities of its own region before any figure is relied on",
            name=table.name,
            region=name_of(table.region.name),
            longitude=x,
            latitude=y,
        )
        for table in tables
        if table.region is not None and not _lies_in(x, y, table.region.bounds)
    ]


def _lies_in(x: float, y: float, bounds: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds
    return west <= x <= east and south <= y <= north
