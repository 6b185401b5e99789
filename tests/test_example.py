"""The example of Henan gives the paper's figures, and its script gives the example's files."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import rasterio

from conftest import EXAMPLE
from tanheng.pipeline.run import Results, run_study


def facts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("facts", EXAMPLE / "facts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return run_study(EXAMPLE / "study.toml", output=tmp_path_factory.mktemp("henan") / "results")


def test_table_2_of_the_paper_to_the_printed_digit(results: Results) -> None:
    table = (
        pd.read_csv(results.folder / "tables" / "stock_by_class.csv").set_index(["year", "land_class"])["stock_t_c"]
        / 1e5
    )
    for year, printed in facts().TABLE_2.items():
        for name, figure, digits in zip(facts().CLASSES, printed, (0, 0, 1, 1, 0, 2), strict=False):
            assert round(table[(year, name)], digits) == round(figure, digits), (year, name)
        assert round(table[year].sum(), 2) == printed[-1]


def test_every_self_check_holds_to_1e_9(results: Results) -> None:
    assert len(results.checks) == 7
    assert all(check.value < 1e-9 for check in results.checks)


def test_the_reconstruction_is_called_one_everywhere(results: Results) -> None:
    assert "econstruct" in (results.folder / "report.html").read_text(encoding="utf-8")
    assert "econstruct" in results.dataset.attrs["comment"]
    assert "reconstruction, not an observation" in (EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_cells_lie_inside_the_province() -> None:
    for year, counts in facts().COUNTS.items():
        with rasterio.open(EXAMPLE / "data" / f"landuse_{year}.tif") as dataset:
            found = np.bincount(dataset.read(1).ravel(), minlength=7)
        assert tuple(found[1:7]) == counts
    assert sum(facts().COUNTS[1995]) == facts().CELLS == 165_558


def test_the_example_is_small() -> None:
    assert sum(path.stat().st_size for path in (EXAMPLE / "data").iterdir()) < 5e6


def test_the_script_makes_the_next_map_from_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of the build is done anew: the maps of 2005 and 2015 from the one of 1995, its grid and the population."""
    monkeypatch.syspath_prepend(str(EXAMPLE))
    sys.modules.pop("facts", None)
    import build

    codes, people = {}, {}
    for year in (1995, 2005, 2015):
        with rasterio.open(EXAMPLE / "data" / f"landuse_{year}.tif") as dataset:
            codes[year] = dataset.read(1)
        with rasterio.open(EXAMPLE / "data" / f"population_{year}.tif") as dataset:
            people[year] = dataset.read(1).astype(float)
    build.check_counts()
    # The committed population is rounded to whole persons, so single cells may fall otherwise; nearly none may.
    for year in (1995, 2005, 2015):
        for name, code in build.NAMES_OF_CODES.items():
            assert (codes[year] == code).sum() == dict(zip(facts().CLASSES, facts().COUNTS[year], strict=True))[name]
    suits = {name: np.zeros(codes[1995].shape) for name in build.NAMES_OF_CODES}
    wanted = dict(zip(facts().CLASSES, facts().COUNTS[2005], strict=True))
    made = build.next_map(codes[1995], suits, wanted, 0)
    assert [int((made == code).sum()) for code in build.NAMES_OF_CODES.values()] == list(facts().COUNTS[2005])
    assert ((made > 0) == (codes[1995] > 0)).all()


def test_energy_table_is_what_the_facts_say() -> None:
    table = pd.read_csv(EXAMPLE / "data" / "energy.csv", comment="#")
    assert [tuple(row) for row in table.drop(columns="unit").itertuples(index=False)] == list(facts().ENERGY)
    assert Path(EXAMPLE / "README.md").exists()
