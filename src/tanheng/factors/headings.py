"""Headings of tables: what their columns mean, and the units that they name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from tanheng.errors import InputError, UnitError, nearest
from tanheng.factors.table import Table
from tanheng.language import listed, tr
from tanheng.tables.input_tables import COLUMN_OF_HEADING
from tanheng.units import conversion_factor, same_dimension

#: A heading with a unit in brackets, as 消费量（万吨）.
_IN_BRACKETS = re.compile(r"(.+?)\s*[（(]\s*([^（）()]+?)\s*[)）]")


def headed(table: Table, headings: Mapping[str, str], columns: Sequence[str]) -> Table:
    """Table with some columns called by what they mean; one that was called so before is left out.

    Raises
    ------
    InputError
        A heading is not there, or what it is to mean is no column of the table.
    """
    names = {}
    for column, heading in headings.items():
        if columns and column not in columns:
            raise InputError(
                tr(
                    "{name}: the study names a heading for '{column}', which is not a column of this table{nearest}",
                    name=table.name,
                    column=column,
                    nearest=nearest(column, columns),
                )
            )
        known = COLUMN_OF_HEADING.get(heading.strip().lower(), heading.strip().lower())
        if known not in table.header:
            raise InputError(
                tr(
                    "{name}: there is no column '{heading}'{nearest}",
                    name=table.name,
                    heading=heading,
                    nearest=nearest(heading, map(table.own, table.header)),
                )
            )
        names[known] = column
    kept = [column for column in table.header if column in names or column not in names.values()]
    header = tuple(names.get(column, column) for column in kept)
    rows = tuple((line, {names.get(key, key): row[key] for key in kept}) for line, row in table.rows)
    written = {names.get(key, key): table.own(key) for key in kept}
    return replace(table, header=header, rows=rows, written=written)


#: A unit beside a title, as 单位：万吨.
_IN_TITLE = re.compile(r"(?:单位|\bunit)\s*[:：]\s*((?:[^，,；;）)\]】]|(?<=\d),(?=\d{3}))+)", re.IGNORECASE)

#: What amounts of emissions and activity are measured in.
_MEASURED = ("t", "t C", "t CO2", "t CO2e", "m3", "TJ", "head")

#: Columns of carbon densities, whose heading may name theirs.
_DENSITIES = ("above", "below", "soil", "dead")

#: Columns of rates and prices, whose heading may name their unit in brackets.
_RATES = ("uptake", "respiration", "cost")

#: Columns of amounts, whose heading may name their unit in brackets.
_AMOUNTS = ("emissions", "quantity")


def with_unit(table: Table, stated: str | None) -> Table:
    """Table with a column of units: its own, as the heading of its amounts or its title names it, or as the study states it.

    Raises
    ------
    InputError
        Two of these differ.
    """
    headings = [table.own(column) for column in table.header if column in _AMOUNTS]
    named = next((found.group(2) for found in map(_IN_BRACKETS.fullmatch, headings) if found), None)
    if named is None and stated is None and headings and "unit" not in table.header:
        named = _unit_of_title(table)
    if named is not None and not same_dimension(named, named) and (stated or "unit" in table.header):
        named = None  # words of another kind, as in emissions (fossil)
    if named is not None and stated is not None:
        if _without_substance(stated) == "".join(named.split()):
            named = None  # the study says of what the heading's mass is, as 万吨CO2 of 万吨
        else:
            refuse_two_units(table.name, named, stated)
    unit = named or stated
    if unit is None:
        return table
    rows = []
    for line, row in table.rows:
        own = row.get("unit", "")
        if own:
            refuse_two_units(table.line(line), own, unit)
        rows.append((line, {**row, "unit": own or unit}))
    header = table.header if "unit" in table.header else (*table.header, "unit")
    return replace(table, header=header, rows=tuple(rows))


def _unit_of_title(table: Table) -> str | None:
    """Unit of amounts that a title above the headings names, as 单位：万吨; none where none does."""
    for title in table.titles:
        match = _IN_TITLE.search(title)
        words = match.group(1).split() if match else []
        for count in range(len(words), 0, -1):
            unit = " ".join(words[:count])
            if any(same_dimension(unit, amount) for amount in _MEASURED):
                return unit
    return None


def _without_substance(unit: str) -> str:
    """Unit of mass without what it is a mass of.

    Examples
    --------
    >>> _without_substance("万吨 CO2"), _without_substance("10^4 t C"), _without_substance("kt")
    ('万吨', '10^4t', 'kt')
    """
    return re.sub(r"(CO2|CO₂|二氧化碳|碳|C)$", "", "".join(unit.split()))


def refuse_other_densities(table: Table) -> None:
    """Refuse densities whose headings name another unit than t C/ha.

    Raises
    ------
    InputError
        A unit is of no carbon, or other than t C/ha.
    """
    for column in _DENSITIES:
        match = _IN_BRACKETS.fullmatch(table.own(column)) if column in table.header else None
        if match is None:
            continue
        try:
            factor = conversion_factor(_with_hectares(match.group(2)), "t C ha-1")
        except UnitError as error:
            raise InputError(
                tr(
                    "{name}: column {column}: '{unit}' does not say that it is carbon; write t C/ha in the heading if it is, and where it is dry "
                    "matter, multiply by its carbon fraction (about 0.47) first",
                    name=table.name,
                    column=table.heading(column),
                    unit=match.group(2),
                )
            ) from error
        if factor != 1.0:
            raise InputError(
                tr(
                    "{name}: column {column} is in {unit}; densities are read in t C/ha: multiply by {factor:g}",
                    name=table.name,
                    column=table.heading(column),
                    unit=match.group(2),
                    factor=factor,
                )
            )


def refuse_two_units(place: object, first: str, second: str) -> None:
    """Refuse two units that are named for one amount, unless they are one in two spellings.

    Raises
    ------
    InputError
        They differ.
    """
    if first == second:
        return
    try:
        same = conversion_factor(first, second) == 1.0
    except UnitError:
        same = False
    if not same:
        raise InputError(
            tr(
                "{place}: two units are named for one amount, '{first}' and '{second}' (by its heading, its column of units or the study); "
                "leave the right one",
                place=place,
                first=first,
                second=second,
            )
        )


def column_of(heading: str) -> str:
    """Column that a heading means: as it is, or without the unit that it names in brackets."""
    if heading in COLUMN_OF_HEADING:
        return COLUMN_OF_HEADING[heading]
    bracketed = _IN_BRACKETS.fullmatch(heading)
    before = bracketed.group(1).strip() if bracketed else heading
    known = COLUMN_OF_HEADING.get(before, before)
    if known in _DENSITIES:
        return known if bracketed is None or _is_of_densities(bracketed.group(2)) else heading
    return known if known in (*_AMOUNTS, *_RATES) else heading


def unit_in_heading(table: Table, column: str) -> str:
    """Unit that the heading of a column names in brackets; empty where it names none."""
    bracketed = _IN_BRACKETS.fullmatch(table.own(column))
    return _with_hectares(bracketed.group(2)) if bracketed else ""


def _is_of_densities(unit: str) -> bool:
    """Whether a text, in small letters as headings are compared, is a unit of mass by area, of carbon or of anything."""
    plain = _with_hectares(unit).replace("co2", "CO2").replace("c", "C")
    return any(same_dimension(plain, known) for known in ("t C ha-1", "t ha-1", "t CO2 ha-1"))


def _with_hectares(unit: str) -> str:
    """Unit with the square hectometre of Chinese papers as the hectare that it is."""
    return re.sub(r"hm\s*(\^?2|²)", "ha", unit)


def refuse_columns_twice(name: str, header: Sequence[str], given: Sequence[str]) -> None:
    """Refuse headings of which several mean one column.

    Raises
    ------
    InputError
        There are such.
    """
    for column in sorted(set(header) - {""}):
        own = [heading for heading, canonical in zip(given, header, strict=True) if canonical == column]
        if len(set(own)) > 1:
            raise InputError(
                tr(
                    "{name}: {headings} all mean the column '{column}'; rename all but one",
                    name=name,
                    headings=listed(map(repr, dict.fromkeys(own))),
                    column=column,
                )
            )
        if len(own) > 1:
            raise InputError(tr("{name}: column '{twice}' appears twice; rename one", name=name, twice=own[0]))
