"""The folder of results is whole or absent, whatever happens: kills, links, two runs at once, spoilt leftovers."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conftest import FIRST, write_map
from tanheng.errors import InputError, OutputError, StudyError
from tanheng.io.results.folder import check_folder, restore, result_folder
from tanheng.io.results.lock import is_alive, lock_file, working_on
from tanheng.pipeline.comparison.runs import compare_runs
from tanheng.pipeline.plan import plan_study
from tanheng.pipeline.run import run_study

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and links of POSIX")


def left_behind(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith(".results"))


def whole(folder: Path) -> bool:
    """Whether results are there and whole: the record is written last."""
    return (folder / "run.json").is_file() and (folder / "tables" / "stock_by_class.csv").is_file()


def dead_process() -> int:
    """Number of a process that has ended."""
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_what_was_moved_aside_comes_back(tiny: Path) -> None:
    """A run killed between the two renames leaves the former results under another name."""
    folder = run_study(tiny).folder
    folder.rename(folder.with_name(".results-former"))
    restore(folder)
    assert whole(folder)
    assert left_behind(tiny.parent) == []


def test_former_results_beside_new_ones_are_cleared_away(tiny: Path) -> None:
    folder = run_study(tiny).folder
    shutil.copytree(folder, folder.with_name(".results-former"))
    check_folder(folder)
    assert left_behind(tiny.parent) == []


def test_a_plan_moved_aside_comes_back_and_one_beside_a_new_plan_is_cleared_away(tiny: Path) -> None:
    """A plan killed between the two renames leaves the former plan under another name, in the folder of results."""
    folder = run_study(tiny).folder
    former = folder / ".plan-former"
    former.mkdir()
    (former / "plan.json").write_text("{}")
    check_folder(folder)
    assert (folder / "plan" / "plan.json").is_file()
    former.mkdir()
    check_folder(folder)
    assert (folder / "plan" / "plan.json").is_file()
    assert not former.exists()


def test_unfinished_results_of_dead_runs_are_cleared_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    host = socket.gethostname()
    dead = tmp_path / f".results-unfinished-{host}-{dead_process()}@abc"
    alive = tmp_path / f".results-unfinished-{host}-{os.getppid()}@abc"
    elsewhere = tmp_path / ".results-unfinished-another.host-1@abc"
    for folder in (dead, alive, elsewhere):
        folder.mkdir()
    check_folder(tmp_path / "results")
    assert [folder.exists() for folder in (dead, alive, elsewhere)] == [False, True, True]


@POSIX
def test_results_go_where_a_link_points(tiny: Path) -> None:
    place = tiny.parent / "elsewhere" / "kept"
    place.mkdir(parents=True)
    (tiny.parent / "results").symlink_to(place, target_is_directory=True)
    run_study(tiny)
    run_study(tiny)
    assert (tiny.parent / "results").is_symlink()
    assert whole(place)
    assert sorted(path.name for path in place.parent.iterdir()) == ["kept"]


@POSIX
def test_a_link_to_nowhere_and_a_mount_point_are_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "results").symlink_to(tmp_path / "gone", target_is_directory=True)
    with pytest.raises(OutputError, match="a link to a folder that is not there"):
        check_folder(tmp_path / "results")
    with pytest.raises(OutputError, match=r"mount point|holds other files|can't be written"):
        check_folder(Path("/proc"))


def test_a_folder_in_which_another_run_works_is_refused(tiny: Path) -> None:
    folder = tiny.parent / "results"
    held = {"pid": os.getppid(), "host": socket.gethostname(), "since": "2026-01-01T00:00:00"}
    lock_file(folder).write_text(json.dumps(held), encoding="utf-8")
    with pytest.raises(OutputError, match=f"another run works there since 2026-01-01T00:00:00 .process {os.getppid()}"):
        run_study(tiny)
    assert not folder.exists()
    for text in (json.dumps(held | {"pid": dead_process()}), "", "[]", '{"pid": "x"}'):
        lock_file(folder).write_text(text, encoding="utf-8")
        with working_on(folder):
            assert json.loads(lock_file(folder).read_text(encoding="utf-8"))["pid"] == os.getpid()
        assert not lock_file(folder).exists()


def test_processes_are_known_to_live_or_not() -> None:
    assert is_alive(os.getpid())
    assert not is_alive(dead_process())
    assert not is_alive(0)


def test_a_refused_run_leaves_no_blocks(tiny: Path) -> None:
    write_map(tiny.parent / "a.tif", np.where(np.array(FIRST) == 5, 77, FIRST))
    with pytest.raises(StudyError, match="77"):
        run_study(tiny)
    assert left_behind(tiny.parent) == []


@pytest.mark.parametrize("fault", ["a chunk of noise", "a table that is cut", "no store", "a record of noise"])
def test_spoilt_results_are_said_to_be(tiny: Path, fault: str) -> None:
    text = (
        tiny.read_text(encoding="utf-8")
        + '[plan]\nfixed = ["water"]\nno_new = []\n[[plan.limits]]\nclass = "cropland"\nat_least = 0.9\n'
    )
    tiny.write_text(text, encoding="utf-8")
    folder = run_study(tiny).folder
    twin = tiny.parent / "twin"
    shutil.copytree(folder, twin)
    if fault == "a chunk of noise":
        # The last chunk is of the last year, which the plan starts from.
        chunk = max(path for path in (folder / "results.zarr" / "land_share").iterdir() if path.name[0].isdigit())
        chunk.write_bytes(b"noise")
    elif fault == "a table that is cut":
        (folder / "tables" / "stock_by_class.csv").write_bytes(b'year,land_class,"stock')
        (folder / "tables" / "transitions.csv").write_bytes(b"\x00\xff")
    elif fault == "no store":
        shutil.rmtree(folder / "results.zarr")
        (folder / "results.zarr").mkdir()
    else:
        (folder / "run.json").write_bytes(b"\xff\xfe noise")
    if fault == "a record of noise":
        with pytest.raises(InputError, match=r"run\.json"):
            compare_runs(folder, twin)
        assert plan_study(tiny).folder.is_dir()  # run anew
    elif fault == "a table that is cut":
        with pytest.raises(InputError, match=r"\.csv: can't be read"):
            compare_runs(folder, twin)
        with pytest.raises(InputError, match=r"\.csv: can't be read"):
            plan_study(tiny)
    else:
        with pytest.raises(InputError, match="is damaged"):
            plan_study(tiny)
    assert left_behind(tiny.parent) == []


def start(*arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tanheng", *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def test_stop_right_after_the_folder_is_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Path.mkdir

    def made_and_stopped(path: Path, **options: Any) -> None:
        make(path, **options)
        if "unfinished" in path.name:
            raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", made_and_stopped)
    with pytest.raises(KeyboardInterrupt), result_folder(tmp_path / "results"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_a_thread_still_writes_is_cleared_away_too(tmp_path: Path) -> None:
    """The library of the store writes in a thread of its own, which a stop of the run does not reach."""

    def writing(folder: Path) -> None:
        for number in range(10):
            (folder / "results.zarr" / str(number)).mkdir(parents=True, exist_ok=True)
            time.sleep(0.01)

    def stopped(thread: ThreadPoolExecutor) -> None:
        with result_folder(tmp_path / "results") as folder:
            thread.submit(writing, folder)
            raise KeyboardInterrupt

    with ThreadPoolExecutor(1) as thread, pytest.raises(KeyboardInterrupt):
        stopped(thread)
    assert list(tmp_path.iterdir()) == []


@POSIX
def test_sigterm_clears_away_what_is_unfinished(tiny: Path) -> None:
    process = start("run", "study.toml", folder=tiny.parent)
    while not any("unfinished" in name for name in left_behind(tiny.parent)) and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGTERM)
    process.wait()
    if process.returncode:
        assert not (tiny.parent / "results").exists()
    else:  # the run was done before the signal came
        assert whole(tiny.parent / "results")
    assert left_behind(tiny.parent) == []


PLAN = '[plan]\nfixed = ["water"]\nno_new = []\nscenarios = false\ndraws = 0\n[[plan.limits]]\nclass = "cropland"\nat_least = 0.9\n'


@POSIX
@pytest.mark.slow
@pytest.mark.parametrize("command", ["run", "plan", "stock"])
def test_killed_at_any_moment_leaves_whole_results_or_none(tiny: Path, command: str) -> None:
    """Ten moments each, spread over the time that the command takes."""
    tiny.write_text(tiny.read_text(encoding="utf-8") + PLAN, encoding="utf-8")
    folder = tiny.parent / "results"
    arguments = {
        "run": ["run", "study.toml"],
        "plan": ["plan", "study.toml"],
        "stock": "stock a.tif b.tif --densities henan-six-classes --legend six-classes --year 2000 --year 2010 -o results".split(),  # noqa: SIM905
    }[command]  # fmt: skip
    if command == "plan":
        run_study(tiny)
    begun = time.perf_counter()
    start(*arguments, folder=tiny.parent).wait()
    taken = time.perf_counter() - begun
    assert whole(folder)
    made = (folder / "run.json").read_text(encoding="utf-8")
    for moment in range(10):
        process = start(*arguments, folder=tiny.parent)
        time.sleep(taken * (0.3 + 0.07 * moment))
        process.kill()
        process.wait()
        restore(folder)
        assert whole(folder), moment
        assert json.loads((folder / "run.json").read_text(encoding="utf-8"))["grid"] == json.loads(made)["grid"]
        assert (folder / "plan" / "plan.json").exists() or command != "plan" or not (folder / "plan").exists()
    start(*arguments, folder=tiny.parent).wait()
    assert whole(folder)
    assert left_behind(tiny.parent) == []
