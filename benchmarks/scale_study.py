"""A study of any size, made for measuring: a round region, land of some years, population, two drivers and two layers of zones."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import rasterio
import shapely
from maps import ALBERS
from scipy import ndimage

_CODES = (1, 2, 3, 4, 5, 6)
#: Rows that are made at once.
_BAND = 512


def make_study(
    folder: Path,
    cells: int,
    *,
    years: tuple[int, ...] = (1995, 2005, 2015),
    zones: tuple[int, int] = (112, 450),
    resolution: float = 1000.0,
    analysis: str = "",
    outputs: str = "",
) -> Path:
    """Study file of a round region of about so many cells; made once.

    Land-cover maps, population and drivers already are the grid. A tenth of the patches of land changes from year to year.
    """
    study = folder / "study.toml"
    if study.exists():
        return study
    folder.mkdir(parents=True, exist_ok=True)
    side = 2 * math.ceil((cells / math.pi) ** 0.5) + 8
    west, north = 0.0, 4_500_000.0
    transform = rasterio.Affine(resolution, 0, west, 0, -resolution, north)
    middle = west + side * resolution / 2, north - side * resolution / 2
    radius = resolution * (cells / math.pi) ** 0.5
    _polygons(folder / "region.geojson", [shapely.Point(*middle).buffer(radius, 256)])
    for name, count in zip(("prefecture", "county"), zones, strict=True):
        _polygons(folder / f"{name}.geojson", _voronoi(middle, radius, count))
    _land(folder, side, transform, years)
    _layer(folder / "elevation.tif", _field(side, 11, 12) * 800 + 900, transform)
    _layer(folder / "rainfall.tif", _field(side, 12, 40) * 300 + 800, transform)
    for number, year in enumerate(years):
        people = np.exp(2.0 * _field(side, 21, 6) + 0.02 * number) * 80
        _layer(folder / f"population_{year}.tif", people, transform)
    rows = [f"{year},industry,raw_coal,{cells * (30 + number)},t" for number, year in enumerate(years)]
    (folder / "energy.csv").write_text("year,sector,fuel,quantity,unit\n" + "\n".join(rows) + "\n")
    (folder / "legend.csv").write_text(
        "code,land_class\n0,\n1,cropland\n2,forest\n3,grassland\n4,water\n5,built-up\n6,unused\n"
    )
    study.write_text(_study(years, resolution, analysis, outputs), encoding="utf-8")
    return study


def _study(years: tuple[int, ...], resolution: float, analysis: str, outputs: str) -> str:
    maps = ", ".join(f'{year} = "land_{year}.tif"' for year in years)
    people = ", ".join(f'{year} = "population_{year}.tif"' for year in years)
    return f"""title = "Made for measuring"
years = {list(years)}
region = {{ boundary = "region.geojson" }}

[zones.prefecture]
file = "prefecture.geojson"
id = "id"
name = "name"

[zones.county]
file = "county.geojson"
id = "id"
name = "name"

[grid]
resolution = {resolution}

[land_cover]
legend = "legend.csv"
maps = {{ {maps} }}

[carbon_density]
table = "henan-six-classes"
uncertainty = 0.3

[emissions]
activity = "energy.csv"
factors = "china-gbt"

[population]
kind = "density"
maps = {{ {people} }}

[drivers.elevation]
map = "elevation.tif"
units = "m"

[drivers.rainfall]
map = "rainfall.tif"
units = "mm"
{analysis}
[outputs]
folder = "results"
{outputs}
"""


def _field(side: int, seed: int, roughness: float) -> np.ndarray:
    """Smooth random field of unit variance, made coarse and stretched where it is smooth."""
    step = max(1, int(roughness // 3))
    small = np.random.default_rng(seed).standard_normal((side // step + 2,) * 2, dtype=np.float32)
    small = ndimage.gaussian_filter(small, roughness / step, mode="wrap")
    small /= small.std()
    return ndimage.zoom(small, step, order=1)[:side, :side] if step > 1 else small[:side, :side]


def _land(folder: Path, side: int, transform: rasterio.Affine, years: tuple[int, ...]) -> None:
    field = _field(side, 1, 6)
    levels = np.quantile(field[::7, ::7], [0.62, 0.8, 0.86, 0.89, 0.995])
    land = (np.searchsorted(levels, field) + 1).astype(np.uint8)
    for number, year in enumerate(years):
        random = np.random.default_rng(100 + number)
        hit = random.random(land.shape, dtype=np.float32) < 0.03
        land[hit] = random.choice(np.array(_CODES, np.uint8), int(hit.sum()))
        _write(folder / f"land_{year}.tif", land, transform, 0)


def _layer(path: Path, values: np.ndarray, transform: rasterio.Affine) -> None:
    _write(path, values.astype(np.float32), transform, None)


def _write(path: Path, values: np.ndarray, transform: rasterio.Affine, nodata: float | None) -> None:
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": values.dtype.name,
        "nodata": nodata, "tiled": True, "blockxsize": 512, "blockysize": 512, "compress": "DEFLATE", "zlevel": 1,
        "crs": ALBERS, "transform": transform, "BIGTIFF": "IF_SAFER",
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(values, 1)


def _voronoi(middle: tuple[float, float], radius: float, count: int) -> list[shapely.Geometry]:
    random = np.random.default_rng(count)
    angle, reach = random.uniform(0, 2 * np.pi, count), radius * np.sqrt(random.uniform(0, 1, count))
    points = np.column_stack([middle[0] + reach * np.cos(angle), middle[1] + reach * np.sin(angle)])
    disc = shapely.Point(*middle).buffer(radius, 256)
    parts = shapely.get_parts(shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=disc))
    clipped = shapely.intersection(parts, disc)
    return [shapely.segmentize(part, radius / 100) for part in clipped if not part.is_empty]


def _polygons(path: Path, shapes: list[shapely.Geometry]) -> None:
    import pyproj

    to_degrees = pyproj.Transformer.from_crs(ALBERS, 4326, always_xy=True).transform
    features = []
    for number, shape in enumerate(shapes):
        there = shapely.transform(shape, lambda at: np.column_stack(to_degrees(at[:, 0], at[:, 1])))
        properties = {"id": f"{number:04d}", "name": f"zone {number}"}
        features.append(
            {"type": "Feature", "properties": properties, "geometry": json.loads(shapely.to_geojson(there))}
        )
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
