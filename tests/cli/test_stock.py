"""`tanheng stock` gives what `tanheng run` gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import rasterio

from conftest import FIRST, LAST, NORTH, WEST, write_map, write_zones, zone
from tanheng.errors import InputError
from tanheng.pipeline.run import run_study
from tanheng.pipeline.stock import StockRequest, stock_of_maps


def request(folder: Path, **more: object) -> StockRequest:
    maps = (str(folder / "a.tif"), str(folder / "b.tif"))
    options = {"years": (2000, 2010), "legend": "six-classes", **more}
    return StockRequest(maps, "henan-six-classes", **options)


def test_it_gives_what_a_study_gives(tiny: Path) -> None:
    expected = run_study(tiny)
    stock_of_maps(request(tiny.parent), tiny.parent / "quick")
    tables = tiny.parent / "quick" / "tables"
    stock = pd.read_csv(tables / "stock_by_class.csv")
    pd.testing.assert_frame_equal(stock, expected.tables["stock_by_class"], rtol=1e-12)
    moved = pd.read_csv(tables / "transitions.csv")
    pd.testing.assert_frame_equal(moved, expected.tables["transitions"], rtol=1e-12)
    name = "carbon_stock_2010.tif"
    with (
        rasterio.open(tiny.parent / "quick" / "grids" / name) as a,
        rasterio.open(expected.folder / "grids" / name) as b,
    ):
        assert a.read(1, masked=True).tolist() == b.read(1, masked=True).tolist()


def test_a_region_is_kept_to(tiny: Path) -> None:
    region = write_zones(tiny.parent / "r.gpkg", [zone("a", "half", WEST, NORTH - 1000, WEST + 1500, NORTH)])
    found = stock_of_maps(request(tiny.parent, region=region), tiny.parent / "quick")
    assert sum(float(str(row["area_km2"])) for row in found.stock if row["year"] == 2000) == pytest.approx(
        1.5, rel=1e-6
    )


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"years": (2000,)}, "give one for each map"),
        ({"years": (2010, 2000)}, "ascending order"),
        ({"legend": None}, "a legend is needed"),
        ({"legend": "clcd"}, "lacks|no carbon density|has no data"),
    ],
)
def test_bad_requests_are_refused(tiny: Path, more: dict[str, object], message: str) -> None:
    for name, codes in (("a.tif", FIRST), ("b.tif", LAST)):
        write_map(tiny.parent / name, [[99 if code == 5 else code for code in row] for row in codes])
    with pytest.raises(InputError, match=message):
        stock_of_maps(request(tiny.parent, **more), tiny.parent / "quick")
    assert not (tiny.parent / "quick").exists()


def test_years_come_from_file_names(tiny: Path) -> None:
    for name, codes in (("clcd_2001_v1.tif", FIRST), ("clcd_2011_v1.tif", LAST)):
        write_map(tiny.parent / name, codes)
    maps = tuple(str(tiny.parent / name) for name in ("clcd_2001_v1.tif", "clcd_2011_v1.tif"))
    found = stock_of_maps(StockRequest(maps, "henan-six-classes", legend="six-classes"), tiny.parent / "quick")
    assert {row["year"] for row in found.stock} == {2001, 2011}


def test_the_command_prints_totals_and_loads_nothing_heavy(tiny: Path) -> None:
    arguments = [
        "stock", str(tiny.parent / "a.tif"), "--densities", "henan-six-classes", "--legend", "six-classes", "-o", str(tiny.parent / "q"),
    ]  # fmt: skip
    code = (
        "import sys\nfrom tanheng.cli.app import app\ntry:\n    app(sys.argv[1:])\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print([name for name in ('pandas', 'xarray', 'matplotlib', 'pint', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, encoding="utf-8", check=True
    )
    assert "forest" in done.stdout
    assert done.stdout.strip().endswith("[]")


def test_land_that_a_year_lacks_is_named_not_lost(tiny: Path) -> None:
    codes = [list(row) for row in LAST]
    codes[0] = [0, 0, 0, 0]
    write_map(tiny.parent / "b.tif", codes)
    found = stock_of_maps(request(tiny.parent), tiny.parent / "quick")
    assert any("2010: 4.0 km2" in text for text in found.warnings)


def test_a_class_that_is_declared_nodata_is_told(tiny: Path) -> None:
    write_map(tiny.parent / "b.tif", LAST, nodata=2)
    found = stock_of_maps(request(tiny.parent), tiny.parent / "quick")
    assert any("which the legend calls 'forest'" in text for text in found.warnings)
