"""Every field of the study file is described, in every language, by an example that it takes."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import pytest
from pydantic import TypeAdapter

from tanheng.language import LANGUAGES, speaking, tr
from tanheng.study import Study
from tanheng.study.described.schema import FIELDS, field_of, study_schema
from tanheng.study.parts import Part
from tanheng.tables.input_tables import INPUT_TABLES


def parts(part: type[Part] = Part) -> list[type[Part]]:
    return [one for below in part.__subclasses__() for one in (below, *parts(below))]


EVERY = [(part, name) for part in parts() for name in part.model_fields]


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.__name__)
def test_examples_are_taken(part: type[Part]) -> None:
    for name, info in part.model_fields.items():
        kind: Any = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
        TypeAdapter(kind).validate_python(field_of(part, name).example)


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "en"])
def test_words_are_there_in_every_language(code: str) -> None:
    fields = [field_of(part, name) for part, name in EVERY]
    with speaking(code):
        untold = [field.title for field in fields for text in (field.title, field.meaning) if tr(text) == text]
    assert untold == []


def words_in(node: Any) -> set[str]:
    """Words that one may choose from, anywhere in the schema of a field."""
    if isinstance(node, list):
        return {word for item in node for word in words_in(item)}
    if not isinstance(node, dict):
        return set()
    own = set(node.get("enum", ())) | {node[key] for key in ("const",) if key in node}
    return own | {word for key, item in node.items() if key != "x-choices" for word in words_in(item)}


def test_every_choice_has_words() -> None:
    schema = study_schema()
    parts_of = {"Study": schema, **schema["$defs"]}
    found = {
        f"{part}.{name}": words_in(field) - set(field.get("x-choices", ()))
        for part, own in parts_of.items()
        for name, field in own.get("properties", {}).items()
    }
    # What a table of breaks may be keyed by are names of maps, and no choice.
    found["MapPrints.breaks"] = {
        word for word in found["MapPrints.breaks"] if word in {"auto", "tail", "quantile", "natural"}
    }
    assert {name: sorted(words) for name, words in found.items() if words} == {}
    with speaking("zh"):
        population = study_schema()["$defs"]["Population"]["properties"]["kind"]
    assert population["x-choices"]["count"] == "每像元人数（count）"


def test_nothing_is_described_that_is_not_there() -> None:
    assert [
        f"{part.__name__}.{name}" for part, known in FIELDS.items() for name in known if name not in part.model_fields
    ] == []


def test_tables_that_are_accepted_are_declared() -> None:
    named = {
        one.removeprefix("table:")
        for known in FIELDS.values()
        for field in known.values()
        for one in field.accepts
        if one.startswith("table:")
    }
    assert named <= set(INPUT_TABLES)


def test_the_schema_has_every_field_with_its_words() -> None:
    schema = study_schema()
    tables = {"Study": schema, **schema["$defs"]}
    bare = [
        f"{table}.{key}"
        for table, own in tables.items()
        for key, field in own["properties"].items()
        if not (field["title"] and field["description"] and field["examples"])
    ]
    assert bare == []
    assert set(schema["properties"]) == set(Study.model_fields)


def tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "study_fields.py"
    spec = importlib.util.spec_from_file_location("study_fields_page", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("code", sorted(LANGUAGES))
def test_the_page_says_what_the_fields_say(code: str) -> None:
    pages = tool()
    assert pages.PAGES[code].read_text(encoding="utf-8") == pages.page(code), "renew it: make docs"
