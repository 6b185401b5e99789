"""Prices of carbon: per tonne of carbon or of carbon dioxide, and what the change of price does."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import tiny_study
from tanheng.pipeline.run import run_study


def value_of(folder: Path, entry: str) -> tuple[float, str, list[str]]:
    study = tiny_study(folder)
    text = study.read_text(encoding="utf-8").replace("[land_cover]", f"[value]\n{entry}\n[land_cover]", 1)
    study.write_text(text, encoding="utf-8")
    results = run_study(study)
    row = results.tables["change"].iloc[0]
    return float(row.net_present_value), str(row.price_unit), results.warnings


def test_a_price_per_tonne_of_carbon_dioxide_is_44_twelfths_as_much(tmp_path: Path) -> None:
    """Markets quote t CO2, InVEST takes t C: the same figure is worth 3.67 times as much."""
    for name in ("c", "co2"):
        (tmp_path / name).mkdir()
    plain, unit, _ = value_of(tmp_path / "c", 'price = 60.0\ncurrency = "yuan"\ndiscount_rate_percent = 0.0')
    per_co2, other, _ = value_of(
        tmp_path / "co2", 'price = 60.0\nprice_per = "t CO2"\ncurrency = "yuan"\ndiscount_rate_percent = 0.0'
    )
    assert (unit, other) == ("yuan per t C", "yuan per t CO2")
    assert per_co2 == pytest.approx(plain * 44 / 12)


def test_a_positive_price_change_is_said_to_lower_the_worth(tmp_path: Path) -> None:
    """InVEST divides by (1 + c)^t: c = 3 lowers the worth by 2.91 % a year, and a rise of 3 % is c = -2.913."""
    _, _, warnings = value_of(tmp_path, "price = 60.0\ndiscount_rate_percent = 5.0\nprice_change_percent = 3.0")
    assert any("change by -2.91 % a year" in text and "write -2.913" in text for text in warnings)
