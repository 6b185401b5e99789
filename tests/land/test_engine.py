"""The engine around the kernels: tiles, virtual files, finished blocks, clusters, memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import rasterio

from conftest import NORTH, WEST, write_map
from land.counted import LandCounts, count_land
from tanheng.errors import InputError
from tanheng.grid import ALBERS_CHINA, Grid, grid_over
from tanheng.io.blocks import FolderOfBlocks
from tanheng.io.mosaic import open_mosaic, tile_names
from tanheng.io.rasters import open_raster
from tanheng.land import engine
from tanheng.land.engine import LandMap, plan_tasks
from tanheng.land.lookup import Lookup
from tanheng.land.pools import Cluster, Threads

CLASSES = ("one", "two", "three")
LOOKUP = Lookup(CLASSES, {0: None, 1: "one", 2: "two", 3: "three"})
#: Blocks of a few cells each.
SMALL = 9_000


@pytest.fixture
def codes() -> np.ndarray:
    random = np.random.default_rng(4)
    return np.kron(random.integers(0, 4, (60, 70)), np.ones((9, 9), int)).astype(np.uint8)


@pytest.fixture
def path(tmp_path: Path, codes: np.ndarray) -> Path:
    return write_map(
        tmp_path / "map.tif", codes, pixel=30.0, tiled=True, blockxsize=64, blockysize=64, compress="DEFLATE"
    )


def grid_for(path: Path) -> Grid:
    return grid_over(open_raster(str(path)).pixels.bounds, ALBERS_CHINA, 1000.0)


def land(path: Path, year: int = 2000) -> LandMap:
    return LandMap(year, open_raster(str(path)), LOOKUP)


def same(a: LandCounts, b: LandCounts) -> bool:
    return all(np.array_equal(a.shares[year], b.shares[year]) for year in a.shares) and all(
        np.array_equal(a.pairs[pair], b.pairs[pair]) for pair in a.pairs
    )


@pytest.mark.parametrize("how", ["strips", "overviews", "lzw", "uncompressed"])
def test_how_a_file_is_stored_changes_nothing(tmp_path: Path, path: Path, codes: np.ndarray, how: str) -> None:
    options = {"lzw": {"compress": "LZW", "predictor": 2}, "strips": {"compress": "DEFLATE"}}.get(how, {})
    other = write_map(tmp_path / "other.tif", codes, pixel=30.0, **options)
    if how == "overviews":
        with rasterio.open(other, "r+") as dataset:
            dataset.build_overviews([2, 4, 8], rasterio.enums.Resampling.average)
    grid = grid_for(path)
    assert same(count_land([land(other)], grid), count_land([land(path)], grid))


@pytest.fixture
def tiles(tmp_path: Path, codes: np.ndarray) -> Path:
    """The map cut into four tiles that overlap by ten pixels, in a folder."""
    folder = tmp_path / "tiles"
    folder.mkdir()
    for name, rows, columns in (
        ("a", (0, 280), (0, 310)),
        ("b", (0, 280), (300, 630)),
        ("c", (270, 540), (0, 310)),
        ("d", (270, 540), (300, 630)),
    ):
        part = codes[rows[0] : rows[1], columns[0] : columns[1]]
        write_map(folder / f"{name}.tif", part, pixel=30.0, west=WEST + 30 * columns[0], north=NORTH - 30 * rows[0])
    return folder


def test_tiles_are_read_as_one_map(path: Path, tiles: Path) -> None:
    grid = grid_for(path)
    mosaic = open_mosaic(tile_names(tiles), 1, None)
    assert (mosaic.pixels.height, mosaic.pixels.width) == (540, 630)
    found = count_land([LandMap(2000, mosaic, LOOKUP)], grid, block_bytes=SMALL)
    assert same(found, count_land([land(path)], grid))


def test_the_first_tile_counts_where_tiles_overlap(tmp_path: Path) -> None:
    write_map(tmp_path / "first.tif", [[1, 0]])
    write_map(tmp_path / "second.tif", [[2, 2]])
    mosaic = open_mosaic([str(tmp_path / "first.tif"), str(tmp_path / "second.tif")], 1, None)
    assert mosaic.read(0, 0, 1, 2).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"west": WEST + 7.0}, "do not lie on those of"),
        ({"pixel": 31.0}, "other pixels"),
        ({"dtype": "int16"}, "other pixels"),
        ({"crs": "EPSG:32649"}, "another CRS"),
    ],
)
def test_tiles_that_do_not_fit_are_refused(tmp_path: Path, options: dict[str, object], message: str) -> None:
    write_map(tmp_path / "a.tif", np.ones((4, 4)), pixel=30.0)
    write_map(tmp_path / "b.tif", np.ones((4, 4)), **{"pixel": 30.0, **options})
    with pytest.raises(InputError, match=message):
        open_mosaic([str(tmp_path / "a.tif"), str(tmp_path / "b.tif")], 1, 0)


def test_maps_in_zip_files_are_read(path: Path) -> None:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        archive.write(path, "map.tif")
    name = f"/vsizip/{path.with_suffix('.zip').as_posix()}/map.tif"
    grid = grid_for(path)
    assert same(count_land([LandMap(2000, open_raster(name), LOOKUP)], grid), count_land([land(path)], grid))


#: File server that answers range requests, as stores of open data do; it prints its port. It is a process of its own
#: because opening a raster holds the interpreter's lock.
SERVER = """
import http.server, pathlib, sys
class Ranges(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        path = pathlib.Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return
        data = path.read_bytes()
        first, end = 0, len(data) - 1
        if wanted:
            begin, last = wanted.removeprefix("bytes=").split("-")
            first, end = int(begin), min(int(last or end), end)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{end}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(end - first + 1))
        self.end_headers()
        self.wfile.write(data[first : end + 1])
    def log_message(self, *_):
        pass
import functools
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Ranges, directory=sys.argv[1]))
print(server.server_address[1], flush=True)
server.serve_forever()
"""


@pytest.fixture
def address(path: Path) -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-c", SERVER, str(path.parent)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        yield f"/vsicurl/http://127.0.0.1:{server.stdout.readline().strip()}/{path.name}"
        server.kill()


def test_maps_on_a_server_are_read(path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GDAL_HTTP_PROXY", "")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    grid = grid_for(path)
    assert same(count_land([LandMap(2000, open_raster(address), LOOKUP)], grid), count_land([land(path)], grid))


def stopped_after(number: int) -> engine.Progress:
    def progress(done: int, _total: int, _pixels: int) -> None:
        if done == number:
            raise KeyboardInterrupt

    return progress


def test_a_stopped_run_goes_on_from_its_finished_blocks(tmp_path: Path, path: Path, codes: np.ndarray) -> None:
    later = write_map(tmp_path / "later.tif", np.roll(codes, 5, axis=1), pixel=30.0)
    maps, grid, pairs = [land(path), land(later, 2010)], grid_for(path), [(2000, 2010)]
    expected = count_land(maps, grid, pairs)
    total = len(plan_tasks(maps, grid, pairs, None, SMALL))
    assert total > 10
    store = FolderOfBlocks(tmp_path / "blocks")
    with pytest.raises(KeyboardInterrupt):
        count_land(
            maps, grid, pairs, store=store, block_bytes=SMALL, pool=Threads(1), progress=stopped_after(total // 2)
        )
    kept = len(list((tmp_path / "blocks").glob("*.npz")))
    assert total // 2 <= kept < total
    again = FolderOfBlocks(tmp_path / "blocks")
    read: list[int] = []
    found = count_land(
        maps, grid, pairs, store=again, block_bytes=SMALL, progress=lambda done, _total, _pixels: read.append(done)
    )
    assert again.reused == kept
    assert len(read) == total - kept
    assert same(found, expected)


def test_a_changed_map_is_never_mixed_in(tmp_path: Path, path: Path, codes: np.ndarray) -> None:
    grid = grid_for(path)
    count_land([land(path)], grid, store=FolderOfBlocks(tmp_path / "blocks"), block_bytes=SMALL)
    changed = np.where(codes == 1, 2, codes)
    write_map(path, changed, pixel=30.0, tiled=True, blockxsize=64, blockysize=64, compress="DEFLATE")
    store = FolderOfBlocks(tmp_path / "blocks")
    found = count_land([land(path)], grid, store=store, block_bytes=SMALL)
    assert store.reused == 0
    assert found.shares[2000][0].sum() == 0


def test_another_meaning_of_codes_is_another_key(tmp_path: Path, path: Path) -> None:
    grid = grid_for(path)
    count_land([land(path)], grid, store=FolderOfBlocks(tmp_path / "blocks"), block_bytes=SMALL)
    store = FolderOfBlocks(tmp_path / "blocks")
    other = Lookup(CLASSES, {0: None, 1: "two", 2: "one", 3: "three"})
    count_land([LandMap(2000, open_raster(str(path)), other)], grid, store=store, block_bytes=SMALL)
    assert store.reused == 0


def test_a_damaged_block_is_counted_anew(tmp_path: Path, path: Path) -> None:
    grid = grid_for(path)
    expected = count_land([land(path)], grid, store=FolderOfBlocks(tmp_path / "blocks"), block_bytes=SMALL)
    for block in (tmp_path / "blocks").glob("*.npz"):
        block.write_bytes(block.read_bytes()[:100])
    assert same(count_land([land(path)], grid, store=FolderOfBlocks(tmp_path / "blocks"), block_bytes=SMALL), expected)


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_counts_alike_and_survives_a_dead_worker(tmp_path: Path, path: Path, codes: np.ndarray) -> None:
    """Two worker processes on loopback; one is killed after a few blocks."""
    later = write_map(tmp_path / "later.tif", np.roll(codes, 5, axis=1), pixel=30.0)
    maps, grid, pairs = [land(path), land(later, 2010)], grid_for(path), [(2000, 2010)]
    expected = count_land(maps, grid, pairs)
    told: list[str] = []
    pool = Cluster("local:2", told.append)
    try:
        workers = dict(pool._local.workers)
        victim = next(iter(workers.values())).pid

        def kill(done: int, _total: int, _pixels: int) -> None:
            if done == 3:
                os.kill(victim, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)

        found = count_land(maps, grid, pairs, pool=pool, block_bytes=SMALL, progress=kill)
        for _ in range(100):
            if told:
                break
            time.sleep(0.1)
    finally:
        pool.close()
    assert same(found, expected)
    assert any("is lost" in text for text in told)


@pytest.mark.parametrize("address", ["local:zero", "local:0"])
def test_nonsense_for_a_cluster_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="local:N"):
        Cluster(address, print)


MEASURE = """
import re, sys
from tanheng.land.engine import LandMap, counted_blocks
from tanheng.land.lookup import Lookup
from tanheng.land.pools import Threads
from tanheng.io.rasters import open_raster
from tanheng.grid import ALBERS_CHINA, grid_over
source = open_raster(sys.argv[1])
grid = grid_over(source.pixels.bounds, ALBERS_CHINA, 3000.0)
for _ in counted_blocks([LandMap(2000, source, Lookup(("one",), {1: "one", 0: None}))], grid, pool=Threads(2), block_bytes=4 * 2**20):
    pass
# Not ru_maxrss: that starts at what the parent had.
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read()).group(1))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_bounded_by_blocks_not_by_the_map(tmp_path: Path) -> None:
    """A map of sixteen times the area takes at most a fifth more memory."""
    used = []
    # The first map only has the kernels compiled, which takes memory of its own.
    for side in (1_000, 3_000, 12_000):
        path = tmp_path / f"{side}.tif"
        write_map(path, np.ones((side, side), np.uint8), pixel=30.0, tiled=True, compress="DEFLATE")
        done = subprocess.run([sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True)
        used.append(int(done.stdout))
    assert used[2] < 1.2 * used[1]


def test_holes_of_a_tile_of_floats_show_the_tile_below(tmp_path: Path) -> None:
    nan = float("nan")
    write_map(tmp_path / "first.tif", [[1, nan]], dtype="float32", nodata=nan)
    write_map(tmp_path / "second.tif", [[2, 2]], dtype="float32", nodata=nan)
    mosaic = open_mosaic([str(tmp_path / "first.tif"), str(tmp_path / "second.tif")], 1, None)
    assert mosaic.read(0, 0, 1, 2).tolist() == [[1, 2]]


VRT = """<VRTDataset rasterXSize="630" rasterYSize="540"><SRS>{crs}</SRS>
<GeoTransform>{west}, 30, 0, {north}, 0, -30</GeoTransform><VRTRasterBand dataType="Byte" band="1"><NoDataValue>0</NoDataValue>
<SimpleSource><SourceFilename relativeToVRT="1">map.tif</SourceFilename><SourceBand>1</SourceBand></SimpleSource>
</VRTRasterBand></VRTDataset>"""


def test_a_vrt_is_known_by_the_files_that_it_names(tmp_path: Path, path: Path, codes: np.ndarray) -> None:
    virtual = tmp_path / "map.vrt"
    crs = ALBERS_CHINA.to_wkt("WKT1_GDAL").replace('"', "&quot;")
    virtual.write_text(VRT.format(crs=crs, west=WEST, north=NORTH), encoding="utf-8")
    grid = grid_for(path)
    first = count_land([land(virtual)], grid, store=FolderOfBlocks(tmp_path / "blocks"), block_bytes=SMALL)
    assert same(first, count_land([land(path)], grid))
    changed = write_map(path, np.where(codes == 1, 2, codes), pixel=30.0)
    store = FolderOfBlocks(tmp_path / "blocks")
    found = count_land([land(virtual)], grid, store=store, block_bytes=SMALL)
    assert store.reused == 0
    assert same(found, count_land([land(changed)], grid))


def test_a_map_around_the_pole_is_laid_by_true_areas() -> None:
    import pyproj

    from tanheng.land.lattice.overlay import overlay
    from tanheng.land.lattice.pixels import PixelGrid

    pixels = PixelGrid(pyproj.CRS(4326).to_wkt(), (0.5, 0.0, -180.0, 0.0, -0.5, 90.0), 720, 60)
    grid = grid_over((-500_000.0, -500_000.0, 500_000.0, 500_000.0), pyproj.CRS("EPSG:6931"), 25_000.0)
    lies = overlay(pixels, grid)
    block = engine.Block(0, 0, grid.rows, grid.columns)
    window = lies.window(block)
    assert window is not None
    codes = np.ones((window.height, window.width), np.uint8)
    shares = lies.count(block, window, codes, np.array([-1, 0] + [-1] * 254, np.int16), 1)
    assert abs(shares.sum() / grid.size - 1) < 0.01
