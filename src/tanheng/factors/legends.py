"""Legends: which code of a land-cover map is which land class."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from tanheng.errors import InputError, nearest
from tanheng.factors.catalogue import alias_key, names, read_builtin, read_named
from tanheng.factors.table import Table
from tanheng.language import LANGUAGES, name_of, speaking, tr

_CLASS_COLUMNS = ("land_class", "class", "lulc_class", "lulc_name", "lulc_desc", "name")
_CODE_COLUMNS = ("code", "lucode", "value")
_NOTHING = ("", "nodata", "no data")


@dataclass(frozen=True)
class Legend:
    """Land class of each code of a map, ``None`` where a code means that there are no data; `written` is what the product calls each code.

    Examples
    --------
    >>> legend = Legend("mine", {1: "forest", 2: "water", 0: None})
    >>> legend.classes
    ('forest', 'water')
    >>> legend.with_codes({7: "forest"}).codes[7]
    'forest'
    """

    name: str
    codes: Mapping[int, str | None]
    source: str = ""
    written: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def classes(self) -> tuple[str, ...]:
        """Land classes in the order in which the legend names them."""
        return tuple(dict.fromkeys(name for name in self.codes.values() if name is not None))

    @property
    def is_of_codes(self) -> bool:
        """Whether each class is called by its code.

        Examples
        --------
        >>> Legend("codes", {1: "1", 2: "2"}).is_of_codes, Legend("mine", {1: "forest"}).is_of_codes
        (True, False)
        """
        return all(name == str(code) for code, name in self.codes.items() if name is not None)

    def with_codes(self, more: Mapping[int, str | None]) -> Legend:
        """Same legend with some codes mapped anew."""
        return replace(self, codes={**self.codes, **more})


@cache
def _usual_classes() -> Mapping[str, str]:
    """Land classes of the built-in legends, by the English and Chinese names of what they hold."""
    usual: dict[str, str] = {}
    for legend in names("legends"):
        for _, row in read_builtin("legends", legend).rows:
            for name in (row["name"], row["name_zh"]):
                if row["land_class"]:
                    usual.setdefault(alias_key(name), row["land_class"])
    return usual


def usual_class(name: str) -> str:
    """Land class that built-in legends give what is called so; empty where none knows the name.

    Examples
    --------
    >>> usual_class("农田"), usual_class("Water bodies"), usual_class("my class")
    ('cropland', 'water', '')
    """
    return _usual_classes().get(alias_key(name), "")


def class_named(name: str, classes: Collection[str]) -> str | None:
    """Class that a name means, none where it means none of them.

    Names are those of the legend in any spelling, and those that tanheng prints for them in any language.

    Examples
    --------
    >>> class_named("建设用地", ["built-up", "forest"]), class_named("Built-Up", ["built-up"]), class_named("orchard", ["forest"])
    ('built-up', 'built-up', None)
    """
    if name in classes:
        return name
    key = alias_key(name)
    known = {alias_key(printed): one for one in reversed(list(classes)) for printed in (one, *printed_names(one))}
    return known.get(key)


def printed_names(name: str) -> tuple[str, ...]:
    """A name of the field in each language that tanheng speaks."""
    printed = []
    for code in LANGUAGES:
        with speaking(code):
            printed.append(str(name_of(name)))
    return tuple(dict.fromkeys(printed))


def class_hint(name: str, classes: Collection[str]) -> str:
    """Suffix of a message on an unknown class: the nearest one, or all there are with what tanheng prints for them."""
    return nearest(name, [str(name_of(one)) if one == name_of(one) else f"{name_of(one)} ({one})" for one in classes])


def legend_from(name_or_path: str, base: Path = Path()) -> Legend:
    """Built-in legend by name, or the user's CSV with the columns ``code`` and ``class``.

    Parameters
    ----------
    name_or_path : str
        One of `names("legends")`, or a CSV file. A blank class or ``nodata`` means that the code has no data.
    base : Path
        Folder that a relative path starts from.

    Raises
    ------
    InputError
        A column is missing, a code is not a whole number or appears twice.

    Examples
    --------
    >>> legend_from("clcd").codes[8]
    'built-up'
    """
    table = read_named("legends", name_or_path, base)
    if not any(column in table.header for column in _CODE_COLUMNS):
        table.require(["code"])
    codes: dict[int, str | None] = {}
    for line, code, name in named_codes(table):
        if code is None:
            raise InputError(tr("{name}: line {line}: the code is blank", name=table.name, line=line))
        if code in codes:
            raise InputError(
                tr("{name}: line {line}: code {code} appears twice", name=table.name, line=line, code=code)
            )
        codes[code] = None if name.lower() in _NOTHING else name
    return Legend(table.title, codes, table.source, _written(table))


def _written(table: Table) -> dict[int, tuple[str, ...]]:
    """Names of the codes of a built-in legend, which may be finer than its classes; none of a legend without them."""
    if not {"code", "name", "land_class"} <= set(table.header):
        return {}
    return {int(row["code"]): tuple(filter(None, (row["name"], row.get("name_zh", "")))) for _, row in table.rows}


def fitting_legends(codes: Collection[int], name: str = "") -> list[str]:
    """Built-in legends that know all codes: first one that the name of the file has, then those with the fewest other codes.

    Examples
    --------
    >>> fitting_legends([1, 2, 9])[0], fitting_legends([4711])
    ('clcd', [])
    """
    known = {legend: set(legend_from(legend).codes) for legend in names("legends")}
    fit = [legend for legend, own in known.items() if set(codes) <= own]
    return sorted(
        fit,
        key=lambda legend: (legend.replace("-", "") not in name.lower().replace("_", ""), len(known[legend]), legend),
    )


def named_codes(table: Table) -> list[tuple[int, int | None, str]]:
    """Line, code (None where the table has no codes) and class name of each row of a legend or a pool table.

    A row without a name column is named by its code. In InVEST's pool table, where a row is a class of its own, a name
    that appears twice gets its code as well.
    """
    code_column = next((column for column in _CODE_COLUMNS if column in table.header), None)
    class_column = next((column for column in _CLASS_COLUMNS if column in table.header), None)
    if class_column is None and code_column is None:
        table.require(["land_class"])
    one_class_a_row = code_column == "lucode"
    codes: list[tuple[int, int | None, str]] = []
    seen: set[str] = set()
    for line, row in table.rows:
        text = row[code_column] if code_column else ""
        code = (
            whole_number(text, table.at(tr("{name}: line {line}", name=table.name, line=line), code_column))
            if text and code_column
            else None
        )
        name = row[class_column] if class_column else f"code {code}"
        if one_class_a_row and not name:
            name = f"code {code}"
        if one_class_a_row and name in seen:
            name = f"{name} ({code})"
        seen.add(name)
        codes.append((line, code, name))
    return codes


def whole_number(text: str, place: object) -> int:
    """Whole number that a text spells, as a code or a year; ``3.0`` counts as 3, ``2000年`` as 2000.

    Raises
    ------
    InputError
        The text spells none.
    """
    try:
        value = float(text.strip().removesuffix("年"))
    except ValueError:
        raise InputError(tr("{place} is '{text}'; write a whole number", place=place, text=text)) from None
    if not value.is_integer():
        raise InputError(tr("{place} is {text}; write a whole number", place=place, text=text))
    return int(value)
