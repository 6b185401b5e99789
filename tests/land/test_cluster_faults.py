"""What goes wrong with a cluster is one message within a minute, and finished blocks serve the next run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tanheng.errors import InputError
from tanheng.land.pools import Cluster

distributed = pytest.importorskip("distributed")


def start(*arguments: str, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "dask", *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


@pytest.fixture
def scheduler(tmp_path: Path) -> tuple[str, subprocess.Popen[bytes]]:
    """A scheduler without workers, and its address."""
    file = tmp_path / "scheduler.json"
    process = start(
        "scheduler",
        "--port",
        "0",
        "--no-dashboard",
        "--host",
        "127.0.0.1",
        "--scheduler-file",
        str(file),
        folder=tmp_path,
    )
    while not file.exists():
        time.sleep(0.05)
    time.sleep(0.2)
    import json

    yield json.loads(file.read_text(encoding="utf-8"))["address"], process
    process.kill()
    process.wait()


@pytest.mark.filterwarnings("ignore")
def test_a_cluster_without_workers_is_said_to_be(
    scheduler: tuple[str, subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TANHENG_CLUSTER_SECONDS", "1")
    begun = time.perf_counter()
    with pytest.raises(InputError, match="has no workers; start some with 'dask worker"):
        Cluster(scheduler[0], lambda _: None)
    assert time.perf_counter() - begun < 60


@pytest.mark.filterwarnings("ignore")
def test_a_scheduler_that_dies_midway_is_said_to_be_lost(
    scheduler: tuple[str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    worker = start("worker", scheduler[0], "--nthreads", "1", "--no-nanny", "--no-dashboard", folder=tmp_path)
    pool = Cluster(scheduler[0], lambda _: None)
    begun = time.perf_counter()
    try:
        results = pool.results(time.sleep, [0.2] * 20)
        next(results)
        scheduler[1].kill()
        begun = time.perf_counter()
        with pytest.raises(InputError, match="the connection to the cluster was lost, or its workers fail repeatedly"):
            list(results)
        assert time.perf_counter() - begun < 60
    finally:
        pool.close()
        worker.kill()
        worker.wait()
