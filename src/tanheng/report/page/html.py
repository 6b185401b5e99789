"""Pages of one file: templates with their words, style, script and data inside."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import jinja2
from markupsafe import Markup

from tanheng.language import language, name_of, tr
from tanheng.plain_files import written
from tanheng.report.style.fonts import subset_font
from tanheng.report.style.times import local_day, local_time


def write_page(path: Path, template: str, /, **values: object) -> None:
    """Fill in a template and write it.

    Raises
    ------
    OutputError
        The file can't be written.
    """
    text = page_environment(packaged).get_template(template).render(values, language=language())
    text = text.replace(_FONT_PLACE, _font_face(text), 1)
    with written(path):
        path.write_text(text, encoding="utf-8")


#: Where the style sheet leaves room for the font.
_FONT_PLACE = "/* font */"


def _font_face(text: str) -> str:
    """Rule that brings the Chinese characters of a page along, so that no reader sees boxes."""
    font = subset_font(text)
    if not font:
        return ""
    address = f"data:font/woff;base64,{base64.b64encode(font).decode('ascii')}"
    return f'@font-face {{ font-family: "Tanheng Chinese"; src: url({address}) format("woff"); font-display: block; unicode-range: U+2E80-FFFF; }}'


def page_environment(packaged: Callable[[str], str]) -> jinja2.Environment:
    """Templates by their names, with the words of the program; what they are given is escaped, and nothing may be missing."""
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        loader=jinja2.FunctionLoader(packaged),
    )
    environment.globals |= {"tr": tr, "name_of": name_of}
    environment.filters |= {"local_time": local_time, "local_day": local_day}
    return environment


def packaged(name: str) -> str:
    """Text of a file that lies beside the templates."""
    return (resources.files("tanheng.report.page") / name).read_text(encoding="utf-8")


def embedded(value: object) -> Markup:
    """Value as JSON that may stand inside a script element.

    Examples
    --------
    >>> "<" in embedded({"a": "</script>"})
    False
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  nothing that a browser would take for an element is left


def picture_address(path: Path) -> str:
    """PNG as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"
