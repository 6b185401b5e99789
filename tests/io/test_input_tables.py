"""Input tables are declared once, and readers, headings and docs follow the declaration."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tanheng.errors import InputError
from tanheng.factors import emission_factors_from
from tanheng.io.tables import (
    read_activity,
    read_energy_balance,
    read_points,
    read_processes,
    read_totals,
    read_uptake,
    read_zone_values,
)
from tanheng.language import speaking
from tanheng.tables.input_tables import ALIASES, COLUMN_OF_HEADING, INPUT_TABLES, InputTable

READERS: dict[str, Callable[[Path], Any]] = {
    "totals": read_totals,
    "activity": read_activity,
    "energy_balance": read_energy_balance,
    "processes": read_processes,
    "points": read_points,
    "zone_values": lambda path: read_zone_values(path, "m"),
    "uptake": read_uptake,
    "factors": lambda path: emission_factors_from((str(path),)),
}


@pytest.mark.parametrize("name", READERS)
def test_a_required_column_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    for lost in INPUT_TABLES[name].required:
        header = [column.name for column in INPUT_TABLES[name].columns if column.name != lost]
        path = tmp_path / f"{name}.csv"
        path.write_text(",".join(header) + "\n" + ",".join("1" for _ in header) + "\n", encoding="utf-8")
        with pytest.raises(InputError, match=f"column '{lost}' is missing"):
            READERS[name](path)
        with speaking("zh"), pytest.raises(InputError) as caught:
            READERS[name](path)
        assert ALIASES[lost][0] in str(caught.value)


def test_no_heading_stands_for_two_columns() -> None:
    assert len(COLUMN_OF_HEADING) == sum(map(len, ALIASES.values()))


@pytest.mark.parametrize("table", INPUT_TABLES.values(), ids=INPUT_TABLES)
def test_every_column_has_a_chinese_heading(table: InputTable) -> None:
    assert [column.name for column in table.columns if len(column.headings) < 2] == []


def test_the_page_says_what_is_declared() -> None:
    tool = Path(__file__).parents[2] / "tools" / "input_tables.py"
    spec = importlib.util.spec_from_file_location("input_tables_page", tool)
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for code, path in module.PAGES.items():
        assert path.read_text(encoding="utf-8") == module.page(code), "make docs"
