"""Where the analysis lies: the grid that fits a study, the region on it, and whether maps cover it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from tanheng.errors import InputError
from tanheng.grid import Bounds, Grid, coverage, equal_area_crs, grid_over, is_equal_area, project, transformer
from tanheng.io.mosaic import Mosaic
from tanheng.io.rasters import Raster
from tanheng.io.vectors import Polygons
from tanheng.land.lattice.pixels import PixelGrid, lies_on
from tanheng.language import listed, tr
from tanheng.limits import limit, more_than
from tanheng.units import M2_PER_KM2

#: Part of the region that a map's frame may miss before it is refused.
LEAST_COVER = 0.99

#: Share of a zone from which on it lies in the region, and not only along its edge.
LEAST_INSIDE = 1e-3

_ANYWHERE = pyproj.CRS(4326)


def choose_grid(
    maps: Iterable[Raster | Mosaic], boundary: Polygons | None, resolution: float, crs_text: str | None = None
) -> Grid:
    """Analysis grid: the CRS asked for, else that of the first map if it is equal-area, else one that fits.

    Where a map is such a grid already, cell lines are those of the map; else they go through round coordinates.

    Raises
    ------
    InputError
        The CRS asked for is none, or not equal-area in metres.
    """
    rasters = list(maps)
    first = rasters[0].pixels
    degrees = _bounds_of(boundary, _ANYWHERE) if boundary else first.bounds_in(_ANYWHERE)
    crs = _grid_crs(crs_text, first.crs, degrees)
    bounds = _bounds_of(boundary, crs) if boundary else first.bounds_in(crs)
    origin = (0.0, 0.0)
    trial = Grid(crs.to_wkt(), 0.0, 0.0, resolution, 1, 1)
    for raster in rasters:
        affine = raster.pixels.affine
        same_size = abs(abs(affine[0]) - resolution) < 1e-9 and abs(abs(affine[4]) - resolution) < 1e-9
        if same_size and lies_on(raster.pixels, trial):
            origin = (raster.pixels.bounds[0], raster.pixels.bounds[3])
            break
    cells = (bounds[2] - bounds[0]) / resolution * (bounds[3] - bounds[1]) / resolution
    if not cells <= limit("grid_cells"):
        raise InputError(
            tr(
                "grid.resolution: cells of {resolution:g} m make a grid of too many cells: {more}",
                resolution=resolution,
                more=more_than("grid_cells", round(cells)),
            )
        )
    return grid_over(bounds, crs, resolution, origin)


def _grid_crs(wanted: str | None, of_map: pyproj.CRS, degrees: Bounds) -> pyproj.CRS:
    if wanted is None:
        return of_map if is_equal_area(of_map, degrees) else equal_area_crs(degrees)
    try:
        crs = pyproj.CRS.from_user_input(wanted)
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            tr(
                "grid.crs: '{asked}' is not a CRS ({error}); write an EPSG code or a WKT, or leave it out",
                asked=wanted,
                error=error,
            )
        ) from error
    if not is_equal_area(crs, degrees):
        raise InputError(
            tr(
                "grid.crs: '{asked}' is not equal-area in metres, so cells would differ in area; choose an equal-area one, or "
                "leave it out: one is then fitted to the region",
                asked=wanted,
            )
        )
    return crs


def _bounds_of(polygons: Polygons, crs: pyproj.CRS) -> Bounds:
    west, south, east, north = shapely.total_bounds(project(polygons.geometries, polygons.crs, crs))
    return float(west), float(south), float(east), float(north)


def region_fraction(grid: Grid, boundary: Polygons) -> NDArray[np.float64]:
    """Part of each cell inside the boundary, shape (rows, columns)."""
    whole = shapely.union_all(project(boundary.geometries, boundary.crs, grid.crs))
    return np.asarray(coverage(grid, [whole]).toarray(), np.float64).reshape(grid.shape)


def cover_problems(
    grid: Grid, boundary: Polygons | None, maps: Iterable[Raster | Mosaic]
) -> tuple[list[str], list[str]]:
    """Errors for maps whose frame leaves much of the region out; warnings for smaller gaps, and those between tiles."""
    errors, warnings = [], []
    region = shapely.union_all(project(boundary.geometries, boundary.crs, grid.crs)) if boundary else None
    for raster in {id(item): item for item in maps}.values():
        frame = _frame(raster, grid)
        if region is None:
            if not shapely.intersects(frame, shapely.box(*grid.bounds)):
                errors.append(_elsewhere(raster.name, raster.pixels.bounds_in(_ANYWHERE), grid))
                continue
            gaps = shapely.area(shapely.difference(_frame_of(raster.pixels, grid), frame)) / M2_PER_KM2
            if isinstance(raster, Mosaic) and gaps > 1e-6:
                warnings.append(
                    tr("{name}: gaps of {gaps:,.1f} km2 between its tiles have no data", name=raster.name, gaps=gaps)
                )
            continue
        whole = shapely.area(region) / M2_PER_KM2
        missing = shapely.area(shapely.difference(region, frame)) / M2_PER_KM2
        if missing > (1 - LEAST_COVER) * whole:
            errors.append(
                tr(
                    "{name}: does not cover the region: {missing:,.0f} of {whole:,.0f} km2 are missing; use a map that covers it "
                    "(or a mosaic of its tiles), or a smaller boundary",
                    name=raster.name,
                    missing=missing,
                    whole=whole,
                )
            )
        elif missing > 1e-6 * whole:
            warnings.append(
                tr(
                    "{name}: {missing:,.1f} km2 of the region lie outside the map, or between its tiles",
                    name=raster.name,
                    missing=missing,
                )
            )
    return errors, warnings


def _frame(raster: Raster | Mosaic, grid: Grid) -> shapely.Geometry:
    """Area that a map's file or files cover, in the CRS of the grid."""
    if isinstance(raster, Raster):
        return _frame_of(raster.pixels, grid)
    return shapely.union_all([_frame_of(item.raster.pixels, grid) for item in raster.tiles], grid_size=1e-3)


def _frame_of(pixels: PixelGrid, grid: Grid) -> shapely.Geometry:
    along = np.linspace(0.0, 1.0, 401)
    columns = pixels.width * np.concatenate([along, np.ones(401), along[::-1], np.zeros(401)])
    rows = pixels.height * np.concatenate([np.zeros(401), along, np.ones(401), along[::-1]])
    x, y = transformer(pixels.crs, grid.crs).transform(*pixels.corners(columns, rows))
    good = np.isfinite(x) & np.isfinite(y)
    return shapely.make_valid(shapely.Polygon(np.column_stack([np.asarray(x)[good], np.asarray(y)[good]])))


def zones_elsewhere(polygons: Polygons, grid: Grid) -> list[str]:
    """Problem of a layer whose frame does not touch the grid."""
    frame = shapely.box(*shapely.total_bounds(polygons.geometries))
    if shapely.intersects(project([frame], polygons.crs, grid.crs)[0], shapely.box(*grid.bounds)):
        return []
    return [_elsewhere(polygons.path, _bounds_of(polygons, _ANYWHERE), grid)]


def zones_outside(polygons: Polygons, ids: Collection[str], grid: Grid, boundary: Polygons | None) -> list[str]:
    """Names of some zones of a layer that do not lie in the region, or on the grid where the study has no boundary."""
    region: shapely.Geometry = shapely.box(*grid.bounds)
    if boundary is not None:
        region = shapely.union_all(project(boundary.geometries, boundary.crs, grid.crs))
    wanted = [number for number, zone in enumerate(polygons.ids) if zone in ids]
    shapes = project([polygons.geometries[number] for number in wanted], polygons.crs, grid.crs)
    inside, whole = shapely.area(shapely.intersection(shapes, region)), shapely.area(shapes)
    return [
        polygons.names[number]
        for number, part, own in zip(wanted, inside, whole, strict=True)
        if part <= LEAST_INSIDE * own
    ]


def emitting_elsewhere(layer: str, names: Sequence[str]) -> str:
    """Problem of zones that have emissions and do not lie in the region."""
    return tr(
        "zones.{layer}: {names} have emissions and no land in the region; is the layer of the same place, and its CRS right? Leave out rows "
        "of zones that are not in the study",
        layer=layer,
        names=listed(names[:8]),
    )


def raster_elsewhere(raster: Raster, grid: Grid) -> list[str]:
    """Problem of a raster that does not touch the grid."""
    if shapely.intersects(_frame_of(raster.pixels, grid), shapely.box(*grid.bounds)):
        return []
    return [_elsewhere(raster.path, raster.pixels.bounds_in(_ANYWHERE), grid)]


def _elsewhere(path: str, bounds: Bounds, grid: Grid) -> str:
    x, y = np.array(grid.bounds)[[0, 2, 0, 2]], np.array(grid.bounds)[[1, 1, 3, 3]]
    longitude, latitude = transformer(grid.crs, _ANYWHERE).transform(x, y)
    return tr(
        "{path}: lies elsewhere: it reaches from {west:.6g}, {south:.6g} to {east:.6g}, {north:.6g} (degrees), the study from "
        "{region_west:.6g}, {region_south:.6g} to {region_east:.6g}, {region_north:.6g}; is it the right file, and its CRS right?",
        path=path,
        west=bounds[0],
        south=bounds[1],
        east=bounds[2],
        north=bounds[3],
        region_west=min(longitude),
        region_south=min(latitude),
        region_east=max(longitude),
        region_north=max(latitude),
    )
