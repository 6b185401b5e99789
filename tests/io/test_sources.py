# ruff: noqa: ISC004  texts of files, each on its lines
"""What a stranger's file may reach: no network, no other files, and no place that is none."""

from __future__ import annotations

import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio

from conftest import tiny_study, write_map
from tanheng.errors import InputError, StudyError
from tanheng.inputs.study_inputs import open_inputs
from tanheng.io.rasters import files_open, open_raster
from tanheng.io.results.tables import read_result_table
from tanheng.io.sources import trusting
from tanheng.io.tables import write_csv
from tanheng.io.vectors import read_polygons
from tanheng.land.engine import inventory
from tanheng.study import load_study


@pytest.fixture
def asked() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback, and what it is asked for."""
    requests: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            requests.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815  as the library calls it

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", requests
    server.shutdown()
    server.server_close()


VRT = """<VRTDataset rasterXSize="4" rasterYSize="3"><SRS>EPSG:32650</SRS>
<GeoTransform>500000, 30, 0, 3800000, 0, -30</GeoTransform><VRTRasterBand dataType="Byte" band="1"><SimpleSource>
<SourceFilename relativeToVRT="{relative}">{source}</SourceFilename><SourceBand>1</SourceBand></SimpleSource></VRTRasterBand></VRTDataset>"""


@pytest.mark.parametrize(
    "text",
    [
        '<GDAL_WMS><Service name="TMS"><ServerUrl>{url}/${{z}}/${{x}}/${{y}}.png</ServerUrl></Service>'
        "<DataWindow><UpperLeftX>0</UpperLeftX><UpperLeftY>1</UpperLeftY><LowerRightX>1</LowerRightX><LowerRightY>0</LowerRightY>"
        "<SizeX>256</SizeX><SizeY>256</SizeY></DataWindow><BandsCount>1</BandsCount></GDAL_WMS>",
        "<WMS_Capabilities>{url}</WMS_Capabilities>",
        "<GDAL_WMTS><GetCapabilitiesUrl>{url}/wmts</GetCapabilitiesUrl></GDAL_WMTS>",
        '{{"stac_version": "1.0.0", "stac_extensions": [], "type": "Feature", "assets": {{"a": {{"href": "{url}/a.tif"}}}}}}',
        VRT.replace("{source}", "/vsicurl/{url}/a.tif").replace("{relative}", "0"),
        VRT.replace("{source}", "{url}/a.tif").replace("{relative}", "0"),
        VRT.replace("{source}", "WMS:{url}/wms?").replace("{relative}", "0"),
        VRT.replace("{source}", "&lt;GDAL_WMS&gt;{url}&lt;/GDAL_WMS&gt;").replace("{relative}", "0"),
    ],
)
def test_a_raster_of_a_strangers_asks_the_network_for_nothing(
    text: str, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, requests = asked
    path = tmp_path / "a.tif"
    path.write_text(text.format(url=url), encoding="utf-8")
    with files_open(), pytest.raises(InputError, match=r"not a readable raster|is a VRT that reads"):
        open_raster(str(path))
    assert requests == []


@pytest.mark.parametrize(
    "text",
    [
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/vsicurl/{url}/a.geojson</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>',
        "<OGRWFSDataSource><URL>{url}/wfs</URL></OGRWFSDataSource>",
        '<?xml version="1.0"?><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a {url}/a.xsd"></gml:FeatureCollection>',
    ],
)
def test_zones_of_a_strangers_ask_the_network_for_nothing(
    text: str, asked: tuple[str, list[str]], tmp_path: Path
) -> None:
    url, requests = asked
    path = tmp_path / "zones.gml"
    path.write_text(text.format(url=url), encoding="utf-8")
    with pytest.raises(InputError):
        read_polygons(path)
    assert requests == []


def test_a_vrt_reads_beside_itself_and_in_the_study_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, other = tmp_path / "study" / "vrt", tmp_path / "other"
    for folder in (inside, other, tmp_path / "study" / "tiles"):
        folder.mkdir(parents=True)
    for place in (inside, tmp_path / "study" / "tiles", other):
        write_map(
            place / "t.tif", np.ones((3, 4)), pixel=30.0, west=500_000.0, north=3_800_000.0, crs=pyproj.CRS(32650)
        )
    path = inside / "a.vrt"

    def opens(source: str, relative: int) -> bool:
        path.write_text(VRT.format(source=source, relative=relative), encoding="utf-8")
        with files_open():
            try:
                return inventory(open_raster(str(path))) == {1: 12}
            except InputError as error:
                assert "is a VRT that reads" in str(error)  # noqa: PT017  either outcome is looked at
                return False

    assert opens("t.tif", 1)
    assert not opens("../tiles/t.tif", 1)
    assert not opens(str(other / "t.tif"), 0)
    assert not opens("/etc/passwd", 0)
    with trusting(tmp_path / "study"):
        assert opens("../tiles/t.tif", 1)
        assert not opens("../../other/t.tif", 1)
    (inside / "b.vrt").write_text(VRT.format(source="/etc/passwd", relative=0), encoding="utf-8")
    assert not opens("b.vrt", 1)
    monkeypatch.setenv("TANHENG_VRT_ANYWHERE", "1")
    assert opens(str(other / "t.tif"), 0)


@pytest.mark.parametrize(
    ("crs", "affine", "message"),
    [
        ("EPSG:4326", (30, 0, 500_000, 0, -30, 3_800_000), "expected degrees, from -180 to 360 east"),
        ("EPSG:4326", (1, 0, 110, 0, -1, 99), "from 110, 96 to 114, 99"),
        ("EPSG:4326", (1, 0, 800, 0, -1, 40), "from 800, 37 to 804, 40"),
        ("EPSG:4978", (30, 0, 500_000, 0, -30, 3_800_000), "neither a map projection nor longitude and latitude"),
        ("EPSG:32650", (30, 0, 5e9, 0, -30, 3.8e9), "expected coordinates inside the area of that CRS"),
        ("EPSG:32650", (30, 30, 5e5, -30, -30, 3.8e6), "gives pixels no area or no place"),
        ("EPSG:32650", (float("nan"), 0, 5e5, 0, -30, 3.8e6), "gives pixels no area or no place"),
        ("EPSG:32650", (1e12, 0, 5e5, 0, -1e12, 3.8e6), "gives pixels no area or no place"),
        ('LOCAL_CS["site",UNIT["metre",1]]', (30, 0, 5e5, 0, -30, 3.8e6), "neither a map projection"),
    ],
)
def test_a_place_that_is_none_on_earth_is_refused(
    crs: str, affine: tuple[float, ...], message: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.tif"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        height=3,
        width=4,
        count=1,
        dtype="uint8",
        crs=crs,
        transform=rasterio.Affine(*affine),
    ) as dataset:
        dataset.write(np.ones((3, 4), np.uint8), 1)
    with files_open(), pytest.raises(InputError, match=message):
        open_raster(str(path))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes of that kind")
def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    for read in (
        lambda: load_study(tmp_path / "pipe.csv"),
        lambda: read_polygons(tmp_path / "pipe.csv"),
        lambda: open_raster(str(tmp_path / "pipe.csv")),
    ):
        with pytest.raises(InputError, match="is a pipe or a device"):
            read()


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", ""])
def test_a_name_that_no_system_takes_is_refused(name: str, tmp_path: Path) -> None:
    for read in (
        lambda: read_polygons(tmp_path / name / "z.gpkg"),
        lambda: open_raster(str(tmp_path / name / "a.tif")),
    ):
        with pytest.raises(InputError):
            read()


def test_a_map_that_is_elsewhere_is_said_to_be(tmp_path: Path) -> None:
    study = tiny_study(tmp_path)
    write_map(tmp_path / "far.tif", np.ones((3, 4)), west=-400_000.0, north=2_000_000.0, dtype="float32", nodata=-1)
    study.write_text(study.read_text(encoding="utf-8") + '[drivers.height]\nmap = "far.tif"\n', encoding="utf-8")
    with files_open(), pytest.raises(StudyError, match=r"far\.tif: lies elsewhere") as caught:
        open_inputs(load_study(study), tmp_path)
    assert caught.value.problems[0].place == "drivers.height"


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+2", "@cmd", "\tx", '=HYPERLINK("http://a")'])
def test_a_name_that_begins_as_a_formula_does_runs_nowhere(name: str, tmp_path: Path) -> None:
    path = tmp_path / "stock_by_zone.csv"
    write_csv(path, pd.DataFrame({"zone_name": [name, "East", "-"], "stock_t_c": [-1.0, 2.0, 3.0]}))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[1].lstrip('"').startswith("'")
    assert lines[3] == "-,3.0"
    assert read_result_table(path)["zone_name"].tolist() == [name, "East", "-"]


def test_a_very_wide_map_is_looked_at_in_parts(tmp_path: Path) -> None:
    """Full strips of a map 400,000 pixels wide would be 100 MB of tiles; a part at a time is at most the block's size."""
    path = tmp_path / "wide.tif"
    with rasterio.open(
        path, "w", driver="GTiff", height=600, width=400_000, count=1, dtype="uint8", crs="EPSG:32650", tiled=True, blockxsize=256,
        blockysize=256, sparse_ok=True, transform=rasterio.Affine(1, 0, 300_000, 0, -1, 3_800_000), nodata=None,
    ) as dataset:  # fmt: skip
        dataset.write(np.full((1, 256, 256), 3, np.uint8), window=rasterio.windows.Window(0, 0, 256, 256))
    with files_open():
        raster = open_raster(str(path))
        sizes: list[int] = []
        read = type(raster).read
        object.__setattr__(raster, "read", lambda *at: (sizes.append(at[2] * at[3]), read(raster, *at))[1])
        counts = inventory(raster)
    assert counts == {3: 256 * 256, 0: 600 * 400_000 - 256 * 256}
    assert max(sizes) <= 64 * 2**20
