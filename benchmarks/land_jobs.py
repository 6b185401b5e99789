"""Jobs that the benchmark of the land engine measures, each run in a process of its own: ``land_jobs.py JOB ARGUMENT...``.

All but `decode` make, of one map of six classes, the area of each class in each cell of about 1 km. They tell how much cropland they
found, which shows that they did the same work.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections import deque
from pathlib import Path

from measuring import NOT_INSTALLED

SIX = ("cropland", "forest", "grassland", "water", "built-up", "unused")
CELL = 1000.0


def make(path, scale, noise, degrees, change):
    """Make a map; in a process of its own, so that none that is measured begins with its memory."""
    from maps import make_map

    make_map(Path(path), scale=float(scale), noise=float(noise), degrees=degrees == "True", change=float(change))


def decode(path):
    """Read a whole map in strips of eight rows of tiles, and do nothing with it."""
    import rasterio

    with rasterio.Env(GDAL_CACHEMAX=64 * 2**20), rasterio.open(path) as source:
        for row in range(0, source.height, 4096):
            source.read(1, window=rasterio.windows.Window(0, row, source.width, min(4096, source.height - row)))


def counting(paths, workers):
    """Function that counts maps with tanheng on one grid, and transitions where there are two."""
    from tanheng.factors import legend_from
    from tanheng.grid import ALBERS_CHINA, grid_over
    from tanheng.io.rasters import open_raster
    from tanheng.land.engine import LandMap, counted_blocks
    from tanheng.land.lookup import Lookup
    from tanheng.land.pools import Threads

    lookup = Lookup(SIX, legend_from("six-classes").codes)
    maps = [LandMap(2000 + number, open_raster(path), lookup) for number, path in enumerate(paths)]
    grid = grid_over(maps[0].source.pixels.bounds_in(ALBERS_CHINA), ALBERS_CHINA, CELL)
    pairs = [(2000, 2001)] if len(paths) > 1 else []
    return lambda: deque(counted_blocks(maps, grid, pairs, pool=Threads(workers)), maxlen=0)


def inside(rounds, workers, *paths):
    """Decoding, and decoding plus counting, in turns in one process, imports and the first time aside."""
    jobs = {"decode": lambda: [decode(path) for path in paths], "count": counting(paths, int(workers))}
    told = {f"{name} {clock}": [] for name in jobs for clock in ("cpu", "wall")}
    for job in jobs.values():
        job()
    for _ in range(int(rounds)):
        for name, job in jobs.items():
            cpu, wall = time.process_time(), time.perf_counter()
            job()
            told[f"{name} cpu"].append(time.process_time() - cpu)
            told[f"{name} wall"].append(time.perf_counter() - wall)
    found = {key: statistics.median(values) for key, values in told.items()}
    ratios = [two / one for one, two in zip(told["decode cpu"], told["count cpu"], strict=True)]
    print(json.dumps(found | {"ratio": statistics.median(ratios)}))


def count(workers, times, path):
    """Count a map with tanheng as a library; what the last time took is told apart from the start."""
    job = counting([path], int(workers))
    for _ in range(int(times)):
        found = None  # so that two results are never held at once
        cpu, wall = time.process_time(), time.perf_counter()
        found = job()
        told = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    tell(float(found.shares[2000][0].sum()) * CELL**2, **told)


def tell(cropland, **told):
    """Print what was found, km2, and what was measured."""
    print(json.dumps({"cropland": cropland / 1e6, **told}))


def cells_over(source):
    """West, north, rows and columns of the cells over a map, on whole kilometres."""
    west, south, east, north = (value / CELL for value in source.bounds)
    return int(west // 1) * CELL, -int(-north // 1) * CELL, -int(south - north - 1), -int(west - east - 1)


def warp(path):
    """GDAL's warper through rasterio: the mean of each class's mask over each cell, a strip of cells at a time."""
    import numpy as np
    import rasterio
    from rasterio.warp import Resampling, reproject

    with rasterio.open(path) as source:
        west, north, rows, columns = cells_over(source)
        out = np.zeros((len(SIX), rows, columns), np.float32)
        size = source.transform.a
        for first in range(0, rows, 100):
            last = min(first + 100, rows)
            top = max(0, int((source.transform.f - north + first * CELL) // size))
            bottom = min(source.height, int((source.transform.f - north + last * CELL) // size) + 2)
            if bottom <= top:
                continue
            window = rasterio.windows.Window(0, top, source.width, bottom - top)
            codes = source.read(1, window=window)
            for number in range(len(SIX)):
                reproject(
                    (codes == number + 1).astype(np.float32), out[number, first:last], src_crs=source.crs, dst_crs=source.crs,
                    src_transform=source.window_transform(window), resampling=Resampling.average,
                    dst_transform=rasterio.Affine(CELL, 0, west, 0, -CELL, north - first * CELL),
                )  # fmt: skip
    tell(float(out[0].sum(dtype=float)) * CELL**2)


def exact(path):
    """exactextract: the fraction of each code in each cell, the cells as polygons, a strip of them at a time."""
    import rasterio
    from exactextract import exact_extract
    from exactextract.feature import JSONFeatureSource
    from exactextract.raster import RasterioRasterSource

    with rasterio.open(path) as source:
        west, north, rows, columns = cells_over(source)
        raster = RasterioRasterSource(source)
        cropland = 0.0
        for first in range(0, rows, 20):
            cells = [
                _square(west, north, row, column)
                for row in range(first, min(first + 20, rows))
                for column in range(columns)
            ]
            found = exact_extract(
                raster, JSONFeatureSource(cells), ["unique", "frac", "count"],
                strategy="raster-sequential", max_cells_in_memory=30_000_000,
            )  # fmt: skip
            for cell in (item["properties"] for item in found):
                parts = dict(zip(cell["unique"], cell["frac"], strict=True))
                cropland += parts.get(1, 0.0) * cell["count"] * source.transform.a**2
        tell(cropland)


def _square(west, north, row, column):
    x, y = west + column * CELL, north - row * CELL
    ring = [[x, y], [x + CELL, y], [x + CELL, y - CELL], [x, y - CELL], [x, y]]
    return {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}, "properties": {}}


def dask(path):
    """Xarray with dask: the mean of each class's mask over 33 x 33 pixels, so on cells of 990 m that no pixel crosses."""
    import dask
    import dask.array as da
    import numpy as np
    import rasterio
    import xarray as xr

    side = 33 * 62

    def read(block_info=None):
        rows, columns = block_info[None]["array-location"]
        with rasterio.open(path) as source:
            window = rasterio.windows.Window(columns[0], rows[0], columns[1] - columns[0], rows[1] - rows[0])
            return source.read(1, window=window)

    with rasterio.open(path) as source:
        sizes = [(side,) * (n // side) + ((n % side,) if n % side else ()) for n in (source.height, source.width)]
    codes = xr.DataArray(da.map_blocks(read, chunks=sizes, dtype=np.uint8), dims=("y", "x"))
    masks = [(codes == number + 1).coarsen(y=33, x=33, boundary="trim").mean() for number in range(len(SIX))]
    found = dask.compute(*masks, scheduler="threads")
    tell(float(found[0].sum()) * (33 * 30.0) ** 2)


if __name__ == "__main__":
    try:
        {job.__name__: job for job in (make, decode, inside, count, warp, exact, dask)}[sys.argv[1]](*sys.argv[2:])
    except ImportError as error:
        print(f"not installed: {error}", file=sys.stderr)
        sys.exit(NOT_INSTALLED)
