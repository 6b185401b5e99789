"""What numba compiled is kept between starts on every system, and never trusted where it may be wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio

from tanheng import compiled as compiling
from tanheng.compiled import cache_folder, compiled
from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.kernel_cache import KernelCache
from tanheng.land.kernels.arguments import Line, Warped
from tanheng.land.kernels.coarse import count_coarse, count_pair_coarse, sum_aligned
from tanheng.land.kernels.fine import count_aligned
from tanheng.land.kernels.moved import count_moved_aligned, stay
from tanheng.land.kernels.warped import count_pair_warped, count_warped, sum_warped
from tanheng.land.lattice.overlay import Block, overlay
from tanheng.land.lattice.pixels import PixelGrid

GRID = Grid(ALBERS_CHINA.to_wkt(), 400_000.0, 3_900_000.0, 1000.0, rows=3, columns=4)
LOOKUP = np.array([-1, 0, 1, 2, *[3] * 252], np.int16)

#: Calls two kernels and prints how many were compiled and how many read, where folders are those of another system.
START = """
import sys, os
here = sys.platform
sys.platform = {system!r}
import platformdirs
sys.platform = here
if {system!r} == "win32":
    del os.getuid
    from platformdirs import windows
    # What Windows itself is asked for, without it.
    windows.get_win_folder = windows.get_win_folder_from_env_vars
import numpy as np
from tanheng.analysis.kernels.tables import pair_sums
from tanheng.compiled import cache_folder
from tanheng.land.kernels.moved import stay
out = np.zeros((2, 2, 2))
stay(np.ones((2, 9)), np.ones((2, 2)), 1.0, 0.0, out)
pair_sums(np.ones(3), np.ones(3), np.zeros((3, 2)), 1.0, 2)
stats = [function.stats for function in (stay, pair_sums)]
print(cache_folder(), sum(sum(one.cache_misses.values()) for one in stats), sum(sum(one.cache_hits.values()) for one in stats))
"""


def started(home: Path, system: str) -> tuple[Path, int, int]:
    """Folder of the kernels, number of compiled and of read ones, of a process on another system."""
    folders = {"HOME": str(home), "LOCALAPPDATA": str(home / "AppData" / "Local")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "NUMBA_"))}
    done = subprocess.run(
        [sys.executable, "-c", START.format(system=system)],
        env=kept | folders,
        capture_output=True,
        text=True,
        check=True,
    )
    folder, made, read = done.stdout.rsplit(" ", 2)
    return Path(folder), int(made), int(read)


@pytest.mark.parametrize(
    ("system", "place"), [("linux", ".cache"), ("darwin", "Library/Caches"), ("win32", "AppData/Local")]
)
def test_a_second_start_compiles_nothing(system: str, place: str, tmp_path: Path) -> None:
    first, second = started(tmp_path, system), started(tmp_path, system)
    assert first[0].is_relative_to(tmp_path / place / "tanheng")
    assert (first[1:], second) == ((2, 0), (first[0], 0, 2))


def pixels_of(kind: str) -> PixelGrid:
    """Pixels that lie over the grid: fine ones on it, ones larger than cells, or ones in degrees."""
    if kind == "degrees":
        return PixelGrid(pyproj.CRS(4326).to_wkt(), (0.0011, 0.0, 109.53, 0.0, -0.0009, 36.39), 64, 60)
    size = 1700.0 if kind == "coarse" else 83.0
    return PixelGrid(GRID.crs_wkt, (size, 0.0, 399_307.0, 0.0, -size, 3_900_411.0), 64, 60)


def counted(kind: str) -> list[np.ndarray]:
    """All that can be counted of two maps on the same pixels, and summed of a third."""
    random, block = np.random.default_rng(3), Block(0, 0, GRID.rows, GRID.columns)
    lies = overlay(pixels_of(kind), GRID)
    window = lies.window(block)
    assert window is not None
    codes = [random.integers(0, 4, (window.height, window.width), dtype=np.uint8) for _ in range(2)]
    shares = [lies.count(block, window, item, LOOKUP, 3) for item in codes]
    pairs = lies.count_pair(block, window, codes, [LOOKUP] * 2, shares)
    values = random.random((window.height, window.width))
    return [*shares, pairs, *lies.sums(block, window, values, by_pixel=False)]


@pytest.mark.parametrize("kind", ["fine", "coarse", "degrees"])
def test_kernels_run_as_plain_python_where_numba_is_told_to_compile_nothing(kind: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "compiled.npz", *counted(kind))
    script = (
        "import sys\nimport numpy as np\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_compiled import counted\n"
        f"np.savez({str(tmp_path / 'plain.npz')!r}, *counted({kind!r}))\n"
    )
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, check=True)
    ours, plain = np.load(tmp_path / "compiled.npz"), np.load(tmp_path / "plain.npz")
    for name in ours.files:
        np.testing.assert_allclose(ours[name], plain[name], rtol=1e-12, atol=1e-12)
        assert ours[name].any()


def test_no_kernel_is_compiled_for_two_kinds_of_arguments() -> None:
    for kind in ("fine", "coarse", "degrees"):
        counted(kind)
    aligned = [count_aligned, count_coarse, count_moved_aligned, count_pair_coarse, stay, sum_aligned]
    warped = [count_warped, count_pair_warped, sum_warped]
    assert [len(kernel.signatures) for kernel in aligned + warped] == [1] * 9


def double(x: float) -> float:
    """A kernel to keep."""
    return 2.0 * x


def start(folder: Path) -> tuple[Any, Callable[[], tuple[int, int]]]:
    """The kernel as a process would have it that starts now, and how many were compiled and read since."""
    made = compiled()(double)
    made._cache = KernelCache(double, folder)
    return made, lambda: (sum(made.stats.cache_misses.values()), sum(made.stats.cache_hits.values()))


@pytest.mark.parametrize("ending", [".nbc", ".nbi"])
@pytest.mark.parametrize("harm", ["cut", "changed", "foreign"])
def test_a_file_that_was_harmed_is_made_anew(ending: str, harm: str, tmp_path: Path) -> None:
    assert start(tmp_path)[0](4.0) == 8.0
    (path,) = tmp_path.glob(f"*{ending}")
    held = path.read_bytes()
    harmed = {"cut": held[:-20], "changed": held[:-1] + bytes([held[-1] ^ 1]), "foreign": b"not numba's"}
    path.write_bytes(harmed[harm])
    again, counts = start(tmp_path)
    assert again(4.0) == 8.0
    assert counts() == (1, 0)
    third, counts = start(tmp_path)
    assert third(4.0) == 8.0
    assert counts() == (0, 1)


def test_a_full_disk_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, counts = start(tmp_path)

    def full(_path: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(made._cache._cache_file, "_open_for_write", full)
    assert made(4.0) == 8.0
    assert counts() == (1, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folder of the user's caches."""
    monkeypatch.setattr(compiling.platformdirs, "user_cache_dir", lambda *_, **__: str(tmp_path / "tanheng"))
    return tmp_path / "tanheng" / "kernels"


#: As a process that starts now asks.
_asked = cache_folder.__wrapped__


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions are those of POSIX")
def test_a_folder_that_others_can_write_to_is_not_read(caches: Path) -> None:
    folder = _asked()
    assert folder is not None
    for open_to_others in (folder, caches):
        open_to_others.chmod(0o777)
        assert _asked() is None
        open_to_others.chmod(0o700)
    assert _asked() == folder


def test_where_no_folder_can_be_made_nothing_is_kept(caches: Path) -> None:
    caches.parent.write_text("a file in its place", encoding="utf-8")
    assert _asked() is None


def test_what_others_left_long_ago_goes(caches: Path) -> None:
    for name, days in (("long-ago", 31), ("lately", 29)):
        (caches / name).mkdir(parents=True)
        os.utime(caches / name, (time.time() - days * 86_400,) * 2)
    caches.chmod(0o700)
    folder = _asked()
    assert folder is not None
    assert {item.name for item in caches.iterdir()} == {"lately", folder.name}


@pytest.mark.parametrize("source", compiling.SOURCES)
def test_another_source_is_another_folder(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = compiling._key()
    for name in compiling.SOURCES:
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes((compiling._PACKAGE / name).read_bytes())
    monkeypatch.setattr(compiling, "_PACKAGE", tmp_path)
    assert compiling._key() == before
    with (tmp_path / source).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    assert compiling._key() != before


def test_all_kernels_are_among_the_sources() -> None:
    package = compiling._PACKAGE
    using = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if "@compiled(" in path.read_text("utf-8")
    }
    assert using - {"compiled.py"} == set(compiling.SOURCES) - {
        "compiled.py",
        "kernel_cache.py",
        "land/kernels/arguments.py",
    }


def test_what_a_kernel_refuses_is_said() -> None:
    nodes = np.cumsum(np.full((2, 3), 100.0), axis=1)
    place = Warped(0, 0, nodes, nodes, 0.0, 0.0, 4.0, 4.0, 1, 0, 0, 1, 1)
    room = Line(np.empty(2), np.empty(1, np.int64), np.empty(1))
    area = np.zeros(1)
    with pytest.raises(ValueError, match="crosses more cells"):
        sum_warped(np.ones((1, 8)), place, False, room, area, area, area)


def test_a_count_of_land_loads_nothing_that_it_does_not_need(tmp_path: Path) -> None:
    profile = {
        "driver": "GTiff", "height": 60, "width": 64, "count": 1, "dtype": "uint8", "nodata": 0, "crs": GRID.crs_wkt,
        "transform": rasterio.Affine(*pixels_of("fine").affine),
    }  # fmt: skip
    with rasterio.open(tmp_path / "map.tif", "w", **profile) as dataset:
        dataset.write(np.ones((60, 64), np.uint8), 1)
    asked = ["tanheng", "stock", "map.tif", "--densities", "henan-six-classes", "--legend", "six-classes", "-o", "out"]
    heavy = {"pandas", "xarray", "matplotlib", "pint", "pyogrio", "exactextract", "rich"}
    script = (
        f"import atexit, sys\nsys.argv = {asked!r}\natexit.register(lambda: print(sorted({heavy!r} & set(sys.modules))))\n"
        "from tanheng.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
