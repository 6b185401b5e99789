"""Emission factors of fuels, built in or from the user's table, and the names of fuels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from tanheng.errors import InputError, UnitError, nearest
from tanheng.factors.catalogue import Table, parse_number, parse_table, read_named
from tanheng.units import CO2_PER_C, conversion_factor, same_dimension

#: Activity may come as a mass, a volume or an energy; these are the units inside.
ACTIVITY_UNITS = ("t", "m3", "TJ")


@dataclass(frozen=True)
class Fuel:
    """Factors of one fuel.

    Attributes
    ----------
    net_calorific_value : float
        TJ per `unit`; absent (None) where only energy can be counted.
    unit : str
        ``t`` or ``m3``.
    carbon_content : float
        t C/TJ.
    oxidised_fraction : float
        0 to 1.
    """

    name: str
    net_calorific_value: float | None
    unit: str | None
    carbon_content: float
    oxidised_fraction: float
    source: str = ""

    def carbon_per(self, activity_unit: str) -> float:
        r"""Carbon that one unit of activity emits, t C.

        .. math:: NCV \cdot CC \cdot O

        Raises
        ------
        UnitError
            The factor set counts this fuel in another kind of unit.
        """
        per_energy = self.carbon_content * self.oxidised_fraction  # (t C/TJ) * 1 = t C/TJ
        if same_dimension(activity_unit, "TJ"):
            return conversion_factor(activity_unit, "TJ") * per_energy
        if self.net_calorific_value is None or self.unit is None:
            raise UnitError(f"{self.name}: no net calorific value; give an energy (TJ, tce), not '{activity_unit}'")
        if not same_dimension(activity_unit, self.unit):
            kind = {"t": "a mass (t, 10^4 t)", "m3": "a volume (m3, 10^4 m3)"}[self.unit]
            raise UnitError(
                f"{self.name}: '{activity_unit}' does not fit; the factor set counts {kind} or an energy (TJ, tce)"
            )
        # (unit/unit) * (TJ/unit) * (t C/TJ) = t C per unit of activity
        return conversion_factor(activity_unit, self.unit) * self.net_calorific_value * per_energy


@dataclass(frozen=True)
class EmissionFactors:
    """A named set of emission factors."""

    name: str
    fuels: Mapping[str, Fuel]
    source: str = ""

    def fuel(self, name: str) -> tuple[Fuel, str]:
        """Factors of a fuel, and a note where those of another fuel stand in.

        Raises
        ------
        InputError
            The set has neither the fuel nor its substitute.
        """
        seen = [name]
        while seen[-1] not in self.fuels:
            substitute = fuels().substitutes.get(seen[-1], "")
            if not substitute or substitute in seen:
                raise InputError(f"factor set '{self.name}' has no fuel '{name}'{nearest(name, self.fuels)}")
            seen.append(substitute)
        note = (
            "" if len(seen) == 1 else f"{name}: '{self.name}' has no row of its own; the factors of {seen[-1]} stand in"
        )
        return self.fuels[seen[-1]], note


@dataclass(frozen=True)
class FuelNames:
    """Names and aliases of fuels in English and Chinese."""

    canonical: Mapping[str, str]
    chinese: Mapping[str, str]
    substitutes: Mapping[str, str]

    def find(self, name: str) -> str:
        """Canonical name of a fuel.

        Raises
        ------
        InputError
            The name is not known; near matches are given.

        Examples
        --------
        >>> fuels().find("原煤"), fuels().find("Diesel Oil")
        ('raw_coal', 'diesel')
        """
        key = _key(name)
        if key not in self.canonical:
            raise InputError(f"fuel '{name}' is not known{nearest(key, self.canonical)}")
        return self.canonical[key]


def _key(name: str) -> str:
    return " ".join(name.strip().lower().replace("_", " ").replace("-", " ").split())


@cache
def fuels() -> FuelNames:
    """Names of fuels that are built in."""
    text = (resources.files("tanheng.factors") / "fuels.csv").read_text(encoding="utf-8")
    canonical: dict[str, str] = {}
    chinese: dict[str, str] = {}
    substitutes: dict[str, str] = {}
    for _, row in parse_table(text, "fuels.csv").rows:
        for alias in (row["fuel"], row["name"], row["name_zh"], *row["aliases"].split("|")):
            if alias:
                canonical[_key(alias)] = row["fuel"]
        chinese[row["fuel"]] = row["name_zh"]
        if row["substitute"]:
            substitutes[row["fuel"]] = row["substitute"]
    return FuelNames(canonical, chinese, substitutes)


def emission_factors_from(name_or_path: str, base: Path = Path()) -> EmissionFactors:
    """Set of emission factors: built in, or the user's CSV in the same form.

    Parameters
    ----------
    name_or_path : str
        One of `names("emission_factors")`, or a CSV file with the columns ``fuel, factor, value, unit, source``, where
        factor is ``net_calorific_value``, ``carbon_content`` (or ``carbon_dioxide_content``) or ``oxidised_fraction``.
    base : Path
        Folder that a relative path starts from.

    Raises
    ------
    InputError
        A column, a unit or a factor is missing or wrong; the line is named.

    Examples
    --------
    >>> coal = emission_factors_from("china-gbt").fuels["raw_coal"]
    >>> round(coal.carbon_per("t") * 44 / 12, 4)
    1.9003
    """
    table = read_named("emission_factors", name_or_path, base)
    table.require(["fuel", "factor", "value", "unit", "source"])
    rows: dict[str, dict[str, tuple[float, str, str]]] = {}
    for line, row in table.rows:
        place = f"{table.name}: line {line}"
        factors = rows.setdefault(fuels().find(row["fuel"]), {})
        if row["factor"] in factors:
            raise InputError(f"{place}: {row['fuel']}, {row['factor']} stands there twice")
        if not row["source"]:
            raise InputError(f"{place}: the source is blank; a factor needs one")
        factors[row["factor"]] = (
            parse_number(row["value"], f"{place}, column 'value'"),
            row["unit"],
            row["source"],
        )
    return EmissionFactors(
        table.name, {name: _fuel(name, factors, table) for name, factors in rows.items()}, table.source
    )


def _fuel(name: str, factors: Mapping[str, tuple[float, str, str]], table: Table) -> Fuel:
    known = ("net_calorific_value", "carbon_content", "carbon_dioxide_content", "oxidised_fraction")
    for factor in factors:
        if factor not in known:
            raise InputError(f"{table.name}: {name}: '{factor}' is no factor{nearest(factor, known)}")
    try:
        calorific, unit = _calorific_value(factors.get("net_calorific_value"))
        if "carbon_content" in factors:
            value, given, source = factors["carbon_content"]
            carbon = value * conversion_factor(given, "t C/TJ")
        elif "carbon_dioxide_content" in factors:
            value, given, source = factors["carbon_dioxide_content"]
            carbon = value * conversion_factor(given, "t CO2/TJ") / CO2_PER_C
        else:
            raise InputError(f"{table.name}: {name} has no carbon_content; give it in t C/TJ")
    except UnitError as error:
        raise InputError(f"{table.name}: {name}: {error}") from error
    oxidised = factors.get("oxidised_fraction", (1.0, "1", ""))[0]
    if oxidised > 1:
        raise InputError(f"{table.name}: {name}: oxidised_fraction is {oxidised}; it is a fraction, at most 1")
    return Fuel(name, calorific, unit, carbon, oxidised, source)


def _calorific_value(given: tuple[float, str, str] | None) -> tuple[float | None, str | None]:
    if given is None:
        return None, None
    value, unit, _ = given
    for amount in ("t", "m3"):
        if same_dimension(unit, f"TJ/{amount}"):
            return value * conversion_factor(unit, f"TJ/{amount}"), amount
    raise UnitError(f"net calorific value in '{unit}'; it is an energy per mass or volume, as GJ/t or GJ/(10^4 m3)")
