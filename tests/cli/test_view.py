"""Opening a report, putting two runs side by side, languages and quiet."""

from __future__ import annotations

import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tanheng.cli.app import app
from tanheng.cli.view import open_report
from tanheng.errors import InputError
from tanheng.pipeline.run import run_study


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
        "compare.html", "figures.csv", "inputs.csv", "settings.csv",
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
