from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pandas as pd
import pytest

from conftest import FIRST, INVEST, LAST, write_map
from tanheng.errors import InputError, OutputError
from tanheng.io.invest import import_datastack
from tanheng.pipeline.run import run_study
from tanheng.study import load_study, parse_study
from tanheng.study.described.template import study_template


def command(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tanheng", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=cwd,
    )


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\ntry:\n    import tanheng.cli.app as a; a.app(['--help'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('numpy', 'pandas', 'xarray', 'numba', 'rasterio', 'matplotlib', 'pint') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.strip().endswith("[]")


def test_run_prints_totals_and_where_they_lie(tiny: Path) -> None:
    done = command("run", tiny)
    assert done.returncode == 0, done.stderr
    assert "cropland" in done.stdout
    assert "report.html" in done.stdout
    assert "left out: emissions" in done.stdout


def test_check_writes_nothing(tiny: Path) -> None:
    done = command("check", tiny)
    assert done.returncode == 0, done.stderr
    assert "no problem found" in done.stdout
    assert not (tiny.parent / "results").exists()


def test_usage_errors_end_with_code_2() -> None:
    assert command("run").returncode == 2
    assert command("nonsense").returncode == 2


def test_legends_and_factors_name_their_sources() -> None:
    assert "10.5194/essd-13-3907-2021" in command("legends").stdout
    assert "IPCC 2006" in command("factors").stdout
    assert "paddy field" in command("legends", "cnlucc").stdout
    assert "carbon_content" in command("factors", "china-gbt").stdout


def test_a_new_study_is_valid_once_its_files_are_there(tmp_path: Path) -> None:
    done = command("new", tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    study = tmp_path / "mine" / "study.toml"
    assert load_study(study).land_cover.legend == "clcd"
    for year in (2000, 2020):
        write_map(tmp_path / "mine" / f"landcover_{year}.tif", FIRST)
    # No densities are those of any region until somebody gives them.
    checked = command("check", study)
    assert checked.returncode == 2
    assert "carbon_densities.csv: 24 of 24 densities are blank" in checked.stderr
    form = study.with_name("carbon_densities.csv")
    form.write_text(form.read_text(encoding="utf-8-sig").replace(",,,,", ",1,1,50,1"), encoding="utf-8")
    assert command("check", study).returncode == 0
    assert command("new", tmp_path / "mine").returncode == 2


def datastack(folder: Path, wrap: bool, **more: object) -> Path:
    write_map(folder / "bas.tif", FIRST)
    write_map(folder / "alt.tif", LAST)
    rows = "LUCODE;lulc_name;C_above;C_below;C_soil;C_dead\n"
    rows += "".join(f"{code};class {code};{code};0;0;0\n" for code in range(1, 7))
    (folder / "pools.csv").write_text("\ufeff" + rows, encoding="utf-8")
    arguments = {
        "lulc_bas_path": "bas.tif", "lulc_alt_path": "alt.tif", "carbon_pools_path": "pools.csv", "lulc_bas_year": "2000",
        "lulc_alt_year": 2010, "calc_sequestration": True, "do_valuation": True, "price_per_metric_ton_of_c": "50",
        "discount_rate": 5, "rate_change": 1, "workspace_dir": "w", **more,
    }  # fmt: skip
    path = folder / "args.json"
    content = {"args": arguments, "model_id": "carbon", "invest_version": "3.16"} if wrap else arguments
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize("wrap", [True, False])
def test_a_datastack_becomes_a_study_that_runs(tmp_path: Path, wrap: bool) -> None:
    done = command("import-invest", datastack(tmp_path, wrap), "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    results = run_study(tmp_path / "out" / "study.toml")
    change = results.tables["change"].iloc[0]
    # Two cells went from code 1 to 5 (+4 t/ha), one from 3 to 2 (-1 t/ha), 100 ha each.
    assert change["stock_change_t_c"] == pytest.approx(700.0, rel=1e-12)
    discounted = sum((1.05 * 1.01) ** -t for t in range(10))
    assert change["net_present_value"] == pytest.approx(50 * 700 / 10 * discounted, rel=1e-12)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        ({"lulc_bas_path": ""}, "'lulc_bas_path' is missing"),
        ({"lulc_alt_year": 1990}, "must come after"),
        ({"discount_rate": "much"}, "no number"),
        ({"lulc_bas_year": ""}, "needed for valuation"),
    ],
)
def test_bad_datastacks_are_refused(tmp_path: Path, spoil: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        import_datastack(datastack(tmp_path, wrap=False, **spoil), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_study_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = datastack(tmp_path, wrap=False)
    import_datastack(path, tmp_path / "out")
    with pytest.raises(OutputError, match="is there already"):
        import_datastack(path, tmp_path / "out")


@pytest.mark.skipif(not INVEST.exists(), reason="the InVEST reference run is not here")
def test_invest_is_reproduced(tmp_path: Path) -> None:
    expected = json.loads((INVEST / "expected.json").read_text(encoding="utf-8"))["totals"]
    study = import_datastack(INVEST / "args.json", tmp_path / "out")
    tables = run_study(study).tables
    stock = tables["stock_by_class"].groupby("year")["stock_t_c"].sum()
    change: pd.Series = tables["change"].iloc[0]
    assert stock[2010] == pytest.approx(expected["Baseline Carbon Storage"], rel=1e-6)
    assert stock[2020] == pytest.approx(expected["Alternate Carbon Storage"], rel=1e-6)
    assert change["stock_change_t_c"] == pytest.approx(expected["Change in Carbon Storage"], rel=1e-6)
    assert change["net_present_value"] == pytest.approx(expected["Net Present Value of Carbon Change"], rel=1e-6)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT for one process")
def test_ctrl_c_stops_cleanly(tiny: Path) -> None:
    """The signal comes as soon as the long work has begun."""
    code = (
        "import os, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import tanheng.pipeline.run as run\n"
        "run.count_series = lambda *_: os.kill(os.getpid(), signal.SIGINT)\n"
        "from tanheng.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(tiny)], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 130
    assert "tanheng: stopped; no results were written" in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tiny.parent.iterdir()) == ["a.tif", "b.tif", "study.toml"]


def test_the_new_study_is_valid_with_every_setting_on_and_explained_in_both_languages() -> None:
    text = study_template()
    setting = re.compile(r"#(\[|\]|\w+ = |    \{)")
    lines = text.splitlines()
    on = [line[1:] if setting.match(line) else line for line in lines]
    study = tomllib.loads("\n".join(on))
    assert {"region", "zones", "emissions", "demand", "plan", "maps"} <= set(study)
    parse_study(study, "study.toml")
    # Each block of comments says in Chinese what it says in English.
    for block in re.findall(r"(?:^# \S.*\n)+", text, re.MULTILINE):
        chinese = [bool(re.search(r"[\u4e00-\u9fff]", line)) for line in block.splitlines()]
        assert not chinese[0], block
        assert any(chinese), block
