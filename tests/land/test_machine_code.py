"""Machine code that was kept runs as numba runs it, and is never taken for another's."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.land import machine_code
from tanheng.land.overlay import Block, overlay
from tanheng.land.pixels import PixelGrid
from tanheng.land.signatures import SIGNATURES, WRITTEN

GRID = Grid(ALBERS_CHINA.to_wkt(), 400_000.0, 3_900_000.0, 1000.0, rows=3, columns=4)
LOOKUP = np.array([-1, 0, 1, 2, *[3] * 252], np.int16)


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


@pytest.mark.parametrize("name", list(SIGNATURES))
def test_every_kernel_runs_without_numba(name: str) -> None:
    assert machine_code._function(name) is not None


@pytest.mark.parametrize("kind", ["fine", "coarse", "degrees"])
def test_numba_counts_the_same_bits(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = counted(kind)
    monkeypatch.setattr(machine_code, "_function", lambda _name: None)
    for ours, numbas in zip(kept, counted(kind), strict=True):
        assert np.array_equal(ours, numbas)
        assert ours.any()


def test_arrays_that_machine_code_would_misread_are_refused() -> None:
    one, two, three = np.ones((2, 9)), np.ones((2, 2)), np.zeros((2, 2, 2))
    with pytest.raises(TypeError, match="float64"):
        machine_code.run_kernel("stay", one.astype(np.float32), two, 1.0, 0.0, three)
    with pytest.raises(TypeError, match="float64"):
        machine_code.run_kernel("stay", one[:, ::2], two, 1.0, 0.0, three)
    with pytest.raises(TypeError, match="float64"):
        machine_code.run_kernel("stay", one[0], two, 1.0, 0.0, three)
    with pytest.raises(TypeError, match="5 arguments"):
        machine_code.run_kernel("stay", one, two)


@pytest.mark.parametrize("by_numba", [False, True])
def test_a_result_that_is_read_only_is_refused_and_inputs_may_be(
    by_numba: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_numba:
        monkeypatch.setattr(machine_code, "_function", lambda _name: None)
    moved, before, out = np.ones((2, 9)), np.ones((2, 2)), np.zeros((2, 2, 2))
    kept = [moved.copy(), before.copy()]
    for array in (moved, before, out):
        array.flags.writeable = False
    with pytest.raises(TypeError, match="array that is read-only"):
        machine_code.run_kernel("stay", moved, before, 1.0, 0.0, out)
    assert not out.any()
    result, expected = np.zeros((2, 2, 2)), np.zeros((2, 2, 2))
    machine_code.run_kernel("stay", moved, before, 1.0, 0.0, result)
    machine_code.run_kernel("stay", *kept, 1.0, 0.0, expected)
    assert np.array_equal(result, expected)


def test_an_array_at_an_odd_address_is_refused() -> None:
    odd = np.zeros(8 * 4 + 1, np.uint8)[1:].view(np.float64).reshape(2, 2)
    with pytest.raises(TypeError, match="float64"):
        machine_code.run_kernel("stay", np.ones((2, 9)), odd, 1.0, 0.0, np.zeros((2, 2, 2)))


def test_all_that_a_kernel_writes_to_is_marked() -> None:
    tree = ast.parse(Path(machine_code._HERE / "kernel.py").read_text(encoding="utf-8"))
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in SIGNATURES):
        targets = [node.targets if isinstance(node, ast.Assign) else [node.target]
                   for node in ast.walk(function) if isinstance(node, ast.Assign | ast.AugAssign)]  # fmt: skip
        stored = [inner for target in targets for item in target for inner in ast.walk(item)]
        written = {ast.unparse(item.value) for item in stored if isinstance(item, ast.Subscript)}
        names = [argument.arg for argument in function.args.args]
        assert not written & set(names[: -WRITTEN[function.name]]), function.name
        assert names[-1] in {"out", "total", "footprint"}


@pytest.mark.parametrize("kind", ["fine", "coarse"])
def test_kernels_run_as_plain_python_where_numba_is_told_to_compile_nothing(kind: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "expected.npz", *counted(kind))
    script = (
        "import sys; import numpy as np\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_machine_code import counted\n"
        "expected = np.load('expected.npz')\n"
        f"found = counted({kind!r})\n"
        "assert all(np.allclose(one, expected[name], rtol=1e-12) for one, name in zip(found, expected.files, strict=True))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=os.environ | {"NUMBA_DISABLE_JIT": "1"}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_code_made_by_another_numba_is_another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = machine_code._key("stay")
    for package in ("numba", "llvmlite"):
        with monkeypatch.context() as patch:
            patch.setattr(machine_code, "_version", lambda name, new=package: "new" if name == new else version(name))
            assert machine_code._key("stay") != before
    assert machine_code._key("stay") == before


def test_old_code_of_the_same_kernel_goes_when_new_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine_code, "_folders", lambda: iter([tmp_path]))
    for name, days in (("stay-1.o", 31), ("stay-2.o", 29), ("stay-4.o.77", 31), ("count_aligned-1.o", 31)):
        (tmp_path / name).write_bytes(b"")
        moment = time.time() - days * 86_400
        os.utime(tmp_path / name, (moment, moment))
    machine_code._keep("stay-3.o", b"code")
    assert {path.name for path in tmp_path.iterdir()} == {"stay-2.o", "stay-3.o", "count_aligned-1.o"}


def test_what_a_kernel_refuses_is_said_as_numba_says_it() -> None:
    nodes = np.cumsum(np.full((2, 3), 100.0), axis=1)
    room = (np.empty(2), np.empty(1, np.int64), np.empty(1))
    area = np.zeros(1)
    with pytest.raises(ValueError, match="crosses more cells"):
        machine_code.run_kernel(
            "sum_warped", np.ones((1, 8)), 0, 0, nodes, nodes, 0.0, 0.0, 4.0, 4.0, 1, 0, 0, 1, 1, 0, *room, area, area, area
        )  # fmt: skip


def test_code_that_was_cut_off_or_can_not_be_kept_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(machine_code, "_folders", lambda: iter([tmp_path / "file", tmp_path / "kept"]))
    assert machine_code._kept("stay.o") is None
    machine_code._keep("stay.o", b"code")
    assert machine_code._kept("stay.o") == b"code"
    whole = (tmp_path / "kept" / "stay.o").read_bytes()
    (tmp_path / "kept" / "stay.o").write_bytes(whole[:-1])
    assert machine_code._kept("stay.o") is None
    monkeypatch.setattr(machine_code, "_folders", lambda: iter([tmp_path / "file"]))
    machine_code._keep("stay.o", b"code")
    assert machine_code._kept("stay.o") is None


def test_another_source_is_another_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = machine_code._key("stay")
    for name in machine_code._SOURCES:
        (tmp_path / name).write_bytes((machine_code._HERE / name).read_bytes())
    monkeypatch.setattr(machine_code, "_HERE", tmp_path)
    assert machine_code._key("stay") == before
    with (tmp_path / "kernel.py").open("a") as stream:
        stream.write("\n")
    assert machine_code._key("stay") != before


def test_the_quick_command_loads_nothing_heavy(tmp_path: Path) -> None:
    assert machine_code._function("count_aligned") is not None
    profile = {
        "driver": "GTiff", "height": 60, "width": 64, "count": 1, "dtype": "uint8", "nodata": 0, "crs": GRID.crs_wkt,
        "transform": rasterio.Affine(*pixels_of("fine").affine),
    }  # fmt: skip
    with rasterio.open(tmp_path / "map.tif", "w", **profile) as dataset:
        dataset.write(np.ones((60, 64), np.uint8), 1)
    asked = ["tanheng", "stock", "map.tif", "--densities", "henan-six-classes", "--legend", "six-classes", "-o", "out"]
    heavy = {"numba", "scipy", "pandas", "xarray", "matplotlib", "pint", "pyogrio", "exactextract", "rich"}
    script = (
        f"import atexit, sys\nsys.argv = {asked!r}\natexit.register(lambda: print(sorted({heavy!r} & set(sys.modules))))\n"
        "from tanheng.cli import main\nmain()"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
