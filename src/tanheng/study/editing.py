"""A study file changed entry by entry, its comments and its order kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT, InlineTable

from tanheng.errors import InputError
from tanheng.language import tr
from tanheng.study.room import with_room
from tanheng.study.toml_faults import toml_fault

#: Place of an entry: keys, and numbers of entries of lists.
Place = Sequence[str | int]


def study_data(text: str) -> dict[str, Any]:
    """Entries of a study file as plain data.

    Raises
    ------
    InputError
        The text is no TOML.

    Examples
    --------
    >>> study_data("years = [2000]  # one")
    {'years': [2000]}
    """
    return dict(_document(text).unwrap())


def with_entry(text: str, place: Place, value: object) -> str:
    """Text of a study file with an entry set, or taken out where the value is None; all else is as it was.

    Tables that are named by keys, as ``[zones.county]``, are tables of their own; what lies deeper is written in one line.

    Raises
    ------
    InputError
        The text is no TOML, or the place lies in what is no table.

    Examples
    --------
    >>> print(with_entry('title = "A"  # mine', ["grid", "resolution"], 500))
    title = "A"  # mine
    [grid]
    resolution = 500
    <BLANKLINE>
    >>> print(with_entry('title = "A"  # mine', ["title"], "B"))
    title = "B"  # mine
    """
    if not place:
        raise InputError(tr("name the entry that is to be changed"))
    document = _document(text if value is None else with_room(text, place))
    try:
        _set(document, list(place), value, depth=0)
    except (TypeError, KeyError, IndexError, ValueError, AttributeError, TOMLKitError) as error:
        name = ".".join(map(str, place))
        raise InputError(tr("{place}: can't be changed here; edit the file as text", place=name)) from error
    return tomlkit.dumps(document)


def parsed_value(text: str) -> object:
    """A value as TOML writes it: ``"a.csv"``, ``[1, 2]``, ``{ forest = 0.3 }``.

    Raises
    ------
    InputError
        It is no value.

    Examples
    --------
    >>> parsed_value("{ forest = 0.3 }")
    {'forest': 0.3}
    """
    try:
        value = tomlkit.parse(f"value = {text.strip()}\n").unwrap()
    except (TOMLKitError, ValueError) as error:
        raise InputError(_unread(text)) from error
    if set(value) != {"value"}:  # more lines than a value has
        raise InputError(_unread(text))
    return value["value"]


def _unread(text: str) -> str:
    return tr(
        "'{text}' can't be read; write text in quotes, lists as [a, b], tables as {{ key = value }}", text=text[:60]
    )


def _fault(text: str, error: Exception) -> str:
    """What is wrong with a text that should be TOML, in the words of the reader."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as found:
        return toml_fault(found, text)
    except (ValueError, RecursionError):
        pass
    return tr("tables are nested too deeply") if isinstance(error, RecursionError) else str(error)


def _document(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise InputError(tr("the study file is not valid TOML: {fault}", fault=_fault(text, error))) from error


#: Tables down to this depth stand for themselves: ``[drivers.elevation]``.
_OWN_TABLES = 2

#: Parts whose tables bear names of the user's own, and so lie a level deeper.
_NAMED = {"zones", "drivers"}


def _set(table: Any, place: list[str | int], value: object, depth: int, part: str = "") -> None:  # noqa: ANN401
    key, rest = place[0], place[1:]
    if not rest:
        _put(table, key, value)
        return
    part = part or str(key)
    if isinstance(key, str) and key not in table:
        if value is None:
            return
        deepest = _OWN_TABLES if part in _NAMED else 1
        table[key] = (
            tomlkit.table() if depth < deepest and not isinstance(table, InlineTable) else tomlkit.inline_table()
        )
    before = len(table[key])
    _set(table[key], rest, value, depth + 1, part)
    if isinstance(table[key], InlineTable) and len(table[key]) > before > 0:
        table[key] = _spaced(table[key])
    if value is None and isinstance(table[key], MutableMapping) and not table[key] and depth + 1 <= _OWN_TABLES:
        del table[key]


def _spaced(held: InlineTable) -> InlineTable:
    """A table on one line, written anew: the library leaves no blank before an entry that was added to one it has read."""
    table = tomlkit.inline_table()
    for name, item in held.items():
        table.append(name, item)
    for of in ("indent", "comment_ws", "comment", "trail"):
        setattr(table.trivia, of, getattr(held.trivia, of))
    return table


def _put(table: Any, key: str | int, value: object) -> None:  # noqa: ANN401
    if value is None:
        if isinstance(key, int) or key in table:
            del table[key]
    elif isinstance(key, int) and key == len(table):
        table.append(toml_item(value, own=isinstance(table, AoT)))
    else:
        table[key] = toml_item(value, own=isinstance(table, AoT) or _is_own(table, key))


def _is_own(table: Any, key: str | int) -> bool:  # noqa: ANN401
    """Whether an entry is a table of its own now."""
    return isinstance(table, Mapping) and key in table and isinstance(table[key], tomlkit.items.Table)


def toml_item(value: Any, *, own: bool = False) -> Any:  # noqa: ANN401  whatever a study holds
    """A value as the library writes it: on one line, or as a table of its own."""
    if isinstance(value, Mapping):
        table: Any = tomlkit.table() if own else tomlkit.inline_table()
        for name, inner in value.items():
            table.append(str(name), toml_item(inner))
        return table
    if isinstance(value, (list, tuple)):
        array = tomlkit.array()
        for inner in value:
            array.append(toml_item(inner))
        return array
    return tomlkit.item(value)
