"""The study file as a JSON schema with words: the one source of forms, pages and templates."""

from __future__ import annotations

from typing import Any, get_args, get_origin

from tanheng.language import mark_name, name_of, tr
from tanheng.study.described.analysis import ANALYSIS
from tanheng.study.described.basics import BASICS
from tanheng.study.described.choices import CHOICES
from tanheng.study.described.emission import EMISSION
from tanheng.study.described.field import Field
from tanheng.study.described.future import FUTURE
from tanheng.study.described.land import LAND
from tanheng.study.described.plan import PLAN
from tanheng.study.model import Study
from tanheng.study.parts import Part, Year

#: Every field that is described, by the part of the study file that it belongs to.
FIELDS = {**BASICS, **LAND, **EMISSION, **ANALYSIS, **PLAN, **FUTURE}


def field_of(part: type[Part], name: str) -> Field:
    """Description of a field, its own or that of the part that it is built on.

    Raises
    ------
    KeyError
        The field is not described.

    Examples
    --------
    >>> from tanheng.study.sections import GridChoice
    >>> field_of(GridChoice, "resolution").unit
    'm'
    """
    known: dict[str, Field] = {}
    for base in reversed(part.__mro__):
        known |= FIELDS.get(base, {})
    return known[name]


def study_schema() -> dict[str, Any]:
    """JSON schema of a study, each field with title, description, example, unit and what it accepts, in the language that is spoken.

    Examples
    --------
    >>> cell = study_schema()["$defs"]["GridChoice"]["properties"]["resolution"]
    >>> cell["title"], cell["default"], cell["x-unit"]
    ('Cell size', 1000.0, 'm')
    """
    schema = Study.model_json_schema()
    for part in _parts(Part):
        own = schema if part is Study else schema["$defs"].get(part.__name__)
        if own is not None:
            own.pop("title", None)
            own.pop("description", None)
            own["properties"] = {
                _written(part, name): own["properties"][_written(part, name)]
                | _words(field_of(part, name))
                | _choices(part, name)
                | ({"x-by-year": True} if _is_by_year(info.annotation) else {})
                for name, info in part.model_fields.items()
            }
    return schema


def _parts(part: type[Part]) -> list[type[Part]]:
    """Part of the study file and all that are built on it."""
    return [one for below in part.__subclasses__() for one in (below, *_parts(below))]


def _is_by_year(kind: Any) -> bool:  # noqa: ANN401  an annotation
    """Whether a field may hold a value for each year."""
    if get_origin(kind) is dict:
        return bool(get_args(kind)[0] == Year)
    return any(_is_by_year(one) for one in get_args(kind))


def _written(part: type[Part], name: str) -> str:
    """Key of a field as the study file has it."""
    return part.model_fields[name].alias or name


def _choices(part: type[Part], name: str) -> dict[str, Any]:
    """Words for the choices of a field, its own or those of the part that it is built on."""
    words = next((CHOICES[base, name] for base in part.__mro__ if (base, name) in CHOICES), {})
    labels = {value: tr("{words} ({value})", words=tr(text), value=value) for value, text in words.items()}
    return {"x-choices": labels} if labels else {}


#: Units that are words; symbols are the same in every language.
_UNITS_IN_WORDS = (
    mark_name("cells"),
    mark_name("currency"),
    mark_name("currency per ha"),
    mark_name("currency per t"),
    mark_name("per ha"),
    mark_name("persons"),
)


def _words(field: Field) -> dict[str, Any]:
    words: dict[str, Any] = {"title": tr(field.title), "description": tr(field.meaning), "examples": [field.example]}
    if field.unit:
        words["x-unit"] = name_of(field.unit) if field.unit in _UNITS_IN_WORDS else field.unit.replace("km2", "km²")
    if field.accepts:
        words["x-accepts"] = list(field.accepts)
    return words
