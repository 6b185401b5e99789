"""Whether the place that a raster claims can be one on Earth."""

from __future__ import annotations

import math

import numpy as np
import pyproj

from tanheng.errors import InputError
from tanheng.grid import transformer
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import tr
from tanheng.limits import limit, more_than

#: Degrees by which a map may reach beyond a pole, or beyond once around: the edge of its outermost pixels.
_BEYOND = 1.0

#: Least part of the outline whose longitude and latitude must be known.
_KNOWN = 0.02


def refuse_strange_place(name: str, pixels: PixelGrid) -> None:
    """Refuse a place that no map has: broken transforms, degrees beyond the poles, metres called degrees, CRS without a map.

    Raises
    ------
    InputError
        The message says which bounds were found, and what was expected.
    """
    _refuse_transform(name, pixels)
    count = float(pixels.width) * float(pixels.height)
    if count > limit("raster_pixels"):
        raise InputError(tr("{name}: too many pixels: {more}", name=name, more=more_than("raster_pixels", count)))
    crs = pixels.crs
    if crs.is_geocentric or crs.is_engineering or not (crs.is_geographic or crs.is_projected or crs.is_bound):
        raise InputError(
            tr(
                "{name}: its CRS ({crs}) is neither a map projection nor longitude and latitude; assign the one it was made in "
                "(gdal_edit -a_srs EPSG:...)",
                name=name,
                crs=crs.name[:80],
            )
        )
    bounds = pixels.bounds
    if crs.is_geographic:
        west, south, east, north = bounds
        if (
            west < -360 - _BEYOND
            or east > 360 + _BEYOND
            or south < -90 - _BEYOND
            or north > 90 + _BEYOND
            or east - west > 360 + _BEYOND
        ):
            raise InputError(_outside(name, crs, bounds, tr("degrees, from -180 to 360 east and -90 to 90 north")))
        return
    if not _on_earth(pixels):
        raise InputError(_outside(name, crs, bounds, tr("coordinates inside the area of that CRS")))


def _refuse_transform(name: str, pixels: PixelGrid) -> None:
    a, b, _, d, e, _ = pixels.affine
    finite = all(map(math.isfinite, pixels.affine))
    area = abs(a * e - b * d) if finite else 0.0
    long = max(math.hypot(a, d), math.hypot(b, e)) if finite else 0.0
    # Sides that are almost one line enclose almost nothing: no pixel is sheared so far.
    if not finite or area <= 1e-6 * long * long or not long < _LONGEST:
        raise InputError(
            tr(
                "{name}: its geotransform {affine} gives pixels no area or no place; georeference it anew",
                name=name,
                affine=", ".join(f"{value:.6g}" for value in pixels.affine),
            )
        )


#: Side of a pixel, in the unit of its CRS, that none reaches: the Earth is 40,000 km around.
_LONGEST = 4.1e7


def _outside(name: str, crs: pyproj.CRS, bounds: tuple[float, float, float, float], expected: str) -> str:
    return tr(
        "{name}: says that it reaches from {west:.6g}, {south:.6g} to {east:.6g}, {north:.6g} in {crs}; expected {expected}. Is it "
        "in another CRS? Assign the one it was made in (gdal_edit -a_srs EPSG:...)",
        name=name,
        west=bounds[0],
        south=bounds[1],
        east=bounds[2],
        north=bounds[3],
        crs=crs.name[:80],
        expected=expected,
    )


def _on_earth(pixels: PixelGrid) -> bool:
    """Whether some of the outline of a projected raster has a longitude and latitude that lead back to where they came from."""
    x, y = pixels.edge(9)
    try:
        there = transformer(pixels.crs, pyproj.CRS(4326))
        longitude, latitude = there.transform(x, y)
        back_x, back_y = there.transform(longitude, latitude, direction="INVERSE")
    except pyproj.exceptions.ProjError:
        return False
    size = max(abs(value) for value in pixels.bounds) + 1.0
    same = np.hypot(np.asarray(back_x) - x, np.asarray(back_y) - y) < 1e-3 * size
    known = np.isfinite(longitude) & np.isfinite(latitude) & (np.abs(latitude) <= 90.0 + 1e-9) & same
    return bool(known.mean() > _KNOWN)
