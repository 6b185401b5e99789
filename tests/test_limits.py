"""Limits stand in one place, are told in both languages, and can be moved."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from tanheng.errors import InputError, StudyError, UnitError, shortened
from tanheng.factors.reading import parse_table
from tanheng.limits import LIMITS, limit
from tanheng.study import parse_study
from tanheng.units import conversion_factor


def test_the_pages_say_what_holds() -> None:
    tool = Path(__file__).parents[1] / "tools" / "limits.py"
    spec = importlib.util.spec_from_file_location("limits_page", tool)
    assert spec is not None and spec.loader is not None  # noqa: PT018
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for path, text in module.pages().items():
        assert path.read_text(encoding="utf-8") == text, "make docs"


def test_a_limit_is_moved_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHENG_TABLE_COLUMNS", "2")
    with pytest.raises(InputError, match=r"too many columns: 3; the limit is 2 .raise it with TANHENG_TABLE_COLUMNS"):
        parse_table("a,b,c\n1,2,3\n", "t.csv")
    monkeypatch.setenv("TANHENG_TABLE_COLUMNS", "many")
    with pytest.raises(InputError, match="TANHENG_TABLE_COLUMNS is 'many'"):
        limit("table_columns")
    assert all(item.variable == f"TANHENG_{item.name.upper()}" for item in LIMITS.values())


@pytest.mark.parametrize(
    "unit", ["9**9**9**9 t", "t^9999", "1e999 t", "t" * 100, "__import__('os')", "10^10^10 t", "9" * 30 + " t"]
)
def test_a_unit_that_can_be_none_is_refused_at_once(unit: str) -> None:
    with pytest.raises(UnitError, match=r"is not a unit|is not known"):
        conversion_factor(unit, "t")


BASE = {"title": "A", "years": [2000], "land_cover": {"maps": {"2000": "a"}}, "carbon_density": {"table": "b"}}


@pytest.mark.parametrize(
    ("change", "place", "message"),
    [
        ({"analysis": {"permutations": 10**12}}, "analysis.permutations", "the limit is 999,999"),
        ({"analysis": {"random_maps": 10**12}}, "analysis.random_maps", "the limit is 100,000"),
        ({"emissions": {"totals": "t", "draws": 10**12}}, "emissions.draws", "the limit is 100,000"),
        ({"plan": {"horizon_years": 1e12}}, "plan.horizon_years", "write a number up to 1000"),
        ({"value": {"price": 1e308, "discount_rate_percent": 1}}, "value.price", "is too large"),
        ({"grid": {"resolution": 1e-9}}, "grid.resolution", "write a number from 0.001 up"),
        ({"title": "a\0b"}, "title", "contains a NUL character"),
    ],
)
def test_a_number_beyond_all_measure_is_refused_with_its_place(
    change: dict[str, object], place: str, message: str
) -> None:
    with pytest.raises(StudyError, match=message) as caught:
        parse_study({**BASE, **change}, "s")
    assert caught.value.problems[0].place == place


def test_long_messages_are_cut_and_say_how_much_is_left() -> None:
    error = StudyError(f"problem {number}: {'x' * 100}" for number in range(500))
    text = error.shortened(2000)
    assert len(text) <= 2000
    shown = text.count("problem ")
    assert text.splitlines()[0] == "500 problems:"
    assert text.splitlines()[-1] == f"  and {500 - shown} more"
    assert len(shortened("a" * 10**6, 2000)) <= 2000
    assert StudyError(["a", "b"]).shortened(2000) == str(StudyError(["a", "b"]))
