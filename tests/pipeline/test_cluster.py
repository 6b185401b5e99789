"""A run on the workers of a cluster: the results of a run on this machine, also where a worker dies in every stage."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import xarray as xr
from distributed import LocalCluster

from conftest import STATISTICS, tiny_study_with_people, write_map
from tanheng.errors import InputError
from tanheng.grid import ALBERS_CHINA, Grid
from tanheng.io.cells import KeptCells
from tanheng.io.crew import ClusterCrew
from tanheng.land.pools import Cluster, pool_of
from tanheng.land.work import Work, all_finished
from tanheng.language import speaking, telling_from, tr
from tanheng.pipeline.reporter import Reporter
from tanheng.pipeline.run import run_study

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.slow]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A study of three years with all statistics and intervals, whose soil comes from a map."""
    path = tiny_study_with_people(tmp_path)
    write_map(tmp_path / "c.tif", [[5, 5, 2, 2], [1, 2, 2, 4], [5, 1, 5, 0]])
    write_map(tmp_path / "soil.tif", [[40, 50, 60, 70], [40, 45, 50, 55], [60, 60, 60, 60]], dtype="float32", nodata=-1)
    text = path.read_text(encoding="utf-8").replace("2010]", "2010, 2015]")
    text = text.replace('2010 = "b.tif"', '2010 = "b.tif", 2015 = "c.tif"')
    soil = 'maps = [{ pool = "soil", map = "soil.tif", quantity = "carbon", units = "t ha-1", depth_cm = 100 }]'
    text = text.replace('"henan-six-classes"', f'"henan-six-classes"\nuncertainty = 0.3\n{soil}')
    text = text.replace('totals = "totals.csv"', 'totals = "totals.csv"\ntotals_uncertainty = 0.1')
    path.write_text(text + STATISTICS, encoding="utf-8")
    totals = tmp_path / "totals.csv"
    totals.write_text(totals.read_text(encoding="utf-8") + "2015,2500,t CO2\n", encoding="utf-8")
    return path


def kill_a_worker(cluster: Cluster) -> None:
    victim = next(iter(cluster._local.workers.values())).pid
    os.kill(victim, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)


def test_a_run_on_a_cluster_is_one_on_this_machine(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = run_study(study, output=study.parent / "here")
    stages: list[str] = []
    results = ClusterCrew.results

    def killing(crew: ClusterCrew, works: list[Work[Any]]) -> Iterator[tuple[int, object]]:
        stages.append(works[0].name)
        for number, found in enumerate(results(crew, works)):
            if number == 0:
                kill_a_worker(crew.cluster)
            yield found

    monkeypatch.setattr(ClusterCrew, "results", killing)
    told: list[str] = []
    reporter = Reporter()
    monkeypatch.setattr(reporter, "warn", told.append)
    there = run_study(study, reporter, output=study.parent / "there", cluster="local:2")
    assert {
        "stock", "stock_change", "demand", "drivers", "mismatch", "clusters", "hot spots", "supply_half_width",
        "demand_half_width", "ratio_half_width",
    } <= set(stages)  # fmt: skip
    assert any("is lost" in text for text in told)
    for table in (here.folder / "tables").glob("*.csv"):
        pd.testing.assert_frame_equal(
            pd.read_csv(there.folder / "tables" / table.name), pd.read_csv(table), check_exact=True
        )
    expected, found = (xr.open_zarr(one.folder / "results.zarr").load() for one in (here, there))
    xr.testing.assert_identical(found, expected)
    assert there.record["warnings_by_action"] == here.record["warnings_by_action"]
    assert not [path for path in study.parent.iterdir() if path.name.startswith(".")]


def test_what_is_wrong_in_a_worker_is_told_as_it_is_here(tmp_path: Path) -> None:
    """A worker says it in the reader's language, and files by their names in the study."""

    def refuse(year: int) -> float:
        raise InputError(tr("{path}: can't be read ({reason})", path=tmp_path / "people.tif", reason=year))

    works = [Work(partial(refuse, year), float, float, "people", (year,)) for year in (2000, 2010)]
    told = []
    with telling_from(tmp_path / "study.toml"), speaking("zh"), pool_of(None, "local:1", told.append) as cluster:
        assert isinstance(cluster, Cluster)
        for crew in (None, ClusterCrew(cluster, tmp_path / "cells")):
            with pytest.raises(InputError) as caught:
                all_finished(
                    KeptCells(tmp_path / "cells", Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 1, 2), crew), works
                )
            told.append(str(caught.value))
    assert told[0] == told[1]
    assert told[0].startswith("people.tif：")
    assert not list((tmp_path / "cells").iterdir())


def test_threads_of_a_worker_share_no_piece(tmp_path: Path) -> None:
    """What pieces of one parcel note on what they share, as statistics do by year, must not meet what another thread notes."""
    noted: dict[str, int] = {}

    def note(year: int) -> int:
        noted["year"] = year
        time.sleep(0.2)
        return noted["year"]

    works = [Work(partial(note, year), int, int, "noted", (year,)) for year in range(4)]
    with LocalCluster(n_workers=1, threads_per_worker=4, dashboard_address=None) as local:
        cluster = Cluster(local.scheduler_address, print)
        try:
            assert cluster.workers == 4
            crew = ClusterCrew(cluster, tmp_path)
            store = KeptCells(tmp_path / "cells", Grid(ALBERS_CHINA.to_wkt(), 0.0, 0.0, 1000.0, 1, 2), crew)
            assert all_finished(store, works) == [0, 1, 2, 3]
        finally:
            cluster.close()


def test_a_store_goes_to_a_worker_without_its_crew(tmp_path: Path) -> None:
    store = KeptCells(tmp_path, grid=None, crew=object())  # type: ignore[arg-type]
    assert store.__getstate__()["crew"] is None
