"""What a run is expected to take, and what is refused for lack of it."""

from __future__ import annotations

import json
from collections import namedtuple
from dataclasses import replace
from pathlib import Path

import pytest

from tanheng.errors import StudyError
from tanheng.inputs.study_inputs import open_inputs
from tanheng.io.rasters import files_open
from tanheng.pipeline import estimate as module
from tanheng.pipeline.check import check_study
from tanheng.pipeline.estimate import estimate, layers
from tanheng.pipeline.run import run_study
from tanheng.study import load_study
from tanheng.study.simulate import Simulate

Free = namedtuple("Free", "available")
Room = namedtuple("Room", "free")


def test_memory_grows_with_cells_and_by_tables_with_years(tiny: Path) -> None:
    with files_open():
        inputs = open_inputs(load_study(tiny), tiny.parent)
        expected = estimate(inputs)
    assert expected.memory == pytest.approx(650e6 + 2 * 9e6 + 250 * 12)
    kept, written = layers(inputs.study, len(inputs.classes))
    # Six classes, what has data, the stock; in each of two years; a change and a hot spot between them.
    assert kept == 2 * (6 + 2) + 2
    assert expected.disk == pytest.approx((8 * kept + 4.8 * written) * 12)


def test_a_simulation_takes_more_by_its_steps_scenarios_and_draws(tiny: Path) -> None:
    study = load_study(tiny)
    with files_open():
        inputs = open_inputs(study, tiny.parent)
        plain = estimate(inputs)
        pixels = inputs.land.maps[0].source.pixels
        span = study.years[-1] - study.years[0]
        settings = Simulate(to=(study.years[-1] + 2 * span,), draws=50)
        more = estimate(replace(inputs, study=study.model_copy(update={"simulate": settings})))
    # Learned twice; 50 draws of the model and of chance scored, and two maps; two steps of one period and one year in three scenarios.
    cells = pixels.width * pixels.height
    by_cell = 2 * 5e-7 + 4e-8 * (2 * 50 + 2) + 2e-8 * 2 * 3 * 50 + 2e-7 * 3
    assert more.seconds - plain.seconds == pytest.approx(14 + by_cell * cells, rel=1e-9)
    assert more.memory > plain.memory


def test_what_memory_or_disk_cannot_do_is_refused_before_the_work(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.psutil, "virtual_memory", lambda: Free(1e8))
    monkeypatch.setattr(module.shutil, "disk_usage", lambda _: Room(100))
    with files_open(), pytest.raises(StudyError, match=r"0\.7 GB of memory, and 0\.1 GB are free") as refused:
        check_study(load_study(tiny), tiny.parent)
    assert "outputs.folder: the run needs about" in str(refused.value)
    with pytest.raises(StudyError, match=r"grid\.resolution"):
        run_study(tiny)
    assert not (tiny.parent / "results").exists()


def test_the_record_tells_seconds_and_memory_of_each_stage(tiny: Path) -> None:
    results = run_study(tiny)
    record = json.loads((results.folder / "run.json").read_text(encoding="utf-8"))
    assert record["timings_s"].keys() == record["peak_mb"].keys()
    assert 50 < record["peak_mb"]["land"] < 20_000
