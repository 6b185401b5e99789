"""Commands for a table: published figures come out, bad tables get one clear message."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tanheng.cli.app import app
from tanheng.errors import TanhengError

HESHUN = Path(__file__).parents[1] / "analysis" / "data" / "heshun.csv"


def run(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(item) for item in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def refusal(*arguments: object) -> str:
    with pytest.raises(TanhengError) as caught:
        CliRunner().invoke(app, [str(item) for item in arguments], catch_exceptions=False)
    return str(caught.value)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    at = rng.random((60, 2)) * 100
    frame = pd.DataFrame(
        {"X": at[:, 0], "Y": at[:, 1], "储量": at[:, 0] + rng.normal(size=60), "人口": rng.gamma(2, size=60)}
    )
    path = tmp_path / "points.csv"
    frame.to_csv(path, index=False, encoding="gb18030")
    return path


def test_the_disease_data_on_the_command_line(tmp_path: Path) -> None:
    factors = "soiltype,watershed,elevation"
    text = run("geodetector", HESHUN, "--y", "incidence", "--x", factors, "--categories", factors, "-o", tmp_path / "o")
    assert "0.63777" in text
    table = pd.read_csv(tmp_path / "o" / "geodetector.csv").set_index("driver")
    assert table["q"].round(7).to_dict() == {"soiltype": 0.3857168, "watershed": 0.6377737, "elevation": 0.6067087}
    assert table.loc["elevation", "p_if_independent"] == pytest.approx(0.04080407, abs=5e-9)
    assert len(pd.read_csv(tmp_path / "o" / "geodetector_interaction.csv")) == 3
    other = run("geodetector", HESHUN, "--y", "incidence", "--x", factors, "--categories", factors, "--ddof", 0)
    assert "0.043382" in other


def test_numbers_are_cut_and_texts_are_classes(table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table, encoding="gb18030")
    frame["kind"] = np.where(frame["X"] > 50, "east 东", "west 西")
    frame.to_csv(tmp_path / "t.csv", index=False, encoding="utf-8-sig")
    run("geodetector", tmp_path / "t.csv", "--y", "储量", "--x", "X,kind", "--classes", "2-4", "-o", tmp_path / "o")
    found = pd.read_csv(tmp_path / "o" / "geodetector.csv").set_index("driver")
    assert found.loc["kind", "method"] == "classes as given"
    assert found.loc["X", "q"] > found.loc["kind", "q"] > 0.5
    assert found.loc["X", "p_search"] == pytest.approx(0.001)


def test_columbus_on_the_command_line(tmp_path: Path) -> None:
    import libpysal

    path = libpysal.examples.get_path("columbus.shp")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        text = run("moran", path, "--x", "CRIME", "--y", "INC", "-o", tmp_path / "o")
    assert "0.50019" in text
    assert "polygons that touch" in text
    local = pd.read_csv(tmp_path / "o" / "clusters.csv")
    assert len(local) == 49
    assert {"local_i", "p", "cluster", "gi_star", "spot"} <= set(local)


def test_points_by_coordinates(table: Path, tmp_path: Path) -> None:
    text = run("moran", table, "--x", "储量", "--at", "X,Y", "--nearest", 6)
    assert "the 6 nearest points" in text
    alone = run("moran", table, "--x", "储量", "--at", "X,Y", "--within", 8)
    assert "have no neighbour" in alone
    run("correlate", table, "--x", "储量,人口,X", "--at", "X,Y", "-o", tmp_path / "o")
    found = pd.read_csv(tmp_path / "o" / "correlation.csv")
    trend = found[(found["column_1"] == "储量") & (found["column_2"] == "X") & (found["method"] == "pearson")].iloc[0]
    assert trend.effective_n < 20 < trend.n
    assert "no coordinates, so no modified test" in run("correlate", table, "--x", "储量,人口")


def test_bad_tables_get_one_clear_message(table: Path, tmp_path: Path) -> None:
    assert "there is no column '储'" in refusal("correlate", table, "--x", "储,人口")
    assert "two columns or more" in refusal("correlate", table, "--x", "储量")
    assert "name coordinate columns (--at X,Y)" in refusal("moran", table, "--x", "储量")
    assert "can't go together" in refusal("moran", table, "--x", "储量", "--at", "X,Y", "--nearest", 3, "--within", 3)
    assert "two columns were expected" in refusal("moran", table, "--x", "储量", "--at", "X")
    assert "--classes" in refusal("geodetector", table, "--y", "储量", "--x", "X", "--classes", "9-3")
    assert "not among the drivers" in refusal("geodetector", table, "--y", "储量", "--x", "X", "--categories", "Y")
    assert "there is no such file" in refusal("moran", tmp_path / "no.csv", "--x", "a")
    text = "a,b\n1,2\nx,3\ninf,4\n,5\n"
    (tmp_path / "bad.csv").write_text(text, encoding="utf-8")
    message = refusal("correlate", tmp_path / "bad.csv", "--x", "a,b")
    assert "row 2 of the data, column 'a' is 'x', not a number" in message
    assert "row 3 of the data, column 'a' is 'inf'" in message
    (tmp_path / "twice.csv").write_text("a,a\n1,2\n", encoding="utf-8")
    assert "two columns named 'a'" in refusal("correlate", tmp_path / "twice.csv", "--x", "a,b")
    (tmp_path / "sheet.xlsx").write_bytes(b"PK")
    assert "save the sheet as 'CSV UTF-8'" in refusal("moran", tmp_path / "sheet.xlsx", "--x", "a")
    (tmp_path / "flat.csv").write_text("a,b\n" + "1,2\n" * 9, encoding="utf-8")
    assert "column 'b'" in refusal("geodetector", tmp_path / "flat.csv", "--y", "a", "--x", "b")


def test_tables_are_not_written_over(table: Path, tmp_path: Path) -> None:
    run("correlate", table, "--x", "储量,人口", "-o", tmp_path / "o")
    assert "already holds correlation.csv" in refusal("correlate", table, "--x", "储量,人口", "-o", tmp_path / "o")
