"""What a confined call may reach: files below its folders alone, by whatever name they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import FIRST, write_map
from tanheng.errors import InputError, OutputError
from tanheng.factors.reading import read_text
from tanheng.io.rasters import files_open, open_raster
from tanheng.io.results.folder import check_folder
from tanheng.io.vectors import read_layer
from tanheng.plain_files import is_file, is_folder
from tanheng.reach import ROOTS, Reach, confined_to, is_within_reach


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    folder = tmp_path / "inside"
    folder.mkdir()
    (tmp_path / "secret.csv").write_text("class,above\n", encoding="utf-8")
    write_map(tmp_path / "secret.tif", FIRST)
    write_map(folder / "own.tif", FIRST)
    return folder


@pytest.mark.parametrize("name", ["../secret.csv", "/etc/passwd", "link.csv", "linked/secret.csv"])
def test_a_table_outside_is_refused(inside: Path, name: str) -> None:
    (inside / "link.csv").symlink_to(inside.parent / "secret.csv")
    (inside / "linked").symlink_to(inside.parent, target_is_directory=True)
    with confined_to([inside]), pytest.raises(InputError, match="outside the folders"):
        read_text(inside / name)


def test_a_raster_inside_is_read_and_one_outside_is_not(inside: Path) -> None:
    (inside / "link.tif").symlink_to(inside.parent / "secret.tif")
    with confined_to([inside]), files_open():
        assert open_raster(str(inside / "own.tif")).pixels.width > 0
        for name in ("../secret.tif", "link.tif"):
            with pytest.raises(InputError, match="outside the folders"):
                open_raster(str(inside / name))
        for name in ("/vsizip/x.zip/a.tif", "/vsicurl/http://127.0.0.1/a.tif", "http://127.0.0.1/a.tif"):
            with pytest.raises(InputError, match="reads files alone"):
                open_raster(name)


def test_a_vrt_that_names_a_file_outside_is_refused(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = "<SourceFilename relativeToVRT='0'>/etc/passwd</SourceFilename>"
    band = f"<VRTRasterBand dataType='Byte' band='1'><SimpleSource>{source}</SimpleSource></VRTRasterBand>"
    (inside / "a.vrt").write_text(f"<VRTDataset rasterXSize='1' rasterYSize='1'>{band}</VRTDataset>", encoding="utf-8")
    monkeypatch.setenv("TANHENG_VRT_ANYWHERE", "1")
    with confined_to([inside]), pytest.raises(InputError, match="VRT"):
        open_raster(str(inside / "a.vrt"))


def test_a_folder_of_a_vector_file_may_not_link_out(inside: Path) -> None:
    (inside / "layer").mkdir()
    (inside / "layer" / "a.shp").symlink_to(inside.parent / "secret.csv")
    with confined_to([inside]), pytest.raises(InputError, match="outside the folders"):
        read_layer(inside / "layer")


def test_whether_there_is_something_outside_is_not_told(inside: Path) -> None:
    with confined_to([inside]):
        assert not is_file(inside.parent / "secret.csv")
        assert not is_folder(inside.parent)


def test_results_do_not_go_outside(inside: Path) -> None:
    with confined_to([inside]), pytest.raises(OutputError, match="outside the folders"):
        check_folder(inside.parent / "results")


def test_a_process_is_confined_by_the_variable(inside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ROOTS, Reach((inside, inside / "a:b")).text())
    with pytest.raises(InputError, match="outside the folders"):
        read_text(inside.parent / "secret.csv")
    monkeypatch.delenv(ROOTS)
    assert read_text(inside.parent / "secret.csv")


def test_what_may_be_read_alone_takes_no_results(inside: Path) -> None:
    shared = inside.parent / "shared"
    shared.mkdir()
    with confined_to(Reach((inside,), (shared,))):
        assert is_within_reach(shared / "a.tif")
        assert not is_within_reach(shared / "a.tif", to_write=True)
        with pytest.raises(OutputError, match="outside the folders"):
            check_folder(shared / "results")
        check_folder(inside / "results")
