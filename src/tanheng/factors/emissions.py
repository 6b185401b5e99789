"""Emission factors of fuels, built in or from the user's table, and the names of fuels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tanheng.errors import InputError, StudyError, UnitError, nearest
from tanheng.factors.catalogue import Names, aliases, names, packaged_table, read_named
from tanheng.factors.table import Table, parse_number
from tanheng.language import listed, mark, name_of, tr
from tanheng.tables.input_tables import required_columns
from tanheng.units import CO2_PER_C, conversion_factor, same_dimension


@dataclass(frozen=True)
class Fuel:
    """Factors of one fuel.

    Attributes
    ----------
    calorific_values : mapping of str to float
        Net calorific value, TJ per ``t`` or per ``m3``; empty where only energy can be counted.
    carbon_content : float
        t C/TJ.
    oxidised_fraction : float
        0 to 1.
    half_widths : mapping of str to float
        Half of the 95 % interval of each factor, relative, by ``carbon_content``, ``net_calorific_value`` (that of a volume:
        ``net_calorific_value per m3``) and ``oxidised_fraction``; absent where the table gives no bounds.
    origin : str
        Sets that the rows came from, the one of the carbon content first.
    """

    name: str
    calorific_values: Mapping[str, float]
    carbon_content: float
    oxidised_fraction: float
    source: str = ""
    half_widths: Mapping[str, float] = field(default_factory=dict)
    origin: str = ""

    @property
    def unit(self) -> str | None:
        """Amount that its first calorific value is of: ``t``, ``m3`` or None."""
        return next(iter(self.calorific_values), None)

    def amount_of(self, activity_unit: str) -> str:
        """Amount that a unit of activity is counted in: ``TJ``, ``t`` or ``m3``.

        Raises
        ------
        UnitError
            The factor set counts this fuel in another kind of unit.
        """
        for amount in ("TJ", *self.calorific_values):
            if same_dimension(activity_unit, amount):
                return amount
        if not self.calorific_values:
            raise UnitError(
                tr(
                    "{name}: no net calorific value; give an energy (TJ, tce), not '{activity_unit}'",
                    name=name_of(self.name),
                    activity_unit=activity_unit,
                )
            )
        kinds = {"t": tr("a mass (t, 10^4 t)"), "m3": tr("a volume (m3, 10^4 m3)")}
        raise UnitError(
            tr(
                "{name}: '{activity_unit}' does not fit; the factor set counts {kind} or an energy (TJ, tce)",
                name=name_of(self.name),
                activity_unit=activity_unit,
                kind=listed(kinds[amount] for amount in self.calorific_values),
            )
        )

    def energy_per(self, activity_unit: str) -> float:
        """Energy of one unit of activity, TJ.

        Raises
        ------
        UnitError
            The factor set counts this fuel in another kind of unit.
        """
        amount = self.amount_of(activity_unit)
        # (unit/unit) * (TJ/unit) = TJ per unit of activity
        return conversion_factor(activity_unit, amount) * self.calorific_values.get(amount, 1.0)

    def carbon_per(self, activity_unit: str) -> float:
        r"""Carbon that one unit of activity emits, t C.

        .. math:: NCV \cdot CC \cdot O

        Raises
        ------
        UnitError
            The factor set counts this fuel in another kind of unit.
        """
        # (TJ per unit) * (t C/TJ) * 1 = t C per unit of activity
        return self.energy_per(activity_unit) * self.carbon_content * self.oxidised_fraction


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
                "{factor_set}: fuels without a row of their own are counted with the factors of another: {fuels}",
                factor_set=self.name,
                fuels=tr("{fuel} ({factors_of})", fuel=name_of(name), factors_of=name_of(seen[-1])),
            )
        )
        return self.fuels[seen[-1]], note

    def half_widths(self, name: str, unit: str) -> tuple[dict[str, float], list[str]]:
        """Relative half-width of the 95 % interval of each factor that carbon per unit of activity is a product of, and notes.

        The net calorific value counts where activity is a mass or a volume. A factor without bounds borrows those of the
        IPCC 2006 defaults for the same fuel, relative to its own value. Names are those of the fuel whose factors are
        used: a fuel that another stands in for shares their error.

        Examples
        --------
        >>> halves, _ = emission_factors_from("ipcc-2006").half_widths("other_bituminous_coal", "t")
        >>> {factor: round(half, 3) for factor, half in halves.items()}
        {'net calorific value of other_bituminous_coal': 0.205, 'carbon content of other_bituminous_coal': 0.054}
        """
        fuel, _ = self.fuel(name)
        amount = fuel.amount_of(unit)
        calorific = {"TJ": [], "t": ["net_calorific_value"], "m3": [_PER_VOLUME]}[amount]
        wanted = [*calorific, "carbon_content"]
        found, notes = {}, []
        for factor in wanted:
            half, note = self._half_width(fuel, name, factor)
            found[_of(factor, fuel.name)] = half
            notes += [note] if note else []
        if "oxidised_fraction" in fuel.half_widths:
            found[_of("oxidised_fraction", fuel.name)] = fuel.half_widths["oxidised_fraction"]
        return found, notes

    def _half_width(self, fuel: Fuel, name: str, factor: str) -> tuple[float, str]:
        """Half-width of one factor, and a note where it is borrowed or assumed."""
        if factor in fuel.half_widths:
            return fuel.half_widths[factor], ""
        try:
            borrowed = emission_factors_from("ipcc-2006").fuel(name)[0].half_widths.get(factor)
        except InputError:
            borrowed = None
        if borrowed is None:
            return _UNKNOWN_HALF, tr(
                "{name}: the table gives no bounds of the {factor}; it is taken to within {percent:g} %",
                name=name_of(name),
                factor=name_of(factor),
                percent=100 * _UNKNOWN_HALF,
            )
        return borrowed, tr(
            "'{name}' gives no bounds of its own in places; there those of ipcc-2006 are used, relative to its own values",
            name=self.name,
        )


def _of(factor: str, fuel: str) -> str:
    """Name of a factor of a fuel, as tables of uncertainty write it."""
    return f"{factor.replace('_', ' ')} of {fuel}"


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


#: Key of a net calorific value per volume; a fuel may have one per mass as well.
_PER_VOLUME = "net_calorific_value per m3"

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
    sets = [names_or_paths] if isinstance(names_or_paths, str) else list(names_or_paths)
    merged: dict[str, dict[str, _Row]] = {}
    tables = [read_named("emission_factors", name, base) for name in sets]
    for table, name in zip(tables, sets, strict=True):
        for fuel, rows in _rows(table).items():
            if "carbon_content" in rows or "carbon_dioxide_content" in rows:
                for other in ("carbon_content", "carbon_dioxide_content"):
                    merged.get(fuel, {}).pop(other, None)
            merged.setdefault(fuel, {}).update(rows)
        if name not in names("emission_factors"):
            _refuse_slips(merged)
    by_fuel = {fuel: _fuel(fuel, rows) for fuel, rows in merged.items()}
    return EmissionFactors(
        " + ".join(table.name for table in tables), by_fuel, " ".join(dict.fromkeys(table.source for table in tables))
    )


def _rows(table: Table) -> dict[str, dict[str, _Row]]:
    table.require(required_columns("factors"))
    rows_by_fuel: dict[str, dict[str, _Row]] = {}
    for line, row in table.rows:
        place = tr("{name}: line {line}", name=table.name, line=line)
        factors = rows_by_fuel.setdefault(fuels().find(row["fuel"]), {})
        if row["factor"] not in _FACTORS:
            raise InputError(
                tr(
                    "{place}: {fuel}: unknown factor '{factor}'{nearest}",
                    place=place,
                    fuel=row["fuel"],
                    factor=row["factor"],
                    nearest=nearest(row["factor"], _FACTORS),
                )
            )
        factor = row["factor"]
        if factor == "net_calorific_value" and same_dimension(row["unit"], "TJ/m3"):
            factor = _PER_VOLUME
        if factor in factors:
            raise InputError(
                tr("{place}: {fuel}, {factor} appears twice", place=place, fuel=row["fuel"], factor=row["factor"])
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
        factors[factor] = _Row(value, row["unit"], row["source"], bounds[0], bounds[1], table.name, place)
    return rows_by_fuel


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
        calorific = _calorific_values(rows)
        carbon = _carbon(rows, content)
    except UnitError as error:
        raise InputError(
            tr("{name}: {place}: {words}", name=content.place, place=name_of(name), words=error)
        ) from error
    oxidised = rows.get("oxidised_fraction", _Row(1.0, "1", "", None, None, "", ""))
    if oxidised.value < _LEAST_OXIDISED:
        raise InputError(
            tr(
                "{place}: {name}: oxidised_fraction is {value:g}; all but a few percent of the carbon of a fuel is oxidised (0.9 to 1). Did a digit "
                "slip, or is it the part that is not oxidised?",
                place=oxidised.place,
                name=name_of(name),
                value=oxidised.value,
            )
        )
    if oxidised.value > 1:
        raise InputError(
            tr(
                "{place}: {name}: oxidised_fraction is {value}; it is a fraction, at most 1",
                place=oxidised.place,
                name=name_of(name),
                value=oxidised.value,
            )
        )
    halves = {key: _half(rows.get(key)) for key in ("net_calorific_value", _PER_VOLUME, "oxidised_fraction")}
    halves["carbon_content"] = _half(content)
    known = {factor: half for factor, half in halves.items() if half is not None}
    origins = dict.fromkeys(row.origin for row in (content, *rows.values()))
    return Fuel(name, calorific, carbon, oxidised.value, content.source, known, " + ".join(origins))


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


def _calorific_values(rows: Mapping[str, _Row]) -> dict[str, float]:
    """Net calorific values, TJ per ``t`` and per ``m3``."""
    values = {}
    for key, amount in (("net_calorific_value", "t"), (_PER_VOLUME, "m3")):
        row = rows.get(key)
        if row is None:
            continue
        if not same_dimension(row.unit, f"TJ/{amount}"):
            raise UnitError(
                tr(
                    "net calorific value in '{unit}'; it is an energy per mass or volume, as GJ/t or GJ/(10^4 m3)",
                    unit=row.unit,
                )
            )
        values[amount] = row.value * conversion_factor(row.unit, f"TJ/{amount}")
    return values


#: How many times a user's factor may be larger or smaller than that of the built-in sets before it is taken for a slip. Poor coal has a third
#: of the heat of good coal; no solid or liquid fuel has 1.6 times that of its kind.
_FARTHEST_NCV, _FARTHEST_CARBON, _RICHEST = 3.0, 2.0, 1.6

#: Oxidised fraction that no burner falls below, with room: the lowest of the built-in sets is 0.9.
_LEAST_OXIDISED = 0.7


@cache
def _references() -> dict[str, list[Fuel]]:
    references: dict[str, list[Fuel]] = {}
    for name in names("emission_factors"):
        for fuel, factors in emission_factors_from(name).fuels.items():
            references.setdefault(fuel, []).append(factors)
    return references


def _refuse_slips(merged: Mapping[str, Mapping[str, _Row]]) -> None:
    """Refuse factors that are far from those of every built-in set for the same fuel: slips of ten, and wrong units."""
    problems = []
    for name, rows in merged.items():
        fuel = _fuel(name, rows)
        references = _references().get(name, [])
        contents = [item.carbon_content for item in references]
        compared = [("carbon_content", fuel.carbon_content, contents, _FARTHEST_CARBON, _FARTHEST_CARBON)]
        for amount, value in fuel.calorific_values.items():
            known = [item.calorific_values[amount] for item in references if amount in item.calorific_values]
            solid = amount == "t"
            richest = _RICHEST if solid else _FARTHEST_NCV
            compared.append(("net_calorific_value" if solid else _PER_VOLUME, value, known, _FARTHEST_NCV, richest))
        for what, value, known, farthest, richest in compared:
            if not known:
                continue
            ratio = min((value / item for item in known), key=lambda item: max(item, 1 / max(item, 1e-300)))
            if not 1 / farthest <= ratio <= richest:
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
