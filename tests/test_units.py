from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tanheng.errors import UnitError
from tanheng.units import conversion_factor, same_dimension, tonnes_of_carbon


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        ("万吨", "t", 1e4),
        ("10 000 t", "t", 1e4),
        ("亿立方米", "m3", 1e8),
        ("万吨标准煤", "TJ", 1e4 * 29.3076e-3),
        ("10^4 tce", "TJ", 293.076),
        ("Mtce", "tce", 1e6),
        ("Gg CO2", "t CO2", 1e3),
        ("g C m-2 yr-1", "t C ha-1 yr-1", 0.01),
        ("kgce/kg", "TJ/t", 29.3076e-3),
        ("GJ/(10^4 m3)", "TJ/m3", 1e-7),
        ("Mg C ha-1", "t C ha-1", 1.0),
        ("10^4tCO2", "t CO2", 1e4),
        ("MtCO2", "t CO2", 1e6),
        ("TgC", "t C", 1e6),
        ("kt", "t", 1e3),
        ("10^8m3", "m3", 1e8),
        ("gC m-2", "t C ha-1", 0.01),
    ],
)
def test_units_of_yearbooks_convert(source: str, target: str, factor: float) -> None:
    assert conversion_factor(source, target) == pytest.approx(factor, rel=1e-12)


@pytest.mark.parametrize(
    ("source", "target"), [("t C", "t CO2"), ("t", "t C"), ("t", "m3"), ("CO2e", "CO2"), ("t CO2", "t CO2e")]
)
def test_species_and_kinds_never_mix(source: str, target: str) -> None:
    with pytest.raises(UnitError):
        conversion_factor(source, target)


@pytest.mark.parametrize("nonsense", ["", "bananas", "t t C C ((", "10^", "-1 t C", "0 t C"])
def test_nonsense_is_refused(nonsense: str) -> None:
    with pytest.raises(UnitError):
        conversion_factor(nonsense, "t C")


@pytest.mark.parametrize("unclear", ["mt", "mtce", "mtoe", "Mm3", "MMm³", "tons"])
def test_units_that_may_be_meant_in_several_ways_are_refused(unclear: str) -> None:
    for target in ("t", "m3", "TJ"):
        with pytest.raises(UnitError, match="may mean several"):
            conversion_factor(unclear, target)


def test_mass_without_a_species_is_no_carbon() -> None:
    with pytest.raises(UnitError, match="write 't C' or 't CO2'"):
        tonnes_of_carbon(1.0, "t")


@given(st.floats(1e-6, 1e12))
def test_carbon_and_its_dioxide_agree(value: float) -> None:
    # 44 t CO2 hold 12 t C.
    assert tonnes_of_carbon(value * 44 / 12, "t CO2") == pytest.approx(tonnes_of_carbon(value, "t C"), rel=1e-12)


@given(st.sampled_from(["t", "10^4 t", "kg", "Gg", "万吨"]), st.sampled_from(["t", "10^4 t", "kg", "Gg", "万吨"]))
def test_conversions_there_and_back_cancel(a: str, b: str) -> None:
    assert same_dimension(a, b)
    assert conversion_factor(a, b) * conversion_factor(b, a) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(("unit", "meant"), [("104 t", "10^4 t"), ("10 4 t", "10^4 t"), ("108m3", "10^8 m3")])
def test_a_power_that_is_no_longer_raised_is_refused(unit: str, meant: str) -> None:
    with pytest.raises(UnitError, match=re.escape(f"write '{meant}'")):
        conversion_factor(unit, "m3" if "m3" in unit else "t")


def test_hundreds_and_thousands_are_numbers() -> None:
    assert (conversion_factor("100 t", "t"), conversion_factor("1000 t", "t")) == (100.0, 1000.0)
