"""People that a population map has in the region, before any land is counted."""

from __future__ import annotations

import numpy as np

from tanheng.accounting.demand import persons_per_cell
from tanheng.grid import Grid
from tanheng.inputs.emission.demand import DemandInputs
from tanheng.inputs.extent import region_fraction
from tanheng.io.vectors import Polygons
from tanheng.land.values.on_grid import on_grid


def mapped_people(given: DemandInputs, grid: Grid, boundary: Polygons | None, year: int) -> float:
    """Persons of a year inside the boundary; on the whole grid where the study has none, since only land maps tell the region then."""
    fraction = np.ones(grid.shape) if boundary is None else region_fraction(grid, boundary)
    raster = given.population[year]
    laid = on_grid(raster, grid)
    pixel = raster.pixels.pixel_size_m() / grid.resolution
    people, _ = persons_per_cell(
        laid.total, laid.mean, laid.covered, fraction, grid.cell_area_km2, given.population_kind, pixel
    )
    return float(np.nansum(people * fraction))
