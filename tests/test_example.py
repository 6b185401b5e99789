"""The example of Henan gives the paper's figures, and its script gives the example's files."""

from __future__ import annotations

import importlib
import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
import rasterio

from conftest import EXAMPLE
from tanheng.pipeline.results import Results


def facts() -> ModuleType:
    spec = importlib.util.spec_from_file_location("facts", EXAMPLE / "facts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_table_2_of_the_paper_to_the_printed_digit(henan: Results) -> None:
    table = (
        pd.read_csv(henan.folder / "tables" / "stock_by_class.csv").set_index(["year", "land_class"])["stock_t_c"] / 1e5
    )
    for year, printed in facts().TABLE_2.items():
        for name, figure, digits in zip(facts().CLASSES, printed, (0, 0, 1, 1, 0, 2), strict=False):
            assert round(table[(year, name)], digits) == round(figure, digits), (year, name)
        assert round(table[year].sum(), 2) == printed[-1]


def test_every_self_check_holds_to_1e_9(henan: Results) -> None:
    assert len(henan.checks) == 7
    assert all(check.value < 1e-9 for check in henan.checks)


def test_the_reconstruction_is_called_one_everywhere(henan: Results) -> None:
    assert "econstruct" in (henan.folder / "report.html").read_text(encoding="utf-8")
    assert "econstruct" in henan.dataset.attrs["comment"]
    assert "reconstruction, not an observation" in (EXAMPLE / "README.md").read_text(encoding="utf-8")


def test_cells_lie_inside_the_province() -> None:
    for year, counts in facts().COUNTS.items():
        with rasterio.open(EXAMPLE / "data" / f"landuse_{year}.tif") as dataset:
            found = np.bincount(dataset.read(1).ravel(), minlength=7)
        assert tuple(found[1:7]) == counts
    assert sum(facts().COUNTS[1995]) == facts().CELLS == 165_558


def test_the_example_is_small() -> None:
    assert sum(path.stat().st_size for path in (EXAMPLE / "data").iterdir()) < 5e6


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(EXAMPLE))
    monkeypatch.delitem(sys.modules, "facts", raising=False)
    return importlib.import_module("build")


def layer(name: str) -> np.ndarray:
    with rasterio.open(EXAMPLE / "data" / name) as dataset:
        return dataset.read(1)


def test_the_script_makes_the_committed_maps(build: ModuleType) -> None:
    """The part of the build that needs no further packages, done anew from the committed boundaries, heights and people."""
    import shapely

    build.check_counts()
    shapes = json.loads((EXAMPLE / "data" / "prefectures.geojson").read_text(encoding="utf-8"))["features"]
    cells = build.Cells(shapely.union_all([shapely.from_geojson(json.dumps(item["geometry"])) for item in shapes]))
    committed = {year: layer(f"landuse_{year}.tif") for year in facts().COUNTS}
    # Committed boundaries are rounded to 10 m, so a few cells on the edge may fall otherwise.
    assert cells.shape == committed[1995].shape
    assert (cells.inside != (committed[1995] > 0)).sum() < 50
    cells.inside = committed[1995] > 0
    with rasterio.open(EXAMPLE / "data" / "elevation.tif") as dataset:
        height = build.at_cells(cells, dataset.read(1), dataset.transform) + 12 * build.noise(cells, 0, 3)
    warm, wet = build.climate(cells, height)
    for name, values in (("temperature", np.round(warm * 10)), ("precipitation", np.round(wet))):
        assert np.array_equal(values[cells.inside], layer(f"{name}.tif")[cells.inside])
    people = {year: np.where(cells.inside, layer(f"population_{year}.tif").astype(float), np.nan) for year in committed}
    made = build.land_maps(cells, height, people)
    # Committed people are rounded to whole persons, which moves a few built-up cells.
    for year, codes in committed.items():
        assert (made[year] != codes).sum() < 0.01 * facts().CELLS


def test_energy_table_is_what_the_facts_say() -> None:
    table = pd.read_csv(EXAMPLE / "data" / "energy.csv", comment="#")
    assert [tuple(row) for row in table.drop(columns="unit").itertuples(index=False)] == list(facts().ENERGY)
    assert Path(EXAMPLE / "README.md").exists()
