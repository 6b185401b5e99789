"""A run that was stopped goes on with what it finished, in whatever stage it was stopped."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from conftest import STATISTICS, tiny_study_with_people
from tanheng.errors import InputError
from tanheng.io.cells import KeptCells
from tanheng.io.rasters import is_remote
from tanheng.pipeline import run as run_module
from tanheng.pipeline.run import run_study


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny study with all statistics and intervals; even it keeps what it finished."""
    path = tiny_study_with_people(tmp_path)
    text = path.read_text(encoding="utf-8").replace('"henan-six-classes"', '"henan-six-classes"\nuncertainty = 0.3')
    text = text.replace('totals = "totals.csv"', 'totals = "totals.csv"\ntotals_uncertainty = 0.1')
    path.write_text(text + STATISTICS, encoding="utf-8")
    monkeypatch.setattr(run_module, "_KEPT_FROM", 0)
    return path


class Stop(BaseException):
    """As the key that stops a run."""


def finished_works(monkeypatch: pytest.MonkeyPatch, stop_after: int | None = None) -> list[tuple[object, ...]]:
    """Pieces of work as they are finished from now on; the run is stopped right after some of them."""
    found: list[tuple[object, ...]] = []
    remember = KeptCells.remember

    def watched(cells: KeptCells, data: object, name: str, *of: object) -> None:
        remember(cells, data, name, *of)
        found.append((name, *of))
        if len(found) == stop_after:
            raise Stop

    monkeypatch.setattr(KeptCells, "remember", watched)
    return found


def tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {path.name: pd.read_csv(path) for path in (folder / "tables").glob("*.csv")}


def test_stopped_after_any_piece_of_work(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        every = finished_works(patch)
        whole = run_study(study)
    expected, grids = tables(whole.folder), xr.open_zarr(whole.folder / "results.zarr").load()
    assert {name for name, *_ in every} >= {
        "series", "stock", "stock_change", "demand", "zones and change", "drivers", "mismatch", "clusters", "hot spots",
        "supply_half_width", "demand_half_width", "ratio_half_width", "coupling coordination", "driver_height",
    }  # fmt: skip
    for stop in (1, 4, *range(7, len(every), 6)):
        with monkeypatch.context() as patch:
            finished_works(patch, stop)
            with pytest.raises(Stop):
                run_study(study)
        with monkeypatch.context() as patch:
            later = finished_works(patch)
            resumed = run_study(study, resume=True)
        assert later == every[stop:]
        assert resumed.record["warnings_by_action"] == whole.record["warnings_by_action"]
        found = tables(resumed.folder)
        assert found.keys() == expected.keys()
        for name, table in found.items():
            pd.testing.assert_frame_equal(table, expected[name], check_exact=True)
        xr.testing.assert_identical(xr.open_zarr(resumed.folder / "results.zarr").load(), grids)
        assert not [path for path in study.parent.iterdir() if path.name.startswith(".")]


def test_other_settings_do_not_go_on_with_it(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        every = finished_works(patch, 12)
        with pytest.raises(Stop):
            run_study(study)
    study.write_text(
        study.read_text(encoding="utf-8").replace("uncertainty = 0.3", "uncertainty = 0.4"), encoding="utf-8"
    )
    with monkeypatch.context() as patch:
        later = finished_works(patch)
        run_study(study, resume=True)
    assert later[:12] == every


def test_spoilt_notes_are_work_not_done(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        every = finished_works(patch, 12)
        with pytest.raises(Stop):
            run_study(study)
    for note in study.parent.glob(".results-blocks/cells-*/*.json"):
        note.write_bytes(b"{")
    with monkeypatch.context() as patch:
        later = finished_works(patch)
        results = run_study(study, resume=True)
    assert later[:12] == every
    assert np.isfinite(results.tables["balance"]["supply_t_c"]).all()


def test_spoilt_layers_are_said_to_be(study: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        finished_works(patch, 12)
        with pytest.raises(Stop):
            run_study(study)
    for layer in study.parent.glob(".results-blocks/cells-*/*.layer"):
        layer.write_bytes(layer.read_bytes()[:-8])
    with pytest.raises(InputError, match="is damaged; run the study again, without --resume"):
        run_study(study, resume=True)
    assert run_study(study).report.exists()


def test_inputs_elsewhere_may_have_changed_unseen() -> None:
    settings = {"land_cover": {"maps": {"2000": ["a.tif", "/vsicurl/https://example.org/b.tif"]}}, "years": [2000]}
    assert any(map(is_remote, run_module._texts(settings)))
    assert list(run_module._texts({"a": ["b", {"c": "d"}], "e": 1})) == ["b", "d"]
