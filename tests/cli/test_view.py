"""Opening a report, putting two runs side by side, languages and quiet."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest
from typer.testing import CliRunner

from conftest import write_map
from tanheng.cli.app import app
from tanheng.cli.show import print_plan
from tanheng.cli.view import open_report
from tanheng.errors import InputError
from tanheng.language import speaking
from tanheng.pipeline.plan import Planned
from tanheng.pipeline.run import run_study
from tanheng.report.page.compare_page import figure_row


def tanheng(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tanheng", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=env,
        check=False,
    )


def test_open_shows_the_report_in_the_browser(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = run_study(tiny).folder
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", opened.append)
    assert open_report(folder) == folder / "report.html"
    assert opened == [(folder / "report.html").as_uri()]


def test_a_study_in_place_of_results_is_told(tiny: Path) -> None:
    with pytest.raises(InputError, match="is a study; name the folder of its results"):
        open_report(tiny)


def test_a_folder_without_a_report_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such report"):
        open_report(tmp_path)


def test_compare_writes_a_page_and_tables(tiny: Path, tmp_path: Path) -> None:
    one = run_study(tiny).folder
    two = run_study(tiny, output=tmp_path / "two").folder
    found = CliRunner().invoke(
        app, ["compare", str(one), str(two), "-o", str(tmp_path / "out")], catch_exceptions=False
    )
    assert "both runs give the same figures" in found.output
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "compare.html", "compare.json", "figures.csv", "inputs.csv", "settings.csv",
    ]  # fmt: skip


def test_lang_speaks_chinese_in_help_and_errors(tmp_path: Path) -> None:
    assert "选项" in tanheng("--lang", "zh", "--help").stdout
    told = tanheng("--lang", "zh", "check", str(tmp_path / "none.toml"))
    assert told.returncode == 2
    assert "没有" in told.stderr


def test_the_study_names_its_language(tiny: Path) -> None:
    tiny.write_text('language = "zh"\n' + tiny.read_text(encoding="utf-8"), encoding="utf-8")
    told = tanheng("run", str(tiny))
    assert "碳储量" in told.stdout
    assert '<html lang="zh">' in (tiny.parent / "results" / "report.html").read_text(encoding="utf-8")
    assert "carbon stored" in tanheng("--lang", "en", "run", str(tiny)).stdout


def test_a_log_gets_plain_lines_and_quiet_nothing(tiny: Path) -> None:
    told = tanheng("--lang", "en", "run", str(tiny))
    assert "land: done in" in told.stderr
    assert "\x1b" not in told.stderr
    quiet = tanheng("--quiet", "run", str(tiny))
    assert (quiet.stdout, quiet.stderr, quiet.returncode) == ("", "", 0)


def test_compare_shows_whole_figures_in_80_columns(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.write_text('title_zh = "小区域"\n' + tiny.read_text(encoding="utf-8"), encoding="utf-8")
    one = run_study(tiny).folder
    write_map(tiny.parent / "a.tif", [[1, 1, 1, 1]] * 3)
    two = run_study(tiny, output=tmp_path / "two").folder
    # Stocks of a province.
    for folder, factor in ((one, 1e5), (two, 1.1e5)):
        path = folder / "tables" / "stock_by_class.csv"
        table = pd.read_csv(path, encoding="utf-8-sig")
        table["stock_t_c"] *= factor
        table.to_csv(path, index=False, encoding="utf-8-sig")
    monkeypatch.setenv("COLUMNS", "80")
    told = CliRunner().invoke(app, ["compare", str(one), str(two)], catch_exceptions=False).output
    # Twelve cells of 100 ha with 66.81 t C/ha, times 1.1e5.
    assert "8,818,920,000" in told
    assert "…" not in told
    assert "entry" in told
    with speaking("zh"):
        told = CliRunner().invoke(app, ["compare", str(one), str(two)], catch_exceptions=False).output
    assert "小区域" in told
    assert "行号" not in told


def test_a_plan_is_titled_in_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    columns = ["land_class", "area_today_km2", "area_after_km2", "change_km2"]
    record = {"title": {"": "Small region", "zh": "小区域"}, "year": 2020}
    planned = SimpleNamespace(
        record=record,
        tables={"plan_areas": pd.DataFrame([("cropland", 2.0, 1.0, -1.0)], columns=columns)},
        notes=[],
        folder=Path("plan"),
    )
    with speaking("zh"), pytest.MonkeyPatch.context() as patch:
        patch.setattr("tanheng.report.words.plan_sentences.plan_paragraph", lambda *_: "")
        print_plan(cast("Planned", planned))
    told = capsys.readouterr().out
    assert "小区域" in told
    assert "Small region" not in told


def test_correlated_supply_is_carbon_and_no_energy_flow() -> None:
    row = SimpleNamespace(
        table="correlation", row="2010, pearson, supply, elevation", column="r", first=0.1, second=0.2, difference=0.1,
        relative=1.0,
    )  # fmt: skip
    assert figure_row(row)[1] == "2010, pearson, carbon supply, elevation"
    with speaking("zh"):
        assert "碳供给" in str(figure_row(row)[1])
