"""Commands for a table: published figures come out, bad tables get one clear message."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

from tanheng.cli.app import app
from tanheng.errors import TanhengError
from tanheng.language import speaking

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


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda frame: pd.concat([frame, frame.iloc[:3]]),
            r"3 row\(s\) of the data have the same coordinates as another row, as rows 2 and 62",
        ),
        (
            lambda frame: frame.assign(储量=frame["储量"].where(frame.index != 4, -9999)),
            "column '储量' has -9999 in 1 row",
        ),
        (
            lambda frame: frame.assign(X=112 + frame["X"] / 100, Y=34 + frame["Y"] / 100),
            "these look like degrees",
        ),
    ],
)
def test_rows_twice_fill_numbers_and_degrees_are_refused(
    table: Path, tmp_path: Path, spoil: Callable[[pd.DataFrame], pd.DataFrame], message: str
) -> None:
    spoil(pd.read_csv(table, encoding="gb18030")).to_csv(tmp_path / "own.csv", index=False)
    for command in (("moran", "--x", "储量"), ("correlate", "--x", "储量,人口")):
        assert re.search(message, refusal(command[0], tmp_path / "own.csv", *command[1:], "--at", "X,Y"))


def test_degrees_by_name_are_metres_and_rows_without_values_are_no_doubles(table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table, encoding="gb18030")
    frame = frame.assign(经度=112 + frame["X"] / 100, 纬度=34 + frame["Y"] / 100)
    blank = frame.iloc[:2].assign(储量="", 人口="")
    pd.concat([frame, blank]).to_csv(tmp_path / "own.csv", index=False)
    told = run("moran", tmp_path / "own.csv", "--x", "储量", "--at", "经度,纬度")
    assert "Moran" in told
    assert told == run("moran", tmp_path / "own.csv", "--x", "储量", "--at", "纬度,经度")


def test_a_comma_before_decimals_is_no_thousand(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("a;b\n0,123;1\n1,234;2\n12,345;3\n5;4\n", encoding="utf-8")
    assert "write a point, not a comma" in refusal("correlate", tmp_path / "own.csv", "--x", "a,b")
    # A fill number that lies among the values is one of them.
    (tmp_path / "among.csv").write_text("a,b\n-9999,1\n-20000,2\n30000,3\n5,4\n", encoding="utf-8")
    assert "pearson" in run("correlate", tmp_path / "among.csv", "--x", "a,b").lower()
    (tmp_path / "huge.csv").write_text("a,b\n-3.40282346639e+38,1\n2,2\n3,3\n5,4\n", encoding="utf-8")
    assert "where there are no data" in refusal("correlate", tmp_path / "huge.csv", "--x", "a,b")


def test_thousands_are_numbers_and_names_differ_by_case(table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table, encoding="gb18030").assign(
        gdp=lambda own: [f"{1000 + 37 * i:,}" for i in range(len(own))]
    )
    frame.to_csv(tmp_path / "own.csv", index=False)
    assert "gdp" in run("correlate", tmp_path / "own.csv", "--x", "储量,gdp")
    assert "there is no column 'GDP'; did you mean 'gdp'?" in refusal(
        "correlate", tmp_path / "own.csv", "--x", "储量,GDP"
    )


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
    meta, _, geometry, fields = pyogrio.raw.read(tmp_path / "o" / "clusters.gpkg")
    held = dict(zip(meta["fields"], fields, strict=True))
    assert len(geometry) == 49
    assert held["cluster"].tolist() == local["cluster"].tolist()
    for name in ("moran_scatter.png", "clusters.png"):
        assert (tmp_path / "o" / name).stat().st_size > 10_000


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
    assert "can't be read as an Excel file" in refusal("moran", tmp_path / "sheet.xlsx", "--x", "a")
    (tmp_path / "flat.csv").write_text("a,b\n" + "1,2\n" * 9, encoding="utf-8")
    assert "column 'b'" in refusal("geodetector", tmp_path / "flat.csv", "--y", "a", "--x", "b")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        # R writes the names of rows without a heading, and digits in groups without quotation marks make more cells.
        (
            "x,y,a,b\n1,500000,3000000,4,7\n2,500100,3000200,9,1\n3,500250,3000100,2,2\n",
            "line 2 of the table has 5 cells and the heading 4",
        ),
        ("x,y,a,b\n500000,3000000,4,7,\n0,0,9,1\n500250,3000100,2,2\n", "row 2 of the data lies at 0, 0"),
        (
            "x,y,a,b\n500000,3000000,4,7\n500100,3000200,999,1\n500250,3000100,2,2\n500300,3000150,3,5\n500500,3000150,999,5\n",
            "column .a. has 999 in 2 row",
        ),
        ("x,y,a,b\n500000,3000000,4,7\n500100,3000200,1e20,1\n500250,3000100,2,2\n", "column 'a' has 1e\\+20 in 1 row"),
        ("x,y,a,b\n-72.5,41.3,4,7\n-72.1,41.9,9,1\n-73.4,42.2,2,2\n", "these look like degrees"),
        ("x,y,a,b\n34.5,113.3,4,7\n34.1,113.9,9,1\n35.4,112.2,2,2\n", "these look like degrees"),
    ],
)
def test_slips_of_rows_and_places_are_refused(tmp_path: Path, rows: str, message: str) -> None:
    (tmp_path / "own.csv").write_text(rows, encoding="utf-8")
    assert re.search(message, refusal("correlate", tmp_path / "own.csv", "--x", "a,b", "--at", "x,y"))


def test_places_that_are_none_are_refused(table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table, encoding="gb18030")
    assert "'X' is named twice" in refusal("correlate", table, "--x", "储量,人口", "--at", "X,X")
    named = frame.assign(经度=34 + frame["X"] / 100, 纬度=112 + frame["Y"] / 100)
    named.to_csv(tmp_path / "swapped.csv", index=False)
    message = refusal("moran", tmp_path / "swapped.csv", "--x", "储量", "--at", "经度,纬度")
    assert "column '纬度' is" in message
    assert "no place has such a latitude" in message
    far = frame.assign(X=frame["X"].where(frame.index != 7, 1e6))
    far.to_csv(tmp_path / "far.csv", index=False)
    sizes = []
    for name, of in (("far", far), ("near", frame)):
        of.drop(index=7 if name == "near" else []).to_csv(tmp_path / f"{name}.csv", index=False)
        run("correlate", tmp_path / f"{name}.csv", "--x", "储量,X", "--at", "X,Y", "-o", tmp_path / name)
        sizes.append(pd.read_csv(tmp_path / name / "correlation.csv")["effective_n"].iloc[1])
    # A point a thousand times as far off as all others does not make these independent.
    assert sizes[0] < 2 * sizes[1] < len(frame)
    frame.iloc[:9].to_csv(tmp_path / "few.csv", index=False)
    assert "the 3 nearest points" in run("moran", tmp_path / "few.csv", "--x", "储量", "--at", "X,Y")
    message = refusal("moran", tmp_path / "few.csv", "--x", "储量", "--at", "X,Y", "--nearest", 8)
    assert "each of the 9 rows is a neighbour of all others" in message


@pytest.mark.parametrize("slip", ["<10", "NoData", "缺测", "12.3%", "12,3"])
def test_a_quantity_with_a_slip_is_no_column_of_kinds(table: Path, tmp_path: Path, slip: str) -> None:
    frame = pd.read_csv(table, encoding="gb18030", dtype=str)
    frame.assign(X=frame["X"].where(frame.index != 4, slip)).to_csv(tmp_path / "own.csv", index=False)
    message = refusal("geodetector", tmp_path / "own.csv", "--y", "储量", "--x", "X")
    assert f"column 'X' is '{slip}', not a number" in message
    assert "add --categories X" in message
    frame.assign(X=[f"a{number}" for number in range(len(frame))]).to_csv(tmp_path / "own.csv", index=False)
    message = refusal("geodetector", tmp_path / "own.csv", "--y", "储量", "--x", "X")
    assert f"{len(frame)} different texts in {len(frame)} rows" in message


def test_codes_of_kinds_are_numbers(table: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(table, encoding="gb18030", dtype=str)
    kinds = [("1", "2", "3", "1.0", "02")[number % 5] for number in range(len(frame))]
    frame.assign(soil=kinds).to_csv(tmp_path / "own.csv", index=False)
    command = ("geodetector", tmp_path / "own.csv", "--y", "储量", "--x", "soil", "--categories", "soil")
    run(*command, "-o", tmp_path / "o")
    assert pd.read_csv(tmp_path / "o" / "geodetector.csv")["strata"].tolist() == [3]
    frame.assign(soil=["-9999", *kinds[1:]]).to_csv(tmp_path / "own.csv", index=False)
    assert "where there are no data" in refusal(*command)


def test_tables_are_not_written_over(table: Path, tmp_path: Path) -> None:
    run("correlate", table, "--x", "储量,人口", "-o", tmp_path / "o")
    assert "already holds correlation.csv" in refusal("correlate", table, "--x", "储量,人口", "-o", tmp_path / "o")


def test_tables_in_the_terminal_speak_the_language(table: Path, tmp_path: Path) -> None:
    """Titles and values are in words; the user's own columns and the CSV files stay as they are."""
    frame = pd.read_csv(table, encoding="gb18030").rename(columns={"人口": "supply"})
    frame.to_csv(tmp_path / "own.csv", index=False, encoding="utf-8")
    own = tmp_path / "own.csv"
    with speaking("zh"):
        detected = run("geodetector", own, "--y", "储量", "--x", "X,supply", "--classes", "2-3", "--permutations", 9)
        tested = run("moran", own, "--x", "储量", "--y", "supply", "--at", "X,Y", "-o", tmp_path / "o")
        related = run("correlate", own, "--x", "储量,supply", "--at", "X,Y")
    assert "驱动因子" in detected
    assert " supply " in detected
    assert "p_if_independent" not in detected
    assert "莫兰指数I" in tested
    assert "不显著" in tested
    assert "not significant" not in tested
    assert "皮尔逊相关" in related
    assert "column_1" not in related
    assert "not significant" in (tmp_path / "o" / "clusters.csv").read_text(encoding="utf-8-sig")


def test_built_in_tables_name_identifiers_beside_words() -> None:
    """They are the model for tables of the user's own, which hold identifiers."""
    with speaking("zh"):
        factors, legend = run("factors", "china-gbt"), run("legends", "clcd")
    assert "原煤 raw_coal" in factors
    assert "耕地 cropland" in legend
    assert "中文名称" in legend
    assert "raw_coal " in run("factors", "china-gbt")
    assert "emission factors" in run("factors")


def test_a_comparison_of_factors_is_in_words(tmp_path: Path) -> None:
    activity = tmp_path / "energy.csv"
    activity.write_text("year,fuel,quantity,unit\n2020,raw_coal,1000,10^4 t\n", encoding="utf-8")
    with speaking("zh"):
        told = run("factors", "--compare", activity, "-o", tmp_path / "o")
    assert "原煤" in told
    assert "raw_coal" not in told
    assert (tmp_path / "o" / "factor_comparison.csv").read_text(encoding="utf-8-sig").startswith("year,fuel,")


def test_a_correlation_of_two_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2\n2,5\n3,\n", encoding="utf-8")
    assert "2 row(s) have a value of both 'a' and 'b'" in refusal("correlate", tmp_path / "t.csv", "--x", "a,b")


def test_whole_numbers_that_look_like_codes_are_told(table: Path) -> None:
    frame = pd.read_csv(table, encoding="gb18030")
    frame["soil"] = np.arange(len(frame)) % 4
    frame.to_csv(table, index=False, encoding="utf-8")
    text = run("geodetector", table, "--y", "储量", "--x", "soil,X", "--classes", "2-3")
    assert "column 'soil' has 4 different whole numbers" in text
    assert "column 'X'" not in text
    named = run("geodetector", table, "--y", "储量", "--x", "soil,X", "--categories", "soil", "--classes", "2-3")
    assert "different whole numbers" not in named


def test_the_bivariate_form_is_held_against_unrelated_maps(tmp_path: Path) -> None:
    """Two trends across each other are unrelated: random layouts find them sure, smooth maps do not."""
    x, y = np.meshgrid(np.arange(12.0), np.arange(12.0))
    frame = pd.DataFrame({"X": x.ravel(), "Y": y.ravel(), "a": (x + 0.3 * y).ravel(), "b": (y + 0.1 * x).ravel()})
    frame.to_csv(tmp_path / "t.csv", index=False)
    arguments = ("moran", tmp_path / "t.csv", "--x", "a", "--y", "b", "--at", "X,Y", "--permutations", 199)
    assert "unrelated maps as smooth" in run(*arguments, "-o", tmp_path / "o")
    row = pd.read_csv(tmp_path / "o" / "moran.csv").iloc[-1]
    assert row.p < 0.05 < row.p_unrelated_maps
