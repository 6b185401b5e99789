"""What is wrong with an entry of a study, in words: its place, what was expected, what came."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from tanheng.errors import nearest
from tanheng.language import mark, tr
from tanheng.study.model import Study

_WHOLE, _NUMBER = mark("write a whole number"), mark("write a number")
_TRUTH, _TEXT = mark("write true or false"), mark('write text in quotes, as "name"')
_TABLE, _SOME = mark("write a table of keys and values, as { key = value }"), mark("write one or more")

#: What each kind of fault, as pydantic calls it, asks for.
_WANTED = {
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "string_type": _TEXT,
    "string_too_short": _TEXT,
    "model_type": _TABLE,
    "dict_type": _TABLE,
    "model_attributes_type": _TABLE,
    "too_short": _SOME,
}


def fault_messages(item: Any, name: str) -> list[str]:  # noqa: ANN401  pydantic's own mapping
    """Messages for one fault that the models found."""
    path = [str(part) for part in item["loc"]]
    place = ".".join(path)
    if item["type"] == "extra_forbidden":
        table = ".".join(path[:-1]) or tr("a study")
        where = f"{name}: '{place}'" if len(path) > 1 else f"{name}: '{path[-1]}'"
        return [
            tr(
                "{where} is no key of {place}{nearest}",
                where=where,
                place=f"[{table}]" if len(path) > 1 else table,
                nearest=nearest(path[-1], _keys(path[:-1])),
            )
        ]
    if item["type"] == "missing":
        return [tr("{name}: '{place}' is missing", name=name, place=place)]
    lines = _expected(item).split("\n")
    given = "" if item["type"] == "value_error" else tr(" (got {input!r})", input=item["input"])
    return [f"{name}: {place + ': ' if place else ''}{line}{given}" for line in lines]


def _expected(item: Any) -> str:  # noqa: ANN401  pydantic's own mapping
    """What was expected; pydantic's own words for what is rare."""
    given = item.get("ctx", {})
    kind = item["type"]
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return _bound(kind, next(iter(given.values())))
    if kind in _WANTED:
        return tr(_WANTED[kind])
    if kind == "literal_error":
        return tr("write {choices}", choices=given["expected"].replace(" or ", tr(" or ")))
    return str(item["msg"]).removeprefix("Value error, ")


def _bound(kind: str, bound: object) -> str:
    sentences = {
        "greater_than": tr("write a number above {bound}", bound=bound),
        "greater_than_equal": tr("write a number from {bound} up", bound=bound),
        "less_than": tr("write a number below {bound}", bound=bound),
        "less_than_equal": tr("write a number up to {bound}", bound=bound),
    }
    return sentences[kind]


def _keys(path: list[str]) -> list[str]:
    """Known keys of the table at a path."""
    model: Any = Study
    for part in path:
        if part.isdigit():
            continue
        if isinstance(model, type) and issubclass(model, BaseModel) and part in model.model_fields:
            model = model.model_fields[part].annotation
        arguments = [item for item in getattr(model, "__args__", ()) if item not in (type(None), Ellipsis)]
        if arguments:
            model = arguments[-1]
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return []
    return [field.alias or name for name, field in model.model_fields.items()]
