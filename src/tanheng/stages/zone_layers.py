"""Stage: zone layers on the grid: the part of each cell in each zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tanheng.accounting.summaries import zone_weights
from tanheng.grid import Grid, coverage, project
from tanheng.io.vectors import Polygons
from tanheng.language import tr


@dataclass(frozen=True)
class ZoneLayer:
    """Zones of a layer on the grid.

    Attributes
    ----------
    label : str
    ids, names : tuple of str
    shapes : numpy.ndarray of shapely.Geometry
        In the CRS of the grid.
    sizes : numpy.ndarray, shape (zones,), 1
        Cells' worth of the grid in each zone.
    in_region : numpy.ndarray, shape (zones,), 1
        Cells' worth of each zone in the region, whether other zones lie there as well or not.
    overlapping : int
        Cells in which zones overlap.
    weights : scipy.sparse.csr_matrix, shape (zones + 1, cells), 1
        Part of what a cell holds in the region that belongs to each zone; the last row is what no zone covers.
    """

    label: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    shapes: NDArray[np.object_]
    sizes: NDArray[np.float64]
    in_region: NDArray[np.float64]
    overlapping: int
    weights: sparse.csr_matrix

    @property
    def of_zones(self) -> sparse.csr_matrix:
        """Weights without the part that no zone covers, shape (zones, cells)."""
        return self.weights[:-1]


def lay_zones(zones: Mapping[str, Polygons], grid: Grid, fraction: NDArray[np.float64]) -> dict[str, ZoneLayer]:
    """Every zone layer of a study on its grid; `fraction` is the part of each cell in the region, shape (rows, columns)."""
    return {label: _layer(label, polygons, grid, fraction) for label, polygons in zones.items()}


def _layer(label: str, polygons: Polygons, grid: Grid, fraction: NDArray[np.float64]) -> ZoneLayer:
    shapes = project(polygons.geometries, polygons.crs, grid.crs)
    cover = coverage(grid, shapes)
    weights = zone_weights(cover, fraction)
    sizes = np.asarray(cover.sum(axis=1)).ravel()
    overlapping = int((np.asarray(cover.sum(axis=0)).ravel() > 1.01).sum())
    within = sparse.csr_matrix(
        (np.minimum(cover.data, fraction.ravel()[cover.indices]), cover.indices, cover.indptr), cover.shape
    )
    in_region = np.asarray(within.sum(axis=1)).ravel()
    outlines = np.array(shapes, dtype=object)
    return ZoneLayer(
        label, tuple(polygons.ids), tuple(polygons.names), outlines, sizes, in_region, overlapping, weights
    )


def overlap_notes(layers: Mapping[str, ZoneLayer]) -> list[str]:
    """Notes on layers whose zones overlap."""
    notes = []
    for label, layer in layers.items():
        if layer.overlapping:
            notes.append(
                tr(
                    "zones of '{label}' overlap in {twice:,} cells; their content is shared among them",
                    label=label,
                    twice=layer.overlapping,
                )
            )
    return notes
