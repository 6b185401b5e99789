"""What is wrong with the entries of a study, in words: their place, what was expected, what came."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from tanheng.errors import Problem, nearest
from tanheng.language import listed, mark, tr
from tanheng.study.model import Study

_WHOLE, _NUMBER = mark("write a whole number"), mark("write a number")
_TRUTH, _TEXT = mark("write true or false"), mark('write text in quotes, as "name"')
_TABLE, _SOME = mark("write a table of keys and values, as { key = value }"), mark("write one or more")
_LIST = mark("write a list in brackets, as [a, b]")

#: What each kind of fault, as pydantic calls it, asks for; kinds of one family begin alike.
_WANTED = {
    "int_": _WHOLE,
    "float_": _NUMBER,
    "decimal_": _NUMBER,
    "is_instance_of": _TABLE,
    "finite_number": mark("write a finite number"),
    "bool_": _TRUTH,
    "string_pattern_mismatch": mark("write it in another form"),
    "string_too_long": mark("write a shorter text"),
    "string_": _TEXT,
    "model_": _TABLE,
    "dict_": _TABLE,
    "mapping_": _TABLE,
    "tuple_": _LIST,
    "list_": _LIST,
    "set_": _LIST,
    "frozen_set_": _LIST,
    "iterable_": _LIST,
    "too_short": _SOME,
    "none_required": mark("leave it out"),
}

#: Longest value of the user's that is shown back.
_SHOWN = 60

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class _Fault:
    """One fault: its place as the user would write it, and pydantic's own mapping."""

    place: Path
    item: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """Kind of fault, as pydantic calls it."""
        return str(self.item["type"])

    @property
    def of_key(self) -> bool:
        """Whether the key is at fault, not what it holds."""
        return "[key]" in self.item["loc"]


def fault_messages(items: Iterable[Any], name: str, data: object, model: type[BaseModel] = Study) -> list[Problem]:
    """Messages for the faults that a model, that of a study by default, found in data, one for each place."""
    faults = [_Fault(_place(item, data), item) for item in items]
    # An entry that may be of several types is tried as each: where one type got further in, the others say nothing.
    kept = [fault for fault in faults if not any(_lies_in(other.place, fault.place) for other in faults)]
    groups: dict[tuple[object, ...], list[_Fault]] = {}
    for fault in kept:
        groups.setdefault((fault.place, fault.of_key, *_told_apart(fault)), []).append(fault)
    return [
        Problem(
            line, _told(group[0].place) or _named_place(line.removeprefix(tr("{name}: {words}", name=name, words="")))
        )
        for group in groups.values()
        for line in _lines(group, name, model)
    ]


def mended(items: Iterable[Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Data without unknown keys, and with the first choice in place of one that is none."""
    corrected: dict[str, Any] = deepcopy(dict(data))
    for item in items:
        if item["type"] not in {"extra_forbidden", "literal_error"} or "[key]" in item["loc"]:
            continue
        *outer, last = _place(item, corrected)
        table: Any = corrected
        for part in outer:
            table = table[part if isinstance(table, Sequence) else _key(table, part)]
        key = last if isinstance(table, Sequence) else _key(table, last)
        if item["type"] == "literal_error":
            table[key] = re.findall(r"'([^']*)'", str(item["ctx"]["expected"]))[0]
        elif key is not None:
            del table[key]
    return corrected


def _named_place(text: str) -> str:
    """Place that a message about several entries names itself, as ``demand.weights: ...``; empty where it names none."""
    start = re.match(r"([a-z_]+)[\w.]*(?= ?[^:：]{0,40}(: |：))", text)
    return start[0] if start is not None and start[1] in Study.model_fields else ""


def _told_apart(fault: _Fault) -> tuple[str, ...]:
    """What keeps a fault from being merged: each of these is a mistake of its own."""
    return (fault.kind, str(fault.item["msg"])) if fault.kind in {"missing", "extra_forbidden", "value_error"} else ()


def _lies_in(place: Path, outer: Path) -> bool:
    return 0 < len(outer) < len(place) and place[: len(outer)] == outer


def _place(item: Mapping[str, Any], data: object) -> Path:
    """Place of a fault in the data; pydantic's names of types, and numbers where a text stood for a list, are left out."""
    place: list[str | int] = []
    at = data
    for number, part in enumerate(item["loc"]):
        last = number == len(item["loc"]) - 1
        if isinstance(at, Mapping) and (key := _key(at, part)) is not None:
            at = at[key]
        elif isinstance(at, Sequence) and not isinstance(at, str) and isinstance(part, int) and part < len(at):
            at = at[part]
        elif not (last and item["type"] == "missing"):
            continue
        place.append(part)
    return tuple(place)


def _key(table: Mapping[Any, Any], part: str | int) -> object:
    """Key of a table that a part of a place means; `class` may also be written `land_class`, years may be numbers."""
    choices = (part, "land_class" if part == "class" else part, int(part) if str(part).isdecimal() else part)
    return next((choice for choice in choices if choice in table), None)


def _told(place: Path) -> str:
    """A place as dotted keys; entries of lists are counted from one."""
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in place).strip(". ")


def _lines(group: Sequence[_Fault], name: str, model: type[BaseModel]) -> list[str]:
    """Messages for the faults of one place."""
    first = group[0]
    if first.kind == "extra_forbidden":
        return [_extra(first, name, model)]
    if first.kind == "missing":
        return [_missing(first, name)]
    if first.kind == "value_error":
        texts = str(first.item["msg"]).removeprefix("Value error, ").split("\n")
        return [_at(name, first.place, text) for text in texts]
    words = ""
    for text in dict.fromkeys(_expected(fault.item) for fault in group):
        words = tr("{one}, or {other}", one=words, other=text) if words else text
    if first.of_key:
        words = tr("as a key, {words}", words=words)
    given = first.item["input"]
    return [_at(name, first.place, tr("{words} (got {given})", words=words, given=_shown(given)))]


def _at(name: str, place: Path, words: str) -> str:
    if not place:
        return tr("{name}: {words}", name=name, words=words)
    return tr("{name}: {place}: {words}", name=name, place=_told(place), words=words)


def _missing(fault: _Fault, name: str) -> str:
    last = fault.place[-1]
    if isinstance(last, int):
        return _at(name, fault.place[:-1], tr("entry {number} is missing", number=last + 1))
    return tr("{name}: '{place}' is missing", name=name, place=_told(fault.place))


def _extra(fault: _Fault, name: str, model: type[BaseModel]) -> str:
    path = fault.place
    whole = tr("a study") if model is Study else tr("this table")
    return tr(
        "{name}: '{key}' is not a key of {table}{nearest}",
        name=name,
        key=_told(path),
        table=f"[{_told(path[:-1])}]" if len(path) > 1 else whole,
        nearest=nearest(str(path[-1]), _keys(path[:-1], model)),
    )


def _expected(item: Mapping[str, Any]) -> str:
    """What was expected."""
    given = item.get("ctx", {})
    kind = str(item["type"])
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return _bound(kind, f"{next(iter(given.values())):g}")
    if kind == "literal_error":
        return tr("write {choices}", choices=_choices(str(given["expected"])))
    if kind == "too_long":
        return tr("write {count} or fewer", count=given["max_length"])
    family = next((wanted for start, wanted in _WANTED.items() if kind.startswith(start)), None)
    return tr(family) if family else tr("write something else: this can't stand here")


def _choices(expected: str) -> str:
    """Choices that pydantic lists as ``'a', 'b' or 'c'``, in words of the language."""
    *others, last = [f"'{choice}'" for choice in re.findall(r"'([^']*)'", expected)] or [expected]
    return tr("{names} or {last}", names=listed(others), last=last) if others else last


def _bound(kind: str, bound: str) -> str:
    sentences = {
        "greater_than": tr("write a number above {bound}", bound=bound),
        "greater_than_equal": tr("write a number from {bound} up", bound=bound),
        "less_than": tr("write a number below {bound}", bound=bound),
        "less_than_equal": tr("write a number up to {bound}", bound=bound),
    }
    return sentences[kind]


def _shown(value: object) -> str:
    """A value as a study file writes it, cut where it is long."""
    text = _as_toml(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _as_toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key} = {_as_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_as_toml, value)) + "]"
    return repr(value) if isinstance(value, (str, int, float)) else str(value)


def _keys(path: Path, whole: type[BaseModel]) -> list[str]:
    """Known keys of the table at a path."""
    model: Any = whole
    for part in path:
        if isinstance(part, int):
            continue
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = model.model_fields[part].annotation
        arguments = [item for item in getattr(model, "__args__", ()) if item not in (type(None), Ellipsis)]
        if arguments:
            model = arguments[-1]
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]
