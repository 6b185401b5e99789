from __future__ import annotations

from pathlib import Path

import pandas as pd

from conftest import STUDY
from tanheng.pipeline.run import run_study
from tanheng.report.page.run_page import _last_years


def test_the_report_opens_offline_and_says_what_it_is(tiny_with_people: Path) -> None:
    results = run_study(tiny_with_people)
    text = (results.folder / "report.html").read_text(encoding="utf-8")
    assert 'src="http' not in text
    assert "<link" not in text
    assert "a stock minus a flow" in text
    assert "responsibility under" in text
    assert "cells are not independent observations" in text
    assert "carbon neutral" not in text.lower()


def test_titles_are_escaped(tiny: Path) -> None:
    tiny.write_text(STUDY.replace('"Tiny"', '"<b>Tiny</b> & 中文"'), encoding="utf-8")
    text = (run_study(tiny).folder / "report.html").read_text(encoding="utf-8")
    assert "&lt;b&gt;Tiny&lt;/b&gt; &amp; 中文" in text


def test_names_are_never_taken_for_code(tiny: Path) -> None:
    wild = "<img src=x onerror=alert(1)>"
    (tiny.parent / "legend.csv").write_text(
        f"code,class\n1,{wild}\n2,forest\n3,grassland\n4,water\n5,built-up\n", encoding="utf-8"
    )
    pools = "".join(
        f"{name},1,{rank},3,4\n" for rank, name in enumerate((wild, "forest", "grassland", "water", "built-up"))
    )
    (tiny.parent / "pools.csv").write_text("class,above,below,soil,dead\n" + pools, encoding="utf-8")
    text = STUDY.replace('"six-classes"', '"legend.csv"').replace('"henan-six-classes"', '"pools.csv"')
    tiny.write_text(text, encoding="utf-8")
    page = (run_study(tiny).folder / "report.html").read_text(encoding="utf-8")
    assert "<img" not in page
    assert "&lt;img" in page


def test_a_long_table_of_zones_holds_whole_years_from_the_last_one_on() -> None:
    table = pd.DataFrame({"year": [2000, 2010, 2020], "zone_layer": "county"}).loc[lambda rows: rows.index.repeat(250)]
    held = _last_years(table)
    assert held["year"].value_counts().to_dict() == {2010: 250, 2020: 250}
    one_year = pd.concat([table[table["year"] == 2000]] * 4)
    assert len(_last_years(one_year)) == 1000
