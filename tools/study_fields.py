"""Write the fields of the study file into docs/study-file.md and its Chinese page, from their descriptions: ``make docs``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tanheng.language import listed, speaking
from tanheng.study.described.schema import study_schema
from tanheng.study.described.template import toml_value

DOCS = Path(__file__).resolve().parents[1] / "docs"

#: Page of each language.
PAGES = {"en": DOCS / "study-file.md", "zh": DOCS / "study-file.zh.md"}

#: Between these the fields stand; the rest of the page is written by hand.
_START, _END = "<!-- fields: written by tools/study_fields.py -->", "<!-- end of fields -->"

_HEADS = {"en": "| key | meaning | unit | default | example |", "zh": "| 键 | 含义 | 单位 | 默认值 | 示例 |"}

_REFERENCE = re.compile(r'"#/\$defs/(\w+)"')


def fields(code: str) -> str:
    """The fields by the table that they belong to, in a language."""
    with speaking(code):
        schema = study_schema()
        tables = [_table("", schema, code)]
        for key, place in _places(schema):
            tables.append(_table(place, schema["$defs"][key], code))
    return "\n\n".join(tables)


def _places(schema: dict[str, Any]) -> list[tuple[str, str]]:
    """Parts of the study and the place where each is first named, in the order of the file."""
    found: dict[str, str] = {}

    def visit(own: dict[str, Any], place: str) -> None:
        for key, field in own["properties"].items():
            for name in _REFERENCE.findall(json.dumps(field)):
                if name not in found:
                    many = ".NAME" if "additionalProperties" in field else ""
                    found[name] = f"{place}.{key}{many}".strip(".")
                    visit(schema["$defs"][name], found[name])

    visit(schema, "")
    return list(found.items())


def _table(place: str, own: dict[str, Any], code: str) -> str:
    title = f"### `[{place}]`" if place else ("### Top of the file" if code == "en" else "### 文件开头")
    rows = [_row(key, field, own, code) for key, field in own["properties"].items()]
    return "\n".join([title, "", _HEADS[code], "|---|---|---|---|---|", *rows])


def _row(key: str, field: dict[str, Any], own: dict[str, Any], code: str) -> str:
    needed = (
        {"en": "required", "zh": "必填"}[code] if key in own.get("required", ()) else _default(field.get("default"))
    )
    choices = sorted(set(_choices(field)), key=_choices(field).index)
    words = field["description"] + (_ONE_OF[code].format(listed(f"`{one}`" for one in choices)) if choices else "")
    cells = (f"`{key}`", words, field.get("x-unit", ""), needed, f"`{toml_value(field['examples'][0])}`")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


#: What follows where only some words may be written.
_ONE_OF = {"en": " One of {}.", "zh": "可写：{}。"}


def _choices(field: Any) -> list[str]:  # noqa: ANN401  a part of a JSON schema
    """Words that a field may be, or its items."""
    if isinstance(field, list):
        return [name for item in field for name in _choices(item)]
    if not isinstance(field, dict):
        return []
    own = [str(one) for one in field.get("enum", ())] + ([str(field["const"])] if "const" in field else [])
    inner = (field[name] for name in ("anyOf", "items", "prefixItems", "additionalProperties") if name in field)
    return [*own, *(name for item in inner for name in _choices(item))]


def _default(value: object) -> str:
    if value in (None, "") or (isinstance(value, (dict, list)) and not value):
        return ""
    return "" if isinstance(value, dict) and len(value) > 1 else f"`{toml_value(value)}`"


def page(code: str) -> str:
    """Text of the page in a language."""
    text = PAGES[code].read_text(encoding="utf-8")
    before, after = text.split(_START)[0], text.split(_END)[1]
    return f"{before}{_START}\n\n{fields(code)}\n\n{_END}{after}"


if __name__ == "__main__":
    for code, path in PAGES.items():
        path.write_text(page(code), encoding="utf-8")
