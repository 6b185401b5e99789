"""Carbon density and its change at the map's own resolution, as InVEST gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
import rasterio.shutil
from numpy.typing import NDArray
from rasterio._err import CPLE_BaseError
from rasterio.errors import RasterioError
from rasterio.windows import Window

from tanheng.errors import OutputError
from tanheng.land.engine import LandMap
from tanheng.land.lattice.common import common_pixels, place_on
from tanheng.land.lattice.pixels import PixelGrid
from tanheng.language import tr

_STRIP_PIXELS = 2**23


def write_pixel_maps(
    folder: Path,
    maps: Sequence[LandMap],
    densities: Mapping[int, Mapping[str, float]],
    pairs: Sequence[tuple[int, int]],
) -> list[Path]:
    """Write ``carbon_density_YEAR.tif`` of each map, and ``carbon_density_change_FIRST-LAST.tif`` of pairs on one lattice of pixels.

    Values are t C/ha as float32; missing is NaN, which no change can be mistaken for. Maps are read in strips once more.

    Parameters
    ----------
    densities : mapping of int to mapping of str to float
        Carbon density of each class by year, t C/ha.
    pairs : sequence of (int, int)
        Years whose change is wanted, on all land that either map reaches to; pairs whose maps lie on other pixels are left out.

    Raises
    ------
    OutputError
        A file can't be written.
    """
    by_year = {item.year: item for item in maps}
    wanted: list[tuple[str, tuple[int, ...], str]] = [
        (f"carbon_density_{year}.tif", (year,), "carbon density") for year in by_year
    ]
    for first, last in pairs:
        if place_on(by_year[first].source.pixels, by_year[last].source.pixels) is not None:
            text = f"change of carbon density from {first} to {last}"
            wanted.append((f"carbon_density_change_{first}-{last}.tif", (first, last), text))
    written = []
    for name, years, text in wanted:
        _write(folder / name, [by_year[year] for year in years], [densities[year] for year in years], text)
        written.append(folder / name)
    return written


def _write(path: Path, maps: Sequence[LandMap], densities: Sequence[Mapping[str, float]], text: str) -> None:
    common = common_pixels([item.source.pixels for item in maps])
    pixels, places = common.pixels, common.places
    unfinished = path.with_suffix(".unfinished.tif")
    try:
        with rasterio.open(unfinished, "w", **_profile(pixels)) as dataset:
            for row, height in _strips(pixels, maps[0].source.tile[0]):
                layers = [
                    _density(item, table, pixels, place, (row, height))
                    for item, table, place in zip(maps, densities, places, strict=True)
                ]
                values = layers[0] if len(layers) == 1 else layers[1] - layers[0]
                dataset.write(values, 1, window=Window(0, row, pixels.width, height))
            dataset.units = ("t C ha-1",)
            dataset.set_band_description(1, text)
        rasterio.shutil.copy(unfinished, path, driver="COG", compress="DEFLATE", level=1, overview_resampling="AVERAGE")
    except (RasterioError, CPLE_BaseError, OSError) as error:
        raise OutputError(
            tr("{path}: can't be written ({error}); is the disk full?", path=path, error=error)
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _profile(pixels: PixelGrid) -> dict[str, Any]:
    return {
        "driver": "GTiff", "width": pixels.width, "height": pixels.height, "count": 1, "dtype": "float32",
        "crs": rasterio.crs.CRS.from_wkt(pixels.crs_wkt), "transform": rasterio.Affine(*pixels.affine),
        "nodata": float("nan"), "tiled": True, "compress": "DEFLATE", "zlevel": 1, "BIGTIFF": "IF_SAFER",
    }  # fmt: skip


def _strips(pixels: PixelGrid, tile: int) -> list[tuple[int, int]]:
    """First row and height of strips of whole tiles, about as large as memory likes."""
    height = max(tile, _STRIP_PIXELS // pixels.width // tile * tile)
    return [(row, min(height, pixels.height - row)) for row in range(0, pixels.height, height)]


def _density(
    item: LandMap, densities: Mapping[str, float], pixels: PixelGrid, place: tuple[int, int], strip: tuple[int, int]
) -> NDArray[np.float32]:
    """Density on a strip of rows of `pixels`, among which the map begins at a row and column; NaN beyond its edges."""
    row, height = strip
    source = item.source
    out = np.full((height, pixels.width), np.nan, np.float32)
    first, last = max(row - place[0], 0), min(row + height - place[0], source.pixels.height)
    if first < last:
        rows = slice(first + place[0] - row, last + place[0] - row)
        columns = slice(place[1], place[1] + source.pixels.width)
        out[rows, columns] = _of_codes(item, densities, source.read(first, 0, last - first, source.pixels.width))
    return out


def _of_codes(item: LandMap, densities: Mapping[str, float], stored: NDArray[Any]) -> NDArray[np.float32]:
    codes, table = item.lookup.indexed(stored, item.source.name)
    by_class = np.array([densities[name] for name in item.lookup.classes], np.float32)
    known = (table >= 0) & (table < len(by_class))
    by_byte = np.full(256, np.nan, np.float32)
    by_byte[known] = by_class[table[known]]
    return by_byte[codes]
