"""Tables that are built in, and the names that they know."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from tanheng.errors import InputError, nearest
from tanheng.factors.reading import parse_table, read_table
from tanheng.factors.table import Table
from tanheng.language import mark, tr
from tanheng.spreadsheets import is_spreadsheet

#: Kinds of tables as readers call them.
_KIND_WORDS = {
    "legends": mark("legends"),
    "carbon_densities": mark("carbon densities"),
    "emission_factors": mark("emission factors"),
    "plans": mark("rules of plans"),
    "simulation": mark("scenarios of land-use change"),
    "uptake": mark("uptake by land class"),
}


def alias_key(name: str) -> str:
    """Form of a name in which spellings that differ by case, blanks, dashes and underscores are one.

    Examples
    --------
    >>> alias_key(" Diesel-Oil")
    'diesel oil'
    """
    return " ".join(name.strip().lower().replace("_", " ").replace("-", " ").split())


#: What yearbooks call sums of fuels and of sectors.
_SUM = re.compile(r"合计|总计|小计|总量|\btotal\b|\bsum\b")


@dataclass(frozen=True)
class Names:
    """Names that a table of this package knows; `canonical` has the aliases as `alias_key` makes them, `what` says what they name."""

    what: str
    canonical: Mapping[str, str]

    def find(self, name: str) -> str:
        """Canonical name behind a name or an alias.

        Raises
        ------
        InputError
            The name is not known; near matches are given.
        """
        key = alias_key(name)
        if key not in self.canonical:
            hint = (
                tr("; it is a sum of others: take its rows out") if _SUM.search(key) else nearest(key, self.canonical)
            )
            raise InputError(tr("{what} '{name}' is not known{nearest}", what=tr(self.what), name=name, nearest=hint))
        return self.canonical[key]


def packaged_table(name: str) -> Table:
    """A table that lies beside this module, by its name without ``.csv``."""
    text = (resources.files("tanheng.factors") / f"{name}.csv").read_text(encoding="utf-8")
    return parse_table(text, f"{name}.csv")


def aliases(table: Table, column: str, *more: str) -> dict[str, str]:
    """Canonical names of a table by every name it has for them: those of further columns, the Chinese one, the aliases.

    Examples
    --------
    >>> aliases(packaged_table("flows"), "flow")["火力发电"]
    'thermal power'
    """
    return {
        alias_key(alias): row[column]
        for _, row in table.rows
        for alias in (row[column], *(row[name] for name in more), row["name_zh"], *row["aliases"].split("|"))
        if alias
    }


def _folder(kind: str) -> Traversable:
    return resources.files("tanheng.factors") / kind


def names(kind: str) -> tuple[str, ...]:
    """Names of the built-in tables of a kind.

    Examples
    --------
    >>> names("emission_factors")
    ('china-gbt', 'china-standard-coal', 'ipcc-2006')
    """
    return tuple(
        sorted(item.name.removesuffix(".csv") for item in _folder(kind).iterdir() if item.name.endswith(".csv"))
    )


def read_builtin(kind: str, name: str) -> Table:
    """Built-in table.

    Raises
    ------
    InputError
        There is none of that name.
    """
    if name not in names(kind):
        raise InputError(
            tr(
                "'{name}' is none of the built-in {kind}{nearest}",
                name=name,
                kind=tr(_KIND_WORDS[kind]),
                nearest=nearest(name, names(kind)),
            )
        )
    return parse_table((_folder(kind) / f"{name}.csv").read_text(encoding="utf-8"), name)


def read_named(kind: str, name_or_path: str, base: Path) -> Table:
    """Built-in table, or the user's file: a name that ends in ``.csv``, ``.txt`` or ``.tsv``, or a sheet of an Excel file."""
    if name_or_path in names(kind):
        return read_builtin(kind, name_or_path)
    path = base / name_or_path
    if path.suffix.lower() in (".csv", ".txt", ".tsv") or is_spreadsheet(path):
        return read_table(path)
    return read_builtin(kind, name_or_path)
