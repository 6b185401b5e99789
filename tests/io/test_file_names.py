"""Files of classes whose names differ by little never overwrite each other."""

from __future__ import annotations

import csv
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from conftest import tiny_study
from tanheng.io.results.file_names import FileNames
from tanheng.pipeline.run import run_study


def test_names_that_a_system_takes_for_the_same_get_numbers() -> None:
    names = FileNames(".tif")
    given_names = ["a/b", "a-b", "a b", "a  b", "A-B", "e\u0301", "\u00e9", "con", "x" * 300, "x" * 301, "..."]
    made = [names.of(name) for name in given_names]
    assert len({name.casefold() for name in made}) == len(given_names)
    assert made[:3] == ["a-b.tif", "a-b_2.tif", "a-b_3.tif"]
    assert max(len(name.encode()) for name in made) <= 255


@given(st.lists(st.text(max_size=20), min_size=1, max_size=10))
def test_every_name_is_new_and_plain(parts: list[str]) -> None:
    names = FileNames(".tif")
    made = [names.of(part) for part in parts]
    assert len({name.casefold() for name in made}) == len(parts)
    assert not any(set(name) & set('\\/:*?"<>|\0\n') for name in made)


def test_each_class_has_its_grid_and_the_list_names_it(tmp_path: Path) -> None:
    """Two classes whose names made one file name left five files for six classes."""
    study = tiny_study(tmp_path)
    (tmp_path / "legend.csv").write_text("code,class\n1,a/b\n2,a-b\n3,a b\n4,d\n5,e\n6,f\n0,\n", encoding="utf-8")
    rows = "".join(f"{name},1,1,{20 + i},1\n" for i, name in enumerate(("a/b", "a-b", "a b", "d", "e", "f")))
    (tmp_path / "pools.csv").write_text("class,above,below,soil,dead\n" + rows, encoding="utf-8")
    text = study.read_text(encoding="utf-8").replace('"six-classes"', '"legend.csv"')
    study.write_text(text.replace('"henan-six-classes"', '"pools.csv"'), encoding="utf-8")
    grids = run_study(study).folder / "grids"
    with (grids / "files.csv").open(encoding="utf-8-sig") as stream:
        listed = {row["file"]: row for row in csv.DictReader(stream)}
    assert set(listed) == {path.name for path in grids.glob("*.tif")}
    shares = [row for row in listed.values() if row["variable"] == "land_share" and row["time"] == "2000"]
    assert {row["land_class"] for row in shares} == {"a/b", "a-b", "a b", "d", "e", "f"}
