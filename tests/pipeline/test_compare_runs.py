"""Two runs side by side."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conftest import STUDY, write_map
from tanheng.errors import InputError
from tanheng.pipeline.compare_runs import compare_runs
from tanheng.pipeline.run import run_study


@pytest.fixture
def first(tiny: Path) -> Path:
    return run_study(tiny).folder


def test_a_run_does_not_differ_from_itself(first: Path, tmp_path: Path) -> None:
    again = shutil.copytree(first, tmp_path / "again")
    found = compare_runs(first, again)
    assert found.settings.empty
    assert found.inputs.empty
    assert found.figures.empty
    assert found.only_in_one == []


def test_a_changed_map_shows_in_inputs_and_figures(first: Path, tiny: Path) -> None:
    # Twelve cells of cropland in the first year, 66.81 t C/ha each: 12 * 100 * 66.81 = 80172 t C.
    write_map(tiny.parent / "a.tif", [[1, 1, 1, 1]] * 3)
    second = run_study(tiny, output=tiny.parent / "second").folder
    found = compare_runs(first, second)
    assert list(found.inputs["file"]) == ["a.tif"]
    rows = found.figures[(found.figures["table"] == "stock_by_class") & (found.figures["row"] == "2000, cropland")]
    assert float(rows[rows["column"] == "stock_t_c"]["second"].iloc[0]) == pytest.approx(80172.0)
    assert found.settings.empty or list(found.settings["setting"]) == ["outputs.folder"]


def test_a_changed_setting_is_told_by_its_full_name(first: Path, tiny: Path) -> None:
    tiny.write_text(STUDY + "\n[grid]\nresolution = 500.0\n", encoding="utf-8")
    second = run_study(tiny, output=tiny.parent / "second").folder
    row = compare_runs(first, second).settings.set_index("setting").loc["grid.resolution"]
    assert (row["first"], row["second"]) == ("1000.0", "500.0")


def test_a_folder_without_a_run_is_refused(first: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file; name the folder that 'tanheng run' wrote"):
        compare_runs(first, tmp_path / "nothing")
