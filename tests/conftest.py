"""Small maps, tables and studies that tests write for themselves."""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from hypothesis import settings

from chromium import CHROMIUM, FLAGS
from tanheng.grid import ALBERS_CHINA
from tanheng.pipeline.run import Results, run_study

# The machine is shared: a slow example is no failure. The same examples come every time.
settings.register_profile("tanheng", deadline=None, derandomize=True)
settings.load_profile("tanheng")

HENAN = Path(__file__).parents[2] / "shared" / "data" / "henan-real"
INVEST = Path(__file__).parents[2] / "shared" / "data" / "invest-reference"
EXAMPLE = Path(__file__).parents[1] / "examples" / "henan"

#: Grids of results are of 32-bit numbers: they differ from what was computed by less than this, relatively.
SINGLE = 2e-7

#: Corner of the small maps, in the Albers projection of China.
WEST, NORTH = 700_000.0, 3_900_000.0

MapWriter = Callable[..., Path]


def write_map(
    path: Path,
    codes: Any,
    *,
    pixel: float | tuple[float, float] = 1000.0,
    west: float = WEST,
    north: float = NORTH,
    crs: Any = ALBERS_CHINA,
    dtype: str = "uint8",
    nodata: float | None = 0,
    **profile: Any,
) -> Path:
    """Write a GeoTIFF; `pixel` is (width, height), a negative height is south-up."""
    values = np.asarray(codes)
    values = (values if values.ndim == 3 else values[None]).astype(dtype)
    width, height = (pixel, pixel) if isinstance(pixel, float) else pixel
    wkt = crs.to_wkt() if hasattr(crs, "to_wkt") else crs
    with rasterio.open(
        path, "w", driver="GTiff", height=values.shape[1], width=values.shape[2], count=values.shape[0], dtype=dtype,
        crs=rasterio.crs.CRS.from_user_input(wkt) if wkt else None,
        transform=rasterio.Affine(width, 0, west, 0, -height, north), nodata=nodata, **profile,
    ) as dataset:  # fmt: skip
        dataset.write(values)
    return path


@pytest.fixture
def map_writer(tmp_path: Path) -> MapWriter:
    """Writer of small maps into the test's own folder."""
    return lambda name, codes, **options: write_map(tmp_path / name, codes, **options)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, opened once for the tests of a module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def henan(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Results:
    """Results of the example, run once for all tests: by one process, while another that wants them waits."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "henan"
    held = folder / "results.pickle"
    try:
        folder.mkdir()
    except FileExistsError:
        while not held.exists():
            assert not (folder / "failed").exists(), "the example failed in another process"
            time.sleep(0.2)
        found: Results = pickle.loads(held.read_bytes())  # noqa: S301  our own bytes
        return found
    try:
        results = run_study(EXAMPLE / "study.toml", output=folder / "results")
    except BaseException:
        (folder / "failed").touch()
        raise
    unfinished = held.with_suffix(".unfinished")
    unfinished.write_bytes(pickle.dumps(results))
    unfinished.replace(held)
    return results


#: How the maps of small studies are printed, where they are: coarse and few.
SMALL_MAPS = "[maps]\ndpi = 72\npanels = false\n"

#: Every statistic of cells, with few draws.
STATISTICS = """
[analysis]
geodetector = true
classes = [2, 3]
random_maps = 19
permutations = 99
"""

#: Small studies print no maps, since most tests look at something else; `printed` gives them back.
NO_MAPS = "[outputs]\nmaps = false\n"

STUDY = f"""
title = "Tiny"
years = [2000, 2010]
{SMALL_MAPS}{NO_MAPS}[land_cover]
legend = "six-classes"
maps = {{ 2000 = "a.tif", 2010 = "b.tif" }}
[carbon_density]
table = "henan-six-classes"
"""

#: Densities, emissions and people of the small studies, with the files that `tiny_study_with_people` writes.
CARBON_AND_PEOPLE = """[carbon_density]
table = "henan-six-classes"
[emissions]
totals = "totals.csv"
[population]
kind = "density"
map = "people.tif"
"""

FIRST = [[1, 1, 2, 2], [1, 3, 2, 4], [1, 1, 5, 0]]
LAST = [[1, 5, 2, 2], [1, 2, 2, 4], [5, 1, 5, 0]]


def tiny_study(folder: Path) -> Path:
    """Study file of 3 x 4 cells and two years; its maps are `a.tif` and `b.tif` beside it."""
    write_map(folder / "a.tif", FIRST)
    write_map(folder / "b.tif", LAST)
    path = folder / "study.toml"
    path.write_text(STUDY, encoding="utf-8")
    return path


def with_outputs(text: str, entries: str) -> str:
    """Text of a small study with more entries on its outputs."""
    assert NO_MAPS in text
    return text.replace(NO_MAPS, NO_MAPS + entries)


def printed(study: Path) -> Path:
    """A small study that prints its maps."""
    text = study.read_text(encoding="utf-8")
    assert NO_MAPS in text
    study.write_text(text.replace(NO_MAPS, ""), encoding="utf-8")
    return study


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Tiny study in a folder of its own."""
    return tiny_study(tmp_path)


@pytest.fixture
def tiny_with_people(tmp_path: Path) -> Path:
    """The tiny study with emissions, population, a driver and two zones."""
    return tiny_study_with_people(tmp_path)


def tiny_study_with_people(folder: Path) -> Path:
    """Study file of the tiny study with emissions, population, a driver and two zones."""
    tiny = tiny_study(folder)
    write_map(tiny.parent / "people.tif", [[10, 20, 5, 1], [30, 40, 2, 1], [5, 5, 100, 7]], dtype="float32", nodata=-1)
    write_map(tiny.parent / "height.tif", [[1, 2, 9, 8], [2, 3, 7, 5], [1, 1, 2, 3]], dtype="float32", nodata=-1)
    (tiny.parent / "totals.csv").write_text("year,emissions,unit\n2000,1000,t CO2\n2010,2000,t CO2\n", encoding="utf-8")
    half = NORTH - 3000
    zones = [
        zone("a", "西部", WEST, half, WEST + 2000, NORTH),
        zone("b", "东部", WEST + 2000, half, WEST + 4000, NORTH),
    ]
    write_zones(tiny.parent / "zones.gpkg", zones)
    tiny.write_text(
        STUDY
        + """
[zones.part]
file = "zones.gpkg"
id = "code"
name = "name"
[emissions]
totals = "totals.csv"
[population]
kind = "density"
map = "people.tif"
[drivers.height]
map = "height.tif"
units = "m"
""",
        encoding="utf-8",
    )
    return tiny


def zone(code: str, name: str, west: float, south: float, east: float, north: float) -> dict[str, Any]:
    """Feature of a rectangle."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def write_zones(path: Path, features: list[dict[str, Any]], crs: str | None = None) -> Path:
    """Write features as a GeoPackage in the CRS of the small maps."""
    import shapely
    from pyogrio.raw import write

    geometry = np.array([shapely.to_wkb(shapely.geometry.shape(item["geometry"])) for item in features], dtype=object)
    fields = list(features[0]["properties"])
    data = [np.array([item["properties"][field] for item in features], dtype=object) for field in fields]
    write(path, geometry, data, fields, crs=crs or ALBERS_CHINA.to_wkt(), geometry_type="Polygon", driver="GPKG")
    return path
