"""Emission factors of fuels, built in or from the user's table, and the names of fuels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tanheng.errors import InputError, StudyError, UnitError, nearest
from tanheng.factors.catalogue import (
    Names,
    Table,
    aliases,
    names,
    packaged_table,
    parse_number,
    read_named,
)
from tanheng.language import mark, name_of, tr
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
    half_width : float or None
        Half of the 95 % interval of the carbon content, relative; None where the table gives no bounds.
    calorific_half_width : float
        That of the net calorific value, which counts where activity is a mass or a volume; 0 where no bounds are given.
    origin : str
        Sets that the rows came from, the one of the carbon content first.
    """

    name: str
    net_calorific_value: float | None
    unit: str | None
    carbon_content: float
    oxidised_fraction: float
    source: str = ""
    half_width: float | None = None
    calorific_half_width: float = 0.0
    origin: str = ""

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
            raise UnitError(
                tr(
                    "{name}: no net calorific value; give an energy (TJ, tce), not '{activity_unit}'",
                    name=name_of(self.name),
                    activity_unit=activity_unit,
                )
            )
        if not same_dimension(activity_unit, self.unit):
            kind = {"t": tr("a mass (t, 10^4 t)"), "m3": tr("a volume (m3, 10^4 m3)")}[self.unit]
            raise UnitError(
                tr(
                    "{name}: '{activity_unit}' does not fit; the factor set counts {kind} or an energy (TJ, tce)",
                    name=name_of(self.name),
                    activity_unit=activity_unit,
                    kind=kind,
                )
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
                raise InputError(
                    tr(
                        "factor set '{factor_set}' has no fuel '{fuel}'{nearest}",
                        factor_set=self.name,
                        fuel=name_of(name),
                        nearest=nearest(name_of(name), map(name_of, self.fuels)),
                    )
                )
            seen.append(substitute)
        note = (
            ""
            if len(seen) == 1
            else tr(
                "{factor_set}: '{fuel}' has no row of its own; the factors of {seen} stand in",
                factor_set=self.name,
                fuel=name_of(name),
                seen=name_of(seen[-1]),
            )
        )
        return self.fuels[seen[-1]], note

    def half_width(self, name: str, unit: str = "TJ") -> tuple[float, str]:
        """Relative half-width of the 95 % interval of a fuel's factor in a unit of activity, and a note where it is borrowed.

        A set without bounds borrows those of the IPCC 2006 defaults for the same fuel, or one that stands in for it.
        """
        fuel, _ = self.fuel(name)
        calorific = 0.0 if same_dimension(unit, "TJ") else fuel.calorific_half_width
        if fuel.half_width is not None:
            return math.hypot(fuel.half_width, calorific), ""
        default = emission_factors_from("ipcc-2006")
        try:
            borrowed = default.fuel(name)[0].half_width
        except InputError:
            borrowed = None
        if borrowed is None:
            return (
                math.hypot(_UNKNOWN_HALF, calorific),
                tr(
                    "{name}: no bounds are known; its factor is taken to within {percent:g} %",
                    name=name_of(name),
                    percent=100 * _UNKNOWN_HALF,
                ),
            )
        return math.hypot(borrowed, calorific), tr(
            "'{name}' gives no bounds; those of ipcc-2006 are borrowed, relative to its own values", name=self.name
        )


#: Relative half-width of a factor that no table gives bounds for.
_UNKNOWN_HALF = 0.1


@dataclass(frozen=True)
class FuelNames(Names):
    """Names of fuels in English and Chinese, what stands in for a fuel without factors, and its kind.

    Examples
    --------
    >>> fuels().find("原煤"), fuels().find("Diesel Oil")
    ('raw_coal', 'diesel')
    """

    chinese: Mapping[str, str]
    substitutes: Mapping[str, str]
    kinds: Mapping[str, str]


@cache
def fuels() -> FuelNames:
    """Names of fuels that are built in."""
    table = packaged_table("fuels")
    rows = [row for _, row in table.rows]
    return FuelNames(
        mark("fuel"),
        aliases(table, "fuel", "name"),
        {row["fuel"]: row["name_zh"] for row in rows},
        {row["fuel"]: row["substitute"] for row in rows if row["substitute"]},
        {row["fuel"]: row["kind"] for row in rows},
    )


@dataclass(frozen=True)
class _Row:
    """One factor as its table gives it."""

    value: float
    unit: str
    source: str
    lower: float | None
    upper: float | None
    origin: str
    place: str


_FACTORS = ("net_calorific_value", "carbon_content", "carbon_dioxide_content", "oxidised_fraction")


def emission_factors_from(names_or_paths: str | Sequence[str], base: Path = Path()) -> EmissionFactors:
    """Set of emission factors: built in, or the user's CSV in the same form, or several laid over each other.

    Parameters
    ----------
    names_or_paths : str or sequence of str
        One of `names("emission_factors")`, or a CSV file with the columns ``fuel, factor, value, unit, source`` and, if
        wanted, ``lower, upper``, where factor is ``net_calorific_value``, ``carbon_content`` (or
        ``carbon_dioxide_content``) or ``oxidised_fraction``. Of several, a later one overrides row by row.
    base : Path
        Folder that a relative path starts from.

    Raises
    ------
    InputError
        A column, a unit or a factor is missing or wrong, or so far from the IPCC's that it looks like a slip; the line
        is named.

    Examples
    --------
    >>> coal = emission_factors_from("china-gbt").fuels["raw_coal"]
    >>> round(coal.carbon_per("t") * 44 / 12, 4)
    1.9003
    """
    asked = [names_or_paths] if isinstance(names_or_paths, str) else list(names_or_paths)
    merged: dict[str, dict[str, _Row]] = {}
    tables = [read_named("emission_factors", name, base) for name in asked]
    for table, name in zip(tables, asked, strict=True):
        for fuel, rows in _rows(table).items():
            if "carbon_content" in rows or "carbon_dioxide_content" in rows:
                for other in ("carbon_content", "carbon_dioxide_content"):
                    merged.get(fuel, {}).pop(other, None)
            merged.setdefault(fuel, {}).update(rows)
        if name not in names("emission_factors"):
            _refuse_slips(merged)
    found = {fuel: _fuel(fuel, rows) for fuel, rows in merged.items()}
    return EmissionFactors(
        " + ".join(table.name for table in tables), found, " ".join(dict.fromkeys(table.source for table in tables))
    )


def _rows(table: Table) -> dict[str, dict[str, _Row]]:
    table.require(["fuel", "factor", "value", "unit", "source"])
    found: dict[str, dict[str, _Row]] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        factors = found.setdefault(fuels().find(row["fuel"]), {})
        if row["factor"] not in _FACTORS:
            raise InputError(
                tr(
                    "{place}: {fuel}: '{factor}' is no factor{nearest}",
                    place=place,
                    fuel=row["fuel"],
                    factor=row["factor"],
                    nearest=nearest(row["factor"], _FACTORS),
                )
            )
        if row["factor"] in factors:
            raise InputError(
                tr("{place}: {fuel}, {factor} stands there twice", place=place, fuel=row["fuel"], factor=row["factor"])
            )
        if not row["source"]:
            raise InputError(tr("{place}: the source is blank; a factor needs one", place=place))
        bounds = [
            parse_number(row[end], table.at(place, end)) if row.get(end, "").strip() else None
            for end in ("lower", "upper")
        ]
        value = parse_number(row["value"], table.at(place, "value"))
        if any(bound is not None and sign * (bound - value) < 0 for bound, sign in zip(bounds, (-1, 1), strict=True)):
            raise InputError(
                tr(
                    "{place}: {value:g} does not lie between its bounds {lower} and {upper}",
                    place=place,
                    value=value,
                    lower=row["lower"],
                    upper=row["upper"],
                )
            )
        factors[row["factor"]] = _Row(value, row["unit"], row["source"], bounds[0], bounds[1], table.name, place)
    return found


def _fuel(name: str, rows: Mapping[str, _Row]) -> Fuel:
    content = rows.get("carbon_content") or rows.get("carbon_dioxide_content")
    if content is None:
        raise InputError(
            tr(
                "{place}: {name} has no carbon_content; give it in t C/TJ",
                place=next(iter(rows.values())).place,
                name=name_of(name),
            )
        )
    try:
        calorific, unit = _calorific_value(rows.get("net_calorific_value"))
        carbon = _carbon(rows, content)
    except UnitError as error:
        raise InputError(
            tr("{name}: {place}: {words}", name=content.place, place=name_of(name), words=error)
        ) from error
    oxidised = rows.get("oxidised_fraction", _Row(1.0, "1", "", None, None, "", ""))
    if oxidised.value > 1:
        raise InputError(
            tr(
                "{place}: {name}: oxidised_fraction is {value}; it is a fraction, at most 1",
                place=oxidised.place,
                name=name_of(name),
                value=oxidised.value,
            )
        )
    half, energy = _half(content), _half(rows.get("net_calorific_value"))
    origins = dict.fromkeys(row.origin for row in (content, *rows.values()))
    return Fuel(name, calorific, unit, carbon, oxidised.value, content.source, half, energy or 0.0, " + ".join(origins))


def _half(row: _Row | None) -> float | None:
    """Relative half-width of a factor's bounds, where it has both."""
    if row is None or row.lower is None or row.upper is None or row.value <= 0:
        return None
    return (row.upper - row.lower) / 2.0 / row.value


def _carbon(rows: Mapping[str, _Row], content: _Row) -> float:
    """Carbon content, t C/TJ."""
    if "carbon_content" in rows:
        return content.value * conversion_factor(content.unit, "t C/TJ")
    return content.value * conversion_factor(content.unit, "t CO2/TJ") / CO2_PER_C


def _calorific_value(given: _Row | None) -> tuple[float | None, str | None]:
    if given is None:
        return None, None
    for amount in ("t", "m3"):
        if same_dimension(given.unit, f"TJ/{amount}"):
            return given.value * conversion_factor(given.unit, f"TJ/{amount}"), amount
    raise UnitError(
        tr(
            "net calorific value in '{unit}'; it is an energy per mass or volume, as GJ/t or GJ/(10^4 m3)",
            unit=given.unit,
        )
    )


#: How many times a user's factor may be larger or smaller than that of the built-in sets before it is taken for a slip.
_FARTHEST_NCV, _FARTHEST_CARBON = 3.0, 2.0


@cache
def _references() -> dict[str, list[Fuel]]:
    found: dict[str, list[Fuel]] = {}
    for name in names("emission_factors"):
        for fuel, factors in emission_factors_from(name).fuels.items():
            found.setdefault(fuel, []).append(factors)
    return found


def _refuse_slips(merged: Mapping[str, Mapping[str, _Row]]) -> None:
    """Refuse factors that are far from those of every built-in set for the same fuel: slips of ten, and wrong units."""
    problems = []
    for name, rows in merged.items():
        fuel = _fuel(name, rows)
        for what, value, known, farthest in (
            ("net_calorific_value", fuel.net_calorific_value, _known(name, fuel.unit), _FARTHEST_NCV),
            (
                "carbon_content",
                fuel.carbon_content,
                [item.carbon_content for item in _references().get(name, [])],
                _FARTHEST_CARBON,
            ),
        ):
            if value is None or not known:
                continue
            ratio = min((value / item for item in known), key=lambda item: max(item, 1 / max(item, 1e-300)))
            if not 1 / farthest <= ratio <= farthest:
                row = rows.get(what) or rows["carbon_dioxide_content"]
                problems.append(
                    tr(
                        "{place}: {name}, {what} {value:g} {unit} is {ratio:.3g} times the nearest of the built-in sets; is the unit "
                        "right, or a digit slipped?",
                        place=row.place,
                        name=name_of(name),
                        what=what,
                        value=row.value,
                        unit=row.unit,
                        ratio=ratio,
                    )
                )
    if problems:
        raise StudyError(problems)


def _known(name: str, unit: str | None) -> list[float]:
    return [
        item.net_calorific_value
        for item in _references().get(name, [])
        if item.net_calorific_value is not None and item.unit == unit
    ]
