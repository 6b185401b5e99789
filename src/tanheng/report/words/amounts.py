"""Masses of carbon in a unit that suits their size."""

from __future__ import annotations

from tanheng.language import mark, tr

#: From here on a mass is told in millions of tonnes.
_MILLIONS_FROM = 1e5


def mass(t: float, what: str = "C", *, signed: bool = False) -> str:
    """Mass with its unit.

    Examples
    --------
    >>> mass(1_319_361_000.0), mass(-1_491_841.0), mass(2000.0, "CO₂"), mass(14.25, signed=True)
    ('1,319.36 Mt C', '−1.492 Mt C', '2,000 t CO₂', '+14.2 t C')
    """
    value, units = mass_parts(t, what, signed=signed)
    return f"{value} {units}"


def mass_parts(t: float, what: str = "C", *, signed: bool = False) -> tuple[str, str]:
    """Figure and unit of a mass."""
    sign = "+" if signed else ""
    if abs(t) >= _MILLIONS_FROM:
        millions = t / 1e6
        digits = 2 if abs(millions) >= 10 else 3
        return f"{millions:{sign},.{digits}f}".replace("-", "−"), f"Mt {what}"
    shown = f"{t:{sign},.0f}" if abs(t) >= 1000 or t == 0 else f"{t:{sign}.3g}"
    return shown.replace("-", "−"), f"t {what}"


_UNITS = {"C": (mark("Mt C"), mark("t C")), "CO₂": (mark("Mt CO₂"), mark("t CO₂"))}


def mass_unit(largest: float, what: str = "C") -> tuple[float, str]:
    """Factor from tonnes, and unit, that suit figures of which the largest is known.

    Examples
    --------
    >>> mass_unit(2.5e6), mass_unit(-800.0), mass_unit(3e6, "CO₂")
    ((1e-06, 'Mt C'), (1.0, 't C'), (1e-06, 'Mt CO₂'))
    """
    millions, tonnes = _UNITS[what]
    return (1e-6, tr(millions)) if abs(largest) >= _MILLIONS_FROM else (1.0, tr(tonnes))
