"""What docs/architecture.md says can be added, added from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
import xarray as xr
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

import tanheng
from conftest import STUDY, printed
from tanheng import language, schema
from tanheng.errors import AlignmentError, InputError
from tanheng.factors import emission_factors_from
from tanheng.language import LANGUAGES, Language, speaking
from tanheng.public.extension import CellStatistic, Extension, Findings, Variable
from tanheng.report.style import themes
from tanheng.stages.statistics import extension
from tanheng.tables import columns, titles

PAGE = Path(__file__).parents[1] / "docs" / "architecture.md"


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Forget what a test adds."""
    held = (schema.VARIABLES, titles.TITLES, titles.MEANINGS, columns._OF_TABLE, extension._FROM_OUTSIDE, LANGUAGES)
    before = [dict(item) for item in held]
    lists = [(item, list(item)) for item in (themes._MORE, themes.KIND_THEMES)]
    yield
    for item, former in zip(held, before, strict=True):
        item.clear()
        item.update(former)
    for kept, was in lists:
        kept[:] = was
    language._catalogue.cache_clear()


def test_a_statistic_is_added_by_the_code_of_the_page(tiny_with_people: Path) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    exec(compile(code[1], PAGE.name, "exec"), {})  # noqa: S102  the page's own example
    results = tanheng.run(printed(tiny_with_people))
    # One cell of the first year by hand: supply and demand of whole cells, times 100 ha.
    grid = results.dataset["footprint"]
    by_hand = results.dataset["demand"] / results.dataset["carbon_stock"] * 100.0
    np.testing.assert_allclose(grid.values, by_hand.where(grid.notnull()).values)  # noqa: PD004
    assert grid.attrs["units"] == "ha"
    table = pd.read_csv(results.folder / "tables" / "footprint.csv")
    assert table["mean_footprint_ha"].tolist() == pytest.approx(grid.mean(("y", "x")).values.tolist())
    assert "footprint" in xr.open_zarr(results.folder / "results.zarr")
    assert (results.folder / "maps" / "footprint_2000.png").is_file()
    sheet = openpyxl.load_workbook(results.folder / "tables.xlsx")["Footprint"]
    assert "mean footprint, ha" in [cell.value for row in sheet.iter_rows() for cell in row]
    page = results.report.read_text(encoding="utf-8")
    assert "Land that holds as much carbon as a cell emits in a year, mean of cells" in page


def test_what_has_a_name_already_is_refused() -> None:
    statistic = CellStatistic("mine", lambda _: Findings(), lambda years: years)
    with pytest.raises(AlignmentError, match="'demand' is a variable already"):
        tanheng.register_statistic(Extension(statistic, (Variable("demand", ("y", "x"), "1", "another"),)))
    mine = Variable("only_here", ("y", "x"), "1", "a variable of one's own")
    with pytest.raises(InputError, match="'balance' is a table already"):
        tanheng.register_statistic(Extension(statistic, (mine,), (titles.ResultTable("balance", "Mine", "its rows"),)))
    assert "only_here" not in schema.VARIABLES
    tanheng.register_statistic(Extension(statistic))
    tanheng.register_statistic(Extension(statistic))
    other = CellStatistic("mine", lambda _: Findings(), lambda years: years)
    with pytest.raises(InputError, match="registered already"):
        tanheng.register_statistic(Extension(other))


def test_a_legend_is_a_table(tiny: Path) -> None:
    (tiny.parent / "mine.csv").write_text(
        "code,class\n1,cropland\n2,forest\n3,grassland\n4,water\n5,built-up\n0,\n", encoding="utf-8"
    )
    tiny.write_text(STUDY.replace('legend = "six-classes"', 'legend = "mine.csv"'), encoding="utf-8")
    results = tanheng.run(tiny)
    assert "built-up" in set(results.tables["stock_by_class"]["land_class"])


def test_a_set_of_emission_factors_is_a_table(tmp_path: Path) -> None:
    rows = "fuel,factor,value,unit,source\nraw_coal,net_calorific_value,20,TJ/Gg,lab\nraw_coal,carbon_content,25,t C/TJ,lab\n"
    (tmp_path / "mine.csv").write_text(rows + "raw_coal,oxidised_fraction,1,1,lab\n", encoding="utf-8")
    factors = emission_factors_from(("mine.csv",), tmp_path)
    # 20 TJ/Gg * 25 t C/TJ = 500 t C/Gg = 0.5 t C/t
    assert factors.fuel("raw_coal")[0].carbon_per("t") == pytest.approx(0.5)


def test_a_language_is_a_row_and_a_catalogue(tiny: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locale" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="fr")
    catalogue.add("Stock by class", "Stock par classe")
    catalogue.add("forest", "forêt", context="name")
    with (folder / "tanheng.mo").open("wb") as file:
        write_mo(file, catalogue)
    LANGUAGES["fr"] = Language(", ", " ", "fr", ("fr", "french"), tmp_path / "locale")
    tiny.write_text('language = "fr"\n' + STUDY.replace('"Tiny"', '{ fr = "Petit", en = "Tiny" }'), encoding="utf-8")
    results = tanheng.run(tiny)
    with speaking("fr"):
        assert titles.table_title("stock_by_class") == "Stock par classe"
        assert results.study.told_title == "Petit"
    page = results.report.read_text(encoding="utf-8")
    assert '<html lang="fr">' in page
    assert "forêt" in page
    assert "Petit" in page
    book = openpyxl.load_workbook(results.folder / "tables.xlsx")
    assert "Stock par classe" in book.sheetnames
